/*
 * What a server offers: the EHLO keywords (RFC 5321 4.1.1.1) as flags and numbers.
 */
#ifndef SMTPS_SMTP_CAPABILITIES_H
#define SMTPS_SMTP_CAPABILITIES_H

#include "base/bytes.h"
#include "base/reply.h"

enum {
	SMTPS_CAP_STARTTLS = 1 << 0, /* RFC 3207 */
	SMTPS_CAP_PIPELINING = 1 << 1, /* RFC 2920 */
	SMTPS_CAP_CHUNKING = 1 << 2, /* RFC 3030 */
	SMTPS_CAP_SIZE = 1 << 3, /* RFC 1870 */
	SMTPS_CAP_8BITMIME = 1 << 4, /* RFC 6152 */
	SMTPS_CAP_SMTPUTF8 = 1 << 5, /* RFC 6531 */
	SMTPS_CAP_DSN = 1 << 6, /* RFC 3461 */
	SMTPS_CAP_ENHANCED = 1 << 7, /* RFC 2034 */
	SMTPS_CAP_REQUIRETLS = 1 << 8, /* RFC 8689 */
	SMTPS_CAP_LIMITS = 1 << 9, /* RFC 9422 */
	SMTPS_CAP_AUTH = 1 << 10, /* RFC 4954 */
	SMTPS_CAP_PIPECONNECT = 1 << 11 /* Exim's early pipelining */
};

enum { SMTPS_MAX_KEYWORDS = 128 }; /* a reply has at most as many lines */

typedef struct smtps_capabilities {
	unsigned flags;
	unsigned mechanisms; /* bits 1 << smtps_mechanism (sasl.h); `AUTH ` and `AUTH=` lines merged */
	uint64_t size; /* 0: none declared, or not a number that fits */
	uint32_t mail_max, rcpt_max; /* LIMITS MAILMAX, RCPTMAX; 0: none */
	smtps_buf keywords; /* every line after the first, printable, joined by LF: for the Connection value */
} smtps_capabilities;

/* Reads the 250 reply to EHLO; what stood in `caps` is forgotten. Unknown keywords are kept as text only. */
void smtps_capabilities_read(smtps_capabilities *caps, const smtps_reply *ehlo);
bool smtps_capabilities_has(const smtps_capabilities *caps, unsigned flag);
void smtps_capabilities_free(smtps_capabilities *caps);

#endif
