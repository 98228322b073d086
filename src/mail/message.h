/*
 * The message as a user builds it: who, what, and which parts. compose.h makes the mail of it.
 *
 * malloc memory; the caller owns the object. Every setter checks its argument (control characters, syntax, lengths; stage
 * message, SMTPS_BAD_MESSAGE) and leaves the message as it was when it fails. A message may be composed any number of times: the
 * first time fixes Date, Message-ID and boundaries; a setter or a clone makes new ones. Texts are copied, contents shared.
 */
#ifndef SMTPS_MAIL_MESSAGE_H
#define SMTPS_MAIL_MESSAGE_H

#include "address.h"
#include "content.h"

enum {
	SMTPS_PARTS_MAX = 10000, /* attachments and embedded parts */
	SMTPS_CUSTOM_HEADERS_MAX = 1000,
	SMTPS_HEADER_NAME_MAX = 76,
	SMTPS_HEADER_VALUE_MAX = 64 * 1024, /* octets */
	SMTPS_FILE_NAME_MAX = 255, /* octets; longer ones are cut at a character, the ending kept */
	SMTPS_MESSAGE_ID_MAX = 250,
	SMTPS_LINE_MAX = 998, /* RFC 5322 2.1.1, without CRLF */
	SMTPS_LINE_SOFT = 76
};

typedef enum smtps_role {
	SMTPS_FROM,
	SMTPS_SENDER, /* one */
	SMTPS_REPLY_TO,
	SMTPS_TO,
	SMTPS_CC,
	SMTPS_BCC,
	SMTPS_ROLE_COUNT
} smtps_role;

/* The values of RFC 3461 4.1; the same bits as SMTPS_NOTIFY_*. */
enum { SMTPS_DSN_NEVER = 1, SMTPS_DSN_SUCCESS = 2, SMTPS_DSN_FAILURE = 4, SMTPS_DSN_DELAY = 8 };

typedef struct smtps_message smtps_message;

smtps_message *smtps_message_new(void); /* NULL without memory */
smtps_message *smtps_message_clone(const smtps_message *message); /* NULL without memory */
void smtps_message_free(smtps_message *message);

/* --- people ---------------------------------------------------------------------------------------------------- */

/* `Name <a@b>` or `a@b`; appends. */
bool smtps_message_add_mailbox(smtps_message *message, smtps_role role, smtps_str text, smtps_error *error);
bool smtps_message_add_address(
	smtps_message *message, smtps_role role, smtps_str address, smtps_str name, smtps_error *error);
void smtps_message_clear_role(smtps_message *message, smtps_role role);
const smtps_mailbox_list *smtps_message_role(const smtps_message *message, smtps_role role);

/* --- texts ----------------------------------------------------------------------------------------------------- */

bool smtps_message_set_subject(smtps_message *message, smtps_str subject, smtps_error *error);
/* `charset` names the charset the octets are in; empty: utf-8. An empty text with data NULL takes the part away. */
bool smtps_message_set_text(smtps_message *message, smtps_str text, smtps_str charset, smtps_error *error);
bool smtps_message_set_html(smtps_message *message, smtps_str html, smtps_str charset, smtps_error *error);
/* An iCalendar object (RFC 5545, UTF-8) as a third alternative; `method` as in it (REQUEST, CANCEL, REPLY ...). With `attach` it
 * is there as invite.ics too, which some clients need. */
bool smtps_message_set_calendar(
	smtps_message *message, smtps_str calendar, smtps_str method, bool attach, smtps_error *error);
/* Whether a message with html (in UTF-8) and without text gets a text made of the html. */
void smtps_message_set_text_from_html(smtps_message *message, bool wanted);

/* --- parts ----------------------------------------------------------------------------------------------------- */

/* The message takes the caller's reference, on failure too. `name`: only what stands behind the last / or \ counts. `type`:
 * `type/subtype` with parameters; empty: by the name's ending, else application/octet-stream. */
bool smtps_message_attach(
	smtps_message *message, smtps_content *content, smtps_str name, smtps_str type, smtps_error *error);
/* Inline, for `cid:` URLs of the html. `cid` without <>; `name` may be empty. */
bool smtps_message_embed(smtps_message *message, smtps_content *content, smtps_str cid, smtps_str name,
	smtps_str type, smtps_error *error);
/* A whole message (message/rfc822). `name` may be empty. */
bool smtps_message_attach_message(
	smtps_message *message, smtps_content *content, smtps_str name, smtps_error *error);
void smtps_message_clear_parts(smtps_message *message);
/* The type of a file by its name's ending; application/octet-stream for what is not known. */
smtps_str smtps_media_type_of_name(smtps_str name);

/* --- header fields --------------------------------------------------------------------------------------------- */

/* Any other field, unstructured UTF-8 text; appends. Fields that have a setter, or that are ours alone, are refused. */
bool smtps_message_add_header(smtps_message *message, smtps_str name, smtps_str value, smtps_error *error);
void smtps_message_clear_headers(smtps_message *message);
/* Seconds since 1970 and the zone's minutes east of UTC. */
bool smtps_message_set_date(smtps_message *message, int64_t seconds, int zone_minutes, smtps_error *error);
/* With or without <>; empty: a new one is made. */
bool smtps_message_set_message_id(smtps_message *message, smtps_str id, smtps_error *error);
bool smtps_message_set_priority(
	smtps_message *message, int priority, smtps_error *error); /* 1 highest .. 5 lowest; 0: none */
/* https:, http: or mailto: URIs (RFC 2369); `one_click` (RFC 8058) needs an https one. Replaces; count 0 takes it away. */
bool smtps_message_set_list_unsubscribe(
	smtps_message *message, const smtps_str *uris, size_t count, bool one_click, smtps_error *error);
bool smtps_message_set_in_reply_to(
	smtps_message *message, smtps_str id, smtps_error *error); /* empty: none */
bool smtps_message_add_reference(
	smtps_message *message, smtps_str id, smtps_error *error); /* empty: takes all away */
/* "auto-generated", "auto-replied", "auto-notified", "no" (RFC 3834, 5436); empty: none. */
bool smtps_message_set_auto_submitted(smtps_message *message, smtps_str value, smtps_error *error);

/* --- envelope -------------------------------------------------------------------------------------------------- */

/* Where bounces go, in place of Sender or From. "<>": the null sender; empty: from the header again. */
bool smtps_message_set_envelope_sender(smtps_message *message, smtps_str address, smtps_error *error);
/* Once one is added, To, Cc and Bcc no longer count. Empty: takes all away. */
bool smtps_message_add_envelope_recipient(smtps_message *message, smtps_str address, smtps_error *error);
/* `notify` of SMTPS_DSN_*, 0: the server's default; `ret` 'F', 'H' or 0; `envid` printable ASCII, at most 100 octets, or empty. */
bool smtps_message_set_dsn(
	smtps_message *message, unsigned notify, char ret, smtps_str envid, smtps_error *error);
void smtps_message_set_require_tls(smtps_message *message, bool wanted);

#endif
