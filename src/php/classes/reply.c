/*
 * SmtpSend\Reply: what a server said.
 */
#include "php/classes.h"

enum { CODE, ENHANCED_CODE, TEXT, LINES, COMMAND, MEMBERS };

void php_smtpsend_reply_value(zval *out, const smtps_reply *reply, const char *command)
{
	if (reply->code == 0) {
		ZVAL_NULL(out);
	} else {
		php_smtpsend_reply_object(out, reply, command);
	}
}

void php_smtpsend_reply_object(zval *out, const smtps_reply *reply, const char *command)
{
	zval members[MEMBERS];
	char enhanced[16];

	ZVAL_LONG(&members[CODE], reply->code);
	php_smtpsend_string_or_null(
		&members[ENHANCED_CODE], smtps_str_of(smtps_reply_enhanced_text(reply, enhanced)));
	php_smtpsend_string(&members[TEXT], smtps_buf_str(&reply->text));
	php_smtpsend_lines(&members[LINES], smtps_buf_str(&reply->text));
	php_smtpsend_string_or_null(&members[COMMAND], smtps_str_of(command));
	php_smtpsend_value_create(out, php_smtpsend_ce_reply, members, MEMBERS);
}

ZEND_METHOD(SmtpSend_Reply, __construct)
{
	zval *text, *lines;

	php_smtpsend_value_construct(INTERNAL_FUNCTION_PARAM_PASSTHRU);
	if (EG(exception)) {
		return;
	}
	text = OBJ_PROP_NUM(Z_OBJ_P(ZEND_THIS), TEXT);
	lines = OBJ_PROP_NUM(Z_OBJ_P(ZEND_THIS), LINES);
	if (zend_hash_num_elements(Z_ARRVAL_P(lines)) == 0 && Z_STRLEN_P(text)) {
		zval_ptr_dtor(lines);
		php_smtpsend_lines(lines, (smtps_str){Z_STRVAL_P(text), Z_STRLEN_P(text)});
	}
}

static zend_long code_of(zval *object)
{
	zval *code = OBJ_PROP_NUM(Z_OBJ_P(object), CODE);

	return Z_TYPE_P(code) == IS_LONG ? Z_LVAL_P(code) : 0;
}

ZEND_METHOD(SmtpSend_Reply, isTransient)
{
	ZEND_PARSE_PARAMETERS_NONE();
	RETURN_BOOL(code_of(ZEND_THIS) / 100 == 4);
}

ZEND_METHOD(SmtpSend_Reply, isPermanent)
{
	ZEND_PARSE_PARAMETERS_NONE();
	RETURN_BOOL(code_of(ZEND_THIS) / 100 == 5);
}
