/*
 * From a message to a mail: the envelope, and a source that writes the octets as they are pulled.
 *
 * What comes out is 7bit-clean but for UTF-8 in addresses (`is_utf8`), its lines are at most 998 octets and end in CRLF; Bcc
 * is never in it. Attachments are read and encoded on the way, in constant memory whatever their size. With DKIM the
 * contents are read twice; when the second reading differs in count or digest the source fails before its last octet.
 */
#ifndef SMTPS_MAIL_COMPOSE_H
#define SMTPS_MAIL_COMPOSE_H

#include "base/source.h"
#include "dkim.h"
#include "message.h"

typedef enum smtps_force_from {
	SMTPS_FORCE_NEVER,
	SMTPS_FORCE_UNLISTED,
	SMTPS_FORCE_ALWAYS
} smtps_force_from;

/* Views, needed during the call only (but `dkim` is too). A zeroed one is fine save `now`. */
typedef struct smtps_compose_options {
	int64_t now; /* seconds since 1970: Date of a message that sets none, t= of signatures */
	int zone_minutes; /* of that Date, east of UTC */
	smtps_str from; /* From of a message that has none: `Name <a@b>`; may be empty */
	smtps_str envelope_from; /* envelope sender of a message that names none; may be empty */
	smtps_force_from
		force_from; /* whether `from` replaces the message's (its name is kept, the old address becomes Reply-To) */
	smtps_str allowed_from; /* for SMTPS_FORCE_UNLISTED: `a@x, *@y` */
	smtps_str
		redirect_to; /* staging: every recipient becomes this address (several by commas); X-Original-To names them */
	const smtps_dkim *dkim; /* may be NULL */
	bool server_rewrites_ids; /* the server is known to rewrite Date and Message-ID (SES): do not sign them */
} smtps_compose_options;

typedef struct smtps_envelope_recipient {
	smtps_buf address;
	bool is_utf8;
} smtps_envelope_recipient;

typedef struct smtps_composed {
	smtps_source *source; /* owned; several composed messages may be pulled at once */
	smtps_buf sender; /* empty: <> */
	smtps_envelope_recipient *recipients; /* without duplicates; at least one */
	size_t recipient_count, recipient_cap;
	smtps_buf message_id; /* without <>; may be empty for a raw message */
	smtps_buf from; /* the first From address; may be empty for a raw message */
	bool is_8bit; /* raw messages only */
	bool is_utf8;
	bool command_lines; /* some line could be taken for an SMTP command */
	unsigned notify; /* SMTPS_DSN_* */
	char ret;
	smtps_buf envid;
	bool require_tls;
	/* Of envelope.c alone: finds duplicates. */
	uint32_t *recipient_index;
	size_t recipient_index_cap;
	uint64_t recipient_key;
} smtps_composed;

/* `out` is zeroed by the caller, and freed by it in both cases. The composed mail does not need the message any more. */
bool smtps_message_compose(
	smtps_message *message, const smtps_compose_options *options, smtps_composed *out, smtps_error *error);
void smtps_composed_free(smtps_composed *composed); /* safe on a zeroed one and twice */

/* For raw messages: the envelope as given. Sender "" or "<>" is the null sender; a recipient there already is not added again. */
bool smtps_composed_set_sender(smtps_composed *composed, smtps_str address, smtps_error *error);
bool smtps_composed_add_recipient(smtps_composed *composed, smtps_str address, smtps_error *error);

#endif
