/*
 * What is remembered between connections: the route that won, what the server can do, what to avoid there.
 *
 * A hint, never the truth: a remembered route that fails is forgotten at once, and no mail is lost, misdirected or less safe
 * because of what stands here. Keyed by smtps_options_memory_key() and effective uid. For now a table of this process;
 * the interface is that of memory shared by the processes of one PHP master.
 */
#ifndef SMTPS_CLIENT_MEMORY_H
#define SMTPS_CLIENT_MEMORY_H

#include "base/time.h"
#include "net/resolver.h"

enum { SMTPS_MEMORY_RECORDS = 64 };

enum {
	SMTPS_KNOWS_ROUTE = 1 << 0, /* for an hour */
	SMTPS_KNOWS_BDAT_WORKS = 1 << 1, /* the server has accepted a BDAT of ours */
	SMTPS_KNOWS_NO_CHUNKING = 1 << 2, /* for a day */
	SMTPS_KNOWS_NO_PIPELINING = 1 << 3 /* for a day */
};

typedef struct smtps_memory_record {
	unsigned known;
	smtps_address address; /* the winning route */
	int port;
	int encryption; /* smtps_route's */
	unsigned capabilities; /* flags over TLS, as last seen */
	smtps_time route_until, no_chunking_until, no_pipelining_until;
} smtps_memory_record;

void smtps_memory_startup(void);
void smtps_memory_shutdown(void);
/* A copy of the record, with what has run out left out; an empty one when there is none. */
void smtps_memory_get(const unsigned char key[32], smtps_time now, smtps_memory_record *record);
void smtps_memory_put(const unsigned char key[32], smtps_time now, const smtps_memory_record *record);

#endif
