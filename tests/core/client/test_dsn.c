/*
 * The DSN (case 252): what it brings, and that no error repeats it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "options_script.h"

static const struct {
	const char *script, *sentence;
} refusals[] = {
	{"DSN:smtp.example.com", "the DSN has no scheme: write smtp://user:password@host"},
	{"DSN:smtp:/mx", "the DSN has no scheme: write smtp://user:password@host"},
	{"DSN:", "the DSN has no scheme: write smtp://user:password@host"},
	{"DSN:smtp://", "the DSN names no host: write smtp://user:password@host"},
	{"DSN:smtp://u:geheim@", "the DSN names no host: write smtp://user:password@host"},
	{"DSN:smtp:///mx", "the DSN has a path, which SMTP does not know: write options behind a ?"},
	{"DSN:http://u:geheim@mx",
		"the DSN has an unknown scheme: write smtp://, smtps://, capture:// or null://"},
	{"DSN:ssl://u:geheim@mx",
		"the DSN has an unknown scheme: write smtp://, smtps://, capture:// or null://"},
	{"DSN:sendmail://default",
		"the DSN has an unknown scheme: write smtp://, smtps://, capture:// or null://"},
	{"DSN:smtp://u:ge\\nheim@mx",
		"the DSN has a control character (a line break, a tab or a NUL): write it without"},
	{"DSN:smtp://u:ge%0d%0aheim@mx",
		"the DSN's password is a text with a control character (a line break, a tab or a NUL): write it without"},
	{"DSN:smtp://u:geheim@m%00x",
		"the DSN's host is a text with a control character (a line break, a tab or a NUL): write it without"},
	{"DSN:smtp://u:geheim@mx/path", "the DSN has a path, which SMTP does not know: write options behind a ?"},
	{"DSN:smtp://u:geheim@mx:587abc",
		"the DSN's port is no port: write auto, a number from 1 to 65535, or a list such as 587,465"},
	{"DSN:smtp://u:geheim@mx:",
		"the DSN ends its host with a colon and no port: write the port or leave the colon out"},
	{"DSN:smtp://u:geheim@mx:65536",
		"the DSN's port is no port: write auto, a number from 1 to 65535, or a list such as 587,465"},
	{"DSN:smtp://u:geheim@[2001:db8::1]x",
		"the DSN has something behind its host that is no port: write host:port"},
	{"DSN:smtp://u:geheim@mail_server",
		"the DSN's host is no host name (a character other than letters, digits, hyphens and dots): write the server's name alone, such as smtp.example.com"},
	{"DSN:smtp://u@mx", "the DSN's username needs password (or an oauth_token): write both, or neither"},
	{"DSN:smtp://:geheim@mx", "the DSN's password needs username: write both, or neither"},
	{"DSN:smtp://u:geheim@mx?verify=0",
		"the DSN has an unknown parameter \"verify\": did you mean verify_peer?"},
	{"DSN:smtp://u:geheim@mx?TIMEOUT=5",
		"the DSN has an unknown parameter \"TIMEOUT\": did you mean timeout?"},
	{"DSN:smtp://u:geheim@mx?timeout=5&timeout=6", "the DSN says timeout twice: write it once"},
	{"DSN:smtp://u:geheim@mx?username=v", "the DSN says username twice: write it once"},
	{"DSN:smtp://mx:587?port=25", "the DSN says port twice: write it once"},
	{"DSN:smtp://u:geheim@mx?timeout", "the DSN has no value for timeout: write timeout=..."},
	{"DSN:smtp://u:geheim@mx?=5",
		"the DSN has a parameter that is no option: write & as %26 and % as %25 inside a value"},
	{"DSN:smtp://mx?username=u&password=ge&heim",
		"the DSN has a parameter that is no option: write & as %26 and % as %25 inside a value"},
	{"DSN:smtp://u:geheim@mx?form=a@b.example",
		"the DSN can be read in two ways: write @ as %40, ? as %3F, / as %2F and % as %25 in its user name and password"},
	{"DSN:smtp://mx?tiemout=a@b.example",
		"the DSN can be read in two ways: write @ as %40, ? as %3F, / as %2F and % as %25 in its user name and password"},
	{"DSN:smtp://u:geheim@mx?password_file=/etc/passwd",
		"the DSN's password_file can be set by smtpsend.password_file in php.ini only: read the file in PHP and write its content as password"},
	{"DSN:smtp://u:geheim@mx?mail=on",
		"the DSN's mail can be set by smtpsend.mail in php.ini only: leave it to php.ini"},
	{"DSN:smtp://u:geheim@mx?log=x", "the DSN's log is no logger: write a callable or a PSR-3 logger"},
	{"DSN:smtp://u:geheim@mx?verify_peer=", "the DSN's verify_peer is neither on nor off: write on or off"},
	{"DSN:smtps://u:geheim@mx:587",
		"the DSN's encryption asks for TLS from the first byte (implicit), which port 587 does not speak: write encryption=starttls or auto, or port=465"},
	{"DSN:smtps://u:geheim@mx?encryption=auto",
		"the DSN begins with smtps://, which is implicit TLS, and asks for another encryption: write smtp://"},
	{"DSN:capture://tmp/mails", "the DSN names no directory: write capture:///directory, with three slashes"},
	{"DSN:capture://", "the DSN names no directory: write capture:///directory, with three slashes"},
	{"DSN:capture:///tmp/%0a", "the DSN names a directory with a control character: write it without"},
	{"DSN:null://mx", "the DSN drops every mail and names a host: write null:// alone"},
	{"ini.dsn=smtp://u:geheim@mx:0",
		"smtpsend.dsn's port is no port: write auto, a number from 1 to 65535, or a list such as 587,465"},
	{"ini.dsn=geheim", "smtpsend.dsn has no scheme: write smtp://user:password@host"},
	{"ini.dsn=smtp://u:geheim@mx?oauth_token=x",
		"smtpsend.dsn's oauth_token is no entry of php.ini: set it in PHP"},
	{"ini.dsn=smtp://u:geheim@mx?allow_user_config=on",
		"smtpsend.dsn's allow_user_config can be set by smtpsend.allow_user_config in php.ini only: leave it to php.ini"},
	{"ini.dsn=smtp://u:geheim@mx?tiemout=1",
		"smtpsend.dsn has an unknown parameter \"tiemout\": did you mean timeout?"},
	{"ini.dsn=smtp://u:geheim@mx|ini.password_file=/x",
		"smtpsend.dsn and smtpsend.password_file are both set, and the DSN stands for the whole account: write all of it into the DSN, or remove the DSN"},
};

static void test_each_wrong_dsn_is_refused_without_repeating_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		smtps_options options;
		smtps_error error = {0};

		if (options_run(&options, refusals[i].script, &error)) {
			fail_msg("taken: %s", refusals[i].script);
		}
		assert_string_equal(error.text, refusals[i].sentence);
		assert_int_equal(error.kind, SMTPS_BAD_OPTION);
		assert_null(strstr(error.text, "geheim"));
		smtps_options_free(&options);
		smtps_error_free(&error);
	}
}

static void test_what_a_dsn_brings(void **state)
{
	static const struct {
		const char *script, *host, *user, *password;
		int port;
	} rows[] = {
		{"DSN:smtp://mx.example.com", "mx.example.com", "", "", 587},
		{"DSN:SMTP://u:p@mx.example.com:2525/", "mx.example.com", "u", "p", 2525},
		{"DSN:smtp://u%40example.com:p%3a%2F%25@mx", "mx", "u@example.com", "p:/%", 587},
		{"DSN:smtp://u@example.com:p@ss@mx", "mx", "u@example.com", "p@ss", 587},
		{"DSN:smtp://u:a:b:c@mx", "mx", "u", "a:b:c", 587},
		{"DSN:smtp://u:p@ss/w?rd#1+$&=%zz@mx:25", "mx", "u", "p@ss/w?rd#1+$&=%zz", 25},
		{"DSN:smtp://u:50%@mx", "mx", "u", "50%", 587},
		{"DSN:smtp://apikey:SG.a-b_c@mx", "mx", "apikey", "SG.a-b_c", 587},
		{"DSN:smtp://u:p@[2001:db8::1]:465", "2001:db8::1", "u", "p", 465},
		{"DSN:smtp://[::1]", "::1", "", "", 587},
		{"DSN:smtp://unix%3A%2Frun%2Fsmtp", "/run/smtp", "", "", 0},
		{"DSN:smtp://mx?from=a@b.example", "mx", "", "", 587},
		{"DSN:smtp://u:p@mx?from=a@b.example&timeout=5", "mx", "u", "p", 587},
		{"DSN:smtp://mx?username=u&password=p%26q", "mx", "u", "p&q", 587},
		{"DSN:smtp://mx/?encryption=none&port=1025", "mx", "", "", 1025},
		{"DSN:smtps://u:p@mx", "mx", "u", "p", 465},
		{"ini.dsn=smtps://u:p@mx?encryption=implicit", "mx", "u", "p", 465},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		smtps_options options;
		smtps_error error = {0};

		if (!options_run(&options, rows[i].script, &error)) {
			fail_msg("%s: %s", rows[i].script, error.text);
		}
		assert_string_equal(smtps_buf_cstr(&options.host), rows[i].host);
		assert_string_equal(smtps_buf_cstr(&options.values[SMTPS_O_USERNAME].text), rows[i].user);
		assert_string_equal(smtps_buf_cstr(&options.values[SMTPS_O_PASSWORD].text), rows[i].password);
		assert_int_equal(options.ports[0], rows[i].port);
		assert_int_equal(options.values[SMTPS_O_DSN].text.len, 0);
		smtps_options_free(&options);
	}
}

static void test_parameters_are_options(void **state)
{
	smtps_options options;
	smtps_error error = {0};

	(void)state;
	assert_true(options_run(
		&options, "DSN:smtp://mx?timeout=2.5&persistent=off&from=a%2Bb@c.example&tls_min=1.3", &error));
	assert_int_equal(smtps_option_time(&options, SMTPS_O_TIMEOUT), SMTPS_MILLISECONDS(2500));
	assert_false(smtps_option_number(&options, SMTPS_O_PERSISTENT));
	assert_true(smtps_str_equal(smtps_option_text(&options, SMTPS_O_FROM), SMTPS_STR("a+b@c.example")));
	assert_string_equal(smtps_option_word(&options, SMTPS_O_TLS_MIN), "1.3");
	smtps_options_free(&options);
}

static void test_capture_and_null_need_no_host(void **state)
{
	smtps_options options;
	smtps_error error = {0};

	(void)state;
	assert_true(options_run(&options, "DSN:capture:///var/tmp/my%20mails?from=a@b.example", &error));
	assert_int_equal(options.transport, SMTPS_TRANSPORT_CAPTURE);
	assert_true(smtps_str_equal(smtps_buf_str(&options.capture_directory), SMTPS_STR("/var/tmp/my mails")));
	smtps_options_free(&options);
	assert_true(options_run(&options, "DSN:null://null", &error));
	assert_int_equal(options.transport, SMTPS_TRANSPORT_NULL);
	smtps_options_free(&options);
}

static void test_credentials_never_go_to_a_host_that_a_query_names(void **state)
{
	static const char *const scripts[] = {"DSN:smtp://u:p@mx?x=y@evil.example",
		"DSN:smtp://u:1?x=y@evil.example", "DSN:smtp://u:p@mx/?return_to=me@evil.example",
		"DSN:smtp://u:p@mx:587?tiemout=me@evil.example&from=x@y"};

	(void)state;
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		smtps_options options;
		smtps_error error = {0};

		assert_false(options_run(&options, scripts[i], &error));
		assert_non_null(strstr(error.text, "can be read in two ways"));
		smtps_options_free(&options);
		smtps_error_free(&error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_wrong_dsn_is_refused_without_repeating_it),
		cmocka_unit_test(test_what_a_dsn_brings),
		cmocka_unit_test(test_parameters_are_options),
		cmocka_unit_test(test_capture_and_null_need_no_host),
		cmocka_unit_test(test_credentials_never_go_to_a_host_that_a_query_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
