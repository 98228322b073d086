/*
 * The operating system as POSIX has it; see platform.h. Its Windows twin is platform_windows.c: config.m4 builds this one,
 * config.w32 the other.
 *
 * Promise: no call here raises SIGPIPE, blocks (smtps_poll apart), leaves a descriptor open over exec or hands out one of the
 * numbers 0 to 2, into which a process that closed its standard streams would print.
 */
#ifndef _WIN32

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: SO_NOSIGPIPE on the socket instead */
#endif

enum {
	POLL_ON_STACK = 64,
	THREAD_STACK =
		1024 * 1024, /* for nsswitch modules (LDAP, winbind) of any appetite; only touched pages count */
	FIRST_FD = 3
};

/* --- waiting --- */

static int milliseconds(smtps_time timeout)
{
	if (timeout == SMTPS_NEVER) {
		return -1;
	}
	if (timeout <= 0) {
		return 0;
	}
	return timeout >= SMTPS_MILLISECONDS(INT_MAX) ? INT_MAX : (int)((timeout + 999) / 1000);
}

static int poll_in(struct pollfd *set, smtps_poll_entry *entries, size_t count, smtps_time timeout)
{
	int ready;

	for (size_t i = 0; i < count; i++) {
		set[i] = (struct pollfd){.fd = entries[i].want ? entries[i].fd : -1};
		set[i].events = (short)((entries[i].want & SMTPS_READABLE ? POLLIN : 0) |
			(entries[i].want & SMTPS_WRITABLE ? POLLOUT : 0));
		entries[i].ready = 0;
	}
	ready = poll(set, (nfds_t)count, milliseconds(timeout));
	if (ready < 0) {
		return errno == EINTR || errno == EAGAIN ? 0 : -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (set[i].fd < 0) {
			continue;
		}
		if (set[i].revents & (POLLERR | POLLHUP | POLLNVAL)) {
			entries[i].ready = entries[i].want;
		} else {
			entries[i].ready = (set[i].revents & POLLIN ? SMTPS_READABLE : 0u) |
				(set[i].revents & POLLOUT ? SMTPS_WRITABLE : 0u);
		}
	}
	return ready;
}

int smtps_poll(smtps_poll_entry *entries, size_t count, smtps_time timeout)
{
	struct pollfd few[POLL_ON_STACK];
	struct pollfd *set = few;
	int ready;

	if (count > POLL_ON_STACK) {
		set = count > SIZE_MAX / sizeof *set ? NULL : smtps_alloc(count * sizeof *set);
		if (!set) {
			return -1;
		}
	}
	ready = poll_in(set, entries, count, timeout);
	if (set != few) {
		smtps_free(set);
	}
	return ready;
}

/* --- sockets --- */

static bool set_flags(int fd)
{
	int status = fcntl(fd, F_GETFL);

	return status >= 0 && fcntl(fd, F_SETFL, status | O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

/* The descriptor, or its copy above the standard streams. */
static int above_standard(int fd)
{
	int copy;

	if (fd < 0 || fd >= FIRST_FD) {
		return fd;
	}
	copy = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);
	if (copy < 0) {
		int kept = errno;

		close(fd);
		errno = kept;
		return -1;
	}
	close(fd);
	return copy;
}

smtps_fd smtps_fd_open(int family, int *error_number)
{
#if defined(SOCK_NONBLOCK) && defined(SOCK_CLOEXEC)
	int fd = above_standard(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
#else
	int fd = above_standard(socket(family, SOCK_STREAM, 0));

	if (fd >= 0 && !set_flags(fd)) {
		*error_number = errno;
		close(fd);
		return SMTPS_NO_FD;
	}
#endif
	if (fd < 0) {
		*error_number = errno;
		return SMTPS_NO_FD;
	}
#ifdef SO_NOSIGPIPE
	setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &(int){1}, sizeof(int));
#endif
	return fd;
}

int smtps_fd_connect(smtps_fd fd, const struct sockaddr *address, socklen_t length, int *error_number)
{
	if (connect(fd, address, length) == 0) {
		return 1;
	}
	/* Interrupted, it goes on by itself: asking again would only give EALREADY. */
	if (errno == EINPROGRESS || errno == EINTR) {
		return 0;
	}
	*error_number = errno;
	return -1;
}

int smtps_fd_connected(smtps_fd fd, int *error_number)
{
	struct pollfd set = {.fd = fd, .events = POLLOUT};
	struct sockaddr_storage peer;
	socklen_t length = sizeof(int);
	int fault = 0;

	if (poll(&set, 1, 0) <= 0) {
		return 0;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &length) < 0) {
		fault = errno;
	}
	if (fault) {
		*error_number = fault;
		return -1;
	}
	length = sizeof peer;
	if (getpeername(fd, (struct sockaddr *)&peer, &length) == 0) {
		return 1;
	}
	if (set.revents & (POLLHUP | POLLERR | POLLNVAL)) {
		*error_number = errno == ENOTCONN ? ECONNRESET : errno;
		return -1;
	}
	return 0;
}

bool smtps_fd_bind(smtps_fd fd, const struct sockaddr *address, socklen_t length, int *error_number)
{
#ifdef IP_BIND_ADDRESS_NO_PORT
	/* The port is chosen at connect: many connections may then share one. */
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
#endif
	if (bind(fd, address, length) == 0) {
		return true;
	}
	*error_number = errno;
	return false;
}

void smtps_fd_no_delay(smtps_fd fd)
{
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
#ifdef TCP_NOTSENT_LOWAT
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &(int){128 * 1024}, sizeof(int));
#endif
}

void smtps_fd_give_up_after(smtps_fd fd, smtps_time span)
{
#ifdef TCP_USER_TIMEOUT
	setsockopt(
		fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &(unsigned){(unsigned)milliseconds(span)}, sizeof(unsigned));
#else
	(void)fd;
	(void)span;
#endif
}

void smtps_fd_drop_on_close(smtps_fd fd)
{
	setsockopt(
		fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1, .l_linger = 0}, sizeof(struct linger));
}

static ptrdiff_t io_result(ptrdiff_t got, int *error_number)
{
	if (got >= 0) {
		return got;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK) {
		return SMTPS_IO_AGAIN;
	}
	*error_number = errno;
	return SMTPS_IO_ERROR;
}

ptrdiff_t smtps_fd_read(smtps_fd fd, char *out, size_t cap, int *error_number)
{
	ptrdiff_t got;

	if (cap == 0) {
		return 0;
	}
	do {
		got = recv(fd, out, cap, 0);
	} while (got < 0 && errno == EINTR);
	return got == 0 ? SMTPS_IO_EOF : io_result(got, error_number);
}

ptrdiff_t smtps_fd_write(smtps_fd fd, const char *bytes, size_t len, int *error_number)
{
	ptrdiff_t put;

	do {
		put = send(fd, bytes, len, MSG_NOSIGNAL);
	} while (put < 0 && errno == EINTR);
	return io_result(put, error_number);
}

int smtps_fd_peek(smtps_fd fd)
{
	char octet;
	ptrdiff_t got;

	do {
		got = recv(fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT);
	} while (got < 0 && errno == EINTR);
	if (got > 0) {
		return 1;
	}
	return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : -1;
}

void smtps_fd_close(smtps_fd fd)
{
	if (fd >= 0) {
		close(fd); /* never again after EINTR: the number may be another thread's by then */
	}
}

bool smtps_fd_identity(smtps_fd fd, uint64_t identity[2])
{
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0) {
		return false;
	}
	identity[0] = (uint64_t)status.st_dev;
	identity[1] = (uint64_t)status.st_ino;
	return true;
}

/* --- words for errors --- */

/* strerror() speaks the process's language; exceptions and logs are to be searched for. */
static const struct error_row {
	int number;
	smtps_cause cause;
	const char *text;
} error_rows[] = {
	{ECONNREFUSED, SMTPS_CAUSE_CONNECT_REFUSED, "Connection refused"},
	{ETIMEDOUT, SMTPS_CAUSE_TIMEOUT, "Connection timed out"},
	{ECONNRESET, SMTPS_CAUSE_CUT, "Connection reset by peer"},
	{ECONNABORTED, SMTPS_CAUSE_CUT, "Connection aborted"},
	{EPIPE, SMTPS_CAUSE_CUT, "Connection closed by peer"},
	{ENOTCONN, SMTPS_CAUSE_CUT, "Not connected"},
	{EHOSTUNREACH, SMTPS_CAUSE_UNREACHABLE, "No route to host"},
	{EHOSTDOWN, SMTPS_CAUSE_UNREACHABLE, "Host is down"},
	{ENETUNREACH, SMTPS_CAUSE_UNREACHABLE, "Network is unreachable"},
	{ENETDOWN, SMTPS_CAUSE_UNREACHABLE, "Network is down"},
	{ENOENT, SMTPS_CAUSE_CONNECT_REFUSED, "No such file or directory"},
	{EAGAIN, SMTPS_CAUSE_CONNECT_REFUSED, "Too many connections wait there already"},
	{EACCES, SMTPS_CAUSE_LOCAL, "Permission denied"},
	{EPERM, SMTPS_CAUSE_LOCAL, "Operation not permitted"},
	{EADDRNOTAVAIL, SMTPS_CAUSE_LOCAL, "Cannot assign requested address"},
	{EADDRINUSE, SMTPS_CAUSE_LOCAL, "Address already in use"},
	{EAFNOSUPPORT, SMTPS_CAUSE_LOCAL, "Address family not supported"},
	{EMFILE, SMTPS_CAUSE_LOCAL, "Too many open files"},
	{ENFILE, SMTPS_CAUSE_LOCAL, "Too many open files in system"},
	{ENOBUFS, SMTPS_CAUSE_LOCAL, "No buffer space available"},
	{ENOMEM, SMTPS_CAUSE_LOCAL, "Cannot allocate memory"},
	{EINVAL, SMTPS_CAUSE_LOCAL, "Invalid argument"},
	{EBADF, SMTPS_CAUSE_LOCAL, "Bad file descriptor"},
	{ENOTSOCK, SMTPS_CAUSE_LOCAL, "Not a socket"},
	{EPROTOTYPE, SMTPS_CAUSE_LOCAL, "Wrong type of socket"},
};

static const struct error_row *error_row(int number)
{
	for (size_t i = 0; i < sizeof error_rows / sizeof *error_rows; i++) {
		if (error_rows[i].number == number) {
			return &error_rows[i];
		}
	}
	return NULL;
}

const char *smtps_fd_error_text(int error_number, char *out)
{
	const struct error_row *row = error_row(error_number);

	if (row) {
		snprintf(out, 128, "%s", row->text);
	} else {
		snprintf(out, 128, "System error %d", error_number);
	}
	return out;
}

smtps_cause smtps_fd_error_cause(int error_number)
{
	const struct error_row *row = error_row(error_number);

	return row ? row->cause : SMTPS_CAUSE_LOCAL;
}

/* --- threads --- */

bool smtps_wake_open(smtps_fd pair[2], int *error_number)
{
	int ends[2];

	pair[0] = pair[1] = SMTPS_NO_FD;
	if (pipe(ends) < 0) {
		*error_number = errno;
		return false;
	}
	for (int i = 0; i < 2; i++) {
		pair[i] = above_standard(ends[i]);
	}
	if (pair[0] < 0 || pair[1] < 0 || !set_flags(pair[0]) || !set_flags(pair[1])) {
		*error_number = errno;
		smtps_fd_close(pair[0]);
		smtps_fd_close(pair[1]);
		pair[0] = pair[1] = SMTPS_NO_FD;
		return false;
	}
	return true;
}

void smtps_wake(const smtps_fd pair[2])
{
	ssize_t put;

	do {
		put = write(pair[1], "", 1);
	} while (put < 0 && errno == EINTR);
}

bool smtps_thread_start(void *(*run)(void *), void *argument)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	bool made = false;

	if (pthread_attr_init(&attributes) != 0) {
		return false;
	}
	/* A thread inherits its maker's mask: no handler of PHP's may ever run in it. */
	sigfillset(&all);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) == 0) {
		made = pthread_create(&thread, &attributes, run, argument) == 0;
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attributes);
	return made;
}

static pthread_mutex_t process_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static unsigned fork_count = 0;

static void after_fork_in_child(void)
{
	fork_count++;
	pthread_mutex_init(&process_mutex, NULL);
}

/* A fork waits for the lock, so that the child's copy of what it guards is whole. */
static void watch_forks(void)
{
	pthread_atfork(smtps_process_lock, smtps_process_unlock, after_fork_in_child);
}

void smtps_process_lock(void)
{
	pthread_once(&fork_once, watch_forks);
	pthread_mutex_lock(&process_mutex);
}

void smtps_process_unlock(void)
{
	pthread_mutex_unlock(&process_mutex);
}

unsigned smtps_fork_count(void)
{
	return fork_count;
}

/* --- odds --- */

long smtps_process_id(void)
{
	return (long)getpid();
}

bool smtps_machine_name(char *out, size_t cap)
{
	/* Cut off without a NUL where it does not fit. */
	return gethostname(out, cap) == 0 && memchr(out, '\0', cap);
}

unsigned smtps_interface_index(const char *name)
{
	unsigned index = if_nametoindex(name);
	unsigned long number;
	char *end;

	if (index || !(*name >= '0' && *name <= '9')) {
		return index;
	}
	number = strtoul(name, &end, 10);
	return *end == '\0' && number <= UINT_MAX ? (unsigned)number : 0;
}

bool smtps_system_anchors(void (*add)(void *context, const unsigned char *der, size_t len), void *context)
{
	(void)add;
	(void)context;
	return false;
}

#else
typedef int smtps_platform_is_windows; /* ISO C wants something in a file */
#endif
