/*
 * Is it the right server? Chain, name and pins (RFC 5280, 6125); see tls_internal.h.
 *
 * One function decides in OpenSSL's place, so that all of it happens before the client's Finished: a server that fails gets an
 * alert and not one octet more. After the handshake smtps_tls_is_rightful() asks again by other means, because one inverted
 * boolean has switched such checks off for years elsewhere.
 */
#include "tls_internal.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

enum { NAME_FLAGS = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT };

/* --- pins --- */

static int hex_value(char octet)
{
	octet = smtps_lower(octet);
	return smtps_is_digit(octet) ? octet - '0' : octet >= 'a' && octet <= 'f' ? octet - 'a' + 10 : -1;
}

/* Hex digits, with the colons that openssl(1) prints or without; number of digits, or 0 where it is something else. */
static size_t read_hex(smtps_str text, unsigned char *out, size_t cap)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.len; i++) {
		int value = hex_value(text.data[i]);

		if (text.data[i] == ':' && i > 0 && digits % 2 == 0) {
			continue;
		}
		if (value < 0) {
			return 0;
		}
		if (digits / 2 < cap) {
			out[digits / 2] = (unsigned char)(digits % 2 ? out[digits / 2] | value : value << 4);
		}
		digits++;
	}
	return digits;
}

static bool parse_pin(smtps_tls_pin *pin, smtps_str text, smtps_error *error)
{
	smtps_str prefix = SMTPS_STR("spki:");
	size_t digits;

	pin->of_key = smtps_str_starts_nocase(text, prefix);
	if (pin->of_key) {
		text.data += prefix.len;
		text.len -= prefix.len;
	}
	digits = read_hex(text, pin->digest, sizeof pin->digest);
	if (digits == 2 * sizeof pin->digest) {
		return true;
	}
	if (digits == 40 || digits == 32) {
		return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_LOCAL,
			"peer_fingerprint is %s: write SHA-256 (openssl x509 -noout -fingerprint -sha256)",
			digits == 40 ? "SHA-1" : "MD5");
	}
	return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_LOCAL,
		"peer_fingerprint is not SHA-256 in hex (64 digits, or spki: and 64 digits)");
}

bool smtps_tls_parse_pins(smtps_tls_context *context, smtps_str text, smtps_error *error)
{
	smtps_str rest = smtps_str_trim(text);

	while (rest.len) {
		smtps_str one = smtps_str_trim(smtps_str_split(rest, ',', &rest));

		if (context->pin_count == SMTPS_TLS_PINS_MAX) {
			return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_LOCAL,
				"peer_fingerprint lists more than %d", (int)SMTPS_TLS_PINS_MAX);
		}
		if (!parse_pin(&context->pins[context->pin_count], one, error)) {
			return false;
		}
		context->pin_count++;
	}
	return true;
}

static bool pin_matches(const smtps_tls_context *context, X509 *leaf)
{
	unsigned char whole[EVP_MAX_MD_SIZE], key[EVP_MAX_MD_SIZE];
	unsigned char *der = NULL;
	int der_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der);
	bool have = der_len > 0 && EVP_Digest(der, (size_t)der_len, key, NULL, EVP_sha256(), NULL) &&
		X509_digest(leaf, EVP_sha256(), whole, NULL);
	bool matches = false;

	OPENSSL_free(der);
	for (size_t i = 0; have && i < context->pin_count; i++) {
		const smtps_tls_pin *pin = &context->pins[i];

		matches = matches || memcmp(pin->digest, pin->of_key ? key : whole, sizeof pin->digest) == 0;
	}
	return matches;
}

/* --- name --- */

bool smtps_tls_set_host(SSL *openssl, const smtps_tls_context *context)
{
	X509_VERIFY_PARAM *parameters = SSL_get0_param(openssl);

	if (!*context->host) {
		return true;
	}
	X509_VERIFY_PARAM_set_hostflags(parameters, NAME_FLAGS);
	/* An address stands in an iPAddress alone, and is never asked for by SNI (RFC 6066 3). */
	if (context->host_is_literal) {
		return X509_VERIFY_PARAM_set1_ip_asc(parameters, context->host);
	}
	return X509_VERIFY_PARAM_set1_host(parameters, context->host, 0) &&
		SSL_set_tlsext_host_name(openssl, context->host);
}

static bool name_matches(const smtps_tls_context *context, X509 *leaf)
{
	if (context->host_is_literal) {
		return X509_check_ip_asc(leaf, context->host, NAME_FLAGS) == 1;
	}
	return X509_check_host(leaf, context->host, 0, NAME_FLAGS, NULL) == 1;
}

/* --- the verdict --- */

static bool chain_and_name(smtps_tls *tls, X509_STORE_CTX *chain)
{
	if (X509_verify_cert(chain) == 1 && X509_STORE_CTX_get_error(chain) == X509_V_OK) {
		return true;
	}
	if (X509_STORE_CTX_get_error(chain) == X509_V_OK) {
		X509_STORE_CTX_set_error(chain, X509_V_ERR_UNSPECIFIED);
	}
	smtps_tls_word_certificate(tls, chain);
	return false;
}

int smtps_tls_verify(X509_STORE_CTX *chain, void *unused)
{
	SSL *openssl = X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx());
	smtps_tls *tls = SSL_get_app_data(openssl);
	const smtps_tls_context *context = tls->context;
	X509 *leaf = X509_STORE_CTX_get0_cert(chain);
	bool right = false;

	(void)unused;
	tls->verified = false;
	if (!leaf) {
		return 0;
	}
	if (context->trust && (context->verify || context->accept_unverified)) {
		right = chain_and_name(tls, chain);
		if (!right && !context->accept_unverified) {
			return 0;
		}
	}
	if (context->pin_count && !pin_matches(context, leaf)) {
		smtps_tls_word_pin(tls, leaf);
		X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
		return 0;
	}
	/* Where nothing else was asked for, the pin decides alone. */
	tls->verified = right || (context->pin_count && !context->verify);
	return 1;
}

bool smtps_tls_is_rightful(smtps_tls *tls)
{
	const smtps_tls_context *context = tls->context;
	X509 *leaf = SSL_get1_peer_certificate(tls->openssl);
	bool right = leaf != NULL;

	if (right && context->verify && !context->accept_unverified) {
		right =
			tls->verified && SSL_get_verify_result(tls->openssl) == X509_V_OK && name_matches(context, leaf);
	}
	if (right && context->pin_count) {
		right = pin_matches(context, leaf);
	}
	X509_free(leaf);
	if (!right) {
		tls->verified = false;
		if (!tls->fault[0]) {
			memcpy(tls->fault, "the server's certificate was not verified",
				sizeof "the server's certificate was not verified");
		}
	}
	return right;
}
