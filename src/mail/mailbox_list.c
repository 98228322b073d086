/*
 * Lists of mailboxes, and the lenient parser for the address lists of mail()'s headers (RFC 5322 3.4, 4.4).
 *
 * One pass over the text with a few flags in place of recursion: what stands between two separators is gathered without
 * comments and folding, then read as one mailbox. Each octet is looked at a bounded number of times.
 */
#include "address.h"

#include <string.h>

#include "address_internal.h"
#include "base/memory.h"
#include "fault.h"

bool smtps_mailbox_list_take(smtps_mailbox_list *list, smtps_mailbox *mailbox)
{
	if (list->count == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 4;
		smtps_mailbox *items = smtps_realloc(list->items, cap * sizeof *items);

		if (!items) {
			smtps_mailbox_free(mailbox);
			return false;
		}
		list->items = items;
		list->cap = cap;
	}
	list->items[list->count++] = *mailbox;
	*mailbox = (smtps_mailbox){0};
	return true;
}

bool smtps_mailbox_list_copy(smtps_mailbox_list *to, const smtps_mailbox_list *from)
{
	smtps_mailbox_list copy = {0};

	for (size_t i = 0; i < from->count; i++) {
		smtps_mailbox mailbox = {0};

		if (!smtps_mailbox_copy(&mailbox, &from->items[i]) || !smtps_mailbox_list_take(&copy, &mailbox)) {
			smtps_mailbox_list_free(&copy);
			return false;
		}
	}
	smtps_mailbox_list_free(to);
	*to = copy;
	return true;
}

void smtps_mailbox_list_free(smtps_mailbox_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		smtps_mailbox_free(&list->items[i]);
	}
	smtps_free(list->items);
	*list = (smtps_mailbox_list){0};
}

typedef struct list_parser {
	smtps_mailbox_list *list;
	smtps_buf element; /* between two separators, comments and folding taken out */
	size_t angle; /* where in it the last `<` outside of quotes stands, plus one; 0: none */
	size_t close; /* where the `>` behind it stands */
	unsigned comment; /* how deep */
	bool quoted, bracket, escaped;
} list_parser;

/* `"a" b` as `a b`; an encoded word stays as it is. */
static void unquoted_phrase(smtps_buf *name, smtps_str phrase)
{
	for (size_t at = 0, used = 1; at < phrase.len; at += used) {
		used = 1;
		if (phrase.data[at] != '"') {
			smtps_buf_add_char(name, phrase.data[at]);
		} else if (!smtps_unquote(name, (smtps_str){phrase.data + at, phrase.len - at}, &used)) {
			return;
		}
	}
}

/* `<@a,@b:c@d>` is c@d (RFC 5321 4.1.1.3: the route is to be ignored). */
static smtps_str without_route(smtps_str address)
{
	smtps_str rest;

	if (address.len && address.data[0] == '@') {
		smtps_str_split(address, ':', &rest);
		return rest.data ? smtps_str_trim(rest) : address;
	}
	return address;
}

static bool end_element(list_parser *parser, smtps_error *error)
{
	smtps_str text = smtps_buf_str(&parser->element);
	smtps_str address = smtps_str_trim(text);
	smtps_mailbox mailbox = {0};
	smtps_buf name = {0};
	bool fine;

	if (parser->angle) {
		size_t end = parser->close ? parser->close : text.len;

		unquoted_phrase(&name, (smtps_str){text.data, parser->angle - 1});
		address = without_route(smtps_str_trim((smtps_str){text.data + parser->angle, end - parser->angle}));
	}
	parser->list->work += text.len;
	if (address.len == 0 && !parser->angle) {
		fine = true;
	} else if (parser->list->count >= SMTPS_ADDRESS_LIST_MAX) {
		fine = smtps_bad_message(error, "a list may hold 10000 addresses");
	} else {
		fine = smtps_mailbox_set(&mailbox, address, smtps_buf_str(&name), error) &&
			(smtps_mailbox_list_take(parser->list, &mailbox) ||
				smtps_fail_memory(error, SMTPS_STAGE_MESSAGE));
	}
	smtps_buf_free(&name);
	smtps_buf_clear(&parser->element);
	parser->angle = parser->close = 0;
	return fine;
}

/* Inside of quotes, brackets and comments; true where the octet was used up. */
static bool inside(list_parser *parser, char octet)
{
	if (parser->comment) {
		if (parser->escaped) {
			parser->escaped = false;
		} else if (octet == '\\') {
			parser->escaped = true;
		} else if (octet == '(') {
			parser->comment++;
		} else if (octet == ')') {
			parser->comment--;
		}
		return true;
	}
	if (parser->quoted) {
		bool was_escaped = parser->escaped;

		parser->escaped = !was_escaped && octet == '\\';
		parser->quoted = was_escaped || octet != '"';
		smtps_buf_add_char(&parser->element, octet);
		return true;
	}
	if (parser->bracket) {
		parser->bracket = octet != ']';
		smtps_buf_add_char(&parser->element, octet);
		return true;
	}
	return false;
}

static bool take_octet(list_parser *parser, char octet, smtps_error *error)
{
	bool route = parser->angle && parser->close == 0;

	if (octet == '\r' || octet == '\n' || octet == '\t') {
		octet = ' '; /* folding: the header's parser lets no other line break through */
	}
	if (inside(parser, octet)) {
		return true;
	}
	switch (octet) {
		case '(': parser->comment = 1; return true;
		case ',':
			if (!route) {
				return end_element(parser, error);
			}
			break;
		case ';': return end_element(parser, error);
		case ':':
			if (!route) { /* the name of a group */
				smtps_buf_clear(&parser->element);
				parser->angle = parser->close = 0;
				return true;
			}
			break;
		case '"': parser->quoted = true; break;
		case '[': parser->bracket = true; break;
		case '<':
			parser->angle = parser->element.len + 1;
			parser->close = 0;
			break;
		case '>': parser->close = parser->element.len; break;
		default: break;
	}
	smtps_buf_add_char(&parser->element, octet);
	return true;
}

bool smtps_mailbox_list_parse(smtps_mailbox_list *list, smtps_str text, smtps_error *error)
{
	list_parser parser = {.list = list};
	bool fine = true;

	for (size_t at = 0; at < text.len && fine; at++) {
		list->work++;
		fine = take_octet(&parser, text.data[at], error);
		/* No mailbox is as long as that: do not gather 10 MB only to refuse it. */
		if (fine && parser.element.len > SMTPS_MAILBOX_TEXT_MAX) {
			smtps_quote quote;

			fine = smtps_bad_message(error, "\"%s\" is far too long for one mailbox of a list",
				smtps_quoted(&quote, smtps_buf_str(&parser.element)));
		}
	}
	if (fine && parser.element.failed) {
		fine = smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	fine = fine && end_element(&parser, error);
	smtps_buf_free(&parser.element);
	return fine;
}
