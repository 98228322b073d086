/*
 * One delivery with its n-th allocation failing, for every n: it is sent or it is not, says which, and leaks nothing (which
 * valgrind and the sanitizer see).
 */
#include "lab.h"

#define SERVER \
	"timeout 20\nS: 220 mx\nC? EHLO\nS: 250-mx\nS: 250-PIPELINING\nS: 250 STARTTLS\nC? STARTTLS\nS: 220 go\n" \
	"starttls server.pem\nC? EHLO\nS: 250-mx\nS: 250-PIPELINING\nS: 250-CHUNKING\nS: 250 AUTH PLAIN\nC? AUTH\nS: 235 ok\n"

enum { SWEEP_MAX = 2000, QUIET_RUNS = 40 };

static bool one_run(smtps_options *options, unsigned long n, bool *sent)
{
	smtps_error error = {0};
	smtps_client *client;
	test_mail mail;
	bool alive;

	smtps_memory_shutdown();
	smtps_memory_startup();
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 2);
	smtps_alloc_fail_at(n);
	client = smtps_client_new(options, NULL, &error);
	*sent = client && mail_send(&mail, client);
	alive = client != NULL;
	smtps_client_free(client);
	smtps_alloc_fail_at(0);
	if (*sent) {
		assert_int_equal(mail.result.fates[0], SMTPS_FATE_ACCEPTED);
		assert_int_equal(mail.error.kind, SMTPS_OK);
	} else {
		assert_true(alive ? mail.error.kind != SMTPS_OK : error.kind == SMTPS_NO_MEMORY);
		/* No loss of memory may make a doubt where there is none, or hide one. */
		assert_int_equal(mail.error.outcome == SMTPS_UNKNOWN, mail.error.kind == SMTPS_UNKNOWN_OUTCOME);
	}
	smtps_error_free(&error);
	mail_free(&mail);
	return alive;
}

static void every_allocation_may_fail(void **state)
{
	test_lab lab;
	smtps_options options = {0};
	unsigned quiet = 0, failed = 0;
	unsigned long n;
	bool sent;

	(void)state;
	lab_start(&lab,
		SERVER "C? MAIL\nC? RCPT\nC? RCPT\nS: 250 ok\nS: 250 ok\nS: 250 ok\nC? BDAT\nC*57\n" QUEUED
			   "C? QUIT\n");
	options_of(&options, &lab,
		WORDS("ca_file", "ca.pem", "username", "shop", "password", "secret", "encryption", "starttls"));
	options_finish(&options);
	for (n = 1; n < SWEEP_MAX && quiet < QUIET_RUNS; n++) {
		one_run(&options, n, &sent);
		quiet = sent ? quiet + 1 : 0;
		failed += !sent;
	}
	assert_true(failed > 20);
	assert_int_equal(quiet, QUIET_RUNS);
	smtps_options_free(&options);
	lab_stop(&lab);
}

/* What the client says, and what the server answers to it. */
static const struct turn {
	const char *wanted, *reply;
} dialogue[] = {
	{NULL, "220 mx.example.test ESMTP\\r\\n"},
	{"C: EHLO", "250-mx.example.test\\r\\n250 SIZE 100000\\r\\n"},
	{"C: MAIL", "250 2.1.0 ok\\r\\n"},
	{"C: RCPT", "250 2.1.5 ok\\r\\n"},
	{"C: DATA", "354 go ahead\\r\\n"},
	{"C*", "250 2.0.0 Ok: queued as 4ABC123DEF\\r\\n"},
};

enum { TURNS = sizeof dialogue / sizeof *dialogue };

/* Octets that the script's text stands for. */
static size_t octets_of(const char *reply)
{
	size_t octets = 0;

	for (; *reply; reply += *reply == '\\' ? 2 : 1) {
		octets++;
	}
	return octets;
}

static size_t place_of(const char *reply, size_t octets)
{
	const char *at = reply;

	while (octets--) {
		at += *at == '\\' ? 2 : 1;
	}
	return (size_t)(at - reply);
}

/* The dialogue, cut off behind so many octets of the server. */
static void add_section(smtps_buf *script, unsigned connection, size_t octets)
{
	smtps_buf_printf(script, "connection %u:\n", connection);
	for (size_t i = 0; i < TURNS; i++) {
		size_t all = octets_of(dialogue[i].reply), some = octets < all ? octets : all;

		if (dialogue[i].wanted) {
			smtps_buf_printf(script, "%s\n", dialogue[i].wanted);
		}
		if (some) {
			smtps_buf_printf(
				script, "S- \"%.*s\"\n", (int)place_of(dialogue[i].reply, some), dialogue[i].reply);
		}
		octets -= some;
		if (some < all) {
			break;
		}
	}
	smtps_buf_add_text(script, "flush\nclose\n");
}

/* Cases 19, 78, 92, 93: sent only with the whole final reply, in doubt only behind the end of the message. */
static void cut_after_every_octet_of_the_server(void **state)
{
	test_lab lab;
	smtps_buf script = {0};
	size_t all = 0, before_end = 0;

	(void)state;
	for (size_t i = 0; i < TURNS; i++) {
		before_end = all;
		all += octets_of(dialogue[i].reply);
	}
	for (size_t octets = 0; octets <= all; octets++) {
		add_section(&script, (unsigned)octets + 1, octets);
	}
	lab_start(&lab, smtps_buf_cstr(&script));
	for (size_t octets = 0; octets <= all; octets++) {
		smtps_client *client = client_of(&lab, PLAIN);
		test_mail mail;
		bool sent;

		mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
		sent = mail_send(&mail, client);
		assert_int_equal(sent, octets == all);
		assert_int_equal(mail.error.outcome == SMTPS_UNKNOWN, octets >= before_end && octets < all);
		assert_int_equal(mail.error.kind == SMTPS_UNKNOWN_OUTCOME, mail.error.outcome == SMTPS_UNKNOWN);
		mail_free(&mail);
		smtps_client_free(client);
	}
	smtps_buf_free(&script);
	lab_stop(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(cut_after_every_octet_of_the_server),
	};

	return cmocka_run_group_tests_name("client: torture", tests, NULL, NULL);
}
