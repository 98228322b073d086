/*
 * The writer of a composed mail: a list of pieces, each octets that stand ready or a content that is read and encoded when
 * it is pulled.
 *
 * Flat, so that no nesting costs stack; constant memory, since a content passes through one block. A content that gives fewer
 * or more octets than it had, or (where a digest was taken) others, makes the source fail at the end of that piece, and
 * behind each content there is a closing boundary still to come: such a mail never ends.
 */
#ifndef SMTPS_MAIL_MAIL_SOURCE_H
#define SMTPS_MAIL_MAIL_SOURCE_H

#include "base/source.h"
#include "content.h"

typedef struct smtps_mail_source smtps_mail_source;

smtps_mail_source *smtps_mail_source_new(void);
void smtps_mail_source_free(smtps_source *source); /* NULL is fine */
smtps_source *smtps_mail_source_of(smtps_mail_source *mail);

/* The buffer for what stands ready; what is appended between two calls of the adders below is one piece. */
smtps_buf *smtps_mail_source_text(smtps_mail_source *mail);
/* The content as base64 lines. Takes a reference of its own. */
bool smtps_mail_source_add_base64(smtps_mail_source *mail, smtps_content *content, smtps_error *error);
/* The content as it is but for its line ends, which become CRLF; `written` octets come of it. */
bool smtps_mail_source_add_lines(
	smtps_mail_source *mail, smtps_content *content, uint64_t written, smtps_error *error);
/* The content as it is. With `digest` (32 octets of SHA-256, or NULL) a reader's content must have it: its last octets are held back
 * until that is known. */
bool smtps_mail_source_add_octets(
	smtps_mail_source *mail, smtps_content *content, const unsigned char *digest, smtps_error *error);
/* The list is whole: reckons the size. */
bool smtps_mail_source_close(smtps_mail_source *mail, smtps_error *error);

/* From now on, until the next call of smtps_mail_source_seal(), every content read to its end has its digest noted. */
void smtps_mail_source_note(smtps_mail_source *mail);
/* From now on contents must have the digest that was noted. */
void smtps_mail_source_seal(smtps_mail_source *mail);
/* Puts text (signatures) in front of everything. */
bool smtps_mail_source_prepend(smtps_mail_source *mail, smtps_str text, smtps_error *error);
/* Whether some line could be a command: the text is scanned, a base64 line only judged by its length. */
bool smtps_mail_source_has_command_lines(const smtps_mail_source *mail);

#endif
