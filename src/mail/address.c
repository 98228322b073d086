/*
 * An address (RFC 5321 4.1.2, 4.1.3; RFC 6531 3.3): local part, domain, literal; see address.h.
 *
 * The text is parsed whole, then written anew from its parts: a local part is quoted only where it must be, a domain
 * becomes lower-case A-labels. Encoded words are never decoded.
 */
#include "address.h"

#include <string.h>

#include "base/idn.h"
#include "base/text.h"
#include "address_internal.h"
#include "fault.h"

static const char atext_marks[] = "!#$%&'*+-/=?^_`{|}~";

bool smtps_is_atext(char octet)
{
	return smtps_is_alnum(octet) || (unsigned char)octet >= 0x80 ||
		(octet && strchr(atext_marks, octet) != NULL);
}

static bool bad_address(smtps_error *error, smtps_str text, const char *why)
{
	smtps_quote quote;

	return smtps_bad_message(error, "the address \"%s\" %s", smtps_quoted(&quote, text), why);
}

/* Whether the octets are atoms joined by single dots and so need no quotes. */
static bool is_dot_string(smtps_str local)
{
	bool atom = false;

	for (size_t i = 0; i < local.len; i++) {
		if (local.data[i] == '.' ? !atom : !smtps_is_atext(local.data[i])) {
			return false;
		}
		atom = local.data[i] != '.';
	}
	return atom;
}

static void add_local(smtps_buf *out, smtps_str local)
{
	if (is_dot_string(local)) {
		smtps_buf_add_str(out, local);
		return;
	}
	smtps_buf_add_char(out, '"');
	for (size_t i = 0; i < local.len; i++) {
		if (local.data[i] == '"' || local.data[i] == '\\') {
			smtps_buf_add_char(out, '\\');
		}
		smtps_buf_add_char(out, local.data[i]);
	}
	smtps_buf_add_char(out, '"');
}

/* The unquoted content of the quoted string at the start of `text`; `*used` octets of it, quotes included. */
bool smtps_unquote(smtps_buf *out, smtps_str text, size_t *used)
{
	size_t at = 1;

	for (; at < text.len && text.data[at] != '"'; at++) {
		if (text.data[at] == '\\' && ++at == text.len) {
			return false;
		}
		smtps_buf_add_char(out, text.data[at]);
	}
	*used = at + 1;
	return at < text.len;
}

/* What to say about the octet that ends a local part or a domain too early. */
static const char *stray_octet(char octet)
{
	switch (octet) {
		case ',':
		case ';':
			return "looks like a list; one string is one mailbox: write an array with one string for each";
		case '(':
		case ')': return "holds a comment; write the address alone, and the name in front of it: Name <a@b>";
		case ':': return "looks like a group or a source route; write the addresses themselves";
		case ' ': return "holds a space; write a@b or Name <a@b>";
		case '<':
		case '>': return "holds a stray < or >; write a@b or Name <a@b>";
		case '@': return "has more than one @; put a local part that holds one in double quotes";
		case '"': return "has a quote in the wrong place; quotes hold a whole local part";
		case '.':
			return "has a dot at the start or the end of its local part, or two in a row; put such a local part in double quotes";
		case '\\': return "has a backslash outside of quotes";
		case '[':
		case ']':
			return "has a bracket in the wrong place; an address literal is a@[192.0.2.1] or a@[IPv6:2001:db8::1]";
		default: return "is not an address; write a@b";
	}
}

/* Parses the local part; `*at` is where it ended. */
static bool take_local(smtps_buf *local, smtps_str text, size_t *at, smtps_error *error)
{
	if (text.len && text.data[0] == '"') {
		if (!smtps_unquote(local, text, at)) {
			return bad_address(error, text, "has a quoted local part without its closing quote");
		}
		return true;
	}
	for (*at = 0; *at < text.len && (smtps_is_atext(text.data[*at]) || text.data[*at] == '.');) {
		++*at;
	}
	smtps_buf_add(local, text.data, *at);
	if (*at < text.len && text.data[*at] != '@') {
		return bad_address(error, text, stray_octet(text.data[*at]));
	}
	if (*at == 0) {
		return bad_address(error, text, text.len ? "has nothing in front of its @" : "is empty");
	}
	if (*at < text.len && !is_dot_string(smtps_buf_str(local))) {
		return bad_address(error, text, stray_octet('.'));
	}
	return true;
}

static bool add_literal(smtps_buf *out, smtps_str text, smtps_str literal, smtps_error *error)
{
	smtps_str inner = {literal.data + 1, literal.len - 2};
	smtps_str tag = SMTPS_STR("IPv6:");

	if (literal.data[literal.len - 1] != ']' || literal.len < 3) {
		return bad_address(error, text, stray_octet('['));
	}
	if (smtps_str_starts_nocase(inner, tag)) {
		smtps_str number = {inner.data + tag.len, inner.len - tag.len};

		if (!smtps_is_ipv6(number)) {
			return bad_address(error, text, "has no IPv6 address in its brackets");
		}
		smtps_buf_add_text(out, "[IPv6:");
		smtps_buf_add_str(out, number);
	} else {
		if (!smtps_is_ipv4(inner)) {
			return bad_address(error, text, stray_octet('['));
		}
		smtps_buf_add_char(out, '[');
		smtps_buf_add_str(out, inner);
	}
	smtps_buf_add_char(out, ']');
	return true;
}

static bool add_domain(smtps_buf *out, smtps_str text, smtps_str domain, smtps_error *error)
{
	const char *why = "a fault";
	smtps_quote quote;

	if (domain.len == 0) {
		return bad_address(error, text, "has no domain behind its @");
	}
	if (domain.data[0] == '[') {
		return add_literal(out, text, domain, error);
	}
	for (size_t i = 0; i < domain.len; i++) {
		if (domain.data[i] && strchr(",;():<>@\"\\[] ", domain.data[i])) {
			return bad_address(error, text, stray_octet(domain.data[i]));
		}
	}
	if (domain.data[domain.len - 1] == '.') {
		return bad_address(error, text, "has a dot at the end of its domain; leave it out");
	}
	if (!smtps_idn_to_ascii(out, domain, &why)) {
		return out->failed ? smtps_fail_memory(error, SMTPS_STAGE_MESSAGE)
						   : smtps_bad_message(error, "the address \"%s\" has a domain with %s",
								 smtps_quoted(&quote, text), why);
	}
	return true;
}

static bool check_lengths(smtps_str text, size_t local, size_t all, smtps_error *error)
{
	if (local > SMTPS_LOCAL_PART_MAX) {
		return bad_address(error, text, "has a local part of more than 64 octets");
	}
	if (all - local - 1 > SMTPS_DOMAIN_MAX) {
		return bad_address(error, text, "has a domain of more than 255 octets");
	}
	return all + 2 <= SMTPS_PATH_MAX ? true : bad_address(error, text, "is longer than 254 octets");
}

bool smtps_address_parts(smtps_buf *out, smtps_str text, size_t *at_sign, bool *is_utf8, smtps_error *error)
{
	smtps_buf local = {0}, made = {0};
	size_t at = 0, bad;
	bool fine = false;

	if (text.len > SMTPS_ADDRESS_TEXT_MAX) {
		return bad_address(error, text, "is far too long for an address");
	}
	bad = smtps_find_control(text, true);
	if (bad < text.len) {
		return smtps_bad_control(error, "the address", text, bad);
	}
	if (take_local(&local, text, &at, error)) {
		if (at == text.len) {
			bad_address(error, text, "has no @ and no domain; write it in full: name@example.com");
		} else if (text.data[at] != '@') {
			bad_address(error, text, stray_octet(text.data[at]));
		} else {
			add_local(&made, smtps_buf_str(&local));
			*at_sign = made.len;
			smtps_buf_add_char(&made, '@');
			fine = add_domain(&made, text, (smtps_str){text.data + at + 1, text.len - at - 1}, error);
		}
	}
	if (fine && (local.failed || made.failed)) {
		fine = smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	if (fine && check_lengths(text, *at_sign, made.len, error)) {
		*is_utf8 = !smtps_is_ascii((smtps_str){made.data, *at_sign});
		smtps_buf_add_str(out, smtps_buf_str(&made));
		fine = !out->failed || smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	} else {
		fine = false;
	}
	smtps_buf_free(&local);
	smtps_buf_free(&made);
	return fine;
}

bool smtps_address_normalise(smtps_buf *out, smtps_str text, bool *is_utf8, smtps_error *error)
{
	size_t at;
	bool utf8 = false;

	if (!smtps_address_parts(out, text, &at, &utf8, error)) {
		return false;
	}
	if (is_utf8) {
		*is_utf8 = utf8;
	}
	return true;
}
