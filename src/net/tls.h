/*
 * TLS (1.2 and 1.3) by OpenSSL over memory: ciphertext in, ciphertext out; no socket and no signal in here.
 *
 * Always: SNI for names, name check by the configured host (never CN, no partial wildcards), security level 2, no
 * renegotiation, no resumption, no early data, chain depth 10. OpenSSL's error queue is empty before and after each call.
 */
#ifndef SMTPS_NET_TLS_H
#define SMTPS_NET_TLS_H

#include "base/error.h"
#include "base/bytes.h"
#include "trust.h"

typedef struct smtps_tls_options {
	const char *host; /* A-label name or IP literal to check against (peer_name or host) */
	bool verify; /* chain and name */
	bool tls13_only; /* tls_min=1.3 */
	bool accept_unverified; /* loopback rule: verification is tried, a failure only means verified=false */
	smtps_str
		fingerprints; /* peer_fingerprint: comma-separated "sha256hex" or "spki:sha256hex"; empty: none */
	smtps_str client_cert; /* PEM; empty: none */
	smtps_str client_key; /* PEM; may be in client_cert */
	smtps_str client_key_passphrase;
	smtps_trust *trust; /* may be NULL without verify */
} smtps_tls_options;

typedef struct smtps_tls_context
	smtps_tls_context; /* an SSL_CTX with all of the above; kept by its owner over connections */

/* Copies what it needs and holds a reference on the trust. Bad PEM, key or pin: SMTPS_BAD_OPTION. */
smtps_tls_context *smtps_tls_context_new(const smtps_tls_options *options, smtps_error *error);
void smtps_tls_context_free(smtps_tls_context *context);

typedef struct smtps_certificate {
	smtps_buf subject, issuer; /* RFC 2253 form, printable */
	smtps_buf alt_names; /* joined by LF */
	int64_t not_before, not_after; /* seconds since 1970 */
	char fingerprint[65]; /* SHA-256 of the certificate, lower-case hex */
	char spki[65]; /* SHA-256 of its public key */
} smtps_certificate;
void smtps_certificate_free(smtps_certificate *certificate);

typedef struct smtps_tls smtps_tls;

smtps_tls *smtps_tls_new(smtps_tls_context *context, smtps_error *error);
void smtps_tls_free(smtps_tls *tls); /* no close_notify; NULL is fine */

/* Ciphertext from the peer; all is taken (at most 64 KiB may wait undecrypted: read before you give more). */
bool smtps_tls_input(smtps_tls *tls, const char *bytes, size_t len);
/* The peer closed the socket: a read then tells a truncation from an end. */
void smtps_tls_input_end(smtps_tls *tls);
/* Ciphertext for the peer: what waits to be written, and how much of it was. */
smtps_str smtps_tls_output(const smtps_tls *tls);
void smtps_tls_written(smtps_tls *tls, size_t len);

/* One step: 1 done, 0 wants more (write output, give input), -1 failed (error filled in: stage tls; CERTIFICATE with the
 * certificate's fault in words - expired on, issued for, self-signed - or HANDSHAKE). */
int smtps_tls_handshake(smtps_tls *tls, smtps_error *error);
/* Plaintext of the peer: octets, 0 none yet, -1 orderly end, -2 failed. Call until 0 before you poll. */
ptrdiff_t smtps_tls_read(smtps_tls *tls, char *out, size_t cap, smtps_error *error);
/* Encrypts all of it into the output (records of up to 16 KiB, written by the caller in one go). */
bool smtps_tls_write(smtps_tls *tls, const char *bytes, size_t len, smtps_error *error);
/* close_notify into the output; nothing is awaited. */
void smtps_tls_close(smtps_tls *tls);

/* After the handshake: */
bool smtps_tls_verified(const smtps_tls *tls); /* chain and name right, or a pin that alone decides matched */
/* Why the certificate was not verified although that was tried (accept_unverified), or ""; lives as long as `tls`. */
const char *smtps_tls_fault(const smtps_tls *tls);
const char *smtps_tls_version(const smtps_tls *tls); /* "TLSv1.3" */
const char *smtps_tls_cipher(const smtps_tls *tls);
bool smtps_tls_certificate(const smtps_tls *tls, smtps_certificate *certificate);
/* Channel bindings for SCRAM-*-PLUS; `out` holds 64 octets; the length, or 0 where it is not to be had. */
size_t smtps_tls_exporter(
	const smtps_tls *tls, unsigned char *out); /* tls-exporter (RFC 9266): 32 octets, TLS 1.3 */
size_t smtps_tls_end_point(const smtps_tls *tls, unsigned char *out); /* tls-server-end-point (RFC 5929) */

#endif
