/*
 * Replies from octets; see reply_parser.h. Limits: session.h.
 */
#include "reply_parser.h"

#include <string.h>

#include "session.h"

enum { CODE_LEN = 3, WITH_CHALLENGE = 334 };

static smtps_parse bad(smtps_reply_parser *parser, const char *why)
{
	parser->why = why;
	return SMTPS_PARSE_BAD;
}

/* Reads "5.7.26" at the start of `text`; false where there is no enhanced code (RFC 2034 4). */
static bool read_enhanced(smtps_str text, unsigned short *numbers)
{
	size_t at = 0;

	for (int part = 0; part < 3; part++) {
		size_t start = at;
		unsigned number = 0;

		while (at < text.len && smtps_is_digit(text.data[at]) && at - start < 3) {
			number = number * 10 + (unsigned)(text.data[at++] - '0');
		}
		if (at == start || (part < 2 && (at == text.len || text.data[at++] != '.'))) {
			return false;
		}
		numbers[part] = (unsigned short)number;
	}
	return at == text.len || text.data[at] == ' ' || text.data[at] == '\n';
}

/* Where it contradicts the code, the code wins and X.0.0 is what remains (case 72). */
static void set_enhanced(smtps_reply *reply)
{
	unsigned short numbers[3];
	unsigned short class = (unsigned short)(reply->code / 100);

	if (class == 3 || !read_enhanced(smtps_buf_str(&reply->text), numbers)) {
		return;
	}
	if (numbers[0] == class) {
		memcpy(reply->enhanced, numbers, sizeof numbers);
	} else if (numbers[0] == 2 || numbers[0] == 4 || numbers[0] == 5) {
		reply->enhanced[0] = class;
	}
}

static smtps_parse end_line(smtps_reply_parser *parser)
{
	size_t digits = parser->line_len - (parser->cr ? 1 : 0);

	if (digits < CODE_LEN) {
		return bad(parser, "a line without a reply code");
	}
	if (digits == CODE_LEN) {
		parser->last = true;
	}
	parser->lines++;
	if (parser->last) {
		if (parser->reply.text.failed) {
			return SMTPS_PARSE_NO_MEMORY;
		}
		set_enhanced(&parser->reply);
		return SMTPS_PARSE_DONE;
	}
	if (parser->lines >= SMTPS_REPLY_LINES_MAX) {
		return bad(parser, "a reply of too many lines");
	}
	parser->line_len = 0;
	parser->sample_len = 0;
	parser->code = 0;
	parser->cr = false;
	return SMTPS_PARSE_MORE;
}

/* The octet at place 0 to 3 of a line: digits, then the separator. */
static smtps_parse take_code(smtps_reply_parser *parser, char octet)
{
	static const char highest[CODE_LEN] = {'5', '5', '9'};
	static const char lowest[CODE_LEN] = {'2', '0', '0'};
	size_t at = parser->line_len - 1;

	if (at < CODE_LEN) {
		if (octet < lowest[at] || octet > highest[at]) {
			return bad(parser, "a line without a reply code");
		}
		parser->code = parser->code * 10 + (octet - '0');
		if (at == CODE_LEN - 1 && parser->lines && parser->code != parser->reply.code) {
			return bad(parser, "a reply whose lines have different codes");
		}
		return SMTPS_PARSE_MORE;
	}
	if (octet != ' ' && octet != '-') {
		return bad(parser, "a line without a reply code");
	}
	parser->last = octet == ' ';
	return SMTPS_PARSE_MORE;
}

/* Once a line has its code: is it the first, and does its text need a LF before it? */
static void begin_text(smtps_reply_parser *parser)
{
	if (parser->line_len == CODE_LEN) {
		parser->reply.code = parser->code;
		if (parser->lines) {
			smtps_buf_add_char(&parser->reply.text, '\n');
		}
	}
}

static smtps_parse take_octet(smtps_reply_parser *parser, char octet)
{
	size_t limit = parser->code == WITH_CHALLENGE ? SMTPS_CHALLENGE_LINE_MAX : SMTPS_REPLY_LINE_MAX;
	smtps_parse parse = SMTPS_PARSE_MORE;

	if (++parser->octets > SMTPS_REPLY_OCTETS_MAX) {
		return bad(parser, "a reply that is too long");
	}
	if (octet == '\n') {
		return end_line(parser);
	}
	if (parser->sample_len < sizeof parser->sample) {
		parser->sample[parser->sample_len++] = octet;
	}
	if (++parser->line_len > limit) {
		return bad(parser, "a reply line that is too long");
	}
	if (parser->cr) {
		/* That CR was text; right behind the code there is no room for it. */
		if (parser->line_len - 1 <= CODE_LEN + 1) {
			return bad(parser, "a line without a reply code");
		}
		smtps_buf_add_char(&parser->reply.text, '\r');
	}
	parser->cr = octet == '\r' && parser->line_len > CODE_LEN;
	if (parser->cr) {
		return SMTPS_PARSE_MORE;
	}
	if (parser->line_len <= CODE_LEN + 1) {
		parse = take_code(parser, octet);
		begin_text(parser);
	} else {
		smtps_buf_add_char(&parser->reply.text, octet);
	}
	return parse;
}

smtps_parse smtps_reply_parser_feed(smtps_reply_parser *parser, const char *bytes, size_t len, size_t *used)
{
	smtps_parse parse = SMTPS_PARSE_MORE;

	for (*used = 0; *used < len && parse == SMTPS_PARSE_MORE;) {
		parse = take_octet(parser, bytes[(*used)++]);
	}
	return parse;
}

void smtps_reply_parser_show(smtps_reply_parser *parser, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && bytes[i] != '\r' && bytes[i] != '\n'; i++) {
		if (parser->sample_len < sizeof parser->sample) {
			parser->sample[parser->sample_len++] = bytes[i];
		}
	}
}

void smtps_reply_parser_reset(smtps_reply_parser *parser)
{
	smtps_reply reply = parser->reply;

	/* The block is kept: a warm connection allocates nothing for a reply. */
	smtps_buf_clear(&reply.text);
	*parser = (smtps_reply_parser){.reply = {.text = reply.text}};
}

bool smtps_reply_parser_is_inside(const smtps_reply_parser *parser)
{
	return parser->octets > 0;
}

void smtps_reply_parser_free(smtps_reply_parser *parser)
{
	smtps_reply_free(&parser->reply);
	*parser = (smtps_reply_parser){0};
}
