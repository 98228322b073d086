/*
 * Numbers, switches, words and rates as people write them in php.ini, a DSN or an array. See option_sentence.h.
 *
 * No strtod and no locale: digits and a point.
 */
#include "option_sentence.h"

#include <string.h>

enum { MICROSECONDS = 1000000, FRACTION_DIGITS = 6, DIGITS_MAX = 12, RATE_WORDS = 3 * SMTPS_RATE_UNITS };

/* Digits, then for times a point and up to six more; the result in millionths. */
bool smtps_parse_decimal(smtps_str text, bool is_fractional, int64_t *millionths)
{
	smtps_str fraction, whole = smtps_str_split(text, '.', &fraction);
	int64_t value = 0;

	if (whole.len == 0 || whole.len > DIGITS_MAX || fraction.len > FRACTION_DIGITS ||
		(fraction.data && (!is_fractional || fraction.len == 0))) {
		return false;
	}
	for (size_t i = 0; i < whole.len + FRACTION_DIGITS; i++) {
		char digit = i < whole.len ? whole.data[i] : '0';

		if (fraction.data && i >= whole.len && i - whole.len < fraction.len) {
			digit = fraction.data[i - whole.len];
		}
		if (!smtps_is_digit(digit)) {
			return false;
		}
		value = value * 10 + (digit - '0');
	}
	*millionths = value;
	return true;
}

bool smtps_parse_bool(smtps_str text, bool *value)
{
	static const char *const words[2][4] = {{"off", "no", "false", "0"}, {"on", "yes", "true", "1"}};

	for (size_t i = 0; i < 8; i++) {
		if (smtps_str_equal_nocase(text, smtps_str_of(words[i / 4][i % 4]))) {
			*value = i / 4 == 1;
			return true;
		}
	}
	return false;
}

static int64_t index_of(const char *const *words, smtps_str word)
{
	for (int64_t i = 0; words[i]; i++) {
		if (smtps_str_equal_nocase(word, smtps_str_of(words[i]))) {
			return i;
		}
	}
	return -1;
}

/* Index of a word or of what its alias stands for; -1 unknown. */
int64_t smtps_parse_word(const char *const *words, smtps_str text, smtps_origin origin)
{
	bool from_ini = origin == SMTPS_FROM_INI;

	if (smtps_str_find(text, '=') < text.len) {
		return -1;
	}
	for (size_t i = 0; words[i]; i++) {
		smtps_str meaning, word = smtps_str_split(smtps_str_of(words[i]), '=', &meaning);

		if (smtps_str_equal_nocase(text, word)) {
			return from_ini && smtps_str_equal(word, SMTPS_STR("none"))
				? -1
				: index_of(words, meaning.data ? meaning : word);
		}
	}
	return -1;
}

bool smtps_rate_parse(smtps_str text, int64_t limits[SMTPS_RATE_UNITS])
{
	static const char *const units[][3] = {
		{"s", "sec", "second"}, {"m", "min", "minute"}, {"h", "hour", "hours"}, {"d", "day", "days"}};
	smtps_str rest = text;

	memset(limits, 0, sizeof(int64_t) * SMTPS_RATE_UNITS);
	do {
		smtps_str unit, number = smtps_str_split(smtps_str_split(rest, ',', &rest), '/', &unit);
		int64_t millionths;
		size_t i = 0;

		unit = smtps_str_trim(unit);
		while (i < RATE_WORDS && !smtps_str_equal_nocase(unit, smtps_str_of(units[i / 3][i % 3]))) {
			i++;
		}
		if (i == RATE_WORDS || !smtps_parse_decimal(smtps_str_trim(number), false, &millionths) ||
			millionths < MICROSECONDS || limits[i / 3] != 0) {
			return false;
		}
		limits[i / 3] = millionths / MICROSECONDS;
	} while (rest.data);
	return true;
}
