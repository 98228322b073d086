/*
 * What the core asks of PHP: is the request over, a fresh token, a line of the transcript. See client/host.h.
 *
 * The token's callable is the only user code, and the core asks for it while no transaction is open. An exception of it stays as
 * it is and ends the call.
 */
#include "object.h"

#include "zend_exceptions.h"

#include "guard.h"
#include "option_files.h"

static bool is_interrupted(void *context)
{
	(void)context;
	return EG(exception) != NULL || zend_atomic_bool_load_ex(&EG(timed_out));
}

static void add_line(void *context, char direction, smtps_str line)
{
	php_smtpsend_object *object = context;

	php_smtpsend_transcript_add(&object->transcript, direction, line);
}

static bool interrupted(smtps_error *error)
{
	return smtps_fail(
		error, SMTPS_STAGE_AUTH, SMTPS_INTERRUPTED, SMTPS_CAUSE_NONE, "the callable oauth_token threw");
}

typedef struct token_call {
	zval *callable, arguments[2], result;
} token_call;

static void run_token_call(void *context)
{
	token_call *call = context;

	call_user_function(NULL, NULL, call->callable, &call->result, 2, call->arguments);
}

static bool call_token(php_smtpsend_object *object, bool refresh, smtps_buf *token, smtps_error *error)
{
	smtps_str username = smtps_option_text(&object->options, SMTPS_O_USERNAME);
	token_call call = {.callable = &object->callables.token};
	bool fine;

	ZVAL_STRINGL(&call.arguments[0], username.len ? username.data : "", username.len);
	ZVAL_BOOL(&call.arguments[1], refresh);
	ZVAL_UNDEF(&call.result);
	fine = php_smtpsend_guard(run_token_call, &call);
	zval_ptr_dtor(&call.arguments[0]);
	if (!fine || EG(exception)) {
		zval_ptr_dtor(&call.result);
		return interrupted(error);
	}
	fine = Z_TYPE(call.result) == IS_STRING && Z_STRLEN(call.result) > 0;
	if (fine) {
		smtps_buf_add(token, Z_STRVAL(call.result), Z_STRLEN(call.result));
		fine = !token->failed || smtps_fail_memory(error, SMTPS_STAGE_AUTH);
	} else {
		smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
			"the callable oauth_token returned %s: return the token, a text",
			Z_TYPE(call.result) == IS_STRING ? "an empty text" : php_smtpsend_type_name(&call.result));
	}
	zval_ptr_dtor(&call.result);
	return fine;
}

static bool fetch_token(void *context, bool refresh, smtps_buf *token, smtps_error *error)
{
	php_smtpsend_object *object = context;

	token->secret = true;
	if (!Z_ISUNDEF(object->callables.token)) {
		return call_token(object, refresh, token, error);
	}
	return php_smtpsend_option_files_token(&object->options, token, error);
}

smtps_host php_smtpsend_host(php_smtpsend_object *object)
{
	bool has_token = !Z_ISUNDEF(object->callables.token) ||
		smtps_option_text(&object->options, SMTPS_O_OAUTH_TOKEN_FILE).len > 0;

	return (smtps_host){
		.context = object,
		.interrupted = is_interrupted,
		.token = has_token ? fetch_token : NULL,
		.transcript = add_line,
	};
}
