/*
 * The race: from a host name to one connection that is logged in (in the manner of RFC 8305; docs/routes.md).
 *
 *     RESOLVING ---> RACING ---> ENTERING ---> WON
 *         \             \            \
 *          `-------------`------------`------> LOST
 *
 * Routes are started in order: the next one when the one before failed, or has not connected within `attempt_delay`, or connected
 * and then kept us waiting for 2 s
 * (once one did, `attempt_delay` for the others: a host with two families pays for a silent port once). At most six sockets. The first route ready to authenticate wins, unless an earlier one is connected and
 * healthy: then it is waited for. Only the winner sees credentials; losers get QUIT if they greeted. A remembered route stands first, and is
 * forgotten at once when it fails. When all fail, the error is that of the route that got furthest.
 *
 * It steps and never waits: a call that blocks turns the loop between two steps.
 */
#ifndef SMTPS_CLIENT_RACE_H
#define SMTPS_CLIENT_RACE_H

#include "connection.h"
#include "policy.h"

enum { SMTPS_STALL_MS = 2000 };

typedef enum smtps_race_state {
	SMTPS_RACE_RESOLVING,
	SMTPS_RACE_RACING,
	SMTPS_RACE_ENTERING,
	SMTPS_RACE_WON,
	SMTPS_RACE_LOST
} smtps_race_state;

typedef struct smtps_race_settings {
	smtps_server *server;
	smtps_loop *loop;
	const smtps_host *host;
	smtps_time limit; /* until MAIL is answered */
	smtps_str token; /* empty: none; stays valid until the race is over */
	unsigned first_name; /* of the EHLO names; the race moves it on where a refusal names ours */
	bool lockstep;
	smtps_attempts *attempts; /* appended to; may be NULL */
} smtps_race_settings;

typedef struct smtps_race {
	smtps_race_settings set;
	smtps_race_state state;
	smtps_watch watch; /* the lookup's descriptor, or the moment to start the next route */
	smtps_lookup *lookup;
	smtps_routes routes;
	size_t next; /* route to be started next */
	bool has_memory; /* the first route is the remembered one */
	smtps_connection *runners[SMTPS_RACE_SOCKETS]; /* in the order of their start */
	size_t running;
	smtps_connection *winner;
	smtps_time started_at, resolved_at;
	smtps_error error; /* LOST: of the route that got furthest */
	smtps_decision decision;
} smtps_race;

/* Starts it; `race` need not be initialised. May be over at once. */
void smtps_race_start(smtps_race *race, const smtps_race_settings *settings);
/* True when it is WON or LOST. */
bool smtps_race_step(smtps_race *race);
/* WON: the connection, ready for mail, is the caller's. */
smtps_connection *smtps_race_take(smtps_race *race);
/* Ends it whatever its state; safe on a zeroed race and twice. */
void smtps_race_free(smtps_race *race);

#endif
