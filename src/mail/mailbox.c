/*
 * A mailbox as people write it: `Name <a@b>` or `a@b` (RFC 5322 3.4, strict); see address.h.
 */
#include "address.h"

#include <string.h>

#include "address_internal.h"
#include "base/memory.h"
#include "fault.h"

static bool bad_mailbox(smtps_error *error, smtps_str text, const char *why)
{
	smtps_quote quote;

	return smtps_bad_message(error, "\"%s\" %s", smtps_quoted(&quote, text), why);
}

void smtps_mailbox_free(smtps_mailbox *mailbox)
{
	smtps_buf_free(&mailbox->name);
	smtps_buf_free(&mailbox->address);
	*mailbox = (smtps_mailbox){0};
}

bool smtps_mailbox_copy(smtps_mailbox *to, const smtps_mailbox *from)
{
	smtps_mailbox copy = {.at = from->at, .is_utf8 = from->is_utf8};

	smtps_buf_add_str(&copy.name, smtps_buf_str(&from->name));
	smtps_buf_add_str(&copy.address, smtps_buf_str(&from->address));
	if (copy.name.failed || copy.address.failed) {
		smtps_mailbox_free(&copy);
		return false;
	}
	smtps_mailbox_free(to);
	*to = copy;
	return true;
}

smtps_str smtps_mailbox_local(const smtps_mailbox *mailbox)
{
	return (smtps_str){mailbox->address.data, mailbox->at};
}

smtps_str smtps_mailbox_domain(const smtps_mailbox *mailbox)
{
	smtps_str all = smtps_buf_str(&mailbox->address);

	return all.len ? (smtps_str){all.data + mailbox->at + 1, all.len - mailbox->at - 1} : all;
}

bool smtps_mailbox_set(smtps_mailbox *out, smtps_str address, smtps_str name, smtps_error *error)
{
	smtps_mailbox made = {0};
	size_t bad;

	if (name.len > SMTPS_DISPLAY_NAME_MAX) {
		return smtps_bad_message(error, "a name may have 1024 octets, this one has %zu", name.len);
	}
	bad = smtps_find_control(name, true);
	if (bad < name.len) {
		return smtps_bad_control(error, "the name", name, bad);
	}
	smtps_buf_add_str(&made.name, smtps_str_trim(name));
	if (!smtps_address_parts(&made.address, address, &made.at, &made.is_utf8, error)) {
		smtps_mailbox_free(&made);
		return false;
	}
	if (made.name.failed) {
		smtps_mailbox_free(&made);
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	smtps_mailbox_free(out);
	*out = made;
	return true;
}

/* What a stray octet in an unquoted name means; NULL where it is fine. */
static const char *stray_in_name(char octet, bool after_at)
{
	switch (octet) {
		case ',':
			return after_at
				? "looks like a list; one string is one mailbox: write an array with one string for each"
				: "has a comma in its name; put the name in double quotes, or give address and name apart";
		case ';':
		case ':':
			return "looks like a group; write the addresses themselves, or put the name in double quotes";
		case '(':
		case ')':
			return "holds a comment; put a name with parentheses in double quotes, or give address and name apart";
		case '[':
		case ']':
			return "has a bracket in its name; put the name in double quotes, or give address and name apart";
		case '\\':
			return "has a backslash in its name; put the name in double quotes, or give address and name apart";
		case '>': return "has a stray > in front of its address; write Name <a@b>";
		default: return NULL;
	}
}

/* The name in front of `<`: words and quoted strings, spaces between them kept. `*end` is where `<` stands, text.len
 * without one. */
static bool take_name(smtps_buf *name, smtps_str text, size_t *end, smtps_error *error)
{
	const char *why = NULL;
	bool after_at = false;
	size_t at = 0, used = 1;

	for (; at < text.len && text.data[at] != '<'; at += used) {
		used = 1;
		if (text.data[at] == '"') {
			if (!smtps_unquote(name, (smtps_str){text.data + at, text.len - at}, &used)) {
				return bad_mailbox(error, text, "has a quote that is not closed");
			}
			continue;
		}
		after_at = after_at || text.data[at] == '@';
		why = why ? why : stray_in_name(text.data[at], after_at);
		smtps_buf_add_char(name, text.data[at]);
	}
	*end = at;
	if (at >= text.len) {
		return true; /* no `<`: the address parser sees it all, and says what is wrong */
	}
	if (why) {
		return bad_mailbox(error, text, why);
	}
	return after_at
		? bad_mailbox(error, text,
			  "has an @ in its name; put the name in double quotes, or give address and name apart")
		: true;
}

/* Where the `>` of an address stands, quotes looked through; inner.len where there is none. */
static size_t find_close(smtps_str inner)
{
	bool quoted = false;
	size_t at = 0;

	for (; at < inner.len && (quoted || inner.data[at] != '>'); at++) {
		if (inner.data[at] == '"') {
			quoted = !quoted;
		} else if (quoted && inner.data[at] == '\\') {
			at++;
		}
	}
	return at < inner.len ? at : inner.len;
}

static bool take_angle(smtps_mailbox *out, smtps_str text, size_t angle, smtps_str name, smtps_error *error)
{
	smtps_str inner = {text.data + angle + 1, text.len - angle - 1};
	size_t close = find_close(inner);
	smtps_str behind;

	if (close == inner.len) {
		return bad_mailbox(error, text, "has a < without its >; write Name <a@b>");
	}
	behind = smtps_str_trim((smtps_str){inner.data + close + 1, inner.len - close - 1});
	if (behind.len) {
		return bad_mailbox(error, text,
			behind.data[0] == ',' || behind.data[0] == ';'
				? "looks like a list; one string is one mailbox: write an array with one string for each"
				: "has text behind its address; write Name <a@b>");
	}
	return smtps_mailbox_set(out, (smtps_str){inner.data, close}, name, error);
}

bool smtps_mailbox_parse(smtps_mailbox *out, smtps_str text, smtps_error *error)
{
	smtps_buf name = {0};
	size_t angle = 0, bad;
	bool fine;

	if (text.len > SMTPS_MAILBOX_TEXT_MAX) {
		return bad_mailbox(
			error, text, "is far too long for one mailbox; several are an array with one string for each");
	}
	bad = smtps_find_control(text, true);
	if (bad < text.len) {
		return smtps_bad_control(error, "the mailbox", text, bad);
	}
	text = smtps_str_trim(text);
	if (text.len == 0) {
		return smtps_bad_message(error, "the mailbox is empty; write a@b or Name <a@b>");
	}
	fine = take_name(&name, text, &angle, error);
	if (fine && name.failed) {
		fine = smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	} else if (fine && angle == text.len) {
		fine = smtps_mailbox_set(out, text, (smtps_str){NULL, 0}, error);
	} else if (fine) {
		fine = take_angle(out, text, angle, smtps_buf_str(&name), error);
	}
	smtps_buf_free(&name);
	return fine;
}
