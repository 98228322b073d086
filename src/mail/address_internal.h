/*
 * What the address files share.
 */
#ifndef SMTPS_MAIL_ADDRESS_INTERNAL_H
#define SMTPS_MAIL_ADDRESS_INTERNAL_H

#include "address.h"

/* atext of RFC 5322 3.2.3, and any octet outside ASCII (RFC 6532). */
bool smtps_is_atext(char octet);
/* Appends what the quoted string at text.data[0] holds; `*used` octets with its quotes. False where it does not end. */
bool smtps_unquote(smtps_buf *out, smtps_str text, size_t *used);
/* As smtps_address_normalise(); `*at_sign` is the index of the @ counted from where `out` ended before. */
bool smtps_address_parts(smtps_buf *out, smtps_str text, size_t *at_sign, bool *is_utf8, smtps_error *error);
bool smtps_is_ipv4(smtps_str text);
bool smtps_is_ipv6(smtps_str text); /* RFC 4291 2.2, no zone */

#endif
