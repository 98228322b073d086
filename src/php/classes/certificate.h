/*
 * A certificate's facts as an object; for connection.c.
 */
#ifndef PHP_SMTPSEND_CLASSES_CERTIFICATE_H
#define PHP_SMTPSEND_CLASSES_CERTIFICATE_H

#include "php/classes.h"

void php_smtpsend_certificate_value(zval *out, const smtps_certificate *certificate);

#endif
