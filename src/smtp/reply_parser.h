/*
 * Replies (RFC 5321 4.2) from octets in any segmentation.
 *
 * Strict where a loose reader loses step with the server: a line is three digits, the first 2 to 5, the second 0 to 5, then SP,
 * "-" or the end of the line; the codes of all lines agree. Lines end in CRLF or LF; a CR elsewhere is text. Nothing is
 * allocated but the reply's text, and that has a limit.
 */
#ifndef SMTPS_SMTP_REPLY_PARSER_H
#define SMTPS_SMTP_REPLY_PARSER_H

#include "base/reply.h"

enum { SMTPS_REPLY_SAMPLE = 60 }; /* octets of a bad line that are kept for the error */

typedef enum smtps_parse {
	SMTPS_PARSE_MORE, /* all octets were taken, the reply goes on */
	SMTPS_PARSE_DONE, /* `reply` is whole; what was not taken belongs to the next one */
	SMTPS_PARSE_BAD, /* not SMTP: `why` and `sample` say how */
	SMTPS_PARSE_NO_MEMORY
} smtps_parse;

typedef struct smtps_reply_parser {
	smtps_reply reply;
	const char *why;
	char sample[SMTPS_REPLY_SAMPLE]; /* the start of the present line */
	size_t sample_len;
	unsigned lines; /* ended ones of this reply */
	size_t octets; /* of this reply */
	size_t line_len; /* of the present line, CR included */
	int code; /* of the present line, as far as it was read */
	bool last, cr; /* no "-" behind the code; a CR that may belong to the line's end */
} smtps_reply_parser;

/* Takes at most one reply from `bytes`; `*used` is how many octets were taken. */
smtps_parse smtps_reply_parser_feed(smtps_reply_parser *parser, const char *bytes, size_t len, size_t *used);
/* After SMTPS_PARSE_BAD: these octets stood behind it; what of them belongs to the bad line is added to `sample`. */
void smtps_reply_parser_show(smtps_reply_parser *parser, const char *bytes, size_t len);
/* Ready for the next reply. */
void smtps_reply_parser_reset(smtps_reply_parser *parser);
/* Whether some octets of a reply were taken, but not all. */
bool smtps_reply_parser_is_inside(const smtps_reply_parser *parser);
void smtps_reply_parser_free(smtps_reply_parser *parser);

#endif
