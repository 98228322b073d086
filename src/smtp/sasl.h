/*
 * SASL for SMTP (RFC 4954): which mechanism, and its dialogue, without a byte of I/O.
 *
 * PLAIN (4616), LOGIN, CRAM-MD5 (2195), SCRAM-SHA-1 and -256 with and without -PLUS (5802, 7677; bindings
 * tls-exporter of 9266 and tls-server-end-point of 5929), OAUTHBEARER (7628), XOAUTH2, EXTERNAL.
 *
 *   choose ---> start ---> [ answer ]* ---> finish
 */
#ifndef SMTPS_SMTP_SASL_H
#define SMTPS_SMTP_SASL_H

#include "base/error.h"

/* In the order of preference of `auth=auto`. */
typedef enum smtps_mechanism {
	SMTPS_OAUTHBEARER,
	SMTPS_XOAUTH2,
	SMTPS_EXTERNAL,
	SMTPS_PLAIN,
	SMTPS_LOGIN,
	SMTPS_SCRAM_SHA_256_PLUS,
	SMTPS_SCRAM_SHA_256,
	SMTPS_SCRAM_SHA_1_PLUS,
	SMTPS_SCRAM_SHA_1,
	SMTPS_CRAM_MD5,
	SMTPS_MECHANISM_COUNT
} smtps_mechanism;

#define SMTPS_MECHANISM_BIT(m) (1u << (m))

enum {
	SMTPS_SASL_ROUNDS = 8, /* challenges at most */
	SMTPS_SASL_INITIAL_LINE = 512, /* an initial response only if the AUTH line is at most this long */
	SMTPS_SCRAM_ITERATIONS_MIN = 4096, /* RFC 5802 5.1 */
	SMTPS_SCRAM_ITERATIONS_MAX = 1000000
};

/* What the caller may log in with; views that stay valid as long as the session. Empty: not given. */
typedef struct smtps_credentials {
	smtps_str username;
	smtps_str password;
	smtps_str token; /* OAuth 2.0 access token (RFC 6750) */
	bool certificate; /* a client certificate was given */
	smtps_str host; /* as configured, and port: OAUTHBEARER names them */
	int port;
} smtps_credentials;

/* What TLS knows that SCRAM-*-PLUS binds to. Empty: not to be had. */
typedef struct smtps_channel_binding {
	smtps_str exporter; /* tls-exporter, 32 octets (TLS 1.3) */
	smtps_str end_point; /* tls-server-end-point: hash of the server's certificate */
} smtps_channel_binding;

/* The option `auth`. */
typedef struct smtps_auth_policy {
	bool scram_only; /* auth=scram: SCRAM in falling strength, nothing weaker */
	unsigned allowed; /* mechanism bits; 0: all (auto). A list also names the order given in `order` */
	unsigned char order[SMTPS_MECHANISM_COUNT];
	unsigned order_count;
	bool verified; /* the channel is verified (or counts as such): otherwise SCRAM only, unless listed */
} smtps_auth_policy;

const char *smtps_mechanism_name(smtps_mechanism mechanism);
/* By name, ASCII case folded; SMTPS_MECHANISM_COUNT when unknown. */
smtps_mechanism smtps_mechanism_find(smtps_str name);
/* The next mechanism to try: offered, allowed, possible with these credentials and this binding, not in
 * `tried`. SMTPS_MECHANISM_COUNT when there is none. */
smtps_mechanism smtps_sasl_choose(unsigned offered, unsigned tried, const smtps_auth_policy *policy,
	const smtps_credentials *credentials, const smtps_channel_binding *binding);
/* Whether `a` is stronger than `b`: shows the password less (SCRAM > CRAM-MD5 > PLAIN, LOGIN). */
bool smtps_mechanism_is_stronger(smtps_mechanism a, smtps_mechanism b);

typedef struct smtps_sasl smtps_sasl;

/*
 * One exchange. `plus_offered`: the server listed the -PLUS form of this SCRAM (else gs2 flag `y` where a binding is to
 * be had). Sets error SMTPS_BAD_OPTION for a user name or a token that the mechanism cannot carry. NULL on failure.
 */
smtps_sasl *smtps_sasl_start(smtps_mechanism mechanism, const smtps_credentials *credentials,
	const smtps_channel_binding *binding, unsigned offered, smtps_error *error);
/* The initial response, before base64; false: the mechanism has none (LOGIN, CRAM-MD5). */
bool smtps_sasl_initial(smtps_sasl *sasl, smtps_buf *out);
/* The answer to a decoded challenge, before base64. When no initial response was sent with the AUTH line, an empty first
 * challenge asks for it and is answered with it. False: cancel with "*"; the error says what was wrong. */
bool smtps_sasl_answer(smtps_sasl *sasl, smtps_str challenge, smtps_buf *out, smtps_error *error);
/* At the 235: whether the mechanism is content (SCRAM: the server's signature was seen and is right). */
bool smtps_sasl_finish(smtps_sasl *sasl, smtps_error *error);
/* The "status" of an OAuth error challenge (JSON), printable, or "" : for the exception. */
const char *smtps_sasl_oauth_status(const smtps_sasl *sasl);
void smtps_sasl_free(smtps_sasl *sasl); /* wipes; NULL is fine */

#endif
