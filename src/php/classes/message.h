/*
 * What the two files of SmtpSend\Message share.
 */
#ifndef PHP_SMTPSEND_CLASSES_MESSAGE_H
#define PHP_SMTPSEND_CLASSES_MESSAGE_H

#include "php/classes.h"
#include "php/message.h"

/* The core's message of $this. */
#define MESSAGE php_smtpsend_message_of(Z_OBJ_P(ZEND_THIS))
/* A zend_string, or NULL, as a view. */
#define VIEW(text) ((text) ? (smtps_str){ZSTR_VAL(text), ZSTR_LEN(text)} : (smtps_str){"", 0})

/* The end of every setter: throws, or returns $this. */
void php_smtpsend_message_return(bool fine, smtps_error *error, zval *this, zval *return_value);

#endif
