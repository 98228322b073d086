/*
 * What came of a call: the values that php/ turns into Result, Connection and Attempt.
 */
#ifndef SMTPS_CLIENT_RESULT_H
#define SMTPS_CLIENT_RESULT_H

#include "base/error.h"
#include "base/time.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "smtp/sasl.h"
#include "smtp/transaction.h"

/* One route that was tried and failed, or won (error.kind SMTPS_OK). */
typedef struct smtps_attempt {
	char address[SMTPS_ADDRESS_TEXT];
	int port;
	bool implicit_tls, starttls; /* both false: plaintext */
	smtps_stage stage; /* how far it got */
	smtps_error error;
	smtps_time duration;
} smtps_attempt;

typedef struct smtps_attempts {
	smtps_attempt *list;
	size_t count, cap;
} smtps_attempts;
/* A new one at the end, zeroed; NULL when there is no memory. */
smtps_attempt *smtps_attempts_add(smtps_attempts *attempts);
void smtps_attempts_free(smtps_attempts *attempts);

/* Facts of a connection, copied out of it. */
typedef struct smtps_connection_facts {
	smtps_buf host;
	char address[SMTPS_ADDRESS_TEXT];
	int port;
	bool implicit_tls, starttls, encrypted, verified;
	char tls_version[16], cipher[64];
	bool has_certificate;
	smtps_certificate certificate;
	smtps_buf capabilities; /* EHLO lines joined by LF */
	unsigned mechanisms; /* offered */
	smtps_mechanism mechanism; /* used; SMTPS_MECHANISM_COUNT none */
	smtps_buf greeting;
} smtps_connection_facts;
bool smtps_connection_facts_copy(smtps_connection_facts *to, const smtps_connection_facts *from);
void smtps_connection_facts_free(smtps_connection_facts *facts);

typedef struct smtps_timings {
	smtps_time resolve, connect, tls, auth, transfer, total;
} smtps_timings;

typedef enum smtps_fate {
	SMTPS_FATE_ACCEPTED,
	SMTPS_FATE_REJECTED,
	SMTPS_FATE_UNKNOWN,
	SMTPS_FATE_NOT_TRIED
} smtps_fate;

/* A mail as the client is given it. The caller owns all of it during the call. */
typedef struct smtps_mail {
	smtps_str sender; /* empty: <> */
	smtps_recipient *recipients;
	size_t recipient_count;
	smtps_source *source;
	bool is_8bit, is_utf8;
	bool command_lines; /* some line of it would parse as an SMTP command: condition (c) fails */
	smtps_str envid;
	char ret;
	bool require_tls;
} smtps_mail;

typedef struct smtps_result {
	smtps_fate *fates; /* one a recipient, in order; the replies stand in `replies` */
	smtps_reply *replies;
	size_t count;
	smtps_reply reply; /* final reply of the first accepted transaction */
	smtps_buf queue_ids; /* joined by LF; the first is `queueId` */
	smtps_connection_facts connection;
	bool reused;
	smtps_timings timings;
	smtps_attempts attempts;
} smtps_result;
void smtps_result_free(smtps_result *result);

#endif
