/*
 * Digests and random octets for SASL (RFC 5802, 2195), Message-IDs and memory keys, over OpenSSL's EVP.
 */
#ifndef SMTPS_BASE_CRYPTO_H
#define SMTPS_BASE_CRYPTO_H

#include "bytes.h"

typedef enum smtps_digest { SMTPS_MD5, SMTPS_SHA1, SMTPS_SHA256, SMTPS_SHA512 } smtps_digest;

enum { SMTPS_DIGEST_MAX = 64 };

/* Octets of the digest: 16, 20, 32, 64. */
size_t smtps_digest_size(smtps_digest digest);
/* `out` holds at least smtps_digest_size(); false where OpenSSL refuses the algorithm (FIPS) or fails. */
bool smtps_digest_of(smtps_digest digest, smtps_str octets, unsigned char *out);
bool smtps_hmac(smtps_digest digest, smtps_str key, smtps_str octets, unsigned char *out);
/* PBKDF2 with HMAC (RFC 8018 5.2), one digest's length of key. */
bool smtps_pbkdf2(
	smtps_digest digest, smtps_str password, smtps_str salt, unsigned iterations, unsigned char *out);
/* From the operating system through OpenSSL; false if it fails. Reseeded after a fork. */
bool smtps_random(unsigned char *out, size_t len);
/* Constant time. */
bool smtps_same_octets(const void *a, const void *b, size_t len);

#endif
