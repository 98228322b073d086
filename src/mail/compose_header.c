/*
 * The header block of a composed mail, without MIME's fields.
 */
#include <string.h>

#include "compose_internal.h"
#include "date.h"
#include "fault.h"
#include "field.h"

/* Fields that header() may set and a setter too: not both (case 144). */
static bool check_singles(const smtps_message *message, smtps_error *error)
{
	const struct {
		const char *name, *setter;
		bool is_set;
	} singles[] = {
		{"In-Reply-To", "inReplyTo()", message->in_reply_to.len > 0},
		{"References", "references()", message->references.len > 0 || message->in_reply_to.len > 0},
		{"Auto-Submitted", "autoSubmitted()", message->auto_submitted.len > 0},
		{"X-Priority", "priority()", message->priority > 0},
		{"Importance", "priority()", message->priority > 0},
		{"List-Unsubscribe", "listUnsubscribe()", message->list_unsubscribe.len > 0},
		{"List-Unsubscribe-Post", "listUnsubscribe()", message->one_click},
	};

	for (size_t i = 0; i < sizeof singles / sizeof singles[0]; i++) {
		if (singles[i].is_set && smtps_message_count_header(message, smtps_str_of(singles[i].name))) {
			return smtps_bad_message(
				error, "%s is set twice, by %s and by header()", singles[i].name, singles[i].setter);
		}
	}
	return true;
}

static void add_if_any(smtps_buf *out, smtps_role role, const smtps_mailbox_list *list)
{
	if (list->count) {
		smtps_header_mailboxes(out, smtps_role_field(role), list);
	}
}

/* RFC 5322 3.6.2: several authors need a Sender. */
static void add_people(smtps_buf *out, const smtps_message *message, const smtps_authors *authors)
{
	smtps_mailbox_list first = {.items = authors->from.items, .count = 1};
	const smtps_mailbox_list *sender = &message->roles[SMTPS_SENDER];

	smtps_header_mailboxes(out, SMTPS_STR("From"), &authors->from);
	if (sender->count && !authors->forced) {
		smtps_header_mailboxes(out, SMTPS_STR("Sender"), sender);
	} else if (authors->from.count > 1) {
		smtps_header_mailboxes(out, SMTPS_STR("Sender"), &first);
	}
	add_if_any(out, SMTPS_REPLY_TO, &authors->reply_to);
	add_if_any(out, SMTPS_TO, &message->roles[SMTPS_TO]);
	add_if_any(out, SMTPS_CC, &message->roles[SMTPS_CC]);
	if (!message->roles[SMTPS_TO].count && !message->roles[SMTPS_CC].count) {
		/* Some receivers hold a mail without To for junk. */
		smtps_header_tokens(out, SMTPS_STR("To"), SMTPS_STR("undisclosed-recipients:;"));
	}
}

static void add_token_field(smtps_buf *out, smtps_str name, const smtps_buf *value)
{
	if (value->len) {
		smtps_header_tokens(out, name, smtps_buf_str(value));
	}
}

static void add_thread(smtps_buf *out, const smtps_message *message)
{
	add_token_field(out, SMTPS_STR("In-Reply-To"), &message->in_reply_to);
	add_token_field(
		out, SMTPS_STR("References"), message->references.len ? &message->references : &message->in_reply_to);
}

static void add_marks(smtps_buf *out, const smtps_message *message)
{
	static const char *const priorities[][2] = {{"1 (Highest)", "high"}, {"2 (High)", "high"},
		{"3 (Normal)", "normal"}, {"4 (Low)", "low"}, {"5 (Lowest)", "low"}};

	if (message->priority) {
		smtps_header_tokens(out, SMTPS_STR("X-Priority"), smtps_str_of(priorities[message->priority - 1][0]));
		smtps_header_tokens(out, SMTPS_STR("Importance"), smtps_str_of(priorities[message->priority - 1][1]));
	}
	add_token_field(out, SMTPS_STR("Auto-Submitted"), &message->auto_submitted);
	add_token_field(out, SMTPS_STR("List-Unsubscribe"), &message->list_unsubscribe);
	if (message->one_click) {
		smtps_header_tokens(out, SMTPS_STR("List-Unsubscribe-Post"), SMTPS_STR("List-Unsubscribe=One-Click"));
	}
}

static void add_custom(smtps_buf *out, const smtps_message *message)
{
	for (size_t i = 0; i < message->header_count; i++) {
		const smtps_custom_header *header = &message->headers[i];

		if (header->structured) {
			smtps_header_tokens(out, smtps_buf_str(&header->name), smtps_buf_str(&header->value));
		} else {
			smtps_header_text(out, smtps_buf_str(&header->name), smtps_buf_str(&header->value));
		}
	}
}

bool smtps_compose_header(smtps_buf *out, const smtps_message *message, const smtps_authors *authors,
	const smtps_composed *composed, smtps_str original_recipients, smtps_error *error)
{
	smtps_buf value = {0};

	if (!check_singles(message, error)) {
		return false;
	}
	smtps_date_add(&value, message->fixed.date, message->fixed.zone_minutes);
	smtps_header_tokens(out, SMTPS_STR("Date"), smtps_buf_str(&value));
	smtps_buf_clear(&value);
	smtps_buf_add_char(&value, '<');
	smtps_buf_add_str(&value, smtps_buf_str(&composed->message_id));
	smtps_buf_add_char(&value, '>');
	smtps_header_tokens(out, SMTPS_STR("Message-ID"), smtps_buf_str(&value));
	out->failed = out->failed || value.failed;
	smtps_buf_free(&value);
	add_people(out, message, authors);
	if (message->has_subject) {
		smtps_header_text(out, SMTPS_STR("Subject"), smtps_buf_str(&message->subject));
	}
	add_thread(out, message);
	add_marks(out, message);
	add_custom(out, message);
	if (original_recipients.len) {
		smtps_header_text(out, SMTPS_STR("X-Original-To"), original_recipients);
	}
	return true;
}
