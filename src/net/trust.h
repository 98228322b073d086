/*
 * Whom TLS trusts: certificate stores, loaded once a process and shared by every connection.
 */
#ifndef SMTPS_NET_TRUST_H
#define SMTPS_NET_TRUST_H

#include "base/error.h"

typedef struct smtps_trust smtps_trust; /* reference counted, thread safe */

/* At MINIT: notes the system's paths (SSL_CERT_FILE, SSL_CERT_DIR and OpenSSL's defaults) as they are now; opens nothing.
 * `cafile`, `capath`: openssl.cafile and openssl.capath of php.ini, or NULL. Copies its arguments. */
void smtps_trust_startup(const char *cafile, const char *capath);
void smtps_trust_shutdown(void);

/* The system's anchors, loaded at the first call. No anchors at all: an error that names the missing package. */
smtps_trust *smtps_trust_system(smtps_error *error);
/* Exactly these anchors (PEM, one or more certificates), cached by digest of the octets (a few at most). `name` only for
 * the error: no certificate, or one that cannot be read, is SMTPS_BAD_OPTION. */
smtps_trust *smtps_trust_pem(smtps_str pem, const char *name, smtps_error *error);
void smtps_trust_free(smtps_trust *trust); /* one reference; NULL is fine */

#endif
