/*
 * Names to addresses by getaddrinfo in a helper thread, so that nsswitch and /etc/hosts count and a deadline holds.
 *
 * A thread is made when first needed, has all signals blocked, uses malloc memory only, and is abandoned by reference
 * count when its answer comes too late; four run at most. A literal needs none.
 */
#ifndef SMTPS_NET_RESOLVER_H
#define SMTPS_NET_RESOLVER_H

#include "platform.h"

enum {
	SMTPS_RESOLVER_THREADS = 4,
	SMTPS_ADDRESSES_MAX = 32 /* kept of one answer */
};

typedef struct smtps_address {
	struct sockaddr_storage socket; /* port 0 */
	socklen_t length;
} smtps_address;

typedef struct smtps_addresses {
	smtps_address list[SMTPS_ADDRESSES_MAX]; /* in the order of getaddrinfo (RFC 6724) */
	size_t count;
} smtps_addresses;

typedef struct smtps_lookup smtps_lookup;

/* `host` is an A-label name; `family` AF_UNSPEC, AF_INET or AF_INET6. NULL and an error (SMTPS_CAUSE_LOCAL) where no
 * thread can be had. */
smtps_lookup *smtps_lookup_start(const char *host, int family, smtps_error *error);
/* Readable when the answer is there. */
smtps_fd smtps_lookup_fd(const smtps_lookup *lookup);
bool smtps_lookup_is_done(const smtps_lookup *lookup);
/* After it is done: the addresses, or an error (stage resolve; NO_SUCH_HOST or RESOLVER; temporary accordingly). */
bool smtps_lookup_take(smtps_lookup *lookup, smtps_addresses *addresses, smtps_error *error);
/* Lets go of it, answered or not. NULL is fine. */
void smtps_lookup_free(smtps_lookup *lookup);
/* An IPv4 or IPv6 literal ("192.0.2.1", "2001:db8::1", "fe80::1%eth0") without asking anybody. */
bool smtps_address_literal(const char *text, smtps_address *address);
/* "192.0.2.1" or "2001:db8::1"; for unix sockets the path. `out` holds SMTPS_ADDRESS_TEXT octets. */
enum { SMTPS_ADDRESS_TEXT = 128 };
const char *smtps_address_text(const smtps_address *address, char *out);
bool smtps_address_is_loopback(const smtps_address *address);

#endif
