/*
 * One connection: a route dialled, its TLS and its session, driven by the loop; kept by a pool between mails.
 *
 *            connected            TLS done                  QUIT, cut, time-out
 *   DIALING -----------> SECURING ---------> TALKING ------------------------------> CLOSED
 *        \               (implicit)           ^   |
 *         \___________________________________/   | the session wants TLS
 *             STARTTLS, plaintext             ^   v
 *                                            SECURING
 *
 * Deadlines, each for a whole step and none for a single read: connect_timeout for the dial; `timeout` for a handshake and for each
 * reply, from the moment the flight before it was written; final_timeout for the reply to the end of the message; and `limit` for
 * everything up to the reply to MAIL. While a flight is being written, at least 8 KiB/s must move over any `timeout`.
 *
 * A flight is one write. While writing it always reads. What OpenSSL holds is read empty before each poll. Nothing is allocated
 * here for a mail on a warm connection. In a forked child it is only closed: no QUIT, no close_notify.
 */
#ifndef SMTPS_CLIENT_CONNECTION_H
#define SMTPS_CLIENT_CONNECTION_H

#include "loop.h"
#include "result.h"
#include "server.h"

enum {
	SMTPS_RATE_MIN = 8 * 1024, /* octets a second over any `timeout` */
	SMTPS_RATE_SAMPLES = 4, /* looked at so many times in a `timeout` */
	SMTPS_STALE_MS = 1000, /* last reply older than this: no message rides in the flight */
	SMTPS_DEAF_MS =
		5000 /* and then nothing acknowledged for so long, or half a `timeout`: the network has forgotten it */
};

typedef enum smtps_line { SMTPS_DIALING, SMTPS_SECURING, SMTPS_TALKING, SMTPS_CLOSED } smtps_line;

/* Members are read by race, delivery and pool, and written by connection*.c and, where said, by the pool. */
typedef struct smtps_connection {
	smtps_watch watch; /* first member: the loop hands it back */
	smtps_server *server; /* one reference */
	const smtps_host *host; /* lines of the transcript go there; NULL: nowhere */
	smtps_loop *loop; /* NULL while kept */
	smtps_route route;
	unsigned first_name; /* of the server's EHLO names */
	bool lockstep; /* command by command */
	smtps_line line;
	smtps_tls *tls;
	smtps_session *session;
	smtps_error error; /* why it is CLOSED; none after QUIT */
	smtps_buf out; /* written by the session and not yet by us (plaintext connections) */

	smtps_time limit; /* until MAIL is answered; SMTPS_NEVER */
	smtps_time now;
	smtps_time dialed_at, connected_at, secure_at, secured_at, entered_at, ready_at;
	smtps_time progress_at; /* the last reply or step: the race's idea of a stall */
	smtps_time reply_at; /* the last whole reply */
	smtps_time waiting_at; /* since when the awaited reply is awaited */
	unsigned long replies; /* as last seen */
	bool gate, ready; /* the session said so */
	smtps_transaction *done, **done_end; /* reported and not yet taken */

	bool sending; /* a flight is being written */
	bool doubted; /* was idle: until its first reply the network must acknowledge soon */
	uint64_t moved, samples[SMTPS_RATE_SAMPLES]; /* octets given to the socket; then, at past samples */
	unsigned sample;
	smtps_time sample_at;

	bool verified;
	unsigned char exporter[64], end_point[64];
	smtps_channel_binding binding;
	smtps_credentials credentials;
	smtps_buf token; /* secret */
	smtps_buf literal; /* the last EHLO name */

	smtps_connection_facts facts; /* made when first asked for */
	bool has_facts;

	/* The pool's: */
	bool busy;
	long pid;
	uint64_t identity[2];
	uint64_t mails; /* transactions begun */
	struct smtps_connection *next;
} smtps_connection;

/*
 * Begins to dial. `first_name`: index into the server's EHLO names; `lockstep`: command by command. A route that fails at once
 * gives a connection that is CLOSED; NULL only without memory.
 */
smtps_connection *smtps_connection_open(smtps_server *server, const smtps_route *route, smtps_loop *loop,
	const smtps_host *host, smtps_time limit, unsigned first_name, bool lockstep);
/* Closes without a word and frees: the session's transactions are not reported any more. NULL is fine. */
void smtps_connection_free(smtps_connection *connection);
/* QUIT (after a greeting, outside of a transaction) as far as it can be written at once, close_notify, close, free. */
void smtps_connection_quit(smtps_connection *connection);
/* Between calls: to the loop of the next one, and off it. */
void smtps_connection_attach(
	smtps_connection *connection, smtps_loop *loop, const smtps_host *host, smtps_time limit);
void smtps_connection_detach(smtps_connection *connection);

/* At the gate: whether a login could work here (error filled in). `token`: empty, or an access token; copied at enter. */
bool smtps_connection_can_enter(smtps_connection *connection, smtps_str token, smtps_error *error);
/* Logs in, or goes on without where there are no credentials. */
void smtps_connection_enter(smtps_connection *connection, smtps_str token);
void smtps_connection_submit(smtps_connection *connection, smtps_transaction *transaction);
/* The next transaction that has ended, or NULL. */
smtps_transaction *smtps_connection_take(smtps_connection *connection);
/* The loop's call: reads, writes, looks at the clock. */
void smtps_connection_drive(smtps_watch *watch, smtps_time now);

/* Whether it is in this process, unswapped, idle, and nothing is readable (TLS 1.3 tickets apart). */
bool smtps_connection_is_sound(smtps_connection *connection);
/* Read at once: whether the last reply is less than a second old. */
bool smtps_connection_is_fresh(const smtps_connection *connection, smtps_time now);
/* The peer's address, or the path of its unix socket. */
void smtps_connection_address(const smtps_connection *connection, char out[SMTPS_ADDRESS_TEXT]);
/* A copy of its facts; false without memory. */
bool smtps_connection_facts_of(smtps_connection *connection, smtps_connection_facts *facts);
/* The stage it is at, or failed in. */
smtps_stage smtps_connection_stage(const smtps_connection *connection);

/* connection_io.c, for connection.c alone. */
void smtps_connection_receive(smtps_connection *connection);
void smtps_connection_send(smtps_connection *connection);
bool smtps_connection_flush(smtps_connection *connection);
void smtps_connection_begin_tls(smtps_connection *connection);
/* Before a flight: a connection that was idle may be one that a NAT or a firewall has forgotten. */
void smtps_connection_doubt(smtps_connection *connection);
/* At the gate: gives the session the channel binding, where SCRAM is offered. */
void smtps_connection_bind(smtps_connection *connection);
void smtps_connection_events(smtps_connection *connection);
/* CLOSED, with this error where the session has none; takes it. */
void smtps_connection_fail(smtps_connection *connection, smtps_error *error);

#endif
