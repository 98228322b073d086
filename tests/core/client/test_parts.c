/*
 * Small parts of the client: the loop, and the names we give at EHLO.
 */
#include "testing.h"

#include <sys/socket.h>
#include <unistd.h>

#include "client/ehlo_name.h"
#include "client/loop.h"

typedef struct test_probe {
	smtps_watch watch;
	int driven;
	unsigned ready;
} test_probe;

static void note(smtps_watch *watch, smtps_time now)
{
	test_probe *self = (test_probe *)watch;

	(void)now;
	self->driven++;
	self->ready = watch->ready;
	watch->wake = SMTPS_NEVER;
}

static void probe_init(test_probe *self, smtps_fd fd, unsigned want, smtps_time wake)
{
	*self = (test_probe){.watch = {.fd = fd, .want = want, .wake = wake, .drive = note}};
}

static void loop_drives_what_is_ready_and_nothing_else(void **state)
{
	smtps_loop loop;
	test_probe probes[20];
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	smtps_loop_init(&loop, NULL);
	/* More than it holds without an allocation. */
	for (int i = 0; i < 20; i++) {
		probe_init(&probes[i], i == 7 ? pair[0] : SMTPS_NO_FD, SMTPS_READABLE, SMTPS_NEVER);
		smtps_loop_add(&loop, &probes[i].watch);
		smtps_loop_add(&loop, &probes[i].watch);
	}
	assert_int_equal(loop.count, 20);
	assert_int_equal(write(pair[1], "x", 1), 1);
	assert_int_equal(smtps_loop_turn(&loop), SMTPS_TURN_DONE);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(probes[i].driven, i == 7);
	}
	assert_int_equal(probes[7].ready, SMTPS_READABLE);
	smtps_loop_remove(&loop, &probes[7].watch);
	smtps_loop_remove(&loop, &probes[7].watch);
	assert_int_equal(loop.count, 19);
	smtps_loop_free(&loop);
	close(pair[0]);
	close(pair[1]);
}

static void loop_wakes_a_timer_at_its_moment(void **state)
{
	smtps_loop loop;
	test_probe timer;

	(void)state;
	smtps_loop_init(&loop, NULL);
	probe_init(&timer, SMTPS_NO_FD, 0, loop.now + SMTPS_MILLISECONDS(20));
	smtps_loop_add(&loop, &timer.watch);
	while (!timer.driven) {
		assert_int_equal(smtps_loop_turn(&loop), SMTPS_TURN_DONE);
	}
	smtps_loop_free(&loop);
}

static bool interrupted(void *context)
{
	return ++*(int *)context == 2;
}

static void loop_asks_the_host_every_tick(void **state)
{
	int asked = 0;
	smtps_host host = {.context = &asked, .interrupted = interrupted};
	smtps_loop loop;
	smtps_time began = smtps_now();

	(void)state;
	smtps_loop_init(&loop, &host);
	while (smtps_loop_turn(&loop) == SMTPS_TURN_DONE) {
	}
	assert_int_equal(asked, 2);
	assert_true(smtps_now() - began >= 2 * SMTPS_MILLISECONDS(SMTPS_HOST_TICK_MS));
	smtps_loop_free(&loop);
}

static void only_a_real_name_of_the_machine_is_given(void **state)
{
	const char *const good[] = {"mail.example.com", "a.b", "x-1.example.co.uk", "web1.xn--mller-kva.example"};
	const char *const bad[] = {"", "localhost", "web1", "web1.local", "WEB1.LAN", "ip-10-0-0-1.ec2.internal",
		"a.home.arpa", "localhost.localdomain", "under_score.example", "-a.example", "a-.example",
		"a..example", ".example", "example.", "10.0.0.1", "a b.example"};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_true(smtps_ehlo_name_is_public(smtps_str_of(good[i])));
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(smtps_ehlo_name_is_public(smtps_str_of(bad[i])));
	}
}

static void literal_is_the_address_in_the_form_of_the_rfc(void **state)
{
	const char *const pairs[][2] = {
		{"192.0.2.1", "[192.0.2.1]"},
		{"2001:db8::1", "[IPv6:2001:db8::1]"},
		{"fe80::1%lo", "[IPv6:fe80::1]"},
	};
	smtps_address address = {.length = 0};
	smtps_buf out = {0};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		if (smtps_address_literal(pairs[i][0], &address)) {
			smtps_ehlo_literal(&out, &address);
			assert_str(smtps_buf_str(&out), pairs[i][1]);
		}
	}
	address.socket.ss_family = AF_UNIX;
	smtps_ehlo_literal(&out, &address);
	assert_str(smtps_buf_str(&out), "[127.0.0.1]");
	smtps_buf_free(&out);
}

static void set(smtps_options *options, const char *name, const char *value)
{
	smtps_error error = {0};

	assert_true(smtps_option_set_text(
		options, smtps_option_find(smtps_str_of(name)), smtps_str_of(value), SMTPS_FROM_ARRAY, &error));
}

static void names_come_from_options_in_order(void **state)
{
	smtps_options options = {0};
	smtps_error error = {0};
	smtps_buf names[SMTPS_EHLO_FIXED_NAMES] = {{0}};
	unsigned count;

	(void)state;
	assert_true(smtps_options_init(&options, true, &error));
	set(&options, "helo", "shop.example.test");
	set(&options, "from", "Shop <shop@m\303\274ller.example>");
	set(&options, "username", "user@other.example");
	count = smtps_ehlo_names(&options, names);
	assert_true(count >= 2);
	assert_str(smtps_buf_str(&names[0]), "shop.example.test");
	assert_str(smtps_buf_str(&names[count - 1]), "xn--mller-kva.example");
	for (size_t i = 0; i < SMTPS_EHLO_FIXED_NAMES; i++) {
		smtps_buf_free(&names[i]);
	}
	smtps_options_free(&options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loop_drives_what_is_ready_and_nothing_else),
		cmocka_unit_test(loop_wakes_a_timer_at_its_moment),
		cmocka_unit_test(loop_asks_the_host_every_tick),
		cmocka_unit_test(only_a_real_name_of_the_machine_is_given),
		cmocka_unit_test(literal_is_the_address_in_the_form_of_the_rfc),
		cmocka_unit_test(names_come_from_options_in_order),
	};

	return cmocka_run_group_tests_name("client: parts", tests, NULL, NULL);
}
