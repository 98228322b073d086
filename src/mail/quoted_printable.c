/*
 * Quoted-printable (RFC 2045 6.7), and the choice between encodings.
 *
 * Beyond what the RFC asks: soft breaks never part a UTF-8 character; "From " and "." at the start of a line are escaped,
 * since mailboxes and careless relays change them.
 */
#include "encoding.h"

#include <string.h>

#include "base/text.h"
#include "lineend.h"

enum { LINE_SOFT = 76, LINE_WITH_BREAK = LINE_SOFT - 1 };

enum octet_class { PLAIN, BLANK, EQUALS, OTHER };

#define EIGHT(class) class, class, class, class, class, class, class, class
#define SIXTEEN(class) EIGHT(class), EIGHT(class)

/* PLAIN stands for itself anywhere but at the start of a line. */
static const unsigned char octet_class[256] = {OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER,
	BLANK, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, /* HTAB */
	SIXTEEN(OTHER), BLANK, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, EIGHT(PLAIN), /* SP */
	EIGHT(PLAIN), PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, EQUALS, PLAIN, PLAIN, SIXTEEN(PLAIN), SIXTEEN(PLAIN),
	SIXTEEN(PLAIN), EIGHT(PLAIN), PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, OTHER, /* DEL */
	SIXTEEN(OTHER), SIXTEEN(OTHER), SIXTEEN(OTHER), SIXTEEN(OTHER), SIXTEEN(OTHER), SIXTEEN(OTHER),
	SIXTEEN(OTHER), SIXTEEN(OTHER)};

typedef struct look {
	size_t longest; /* line, octets */
	size_t escapes; /* octets that quoted-printable writes as three */
	size_t lines;
	bool barred; /* something that 7bit may not hold, or that does not survive as it is */
} look;

static bool is_line_end(char octet)
{
	return octet == '\r' || octet == '\n';
}

/* Whether the line that starts at `at` starts with what mailboxes or relays change. */
static bool fragile_start(smtps_str text, size_t at)
{
	return text.data[at] == '.' || (text.len - at >= 5 && memcmp(text.data + at, "From ", 5) == 0);
}

static bool ends_line(smtps_str text, size_t at)
{
	return at + 1 == text.len || is_line_end(text.data[at + 1]);
}

/* What an octet that is not PLAIN does to the line it stands in. */
static void look_at_octet(look *seen, smtps_str text, size_t at)
{
	switch (octet_class[(unsigned char)text.data[at]]) {
		case EQUALS: seen->escapes++; break;
		case BLANK:
			if (ends_line(text, at)) {
				seen->barred = true;
				seen->escapes++;
			}
			break;
		default:
			seen->barred = true;
			seen->escapes++;
			break;
	}
}

/* Where the octets end, from `at` on, that stand for themselves: nearly all of an ordinary text. */
static size_t plain_end(smtps_str text, size_t at)
{
	const unsigned char *octets = (const unsigned char *)text.data;

	while (at < text.len) {
		unsigned char class = octet_class[octets[at]];

		if (class != PLAIN && (class != BLANK || ends_line(text, at))) {
			break;
		}
		at++;
	}
	return at;
}

static void look_at(look *seen, smtps_str text)
{
	size_t start = 0, at = 0;

	while (at < text.len) {
		if (at == start && text.data[at] == 'F' && fragile_start(text, at)) {
			seen->barred = true;
		}
		at = plain_end(text, at);
		if (at - start > seen->longest) {
			seen->longest = at - start;
		}
		if (at < text.len && is_line_end(text.data[at])) {
			seen->lines++;
			start = ++at;
		} else if (at < text.len) {
			look_at_octet(seen, text, at++);
		}
	}
	if (at - start > seen->longest) {
		seen->longest = at - start;
	}
}

smtps_encoding smtps_encoding_for(smtps_str text)
{
	look seen = {0};
	size_t as_qp;

	look_at(&seen, text);
	if (!seen.barred && seen.longest <= LINE_SOFT) {
		return SMTPS_7BIT;
	}
	as_qp = text.len + 2 * seen.escapes;
	as_qp += as_qp / (LINE_SOFT - 2) * 3;
	return as_qp <= smtps_base64_size(text.len + seen.lines) ? SMTPS_QUOTED_PRINTABLE : SMTPS_BASE64;
}

smtps_str smtps_encoding_name(smtps_encoding encoding)
{
	return encoding == SMTPS_7BIT  ? SMTPS_STR("7bit")
		: encoding == SMTPS_BASE64 ? SMTPS_STR("base64")
								   : SMTPS_STR("quoted-printable");
}

/* The character at `at` as quoted-printable writes it; `*length` octets of it are used. */
static size_t quoted_piece(char piece[12], smtps_str text, size_t at, size_t column, size_t *length)
{
	static const char digits[] = "0123456789ABCDEF";
	char octet = text.data[at];
	bool plain = (octet > ' ' && octet < 0x7f && octet != '=') ||
		((octet == ' ' || octet == '\t') && !ends_line(text, at));
	size_t used = 0;

	*length = 1;
	if (plain && (column || !fragile_start(text, at))) {
		piece[0] = octet;
		return 1;
	}
	if ((unsigned char)octet >= 0x80) {
		*length = smtps_utf8_length(text, at);
		*length = *length ? *length : 1;
	}
	for (size_t i = 0; i < *length; i++) {
		unsigned char part = (unsigned char)text.data[at + i];

		piece[used++] = '=';
		piece[used++] = digits[part >> 4];
		piece[used++] = digits[part & 15];
	}
	return used;
}

/* Octets from `at` on, at most `room`, that stand for themselves wherever in a line they are. */
static size_t plain_run(smtps_str text, size_t at, size_t room)
{
	size_t end = text.len - at < room ? text.len : at + room, start = at;

	while (at < end) {
		unsigned char class = octet_class[(unsigned char)text.data[at]];

		if (class != PLAIN && (class != BLANK || ends_line(text, at))) {
			break;
		}
		at++;
	}
	return at - start;
}

/* Writes the character at `at`, behind a soft break where the line has no room for it; returns the octets used. */
static size_t put_piece(smtps_buf *out, smtps_str text, size_t at, size_t *column)
{
	char piece[12];
	size_t length, size = quoted_piece(piece, text, at, *column, &length);
	/* The last piece of a line needs no room for a soft break behind it. */
	bool last = at + length == text.len || is_line_end(text.data[at + length]);

	if (*column + size > (last ? LINE_SOFT : LINE_WITH_BREAK)) {
		smtps_buf_add(out, "=\r\n", 3);
		*column = 0;
		size = quoted_piece(piece, text, at, *column, &length);
	}
	smtps_buf_add(out, piece, size);
	*column += size;
	return length;
}

void smtps_quoted_printable(smtps_buf *out, smtps_str text)
{
	size_t column = 0;

	for (size_t at = 0; at < text.len && !out->failed;) {
		size_t run = column && column < LINE_WITH_BREAK ? plain_run(text, at, LINE_WITH_BREAK - column) : 0;

		if (run) {
			smtps_buf_add(out, text.data + at, run);
			column += run;
			at += run;
		} else if (is_line_end(text.data[at])) {
			bool pair = text.data[at] == '\r' && at + 1 < text.len && text.data[at + 1] == '\n';

			smtps_buf_add(out, "\r\n", 2);
			column = 0;
			at += pair ? 2 : 1;
		} else {
			at += put_piece(out, text, at, &column);
		}
	}
}

void smtps_encoded_text(smtps_buf *out, smtps_str text, smtps_encoding encoding)
{
	smtps_lineend state = {0};
	smtps_buf lines = {0};

	if (encoding == SMTPS_QUOTED_PRINTABLE) {
		smtps_quoted_printable(out, text);
	} else if (encoding == SMTPS_7BIT) {
		smtps_lineend_push(&state, text.data, text.len, out);
	} else {
		smtps_lineend_push(&state, text.data, text.len, &lines);
		out->failed = out->failed || lines.failed;
		smtps_base64_wrapped(out, smtps_buf_str(&lines));
		smtps_buf_free(&lines);
	}
}
