/*
 * Media types (RFC 2045 5.1): checking what a caller gave, taking it apart, guessing from a file name.
 */
#include <string.h>

#include "fault.h"
#include "field.h"
#include "message_internal.h"

enum { TYPE_MAX = 1000 };

static const struct {
	const char *ending, *type;
} known_types[] = {
	{"7z", "application/x-7z-compressed"},
	{"avif", "image/avif"},
	{"bmp", "image/bmp"},
	{"css", "text/css"},
	{"csv", "text/csv"},
	{"doc", "application/msword"},
	{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"epub", "application/epub+zip"},
	{"gif", "image/gif"},
	{"gz", "application/gzip"},
	{"htm", "text/html"},
	{"html", "text/html"},
	{"ics", "text/calendar"},
	{"jpeg", "image/jpeg"},
	{"jpg", "image/jpeg"},
	{"json", "application/json"},
	{"log", "text/plain"},
	{"m4a", "audio/mp4"},
	{"md", "text/markdown"},
	{"mov", "video/quicktime"},
	{"mp3", "audio/mpeg"},
	{"mp4", "video/mp4"},
	{"odp", "application/vnd.oasis.opendocument.presentation"},
	{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
	{"odt", "application/vnd.oasis.opendocument.text"},
	{"ogg", "audio/ogg"},
	{"pdf", "application/pdf"},
	{"png", "image/png"},
	{"ppt", "application/vnd.ms-powerpoint"},
	{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{"rtf", "application/rtf"},
	{"svg", "image/svg+xml"},
	{"tar", "application/x-tar"},
	{"tif", "image/tiff"},
	{"tiff", "image/tiff"},
	{"txt", "text/plain"},
	{"vcf", "text/vcard"},
	{"wav", "audio/wav"},
	{"webm", "video/webm"},
	{"webp", "image/webp"},
	{"xls", "application/vnd.ms-excel"},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"xml", "application/xml"},
	{"zip", "application/zip"},
};

smtps_str smtps_media_type_of_name(smtps_str name)
{
	size_t dot = name.len;

	while (dot > 0 && name.data[dot - 1] != '.') {
		dot--;
	}
	for (size_t i = 0; dot && i < sizeof known_types / sizeof known_types[0]; i++) {
		if (smtps_str_equal_nocase(
				(smtps_str){name.data + dot, name.len - dot}, smtps_str_of(known_types[i].ending))) {
			return smtps_str_of(known_types[i].type);
		}
	}
	return SMTPS_STR("application/octet-stream");
}

smtps_str smtps_media_type_name(smtps_str type, smtps_str *rest)
{
	return smtps_str_trim(smtps_str_split(type, ';', rest));
}

/* The value at the start of `text`, a token or a quoted string; returns the octets used, 0 where it is neither. */
static size_t take_value(smtps_buf *value, smtps_str text)
{
	size_t at = 0;

	if (text.len && text.data[0] == '"') {
		for (at = 1; at < text.len && text.data[at] != '"'; at++) {
			if (text.data[at] == '\\' && ++at == text.len) {
				return 0;
			}
			smtps_buf_add_char(value, text.data[at]);
		}
		return at < text.len ? at + 1 : 0;
	}
	while (at < text.len && text.data[at] != ';') {
		at++;
	}
	text = smtps_str_trim((smtps_str){text.data, at});
	smtps_buf_add_str(value, text);
	return smtps_is_token(text) ? at : 0;
}

bool smtps_media_type_next(smtps_str *rest, smtps_str *name, smtps_buf *value, bool *wrong)
{
	smtps_str text = rest->data ? smtps_str_trim(*rest) : *rest;
	size_t equals, used;

	*wrong = false;
	smtps_buf_clear(value);
	if (!text.data || text.len == 0) {
		return false;
	}
	equals = smtps_str_find(text, '=');
	*name = smtps_str_trim((smtps_str){text.data, equals});
	*wrong = true;
	if (equals == text.len || !smtps_is_token(*name)) {
		return false;
	}
	text = (smtps_str){text.data + equals + 1, text.len - equals - 1};
	while (text.len && text.data[0] == ' ') {
		text = (smtps_str){text.data + 1, text.len - 1};
	}
	used = take_value(value, text);
	text = smtps_str_trim((smtps_str){text.data + used, text.len - used});
	if (used == 0 || (text.len && text.data[0] != ';')) {
		return false;
	}
	*rest = text.len ? (smtps_str){text.data + 1, text.len - 1} : (smtps_str){NULL, 0};
	*wrong = false;
	return true;
}

static bool check_parameters(smtps_str type, smtps_str rest, smtps_error *error)
{
	smtps_str name;
	smtps_buf value = {0};
	bool wrong, fine = true;
	smtps_quote quote;

	while (fine && smtps_media_type_next(&rest, &name, &value, &wrong)) {
		if (smtps_str_equal_nocase(name, SMTPS_STR("boundary")) ||
			smtps_str_equal_nocase(name, SMTPS_STR("name"))) {
			fine = smtps_bad_message(error, "the type may not have the parameter %s: %s",
				smtps_quoted(&quote, name),
				smtps_lower(name.data[0]) == 'b' ? "boundaries are made here" : "give the file name apart");
		}
		if (name.len > 60 || smtps_find_control(smtps_buf_str(&value), true) < value.len) {
			wrong = true;
			break;
		}
	}
	smtps_buf_free(&value);
	return fine && wrong ? smtps_bad_message(error, "the type \"%s\" has a parameter that is not name=value",
							   smtps_quoted(&quote, type))
						 : fine;
}

bool smtps_media_type_check(smtps_str type, smtps_error *error)
{
	smtps_str rest, subtype, name = smtps_media_type_name(type, &rest),
							 main_type = smtps_str_split(name, '/', &subtype);
	smtps_quote quote;

	if (type.len > TYPE_MAX || smtps_find_control(type, true) < type.len || !smtps_is_token(main_type) ||
		!subtype.data || !smtps_is_token(subtype) || name.len > 127) {
		return smtps_bad_message(error,
			"\"%s\" is no media type; write type/subtype, such as application/pdf",
			smtps_quoted(&quote, type));
	}
	if (smtps_str_equal_nocase(main_type, SMTPS_STR("multipart")) ||
		smtps_str_equal_nocase(main_type, SMTPS_STR("message"))) {
		return smtps_bad_message(error,
			"a part of type %s is not attached as octets; see attachMessage() and sendRaw()",
			smtps_quoted(&quote, name));
	}
	return check_parameters(type, rest, error);
}
