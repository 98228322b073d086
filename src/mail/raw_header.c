/*
 * The header block of a raw message: fields removed (Bcc, Resent-Bcc, Return-Path), host policy applied, missing fields added.
 *
 * A block that breaks the rules passes as it is: only lines that begin like the fields named here are taken out, wherever in
 * the block they stand, with the folded lines that follow them.
 */
#include <string.h>

#include "compose_internal.h"
#include "date.h"
#include "fault.h"
#include "field.h"
#include "raw_internal.h"

static const char *const removed[] = {"Bcc", "Resent-Bcc", "Return-Path"};

smtps_str smtps_domain_of(smtps_str address)
{
	size_t at = address.len;

	while (at > 0 && address.data[at - 1] != '@') {
		at--;
	}
	return at ? (smtps_str){address.data + at, address.len - at} : (smtps_str){"", 0};
}

/* Octets of the field at the start of `block`, folded lines included. */
static size_t field_length(smtps_str block)
{
	size_t at = 0;

	do {
		at += smtps_str_find((smtps_str){block.data + at, block.len - at}, '\n');
		at += at < block.len;
	} while (at < block.len && (block.data[at] == ' ' || block.data[at] == '\t'));
	return at;
}

/* The field's name, blanks before its colon dropped (obs-optional of RFC 5322 4.5.8); empty where there is none. */
static smtps_str name_of(smtps_str field)
{
	size_t colon = smtps_str_find(field, ':');

	return colon < field.len ? smtps_str_trim((smtps_str){field.data, colon}) : (smtps_str){"", 0};
}

static smtps_str value_of(smtps_str field)
{
	size_t colon = smtps_str_find(field, ':');

	return smtps_str_trim((smtps_str){field.data + colon + 1, field.len - colon - 1});
}

static bool is_removed(smtps_str name)
{
	for (size_t i = 0; i < sizeof removed / sizeof removed[0]; i++) {
		if (smtps_str_equal_nocase(name, smtps_str_of(removed[i]))) {
			return true;
		}
	}
	return false;
}

typedef struct seen {
	bool date, message_id;
	smtps_mailbox_list from, reply_to, sender;
} seen;

/* An address list that cannot be read is passed on; what it says is then not known. */
static void note_list(smtps_mailbox_list *list, smtps_str value)
{
	smtps_error ignored = {0};

	if (list->count == 0 && !smtps_mailbox_list_parse(list, value, &ignored)) {
		smtps_mailbox_list_free(list);
	}
	smtps_error_free(&ignored);
}

static void note_id(smtps_raw *raw, smtps_str value)
{
	size_t open = smtps_str_find(value, '<');
	smtps_str id = open < value.len ? (smtps_str){value.data + open + 1, value.len - open - 1} : value;

	id.len = smtps_str_find(id, '>');
	id = smtps_str_trim(id);
	if (id.len <= SMTPS_MESSAGE_ID_MAX && smtps_find_control(id, true) == id.len) {
		smtps_buf_clear(&raw->message_id);
		smtps_buf_add_str(&raw->message_id, id);
	}
}

static void note(smtps_raw *raw, seen *have, smtps_str name, smtps_str field)
{
	if (smtps_str_equal_nocase(name, SMTPS_STR("From"))) {
		note_list(&have->from, value_of(field));
	} else if (smtps_str_equal_nocase(name, SMTPS_STR("Reply-To"))) {
		note_list(&have->reply_to, value_of(field));
	} else if (smtps_str_equal_nocase(name, SMTPS_STR("Sender"))) {
		note_list(&have->sender, value_of(field));
	} else if (smtps_str_equal_nocase(name, SMTPS_STR("Date"))) {
		have->date = true;
	} else if (smtps_str_equal_nocase(name, SMTPS_STR("Message-ID"))) {
		if (!have->message_id) {
			note_id(raw, value_of(field));
		}
		have->message_id = true;
	}
}

/* Whether policy takes this field out to write it anew on top. */
static bool is_replaced(const smtps_authors *authors, smtps_str name)
{
	return authors->forced &&
		(smtps_str_equal_nocase(name, SMTPS_STR("From")) ||
			smtps_str_equal_nocase(name, SMTPS_STR("Sender")) ||
			smtps_str_equal_nocase(name, SMTPS_STR("Reply-To")));
}

static void copy_fields(smtps_raw *raw, const smtps_authors *authors)
{
	smtps_str rest = {raw->held.data, raw->scanned};

	while (rest.len) {
		smtps_str field = {rest.data, field_length(rest)};
		smtps_str name = name_of(field);

		if (!is_removed(name) && !is_replaced(authors, name)) {
			smtps_buf_add_str(&raw->header, field);
		}
		rest = (smtps_str){rest.data + field.len, rest.len - field.len};
	}
}

static bool add_missing(smtps_raw *raw, const seen *have, smtps_str domain, smtps_error *error)
{
	char seed[SMTPS_SEED_LENGTH + 1];
	smtps_buf value = {0};

	if (!have->date) {
		smtps_date_add(&value, raw->options.compose.now, raw->options.compose.zone_minutes);
		smtps_header_tokens(&raw->header, SMTPS_STR("Date"), smtps_buf_str(&value));
	}
	if (!have->message_id) {
		if (!smtps_seed(seed, error)) {
			smtps_buf_free(&value);
			return false;
		}
		smtps_buf_clear(&raw->message_id);
		smtps_buf_printf(&raw->message_id, "%s@%.*s", seed, (int)(domain.len ? domain.len : 7),
			domain.len ? domain.data : "invalid");
		smtps_buf_clear(&value);
		smtps_buf_printf(&value, "<%.*s>", (int)raw->message_id.len, smtps_buf_str(&raw->message_id).data);
		smtps_header_tokens(&raw->header, SMTPS_STR("Message-ID"), smtps_buf_str(&value));
	}
	raw->header.failed = raw->header.failed || value.failed;
	smtps_buf_free(&value);
	return true;
}

static void read_fields(smtps_raw *raw, seen *have)
{
	smtps_str rest = {raw->held.data, raw->scanned};

	while (rest.len) {
		smtps_str field = {rest.data, field_length(rest)};

		note(raw, have, name_of(field), field);
		rest = (smtps_str){rest.data + field.len, rest.len - field.len};
	}
}

/* Policy where it can change anything: a From to fill in or to replace. */
static bool decide(smtps_raw *raw, const seen *have, smtps_authors *authors, smtps_error *error)
{
	const smtps_compose_options *policy = &raw->options.compose;
	bool fills = raw->options.add_missing && have->from.count == 0 && policy->from.len > 0;

	if (policy->force_from == SMTPS_FORCE_NEVER && !fills) {
		return true;
	}
	if (!smtps_authors_decide(authors, &have->from, &have->reply_to, policy, error)) {
		return false;
	}
	/* A From that cannot be read is no way around the policy. */
	authors->forced = authors->forced || have->from.count == 0;
	if (authors->forced) {
		smtps_header_mailboxes(&raw->header, SMTPS_STR("From"), &authors->from);
		if (authors->reply_to.count) {
			smtps_header_mailboxes(&raw->header, SMTPS_STR("Reply-To"), &authors->reply_to);
		}
	}
	return true;
}

bool smtps_raw_rewrite_header(smtps_raw *raw, smtps_error *error)
{
	seen have = {0};
	smtps_authors authors = {0};
	const smtps_mailbox_list *from = &have.from;
	bool fine;

	read_fields(raw, &have);
	fine = decide(raw, &have, &authors, error);
	from = authors.forced ? &authors.from : from;
	if (from->count) {
		smtps_buf_add_str(&raw->from, smtps_buf_str(&from->items[0].address));
	}
	if (have.sender.count && !authors.forced) {
		smtps_buf_add_str(&raw->sender, smtps_buf_str(&have.sender.items[0].address));
	}
	if (fine && raw->options.add_missing) {
		fine = add_missing(raw, &have, smtps_domain_of(smtps_buf_str(&raw->from)), error);
	}
	if (fine) {
		if (raw->options.original_to.len) {
			smtps_header_text(&raw->header, SMTPS_STR("X-Original-To"), raw->options.original_to);
		}
		copy_fields(raw, &authors);
	}
	smtps_mailbox_list_free(&have.from);
	smtps_mailbox_list_free(&have.reply_to);
	smtps_mailbox_list_free(&have.sender);
	smtps_authors_free(&authors);
	return fine;
}
