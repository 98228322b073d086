/*
 * List-Unsubscribe (RFC 2369, 8058) and what goes with the envelope: sender, recipients, DSN (RFC 3461), REQUIRETLS (RFC 8689).
 */
#include "message.h"

#include <string.h>

#include "fault.h"
#include "message_internal.h"

enum { LONGEST_URI = 890 };

static bool check_uri(smtps_str uri, smtps_error *error)
{
	smtps_quote quote;
	bool fine = smtps_str_starts_nocase(uri, SMTPS_STR("https://")) ||
		smtps_str_starts_nocase(uri, SMTPS_STR("http://")) ||
		smtps_str_starts_nocase(uri, SMTPS_STR("mailto:"));

	for (size_t i = 0; fine && i < uri.len; i++) {
		fine = uri.data[i] > ' ' && uri.data[i] < 0x7f && !strchr("<>,\"", uri.data[i]);
	}
	if (!fine || uri.len > LONGEST_URI) {
		return smtps_bad_message(error,
			"listUnsubscribe: \"%s\" is no https: or mailto: URI of at most 890 ASCII characters (commas and spaces as %%2C, %%20)",
			smtps_quoted(&quote, uri));
	}
	return true;
}

bool smtps_message_set_list_unsubscribe(
	smtps_message *message, const smtps_str *uris, size_t count, bool one_click, smtps_error *error)
{
	smtps_buf value = {0};
	bool secure = false, fine = true;

	for (size_t i = 0; i < count && fine; i++) {
		fine = check_uri(uris[i], error);
		secure = secure || smtps_str_starts_nocase(uris[i], SMTPS_STR("https://"));
		smtps_buf_add_text(&value, i ? ", <" : "<");
		smtps_buf_add_str(&value, uris[i]);
		smtps_buf_add_char(&value, '>');
	}
	if (fine && one_click && count && !secure) {
		fine = smtps_bad_message(error, "listUnsubscribe: one click needs an https: URI (RFC 8058)");
	}
	if (fine && value.failed) {
		fine = smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	if (!fine) {
		smtps_buf_free(&value);
		return false;
	}
	smtps_buf_free(&message->list_unsubscribe);
	message->list_unsubscribe = value;
	message->one_click = one_click && count;
	smtps_message_touch(message);
	return true;
}

bool smtps_message_set_envelope_sender(smtps_message *message, smtps_str address, smtps_error *error)
{
	smtps_buf made = {0};
	bool is_utf8 = false, null_sender = smtps_str_equal(address, SMTPS_STR("<>"));

	if (address.len && !null_sender && !smtps_address_normalise(&made, address, &is_utf8, error)) {
		smtps_buf_free(&made);
		return smtps_bad_where(error, "envelope sender");
	}
	smtps_buf_free(&message->envelope_sender);
	message->envelope_sender = made;
	message->envelope_sender_utf8 = is_utf8;
	message->has_envelope_sender = address.len > 0;
	smtps_message_touch(message);
	return true;
}

bool smtps_message_add_envelope_recipient(smtps_message *message, smtps_str address, smtps_error *error)
{
	smtps_mailbox mailbox = {0};

	smtps_message_touch(message);
	if (address.len == 0) {
		smtps_mailbox_list_free(&message->envelope_recipients);
		return true;
	}
	if (!smtps_mailbox_set(&mailbox, address, (smtps_str){NULL, 0}, error)) {
		return smtps_bad_where(error, "envelope recipient");
	}
	return smtps_mailbox_list_take(&message->envelope_recipients, &mailbox) ||
		smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
}

bool smtps_message_set_dsn(
	smtps_message *message, unsigned notify, char ret, smtps_str envid, smtps_error *error)
{
	if ((notify & SMTPS_DSN_NEVER && notify != SMTPS_DSN_NEVER) || notify > 15) {
		return smtps_bad_message(error, "dsn: notify is never, or any of success, failure and delay");
	}
	if (ret && ret != 'F' && ret != 'H') {
		return smtps_bad_message(error, "dsn: ret is full or headers");
	}
	for (size_t i = 0; i < envid.len; i++) {
		if (envid.data[i] < ' ' || envid.data[i] >= 0x7f) {
			return smtps_bad_message(error, "dsn: the envelope id holds printable ASCII only");
		}
	}
	if (envid.len > 100) {
		return smtps_bad_message(
			error, "dsn: an envelope id may have 100 characters, this one has %zu", envid.len);
	}
	if (!smtps_buf_replace(&message->envid, envid, error)) {
		return false;
	}
	message->notify = notify;
	message->ret = ret;
	smtps_message_touch(message);
	return true;
}

void smtps_message_set_require_tls(smtps_message *message, bool wanted)
{
	message->require_tls = wanted;
	smtps_message_touch(message);
}
