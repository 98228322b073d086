/*
 * A finished message on its way through: octets of any kind in, a mail that may be sent out.
 *
 * Every bare CR and bare LF becomes CRLF (never refused, never passed); one CRLF is added where the last is missing; the
 * fields Bcc, Resent-Bcc and Return-Path are removed with their folded lines. Nothing else changes, save host policy
 * (compose.h): the header block is held (at most 1 MiB) so that From can be replaced and a signature put on top. What comes
 * out is for the host to keep (memory, then a file) and to give back as a content.
 *
 *     raw = smtps_raw_new(&options); smtps_raw_push(raw, chunk, &out, error)...; smtps_raw_finish(raw, &out, error);
 *     ... keep what was appended to `out`, emptying it after each call ...
 *     smtps_raw_compose(raw, content, &composed, error); smtps_composed_set_sender(...); smtps_composed_add_recipient(...);
 */
#ifndef SMTPS_MAIL_RAW_H
#define SMTPS_MAIL_RAW_H

#include "compose.h"

enum { SMTPS_RAW_HEADER_MAX = 1024 * 1024 };

typedef struct smtps_raw_options {
	bool pass_long_lines; /* long_lines=pass: a line over 998 octets is not refused */
	bool add_missing; /* Date, Message-ID and From where missing (mail(), bin/smtpsend sendmail) */
	smtps_str original_to; /* not empty: X-Original-To is added with it (`redirect_to`) */
	/* `now`, `zone_minutes`, `from`, `force_from`, `allowed_from`, `dkim`, `server_rewrites_ids` count; `redirect_to` in
	 * smtps_raw_compose(). The views and keys live until the raw message is freed. */
	smtps_compose_options compose;
} smtps_raw_options;

typedef struct smtps_raw smtps_raw;

smtps_raw *smtps_raw_new(const smtps_raw_options *options); /* NULL without memory */
void smtps_raw_free(smtps_raw *raw); /* NULL is fine */

/* Appends to `out` what is ready of the message. A line over 998 octets is SMTPS_BAD_MESSAGE as soon as it is seen. */
bool smtps_raw_push(smtps_raw *raw, const char *octets, size_t len, smtps_buf *out, smtps_error *error);
/* The end: appends the rest. After it the facts below are final. */
bool smtps_raw_finish(smtps_raw *raw, smtps_buf *out, smtps_error *error);

typedef struct smtps_raw_facts {
	uint64_t size; /* octets given to `out` in all */
	uint64_t longest_line; /* without CRLF */
	bool is_8bit; /* some octet of the body is not ASCII */
	bool is_utf8; /* some octet of the header block is not ASCII: needs SMTPUTF8 */
	bool command_lines;
	smtps_str message_id; /* without <>; empty: none was found */
	smtps_str from; /* first From address; empty: none could be read */
	smtps_str sender; /* Sender address; empty: none */
} smtps_raw_facts;
void smtps_raw_get_facts(const smtps_raw *raw, smtps_raw_facts *facts);

/*
 * The mail: signatures, then `content`, which holds exactly what push and finish gave (the caller's reference is taken, on failure too). `out`
 * zeroed by the caller and freed by it. Then set the envelope: sender and recipients; with `redirect_to` recipients added are replaced.
 */
bool smtps_raw_compose(smtps_raw *raw, smtps_content *content, smtps_composed *out, smtps_error *error);

#endif
