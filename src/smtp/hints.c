/*
 * What a reply means to the site's owner; see hints.h. The rows are in hints_table.c, first match wins: a provider's own
 * rows where the host is the provider's, then the table from its top, which goes from the special to the general.
 *
 * Reply texts are the server's and are only compared, never copied.
 */
#include "hints_internal.h"

enum { READ_AT_MOST = 2048 }; /* octets of a reply; what matters stands at its start */

/* Behind a line break a server repeats its enhanced code: octets to skip before the text goes on. */
static size_t line_lead(smtps_str text)
{
	size_t at = 0;
	int dots = 0;

	while (at < text.len && (smtps_is_digit(text.data[at]) || text.data[at] == '.')) {
		dots += text.data[at] == '.';
		at++;
	}
	return dots == 2 ? at : 0;
}

static size_t space_length(smtps_str text)
{
	size_t at = 0;

	while (at < text.len && (text.data[at] == ' ' || text.data[at] == '\t' || text.data[at] == '\n')) {
		bool broken = text.data[at++] == '\n';

		if (broken) {
			at += line_lead((smtps_str){text.data + at, text.len - at});
		}
	}
	return at;
}

/* Whether `phrase` stands at the very start of `text`, and ends with a word there. */
static bool phrase_is_here(smtps_str text, smtps_str phrase)
{
	size_t at = 0;

	for (size_t i = 0; i < phrase.len; i++) {
		smtps_str left = {text.data + at, text.len - at};

		if (phrase.data[i] == '*' && i + 1 == phrase.len) {
			return true;
		}
		if (phrase.data[i] == ' ') {
			size_t length = space_length(left);

			if (length == 0) {
				return false;
			}
			at += length;
		} else if (left.len && smtps_lower(left.data[0]) == smtps_lower(phrase.data[i])) {
			at++;
		} else {
			return false;
		}
	}
	return at >= text.len || !smtps_is_alnum(text.data[at]) || !smtps_is_alnum(phrase.data[phrase.len - 1]);
}

static bool says_phrase(smtps_str text, smtps_str phrase)
{
	for (size_t at = 0; at < text.len; at++) {
		bool word_starts = at == 0 || !smtps_is_alnum(text.data[at - 1]) || !smtps_is_alnum(phrase.data[0]);

		if (word_starts && phrase_is_here((smtps_str){text.data + at, text.len - at}, phrase)) {
			return true;
		}
	}
	return false;
}

static bool says(smtps_str text, const char *alternatives)
{
	smtps_str rest = smtps_str_of(alternatives);

	do {
		if (says_phrase(text, smtps_str_split(rest, '|', &rest))) {
			return true;
		}
	} while (rest.data);
	return false;
}

static bool code_fits(const smtps_hint_row *row, int code)
{
	if (row->codes[0] == 0) {
		return true;
	}
	for (int i = 0; i < SMTPS_HINT_CODES && row->codes[i]; i++) {
		if (row->codes[i] == code || row->codes[i] == code / 100) {
			return true;
		}
	}
	return false;
}

static bool enhanced_fits(const smtps_hint_row *row, const unsigned short *enhanced)
{
	if (row->enhanced[0] == 0) {
		return true;
	}
	for (int i = 0; i < 3; i++) {
		if (row->enhanced[i] != SMTPS_HINT_ANY && row->enhanced[i] != enhanced[i]) {
			return false;
		}
	}
	return enhanced[0] != 0;
}

static bool row_fits(const smtps_hint_row *row, smtps_stage stage, const smtps_reply *reply)
{
	smtps_str text = smtps_buf_str(&reply->text);

	text.len = text.len < READ_AT_MOST ? text.len : READ_AT_MOST;
	if ((row->stages && !(row->stages & 1u << stage)) || !code_fits(row, reply->code) ||
		!enhanced_fits(row, reply->enhanced)) {
		return false;
	}
	for (int i = 0; i < SMTPS_HINT_WORDS && row->words[i]; i++) {
		if (!says(text, row->words[i])) {
			return false;
		}
	}
	return true;
}

/* Whether `host` is one of the domains or under one. */
static bool host_fits(smtps_str host, const char *domains)
{
	smtps_str rest = smtps_str_of(domains);

	while (rest.data && rest.len) {
		smtps_str domain = smtps_str_split(rest, '|', &rest);
		size_t before = host.len > domain.len ? host.len - domain.len : 0;
		smtps_str end = {host.data + before, host.len - before};

		if (smtps_str_equal_nocase(end, domain) && (before == 0 || host.data[before - 1] == '.')) {
			return true;
		}
	}
	return false;
}

static smtps_hint hint_of(const smtps_hint_row *row)
{
	return (smtps_hint){row->sentence, row->flags & SMTPS_HINT_PUBLIC_FLAGS};
}

smtps_hint smtps_hint_for(smtps_stage stage, const smtps_reply *reply, smtps_str host)
{
	if (reply->code < 400) {
		return (smtps_hint){"", 0};
	}
	for (size_t i = 0; i < smtps_hint_row_count; i++) {
		const smtps_hint_row *row = &smtps_hint_rows[i];

		if (host_fits(host, row->hosts) && row_fits(row, stage, reply)) {
			return hint_of(row);
		}
	}
	for (size_t i = 0; i < smtps_hint_row_count; i++) {
		const smtps_hint_row *row = &smtps_hint_rows[i];

		if (!(row->flags & SMTPS_HINT_ONLY_THERE) && row_fits(row, stage, reply)) {
			return hint_of(row);
		}
	}
	return (smtps_hint){"", 0};
}
