/*
 * SASLprep (RFC 4013) for SCRAM's user name and password, as far as it goes without Unicode's tables.
 *
 * Done: what is commonly mapped to nothing is dropped, spaces outside ASCII become SP, prohibited characters are refused, and
 * so is what is not UTF-8. Not done: normalisation form KC, bidirectional checks, unassigned code points. So a password in plain
 * ASCII or in composed letters (what keyboards give) is prepared exactly; one with ligatures, full-width or decomposed
 * letters goes out as it is, and a server that prepared it differently refuses it: use PLAIN there.
 */
#include "sasl_internal.h"

#include "base/text.h"

typedef struct range {
	uint32_t first, last;
} range;

/* RFC 3454 B.1 */
static const range mapped_to_nothing[] = {{0xad, 0xad}, {0x34f, 0x34f}, {0x1806, 0x1806}, {0x180b, 0x180d},
	{0x200c, 0x200d}, {0x2060, 0x2060}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}};

/* RFC 3454 C.1.2; U+200B stands in B.1 too and is a space first. */
static const range spaces[] = {
	{0xa0, 0xa0}, {0x1680, 0x1680}, {0x2000, 0x200b}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};

/* RFC 3454 C.2.1, C.2.2, C.3 to C.9 */
static const range prohibited[] = {{0, 0x1f}, {0x7f, 0x9f}, {0x340, 0x341}, {0x6dd, 0x6dd}, {0x70f, 0x70f},
	{0x180e, 0x180e}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2061, 0x2063}, {0x206a, 0x206f},
	{0x2ff0, 0x2ffb}, {0xd800, 0xf8ff}, {0xfdd0, 0xfdef}, {0xfff9, 0xffff}, {0x1d173, 0x1d17a},
	{0xe0001, 0xe0001}, {0xe0020, 0xe007f}, {0xf0000, 0x10ffff}};

#define IS_IN(ranges, code) is_in((ranges), sizeof(ranges) / sizeof((ranges)[0]), (code))

static bool is_in(const range *ranges, size_t count, uint32_t code)
{
	for (size_t i = 0; i < count; i++) {
		if (code >= ranges[i].first && code <= ranges[i].last) {
			return true;
		}
	}
	/* C.4: the last two of every plane are no characters. */
	return ranges == prohibited && (code & 0xfffe) == 0xfffe;
}

static uint32_t code_point(const char *text, size_t length)
{
	static const unsigned char first_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t code = (unsigned char)text[0] & first_mask[length];

	for (size_t i = 1; i < length; i++) {
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	}
	return code;
}

bool smtps_sasl_prepare(smtps_buf *out, smtps_str text, const char **why)
{
	size_t before = out->len;

	for (size_t at = 0, length; at < text.len; at += length) {
		uint32_t code;

		length = smtps_utf8_length(text, at);
		if (length == 0) {
			*why = "octets that are not UTF-8";
			return false;
		}
		code = code_point(text.data + at, length);
		if (IS_IN(spaces, code)) {
			smtps_buf_add_char(out, ' ');
		} else if (IS_IN(prohibited, code)) {
			*why = "a control or another character that SASLprep (RFC 4013) prohibits";
			return false;
		} else if (!IS_IN(mapped_to_nothing, code)) {
			smtps_buf_add(out, text.data + at, length);
		}
	}
	if (out->len == before && !out->failed) {
		*why = "one that is empty once prepared by SASLprep (RFC 4013)";
		return false;
	}
	return true;
}
