/*
 * The one error value that travels up.
 *
 * It is filled in where the fault is seen (stage, kind, sentence, reply, outcome) and turned into a PHP
 * exception in one place. Functions that can fail return false and fill the error in; the first fault
 * stands, later ones do not overwrite it. A zeroed error is no error.
 */
#ifndef SMTPS_BASE_ERROR_H
#define SMTPS_BASE_ERROR_H

#include "reply.h"

typedef enum smtps_stage {
	SMTPS_STAGE_OPTIONS,
	SMTPS_STAGE_MESSAGE,
	SMTPS_STAGE_RESOLVE,
	SMTPS_STAGE_CONNECT,
	SMTPS_STAGE_GREETING,
	SMTPS_STAGE_EHLO,
	SMTPS_STAGE_STARTTLS,
	SMTPS_STAGE_TLS,
	SMTPS_STAGE_AUTH,
	SMTPS_STAGE_MAIL,
	SMTPS_STAGE_RCPT,
	SMTPS_STAGE_DATA,
	SMTPS_STAGE_END,
	SMTPS_STAGE_RSET,
	SMTPS_STAGE_QUIT,
	SMTPS_STAGE_COUNT
} smtps_stage;

/* Each kind is one PHP exception class (src/php/exceptions.c holds the table). */
typedef enum smtps_kind {
	SMTPS_OK = 0,
	SMTPS_BAD_OPTION, /* InvalidOptionException */
	SMTPS_BAD_MESSAGE, /* InvalidMessageException */
	SMTPS_LOST, /* ConnectionException */
	SMTPS_TIMED_OUT, /* TimeoutException */
	SMTPS_TLS_FAILED, /* TlsException */
	SMTPS_AUTH_FAILED, /* AuthenticationException */
	SMTPS_REFUSED, /* ResponseException */
	SMTPS_NO_RECIPIENT, /* RecipientException */
	SMTPS_LIMITED, /* LimitException */
	SMTPS_NOT_SMTP, /* ProtocolException */
	SMTPS_UNKNOWN_OUTCOME, /* UnknownOutcomeException */
	SMTPS_INTERRUPTED, /* none: the host has an exception or a time-out of its own pending */
	SMTPS_NO_MEMORY, /* Exception */
	SMTPS_KIND_COUNT
} smtps_kind;

/* Finer causes that the table of client/policy tells apart; SMTPS_CAUSE_NONE nearly everywhere. */
typedef enum smtps_cause {
	SMTPS_CAUSE_NONE,
	SMTPS_CAUSE_CUT, /* the peer closed or reset the connection */
	SMTPS_CAUSE_TIMEOUT,
	SMTPS_CAUSE_CONNECT_REFUSED,
	SMTPS_CAUSE_UNREACHABLE,
	SMTPS_CAUSE_LOCAL, /* EMFILE, EACCES, EADDRNOTAVAIL ...: this machine's fault */
	SMTPS_CAUSE_NO_SUCH_HOST,
	SMTPS_CAUSE_RESOLVER, /* SERVFAIL, timeout: may work later */
	SMTPS_CAUSE_STARTTLS_MISSING,
	SMTPS_CAUSE_INJECTION, /* bytes behind the 220 to STARTTLS */
	SMTPS_CAUSE_HANDSHAKE,
	SMTPS_CAUSE_CERTIFICATE, /* chain or name */
	SMTPS_CAUSE_NO_MECHANISM, /* no AUTH mechanism in common */
	SMTPS_CAUSE_EHLO_NAME, /* the refusal names our EHLO name */
	SMTPS_CAUSE_TOKEN_EXPIRED, /* AUTH with a token was refused: one refresh may help */
	SMTPS_CAUSE_SURPLUS, /* a byte or a reply that no command asked for */
	SMTPS_CAUSE_NOT_OFFERED, /* the message needs an extension that the server lacks */
	SMTPS_CAUSE_BDAT_REFUSED, /* 500..504 to BDAT although MAIL and a RCPT were accepted */
	SMTPS_CAUSE_RSET_REFUSED, /* the RSET of a flight was not answered 250 */
	SMTPS_CAUSE_SOURCE /* the message's source failed, grew or shrank */
} smtps_cause;

typedef enum smtps_outcome { SMTPS_NOT_SENT = 0, SMTPS_UNKNOWN = 1 } smtps_outcome;

enum { SMTPS_ERROR_TEXT = 512 }; /* octets of a sentence, its NUL included */

typedef struct smtps_error {
	smtps_stage stage;
	smtps_kind kind;
	smtps_cause cause;
	smtps_outcome outcome;
	bool temporary; /* the same call may succeed later without anyone changing anything */
	char text[SMTPS_ERROR_TEXT]; /* one sentence without the stage; printable, no secret */
	char hint[SMTPS_ERROR_TEXT]; /* what the site's owner should do; may be empty */
	smtps_reply reply; /* what the server said; code 0 where it said nothing */
} smtps_error;

/* "options", "message", "resolve" ... as users see it. */
const char *smtps_stage_name(smtps_stage stage);

/* Fills in an empty error, or does nothing where one stands already; always returns false, so that a caller
 * may write `return smtps_fail(...)`. `error` may be NULL. */
bool smtps_fail(smtps_error *error, smtps_stage stage, smtps_kind kind, smtps_cause cause, const char *format,
	...) SMTPS_PRINTF(5, 6);
/* The error of a reply that refuses: takes a copy of the reply; `temporary` is set for a 4xx. */
bool smtps_fail_reply(
	smtps_error *error, smtps_stage stage, smtps_kind kind, smtps_cause cause, const smtps_reply *reply);
bool smtps_fail_memory(smtps_error *error, smtps_stage stage);
void smtps_error_hint(smtps_error *error, const char *format, ...) SMTPS_PRINTF(2, 3);
bool smtps_error_is_set(const smtps_error *error);
bool smtps_error_copy(smtps_error *to, const smtps_error *from);
void smtps_error_move(smtps_error *to, smtps_error *from);
/* Safe on a zeroed error and twice; leaves it zeroed. */
void smtps_error_free(smtps_error *error);

#endif
