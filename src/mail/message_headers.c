/*
 * The message's other fields: custom headers, date, ids, priority, list and envelope settings; see message.h.
 */
#include "message.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "date.h"
#include "fault.h"
#include "field.h"
#include "message_internal.h"

typedef enum name_rule {
	NAME_REFUSED, /* `advice` says what to do instead */
	NAME_STRUCTURED, /* ASCII only; any number */
	NAME_SINGLE /* ASCII only; one, and not beside its setter */
} name_rule;

/* Fields that header() treats in a way of their own; a name that ends in * is a beginning. */
static const struct {
	const char *name;
	name_rule rule;
	const char *advice;
} known_names[] = {
	{"From", NAME_REFUSED, "call from()"},
	{"Sender", NAME_REFUSED, "call sender()"},
	{"Reply-To", NAME_REFUSED, "call replyTo()"},
	{"To", NAME_REFUSED, "call to()"},
	{"Cc", NAME_REFUSED, "call cc()"},
	{"Bcc", NAME_REFUSED, "call bcc()"},
	{"Resent-Bcc", NAME_REFUSED, "call bcc()"},
	{"Subject", NAME_REFUSED, "call subject()"},
	{"Date", NAME_REFUSED, "call date()"},
	{"Message-ID", NAME_REFUSED, "call messageId()"},
	{"Return-Path", NAME_REFUSED, "the receiving server writes it; call envelope() to say where bounces go"},
	{"MIME-Version", NAME_REFUSED, "it is written for you"},
	{"Content-*", NAME_REFUSED, "it is written for you; call text(), html() or attach()"},
	{"DKIM-Signature", NAME_REFUSED, "set dkim_domain, dkim_selector and dkim_key"},
	{"In-Reply-To", NAME_SINGLE, "inReplyTo()"},
	{"References", NAME_SINGLE, "references()"},
	{"Auto-Submitted", NAME_SINGLE, "autoSubmitted()"},
	{"X-Priority", NAME_SINGLE, "priority()"},
	{"Importance", NAME_SINGLE, "priority()"},
	{"List-Unsubscribe", NAME_SINGLE, "listUnsubscribe()"},
	{"List-Unsubscribe-Post", NAME_SINGLE, "listUnsubscribe()"},
	{"List-*", NAME_STRUCTURED, ""},
	{"Resent-*", NAME_STRUCTURED, ""},
	{"Received", NAME_STRUCTURED, ""},
	{"Disposition-Notification-To", NAME_STRUCTURED, ""},
	{"Return-Receipt-To", NAME_STRUCTURED, ""},
	{"Errors-To", NAME_STRUCTURED, ""},
	{"Precedence", NAME_STRUCTURED, ""},
	{"Priority", NAME_STRUCTURED, ""},
	{"Sensitivity", NAME_STRUCTURED, ""},
	{"Feedback-ID", NAME_STRUCTURED, ""},
};

enum { LONGEST_TOKEN = 900 };

static bool name_is(smtps_str name, const char *pattern)
{
	size_t len = strlen(pattern);

	return pattern[len - 1] == '*' ? smtps_str_starts_nocase(name, (smtps_str){pattern, len - 1})
								   : smtps_str_equal_nocase(name, (smtps_str){pattern, len});
}

size_t smtps_message_count_header(const smtps_message *message, smtps_str name)
{
	size_t count = 0;

	for (size_t i = 0; i < message->header_count; i++) {
		count += smtps_str_equal_nocase(smtps_buf_str(&message->headers[i].name), name);
	}
	return count;
}

static bool check_name(smtps_message *message, smtps_str name, bool *structured, smtps_error *error)
{
	smtps_quote quote;

	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] <= ' ' || name.data[i] >= 0x7f || name.data[i] == ':') {
			return smtps_bad_message(error,
				"\"%s\" cannot name a header field; a name has printable ASCII characters without spaces and colons",
				smtps_quoted(&quote, name));
		}
	}
	if (name.len == 0 || name.len > SMTPS_HEADER_NAME_MAX) {
		return smtps_bad_message(
			error, "the name of a header field has 1 to 76 characters, not %zu", name.len);
	}
	*structured = false;
	for (size_t i = 0; i < sizeof known_names / sizeof known_names[0]; i++) {
		if (!name_is(name, known_names[i].name)) {
			continue;
		}
		*structured = true;
		if (known_names[i].rule == NAME_REFUSED) {
			return smtps_bad_message(
				error, "header() does not set %s: %s", smtps_quoted(&quote, name), known_names[i].advice);
		}
		if (known_names[i].rule == NAME_SINGLE && smtps_message_count_header(message, name)) {
			return smtps_bad_message(
				error, "a message may have only one %s field", smtps_quoted(&quote, name));
		}
		return true;
	}
	return true;
}

/* Structured values are written word by word: ASCII, blanks squeezed, no word that would make a line too long. */
static bool squeeze(smtps_buf *out, smtps_str name, smtps_str value, smtps_error *error)
{
	size_t word = 0;
	smtps_quote quote;

	if (!smtps_is_ascii(value)) {
		return smtps_bad_message(
			error, "%s may hold ASCII only; encode the rest (URLs by %%HH)", smtps_quoted(&quote, name));
	}
	for (size_t i = 0; i < value.len; i++) {
		if (value.data[i] == ' ' || value.data[i] == '\t') {
			word = 0;
			continue;
		}
		if (word == 0 && out->len) {
			smtps_buf_add_char(out, ' ');
		}
		if (++word > LONGEST_TOKEN) {
			return smtps_bad_message(
				error, "%s has a word of more than 900 octets", smtps_quoted(&quote, name));
		}
		smtps_buf_add_char(out, value.data[i]);
	}
	return true;
}

static bool check_value(smtps_str name, smtps_str value, smtps_error *error)
{
	smtps_quote quote;
	size_t bad;

	if (value.len > SMTPS_HEADER_VALUE_MAX) {
		return smtps_bad_message(error, "a header field may have 65536 octets, this one has %zu", value.len);
	}
	bad = smtps_find_control(value, false);
	return bad == value.len || smtps_bad_control(error, smtps_quoted(&quote, name), value, bad);
}

static bool take_header(smtps_message *message, smtps_custom_header *header, smtps_error *error)
{
	if (message->header_count == message->header_cap) {
		size_t cap = message->header_cap ? message->header_cap * 2 : 4;
		smtps_custom_header *headers = smtps_realloc(message->headers, cap * sizeof *headers);

		if (!headers) {
			return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
		}
		message->headers = headers;
		message->header_cap = cap;
	}
	message->headers[message->header_count++] = *header;
	smtps_message_touch(message);
	return true;
}

bool smtps_message_add_header(smtps_message *message, smtps_str name, smtps_str value, smtps_error *error)
{
	smtps_custom_header header = {0};
	bool fine;

	if (message->header_count >= SMTPS_CUSTOM_HEADERS_MAX) {
		return smtps_bad_message(error, "a message may have 1000 header fields");
	}
	fine = check_name(message, name, &header.structured, error) && check_value(name, value, error);
	if (fine && header.structured) {
		fine = squeeze(&header.value, name, value, error);
	} else if (fine) {
		smtps_buf_add_str(&header.value, value);
	}
	smtps_buf_add_str(&header.name, name);
	if (fine && (header.name.failed || header.value.failed)) {
		fine = smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	fine = fine && take_header(message, &header, error);
	if (!fine) {
		smtps_buf_free(&header.name);
		smtps_buf_free(&header.value);
	}
	return fine;
}

void smtps_message_clear_headers(smtps_message *message)
{
	for (size_t i = 0; i < message->header_count; i++) {
		smtps_buf_free(&message->headers[i].name);
		smtps_buf_free(&message->headers[i].value);
	}
	smtps_free(message->headers);
	message->headers = NULL;
	message->header_count = message->header_cap = 0;
	smtps_message_touch(message);
}

bool smtps_message_set_date(smtps_message *message, int64_t seconds, int zone_minutes, smtps_error *error)
{
	if (!smtps_date_fits(seconds, zone_minutes)) {
		return smtps_bad_message(error, "date: a year from 1 to 9999 and a zone of less than a day");
	}
	message->has_date = true;
	message->date = seconds;
	message->zone_minutes = zone_minutes;
	smtps_message_touch(message);
	return true;
}

/* The inside of `<left@right>` or `left@right` (RFC 5322 3.6.4): visible ASCII, one @, no angle brackets. */
static bool check_id(smtps_str *id, const char *what, smtps_error *error)
{
	size_t at;
	smtps_quote quote;
	smtps_str inner = *id;
	bool fine;

	if (inner.len >= 2 && inner.data[0] == '<' && inner.data[inner.len - 1] == '>') {
		inner = (smtps_str){inner.data + 1, inner.len - 2};
	}
	at = smtps_str_find(inner, '@');
	fine = inner.len <= SMTPS_MESSAGE_ID_MAX && at > 0 && at + 1 < inner.len;
	for (size_t i = 0; fine && i < inner.len; i++) {
		char octet = inner.data[i];

		fine = octet > ' ' && octet < 0x7f && !strchr("<>()\\,;\"", octet) && (octet != '@' || i == at);
	}
	if (!fine) {
		return smtps_bad_message(error,
			"%s: \"%s\" is no message id; write <left@right>, at most 250 visible ASCII characters", what,
			smtps_quoted(&quote, *id));
	}
	*id = inner;
	return true;
}

bool smtps_message_set_message_id(smtps_message *message, smtps_str id, smtps_error *error)
{
	if (id.len && !check_id(&id, "messageId", error)) {
		return false;
	}
	smtps_message_touch(message);
	return smtps_buf_replace(&message->message_id, id, error);
}

static bool append_id(smtps_buf *value, smtps_str id, smtps_error *error)
{
	size_t before = value->len;

	if (value->len) {
		smtps_buf_add_char(value, ' ');
	}
	smtps_buf_add_char(value, '<');
	smtps_buf_add_str(value, id);
	smtps_buf_add_char(value, '>');
	if (value->failed) {
		value->failed = false;
		value->len = before;
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	return true;
}

bool smtps_message_set_in_reply_to(smtps_message *message, smtps_str id, smtps_error *error)
{
	if (id.len && !check_id(&id, "inReplyTo", error)) {
		return false;
	}
	smtps_message_touch(message);
	smtps_buf_clear(&message->in_reply_to);
	return id.len == 0 || append_id(&message->in_reply_to, id, error);
}

bool smtps_message_add_reference(smtps_message *message, smtps_str id, smtps_error *error)
{
	smtps_message_touch(message);
	if (id.len == 0) {
		smtps_buf_clear(&message->references);
		return true;
	}
	if (message->references.len > SMTPS_HEADER_VALUE_MAX) {
		return smtps_bad_message(error, "references: too many; leave out those in the middle");
	}
	return check_id(&id, "references", error) && append_id(&message->references, id, error);
}

bool smtps_message_set_priority(smtps_message *message, int priority, smtps_error *error)
{
	if (priority < 0 || priority > 5) {
		return smtps_bad_message(error, "priority: 1 (highest) to 5 (lowest), not %d", priority);
	}
	message->priority = priority;
	smtps_message_touch(message);
	return true;
}

bool smtps_message_set_auto_submitted(smtps_message *message, smtps_str value, smtps_error *error)
{
	static const char *const values[] = {"auto-generated", "auto-replied", "auto-notified", "no"};
	smtps_quote quote;

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		if (value.len == 0 || smtps_str_equal_nocase(value, smtps_str_of(values[i]))) {
			smtps_message_touch(message);
			return smtps_buf_replace(&message->auto_submitted, value, error);
		}
	}
	return smtps_bad_message(error,
		"autoSubmitted: auto-generated, auto-replied, auto-notified or no, not \"%s\"",
		smtps_quoted(&quote, value));
}
