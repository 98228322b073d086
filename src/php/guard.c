/*
 * Catching the end of a request; see guard.h.
 */
#include "guard.h"

#include "php_smtpsend.h"

bool php_smtpsend_guard(php_smtpsend_code *code, void *context)
{
	volatile bool is_over = false;

	SMTPSEND_G(is_over) = false;
	zend_try
	{
		code(context);
	}
	zend_catch
	{
		is_over = true;
	}
	zend_end_try();
	SMTPSEND_G(is_over) = is_over;
	return !is_over;
}

bool php_smtpsend_is_over(void)
{
	return SMTPSEND_G(is_over);
}

void php_smtpsend_leave(void)
{
	if (SMTPSEND_G(is_over)) {
		SMTPSEND_G(is_over) = false;
		zend_bailout();
	}
}

typedef struct text_call {
	zval *value;
	zend_string *text;
} text_call;

static void get_text(void *context)
{
	text_call *call = context;

	call->text = zval_try_get_string(call->value);
}

zend_string *php_smtpsend_text_of(zval *value)
{
	text_call call = {.value = value};

	if (Z_TYPE_P(value) == IS_STRING) {
		return zend_string_copy(Z_STR_P(value));
	}
	return php_smtpsend_guard(get_text, &call) ? call.text : NULL;
}
