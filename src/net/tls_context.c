/*
 * TLS contexts: everything about TLS that is the same for each connection of one set of options; see tls.h.
 *
 * The SSL_CTX itself is shared through the trust by all whose options differ only in what is set on a connection (name, pins,
 * whether to verify); a client certificate gets one of its own.
 */
#include "tls_internal.h"

#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/memory.h"
#include "resolver.h"
#include "trust_internal.h"

enum { SECURITY_LEVEL = 2 };

/* --- the client's certificate --- */

typedef struct passphrase {
	smtps_str text;
	bool was_asked;
} passphrase;

/* Always set, so that OpenSSL never asks the terminal. */
static int give_passphrase(char *out, int cap, int writing, void *context)
{
	passphrase *phrase = context;

	(void)writing;
	if (!phrase) {
		return -1;
	}
	phrase->was_asked = true;
	if (phrase->text.len == 0 || phrase->text.len > (size_t)cap) {
		return -1;
	}
	memcpy(out, phrase->text.data, phrase->text.len);
	return (int)phrase->text.len;
}

static bool fail_option(smtps_error *error, const char *text)
{
	return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_LOCAL, "%s", text);
}

static BIO *bio_of(smtps_str pem)
{
	return pem.len <= INT_MAX ? BIO_new_mem_buf(pem.data ? pem.data : "", (int)pem.len) : NULL;
}

/* The first certificate of the file is the client's, further ones are its chain. */
static bool use_certificate(SSL_CTX *openssl, smtps_str pem, smtps_error *error)
{
	BIO *bio = bio_of(pem);
	X509 *certificate = bio ? PEM_read_bio_X509_AUX(bio, NULL, give_passphrase, NULL) : NULL;
	bool first = true;

	if (!certificate) {
		BIO_free(bio);
		return fail_option(error, "client_cert holds no certificate in PEM form");
	}
	for (; certificate; certificate = PEM_read_bio_X509(bio, NULL, give_passphrase, NULL)) {
		long done = first ? SSL_CTX_use_certificate(openssl, certificate)
						  : SSL_CTX_add1_chain_cert(openssl, certificate);

		X509_free(certificate);
		if (!done) {
			BIO_free(bio);
			return fail_option(error, "client_cert cannot be used (is its key or signature too weak?)");
		}
		first = false;
	}
	BIO_free(bio);
	ERR_clear_error(); /* the end of the file */
	return true;
}

static bool use_key(SSL_CTX *openssl, const smtps_tls_options *options, smtps_error *error)
{
	passphrase phrase = {.text = options->client_key_passphrase};
	BIO *bio = bio_of(options->client_key.len ? options->client_key : options->client_cert);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &phrase) : NULL;
	bool used;

	BIO_free(bio);
	if (!key && phrase.was_asked) {
		return fail_option(error,
			phrase.text.len ? "client_key_passphrase does not open client_key"
							: "client_key is encrypted: set client_key_passphrase");
	}
	if (!key) {
		return fail_option(error,
			options->client_key.len ? "client_key holds no private key in PEM form"
									: "client_cert holds no private key: set client_key");
	}
	used = SSL_CTX_use_PrivateKey(openssl, key) && SSL_CTX_check_private_key(openssl);
	EVP_PKEY_free(key);
	return used || fail_option(error, "client_key does not belong to client_cert");
}

static bool use_client(SSL_CTX *openssl, const smtps_tls_options *options, smtps_error *error)
{
	if (options->client_cert.len == 0) {
		return options->client_key.len == 0 || fail_option(error, "client_key needs client_cert");
	}
	return use_certificate(openssl, options->client_cert, error) && use_key(openssl, options, error);
}

/* --- the SSL_CTX --- */

static bool harden(SSL_CTX *openssl, bool tls13_only)
{
	/* Only ever tightened: the system's configuration may ask for more. */
	int minimum = tls13_only ? TLS1_3_VERSION : TLS1_2_VERSION;

	if (SSL_CTX_get_min_proto_version(openssl) < minimum &&
		!SSL_CTX_set_min_proto_version(openssl, minimum)) {
		return false;
	}
	if (SSL_CTX_get_security_level(openssl) < SECURITY_LEVEL) {
		SSL_CTX_set_security_level(openssl, SECURITY_LEVEL);
	}
	SSL_CTX_clear_options(openssl, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
	SSL_CTX_clear_options(openssl, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
	SSL_CTX_set_options(openssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_session_cache_mode(openssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(openssl, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_max_cert_list(openssl, SMTPS_TLS_CHAIN_OCTETS);
	SSL_CTX_set_verify(openssl, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_verify_depth(openssl, SMTPS_TLS_DEPTH);
	SSL_CTX_set_cert_verify_callback(openssl, smtps_tls_verify, NULL);
	SSL_CTX_set_default_passwd_cb(openssl, give_passphrase);
	SSL_CTX_set_default_passwd_cb_userdata(openssl, NULL);
	return true;
}

static SSL_CTX *openssl_new(const smtps_tls_options *options, smtps_error *error)
{
	SSL_CTX *openssl = SSL_CTX_new(TLS_client_method());

	if (!openssl || !harden(openssl, options->tls13_only)) {
		SSL_CTX_free(openssl);
		smtps_fail(error, SMTPS_STAGE_TLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_LOCAL,
			"OpenSSL cannot be set up: %s",
			ERR_peek_error() ? ERR_reason_error_string(ERR_peek_error()) : "out of memory");
		return NULL;
	}
	if (options->trust) {
		SSL_CTX_set1_cert_store(openssl, options->trust->store);
	}
	if (!use_client(openssl, options, error)) {
		SSL_CTX_free(openssl);
		return NULL;
	}
	return openssl;
}

static SSL_CTX *openssl_shared(const smtps_tls_options *options, smtps_error *error)
{
	bool shareable = options->trust && options->client_cert.len == 0 && options->client_key.len == 0;
	SSL_CTX *openssl = shareable ? smtps_trust_context(options->trust, options->tls13_only) : NULL;

	if (!openssl) {
		openssl = openssl_new(options, error);
		if (openssl && shareable) {
			smtps_trust_keep_context(options->trust, options->tls13_only, openssl);
		}
	}
	return openssl;
}

/* --- the context --- */

/* Without a trailing dot (SNI and certificates know none) and without a zone. */
static bool set_host(smtps_tls_context *context, const char *host)
{
	smtps_address address;
	size_t len = strlen(host);

	context->host_is_literal = strchr(host, ':') || smtps_address_literal(host, &address);
	if (context->host_is_literal) {
		len = strcspn(host, "%");
	} else if (len && host[len - 1] == '.') {
		len--;
	}
	context->host = smtps_strndup(host, len);
	return context->host != NULL;
}

static bool fill(smtps_tls_context *context, const smtps_tls_options *options, smtps_error *error)
{
	context->verify = options->verify;
	context->accept_unverified = options->accept_unverified;
	if (!set_host(context, options->host ? options->host : "") || !(context->bio = smtps_tls_bio_method())) {
		return smtps_fail_memory(error, SMTPS_STAGE_TLS);
	}
	if (context->verify && !context->accept_unverified && (!options->trust || !*context->host)) {
		return fail_option(error,
			*context->host ? "verify_peer needs certificate authorities"
						   : "verify_peer needs a host or peer_name");
	}
	if (!smtps_tls_parse_pins(context, options->fingerprints, error)) {
		return false;
	}
	context->openssl = openssl_shared(options, error);
	if (!context->openssl) {
		return false;
	}
	context->trust = smtps_trust_hold(options->trust);
	return true;
}

smtps_tls_context *smtps_tls_context_new(const smtps_tls_options *options, smtps_error *error)
{
	smtps_tls_context *context = smtps_alloc(sizeof *context);

	if (!context) {
		smtps_fail_memory(error, SMTPS_STAGE_TLS);
		return NULL;
	}
	context->references = 1;
	ERR_clear_error();
	if (!fill(context, options, error)) {
		smtps_tls_context_free(context);
		context = NULL;
	}
	ERR_clear_error();
	return context;
}

void smtps_tls_context_hold(smtps_tls_context *context)
{
	smtps_process_lock();
	context->references++;
	smtps_process_unlock();
}

void smtps_tls_context_free(smtps_tls_context *context)
{
	bool last;

	if (!context) {
		return;
	}
	smtps_process_lock();
	last = --context->references == 0;
	smtps_process_unlock();
	if (last) {
		SSL_CTX_free(context->openssl);
		smtps_trust_free(context->trust);
		BIO_meth_free(context->bio);
		smtps_free(context->host);
		smtps_free(context);
	}
}
