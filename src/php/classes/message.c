/*
 * SmtpSend\Message: a message as it is built. Each method sets one field of the core's message and returns the object.
 */
#include "php/classes.h"

#include "php/exceptions.h"
#include "php/message.h"
#include "php/spool.h"

#include "base/time.h"
#include "ext/date/php_date.h"
#include "mail/compose.h"

typedef struct message_object {
	smtps_message *message; /* malloc; made when first needed */
	zend_object std;
} message_object;

static zend_object_handlers handlers;

static message_object *object_of(zend_object *object)
{
	return (message_object *)(void *)((char *)object - offsetof(message_object, std));
}

static zend_object *create(zend_class_entry *entry)
{
	message_object *object = zend_object_alloc(sizeof *object, entry);

	zend_object_std_init(&object->std, entry);
	object_properties_init(&object->std, entry);
	object->std.handlers = &handlers;
	object->message = smtps_message_new();
	if (!object->message) {
		zend_error_noreturn(E_ERROR, "Out of memory");
	}
	return &object->std;
}

static zend_object *clone_object(zend_object *old)
{
	zend_object *new = create(old->ce);
	smtps_message *copy = smtps_message_clone(object_of(old)->message);

	if (!copy) {
		zend_error_noreturn(E_ERROR, "Out of memory");
	}
	smtps_message_free(object_of(new)->message);
	object_of(new)->message = copy;
	zend_objects_clone_members(new, old);
	return new;
}

static void free_object(zend_object *object)
{
	smtps_message_free(object_of(object)->message);
	zend_object_std_dtor(object);
}

void php_smtpsend_message_startup(zend_class_entry *entry)
{
	entry->create_object = create;
	memcpy(&handlers, &std_object_handlers, sizeof handlers);
	handlers.offset = offsetof(message_object, std);
	handlers.free_obj = free_object;
	handlers.clone_obj = clone_object;
}

smtps_message *php_smtpsend_message_of(zend_object *object)
{
	return object_of(object)->message;
}

/* --- the shape of all setters --- */

#define MESSAGE php_smtpsend_message_of(Z_OBJ_P(ZEND_THIS))
#define VIEW(text) ((text) ? (smtps_str){ZSTR_VAL(text), ZSTR_LEN(text)} : (smtps_str){"", 0})

/* Throws, or returns $this. */
static void finish(bool fine, smtps_error *error, zval *this, zval *return_value)
{
	if (!fine) {
		php_smtpsend_throw_error(error);
		return;
	}
	RETURN_COPY(this);
}

ZEND_METHOD(SmtpSend_Message, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

/* --- people --- */

static void people(INTERNAL_FUNCTION_PARAMETERS, smtps_role role, const char *key, bool replaces)
{
	zend_string *name = NULL, *text = NULL;
	HashTable *list = NULL;
	smtps_error error = {0};
	zval value;

	ZEND_PARSE_PARAMETERS_START(1, 2)
	Z_PARAM_ARRAY_HT_OR_STR(list, text)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();
	if (list) {
		ZVAL_ARR(&value, list);
	} else {
		ZVAL_STR(&value, text);
	}
	if (replaces) {
		smtps_message_clear_role(MESSAGE, role);
	}
	finish(php_smtpsend_add_people(MESSAGE, role, &value, name, key, &error), &error, ZEND_THIS, return_value);
}

#define PEOPLE(method, role, replaces) \
	ZEND_METHOD(SmtpSend_Message, method) \
	{ \
		people(INTERNAL_FUNCTION_PARAM_PASSTHRU, role, #method, replaces); \
	}

PEOPLE(from, SMTPS_FROM, true)
PEOPLE(sender, SMTPS_SENDER, true)
PEOPLE(replyTo, SMTPS_REPLY_TO, false)
PEOPLE(to, SMTPS_TO, false)
PEOPLE(cc, SMTPS_CC, false)
PEOPLE(bcc, SMTPS_BCC, false)

/* --- texts --- */

typedef bool set_text(smtps_message *message, smtps_str text, smtps_error *error);

static void one_text(INTERNAL_FUNCTION_PARAMETERS, set_text *set)
{
	zend_string *text;
	smtps_error error = {0};

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_STR(text)
	ZEND_PARSE_PARAMETERS_END();
	finish(set(MESSAGE, VIEW(text), &error), &error, ZEND_THIS, return_value);
}

ZEND_METHOD(SmtpSend_Message, subject)
{
	one_text(INTERNAL_FUNCTION_PARAM_PASSTHRU, smtps_message_set_subject);
}

ZEND_METHOD(SmtpSend_Message, messageId)
{
	one_text(INTERNAL_FUNCTION_PARAM_PASSTHRU, smtps_message_set_message_id);
}

ZEND_METHOD(SmtpSend_Message, inReplyTo)
{
	one_text(INTERNAL_FUNCTION_PARAM_PASSTHRU, smtps_message_set_in_reply_to);
}

typedef bool set_body(smtps_message *message, smtps_str text, smtps_str charset, smtps_error *error);

static void body(INTERNAL_FUNCTION_PARAMETERS, set_body *set)
{
	zend_string *text, *charset = NULL;
	smtps_error error = {0};

	ZEND_PARSE_PARAMETERS_START(1, 2)
	Z_PARAM_STR(text)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR(charset)
	ZEND_PARSE_PARAMETERS_END();
	finish(set(MESSAGE, VIEW(text), VIEW(charset), &error), &error, ZEND_THIS, return_value);
}

ZEND_METHOD(SmtpSend_Message, text)
{
	body(INTERNAL_FUNCTION_PARAM_PASSTHRU, smtps_message_set_text);
}

ZEND_METHOD(SmtpSend_Message, html)
{
	body(INTERNAL_FUNCTION_PARAM_PASSTHRU, smtps_message_set_html);
}

static void one_switch(INTERNAL_FUNCTION_PARAMETERS, void (*set)(smtps_message *message, bool wanted))
{
	bool wanted = true;

	ZEND_PARSE_PARAMETERS_START(0, 1)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(wanted)
	ZEND_PARSE_PARAMETERS_END();
	set(MESSAGE, wanted);
	RETURN_COPY(ZEND_THIS);
}

ZEND_METHOD(SmtpSend_Message, textFromHtml)
{
	one_switch(INTERNAL_FUNCTION_PARAM_PASSTHRU, smtps_message_set_text_from_html);
}

ZEND_METHOD(SmtpSend_Message, requireTls)
{
	one_switch(INTERNAL_FUNCTION_PARAM_PASSTHRU, smtps_message_set_require_tls);
}

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
	finish(smtps_message_set_calendar(MESSAGE, VIEW(calendar), method ? VIEW(method) : SMTPS_STR("REQUEST"), attach, &error),
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
	finish(php_smtpsend_add_part(MESSAGE, &part, &error), &error, ZEND_THIS, return_value);
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
	finish(php_smtpsend_add_part(
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
	finish(php_smtpsend_add_part(MESSAGE, &part, &error), &error, ZEND_THIS, return_value);
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
	finish(php_smtpsend_add_part(MESSAGE, &part, &error), &error, ZEND_THIS, return_value);
}

static zend_string *written(smtps_message *message, smtps_error *error);

/* The octets of another message, as they are now. */
static smtps_content *message_content(zval *value, smtps_error *error)
{
	smtps_content *content;
	zend_string *octets;
	zval text;

	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) != IS_OBJECT || Z_OBJCE_P(value) != php_smtpsend_ce_message) {
		return php_smtpsend_content_of(value, "the attached message", error);
	}
	octets = written(php_smtpsend_message_of(Z_OBJ_P(value)), error);
	if (!octets) {
		return NULL;
	}
	ZVAL_STR(&text, octets);
	content = php_smtpsend_content_of(&text, "the attached message", error);
	zend_string_release(octets);
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
	finish(content && smtps_message_attach_message(MESSAGE, content, VIEW(name), &error), &error, ZEND_THIS, return_value);
}

/* --- header fields --- */

ZEND_METHOD(SmtpSend_Message, header)
{
	zend_string *name, *value;
	smtps_error error = {0};

	ZEND_PARSE_PARAMETERS_START(2, 2)
	Z_PARAM_STR(name)
	Z_PARAM_STR(value)
	ZEND_PARSE_PARAMETERS_END();
	finish(smtps_message_add_header(MESSAGE, VIEW(name), VIEW(value), &error), &error, ZEND_THIS, return_value);
}

ZEND_METHOD(SmtpSend_Message, date)
{
	zend_object *date;
	zend_long seconds;
	zval value;
	smtps_error error = {0};

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_OBJ_OF_CLASS_OR_LONG(date, php_date_get_interface_ce(), seconds)
	ZEND_PARSE_PARAMETERS_END();
	if (date) {
		ZVAL_OBJ(&value, date);
	} else {
		ZVAL_LONG(&value, seconds);
	}
	finish(php_smtpsend_set_date(MESSAGE, &value, &error), &error, ZEND_THIS, return_value);
}

ZEND_METHOD(SmtpSend_Message, priority)
{
	zend_long priority;
	smtps_error error = {0};

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_LONG(priority)
	ZEND_PARSE_PARAMETERS_END();
	finish(smtps_message_set_priority(MESSAGE, priority < 0 || priority > 5 ? -1 : (int)priority, &error), &error, ZEND_THIS,
		return_value);
}

ZEND_METHOD(SmtpSend_Message, listUnsubscribe)
{
	zend_string *uri;
	HashTable *list;
	bool one_click = false;
	zval value;
	smtps_error error = {0};

	ZEND_PARSE_PARAMETERS_START(1, 2)
	Z_PARAM_ARRAY_HT_OR_STR(list, uri)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(one_click)
	ZEND_PARSE_PARAMETERS_END();
	if (list) {
		ZVAL_ARR(&value, list);
	} else {
		ZVAL_STR(&value, uri);
	}
	finish(php_smtpsend_set_unsubscribe(MESSAGE, &value, one_click, &error), &error, ZEND_THIS, return_value);
}

ZEND_METHOD(SmtpSend_Message, references)
{
	zend_string *id;
	HashTable *list;
	zval value;
	smtps_error error = {0};
	bool fine;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_ARRAY_HT_OR_STR(list, id)
	ZEND_PARSE_PARAMETERS_END();
	if (list) {
		ZVAL_ARR(&value, list);
	} else {
		ZVAL_STR(&value, id);
	}
	fine = smtps_message_add_reference(MESSAGE, SMTPS_STR(""), &error) &&
		   php_smtpsend_each_text(MESSAGE, &value, smtps_message_add_reference, "references", &error);
	finish(fine, &error, ZEND_THIS, return_value);
}

ZEND_METHOD(SmtpSend_Message, autoSubmitted)
{
	zend_string *value = NULL;
	smtps_error error = {0};

	ZEND_PARSE_PARAMETERS_START(0, 1)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR(value)
	ZEND_PARSE_PARAMETERS_END();
	finish(smtps_message_set_auto_submitted(MESSAGE, value ? VIEW(value) : SMTPS_STR("auto-generated"), &error), &error,
		ZEND_THIS, return_value);
}

/* --- envelope --- */

ZEND_METHOD(SmtpSend_Message, envelope)
{
	zend_string *sender = NULL, *one = NULL;
	HashTable *list = NULL;
	smtps_error error = {0};
	smtps_str from = {"", 0};
	zval value;
	bool fine;

	ZEND_PARSE_PARAMETERS_START(0, 2)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR_OR_NULL(sender)
	Z_PARAM_ARRAY_HT_OR_STR(list, one)
	ZEND_PARSE_PARAMETERS_END();
	if (sender) {
		from = ZSTR_LEN(sender) ? VIEW(sender) : SMTPS_STR("<>");
	}
	ZVAL_EMPTY_ARRAY(&value);
	if (list) {
		ZVAL_ARR(&value, list);
	} else if (one) {
		ZVAL_STR(&value, one);
	}
	fine = smtps_message_set_envelope_sender(MESSAGE, from, &error) &&
		   smtps_message_add_envelope_recipient(MESSAGE, SMTPS_STR(""), &error) &&
		   php_smtpsend_each_text(MESSAGE, &value, smtps_message_add_envelope_recipient, "envelope", &error);
	finish(fine, &error, ZEND_THIS, return_value);
}

ZEND_METHOD(SmtpSend_Message, dsn)
{
	zend_string *one = NULL, *give_back = NULL, *id = NULL;
	HashTable *list = NULL;
	smtps_error error = {0};
	zval value;

	ZEND_PARSE_PARAMETERS_START(0, 3)
	Z_PARAM_OPTIONAL
	Z_PARAM_ARRAY_HT_OR_STR(list, one)
	Z_PARAM_STR(give_back)
	Z_PARAM_STR(id)
	ZEND_PARSE_PARAMETERS_END();
	ZVAL_EMPTY_ARRAY(&value);
	if (list) {
		ZVAL_ARR(&value, list);
	} else if (one) {
		ZVAL_STR(&value, one);
	}
	finish(php_smtpsend_set_dsn(MESSAGE, &value, VIEW(give_back), VIEW(id), &error), &error, ZEND_THIS, return_value);
}

/* --- writing --- */

static bool compose(smtps_message *message, smtps_composed *composed, smtps_error *error)
{
	int64_t now = smtps_wall_seconds();
	zend_string *zone = php_format_date("Z", 1, (time_t)now, 1);
	smtps_compose_options options = {.now = now, .zone_minutes = (int)(ZEND_STRTOL(ZSTR_VAL(zone), NULL, 10) / 60)};

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
			   (got = composed.source->read(composed.source, ZSTR_VAL(octets) + length, size - length, error)) > 0) {
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

static bool write_stream(smtps_composed *composed, php_stream *stream, zend_long *count, smtps_error *error)
{
	char chunk[8192];
	ptrdiff_t got;

	while ((got = composed->source->read(composed->source, chunk, sizeof chunk, error)) > 0) {
		if (php_stream_write(stream, chunk, (size_t)got) != got) {
			return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_LOCAL, "the stream cannot be written to");
		}
		*count += got;
	}
	return got == 0;
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
}
