/*
 * Encoded words (RFC 2047): charset UTF-8, Q or B, whichever is shorter for the text; split between characters only.
 *
 * Q writes as they are only what 5(3) allows in a phrase too, so that one form serves subjects and names.
 */
#include "field.h"

#include <string.h>

#include "base/text.h"

static const char q_prefix[] = "=?utf-8?Q?";
static const char b_prefix[] = "=?utf-8?B?";

enum { AROUND = sizeof q_prefix - 1 + 2, SHORTEST_WORTHWHILE = 32 };

static bool stands_for_itself(char octet)
{
	return smtps_is_alnum(octet) || octet == '!' || octet == '*' || octet == '+' || octet == '-' ||
		octet == '/';
}

static size_t q_cost(smtps_str text)
{
	size_t cost = 0;

	for (size_t i = 0; i < text.len; i++) {
		cost += stands_for_itself(text.data[i]) || text.data[i] == ' ' ? 1 : 3;
	}
	return cost;
}

/* Where to end a word rather than at `taken`: behind the last blank of its second half. Some readers put a blank between encoded
 * words, and there it does no harm. */
static size_t behind_blank(smtps_str text, size_t taken)
{
	for (size_t at = taken; at > taken / 2; at--) {
		if (text.data[at - 1] == ' ') {
			return at;
		}
	}
	return taken;
}

/* How much of `text` fits into `room` octets of payload, whole characters only. */
static size_t fitting(smtps_str text, size_t room, bool use_q)
{
	size_t taken = 0, cost = 0;

	while (taken < text.len) {
		size_t length = smtps_utf8_length(text, taken);

		length = length ? length : 1;
		cost = use_q ? cost + q_cost((smtps_str){text.data + taken, length}) : (taken + length + 2) / 3 * 4;
		if (cost > room) {
			break;
		}
		taken += length;
	}
	return taken < text.len ? behind_blank(text, taken) : taken;
}

static void add_q(smtps_buf *out, smtps_str text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.len; i++) {
		unsigned char octet = (unsigned char)text.data[i];

		if (stands_for_itself(text.data[i])) {
			smtps_buf_add_char(out, text.data[i]);
		} else if (octet == ' ') {
			smtps_buf_add_char(out, '_');
		} else {
			char escaped[3] = {'=', digits[octet >> 4], digits[octet & 15]};

			smtps_buf_add(out, escaped, sizeof escaped);
		}
	}
}

/* Appends one encoded word. */
static void add_encoded_word(smtps_field *field, smtps_str piece, bool use_q)
{
	smtps_buf word = {0};

	smtps_buf_add_text(&word, use_q ? q_prefix : b_prefix);
	if (use_q) {
		add_q(&word, piece);
	} else {
		smtps_base64_encode(&word, piece);
	}
	smtps_buf_add_text(&word, "?=");
	field->out->failed = field->out->failed || word.failed;
	field->empty = false; /* never over the column, not even behind a long name */
	smtps_field_word(field, smtps_buf_str(&word));
	smtps_buf_free(&word);
}

/* What of `text` the next encoded word holds: what fits behind the column; a whole line's worth where that would cut a word. The
 * line of the name is not left empty, though: some readers keep the blank of such a fold. */
static size_t next_piece(const smtps_field *field, smtps_str text, bool use_q)
{
	size_t whole = fitting(text, SMTPS_ENCODED_WORD_MAX - AROUND, use_q), here;

	if (field->column + 1 + SHORTEST_WORTHWHILE > SMTPS_FOLD_COLUMN) {
		return whole;
	}
	here = fitting(text, SMTPS_FOLD_COLUMN - field->column - 1 - AROUND, use_q);
	return field->empty || here == text.len || (here && text.data[here - 1] == ' ') ? here : whole;
}

void smtps_field_encoded(smtps_field *field, smtps_str text)
{
	bool use_q = q_cost(text) <= (text.len + 2) / 3 * 4;

	while (text.len && !field->out->failed) {
		size_t taken = next_piece(field, text, use_q);

		if (taken == 0) { /* cannot be: a character always fits */
			field->out->failed = true;
			return;
		}
		add_encoded_word(field, (smtps_str){text.data, taken}, use_q);
		text = (smtps_str){text.data + taken, text.len - taken};
	}
}
