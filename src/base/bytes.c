/*
 * Bytes: views and buffers; see bytes.h.
 */
#include "bytes.h"

#include <stdio.h>
#include <string.h>

#include "memory.h"

enum { SMALLEST_BLOCK = 64 };

smtps_str smtps_str_of(const char *text)
{
	return (smtps_str){text ? text : "", text ? strlen(text) : 0};
}

char smtps_lower(char octet)
{
	return octet >= 'A' && octet <= 'Z' ? (char)(octet + ('a' - 'A')) : octet;
}

bool smtps_is_digit(char octet)
{
	return octet >= '0' && octet <= '9';
}

bool smtps_is_alpha(char octet)
{
	octet = smtps_lower(octet);
	return octet >= 'a' && octet <= 'z';
}

bool smtps_is_alnum(char octet)
{
	return smtps_is_digit(octet) || smtps_is_alpha(octet);
}

bool smtps_str_equal(smtps_str a, smtps_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool smtps_str_equal_nocase(smtps_str a, smtps_str b)
{
	return a.len == b.len && smtps_str_starts_nocase(a, b);
}

bool smtps_str_starts_nocase(smtps_str text, smtps_str prefix)
{
	if (text.len < prefix.len) {
		return false;
	}
	for (size_t i = 0; i < prefix.len; i++) {
		if (smtps_lower(text.data[i]) != smtps_lower(prefix.data[i])) {
			return false;
		}
	}
	return true;
}

bool smtps_str_contains_nocase(smtps_str text, smtps_str needle)
{
	for (size_t at = 0; at + needle.len <= text.len; at++) {
		if (smtps_str_starts_nocase((smtps_str){text.data + at, text.len - at}, needle)) {
			return true;
		}
	}
	return false;
}

static bool is_space(char octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n';
}

smtps_str smtps_str_trim(smtps_str text)
{
	while (text.len && is_space(text.data[0])) {
		text.data++;
		text.len--;
	}
	while (text.len && is_space(text.data[text.len - 1])) {
		text.len--;
	}
	return text;
}

size_t smtps_str_find(smtps_str text, char octet)
{
	const char *found = text.len ? memchr(text.data, octet, text.len) : NULL;

	return found ? (size_t)(found - text.data) : text.len;
}

smtps_str smtps_str_split(smtps_str text, char separator, smtps_str *rest)
{
	size_t at = smtps_str_find(text, separator);

	*rest = at < text.len ? (smtps_str){text.data + at + 1, text.len - at - 1} : (smtps_str){NULL, 0};
	return (smtps_str){text.data, at};
}

/* A secret is moved by hand: realloc would leave the old block unwiped. */
static char *moved_block(smtps_buf *buf, size_t cap)
{
	char *block;

	if (!buf->secret) {
		return smtps_realloc(buf->data, cap);
	}
	block = smtps_alloc(cap);
	if (block && buf->data && buf->len) {
		memcpy(block, buf->data, buf->len);
	}
	if (block) {
		smtps_cleanse(buf->data, buf->cap);
		smtps_free(buf->data);
	}
	return block;
}

bool smtps_buf_reserve(smtps_buf *buf, size_t extra)
{
	size_t cap = buf->cap ? buf->cap : SMALLEST_BLOCK;
	char *block;

	if (buf->failed || extra > SIZE_MAX / 2 - buf->len) {
		buf->failed = true;
		return false;
	}
	if (buf->data && buf->len + extra <= buf->cap) {
		return true;
	}
	while (cap < buf->len + extra) {
		cap *= 2;
	}
	block = moved_block(buf, cap);
	if (!block) {
		buf->failed = true;
		return false;
	}
	buf->data = block;
	buf->cap = cap;
	return true;
}

void smtps_buf_add(smtps_buf *buf, const char *data, size_t len)
{
	if (len && smtps_buf_reserve(buf, len)) {
		memcpy(buf->data + buf->len, data, len);
		buf->len += len;
	}
}

void smtps_buf_add_str(smtps_buf *buf, smtps_str text)
{
	smtps_buf_add(buf, text.data, text.len);
}

void smtps_buf_add_text(smtps_buf *buf, const char *text)
{
	smtps_buf_add_str(buf, smtps_str_of(text));
}

void smtps_buf_add_char(smtps_buf *buf, char octet)
{
	smtps_buf_add(buf, &octet, 1);
}

void smtps_buf_add_number(smtps_buf *buf, uint64_t number, unsigned digits)
{
	char text[20]; /* 2^64 has as many digits */
	size_t at = sizeof text;

	do {
		text[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (at && (number || sizeof text - at < digits));
	smtps_buf_add(buf, text + at, sizeof text - at);
}

void smtps_buf_printf(smtps_buf *buf, const char *format, ...)
{
	va_list args;
	int needed;

	va_start(args, format);
	needed = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (needed < 0 || !smtps_buf_reserve(buf, (size_t)needed + 1)) {
		buf->failed = true;
		return;
	}
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)needed + 1, format, args);
	va_end(args);
	buf->len += (size_t)needed;
}

void smtps_buf_consume(smtps_buf *buf, size_t len)
{
	if (len >= buf->len) {
		buf->len = 0;
		return;
	}
	memmove(buf->data, buf->data + len, buf->len - len);
	buf->len -= len;
}

void smtps_buf_clear(smtps_buf *buf)
{
	if (buf->secret) {
		smtps_cleanse(buf->data, buf->cap);
	}
	buf->len = 0;
	buf->failed = false;
}

void smtps_buf_free(smtps_buf *buf)
{
	bool secret = buf->secret;

	if (secret) {
		smtps_cleanse(buf->data, buf->cap);
	}
	smtps_free(buf->data);
	*buf = (smtps_buf){.secret = secret};
}

smtps_str smtps_buf_str(const smtps_buf *buf)
{
	return (smtps_str){buf->data ? buf->data : "", buf->len};
}

const char *smtps_buf_cstr(smtps_buf *buf)
{
	if (buf->failed || !smtps_buf_reserve(buf, 1)) {
		return "";
	}
	buf->data[buf->len] = '\0';
	return buf->data;
}
