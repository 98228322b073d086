/*
 * Opening a TCP or unix socket without blocking.
 */
#ifndef SMTPS_NET_DIAL_H
#define SMTPS_NET_DIAL_H

#include "resolver.h"

/* Makes a non-blocking, close-on-exec socket with TCP_NODELAY and begins to connect. `source`: the option source_address (a
 * literal) or NULL; one that cannot be bound is an error that names it. SMTPS_NO_FD on failure (stage connect). */
smtps_fd smtps_dial_start(const smtps_address *address, int port, const char *source, smtps_error *error);
/* Path of a unix socket. */
smtps_fd smtps_dial_unix(const char *path, smtps_error *error);
/* When it is writable: 1 connected, 0 not yet, -1 failed (error filled in). */
int smtps_dial_finish(smtps_fd fd, smtps_error *error);
/* The socket's own address (for an EHLO literal). */
bool smtps_dial_local(smtps_fd fd, smtps_address *address);

#endif
