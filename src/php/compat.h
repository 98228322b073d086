/*
 * PHP 8.2 to 8.5: what differs between them, here alone.
 */
#ifndef PHP_SMTPSEND_COMPAT_H
#define PHP_SMTPSEND_COMPAT_H

#include "php.h"

#if PHP_VERSION_ID < 80200
#error smtpsend needs PHP 8.2 or later
#endif

/* The type of a value as error messages name it: "string", "int", "DateTime". */
#if PHP_VERSION_ID >= 80300
#define php_smtpsend_type_name(value) zend_zval_value_name(value)
#else
#define php_smtpsend_type_name(value) \
	(Z_TYPE_P(value) == IS_OBJECT ? ZSTR_VAL(Z_OBJCE_P(value)->name) : zend_zval_type_name(value))
#endif

#endif
