/*
 * The array of SmtpSend::send(): one table of keys, which are the names of Message's methods, and `attachments`, `embeds`, `headers`.
 *
 * A value of null is as if the key were not there.
 */
#include "message.h"

#include <limits.h>

#include "base/text.h"

enum { KEY_MAX = 32 };

typedef bool setter(smtps_message *message, zval *value, const char *key, smtps_error *error);

static bool refuse(const char *key, zval *value, const char *instead, smtps_error *error)
{
	return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
		"the message's %s is of type %s: %s", key, php_smtpsend_type_name(value), instead);
}

static smtps_str view(zval *text)
{
	return (smtps_str){Z_STRVAL_P(text), Z_STRLEN_P(text)};
}

static bool is_text(zval *value, const char *key, smtps_error *error)
{
	return Z_TYPE_P(value) == IS_STRING || refuse(key, value, "write a text", error);
}

/* --- members of an array value --- */

/* Takes the named members out of an array; null ones stay NULL, unknown ones are errors. */
static bool members(zval *value, const char *key, const char *const *names, zval **out, smtps_error *error)
{
	zend_string *name;
	zval *member;

	ZEND_HASH_FOREACH_STR_KEY_VAL(Z_ARRVAL_P(value), name, member)
	{
		size_t i = 0;

		while (names[i] && !(name && strcmp(ZSTR_VAL(name), names[i]) == 0)) {
			i++;
		}
		if (!names[i]) {
			smtps_buf all = {0};

			for (i = 0; names[i]; i++) {
				smtps_buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
			}
			smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
				"the message's %s is an array with an unknown member: it may hold %s", key,
				smtps_buf_cstr(&all));
			smtps_buf_free(&all);
			return false;
		}
		ZVAL_DEREF(member);
		out[i] = Z_TYPE_P(member) == IS_NULL ? NULL : member;
	}
	ZEND_HASH_FOREACH_END();
	return true;
}

/* A member that is a text, or left out. */
static bool text_member(zval *member, const char *key, smtps_str *out, smtps_error *error)
{
	*out = (smtps_str){"", 0};
	if (!member) {
		return true;
	}
	if (!is_text(member, key, error)) {
		return false;
	}
	*out = view(member);
	return true;
}

/* --- setters --- */

static bool set_people(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	static const struct {
		const char *key;
		smtps_role role;
	} roles[] = {{"from", SMTPS_FROM}, {"sender", SMTPS_SENDER}, {"replyTo", SMTPS_REPLY_TO},
		{"to", SMTPS_TO}, {"cc", SMTPS_CC}, {"bcc", SMTPS_BCC}};
	size_t i = 0;

	while (strcmp(roles[i].key, key) != 0) {
		i++;
	}
	return php_smtpsend_add_people(message, roles[i].role, value, NULL, key, error);
}

static bool set_subject(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	return is_text(value, key, error) && smtps_message_set_subject(message, view(value), error);
}

static bool set_text(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	return is_text(value, key, error) && smtps_message_set_text(message, view(value), SMTPS_STR(""), error);
}

static bool set_html(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	return is_text(value, key, error) && smtps_message_set_html(message, view(value), SMTPS_STR(""), error);
}

static bool is_switch(zval *value, const char *key, smtps_error *error)
{
	return Z_TYPE_P(value) == IS_TRUE || Z_TYPE_P(value) == IS_FALSE ||
		refuse(key, value, "write true or false", error);
}

static bool set_text_from_html(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	if (!is_switch(value, key, error)) {
		return false;
	}
	smtps_message_set_text_from_html(message, Z_TYPE_P(value) == IS_TRUE);
	return true;
}

static bool set_require_tls(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	if (!is_switch(value, key, error)) {
		return false;
	}
	smtps_message_set_require_tls(message, Z_TYPE_P(value) == IS_TRUE);
	return true;
}

static bool set_date(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	(void)key;
	return php_smtpsend_set_date(message, value, error);
}

static bool set_message_id(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	return is_text(value, key, error) && smtps_message_set_message_id(message, view(value), error);
}

static bool set_in_reply_to(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	return is_text(value, key, error) && smtps_message_set_in_reply_to(message, view(value), error);
}

static bool set_auto_submitted(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	return is_text(value, key, error) && smtps_message_set_auto_submitted(message, view(value), error);
}

static bool set_references(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	return php_smtpsend_each_text(message, value, smtps_message_add_reference, key, error);
}

static bool set_priority(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	if (Z_TYPE_P(value) != IS_LONG || Z_LVAL_P(value) < INT_MIN || Z_LVAL_P(value) > INT_MAX) {
		return refuse(key, value, "write a number from 1 (highest) to 5", error);
	}
	return smtps_message_set_priority(message, (int)Z_LVAL_P(value), error);
}

static bool set_calendar(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	static const char *const names[] = {"data", "method", "attach", NULL};
	zval *given[3] = {value, NULL, NULL};
	smtps_str data, method;

	if (Z_TYPE_P(value) == IS_ARRAY) {
		given[0] = NULL;
		if (!members(value, key, names, given, error)) {
			return false;
		}
	}
	if (!text_member(given[0], key, &data, error) || !text_member(given[1], key, &method, error) ||
		(given[2] && !is_switch(given[2], key, error))) {
		return false;
	}
	return smtps_message_set_calendar(message, data, method.len ? method : SMTPS_STR("REQUEST"),
		!given[2] || Z_TYPE_P(given[2]) == IS_TRUE, error);
}

static bool set_unsubscribe(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	static const char *const names[] = {"uris", "oneClick", NULL};
	zval *given[2] = {value, NULL};

	if (Z_TYPE_P(value) == IS_ARRAY && zend_hash_str_exists(Z_ARRVAL_P(value), ZEND_STRL("uris"))) {
		given[0] = NULL;
		if (!members(value, key, names, given, error) || (given[1] && !is_switch(given[1], key, error))) {
			return false;
		}
	}
	return !given[0] ||
		php_smtpsend_set_unsubscribe(message, given[0], given[1] && Z_TYPE_P(given[1]) == IS_TRUE, error);
}

static bool set_envelope(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	static const char *const names[] = {"sender", "recipients", NULL};
	zval *given[2] = {NULL, NULL};
	smtps_str sender;

	if (Z_TYPE_P(value) != IS_ARRAY) {
		return refuse(key, value, "write an array with sender and recipients", error);
	}
	if (!members(value, key, names, given, error) || !text_member(given[0], key, &sender, error) ||
		(given[0] &&
			!smtps_message_set_envelope_sender(message, sender.len ? sender : SMTPS_STR("<>"), error))) {
		return false;
	}
	return !given[1] ||
		php_smtpsend_each_text(message, given[1], smtps_message_add_envelope_recipient, key, error);
}

static bool set_dsn(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	static const char *const names[] = {"notify", "return", "id", NULL};
	zval *given[3] = {value, NULL, NULL};
	smtps_str give_back, id;

	if (Z_TYPE_P(value) == IS_ARRAY && !zend_array_is_list(Z_ARRVAL_P(value))) {
		given[0] = NULL;
		if (!members(value, key, names, given, error)) {
			return false;
		}
	}
	return text_member(given[1], key, &give_back, error) && text_member(given[2], key, &id, error) &&
		php_smtpsend_set_dsn(message, given[0], give_back, id, error);
}

/* --- lists --- */

enum { PATH, DATA, NAME, TYPE, CID, PART_MEMBERS };

static bool add_part(
	smtps_message *message, zval *value, const char *key, zend_string *cid, smtps_error *error)
{
	static const char *const names[] = {"path", "data", "name", "type", "cid", NULL};
	zval *given[PART_MEMBERS] = {NULL};
	php_smtpsend_part part = {.is_embedded = strcmp(key, "embeds") == 0};

	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) == IS_STRING) {
		given[PATH] = value;
	} else if (Z_TYPE_P(value) != IS_ARRAY) {
		return refuse(key, value, "write a file's name, or an array with path or data, name and type", error);
	} else if (!members(value, key, names, given, error)) {
		return false;
	}
	if (!given[PATH] == !given[DATA] || (given[CID] && !part.is_embedded)) {
		return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
			"an item of the message's %s %s", key,
			given[CID] && !part.is_embedded ? "has a cid: write it into embeds"
											: "needs either path or data");
	}
	if ((given[PATH] && !is_text(given[PATH], key, error)) ||
		!text_member(given[NAME], key, &part.name, error) ||
		!text_member(given[TYPE], key, &part.type, error) ||
		!text_member(given[CID], key, &part.cid, error)) {
		return false;
	}
	if (cid && !part.cid.len) {
		part.cid = (smtps_str){ZSTR_VAL(cid), ZSTR_LEN(cid)};
	}
	part.path = given[PATH];
	part.data = given[DATA];
	return php_smtpsend_add_part(message, &part, error);
}

static bool set_parts(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	zend_string *cid;
	zval *one;

	if (Z_TYPE_P(value) != IS_ARRAY) {
		return refuse(key, value, "write a list", error);
	}
	ZEND_HASH_FOREACH_STR_KEY_VAL(Z_ARRVAL_P(value), cid, one)
	{
		if (!add_part(message, one, key, cid, error)) {
			return false;
		}
	}
	ZEND_HASH_FOREACH_END();
	return true;
}

static bool add_header(
	smtps_message *message, zend_string *name, zval *value, const char *key, smtps_error *error)
{
	zval *one;

	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) == IS_ARRAY) {
		ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(value), one)
		{
			ZVAL_DEREF(one);
			if (Z_TYPE_P(one) == IS_ARRAY || !add_header(message, name, one, key, error)) {
				return Z_TYPE_P(one) == IS_ARRAY ? refuse(key, one, "write name => text", error) : false;
			}
		}
		ZEND_HASH_FOREACH_END();
		return true;
	}
	return is_text(value, key, error) &&
		smtps_message_add_header(message, (smtps_str){ZSTR_VAL(name), ZSTR_LEN(name)}, view(value), error);
}

static bool set_headers(smtps_message *message, zval *value, const char *key, smtps_error *error)
{
	zend_string *name;
	zval *one;

	if (Z_TYPE_P(value) != IS_ARRAY) {
		return refuse(key, value, "write name => text", error);
	}
	ZEND_HASH_FOREACH_STR_KEY_VAL(Z_ARRVAL_P(value), name, one)
	{
		if (!name) {
			return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
				"the message's headers hold an item without a name: write name => text");
		}
		if (!add_header(message, name, one, key, error)) {
			return false;
		}
	}
	ZEND_HASH_FOREACH_END();
	return true;
}

/* --- the table --- */

static const struct {
	const char *key;
	setter *set;
} keys[] = {
	{"from", set_people},
	{"sender", set_people},
	{"replyTo", set_people},
	{"to", set_people},
	{"cc", set_people},
	{"bcc", set_people},
	{"subject", set_subject},
	{"text", set_text},
	{"html", set_html},
	{"textFromHtml", set_text_from_html},
	{"attachments", set_parts},
	{"embeds", set_parts},
	{"headers", set_headers},
	{"date", set_date},
	{"messageId", set_message_id},
	{"priority", set_priority},
	{"calendar", set_calendar},
	{"listUnsubscribe", set_unsubscribe},
	{"inReplyTo", set_in_reply_to},
	{"references", set_references},
	{"autoSubmitted", set_auto_submitted},
	{"envelope", set_envelope},
	{"dsn", set_dsn},
	{"requireTls", set_require_tls},
};
enum { KEYS = sizeof keys / sizeof *keys };

/* Levenshtein's distance, case folded; `a` is at most KEY_MAX long. */
static size_t distance(smtps_str a, smtps_str b)
{
	size_t row[KEY_MAX + 1];

	for (size_t i = 0; i <= a.len; i++) {
		row[i] = i;
	}
	for (size_t j = 1; j <= b.len; j++) {
		size_t corner = row[0];

		row[0] = j;
		for (size_t i = 1; i <= a.len; i++) {
			size_t above = row[i];
			size_t best = corner + (smtps_lower(a.data[i - 1]) != smtps_lower(b.data[j - 1]));

			best = above + 1 < best ? above + 1 : best;
			row[i] = row[i - 1] + 1 < best ? row[i - 1] + 1 : best;
			corner = above;
		}
	}
	return row[a.len];
}

static bool refuse_unknown(smtps_str key, smtps_error *error)
{
	smtps_buf shown = {0};
	size_t nearest = 0, least = SIZE_MAX;

	smtps_text_one_line(&shown, key, KEY_MAX);
	for (size_t i = 0; i < KEYS && key.len <= KEY_MAX; i++) {
		size_t far = distance(key, smtps_str_of(keys[i].key));

		if (far < least) {
			least = far;
			nearest = i;
		}
	}
	smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
		"the message has an unknown key \"%s\"; the nearest known one is %s", smtps_buf_cstr(&shown),
		keys[nearest].key);
	smtps_buf_free(&shown);
	return false;
}

bool php_smtpsend_message_fill(smtps_message *message, HashTable *array, smtps_error *error)
{
	zend_string *key;
	zval *value;

	ZEND_HASH_FOREACH_STR_KEY_VAL(array, key, value)
	{
		size_t i = 0;

		if (!key) {
			return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
				"the message is a list without names: write ['from' => ..., 'to' => [...], 'subject' => ..., 'text' => ...]");
		}
		while (i < KEYS && strcmp(ZSTR_VAL(key), keys[i].key) != 0) {
			i++;
		}
		if (i == KEYS) {
			return refuse_unknown((smtps_str){ZSTR_VAL(key), ZSTR_LEN(key)}, error);
		}
		ZVAL_DEREF(value);
		if (Z_TYPE_P(value) != IS_NULL && !keys[i].set(message, value, keys[i].key, error)) {
			return false;
		}
	}
	ZEND_HASH_FOREACH_END();
	return true;
}
