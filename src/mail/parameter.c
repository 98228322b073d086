/*
 * Parameters of Content-Type and Content-Disposition: RFC 2045 5.1, and RFC 2231 where a value is not ASCII.
 *
 * A long or non-ASCII value is cut into numbered, percent-encoded sections, between characters. The ASCII fallback of a file
 * name is written by its caller, as `name` of Content-Type.
 */
#include "field.h"

#include <string.h>

#include "base/text.h"

enum { LONGEST_QUOTED = 600, SECTION = 50 };

bool smtps_is_token(smtps_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] <= ' ' || text.data[i] == 0x7f || strchr("()<>@,;:\\\"/[]?=", text.data[i])) {
			return false;
		}
	}
	return text.len > 0;
}

static void add_quoted(smtps_buf *word, smtps_str value)
{
	if (smtps_is_token(value)) {
		smtps_buf_add_str(word, value);
		return;
	}
	smtps_buf_add_char(word, '"');
	for (size_t i = 0; i < value.len; i++) {
		if (value.data[i] == '"' || value.data[i] == '\\') {
			smtps_buf_add_char(word, '\\');
		}
		smtps_buf_add_char(word, value.data[i]);
	}
	smtps_buf_add_char(word, '"');
}

/* attribute-char of RFC 2231 7, without what some readers trip over. */
static bool is_attribute_char(char octet)
{
	return smtps_is_alnum(octet) || octet == '-' || octet == '.' || octet == '_';
}

/* Octets of the whole value, percent-encoded. */
static size_t percent_length(smtps_str value)
{
	size_t length = 0;

	for (size_t i = 0; i < value.len; i++) {
		length += is_attribute_char(value.data[i]) ? 1 : 3;
	}
	return length;
}

/* Appends percent-encoded whole characters of `value` as long as they fit into `room`; returns the octets used. */
static size_t add_percent(smtps_buf *word, smtps_str value, size_t room)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t at = 0, start = word->len;

	while (at < value.len && !word->failed) {
		size_t length = smtps_utf8_length(value, at);

		length = length ? length : 1;
		if (word->len - start + percent_length((smtps_str){value.data + at, length}) > room) {
			break;
		}
		for (size_t end = at + length; at < end; at++) {
			unsigned char octet = (unsigned char)value.data[at];
			char escaped[3] = {'%', digits[octet >> 4], digits[octet & 15]};

			if (is_attribute_char(value.data[at])) {
				smtps_buf_add_char(word, value.data[at]);
			} else {
				smtps_buf_add(word, escaped, sizeof escaped);
			}
		}
	}
	return at;
}

static void put_word(smtps_field *field, smtps_buf *word)
{
	field->out->failed = field->out->failed || word->failed;
	smtps_field_word(field, smtps_buf_str(word));
	smtps_buf_free(word);
}

static void add_extended(smtps_field *field, smtps_str name, smtps_str value)
{
	bool many = percent_length(value) > SECTION;
	unsigned section = 0;

	do {
		smtps_buf word = {0};
		size_t used;

		smtps_buf_add_str(&word, name);
		if (many) {
			smtps_buf_printf(&word, "*%u", section);
		}
		smtps_buf_add_text(&word, section == 0 ? "*=utf-8''" : "*=");
		used = add_percent(&word, value, many ? SECTION : SIZE_MAX);
		value = (smtps_str){value.data + used, value.len - used};
		smtps_buf_add_text(&word, value.len ? ";" : "");
		field->out->failed = field->out->failed || used == 0;
		put_word(field, &word);
		section++;
	} while (value.len && !field->out->failed);
}

void smtps_field_parameter(smtps_field *field, smtps_str name, smtps_str value)
{
	smtps_buf word = {0};

	smtps_buf_add_char(field->out, ';');
	field->column++;
	if (!smtps_is_ascii(value) || value.len > LONGEST_QUOTED) {
		add_extended(field, name, value);
		return;
	}
	smtps_buf_add_str(&word, name);
	smtps_buf_add_char(&word, '=');
	add_quoted(&word, value);
	put_word(field, &word);
}
