/*
 * Registers every class of the stub. The only file that includes the generated header.
 */
#include "classes.h"

#include "ext/json/php_json.h"
#include "ext/spl/spl_exceptions.h"
#include "zend_attributes.h"

#include "exceptions.h"
#include "smtpsend_arginfo.h"

zend_class_entry *php_smtpsend_ce;
zend_class_entry *php_smtpsend_ce_transport, *php_smtpsend_ce_message, *php_smtpsend_ce_raw_message;
zend_class_entry *php_smtpsend_ce_result, *php_smtpsend_ce_reply, *php_smtpsend_ce_attempt,
	*php_smtpsend_ce_connection, *php_smtpsend_ce_certificate;

/* gen_stub.php of PHP 8.2 passes over attributes of methods' parameters. */
static void hide_options(zend_class_entry *entry)
{
	zend_function *constructor = zend_hash_str_find_ptr(&entry->function_table, ZEND_STRL("__construct"));

	if (!constructor->common.attributes) {
		zend_add_parameter_attribute(constructor, 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);
	}
}

static void register_values(void)
{
	php_smtpsend_ce_reply = register_class_SmtpSend_Reply(php_json_serializable_ce);
	php_smtpsend_ce_attempt = register_class_SmtpSend_Attempt(php_json_serializable_ce);
	php_smtpsend_ce_certificate = register_class_SmtpSend_Certificate(php_json_serializable_ce);
	php_smtpsend_ce_connection = register_class_SmtpSend_Connection(php_json_serializable_ce);
	php_smtpsend_ce_result = register_class_SmtpSend_Result(php_json_serializable_ce);
	php_smtpsend_ce_raw_message = register_class_SmtpSend_RawMessage();
}

static void register_exceptions(void)
{
	zend_class_entry *base = register_class_SmtpSend_Exception(spl_ce_RuntimeException);
	zend_class_entry *connection = register_class_SmtpSend_ConnectionException(base);
	zend_class_entry *response = register_class_SmtpSend_ResponseException(base);
	zend_class_entry *entries[SMTPS_KIND_COUNT] = {
		[SMTPS_OK] = base,
		[SMTPS_BAD_OPTION] = register_class_SmtpSend_InvalidOptionException(base),
		[SMTPS_BAD_MESSAGE] = register_class_SmtpSend_InvalidMessageException(base),
		[SMTPS_LOST] = connection,
		[SMTPS_TIMED_OUT] = register_class_SmtpSend_TimeoutException(connection),
		[SMTPS_TLS_FAILED] = register_class_SmtpSend_TlsException(base),
		[SMTPS_AUTH_FAILED] = register_class_SmtpSend_AuthenticationException(base),
		[SMTPS_REFUSED] = response,
		[SMTPS_NO_RECIPIENT] = register_class_SmtpSend_RecipientException(response),
		[SMTPS_LIMITED] = register_class_SmtpSend_LimitException(base),
		[SMTPS_NOT_SMTP] = register_class_SmtpSend_ProtocolException(base),
		[SMTPS_UNKNOWN_OUTCOME] = register_class_SmtpSend_UnknownOutcomeException(base),
		[SMTPS_INTERRUPTED] = base,
		[SMTPS_NO_MEMORY] = base,
	};

	php_smtpsend_exceptions_startup(entries);
}

void php_smtpsend_classes_register(void)
{
	php_smtpsend_ce_transport = register_class_SmtpSend_Transport();
	register_values();
	register_exceptions();
	php_smtpsend_ce_message = register_class_SmtpSend_Message();
	php_smtpsend_message_startup(php_smtpsend_ce_message);
	php_smtpsend_ce = register_class_SmtpSend(php_smtpsend_ce_transport);
	php_smtpsend_object_startup(php_smtpsend_ce);
	hide_options(php_smtpsend_ce);
}
