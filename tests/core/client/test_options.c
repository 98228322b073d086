/*
 * Options: every option wrong in each way with the whole sentence, the group rule, the keys, and a failing allocator.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "options_script.h"

typedef struct refusal {
	const char *script, *sentence;
} refusal;

static const refusal
	refusals
		[] =
			{
				/* host: case 7, 8, 9 */
				{"host=smtp://user:geheim@smtp.example.com",
					"the option host is a URL and no host: write the name alone, or give the whole DSN in place of the options"},
				{"host=smtps://smtp.example.com",
					"the option host is a URL and no host: write the name alone and encryption=implicit, or give the whole DSN in place of the options"},
				{"host=tls://smtp.example.com",
					"the option host is a URL and no host: write the name alone; encryption=auto, the default, uses TLS on every port"},
				{"host=ssl://smtp.example.com:465",
					"the option host is a URL and no host: write the name alone and encryption=implicit"},
				{"host=https://smtp.example.com/x",
					"the option host is a URL and no host: write the server's name alone, such as smtp.example.com"},
				{"host=php://memory",
					"the option host is a URL and no host: write the server's name alone, such as smtp.example.com"},
				{"host=smtp.example.com:587",
					"the option host is \"smtp.example.com:587\", which is a host with a port: write the name alone, and the port in the option port"},
				{"host=[2001:db8::1]:587",
					"the option host is \"[2001:db8::1]:587\", which is an address with a port: write the address alone, and the port in the option port"},
				{"host=[2001:db8::1",
					"the option host is \"[2001:db8::1\", which is no IPv6 address in brackets: write one such as [2001:db8::1] or [fe80::1%eth0]"},
				{"host=[192.0.2.1]",
					"the option host is \"[192.0.2.1]\", which is no IPv6 address in brackets: write one such as [2001:db8::1] or [fe80::1%eth0]"},
				{"host=fe80::1%eth0",
					"the option host is \"fe80::1%eth0\", which is an address with a zone outside brackets: write it as [fe80::1%eth0]"},
				{"host=[fe80::1%e/h0]",
					"the option host is \"[fe80::1%e/h0]\", which is no IPv6 address in brackets: write one such as [2001:db8::1] or [fe80::1%eth0]"},
				{"host=smtp example.com",
					"the option host is \"smtp example.com\", which is a host with a space: write the server's name alone, such as smtp.example.com"},
				{"host=user@example.com",
					"the option host is a mail address or a login and no host: write the server's name alone, such as smtp.example.com"},
				{"host=smtp.example.com/x",
					"the option host is \"smtp.example.com/x\", which is a path and no host: write the server's name alone, or unix: before a socket's path"},
				{"host=..\\windows",
					"the option host is \"..\\windows\", which is a path and no host: write the server's name alone, or unix: before a socket's path"},
				{"host=-oProxyCommand=x",
					"the option host is \"-oProxyCommand=x\", which is no host name: write the server's name alone, such as smtp.example.com"},
				{"host=smtp\\0.example.com",
					"the option host is a text with a control character (a line break, a tab or a NUL): write it without"},
				{"host=smtp.example.com\\nMAIL",
					"the option host is a text with a control character (a line break, a tab or a NUL): write it without"},
				{"host=mail_server",
					"the option host is \"mail_server\", which is no host name (a character other than letters, digits, hyphens and dots): write the server's name alone, such as smtp.example.com"},
				{"host=a..example.com",
					"the option host is \"a..example.com\", which is no host name (an empty label (two dots in a row, or one at an end)): write the server's name alone, such as smtp.example.com"},
				{"host=127.1",
					"the option host is \"127.1\", which is neither a name nor a whole IPv4 address: write the server's name alone, such as smtp.example.com"},
				{"host=2130706433",
					"the option host is \"2130706433\", which is neither a name nor a whole IPv4 address: write the server's name alone, such as smtp.example.com"},
				{"host=0x7f000001",
					"the option host is \"0x7f000001\", which is neither a name nor a whole IPv4 address: write the server's name alone, such as smtp.example.com"},
				{"host=unix:run/smtp",
					"the option host is \"unix:run/smtp\", which is no path from the root: write unix: and the socket's whole path, such as unix:/run/smtp"},
				{"host=", "the option host is empty: write the server's name"},
				{"port=25", "no host: set smtpsend.host in php.ini, or the option host"},
				{"username=u|ini.host=mx",
					"no host: smtpsend.host of php.ini is not used, because the script sets the option username and a connection comes from one place as a whole: write the option host beside it, or leave username to php.ini"},

				/* ports: case 253 */
				{"host=mx|port=0",
					"the option port is \"0\", which is no port: write auto, a number from 1 to 65535, or a list such as 587,465"},
				{"host=mx|port=65536",
					"the option port is \"65536\", which is no port: write auto, a number from 1 to 65535, or a list such as 587,465"},
				{"host=mx|port=587abc",
					"the option port is \"587abc\", which is no port: write auto, a number from 1 to 65535, or a list such as 587,465"},
				{"host=mx|port=-1",
					"the option port is \"-1\", which is no port: write auto, a number from 1 to 65535, or a list such as 587,465"},
				{"host=mx|port=587,,465",
					"the option port is \"587,,465\", which is no port: write auto, a number from 1 to 65535, or a list such as 587,465"},
				{"host=mx|port=587,587", "the option port names 587 twice: write it once"},
				{"host=mx|port=1,2,3,4,5,6,7,8,9",
					"the option port is \"1,2,3,4,5,6,7,8,9\", which is no port: write auto, a number from 1 to 65535, or a list such as 587,465"},
				{"host=unix:/run/smtp|port=25",
					"the option host and the option port contradict each other: a unix socket has no port, so leave the port out"},
				{"DSN:smtp://mx:0",
					"the DSN's port is no port: write auto, a number from 1 to 65535, or a list such as 587,465"},
				{"ini.host=mx|ini.port=99999",
					"smtpsend.port is \"99999\", which is no port: write auto, a number from 1 to 65535, or a list such as 587,465"},

				/* encryption and port */
				{"host=mx|encryption=foo",
					"the option encryption is \"foo\", which is none of its words: write auto, starttls, implicit or plaintext"},
				{"host=mx|port=587|encryption=ssl",
					"the option encryption asks for TLS from the first byte (implicit), which port 587 does not speak: write encryption=starttls or auto, or port=465"},
				{"host=mx|port=2525|encryption=smtps",
					"the option encryption asks for TLS from the first byte (implicit), which port 2525 does not speak: write encryption=starttls or auto, or port=465"},
				{"host=mx|port=25|encryption=implicit",
					"the option encryption asks for TLS from the first byte (implicit), which port 25 does not speak: write encryption=starttls or auto, or port=465"},
				{"host=mx|port=465,587|encryption=implicit", "the option encryption asks for TLS from the first byte (implicit), which port 587 does not speak: write encryption=starttls or auto, or port=465"},
				{"host=mx|port=465|encryption=starttls",
					"the option encryption is starttls, but port 465 speaks TLS from the first byte: write encryption=implicit or auto, or port=587"},
				{"host=mx|port=465|encryption=plaintext",
					"the option encryption is plaintext, but port 465 speaks TLS from the first byte: write encryption=implicit or auto"},
				{"host=mx|encryption=plaintext",
					"the option encryption is plaintext, which needs to know the port: write the option port, such as 25"},
				{"host=mx|encryption=none",
					"the option encryption is plaintext, which needs to know the port: write the option port, such as 25"},
				{"ini.host=mx|ini.encryption=none",
					"smtpsend.encryption is \"none\", which is none of its words: write auto, starttls, implicit or plaintext"},
				{"host=mx|port=25|encryption=plaintext|username=u|password=p",
					"the option encryption and the option username contradict each other: plaintext sends no credentials, so write encryption=auto, or leave the login out"},
				{"host=mx|port=25|encryption=plaintext|ca_file=/etc/ca.pem",
					"the option encryption and the option ca_file contradict each other: plaintext has no certificate, so write encryption=auto, or leave it out"},
				{"DSN:smtps://mx:587",
					"the DSN's encryption asks for TLS from the first byte (implicit), which port 587 does not speak: write encryption=starttls or auto, or port=465"},
				{"DSN:smtps://mx?encryption=starttls",
					"the DSN begins with smtps://, which is implicit TLS, and asks for another encryption: write smtp://"},

				/* login: case 255 */
				{"host=mx|username=u",
					"the option username needs password (or an oauth_token): write both, or neither"},
				{"host=mx|password=geheim", "the option password needs username: write both, or neither"},
				{"host=mx|auth=login", "the option auth needs username: write both, or neither"},
				{"host=mx|auth=plain|oauth_token=abc|username=u",
					"the option auth needs username and password: write both, or neither"},
				{"host=mx|auth=xoauth2|username=u|password=geheim",
					"the option auth needs an oauth_token: write both, or neither"},
				{"host=mx|auth=external|username=u|password=geheim",
					"the option auth needs client_cert: write both, or neither"},
				{"host=mx|auth=scram,plain|username=u|password=geheim",
					"the option auth mixes scram with other words: write scram alone, or a list of mechanisms"},
				{"host=mx|auth=ntlm",
					"the option auth is \"ntlm\", which is no mechanism that SmtpSend knows: write auto, scram, or a list of oauthbearer, xoauth2, external, plain, login, scram-sha-256-plus, scram-sha-256, scram-sha-1-plus, scram-sha-1 and cram-md5"},
				{"host=mx|oauth_token=abc", "the option oauth_token needs username: write both, or neither"},
				{"host=mx|oauth_token=Bearer abc",
					"the option oauth_token is no access token: write the token alone (letters, digits and -._~+/ with = at its end), without \"Bearer\""},
				{"host=mx|oauth_token==",
					"the option oauth_token is no access token: write the token alone (letters, digits and -._~+/ with = at its end), without \"Bearer\""},
				{"host=mx|username=u\\n|password=geheim",
					"the option username is a text with a control character (a line break, a tab or a NUL): write it without"},
				{"host=mx|username=u|password=ge\\0heim",
					"the option password is a text with a control character (a line break, a tab or a NUL): write it without"},
				{"ini.host=mx|ini.username=u|ini.password=geheim|ini.password_file=/run/secret",
					"smtpsend.password and smtpsend.password_file contradict each other: write one of them"},
				{"ini.host=mx|ini.password_file=/run/secret",
					"smtpsend.password_file needs username: write both, or neither"},
				{"host=mx|password_file=/etc/passwd",
					"the option password_file can be set by smtpsend.password_file in php.ini only: read the file in PHP and write its content as password"},
				{"host=mx|oauth_token_file=/etc/passwd",
					"the option oauth_token_file can be set by smtpsend.oauth_token_file in php.ini only: write oauth_token, a text or a callable that reads the file"},
				{"ini.oauth_token=abc", "smtpsend.oauth_token is no entry of php.ini: set it in PHP"},

				/* TLS */
				{"host=mx|tls_min=1.1",
					"the option tls_min is \"1.1\", which is none of its words: write 1.2 or 1.3"},
				{"host=mx|verify_peer=maybe",
					"the option verify_peer is \"maybe\", which is neither on nor off: write on or off"},
				{"host=mx|verify_peer=", "the option verify_peer is neither on nor off: write on or off"},
				{"host=mx|verify_peer=0|ca_file=/etc/ca.pem",
					"the option verify_peer and the option ca_file contradict each other: write verify_peer=on to check the certificate, or leave ca_file out"},
				{"host=mx|verify_peer=0|peer_name=mail.example.com",
					"the option verify_peer and the option peer_name contradict each other: write verify_peer=on to check the name, or leave peer_name out"},
				{"host=mx|peer_name=https://mail.example.com",
					"the option peer_name is a URL and no host: write the server's name alone, such as smtp.example.com"},
				{"host=mx|peer_name=unix:/x",
					"the option peer_name is \"unix:/x\", which is no name: write the name that the certificate holds, such as smtp.example.com"},
				{"host=mx|peer_fingerprint=abcd",
					"the option peer_fingerprint is \"abcd\", which is no SHA-256 fingerprint: write the 64 hex digits of the certificate's SHA-256, or spki: and those of its key"},
				{"host=mx|client_key=/etc/key.pem",
					"the option client_key needs client_cert: write both, or neither"},
				{"host=mx|client_key_passphrase=geheim",
					"the option client_key_passphrase needs client_cert: write both, or neither"},
				{"host=mx|ca_file=-----BEGIN CERTIFICATE-----",
					"the option ca_file is the content of a file: write the file's name"},
				{"host=mx|ip_version=5",
					"the option ip_version is \"5\", which is none of its words: write auto, 4 or 6"},
				{"host=mx|source_address=eth0",
					"the option source_address is \"eth0\", which is no IP address: write an address of this machine, such as 192.0.2.1 or 2001:db8::1"},

				/* time: case 257 */
				{"host=mx|timeout=0",
					"the option timeout is \"0\", which is no time that it takes: write seconds from 0.001 to 3600; there is no endless wait"},
				{"host=mx|connect_timeout=-5",
					"the option connect_timeout is \"-5\", which is no time that it takes: write seconds from 0.001 to 3600; there is no endless wait"},
				{"host=mx|deadline=30s",
					"the option deadline is \"30s\", which is no time that it takes: write seconds from 0.001 to 86400; there is no endless wait"},
				{"host=mx|final_timeout=1e3",
					"the option final_timeout is \"1e3\", which is no time that it takes: write seconds from 0.001 to 86400; there is no endless wait"},
				{"host=mx|attempt_delay=0",
					"the option attempt_delay is \"0\", which is no time that it takes: write seconds from 0.01 to 60; there is no endless wait"},
				{"host=mx|idle_timeout=99999",
					"the option idle_timeout is \"99999\", which is no time that it takes: write seconds from 0.001 to 3600; there is no endless wait"},
				{"host=mx|max_age=1.",
					"the option max_age is \"1.\", which is no time that it takes: write seconds from 0.001 to 86400; there is no endless wait"},
				{"ini.host=mx|ini.timeout=0",
					"smtpsend.timeout is \"0\", which is no time that it takes: write seconds from 0.001 to 3600; there is no endless wait"},
				{"DSN:smtp://mx?timeout=0",
					"the DSN's timeout is no time that it takes: write seconds from 0.001 to 3600; there is no endless wait"},

				/* connections */
				{"host=mx|persistent=perhaps",
					"the option persistent is \"perhaps\", which is neither on nor off: write on or off"},
				{"host=mx|messages_per_connection=ten",
					"the option messages_per_connection is \"ten\", which is no number that it takes: write a whole number from 0 to 1000000000 (0: no limit)"},
				{"host=mx|max_kept=3",
					"the option max_kept is above the limit of smtpsend.max_kept, which a script may only lower: write a whole number from 0 to 2"},
				{"ini.max_connections=5|host=mx|max_connections=0",
					"the option max_connections is above the limit of smtpsend.max_connections, which a script may only lower: write a whole number from 1 to 5"},
				{"ini.max_connections=5|host=mx|max_connections=6", "the option max_connections is above the limit of smtpsend.max_connections, which a script may only lower: write a whole number from 1 to 5"},
				{"host=mx|max_rate=0.5",
					"the option max_rate is \"0.5\", which is no number that it takes: write a whole number from 0 to 1000000 (0: no limit)"},
				{"host=mx|breaker=-1",
					"the option breaker is \"-1\", which is no time that it takes: write seconds from 0 to 3600"},

				/* message */
				{"host=mx|from=nobody",
					"the option from is \"nobody\", which is no address: write one such as shop@example.com or Shop <shop@example.com>"},
				{"host=mx|envelope_from=Shop <shop@example.com>",
					"the option envelope_from is \"Shop <shop@example.com>\", which is no bare address: write one such as shop@example.com"},
				{"host=mx|allowed_from=example.com",
					"the option allowed_from is \"example.com\", which is no address: write one such as shop@example.com, or *@example.com for a whole domain"},
				{"host=mx|force_from=sometimes",
					"the option force_from is \"sometimes\", which is none of its words: write never, unlisted or always"},
				{"host=mx|force_from=always",
					"the option force_from needs from, the address to write in place: write both, or neither"},
				{"ini.force_from=always|ini.from=a@example.com|host=mx|force_from=never",
					"the option force_from is set by smtpsend.force_from in php.ini, which a script cannot change: leave it out"},
				{"ini.force_from=always|ini.from=a@example.com|host=mx|from=b@example.com",
					"the option from cannot be set by a script where smtpsend.force_from of php.ini decides on From: leave it out"},
				{"host=mx|helo=localhost localdomain",
					"the option helo is \"localhost localdomain\", which is no name (a character other than letters, digits, hyphens and dots): write a full name such as www.example.com, or an address such as [192.0.2.1]"},
				{"host=mx|helo=[example]",
					"the option helo is \"[example]\", which is no address literal: write a full name such as www.example.com, or an address such as [192.0.2.1]"},
				{"host=mx|long_lines=wrap",
					"the option long_lines is \"wrap\", which is none of its words: write refuse or pass"},
				{"host=mx|dkim_domain=example.com",
					"the option dkim_domain needs dkim_selector: write both, or neither"},
				{"host=mx|dkim_key=/etc/dkim.pem",
					"the option dkim_key needs dkim_domain: write both, or neither"},
				{"host=mx|dkim_domain=example.com,example.org|dkim_selector=a|dkim_key=/1,/2",
					"the option dkim_selector has 1 items and dkim_domain has 2: write lists of equal length"},
				{"host=mx|dkim_domain=example.com,example.org|dkim_selector=a,b|dkim_key=/1",
					"the option dkim_key has 1 items and dkim_domain has 2: write lists of equal length"},
				{"host=mx|dkim_domain=example.com|dkim_selector=a b|dkim_key=/1",
					"the option dkim_selector is \"a b\", which is no selector: write the label of the DNS record before ._domainkey, such as mail2026"},
				{"host=mx|dkim_domain=example com",
					"the option dkim_domain is \"example com\", which is no domain (a character other than letters, digits, hyphens and dots): write one such as example.com"},
				{"host=mx|dkim_domain=example.com|dkim_selector=a|dkim_key=/1|dkim_headers=to,subject",
					"the option dkim_headers does not name From, which every signature must cover (RFC 6376 5.4): add from"},
				{"host=mx|dkim_headers=from,bcc",
					"the option dkim_headers is \"bcc\", which is a field that changes on the way: leave it out"},
				{"host=mx|dkim_headers=from:to",
					"the option dkim_headers is \"from:to\", which is no name of a header field: write names such as from,to,subject"},
				{"host=mx|dkim_key=-----BEGIN PRIVATE KEY-----",
					"the option dkim_key is a PEM block without an end: write the whole block, or the name of its file"},
				{"host=mx|dkim_key_passphrase=geheim",
					"the option dkim_key_passphrase needs dkim_domain: write both, or neither"},

				/* host policy */
				{"host=mx|mail=on",
					"the option mail can be set by smtpsend.mail in php.ini only: leave it to php.ini"},
				{"host=mx|dsn=smtp://u:geheim@mx",
					"the option dsn can be set by smtpsend.dsn in php.ini only: give the DSN itself in place of the array"},
				{"host=mx|allow_user_config=on",
					"the option allow_user_config can be set by smtpsend.allow_user_config in php.ini only: leave it to php.ini"},
				{"host=mx|log_level=debug",
					"the option log_level is \"debug\", which is none of its words: write errors or all"},
				{"host=mx|log_target=file",
					"the option log_target is \"file\", which is none of its words: write php or syslog"},
				{"host=mx|log=/tmp/log",
					"the option log is \"/tmp/log\", which is no logger: write a callable or a PSR-3 logger"},
				{"ini.log=/tmp/log", "smtpsend.log is no entry of php.ini: set it in PHP"},
				{"host=mx|rate=10",
					"the option rate is \"10\", which is no rate: write limits such as 10/min,100/hour,500/day"},
				{"host=mx|rate=10/week",
					"the option rate is \"10/week\", which is no rate: write limits such as 10/min,100/hour,500/day"},
				{"host=mx|rate=10/min,20/min",
					"the option rate is \"10/min,20/min\", which is no rate: write limits such as 10/min,100/hour,500/day"},
				{"ini.rate=10/min|host=mx|rate=1000/min",
					"the option rate is set by smtpsend.rate in php.ini, which a script cannot change: leave it out"},
				{"ini.allow_hosts=mx.example.com,*.example.org|host=example.org",
					"the option host is not among the hosts of smtpsend.allow_hosts: use one of them, or ask the server's administrator"},
				{"host=mx|redirect_to=nobody",
					"the option redirect_to is \"nobody\", which is no bare address: write one such as shop@example.com"},
				{"ini.dsn=smtp://u:geheim@mx|ini.port=587",
					"smtpsend.dsn and smtpsend.port are both set, and the DSN stands for the whole account: write all of it into the DSN, or remove the DSN"},
				{"ini.username=u|ini.dsn=smtp://u:geheim@mx",
					"smtpsend.dsn and smtpsend.username are both set, and the DSN stands for the whole account: write all of it into the DSN, or remove the DSN"},

				/* typos: case 256 */
				{"verify_pear=1", "there is no option \"verify_pear\": did you mean verify_peer?"},
				{"HOST=mx", "there is no option \"HOST\": did you mean host?"},
				{"user=u", "there is no option \"user\": did you mean username?"},
				{"SMTPSecure=tls", "there is no option \"SMTPSecure\": did you mean encryption?"},
				{"ini.pasword=geheim",
					"php.ini has an unknown entry \"smtpsend.pasword\": did you mean smtpsend.password?"},
};

static void test_each_wrong_option_is_refused_with_what_to_write_instead(void **state)
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
		assert_int_equal(error.stage, SMTPS_STAGE_OPTIONS);
		assert_false(error.temporary);
		assert_null(strstr(error.text, "geheim"));
		smtps_options_free(&options);
		smtps_error_free(&error);
	}
}

static void run(smtps_options *options, const char *script)
{
	smtps_error error = {0};

	if (!options_run(options, script, &error)) {
		fail_msg("%s: %s", script, error.text);
	}
}

static void test_each_option_is_refused_somewhere_or_takes_any_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		const char *name = smtps_option_table[i].name;
		bool found = i == SMTPS_O_CHUNKING || i == SMTPS_O_LOG_RECIPIENTS ||
			i == SMTPS_O_REQUIRE_ALL_RECIPIENTS || i == SMTPS_O_CLIENT_CERT || i == SMTPS_O_MAX_KEPT_TOTAL;
		char step[80];

		snprintf(step, sizeof step, "%s=", name);
		for (size_t j = 0; j < sizeof refusals / sizeof *refusals; j++) {
			found = found || strstr(refusals[j].script, step);
		}
		if (!found) {
			fail_msg("no refusal of %s", name);
		}
	}
}

static void test_the_table_is_whole(void **state)
{
	(void)state;
	_Static_assert(SMTPS_O_COUNT == 56, "a new option needs a sample below and a refusal above");
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		const smtps_option_row *row = &smtps_option_table[i];

		assert_non_null(row->name);
		assert_true(strlen(row->doc) > 10);
		assert_non_null(row->fallback);
		assert_int_equal(smtps_option_find(smtps_str_of(row->name)), (smtps_option)i);
		assert_true((row->type == SMTPS_OPTION_ENUM) == (row->words != NULL));
		assert_true(!(row->flags & SMTPS_OPT_GROUP) == (i > SMTPS_O_DSN));
		for (size_t j = 0; row->words && row->words[j];
			 j++) { /* php.ini's parser would empty them; `none=` is an alias */
			assert_null(strstr("|none|off|no|null|", row->words[j]));
		}
	}
}

static void test_defaults_differ_between_web_and_command_line(void **state)
{
	smtps_options options;

	(void)state;
	run(&options, "host=mx.example.com");
	assert_int_equal(smtps_option_time(&options, SMTPS_O_DEADLINE), SMTPS_SECONDS(20));
	assert_int_equal(smtps_option_time(&options, SMTPS_O_FINAL_TIMEOUT), SMTPS_SECONDS(35));
	assert_int_equal(smtps_option_time(&options, SMTPS_O_ATTEMPT_DELAY), SMTPS_MILLISECONDS(250));
	assert_true(smtps_option_number(&options, SMTPS_O_PERSISTENT));
	assert_true(smtps_option_number(&options, SMTPS_O_VERIFY_PEER));
	assert_false(smtps_option_is_set(&options, SMTPS_O_VERIFY_PEER));
	assert_int_equal(smtps_option_number(&options, SMTPS_O_MESSAGES_PER_CONNECTION), 1000);
	smtps_options_free(&options);
	run(&options, "cli|host=mx.example.com");
	assert_int_equal(smtps_option_time(&options, SMTPS_O_DEADLINE), SMTPS_SECONDS(120));
	assert_int_equal(smtps_option_time(&options, SMTPS_O_FINAL_TIMEOUT), SMTPS_SECONDS(600));
	smtps_options_free(&options);
	smtps_options_free(&options);
}

static void test_hosts_take_names_literals_and_sockets(void **state)
{
	static const struct {
		const char *host, *form;
		bool is_unix, is_literal, is_loopback;
	} hosts[] = {
		{"host=SMTP.Example.com", "smtp.example.com", false, false, false},
		{"host=smtp.example.com.", "smtp.example.com", false, false, false},
		{"host=b\303\274cher.example", "xn--bcher-kva.example", false, false, false},
		{"host=192.0.2.1", "192.0.2.1", false, true, false},
		{"host=2001:DB8:0::1", "2001:db8::1", false, true, false},
		{"host=[2001:db8::1]", "2001:db8::1", false, true, false},
		{"host=[fe80::1%eth0]", "fe80::1%eth0", false, true, false},
		{"host=127.0.0.1", "127.0.0.1", false, true, true},
		{"host=127.255.0.9", "127.255.0.9", false, true, true},
		{"host=::1", "::1", false, true, true},
		{"host=[0:0:0:0:0:0:0:1]", "::1", false, true, true},
		{"host=LocalHost", "localhost", false, false, true},
		{"host=localhost.example.com", "localhost.example.com", false, false, false},
		{"host=unix:/run/smtp", "/run/smtp", true, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		smtps_options options;

		run(&options, hosts[i].host);
		assert_string_equal(smtps_buf_cstr(&options.host), hosts[i].form);
		assert_int_equal(options.host_is_unix, hosts[i].is_unix);
		assert_int_equal(options.host_is_literal, hosts[i].is_literal);
		assert_int_equal(options.host_is_loopback, hosts[i].is_loopback);
		smtps_options_free(&options);
	}
}

static void test_ports_and_encryption_follow_the_rules_of_routes(void **state)
{
	static const struct {
		const char *script, *ports; /* i: implicit, l: the loopback rule holds */
	} rows[] = {
		{"host=mx", "587 465i 2525"},
		{"host=mx|encryption=tls", "587 465i 2525"},
		{"host=mx|encryption=starttls", "587 2525"},
		{"host=mx|encryption=ssl", "465i"},
		{"host=mx|port=25", "25"},
		{"host=mx|port= 2465 , 8465,443,465,2525", "2465i 8465i 443i 465i 2525"},
		{"host=mx|port=24|encryption=implicit", "24i"},
		{"host=mx|port=1025|encryption=none", "1025"},
		{"host=localhost", "587l 465il 25l 2525"},
		{"host=127.0.0.1|port=25,1025", "25l 1025"},
		{"host=localhost|encryption=plaintext", "25"},
		{"host=localhost|encryption=starttls", "587 25 2525"},
		{"host=localhost|encryption=implicit", "465i"},
		{"host=localhost|verify_peer=on", "587 465i 25 2525"},
		{"host=localhost|peer_name=mx.example.com", "587 465i 25 2525"},
		{"host=localhost|ca_file=/etc/ca.pem", "587 465i 25 2525"},
		{"host=localhost|verify_peer=off", "587l 465il 25l 2525"},
		{"host=localhost|peer_fingerprint=SHA256:AA:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			"587 465i 25 2525"},
		{"host=unix:/run/smtp", "0"},
		{"DSN:smtps://mx", "465i"},
		{"DSN:smtps://mx:8465", "8465i"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[128] = "";
		smtps_options options;

		run(&options, rows[i].script);
		for (unsigned j = 0; j < options.port_count; j++) {
			size_t at = strlen(text);

			snprintf(text + at, sizeof text - at, "%s%d%s%s", j ? " " : "", options.ports[j],
				smtps_options_implicit_on(&options, options.ports[j]) ? "i" : "",
				smtps_options_lenient_on(&options, options.ports[j]) ? "l" : "");
		}
		assert_string_equal(text, rows[i].ports);
		smtps_options_free(&options);
	}
}

static void test_a_socket_is_trusted_only_when_it_is_roots(void **state)
{
	smtps_options options;

	(void)state;
	run(&options, "host=unix:/etc");
	assert_true(options.loopback_lenient);
	assert_true(
		smtps_options_lenient_on(&options, 0)); /* a directory of root's stands for a socket of root's */
	smtps_options_free(&options);
	run(&options, "host=unix:/nowhere/at/all");
	assert_false(smtps_options_lenient_on(&options, 0));
	smtps_options_free(&options);
}

static void test_auth_is_a_policy_or_a_list_in_order(void **state)
{
	smtps_options options;

	(void)state;
	run(&options, "host=mx|username=u|password=p");
	assert_int_equal(options.auth.allowed, 0);
	assert_false(options.auth.scram_only);
	smtps_options_free(&options);
	run(&options, "host=mx|username=u|password=p|auth=SCRAM");
	assert_true(options.auth.scram_only);
	smtps_options_free(&options);
	run(&options, "host=mx|username=u|password=p|auth=login, Plain,login");
	assert_int_equal(options.auth.order_count, 2);
	assert_int_equal(options.auth.order[0], SMTPS_LOGIN);
	assert_int_equal(options.auth.order[1], SMTPS_PLAIN);
	assert_int_equal(
		options.auth.allowed, SMTPS_MECHANISM_BIT(SMTPS_LOGIN) | SMTPS_MECHANISM_BIT(SMTPS_PLAIN));
	smtps_options_free(&options);
	run(&options, "host=mx|oauth_token=abc|auth=oauthbearer");
	smtps_options_free(&options);
	run(&options, "host=mx|client_cert=/c.pem|auth=external");
	smtps_options_free(&options);
}

static void test_an_empty_entry_of_php_ini_is_the_default_and_never_weaker(void **state)
{
	smtps_options options;

	(void)state;
	run(&options, "ini.host=mx|ini.encryption=|ini.tls_min=|ini.timeout=|ini.port=|ini.auth=|ini.username=");
	assert_string_equal(smtps_option_word(&options, SMTPS_O_ENCRYPTION), "auto");
	assert_string_equal(smtps_option_word(&options, SMTPS_O_TLS_MIN), "1.2");
	assert_int_equal(smtps_option_time(&options, SMTPS_O_TIMEOUT), SMTPS_SECONDS(30));
	assert_int_equal(options.port_count, 3);
	assert_false(smtps_option_is_set(&options, SMTPS_O_ENCRYPTION));
	smtps_options_free(&options);
	run(&options, "ini.host=mx|ini.verify_peer=|ini.persistent=");
	assert_false(
		smtps_option_number(&options, SMTPS_O_VERIFY_PEER)); /* "off" of a switch arrives as an empty text */
	assert_false(smtps_option_number(&options, SMTPS_O_PERSISTENT));
	smtps_options_free(&options);
	run(&options, "host=mx|encryption=|port=|username=");
	assert_string_equal(smtps_option_word(&options, SMTPS_O_ENCRYPTION), "auto");
	smtps_options_free(&options);
}

static void test_switches_take_the_usual_words(void **state)
{
	static const char *const words[] = {"on", "Yes", "TRUE", "1", "off", "no", "False", "0"};

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		smtps_options options;
		char script[64];

		snprintf(script, sizeof script, "host=mx|chunking=%s", words[i]);
		run(&options, script);
		assert_int_equal(smtps_option_number(&options, SMTPS_O_CHUNKING), i < 4);
		smtps_options_free(&options);
	}
}

static void test_numbers_switches_and_lists_of_php(void **state)
{
	const smtps_str ports[] = {SMTPS_STR("587"), SMTPS_STR("465")},
					names[] = {SMTPS_STR("plain"), SMTPS_STR("login")};
	smtps_options options;
	smtps_error error = {0};

	(void)state;
	assert_true(smtps_options_init(&options, false, &error));
	assert_true(smtps_option_set_number(&options, SMTPS_O_PORT, 587, SMTPS_FROM_ARRAY, &error));
	assert_true(smtps_option_set_list(&options, SMTPS_O_PORT, ports, 2, SMTPS_FROM_ARRAY, &error));
	assert_string_equal(smtps_buf_cstr(&options.values[SMTPS_O_PORT].text), "587,465");
	assert_true(smtps_option_set_number(&options, SMTPS_O_TIMEOUT, 0.1, SMTPS_FROM_ARRAY, &error));
	assert_int_equal(smtps_option_time(&options, SMTPS_O_TIMEOUT), SMTPS_MILLISECONDS(100));
	assert_true(smtps_option_set_number(&options, SMTPS_O_TLS_MIN, 1.3, SMTPS_FROM_ARRAY, &error));
	assert_string_equal(smtps_option_word(&options, SMTPS_O_TLS_MIN), "1.3");
	assert_true(smtps_option_set_number(&options, SMTPS_O_IP_VERSION, 6, SMTPS_FROM_ARRAY, &error));
	assert_true(smtps_option_set_bool(&options, SMTPS_O_VERIFY_PEER, false, SMTPS_FROM_ARRAY, &error));
	assert_true(smtps_option_set_list(&options, SMTPS_O_AUTH, names, 2, SMTPS_FROM_ARRAY, &error));
	assert_int_equal(smtps_option_count(&options, SMTPS_O_AUTH), 2);
	assert_true(smtps_str_equal(smtps_option_item(&options, SMTPS_O_AUTH, 1), SMTPS_STR("LOGIN")));
	assert_true(smtps_option_set_callable(&options, SMTPS_O_OAUTH_TOKEN, 7, SMTPS_FROM_ARRAY, &error));
	assert_true(options.values[SMTPS_O_OAUTH_TOKEN].is_callable);
	smtps_options_free(&options);
}

static void test_wrong_types_of_php_are_refused(void **state)
{
	const smtps_str items[] = {SMTPS_STR("a"), SMTPS_STR("")};
	smtps_options options;
	smtps_error error = {0};

	(void)state;
	assert_true(smtps_options_init(&options, false, &error));
#define REFUSED(call, sentence) \
	assert_false(call); \
	assert_string_equal(error.text, sentence); \
	smtps_error_free(&error)

	REFUSED(smtps_option_set_bool(&options, SMTPS_O_ENCRYPTION, false, SMTPS_FROM_ARRAY, &error),
		"the option encryption is \"false\", which is none of its words: write auto, starttls, implicit or plaintext");
	REFUSED(smtps_option_set_number(&options, SMTPS_O_VERIFY_PEER, 2, SMTPS_FROM_ARRAY, &error),
		"the option verify_peer is \"2\", which is neither on nor off: write on or off");
	REFUSED(smtps_option_set_number(&options, SMTPS_O_PORT, 587.5, SMTPS_FROM_ARRAY, &error),
		"the option port is \"587.5\", which is no port: write auto, a number from 1 to 65535, or a list such as 587,465");
	REFUSED(smtps_option_set_number(&options, SMTPS_O_TIMEOUT, HUGE_VAL, SMTPS_FROM_ARRAY, &error),
		"the option timeout is \"inf\", which is no time that it takes: write seconds from 0.001 to 3600; there is no endless wait");
	REFUSED(smtps_option_set_list(&options, SMTPS_O_HOST, items, 1, SMTPS_FROM_ARRAY, &error),
		"the option host is a list: write a text");
	REFUSED(smtps_option_set_list(&options, SMTPS_O_DKIM_SELECTOR, items, 2, SMTPS_FROM_ARRAY, &error),
		"the option dkim_selector is a list with an empty item: leave it out");
	REFUSED(smtps_option_set_callable(&options, SMTPS_O_PASSWORD, 1, SMTPS_FROM_ARRAY, &error),
		"the option password is a callable: write a text");
	smtps_options_free(&options);
}

static void test_a_pem_block_is_one_item(void **state)
{
	const smtps_str items[] = {SMTPS_STR("-----BEGIN PRIVATE KEY-----\nab,c\n-----END PRIVATE KEY-----\n"),
		SMTPS_STR("/etc/dkim.pem"), SMTPS_STR("-----BEGIN X-----\n-----END X-----")};
	smtps_options options;
	smtps_error error = {0};

	(void)state;
	assert_true(smtps_options_init(&options, false, &error));
	assert_true(smtps_option_set_list(&options, SMTPS_O_DKIM_KEY, items, 3, SMTPS_FROM_ARRAY, &error));
	assert_int_equal(smtps_option_count(&options, SMTPS_O_DKIM_KEY), 3);
	assert_true(smtps_str_equal(smtps_option_item(&options, SMTPS_O_DKIM_KEY, 1), items[1]));
	assert_true(smtps_str_equal(smtps_option_item(&options, SMTPS_O_DKIM_KEY, 2), items[2]));
	assert_true(smtps_option_set_text(&options, SMTPS_O_DKIM_KEY, items[0], SMTPS_FROM_ARRAY, &error));
	assert_int_equal(smtps_option_count(&options, SMTPS_O_DKIM_KEY), 1);
	assert_true(options.values[SMTPS_O_DKIM_KEY].text.secret);
	smtps_options_free(&options);
}

static void test_a_file_gives_the_password_without_its_line_end(void **state)
{
	smtps_options options;
	smtps_error error = {0};

	(void)state;
	assert_true(options_run(&options, "ini.host=mx|ini.username=u|ini.password_file=/run/secret", &error));
	assert_true(smtps_option_set_content(&options, SMTPS_O_PASSWORD_FILE, SMTPS_STR("geheim\r\n"), &error));
	assert_true(smtps_str_equal(smtps_option_text(&options, SMTPS_O_PASSWORD), SMTPS_STR("geheim")));
	assert_true(smtps_options_finish(&options, &error));
	REFUSED(smtps_option_set_content(&options, SMTPS_O_PASSWORD_FILE, SMTPS_STR("\n"), &error),
		"smtpsend.password_file names an empty file: write the secret into it");
	REFUSED(smtps_option_set_content(&options, SMTPS_O_PASSWORD_FILE, SMTPS_STR("ge\theim"), &error),
		"smtpsend.password_file names a file that holds a text with a control character (a line break, a tab or a NUL): "
		"write it without");
	smtps_options_free(&options);
}

static void test_allowed_hosts_hold_for_scripts_alone(void **state)
{
	smtps_options options;

	(void)state;
	run(&options, "ini.allow_hosts=mx.example.com,*.example.org,192.0.2.1|ini.host=other.example");
	smtps_options_free(&options);
	run(&options, "ini.allow_hosts=mx.example.com,*.example.org,[2001:db8::1]|host=MX.example.com");
	smtps_options_free(&options);
	run(&options, "ini.allow_hosts=mx.example.com,*.example.org,[2001:db8::1]|host=a.b.example.org");
	smtps_options_free(&options);
	run(&options, "ini.allow_hosts=mx.example.com,*.example.org,[2001:db8::1]|host=2001:DB8::1");
	smtps_options_free(&options);
}

static void test_rates(void **state)
{
	int64_t limits[SMTPS_RATE_UNITS];

	(void)state;
	assert_true(smtps_rate_parse(SMTPS_STR("10/min, 100/hour,500/day"), limits));
	assert_int_equal(limits[SMTPS_RATE_SECOND], 0);
	assert_int_equal(limits[SMTPS_RATE_MINUTE], 10);
	assert_int_equal(limits[SMTPS_RATE_HOUR], 100);
	assert_int_equal(limits[SMTPS_RATE_DAY], 500);
	assert_false(smtps_rate_parse(SMTPS_STR("0/min"), limits));
	assert_false(smtps_rate_parse(SMTPS_STR(""), limits));
}

/* --- the group: case 251 --------------------------------------------------------------------------------------- */

/* php.ini's account, and for each member what a script might set. NULL: only php.ini can. */
static const char *const account =
	"ini.host=mx.example.com|ini.port=587|ini.encryption=starttls|ini.ip_version=4|"
	"ini.source_address=192.0.2.9|ini.username=host-user|ini.password=host-password|ini.auth=plain|"
	"ini.tls_min=1.3|ini.verify_peer=1|ini.ca_file=/host/ca.pem|ini.peer_name=cert.example.com|"
	"ini.client_cert=/host/cert.pem|ini.client_key=/host/key.pem|ini.client_key_passphrase=host-phrase";
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
static const char *const samples[] = {
	[SMTPS_O_HOST] = "evil.example.net",
	[SMTPS_O_PORT] = "2525",
	[SMTPS_O_ENCRYPTION] = "implicit",
	[SMTPS_O_IP_VERSION] = "6",
	[SMTPS_O_SOURCE_ADDRESS] = "192.0.2.10",
	[SMTPS_O_USERNAME] = "script-user",
	[SMTPS_O_PASSWORD] = "script-password",
	[SMTPS_O_PASSWORD_FILE] = NULL,
	[SMTPS_O_AUTH] = "login",
	[SMTPS_O_OAUTH_TOKEN] = "script-token",
	[SMTPS_O_OAUTH_TOKEN_FILE] = NULL,
	[SMTPS_O_TLS_MIN] = "1.3",
	[SMTPS_O_VERIFY_PEER] = "0",
	[SMTPS_O_CA_FILE] = "/script/ca.pem",
	[SMTPS_O_PEER_NAME] = "script.example.com",
	[SMTPS_O_PEER_FINGERPRINT] = HEX64,
	[SMTPS_O_CLIENT_CERT] = "/script/cert.pem",
	[SMTPS_O_CLIENT_KEY] = "/script/key.pem",
	[SMTPS_O_CLIENT_KEY_PASSPHRASE] = "script-phrase",
	[SMTPS_O_DSN] = NULL,
};
_Static_assert(sizeof samples / sizeof *samples == SMTPS_O_DSN + 1, "each member of the group has a sample");

static void set_all(smtps_options *options, const char *script)
{
	smtps_error error = {0};

	assert_true(smtps_options_init(options, false, &error));
	for (const char *step = script; *step;) {
		size_t len = strcspn(step, "|");

		assert_true(options_step(options, step, len, &error));
		step += len + (step[len] == '|');
	}
}

static void test_any_member_of_a_script_drops_every_member_of_php_ini(void **state)
{
	smtps_options fresh;

	(void)state;
	set_all(&fresh, "");
	for (size_t i = 0; i <= SMTPS_O_DSN; i++) {
		smtps_options options;
		smtps_error error = {0};

		if (!samples[i]) {
			continue;
		}
		set_all(&options, account);
		assert_true(smtps_option_set_text(
			&options, (smtps_option)i, smtps_str_of(samples[i]), SMTPS_FROM_ARRAY, &error));
		assert_string_equal(smtps_options_apply_group_rule(&options), smtps_option_table[i].name);
		for (size_t j = 0; j <= SMTPS_O_DSN; j++) {
			if (j == i) {
				assert_true(options.values[j].is_set);
				continue;
			}
			assert_false(options.values[j].is_set);
			assert_int_equal(options.values[j].number, fresh.values[j].number);
			assert_true(smtps_str_equal(
				smtps_buf_str(&options.values[j].text), smtps_buf_str(&fresh.values[j].text)));
		}
		smtps_options_free(&options);
	}
	smtps_options_free(&fresh);
}

static void test_a_script_s_own_account_does_not_quarrel_with_a_dsn_of_php_ini(void **state)
{
	smtps_options options;
	smtps_error error = {0};

	(void)state;
	assert_true(smtps_options_init(&options, false, &error));
	assert_true(smtps_option_set_text(
		&options, SMTPS_O_DSN, SMTPS_STR("smtps://shop:secret@mail.example.com"), SMTPS_FROM_INI, &error));
	assert_true(smtps_option_set_text(
		&options, SMTPS_O_HOST, SMTPS_STR("other.example.org"), SMTPS_FROM_ARRAY, &error));
	assert_string_equal(smtps_options_apply_group_rule(&options), "host");
	assert_true(smtps_options_finish(&options, &error));
	assert_int_equal(smtps_option_text(&options, SMTPS_O_PASSWORD).len, 0);
	smtps_options_free(&options);
}

static void test_nothing_of_a_script_leaves_php_ini_alone(void **state)
{
	smtps_options options;
	smtps_error error = {0};

	(void)state;
	set_all(&options, account);
	assert_true(options_step(&options, "timeout=5", 9, &error));
	assert_null(smtps_options_apply_group_rule(&options));
	assert_true(smtps_options_finish(&options, &error));
	assert_true(smtps_str_equal(smtps_option_text(&options, SMTPS_O_PASSWORD), SMTPS_STR("host-password")));
	smtps_options_free(&options);
}

static void test_a_script_drops_capture_of_php_ini(void **state)
{
	smtps_options options;

	(void)state;
	run(&options, "ini.dsn=capture:///var/tmp/mails");
	assert_int_equal(options.transport, SMTPS_TRANSPORT_CAPTURE);
	smtps_options_free(&options);
	run(&options, "ini.dsn=capture:///var/tmp/mails|host=mx");
	assert_int_equal(options.transport, SMTPS_TRANSPORT_SMTP);
	assert_int_equal(options.capture_directory.len, 0);
	smtps_options_free(&options);
	run(&options, "ini.host=mx|ini.username=u|ini.password=p|DSN:null://");
	assert_int_equal(options.transport, SMTPS_TRANSPORT_NULL);
	assert_int_equal(smtps_option_text(&options, SMTPS_O_PASSWORD).len, 0);
	smtps_options_free(&options);
	run(&options, "ini.dsn=null://|ini.port=25|DSN:smtp://mx"); /* php.ini's quarrel is not the script's */
	assert_int_equal(options.transport, SMTPS_TRANSPORT_SMTP);
	smtps_options_free(&options);
}

static void test_a_script_may_only_lower_limits(void **state)
{
	smtps_options options;

	(void)state;
	run(&options, "ini.max_kept=9|host=mx|max_kept=8|max_connections=3|max_kept_total=0");
	assert_int_equal(smtps_option_number(&options, SMTPS_O_MAX_KEPT), 8);
	assert_int_equal(smtps_option_number(&options, SMTPS_O_MAX_CONNECTIONS), 3);
	smtps_options_free(&options);
}

/* --- keys: case I-reuse ---------------------------------------------------------------------------------------- */

static void keys_of(smtps_options *options, unsigned char reuse[32], unsigned char memory[32])
{
	assert_true(smtps_options_reuse_key(options, reuse));
	assert_true(smtps_options_memory_key(options, memory));
}

/* Case 217. */
static void test_each_member_changes_the_reuse_key_and_no_secret_the_memory_key(void **state)
{
	unsigned char base_reuse[32], base_memory[32], reuse[32], memory[32];
	smtps_options base;

	(void)state;
	set_all(&base, "");
	keys_of(&base, base_reuse, base_memory);
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		unsigned flags = smtps_option_table[i].flags;
		bool counts = (flags & (SMTPS_OPT_GROUP | SMTPS_OPT_KEY)) != 0;
		smtps_options options;

		set_all(&options, "");
		options.values[i].number += 1;
		keys_of(&options, reuse, memory);
		assert_int_equal(memcmp(reuse, base_reuse, 32) != 0, counts);
		assert_int_equal(memcmp(memory, base_memory, 32) != 0, counts && !(flags & SMTPS_OPT_SECRET));
		options.values[i].number -= 1;
		smtps_buf_add_text(&options.values[i].text, "x");
		keys_of(&options, reuse, memory);
		assert_int_equal(memcmp(reuse, base_reuse, 32) != 0, counts);
		assert_int_equal(memcmp(memory, base_memory, 32) != 0, counts && !(flags & SMTPS_OPT_SECRET));
		smtps_options_free(&options);
	}
	smtps_options_free(&base);
}

static void test_samples_and_files_change_the_reuse_key(void **state)
{
	unsigned char base[32], memory[32], reuse[32];
	smtps_options options;
	smtps_error error = {0};

	(void)state;
	set_all(&options, account);
	keys_of(&options, base, memory);
	smtps_options_free(&options);
	for (size_t i = 0; i < SMTPS_O_DSN; i++) {
		if (!samples[i] || i == SMTPS_O_TLS_MIN) { /* which is what the account has */
			continue;
		}
		set_all(&options, account);
		assert_true(smtps_option_set_text(
			&options, (smtps_option)i, smtps_str_of(samples[i]), SMTPS_FROM_ARRAY, &error));
		keys_of(&options, reuse, memory);
		assert_memory_not_equal(reuse, base, 32);
		smtps_options_free(&options);
	}
	set_all(&options, account);
	smtps_buf_add_text(&options.client_key_pem, "another key in the same file");
	keys_of(&options, reuse, memory);
	assert_memory_not_equal(reuse, base, 32);
	smtps_options_free(&options);
}

static void test_texts_that_flow_together_have_other_keys(void **state)
{
	unsigned char first[32], second[32], memory[32];
	smtps_options a, b;

	(void)state;
	set_all(&a, "username=ab|password=c");
	set_all(&b, "username=a|password=bc");
	keys_of(&a, first, memory);
	keys_of(&b, second, memory);
	assert_memory_not_equal(first, second, 32);
	smtps_options_free(&a);
	smtps_options_free(&b);
}

/* --- memory ---------------------------------------------------------------------------------------------------- */

static void test_every_allocation_may_fail(void **state)
{
	static const char *const scripts[] = {
		("host=b\303\274cher.example|username=u|password=p|auth=plain,login|port=587,465|dkim_domain=example.com|"
		 "dkim_selector=s|dkim_key=/k|allow_hosts=*.example,xn--bcher-kva.example|peer_name=mx.example|helo=www.example"),
		"DSN:smtp://u:p%40@mx?timeout=5&from=a@b.example", "ini.dsn=capture:///tmp|host=mx",
		"ini.host=mx|DSN:null://", "ini.allow_hosts=mx.example.com|host=mx.example.com"};

	(void)state;
	for (size_t s = 0; s < sizeof scripts / sizeof *scripts; s++) {
		bool done = false;

		for (unsigned long n = 1; !done && n < 5000; n++) {
			unsigned char key[32];
			smtps_options options, copy;
			smtps_error error = {0};
			bool fine;

			smtps_alloc_fail_at(n);
			fine = options_run(&options, scripts[s], &error);
			if (fine && (fine = smtps_options_copy(&copy, &options, &error))) {
				done = smtps_options_reuse_key(&copy, key) && smtps_options_memory_key(&copy, key);
				smtps_options_free(&copy);
			}
			smtps_alloc_fail_at(0);
			if (!fine) {
				if (error.kind != SMTPS_NO_MEMORY) {
					fail_msg("allocation %lu of %s: %s", n, scripts[s], error.text);
				}
			}
			smtps_options_free(&options);
			smtps_error_free(&error);
		}
		assert_true(done);
	}
}

static void test_a_copy_owns_all_of_it(void **state)
{
	smtps_options options, copy;
	smtps_error error = {0};
	unsigned char first[32], second[32], memory[32];

	(void)state;
	run(&options, "host=mx|username=u|password=geheim");
	smtps_buf_add_text(&options.client_cert_pem, "pem");
	keys_of(&options, first, memory);
	assert_true(smtps_options_copy(&copy, &options, &error));
	smtps_options_free(&options);
	assert_true(copy.values[SMTPS_O_PASSWORD].text.secret);
	assert_true(smtps_str_equal(smtps_option_text(&copy, SMTPS_O_PASSWORD), SMTPS_STR("geheim")));
	keys_of(&copy, second, memory);
	assert_memory_equal(first, second, 32);
	smtps_options_free(&copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_wrong_option_is_refused_with_what_to_write_instead),
		cmocka_unit_test(test_each_option_is_refused_somewhere_or_takes_any_text),
		cmocka_unit_test(test_the_table_is_whole),
		cmocka_unit_test(test_defaults_differ_between_web_and_command_line),
		cmocka_unit_test(test_hosts_take_names_literals_and_sockets),
		cmocka_unit_test(test_ports_and_encryption_follow_the_rules_of_routes),
		cmocka_unit_test(test_a_socket_is_trusted_only_when_it_is_roots),
		cmocka_unit_test(test_auth_is_a_policy_or_a_list_in_order),
		cmocka_unit_test(test_an_empty_entry_of_php_ini_is_the_default_and_never_weaker),
		cmocka_unit_test(test_switches_take_the_usual_words),
		cmocka_unit_test(test_numbers_switches_and_lists_of_php),
		cmocka_unit_test(test_wrong_types_of_php_are_refused),
		cmocka_unit_test(test_a_pem_block_is_one_item),
		cmocka_unit_test(test_a_file_gives_the_password_without_its_line_end),
		cmocka_unit_test(test_allowed_hosts_hold_for_scripts_alone),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_any_member_of_a_script_drops_every_member_of_php_ini),
		cmocka_unit_test(test_a_script_s_own_account_does_not_quarrel_with_a_dsn_of_php_ini),
		cmocka_unit_test(test_nothing_of_a_script_leaves_php_ini_alone),
		cmocka_unit_test(test_a_script_drops_capture_of_php_ini),
		cmocka_unit_test(test_a_script_may_only_lower_limits),
		cmocka_unit_test(test_each_member_changes_the_reuse_key_and_no_secret_the_memory_key),
		cmocka_unit_test(test_samples_and_files_change_the_reuse_key),
		cmocka_unit_test(test_texts_that_flow_together_have_other_keys),
		cmocka_unit_test(test_every_allocation_may_fail),
		cmocka_unit_test(test_a_copy_owns_all_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
