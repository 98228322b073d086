/*
 * Fields of a message that PHP may write in more than one type; see message.h. Syntax is the core's to judge.
 */
#include "message.h"

#include "ext/date/php_date.h"
#include "zend_interfaces.h"

#include "files.h"
#include "guard.h"
#include "spool.h"

static bool refuse_type(const char *key, zval *value, const char *instead, smtps_error *error)
{
	return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE, "%s is of type %s: %s",
		key, php_smtpsend_type_name(value), instead);
}

static smtps_str view(zend_string *text)
{
	return text ? (smtps_str){ZSTR_VAL(text), ZSTR_LEN(text)} : (smtps_str){"", 0};
}

/* --- people --- */

static bool add_person(smtps_message *message, smtps_role role, zval *value, zend_string *name,
	const char *key, smtps_error *error)
{
	zend_string *text;
	bool fine;

	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) != IS_STRING &&
		!(Z_TYPE_P(value) == IS_OBJECT && instanceof_function(Z_OBJCE_P(value), zend_ce_stringable))) {
		return refuse_type(key, value, "write \"Ann <ann@example.net>\" or \"ann@example.net\"", error);
	}
	text = php_smtpsend_text_of(value);
	if (!text) {
		return false;
	}
	fine = name && ZSTR_LEN(name) ? smtps_message_add_address(message, role, view(text), view(name), error)
								  : smtps_message_add_mailbox(message, role, view(text), error);
	zend_string_release(text);
	return fine;
}

/* ['ann@example.net' => 'Ann'] */
static bool add_named(smtps_message *message, smtps_role role, zend_string *address, zval *name,
	const char *key, smtps_error *error)
{
	ZVAL_DEREF(name);
	if (Z_TYPE_P(name) != IS_STRING) {
		return refuse_type(key, name, "write address => name", error);
	}
	return smtps_message_add_address(message, role, view(address), view(Z_STR_P(name)), error);
}

bool php_smtpsend_add_people(smtps_message *message, smtps_role role, zval *value, zend_string *name,
	const char *key, smtps_error *error)
{
	zend_string *address;
	zval *one;

	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) != IS_ARRAY) {
		return add_person(message, role, value, name, key, error);
	}
	if (name && ZSTR_LEN(name)) {
		return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
			"%s is an array with one name for all: write address => name", key);
	}
	ZEND_HASH_FOREACH_STR_KEY_VAL(Z_ARRVAL_P(value), address, one)
	{
		if (!(address ? add_named(message, role, address, one, key, error)
					  : add_person(message, role, one, NULL, key, error))) {
			return false;
		}
	}
	ZEND_HASH_FOREACH_END();
	return true;
}

/* --- header fields --- */

typedef struct method_call {
	zend_object *object;
	const char *method;
	zval result;
} method_call;

static void run_method_call(void *context)
{
	method_call *call = context;

	zend_call_method(call->object, call->object->ce, NULL, call->method, strlen(call->method), &call->result,
		0, NULL, NULL);
}

static bool call_for_number(zval *object, const char *method, zend_long *number)
{
	method_call call = {.object = Z_OBJ_P(object), .method = method};
	bool fine;

	ZVAL_UNDEF(&call.result);
	fine = php_smtpsend_guard(run_method_call, &call);
	*number = Z_TYPE(call.result) == IS_LONG ? Z_LVAL(call.result) : 0;
	zval_ptr_dtor(&call.result);
	return fine && !EG(exception);
}

bool php_smtpsend_set_date(smtps_message *message, zval *value, smtps_error *error)
{
	zend_long seconds, offset;
	zend_string *zone;

	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) == IS_OBJECT && instanceof_function(Z_OBJCE_P(value), php_date_get_interface_ce())) {
		return call_for_number(value, "gettimestamp", &seconds) &&
			call_for_number(value, "getoffset", &offset) &&
			smtps_message_set_date(message, seconds, (int)(offset / 60), error);
	}
	if (Z_TYPE_P(value) != IS_LONG) {
		return refuse_type("date", value, "write a DateTimeInterface, or seconds since 1970", error);
	}
	zone = php_format_date("Z", 1, (time_t)Z_LVAL_P(value), 1);
	offset = ZEND_STRTOL(ZSTR_VAL(zone), NULL, 10);
	zend_string_release(zone);
	return smtps_message_set_date(message, Z_LVAL_P(value), (int)(offset / 60), error);
}

bool php_smtpsend_each_text(
	smtps_message *message, zval *value, php_smtpsend_add_text *add, const char *key, smtps_error *error)
{
	zval *one;

	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) == IS_STRING) {
		return add(message, view(Z_STR_P(value)), error);
	}
	if (Z_TYPE_P(value) != IS_ARRAY) {
		return refuse_type(key, value, "write a text or a list of texts", error);
	}
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(value), one)
	{
		ZVAL_DEREF(one);
		if (Z_TYPE_P(one) != IS_STRING) {
			return refuse_type(key, one, "write a list of texts", error);
		}
		if (!add(message, view(Z_STR_P(one)), error)) {
			return false;
		}
	}
	ZEND_HASH_FOREACH_END();
	return true;
}

bool php_smtpsend_set_unsubscribe(smtps_message *message, zval *uris, bool one_click, smtps_error *error)
{
	smtps_str *list;
	size_t count = 0;
	bool fine = true;
	zval *one;

	ZVAL_DEREF(uris);
	if (Z_TYPE_P(uris) == IS_STRING) {
		smtps_str single = view(Z_STR_P(uris));

		return smtps_message_set_list_unsubscribe(message, &single, 1, one_click, error);
	}
	if (Z_TYPE_P(uris) != IS_ARRAY) {
		return refuse_type("listUnsubscribe", uris, "write a URI or a list of URIs", error);
	}
	list = safe_emalloc(zend_hash_num_elements(Z_ARRVAL_P(uris)) + 1, sizeof *list, 0);
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(uris), one)
	{
		ZVAL_DEREF(one);
		fine =
			Z_TYPE_P(one) == IS_STRING || refuse_type("listUnsubscribe", one, "write a list of URIs", error);
		if (!fine) {
			break;
		}
		list[count++] = view(Z_STR_P(one));
	}
	ZEND_HASH_FOREACH_END();
	fine = fine && smtps_message_set_list_unsubscribe(message, list, count, one_click, error);
	efree(list);
	return fine;
}

/* --- delivery status notifications --- */

static bool notify_bit(smtps_str word, unsigned *notify, smtps_error *error)
{
	static const struct {
		const char *word;
		unsigned bit;
	} words[] = {{"never", SMTPS_DSN_NEVER}, {"success", SMTPS_DSN_SUCCESS}, {"failure", SMTPS_DSN_FAILURE},
		{"delay", SMTPS_DSN_DELAY}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (smtps_str_equal_nocase(word, smtps_str_of(words[i].word))) {
			*notify |= words[i].bit;
			return true;
		}
	}
	return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
		"dsn asks for an unknown notification: write success, failure, delay, or never");
}

static bool read_notify(zval *value, unsigned *notify, smtps_error *error)
{
	zval *one;

	if (!value) {
		return true;
	}
	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) == IS_STRING) {
		smtps_str rest = view(Z_STR_P(value));

		do {
			if (!notify_bit(smtps_str_trim(smtps_str_split(rest, ',', &rest)), notify, error)) {
				return false;
			}
		} while (rest.data);
		return true;
	}
	if (Z_TYPE_P(value) != IS_ARRAY) {
		return refuse_type("dsn", value, "write success, failure, delay, or never", error);
	}
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(value), one)
	{
		ZVAL_DEREF(one);
		if (Z_TYPE_P(one) != IS_STRING) {
			return refuse_type("dsn", one, "write success, failure, delay, or never", error);
		}
		if (!notify_bit(view(Z_STR_P(one)), notify, error)) {
			return false;
		}
	}
	ZEND_HASH_FOREACH_END();
	return true;
}

bool php_smtpsend_set_dsn(
	smtps_message *message, zval *notify, smtps_str give_back, smtps_str id, smtps_error *error)
{
	unsigned bits = 0;
	char ret = 0;

	if (!read_notify(notify, &bits, error)) {
		return false;
	}
	if (smtps_str_equal_nocase(give_back, SMTPS_STR("full"))) {
		ret = 'F';
	} else if (smtps_str_equal_nocase(give_back, SMTPS_STR("headers"))) {
		ret = 'H';
	} else if (give_back.len) {
		return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
			"dsn asks for an unknown part to be returned: write full or headers");
	}
	return smtps_message_set_dsn(message, bits, ret, id, error);
}

/* --- parts --- */

static smtps_content *file_content(smtps_str path, smtps_error *error)
{
	php_smtpsend_file_rules rules = {.subject = "the attachment", .is_script = true, .is_message = true};
	smtps_content *content;
	uint64_t size;
	int fd = php_smtpsend_file_open(path, &rules, &size, error);

	if (fd < 0) {
		return NULL;
	}
	content = php_smtpsend_file_content(fd, 0, size);
	if (!content) {
		smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	return content;
}

bool php_smtpsend_add_part(smtps_message *message, const php_smtpsend_part *part, smtps_error *error)
{
	smtps_str name = part->name, type = part->type;
	smtps_content *content;

	if (part->path) {
		smtps_str path = view(Z_STR_P(part->path));

		content = file_content(path, error);
		/* An embedded file shows no name, but its type is that of its own. */
		type = type.len || name.len ? type : smtps_media_type_of_name(path);
		name = name.len || part->is_embedded ? name : path;
	} else {
		content = php_smtpsend_content_of(part->data, "the attachment", error);
	}
	if (!content) {
		return false;
	}
	return part->is_embedded ? smtps_message_embed(message, content, part->cid, name, type, error)
							 : smtps_message_attach(message, content, name, type, error);
}
