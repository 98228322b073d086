/*
 * A SASL exchange as a test writes it: what the server says, what must come out.
 */
#ifndef SMTPS_TESTS_SASL_DIALOGUE_H
#define SMTPS_TESTS_SASL_DIALOGUE_H

#include "testing.h"

#include "smtp/sasl_internal.h"

static inline smtps_sasl *begin(smtps_mechanism mechanism, const smtps_credentials *credentials,
	const smtps_channel_binding *binding, unsigned offered)
{
	smtps_error error = {0};
	smtps_sasl *sasl = smtps_sasl_start(mechanism, credentials, binding, offered, &error);

	if (!sasl) {
		fail_msg("not begun: %s", error.text);
	}
	return sasl;
}

static inline void check_initial(smtps_sasl *sasl, smtps_str expected)
{
	smtps_buf out = {.secret = true};

	assert_true(smtps_sasl_initial(sasl, &out));
	assert_int_equal(out.len, expected.len);
	assert_memory_equal(smtps_buf_cstr(&out), expected.data, expected.len);
	smtps_buf_free(&out);
}

static inline void check_answer(smtps_sasl *sasl, smtps_str challenge, smtps_str expected)
{
	smtps_buf out = {.secret = true};
	smtps_error error = {0};

	if (!smtps_sasl_answer(sasl, challenge, &out, &error)) {
		fail_msg("refused: %s", error.text);
	}
	assert_int_equal(out.len, expected.len);
	assert_memory_equal(smtps_buf_cstr(&out), expected.data, expected.len);
	smtps_buf_free(&out);
}

/* The challenge is refused as a failure to authenticate, nothing is answered, and the sentence says `words`. */
static inline void check_cancel(smtps_sasl *sasl, smtps_str challenge, const char *words)
{
	smtps_buf out = {.secret = true};
	smtps_error error = {0};

	assert_false(smtps_sasl_answer(sasl, challenge, &out, &error));
	assert_int_equal(error.kind, SMTPS_AUTH_FAILED);
	assert_int_equal(error.stage, SMTPS_STAGE_AUTH);
	if (!strstr(error.text, words)) {
		fail_msg("\"%s\" does not say \"%s\"", error.text, words);
	}
	assert_int_equal(out.len, 0);
	smtps_buf_free(&out);
	smtps_error_free(&error);
}

static inline void check_content(smtps_sasl *sasl)
{
	smtps_error error = {0};

	assert_true(smtps_sasl_finish(sasl, &error));
	assert_false(smtps_error_is_set(&error));
}

static inline void check_not_content(smtps_sasl *sasl)
{
	smtps_error error = {0};

	assert_false(smtps_sasl_finish(sasl, &error));
	assert_int_equal(error.kind, SMTPS_AUTH_FAILED);
	smtps_error_free(&error);
}

/* It does not even begin: the option `option` holds what the mechanism cannot carry. */
static inline void check_bad_option(
	smtps_mechanism mechanism, const smtps_credentials *credentials, const char *option)
{
	smtps_error error = {0};

	assert_null(smtps_sasl_start(mechanism, credentials, NULL, 0, &error));
	assert_int_equal(error.kind, SMTPS_BAD_OPTION);
	assert_int_equal(strncmp(error.text, option, strlen(option)), 0);
	smtps_error_free(&error);
}

#endif
