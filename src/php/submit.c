/*
 * Submission; see submit.h. Everything that user code may do (streams, iterables) is over before the client is called.
 */
#include "submit.h"

#include "ext/date/php_date.h"

#include "base/memory.h"
#include "capture.h"
#include "classes.h"
#include "exceptions.h"
#include "guard.h"
#include "mail/raw.h"
#include "spool.h"

/* --- composing --- */

/* Minutes east of UTC of PHP's time zone at this moment. */
static int zone_minutes(int64_t now)
{
	zend_string *seconds = php_format_date("Z", 1, (time_t)now, 1);
	int minutes = (int)(ZEND_STRTOL(ZSTR_VAL(seconds), NULL, 10) / 60);

	zend_string_release(seconds);
	return minutes;
}

/* Amazon SES writes Date and Message-ID anew: a signature over them would break. */
static bool rewrites_ids(const php_smtpsend_object *object)
{
	smtps_str host = smtps_buf_str(&object->options.host), tail = SMTPS_STR(".amazonaws.com");

	return host.len > tail.len &&
		smtps_str_equal_nocase((smtps_str){host.data + host.len - tail.len, tail.len}, tail);
}

smtps_compose_options php_smtpsend_compose_options(php_smtpsend_object *object)
{
	int64_t now = smtps_wall_seconds();

	return (smtps_compose_options){
		.now = now,
		.zone_minutes = zone_minutes(now),
		.from = smtps_option_text(&object->options, SMTPS_O_FROM),
		.envelope_from = smtps_option_text(&object->options, SMTPS_O_ENVELOPE_FROM),
		.force_from = (smtps_force_from)smtps_option_number(&object->options, SMTPS_O_FORCE_FROM),
		.allowed_from = smtps_buf_str(&object->allowed_from),
		.redirect_to = smtps_buf_str(&object->redirect_to),
		.dkim = object->dkim,
		.server_rewrites_ids = rewrites_ids(object),
	};
}

/* --- handing over --- */

static smtps_recipient *recipients_of(const smtps_composed *composed)
{
	smtps_recipient *recipients = safe_emalloc(composed->recipient_count, sizeof *recipients, 0);

	for (size_t i = 0; i < composed->recipient_count; i++) {
		smtps_str address = smtps_buf_str(&composed->recipients[i].address);

		recipients[i] = (smtps_recipient){.address = address,
			.orcpt = composed->notify ? address : (smtps_str){"", 0},
			.notify = composed->notify};
	}
	return recipients;
}

static void fail(php_smtpsend_object *object, const smtps_error *error, const php_smtpsend_outcome *outcome)
{
	zval transcript, rejected;

	if (php_smtpsend_is_over()) {
		return;
	}
	php_smtpsend_transcript_value(&transcript, &object->transcript, true);
	if (error->kind == SMTPS_NO_RECIPIENT) {
		php_smtpsend_rejected_value(&rejected, outcome);
	} else {
		ZVAL_UNDEF(&rejected);
	}
	php_smtpsend_throw(
		error, &outcome->result->attempts, &transcript, Z_ISUNDEF(rejected) ? NULL : &rejected);
}

static void send_it(php_smtpsend_object *object, smtps_composed *composed, zval *return_value)
{
	smtps_result result = {0};
	smtps_error error = {0};
	smtps_recipient *recipients = recipients_of(composed);
	smtps_mail mail = {
		.sender = smtps_buf_str(&composed->sender),
		.recipients = recipients,
		.recipient_count = composed->recipient_count,
		.source = composed->source,
		.is_8bit = composed->is_8bit,
		.is_utf8 = composed->is_utf8,
		.command_lines = composed->command_lines,
		.envid = smtps_buf_str(&composed->envid),
		.ret = composed->ret,
		.require_tls = composed->require_tls,
	};
	php_smtpsend_outcome outcome = {
		.message_id = smtps_buf_str(&composed->message_id), .recipients = recipients, .result = &result};
	bool fine;

	php_smtpsend_transcript_mark(&object->transcript);
	fine = object->client ? smtps_client_send(object->client, &mail, &result, &error)
						  : php_smtpsend_capture(&object->options, &mail, &result, &error);
	if (!fine) {
		fail(object, &error, &outcome);
	} else if (!EG(exception)) {
		php_smtpsend_result_value(return_value, &outcome);
	}
	smtps_result_free(&result);
	smtps_error_free(&error);
	for (size_t i = 0; i < mail.recipient_count; i++) {
		smtps_reply_free(&recipients[i].reply);
	}
	efree(recipients);
}

void php_smtpsend_submit_message(php_smtpsend_object *object, smtps_message *message, zval *return_value)
{
	smtps_compose_options options = php_smtpsend_compose_options(object);
	smtps_composed composed = {0};
	smtps_error error = {0};

	if (smtps_message_compose(message, &options, &composed, &error)) {
		send_it(object, &composed, return_value);
	} else {
		php_smtpsend_throw_error(&error);
	}
	smtps_composed_free(&composed);
}

/* --- finished messages --- */

typedef struct raw_message {
	smtps_raw *raw;
	smtps_buf ready;
	php_smtpsend_spool spool;
} raw_message;

static bool take(void *context, const char *octets, size_t len, smtps_error *error)
{
	raw_message *message = context;

	return smtps_raw_push(message->raw, octets, len, &message->ready, error) &&
		php_smtpsend_spool_add(&message->spool, &message->ready, error);
}

static bool finish(raw_message *message, smtps_composed *composed, smtps_error *error)
{
	smtps_content *content;

	if (!smtps_raw_finish(message->raw, &message->ready, error) ||
		!php_smtpsend_spool_add(&message->spool, &message->ready, error)) {
		return false;
	}
	content = php_smtpsend_spool_content(&message->spool);
	if (!content) {
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	return smtps_raw_compose(message->raw, content, composed, error);
}

static bool add_recipients(smtps_composed *composed, zval *recipients, smtps_error *error)
{
	zval *one;

	if (Z_TYPE_P(recipients) == IS_STRING) {
		return smtps_composed_add_recipient(
			composed, (smtps_str){Z_STRVAL_P(recipients), Z_STRLEN_P(recipients)}, error);
	}
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(recipients), one)
	{
		ZVAL_DEREF(one);
		if (Z_TYPE_P(one) != IS_STRING) {
			return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
				"a recipient is of type %s: write addresses as strings", php_smtpsend_type_name(one));
		}
		if (!smtps_composed_add_recipient(composed, (smtps_str){Z_STRVAL_P(one), Z_STRLEN_P(one)}, error)) {
			return false;
		}
	}
	ZEND_HASH_FOREACH_END();
	return composed->recipient_count > 0 ||
		smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
			"there is no recipient: name at least one");
}

static bool make_raw(raw_message *message, const smtps_raw_options *options, smtps_str sender,
	zval *recipients, zval *octets, smtps_composed *composed, smtps_error *error)
{
	message->raw = smtps_raw_new(options);
	if (!message->raw) {
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	return php_smtpsend_pull(octets, true, "the message", take, message, error) &&
		finish(message, composed, error) && smtps_composed_set_sender(composed, sender, error) &&
		add_recipients(composed, recipients, error);
}

void php_smtpsend_submit_raw(
	php_smtpsend_object *object, smtps_str sender, zval *recipients, zval *octets, zval *return_value)
{
	smtps_raw_options options = {
		.pass_long_lines = strcmp(smtps_option_word(&object->options, SMTPS_O_LONG_LINES), "pass") == 0,
		.compose = php_smtpsend_compose_options(object),
	};
	raw_message message = {0};
	smtps_composed composed = {0};
	smtps_error error = {0};

	if (make_raw(&message, &options, sender, recipients, octets, &composed, &error)) {
		send_it(object, &composed, return_value);
	} else {
		php_smtpsend_throw_error(&error);
	}
	smtps_composed_free(&composed);
	smtps_raw_free(message.raw);
	smtps_buf_free(&message.ready);
	php_smtpsend_spool_free(&message.spool);
}
