/*
 * The options as one value: made, copied, asked, freed; and the rule that keeps php.ini's account whole. See options.h.
 */
#include "options.h"

#include <string.h>

#include "base/memory.h"
#include "option_sentence.h"

static const struct {
	size_t offset;
	bool secret;
} buffers[] = {
	{offsetof(smtps_options, capture_directory), false},
	{offsetof(smtps_options, host), false},
	{offsetof(smtps_options, ca_pem), true},
	{offsetof(smtps_options, client_cert_pem), true},
	{offsetof(smtps_options, client_key_pem), true},
	{offsetof(smtps_options, dkim_key_pem), true},
};

enum { BUFFERS = sizeof buffers / sizeof *buffers };

static smtps_buf *buffer_of(smtps_options *options, size_t index)
{
	return (smtps_buf *)(void *)((char *)options + buffers[index].offset);
}

static const smtps_buf *buffer_in(const smtps_options *options, size_t index)
{
	return (const smtps_buf *)(const void *)((const char *)options + buffers[index].offset);
}

bool smtps_option_reset(smtps_options *options, smtps_option option, smtps_error *error)
{
	const smtps_option_row *row = &smtps_option_table[option];
	const char *text = options->is_cli && row->cli_fallback ? row->cli_fallback : row->fallback;
	smtps_value *value = &options->values[option];

	smtps_buf_free(&value->text);
	*value = (smtps_value){.text = {.secret = (row->flags & SMTPS_OPT_SECRET) != 0}};
	if (text[0] != '\0' && !smtps_option_assign(options, option, smtps_str_of(text), SMTPS_FROM_INI, error)) {
		return false;
	}
	value->is_set = false;
	return true;
}

bool smtps_options_init(smtps_options *options, bool cli, smtps_error *error)
{
	memset(options, 0, sizeof *options);
	options->is_cli = cli;
	for (size_t i = 0; i < BUFFERS; i++) {
		buffer_of(options, i)->secret = buffers[i].secret;
	}
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		if (!smtps_option_reset(options, (smtps_option)i, error)) {
			smtps_options_free(options);
			return false;
		}
	}
	return true;
}

void smtps_options_free(smtps_options *options)
{
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		smtps_buf_free(&options->values[i].text);
	}
	for (size_t i = 0; i < BUFFERS; i++) {
		smtps_buf_free(buffer_of(options, i));
	}
	memset(options, 0, sizeof *options);
}

static bool copy_buffer(smtps_buf *to, const smtps_buf *from)
{
	*to = (smtps_buf){.secret = from->secret};
	smtps_buf_add_str(to, smtps_buf_str(from));
	return !to->failed && !from->failed;
}

bool smtps_options_copy(smtps_options *to, const smtps_options *from, smtps_error *error)
{
	bool fine = true;

	*to = *from;
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		fine = copy_buffer(&to->values[i].text, &from->values[i].text) && fine;
	}
	for (size_t i = 0; i < BUFFERS; i++) {
		fine = copy_buffer(buffer_of(to, i), buffer_in(from, i)) && fine;
	}
	if (!fine) {
		smtps_options_free(to);
		return smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
	}
	return true;
}

smtps_option smtps_option_find(smtps_str name)
{
	size_t i = 0;

	while (i < SMTPS_O_COUNT && !smtps_str_equal(name, smtps_str_of(smtps_option_table[i].name))) {
		i++;
	}
	return (smtps_option)i;
}

/* --- accessors --- */

smtps_str smtps_option_text(const smtps_options *options, smtps_option option)
{
	return smtps_buf_str(&options->values[option].text);
}

int64_t smtps_option_number(const smtps_options *options, smtps_option option)
{
	return options->values[option].number;
}

smtps_time smtps_option_time(const smtps_options *options, smtps_option option)
{
	return (smtps_time)options->values[option].number;
}

bool smtps_option_is_set(const smtps_options *options, smtps_option option)
{
	return options->values[option].is_set;
}

const char *smtps_option_word(const smtps_options *options, smtps_option option)
{
	return smtps_option_table[option].words[options->values[option].number];
}

/* The first item of a list; `*rest` begins behind it. A PEM block's own line ends are no ends of items. */
static smtps_str first_item(smtps_str list, smtps_str *rest)
{
	static const char end[] = "\n-----END";
	smtps_str item = smtps_str_split(list, '\n', rest);
	size_t at = 0;

	if (!smtps_str_starts_nocase(list, SMTPS_STR("-----BEGIN"))) {
		return item;
	}
	while (at + sizeof end - 1 <= list.len && memcmp(list.data + at, end, sizeof end - 1) != 0) {
		at++;
	}
	if (at + sizeof end - 1 > list.len) {
		*rest = (smtps_str){NULL, 0};
		return list;
	}
	item = smtps_str_split((smtps_str){list.data + at + 1, list.len - at - 1}, '\n', rest);
	return (smtps_str){list.data, at + 1 + item.len};
}

size_t smtps_option_count(const smtps_options *options, smtps_option option)
{
	smtps_str rest = smtps_option_text(options, option);
	size_t count = 0;

	while (rest.len) {
		first_item(rest, &rest);
		count++;
	}
	return count;
}

smtps_str smtps_option_item(const smtps_options *options, smtps_option option, size_t index)
{
	smtps_str rest = smtps_option_text(options, option), item = {"", 0};

	for (size_t i = 0; i <= index; i++) {
		if (!rest.len) {
			return (smtps_str){"", 0};
		}
		item = first_item(rest, &rest);
	}
	return item;
}

/* --- the group --- */

static const char *group_member_of_script(const smtps_options *options)
{
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		const smtps_value *value = &options->values[i];

		if ((smtps_option_table[i].flags & SMTPS_OPT_GROUP) && value->is_set && value->from_script) {
			return smtps_option_table[i].name;
		}
	}
	return NULL;
}

const char *smtps_options_apply_group_rule(smtps_options *options)
{
	const char *cause = group_member_of_script(options);
	smtps_value *dsn = &options->values[SMTPS_O_DSN];

	if (!cause) {
		return NULL;
	}
	if (dsn->is_set && dsn->from_script) {
		cause = "dsn";
	} else {
		options->transport = SMTPS_TRANSPORT_SMTP;
		smtps_buf_free(&options->capture_directory);
	}
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		smtps_value *value = &options->values[i];

		if (!(smtps_option_table[i].flags & SMTPS_OPT_GROUP) || !value->is_set || value->from_script) {
			continue;
		}
		if (i == SMTPS_O_HOST || i == SMTPS_O_DSN) {
			options->dropped_by = cause;
		}
		/* A default whose text has no room leaves the value empty: still nothing of php.ini's. */
		if (!smtps_option_reset(options, (smtps_option)i, NULL)) {
			value->is_set = false;
			options->out_of_memory = true;
		}
	}
	options->dsn_conflict =
		NULL; /* behind the loop: a default that is set beside a DSN looks like a quarrel too */
	return cause;
}
