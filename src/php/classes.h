/*
 * The classes of smtpsend.stub.php: their entries, and how the core's values become objects of theirs.
 *
 * A class NAME is src/php/classes/name.c. Values are request memory; nothing of PHP's is kept below src/php/.
 */
#ifndef PHP_SMTPSEND_CLASSES_H
#define PHP_SMTPSEND_CLASSES_H

#include "compat.h"

#include "client/result.h"

extern zend_class_entry *php_smtpsend_ce;
extern zend_class_entry *php_smtpsend_ce_transport, *php_smtpsend_ce_message, *php_smtpsend_ce_raw_message;
extern zend_class_entry *php_smtpsend_ce_result, *php_smtpsend_ce_reply, *php_smtpsend_ce_attempt,
	*php_smtpsend_ce_connection, *php_smtpsend_ce_certificate;

/* At MINIT. */
void php_smtpsend_classes_register(void);
void php_smtpsend_object_startup(zend_class_entry *entry);
void php_smtpsend_message_startup(zend_class_entry *entry);

/* --- value classes (values.c) --- */

/* A new object whose properties, in the order of the stub, are `members`, which are taken. */
void php_smtpsend_value_create(zval *out, zend_class_entry *entry, zval *members, uint32_t count);
/* The constructor of all of them: each argument is the property of the same place. */
void php_smtpsend_value_construct(INTERNAL_FUNCTION_PARAMETERS);
void php_smtpsend_value_json(zval *object, zval *return_value);

/* A PHP string of the core's octets. */
void php_smtpsend_string(zval *out, smtps_str text);
/* The same, or null where it is empty. */
void php_smtpsend_string_or_null(zval *out, smtps_str text);
/* Texts joined by LF, as a list. */
void php_smtpsend_lines(zval *out, smtps_str text);
double php_smtpsend_seconds(smtps_time time);
/* "starttls", "implicit", "plaintext" */
const char *php_smtpsend_encryption(bool implicit_tls, bool starttls);

/* `command` may be NULL. A reply without code gives null. */
void php_smtpsend_reply_value(zval *out, const smtps_reply *reply, const char *command);
/* Always an object. */
void php_smtpsend_reply_object(zval *out, const smtps_reply *reply, const char *command);
void php_smtpsend_attempts_value(zval *out, const smtps_attempts *attempts);
void php_smtpsend_connection_value(zval *out, const smtps_connection_facts *facts);

/* What a send gives the Result beyond the core's own. */
typedef struct php_smtpsend_outcome {
	smtps_str message_id;
	const smtps_recipient *recipients; /* addresses, in the order of the result's fates */
	const smtps_result *result;
} php_smtpsend_outcome;
void php_smtpsend_result_value(zval *out, const php_smtpsend_outcome *outcome);
/* address => Reply of the recipients that were refused, or never asked about because the rest was (code 0). */
void php_smtpsend_rejected_value(zval *out, const php_smtpsend_outcome *outcome);

#endif
