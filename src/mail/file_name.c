/*
 * File names as they are sent: the last part of a path, nothing that steers a reader's file system or display.
 */
#include <string.h>

#include "base/text.h"
#include "fault.h"
#include "message_internal.h"

/* Bidi embeddings, overrides and isolates: they make "exe.pdf" of "fdp.exe". */
static bool is_bidi_control(const unsigned char *at, size_t length)
{
	return length == 3 && at[0] == 0xe2 &&
		((at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae) ||
			(at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
}

static smtps_str base_name(smtps_str path)
{
	size_t at = path.len;

	while (at > 0 && path.data[at - 1] != '/' && path.data[at - 1] != '\\') {
		at--;
	}
	return (smtps_str){path.data + at, path.len - at};
}

/* Where to cut `text` so that at most `limit` octets of whole characters stay. */
static size_t cut_at(smtps_str text, size_t limit)
{
	size_t at = text.len < limit ? text.len : limit;

	while (at > 0 && at < text.len && ((unsigned char)text.data[at] & 0xc0) == 0x80) {
		at--;
	}
	return at;
}

static void add_clean(smtps_buf *out, smtps_str text)
{
	size_t length;

	for (size_t at = 0; at < text.len; at += length) {
		length = smtps_utf8_length(text, at);
		length = length ? length : 1;
		if (is_bidi_control((const unsigned char *)text.data + at, length)) {
			smtps_buf_add_char(out, '_');
		} else {
			smtps_buf_add(out, text.data + at, length);
		}
	}
}

bool smtps_file_name(smtps_buf *out, smtps_str path, smtps_error *error)
{
	enum { LONGEST_ENDING = 20, LOOKED_AT = 64 * 1024 };
	smtps_str name = base_name(path), ending;
	size_t bad, dot;

	if (path.len > LOOKED_AT) {
		return smtps_bad_message(error, "a file name may have 255 octets, this one has %zu", path.len);
	}
	bad = smtps_find_control(path, true);
	if (bad < path.len) {
		return smtps_bad_control(error, "the file name", path, bad);
	}
	if (name.len == 0 || smtps_str_equal(name, SMTPS_STR(".")) || smtps_str_equal(name, SMTPS_STR(".."))) {
		smtps_quote quote;

		return smtps_bad_message(
			error, "\"%s\" is no file name; write one such as invoice.pdf", smtps_quoted(&quote, path));
	}
	for (dot = name.len; dot > 0 && name.data[dot - 1] != '.';) {
		dot--;
	}
	ending = dot > 1 ? (smtps_str){name.data + dot - 1, name.len - dot + 1} : (smtps_str){"", 0};
	if (ending.len > LONGEST_ENDING) {
		ending.len = 0;
	}
	if (name.len > SMTPS_FILE_NAME_MAX) {
		add_clean(out, (smtps_str){name.data, cut_at(name, SMTPS_FILE_NAME_MAX - ending.len)});
		add_clean(out, ending);
	} else {
		add_clean(out, name);
	}
	return true;
}

void smtps_file_name_ascii(smtps_buf *out, smtps_str name)
{
	size_t length;

	for (size_t at = 0; at < name.len; at += length) {
		length = smtps_utf8_length(name, at);
		length = length ? length : 1;
		smtps_buf_add_char(out, length == 1 && name.data[at] > 0 ? name.data[at] : '_');
	}
}
