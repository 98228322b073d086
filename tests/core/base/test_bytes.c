/*
 * Views and buffers: comparing, cutting, growing, failing once and for all, wiping.
 */
#include "testing.h"

static void views_compare_by_octets_and_by_folded_case(void **state)
{
	(void)state;
	assert_true(smtps_str_equal(SMTPS_STR("a"), smtps_str_of("a")));
	assert_true(smtps_str_equal((smtps_str){NULL, 0}, smtps_str_of(NULL)));
	assert_false(smtps_str_equal(SMTPS_STR("a"), SMTPS_STR("A")));
	assert_false(smtps_str_equal(SMTPS_STR("a"), SMTPS_STR("ab")));
	assert_true(smtps_str_equal_nocase(SMTPS_STR("AUTH"), SMTPS_STR("auth")));
	assert_false(smtps_str_equal_nocase(SMTPS_STR("AUTH"), SMTPS_STR("aut")));
	assert_false(smtps_str_equal_nocase(SMTPS_STR("\xc3\x84"), SMTPS_STR("\xc3\xa4")));
	assert_false(smtps_str_equal_nocase(SMTPS_STR("@"), SMTPS_STR("`")));
	assert_true(smtps_str_starts_nocase(SMTPS_STR("Size 10"), SMTPS_STR("SIZE")));
	assert_false(smtps_str_starts_nocase(SMTPS_STR("SI"), SMTPS_STR("SIZE")));
	assert_true(smtps_str_contains_nocase(SMTPS_STR("too many Logins"), SMTPS_STR("LOGINS")));
	assert_true(smtps_str_contains_nocase(SMTPS_STR(""), SMTPS_STR("")));
	assert_false(smtps_str_contains_nocase(SMTPS_STR("login"), SMTPS_STR("logins")));
}

static void views_are_trimmed_and_split(void **state)
{
	smtps_str rest;

	(void)state;
	assert_str(smtps_str_trim(SMTPS_STR(" \t a b\r\n")), "a b");
	assert_str(smtps_str_trim(SMTPS_STR(" \r\n\t ")), "");
	assert_str(smtps_str_split(SMTPS_STR("a,b,c"), ',', &rest), "a");
	assert_str(rest, "b,c");
	assert_str(smtps_str_split(SMTPS_STR("a,"), ',', &rest), "a");
	assert_non_null(rest.data);
	assert_int_equal(rest.len, 0);
	assert_str(smtps_str_split(SMTPS_STR("a"), ',', &rest), "a");
	assert_null(rest.data);
	assert_int_equal(smtps_str_find(SMTPS_STR("abc"), 'c'), 2);
	assert_int_equal(smtps_str_find(SMTPS_STR("abc"), 'x'), 3);
	assert_int_equal(smtps_str_find((smtps_str){NULL, 0}, 'x'), 0);
}

static void characters_are_classed_as_ascii_whatever_the_locale(void **state)
{
	(void)state;
	for (int octet = 0; octet < 256; octet++) {
		bool digit = octet >= '0' && octet <= '9';
		bool alpha = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');

		assert_int_equal(smtps_is_digit((char)octet), digit);
		assert_int_equal(smtps_is_alpha((char)octet), alpha);
		assert_int_equal(smtps_is_alnum((char)octet), digit || alpha);
	}
	assert_int_equal(smtps_lower('Z'), 'z');
	assert_int_equal(smtps_lower('['), '[');
}

static void a_buffer_grows_and_is_eaten_from_the_front(void **state)
{
	smtps_buf buf = {0};

	(void)state;
	assert_string_equal(smtps_buf_cstr(&buf), "");
	for (int i = 0; i < 1000; i++) {
		smtps_buf_printf(&buf, "%d,", i);
	}
	assert_int_equal(buf.len, 10 * 2 + 90 * 3 + 900 * 4);
	smtps_buf_consume(&buf, buf.len - 4);
	assert_str(smtps_buf_str(&buf), "999,");
	smtps_buf_add_char(&buf, 'x');
	smtps_buf_add_text(&buf, "y");
	smtps_buf_add(&buf, NULL, 0);
	assert_string_equal(smtps_buf_cstr(&buf), "999,xy");
	smtps_buf_consume(&buf, 100);
	assert_int_equal(buf.len, 0);
	smtps_buf_free(&buf);
	smtps_buf_free(&buf);
}

static void a_failed_append_is_remembered_until_cleared(void **state)
{
	smtps_buf buf = {0};

	(void)state;
	smtps_buf_add_text(&buf, "kept");
	smtps_alloc_fail_at(1);
	assert_false(smtps_buf_reserve(&buf, 1000));
	smtps_alloc_fail_at(0);
	smtps_buf_add_text(&buf, "dropped");
	smtps_buf_printf(&buf, "%s", "dropped");
	assert_true(buf.failed);
	assert_string_equal(smtps_buf_cstr(&buf), "");
	assert_str(smtps_buf_str(&buf), "kept");
	smtps_buf_clear(&buf);
	smtps_buf_add_text(&buf, "again");
	assert_string_equal(smtps_buf_cstr(&buf), "again");
	assert_false(smtps_buf_reserve(&buf, SIZE_MAX));
	assert_true(buf.failed);
	smtps_buf_free(&buf);
}

/* Case 128. */
static void a_secret_is_moved_by_hand_and_wiped(void **state)
{
	smtps_buf buf = {.secret = true};

	(void)state;
	smtps_buf_add_text(&buf, "hunter2");
	for (int i = 0; i < 200; i++) {
		smtps_buf_add_char(&buf, 'x');
	}
	assert_memory_equal(buf.data, "hunter2xx", 9);
	smtps_buf_clear(&buf);
	for (size_t i = 0; i < buf.cap; i++) {
		assert_int_equal(buf.data[i], 0);
	}
	smtps_buf_free(&buf);
	assert_true(buf.secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_compare_by_octets_and_by_folded_case),
		cmocka_unit_test(views_are_trimmed_and_split),
		cmocka_unit_test(characters_are_classed_as_ascii_whatever_the_locale),
		cmocka_unit_test(a_buffer_grows_and_is_eaten_from_the_front),
		cmocka_unit_test(a_failed_append_is_remembered_until_cleared),
		cmocka_unit_test(a_secret_is_moved_by_hand_and_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
