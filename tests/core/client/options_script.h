/*
 * Options written as one line, for the tests: "ini.host=mx|port=587|encryption=ssl". A step is NAME=TEXT of the array,
 * ini.NAME=TEXT of php.ini, or DSN:TEXT; in a text \n, \0 and \t stand for the octets. `cli` alone asks for a command line's defaults.
 */
#ifndef SMTPS_TESTS_OPTIONS_SCRIPT_H
#define SMTPS_TESTS_OPTIONS_SCRIPT_H

#include <stdio.h>
#include <string.h>

#include "client/options.h"

static inline smtps_str options_unescape(const char *text, size_t len, char *out)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && i + 1 < len && strchr("n0t", text[i + 1])) {
			i++;
			out[used++] = text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : '\0';
		} else {
			out[used++] = text[i];
		}
	}
	return (smtps_str){out, used};
}

static inline bool options_step(smtps_options *options, const char *step, size_t len, smtps_error *error)
{
	char octets[2048];
	smtps_str value, name, text = options_unescape(step, len, octets);
	smtps_origin origin = SMTPS_FROM_ARRAY;
	smtps_option option;

	if (smtps_str_starts_nocase(text, SMTPS_STR("DSN:"))) {
		return smtps_options_dsn(options, (smtps_str){text.data + 4, text.len - 4}, SMTPS_FROM_DSN, error);
	}
	if (smtps_str_starts_nocase(text, SMTPS_STR("ini."))) {
		origin = SMTPS_FROM_INI;
		text = (smtps_str){text.data + 4, text.len - 4};
	}
	name = smtps_str_split(text, '=', &value);
	option = smtps_option_find(name);
	if (option == SMTPS_O_COUNT) {
		return smtps_option_unknown(name, origin, error);
	}
	return smtps_option_set_text(options, option, value, origin, error);
}

/* Initialised, set, grouped and finished. The caller frees `options` and `error` in both cases. */
static inline bool options_run(smtps_options *options, const char *script, smtps_error *error)
{
	const char *step = script;
	bool cli = strncmp(script, "cli", 3) == 0;

	if (!smtps_options_init(options, cli, error)) {
		return false;
	}
	while (*step) {
		size_t len = strcspn(step, "|");

		if (!(cli && step == script) && !options_step(options, step, len, error)) {
			return false;
		}
		step += len + (step[len] == '|');
	}
	smtps_options_apply_group_rule(options);
	return smtps_options_finish(options, error);
}

#endif
