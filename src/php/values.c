/*
 * What the value classes share: they are plain readonly properties, made from C or by name from PHP, and written as JSON.
 */
#include "classes.h"

#include "zend_exceptions.h"

#include "base/text.h"

enum { JSON_TEXT = 64 * 1024 };

static void set_slot(zval *slot, zval *value)
{
	ZVAL_COPY_VALUE(slot, value);
	Z_PROP_FLAG_P(slot) = 0;
}

void php_smtpsend_value_create(zval *out, zend_class_entry *entry, zval *members, uint32_t count)
{
	object_init_ex(out, entry);
	for (uint32_t i = 0; i < count; i++) {
		set_slot(OBJ_PROP_NUM(Z_OBJ_P(out), i), &members[i]);
	}
}

/* One argument, or the default of the stub, into its property. */
static bool construct_one(zend_execute_data *execute_data, zend_property_info *info, uint32_t index)
{
	zend_function *function = execute_data->func;
	zval *slot = OBJ_PROP(Z_OBJ_P(ZEND_THIS), info->offset);
	zval value;

	if (!Z_ISUNDEF_P(slot)) {
		zend_readonly_property_modification_error(info);
		return false;
	}
	if (index < ZEND_NUM_ARGS()) {
		ZVAL_COPY_DEREF(&value, ZEND_CALL_ARG(execute_data, index + 1));
	} else if (zend_get_default_from_internal_arg_info(&value,
				   (zend_internal_arg_info *)&function->internal_function.arg_info[index]) == FAILURE) {
		return false;
	}
	if (!zend_verify_property_type(info, &value, ZEND_ARG_USES_STRICT_TYPES())) {
		zval_ptr_dtor(&value);
		return false;
	}
	set_slot(slot, &value);
	return true;
}

void php_smtpsend_value_construct(INTERNAL_FUNCTION_PARAMETERS)
{
	zend_function *function = execute_data->func;
	zend_property_info *info;
	uint32_t index = 0;

	if (ZEND_NUM_ARGS() > function->common.num_args || ZEND_NUM_ARGS() < function->common.required_num_args) {
		zend_wrong_parameters_count_error(function->common.required_num_args, function->common.num_args);
		RETURN_THROWS();
	}
	ZEND_HASH_FOREACH_PTR(&Z_OBJCE_P(ZEND_THIS)->properties_info, info)
	{
		if (!construct_one(execute_data, info, index++)) {
			RETURN_THROWS();
		}
	}
	ZEND_HASH_FOREACH_END();
	(void)return_value;
}

/* Octets that are no UTF-8, as a server may send them, would make json_encode() fail. */
static void json_string(zval *out, zend_string *text)
{
	smtps_str octets = {ZSTR_VAL(text), ZSTR_LEN(text)};
	smtps_buf clean = {0};

	if (smtps_utf8_valid(octets)) {
		ZVAL_STR_COPY(out, text);
		return;
	}
	smtps_text_one_line(&clean, octets, JSON_TEXT);
	php_smtpsend_string(out, smtps_buf_str(&clean));
	smtps_buf_free(&clean);
}

static void json_value(zval *out, zval *value);

static void json_array(zval *out, HashTable *array)
{
	zend_ulong index;
	zend_string *key;
	zval *item, clean;

	array_init_size(out, zend_hash_num_elements(array));
	ZEND_HASH_FOREACH_KEY_VAL(array, index, key, item)
	{
		json_value(&clean, item);
		if (key) {
			zend_symtable_update(Z_ARRVAL_P(out), key, &clean);
		} else {
			zend_hash_index_update(Z_ARRVAL_P(out), index, &clean);
		}
	}
	ZEND_HASH_FOREACH_END();
}

static void json_value(zval *out, zval *value)
{
	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) == IS_STRING) {
		json_string(out, Z_STR_P(value));
	} else if (Z_TYPE_P(value) == IS_ARRAY && !(Z_REFCOUNTED_P(value) && Z_IS_RECURSIVE_P(value))) {
		if (Z_REFCOUNTED_P(value)) {
			Z_PROTECT_RECURSION_P(value);
		}
		json_array(out, Z_ARRVAL_P(value));
		if (Z_REFCOUNTED_P(value)) {
			Z_UNPROTECT_RECURSION_P(value);
		}
	} else {
		ZVAL_COPY(out, value);
	}
}

void php_smtpsend_value_json(zval *object, zval *return_value)
{
	zend_string *name;
	zend_property_info *info;
	zval *slot, clean;

	array_init(return_value);
	ZEND_HASH_FOREACH_STR_KEY_PTR(&Z_OBJCE_P(object)->properties_info, name, info)
	{
		slot = OBJ_PROP(Z_OBJ_P(object), info->offset);
		if (!Z_ISUNDEF_P(slot)) {
			json_value(&clean, slot);
			zend_hash_update(Z_ARRVAL_P(return_value), name, &clean);
		}
	}
	ZEND_HASH_FOREACH_END();
}

void php_smtpsend_string(zval *out, smtps_str text)
{
	ZVAL_STRINGL_FAST(out, text.len ? text.data : "", text.len);
}

void php_smtpsend_string_or_null(zval *out, smtps_str text)
{
	if (text.len) {
		php_smtpsend_string(out, text);
	} else {
		ZVAL_NULL(out);
	}
}

void php_smtpsend_lines(zval *out, smtps_str text)
{
	smtps_str rest = text;
	zval line;

	array_init(out);
	if (text.len == 0) {
		return;
	}
	do {
		php_smtpsend_string(&line, smtps_str_split(rest, '\n', &rest));
		add_next_index_zval(out, &line);
	} while (rest.data);
}

double php_smtpsend_seconds(smtps_time time)
{
	return (double)time / 1e6;
}

const char *php_smtpsend_encryption(bool implicit_tls, bool starttls)
{
	return implicit_tls ? "implicit" : starttls ? "starttls" : "plaintext";
}
