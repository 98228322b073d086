/*
 * What may be tried again, as a table (docs/errors.md "What is tried again").
 */
#ifndef SMTPS_CLIENT_POLICY_H
#define SMTPS_CLIENT_POLICY_H

#include "base/error.h"

typedef enum smtps_next_route {
	SMTPS_ROUTE_STOP, /* no other route */
	SMTPS_ROUTE_NEXT, /* the next one */
	SMTPS_ROUTE_SAME_PORT /* only another address of the same port */
} smtps_next_route;

typedef enum smtps_again {
	SMTPS_AGAIN_NO,
	SMTPS_AGAIN_NEXT_NAME, /* once more on this route with the next EHLO name */
	SMTPS_AGAIN_REFRESH_TOKEN, /* one refresh, one new connection */
	SMTPS_AGAIN_THROTTLED, /* after 1, 2, 4 s with jitter, three times, within a third of the deadline */
	SMTPS_AGAIN_DATA, /* once with DATA on a new connection; remember NO_CHUNKING */
	SMTPS_AGAIN_LOCKSTEP, /* once, command by command; remember NO_PIPELINING */
	SMTPS_AGAIN_RECONNECT /* once on a new connection: the reused one was dead */
} smtps_again;

typedef struct smtps_decision {
	smtps_next_route route;
	smtps_again again;
} smtps_decision;

/* `reused`: the connection had served before this transaction; `first_reply`: the fault is (in place of) the transaction's first
 * reply; `pipelined`: a flight of several commands was outstanding; `hint_flags`: of smtps_hint_for(). */
typedef struct smtps_circumstances {
	bool reused, first_reply, pipelined, end_begun;
	unsigned hint_flags;
} smtps_circumstances;

smtps_decision smtps_policy_decide(const smtps_error *error, const smtps_circumstances *circumstances);

#endif
