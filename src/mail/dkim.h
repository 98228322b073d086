/*
 * DKIM signing (RFC 6376, 8301, 8463): the keys. rsa-sha256 and ed25519-sha256, relaxed/relaxed.
 *
 * Each entry whose domain is the From domain or a parent of it signs; several may. Never `l=`, never `x=`. The list of
 * fields is signed and oversigned (one more occurrence than there is, so that none can be added); Date and Message-ID are
 * signed once, and not at all for a server that rewrites them. Keys live in EVP_PKEY only; no octet of one is in an error.
 * Faults of keys and names are SMTPS_BAD_OPTION, stage options.
 */
#ifndef SMTPS_MAIL_DKIM_H
#define SMTPS_MAIL_DKIM_H

#include "base/error.h"

enum {
	SMTPS_DKIM_KEY_FILE_MAX = 64 * 1024,
	SMTPS_DKIM_RSA_BITS_MIN = 1024, /* below: refused (RFC 8301 3.2) */
	SMTPS_DKIM_RSA_BITS_GOOD = 2048, /* below: a warning */
	SMTPS_DKIM_RSA_BITS_MAX = 8192,
	SMTPS_DKIM_KEYS_MAX = 16
};

typedef struct smtps_dkim smtps_dkim;

smtps_dkim *smtps_dkim_new(void); /* NULL without memory */
void smtps_dkim_free(smtps_dkim *dkim);
/* PEM of one private key, RSA or Ed25519; `passphrase` may be empty (then an encrypted key is an error: nobody is asked).
 * Wipes nothing of the caller's. */
bool smtps_dkim_add(smtps_dkim *dkim, smtps_str domain, smtps_str selector, smtps_str pem,
	smtps_str passphrase, smtps_error *error);
/* Fields to sign in place of the usual ones: names parted by `,` or `:`; From must be among them. Empty: the usual. */
bool smtps_dkim_set_headers(smtps_dkim *dkim, smtps_str names, smtps_error *error);
/* One sentence about what is weak (an RSA key below 2048 bits), or "". */
const char *smtps_dkim_warning(const smtps_dkim *dkim);
/* Whether some entry signs for this From domain (A-labels). */
bool smtps_dkim_signs_for(const smtps_dkim *dkim, smtps_str from_domain);

#endif
