/*
 * Text in the forms that people and protocols read: base64 (RFC 4648 4), hex, printable one-liners, UTF-8.
 */
#ifndef SMTPS_BASE_TEXT_H
#define SMTPS_BASE_TEXT_H

#include "bytes.h"

/* Appends base64 with padding, in one line. */
void smtps_base64_encode(smtps_buf *out, smtps_str octets);
/* Appends the octets; false for anything but canonical base64 (no white space, padding only at the end). */
bool smtps_base64_decode(smtps_buf *out, smtps_str text);
/* Appends lower-case hex. */
void smtps_hex_encode(smtps_buf *out, smtps_str octets);
/* Whether the octets are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool smtps_utf8_valid(smtps_str text);
/* Octets of the character that starts at `at`: 1 to 4, or 0 where it is not well-formed. */
size_t smtps_utf8_length(smtps_str text, size_t at);
bool smtps_is_ascii(smtps_str text);
/* Appends at most `limit` octets of `text` fit for a log or an exception: line breaks become " / ", other
 * controls, bidi controls and ill-formed UTF-8 become \xNN; cut texts end in "...". */
void smtps_text_one_line(smtps_buf *out, smtps_str text, size_t limit);

#endif
