/*
 * Writing header fields: folding, encoded words at characters and 75 octets (case 142), parameters (case 136), dates (case 145).
 */
#include "mail_testing.h"

#include <stdlib.h>

#include "base/text.h"
#include "mail/date.h"
#include "mail/field.h"
#include "mail/message_internal.h"

static void text_becomes(const char *value, const char *expected)
{
	smtps_buf out = {0};

	smtps_header_text(&out, SMTPS_STR("Subject"), smtps_str_of(value));
	assert_str(smtps_buf_str(&out), expected);
	smtps_buf_free(&out);
}

static void short_ascii_stays_as_it_is(void **state)
{
	(void)state;
	text_becomes("", "Subject:\r\n");
	text_becomes("Hello", "Subject: Hello\r\n");
	text_becomes("a=b ?= =? x", "Subject: a=b ?= =?utf-8?B?PT8=?= x\r\n");
	text_becomes("Order 42 (paid) \"now\"", "Subject: Order 42 (paid) \"now\"\r\n");
}

static void long_ascii_is_folded_at_its_spaces(void **state)
{
	(void)state;
	text_becomes("one two three four five six seven eight nine ten eleven twelve thirteen fourteen",
		"Subject: one two three four five six seven eight nine ten eleven twelve\r\n thirteen fourteen\r\n");
}

static void words_outside_ascii_are_encoded(void **state)
{
	(void)state;
	text_becomes("Gr\xc3\xbc\xc3\x9f"
				 "e an alle",
		"Subject: =?utf-8?B?R3LDvMOfZQ==?= an alle\r\n");
	text_becomes("a \xc3\xa4 b", "Subject: a =?utf-8?B?w6Q=?= b\r\n");
	text_becomes("\xc3\xa4 \xc3\xb6", "Subject: =?utf-8?B?w6Qgw7Y=?=\r\n");
}

static void blanks_that_folding_would_lose_are_encoded(void **state)
{
	(void)state;
	text_becomes(" a", "Subject: =?utf-8?Q?_a?=\r\n");
	text_becomes("a ", "Subject: =?utf-8?Q?a_?=\r\n");
	text_becomes("a  b c", "Subject: =?utf-8?Q?a__b?= c\r\n");
	text_becomes("a\tb", "Subject: =?utf-8?B?YQli?=\r\n");
	text_becomes(" ", "Subject: =?utf-8?Q?_?=\r\n");
}

/* Decodes the encoded words of a folded field: each must be at most 75 octets and hold whole characters. */
static smtps_buf decoded(smtps_str field)
{
	smtps_buf out = {0};
	size_t at = smtps_str_find(field, ':') + 1, line = at;
	bool was_word = false;

	while (at < field.len - 2) {
		smtps_str rest = {field.data + at + 1, field.len - at - 1};
		bool folded = field.data[at] == '\r';
		size_t end, start = out.len;
		bool is_word;

		if (folded) {
			assert_true(line <= 76);
			at += 2;
			line = 0;
			rest = (smtps_str){field.data + at + 1, field.len - at - 1};
		}
		assert_int_equal(field.data[at], ' ');
		for (end = 0; rest.data[end] != ' ' && rest.data[end] != '\r'; end++) {
		}
		is_word = smtps_str_starts_nocase(rest, SMTPS_STR("=?utf-8?"));
		if (!(is_word && was_word) && start) {
			smtps_buf_add_char(&out, ' ');
			start++;
		}
		assert_true(!is_word || end <= 75);
		if (is_word && rest.data[8] == 'B') {
			assert_true(smtps_base64_decode(&out, (smtps_str){rest.data + 10, end - 12}));
		} else if (is_word) {
			for (size_t i = 10; i < end - 2; i++) {
				char hex[3] = {0};

				if (rest.data[i] == '=') {
					memcpy(hex, rest.data + i + 1, 2);
					i += 2;
				}
				smtps_buf_add_char(&out,
					hex[0]                    ? (char)strtol(hex, NULL, 16)
						: rest.data[i] == '_' ? ' '
											  : rest.data[i]);
			}
		} else {
			smtps_buf_add(&out, rest.data, end);
		}
		assert_true(smtps_utf8_valid((smtps_str){out.data + start, out.len - start}));
		was_word = is_word;
		line += 1 + end;
		at += 1 + end;
	}
	assert_true(line <= 76);
	return out;
}

/* Case 142. */
static void random_texts_come_back_and_no_character_is_split(void **state)
{
	static const char *const pieces[] = {"a", "word", " ", " ", "=?", "?=", "\xc3\xa4", "\xe2\x82\xac",
		"\xf0\x9f\x98\x80", "=", "_", "\t", "42", "Lorem", "."};
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		smtps_buf text = {0}, out = {0}, back;
		int count = round % 120 + 1;

		for (int i = 0; i < count; i++) {
			seed = seed * 1103515245 + 12345;
			smtps_buf_add_text(&text, pieces[(seed >> 16) % (sizeof pieces / sizeof pieces[0])]);
			if (i % 9 == 8) {
				smtps_buf_add_char(&text, ' ');
			}
		}
		smtps_header_text(&out, SMTPS_STR("Subject"), smtps_buf_str(&text));
		back = decoded(smtps_buf_str(&out));
		if (!smtps_str_equal(smtps_buf_str(&back), smtps_buf_str(&text))) {
			fail_msg("\"%s\" came back as \"%s\" of\n%s", smtps_buf_cstr(&text), smtps_buf_cstr(&back),
				smtps_buf_cstr(&out));
		}
		smtps_buf_free(&text);
		smtps_buf_free(&out);
		smtps_buf_free(&back);
	}
}

static void a_word_of_any_length_makes_no_line_over_998(void **state)
{
	smtps_buf text = {0}, out = {0};
	size_t line = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		smtps_buf_add_char(&text, 'x');
	}
	smtps_header_text(&out, SMTPS_STR("X-Long"), smtps_buf_str(&text));
	for (size_t i = 0; i < out.len; i++) {
		line = out.data[i] == '\n' ? 0 : line + 1;
		assert_true(line <= 999);
	}
	smtps_buf_free(&text);
	smtps_buf_free(&out);
}

static void named(const char *name, const char *expected)
{
	smtps_mailbox mailbox = {0};
	smtps_mailbox_list list = {0};
	smtps_error error = {0};
	smtps_buf out = {0};

	assert_done(smtps_mailbox_set(&mailbox, SMTPS_STR("a@b.example"), smtps_str_of(name), &error));
	assert_true(smtps_mailbox_list_take(&list, &mailbox));
	smtps_header_mailboxes(&out, SMTPS_STR("To"), &list);
	assert_str(smtps_buf_str(&out), expected);
	smtps_buf_free(&out);
	smtps_mailbox_list_free(&list);
}

/* Case 139: specials are quoted, nothing in a name becomes syntax. */
static void names_are_atoms_quoted_strings_or_encoded_words(void **state)
{
	(void)state;
	named("", "To: a@b.example\r\n");
	named("Ann Lee", "To: Ann Lee <a@b.example>\r\n");
	named("Doe, John", "To: \"Doe, John\" <a@b.example>\r\n");
	named("J. (x) <y@z>", "To: \"J. (x) <y@z>\" <a@b.example>\r\n");
	named("a \"b\" \\", "To: \"a \\\"b\\\" \\\\\" <a@b.example>\r\n");
	named("M\xc3\xbcller, H", "To: =?utf-8?Q?M=C3=BCller=2C_H?= <a@b.example>\r\n");
	named("=?utf-8?Q?x?=", "To: =?utf-8?B?PT91dGYtOD9RP3g/PQ==?= <a@b.example>\r\n");
	named("a  b", "To: \"a  b\" <a@b.example>\r\n");
}

static void many_recipients_are_folded(void **state)
{
	smtps_mailbox_list list = {0};
	smtps_error error = {0};
	smtps_buf out = {0};

	(void)state;
	for (int i = 0; i < 6; i++) {
		smtps_mailbox mailbox = {0};

		assert_done(smtps_mailbox_parse(&mailbox, SMTPS_STR("Somebody <somebody@example.net>"), &error));
		assert_true(smtps_mailbox_list_take(&list, &mailbox));
	}
	smtps_header_mailboxes(&out, SMTPS_STR("To"), &list);
	assert_str(smtps_buf_str(&out),
		"To: Somebody <somebody@example.net>, Somebody <somebody@example.net>,\r\n"
		" Somebody <somebody@example.net>, Somebody <somebody@example.net>, Somebody\r\n"
		" <somebody@example.net>, Somebody <somebody@example.net>\r\n");
	smtps_buf_free(&out);
	smtps_mailbox_list_free(&list);
}

static void parameter_becomes(const char *value, const char *expected)
{
	smtps_field field;
	smtps_buf out = {0};

	smtps_field_begin(&field, &out, SMTPS_STR("C"));
	smtps_field_word(&field, SMTPS_STR("x"));
	smtps_field_parameter(&field, SMTPS_STR("filename"), smtps_str_of(value));
	smtps_field_end(&field);
	assert_str(smtps_buf_str(&out), expected);
	smtps_buf_free(&out);
}

/* Case 136. */
static void parameters_are_tokens_quoted_or_of_rfc_2231(void **state)
{
	(void)state;
	parameter_becomes("a.pdf", "C: x; filename=a.pdf\r\n");
	parameter_becomes("a b.pdf", "C: x; filename=\"a b.pdf\"\r\n");
	parameter_becomes("a\"; x=\"y\\", "C: x; filename=\"a\\\"; x=\\\"y\\\\\"\r\n");
	parameter_becomes("", "C: x; filename=\"\"\r\n");
	parameter_becomes("\xc3\xa4'%.pdf", "C: x; filename*=utf-8''%C3%A4%27%25.pdf\r\n");
	parameter_becomes("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4.pdf",
		"C: x; filename*0*=utf-8''%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4;\r\n filename*1*=%C3%A4.pdf\r\n");
}

static void file_name_is(const char *given, const char *expected)
{
	smtps_buf out = {0};
	smtps_error error = {0};

	assert_done(smtps_file_name(&out, smtps_str_of(given), &error));
	assert_str(smtps_buf_str(&out), expected);
	smtps_buf_free(&out);
}

/* Case 136: names, paths, overrides, lengths. */
static void file_names_are_the_last_part_and_harmless(void **state)
{
	char name[400];
	smtps_buf out = {0};
	smtps_error error = {0};

	(void)state;
	file_name_is("a.pdf", "a.pdf");
	file_name_is("/tmp/../etc/passwd", "passwd");
	file_name_is("C:\\temp\\a.pdf", "a.pdf");
	file_name_is("../a b.pdf", "a b.pdf");
	file_name_is("x\xe2\x80\xae"
				 "fdp.exe",
		"x_fdp.exe");
	assert_refused(smtps_file_name(&out, SMTPS_STR("a\r\nb.pdf"), &error), "line break");
	assert_refused(smtps_file_name(&out, (smtps_str){"a\0b", 3}, &error), "NUL");
	assert_refused(smtps_file_name(&out, SMTPS_STR("a\xff.pdf"), &error), "not UTF-8");
	assert_refused(smtps_file_name(&out, SMTPS_STR("/tmp/.."), &error), "no file name");
	assert_refused(smtps_file_name(&out, SMTPS_STR("/tmp/"), &error), "no file name");
	memset(name, 'a', sizeof name);
	memcpy(name + sizeof name - 6, "\xc3\xa4.pdf", 6);
	assert_done(smtps_file_name(&out, (smtps_str){name, sizeof name}, &error));
	assert_int_equal(out.len, SMTPS_FILE_NAME_MAX);
	assert_true(memcmp(out.data + out.len - 5, "a.pdf", 5) == 0);
	smtps_buf_clear(&out);
	memcpy(name, "\xc3\xa4", 2);
	for (size_t i = 0; i < sizeof name; i += 2) {
		memcpy(name + i, "\xc3\xa4", 2);
	}
	assert_done(smtps_file_name(&out, (smtps_str){name, sizeof name}, &error));
	assert_true(out.len <= SMTPS_FILE_NAME_MAX && smtps_utf8_valid(smtps_buf_str(&out)));
	smtps_buf_clear(&out);
	smtps_file_name_ascii(&out,
		SMTPS_STR("Gr\xc3\xb6\xc3\x9f"
				  "e \xf0\x9f\x98\x80.pdf"));
	assert_str(smtps_buf_str(&out), "Gr__e _.pdf");
	smtps_buf_free(&out);
}

static void date_is(int64_t seconds, int zone, const char *expected)
{
	smtps_buf out = {0};

	assert_true(smtps_date_fits(seconds, zone));
	smtps_date_add(&out, seconds, zone);
	assert_str(smtps_buf_str(&out), expected);
	smtps_buf_free(&out);
}

/* Case 145. */
static void dates_are_english_and_exact(void **state)
{
	(void)state;
	date_is(0, 0, "Thu, 01 Jan 1970 00:00:00 +0000");
	date_is(-1, 0, "Wed, 31 Dec 1969 23:59:59 +0000");
	date_is(951782400, 0, "Tue, 29 Feb 2000 00:00:00 +0000");
	date_is(TEST_NOW, 60, "Tue, 24 Nov 2026 08:34:13 +0100");
	date_is(TEST_NOW, -210, "Tue, 24 Nov 2026 04:04:13 -0330");
	date_is(4107542400, 0, "Mon, 01 Mar 2100 00:00:00 +0000");
	date_is(-62135596800, 0, "Mon, 01 Jan 0001 00:00:00 +0000");
	assert_false(smtps_date_fits(INT64_MAX, 0) || smtps_date_fits(INT64_MIN, 0) || smtps_date_fits(0, 1440));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_ascii_stays_as_it_is),
		cmocka_unit_test(long_ascii_is_folded_at_its_spaces),
		cmocka_unit_test(words_outside_ascii_are_encoded),
		cmocka_unit_test(blanks_that_folding_would_lose_are_encoded),
		cmocka_unit_test(random_texts_come_back_and_no_character_is_split),
		cmocka_unit_test(a_word_of_any_length_makes_no_line_over_998),
		cmocka_unit_test(names_are_atoms_quoted_strings_or_encoded_words),
		cmocka_unit_test(many_recipients_are_folded),
		cmocka_unit_test(parameters_are_tokens_quoted_or_of_rfc_2231),
		cmocka_unit_test(file_names_are_the_last_part_and_harmless),
		cmocka_unit_test(dates_are_english_and_exact),
	};

	return cmocka_run_group_tests_name("mail/header", tests, NULL, NULL);
}
