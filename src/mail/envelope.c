/*
 * The envelope of a mail: sender, and recipients without duplicates (RFC 5321 3.3; case 165).
 *
 * Duplicates are found by an open hash table over the normalised addresses, its hash keyed at random, so that a million recipients
 * cost a million steps whoever chose them.
 */
#include <string.h>

#include "base/crypto.h"
#include "base/memory.h"
#include "base/text.h"
#include "compose_internal.h"
#include "fault.h"

enum { FEW = 8 }; /* so many are compared one by one, without an index */

static uint64_t hash_of(uint64_t key, smtps_str text)
{
	uint64_t hash = key;

	for (size_t i = 0; i < text.len; i++) {
		hash = (hash ^ (unsigned char)text.data[i]) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 29;
	}
	return hash ^ hash >> 32;
}

/* The place of `address` in the index: of its entry, or the empty one where it belongs. */
static size_t place_of(const smtps_composed *composed, smtps_str address)
{
	size_t mask = composed->recipient_index_cap - 1,
		   at = (size_t)hash_of(composed->recipient_key, address) & mask;

	while (composed->recipient_index[at] &&
		!smtps_str_equal(
			smtps_buf_str(&composed->recipients[composed->recipient_index[at] - 1].address), address)) {
		at = (at + 1) & mask;
	}
	return at;
}

static bool index_all(smtps_composed *composed, size_t cap)
{
	uint32_t *index;

	if (!composed->recipient_index &&
		!smtps_random((unsigned char *)&composed->recipient_key, sizeof composed->recipient_key)) {
		return false;
	}
	index = smtps_alloc(cap * sizeof *index);
	if (!index) {
		return false;
	}
	smtps_free(composed->recipient_index);
	composed->recipient_index = index;
	composed->recipient_index_cap = cap;
	for (size_t i = 0; i < composed->recipient_count; i++) {
		index[place_of(composed, smtps_buf_str(&composed->recipients[i].address))] = (uint32_t)(i + 1);
	}
	return true;
}

/* Room for one more in list and index. */
static bool grow(smtps_composed *composed)
{
	size_t cap = composed->recipient_cap ? composed->recipient_cap * 2 : FEW;
	smtps_envelope_recipient *recipients;

	if (composed->recipient_count < composed->recipient_cap) {
		return true;
	}
	if (cap > UINT32_MAX / 4) {
		return false;
	}
	recipients = smtps_realloc(composed->recipients, cap * sizeof *recipients);
	if (!recipients) {
		return false;
	}
	composed->recipients = recipients;
	if (cap > FEW && !index_all(composed, cap * 2)) {
		return false;
	}
	composed->recipient_cap = cap;
	return true;
}

static bool is_known(const smtps_composed *composed, smtps_str address)
{
	if (composed->recipient_index) {
		return composed->recipient_index[place_of(composed, address)] != 0;
	}
	for (size_t i = 0; i < composed->recipient_count; i++) {
		if (smtps_str_equal(smtps_buf_str(&composed->recipients[i].address), address)) {
			return true;
		}
	}
	return false;
}

/* Takes `address`, which is normalised. */
static bool take_recipient(smtps_composed *composed, smtps_buf *address, bool is_utf8, smtps_error *error)
{
	size_t count = composed->recipient_count;

	if (address->failed || !grow(composed)) {
		smtps_buf_free(address);
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	if (is_known(composed, smtps_buf_str(address))) {
		smtps_buf_free(address);
		return true;
	}
	if (composed->recipient_index) {
		composed->recipient_index[place_of(composed, smtps_buf_str(address))] = (uint32_t)(count + 1);
	}
	composed->recipients[count] = (smtps_envelope_recipient){.address = *address, .is_utf8 = is_utf8};
	composed->recipient_count++;
	composed->is_utf8 = composed->is_utf8 || is_utf8;
	return true;
}

static bool add_list(smtps_composed *out, const smtps_mailbox_list *list, smtps_error *error)
{
	for (size_t i = 0; i < list->count; i++) {
		smtps_buf address = {0};

		smtps_buf_add_str(&address, smtps_buf_str(&list->items[i].address));
		if (!take_recipient(out, &address, list->items[i].is_utf8, error)) {
			return false;
		}
	}
	return true;
}

bool smtps_composed_add_recipient(smtps_composed *composed, smtps_str address, smtps_error *error)
{
	smtps_buf normal = {0};
	bool is_utf8 = false;

	if (!smtps_address_normalise(&normal, address, &is_utf8, error)) {
		smtps_buf_free(&normal);
		return smtps_bad_where(error, "recipient");
	}
	return take_recipient(composed, &normal, is_utf8, error);
}

bool smtps_composed_set_sender(smtps_composed *composed, smtps_str address, smtps_error *error)
{
	smtps_buf normal = {0};
	bool is_utf8 = false;

	if (address.len && !smtps_str_equal(address, SMTPS_STR("<>")) &&
		!smtps_address_normalise(&normal, address, &is_utf8, error)) {
		smtps_buf_free(&normal);
		return smtps_bad_where(error, "sender");
	}
	smtps_buf_free(&composed->sender);
	composed->sender = normal;
	composed->is_utf8 = composed->is_utf8 || is_utf8;
	return true;
}

bool smtps_redirect(smtps_composed *composed, smtps_str redirect_to, smtps_error *error)
{
	smtps_str rest = redirect_to;

	for (size_t i = 0; i < composed->recipient_count; i++) {
		smtps_buf_free(&composed->recipients[i].address);
	}
	composed->recipient_count = 0;
	if (composed->recipient_index) {
		memset(
			composed->recipient_index, 0, composed->recipient_index_cap * sizeof *composed->recipient_index);
	}
	while (rest.data) {
		smtps_str address = smtps_str_trim(smtps_str_split(rest, ',', &rest));

		if (address.len && !smtps_composed_add_recipient(composed, address, error)) {
			return smtps_bad_where(error, "the option redirect_to");
		}
	}
	return true;
}

void smtps_recipients_text(smtps_buf *out, const smtps_composed *composed)
{
	enum { NAMED = 100 };

	for (size_t i = 0; i < composed->recipient_count && i < NAMED; i++) {
		smtps_buf_add_text(out, i ? ", " : "");
		smtps_buf_add_str(out, smtps_buf_str(&composed->recipients[i].address));
	}
	if (composed->recipient_count > NAMED) {
		smtps_buf_printf(out, ", and %zu more", composed->recipient_count - NAMED);
	}
}

static bool choose_sender(const smtps_message *message, const smtps_authors *authors,
	const smtps_compose_options *options, smtps_composed *out, smtps_error *error)
{
	const smtps_mailbox *chosen = &authors->from.items[0];

	if (message->has_envelope_sender) {
		out->is_utf8 = out->is_utf8 || message->envelope_sender_utf8;
		smtps_buf_add_str(&out->sender, smtps_buf_str(&message->envelope_sender));
		return true;
	}
	if (options->envelope_from.len) {
		return smtps_composed_set_sender(out, options->envelope_from, error) ||
			smtps_bad_where(error, "the option envelope_from");
	}
	if (message->roles[SMTPS_SENDER].count && !authors->forced) {
		chosen = &message->roles[SMTPS_SENDER].items[0];
	}
	out->is_utf8 = out->is_utf8 || chosen->is_utf8;
	smtps_buf_add_str(&out->sender, smtps_buf_str(&chosen->address));
	return true;
}

bool smtps_compose_envelope(const smtps_message *message, const smtps_authors *authors,
	const smtps_compose_options *options, smtps_composed *out, smtps_error *error)
{
	bool fine = choose_sender(message, authors, options, out, error);

	if (fine && message->envelope_recipients.count) {
		fine = add_list(out, &message->envelope_recipients, error);
	} else if (fine) {
		fine = add_list(out, &message->roles[SMTPS_TO], error) &&
			add_list(out, &message->roles[SMTPS_CC], error) &&
			add_list(out, &message->roles[SMTPS_BCC], error);
	}
	if (fine && out->recipient_count == 0) {
		fine = smtps_bad_message(error, "it has no recipient; call to(), cc() or bcc()");
	}
	return fine && (!out->sender.failed || smtps_fail_memory(error, SMTPS_STAGE_MESSAGE));
}
