/*
 * SCRAM by the examples of RFC 5802 and 7677, with bindings of RFC 9266 and 5929 (vectors computed apart), and what a hostile
 * server may say: cases 112, 114, 115.
 */
#include "sasl_dialogue.h"

#define SHA1_NONCE "fyko+d2lbbFgONRv9qkxdawL"
#define SHA1_FULL SHA1_NONCE "3rfcNHYJY1ZVvWVs7j"
#define SHA1_FIRST "r=" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=4096"
#define SHA1_FINAL "c=biws,r=" SHA1_FULL ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="
#define SHA1_SIGNED "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="
#define SHA256_NONCE "rOprNGfwEbeRWgbNEkqO"
#define SHA256_FULL SHA256_NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define SHA256_FIRST "r=" SHA256_FULL ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

static const smtps_credentials user = {.username = {"user", 4}, .password = {"pencil", 6}};
static const char octets[] =
	"\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37";

static smtps_sasl *begin_with(
	smtps_mechanism mechanism, const smtps_channel_binding *binding, unsigned offered, const char *nonce)
{
	smtps_sasl *sasl = begin(mechanism, &user, binding, offered);

	smtps_buf_clear(&sasl->scram.nonce);
	smtps_buf_add_text(&sasl->scram.nonce, nonce);
	return sasl;
}

static smtps_sasl *begin_sha1(void)
{
	return begin_with(SMTPS_SCRAM_SHA_1, NULL, 0, SHA1_NONCE);
}

static void scram_sha_1_is_that_of_rfc_5802(void **state)
{
	smtps_sasl *sasl = begin_sha1();

	(void)state;
	check_initial(sasl, SMTPS_STR("n,,n=user,r=" SHA1_NONCE));
	check_not_content(sasl);
	check_answer(sasl, SMTPS_STR(SHA1_FIRST), SMTPS_STR(SHA1_FINAL));
	check_not_content(sasl); /* case 112 */
	check_answer(sasl, SMTPS_STR(SHA1_SIGNED), SMTPS_STR(""));
	check_content(sasl);
	check_cancel(sasl, SMTPS_STR(SHA1_SIGNED), "asks again");
	smtps_sasl_free(sasl);
}

static void scram_sha_256_is_that_of_rfc_7677(void **state)
{
	smtps_sasl *sasl = begin_with(SMTPS_SCRAM_SHA_256, NULL, 0, SHA256_NONCE);

	(void)state;
	check_answer(sasl, SMTPS_STR(""), SMTPS_STR("n,,n=user,r=" SHA256_NONCE));
	check_answer(sasl, SMTPS_STR(SHA256_FIRST),
		SMTPS_STR("c=biws,r=" SHA256_FULL ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
	check_answer(sasl, SMTPS_STR("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), SMTPS_STR(""));
	check_content(sasl);
	smtps_sasl_free(sasl);
}

/* Case 115. */
static void plus_binds_to_the_exporter_of_tls_1_3(void **state)
{
	smtps_channel_binding both = {.exporter = {octets, 32}, .end_point = {"other", 5}};
	smtps_sasl *sasl = begin_with(SMTPS_SCRAM_SHA_256_PLUS, &both, 0, SHA256_NONCE);

	(void)state;
	check_initial(sasl, SMTPS_STR("p=tls-exporter,,n=user,r=" SHA256_NONCE));
	check_answer(sasl, SMTPS_STR(SHA256_FIRST),
		SMTPS_STR("c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f,r=" SHA256_FULL
				  ",p=QC6CS20quADQRb3mT99YUH+n3VJxUvzuK0K0E1Vrs2M="));
	check_answer(sasl, SMTPS_STR("v=2GiAgapEppLVlUXbxUDksL3VgYHzuqiK5tR4mhJGgvs="), SMTPS_STR(""));
	check_content(sasl);
	smtps_sasl_free(sasl);
}

static void plus_binds_to_the_certificate_before_tls_1_3(void **state)
{
	smtps_channel_binding certificate = {.end_point = {octets, 32}};
	smtps_sasl *sasl = begin_with(SMTPS_SCRAM_SHA_1_PLUS, &certificate, 0, SHA1_NONCE);

	(void)state;
	check_initial(sasl, SMTPS_STR("p=tls-server-end-point,,n=user,r=" SHA1_NONCE));
	check_answer(sasl, SMTPS_STR(SHA1_FIRST),
		SMTPS_STR(
			"c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,r=" SHA1_FULL
			",p=z8dLQJmun2sA+XpCkRPSWO61Enc="));
	check_answer(sasl, SMTPS_STR("v=if1R+hByy96r9wlpTEFxowaJvkg="), SMTPS_STR(""));
	smtps_sasl_free(sasl);
}

/* Case 115. */
static void a_server_that_did_not_offer_plus_is_told_y(void **state)
{
	smtps_channel_binding certificate = {.end_point = {octets, 32}};
	unsigned plain_offer = SMTPS_MECHANISM_BIT(SMTPS_SCRAM_SHA_1);
	unsigned plus_offer = plain_offer | SMTPS_MECHANISM_BIT(SMTPS_SCRAM_SHA_1_PLUS);
	smtps_sasl *sasl = begin_with(SMTPS_SCRAM_SHA_1, &certificate, plain_offer, SHA1_NONCE);

	(void)state;
	check_initial(sasl, SMTPS_STR("y,,n=user,r=" SHA1_NONCE));
	check_answer(
		sasl, SMTPS_STR(SHA1_FIRST), SMTPS_STR("c=eSws,r=" SHA1_FULL ",p=BjZF5dV+EkD3YCb3pH3IP8riMGw="));
	smtps_sasl_free(sasl);
	sasl = begin_with(SMTPS_SCRAM_SHA_1, &certificate, plus_offer, SHA1_NONCE);
	check_initial(sasl, SMTPS_STR("n,,n=user,r=" SHA1_NONCE));
	smtps_sasl_free(sasl);
	sasl = begin_with(SMTPS_SCRAM_SHA_1, NULL, plain_offer, SHA1_NONCE);
	check_initial(sasl, SMTPS_STR("n,,n=user,r=" SHA1_NONCE));
	smtps_sasl_free(sasl);
}

static void plus_without_anything_to_bind_to_does_not_begin(void **state)
{
	smtps_error error = {0};

	(void)state;
	assert_null(smtps_sasl_start(SMTPS_SCRAM_SHA_256_PLUS, &user, NULL, 0, &error));
	assert_int_equal(error.kind, SMTPS_AUTH_FAILED);
	smtps_error_free(&error);
}

/* Case 114. */
static void a_hostile_first_message_is_refused(void **state)
{
	static const char *const rows[][2] = {
		{"r=" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=1", "iteration"},
		{"r=" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=4095", "iteration"},
		{"r=" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=1000001", "iteration"},
		{"r=" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=2147483648", "iteration"},
		{"r=" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=18446744073709555712", "iteration"},
		{"r=" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=-4096", "iteration"},
		{"r=" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=4096 ", "iteration"},
		{"r=" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=04096", "iteration"},
		{"r=" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=0x1000", "iteration"},
		{"r=" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=", "iteration"},
		{"r=" SHA1_FULL ",s=QSXCR+Q6sek8bf92", "iteration"},
		{"r=" SHA1_NONCE ",s=QSXCR+Q6sek8bf92,i=4096", "extend"},
		{"r=x" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=4096", "extend"},
		{"r=fyko+d2lbbFgONRv9qkxdaw,s=QSXCR+Q6sek8bf92,i=4096", "extend"},
		{"r=FYKO+D2LBBFGONRV9QKXDAWL3rfc,s=QSXCR+Q6sek8bf92,i=4096", "extend"},
		{"r=" SHA1_FULL " ,s=QSXCR+Q6sek8bf92,i=4096", "extend"},
		{"r=" SHA1_FULL "\x80,s=QSXCR+Q6sek8bf92,i=4096", "extend"},
		{"r=,s=QSXCR+Q6sek8bf92,i=4096", "nonce"},
		{"s=QSXCR+Q6sek8bf92,r=" SHA1_FULL ",i=4096", "nonce"},
		{"R=" SHA1_FULL ",s=QSXCR+Q6sek8bf92,i=4096", "nonce"},
		{"r=" SHA1_FULL ",i=4096", "salt"},
		{"r=" SHA1_FULL ",s=,i=4096", "salt"},
		{"r=" SHA1_FULL ",s=QSXCR+Q6sek8bf9,i=4096", "salt"},
		{"r=" SHA1_FULL ",s=Q!XCR+Q6sek8bf92,i=4096", "salt"},
		{"m=x," SHA1_FIRST, "nonce"},
		{SHA1_FIRST ",m=x", "extension"},
		{SHA1_FIRST ",x", "extension"},
		{SHA1_FIRST ",", "extension"},
		{"e=unknown-user", "unknown-user"},
		{"e=\x1b[2J", "\\x1B[2J"},
		{"", "nonce"},
		{"r", "nonce"},
		{",,,,", "nonce"},
		{SHA1_SIGNED, "nonce"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		smtps_sasl *sasl = begin_sha1();

		check_answer(sasl, SMTPS_STR(""), SMTPS_STR("n,,n=user,r=" SHA1_NONCE));
		check_cancel(sasl, smtps_str_of(rows[i][0]), rows[i][1]);
		check_not_content(sasl);
		smtps_sasl_free(sasl);
	}
}

static void an_optional_extension_is_ignored_and_signed(void **state)
{
	smtps_sasl *sasl = begin_sha1();
	smtps_buf out = {0};
	smtps_error error = {0};

	(void)state;
	assert_true(smtps_sasl_answer(sasl, SMTPS_STR(SHA1_FIRST ",d=x"), &out, &error));
	/* Another message signed, another proof. */
	assert_int_equal(out.len, strlen(SHA1_FINAL));
	assert_memory_not_equal(out.data, SHA1_FINAL, out.len);
	smtps_buf_free(&out);
	smtps_sasl_free(sasl);
}

/* Cases 112 and 114. */
static void a_server_without_the_right_signature_is_refused(void **state)
{
	static const char *const rows[][2] = {
		{"v=rmF9pqV8S7suAoZWja4dJRkFsKR=", "wrong"},
		{"v=rmF9pqV8S7suAoZWja4dJRkFsKA=", "wrong"},
		{"v=rmF9pqV8S7suAoZWja4dJRkF", "wrong"},
		{"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=AAAA", "wrong"},
		{"v=AAAA", "wrong"},
		{"v=", "no signature"},
		{"", "no signature"},
		{"V=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "no signature"},
		{SHA1_SIGNED ",m=x", "no signature"},
		{"e=invalid-proof", "invalid-proof"},
		{"e=channel-bindings-dont-match", "channel-bindings-dont-match"},
		{SHA1_FIRST, "no signature"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		smtps_sasl *sasl = begin_sha1();

		check_answer(sasl, SMTPS_STR(SHA1_FIRST), SMTPS_STR(SHA1_FINAL));
		check_cancel(sasl, smtps_str_of(rows[i][0]), rows[i][1]);
		check_not_content(sasl);
		smtps_sasl_free(sasl);
	}
}

static void a_wrong_signature_says_what_it_may_mean(void **state)
{
	smtps_sasl *sasl = begin_sha1();
	smtps_error error = {0};

	(void)state;
	assert_false(smtps_sasl_finish(sasl, &error));
	assert_true(error.hint[0] != '\0');
	smtps_error_free(&error);
	smtps_sasl_free(sasl);
}

static void the_nonce_is_fresh_and_printable(void **state)
{
	smtps_sasl *a = begin(SMTPS_SCRAM_SHA_1, &user, NULL, 0), *b = begin(SMTPS_SCRAM_SHA_1, &user, NULL, 0);

	(void)state;
	assert_int_equal(a->scram.nonce.len, 32);
	assert_memory_not_equal(a->scram.nonce.data, b->scram.nonce.data, 32);
	assert_int_equal(smtps_str_find(smtps_buf_str(&a->scram.nonce), ','), 32);
	smtps_sasl_free(a);
	smtps_sasl_free(b);
}

static void check_prepared(const char *text, const char *expected)
{
	smtps_buf out = {0};
	const char *why = NULL;

	if (expected) {
		assert_true(smtps_sasl_prepare(&out, smtps_str_of(text), &why));
		assert_str(smtps_buf_str(&out), expected);
	} else {
		assert_false(smtps_sasl_prepare(&out, smtps_str_of(text), &why));
		assert_non_null(why);
	}
	smtps_buf_free(&out);
}

/* RFC 4013 3, as far as it needs no normalisation. */
static void names_and_passwords_are_prepared(void **state)
{
	(void)state;
	check_prepared("I\xc2\xadX", "IX");
	check_prepared("user", "user");
	check_prepared("USER", "USER");
	check_prepared(" a~!\\\"$ ", " a~!\\\"$ ");
	check_prepared("a\xc2\xa0"
				   "b\xe3\x80\x80"
				   "c",
		"a b c");
	check_prepared("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
	check_prepared("\x07", NULL);
	check_prepared("a\tb", NULL);
	check_prepared("a\x7f", NULL);
	check_prepared("\xc2\x85", NULL);
	check_prepared("\xee\x80\x80", NULL);
	check_prepared("\xf0\x9f\xbf\xbe", NULL);
	check_prepared("\xe2\x80\xae", NULL);
	check_prepared("\xff", NULL);
	check_prepared("\xc2\xad", NULL);
	check_prepared("", NULL);
}

static void what_cannot_be_prepared_is_a_bad_option(void **state)
{
	smtps_credentials given = {.username = {"u\xff", 2}, .password = {"pencil", 6}};
	smtps_sasl *sasl;

	(void)state;
	check_bad_option(SMTPS_SCRAM_SHA_256, &given, "username");
	given.username = SMTPS_STR("a=b,c");
	given.password = SMTPS_STR("a\nb");
	check_bad_option(SMTPS_SCRAM_SHA_256, &given, "password");
	given.password = SMTPS_STR("pencil");
	sasl = begin(SMTPS_SCRAM_SHA_1, &given, NULL, 0);
	assert_str(smtps_buf_str(&sasl->scram.username), "a=3Db=2Cc");
	smtps_sasl_free(sasl);
}

/* Case 127. */
static void every_failed_allocation_is_an_error_or_makes_no_difference(void **state)
{
	(void)state;
	for (unsigned long n = 1; n < 16; n++) {
		smtps_sasl *sasl = begin_sha1();
		smtps_buf out = {.secret = true};
		smtps_error error = {0};

		smtps_alloc_fail_at(n);
		if (smtps_sasl_answer(sasl, SMTPS_STR(SHA1_FIRST), &out, &error)) {
			assert_str(smtps_buf_str(&out), SHA1_FINAL);
		} else {
			assert_int_equal(error.kind, SMTPS_NO_MEMORY);
		}
		smtps_alloc_fail_at(0);
		smtps_buf_free(&out);
		smtps_error_free(&error);
		smtps_sasl_free(sasl);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scram_sha_1_is_that_of_rfc_5802),
		cmocka_unit_test(scram_sha_256_is_that_of_rfc_7677),
		cmocka_unit_test(plus_binds_to_the_exporter_of_tls_1_3),
		cmocka_unit_test(plus_binds_to_the_certificate_before_tls_1_3),
		cmocka_unit_test(a_server_that_did_not_offer_plus_is_told_y),
		cmocka_unit_test(plus_without_anything_to_bind_to_does_not_begin),
		cmocka_unit_test(a_hostile_first_message_is_refused),
		cmocka_unit_test(an_optional_extension_is_ignored_and_signed),
		cmocka_unit_test(a_server_without_the_right_signature_is_refused),
		cmocka_unit_test(a_wrong_signature_says_what_it_may_mean),
		cmocka_unit_test(the_nonce_is_fresh_and_printable),
		cmocka_unit_test(names_and_passwords_are_prepared),
		cmocka_unit_test(what_cannot_be_prepared_is_a_bad_option),
		cmocka_unit_test(every_failed_allocation_is_an_error_or_makes_no_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
