/*
 * Internationalised domain names (UTS 46, RFC 5891) by libidn2.
 */
#ifndef SMTPS_BASE_IDN_H
#define SMTPS_BASE_IDN_H

#include "bytes.h"

/*
 * Appends the A-label form of `domain` (UTF-8), lower case. An ASCII domain is checked as LDH (RFC 1123: labels of 1 to
 * 63, 253 in all without a trailing dot; underscore refused) and its xn-- labels must round-trip. On failure returns false and
 * `*why` is a constant fragment such as "a label longer than 63 octets" for use in a sentence.
 */
bool smtps_idn_to_ascii(smtps_buf *out, smtps_str domain, const char **why);

#endif
