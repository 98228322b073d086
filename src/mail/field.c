/*
 * Fields, words and folding; see field.h.
 */
#include "field.h"

#include <string.h>

#include "address_internal.h"
#include "base/text.h"

enum {
	LONGEST_PLAIN_WORD = 900, /* longer ones become encoded words, so that no line passes 998 */
	LONGEST_ATOM = 70 /* of a display name */
};

void smtps_field_begin(smtps_field *field, smtps_buf *out, smtps_str name)
{
	*field = (smtps_field){.out = out, .column = name.len + 1, .empty = true};
	smtps_buf_add_str(out, name);
	smtps_buf_add_char(out, ':');
}

static void space_or_fold(smtps_field *field, bool fold)
{
	if (fold) {
		smtps_buf_add_text(field->out, "\r\n");
		field->column = 0;
	}
	smtps_buf_add_char(field->out, ' ');
	field->column++;
	field->empty = false;
}

static void put(smtps_field *field, smtps_str text)
{
	smtps_buf_add_str(field->out, text);
	field->column += text.len;
}

/* The first word stays on the line of the name: some readers take an empty first line for an empty field. */
void smtps_field_word(smtps_field *field, smtps_str word)
{
	size_t limit = field->empty ? LONGEST_PLAIN_WORD : SMTPS_FOLD_COLUMN;

	space_or_fold(field, field->column + 1 + word.len > limit);
	put(field, word);
}

void smtps_field_end(smtps_field *field)
{
	smtps_buf_add_text(field->out, "\r\n");
}

void smtps_field_tokens(smtps_field *field, smtps_str text)
{
	while (text.data) {
		smtps_field_word(field, smtps_str_split(text, ' ', &text));
	}
}

static bool holds_encoded_word(smtps_str text)
{
	for (size_t i = 0; i + 1 < text.len; i++) {
		if (text.data[i] == '=' && text.data[i + 1] == '?') {
			return true;
		}
	}
	return false;
}

/* Whether a word can stand in an unstructured field as it is. */
static bool is_plain_word(smtps_str word)
{
	return word.len > 0 && word.len <= LONGEST_PLAIN_WORD && smtps_is_ascii(word) &&
		smtps_str_find(word, '\t') == word.len && !holds_encoded_word(word);
}

/* End of the word that starts at `at`. */
static size_t word_end(smtps_str text, size_t at)
{
	return at + smtps_str_find((smtps_str){text.data + at, text.len - at}, ' ');
}

/*
 * Whether the word at `at` must be encoded: for itself, or because an empty word (a second space, or one at either end) is
 * beside it, which would not survive unfolding by every reader.
 */
static bool must_encode(smtps_str text, size_t at)
{
	size_t end = word_end(text, at);
	bool empty_before = at >= 1 && (at == 1 || text.data[at - 2] == ' ');
	bool empty_behind = end < text.len && (end + 1 == text.len || text.data[end + 1] == ' ');

	return empty_before || empty_behind || !is_plain_word((smtps_str){text.data + at, end - at});
}

void smtps_field_text(smtps_field *field, smtps_str text)
{
	size_t at = 0;

	while (text.len && at <= text.len) {
		size_t end = word_end(text, at);

		if (!must_encode(text, at)) {
			smtps_field_word(field, (smtps_str){text.data + at, end - at});
		} else {
			while (end < text.len && must_encode(text, end + 1)) {
				end = word_end(text, end + 1);
			}
			smtps_field_encoded(field, (smtps_str){text.data + at, end - at});
		}
		at = end + 1;
	}
}

/* Whether a name can stand as atoms: ASCII atext parted by single spaces. */
static bool is_phrase(smtps_str name)
{
	size_t word = 0;

	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] == ' ') {
			if (word == 0) {
				return false;
			}
			word = 0;
		} else if (!smtps_is_atext(name.data[i]) || ++word > LONGEST_ATOM) {
			return false;
		}
	}
	return word > 0;
}

static void add_name(smtps_field *field, smtps_str name)
{
	smtps_buf quoted = {0};

	if (!smtps_is_ascii(name) || holds_encoded_word(name)) {
		smtps_field_encoded(field, name);
		return;
	}
	if (is_phrase(name)) {
		smtps_field_tokens(field, name);
		return;
	}
	smtps_buf_add_char(&quoted, '"');
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] == '"' || name.data[i] == '\\') {
			smtps_buf_add_char(&quoted, '\\');
		}
		smtps_buf_add_char(&quoted, name.data[i]);
	}
	smtps_buf_add_char(&quoted, '"');
	if (quoted.failed) {
		field->out->failed = true;
	} else if (quoted.len > LONGEST_ATOM) {
		smtps_field_encoded(field, name); /* a quoted string is not folded */
	} else {
		smtps_field_word(field, smtps_buf_str(&quoted));
	}
	smtps_buf_free(&quoted);
}

void smtps_field_mailboxes(smtps_field *field, const smtps_mailbox_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const smtps_mailbox *mailbox = &list->items[i];
		smtps_buf word = {0};
		bool named = mailbox->name.len > 0;

		if (named) {
			add_name(field, smtps_buf_str(&mailbox->name));
		}
		smtps_buf_add_text(&word, named ? "<" : "");
		smtps_buf_add_str(&word, smtps_buf_str(&mailbox->address));
		smtps_buf_add_text(&word, named ? ">" : "");
		smtps_buf_add_text(&word, i + 1 < list->count ? "," : "");
		field->out->failed = field->out->failed || word.failed;
		smtps_field_word(field, smtps_buf_str(&word));
		smtps_buf_free(&word);
	}
}

void smtps_header_tokens(smtps_buf *out, smtps_str name, smtps_str value)
{
	smtps_field field;

	smtps_field_begin(&field, out, name);
	smtps_field_tokens(&field, value);
	smtps_field_end(&field);
}

void smtps_header_text(smtps_buf *out, smtps_str name, smtps_str value)
{
	smtps_field field;

	smtps_field_begin(&field, out, name);
	smtps_field_text(&field, value);
	smtps_field_end(&field);
}

void smtps_header_mailboxes(smtps_buf *out, smtps_str name, const smtps_mailbox_list *list)
{
	smtps_field field;

	smtps_field_begin(&field, out, name);
	smtps_field_mailboxes(&field, list);
	smtps_field_end(&field);
}
