/*
 * Names to addresses in helper threads, with answers made here (cases 1, 2, 3, 7 and 15), and address literals.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "base/memory.h"
#include "net/resolver_internal.h"

/* --- a name server of our own --- */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* held: "slow.test" gets no answer */
static atomic_uint asked, answered;
static atomic_bool signals_blocked;

static struct addrinfo *one(const char *literal, struct addrinfo *next)
{
	struct addrinfo *info = calloc(1, sizeof *info);
	smtps_address address;

	assert_true(smtps_address_literal(literal, &address));
	info->ai_family = address.socket.ss_family;
	info->ai_addrlen = address.length;
	info->ai_addr = malloc(address.length);
	memcpy(info->ai_addr, &address.socket, address.length);
	info->ai_next = next;
	return info;
}

static void free_list(struct addrinfo *list)
{
	while (list) {
		struct addrinfo *next = list->ai_next;

		free(list->ai_addr);
		free(list);
		list = next;
	}
}

static int answer(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
	sigset_t mask;
	char literal[32];

	asked++;
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	signals_blocked =
		sigismember(&mask, SIGALRM) && sigismember(&mask, SIGTERM) && sigismember(&mask, SIGPIPE);
	if (service || hints->ai_socktype != SOCK_STREAM) {
		return EAI_SERVICE;
	}
	if (strcmp(host, "none.invalid") == 0) {
		return EAI_NONAME;
	}
	if (strcmp(host, "later.test") == 0) {
		return EAI_AGAIN;
	}
	if (strcmp(host, "broken.test") == 0) {
		return EAI_FAIL;
	}
	if (strcmp(host, "no-descriptors.test") == 0) {
		errno = EMFILE;
		return EAI_SYSTEM;
	}
	if (strcmp(host, "nothing.test") == 0) {
		*list = NULL;
		return 0;
	}
	if (strcmp(host, "many.test") == 0) {
		for (int i = 0; i < 200; i++) {
			snprintf(literal, sizeof literal, "192.0.2.%d", (200 - i) % 100);
			*list = one(literal, *list);
		}
		return 0;
	}
	if (strcmp(host, "slow.test") == 0) {
		pthread_mutex_lock(&gate);
		pthread_mutex_unlock(&gate);
	}
	/* Each address thrice, as without a socket type. */
	*list =
		one("2001:db8::1", one("2001:db8::1", one("192.0.2.1", one("2001:db8::1", one("192.0.2.1", NULL)))));
	answered++;
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	smtps_resolver = (smtps_resolver_calls){answer, free_list};
	asked = answered = 0;
	return 0;
}

/* No thread is left behind for the next test. */
static int wait_for_threads(void **state)
{
	(void)state;
	for (int i = 0; i < 5000 && smtps_resolver_running(); i++) {
		usleep(1000);
	}
	return smtps_resolver_running() != 0;
}

static void wait_until_done(smtps_lookup *lookup)
{
	smtps_poll_entry entry = {.fd = smtps_lookup_fd(lookup), .want = SMTPS_READABLE};
	smtps_time end = smtps_now() + SMTPS_SECONDS(10);

	while (!smtps_lookup_is_done(lookup)) {
		assert_true(smtps_now() < end);
		smtps_poll(&entry, 1, SMTPS_SECONDS(1));
	}
	assert_int_equal(smtps_poll(&entry, 1, 0), 1);
}

static bool look_up(const char *host, int family, smtps_addresses *addresses, smtps_error *error)
{
	smtps_lookup *lookup = smtps_lookup_start(host, family, error);
	bool found;

	*addresses = (smtps_addresses){0};
	assert_non_null(lookup);
	wait_until_done(lookup);
	found = smtps_lookup_take(lookup, addresses, error);
	smtps_lookup_free(lookup);
	return found;
}

static void expect_address(const smtps_address *address, const char *text)
{
	char out[SMTPS_ADDRESS_TEXT];

	assert_string_equal(smtps_address_text(address, out), text);
}

static void test_addresses_in_order_and_each_once(void **state)
{
	smtps_addresses addresses;
	smtps_error error = {0};

	(void)state;
	assert_true(look_up("mail.example.test", AF_UNSPEC, &addresses, &error));
	assert_int_equal(addresses.count, 2);
	expect_address(&addresses.list[0], "2001:db8::1");
	expect_address(&addresses.list[1], "192.0.2.1");
	assert_true(signals_blocked);
}

/* Case 5. */
static void test_a_long_answer_is_cut(void **state)
{
	smtps_addresses addresses;
	smtps_error error = {0};

	(void)state;
	assert_true(look_up("many.test", AF_UNSPEC, &addresses, &error));
	assert_int_equal(addresses.count, SMTPS_ADDRESSES_MAX);
	expect_address(&addresses.list[31], "192.0.2.32");
}

static void test_a_literal_asks_nobody(void **state)
{
	static const char *const literals[] = {"192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		smtps_addresses addresses;
		smtps_error error = {0};

		assert_true(look_up(literals[i], AF_UNSPEC, &addresses, &error));
		assert_int_equal(addresses.count, 1);
		expect_address(&addresses.list[0], literals[i]);
	}
	assert_int_equal(asked, 0);
	assert_int_equal(smtps_resolver_running(), 0);
}

/* Cases 2 and 3. */
static void test_no_such_host_is_final_and_a_silent_server_is_not(void **state)
{
	static const struct {
		const char *host;
		int family;
		smtps_cause cause;
		bool temporary;
		const char *text;
	} rows[] = {
		{"none.invalid", AF_UNSPEC, SMTPS_CAUSE_NO_SUCH_HOST, false,
			"the host \"none.invalid\" does not exist"},
		{"none.invalid", AF_INET6, SMTPS_CAUSE_NO_SUCH_HOST, false,
			"the host \"none.invalid\" does not exist or has no IPv6 address"},
		{"nothing.test", AF_INET, SMTPS_CAUSE_NO_SUCH_HOST, false,
			"the host \"nothing.test\" does not exist or has no IPv4 address"},
		{"later.test", AF_UNSPEC, SMTPS_CAUSE_RESOLVER, true,
			"the name server gave no answer for \"later.test\""},
		{"broken.test", AF_UNSPEC, SMTPS_CAUSE_RESOLVER, true,
			"the name server gave no answer for \"broken.test\""},
		{"no-descriptors.test", AF_UNSPEC, SMTPS_CAUSE_RESOLVER, true,
			"cannot look up \"no-descriptors.test\": Too many open files"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		smtps_addresses addresses;
		smtps_error error = {0};

		assert_false(look_up(rows[i].host, rows[i].family, &addresses, &error));
		assert_int_equal(error.stage, SMTPS_STAGE_RESOLVE);
		assert_int_equal(error.kind, SMTPS_LOST);
		assert_int_equal(error.cause, rows[i].cause);
		assert_int_equal(error.temporary, rows[i].temporary);
		assert_string_equal(error.text, rows[i].text);
	}
}

/* Case 1: the answer comes after its asker has gone (ASan and valgrind watch). */
static void test_a_late_answer_touches_nothing(void **state)
{
	smtps_error error = {0};
	smtps_lookup *lookup;
	int lowest, again;

	(void)state;
	pthread_mutex_lock(&gate);
	lowest = dup(0);
	close(lowest);
	for (int i = 0; i < 3; i++) {
		lookup = smtps_lookup_start("slow.test", AF_UNSPEC, &error);
		assert_non_null(lookup);
		while (asked < (unsigned)i + 1) {
			usleep(500);
		}
		assert_false(smtps_lookup_is_done(lookup));
		smtps_lookup_free(lookup);
		/* Its descriptors are gone at once, whatever the thread does. */
		again = dup(0);
		close(again);
		assert_int_equal(again, lowest);
	}
	assert_int_equal(smtps_resolver_running(), 3);
	pthread_mutex_unlock(&gate);
	assert_int_equal(wait_for_threads(NULL), 0);
	assert_int_equal(answered, 3);
	smtps_lookup_free(NULL);
}

static void test_four_threads_and_a_queue(void **state)
{
	enum { LOOKUPS = 10 };
	smtps_lookup *lookups[LOOKUPS];
	smtps_addresses addresses;
	smtps_error error = {0};

	(void)state;
	pthread_mutex_lock(&gate);
	for (int i = 0; i < LOOKUPS; i++) {
		lookups[i] = smtps_lookup_start("slow.test", AF_UNSPEC, &error);
		assert_non_null(lookups[i]);
	}
	while (asked < SMTPS_RESOLVER_THREADS) {
		usleep(500);
	}
	usleep(5000);
	assert_int_equal(asked, SMTPS_RESOLVER_THREADS);
	assert_int_equal(smtps_resolver_running(), SMTPS_RESOLVER_THREADS);
	assert_int_equal(smtps_resolver_waiting(), LOOKUPS - SMTPS_RESOLVER_THREADS);
	/* One that has waited in vain leaves the queue: from its middle and from its end. */
	smtps_lookup_free(lookups[6]);
	smtps_lookup_free(lookups[9]);
	assert_int_equal(smtps_resolver_waiting(), LOOKUPS - SMTPS_RESOLVER_THREADS - 2);
	/* A literal needs no turn. */
	assert_true(look_up("192.0.2.9", AF_UNSPEC, &addresses, &error));
	pthread_mutex_unlock(&gate);
	for (int i = 0; i < LOOKUPS; i++) {
		if (i != 6 && i != 9) {
			wait_until_done(lookups[i]);
			assert_true(smtps_lookup_take(lookups[i], &addresses, &error));
			assert_int_equal(addresses.count, 2);
			smtps_lookup_free(lookups[i]);
		}
	}
	assert_int_equal(asked, LOOKUPS - 2);
}

static void test_taken_too_early_is_an_error(void **state)
{
	smtps_addresses addresses;
	smtps_error error = {0};
	smtps_lookup *lookup;

	(void)state;
	pthread_mutex_lock(&gate);
	lookup = smtps_lookup_start("slow.test", AF_UNSPEC, &error);
	assert_false(smtps_lookup_take(lookup, &addresses, &error));
	assert_int_equal(error.cause, SMTPS_CAUSE_RESOLVER);
	pthread_mutex_unlock(&gate);
	smtps_lookup_free(lookup);
}

/* Ends a child; by a kill when all was well, so that valgrind does not count what the parent's threads left behind in it. */
static void leave(bool good)
{
	if (good) {
		kill(getpid(), SIGKILL);
	}
	_exit(1);
}

static void expect_good_end(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* A child resolves by itself, although its parent's four threads hang; what it inherited is over at once. */
static void test_a_forked_child_begins_anew(void **state)
{
	smtps_lookup *lookups[6];
	smtps_addresses addresses;
	smtps_error error = {0};
	pid_t child;

	(void)state;
	pthread_mutex_lock(&gate);
	for (int i = 0; i < 6; i++) {
		lookups[i] = smtps_lookup_start("slow.test", AF_UNSPEC, &error);
	}
	while (asked < SMTPS_RESOLVER_THREADS) {
		usleep(500);
	}
	child = fork();
	if (child == 0) {
		bool good = smtps_lookup_is_done(lookups[0]) && !smtps_lookup_take(lookups[0], &addresses, &error) &&
			error.cause == SMTPS_CAUSE_LOCAL && smtps_resolver_running() == 0 &&
			smtps_resolver_waiting() == 0;

		for (int i = 0; i < 6; i++) {
			smtps_lookup_free(lookups[i]);
		}
		error = (smtps_error){0};
		good = good && look_up("mail.example.test", AF_UNSPEC, &addresses, &error) && addresses.count == 2;
		leave(good);
	}
	expect_good_end(child);
	pthread_mutex_unlock(&gate);
	for (int i = 0; i < 6; i++) {
		wait_until_done(lookups[i]);
		assert_true(smtps_lookup_take(lookups[i], &addresses, &error));
		smtps_lookup_free(lookups[i]);
	}
}

/* Forks while threads come and go: neither side is left with a lock that nobody holds. */
static void test_forks_in_the_midst_of_lookups(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		smtps_error error = {0};
		smtps_addresses addresses;
		smtps_lookup *lookup = smtps_lookup_start("mail.example.test", AF_UNSPEC, &error);
		pid_t child = fork();

		if (child == 0) {
			alarm(20);
			smtps_lookup_free(lookup);
			leave(look_up("mail.example.test", AF_UNSPEC, &addresses, &error));
		}
		expect_good_end(child);
		wait_until_done(lookup);
		assert_true(smtps_lookup_take(lookup, &addresses, &error));
		smtps_lookup_free(lookup);
	}
}

/* Case 15. */
static void test_no_descriptor_and_no_memory_are_local_faults(void **state)
{
	struct rlimit before, none;
	smtps_error error = {0};
	int lowest = dup(0), again;
	bool failed = true;

	(void)state;
	close(lowest);
	getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	for (int extra = 0; extra < 2; extra++) {
		error = (smtps_error){0};
		none.rlim_cur = (rlim_t)(lowest + extra);
		setrlimit(RLIMIT_NOFILE, &none);
		assert_null(smtps_lookup_start("mail.example.test", AF_UNSPEC, &error));
		setrlimit(RLIMIT_NOFILE, &before);
		assert_int_equal(error.cause, SMTPS_CAUSE_LOCAL);
		assert_string_equal(error.text, "cannot look up \"mail.example.test\": Too many open files");
	}
	for (unsigned long n = 1; failed; n++) {
		smtps_lookup *lookup;

		error = (smtps_error){0};
		smtps_alloc_fail_at(n);
		lookup = smtps_lookup_start("mail.example.test", AF_UNSPEC, &error);
		smtps_alloc_fail_at(0);
		failed = lookup == NULL;
		assert_int_equal(error.kind != SMTPS_OK, failed);
		if (lookup) {
			wait_until_done(lookup);
		}
		smtps_lookup_free(lookup);
		assert_true(n < 10);
	}
	again = dup(0);
	close(again);
	assert_int_equal(again, lowest);
}

/* nsswitch and /etc/hosts count: the system's own getaddrinfo. */
static void test_localhost_by_the_system(void **state)
{
	smtps_addresses addresses;
	smtps_error error = {0};

	(void)state;
	smtps_resolver = (smtps_resolver_calls){getaddrinfo, freeaddrinfo};
	assert_true(look_up("localhost", AF_INET, &addresses, &error));
	assert_int_equal(addresses.count, 1);
	expect_address(&addresses.list[0], "127.0.0.1");
	assert_true(smtps_address_is_loopback(&addresses.list[0]));
}

/* Case 7. */
static void test_literals_are_read_strictly(void **state)
{
	static const char *const good[] = {"0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1%1"};
	static const char *const bad[] = {"", "127.1", "0x7f.0.0.1", "0177.0.0.1", "1.2.3.4.5", "256.1.1.1",
		"1.2.3.4 ", "[::1]", "::1::", "fe80::1%", "fe80::1%nosuchif", "12345::", "localhost", "192.0.2.1%lo",
		"1111111111111111111111111111111111111111111111111111111111111111111111111111111:"};
	smtps_address address;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_true(smtps_address_literal(good[i], &address));
		expect_address(&address, good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (smtps_address_literal(bad[i], &address)) {
			fail_msg("%s", bad[i]);
		}
	}
}

static void test_loopback_addresses(void **state)
{
	static const struct {
		const char *literal;
		bool loopback;
	} rows[] = {{"127.0.0.1", true}, {"127.255.0.9", true}, {"128.0.0.1", false}, {"::1", true},
		{"::2", false}, {"::ffff:127.0.0.1", true}, {"::ffff:10.0.0.1", false}, {"::127.0.0.1", false},
		{"0.0.0.0", false}};
	smtps_address address;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(smtps_address_literal(rows[i].literal, &address));
		assert_int_equal(smtps_address_is_loopback(&address), rows[i].loopback);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_addresses_in_order_and_each_once, set_up, wait_for_threads),
		cmocka_unit_test_setup_teardown(test_a_long_answer_is_cut, set_up, wait_for_threads),
		cmocka_unit_test_setup_teardown(test_a_literal_asks_nobody, set_up, wait_for_threads),
		cmocka_unit_test_setup_teardown(
			test_no_such_host_is_final_and_a_silent_server_is_not, set_up, wait_for_threads),
		cmocka_unit_test_setup_teardown(test_a_late_answer_touches_nothing, set_up, wait_for_threads),
		cmocka_unit_test_setup_teardown(test_four_threads_and_a_queue, set_up, wait_for_threads),
		cmocka_unit_test_setup_teardown(test_taken_too_early_is_an_error, set_up, wait_for_threads),
		cmocka_unit_test_setup_teardown(test_a_forked_child_begins_anew, set_up, wait_for_threads),
		cmocka_unit_test_setup_teardown(test_forks_in_the_midst_of_lookups, set_up, wait_for_threads),
		cmocka_unit_test_setup_teardown(
			test_no_descriptor_and_no_memory_are_local_faults, set_up, wait_for_threads),
		cmocka_unit_test_setup_teardown(test_localhost_by_the_system, set_up, wait_for_threads),
		cmocka_unit_test(test_literals_are_read_strictly),
		cmocka_unit_test(test_loopback_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
