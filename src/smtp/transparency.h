/*
 * Data transparency (RFC 5321 4.5.2): a "." more before each line that starts with one, over any chunk borders.
 *
 * It also proves what the rest relies on: every CR stands before a LF, every LF behind a CR, and the last line has its end. A
 * stream that breaks this is refused and never repaired here: whoever made it has counted and signed other octets.
 */
#ifndef SMTPS_SMTP_TRANSPARENCY_H
#define SMTPS_SMTP_TRANSPARENCY_H

#include "base/bytes.h"

typedef struct smtps_transparency {
	bool plain; /* check only: nothing is stuffed (BDAT) */
	bool inside; /* of a line; false at its first octet, as in a zeroed struct */
	bool cr; /* the last octet was a CR */
} smtps_transparency;

/* Appends the octets, stuffed. False: a bare CR or LF (and nothing more may be appended); memory: out->failed. */
bool smtps_transparency_add(smtps_transparency *stream, smtps_buf *out, smtps_str octets);
/* Whether the stream may end here: at the start of a line. Appends ".CRLF" where it is not `plain`. */
bool smtps_transparency_end(smtps_transparency *stream, smtps_buf *out);

#endif
