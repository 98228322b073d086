/*
 * Whether some line of a mail could be taken for an SMTP command (RFC 5321 4.1.1 and the extensions' verbs).
 *
 * Servers that refuse a BDAT and then run its octets as commands exist; a message with such a line does not ride in the
 * flight. Conservative: a verb at the start of a line, blanks before it allowed, counts whatever follows; only MAIL and RCPT
 * must go on as `FROM:` and `TO:`. Chunks of any size; lines end in LF.
 */
#ifndef SMTPS_BASE_COMMAND_SCAN_H
#define SMTPS_BASE_COMMAND_SCAN_H

#include "bytes.h"

enum { SMTPS_COMMAND_SCAN_LINE = 16 };

typedef struct smtps_command_scan {
	bool found;
	bool skip; /* the rest of this line does not matter */
	bool spaced; /* a blank stands behind what was gathered */
	unsigned len;
	char line[SMTPS_COMMAND_SCAN_LINE]; /* its beginning, in capitals, blanks squeezed */
} smtps_command_scan;

/* Start with a zeroed one. */
void smtps_command_scan_push(smtps_command_scan *scan, const char *octets, size_t len);
/* The text ends here: a last line without LF counts too. */
bool smtps_command_scan_finish(smtps_command_scan *scan);

#endif
