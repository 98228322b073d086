/*
 * SmtpSend\Result: what became of a mail, recipient by recipient.
 */
#include "php/classes.h"

enum {
	MESSAGE_ID,
	QUEUE_ID,
	QUEUE_IDS,
	ACCEPTED,
	REJECTED,
	UNKNOWN,
	REPLY,
	CONNECTION,
	REUSED,
	TIMINGS,
	ATTEMPTS,
	MEMBERS
};

static void addresses_of(zval *out, const php_smtpsend_outcome *outcome, smtps_fate fate)
{
	zval address;

	array_init(out);
	for (size_t i = 0; i < outcome->result->count; i++) {
		if (outcome->result->fates[i] == fate) {
			php_smtpsend_string(&address, outcome->recipients[i].address);
			add_next_index_zval(out, &address);
		}
	}
}

void php_smtpsend_rejected_value(zval *out, const php_smtpsend_outcome *outcome)
{
	zval reply;

	array_init(out);
	for (size_t i = 0; i < outcome->result->count; i++) {
		smtps_str address = outcome->recipients[i].address;

		if (outcome->result->fates[i] == SMTPS_FATE_REJECTED ||
			outcome->result->fates[i] == SMTPS_FATE_NOT_TRIED) {
			php_smtpsend_reply_object(&reply, &outcome->result->replies[i], "RCPT");
			zend_hash_str_update(Z_ARRVAL_P(out), address.data, address.len, &reply);
		}
	}
}

static void timings_value(zval *out, const smtps_timings *timings)
{
	array_init(out);
	add_assoc_double(out, "resolve", php_smtpsend_seconds(timings->resolve));
	add_assoc_double(out, "connect", php_smtpsend_seconds(timings->connect));
	add_assoc_double(out, "tls", php_smtpsend_seconds(timings->tls));
	add_assoc_double(out, "auth", php_smtpsend_seconds(timings->auth));
	add_assoc_double(out, "transfer", php_smtpsend_seconds(timings->transfer));
	add_assoc_double(out, "total", php_smtpsend_seconds(timings->total));
}

void php_smtpsend_result_value(zval *out, const php_smtpsend_outcome *outcome)
{
	const smtps_result *result = outcome->result;
	zval members[MEMBERS], *first;

	php_smtpsend_string_or_null(&members[MESSAGE_ID], outcome->message_id);
	php_smtpsend_lines(&members[QUEUE_IDS], smtps_buf_str(&result->queue_ids));
	first = zend_hash_index_find(Z_ARRVAL(members[QUEUE_IDS]), 0);
	if (first) {
		ZVAL_COPY(&members[QUEUE_ID], first);
	} else {
		ZVAL_NULL(&members[QUEUE_ID]);
	}
	addresses_of(&members[ACCEPTED], outcome, SMTPS_FATE_ACCEPTED);
	php_smtpsend_rejected_value(&members[REJECTED], outcome);
	addresses_of(&members[UNKNOWN], outcome, SMTPS_FATE_UNKNOWN);
	php_smtpsend_reply_value(&members[REPLY], &result->reply, "DATA");
	if (result->connection.host.len) {
		php_smtpsend_connection_value(&members[CONNECTION], &result->connection);
	} else {
		ZVAL_NULL(&members[CONNECTION]);
	}
	ZVAL_BOOL(&members[REUSED], result->reused);
	timings_value(&members[TIMINGS], &result->timings);
	php_smtpsend_attempts_value(&members[ATTEMPTS], &result->attempts);
	php_smtpsend_value_create(out, php_smtpsend_ce_result, members, MEMBERS);
}
