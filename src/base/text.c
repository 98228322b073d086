/*
 * Text in the forms that people and protocols read; see text.h. The encoder here serves short strings (SASL,
 * logs); the bulk writer of attachments lives in mail/.
 */
#include "text.h"

#include <stdio.h>
#include <string.h>

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void smtps_base64_encode(smtps_buf *out, smtps_str octets)
{
	const unsigned char *in = (const unsigned char *)octets.data;

	if (!smtps_buf_reserve(out, (octets.len / 3 + 1) * 4)) {
		return;
	}
	for (size_t i = 0; i < octets.len; i += 3) {
		size_t left = octets.len - i;
		unsigned block = (unsigned)in[i] << 16 | (left > 1 ? (unsigned)in[i + 1] << 8 : 0u) |
			(left > 2 ? (unsigned)in[i + 2] : 0u);

		out->data[out->len++] = base64_alphabet[block >> 18];
		out->data[out->len++] = base64_alphabet[block >> 12 & 63];
		out->data[out->len++] = left > 1 ? base64_alphabet[block >> 6 & 63] : '=';
		out->data[out->len++] = left > 2 ? base64_alphabet[block & 63] : '=';
	}
}

/* Value of a digit of base64, or -1. */
static int base64_digit(char octet)
{
	if (octet >= 'A' && octet <= 'Z') {
		return octet - 'A';
	}
	if (octet >= 'a' && octet <= 'z') {
		return octet - 'a' + 26;
	}
	if (smtps_is_digit(octet)) {
		return octet - '0' + 52;
	}
	return octet == '+' ? 62 : octet == '/' ? 63 : -1;
}

/* One group of four; `octets` (3, or fewer in the last) come out. False where a digit or a spare bit is wrong. */
static bool base64_group(char *out, const char *text, size_t octets)
{
	unsigned block = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = i <= octets ? base64_digit(text[i]) : 0;

		if (digit < 0) {
			return false;
		}
		block = block << 6 | (unsigned)digit;
	}
	if (octets < 3 && (block & ((1u << (8 * (3 - octets))) - 1)) != 0) {
		return false;
	}
	for (size_t i = 0; i < octets; i++) {
		out[i] = (char)(block >> (16 - 8 * i) & 0xff);
	}
	return true;
}

bool smtps_base64_decode(smtps_buf *out, smtps_str text)
{
	if (text.len % 4 != 0 || !smtps_buf_reserve(out, text.len / 4 * 3)) {
		return false;
	}
	for (size_t i = 0; i < text.len; i += 4) {
		size_t octets = 3;

		if (i + 4 == text.len && text.data[i + 3] == '=') {
			octets = text.data[i + 2] == '=' ? 1 : 2;
		}
		if (!base64_group(out->data + out->len, text.data + i, octets)) {
			return false;
		}
		out->len += octets;
	}
	return true;
}

void smtps_hex_encode(smtps_buf *out, smtps_str octets)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < octets.len; i++) {
		unsigned char octet = (unsigned char)octets.data[i];

		smtps_buf_add_char(out, digits[octet >> 4]);
		smtps_buf_add_char(out, digits[octet & 15]);
	}
}

static bool is_continuation(unsigned char octet)
{
	return (octet & 0xc0) == 0x80;
}

size_t smtps_utf8_length(smtps_str text, size_t at)
{
	const unsigned char *in = (const unsigned char *)text.data + at;
	size_t left = at < text.len ? text.len - at : 0;

	if (left >= 1 && in[0] < 0x80) {
		return 1;
	}
	if (left >= 2 && in[0] >= 0xc2 && in[0] <= 0xdf && is_continuation(in[1])) {
		return 2;
	}
	if (left >= 3 && in[0] >= 0xe0 && in[0] <= 0xef && is_continuation(in[1]) && is_continuation(in[2])) {
		bool overlong = in[0] == 0xe0 && in[1] < 0xa0;
		bool surrogate = in[0] == 0xed && in[1] > 0x9f;

		return overlong || surrogate ? 0 : 3;
	}
	if (left >= 4 && in[0] >= 0xf0 && in[0] <= 0xf4 && is_continuation(in[1]) && is_continuation(in[2]) &&
		is_continuation(in[3])) {
		bool overlong = in[0] == 0xf0 && in[1] < 0x90;
		bool beyond = in[0] == 0xf4 && in[1] > 0x8f;

		return overlong || beyond ? 0 : 4;
	}
	return 0;
}

bool smtps_utf8_valid(smtps_str text)
{
	for (size_t at = 0, step; at < text.len; at += step) {
		step = smtps_utf8_length(text, at);
		if (step == 0) {
			return false;
		}
	}
	return true;
}

bool smtps_is_ascii(smtps_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.data[i] >= 0x80) {
			return false;
		}
	}
	return true;
}

static unsigned utf8_code_point(const char *text, size_t length)
{
	static const unsigned char first_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	unsigned code = (unsigned char)text[0] & first_mask[length];

	for (size_t i = 1; i < length; i++) {
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	}
	return code;
}

/* Characters that change what a reader sees around them: bidi controls, line and paragraph separators, C1. */
static bool is_deceptive(unsigned code)
{
	return (code >= 0x80 && code <= 0x9f) || (code >= 0x200e && code <= 0x200f) ||
		(code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0x061c ||
		code == 0xfeff;
}

enum { PIECE_MAX = 4 * 4 + 1 }; /* four octets as \xNN, and a NUL */

/* The printable form of the character (or the ill-formed octet) of `step` octets at `text`. */
static size_t printable_piece(char piece[PIECE_MAX], const char *text, size_t step, bool well_formed)
{
	unsigned code = well_formed ? utf8_code_point(text, step) : 0;
	int used = 0;

	if (code == '\n') {
		memcpy(piece, " / ", 3);
		return 3;
	}
	if (code == '\r') {
		return 0;
	}
	if (code >= 0x20 && code != 0x7f && !is_deceptive(code)) {
		memcpy(piece, text, step);
		return step;
	}
	for (size_t i = 0; i < step; i++) {
		used += snprintf(piece + used, PIECE_MAX - (size_t)used, "\\x%02X", (unsigned char)text[i]);
	}
	return (size_t)used;
}

/* What is appended is cut back to `mark` (the last place that leaves room for the dots) as soon as it is too long. */
void smtps_text_one_line(smtps_buf *out, smtps_str text, size_t limit)
{
	size_t start = out->len, mark = out->len;
	const size_t dots = 3;

	for (size_t at = 0, step; at < text.len; at += step) {
		char piece[PIECE_MAX];
		size_t length = smtps_utf8_length(text, at);

		step = length ? length : 1;
		smtps_buf_add(out, piece, printable_piece(piece, text.data + at, step, length != 0));
		if (out->failed) {
			return;
		}
		if (out->len - start > limit) {
			out->len = mark;
			smtps_buf_add(out, "...", limit < dots ? limit : dots);
			return;
		}
		if (out->len - start + dots <= limit) {
			mark = out->len;
		}
	}
}
