/*
 * Case 28: the machine's wall clock jumps by years, at every look at it, forwards and backwards; deadlines, idle times and ages go
 * by the clock that cannot be set. The clocks of the C library are these here, in the whole program.
 */
#include "lab.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

enum { YEAR = 365 * 24 * 3600 };

static long looks, looks_at_wall;

static long jump(void)
{
	looks_at_wall++;
	return (looks_at_wall % 2 ? 1 : -1) * (looks_at_wall % 7) * YEAR;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, clock, now);

	looks++;
	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) {
		now->tv_sec += jump();
	}
	return result;
}

time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out) {
		*out = now.tv_sec;
	}
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	*out = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
	return 0;
}

static void the_clocks_are_ours(void **state)
{
	time_t one = time(NULL), other = time(NULL);
	long before = looks;

	(void)state;
	assert_true(one - other > YEAR / 2 || other - one > YEAR / 2);
	smtps_now();
	assert_true(looks > before);
}

static void a_reply_in_time_is_in_time(void **state)
{
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab,
		"sleep 0.2\n" OFFER("") "C: MAIL\nsleep 0.2\nS: 250 ok\nC: RCPT\nsleep 0.2\nS: 250 ok\n"
								"C: DATA\nsleep 0.2\nS: 354 go\nC*\n" QUEUED QUIT);
	client = client_of(&lab, PLAIN, "timeout", "5", "deadline", "10");
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

static void silence_ends_when_it_should(void **state)
{
	test_lab lab;
	test_mail mail;
	smtps_client *client;
	smtps_time began;

	(void)state;
	lab_start(&lab, "hold\n");
	client = client_of(&lab, PLAIN, "timeout", "0.3");
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	began = smtps_now();
	assert_not_sent(&mail, client, SMTPS_TIMED_OUT);
	assert_true(smtps_now() - began >= SMTPS_MILLISECONDS(300));
	assert_true(smtps_now() - began < SMTPS_SECONDS(3));
	mail_free(&mail);
	smtps_client_free(client);
	lab_stop(&lab);
}

static void a_kept_connection_is_neither_too_old_nor_for_ever(void **state)
{
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab,
		OFFER(PIPELINING) DATA_MAIL QUEUED DATA_MAIL QUEUED QUIT "connection 2:\n" OFFER(PIPELINING)
			DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, PLAIN, "max_age", "30", "idle_timeout", "0.8");
	assert_one_goes(client);
	assert_one_goes(client);
	usleep(900 * 1000);
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clocks_are_ours),
		cmocka_unit_test(a_reply_in_time_is_in_time),
		cmocka_unit_test(silence_ends_when_it_should),
		cmocka_unit_test(a_kept_connection_is_neither_too_old_nor_for_ever),
	};

	return cmocka_run_group_tests_name("client: clock", tests, NULL, NULL);
}
