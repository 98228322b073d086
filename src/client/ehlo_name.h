/*
 * The names we give at EHLO (RFC 5321 4.1.4), best first: `helo`; the machine's name where it is a real one; the domain of
 * `from`, else of the user name; the literal of the socket's own address. Never from the request, which a visitor writes.
 */
#ifndef SMTPS_CLIENT_EHLO_NAME_H
#define SMTPS_CLIENT_EHLO_NAME_H

#include "net/resolver.h"
#include "options.h"

enum { SMTPS_EHLO_FIXED_NAMES = 3 }; /* the literal is the fourth */

/* Fills in `names` without the literal, without doubles; their number. */
unsigned smtps_ehlo_names(const smtps_options *options, smtps_buf names[SMTPS_EHLO_FIXED_NAMES]);
/* "[192.0.2.1]" or "[IPv6:2001:db8::1]"; for a unix socket "[127.0.0.1]". */
void smtps_ehlo_literal(smtps_buf *out, const smtps_address *own);
/* Whether a host's own name is worth giving: at least two LDH labels, none of the domains that mean nothing elsewhere. */
bool smtps_ehlo_name_is_public(smtps_str name);

#endif
