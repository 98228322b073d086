/*
 * Composing, step by step; see compose.h.
 */
#include "compose.h"

#include <string.h>

#include "base/crypto.h"
#include "base/memory.h"
#include "base/text.h"
#include "compose_internal.h"
#include "dkim_internal.h"
#include "fault.h"

bool smtps_seed(char *out, smtps_error *error)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char octets[SMTPS_SEED_LENGTH / 2];

	if (!smtps_random(octets, sizeof octets)) {
		return smtps_bad_message(error, "the system gave no random octets");
	}
	for (size_t i = 0; i < sizeof octets; i++) {
		out[2 * i] = digits[octets[i] >> 4];
		out[2 * i + 1] = digits[octets[i] & 15];
	}
	out[SMTPS_SEED_LENGTH] = '\0';
	return true;
}

static bool fix(smtps_message *message, const smtps_compose_options *options, smtps_error *error)
{
	smtps_fixed *fixed = &message->fixed;

	if (fixed->is_set) {
		return true;
	}
	if (!smtps_seed(fixed->seed, error)) {
		return false;
	}
	fixed->now = options->now;
	fixed->date = message->has_date ? message->date : options->now;
	fixed->zone_minutes = message->has_date ? message->zone_minutes : options->zone_minutes;
	fixed->is_set = true;
	return true;
}

/* Who it is for and from, and the id. */
static bool people(smtps_message *message, const smtps_compose_options *options, smtps_authors *authors,
	smtps_composed *out, smtps_error *error)
{
	if (!smtps_authors_decide(
			authors, &message->roles[SMTPS_FROM], &message->roles[SMTPS_REPLY_TO], options, error) ||
		!smtps_compose_envelope(message, authors, options, out, error)) {
		return false;
	}
	smtps_buf_add_str(&out->from, smtps_buf_str(&authors->from.items[0].address));
	if (message->message_id.len) {
		smtps_buf_add_str(&out->message_id, smtps_buf_str(&message->message_id));
	} else {
		smtps_buf_add_text(&out->message_id, message->fixed.seed);
		smtps_buf_add_char(&out->message_id, '@');
		smtps_buf_add_str(&out->message_id, smtps_mailbox_domain(&authors->from.items[0]));
	}
	out->notify = message->notify;
	out->ret = message->ret;
	out->require_tls = message->require_tls;
	smtps_buf_add_str(&out->envid, smtps_buf_str(&message->envid));
	return !(out->from.failed || out->message_id.failed || out->envid.failed) ||
		smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
}

/* What the header names must have SMTPUTF8 where a local part is outside ASCII. */
static bool needs_utf8(const smtps_message *message, const smtps_authors *authors)
{
	const smtps_mailbox_list *lists[] = {&authors->from, &authors->reply_to, &message->roles[SMTPS_SENDER],
		&message->roles[SMTPS_TO], &message->roles[SMTPS_CC]};

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		for (size_t j = 0; j < lists[i]->count; j++) {
			if (lists[i]->items[j].is_utf8) {
				return true;
			}
		}
	}
	return false;
}

static bool write_mail(smtps_message *message, const smtps_compose_options *options,
	const smtps_authors *authors, smtps_composed *out, smtps_error *error)
{
	smtps_mail_source *mail = smtps_mail_source_new();
	smtps_buf original = {0};
	smtps_buf *text;
	size_t header_end;
	bool fine;

	if (!mail) {
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	out->source = smtps_mail_source_of(mail);
	text = smtps_mail_source_text(mail);
	if (options->redirect_to.len) {
		smtps_recipients_text(&original, out);
	}
	fine = smtps_compose_header(text, message, authors, out, smtps_buf_str(&original), error);
	text->failed = text->failed || original.failed;
	smtps_buf_free(&original);
	fine = fine && (options->redirect_to.len == 0 || smtps_redirect(out, options->redirect_to, error)) &&
		smtps_compose_body(mail, message, error) && smtps_mail_source_close(mail, error);
	if (!fine) {
		return false;
	}
	header_end = smtps_header_length(smtps_buf_str(text));
	out->command_lines = smtps_mail_source_has_command_lines(mail);
	return smtps_dkim_sign_mail(options->dkim, mail, (smtps_str){text->data, header_end},
		smtps_mailbox_domain(&authors->from.items[0]), message->fixed.now, options->server_rewrites_ids,
		error);
}

bool smtps_message_compose(
	smtps_message *message, const smtps_compose_options *options, smtps_composed *out, smtps_error *error)
{
	smtps_authors authors = {0};
	bool fine = fix(message, options, error) && people(message, options, &authors, out, error);

	out->is_utf8 = out->is_utf8 || needs_utf8(message, &authors);
	fine = fine && write_mail(message, options, &authors, out, error);
	smtps_authors_free(&authors);
	return fine;
}

void smtps_composed_free(smtps_composed *composed)
{
	smtps_mail_source_free(composed->source);
	for (size_t i = 0; i < composed->recipient_count; i++) {
		smtps_buf_free(&composed->recipients[i].address);
	}
	smtps_free(composed->recipients);
	smtps_free(composed->recipient_index);
	smtps_buf_free(&composed->sender);
	smtps_buf_free(&composed->message_id);
	smtps_buf_free(&composed->from);
	smtps_buf_free(&composed->envid);
	*composed = (smtps_composed){0};
}
