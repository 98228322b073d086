/*
 * Private keys for DKIM: what is taken, and a sentence for each that is not (RFC 8301 3.2, RFC 8463; cases 240, 241).
 *
 * The passphrase callback is always ours: OpenSSL's own would ask on the terminal and hang a server.
 */
#include "dkim_internal.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#define bad_key(error, ...) \
	(smtps_fail((error), SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE, __VA_ARGS__), \
		(EVP_PKEY *)NULL)

typedef struct asked {
	smtps_str passphrase;
	bool was_asked;
} asked;

static int give_passphrase(char *out, int size, int writing, void *context)
{
	asked *ask = context;

	(void)writing;
	ask->was_asked = true;
	if (ask->passphrase.len == 0 || ask->passphrase.len > (size_t)size) {
		return -1;
	}
	memcpy(out, ask->passphrase.data, ask->passphrase.len);
	return (int)ask->passphrase.len;
}

/* RSA's public exponent must be one that signs: odd and above 1. */
static bool has_sane_exponent(EVP_PKEY *key)
{
	bool sane;
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
	BIGNUM *exponent = NULL;

	if (EVP_PKEY_get_bn_param(key, "e", &exponent) != 1) {
		return false;
	}
	sane = BN_is_odd(exponent) && !BN_is_one(exponent);
	BN_free(exponent);
#else
	const BIGNUM *exponent = NULL;
	const RSA *rsa = EVP_PKEY_get0_RSA(key);

	if (!rsa) {
		return false;
	}
	RSA_get0_key(rsa, NULL, &exponent, NULL);
	sane = BN_is_odd(exponent) && !BN_is_one(exponent);
#endif
	return sane;
}

static EVP_PKEY *check_kind(EVP_PKEY *key, bool *is_ed25519, int *bits, smtps_error *error)
{
	int kind = EVP_PKEY_base_id(key);

	*bits = EVP_PKEY_bits(key);
	*is_ed25519 = kind == EVP_PKEY_ED25519;
	if (!*is_ed25519 && kind != EVP_PKEY_RSA) {
		EVP_PKEY_free(key);
		return bad_key(error, "dkim_key is neither RSA nor Ed25519");
	}
	if (!*is_ed25519 && (*bits < SMTPS_DKIM_RSA_BITS_MIN || *bits > SMTPS_DKIM_RSA_BITS_MAX)) {
		EVP_PKEY_free(key);
		return bad_key(
			error, "dkim_key has %d bits; RSA keys for DKIM have 1024 to 8192, better 2048", *bits);
	}
	if (!*is_ed25519 && !has_sane_exponent(key)) {
		EVP_PKEY_free(key);
		return bad_key(error, "dkim_key has a public exponent that signs nothing");
	}
	return key;
}

EVP_PKEY *smtps_dkim_load_key(
	smtps_str pem, smtps_str passphrase, bool *is_ed25519, int *bits, smtps_error *error)
{
	asked ask = {.passphrase = passphrase};
	BIO *bio;
	EVP_PKEY *key, *second;

	if (pem.len > SMTPS_DKIM_KEY_FILE_MAX) {
		return bad_key(error, "dkim_key is larger than 64 KiB; a private key in PEM is meant");
	}
	bio = BIO_new_mem_buf(pem.data ? pem.data : "", (int)pem.len);
	if (!bio) {
		smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
		return NULL;
	}
	key = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &ask);
	second = key ? PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &ask) : NULL;
	BIO_free(bio);
	ERR_clear_error();
	if (!key) {
		return ask.was_asked
			? bad_key(error,
				  passphrase.len ? "dkim_key_passphrase does not open dkim_key"
								 : "dkim_key is encrypted; set dkim_key_passphrase")
			: bad_key(error, "dkim_key holds no private key in PEM (-----BEGIN PRIVATE KEY-----)");
	}
	if (second) {
		EVP_PKEY_free(second);
		EVP_PKEY_free(key);
		return bad_key(error, "dkim_key holds several keys; give each a domain and a selector of its own");
	}
	return check_kind(key, is_ed25519, bits, error);
}
