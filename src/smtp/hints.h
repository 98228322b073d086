/*
 * What a reply means to the site's owner: one table of (code, enhanced code, words) to (cause, sentence).
 */
#ifndef SMTPS_SMTP_HINTS_H
#define SMTPS_SMTP_HINTS_H

#include "base/error.h"

enum {
	SMTPS_HINT_THROTTLED = 1 << 0, /* of rate or connections: worth waiting for within a call */
	SMTPS_HINT_CONNECTIONS = 1 << 1, /* too many connections: learn a limit */
	SMTPS_HINT_EHLO_NAME = 1 << 2, /* refuses our EHLO name */
	SMTPS_HINT_MANY_RECIPIENTS = 1 << 3, /* x.5.3 or words: send the rest in a further transaction */
	SMTPS_HINT_APP_PASSWORD = 1 << 4, /* 534 of an app password or a web login: no stronger mechanism helps */
	SMTPS_HINT_LOGIN_LIMIT = 1 << 5 /* too many login attempts: never retried within a call */
};

typedef struct smtps_hint {
	const char *sentence; /* one sentence without capital and full stop, or "" */
	unsigned flags;
} smtps_hint;

/* The hint for a reply at a stage; {"" , 0} where the table knows nothing. `host` may be empty: rows of one
 * provider are preferred where it is the provider's. */
smtps_hint smtps_hint_for(smtps_stage stage, const smtps_reply *reply, smtps_str host);

#endif
