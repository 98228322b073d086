/*
 * base64, hex, UTF-8 and one-line texts: RFC 4648's vectors, what is refused, and case 67.
 */
#include "testing.h"

#include "base/text.h"

static void base64_gives_the_vectors_of_rfc_4648(void **state)
{
	static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
		{"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		smtps_buf encoded = {0}, decoded = {0};

		smtps_base64_encode(&encoded, smtps_str_of(pairs[i][0]));
		assert_str(smtps_buf_str(&encoded), pairs[i][1]);
		assert_true(smtps_base64_decode(&decoded, smtps_buf_str(&encoded)));
		assert_str(smtps_buf_str(&decoded), pairs[i][0]);
		smtps_buf_free(&encoded);
		smtps_buf_free(&decoded);
	}
}

static void base64_round_trips_every_octet_at_every_length(void **state)
{
	char octets[256];

	(void)state;
	for (size_t i = 0; i < sizeof octets; i++) {
		octets[i] = (char)i;
	}
	for (size_t len = 0; len <= sizeof octets; len++) {
		smtps_buf encoded = {0}, decoded = {0};
		smtps_str given = {octets + sizeof octets - len, len};

		smtps_base64_encode(&encoded, given);
		assert_true(smtps_base64_decode(&decoded, smtps_buf_str(&encoded)));
		assert_true(smtps_str_equal(smtps_buf_str(&decoded), given));
		smtps_buf_free(&encoded);
		smtps_buf_free(&decoded);
	}
}

/* Case 110. */
static void base64_that_is_not_canonical_is_refused(void **state)
{
	static const char *const wrong[] = {"Z", "Zg", "Zg=", "Zg==\n", " Zg==", "Zg==Zg==", "Z===", "====", "=",
		"Zm9v=", "Zm=v", "Zh==", "Zm9=", "Zm9\x80", "Zm-v", "Zm_v", "Zm 9", "Zm9vZg=A"};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		smtps_buf decoded = {0};

		if (smtps_base64_decode(&decoded, smtps_str_of(wrong[i]))) {
			fail_msg("\"%s\" was taken", wrong[i]);
		}
		smtps_buf_free(&decoded);
	}
}

static void hex_is_lower_case(void **state)
{
	smtps_buf out = {0};

	(void)state;
	smtps_hex_encode(&out, (smtps_str){"\x00\x7f\xff\xa5", 4});
	assert_str(smtps_buf_str(&out), "007fffa5");
	smtps_buf_free(&out);
}

static void utf8_is_judged_by_rfc_3629(void **state)
{
	static const char *const right[] = {"", "a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
		"\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "gr\xc3\xbc\xc3\x9f"};
	static const char *const wrong[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ", "\xe0\x9f\xbf",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\xf0\x90\x80", "\xff", "\xfe", "a\xe2\x28\xa1"};

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		assert_true(smtps_utf8_valid(smtps_str_of(right[i])));
	}
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_false(smtps_utf8_valid(smtps_str_of(wrong[i])));
	}
	assert_int_equal(smtps_utf8_length(SMTPS_STR("a\xf0\x90\x80\x80"), 1), 4);
	assert_int_equal(smtps_utf8_length(SMTPS_STR("a"), 1), 0);
	assert_true(smtps_is_ascii(SMTPS_STR("a\x7f")));
	assert_false(smtps_is_ascii(SMTPS_STR("a\x80")));
}

static void check_one_line(smtps_str text, size_t limit, const char *expected)
{
	smtps_buf out = {0};

	smtps_buf_add_text(&out, "> ");
	smtps_text_one_line(&out, text, limit);
	smtps_buf_consume(&out, 2);
	assert_str(smtps_buf_str(&out), expected);
	smtps_buf_free(&out);
}

/* Case 67. */
static void one_line_shows_controls_and_keeps_valid_utf8(void **state)
{
	(void)state;
	check_one_line(SMTPS_STR("plain"), 100, "plain");
	check_one_line(SMTPS_STR("two\r\nlines\nand\rmore"), 100, "two / lines / andmore");
	check_one_line((smtps_str){"nul\0esc\x1b[2J", 11}, 100, "nul\\x00esc\\x1B[2J");
	check_one_line(SMTPS_STR("gr\xc3\xbc\xc3\x9f"), 100, "gr\xc3\xbc\xc3\x9f");
	check_one_line(SMTPS_STR("\xff\xc3("), 100, "\\xFF\\xC3(");
	check_one_line(SMTPS_STR("a\xe2\x80\xae"
							 "b"),
		100,
		"a\\xE2\\x80\\xAE"
		"b");
	check_one_line(SMTPS_STR("\xc2\x9b"
							 "31m\x7f"),
		100,
		"\\xC2\\x9B"
		"31m\\x7F");
	check_one_line(SMTPS_STR("\xe2\x80\xa8"), 100, "\\xE2\\x80\\xA8");
}

static void one_line_never_exceeds_its_limit_and_cuts_between_characters(void **state)
{
	(void)state;
	check_one_line(SMTPS_STR("abcdef"), 6, "abcdef");
	check_one_line(SMTPS_STR("abcdefg"), 6, "abc...");
	check_one_line(SMTPS_STR("ab\xc3\xbcxyz"), 6, "ab...");
	check_one_line(SMTPS_STR("a\nb"), 4, "a...");
	check_one_line(SMTPS_STR("abcd"), 2, "..");
	check_one_line(SMTPS_STR("abcd"), 0, "");
	check_one_line(SMTPS_STR("abcd"), SIZE_MAX, "abcd");
}

static void no_memory_is_seen_at_the_end(void **state)
{
	smtps_buf out = {0};

	(void)state;
	smtps_alloc_fail_at(1);
	smtps_base64_encode(&out, SMTPS_STR("abc"));
	assert_true(out.failed);
	smtps_buf_clear(&out);
	smtps_alloc_fail_at(1);
	assert_false(smtps_base64_decode(&out, SMTPS_STR("Zm9v")));
	smtps_buf_clear(&out);
	smtps_alloc_fail_at(1);
	smtps_text_one_line(&out, SMTPS_STR("abc"), 10);
	assert_true(out.failed);
	smtps_alloc_fail_at(0);
	smtps_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_gives_the_vectors_of_rfc_4648),
		cmocka_unit_test(base64_round_trips_every_octet_at_every_length),
		cmocka_unit_test(base64_that_is_not_canonical_is_refused),
		cmocka_unit_test(hex_is_lower_case),
		cmocka_unit_test(utf8_is_judged_by_rfc_3629),
		cmocka_unit_test(one_line_shows_controls_and_keeps_valid_utf8),
		cmocka_unit_test(one_line_never_exceeds_its_limit_and_cuts_between_characters),
		cmocka_unit_test(no_memory_is_seen_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
