/*
 * Command lines; see command.h.
 */
#include "command.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "capabilities.h"
#include "session.h"

bool smtps_command_argument_is_safe(smtps_str argument)
{
	return smtps_str_find(argument, '\r') == argument.len && smtps_str_find(argument, '\n') == argument.len &&
		smtps_str_find(argument, '\0') == argument.len;
}

/* Ends the line that starts at `from`, or takes it back. */
static bool end_line(smtps_buf *out, size_t from)
{
	smtps_buf_add_str(out, SMTPS_STR("\r\n"));
	if (!out->failed && out->len - from <= SMTPS_COMMAND_LINE_MAX &&
		smtps_command_argument_is_safe((smtps_str){out->data + from, out->len - from - 2})) {
		return true;
	}
	if (out->len > from) {
		if (out->secret) {
			smtps_cleanse(out->data + from, out->len - from);
		}
		out->len = from;
	}
	return false;
}

bool smtps_command_verb(smtps_buf *out, const char *verb)
{
	size_t from = out->len;

	smtps_buf_add_text(out, verb);
	return end_line(out, from);
}

bool smtps_command_hello(smtps_buf *out, const char *verb, smtps_str name)
{
	size_t from = out->len;

	smtps_buf_add_text(out, verb);
	smtps_buf_add_char(out, ' ');
	smtps_buf_add_str(out, name);
	return end_line(out, from);
}

static const char hex_digits[] = "0123456789ABCDEF";

static bool is_xchar(char octet)
{
	return octet >= '!' && octet <= '~' && octet != '+' && octet != '=';
}

/* xtext (RFC 3461 4). */
static void add_xtext(smtps_buf *out, smtps_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char octet = (unsigned char)text.data[i];

		if (is_xchar(text.data[i])) {
			smtps_buf_add_char(out, text.data[i]);
		} else {
			smtps_buf_add_char(out, '+');
			smtps_buf_add_char(out, hex_digits[octet >> 4]);
			smtps_buf_add_char(out, hex_digits[octet & 15]);
		}
	}
}

/* The code point of the well-formed character of `len` octets. */
static unsigned long code_point(const char *octets, size_t len)
{
	unsigned long point = (unsigned char)octets[0];

	point = len == 1 ? point : point & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		point = point << 6 | ((unsigned char)octets[i] & 0x3fu);
	}
	return point;
}

/* utf-8-addr-xtext (RFC 6533 3): what a server without SMTPUTF8 can take too. */
static void add_utf8_xtext(smtps_buf *out, smtps_str text)
{
	for (size_t at = 0; at < text.len;) {
		size_t len = smtps_utf8_length(text, at);

		if (len == 0) {
			smtps_buf_add_char(out, '\n'); /* ill-formed: end_line() refuses it */
			return;
		}
		if (len == 1 && is_xchar(text.data[at]) && text.data[at] != '\\') {
			smtps_buf_add_char(out, text.data[at]);
		} else {
			smtps_buf_printf(out, "\\x{%02lX}", code_point(text.data + at, len));
		}
		at += len;
	}
}

static void add_path(smtps_buf *out, const char *verb, smtps_str address)
{
	smtps_buf_add_text(out, verb);
	smtps_buf_add_str(out, address);
	smtps_buf_add_char(out, '>');
}

bool smtps_command_mail(smtps_buf *out, const smtps_transaction *transaction, unsigned offered)
{
	size_t from = out->len;

	add_path(out, "MAIL FROM:<", transaction->sender);
	if (offered & SMTPS_CAP_SIZE) {
		smtps_buf_add_text(out, " SIZE=");
		smtps_buf_add_number(out, transaction->message->size, 1);
	}
	if (transaction->is_8bit && (offered & SMTPS_CAP_8BITMIME)) {
		smtps_buf_add_text(out, " BODY=8BITMIME");
	}
	if (transaction->is_utf8 && (offered & SMTPS_CAP_SMTPUTF8)) {
		smtps_buf_add_text(out, " SMTPUTF8");
	}
	if (transaction->ret && (offered & SMTPS_CAP_DSN)) {
		smtps_buf_add_text(out, transaction->ret == 'F' ? " RET=FULL" : " RET=HDRS");
	}
	if (transaction->envid.len && (offered & SMTPS_CAP_DSN)) {
		smtps_buf_add_text(out, " ENVID=");
		add_xtext(out, transaction->envid);
	}
	if (transaction->require_tls && (offered & SMTPS_CAP_REQUIRETLS)) {
		smtps_buf_add_text(out, " REQUIRETLS");
	}
	return end_line(out, from);
}

static void add_notify(smtps_buf *out, unsigned notify)
{
	static const struct {
		unsigned bit;
		const char *word;
	} words[] = {
		{SMTPS_NOTIFY_SUCCESS, "SUCCESS"}, {SMTPS_NOTIFY_FAILURE, "FAILURE"}, {SMTPS_NOTIFY_DELAY, "DELAY"}};
	bool first = true;

	smtps_buf_add_text(out, " NOTIFY=");
	if (notify & SMTPS_NOTIFY_NEVER) {
		smtps_buf_add_text(out, "NEVER"); /* stands alone (RFC 3461 4.1) */
		return;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (notify & words[i].bit) {
			smtps_buf_add_text(out, first ? "" : ",");
			smtps_buf_add_text(out, words[i].word);
			first = false;
		}
	}
}

bool smtps_command_rcpt(smtps_buf *out, const smtps_recipient *recipient, unsigned offered)
{
	size_t from = out->len;

	add_path(out, "RCPT TO:<", recipient->address);
	if (recipient->notify && (offered & SMTPS_CAP_DSN)) {
		add_notify(out, recipient->notify);
	}
	if (recipient->orcpt.len && (offered & SMTPS_CAP_DSN)) {
		if (smtps_is_ascii(recipient->orcpt)) {
			smtps_buf_add_text(out, " ORCPT=rfc822;");
			add_xtext(out, recipient->orcpt);
		} else {
			smtps_buf_add_text(out, " ORCPT=utf-8;");
			add_utf8_xtext(out, recipient->orcpt);
		}
	}
	return end_line(out, from);
}

bool smtps_command_bdat(smtps_buf *out, uint64_t size)
{
	size_t from = out->len;

	smtps_buf_add_text(out, "BDAT ");
	smtps_buf_add_number(out, size, 1);
	smtps_buf_add_text(out, " LAST");
	return end_line(out, from);
}

bool smtps_command_auth(smtps_buf *out, const char *mechanism, const smtps_str *initial)
{
	size_t from = out->len;

	smtps_buf_add_text(out, "AUTH ");
	smtps_buf_add_text(out, mechanism);
	if (initial) {
		smtps_buf_add_char(out, ' ');
		if (initial->len) {
			smtps_base64_encode(out, *initial);
		} else {
			smtps_buf_add_char(out, '='); /* an empty one (RFC 4954 4) */
		}
	}
	return end_line(out, from);
}

bool smtps_command_answer(smtps_buf *out, smtps_str octets)
{
	size_t from = out->len;

	smtps_base64_encode(out, octets);
	return end_line(out, from);
}

static bool is_verb(const char *word, size_t len)
{
	static const char *const verbs[] = {"helo", "ehlo", "lhlo", "mail", "rcpt", "data", "bdat", "burl",
		"rset", "send", "soml", "saml", "vrfy", "expn", "help", "noop", "quit", "turn", "etrn", "atrn",
		"auth", "starttls", "xclient", "xforward"};

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (strlen(verbs[i]) == len && memcmp(verbs[i], word, len) == 0) {
			return true;
		}
	}
	return false;
}

bool smtps_looks_like_command(smtps_command_scan *scan, smtps_str octets)
{
	for (size_t i = 0; i < octets.len && !scan->found; i++) {
		char octet = octets.data[i];

		if (scan->past) {
			size_t left = octets.len - i;
			size_t end = smtps_str_find((smtps_str){octets.data + i, left}, '\n');

			i += end;
			scan->past = end == left;
			continue;
		}
		if (smtps_is_alpha(octet) && scan->len < sizeof scan->word) {
			scan->word[scan->len++] = smtps_lower(octet);
			continue;
		}
		if (scan->len == 0 && (octet == ' ' || octet == '\t')) {
			continue; /* servers skip it before a verb */
		}
		scan->found = !smtps_is_alnum(octet) && is_verb(scan->word, scan->len);
		scan->past = octet != '\n';
		scan->len = 0;
	}
	return scan->found;
}
