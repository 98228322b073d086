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
	return taken;
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

void smtps_field_encoded(smtps_field *field, smtps_str text)
{
	bool use_q = q_cost(text) <= (text.len + 2) / 3 * 4;

	while (text.len) {
		size_t used = field->column + 1;
		size_t room = used + SHORTEST_WORTHWHILE <= SMTPS_FOLD_COLUMN ? SMTPS_FOLD_COLUMN - used
																	  : SMTPS_ENCODED_WORD_MAX;
		smtps_buf word = {0};
		size_t taken =
			fitting(text, (room < SMTPS_ENCODED_WORD_MAX ? room : SMTPS_ENCODED_WORD_MAX) - AROUND, use_q);
		smtps_str piece = {text.data, taken};

		smtps_buf_add_text(&word, use_q ? q_prefix : b_prefix);
		if (use_q) {
			add_q(&word, piece);
		} else {
			smtps_base64_encode(&word, piece);
		}
		smtps_buf_add_text(&word, "?=");
		if (word.failed || taken == 0) {
			field->out->failed = true;
			smtps_buf_free(&word);
			return;
		}
		/* Never over the column, not even behind a long name. */
		field->empty = false;
		smtps_field_word(field, smtps_buf_str(&word));
		smtps_buf_free(&word);
		text = (smtps_str){text.data + taken, text.len - taken};
	}
}
