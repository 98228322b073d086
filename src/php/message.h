/*
 * Messages in PHP's types: the class Message and the array of SmtpSend::send() set the same fields of the core's message.
 */
#ifndef PHP_SMTPSEND_MESSAGE_H
#define PHP_SMTPSEND_MESSAGE_H

#include "compat.h"

#include "mail/message.h"

/* The core's message of a SmtpSend\Message. */
smtps_message *php_smtpsend_message_of(zend_object *object);

/* Every key of the array; an unknown one is an error that names the nearest. False: error filled in, or an exception is pending. */
bool php_smtpsend_message_fill(smtps_message *message, HashTable *array, smtps_error *error);

/* --- fields that take more than one type (message_fields.c); `key` names the field in errors --- */

/* One mailbox, or an array of mailboxes and of `address => name`; appends. `name` may be NULL. */
bool php_smtpsend_add_people(smtps_message *message, smtps_role role, zval *value, zend_string *name,
	const char *key, smtps_error *error);
bool php_smtpsend_set_date(smtps_message *message, zval *value, smtps_error *error);
/* Texts of a string or a list, each given to `add`. */
typedef bool php_smtpsend_add_text(smtps_message *message, smtps_str text, smtps_error *error);
bool php_smtpsend_each_text(
	smtps_message *message, zval *value, php_smtpsend_add_text *add, const char *key, smtps_error *error);
bool php_smtpsend_set_unsubscribe(smtps_message *message, zval *uris, bool one_click, smtps_error *error);
bool php_smtpsend_set_dsn(
	smtps_message *message, zval *notify, smtps_str give_back, smtps_str id, smtps_error *error);

/* A part: of a file, or of octets (string, stream). Any text may be empty. */
typedef struct php_smtpsend_part {
	zval *path, *data; /* one of them */
	smtps_str name, type, cid;
	bool is_embedded;
} php_smtpsend_part;
bool php_smtpsend_add_part(smtps_message *message, const php_smtpsend_part *part, smtps_error *error);

#endif
