/*
 * SmtpSend\Message: its parts, and the whole of it written out.
 */
#include "message.h"

#include "ext/date/php_date.h"

#include "base/time.h"
#include "mail/compose.h"
#include "php/exceptions.h"
#include "php/guard.h"
#include "php/spool.h"

ZEND_METHOD(SmtpSend_Message, calendar)
{
	zend_string *calendar, *method = NULL;
	bool attach = true;
	smtps_error error = {0};

	ZEND_PARSE_PARAMETERS_START(1, 3)
	Z_PARAM_STR(calendar)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR(method)
	Z_PARAM_BOOL(attach)
	ZEND_PARSE_PARAMETERS_END();
	php_smtpsend_message_return(smtps_message_set_calendar(MESSAGE, VIEW(calendar),
									method ? VIEW(method) : SMTPS_STR("REQUEST"), attach, &error),
		&error, ZEND_THIS, return_value);
}

/* --- parts --- */

ZEND_METHOD(SmtpSend_Message, attach)
{
	zend_string *name, *type = NULL;
	smtps_error error = {0};
	php_smtpsend_part part = {0};

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_ZVAL(part.data)
	Z_PARAM_STR(name)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR(type)
	ZEND_PARSE_PARAMETERS_END();
	part.name = VIEW(name);
	part.type = VIEW(type);
	php_smtpsend_message_return(
		php_smtpsend_add_part(MESSAGE, &part, &error), &error, ZEND_THIS, return_value);
}

ZEND_METHOD(SmtpSend_Message, attachFile)
{
	zend_string *path, *name = NULL, *type = NULL;
	smtps_error error = {0};
	zval value;

	ZEND_PARSE_PARAMETERS_START(1, 3)
	Z_PARAM_STR(path)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR(name)
	Z_PARAM_STR(type)
	ZEND_PARSE_PARAMETERS_END();
	ZVAL_STR(&value, path);
	php_smtpsend_message_return(
		php_smtpsend_add_part(
			MESSAGE, &(php_smtpsend_part){.path = &value, .name = VIEW(name), .type = VIEW(type)}, &error),
		&error, ZEND_THIS, return_value);
}

ZEND_METHOD(SmtpSend_Message, embed)
{
	zend_string *cid, *type = NULL, *name = NULL;
	smtps_error error = {0};
	php_smtpsend_part part = {.is_embedded = true};

	ZEND_PARSE_PARAMETERS_START(2, 4)
	Z_PARAM_ZVAL(part.data)
	Z_PARAM_STR(cid)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR(type)
	Z_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();
	part.cid = VIEW(cid);
	part.type = VIEW(type);
	part.name = VIEW(name);
	php_smtpsend_message_return(
		php_smtpsend_add_part(MESSAGE, &part, &error), &error, ZEND_THIS, return_value);
}

ZEND_METHOD(SmtpSend_Message, embedFile)
{
	zend_string *path, *cid, *type = NULL, *name = NULL;
	smtps_error error = {0};
	php_smtpsend_part part = {.is_embedded = true};
	zval value;

	ZEND_PARSE_PARAMETERS_START(2, 4)
	Z_PARAM_STR(path)
	Z_PARAM_STR(cid)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR(type)
	Z_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();
	ZVAL_STR(&value, path);
	part.path = &value;
	part.cid = VIEW(cid);
	part.type = VIEW(type);
	part.name = VIEW(name);
	php_smtpsend_message_return(
		php_smtpsend_add_part(MESSAGE, &part, &error), &error, ZEND_THIS, return_value);
}

static bool compose(smtps_message *message, smtps_composed *composed, smtps_error *error);

/* Spooled, not made a string of: it may hold an attachment larger than memory_limit. */
static bool spool_message(smtps_message *message, php_smtpsend_spool *spool, smtps_error *error)
{
	smtps_composed composed = {0};
	smtps_buf chunk = {0};
	ptrdiff_t got = 1;
	bool fine = compose(message, &composed, error);

	while (fine && got > 0) {
		if (!smtps_buf_reserve(&chunk, PHP_SMTPSEND_SPOOL_CHUNK)) {
			fine = smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
			break;
		}
		got = composed.source->read(composed.source, chunk.data, PHP_SMTPSEND_SPOOL_CHUNK, error);
		chunk.len = got > 0 ? (size_t)got : 0;
		fine = got >= 0 && php_smtpsend_spool_add(spool, &chunk, error);
	}
	smtps_buf_free(&chunk);
	smtps_composed_free(&composed);
	return fine;
}

/* The octets of another message, as they are now. */
static smtps_content *message_content(zval *value, smtps_error *error)
{
	php_smtpsend_spool spool = {0};
	smtps_content *content = NULL;

	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) != IS_OBJECT || Z_OBJCE_P(value) != php_smtpsend_ce_message) {
		return php_smtpsend_content_of(value, "the attached message", error);
	}
	if (spool_message(php_smtpsend_message_of(Z_OBJ_P(value)), &spool, error)) {
		content = php_smtpsend_spool_content(&spool);
	}
	php_smtpsend_spool_free(&spool);
	if (!content && !smtps_error_is_set(error)) {
		smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	return content;
}

ZEND_METHOD(SmtpSend_Message, attachMessage)
{
	zend_string *name = NULL;
	zval *value;
	smtps_error error = {0};
	smtps_content *content;

	ZEND_PARSE_PARAMETERS_START(1, 2)
	Z_PARAM_ZVAL(value)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();
	content = message_content(value, &error);
	php_smtpsend_message_return(content && smtps_message_attach_message(MESSAGE, content, VIEW(name), &error),
		&error, ZEND_THIS, return_value);
}

/* --- writing --- */

static bool compose(smtps_message *message, smtps_composed *composed, smtps_error *error)
{
	int64_t now = smtps_wall_seconds();
	zend_string *zone = php_format_date("Z", 1, (time_t)now, 1);
	smtps_compose_options options = {
		.now = now, .zone_minutes = (int)(ZEND_STRTOL(ZSTR_VAL(zone), NULL, 10) / 60)};

	zend_string_release(zone);
	return smtps_message_compose(message, &options, composed, error);
}

static zend_string *written(smtps_message *message, smtps_error *error)
{
	smtps_composed composed = {0};
	zend_string *octets = NULL;
	size_t length = 0;
	ptrdiff_t got = -1;

	if (compose(message, &composed, error)) {
		size_t size = (size_t)composed.source->size;

		octets = zend_string_alloc(size, 0);
		while (length < size &&
			(got = composed.source->read(composed.source, ZSTR_VAL(octets) + length, size - length, error)) >
				0) {
			length += (size_t)got;
		}
		ZSTR_VAL(octets)[length] = '\0';
		ZSTR_LEN(octets) = length;
	}
	smtps_composed_free(&composed);
	if (octets && smtps_error_is_set(error)) {
		zend_string_release(octets);
		octets = NULL;
	}
	return octets;
}

ZEND_METHOD(SmtpSend_Message, toString)
{
	smtps_error error = {0};
	zend_string *octets;

	ZEND_PARSE_PARAMETERS_NONE();
	octets = written(MESSAGE, &error);
	if (!octets) {
		php_smtpsend_throw_error(&error);
		RETURN_THROWS();
	}
	RETURN_STR(octets);
}

typedef struct write_call {
	php_stream *stream;
	const char *chunk;
	ptrdiff_t length, written;
} write_call;

static void run_write_call(void *context)
{
	write_call *call = context;

	call->written = php_stream_write(call->stream, call->chunk, (size_t)call->length);
}

static bool write_all(smtps_composed *composed, php_stream *stream, zend_long *count, smtps_error *error)
{
	char chunk[8192];
	write_call call = {.stream = stream, .chunk = chunk};

	while ((call.length = composed->source->read(composed->source, chunk, sizeof chunk, error)) > 0) {
		if (!php_smtpsend_guard(run_write_call, &call) || call.written != call.length) {
			return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_LOCAL,
				"the stream cannot be written to");
		}
		*count += call.written;
	}
	return call.length == 0;
}

/* A stream of user code may not close itself while we write. */
static bool write_stream(smtps_composed *composed, php_stream *stream, zend_long *count, smtps_error *error)
{
	uint32_t closable = ~stream->flags & PHP_STREAM_FLAG_NO_FCLOSE;
	bool fine;

	stream->flags |= PHP_STREAM_FLAG_NO_FCLOSE;
	fine = write_all(composed, stream, count, error);
	stream->flags &= ~closable;
	return fine;
}

ZEND_METHOD(SmtpSend_Message, writeTo)
{
	smtps_composed composed = {0};
	smtps_error error = {0};
	php_stream *stream;
	zend_long count = 0;
	zval *resource;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_RESOURCE(resource)
	ZEND_PARSE_PARAMETERS_END();
	php_stream_from_zval(stream, resource);
	if (compose(MESSAGE, &composed, &error) && write_stream(&composed, stream, &count, &error)) {
		RETVAL_LONG(count);
	} else {
		php_smtpsend_throw_error(&error);
	}
	smtps_composed_free(&composed);
	php_smtpsend_leave();
}
