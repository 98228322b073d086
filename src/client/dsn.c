/*
 * A whole account in one line:
 *
 *   smtp://user:password@host:port/?option=value&...      smtps:// is implicit TLS only
 *   capture:///directory                                  each mail an .eml file
 *   null://                                               every mail is dropped
 *
 * The last @ before the host ends the credentials, the first : ends the user, so that a password may be pasted as it is; %HH
 * is decoded where it is valid. The one doubt is text like "@host?name=...@other": it is a query when the name is an
 * option's, and refused otherwise, because credentials must never go to a host that nobody meant. No error repeats the DSN.
 */
#include "options.h"

#include <string.h>

#include "option_sentence.h"

static const char two_readings[] =
	"can be read in two ways: write @ as %40, ? as %3F, / as %2F and % as %25 in its user name and password";

typedef struct dsn {
	smtps_options *options;
	smtps_origin origin; /* of the values */
	smtps_error *error;
	smtps_str credentials, host, port, query;
	bool has_credentials;
} dsn;

static bool refuse(const dsn *parsed, const char *sentence)
{
	return smtps_fail(parsed->error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE, "%s %s",
		parsed->origin == SMTPS_FROM_INI_DSN ? "smtpsend.dsn" : "the DSN", sentence);
}

static int hex_value(char octet)
{
	octet = smtps_lower(octet);
	return smtps_is_digit(octet) ? octet - '0' : octet >= 'a' && octet <= 'f' ? octet - 'a' + 10 : -1;
}

static void decode(smtps_buf *out, smtps_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		int high = text.data[i] == '%' && i + 2 < text.len ? hex_value(text.data[i + 1]) : -1;
		int low = high >= 0 ? hex_value(text.data[i + 2]) : -1;

		if (low >= 0) {
			smtps_buf_add_char(out, (char)(unsigned char)(high * 16 + low));
			i += 2;
		} else {
			smtps_buf_add_char(out, text.data[i]);
		}
	}
}

/* Sets one option to the decoded text. A DSN of php.ini may set what only php.ini may. */
static bool set_decoded(const dsn *parsed, smtps_option option, smtps_str text)
{
	smtps_buf value = {.secret = true};
	bool fine;

	decode(&value, text);
	fine = value.failed ? smtps_fail_memory(parsed->error, SMTPS_STAGE_OPTIONS)
						: smtps_option_set_text(
							  parsed->options, option, smtps_buf_str(&value), parsed->origin, parsed->error);
	smtps_buf_free(&value);
	return fine;
}

/* --- where the parts are --- */

static size_t last_at(smtps_str text)
{
	size_t at = text.len;

	while (at > 0 && text.data[at - 1] != '@') {
		at--;
	}
	return at; /* index behind it; 0: none */
}

/* host, host:port or [literal]:port, with a / behind it or not. */
static bool split_host(smtps_str text, smtps_str *host, smtps_str *port)
{
	size_t end = 0;

	*port = (smtps_str){NULL, 0};
	if (text.len && text.data[text.len - 1] == '/') {
		text.len--;
	}
	if (text.len && text.data[0] == '[') {
		end = smtps_str_find(text, ']');
		end += end < text.len;
	} else {
		end = smtps_str_find(text, ':');
	}
	*host = (smtps_str){text.data, end};
	if (end < text.len) {
		if (text.data[end] != ':') {
			return false;
		}
		*port = (smtps_str){text.data + end + 1, text.len - end - 1};
	}
	return true;
}

static bool looks_like_host(smtps_str text)
{
	smtps_str host, port;

	if (!split_host(text, &host, &port) || host.len == 0 || (port.data && port.len == 0)) {
		return false;
	}
	for (size_t i = 0; port.data && i < port.len; i++) {
		if (!smtps_is_digit(port.data[i])) {
			return false;
		}
	}
	for (size_t i = 0; i < host.len; i++) {
		if (!smtps_is_alnum(host.data[i]) && !strchr("-._%[]:", host.data[i]) &&
			(unsigned char)host.data[i] < 0x80) {
			return false;
		}
	}
	return true;
}

/* The name before the = of a query's first parameter; empty where there is none. */
static smtps_str first_name(smtps_str query)
{
	size_t i = 0;

	while (i < query.len && (smtps_is_alnum(query.data[i]) || query.data[i] == '_' || query.data[i] == '-')) {
		i++;
	}
	return (smtps_str){query.data, i > 0 && i < query.len && query.data[i] == '=' ? i : 0};
}

/* Index of the ? that begins the query, or text.len. False: both readings are possible. */
static bool find_query(smtps_str text, size_t *query)
{
	for (size_t i = 0; i < text.len; i++) {
		smtps_str before = {text.data, i}, behind = {text.data + i + 1, text.len - i - 1}, name;
		size_t at = last_at(before);

		if (text.data[i] != '?' || !looks_like_host((smtps_str){before.data + at, before.len - at})) {
			continue;
		}
		*query = i;
		name = first_name(behind);
		if (last_at(behind) == 0 || (name.len && smtps_option_find(name) != SMTPS_O_COUNT)) {
			return true;
		}
		if (name.len) {
			return false;
		}
	}
	*query = text.len;
	return true;
}

static bool split_authority(dsn *parsed, smtps_str text)
{
	size_t query, at;

	if (!find_query(text, &query)) {
		return refuse(parsed, two_readings);
	}
	if (query < text.len) {
		parsed->query = (smtps_str){text.data + query + 1, text.len - query - 1};
		text.len = query;
	}
	at = last_at(text);
	parsed->has_credentials = at > 0;
	parsed->credentials = (smtps_str){text.data, at ? at - 1 : 0};
	text = (smtps_str){text.data + at, text.len - at};
	if (!split_host(text, &parsed->host, &parsed->port)) {
		return refuse(parsed, "has something behind its host that is no port: write host:port");
	}
	if (parsed->host.len == 0) {
		return refuse(parsed, "names no host: write smtp://user:password@host");
	}
	if (smtps_str_find(parsed->host, '/') < parsed->host.len ||
		smtps_str_find(parsed->port, '/') < parsed->port.len) {
		return refuse(parsed, "has a path, which SMTP does not know: write options behind a ?");
	}
	return true;
}

/* --- setting --- */

static bool set_account(const dsn *parsed)
{
	smtps_str password, user = smtps_str_split(parsed->credentials, ':', &password);

	if (parsed->has_credentials && !set_decoded(parsed, SMTPS_O_USERNAME, user)) {
		return false;
	}
	if (password.data && !set_decoded(parsed, SMTPS_O_PASSWORD, password)) {
		return false;
	}
	if (parsed->port.data && parsed->port.len == 0) {
		return refuse(
			parsed, "ends its host with a colon and no port: write the port or leave the colon out");
	}
	return set_decoded(parsed, SMTPS_O_HOST, parsed->host) &&
		(!parsed->port.data || set_decoded(parsed, SMTPS_O_PORT, parsed->port));
}

static bool refuse_name(const dsn *parsed, smtps_str name, bool behind_secret)
{
	for (size_t i = 0; i < name.len; i++) {
		if (!smtps_is_alnum(name.data[i]) && name.data[i] != '_' && name.data[i] != '-') {
			behind_secret = true;
		}
	}
	if (behind_secret || name.len == 0) { /* may be a part of a password with an & in it */
		return refuse(
			parsed, "has a parameter that is no option: write & as %26 and % as %25 inside a value");
	}
	return smtps_option_unknown(name, parsed->origin, parsed->error);
}

static bool set_query(dsn *parsed, bool *seen)
{
	smtps_str rest = parsed->query;
	bool behind_secret = false;

	while (rest.len) {
		smtps_str value, name = smtps_str_split(smtps_str_split(rest, '&', &rest), '=', &value);
		smtps_option option = smtps_option_find(name);

		if (option == SMTPS_O_COUNT) {
			return refuse_name(parsed, name, behind_secret || !value.data);
		}
		if (seen[option]) {
			return smtps_fail(parsed->error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
				"%s says %s twice: write it once",
				parsed->origin == SMTPS_FROM_INI_DSN ? "smtpsend.dsn" : "the DSN",
				smtps_option_table[option].name);
		}
		if (!value.data) {
			return smtps_fail(parsed->error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
				"%s has no value for %s: write %s=...",
				parsed->origin == SMTPS_FROM_INI_DSN ? "smtpsend.dsn" : "the DSN",
				smtps_option_table[option].name, smtps_option_table[option].name);
		}
		seen[option] = true;
		behind_secret = (smtps_option_table[option].flags & SMTPS_OPT_SECRET) != 0;
		if (!set_decoded(parsed, option, value)) {
			return false;
		}
	}
	return true;
}

static bool parse_smtp(dsn *parsed, smtps_str rest, bool is_implicit)
{
	bool seen[SMTPS_O_COUNT] = {false};
	smtps_value *encryption = &parsed->options->values[SMTPS_O_ENCRYPTION];

	if (!split_authority(parsed, rest) || !set_account(parsed)) {
		return false;
	}
	seen[SMTPS_O_HOST] = true;
	seen[SMTPS_O_PORT] = parsed->port.data != NULL;
	seen[SMTPS_O_USERNAME] = parsed->has_credentials;
	seen[SMTPS_O_PASSWORD] = smtps_str_find(parsed->credentials, ':') < parsed->credentials.len;
	if (!set_query(parsed, seen)) {
		return false;
	}
	if (is_implicit && seen[SMTPS_O_ENCRYPTION] && encryption->number != SMTPS_ENCRYPTION_IMPLICIT) {
		return refuse(parsed,
			"begins with smtps://, which is implicit TLS, and asks for another encryption: write smtp://");
	}
	return !is_implicit ||
		smtps_option_assign(
			parsed->options, SMTPS_O_ENCRYPTION, SMTPS_STR("implicit"), parsed->origin, parsed->error);
}

static bool parse_capture(dsn *parsed, smtps_str rest)
{
	smtps_buf *directory = &parsed->options->capture_directory;
	smtps_str path = smtps_str_split(rest, '?', &parsed->query);
	bool seen[SMTPS_O_COUNT] = {false};

	if (path.len < 2 || path.data[0] != '/') {
		return refuse(parsed, "names no directory: write capture:///directory, with three slashes");
	}
	decode(directory, path);
	if (directory->failed) {
		return smtps_fail_memory(parsed->error, SMTPS_STAGE_OPTIONS);
	}
	for (size_t i = 0; i < directory->len; i++) {
		if ((unsigned char)directory->data[i] < 0x20 || directory->data[i] == 0x7f) {
			return refuse(parsed, "names a directory with a control character: write it without");
		}
	}
	parsed->options->transport = SMTPS_TRANSPORT_CAPTURE;
	return set_query(parsed, seen);
}

static bool parse_null(dsn *parsed, smtps_str rest)
{
	smtps_str path = smtps_str_split(rest, '?', &parsed->query);
	bool seen[SMTPS_O_COUNT] = {false};

	if (path.len && !smtps_str_equal(path, SMTPS_STR("/")) && !smtps_str_equal(path, SMTPS_STR("null"))) {
		return refuse(parsed, "drops every mail and names a host: write null:// alone");
	}
	parsed->options->transport = SMTPS_TRANSPORT_NULL;
	return set_query(parsed, seen);
}

static bool parse(dsn *parsed, smtps_str text)
{
	size_t colon = smtps_str_find(text, ':');
	smtps_str scheme = {text.data, colon}, rest;

	if (text.len < colon + 3 || text.data[colon + 1] != '/' || text.data[colon + 2] != '/') {
		return refuse(parsed, "has no scheme: write smtp://user:password@host");
	}
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f) {
			return refuse(parsed, "has a control character (a line break, a tab or a NUL): write it without");
		}
	}
	rest = (smtps_str){text.data + colon + 3, text.len - colon - 3};
	if (smtps_str_equal_nocase(scheme, SMTPS_STR("smtp")) ||
		smtps_str_equal_nocase(scheme, SMTPS_STR("smtps"))) {
		return parse_smtp(parsed, rest, scheme.len == 5);
	}
	if (smtps_str_equal_nocase(scheme, SMTPS_STR("capture"))) {
		return parse_capture(parsed, rest);
	}
	if (smtps_str_equal_nocase(scheme, SMTPS_STR("null"))) {
		return parse_null(parsed, rest);
	}
	return refuse(parsed, "has an unknown scheme: write smtp://, smtps://, capture:// or null://");
}

bool smtps_options_dsn(smtps_options *options, smtps_str text, smtps_origin origin, smtps_error *error)
{
	bool from_ini = origin == SMTPS_FROM_INI;
	dsn parsed = {
		.options = options, .origin = from_ini ? SMTPS_FROM_INI_DSN : SMTPS_FROM_DSN, .error = error};
	smtps_value *value = &options->values[SMTPS_O_DSN];

	for (size_t i = 0; i < SMTPS_O_COUNT && from_ini; i++) {
		const smtps_value *other = &options->values[i];

		if (i != SMTPS_O_DSN && (smtps_option_table[i].flags & SMTPS_OPT_GROUP) && other->is_set &&
			!other->from_script) {
			options->dsn_conflict = smtps_option_table[i].name;
		}
	}
	options->transport = SMTPS_TRANSPORT_SMTP;
	smtps_buf_clear(&options->capture_directory);
	value->is_set = true;
	value->from_script = !from_ini;
	value->origin = from_ini ? SMTPS_FROM_INI : SMTPS_FROM_DSN;
	return parse(&parsed, text);
}
