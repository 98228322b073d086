/*
 * The small values of the ground floor: errors, replies, times, sources, memory.
 */
#include "testing.h"

#include "base/error.h"
#include "base/source.h"
#include "base/time.h"

static void the_first_fault_stands(void **state)
{
	smtps_error error = {0};

	(void)state;
	assert_false(smtps_error_is_set(&error));
	assert_false(
		smtps_fail(&error, SMTPS_STAGE_AUTH, SMTPS_AUTH_FAILED, SMTPS_CAUSE_NO_MECHANISM, "first %d", 1));
	smtps_fail(&error, SMTPS_STAGE_QUIT, SMTPS_LOST, SMTPS_CAUSE_CUT, "second");
	assert_true(smtps_error_is_set(&error));
	assert_int_equal(error.stage, SMTPS_STAGE_AUTH);
	assert_int_equal(error.cause, SMTPS_CAUSE_NO_MECHANISM);
	assert_string_equal(error.text, "first 1");
	assert_false(error.temporary);
	smtps_error_free(&error);
	smtps_error_free(&error);
	assert_false(smtps_error_is_set(&error));
	assert_false(smtps_fail(NULL, SMTPS_STAGE_AUTH, SMTPS_LOST, SMTPS_CAUSE_CUT, "nobody listens"));
	assert_false(smtps_fail_memory(NULL, SMTPS_STAGE_AUTH));
	smtps_error_hint(NULL, "nobody");
}

static void outcome_and_temporary_follow_the_kind(void **state)
{
	(void)state;
	for (int kind = SMTPS_BAD_OPTION; kind < SMTPS_KIND_COUNT; kind++) {
		smtps_error error = {0};

		smtps_fail(&error, SMTPS_STAGE_END, (smtps_kind)kind, SMTPS_CAUSE_NONE, "text");
		assert_int_equal(error.outcome, kind == SMTPS_UNKNOWN_OUTCOME ? SMTPS_UNKNOWN : SMTPS_NOT_SENT);
		assert_int_equal(
			error.temporary, kind == SMTPS_LOST || kind == SMTPS_TIMED_OUT || kind == SMTPS_LIMITED);
		smtps_error_free(&error);
	}
}

/* Case 67 and 173. */
static void a_reply_is_quoted_in_one_line(void **state)
{
	smtps_error error = {0};
	smtps_reply reply = {.code = 451, .enhanced = {4, 7, 500}};

	(void)state;
	smtps_buf_add_text(&reply.text, "4.7.500 Server busy\nlater\x1b");
	assert_false(smtps_fail_reply(&error, SMTPS_STAGE_MAIL, SMTPS_REFUSED, SMTPS_CAUSE_NONE, &reply));
	assert_string_equal(error.text, "server said \"451 4.7.500 Server busy / later\\x1B\"");
	assert_true(error.temporary);
	assert_str(smtps_buf_str(&error.reply.text), "4.7.500 Server busy\nlater\x1b");
	smtps_reply_free(&reply);
	smtps_error_free(&error);
	reply.code = 550;
	smtps_fail_reply(&error, SMTPS_STAGE_MAIL, SMTPS_REFUSED, SMTPS_CAUSE_NONE, &reply);
	assert_string_equal(error.text, "server said \"550\"");
	assert_false(error.temporary);
	smtps_error_free(&error);
}

static void a_long_text_is_cut_and_an_error_moves_and_copies(void **state)
{
	smtps_error error = {0}, copy = {0}, moved = {0};
	smtps_reply reply = {.code = 550};
	char longer[SMTPS_ERROR_TEXT * 2];

	(void)state;
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	smtps_buf_add_text(&reply.text, longer);
	smtps_fail_reply(&error, SMTPS_STAGE_RCPT, SMTPS_REFUSED, SMTPS_CAUSE_NONE, &reply);
	assert_true(strlen(error.text) < SMTPS_ERROR_TEXT);
	assert_string_equal(error.text + strlen(error.text) - 4, "...\"");
	smtps_error_hint(&error, "%s", longer);
	assert_int_equal(strlen(error.hint), SMTPS_ERROR_TEXT - 1);
	assert_true(smtps_error_copy(&copy, &error));
	assert_ptr_not_equal(copy.reply.text.data, error.reply.text.data);
	smtps_error_move(&moved, &copy);
	assert_false(smtps_error_is_set(&copy));
	assert_string_equal(moved.text, error.text);
	assert_int_equal(moved.reply.code, 550);
	smtps_error_free(&moved);
	smtps_alloc_fail_at(1);
	smtps_error_copy(&copy, &error);
	smtps_alloc_fail_at(0);
	assert_int_equal(copy.reply.code, 550);
	smtps_error_free(&copy);
	smtps_error_free(&error);
	smtps_reply_free(&reply);
}

static void stages_have_the_names_that_users_see(void **state)
{
	static const char *const names[] = {"options", "message", "resolve", "connect", "greeting", "ehlo",
		"starttls", "tls", "auth", "mail", "rcpt", "data", "end", "rset", "quit"};

	(void)state;
	assert_int_equal(sizeof names / sizeof names[0], SMTPS_STAGE_COUNT);
	for (int stage = 0; stage < SMTPS_STAGE_COUNT; stage++) {
		assert_string_equal(smtps_stage_name((smtps_stage)stage), names[stage]);
	}
	assert_string_equal(smtps_stage_name(SMTPS_STAGE_COUNT), "unknown");
}

static void a_reply_knows_its_class(void **state)
{
	smtps_reply reply = {.code = 250, .enhanced = {2, 1, 0}}, none = {0};
	char text[16];

	(void)state;
	assert_true(smtps_reply_is_positive(&reply));
	assert_string_equal(smtps_reply_enhanced_text(&reply, text), "2.1.0");
	reply.code = 421;
	assert_true(smtps_reply_is_transient(&reply));
	reply.code = 554;
	assert_true(smtps_reply_is_permanent(&reply));
	assert_false(
		smtps_reply_is_positive(&none) || smtps_reply_is_transient(&none) || smtps_reply_is_permanent(&none));
	assert_false(smtps_reply_has_enhanced(&none));
	assert_string_equal(smtps_reply_enhanced_text(&none, text), "");
}

static void a_memory_source_gives_its_octets_once_and_again(void **state)
{
	smtps_memory_source memory;
	smtps_error error = {0};
	char out[4];

	(void)state;
	smtps_memory_source_init(&memory, SMTPS_STR("abcdef"));
	assert_int_equal(memory.source.size, 6);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(memory.source.read(&memory.source, out, 4, &error), 4);
		assert_memory_equal(out, "abcd", 4);
		assert_int_equal(memory.source.read(&memory.source, out, 4, &error), 2);
		assert_memory_equal(out, "ef", 2);
		assert_int_equal(memory.source.read(&memory.source, out, 4, &error), 0);
		assert_true(memory.source.rewind(&memory.source, &error));
	}
	smtps_memory_source_init(&memory, (smtps_str){NULL, 0});
	assert_int_equal(memory.source.read(&memory.source, out, 4, &error), 0);
}

static void the_clock_does_not_go_back(void **state)
{
	smtps_time before = smtps_now(), after = smtps_now();

	(void)state;
	assert_true(before > 0 && after >= before);
	assert_true(smtps_wall_seconds() > 1600000000);
	assert_true(smtps_earlier(before, SMTPS_NEVER) == before);
	assert_true(smtps_earlier(SMTPS_SECONDS(2), SMTPS_MILLISECONDS(3)) == 3000);
}

static void memory_fails_when_told_to_and_is_zeroed(void **state)
{
	char *block = smtps_alloc(32), *copy;

	(void)state;
	for (int i = 0; i < 32; i++) {
		assert_int_equal(block[i], 0);
	}
	smtps_alloc_fail_at(2);
	copy = smtps_strndup("abc", 2);
	assert_string_equal(copy, "ab");
	assert_null(smtps_realloc(block, 64));
	block = smtps_realloc(block, 64);
	assert_non_null(block);
	memset(block, 1, 64);
	smtps_cleanse(block, 64);
	assert_int_equal(block[63], 0);
	smtps_cleanse(NULL, 10);
	smtps_free(block);
	smtps_free(copy);
	smtps_free(NULL);
	block = smtps_alloc(0);
	assert_non_null(block);
	smtps_free(block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_fault_stands),
		cmocka_unit_test(outcome_and_temporary_follow_the_kind),
		cmocka_unit_test(a_reply_is_quoted_in_one_line),
		cmocka_unit_test(a_long_text_is_cut_and_an_error_moves_and_copies),
		cmocka_unit_test(stages_have_the_names_that_users_see),
		cmocka_unit_test(a_reply_knows_its_class),
		cmocka_unit_test(a_memory_source_gives_its_octets_once_and_again),
		cmocka_unit_test(the_clock_does_not_go_back),
		cmocka_unit_test(memory_fails_when_told_to_and_is_zeroed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
