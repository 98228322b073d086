/*
 * What a trust holds, for the TLS files of this folder.
 */
#ifndef SMTPS_NET_TRUST_INTERNAL_H
#define SMTPS_NET_TRUST_INTERNAL_H

#include "trust.h"

#include <openssl/ssl.h>

struct smtps_trust {
	unsigned references; /* guarded by the process's lock, like all below */
	X509_STORE *store;
	unsigned char digest[32]; /* of the PEM; zero for the system's */
	unsigned long used_at; /* by a counter: the cache drops the one unused for longest */
	/* Contexts without a client certificate, for TLS >= 1.2 and for 1.3 only. Making one costs a third of a handshake. */
	SSL_CTX *contexts[2];
};

/* One more reference. */
smtps_trust *smtps_trust_hold(smtps_trust *trust);
/* The kept context with one more reference, or NULL. */
SSL_CTX *smtps_trust_context(smtps_trust *trust, bool tls13_only);
/* Keeps `context` for others, by a reference of its own, where none is kept yet. */
void smtps_trust_keep_context(smtps_trust *trust, bool tls13_only, SSL_CTX *context);

#endif
