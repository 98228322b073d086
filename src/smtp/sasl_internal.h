/*
 * What the mechanisms' families share; only src/smtp/sasl*.c and their tests include it.
 *
 * A family is a table of verbs. `answer` gets every challenge but an empty first one, which asks for the initial
 * response and is met in sasl.c.
 */
#ifndef SMTPS_SMTP_SASL_INTERNAL_H
#define SMTPS_SMTP_SASL_INTERNAL_H

#include "base/crypto.h"
#include "sasl.h"

enum { SMTPS_OAUTH_STATUS_MAX = 64 };

typedef struct smtps_sasl_verbs {
	/* Looks at the credentials, once; NULL where sasl.c's own look is enough. */
	bool (*start)(smtps_sasl *sasl, smtps_error *error);
	/* The initial response; NULL where there is none. May be called again and says the same. */
	void (*initial)(const smtps_sasl *sasl, smtps_buf *out);
	/* May leave `out->failed` set; sasl.c looks. */
	bool (*answer)(smtps_sasl *sasl, smtps_str challenge, smtps_buf *out, smtps_error *error);
	/* NULL: a 235 is enough. */
	bool (*finish)(smtps_sasl *sasl, smtps_error *error);
} smtps_sasl_verbs;

/*
 *   FIRST --- server-first ---> FINAL --- server-final, signature right ---> VERIFIED
 */
typedef enum smtps_scram_state {
	SMTPS_SCRAM_FIRST,
	SMTPS_SCRAM_FINAL,
	SMTPS_SCRAM_VERIFIED
} smtps_scram_state;

typedef struct smtps_scram {
	smtps_digest digest;
	smtps_scram_state state;
	smtps_buf gs2; /* gs2-header (RFC 5802 7) */
	smtps_buf nonce; /* the client's part, set by start; a test puts its own here */
	smtps_buf username; /* prepared and escaped */
	smtps_buf password; /* prepared */
	unsigned char server_signature[SMTPS_DIGEST_MAX];
} smtps_scram;

struct smtps_sasl {
	smtps_mechanism mechanism;
	const smtps_sasl_verbs *verbs;
	smtps_credentials credentials;
	smtps_channel_binding binding;
	unsigned offered;
	unsigned rounds; /* challenges seen */
	unsigned step; /* answers given by the family */
	char oauth_status[SMTPS_OAUTH_STATUS_MAX];
	smtps_scram scram;
};

extern const smtps_sasl_verbs smtps_sasl_plain, smtps_sasl_login, smtps_sasl_cram_md5, smtps_sasl_external;
extern const smtps_sasl_verbs smtps_sasl_oauthbearer, smtps_sasl_xoauth2;
extern const smtps_sasl_verbs smtps_sasl_scram;

/* The error of a challenge that does not fit; always false. */
bool smtps_sasl_fail(const smtps_sasl *sasl, smtps_error *error, const char *what);
/* The error of a user name, password or token that the mechanism cannot carry; always false. */
bool smtps_sasl_cannot_carry(const smtps_sasl *sasl, smtps_error *error, const char *option, const char *why);
/* `name` as saslname (RFC 5801 4): "=" and "," escaped. */
void smtps_sasl_add_name(smtps_buf *out, smtps_str name);

/* SASLprep as far as sasl_prep.c goes; on failure false and `*why` is a constant fragment for a sentence. */
bool smtps_sasl_prepare(smtps_buf *out, smtps_str text, const char **why);

#endif
