/*
 * What a server said (RFC 5321 4.2): one whole reply as a value. smtp/reply_parser fills it in; errors,
 * results and PHP's Reply carry it upwards.
 */
#ifndef SMTPS_BASE_REPLY_H
#define SMTPS_BASE_REPLY_H

#include "bytes.h"

typedef struct smtps_reply {
	int code; /* 200..599; 0: nothing was said */
	unsigned short enhanced[3]; /* RFC 3463; {0,0,0}: none was given */
	/* The lines' texts without codes, joined by LF; raw octets, secrets already masked. An enhanced code
	 * is part of the text as the server wrote it. */
	smtps_buf text;
} smtps_reply;

bool smtps_reply_copy(smtps_reply *to, const smtps_reply *from);
/* `to` takes what `from` owns; `from` is left zeroed. What `to` held is freed. */
void smtps_reply_move(smtps_reply *to, smtps_reply *from);
/* Safe on a zeroed reply and twice. */
void smtps_reply_free(smtps_reply *reply);

bool smtps_reply_is_positive(const smtps_reply *reply); /* 2xx */
bool smtps_reply_is_transient(const smtps_reply *reply); /* 4xx */
bool smtps_reply_is_permanent(const smtps_reply *reply); /* 5xx */
bool smtps_reply_has_enhanced(const smtps_reply *reply);
/* "4.4.2", or "" where there is none; `out` holds at least 16 octets. */
const char *smtps_reply_enhanced_text(const smtps_reply *reply, char *out);

#endif
