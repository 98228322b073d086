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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("client: torture", tests, NULL, NULL);
}
