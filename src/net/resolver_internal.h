/*
 * What the resolver calls, so that a test can answer in the system's place. Production never writes these.
 */
#ifndef SMTPS_NET_RESOLVER_INTERNAL_H
#define SMTPS_NET_RESOLVER_INTERNAL_H

#include "resolver.h"

typedef struct smtps_resolver_calls {
	int (*getaddrinfo)(
		const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list);
	void (*freeaddrinfo)(struct addrinfo *list);
} smtps_resolver_calls;

extern smtps_resolver_calls smtps_resolver;

/* Threads that are inside getaddrinfo now, abandoned ones included; and lookups that wait for one. */
unsigned smtps_resolver_running(void);
unsigned smtps_resolver_waiting(void);

#endif
