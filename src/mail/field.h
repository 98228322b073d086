/*
 * Writing header fields: folding (RFC 5322 2.2.3), encoded words (RFC 2047), parameters (RFC 2045, 2231).
 *
 * A field is written word by word; before a word that would pass column 76 the line is folded at the space that stands there
 * anyway, so unfolding gives back what went in. Values were checked before: no control characters, well-formed UTF-8.
 * No line is ever over 998 octets. Memory faults stick to the buffer.
 */
#ifndef SMTPS_MAIL_FIELD_H
#define SMTPS_MAIL_FIELD_H

#include "address.h"

enum { SMTPS_FOLD_COLUMN = 76, SMTPS_ENCODED_WORD_MAX = 75 };

typedef struct smtps_field {
	smtps_buf *out;
	size_t column;
	bool empty; /* nothing stands behind the colon yet */
} smtps_field;

void smtps_field_begin(smtps_field *field, smtps_buf *out, smtps_str name);
/* A space (or a fold) and the word as it is. */
void smtps_field_word(smtps_field *field, smtps_str word);
void smtps_field_end(smtps_field *field);

/* Unstructured text: words that need it become encoded words. */
void smtps_field_text(smtps_field *field, smtps_str text);
/* The whole text as encoded words, each of whole characters and at most 75 octets. */
void smtps_field_encoded(smtps_field *field, smtps_str text);
/* Words parted by single spaces, none encoded. */
void smtps_field_tokens(smtps_field *field, smtps_str text);
void smtps_field_mailboxes(smtps_field *field, const smtps_mailbox_list *list);
/* `;` and a parameter, quoted, or in the form of RFC 2231 where it is not ASCII. */
void smtps_field_parameter(smtps_field *field, smtps_str name, smtps_str value);

/* One field in one call. */
void smtps_header_tokens(smtps_buf *out, smtps_str name, smtps_str value);
void smtps_header_text(smtps_buf *out, smtps_str name, smtps_str value);
void smtps_header_mailboxes(smtps_buf *out, smtps_str name, const smtps_mailbox_list *list);

/* Token of RFC 2045 5.1, at least one octet. */
bool smtps_is_token(smtps_str text);

#endif
