/*
 * Sentences of refused options; see option_sentence.h.
 */
#include "option_sentence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { SHOWN_OCTETS = 60, SENTENCE = SMTPS_ERROR_TEXT };

static void copy_text(char *out, size_t cap, const char *text)
{
	snprintf(out, cap, "%s", text);
}

bool smtps_fault_set(smtps_fault *fault, const char *what, const char *instead)
{
	copy_text(fault->what, sizeof fault->what, what);
	copy_text(fault->instead, sizeof fault->instead, instead);
	return false;
}

bool smtps_fault_hidden(smtps_fault *fault, const char *what, const char *instead)
{
	fault->hide = true;
	return smtps_fault_set(fault, what, instead);
}

const char *smtps_option_subject(smtps_option option, smtps_origin origin, char *out)
{
	static const char *const forms[] = {
		[SMTPS_FROM_ARRAY] = "the option %s",
		[SMTPS_FROM_DSN] = "the DSN's %s",
		[SMTPS_FROM_INI] = "smtpsend.%s",
		[SMTPS_FROM_INI_DSN] = "smtpsend.dsn's %s",
	};
	const char *form = forms[origin], *mark = strchr(form, '%');

	snprintf(out, SMTPS_SUBJECT_TEXT, "%.*s%s", (int)(mark - form), form, smtps_option_table[option].name);
	return out;
}

const char *smtps_option_subject_of(const smtps_options *options, smtps_option option, char *out)
{
	return smtps_option_subject(option, options->values[option].origin, out);
}

static bool is_repeatable(smtps_option option, smtps_origin origin, smtps_str text, const smtps_fault *fault)
{
	return text.len && !fault->hide && (origin == SMTPS_FROM_ARRAY || origin == SMTPS_FROM_INI) &&
		!(smtps_option_table[option].flags & SMTPS_OPT_SECRET);
}

bool smtps_option_refuse(
	smtps_error *error, smtps_option option, smtps_origin origin, smtps_str text, const smtps_fault *fault)
{
	char subject[SMTPS_SUBJECT_TEXT];
	smtps_buf shown = {0};

	smtps_option_subject(option, origin, subject);
	if (!is_repeatable(option, origin, text, fault)) {
		return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE, "%s is %s: %s",
			subject, fault->what, fault->instead);
	}
	smtps_text_one_line(&shown, text, SHOWN_OCTETS);
	smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
		"%s is \"%s\", which is %s: %s", subject, smtps_buf_cstr(&shown), fault->what, fault->instead);
	smtps_buf_free(&shown);
	return false;
}

bool smtps_option_complain(
	smtps_error *error, const smtps_options *options, smtps_option option, const char *format, ...)
{
	char subject[SMTPS_SUBJECT_TEXT], rest[SENTENCE];
	va_list args;

	va_start(args, format);
	vsnprintf(rest, sizeof rest, format, args);
	va_end(args);
	smtps_option_subject_of(options, option, subject);
	return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE, "%s %s", subject, rest);
}

/* "write auto, 4 or 6": the words without aliases. */
static void expects_words(const char *const *words, smtps_fault *fault)
{
	const char *previous = NULL;

	copy_text(fault->instead, sizeof fault->instead, "write ");
	for (size_t i = 0; words[i] && !strchr(words[i], '='); i++) {
		size_t at = strlen(fault->instead);
		bool is_last = !words[i + 1] || strchr(words[i + 1], '=');

		snprintf(fault->instead + at, sizeof fault->instead - at, "%s%s",
			!previous     ? ""
				: is_last ? " or "
						  : ", ",
			words[i]);
		previous = words[i];
	}
}

void smtps_option_expects(smtps_option option, smtps_fault *fault)
{
	const smtps_option_row *row = &smtps_option_table[option];
	const char *zero = row->flags & SMTPS_OPT_UNLIMITED ? " (0: no limit)" : "";
	char range[128];

	switch (row->type) {
		case SMTPS_OPTION_BOOL: smtps_fault_set(fault, "neither on nor off", "write on or off"); break;
		case SMTPS_OPTION_COUNT:
			snprintf(
				range, sizeof range, "write a whole number from %.0f to %.0f%s", row->min, row->max, zero);
			smtps_fault_set(fault, "no number that it takes", range);
			break;
		case SMTPS_OPTION_SECONDS:
			snprintf(range, sizeof range, "write seconds from %g to %.0f%s", row->min, row->max,
				row->min > 0 ? "; there is no endless wait" : "");
			smtps_fault_set(fault, "no time that it takes", range);
			break;
		case SMTPS_OPTION_ENUM:
			smtps_fault_set(fault, "none of its words", "");
			expects_words(row->words, fault);
			break;
		case SMTPS_OPTION_PORT:
			smtps_fault_set(
				fault, "no port", "write auto, a number from 1 to 65535, or a list such as 587,465");
			break;
		case SMTPS_OPTION_RATE:
			smtps_fault_set(fault, "no rate", "write limits such as 10/min,100/hour,500/day");
			break;
		case SMTPS_OPTION_LIST:
			smtps_fault_set(fault, "no list of texts", "write a text or an array of texts");
			break;
		case SMTPS_OPTION_STRING: smtps_fault_set(fault, "no text", "write a text"); break;
	}
}

bool smtps_option_unknown(smtps_str name, smtps_origin origin, smtps_error *error)
{
	static const char *const forms[] = {
		[SMTPS_FROM_ARRAY] = "there is no option",
		[SMTPS_FROM_DSN] = "the DSN has an unknown parameter",
		[SMTPS_FROM_INI] = "php.ini has an unknown entry",
		[SMTPS_FROM_INI_DSN] = "smtpsend.dsn has an unknown parameter",
	};
	smtps_buf shown = {0};

	smtps_text_one_line(&shown, name, SHOWN_OCTETS);
	smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
		"%s \"%s%s\": did you mean %s%s?", forms[origin], origin == SMTPS_FROM_INI ? "smtpsend." : "",
		smtps_buf_cstr(&shown), origin == SMTPS_FROM_INI ? "smtpsend." : "", smtps_option_nearest(name));
	smtps_buf_free(&shown);
	return false;
}
