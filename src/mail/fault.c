/*
 * Faults of a message; see fault.h.
 */
#include "fault.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const char *smtps_quoted(smtps_quote *quote, smtps_str text)
{
	smtps_buf line = {0};
	smtps_str shown = {text.data, text.len < 2 * SMTPS_QUOTE_MAX ? text.len : 2 * SMTPS_QUOTE_MAX};

	smtps_text_one_line(&line, shown, SMTPS_QUOTE_MAX);
	quote->text[0] = '\0';
	if (!line.failed && line.len <= SMTPS_QUOTE_MAX) {
		memcpy(quote->text, smtps_buf_str(&line).data, line.len);
		quote->text[line.len] = '\0';
	}
	smtps_buf_free(&line);
	return quote->text;
}

bool smtps_bad_where(smtps_error *error, const char *what)
{
	char text[SMTPS_ERROR_TEXT];
	size_t room = sizeof error->text;

	if (!error || error->kind != SMTPS_BAD_MESSAGE) {
		return false;
	}
	memcpy(text, error->text, sizeof text);
	if (snprintf(error->text, room, "%s: %s", what, text) >= (int)room) {
		memcpy(error->text + room - 4, "...", 4);
	}
	return false;
}

/* U+0080 to U+009F, U+2028 and U+2029: characters that some reader takes for an end of line. */
static bool is_wide_control(const unsigned char *at, size_t length)
{
	return (length == 2 && at[0] == 0xc2 && at[1] < 0xa0) ||
		(length == 3 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9));
}

size_t smtps_find_control(smtps_str text, bool tab)
{
	size_t at = 0;

	while (at < text.len) {
		unsigned char octet = (unsigned char)text.data[at];
		size_t length = 1;

		if (octet < 0x20 ? octet != '\t' || tab : octet == 0x7f) {
			return at;
		}
		if (octet >= 0x80) {
			length = smtps_utf8_length(text, at);
			if (length == 0 || is_wide_control((const unsigned char *)text.data + at, length)) {
				return at;
			}
		}
		at += length;
	}
	return text.len;
}

bool smtps_bad_control(smtps_error *error, const char *what, smtps_str text, size_t at)
{
	unsigned char octet = (unsigned char)text.data[at];
	const char *kind = octet == '\r' || octet == '\n' ? "a line break"
		: octet == 0                                  ? "a NUL"
		: octet >= 0x80 && smtps_utf8_length(text, at) == 0
		? "octets that are not UTF-8; convert it to UTF-8 first"
		: "a control character";

	return smtps_bad_message(error, "%s holds %s (\\x%02X at octet %zu)", what, kind, octet, at + 1);
}
