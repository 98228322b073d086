/*
 * Line ends: every bare CR and bare LF becomes CRLF (RFC 5321 2.3.8), in one pass over chunks of any size.
 *
 * The same pass counts what the senders need to know. Nothing is held back between chunks: a CR is written as CRLF at once, and
 * an LF right behind it is dropped.
 */
#ifndef SMTPS_MAIL_LINEEND_H
#define SMTPS_MAIL_LINEEND_H

#include "base/bytes.h"

typedef struct smtps_lineend {
	bool cr; /* the last octet was a CR: an LF that follows belongs to it */
	unsigned char high; /* all octets ORed: bit 7 says that some octet is not ASCII */
	uint64_t octets; /* written so far */
	uint64_t line; /* octets of the unfinished line */
	uint64_t longest_line; /* without CRLF, the unfinished one included */
} smtps_lineend;

void smtps_lineend_push(smtps_lineend *state, const char *octets, size_t len, smtps_buf *out);
/* Adds the final CRLF where it is missing; an empty text becomes one CRLF. */
void smtps_lineend_finish(smtps_lineend *state, smtps_buf *out);

#endif
