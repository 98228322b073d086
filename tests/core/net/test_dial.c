/*
 * Opening sockets, reading and writing them (cases 7, 12, 14, 15, 19, 21, 22, 26, 29).
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>

#include "base/memory.h"
#include "net/dial.h"

typedef struct listener {
	int fd;
	int port;
	smtps_address address;
} listener;

static bool listen_on(listener *l, const char *literal)
{
	struct sockaddr_storage bound;
	socklen_t length = sizeof bound;

	assert_true(smtps_address_literal(literal, &l->address));
	l->fd = socket(l->address.socket.ss_family, SOCK_STREAM, 0);
	if (l->fd < 0 || bind(l->fd, (struct sockaddr *)&l->address.socket, l->address.length) < 0 ||
		listen(l->fd, 8) < 0) {
		close(l->fd);
		return false;
	}
	assert_int_equal(getsockname(l->fd, (struct sockaddr *)&bound, &length), 0);
	l->port = ntohs(((struct sockaddr_in *)(void *)&bound)->sin_port);
	return true;
}

/* smtps_dial_finish() once it has an answer, waiting for it as the loop does. */
static int finish(smtps_fd fd, smtps_error *error)
{
	for (int turn = 0; turn < 100; turn++) {
		smtps_poll_entry entry = {.fd = fd, .want = SMTPS_WRITABLE};
		int state = smtps_dial_finish(fd, error);

		if (state != 0) {
			return state;
		}
		assert_true(smtps_poll(&entry, 1, SMTPS_MILLISECONDS(100)) >= 0);
	}
	return 0;
}

static void connect_pair(listener *l, smtps_fd *client, int *server)
{
	smtps_error error = {0};

	assert_true(listen_on(l, "127.0.0.1"));
	*client = smtps_dial_start(&l->address, l->port, NULL, &error);
	assert_int_not_equal(*client, SMTPS_NO_FD);
	assert_int_equal(finish(*client, &error), 1);
	*server = accept(l->fd, NULL, NULL);
	assert_true(*server >= 0);
}

static void test_connects_without_blocking(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "::1"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		listener l;
		smtps_error error = {0};
		smtps_address local;
		char text[SMTPS_ADDRESS_TEXT];
		int no_delay = 0;
		socklen_t length = sizeof no_delay;
		smtps_fd fd;

		if (!listen_on(&l, hosts[i])) {
			continue; /* no IPv6 here */
		}
		fd = smtps_dial_start(&l.address, l.port, NULL, &error);
		assert_true(fd > 2);
		assert_int_equal(finish(fd, &error), 1);
		assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		assert_int_equal(getsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &no_delay, &length), 0);
		assert_true(no_delay);
		assert_true(smtps_dial_local(fd, &local));
		assert_string_equal(smtps_address_text(&local, text), hosts[i]);
		smtps_fd_close(fd);
		close(l.fd);
	}
}

/* Case 12. */
static void test_refused_is_told_at_once(void **state)
{
	listener l;
	smtps_error error = {0};
	smtps_fd fd;

	(void)state;
	assert_true(listen_on(&l, "127.0.0.1"));
	close(l.fd);
	fd = smtps_dial_start(&l.address, l.port, NULL, &error);
	if (fd != SMTPS_NO_FD) {
		assert_int_equal(finish(fd, &error), -1);
		smtps_fd_close(fd);
	}
	assert_int_equal(error.stage, SMTPS_STAGE_CONNECT);
	assert_int_equal(error.kind, SMTPS_LOST);
	assert_int_equal(error.cause, SMTPS_CAUSE_CONNECT_REFUSED);
	assert_string_equal(error.text, "cannot connect: Connection refused");
	assert_true(error.temporary);
}

/* A listener whose queue is full leaves the SYN unanswered: under way, no more. */
static void test_unanswered_stays_under_way(void **state)
{
	listener l;
	smtps_error error = {0};
	smtps_fd fds[8];
	int waiting = 0;

	(void)state;
	assert_true(listen_on(&l, "127.0.0.1"));
	listen(l.fd, 0);
	for (int i = 0; i < 8; i++) {
		fds[i] = smtps_dial_start(&l.address, l.port, NULL, &error);
		assert_int_not_equal(fds[i], SMTPS_NO_FD);
	}
	for (int i = 0; i < 8; i++) {
		waiting += smtps_dial_finish(fds[i], &error) == 0;
		smtps_fd_close(fds[i]);
	}
	assert_true(waiting > 0);
	assert_int_equal(error.kind, SMTPS_OK);
	close(l.fd);
}

static void test_unix_sockets(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	smtps_address local;
	smtps_error error = {0};
	char folder[] = "/tmp/smtps-dial-XXXXXX", long_path[300];
	int listening;
	smtps_fd fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(address.sun_path, sizeof address.sun_path, "%s/s", folder);
	assert_int_equal(smtps_dial_unix(address.sun_path, &error), SMTPS_NO_FD);
	assert_int_equal(error.cause, SMTPS_CAUSE_CONNECT_REFUSED);
	assert_string_equal(error.text, "cannot connect: No such file or directory");
	error = (smtps_error){0};
	listening = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(listening, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listening, 1), 0);
	fd = smtps_dial_unix(address.sun_path, &error);
	assert_int_not_equal(fd, SMTPS_NO_FD);
	assert_int_equal(finish(fd, &error), 1);
	assert_true(smtps_dial_local(fd, &local));
	smtps_fd_close(fd);
	close(listening);
	/* Left behind by a dead server. */
	assert_int_equal(smtps_dial_unix(address.sun_path, &error), SMTPS_NO_FD);
	assert_int_equal(error.cause, SMTPS_CAUSE_CONNECT_REFUSED);
	unlink(address.sun_path);
	rmdir(folder);
	error = (smtps_error){0};
	memset(long_path, 'x', sizeof long_path - 1);
	long_path[sizeof long_path - 1] = '\0';
	assert_int_equal(smtps_dial_unix(long_path, &error), SMTPS_NO_FD);
	assert_int_equal(error.kind, SMTPS_BAD_OPTION);
}

/* Case 29: never ignored, and named. */
static void test_a_source_address_that_cannot_be_bound_is_named(void **state)
{
	static const struct {
		const char *source, *text;
		smtps_kind kind;
	} rows[] = {
		{"192.0.2.77", "source_address 192.0.2.77 cannot be bound: Cannot assign requested address",
			SMTPS_LOST},
		{"::1", "source_address ::1 cannot reach an IPv4 address", SMTPS_LOST},
		{"localhost", "source_address \"localhost\" is no IP address", SMTPS_BAD_OPTION},
	};
	listener l;
	smtps_error error = {0};
	smtps_address local;
	char text[SMTPS_ADDRESS_TEXT];
	smtps_fd fd;

	(void)state;
	assert_true(listen_on(&l, "127.0.0.1"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		error = (smtps_error){0};
		assert_int_equal(smtps_dial_start(&l.address, l.port, rows[i].source, &error), SMTPS_NO_FD);
		assert_string_equal(error.text, rows[i].text);
		assert_int_equal(error.kind, rows[i].kind);
		assert_int_equal(error.cause, SMTPS_CAUSE_LOCAL);
	}
	error = (smtps_error){0};
	fd = smtps_dial_start(&l.address, l.port, "127.0.0.9", &error);
	assert_int_not_equal(fd, SMTPS_NO_FD);
	assert_int_equal(finish(fd, &error), 1);
	assert_true(smtps_dial_local(fd, &local));
	assert_string_equal(smtps_address_text(&local, text), "127.0.0.9");
	smtps_fd_close(fd);
	close(l.fd);
}

/* Case 15. */
static void test_no_descriptor_left_is_a_local_fault(void **state)
{
	struct rlimit before, none;
	listener l;
	smtps_error error = {0};
	smtps_fd fd;

	(void)state;
	assert_true(listen_on(&l, "127.0.0.1"));
	getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	none.rlim_cur = (rlim_t)l.fd + 1;
	setrlimit(RLIMIT_NOFILE, &none);
	for (int i = 0; i < 2; i++) {
		error = (smtps_error){0};
		fd = smtps_dial_start(&l.address, l.port, NULL, &error);
		assert_int_equal(fd, SMTPS_NO_FD);
		assert_int_equal(error.cause, SMTPS_CAUSE_LOCAL);
		assert_string_equal(error.text, "cannot open a socket: Too many open files");
		assert_true(error.temporary);
	}
	setrlimit(RLIMIT_NOFILE, &before);
	/* And nothing leaked: the next number is the old one. */
	fd = smtps_dial_start(&l.address, l.port, NULL, &error);
	assert_int_equal(fd, l.fd + 1);
	smtps_fd_close(fd);
	close(l.fd);
}

/* A process that closed its standard streams would otherwise print into the mail. */
static void test_a_socket_never_takes_a_standard_number(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		int error_number = 0;
		smtps_fd pair[2];
		bool good;

		close(0);
		close(1);
		close(2);
		good = smtps_fd_open(AF_INET, &error_number) > 2 && smtps_wake_open(pair, &error_number) &&
			pair[0] > 2 && pair[1] > 2;
		_exit(good ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Case 22. */
static void test_writing_to_a_closed_peer_does_not_kill(void **state)
{
	listener l;
	smtps_fd client;
	int server, error_number = 0;
	ptrdiff_t put = 0;
	void (*before)(int) = signal(SIGPIPE, SIG_DFL);

	(void)state;
	connect_pair(&l, &client, &server);
	close(server);
	for (int i = 0; i < 100 && put != SMTPS_IO_ERROR; i++) {
		put = smtps_fd_write(client, "QUIT\r\n", 6, &error_number);
		usleep(1000);
	}
	assert_int_equal(put, SMTPS_IO_ERROR);
	assert_true(error_number == EPIPE || error_number == ECONNRESET);
	assert_int_equal(smtps_fd_error_cause(error_number), SMTPS_CAUSE_CUT);
	smtps_fd_close(client);
	close(l.fd);
	signal(SIGPIPE, before);
}

static void test_reading_tells_later_from_never(void **state)
{
	listener l;
	smtps_fd client;
	int server, error_number = 0;
	char block[16];
	smtps_poll_entry entry = {.want = SMTPS_READABLE};

	(void)state;
	connect_pair(&l, &client, &server);
	entry.fd = client;
	assert_int_equal(smtps_fd_read(client, block, sizeof block, &error_number), SMTPS_IO_AGAIN);
	assert_int_equal(smtps_fd_peek(client), 0);
	assert_int_equal(smtps_poll(&entry, 1, 0), 0);
	assert_int_equal(send(server, "220 hi", 6, 0), 6);
	assert_int_equal(smtps_poll(&entry, 1, SMTPS_SECONDS(5)), 1);
	assert_int_equal(entry.ready, SMTPS_READABLE);
	assert_int_equal(smtps_fd_peek(client), 1);
	assert_int_equal(smtps_fd_read(client, block, 3, &error_number), 3);
	assert_int_equal(smtps_fd_read(client, block, 0, &error_number), 0);
	assert_int_equal(smtps_fd_read(client, block, sizeof block, &error_number), 3);
	shutdown(server, SHUT_WR);
	assert_int_equal(smtps_poll(&entry, 1, SMTPS_SECONDS(5)), 1);
	assert_int_equal(smtps_fd_peek(client), -1);
	assert_int_equal(smtps_fd_read(client, block, sizeof block, &error_number), SMTPS_IO_EOF);
	close(server);
	smtps_fd_close(client);
	close(l.fd);
}

/* Case 19. */
static void test_a_reset_is_an_error(void **state)
{
	listener l;
	smtps_fd client;
	int server, error_number = 0;
	char block[16], text[128];
	smtps_poll_entry entry = {.want = SMTPS_READABLE};

	(void)state;
	connect_pair(&l, &client, &server);
	setsockopt(server, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
	close(server);
	entry.fd = client;
	assert_int_equal(smtps_poll(&entry, 1, SMTPS_SECONDS(5)), 1);
	assert_int_equal(smtps_fd_read(client, block, sizeof block, &error_number), SMTPS_IO_ERROR);
	assert_string_equal(smtps_fd_error_text(error_number, text), "Connection reset by peer");
	smtps_fd_close(client);
	close(l.fd);
}

static void on_alarm(int number)
{
	(void)number;
}

/* Case 21: an interrupted wait comes back early and wrongs nothing. */
static void test_a_signal_ends_a_wait_without_an_error(void **state)
{
	struct sigaction action = {.sa_handler = on_alarm}, before;
	struct itimerval soon = {.it_value = {.tv_usec = 20000}};
	listener l;
	smtps_fd client;
	int server;
	smtps_poll_entry entry = {.want = SMTPS_READABLE};
	smtps_time start = smtps_now();

	(void)state;
	connect_pair(&l, &client, &server);
	entry.fd = client;
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &soon, NULL);
	assert_int_equal(smtps_poll(&entry, 1, SMTPS_SECONDS(10)), 0);
	assert_int_equal(entry.ready, 0);
	assert_true(smtps_now() - start < SMTPS_SECONDS(5));
	sigaction(SIGALRM, &before, NULL);
	close(server);
	smtps_fd_close(client);
	close(l.fd);
}

static void test_a_wait_is_rounded_up_and_passes_over_empty_entries(void **state)
{
	enum { MANY = 200 };
	smtps_poll_entry entries[MANY];
	listener l;
	smtps_fd client;
	int server;
	smtps_time start;

	(void)state;
	connect_pair(&l, &client, &server);
	for (int i = 0; i < MANY; i++) {
		entries[i] = (smtps_poll_entry){.fd = SMTPS_NO_FD, .want = SMTPS_READABLE, .ready = 7};
	}
	start = smtps_now();
	assert_int_equal(smtps_poll(entries, MANY, 1500), 0);
	assert_true(smtps_now() - start >= 1500);
	entries[150] = (smtps_poll_entry){.fd = client, .want = SMTPS_READABLE | SMTPS_WRITABLE};
	assert_int_equal(smtps_poll(entries, MANY, SMTPS_NEVER), 1);
	assert_int_equal(entries[150].ready, SMTPS_WRITABLE);
	assert_int_equal(entries[0].ready, 0);
	smtps_alloc_fail_at(1);
	assert_int_equal(smtps_poll(entries, MANY, 0), -1);
	smtps_alloc_fail_at(0);
	close(server);
	smtps_fd_close(client);
	close(l.fd);
	smtps_fd_close(SMTPS_NO_FD);
}

static void test_a_swapped_socket_is_seen(void **state)
{
	listener l;
	smtps_fd client;
	int server;
	uint64_t before[2], after[2];

	(void)state;
	connect_pair(&l, &client, &server);
	assert_true(smtps_fd_identity(client, before));
	assert_true(smtps_fd_identity(client, after));
	assert_memory_equal(before, after, sizeof before);
	assert_int_equal(dup2(server, client), client);
	assert_true(smtps_fd_identity(client, after));
	assert_memory_not_equal(before, after, sizeof before);
	smtps_fd_close(client);
	assert_false(smtps_fd_identity(client, after));
	close(server);
	close(l.fd);
}

/* Case 26: what a NAT has forgotten is found out by acknowledgements that do not come. */
static void test_a_socket_gives_up_when_told(void **state)
{
	listener l;
	smtps_fd client;
	int server;
	unsigned span = 1;
	socklen_t length = sizeof span;

	(void)state;
#ifndef TCP_USER_TIMEOUT
	skip();
#else
	connect_pair(&l, &client, &server);
	smtps_fd_give_up_after(client, SMTPS_MILLISECONDS(1500));
	assert_int_equal(getsockopt(client, IPPROTO_TCP, TCP_USER_TIMEOUT, &span, &length), 0);
	assert_int_equal(span, 1500);
	smtps_fd_give_up_after(client, 0);
	assert_int_equal(getsockopt(client, IPPROTO_TCP, TCP_USER_TIMEOUT, &span, &length), 0);
	assert_int_equal(span, 0);
	close(server);
	smtps_fd_close(client);
	close(l.fd);
#endif
}

/* Case 14. */
static void test_causes_of_errors(void **state)
{
	static const struct {
		int number;
		smtps_cause cause;
	} rows[] = {{ECONNREFUSED, SMTPS_CAUSE_CONNECT_REFUSED}, {ETIMEDOUT, SMTPS_CAUSE_TIMEOUT},
		{EHOSTUNREACH, SMTPS_CAUSE_UNREACHABLE}, {ENETUNREACH, SMTPS_CAUSE_UNREACHABLE},
		{EACCES, SMTPS_CAUSE_LOCAL}, {EADDRNOTAVAIL, SMTPS_CAUSE_LOCAL}, {EMFILE, SMTPS_CAUSE_LOCAL},
		{ENFILE, SMTPS_CAUSE_LOCAL}, {ENOBUFS, SMTPS_CAUSE_LOCAL}, {ECONNRESET, SMTPS_CAUSE_CUT},
		{EPIPE, SMTPS_CAUSE_CUT}, {12345, SMTPS_CAUSE_LOCAL}};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(smtps_fd_error_cause(rows[i].number), rows[i].cause);
		assert_true(strlen(smtps_fd_error_text(rows[i].number, text)) > 5);
	}
	assert_string_equal(smtps_fd_error_text(12345, text), "System error 12345");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connects_without_blocking),
		cmocka_unit_test(test_refused_is_told_at_once),
		cmocka_unit_test(test_unanswered_stays_under_way),
		cmocka_unit_test(test_unix_sockets),
		cmocka_unit_test(test_a_source_address_that_cannot_be_bound_is_named),
		cmocka_unit_test(test_no_descriptor_left_is_a_local_fault),
		cmocka_unit_test(test_a_socket_never_takes_a_standard_number),
		cmocka_unit_test(test_writing_to_a_closed_peer_does_not_kill),
		cmocka_unit_test(test_reading_tells_later_from_never),
		cmocka_unit_test(test_a_reset_is_an_error),
		cmocka_unit_test(test_a_signal_ends_a_wait_without_an_error),
		cmocka_unit_test(test_a_wait_is_rounded_up_and_passes_over_empty_entries),
		cmocka_unit_test(test_a_swapped_socket_is_seen),
		cmocka_unit_test(test_a_socket_gives_up_when_told),
		cmocka_unit_test(test_causes_of_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
