/*
 * SmtpSend\Certificate: whom the server says it is. Its two methods serve the other value classes too (see the stub).
 */
#include "certificate.h"

enum { SUBJECT, ISSUER, ALT_NAMES, NOT_BEFORE, NOT_AFTER, FINGERPRINT, KEY_FINGERPRINT, MEMBERS };

void php_smtpsend_certificate_value(zval *out, const smtps_certificate *certificate)
{
	zval members[MEMBERS];

	php_smtpsend_string(&members[SUBJECT], smtps_buf_str(&certificate->subject));
	php_smtpsend_string(&members[ISSUER], smtps_buf_str(&certificate->issuer));
	php_smtpsend_lines(&members[ALT_NAMES], smtps_buf_str(&certificate->alt_names));
	ZVAL_LONG(&members[NOT_BEFORE], (zend_long)certificate->not_before);
	ZVAL_LONG(&members[NOT_AFTER], (zend_long)certificate->not_after);
	php_smtpsend_string(&members[FINGERPRINT], smtps_str_of(certificate->fingerprint));
	php_smtpsend_string(&members[KEY_FINGERPRINT], smtps_str_of(certificate->spki));
	php_smtpsend_value_create(out, php_smtpsend_ce_certificate, members, MEMBERS);
}

ZEND_METHOD(SmtpSend_Certificate, __construct)
{
	php_smtpsend_value_construct(INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

ZEND_METHOD(SmtpSend_Certificate, jsonSerialize)
{
	ZEND_PARSE_PARAMETERS_NONE();
	php_smtpsend_value_json(ZEND_THIS, return_value);
}
