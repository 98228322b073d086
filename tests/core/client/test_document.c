/*
 * docs/configuration.md: every option has its line, and no line breaks the table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "client/options.h"

static void test_every_option_has_one_line_of_five_cells(void **state)
{
	smtps_buf page = {0};

	(void)state;
	assert_true(smtps_options_document(&page));
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		char start[80];
		const char *line;
		int bars = 0;

		snprintf(start, sizeof start, "\n| `%s` |", smtps_option_table[i].name);
		line = strstr(smtps_buf_cstr(&page), start);
		assert_non_null(line);
		assert_null(strstr(line + 1, start));
		for (line++; *line != '\n'; line++) {
			bars += *line == '|';
		}
		assert_int_equal(bars, 6);
	}
	smtps_buf_free(&page);
}

static void test_a_page_without_memory_is_none(void **state)
{
	smtps_buf page = {0};
	bool done = false;

	(void)state;
	for (unsigned long n = 1; !done; n++) {
		smtps_alloc_fail_at(n);
		done = smtps_options_document(&page);
		smtps_alloc_fail_at(0);
		smtps_buf_free(&page);
	}
}

static void test_nearest_names(void **state)
{
	static const char *const pairs[][2] = {{"hots", "host"}, {"Host", "host"}, {"usrname", "username"},
		{"verfy_peer", "verify_peer"}, {"time_out", "timeout"}, {"encrypt", "encryption"},
		{"SMTPSecure", "encryption"}, {"pass", "password"}, {"dkim_privatekey", "dkim_key"},
		{"maxrate", "max_rate"}, {"peername", "peer_name"}};
	char longest[200];

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		assert_string_equal(smtps_option_nearest(smtps_str_of(pairs[i][0])), pairs[i][1]);
	}
	memset(longest, 'x', sizeof longest);
	assert_non_null(smtps_option_nearest((smtps_str){longest, sizeof longest}));
	assert_non_null(smtps_option_nearest((smtps_str){"", 0}));
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		const char *name = smtps_option_table[i].name;

		assert_string_equal(smtps_option_nearest(smtps_str_of(name)), name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_option_has_one_line_of_five_cells),
		cmocka_unit_test(test_a_page_without_memory_is_none),
		cmocka_unit_test(test_nearest_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
