/*
 * SmtpSend\Attempt: one route that was tried.
 */
#include "php/classes.h"

enum { ADDRESS, PORT, ENCRYPTION, STAGE, ERROR, CODE, DURATION, MEMBERS };

static void attempt_value(zval *out, const smtps_attempt *attempt)
{
	zval members[MEMBERS];

	php_smtpsend_string(&members[ADDRESS], smtps_str_of(attempt->address));
	ZVAL_LONG(&members[PORT], attempt->port);
	ZVAL_STRING(&members[ENCRYPTION], php_smtpsend_encryption(attempt->implicit_tls, attempt->starttls));
	ZVAL_STRING(&members[STAGE], smtps_stage_name(attempt->stage));
	if (attempt->error.kind == SMTPS_OK) {
		ZVAL_NULL(&members[ERROR]);
	} else {
		php_smtpsend_string(&members[ERROR], smtps_str_of(attempt->error.text));
	}
	ZVAL_LONG(&members[CODE], attempt->error.reply.code);
	ZVAL_DOUBLE(&members[DURATION], php_smtpsend_seconds(attempt->duration));
	php_smtpsend_value_create(out, php_smtpsend_ce_attempt, members, MEMBERS);
}

void php_smtpsend_attempts_value(zval *out, const smtps_attempts *attempts)
{
	zval one;

	array_init(out);
	for (size_t i = 0; attempts && i < attempts->count; i++) {
		attempt_value(&one, &attempts->list[i]);
		add_next_index_zval(out, &one);
	}
}
