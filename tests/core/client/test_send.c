/*
 * Mails that arrive, over every kind of line, and mails that rightly do not: against scripted servers on loopback.
 */
#include "lab.h"

#include <errno.h>

static void plaintext_mail_arrives(void **state)
{
	test_lab lab;
	test_mail mail;
	smtps_client *client;

	(void)state;
	lab_start(&lab, OFFER(PIPELINING) DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_sent(&mail, client);
	assert_int_equal(mail.result.fates[0], SMTPS_FATE_ACCEPTED);
	assert_int_equal(mail.result.reply.code, 250);
	assert_str(smtps_buf_str(&mail.result.queue_ids), "4ABC123DEF");
	assert_false(mail.result.reused);
	assert_false(mail.result.connection.encrypted);
	assert_int_equal(mail.result.connection.port, lab.ports[0]);
	assert_string_equal(mail.result.connection.address, "127.0.0.1");
	assert_int_equal(mail.result.attempts.count, 1);
	assert_int_equal(mail.result.attempts.list[0].error.kind, SMTPS_OK);
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	assert_true(lab_heard(&lab, "Subject: one\\r\\n\\r\\n..hidden dot\\r\\nlast\\r\\n"));
	lab_stop(&lab);
}

#define INSIDE "C: EHLO\nS: 250-mx.example.test\nS: 250-PIPELINING\nS: 250 AUTH PLAIN LOGIN\n" AUTH_PLAIN
#define STARTTLS "C: STARTTLS\nS: 220 go ahead\nstarttls server.pem\n"
#define LOGIN "ca_file", "ca.pem", "username", "shop", "password", "secret"

static void check_secured(test_mail *mail)
{
	smtps_connection_facts *facts = &mail->result.connection;

	assert_true(facts->encrypted);
	assert_true(facts->verified);
	assert_true(facts->has_certificate);
	assert_int_equal(facts->mechanism, SMTPS_PLAIN);
	assert_string_equal(facts->tls_version, "TLSv1.3");
	assert_true(smtps_str_contains_nocase(
		smtps_buf_str(&facts->certificate.alt_names), SMTPS_STR("mail.example.test")));
	assert_true(mail->result.timings.total >= mail->result.timings.tls);
	assert_true(mail->result.timings.tls > 0);
}

static void starttls_mail_arrives(void **state)
{
	const char *const scripts[] = {OFFER("S: 250-STARTTLS\n") STARTTLS INSIDE DATA_MAIL QUEUED QUIT, NULL};
	const char *const segments[] = {NULL, "1", "random"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		test_lab lab;
		test_mail mail;
		smtps_client *client;

		lab_start_cut(&lab, scripts, segments[i]);
		client = client_of(&lab, LOGIN, "encryption", "starttls");
		mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
		assert_sent(&mail, client);
		check_secured(&mail);
		assert_true(mail.result.connection.starttls);
		mail_free(&mail);
		smtps_client_free(client);
		assert_scripts_ran(&lab, 1);
		lab_stop(&lab);
	}
}

static void implicit_mail_arrives(void **state)
{
	test_lab lab;
	test_mail mail;
	smtps_client *client;

	(void)state;
	lab_start(&lab, "tls server.pem\nS: 220 mx ESMTP\n" INSIDE DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, LOGIN, "encryption", "implicit");
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_sent(&mail, client);
	check_secured(&mail);
	assert_true(mail.result.connection.implicit_tls);
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

/* Case 40: nothing is said to a stranger. */
static void stranger_gets_nothing(void **state)
{
	test_lab lab;
	test_mail mail;
	smtps_client *client;

	(void)state;
	lab_start(
		&lab, OFFER("S: 250-STARTTLS\n") "C: STARTTLS\nS: 220 go ahead\nstarttls stranger.pem\n" INSIDE);
	client = client_of(&lab, LOGIN, "encryption", "starttls");
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_not_sent(&mail, client, SMTPS_TLS_FAILED);
	assert_int_equal(mail.error.stage, SMTPS_STAGE_TLS);
	assert_int_equal(mail.error.cause, SMTPS_CAUSE_CERTIFICATE);
	assert_int_equal(mail.error.outcome, SMTPS_NOT_SENT);
	assert_int_equal(mail.result.attempts.count, 1);
	mail_free(&mail);
	smtps_client_free(client);
	lab_closed(&lab);
	assert_false(lab_heard(&lab, "AUTH PLAIN"));
	assert_false(lab_heard(&lab, "MAIL FROM"));
	lab_stop(&lab);
}

/* Case 30. */
static void missing_starttls_is_an_error(void **state)
{
	test_lab lab;
	test_mail mail;
	smtps_client *client;

	(void)state;
	lab_start(&lab, OFFER("S: 250-AUTH PLAIN\n") "C? QUIT\n");
	client = client_of(&lab, LOGIN, "encryption", "starttls");
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_false(mail_send(&mail, client));
	assert_int_equal(mail.error.cause, SMTPS_CAUSE_STARTTLS_MISSING);
	mail_free(&mail);
	smtps_client_free(client);
	lab_closed(&lab);
	assert_false(lab_heard(&lab, "\"AUTH"));
	lab_stop(&lab);
}

static void second_mail_goes_over_the_same_connection(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab,
		OFFER("S: 250-STARTTLS\n") STARTTLS INSIDE DATA_MAIL QUEUED DATA_MAIL QUEUED DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, LOGIN, "encryption", "starttls");
	assert_one_goes(client);
	assert_true(smtps_client_is_connected(client));
	assert_one_goes(client);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_sent(&mail, client);
	assert_true(mail.result.reused);
	assert_int_equal(mail.result.attempts.count, 0);
	mail_free(&mail);
	assert_true(smtps_client_close(client));
	assert_false(smtps_client_is_connected(client));
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

#define BDAT "C: BDAT 57 LAST\nC*\n"

/* Case 103: the first BDAT waits for its recipient; once one was accepted, the next message rides in the flight. */
static void message_rides_once_bdat_is_known(void **state)
{
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab, OFFER(CHUNKING) ENVELOPE OKS BDAT QUEUED ENVELOPE BDAT OKS QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	assert_false(lab_heard(&lab, "DATA"));
	lab_stop(&lab);
}

static void line_like_a_command_never_rides(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab, OFFER(CHUNKING) ENVELOPE OKS BDAT QUEUED ENVELOPE OKS BDAT QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	mail.mail.command_lines = true;
	assert_sent(&mail, client);
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

static void chunking_off_means_data(void **state)
{
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab, OFFER(CHUNKING) DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, PLAIN, "chunking", "0");
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

/* Case 88. */
static void refused_recipients_stand_in_the_result(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab,
		OFFER(PIPELINING) "C: MAIL\nC: RCPT TO:<r0\nC: RCPT TO:<r1\nC: RCPT TO:<r2\nC: DATA\n"
						  "S: 250 ok\nS: 250 ok\nS: 550 5.1.1 no such user\nS: 250 ok\nS: 354 go\nC*\n" QUEUED
							  QUIT);
	client = client_of(&lab, PLAIN);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 3);
	assert_sent(&mail, client);
	assert_int_equal(mail.result.fates[0], SMTPS_FATE_ACCEPTED);
	assert_int_equal(mail.result.fates[1], SMTPS_FATE_REJECTED);
	assert_int_equal(mail.result.fates[2], SMTPS_FATE_ACCEPTED);
	assert_int_equal(mail.result.replies[1].code, 550);
	assert_int_equal(mail.result.replies[1].enhanced[1], 1);
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

/* Case 88: all or nothing waits for every verdict before DATA. */
static void one_refusal_refuses_all_where_all_are_required(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab,
		OFFER(PIPELINING) "C: MAIL\nC: RCPT TO:<r0\nC: RCPT TO:<r1\n"
						  "S: 250 ok\nS: 250 ok\nS: 550 5.1.1 no such user\nC? RSET\nS: 250 ok\nC? QUIT\n");
	client = client_of(&lab, PLAIN, "require_all_recipients", "1");
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 2);
	assert_not_sent(&mail, client, SMTPS_NO_RECIPIENT);
	assert_int_equal(mail.result.fates[0], SMTPS_FATE_NOT_TRIED);
	assert_int_equal(mail.result.fates[1], SMTPS_FATE_REJECTED);
	assert_int_equal(mail.result.replies[1].code, 550);
	mail_free(&mail);
	smtps_client_free(client);
	lab_closed(&lab);
	assert_false(lab_heard(&lab, "DATA"));
	lab_stop(&lab);
}

static void big_mail_goes_in_constant_memory(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;
	smtps_buf text = {0};

	(void)state;
	smtps_buf_add_text(&text, "Subject: big\r\n\r\n");
	while (text.len < 3 * 1000 * 1000) {
		smtps_buf_add_text(
			&text, "Line upon line, here a little and there a little, until it is enough.\r\n");
	}
	lab_start(&lab, OFFER("S: 250-STARTTLS\n") STARTTLS INSIDE DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, LOGIN, "encryption", "starttls");
	mail_init(&mail, smtps_buf_str(&text), 1);
	assert_sent(&mail, client);
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	smtps_buf_free(&text);
	lab_stop(&lab);
}

/* Case 25: no proxy, whatever the environment says. */
static void proxies_of_the_environment_are_not_asked(void **state)
{
	static const char *const names[] = {"http_proxy", "https_proxy", "all_proxy", "socks_proxy", "smtp_proxy",
		"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SOCKS_PROXY"};
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int proxy = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	char url[64];
	test_lab lab;
	smtps_client *client;

	(void)state;
	assert_int_equal(bind(proxy, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(proxy, 8), 0);
	assert_int_equal(getsockname(proxy, (struct sockaddr *)&address, &length), 0);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(url, sizeof url, "%s://127.0.0.1:%d", i % 2 ? "http" : "socks5", ntohs(address.sin_port));
		setenv(names[i], url, 1);
	}
	lab_start(&lab, OFFER(PIPELINING) DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	assert_int_equal(accept(proxy, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
	close(proxy);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		unsetenv(names[i]);
	}
	lab_stop(&lab);
}

static void connect_tells_the_facts(void **state)
{
	test_lab lab;
	smtps_client *client;
	smtps_connection_facts facts = {0};
	smtps_attempts attempts = {0};
	smtps_error error = {0};

	(void)state;
	lab_start(&lab, OFFER(PIPELINING "S: 250-SIZE 1000\n") DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	assert_true(smtps_client_connect(client, &facts, &attempts, &error));
	assert_str(smtps_buf_str(&facts.host), "127.0.0.1");
	assert_true(smtps_str_contains_nocase(smtps_buf_str(&facts.capabilities), SMTPS_STR("SIZE 1000")));
	assert_true(smtps_str_contains_nocase(smtps_buf_str(&facts.greeting), SMTPS_STR("mx.example.test")));
	assert_int_equal(attempts.count, 1);
	assert_one_goes(client);
	smtps_connection_facts_free(&facts);
	smtps_attempts_free(&attempts);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plaintext_mail_arrives),
		cmocka_unit_test(starttls_mail_arrives),
		cmocka_unit_test(implicit_mail_arrives),
		cmocka_unit_test(stranger_gets_nothing),
		cmocka_unit_test(missing_starttls_is_an_error),
		cmocka_unit_test(second_mail_goes_over_the_same_connection),
		cmocka_unit_test(message_rides_once_bdat_is_known),
		cmocka_unit_test(line_like_a_command_never_rides),
		cmocka_unit_test(chunking_off_means_data),
		cmocka_unit_test(refused_recipients_stand_in_the_result),
		cmocka_unit_test(one_refusal_refuses_all_where_all_are_required),
		cmocka_unit_test(big_mail_goes_in_constant_memory),
		cmocka_unit_test(proxies_of_the_environment_are_not_asked),
		cmocka_unit_test(connect_tells_the_facts),
	};

	return cmocka_run_group_tests_name("client: send", tests, NULL, NULL);
}
