/*
 * SmtpSend\Message: a message as it is built. Each method sets one field of the core's message and returns the object.
 */
#include "message.h"

#include "ext/date/php_date.h"

#include "php/exceptions.h"
#include "php/guard.h"

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

void php_smtpsend_message_return(bool fine, smtps_error *error, zval *this, zval *return_value)
{
	if (!fine) {
		php_smtpsend_throw_error(error);
		php_smtpsend_leave();
		return;
	}
	RETURN_COPY(this);
}

ZEND_METHOD(SmtpSend_Message, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

/* --- people --- */

/* Tried on a message that is thrown away first, so that a wrong one changes nothing. */
static bool replace_people(smtps_message *message, smtps_role role, zval *value, zend_string *name,
	const char *key, smtps_error *error)
{
	smtps_message *trial = smtps_message_new();
	bool fine = trial ? php_smtpsend_add_people(trial, role, value, name, key, error)
					  : smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);

	smtps_message_free(trial);
	if (!fine) {
		return false;
	}
	smtps_message_clear_role(message, role);
	return php_smtpsend_add_people(message, role, value, name, key, error);
}

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
	php_smtpsend_message_return(replaces ? replace_people(MESSAGE, role, &value, name, key, &error)
										 : php_smtpsend_add_people(MESSAGE, role, &value, name, key, &error),
		&error, ZEND_THIS, return_value);
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
	php_smtpsend_message_return(set(MESSAGE, VIEW(text), &error), &error, ZEND_THIS, return_value);
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
	php_smtpsend_message_return(
		set(MESSAGE, VIEW(text), VIEW(charset), &error), &error, ZEND_THIS, return_value);
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

/* --- header fields --- */

ZEND_METHOD(SmtpSend_Message, header)
{
	zend_string *name, *value;
	smtps_error error = {0};

	ZEND_PARSE_PARAMETERS_START(2, 2)
	Z_PARAM_STR(name)
	Z_PARAM_STR(value)
	ZEND_PARSE_PARAMETERS_END();
	php_smtpsend_message_return(
		smtps_message_add_header(MESSAGE, VIEW(name), VIEW(value), &error), &error, ZEND_THIS, return_value);
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
	php_smtpsend_message_return(
		php_smtpsend_set_date(MESSAGE, &value, &error), &error, ZEND_THIS, return_value);
}

ZEND_METHOD(SmtpSend_Message, priority)
{
	zend_long priority;
	smtps_error error = {0};

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_LONG(priority)
	ZEND_PARSE_PARAMETERS_END();
	php_smtpsend_message_return(
		smtps_message_set_priority(MESSAGE, priority < 0 || priority > 5 ? -1 : (int)priority, &error),
		&error, ZEND_THIS, return_value);
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
	php_smtpsend_message_return(
		php_smtpsend_set_unsubscribe(MESSAGE, &value, one_click, &error), &error, ZEND_THIS, return_value);
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
	php_smtpsend_message_return(fine, &error, ZEND_THIS, return_value);
}

ZEND_METHOD(SmtpSend_Message, autoSubmitted)
{
	zend_string *value = NULL;
	smtps_error error = {0};

	ZEND_PARSE_PARAMETERS_START(0, 1)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR(value)
	ZEND_PARSE_PARAMETERS_END();
	php_smtpsend_message_return(
		smtps_message_set_auto_submitted(MESSAGE, value ? VIEW(value) : SMTPS_STR("auto-generated"), &error),
		&error, ZEND_THIS, return_value);
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
	php_smtpsend_message_return(fine, &error, ZEND_THIS, return_value);
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
	php_smtpsend_message_return(php_smtpsend_set_dsn(MESSAGE, &value, VIEW(give_back), VIEW(id), &error),
		&error, ZEND_THIS, return_value);
}
