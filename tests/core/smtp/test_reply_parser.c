/*
 * Replies from octets, apart from any dialogue (cases 65 to 72).
 */
#include "testing.h"

#include <stdio.h>

#include "smtp/reply_parser.h"
#include "smtp/session.h"

/* Feeds `text` in pieces of `step` octets; the last answer. `*used`: octets taken in all. */
static smtps_parse feed(smtps_reply_parser *parser, smtps_str text, size_t step, size_t *used)
{
	smtps_parse parse = SMTPS_PARSE_MORE;

	for (*used = 0; *used < text.len && parse == SMTPS_PARSE_MORE;) {
		size_t left = text.len - *used;
		size_t took = 0;

		parse = smtps_reply_parser_feed(parser, text.data + *used, left < step ? left : step, &took);
		*used += took;
	}
	return parse;
}

static void test_a_reply_is_the_same_in_every_segmentation_case_79(void **state)
{
	static const char text[] = "250-mail.example\r\n250-\r\n250-SIZE 10\n250 2.5.0 last\r\nrest";

	(void)state;
	for (size_t step = 1; step < sizeof text; step++) {
		smtps_reply_parser parser = {0};
		size_t used;

		assert_int_equal(
			feed(&parser, SMTPS_STR("250-mail.example\r\n250-\r\n250-SIZE 10\n250 2.5.0 last\r\nrest"), step,
				&used),
			SMTPS_PARSE_DONE);
		assert_int_equal(used, sizeof text - 1 - 4);
		assert_int_equal(parser.reply.code, 250);
		assert_str(smtps_buf_str(&parser.reply.text), "mail.example\n\nSIZE 10\n2.5.0 last");
		smtps_reply_parser_free(&parser);
	}
}

static void test_enhanced_codes_are_read_at_the_start_only_case_72(void **state)
{
	static const struct {
		const char *text, *enhanced;
	} rows[] = {{"250 2.1.5 ok\r\n", "2.1.5"}, {"550 5.7.26\r\n", "5.7.26"},
		{"550-5.7.1 a\r\n550 b\r\n", "5.7.1"}, {"250 5.1.1 ok\r\n", "2.0.0"}, {"550 2.0.0 no\r\n", "5.0.0"},
		{"450 5.2.0 x\r\n", "4.0.0"}, {"550 3.1.1 x\r\n", ""}, {"550 5.1 x\r\n", ""}, {"550 5.1.1x\r\n", ""},
		{"550 5.1.1234 x\r\n", ""}, {"550 x 5.1.1\r\n", ""}, {"354 3.0.0 go\r\n", ""}, {"250\r\n", ""},
		{"550 5..1 x\r\n", ""}, {"550 5.7.1.2 x\r\n", ""}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		smtps_reply_parser parser = {0};
		char out[16];
		size_t used;

		assert_int_equal(feed(&parser, smtps_str_of(rows[i].text), 7, &used), SMTPS_PARSE_DONE);
		assert_string_equal(smtps_reply_enhanced_text(&parser.reply, out), rows[i].enhanced);
		smtps_reply_parser_free(&parser);
	}
}

/* Of all 1,000,000 first four octets of digits and a few others: exactly the grammar's are taken. */
static void test_the_grammar_of_a_first_line_exhaustively_case_69(void **state)
{
	static const char octets[] = "0123456789 -\r\n+x\t";

	(void)state;
	for (size_t i = 0; i < 17 * 17 * 17 * 17; i++) {
		char line[6] = {
			octets[i % 17], octets[i / 17 % 17], octets[i / 289 % 17], octets[i / 4913 % 17], '\n', 0};
		bool code =
			line[0] >= '2' && line[0] <= '5' && line[1] >= '0' && line[1] <= '5' && smtps_is_digit(line[2]);
		bool done = code && (line[3] == ' ' || line[3] == '\r' || line[3] == '\n');
		bool more = code && line[3] == '-';
		smtps_reply_parser parser = {0};
		size_t used;
		smtps_parse parse = feed(&parser, (smtps_str){line, 5}, 5, &used);

		assert_int_equal(parse, done ? SMTPS_PARSE_DONE : more ? SMTPS_PARSE_MORE : SMTPS_PARSE_BAD);
		smtps_reply_parser_free(&parser);
	}
}

static void test_a_bare_cr_is_text_case_68(void **state)
{
	smtps_reply_parser parser = {0};
	size_t used;

	(void)state;
	assert_int_equal(feed(&parser, SMTPS_STR("250 a\rb\r\r\n"), 1, &used), SMTPS_PARSE_DONE);
	assert_str(smtps_buf_str(&parser.reply.text), "a\rb\r");
	smtps_reply_parser_reset(&parser);
	assert_int_equal(feed(&parser, SMTPS_STR("250\r250 x\r\n"), 3, &used), SMTPS_PARSE_BAD);
	smtps_reply_parser_free(&parser);
}

static size_t longest_line(const char *code)
{
	smtps_reply_parser parser = {0};
	size_t used, len = 0;
	smtps_parse parse = feed(&parser, smtps_str_of(code), 99, &used);

	while (parse == SMTPS_PARSE_MORE) {
		parse = smtps_reply_parser_feed(&parser, "x", 1, &used);
		len++;
	}
	assert_int_equal(parse, SMTPS_PARSE_BAD);
	smtps_reply_parser_free(&parser);
	return len + 3;
}

static void test_a_line_has_8_KiB_and_a_challenge_16_cases_66_111(void **state)
{
	(void)state;
	assert_int_equal(longest_line("250 "), SMTPS_REPLY_LINE_MAX);
	assert_int_equal(longest_line("334 "), SMTPS_CHALLENGE_LINE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_reply_is_the_same_in_every_segmentation_case_79),
		cmocka_unit_test(test_enhanced_codes_are_read_at_the_start_only_case_72),
		cmocka_unit_test(test_the_grammar_of_a_first_line_exhaustively_case_69),
		cmocka_unit_test(test_a_bare_cr_is_text_case_68),
		cmocka_unit_test(test_a_line_has_8_KiB_and_a_challenge_16_cases_66_111),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
