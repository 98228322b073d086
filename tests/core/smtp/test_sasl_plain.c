/*
 * PLAIN, LOGIN, CRAM-MD5, EXTERNAL, OAUTHBEARER and XOAUTH2 by their RFCs' examples; cases 111, 112, 116, 117, 127.
 */
#include "sasl_dialogue.h"

static const smtps_credentials tim = {.username = {"tim", 3}, .password = {"tanstaaftanstaaf", 16}};
static const smtps_credentials bearer = {.username = {"user@example.com", 16},
	.token = {"vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", 42},
	.host = {"server.example.com", 18},
	.port = 143};

static void plain_is_that_of_rfc_4616(void **state)
{
	smtps_sasl *sasl = begin(SMTPS_PLAIN, &tim, NULL, 0);

	(void)state;
	check_initial(sasl, SMTPS_STR("\0tim\0tanstaaftanstaaf"));
	check_initial(sasl, SMTPS_STR("\0tim\0tanstaaftanstaaf"));
	check_content(sasl);
	check_cancel(sasl, SMTPS_STR("more?"), "asks again");
	smtps_sasl_free(sasl);
	smtps_sasl_free(NULL);
}

static void an_empty_first_challenge_asks_for_the_initial_response(void **state)
{
	smtps_sasl *sasl = begin(SMTPS_PLAIN, &tim, NULL, 0);

	(void)state;
	check_answer(sasl, SMTPS_STR(""), SMTPS_STR("\0tim\0tanstaaftanstaaf"));
	check_cancel(sasl, SMTPS_STR(""), "asks again");
	smtps_sasl_free(sasl);
}

static void login_is_answered_by_position(void **state)
{
	static const char *const wordings[][2] = {
		{"Username:", "Password:"}, {"", ""}, {"Password:", "Username:"}, {"User Name\0", "Password\0"}};

	(void)state;
	for (size_t i = 0; i < sizeof wordings / sizeof wordings[0]; i++) {
		smtps_sasl *sasl = begin(SMTPS_LOGIN, &tim, NULL, 0);
		smtps_buf out = {0};

		assert_false(smtps_sasl_initial(sasl, &out));
		assert_int_equal(out.len, 0);
		check_not_content(sasl);
		check_answer(sasl, smtps_str_of(wordings[i][0]), SMTPS_STR("tim"));
		check_not_content(sasl); /* case 112 */
		check_answer(sasl, smtps_str_of(wordings[i][1]), SMTPS_STR("tanstaaftanstaaf"));
		check_content(sasl);
		check_cancel(sasl, SMTPS_STR("Shoe size:"), "asks again");
		smtps_sasl_free(sasl);
	}
}

static void cram_md5_is_that_of_rfc_2195(void **state)
{
	smtps_sasl *sasl = begin(SMTPS_CRAM_MD5, &tim, NULL, 0);
	smtps_buf out = {0};

	(void)state;
	assert_false(smtps_sasl_initial(sasl, &out));
	check_not_content(sasl);
	check_answer(sasl, SMTPS_STR("<1896.697170952@postoffice.reston.mci.net>"),
		SMTPS_STR("tim b913a602c7eda7a495b4e6e7334d3890"));
	check_content(sasl);
	check_cancel(sasl, SMTPS_STR("<2@x>"), "asks again");
	smtps_sasl_free(sasl);
	sasl = begin(SMTPS_CRAM_MD5, &tim, NULL, 0);
	check_cancel(sasl, SMTPS_STR(""), "empty");
	smtps_sasl_free(sasl);
}

static void external_names_whom_to_act_as_or_nobody(void **state)
{
	smtps_credentials nobody = {.certificate = true};
	smtps_credentials ann = {.certificate = true, .username = {"ann", 3}};
	smtps_sasl *sasl = begin(SMTPS_EXTERNAL, &nobody, NULL, 0);

	(void)state;
	check_initial(sasl, SMTPS_STR(""));
	check_answer(sasl, SMTPS_STR(""), SMTPS_STR(""));
	check_content(sasl);
	smtps_sasl_free(sasl);
	sasl = begin(SMTPS_EXTERNAL, &ann, NULL, 0);
	check_initial(sasl, SMTPS_STR("ann"));
	smtps_sasl_free(sasl);
}

static void oauthbearer_is_that_of_rfc_7628(void **state)
{
	smtps_credentials odd = {.username = {"a=b,c", 5}, .token = {"t", 1}}, nameless = {.token = {"t", 1}};
	smtps_sasl *sasl = begin(SMTPS_OAUTHBEARER, &bearer, NULL, 0);

	(void)state;
	check_initial(sasl,
		SMTPS_STR("n,a=user@example.com,\1host=server.example.com\1port=143\1"
				  "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1"));
	check_content(sasl);
	smtps_sasl_free(sasl);
	sasl = begin(SMTPS_OAUTHBEARER, &odd, NULL, 0);
	check_initial(sasl, SMTPS_STR("n,a=a=3Db=2Cc,\1auth=Bearer t\1\1"));
	smtps_sasl_free(sasl);
	sasl = begin(SMTPS_OAUTHBEARER, &nameless, NULL, 0);
	check_initial(sasl, SMTPS_STR("n,,\1auth=Bearer t\1\1"));
	smtps_sasl_free(sasl);
}

/* Case 116. */
static void an_oauth_refusal_is_answered_and_its_status_kept(void **state)
{
	static const struct {
		const char *json, *status;
	} rows[] = {
		{"{\"status\":\"invalid_token\",\"scope\":\"example_scope\"}", "invalid_token"},
		{"{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"https://mail.google.com/\"}", "401"},
		{"{ \"schemes\" : \"Bearer\", \"status\" :\t400 }", "400"},
		{"{\"status\":\"in\\u0001\"}", "in"},
		{"{\"status\":{\"a\":1}}", ""},
		{"{\"status\"", ""},
		{"{\"status\":", ""},
		{"{\"status\":\"", ""},
		{"not JSON", ""},
		{"{\"status\":\"vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCgvF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg\"}",
			""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		smtps_sasl *google = begin(SMTPS_XOAUTH2, &bearer, NULL, 0);
		smtps_sasl *standard = begin(SMTPS_OAUTHBEARER, &bearer, NULL, 0);

		check_answer(google, smtps_str_of(rows[i].json), SMTPS_STR(""));
		check_answer(standard, smtps_str_of(rows[i].json), SMTPS_STR("\1"));
		assert_string_equal(smtps_sasl_oauth_status(google), rows[i].status);
		assert_string_equal(smtps_sasl_oauth_status(standard), rows[i].status);
		check_not_content(google);
		check_cancel(standard, smtps_str_of(rows[i].json), "asks again");
		smtps_sasl_free(google);
		smtps_sasl_free(standard);
	}
}

static void xoauth2_is_googles(void **state)
{
	smtps_sasl *sasl = begin(SMTPS_XOAUTH2, &bearer, NULL, 0);
	smtps_str expected =
		SMTPS_STR("user=user@example.com\1auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1");

	(void)state;
	check_initial(sasl, expected);
	check_answer(sasl, SMTPS_STR(""), expected);
	assert_string_equal(smtps_sasl_oauth_status(sasl), "");
	check_content(sasl);
	smtps_sasl_free(sasl);
}

/* Case 117. */
static void what_a_mechanism_cannot_carry_is_a_bad_option(void **state)
{
	static const char *const tokens[] = {"a b", "a\r\nb", "a\1b", "\xc3\xbc", "=", "a=b", "a\"b", "a,b"};
	smtps_credentials given = {.username = {"u", 1}, .password = {"p", 1}, .token = {"a\0b", 3}};

	(void)state;
	check_bad_option(SMTPS_OAUTHBEARER, &given, "oauth_token");
	for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
		given.token = smtps_str_of(tokens[i]);
		check_bad_option(SMTPS_XOAUTH2, &given, "oauth_token");
		check_bad_option(SMTPS_OAUTHBEARER, &given, "oauth_token");
	}
	given.token = SMTPS_STR("t");
	given.username = SMTPS_STR("u\1auth=Bearer x");
	check_bad_option(SMTPS_XOAUTH2, &given, "username");
	given.username = (smtps_str){"a\0b", 3};
	check_bad_option(SMTPS_PLAIN, &given, "username");
	check_bad_option(SMTPS_LOGIN, &given, "username");
	given.username = SMTPS_STR("");
	check_bad_option(SMTPS_PLAIN, &given, "username");
	given.username = SMTPS_STR("u");
	given.password = (smtps_str){"a\0b", 3};
	check_bad_option(SMTPS_PLAIN, &given, "password");
	given.password = (smtps_str){NULL, 0};
	check_bad_option(SMTPS_CRAM_MD5, &given, "password");
	given.token = given.password;
	check_bad_option(SMTPS_OAUTHBEARER, &given, "oauth_token");
}

static void a_token_of_100_kb_is_carried_whole(void **state)
{
	smtps_buf token = {0}, out = {0};
	smtps_credentials given = {.username = {"u", 1}};
	smtps_sasl *sasl;

	(void)state;
	for (int i = 0; i < 100 * 1024; i++) {
		smtps_buf_add_char(&token, 'a');
	}
	given.token = smtps_buf_str(&token);
	sasl = begin(SMTPS_XOAUTH2, &given, NULL, 0);
	assert_true(smtps_sasl_initial(sasl, &out));
	assert_int_equal(out.len, token.len + strlen("user=u\1auth=Bearer \1\1"));
	smtps_sasl_free(sasl);
	smtps_buf_free(&token);
	smtps_buf_free(&out);
}

/* Case 111: whatever the mechanism, eight challenges are the end. */
static void challenges_end(void **state)
{
	(void)state;
	for (int mechanism = 0; mechanism < SMTPS_MECHANISM_COUNT; mechanism++) {
		smtps_credentials all = {
			.username = {"u", 1}, .password = {"p", 1}, .token = {"t", 1}, .certificate = true};
		smtps_channel_binding binding = {.end_point = {"x", 1}};
		smtps_sasl *sasl = begin((smtps_mechanism)mechanism, &all, &binding, 0);
		bool cancelled = false;

		for (int round = 0; round <= SMTPS_SASL_ROUNDS && !cancelled; round++) {
			smtps_buf out = {0};
			smtps_error error = {0};

			cancelled = !smtps_sasl_answer(sasl, SMTPS_STR(""), &out, &error);
			smtps_buf_free(&out);
			smtps_error_free(&error);
		}
		assert_true(cancelled);
		sasl->rounds = SMTPS_SASL_ROUNDS;
		check_cancel(sasl, SMTPS_STR(""), "never ends");
		smtps_sasl_free(sasl);
	}
}

/* Case 127. */
static void every_failed_allocation_is_an_error(void **state)
{
	(void)state;
	for (int mechanism = 0; mechanism < SMTPS_MECHANISM_COUNT; mechanism++) {
		for (unsigned long n = 1; n < 12; n++) {
			smtps_credentials all = {
				.username = {"u", 1}, .password = {"p", 1}, .token = {"t", 1}, .certificate = true};
			smtps_channel_binding binding = {.end_point = {"x", 1}};
			smtps_buf out = {.secret = true};
			smtps_error error = {0};
			smtps_sasl *sasl;

			smtps_alloc_fail_at(n);
			sasl = smtps_sasl_start((smtps_mechanism)mechanism, &all, &binding, 0, &error);
			if (sasl && !smtps_sasl_answer(sasl, SMTPS_STR(""), &out, &error)) {
				assert_true(smtps_error_is_set(&error));
			}
			smtps_alloc_fail_at(0);
			assert_true(sasl || error.kind == SMTPS_NO_MEMORY);
			smtps_sasl_free(sasl);
			smtps_buf_free(&out);
			smtps_error_free(&error);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_is_that_of_rfc_4616),
		cmocka_unit_test(an_empty_first_challenge_asks_for_the_initial_response),
		cmocka_unit_test(login_is_answered_by_position),
		cmocka_unit_test(cram_md5_is_that_of_rfc_2195),
		cmocka_unit_test(external_names_whom_to_act_as_or_nobody),
		cmocka_unit_test(oauthbearer_is_that_of_rfc_7628),
		cmocka_unit_test(an_oauth_refusal_is_answered_and_its_status_kept),
		cmocka_unit_test(xoauth2_is_googles),
		cmocka_unit_test(what_a_mechanism_cannot_carry_is_a_bad_option),
		cmocka_unit_test(a_token_of_100_kb_is_carried_whole),
		cmocka_unit_test(challenges_end),
		cmocka_unit_test(every_failed_allocation_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
