/*
 * phpinfo().
 */
#ifndef PHP_SMTPSEND_INFO_H
#define PHP_SMTPSEND_INFO_H

#include "compat.h"

void php_smtpsend_info(zend_module_entry *module);

#endif
