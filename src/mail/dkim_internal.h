/*
 * DKIM's inside: keys, canonicalisation (RFC 6376 3.4), signatures.
 */
#ifndef SMTPS_MAIL_DKIM_INTERNAL_H
#define SMTPS_MAIL_DKIM_INTERNAL_H

#include <openssl/evp.h>

#include "dkim.h"
#include "mail_source.h"

typedef struct smtps_dkim_entry {
	smtps_buf domain, selector;
	EVP_PKEY *key;
	bool is_ed25519;
} smtps_dkim_entry;

struct smtps_dkim {
	smtps_dkim_entry entries[SMTPS_DKIM_KEYS_MAX];
	size_t count;
	smtps_buf names; /* fields to sign, joined by ':'; empty: the usual */
	char warning[SMTPS_ERROR_TEXT];
};

/* Whether the entry's domain is `from_domain` or a parent of it. */
bool smtps_dkim_entry_signs(const smtps_dkim_entry *entry, smtps_str from_domain);
/* The private key of a PEM; NULL: error filled in. `*is_ed25519` and `*bits` say what it is. */
EVP_PKEY *smtps_dkim_load_key(
	smtps_str pem, smtps_str passphrase, bool *is_ed25519, int *bits, smtps_error *error);

/* The body, relaxed, through SHA-256; chunks of any size, CRLF line ends. */
typedef struct smtps_dkim_body {
	EVP_MD_CTX *digest;
	uint64_t empty_lines; /* owed: they count only if something follows */
	bool space; /* owed likewise */
	bool line_begun;
	bool failed;
	size_t staged;
	char stage[4096];
} smtps_dkim_body;

bool smtps_dkim_body_start(smtps_dkim_body *body);
void smtps_dkim_body_push(smtps_dkim_body *body, const char *octets, size_t len);
/* 32 octets; false when OpenSSL failed. */
bool smtps_dkim_body_finish(smtps_dkim_body *body, unsigned char *digest);
void smtps_dkim_body_free(smtps_dkim_body *body); /* safe on a zeroed one and twice */

/* Appends a field in relaxed form, with CRLF. `field` is the whole of it, folded, with its CRLF. */
void smtps_dkim_relaxed_field(smtps_buf *out, smtps_str field);
/* Octets of the header block: all lines up to the empty one, which does not count. */
size_t smtps_header_length(smtps_str mail);

/* What `h=` will say (appended to `names`) and the fields it selects in relaxed form (appended to `data`). */
bool smtps_dkim_select(
	const smtps_dkim *dkim, smtps_str header, bool skip_ids, smtps_buf *names, smtps_buf *data);

typedef struct smtps_dkim_task {
	smtps_str header; /* the block, folded, without the empty line */
	const unsigned char *body_digest;
	smtps_str from_domain;
	int64_t time;
	bool skip_ids; /* the server rewrites Date and Message-ID */
} smtps_dkim_task;

/* Appends one DKIM-Signature field for each entry that signs for the domain. Any fault is an error: nothing may be sent. */
bool smtps_dkim_signatures(
	const smtps_dkim *dkim, const smtps_dkim_task *task, smtps_buf *out, smtps_error *error);

/* Signs a mail whose pieces are closed: reads it through (pass one), puts the signatures in front and seals the contents. Does nothing
 * where no entry signs. `header` is a view of its text. */
bool smtps_dkim_sign_mail(const smtps_dkim *dkim, smtps_mail_source *mail, smtps_str header,
	smtps_str from_domain, int64_t time, bool skip_ids, smtps_error *error);

#endif
