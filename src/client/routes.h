/*
 * Routes: which (address, port, encryption) are tried, in which order (docs/routes.md).
 */
#ifndef SMTPS_CLIENT_ROUTES_H
#define SMTPS_CLIENT_ROUTES_H

#include "memory.h"
#include "net/resolver.h"
#include "options.h"
#include "smtp/session.h"

enum {
	SMTPS_ADDRESSES_PER_PORT = 5, /* RFC 5321 5.1 asks for at least two */
	SMTPS_ROUTES_MAX = SMTPS_PORTS_MAX * SMTPS_ADDRESSES_PER_PORT,
	SMTPS_RACE_SOCKETS = 6 /* open at once */
};

typedef struct smtps_route {
	smtps_address address;
	int port;
	smtps_security security;
	bool implicit_tls;
	bool done; /* tried and failed, or dropped */
} smtps_route;

typedef struct smtps_routes {
	smtps_route list[SMTPS_ROUTES_MAX];
	size_t count;
} smtps_routes;

/* For each port its first IPv6 and first IPv4 address, in the resolver's order; then the remaining ones, five a port. A
 * remembered route that is among them comes first. */
void smtps_routes_make(smtps_routes *routes, const smtps_options *options, const smtps_addresses *addresses,
	const smtps_memory_record *remembered);

#endif
