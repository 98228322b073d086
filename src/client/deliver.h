/*
 * One delivery: a mail over a connection, in as many transactions and attempts as the rules allow (docs/errors.md).
 *
 *            kept one                   2xx, refused, lost
 *     BEGIN ----------> SENDING <------------------------------> DONE
 *      ^ | \              ^  |  the rest of the recipients: once more
 *      | |  `-> TOKEN ----|--|--> RACING ---> (SENDING | again | DONE)
 *      | `--------------------------^
 *      `---- PAUSE <---- again: throttled; at once: dead reuse, DATA, lockstep, token
 *
 * It steps and never waits, so that many of them can share one loop; it never calls the host's token function itself. Without a mail it
 * ends when a connection is ready.
 */
#ifndef SMTPS_CLIENT_DELIVER_H
#define SMTPS_CLIENT_DELIVER_H

#include "pool.h"
#include "race.h"
#include "result.h"

enum { SMTPS_THROTTLE_PAUSES = 3 }; /* 1, 2, 4 s */

typedef enum smtps_delivery_state {
	SMTPS_DELIVERY_BEGIN,
	SMTPS_DELIVERY_TOKEN, /* smtps_delivery_token() is awaited */
	SMTPS_DELIVERY_RACING,
	SMTPS_DELIVERY_SENDING,
	SMTPS_DELIVERY_PAUSE,
	SMTPS_DELIVERY_DONE
} smtps_delivery_state;

typedef struct smtps_delivery {
	/* Given. */
	smtps_server *server;
	smtps_pool *pool;
	smtps_loop *loop;
	const smtps_host *host;
	smtps_mail *mail; /* NULL: only connect */
	smtps_result *result; /* NULL without mail */
	smtps_attempts *attempts; /* may be NULL */
	/* The course. */
	smtps_delivery_state state;
	smtps_error error; /* DONE: why it failed; none: it did not */
	smtps_time started_at, submitted_at, limit, paused;
	smtps_watch timer; /* of PAUSE */
	smtps_race race;
	smtps_connection *connection;
	bool reused; /* from the pool */
	smtps_buf token; /* secret */
	bool has_token, refresh_token;
	/* What has been tried already. */
	bool is_retry;
	smtps_error refusal; /* of the first run whose recipients were all refused */
	bool reconnected, refreshed, without_bdat, lockstep;
	unsigned pauses;
	/* The transaction under way: a run of the mail's recipients. */
	smtps_transaction transaction;
	size_t first; /* of the run */
	size_t most; /* recipients a transaction; 0: no limit known */
	unsigned long replies; /* the connection's, at submit */
	bool submitted;
	size_t accepted; /* recipients of transactions that had their 2xx */
} smtps_delivery;

/* `mail` and `result`, or neither. Begins nothing yet; false without memory or recipients (`error` filled in). */
bool smtps_delivery_start(smtps_delivery *delivery, smtps_server *server, smtps_pool *pool, smtps_loop *loop,
	const smtps_host *host, smtps_mail *mail, smtps_result *result);
/* True when it is DONE or wants a TOKEN: else turn the loop and step again. */
bool smtps_delivery_step(smtps_delivery *delivery);
/* The token that was asked for; `refresh_token` says which. */
void smtps_delivery_token(smtps_delivery *delivery, smtps_str token);
/* Ends it at once with this error (taken): the host interrupted, or had no token. What was under way is closed. */
void smtps_delivery_abort(smtps_delivery *delivery, smtps_error *error);
/* Gives the connection back to the pool, takes the rest down. */
void smtps_delivery_free(smtps_delivery *delivery);

/* retry.c: what the table says of a transaction's failure, and whether the delivery goes on (state and flags are set for it). */
smtps_decision smtps_retry_decide(const smtps_delivery *delivery, const smtps_error *error);
bool smtps_retry(smtps_delivery *delivery, smtps_again again);

/* verdict.c: what a transaction that ended means for its recipients. */
void smtps_verdict_accepted(smtps_delivery *delivery);
void smtps_verdict_unknown(smtps_delivery *delivery);
/* Those refused by name; the others were not delivered to either, and stay NOT_TRIED. */
void smtps_verdict_refused(smtps_delivery *delivery);
/* Once some have it: whoever is left was not delivered to. Where no reply says why, one of code 0 holds the sentence. */
void smtps_verdict_rest(smtps_delivery *delivery, smtps_fate fate, const smtps_error *why);
/* The next run of recipients that were not tried; false: none is left. */
bool smtps_verdict_next_run(smtps_delivery *delivery);

#endif
