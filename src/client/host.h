/*
 * What the core asks of its host: one small table of callbacks. php/ fills it in, a C test or a fuzzer otherwise.
 */
#ifndef SMTPS_CLIENT_HOST_H
#define SMTPS_CLIENT_HOST_H

#include "base/error.h"

typedef struct smtps_host {
	void *context;
	/* Asked at least every 100 ms while waiting: has the request timed out, or an exception come up? Then the connection is
	 * closed and the call ends with SMTPS_INTERRUPTED. NULL: never. */
	bool (*interrupted)(void *context);
	/* A token for `username`; `refresh`: the last one was refused. Called with no transaction open on any connection.
	 * False: error filled in (SMTPS_INTERRUPTED where an exception of the host is pending). NULL: the option's text. */
	bool (*token)(void *context, bool refresh, smtps_buf *token, smtps_error *error);
	/* One line of the dialogue, masked; `direction` 'C', 'S', '*'. Never runs user code. May be NULL. */
	void (*transcript)(void *context, char direction, smtps_str line);
} smtps_host;

enum { SMTPS_HOST_TICK_MS = 100 };

#endif
