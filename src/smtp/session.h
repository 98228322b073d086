/*
 * The SMTP session: a client's side of the dialogue (RFC 5321) as a pure state machine.
 *
 * Bytes of the server go in, bytes for the server and events come out. It knows no socket, no clock and no
 * TLS: whoever drives it (client/connection, a test, a fuzzer) carries the bytes, does the handshake, keeps the time and
 * reports what happened on the line.
 *
 *                 greeting        EHLO          STARTTLS            EHLO
 *     GREETING ------------> EHLO ----> SECURING -------> WANT_TLS ------> EHLO
 *                              |                          (the driver)       |
 *                              | encrypted, or plaintext is allowed          |
 *                              v                                             v
 *                            GATE <------------------------------------------+
 *                              | smtps_session_enter(): credentials go to this one
 *                              v
 *                            AUTH ------> READY <------> BUSY (transactions, RSET, NOOP)
 *                                           |
 *            any state ----> CLOSED <-------+  QUIT, 421, cut, time-out, nonsense
 *
 * Inside, a list of steps (one command, or one block of the message, each) with two cursors: the sender goes ahead as far as
 * pipelining, the barriers of RFC 2920 and the caller's wishes let it; the receiver takes one reply for each step that
 * asks for one. Command by command is the same list with a sender that waits.
 *
 * Promises: one command, one reply; a byte that no command asked for closes the session. Nothing received
 * before TLS is remembered after it. No CR, LF or NUL of the caller's reaches a command line. Every buffer that the peer
 * fills has a limit.
 */
#ifndef SMTPS_SMTP_SESSION_H
#define SMTPS_SMTP_SESSION_H

#include "base/error.h"
#include "capabilities.h"
#include "sasl.h"
#include "transaction.h"

enum {
	SMTPS_REPLY_LINES_MAX = 128,
	SMTPS_REPLY_OCTETS_MAX = 64 * 1024,
	SMTPS_REPLY_LINE_MAX = 8 * 1024,
	SMTPS_CHALLENGE_LINE_MAX = 16 * 1024, /* a 334: RFC 4954 4 asks for 12,288 */
	SMTPS_COMMAND_LINE_MAX = 12 * 1024, /* AUTH lines; others are checked against 512 plus parameters */
	SMTPS_FIRST_FLIGHT_MAX = 12 * 1024, /* the connection's first flight with a message: ten segments */
	SMTPS_FLIGHT_MAX = 64 * 1024,
	SMTPS_OUTSTANDING_MAX = 32, /* messages unanswered in a batch */
	SMTPS_EHLO_NAMES_MAX = 4
};

typedef enum smtps_state {
	SMTPS_STATE_GREETING,
	SMTPS_STATE_EHLO,
	SMTPS_STATE_SECURING,
	SMTPS_STATE_WANT_TLS,
	SMTPS_STATE_GATE,
	SMTPS_STATE_AUTH,
	SMTPS_STATE_READY,
	SMTPS_STATE_BUSY,
	SMTPS_STATE_CLOSED
} smtps_state;

typedef enum smtps_security {
	SMTPS_SECURE_IMPLICIT, /* TLS was there before the greeting */
	SMTPS_SECURE_STARTTLS, /* STARTTLS, required */
	SMTPS_SECURE_IF_OFFERED, /* loopback rule: STARTTLS where offered, else plaintext */
	SMTPS_SECURE_PLAINTEXT /* none, and no credentials */
} smtps_security;

/* Both directions of the dialogue, one line a call without CRLF, secrets already masked, a message as "(N octets)".
 * `direction` is 'C', 'S' or '*' (a remark). */
typedef void smtps_transcript_line(void *context, char direction, smtps_str line);

typedef struct smtps_session_config {
	smtps_security security;
	/* EHLO names in order; the next is tried where a refusal names ours. At least one. Views, kept by the caller. */
	smtps_str ehlo_names[SMTPS_EHLO_NAMES_MAX];
	unsigned ehlo_name_count;
	bool no_pipelining; /* command by command whatever is offered */
	smtps_auth_policy auth;
	smtps_str host; /* for hints */
	smtps_transcript_line *transcript; /* may be NULL */
	void *transcript_context;
} smtps_session_config;

typedef enum smtps_event {
	SMTPS_EVENT_NONE, /* nothing until more bytes come or go */
	SMTPS_EVENT_WANT_TLS, /* do the handshake, then smtps_session_tls_done() */
	SMTPS_EVENT_GATE, /* ready to authenticate: the route has won */
	SMTPS_EVENT_READY, /* authenticated, or no credentials were given */
	SMTPS_EVENT_TRANSACTION, /* one ended; `*transaction` is set */
	SMTPS_EVENT_CLOSED /* for good; smtps_session_error() says why (none after QUIT) */
} smtps_event;

typedef struct smtps_session smtps_session;

/* NULL when there is no memory. `config` is copied, its views are not. */
smtps_session *smtps_session_new(const smtps_session_config *config);
void smtps_session_free(smtps_session *session); /* wipes; NULL is fine */

/* --- from the network ------------------------------------------------------------------------------------------ */

/* Bytes of the server, decrypted. May be called with any segmentation; all are taken. After it ask for events. */
void smtps_session_input(smtps_session *session, const char *bytes, size_t len);
/* The peer closed or the line failed. `cause` SMTPS_CAUSE_CUT, or another with the text the net layer gave. */
void smtps_session_cut(smtps_session *session, smtps_cause cause, const char *text);
/* The driver's deadline for what smtps_session_stage() names ran out. `seconds` only for the sentence. */
void smtps_session_timeout(smtps_session *session, double seconds);
/* The handshake is done. `binding` views must live as long as the session. `verified`: chain and name, or what counts. */
void smtps_session_tls_done(smtps_session *session, bool verified, const smtps_channel_binding *binding);
/* At the GATE, before can_enter and enter: a binding that was not yet there at tls_done (it costs time, and only SCRAM asks for it). */
void smtps_session_bind(smtps_session *session, const smtps_channel_binding *binding);
/* The handshake failed: `error` (stage tls) becomes the session's. */
void smtps_session_tls_failed(smtps_session *session, const smtps_error *error);

/* --- to the network -------------------------------------------------------------------------------------------- */

/*
 * The next bytes to write, as far as they may be written now; 0 when there are none. The message is pulled from its source
 * in here, so that a flight comes out whole (at most SMTPS_FLIGHT_MAX) and a long message in pieces. The bytes stay
 * valid until the next call of any function of this session.
 */
size_t smtps_session_output(smtps_session *session, const char **bytes);
/*
 * Call it right BEFORE the first `len` bytes of the last output are handed to TLS or to the socket: from here on they count
 * as sent (this is where "the end has begun"). Consumes them.
 */
void smtps_session_handing(smtps_session *session, size_t len);

/* --- events and state ------------------------------------------------------------------------------------------ */

smtps_event smtps_session_event(smtps_session *session, smtps_transaction **transaction);
smtps_state smtps_session_state(const smtps_session *session);
/* Which reply is awaited (or, with nothing outstanding, the last stage passed). The driver chooses its deadline by it. */
smtps_stage smtps_session_stage(const smtps_session *session);
/* Number of commands (and ends of messages) handed on and not yet answered. */
size_t smtps_session_outstanding(const smtps_session *session);
/* Grows with each whole reply taken: the driver starts a new deadline when it changes. */
unsigned long smtps_session_replies(const smtps_session *session);
/* Whether a message's last octet has been handed on and its final reply is what is awaited. */
bool smtps_session_awaits_final(const smtps_session *session);
/* READY with nothing outstanding, nothing unread, nothing unwritten: the connection may be kept. */
bool smtps_session_is_idle(const smtps_session *session);
const smtps_error *smtps_session_error(const smtps_session *session);
const smtps_capabilities *smtps_session_capabilities(const smtps_session *session);
smtps_str smtps_session_greeting(const smtps_session *session); /* text of the 220 */
smtps_str smtps_session_ehlo_name(const smtps_session *session); /* the one that was accepted */
/* The mechanism that got the 235; SMTPS_MECHANISM_COUNT when none was used. */
smtps_mechanism smtps_session_mechanism(const smtps_session *session);
bool smtps_session_greeted(const smtps_session *session); /* a loser that was greeted gets QUIT */

/* --- verbs ----------------------------------------------------------------------------------------------------- */

/* At the GATE: log in with these credentials (views; they live as long as the session), or go on without (NULL). With
 * credentials and no mechanism in common the session closes (SMTPS_CAUSE_NO_MECHANISM). */
void smtps_session_enter(smtps_session *session, const smtps_credentials *credentials);
/* Whether a login could work here (mechanism in common): asked at the gate, before the race is decided. */
bool smtps_session_can_enter(
	const smtps_session *session, const smtps_credentials *credentials, smtps_error *error);
/* READY or BUSY: queue a transaction. It is reported exactly once. What it needs and is not offered: reported as REFUSED
 * (SMTPS_CAUSE_NOT_OFFERED, reply code 0) with nothing sent and the session unharmed. */
void smtps_session_submit(smtps_session *session, smtps_transaction *transaction);
/* READY: asks for a sign of life; the session is READY again at the 250, CLOSED at anything else. */
void smtps_session_noop(smtps_session *session);
/* Queues QUIT behind what is outstanding; the session is CLOSED once it was handed on; no reply is awaited. */
void smtps_session_quit(smtps_session *session);

#endif
