/*
 * The message's life: new, clone, free, and its people and texts; see message.h.
 */
#include "message.h"

#include <string.h>

#include "base/memory.h"
#include "fault.h"
#include "field.h"
#include "message_internal.h"

static const struct {
	const char *setter, *field;
} role_names[SMTPS_ROLE_COUNT] = {
	[SMTPS_FROM] = {"from", "From"},
	[SMTPS_SENDER] = {"sender", "Sender"},
	[SMTPS_REPLY_TO] = {"replyTo", "Reply-To"},
	[SMTPS_TO] = {"to", "To"},
	[SMTPS_CC] = {"cc", "Cc"},
	[SMTPS_BCC] = {"bcc", "Bcc"},
};

const char *smtps_role_setter(smtps_role role)
{
	return role_names[role].setter;
}

smtps_str smtps_role_field(smtps_role role)
{
	return smtps_str_of(role_names[role].field);
}

void smtps_message_touch(smtps_message *message)
{
	message->fixed.is_set = false;
}

bool smtps_buf_replace(smtps_buf *buf, smtps_str text, smtps_error *error)
{
	smtps_buf made = {0};

	smtps_buf_add_str(&made, text);
	if (made.failed) {
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	smtps_buf_free(buf);
	*buf = made;
	return true;
}

smtps_message *smtps_message_new(void)
{
	return smtps_alloc(sizeof(smtps_message));
}

void smtps_part_free(smtps_part *part)
{
	smtps_buf_free(&part->name);
	smtps_buf_free(&part->type);
	smtps_buf_free(&part->cid);
	smtps_content_release(part->content);
	*part = (smtps_part){0};
}

static void free_text(smtps_body_text *text)
{
	smtps_buf_free(&text->octets);
	smtps_buf_free(&text->charset);
	*text = (smtps_body_text){0};
}

void smtps_message_clear_parts(smtps_message *message)
{
	for (size_t i = 0; i < message->part_count; i++) {
		smtps_part_free(&message->parts[i]);
	}
	smtps_free(message->parts);
	message->parts = NULL;
	message->part_count = message->part_cap = 0;
	smtps_message_touch(message);
}

void smtps_message_free(smtps_message *message)
{
	if (!message) {
		return;
	}
	for (int role = 0; role < SMTPS_ROLE_COUNT; role++) {
		smtps_mailbox_list_free(&message->roles[role]);
	}
	smtps_buf_free(&message->subject);
	free_text(&message->text);
	free_text(&message->html);
	free_text(&message->calendar);
	smtps_buf_free(&message->calendar_method);
	smtps_message_clear_parts(message);
	smtps_message_clear_headers(message);
	smtps_buf_free(&message->message_id);
	smtps_buf_free(&message->list_unsubscribe);
	smtps_buf_free(&message->in_reply_to);
	smtps_buf_free(&message->references);
	smtps_buf_free(&message->auto_submitted);
	smtps_buf_free(&message->envelope_sender);
	smtps_mailbox_list_free(&message->envelope_recipients);
	smtps_buf_free(&message->envid);
	smtps_free(message);
}

/* Makes `buf`, a bitwise copy of another message's, a copy of its own. */
static void own_buf(smtps_buf *buf, bool *fine)
{
	smtps_str from = smtps_buf_str(buf);
	smtps_buf made = {0};

	smtps_buf_add_str(&made, from);
	*buf = made;
	*fine = *fine && !made.failed;
}

static void own_list(smtps_mailbox_list *list, bool *fine)
{
	smtps_mailbox_list from = *list;

	*list = (smtps_mailbox_list){0};
	*fine = smtps_mailbox_list_copy(list, &from) && *fine;
}

static void own_parts(smtps_message *copy, bool *fine)
{
	const smtps_part *from = copy->parts;
	size_t count = copy->part_count;

	copy->part_count = copy->part_cap = 0;
	copy->parts = count ? smtps_alloc(count * sizeof *copy->parts) : NULL;
	if (count && !copy->parts) {
		*fine = false;
		return;
	}
	copy->part_cap = count;
	for (size_t i = 0; i < count; i++) {
		smtps_part *part = &copy->parts[copy->part_count++];

		*part = from[i];
		smtps_content_retain(part->content);
		own_buf(&part->name, fine);
		own_buf(&part->type, fine);
		own_buf(&part->cid, fine);
	}
}

static void own_headers(smtps_message *copy, bool *fine)
{
	const smtps_custom_header *from = copy->headers;
	size_t count = copy->header_count;

	copy->header_count = copy->header_cap = 0;
	copy->headers = count ? smtps_alloc(count * sizeof *copy->headers) : NULL;
	if (count && !copy->headers) {
		*fine = false;
		return;
	}
	copy->header_cap = count;
	for (size_t i = 0; i < count; i++) {
		smtps_custom_header *header = &copy->headers[copy->header_count++];

		*header = from[i];
		own_buf(&header->name, fine);
		own_buf(&header->value, fine);
	}
}

/* A bitwise copy, of which every owned thing is then made anew: all of them, so that freeing is safe whatever failed. */
smtps_message *smtps_message_clone(const smtps_message *message)
{
	smtps_message *copy = smtps_message_new();
	smtps_buf *bufs[14];
	size_t count = 0;
	bool fine = true;

	if (!copy) {
		return NULL;
	}
	*copy = *message;
	bufs[count++] = &copy->subject;
	bufs[count++] = &copy->text.octets;
	bufs[count++] = &copy->text.charset;
	bufs[count++] = &copy->html.octets;
	bufs[count++] = &copy->html.charset;
	bufs[count++] = &copy->calendar.octets;
	bufs[count++] = &copy->calendar.charset;
	bufs[count++] = &copy->calendar_method;
	bufs[count++] = &copy->message_id;
	bufs[count++] = &copy->list_unsubscribe;
	bufs[count++] = &copy->in_reply_to;
	bufs[count++] = &copy->references;
	bufs[count++] = &copy->auto_submitted;
	bufs[count++] = &copy->envelope_sender;
	for (size_t i = 0; i < count; i++) {
		own_buf(bufs[i], &fine);
	}
	own_buf(&copy->envid, &fine);
	for (int role = 0; role < SMTPS_ROLE_COUNT; role++) {
		own_list(&copy->roles[role], &fine);
	}
	own_list(&copy->envelope_recipients, &fine);
	own_parts(copy, &fine);
	own_headers(copy, &fine);
	smtps_message_touch(copy);
	if (!fine) {
		smtps_message_free(copy);
		return NULL;
	}
	return copy;
}

/* --- people ---------------------------------------------------------------------------------------------------- */

static bool take_mailbox(smtps_message *message, smtps_role role, smtps_mailbox *mailbox, smtps_error *error)
{
	if (role == SMTPS_SENDER) {
		smtps_mailbox_list_free(&message->roles[role]);
	}
	smtps_message_touch(message);
	return smtps_mailbox_list_take(&message->roles[role], mailbox) ||
		smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
}

bool smtps_message_add_mailbox(smtps_message *message, smtps_role role, smtps_str text, smtps_error *error)
{
	smtps_mailbox mailbox = {0};

	return smtps_mailbox_parse(&mailbox, text, error) ? take_mailbox(message, role, &mailbox, error)
													  : smtps_bad_where(error, role_names[role].setter);
}

bool smtps_message_add_address(
	smtps_message *message, smtps_role role, smtps_str address, smtps_str name, smtps_error *error)
{
	smtps_mailbox mailbox = {0};

	return smtps_mailbox_set(&mailbox, address, name, error)
		? take_mailbox(message, role, &mailbox, error)
		: smtps_bad_where(error, role_names[role].setter);
}

void smtps_message_clear_role(smtps_message *message, smtps_role role)
{
	smtps_mailbox_list_free(&message->roles[role]);
	smtps_message_touch(message);
}

const smtps_mailbox_list *smtps_message_role(const smtps_message *message, smtps_role role)
{
	return &message->roles[role];
}

/* --- texts ----------------------------------------------------------------------------------------------------- */

static bool set_text(
	smtps_message *message, smtps_body_text *place, smtps_str text, smtps_str charset, smtps_error *error)
{
	smtps_body_text made = {.is_set = true};
	smtps_quote quote;

	if (charset.len == 0) {
		charset = SMTPS_STR("utf-8");
	}
	if (charset.len > 40 || !smtps_is_token(charset)) {
		return smtps_bad_message(
			error, "\"%s\" is no name of a charset; write utf-8", smtps_quoted(&quote, charset));
	}
	if (text.data) {
		smtps_buf_add_str(&made.octets, text);
		smtps_buf_add_str(&made.charset, charset);
		if (made.octets.failed || made.charset.failed) {
			free_text(&made);
			return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
		}
	} else {
		made.is_set = false;
	}
	free_text(place);
	*place = made;
	smtps_message_touch(message);
	return true;
}

bool smtps_message_set_text(smtps_message *message, smtps_str text, smtps_str charset, smtps_error *error)
{
	return set_text(message, &message->text, text, charset, error);
}

bool smtps_message_set_html(smtps_message *message, smtps_str html, smtps_str charset, smtps_error *error)
{
	return set_text(message, &message->html, html, charset, error);
}

bool smtps_message_set_calendar(
	smtps_message *message, smtps_str calendar, smtps_str method, bool attach, smtps_error *error)
{
	smtps_quote quote;

	if (method.len > 40 || !smtps_is_token(method)) {
		return smtps_bad_message(error, "calendar: \"%s\" is no method; write REQUEST, CANCEL or REPLY",
			smtps_quoted(&quote, method));
	}
	if (!smtps_buf_replace(&message->calendar_method, method, error)) {
		return false;
	}
	message->calendar_attached = attach;
	return set_text(message, &message->calendar, calendar, (smtps_str){NULL, 0}, error);
}

void smtps_message_set_text_from_html(smtps_message *message, bool wanted)
{
	message->text_from_html = wanted;
	smtps_message_touch(message);
}

bool smtps_message_set_subject(smtps_message *message, smtps_str subject, smtps_error *error)
{
	size_t bad;

	if (subject.len > SMTPS_HEADER_VALUE_MAX) {
		return smtps_bad_message(error, "a subject may have 65536 octets, this one has %zu", subject.len);
	}
	bad = smtps_find_control(subject, false);
	if (bad < subject.len) {
		return smtps_bad_control(error, "the subject", subject, bad);
	}
	if (!smtps_buf_replace(&message->subject, subject, error)) {
		return false;
	}
	message->has_subject = true;
	smtps_message_touch(message);
	return true;
}
