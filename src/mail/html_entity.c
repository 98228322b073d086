/*
 * Character references; see html_entity.h.
 */
#include "html_entity.h"

enum { LONGEST_REFERENCE = 12 };

static const struct {
	const char *name;
	unsigned code;
} names[] = {
	{"Auml", 0xc4},
	{"Eacute", 0xc9},
	{"Ouml", 0xd6},
	{"Uuml", 0xdc},
	{"aacute", 0xe1},
	{"agrave", 0xe0},
	{"amp", '&'},
	{"apos", '\''},
	{"auml", 0xe4},
	{"bull", 0x2022},
	{"ccedil", 0xe7},
	{"cent", 0xa2},
	{"copy", 0xa9},
	{"deg", 0xb0},
	{"eacute", 0xe9},
	{"egrave", 0xe8},
	{"euro", 0x20ac},
	{"gt", '>'},
	{"hellip", 0x2026},
	{"iacute", 0xed},
	{"laquo", 0xab},
	{"ldquo", 0x201c},
	{"lsquo", 0x2018},
	{"lt", '<'},
	{"mdash", 0x2014},
	{"middot", 0xb7},
	{"nbsp", ' '},
	{"ndash", 0x2013},
	{"ntilde", 0xf1},
	{"oacute", 0xf3},
	{"ouml", 0xf6},
	{"pound", 0xa3},
	{"quot", '"'},
	{"raquo", 0xbb},
	{"rdquo", 0x201d},
	{"reg", 0xae},
	{"rsquo", 0x2019},
	{"sect", 0xa7},
	{"shy", 0},
	{"szlig", 0xdf},
	{"thinsp", ' '},
	{"times", 0xd7},
	{"trade", 0x2122},
	{"uacute", 0xfa},
	{"uuml", 0xfc},
	{"yen", 0xa5},
	{"zwj", 0},
	{"zwnj", 0},
};

static void add_code(smtps_buf *out, unsigned code)
{
	if (code < 0x80) {
		smtps_buf_add_char(out, (char)code);
	} else if (code < 0x800) {
		smtps_buf_add_char(out, (char)(0xc0 | code >> 6));
		smtps_buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		smtps_buf_add_char(out, (char)(0xe0 | code >> 12));
		smtps_buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		smtps_buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	} else {
		smtps_buf_add_char(out, (char)(0xf0 | code >> 18));
		smtps_buf_add_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
		smtps_buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		smtps_buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	}
}

/* The number behind `#`; false where it is none, or none of a character. */
static bool read_number(smtps_str text, unsigned *code)
{
	bool hex = text.len && smtps_lower(text.data[0]) == 'x';
	unsigned value = 0;

	for (size_t i = hex; i < text.len; i++) {
		char digit = smtps_lower(text.data[i]);

		if (smtps_is_digit(digit)) {
			value = value * (hex ? 16 : 10) + (unsigned)(digit - '0');
		} else if (hex && digit >= 'a' && digit <= 'f') {
			value = value * 16 + (unsigned)(digit - 'a') + 10;
		} else {
			return false;
		}
		if (value > 0x10ffff) {
			return false;
		}
	}
	*code = value == 0xa0 ? ' ' : value;
	return text.len > hex && (value >= 0x20 || value == '\t' || value == '\n') &&
		(value < 0x7f || value > 0x9f) && (value < 0xd800 || value > 0xdfff);
}

static bool read_name(smtps_str text, unsigned *code)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (smtps_str_equal(text, smtps_str_of(names[i].name))) {
			*code = names[i].code;
			return true;
		}
	}
	return false;
}

void smtps_html_resolve(smtps_buf *out, smtps_str text)
{
	for (size_t at = 0; at < text.len; at++) {
		smtps_str inner = {text.data + at + 1, text.len - at - 1};
		unsigned code = 0;
		size_t end;

		if (text.data[at] != '&') {
			smtps_buf_add_char(out, text.data[at]);
			continue;
		}
		inner.len = inner.len < LONGEST_REFERENCE ? inner.len : LONGEST_REFERENCE;
		end = smtps_str_find(inner, ';');
		if (end < inner.len &&
			(inner.data[0] == '#' ? read_number((smtps_str){inner.data + 1, end - 1}, &code)
								  : read_name((smtps_str){inner.data, end}, &code))) {
			if (code) {
				add_code(out, code);
			}
			at += end + 1;
		} else {
			smtps_buf_add_char(out, '&');
		}
	}
}
