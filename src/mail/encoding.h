/*
 * Content-Transfer-Encodings (RFC 2045 6): looking at a text once, choosing, and the two writers.
 *
 * What is written ends in CRLF or in the middle of a line exactly as the text does.
 */
#ifndef SMTPS_MAIL_ENCODING_H
#define SMTPS_MAIL_ENCODING_H

#include "base/bytes.h"

typedef enum smtps_encoding { SMTPS_7BIT, SMTPS_QUOTED_PRINTABLE, SMTPS_BASE64 } smtps_encoding;

enum {
	SMTPS_BASE64_LINE_OCTETS = 57, /* of content in a line */
	SMTPS_BASE64_LINE = 78 /* as written, with CRLF */
};

/* "7bit", "quoted-printable", "base64". */
smtps_str smtps_encoding_name(smtps_encoding encoding);
/* For a text whose line ends may be normalised: 7bit where nothing forbids it, else the shorter of the other two. */
smtps_encoding smtps_encoding_for(smtps_str text);
/* The text with CRLF line ends, encoded. */
void smtps_encoded_text(smtps_buf *out, smtps_str text, smtps_encoding encoding);

void smtps_quoted_printable(smtps_buf *out, smtps_str text);

/* Octets that `len` octets of content become, in lines of 76 with CRLF behind each. */
uint64_t smtps_base64_size(uint64_t len);
/* Writes `lines` whole lines (57 octets of `in`, 78 of `out` each). */
void smtps_base64_lines(char *out, const char *in, size_t lines);
/* Writes the last line, of fewer than 57 octets; returns what was written (0 for none). */
size_t smtps_base64_last(char *out, const char *in, size_t len);
void smtps_base64_wrapped(smtps_buf *out, smtps_str octets);

#endif
