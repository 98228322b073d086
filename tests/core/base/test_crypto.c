/*
 * Digests: vectors of RFC 1321, 3174, 6234, 2202, 4231 and 6070; randomness only as far as it can be tested.
 */
#include "testing.h"

#include "base/crypto.h"
#include "base/text.h"

static void check_octets(const unsigned char *octets, size_t len, const char *hex)
{
	smtps_buf out = {0};

	smtps_hex_encode(&out, (smtps_str){(const char *)octets, len});
	assert_str(smtps_buf_str(&out), hex);
	smtps_buf_free(&out);
}

static void digests_of_abc_are_those_of_the_rfcs(void **state)
{
	static const struct {
		smtps_digest digest;
		const char *hex;
	} rows[] = {
		{SMTPS_MD5, "900150983cd24fb0d6963f7d28e17f72"},
		{SMTPS_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{SMTPS_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{SMTPS_SHA512,
			"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
	};
	unsigned char out[SMTPS_DIGEST_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(smtps_digest_of(rows[i].digest, SMTPS_STR("abc"), out));
		assert_int_equal(smtps_digest_size(rows[i].digest) * 2, strlen(rows[i].hex));
		check_octets(out, smtps_digest_size(rows[i].digest), rows[i].hex);
	}
	assert_true(smtps_digest_of(SMTPS_MD5, (smtps_str){NULL, 0}, out));
	check_octets(out, 16, "d41d8cd98f00b204e9800998ecf8427e");
}

static void hmacs_are_those_of_rfc_2202_and_4231(void **state)
{
	smtps_str key = SMTPS_STR("Jefe"), octets = SMTPS_STR("what do ya want for nothing?");
	unsigned char out[SMTPS_DIGEST_MAX];

	(void)state;
	assert_true(smtps_hmac(SMTPS_MD5, key, octets, out));
	check_octets(out, 16, "750c783e6ab0b503eaa86e310a5db738");
	assert_true(smtps_hmac(SMTPS_SHA1, key, octets, out));
	check_octets(out, 20, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	assert_true(smtps_hmac(SMTPS_SHA256, key, octets, out));
	check_octets(out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	assert_true(smtps_hmac(SMTPS_SHA256, (smtps_str){NULL, 0}, (smtps_str){NULL, 0}, out));
	check_octets(out, 32, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void pbkdf2_gives_the_vectors_of_rfc_6070(void **state)
{
	unsigned char out[SMTPS_DIGEST_MAX];

	(void)state;
	assert_true(smtps_pbkdf2(SMTPS_SHA1, SMTPS_STR("password"), SMTPS_STR("salt"), 1, out));
	check_octets(out, 20, "0c60c80f961f0e71f3a9b524af6012062fe037a6");
	assert_true(smtps_pbkdf2(SMTPS_SHA1, SMTPS_STR("password"), SMTPS_STR("salt"), 4096, out));
	check_octets(out, 20, "4b007901b765489abead49d926f721d065a429c1");
	assert_true(smtps_pbkdf2(SMTPS_SHA256, SMTPS_STR("password"), SMTPS_STR("salt"), 4096, out));
	check_octets(out, 32, "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a");
	assert_false(smtps_pbkdf2(SMTPS_SHA1, SMTPS_STR("password"), SMTPS_STR("salt"), 1u << 31, out));
}

static void random_octets_differ(void **state)
{
	unsigned char a[32] = {0}, b[32] = {0};

	(void)state;
	assert_true(smtps_random(a, sizeof a));
	assert_true(smtps_random(b, sizeof b));
	assert_false(smtps_same_octets(a, b, sizeof a));
	assert_true(smtps_same_octets(a, a, sizeof a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_of_abc_are_those_of_the_rfcs),
		cmocka_unit_test(hmacs_are_those_of_rfc_2202_and_4231),
		cmocka_unit_test(pbkdf2_gives_the_vectors_of_rfc_6070),
		cmocka_unit_test(random_octets_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
