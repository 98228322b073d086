/*
 * Options in PHP's types; see options.h. What a value may be is the core's to say; here is only how PHP writes it.
 *
 * Order: defaults, php.ini, the script, the group rule, the files that options name, the checks over several options.
 */
#include "options.h"

#include "SAPI.h"

#include "classes.h"
#include "ini.h"
#include "option_files.h"

static int64_t next_identity;

static bool is_command_line(void)
{
	return strcmp(sapi_module.name, "cli") == 0 || strcmp(sapi_module.name, "phpdbg") == 0 ||
		strcmp(sapi_module.name, "embed") == 0;
}

/* --- one value --- */

static bool refuse_type(smtps_option option, const char *type, smtps_error *error)
{
	return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
		"the option %s is %s: write a value, or leave it out", smtps_option_table[option].name, type);
}

static bool set_callable(smtps_options *options, php_smtpsend_callables *callables, smtps_option option,
	zval *value, smtps_error *error)
{
	zval *kept = option == SMTPS_O_LOG ? &callables->log : &callables->token;

	if (!smtps_option_set_callable(options, option, ++next_identity, SMTPS_FROM_ARRAY, error)) {
		return false;
	}
	zval_ptr_dtor(kept);
	ZVAL_COPY(kept, value);
	return true;
}

static bool is_logger(zval *value)
{
	zend_class_entry *logger;
	zend_string *name;

	if (Z_TYPE_P(value) != IS_OBJECT) {
		return false;
	}
	name = zend_string_init(ZEND_STRL("Psr\\Log\\LoggerInterface"), 0);
	logger = zend_lookup_class_ex(name, NULL, ZEND_FETCH_CLASS_NO_AUTOLOAD);
	zend_string_release(name);
	return logger && instanceof_function(Z_OBJCE_P(value), logger);
}

/* A text stays a text for a token, even where a function of that name exists. */
static bool is_callable_for(smtps_option option, zval *value)
{
	if (!(smtps_option_table[option].flags & SMTPS_OPT_CALLABLE)) {
		return Z_TYPE_P(value) == IS_OBJECT && zend_is_callable(value, 0, NULL);
	}
	if (option == SMTPS_O_LOG) {
		return is_logger(value) || zend_is_callable(value, 0, NULL);
	}
	return Z_TYPE_P(value) != IS_STRING && zend_is_callable(value, 0, NULL);
}

static bool set_list(smtps_options *options, smtps_option option, HashTable *list, smtps_error *error)
{
	uint32_t count = zend_hash_num_elements(list);
	smtps_str *items = safe_emalloc(count + 1, sizeof *items, 0);
	zend_string **texts = safe_emalloc(count + 1, sizeof *texts, 0);
	size_t filled = 0;
	bool fine = true;
	zval *item;

	ZEND_HASH_FOREACH_VAL(list, item)
	{
		ZVAL_DEREF(item);
		if (Z_TYPE_P(item) != IS_STRING && Z_TYPE_P(item) != IS_LONG) {
			fine = smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
				"the option %s is a list with an item of type %s: write texts",
				smtps_option_table[option].name, php_smtpsend_type_name(item));
			break;
		}
		texts[filled] = zval_get_string(item);
		items[filled] = (smtps_str){ZSTR_VAL(texts[filled]), ZSTR_LEN(texts[filled])};
		filled++;
	}
	ZEND_HASH_FOREACH_END();
	fine = fine && smtps_option_set_list(options, option, items, filled, SMTPS_FROM_ARRAY, error);
	while (filled) {
		zend_string_release(texts[--filled]);
	}
	efree(items);
	efree(texts);
	return fine;
}

static bool set_value(smtps_options *options, php_smtpsend_callables *callables, smtps_option option,
	zval *value, smtps_error *error)
{
	if (is_callable_for(option, value)) {
		return set_callable(options, callables, option, value, error);
	}
	switch (Z_TYPE_P(value)) {
		case IS_STRING:
			return smtps_option_set_text(
				options, option, (smtps_str){Z_STRVAL_P(value), Z_STRLEN_P(value)}, SMTPS_FROM_ARRAY, error);
		case IS_LONG: {
			char text[32];

			snprintf(text, sizeof text, ZEND_LONG_FMT, Z_LVAL_P(value));
			return smtps_option_set_text(options, option, smtps_str_of(text), SMTPS_FROM_ARRAY, error);
		}
		case IS_DOUBLE:
			return smtps_option_set_number(options, option, Z_DVAL_P(value), SMTPS_FROM_ARRAY, error);
		case IS_TRUE:
		case IS_FALSE:
			return smtps_option_set_bool(
				options, option, Z_TYPE_P(value) == IS_TRUE, SMTPS_FROM_ARRAY, error);
		case IS_ARRAY: return set_list(options, option, Z_ARRVAL_P(value), error);
		case IS_NULL: return refuse_type(option, "null", error);
		default: return refuse_type(option, php_smtpsend_type_name(value), error);
	}
}

static bool set_array(
	smtps_options *options, php_smtpsend_callables *callables, HashTable *given, smtps_error *error)
{
	zend_string *key;
	zval *value;

	ZEND_HASH_FOREACH_STR_KEY_VAL(given, key, value)
	{
		smtps_str name = key ? (smtps_str){ZSTR_VAL(key), ZSTR_LEN(key)} : (smtps_str){"", 0};
		smtps_option option;

		if (!key) {
			return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
				"the options are a list without names: write them as ['host' => 'smtp.example.com', ...]");
		}
		option = smtps_option_find(name);
		if (option == SMTPS_O_COUNT) {
			return smtps_option_unknown(name, SMTPS_FROM_ARRAY, error);
		}
		ZVAL_DEREF(value);
		if (!set_value(options, callables, option, value, error)) {
			return false;
		}
	}
	ZEND_HASH_FOREACH_END();
	return true;
}

bool php_smtpsend_options_make(
	smtps_options *options, php_smtpsend_callables *callables, zval *given, smtps_error *error)
{
	bool fine =
		smtps_options_init(options, is_command_line(), error) && php_smtpsend_ini_apply(options, error);

	if (!fine) {
		return false;
	}
	if (given && Z_TYPE_P(given) == IS_STRING) {
		fine = smtps_options_dsn(
			options, (smtps_str){Z_STRVAL_P(given), Z_STRLEN_P(given)}, SMTPS_FROM_DSN, error);
	} else if (given) {
		fine = set_array(options, callables, Z_ARRVAL_P(given), error);
	}
	if (!fine || EG(exception)) {
		return false;
	}
	smtps_options_apply_group_rule(options);
	return php_smtpsend_option_files_read(options, error) && smtps_options_finish(options, error);
}

/* --- showing --- */

static void list_value(zval *out, const smtps_options *options, smtps_option option)
{
	zval item;

	array_init(out);
	for (size_t i = 0; i < smtps_option_count(options, option); i++) {
		php_smtpsend_string(&item, smtps_option_item(options, option, i));
		add_next_index_zval(out, &item);
	}
}

static void option_value(zval *out, const smtps_options *options, smtps_option option)
{
	switch (smtps_option_table[option].type) {
		case SMTPS_OPTION_BOOL: ZVAL_BOOL(out, smtps_option_number(options, option) != 0); break;
		case SMTPS_OPTION_COUNT: ZVAL_LONG(out, (zend_long)smtps_option_number(options, option)); break;
		case SMTPS_OPTION_SECONDS:
			ZVAL_DOUBLE(out, php_smtpsend_seconds(smtps_option_time(options, option)));
			break;
		case SMTPS_OPTION_ENUM: ZVAL_STRING(out, smtps_option_word(options, option)); break;
		case SMTPS_OPTION_LIST: list_value(out, options, option); break;
		case SMTPS_OPTION_STRING:
		case SMTPS_OPTION_PORT:
		case SMTPS_OPTION_RATE: php_smtpsend_string(out, smtps_option_text(options, option)); break;
	}
}

void php_smtpsend_options_value(
	zval *out, const smtps_options *options, const php_smtpsend_callables *callables)
{
	zval value;

	array_init(out);
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		const smtps_option_row *row = &smtps_option_table[i];

		if (i == SMTPS_O_LOG) {
			if (Z_ISUNDEF(callables->log)) {
				ZVAL_NULL(&value);
			} else {
				ZVAL_COPY(&value, &callables->log);
			}
		} else if (row->flags & SMTPS_OPT_SECRET) {
			ZVAL_STRING(&value, options->values[i].text.len || options->values[i].is_callable ? "***" : "");
		} else {
			option_value(&value, options, (smtps_option)i);
		}
		add_assoc_zval(out, row->name, &value);
	}
}
