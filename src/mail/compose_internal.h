/*
 * What the composing files share: one composing at work.
 */
#ifndef SMTPS_MAIL_COMPOSE_INTERNAL_H
#define SMTPS_MAIL_COMPOSE_INTERNAL_H

#include "compose.h"
#include "mail_source.h"
#include "message_internal.h"

/* The policy's view of who writes: what the header will say. */
typedef struct smtps_authors {
	smtps_mailbox_list from;
	smtps_mailbox_list reply_to;
	bool forced; /* From was replaced: Sender is dropped */
} smtps_authors;
void smtps_authors_free(smtps_authors *authors);

/* Applies `from` and `force_from` to a message's From and Reply-To (copied). `from` may be empty on both sides: an error. */
bool smtps_authors_decide(smtps_authors *out, const smtps_mailbox_list *from,
	const smtps_mailbox_list *reply_to, const smtps_compose_options *options, smtps_error *error);

/* Sender and recipients of a message. */
bool smtps_compose_envelope(const smtps_message *message, const smtps_authors *authors,
	const smtps_compose_options *options, smtps_composed *out, smtps_error *error);
/* Replaces the recipients by those of `redirect_to`. */
bool smtps_redirect(smtps_composed *composed, smtps_str redirect_to, smtps_error *error);
/* Appends "a@b, c@d" of the recipients, at most 100 of them. */
void smtps_recipients_text(smtps_buf *out, const smtps_composed *composed);

/* All fields but those of MIME. */
bool smtps_compose_header(smtps_buf *out, const smtps_message *message, const smtps_authors *authors,
	const smtps_composed *composed, smtps_str original_recipients, smtps_error *error);
/* MIME-Version, Content-*, and the body. */
bool smtps_compose_body(smtps_mail_source *mail, const smtps_message *message, smtps_error *error);

/* Random octets as lower-case hex, SMTPS_SEED_LENGTH characters and a NUL. */
bool smtps_seed(char *out, smtps_error *error);

#endif
