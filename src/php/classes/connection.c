/*
 * SmtpSend\Connection: what is known of a connection.
 */
#include "certificate.h"

enum {
	HOST,
	ADDRESS,
	PORT,
	ENCRYPTION,
	TLS_VERSION,
	CIPHER,
	VERIFIED,
	CERTIFICATE,
	CAPABILITIES,
	AUTH_MECHANISMS,
	AUTH_MECHANISM,
	GREETING,
	MEMBERS
};

static void mechanisms_value(zval *out, unsigned mechanisms)
{
	array_init(out);
	for (unsigned i = 0; i < SMTPS_MECHANISM_COUNT; i++) {
		if (mechanisms & SMTPS_MECHANISM_BIT(i)) {
			add_next_index_string(out, smtps_mechanism_name((smtps_mechanism)i));
		}
	}
}

void php_smtpsend_connection_value(zval *out, const smtps_connection_facts *facts)
{
	zval members[MEMBERS];

	php_smtpsend_string(&members[HOST], smtps_buf_str(&facts->host));
	php_smtpsend_string(&members[ADDRESS], smtps_str_of(facts->address));
	ZVAL_LONG(&members[PORT], facts->port);
	ZVAL_STRING(&members[ENCRYPTION], php_smtpsend_encryption(facts->implicit_tls, facts->starttls));
	php_smtpsend_string_or_null(&members[TLS_VERSION], smtps_str_of(facts->tls_version));
	php_smtpsend_string_or_null(&members[CIPHER], smtps_str_of(facts->cipher));
	ZVAL_BOOL(&members[VERIFIED], facts->verified);
	if (facts->has_certificate) {
		php_smtpsend_certificate_value(&members[CERTIFICATE], &facts->certificate);
	} else {
		ZVAL_NULL(&members[CERTIFICATE]);
	}
	php_smtpsend_lines(&members[CAPABILITIES], smtps_buf_str(&facts->capabilities));
	mechanisms_value(&members[AUTH_MECHANISMS], facts->mechanisms);
	if (facts->mechanism < SMTPS_MECHANISM_COUNT) {
		ZVAL_STRING(&members[AUTH_MECHANISM], smtps_mechanism_name(facts->mechanism));
	} else {
		ZVAL_NULL(&members[AUTH_MECHANISM]);
	}
	php_smtpsend_string(&members[GREETING], smtps_buf_str(&facts->greeting));
	php_smtpsend_value_create(out, php_smtpsend_ce_connection, members, MEMBERS);
}
