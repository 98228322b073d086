/*
 * Setters: who may set what, then one value from text, number, switch or list. See options.h.
 *
 * A number is kept as a whole number (COUNT), microseconds (SECONDS), an index of words (ENUM) or 0 and 1 (BOOL); everything
 * else as text in its normal form.
 */
#include "options.h"

#include <stdio.h>

#include "option_sentence.h"

enum { MICROSECONDS = 1000000, NUMBER_TEXT = 64 };

static bool is_script(smtps_origin origin)
{
	return origin == SMTPS_FROM_ARRAY || origin == SMTPS_FROM_DSN;
}

/* --- who may set it --- */

static bool refuse_ini_only(smtps_option option, smtps_origin origin, smtps_error *error)
{
	const char *instead = "leave it to php.ini";
	char subject[SMTPS_SUBJECT_TEXT];

	switch (option) {
		case SMTPS_O_PASSWORD_FILE: instead = "read the file in PHP and write its content as password"; break;
		case SMTPS_O_OAUTH_TOKEN_FILE:
			instead = "write oauth_token, a text or a callable that reads the file";
			break;
		case SMTPS_O_DSN: instead = "give the DSN itself in place of the array"; break;
		default: break;
	}
	return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
		"%s can be set by smtpsend.%s in php.ini only: %s", smtps_option_subject(option, origin, subject),
		smtps_option_table[option].name, instead);
}

static bool may_set(smtps_options *options, smtps_option option, smtps_origin origin, smtps_error *error)
{
	unsigned flags = smtps_option_table[option].flags;
	const smtps_value *value = &options->values[option];
	char subject[SMTPS_SUBJECT_TEXT];

	if (!is_script(origin)) {
		if (origin == SMTPS_FROM_INI_DSN && (flags & SMTPS_OPT_INI_ONLY)) {
			return refuse_ini_only(option, origin, error);
		}
		if (flags & SMTPS_OPT_NO_INI) {
			smtps_fault fault = {0};

			smtps_fault_hidden(&fault, "no entry of php.ini", "set it in PHP");
			return smtps_option_refuse(error, option, origin, (smtps_str){NULL, 0}, &fault);
		}
		return true;
	}
	if (flags & SMTPS_OPT_INI_ONLY) {
		return refuse_ini_only(option, origin, error);
	}
	if ((flags & SMTPS_OPT_POLICY) && value->is_set && !value->from_script) {
		return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
			"%s is set by smtpsend.%s in php.ini, which a script cannot change: leave it out",
			smtps_option_subject(option, origin, subject), smtps_option_table[option].name);
	}
	return true;
}

/* A script may lower a limit of the host's, never raise it. */
static bool may_be_number(const smtps_options *options, smtps_option option, int64_t number,
	smtps_origin origin, smtps_error *error)
{
	const smtps_option_row *row = &smtps_option_table[option];
	int64_t limit = options->values[option].number;
	bool is_unlimited = (row->flags & SMTPS_OPT_UNLIMITED) && limit == 0;
	bool lifts = (row->flags & SMTPS_OPT_UNLIMITED) && number == 0;
	char subject[SMTPS_SUBJECT_TEXT];

	if (!is_script(origin) || !(row->flags & SMTPS_OPT_TIGHTEN) || options->values[option].from_script ||
		is_unlimited || (number <= limit && !lifts)) {
		return true;
	}
	return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
		"%s is above the limit of smtpsend.%s, which a script may only lower: write a whole number from %d to %lld",
		smtps_option_subject(option, origin, subject), row->name, row->flags & SMTPS_OPT_UNLIMITED ? 1 : 0,
		(long long)limit);
}

/* --- keeping --- */

static bool keep(smtps_options *options, smtps_option option, int64_t number, smtps_buf *text,
	smtps_origin origin, smtps_error *error)
{
	const smtps_option_row *row = &smtps_option_table[option];
	smtps_value *value = &options->values[option];
	const smtps_value *dsn = &options->values[SMTPS_O_DSN];

	if (text->failed) {
		smtps_buf_free(text);
		return smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
	}
	if (origin == SMTPS_FROM_INI && (row->flags & SMTPS_OPT_GROUP) && option != SMTPS_O_DSN && dsn->is_set &&
		!dsn->from_script) {
		options->dsn_conflict = row->name;
	}
	smtps_buf_free(&value->text);
	*value = (smtps_value){
		.is_set = true, .from_script = is_script(origin), .origin = origin, .text = *text, .number = number};
	*text = (smtps_buf){.secret = text->secret};
	return true;
}

static smtps_buf text_of(smtps_option option)
{
	return (smtps_buf){.secret = (smtps_option_table[option].flags & SMTPS_OPT_SECRET) != 0};
}

static bool keep_number(
	smtps_options *options, smtps_option option, int64_t number, smtps_origin origin, smtps_error *error)
{
	smtps_buf none = {0};

	return may_be_number(options, option, number, origin, error) &&
		keep(options, option, number, &none, origin, error);
}

static bool refuse_value(smtps_option option, smtps_str text, smtps_origin origin, smtps_error *error)
{
	smtps_fault fault = {0};

	smtps_option_expects(option, &fault);
	return smtps_option_refuse(error, option, origin, text, &fault);
}

/* --- parsing --- */

static bool in_range(const smtps_option_row *row, double number)
{
	return number >= row->min && number <= row->max;
}

static bool assign_number(
	smtps_options *options, smtps_option option, smtps_str text, smtps_origin origin, smtps_error *error)
{
	const smtps_option_row *row = &smtps_option_table[option];
	bool is_time = row->type == SMTPS_OPTION_SECONDS;
	int64_t millionths;

	if (!smtps_parse_decimal(text, is_time, &millionths) ||
		!in_range(row, (double)millionths / MICROSECONDS)) {
		return refuse_value(option, text, origin, error);
	}
	return keep_number(options, option, is_time ? millionths : millionths / MICROSECONDS, origin, error);
}

static bool assign_ports(
	smtps_options *options, smtps_option option, smtps_str text, smtps_origin origin, smtps_error *error)
{
	smtps_buf normal = {0};
	smtps_str rest = text;
	unsigned count = 0;
	int64_t first = 0;

	if (smtps_str_equal_nocase(smtps_str_trim(text), SMTPS_STR("auto"))) {
		smtps_buf_add_text(&normal, "auto");
		return keep(options, option, 0, &normal, origin, error);
	}
	do {
		smtps_str one = smtps_str_trim(smtps_str_split(rest, ',', &rest));
		int64_t millionths, port;

		if (!smtps_parse_decimal(one, false, &millionths) || millionths / MICROSECONDS < 1 ||
			millionths / MICROSECONDS > 65535 || ++count > SMTPS_PORTS_MAX) {
			smtps_buf_free(&normal);
			return refuse_value(option, text, origin, error);
		}
		port = millionths / MICROSECONDS;
		first = first ? first : port;
		smtps_buf_printf(&normal, "%s%d", normal.len ? "," : "", (int)port);
	} while (rest.data);
	return keep(options, option, first, &normal, origin, error);
}

/* --- assigning text --- */

static bool add_checked(
	smtps_option option, smtps_str text, smtps_buf *normal, smtps_origin origin, smtps_error *error)
{
	smtps_fault fault = {0};
	size_t before = normal->len;

	if (before) {
		smtps_buf_add_char(normal, smtps_option_table[option].type == SMTPS_OPTION_LIST ? '\n' : ',');
	}
	if (!smtps_option_check_text(option, text, normal, &fault)) {
		smtps_buf_free(normal);
		return smtps_option_refuse(error, option, origin, text, &fault);
	}
	return true;
}

/* Comma-separated texts; a passphrase or a PEM block may hold a comma and is one text. */
static bool assign_list(
	smtps_options *options, smtps_option option, smtps_str text, smtps_origin origin, smtps_error *error)
{
	smtps_buf normal = text_of(option);
	bool is_whole = option == SMTPS_O_DKIM_KEY_PASSPHRASE ||
		(option == SMTPS_O_DKIM_KEY && smtps_str_starts_nocase(text, SMTPS_STR("-----BEGIN")));
	smtps_str rest = text;

	do {
		smtps_str one = is_whole ? text : smtps_str_trim(smtps_str_split(rest, ',', &rest));

		if (one.len && !add_checked(option, one, &normal, origin, error)) {
			return false;
		}
	} while (!is_whole && rest.data);
	return keep(options, option, 0, &normal, origin, error);
}

static bool assign_string(
	smtps_options *options, smtps_option option, smtps_str text, smtps_origin origin, smtps_error *error)
{
	smtps_buf normal = text_of(option);

	return add_checked(option, text, &normal, origin, error) &&
		keep(options, option, 0, &normal, origin, error);
}

static bool assign_rate(
	smtps_options *options, smtps_option option, smtps_str text, smtps_origin origin, smtps_error *error)
{
	smtps_buf normal = {0};
	int64_t limits[SMTPS_RATE_UNITS];

	if (!smtps_rate_parse(text, limits)) {
		return refuse_value(option, text, origin, error);
	}
	smtps_buf_add_str(&normal, text);
	return keep(options, option, 0, &normal, origin, error);
}

bool smtps_option_assign(
	smtps_options *options, smtps_option option, smtps_str text, smtps_origin origin, smtps_error *error)
{
	const smtps_option_row *row = &smtps_option_table[option];
	smtps_str word = smtps_str_trim(text);
	int64_t index;
	bool value;

	switch (row->type) {
		case SMTPS_OPTION_BOOL:
			return smtps_parse_bool(word, &value) ? keep_number(options, option, value, origin, error)
												  : refuse_value(option, text, origin, error);
		case SMTPS_OPTION_ENUM:
			index = smtps_parse_word(row->words, word, origin);
			return index >= 0 ? keep_number(options, option, index, origin, error)
							  : refuse_value(option, text, origin, error);
		case SMTPS_OPTION_COUNT:
		case SMTPS_OPTION_SECONDS: return assign_number(options, option, word, origin, error);
		case SMTPS_OPTION_PORT: return assign_ports(options, option, text, origin, error);
		case SMTPS_OPTION_RATE: return assign_rate(options, option, word, origin, error);
		case SMTPS_OPTION_LIST: return assign_list(options, option, text, origin, error);
		case SMTPS_OPTION_STRING: break;
	}
	return assign_string(options, option, text, origin, error);
}

/* An empty text is the default, and never a weaker mode. In php.ini it is as if the entry were not there. */
static bool assign_empty(smtps_options *options, smtps_option option, smtps_origin origin, smtps_error *error)
{
	if (smtps_option_table[option].type == SMTPS_OPTION_BOOL) {
		return origin == SMTPS_FROM_INI ? keep_number(options, option, 0, origin, error)
										: refuse_value(option, (smtps_str){"", 0}, origin, error);
	}
	if (!smtps_option_reset(options, option, error)) {
		return false;
	}
	options->values[option].is_set = origin != SMTPS_FROM_INI;
	options->values[option].from_script = is_script(origin);
	options->values[option].origin = origin;
	return true;
}

bool smtps_option_set_text(
	smtps_options *options, smtps_option option, smtps_str text, smtps_origin origin, smtps_error *error)
{
	smtps_fault fault = {0};

	if (!may_set(options, option, origin, error)) {
		return false;
	}
	if (option == SMTPS_O_DSN && text.len) {
		return smtps_options_dsn(options, text, origin, error);
	}
	if (option == SMTPS_O_LOG) {
		smtps_fault_set(&fault, "no logger", "write a callable or a PSR-3 logger");
		return smtps_option_refuse(error, option, origin, text, &fault);
	}
	return text.len ? smtps_option_assign(options, option, text, origin, error)
					: assign_empty(options, option, origin, error);
}

/* --- other types than text --- */

bool smtps_option_set_number(
	smtps_options *options, smtps_option option, double number, smtps_origin origin, smtps_error *error)
{
	smtps_option_type type = smtps_option_table[option].type;
	char text[NUMBER_TEXT];

	snprintf(text, sizeof text, "%.17g", number);
	if (number > -1e12 && number < 1e12) {
		bool is_whole = number == (double)(int64_t)number;

		/* 0.1 is written back as the shortest text that a person would write. */
		snprintf(text, sizeof text,
			is_whole                           ? "%.0f"
				: type == SMTPS_OPTION_SECONDS ? "%.6f"
											   : "%.10g",
			number);
	}
	for (char *comma = text; *comma; comma++) { /* the locale's decimal sign */
		*comma = *comma == ',' ? '.' : *comma;
	}
	return smtps_option_set_text(options, option, smtps_str_of(text), origin, error);
}

bool smtps_option_set_bool(
	smtps_options *options, smtps_option option, bool value, smtps_origin origin, smtps_error *error)
{
	if (!may_set(options, option, origin, error)) {
		return false;
	}
	if (smtps_option_table[option].type != SMTPS_OPTION_BOOL) {
		return refuse_value(option, smtps_str_of(value ? "true" : "false"), origin, error);
	}
	return keep_number(options, option, value, origin, error);
}

bool smtps_option_set_list(smtps_options *options, smtps_option option, const smtps_str *items, size_t count,
	smtps_origin origin, smtps_error *error)
{
	smtps_option_type type = smtps_option_table[option].type;
	smtps_buf joined = text_of(option);
	smtps_fault fault = {0};
	bool fine;

	if (!may_set(options, option, origin, error)) {
		return false;
	}
	if (type != SMTPS_OPTION_LIST && type != SMTPS_OPTION_PORT && option != SMTPS_O_PEER_FINGERPRINT) {
		smtps_option_expects(option, &fault);
		snprintf(fault.what, sizeof fault.what, "a list");
		return smtps_option_refuse(error, option, origin, (smtps_str){NULL, 0}, &fault);
	}
	if (count == 0) {
		return assign_empty(options, option, origin, error);
	}
	for (size_t i = 0; i < count; i++) {
		if (type == SMTPS_OPTION_PORT) {
			smtps_buf_add_text(&joined, i ? "," : "");
			smtps_buf_add_str(&joined, items[i]);
		} else if (!add_checked(option, items[i], &joined, origin, error)) {
			return false;
		}
	}
	if (type != SMTPS_OPTION_PORT) {
		return keep(options, option, 0, &joined, origin, error);
	}
	fine = joined.failed ? smtps_fail_memory(error, SMTPS_STAGE_OPTIONS)
						 : smtps_option_assign(options, option, smtps_buf_str(&joined), origin, error);
	smtps_buf_free(&joined);
	return fine;
}

bool smtps_option_set_callable(
	smtps_options *options, smtps_option option, int64_t identity, smtps_origin origin, smtps_error *error)
{
	smtps_buf none = text_of(option);
	smtps_fault fault = {0};

	if (!may_set(options, option, origin, error)) {
		return false;
	}
	if (!(smtps_option_table[option].flags & SMTPS_OPT_CALLABLE)) {
		smtps_option_expects(option, &fault);
		snprintf(fault.what, sizeof fault.what, "a callable");
		return smtps_option_refuse(error, option, origin, (smtps_str){NULL, 0}, &fault);
	}
	if (!keep(options, option, identity, &none, origin, error)) {
		return false;
	}
	options->values[option].is_callable = true;
	return true;
}

bool smtps_option_set_content(
	smtps_options *options, smtps_option option, smtps_str content, smtps_error *error)
{
	smtps_option secret = option == SMTPS_O_PASSWORD_FILE ? SMTPS_O_PASSWORD : SMTPS_O_OAUTH_TOKEN;
	smtps_value *file = &options->values[option];
	smtps_buf normal = text_of(secret);
	smtps_fault fault = {0};

	while (content.len && (content.data[content.len - 1] == '\n' || content.data[content.len - 1] == '\r')) {
		content.len--;
	}
	if (content.len == 0) {
		return smtps_option_complain(error, options, option, "names an empty file: write the secret into it");
	}
	if (!smtps_option_check_text(secret, content, &normal, &fault)) {
		smtps_buf_free(&normal);
		return smtps_option_complain(
			error, options, option, "names a file that holds %s: %s", fault.what, fault.instead);
	}
	if (!keep(options, secret, 0, &normal, file->origin, error)) {
		return false;
	}
	options->values[secret].from_file = true;
	return true;
}
