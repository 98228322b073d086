/*
 * The loop: any number of sockets, lookups and timers, one poll, one clock.
 *
 * It lives as long as one call, on the caller's stack. A turn waits for the first thing to happen, drives the watches whose
 * moment has come and returns: what is to be done about it is its caller's business, so that no code of a race or a delivery
 * runs inside the loop. Here alone in the core is the clock read; all others are told the time.
 */
#ifndef SMTPS_CLIENT_LOOP_H
#define SMTPS_CLIENT_LOOP_H

#include "host.h"
#include "net/platform.h"

typedef struct smtps_watch smtps_watch;

struct smtps_watch {
	smtps_fd fd; /* SMTPS_NO_FD: only a timer */
	unsigned want; /* SMTPS_READABLE | SMTPS_WRITABLE */
	unsigned ready; /* written by the loop before it drives */
	smtps_time wake; /* drive it then at the latest; SMTPS_NEVER */
	/* May be NULL: then it only ends the wait. Takes no other watch off the loop. */
	void (*drive)(smtps_watch *watch, smtps_time now);
	smtps_watch *next; /* the loop's list */
	bool is_watched;
};

enum { SMTPS_LOOP_ENTRIES = 8 }; /* without an allocation */

typedef struct smtps_loop {
	const smtps_host *host; /* may be NULL */
	smtps_watch *watches;
	size_t count;
	smtps_time now; /* at the end of the last turn */
	smtps_time tick; /* when the host is asked again */
	smtps_poll_entry few[SMTPS_LOOP_ENTRIES];
	smtps_poll_entry *many; /* when there are more; grows */
	size_t many_cap;
} smtps_loop;

typedef enum smtps_turn {
	SMTPS_TURN_DONE, /* something may have happened */
	SMTPS_TURN_INTERRUPTED, /* the host wants the call to end */
	SMTPS_TURN_FAILED /* poll failed, or there is no memory */
} smtps_turn;

void smtps_loop_init(smtps_loop *loop, const smtps_host *host);
void smtps_loop_free(smtps_loop *loop);
/* Reads the clock. */
smtps_time smtps_loop_now(smtps_loop *loop);
/* Twice is fine. Moving a watch from one loop to another: remove first. */
void smtps_loop_add(smtps_loop *loop, smtps_watch *watch);
void smtps_loop_remove(smtps_loop *loop, smtps_watch *watch);
smtps_turn smtps_loop_turn(smtps_loop *loop);

#endif
