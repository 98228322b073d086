/*
 * From a message of PHP's to a Result, or an exception.
 */
#ifndef PHP_SMTPSEND_SUBMIT_H
#define PHP_SMTPSEND_SUBMIT_H

#include "mail/compose.h"
#include "object.h"

/* What the options say about composing. Views into the object. */
smtps_compose_options php_smtpsend_compose_options(php_smtpsend_object *object);

/* Each sets `return_value` to a Result, or leaves an exception. */
void php_smtpsend_submit_message(php_smtpsend_object *object, smtps_message *message, zval *return_value);
void php_smtpsend_submit_raw(
	php_smtpsend_object *object, smtps_str sender, zval *recipients, zval *octets, zval *return_value);

#endif
