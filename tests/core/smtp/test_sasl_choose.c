/*
 * Which mechanism is chosen, and in which order: cases 107 to 109.
 */
#include "testing.h"

#include "smtp/sasl.h"

#define BIT(m) SMTPS_MECHANISM_BIT(SMTPS_##m)
#define ALL ((1u << SMTPS_MECHANISM_COUNT) - 1)

static const smtps_credentials password = {.username = {"u", 1}, .password = {"p", 1}};
static const smtps_credentials everything = {
	.username = {"u", 1}, .password = {"p", 1}, .token = {"t", 1}, .certificate = true};
static const smtps_channel_binding binding = {.exporter = {"x", 1}};
static const smtps_auth_policy automatic = {.verified = true};

/* Takes one after the other, as if each had failed with a 504, and compares with `expected`, names with spaces between. */
static void check_order(unsigned offered, const smtps_auth_policy *policy,
	const smtps_credentials *credentials, const smtps_channel_binding *channel, const char *expected)
{
	smtps_buf names = {0};
	unsigned tried = 0;

	for (;;) {
		smtps_mechanism mechanism = smtps_sasl_choose(offered, tried, policy, credentials, channel);

		if (mechanism == SMTPS_MECHANISM_COUNT) {
			break;
		}
		assert_int_equal(tried & SMTPS_MECHANISM_BIT(mechanism), 0);
		tried |= SMTPS_MECHANISM_BIT(mechanism);
		smtps_buf_printf(&names, "%s%s", names.len ? " " : "", smtps_mechanism_name(mechanism));
	}
	assert_str(smtps_buf_str(&names), expected);
	smtps_buf_free(&names);
}

static void names_are_found_in_any_case_and_only_whole(void **state)
{
	(void)state;
	for (int i = 0; i < SMTPS_MECHANISM_COUNT; i++) {
		assert_int_equal(smtps_mechanism_find(smtps_str_of(smtps_mechanism_name((smtps_mechanism)i))), i);
	}
	assert_int_equal(smtps_mechanism_find(SMTPS_STR("scram-sha-256-plus")), SMTPS_SCRAM_SHA_256_PLUS);
	assert_int_equal(smtps_mechanism_find(SMTPS_STR("SCRAM-SHA-25")), SMTPS_MECHANISM_COUNT);
	assert_int_equal(smtps_mechanism_find(SMTPS_STR("")), SMTPS_MECHANISM_COUNT);
	assert_int_equal(smtps_mechanism_find(SMTPS_STR("NTLM")), SMTPS_MECHANISM_COUNT);
	assert_string_equal(smtps_mechanism_name(SMTPS_MECHANISM_COUNT), "");
}

static void automatic_order_is_one_round_trip_first(void **state)
{
	(void)state;
	check_order(ALL, &automatic, &password, &binding,
		"PLAIN LOGIN SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 CRAM-MD5");
	check_order(ALL, &automatic, &password, NULL, "PLAIN LOGIN SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5");
	check_order(ALL, &automatic, &(smtps_credentials){.username = {"u", 1}, .token = {"t", 1}}, &binding,
		"OAUTHBEARER XOAUTH2");
	check_order(ALL, &automatic, &(smtps_credentials){.token = {"t", 1}}, &binding, "OAUTHBEARER");
	check_order(ALL, &automatic, &(smtps_credentials){.certificate = true}, &binding, "EXTERNAL");
	check_order(BIT(CRAM_MD5) | BIT(LOGIN), &automatic, &password, &binding, "LOGIN CRAM-MD5");
}

/* Case 107. */
static void nothing_in_common_is_nothing_chosen(void **state)
{
	(void)state;
	check_order(0, &automatic, &password, &binding, "");
	check_order(BIT(XOAUTH2), &automatic, &password, &binding, "");
	check_order(ALL, &automatic, &(smtps_credentials){.username = {"u", 1}}, &binding, "");
	check_order(ALL, &automatic, &(smtps_credentials){.password = {"p", 1}}, &binding, "");
}

static void a_certificate_beside_a_password_needs_to_be_asked_for(void **state)
{
	smtps_auth_policy listed = {
		.verified = true, .allowed = BIT(EXTERNAL), .order = {SMTPS_EXTERNAL}, .order_count = 1};

	(void)state;
	check_order(ALL, &automatic, &everything, NULL,
		"OAUTHBEARER XOAUTH2 PLAIN LOGIN SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5");
	check_order(ALL, &listed, &everything, NULL, "EXTERNAL");
}

/* Case 108. */
static void scram_only_accepts_nothing_weaker(void **state)
{
	smtps_auth_policy scram = {.scram_only = true, .verified = true};

	(void)state;
	check_order(
		ALL, &scram, &everything, &binding, "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1");
	check_order(
		BIT(PLAIN) | BIT(LOGIN) | BIT(CRAM_MD5) | BIT(OAUTHBEARER), &scram, &everything, &binding, "");
}

static void a_list_names_exactly_what_is_allowed_in_its_order(void **state)
{
	smtps_auth_policy list = {.verified = true,
		.allowed = BIT(CRAM_MD5) | BIT(PLAIN),
		.order = {SMTPS_CRAM_MD5, SMTPS_PLAIN},
		.order_count = 2};

	(void)state;
	check_order(ALL, &list, &password, &binding, "CRAM-MD5 PLAIN");
	check_order(BIT(LOGIN) | BIT(SCRAM_SHA_256), &list, &password, &binding, "");
	list.order_count = 0;
	check_order(ALL, &list, &password, &binding, "PLAIN CRAM-MD5");
}

static void an_unverified_server_gets_scram_or_what_was_listed(void **state)
{
	smtps_auth_policy unverified = {0};
	smtps_auth_policy listed = {.allowed = BIT(LOGIN), .order = {SMTPS_LOGIN}, .order_count = 1};

	(void)state;
	check_order(ALL, &unverified, &everything, &binding,
		"SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1");
	check_order(BIT(PLAIN) | BIT(CRAM_MD5) | BIT(XOAUTH2), &unverified, &everything, &binding, "");
	check_order(ALL, &listed, &password, &binding, "LOGIN");
}

/* Case 109: a 534 may be followed by a stronger mechanism only. */
static void stronger_means_that_the_server_sees_less_of_the_password(void **state)
{
	static const smtps_mechanism falling[] = {SMTPS_EXTERNAL, SMTPS_SCRAM_SHA_256_PLUS, SMTPS_SCRAM_SHA_256,
		SMTPS_SCRAM_SHA_1_PLUS, SMTPS_SCRAM_SHA_1, SMTPS_CRAM_MD5, SMTPS_PLAIN};

	(void)state;
	for (size_t i = 0; i < sizeof falling / sizeof falling[0]; i++) {
		for (size_t j = 0; j < sizeof falling / sizeof falling[0]; j++) {
			assert_int_equal(smtps_mechanism_is_stronger(falling[i], falling[j]), i < j);
		}
	}
	assert_false(smtps_mechanism_is_stronger(SMTPS_LOGIN, SMTPS_PLAIN));
	assert_false(smtps_mechanism_is_stronger(SMTPS_PLAIN, SMTPS_XOAUTH2));
	assert_false(smtps_mechanism_is_stronger(SMTPS_MECHANISM_COUNT, SMTPS_PLAIN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_in_any_case_and_only_whole),
		cmocka_unit_test(automatic_order_is_one_round_trip_first),
		cmocka_unit_test(nothing_in_common_is_nothing_chosen),
		cmocka_unit_test(a_certificate_beside_a_password_needs_to_be_asked_for),
		cmocka_unit_test(scram_only_accepts_nothing_weaker),
		cmocka_unit_test(a_list_names_exactly_what_is_allowed_in_its_order),
		cmocka_unit_test(an_unverified_server_gets_scram_or_what_was_listed),
		cmocka_unit_test(stronger_means_that_the_server_sees_less_of_the_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
