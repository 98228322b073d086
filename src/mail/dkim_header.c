/*
 * Which fields are signed, and their relaxed form (RFC 6376 3.4.2, 5.4).
 *
 * A name stands in h= once for each field of that name and once more (oversigned), fields are taken from the bottom up
 * (5.4.2). What the name finds no field for adds nothing to the digest, and so cannot be added by others.
 */
#include "dkim_internal.h"

#include <string.h>

#include "base/memory.h"

static const char usual_names[] =
	"From:To:Cc:Subject:Reply-To:Date:Message-ID:MIME-Version:Content-Type:Content-Transfer-Encoding:In-Reply-To:"
	"References:List-Unsubscribe:List-Unsubscribe-Post";

/* Signed once and only if there: servers add them to mails that have none, or rewrite them. */
static bool is_id_field(smtps_str name)
{
	return smtps_str_equal_nocase(name, SMTPS_STR("Date")) ||
		smtps_str_equal_nocase(name, SMTPS_STR("Message-ID"));
}

size_t smtps_header_length(smtps_str mail)
{
	const char *at = mail.data, *end = mail.data + mail.len;

	while (at < end && !(at + 1 < end && at[0] == '\r' && at[1] == '\n')) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));

		at = lf ? lf + 1 : end;
	}
	return (size_t)(at - mail.data);
}

/* The field at the start of `header` with its folded lines. */
static smtps_str first_field(smtps_str header)
{
	size_t at = 0;

	do {
		at += smtps_str_find((smtps_str){header.data + at, header.len - at}, '\n');
		at += at < header.len;
	} while (at < header.len && (header.data[at] == ' ' || header.data[at] == '\t'));
	return (smtps_str){header.data, at};
}

static smtps_str field_name(smtps_str field)
{
	return smtps_str_trim((smtps_str){field.data, smtps_str_find(field, ':')});
}

static bool is_blank(char octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n';
}

void smtps_dkim_relaxed_field(smtps_buf *out, smtps_str field)
{
	smtps_str name = field_name(field);
	size_t at = smtps_str_find(field, ':');
	bool space = false, begun = false;

	for (size_t i = 0; i < name.len; i++) {
		smtps_buf_add_char(out, smtps_lower(name.data[i]));
	}
	smtps_buf_add_char(out, ':');
	for (at++; at < field.len; at++) {
		if (is_blank(field.data[at])) {
			space = begun;
			continue;
		}
		if (space) {
			smtps_buf_add_char(out, ' ');
		}
		smtps_buf_add_char(out, field.data[at]);
		space = false;
		begun = true;
	}
	smtps_buf_add_text(out, "\r\n");
}

typedef struct field_list {
	smtps_str *items;
	size_t count;
} field_list;

static bool split_header(field_list *list, smtps_str header)
{
	size_t lines = 1;

	for (size_t i = 0; i < header.len; i++) {
		lines += header.data[i] == '\n';
	}
	list->items = smtps_alloc(lines * sizeof *list->items);
	if (!list->items) {
		return false;
	}
	while (header.len) {
		smtps_str field = first_field(header);

		list->items[list->count++] = field;
		header = (smtps_str){header.data + field.len, header.len - field.len};
	}
	return true;
}

static void add_name(smtps_buf *names, smtps_str name)
{
	smtps_buf_add_text(names, names->len ? ":" : "");
	smtps_buf_add_str(names, name);
}

bool smtps_dkim_select(
	const smtps_dkim *dkim, smtps_str header, bool skip_ids, smtps_buf *names, smtps_buf *data)
{
	smtps_str rest = dkim->names.len ? smtps_buf_str(&dkim->names) : smtps_str_of(usual_names);
	field_list fields = {0};

	if (!split_header(&fields, header)) {
		return false;
	}
	while (rest.data) {
		smtps_str name = smtps_str_split(rest, ':', &rest);
		bool once = is_id_field(name), found = false;

		if (once && skip_ids) {
			continue;
		}
		for (size_t i = fields.count; i > 0 && !(once && found); i--) {
			if (smtps_str_equal_nocase(field_name(fields.items[i - 1]), name)) {
				smtps_dkim_relaxed_field(data, fields.items[i - 1]);
				add_name(names, name);
				found = true;
			}
		}
		if (!once) {
			add_name(names, name);
		}
	}
	smtps_free(fields.items);
	return !names->failed && !data->failed;
}
