/*
 * When a kept connection is used again, and when it is not: every check at the moment it is taken.
 */
#include "lab.h"

#include <errno.h>
#include <netinet/tcp.h>

#define ONE_MAIL "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\n" QUEUED
#define HELLO OFFER("")

/* Two mails, the second on a connection of its own: the first got QUIT. */
static void second_mail_opens_a_new_one(const char *hello, useconds_t idle, const char *const *words)
{
	char script[2048];
	test_lab lab;
	smtps_client *client;

	snprintf(script, sizeof script, "%s" ONE_MAIL QUIT, hello);
	lab_start(&lab, script);
	client = client_hosted(&lab, NULL, words);
	assert_one_goes(client);
	usleep(idle);
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

static void idle_for_too_long_is_not_used(void **state)
{
	(void)state;
	second_mail_opens_a_new_one(HELLO, 300 * 1000, WORDS(PLAIN, "idle_timeout", "0.2"));
}

/* Case 224. */
static void too_old_is_not_used(void **state)
{
	(void)state;
	second_mail_opens_a_new_one(HELLO, 1100 * 1000, WORDS(PLAIN, "max_age", "1"));
}

static void served_enough_is_not_used(void **state)
{
	(void)state;
	second_mail_opens_a_new_one(HELLO, 0, WORDS(PLAIN, "messages_per_connection", "1"));
}

static void limit_of_mails_offered_is_kept(void **state)
{
	(void)state;
	second_mail_opens_a_new_one(OFFER("S: 250-LIMITS MAILMAX=1\n"), 0, WORDS(PLAIN));
}

/* Case 220: more than a second old, and the message waits for the first replies. */
static void message_does_not_ride_on_an_older_connection(void **state)
{
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab,
		OFFER(CHUNKING) ENVELOPE OKS "C: BDAT 57 LAST\nC*\n" QUEUED ENVELOPE OKS
									 "C: BDAT 57 LAST\nC*\n" QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	usleep(1100 * 1000);
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

static void descriptors(int *count, int *sockets)
{
	struct stat status;

	*count = *sockets = 0;
	for (int fd = 0; fd < 256; fd++) {
		if (fstat(fd, &status) == 0) {
			++*count;
			*sockets += S_ISSOCK(status.st_mode);
		}
	}
}

static int only_socket(void)
{
	struct stat status;
	int found = -1;

	for (int fd = 3; fd < 256; fd++) {
		if (fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode)) {
			assert_int_equal(found, -1);
			found = fd;
		}
	}
	assert_true(found >= 0);
	return found;
}

/* Somebody closed our descriptor and another socket has its number now: not a word is said on that. */
static void swapped_descriptor_is_not_used(void **state)
{
	test_lab lab;
	smtps_client *client;
	int pair[2], mine;
	char octet;

	(void)state;
	lab_start(&lab, HELLO ONE_MAIL "C? QUIT\n");
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	mine = only_socket();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(dup2(pair[0], mine), mine);
	close(pair[0]);
	assert_false(smtps_client_is_connected(client));
	assert_one_goes(client);
	/* Nothing was written to it, and it is still open. */
	assert_int_equal(recv(pair[1], &octet, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	close(pair[1]);
	close(mine);
	smtps_client_free(client);
	lab_stop(&lab);
}

/* Case 15's other half: whatever happens, no descriptor is left behind. */
static void no_descriptor_is_left_behind(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;
	int before, after, sockets;

	(void)state;
	lab_start(&lab, HELLO ONE_MAIL "C: MAIL\nclose\nconnection 2:\nS: 554 no\nclose\n");
	descriptors(&before, &sockets);
	assert_int_equal(sockets, 0);
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	for (int i = 0; i < 3; i++) {
		mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
		assert_false(mail_send(&mail, client));
		mail_free(&mail);
	}
	smtps_client_free(client);
	descriptors(&after, &sockets);
	assert_int_equal(sockets, 0);
	assert_int_equal(after, before);
	lab_stop(&lab);
}

/* Case 231: another configuration never meets the connection. */
static void other_options_are_another_connection(void **state)
{
	test_lab lab;
	smtps_client *one, *two;

	(void)state;
	lab_start(&lab,
		"S: 220 mx\nC: EHLO one.example.test\nS: 250 mx\n" ONE_MAIL QUIT
		"connection 2:\nS: 220 mx\nC: EHLO two.example.test\nS: 250 mx\n" ONE_MAIL QUIT);
	one = client_of(&lab, PLAIN, "helo", "one.example.test");
	two = client_of(&lab, PLAIN, "helo", "two.example.test");
	assert_one_goes(one);
	assert_one_goes(two);
	smtps_client_free(one);
	smtps_client_free(two);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

static unsigned user_timeout(void)
{
	unsigned span = 0;
	socklen_t length = sizeof span;

	getsockopt(only_socket(), IPPROTO_TCP, TCP_USER_TIMEOUT, &span, &length);
	return span;
}

static unsigned seen_in_the_flight;

static void look_at_the_socket(void *context, char direction, smtps_str line)
{
	(void)context;
	if (direction == 'S' && smtps_str_starts_nocase(line, SMTPS_STR("250 first"))) {
		seen_in_the_flight = user_timeout();
	}
}

/* Case 26: on a connection that was idle the network must acknowledge soon; only until its first reply. */
static void idle_connection_is_given_up_soon_until_its_first_reply(void **state)
{
	const smtps_host host = {.transcript = look_at_the_socket};
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab,
		HELLO ONE_MAIL "C: MAIL\nS: 250 first\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\n" QUEUED QUIT);
	client = client_hosted(&lab, &host, WORDS(PLAIN, "timeout", "3"));
	assert_one_goes(client);
	assert_int_equal(user_timeout(), 0);
	usleep(1100 * 1000);
	assert_one_goes(client);
	assert_int_equal(seen_in_the_flight, 1500);
	assert_int_equal(user_timeout(), 0);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

/* Case 225: however many mails, one object holds one connection. */
static void one_object_holds_one_connection(void **state)
{
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab, HELLO ONE_MAIL ONE_MAIL ONE_MAIL ONE_MAIL QUIT);
	client = client_of(&lab, PLAIN);
	for (int i = 0; i < 4; i++) {
		assert_one_goes(client);
		only_socket();
	}
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

/* Case 229: an end does not wait for a peer that is not there any more. */
static void free_does_not_wait_for_a_deaf_server(void **state)
{
	test_lab lab;
	smtps_client *client;
	smtps_time began;

	(void)state;
	lab_start(&lab, HELLO ONE_MAIL "hold\n");
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	kill(lab.pid, SIGSTOP);
	began = smtps_now();
	smtps_client_free(client);
	assert_true(smtps_now() - began < SMTPS_MILLISECONDS(100));
	kill(lab.pid, SIGKILL);
	lab_stop(&lab);
}

static void unix_socket_carries_mail(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;
	char host[128];

	(void)state;
	lab_start_unix(&lab, HELLO ONE_MAIL QUIT);
	snprintf(host, sizeof host, "unix:%s/socket", lab.folder);
	lab.count = 0;
	client = client_of(&lab, "host", host, PLAIN);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_sent(&mail, client);
	assert_string_equal(mail.result.connection.address, host + 5);
	mail_free(&mail);
	smtps_client_free(client);
	lab_stop(&lab);
}

/* Case 230: a close must not overtake the QUIT that went before it, as a reset does with what is still on its way. */
static void quit_is_not_reset_away(const char *hello, const char *const *words)
{
	char script[2048];
	test_lab lab;
	smtps_client *client;

	snprintf(script, sizeof script, "%s" ONE_MAIL "flush\nsleep 0.3\nC: QUIT\neof\nclose\n", hello);
	lab_start(&lab, script);
	client = client_hosted(&lab, NULL, words);
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	assert_false(lab_heard(&lab, "\"reset\""));
	lab_stop(&lab);
}

static void quit_arrives(void **state)
{
	(void)state;
	quit_is_not_reset_away(HELLO, WORDS(PLAIN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_for_too_long_is_not_used),
		cmocka_unit_test(too_old_is_not_used),
		cmocka_unit_test(served_enough_is_not_used),
		cmocka_unit_test(limit_of_mails_offered_is_kept),
		cmocka_unit_test(message_does_not_ride_on_an_older_connection),
		cmocka_unit_test(swapped_descriptor_is_not_used),
		cmocka_unit_test(no_descriptor_is_left_behind),
		cmocka_unit_test(other_options_are_another_connection),
		cmocka_unit_test(idle_connection_is_given_up_soon_until_its_first_reply),
		cmocka_unit_test(one_object_holds_one_connection),
		cmocka_unit_test(free_does_not_wait_for_a_deaf_server),
		cmocka_unit_test(unix_socket_carries_mail),
		cmocka_unit_test(quit_arrives),
	};

	return cmocka_run_group_tests_name("client: reuse", tests, NULL, NULL);
}
