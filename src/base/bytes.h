/*
 * Bytes: a view (smtps_str) and a growing buffer (smtps_buf).
 *
 * A view owns nothing and need not end in NUL. A buffer owns its block (malloc). Appending never reports at
 * the call: a failed append sets `failed`, later appends do nothing, and the user asks once, at the end.
 * A buffer marked `secret` is wiped before each block is given back.
 */
#ifndef SMTPS_BASE_BYTES_H
#define SMTPS_BASE_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define SMTPS_PRINTF(template, first) __attribute__((format(printf, template, first)))
#else
#define SMTPS_PRINTF(template, first)
#endif

typedef struct smtps_str {
	const char *data;
	size_t len;
} smtps_str;

/* The view of a string literal. */
#define SMTPS_STR(literal) ((smtps_str){"" literal, sizeof(literal) - 1})

/* The view of a NUL-terminated string; NULL gives the empty view. */
smtps_str smtps_str_of(const char *text);
bool smtps_str_equal(smtps_str a, smtps_str b);
/* ASCII case folded; never the locale's. */
bool smtps_str_equal_nocase(smtps_str a, smtps_str b);
bool smtps_str_starts_nocase(smtps_str text, smtps_str prefix);
/* Whether `needle` stands anywhere in `text`, ASCII case folded. An empty needle is found. */
bool smtps_str_contains_nocase(smtps_str text, smtps_str needle);
/* Without SP, HTAB, CR and LF at both ends. */
smtps_str smtps_str_trim(smtps_str text);
/* Up to the first `separator`; `*rest` is what stands behind it (empty, with data NULL, if there was none). */
smtps_str smtps_str_split(smtps_str text, char separator, smtps_str *rest);
/* Index of the first `octet`, or text.len. */
size_t smtps_str_find(smtps_str text, char octet);

char smtps_lower(char octet);
bool smtps_is_digit(char octet);
bool smtps_is_alpha(char octet);
bool smtps_is_alnum(char octet);

typedef struct smtps_buf {
	char *data;
	size_t len;
	size_t cap;
	bool failed;
	bool secret;
} smtps_buf;

/* Room for `extra` octets more; false (and `failed`) when there is no memory. */
bool smtps_buf_reserve(smtps_buf *buf, size_t extra);
void smtps_buf_add(smtps_buf *buf, const char *data, size_t len);
void smtps_buf_add_str(smtps_buf *buf, smtps_str text);
void smtps_buf_add_text(smtps_buf *buf, const char *text);
void smtps_buf_add_char(smtps_buf *buf, char octet);
/* In decimal, with zeros before it up to `digits`, of which there are 20 at most. */
void smtps_buf_add_number(smtps_buf *buf, uint64_t number, unsigned digits);
void smtps_buf_printf(smtps_buf *buf, const char *format, ...) SMTPS_PRINTF(2, 3);
/* Drops the first `len` octets. */
void smtps_buf_consume(smtps_buf *buf, size_t len);
/* Empties and keeps the block (wiped when secret); also clears `failed`. */
void smtps_buf_clear(smtps_buf *buf);
/* Gives the block back; safe on a zeroed buffer and twice. Keeps `secret`. */
void smtps_buf_free(smtps_buf *buf);
smtps_str smtps_buf_str(const smtps_buf *buf);
/* The content, NUL-terminated behind its end; "" when empty or failed. Valid until the next change. */
const char *smtps_buf_cstr(smtps_buf *buf);

#endif
