/*
 * Which route is taken, in which order they are tried, and what is said when none will do.
 */
#include "lab.h"

#define MX(name) \
	"S: 220 " name " ESMTP\nC: EHLO\nS: 250 " name \
	"\nC: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\n" QUEUED QUIT

/* A port that refuses: bound once, and closed again. */
static void refuse_port(test_lab *lab, unsigned at)
{
	(void)lab_closed; /* the port stays free: it was the kernel's choice a moment ago */
	lab->ports[at] = 1; /* tcpmux: nobody listens there */
}

static void start(test_lab *lab, const char *const *scripts)
{
	lab_start_cut(lab, scripts, NULL);
}

#define SCRIPTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void two(test_mail *mail, const char *first, const char *second, unsigned wanted)
{
	test_lab lab;
	smtps_client *client;

	start(&lab, SCRIPTS(first, second));
	client = client_of(&lab, PLAIN);
	mail_init(mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_sent(mail, client);
	assert_int_equal(mail->result.connection.port, lab.ports[wanted]);
	smtps_client_free(client);
	lab_stop(&lab);
}

/* Case 12. */
static void refused_port_then_the_next(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	start(&lab, SCRIPTS(MX("one"), MX("two")));
	refuse_port(&lab, 0);
	client = client_of(&lab, PLAIN);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_sent(&mail, client);
	assert_int_equal(mail.result.attempts.count, 2);
	assert_int_equal(mail.result.attempts.list[0].port, 1);
	assert_int_equal(mail.result.attempts.list[0].stage, SMTPS_STAGE_CONNECT);
	assert_int_equal(mail.result.attempts.list[0].error.cause, SMTPS_CAUSE_CONNECT_REFUSED);
	assert_int_equal(mail.result.attempts.list[1].port, lab.ports[1]);
	assert_int_equal(mail.result.attempts.list[1].error.kind, SMTPS_OK);
	mail_free(&mail);
	/* The winner is remembered: a new connection starts there. */
	assert_true(smtps_client_close(client));
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_sent(&mail, client);
	assert_int_equal(mail.result.attempts.count, 1);
	assert_int_equal(mail.result.attempts.list[0].port, lab.ports[1]);
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

/* Cases 16, 39. */
static void silent_greeting_then_the_next(void **state)
{
	test_mail mail;

	(void)state;
	two(&mail, "hold\n", MX("two"), 1);
	assert_int_equal(mail.result.attempts.count, 2);
	assert_int_equal(mail.result.attempts.list[0].error.cause, SMTPS_CAUSE_TIMEOUT);
	mail_free(&mail);
}

/* Case 17: a trickle is a silence. */
static void trickled_greeting_then_the_next(void **state)
{
	test_mail mail;

	(void)state;
	two(&mail, "drip 0.3\nS: 220 slowly, slowly, slowly\nhold\n", MX("two"), 1);
	mail_free(&mail);
}

/* A route that is slow but sound is waited for, and the later one never dialled. */
static void healthy_earlier_route_wins(void **state)
{
	test_mail mail;

	(void)state;
	two(&mail, "sleep 0.6\n" MX("one"), MX("two"), 0);
	assert_int_equal(mail.result.attempts.count, 1);
	mail_free(&mail);
}

/* Case 23. */
static void web_server_then_the_next(void **state)
{
	test_mail mail;

	(void)state;
	two(&mail, "S: HTTP/1.1 400 Bad Request\nS: Content-Length: 0\nS: \nclose\n", MX("two"), 1);
	assert_int_equal(mail.result.attempts.list[0].error.kind, SMTPS_NOT_SMTP);
	assert_non_null(strstr(mail.result.attempts.list[0].error.text, "HTTP/1.1 400 Bad Request"));
	mail_free(&mail);
}

/* Where no server says what to do, we say it. */
static void failure_without_reply_has_advice(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	start(&lab, SCRIPTS(MX("one")));
	refuse_port(&lab, 0);
	client = client_of(&lab, PLAIN);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_not_sent(&mail, client, SMTPS_LOST);
	assert_non_null(strstr(mail.error.hint, "check `host` and `port`"));
	mail_free(&mail);
	smtps_client_free(client);
	lab_stop(&lab);
}

static void permanent_greeting_then_the_next(void **state)
{
	test_mail mail;

	(void)state;
	two(&mail, "S: 554 no service here\nC? QUIT\n", MX("two"), 1);
	mail_free(&mail);
}

static void temporary_greeting_tries_no_other_port(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	start(&lab, SCRIPTS("S: 450 come back tomorrow\nC? QUIT\n", MX("two")));
	client = client_of(&lab, PLAIN);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_false(mail_send(&mail, client));
	assert_int_equal(mail.error.stage, SMTPS_STAGE_GREETING);
	assert_int_equal(mail.error.reply.code, 450);
	assert_int_equal(mail.result.attempts.count, 1);
	mail_free(&mail);
	smtps_client_free(client);
	lab_stop(&lab);
}

/* Case 33. */
static void injection_stops_the_race(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	start(&lab,
		SCRIPTS(OFFER("S: 250-STARTTLS\n") "C: STARTTLS\nS: 220 go\ninject \"250-x\\r\\n\"\nhold\n",
			OFFER("S: 250-STARTTLS\n") "C: STARTTLS\nS: 220 go\nstarttls server.pem\n"));
	client = client_of(&lab, "encryption", "starttls", "ca_file", "ca.pem");
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_not_sent(&mail, client, SMTPS_TLS_FAILED);
	assert_int_equal(mail.error.cause, SMTPS_CAUSE_INJECTION);
	assert_int_equal(mail.result.attempts.count, 1);
	mail_free(&mail);
	smtps_client_free(client);
	lab_stop(&lab);
}

#define SECURE_MX(certificate) "tls " certificate "\nS: 220 mx\nC: EHLO\nS: 250-mx\nS: 250 AUTH PLAIN\n"
#define SECURE "encryption", "implicit", "ca_file", "ca.pem", "username", "shop", "password", "secret"

/* Case 40: verified on the next route too, and the stranger hears no password. */
static void strange_certificate_then_the_next(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	start(&lab,
		SCRIPTS(SECURE_MX("stranger.pem"),
			SECURE_MX("server.pem") AUTH_PLAIN
			"C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\n" QUEUED QUIT));
	client = client_of(&lab, SECURE);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_sent(&mail, client);
	assert_int_equal(mail.result.connection.port, lab.ports[1]);
	assert_int_equal(mail.result.attempts.list[0].error.cause, SMTPS_CAUSE_CERTIFICATE);
	mail_free(&mail);
	smtps_client_free(client);
	lab_stop(&lab);
}

/* Case 109: a wrong password is told to one server once. */
static void wrong_password_tries_no_other_route(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	start(&lab,
		SCRIPTS(SECURE_MX("server.pem") "C: AUTH PLAIN\nS: 535 5.7.8 wrong\nC? QUIT\n",
			SECURE_MX("server.pem") "C: AUTH\n"));
	client = client_of(&lab, SECURE);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_not_sent(&mail, client, SMTPS_AUTH_FAILED);
	assert_int_equal(mail.error.reply.code, 535);
	assert_int_equal(mail.result.attempts.count, 1);
	mail_free(&mail);
	smtps_client_free(client);
	lab_stop(&lab);
}

/* Case 107: then the next route; with none left an error of AUTH. */
static void no_mechanism_then_the_next(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	start(&lab,
		SCRIPTS("tls server.pem\nS: 220 mx\nC: EHLO\nS: 250-mx\nS: 250 AUTH GSSAPI\nC: QUIT\n",
			"tls server.pem\nS: 220 mx\nC: EHLO\nS: 250 mx\nC: QUIT\n"));
	client = client_of(&lab, SECURE);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_not_sent(&mail, client, SMTPS_AUTH_FAILED);
	assert_int_equal(mail.error.cause, SMTPS_CAUSE_NO_MECHANISM);
	assert_int_equal(mail.result.attempts.count, 2);
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

/* The exception is that of the route that got furthest. */
static void furthest_route_speaks_for_all(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	start(&lab, SCRIPTS("close\n", GREET "S: 550 not you\nC? HELO\nS: 550 no\nC? QUIT\n", "close\n"));
	refuse_port(&lab, 2);
	client = client_of(&lab, "encryption", "starttls", "ca_file", "ca.pem");
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_false(mail_send(&mail, client));
	assert_int_equal(mail.error.stage, SMTPS_STAGE_EHLO);
	assert_int_equal(mail.result.attempts.count, 3);
	assert_int_equal(mail.result.attempts.list[2].error.stage, SMTPS_STAGE_CONNECT);
	mail_free(&mail);
	smtps_client_free(client);
	lab_stop(&lab);
}

/* Case 258: forgotten at the first failure. */
static void remembered_route_that_fails_is_forgotten(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	start(&lab, SCRIPTS("close\nconnection 2:\n" MX("one"), MX("two") "connection 2:\nclose\n"));
	client = client_of(&lab, PLAIN);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_sent(&mail, client);
	assert_int_equal(mail.result.connection.port, lab.ports[1]);
	mail_free(&mail);
	assert_true(smtps_client_close(client));
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_sent(&mail, client);
	assert_int_equal(mail.result.attempts.list[0].port, lab.ports[1]);
	assert_int_equal(mail.result.connection.port, lab.ports[0]);
	mail_free(&mail);
	smtps_client_free(client);
	lab_stop(&lab);
}

/* A server that hangs up on our name hears the next one; another that only refuses it, on the same connection. */
static void refused_name_is_followed_by_the_next(void **state)
{
	const char *const first[] = {
		"S: 421 4.7.1 client.example.test: helo refused, invalid name\nclose\nconnection 2:\nS: 220 mx\n",
		"S: 550 5.7.1 client.example.test: invalid helo name\n"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char script[1024];
		test_lab lab;
		smtps_client *client;

		snprintf(script, sizeof script,
			"S: 220 mx\nC: EHLO client.example.test\n%sC: EHLO\nS: 250 mx\nC: MAIL\nS: 250 ok\n"
			"C: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\n" QUEUED QUIT,
			first[i]);
		lab_start(&lab, script);
		client = client_of(&lab, PLAIN, "from", "a@example.net");
		assert_one_goes(client);
		smtps_client_free(client);
		assert_scripts_ran(&lab, 2 - (unsigned)i);
		lab_stop(&lab);
	}
}

/* Case 3. */
static void unknown_host_is_permanent(void **state)
{
	test_lab lab = {0};
	smtps_client *client;
	test_mail mail;

	(void)state;
	client = client_of(&lab, "host", "no-such-host.invalid", "port", "587");
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_false(mail_send(&mail, client));
	assert_int_equal(mail.error.stage, SMTPS_STAGE_RESOLVE);
	assert_int_equal(mail.error.outcome, SMTPS_NOT_SENT);
	mail_free(&mail);
	smtps_client_free(client);
}

static void name_is_resolved(void **state)
{
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab, MX("mx"));
	client = client_of(&lab, PLAIN, "host", "localhost");
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_port_then_the_next),
		cmocka_unit_test(silent_greeting_then_the_next),
		cmocka_unit_test(trickled_greeting_then_the_next),
		cmocka_unit_test(healthy_earlier_route_wins),
		cmocka_unit_test(web_server_then_the_next),
		cmocka_unit_test(failure_without_reply_has_advice),
		cmocka_unit_test(permanent_greeting_then_the_next),
		cmocka_unit_test(temporary_greeting_tries_no_other_port),
		cmocka_unit_test(injection_stops_the_race),
		cmocka_unit_test(strange_certificate_then_the_next),
		cmocka_unit_test(wrong_password_tries_no_other_route),
		cmocka_unit_test(no_mechanism_then_the_next),
		cmocka_unit_test(furthest_route_speaks_for_all),
		cmocka_unit_test(remembered_route_that_fails_is_forgotten),
		cmocka_unit_test(refused_name_is_followed_by_the_next),
		cmocka_unit_test(unknown_host_is_permanent),
		cmocka_unit_test(name_is_resolved),
	};

	return cmocka_run_group_tests_name("client: race", tests, NULL, NULL);
}
