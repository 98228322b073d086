/*
 * The message's inside, for the files that build and compose it.
 */
#ifndef SMTPS_MAIL_MESSAGE_INTERNAL_H
#define SMTPS_MAIL_MESSAGE_INTERNAL_H

#include "message.h"

typedef struct smtps_body_text {
	bool is_set;
	smtps_buf octets;
	smtps_buf charset;
} smtps_body_text;

typedef enum smtps_part_kind { SMTPS_PART_ATTACHED, SMTPS_PART_EMBEDDED, SMTPS_PART_MESSAGE } smtps_part_kind;

typedef struct smtps_part {
	smtps_part_kind kind;
	smtps_buf name; /* file name; empty: none */
	smtps_buf type; /* media type with parameters, checked */
	smtps_buf cid;
	smtps_content *content;
} smtps_part;

typedef struct smtps_custom_header {
	smtps_buf name, value;
	bool structured;
} smtps_custom_header;

enum { SMTPS_SEED_LENGTH = 24 };

/* What the first composing fixes. */
typedef struct smtps_fixed {
	bool is_set;
	int64_t now; /* of the options then: t= of signatures */
	int64_t date;
	int zone_minutes;
	char seed[SMTPS_SEED_LENGTH + 1]; /* of Message-ID and boundaries */
} smtps_fixed;

struct smtps_message {
	smtps_mailbox_list roles[SMTPS_ROLE_COUNT];
	bool has_subject;
	smtps_buf subject;
	smtps_body_text text, html, calendar;
	smtps_buf calendar_method;
	bool calendar_attached, text_from_html;
	smtps_part *parts;
	size_t part_count, part_cap;
	smtps_custom_header *headers;
	size_t header_count, header_cap;
	bool has_date;
	int64_t date;
	int zone_minutes;
	smtps_buf message_id; /* without <>; empty: made */
	int priority;
	smtps_buf list_unsubscribe; /* the field's value */
	bool one_click;
	smtps_buf in_reply_to, references; /* values */
	smtps_buf auto_submitted;
	bool has_envelope_sender;
	smtps_buf envelope_sender; /* empty: <> */
	bool envelope_sender_utf8;
	smtps_mailbox_list envelope_recipients;
	unsigned notify;
	char ret;
	smtps_buf envid;
	bool require_tls;
	smtps_fixed fixed;
};

/* A setter has been at it: the next composing makes a new Date, Message-ID and boundaries. */
void smtps_message_touch(smtps_message *message);
/* Replaces the buffer's content; false (old content kept) without memory. */
bool smtps_buf_replace(smtps_buf *buf, smtps_str text, smtps_error *error);
void smtps_part_free(smtps_part *part);
/* What callers know the role as: "from()", "replyTo()". */
const char *smtps_role_setter(smtps_role role);
smtps_str smtps_role_field(smtps_role role);
/* How often header() was given this field. */
size_t smtps_message_count_header(const smtps_message *message, smtps_str name);

/* --- media_type.c ---------------------------------------------------------------------------------------------- */

/* `type/subtype; name=value...`, checked: tokens, no boundary, no multipart. */
bool smtps_media_type_check(smtps_str type, smtps_error *error);
/* "type/subtype" of a checked one; `*rest` are its parameters for smtps_media_type_next(). */
smtps_str smtps_media_type_name(smtps_str type, smtps_str *rest);
/* The next parameter; false at the end or where it is wrong (`*wrong`). `value` is cleared and filled. */
bool smtps_media_type_next(smtps_str *rest, smtps_str *name, smtps_buf *value, bool *wrong);

/* --- file_name.c ----------------------------------------------------------------------------------------------- */

/* Appends the last part of a path as a file name fit to be sent: no directory, no bidi override, at most 255 octets. */
bool smtps_file_name(smtps_buf *out, smtps_str path, smtps_error *error);
/* The same in ASCII, one `_` for each character outside it. */
void smtps_file_name_ascii(smtps_buf *out, smtps_str name);

#endif
