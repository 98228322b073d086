/*
 * phpinfo(): whether mail can go out as configured, to where, and who holds the secret. Never a secret.
 */
#include "info.h"

#include <openssl/crypto.h>

#include "ext/standard/info.h"
#include "php_ini.h"

#include "ini.h"
#include "option_files.h"
#include "php_smtpsend.h"

static void secret_row(void)
{
	const char *from = "nowhere";

	if (php_smtpsend_ini_is_set(SMTPS_O_DSN)) {
		from = "smtpsend.dsn";
	} else if (php_smtpsend_ini_is_set(SMTPS_O_PASSWORD)) {
		from = "smtpsend.password";
	} else if (php_smtpsend_ini_is_set(SMTPS_O_PASSWORD_FILE)) {
		from = "smtpsend.password_file";
	} else if (php_smtpsend_ini_is_set(SMTPS_O_OAUTH_TOKEN_FILE)) {
		from = "smtpsend.oauth_token_file";
	}
	php_info_print_table_row(2, "Secret from", from);
}

static void configured_rows(void)
{
	smtps_options *options = emalloc(sizeof *options);
	smtps_error error = {0};
	bool fine;

	memset(options, 0, sizeof *options);
	fine = smtps_options_init(options, false, &error) && php_smtpsend_ini_apply(options, &error) &&
		php_smtpsend_option_files_read(options, &error) && smtps_options_finish(options, &error);
	php_info_print_table_row(2, "Configured", fine ? "yes" : error.text);
	if (fine) {
		smtps_buf host = {0};

		smtps_buf_add_str(&host, smtps_buf_str(&options->host));
		php_info_print_table_row(2, "Host",
			options->transport == SMTPS_TRANSPORT_SMTP       ? smtps_buf_cstr(&host)
				: options->transport == SMTPS_TRANSPORT_NULL ? "null://"
															 : "capture://");
		smtps_buf_free(&host);
	}
	smtps_options_free(options);
	efree(options);
	smtps_error_free(&error);
}

void php_smtpsend_info(zend_module_entry *module)
{
	php_info_print_table_start();
	php_info_print_table_row(2, "SMTP submission (SmtpSend)", "enabled");
	php_info_print_table_row(2, "Version", PHP_SMTPSEND_VERSION);
	php_info_print_table_row(2, "TLS", OpenSSL_version(OPENSSL_VERSION));
#ifdef SMTPS_NO_IDN2
	php_info_print_table_row(2, "Internationalised domain names", "no (built without libidn2)");
#else
	php_info_print_table_row(2, "Internationalised domain names", "libidn2");
#endif
	configured_rows();
	secret_row();
	php_info_print_table_end();
	display_ini_entries(module);
}
