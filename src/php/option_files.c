/*
 * Files of options; see option_files.h.
 *
 * A script's are bound by open_basedir, and so are those of a user's own .user.ini; php.ini's are the host's business. In
 * password_file and oauth_token_file `%u` stands for the user's name and `%h` for the home.
 */
#include "option_files.h"

#ifndef PHP_WIN32
#include <pwd.h>
#include <unistd.h>
#endif

#include "ext/json/php_json.h"

#include "client/option_sentence.h"
#include "files.h"
#include "ini.h"

enum { SUBJECT_TEXT = 96, JSON_DEPTH = 8, USER_TEXT = 1024 };

static php_smtpsend_file_rules rules_of(const smtps_options *options, smtps_option option, char *subject)
{
	const smtps_value *value = &options->values[option];
	const char *name = smtps_option_table[option].name;

	snprintf(subject, SUBJECT_TEXT,
		value->origin == SMTPS_FROM_ARRAY     ? "the option %s"
			: value->origin == SMTPS_FROM_DSN ? "the DSN's %s"
											  : "smtpsend.%s",
		name);
	return (php_smtpsend_file_rules){.subject = subject,
		.is_script = value->from_script || php_smtpsend_ini_is_users(option),
		.hide = (smtps_option_table[option].flags & SMTPS_OPT_SECRET) != 0};
}

static bool read_file(
	const smtps_options *options, smtps_option option, smtps_str path, smtps_buf *out, smtps_error *error)
{
	char subject[SUBJECT_TEXT];
	php_smtpsend_file_rules rules = rules_of(options, option, subject);

	return php_smtpsend_file_read(path, &rules, out, error);
}

static bool read_pem(smtps_options *options, smtps_option option, smtps_buf *out, smtps_error *error)
{
	smtps_str path = smtps_option_text(options, option);

	return path.len == 0 || read_file(options, option, path, out, error);
}

/* Each item is a PEM block or a file's name; what they hold stands in `dkim_key_pem`, parted by NUL, which no PEM has. */
static bool read_dkim_keys(smtps_options *options, smtps_error *error)
{
	smtps_buf *all = &options->dkim_key_pem;

	for (size_t i = 0; i < smtps_option_count(options, SMTPS_O_DKIM_KEY); i++) {
		smtps_str item = smtps_option_item(options, SMTPS_O_DKIM_KEY, i);
		size_t start = all->len;

		if (smtps_str_starts_nocase(item, SMTPS_STR("-----BEGIN"))) {
			smtps_buf_add_str(all, item);
		} else if (!read_file(options, SMTPS_O_DKIM_KEY, item, all, error)) {
			return false;
		}
		if (all->len > start && memchr(all->data + start, '\0', all->len - start)) {
			return smtps_option_complain(error, options, SMTPS_O_DKIM_KEY,
				"holds no private key in PEM: -----BEGIN PRIVATE KEY----- is meant");
		}
		smtps_buf_add_char(all, '\0');
	}
	return !all->failed || smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
}

/* --- secrets in files --- */

static void add_user(smtps_buf *out, char what)
{
#ifdef PHP_WIN32
	const char *text = getenv(what == 'u' ? "USERNAME" : "USERPROFILE");

	smtps_buf_add_text(out, text ? text : "");
#else
	char memory[USER_TEXT];
	struct passwd entry, *found = NULL;

	if (getpwuid_r(geteuid(), &entry, memory, sizeof memory, &found) == 0 && found) {
		smtps_buf_add_text(out, what == 'u' ? found->pw_name : found->pw_dir);
	}
#endif
}

static void expand(smtps_buf *out, smtps_str path)
{
	for (size_t i = 0; i < path.len; i++) {
		char next = i + 1 < path.len ? path.data[i + 1] : '\0';

		if (path.data[i] == '%' && (next == 'u' || next == 'h')) {
			add_user(out, next);
			i++;
		} else if (path.data[i] == '%' && next == '%') {
			smtps_buf_add_char(out, '%');
			i++;
		} else {
			smtps_buf_add_char(out, path.data[i]);
		}
	}
}

static bool read_secret(const smtps_options *options, smtps_option option, smtps_buf *out, smtps_error *error)
{
	smtps_str path = smtps_option_text(options, option);
	const smtps_buf *early = option == SMTPS_O_PASSWORD_FILE ? php_smtpsend_ini_early_password(path) : NULL;
	smtps_buf name = {0};
	bool fine;

	if (early) {
		smtps_buf_add_str(out, smtps_buf_str(early));
		return !out->failed || smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
	}
	expand(&name, path);
	fine = name.failed ? smtps_fail_memory(error, SMTPS_STAGE_OPTIONS)
					   : read_file(options, option, smtps_buf_str(&name), out, error);
	smtps_buf_free(&name);
	return fine;
}

/* A bare token, or JSON as cloud tools write it: the member access_token. */
static bool pick_token(smtps_buf *content, smtps_error *error)
{
	smtps_str text = smtps_str_trim(smtps_buf_str(content));
	zval json, *token;
	bool fine;

	if (text.len == 0 || text.data[0] != '{') {
		return true;
	}
	if (php_json_decode_ex(&json, text.data, text.len, PHP_JSON_OBJECT_AS_ARRAY, JSON_DEPTH) == FAILURE) {
		return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
			"smtpsend.oauth_token_file names a file that begins as JSON and is none: write the token alone, or JSON with access_token");
	}
	token = Z_TYPE(json) == IS_ARRAY ? zend_hash_str_find(Z_ARRVAL(json), ZEND_STRL("access_token")) : NULL;
	fine = token && Z_TYPE_P(token) == IS_STRING;
	if (fine) {
		smtps_buf_clear(content);
		smtps_buf_add(content, Z_STRVAL_P(token), Z_STRLEN_P(token));
	} else {
		smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
			"smtpsend.oauth_token_file names a file of JSON without the text access_token");
	}
	zval_ptr_dtor(&json);
	return fine;
}

bool php_smtpsend_option_files_token(const smtps_options *options, smtps_buf *token, smtps_error *error)
{
	token->secret = true;
	if (!read_secret(options, SMTPS_O_OAUTH_TOKEN_FILE, token, error) || !pick_token(token, error)) {
		return false;
	}
	while (token->len && strchr("\r\n \t", token->data[token->len - 1])) {
		token->len--;
	}
	return true;
}

static bool read_into_secret(smtps_options *options, smtps_option option, smtps_error *error)
{
	smtps_buf content = {.secret = true};
	bool fine;

	if (!smtps_option_text(options, option).len) {
		return true;
	}
	fine = option == SMTPS_O_OAUTH_TOKEN_FILE ? php_smtpsend_option_files_token(options, &content, error)
											  : read_secret(options, option, &content, error);
	fine = fine && smtps_option_set_content(options, option, smtps_buf_str(&content), error);
	smtps_buf_free(&content);
	return fine;
}

bool php_smtpsend_option_files_read(smtps_options *options, smtps_error *error)
{
	return read_pem(options, SMTPS_O_CA_FILE, &options->ca_pem, error) &&
		read_pem(options, SMTPS_O_CLIENT_CERT, &options->client_cert_pem, error) &&
		read_pem(options, SMTPS_O_CLIENT_KEY, &options->client_key_pem, error) &&
		read_dkim_keys(options, error) && read_into_secret(options, SMTPS_O_PASSWORD_FILE, error) &&
		read_into_secret(options, SMTPS_O_OAUTH_TOKEN_FILE, error);
}
