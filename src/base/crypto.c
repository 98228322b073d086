/*
 * Digests and random octets over OpenSSL's EVP; see crypto.h.
 */
#include "crypto.h"

#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

static const EVP_MD *algorithm_of(smtps_digest digest)
{
	switch (digest) {
		case SMTPS_MD5: return EVP_md5();
		case SMTPS_SHA1: return EVP_sha1();
		case SMTPS_SHA256: return EVP_sha256();
		case SMTPS_SHA512: return EVP_sha512();
	}
	return NULL;
}

size_t smtps_digest_size(smtps_digest digest)
{
	static const unsigned char sizes[] = {
		[SMTPS_MD5] = 16, [SMTPS_SHA1] = 20, [SMTPS_SHA256] = 32, [SMTPS_SHA512] = 64};

	return sizes[digest];
}

bool smtps_digest_of(smtps_digest digest, smtps_str octets, unsigned char *out)
{
	return EVP_Digest(octets.data, octets.len, out, NULL, algorithm_of(digest), NULL) == 1;
}

bool smtps_hmac(smtps_digest digest, smtps_str key, smtps_str octets, unsigned char *out)
{
	unsigned length = 0;

	if (key.len > INT_MAX) {
		return false;
	}
	return HMAC(algorithm_of(digest), key.data ? key.data : "", (int)key.len,
			   (const unsigned char *)octets.data, octets.len, out, &length) != NULL;
}

bool smtps_pbkdf2(
	smtps_digest digest, smtps_str password, smtps_str salt, unsigned iterations, unsigned char *out)
{
	if (password.len > INT_MAX || salt.len > INT_MAX || iterations > INT_MAX) {
		return false;
	}
	return PKCS5_PBKDF2_HMAC(password.data ? password.data : "", (int)password.len,
			   (const unsigned char *)salt.data, (int)salt.len, (int)iterations, algorithm_of(digest),
			   (int)smtps_digest_size(digest), out) == 1;
}

bool smtps_random(unsigned char *out, size_t len)
{
	return len <= INT_MAX && RAND_bytes(out, (int)len) == 1;
}

bool smtps_same_octets(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}
