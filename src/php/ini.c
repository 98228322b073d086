/*
 * php.ini; see ini.h.
 *
 * Secrets hide themselves: the handler of such an entry copies the value into memory of ours, wiped when it goes, and reports
 * FAILURE, so that the engine keeps nothing that ini_get() or phpinfo() could show. There are two layers of them:
 *
 *     process   php.ini at MINIT (the master's, with its rights), or an FPM pool's value in the child
 *     request   a vhost, .user.ini: until the request ends
 *
 * Everything else is kept by the engine as text and read when a client is made.
 */
#include "ini.h"

#include "php_ini.h"

#include "base/memory.h"
#include "files.h"
#include "php_smtpsend.h"

enum { NAME_TEXT = 64 };

static zend_ini_entry_def entries[SMTPS_O_COUNT + 1];
static char entry_names[SMTPS_O_COUNT][NAME_TEXT];
static smtps_buf process_secrets[SMTPS_O_COUNT];
static bool has_process_secret[SMTPS_O_COUNT];

/* What password_file held at MINIT. */
static smtps_buf early_path, early_password;

static bool has_entry(smtps_option option)
{
	return !(smtps_option_table[option].flags & SMTPS_OPT_NO_INI);
}

static bool is_secret(smtps_option option)
{
	return (smtps_option_table[option].flags & SMTPS_OPT_SECRET) != 0;
}

static zend_ini_entry *entry_of(smtps_option option)
{
	return zend_hash_str_find_ptr(EG(ini_directives), entry_names[option], strlen(entry_names[option]));
}

/* --- handlers --- */

static void keep_secret(smtps_buf *secret, bool *is_there, zend_string *value)
{
	smtps_buf_free(secret);
	secret->secret = true;
	secret->failed = false;
	*is_there = value != NULL;
	if (value) {
		smtps_buf_add(secret, ZSTR_VAL(value), ZSTR_LEN(value));
	}
}

static ZEND_INI_MH(on_secret)
{
	smtps_option option = (smtps_option)(uintptr_t)mh_arg1;

	if (stage == ZEND_INI_STAGE_STARTUP || (!entry->modified && stage != ZEND_INI_STAGE_DEACTIVATE)) {
		/* The engine asks again with NULL when the value was refused: that is no order to forget. */
		if (new_value) {
			keep_secret(&process_secrets[option], &has_process_secret[option], new_value);
		}
	} else if (stage == ZEND_INI_STAGE_DEACTIVATE || stage == ZEND_INI_STAGE_SHUTDOWN) {
		keep_secret(&SMTPSEND_G(request_secrets)[option], &SMTPSEND_G(has_request_secret)[option], NULL);
	} else {
		keep_secret(&SMTPSEND_G(request_secrets)[option], &SMTPSEND_G(has_request_secret)[option], new_value);
	}
	SMTPSEND_G(is_users)[option] = stage == ZEND_INI_STAGE_HTACCESS;
	(void)mh_arg2;
	(void)mh_arg3;
	return FAILURE;
}

/* ini_set() says at once what is wrong with a value; a file's is said when a client is made. */
static bool is_fine_value(smtps_option option, zend_string *value)
{
	smtps_options *scratch = emalloc(sizeof *scratch);
	smtps_error error = {0};
	bool fine = smtps_options_init(scratch, false, &error) &&
		smtps_option_set_text(
			scratch, option, (smtps_str){ZSTR_VAL(value), ZSTR_LEN(value)}, SMTPS_FROM_INI, &error);

	if (!fine) {
		php_error_docref(NULL, E_WARNING, "%s", error.text);
	}
	smtps_options_free(scratch);
	efree(scratch);
	smtps_error_free(&error);
	return fine;
}

static ZEND_INI_MH(on_value)
{
	smtps_option option = (smtps_option)(uintptr_t)mh_arg1;

	if (stage == ZEND_INI_STAGE_RUNTIME && new_value && !is_fine_value(option, new_value)) {
		return FAILURE;
	}
	if (stage != ZEND_INI_STAGE_STARTUP) {
		SMTPSEND_G(is_users)[option] = stage == ZEND_INI_STAGE_HTACCESS;
	}
	(void)entry;
	(void)mh_arg2;
	(void)mh_arg3;
	return SUCCESS;
}

static ZEND_INI_DISP(display_secret)
{
	smtps_option option = (smtps_option)(uintptr_t)ini_entry->mh_arg1;

	(void)type;
	php_printf("%s", php_smtpsend_ini_is_set(option) ? "set, hidden" : "no value");
}

/* --- MINIT --- */

static zend_ini_entry_def definition_of(smtps_option option, bool user_config)
{
	unsigned flags = smtps_option_table[option].flags;
	int modifiable = flags & SMTPS_OPT_SYSTEM ? PHP_INI_SYSTEM : PHP_INI_ALL;
	size_t length = strlen(entry_names[option]);

	if ((flags & SMTPS_OPT_GROUP) && user_config) {
		modifiable = PHP_INI_SYSTEM | PHP_INI_PERDIR;
	}
	return (zend_ini_entry_def){
		.name = entry_names[option],
		.on_modify = is_secret(option) ? on_secret : on_value,
		.mh_arg1 = (void *)(uintptr_t)option,
		.displayer = is_secret(option) ? display_secret : NULL,
		.name_length = (uint16_t)length,
		.modifiable = (uint8_t)modifiable,
	};
}

/* get_cfg_var() and php -i read the configuration hash, whatever became of the entry. */
static void wipe_configured(smtps_option option)
{
	zval *configured = cfg_get_entry(entry_names[option], strlen(entry_names[option]));

	if (!configured || Z_TYPE_P(configured) != IS_STRING) {
		return;
	}
	if (!ZSTR_IS_INTERNED(Z_STR_P(configured))) {
		smtps_cleanse(Z_STRVAL_P(configured), Z_STRLEN_P(configured));
		zend_string_release_ex(Z_STR_P(configured), true);
	}
	ZVAL_EMPTY_STRING(configured);
}

/* php.ini's own password_file, read while the master still has its rights. One that holds %u or %h belongs to whoever sends. */
static void read_early_password(void)
{
	const char *path = php_smtpsend_ini_text(entry_names[SMTPS_O_PASSWORD_FILE]);

	if (!path || !path[0] || strchr(path, '%')) {
		return;
	}
	smtps_buf_add_text(&early_path, path);
	early_password.secret = true;
	if (!php_smtpsend_file_read(smtps_str_of(path),
			&(php_smtpsend_file_rules){.subject = "smtpsend.password_file"}, &early_password, NULL)) {
		smtps_buf_free(&early_password);
		smtps_buf_free(&early_path);
	}
}

const char *php_smtpsend_ini_text(const char *name)
{
	zval *configured = cfg_get_entry(name, strlen(name));

	return configured && Z_TYPE_P(configured) == IS_STRING ? Z_STRVAL_P(configured) : NULL;
}

/* As php.ini's parser writes a switch: on, yes and true have become "1" by now, but for a value in quotes. */
static bool is_on(const char *text)
{
	smtps_str value = smtps_str_of(text);

	return smtps_str_equal(value, SMTPS_STR("1")) || smtps_str_equal_nocase(value, SMTPS_STR("on")) ||
		smtps_str_equal_nocase(value, SMTPS_STR("yes")) || smtps_str_equal_nocase(value, SMTPS_STR("true"));
}

void php_smtpsend_ini_startup(int module_number)
{
	bool user_config = is_on(php_smtpsend_ini_text("smtpsend.allow_user_config"));
	size_t count = 0;

	memset(entries, 0, sizeof entries);
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		snprintf(entry_names[i], NAME_TEXT, "smtpsend.%s", smtps_option_table[i].name);
		process_secrets[i] = (smtps_buf){0};
		has_process_secret[i] = false;
		if (has_entry((smtps_option)i)) {
			entries[count++] = definition_of((smtps_option)i, user_config);
		}
	}
	early_path = early_password = (smtps_buf){0};
	zend_register_ini_entries(entries, module_number);
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		if (is_secret((smtps_option)i)) {
			wipe_configured((smtps_option)i);
		}
	}
	read_early_password();
}

void php_smtpsend_ini_shutdown(int module_number)
{
	zend_unregister_ini_entries(module_number);
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		smtps_buf_free(&process_secrets[i]);
	}
	smtps_buf_free(&early_password);
	smtps_buf_free(&early_path);
}

/* --- reading --- */

static bool value_of(smtps_option option, smtps_str *value)
{
	zend_ini_entry *entry;

	if (is_secret(option)) {
		bool is_requests = SMTPSEND_G(has_request_secret)[option];

		*value = smtps_buf_str(is_requests ? &SMTPSEND_G(request_secrets)[option] : &process_secrets[option]);
		return is_requests || has_process_secret[option];
	}
	entry = entry_of(option);
	if (!entry || !entry->value) {
		return false;
	}
	*value = (smtps_str){ZSTR_VAL(entry->value), ZSTR_LEN(entry->value)};
	return true;
}

bool php_smtpsend_ini_is_set(smtps_option option)
{
	smtps_str value;

	return has_entry(option) && value_of(option, &value) && value.len;
}

bool php_smtpsend_ini_is_users(smtps_option option)
{
	return SMTPSEND_G(is_users)[option];
}

/* A value from .user.ini drops every member of the host's own account: else a user could send its password elsewhere. */
static bool is_group_users(void)
{
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		if ((smtps_option_table[i].flags & SMTPS_OPT_GROUP) && SMTPSEND_G(is_users)[i]) {
			return true;
		}
	}
	return false;
}

bool php_smtpsend_ini_apply(smtps_options *options, smtps_error *error)
{
	bool users_group = is_group_users();

	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		smtps_option option = (smtps_option)i;
		bool is_dropped =
			users_group && (smtps_option_table[i].flags & SMTPS_OPT_GROUP) && !SMTPSEND_G(is_users)[i];
		smtps_str value;

		if (!has_entry(option) || is_dropped || !value_of(option, &value)) {
			continue;
		}
		if (!smtps_option_set_text(options, option, value, SMTPS_FROM_INI, error)) {
			return false;
		}
	}
	return true;
}

const smtps_buf *php_smtpsend_ini_early_password(smtps_str path)
{
	return early_password.len && smtps_str_equal(path, smtps_buf_str(&early_path)) ? &early_password : NULL;
}
