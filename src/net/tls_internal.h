/*
 * What the TLS files of this folder share: tls_context.c makes contexts, tls_bio.c carries octets, tls.c speaks, tls_verify.c
 * judges the certificate, tls_words.c puts faults into words, tls_certificate.c reads facts out of it.
 */
#ifndef SMTPS_NET_TLS_INTERNAL_H
#define SMTPS_NET_TLS_INTERNAL_H

#include "tls.h"

#include <openssl/ssl.h>

enum {
	SMTPS_TLS_WAITING_MAX = 64 * 1024, /* ciphertext not yet decrypted */
	SMTPS_TLS_SILENT_MAX =
		256 * 1024, /* ciphertext after the handshake without an octet of plaintext in it */
	SMTPS_TLS_CHAIN_OCTETS = 100 * 1024, /* of the server's certificates */
	SMTPS_TLS_DEPTH = 10,
	SMTPS_TLS_PINS_MAX = 16,
	SMTPS_TLS_FIRST = 48 /* octets kept of what the server said first */
};

typedef struct smtps_tls_pin {
	bool of_key;
	unsigned char digest[32];
} smtps_tls_pin;

struct smtps_tls_context {
	unsigned references; /* its owner, and each smtps_tls made of it; guarded by the process's lock */
	SSL_CTX *openssl;
	smtps_trust *trust;
	BIO_METHOD *bio;
	char *host; /* name without trailing dot, or literal without zone */
	bool host_is_literal;
	bool verify, accept_unverified;
	size_t pin_count;
	smtps_tls_pin pins[SMTPS_TLS_PINS_MAX];
};

struct smtps_tls {
	smtps_tls_context *context;
	SSL *openssl;
	smtps_buf in, out;
	size_t in_at, out_at; /* what of them is done with */
	bool in_ended; /* the socket is at its end */
	bool established, broken, verified;
	size_t silent;
	size_t first_len;
	char first[SMTPS_TLS_FIRST];
	char fault[SMTPS_ERROR_TEXT]; /* the certificate's fault in words; empty: none */
	char hint[SMTPS_ERROR_TEXT];
};

/* tls_context.c */
void smtps_tls_context_hold(smtps_tls_context *context);

/* tls_bio.c: a BIO over tls->in and tls->out. The method is the caller's. */
BIO_METHOD *smtps_tls_bio_method(void);
BIO *smtps_tls_bio_new(smtps_tls *tls);

/* tls_verify.c */
bool smtps_tls_parse_pins(smtps_tls_context *context, smtps_str text, smtps_error *error);
/* The name to ask for and to check. */
bool smtps_tls_set_host(SSL *openssl, const smtps_tls_context *context);
/* OpenSSL's callback in place of X509_verify_cert(). */
int smtps_tls_verify(X509_STORE_CTX *chain, void *unused);
/* After the handshake once more, whatever OpenSSL made of the callback's answer. */
bool smtps_tls_is_rightful(smtps_tls *tls);

/* tls_words.c */
void smtps_tls_word_certificate(smtps_tls *tls, X509_STORE_CTX *chain);
void smtps_tls_word_pin(smtps_tls *tls, X509 *leaf);
/* Fills `error` in from OpenSSL's queue. */
void smtps_tls_word_handshake(const smtps_tls *tls, int ssl_error, smtps_error *error);
void smtps_tls_word_broken(const smtps_tls *tls, int ssl_error, smtps_error *error);

/* tls_certificate.c */
/* Appends the dNSNames and iPAddresses, at most `limit`, joined by `separator`; returns how many there are in all. */
size_t smtps_tls_alt_names(smtps_buf *out, X509 *certificate, size_t limit, const char *separator);
int64_t smtps_tls_seconds(const ASN1_TIME *time);
void smtps_tls_name_text(smtps_buf *out, X509_NAME *name);

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#define SSL_get1_peer_certificate SSL_get_peer_certificate
#endif

#endif
