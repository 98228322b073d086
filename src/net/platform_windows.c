/*
 * The operating system as Windows has it; see platform.h. The twin of platform.c, which says what both promise: config.w32 builds
 * this one.
 *
 * Limits: no fork, so no fork is ever counted; wake-ups are a UDP socket connected to itself, because WSAPoll knows sockets only.
 */
#ifdef _WIN32

#include "platform.h"

#include <limits.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <iphlpapi.h>
#include <wincrypt.h>

#include "base/memory.h"

enum { POLL_ON_STACK = 64 };

/* Winsock counts its users: PHP has started it already, another start costs nothing. */
static BOOL CALLBACK start_winsock(PINIT_ONCE once, PVOID argument, PVOID *context)
{
	WSADATA data;

	(void)once;
	(void)argument;
	(void)context;
	return WSAStartup(MAKEWORD(2, 2), &data) == 0;
}

static void need_winsock(void)
{
	static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

	InitOnceExecuteOnce(&once, start_winsock, NULL, NULL);
}

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

/* WSAPoll refuses a set without a socket. */
static int poll_in(WSAPOLLFD *set, smtps_poll_entry *entries, size_t count, smtps_time timeout)
{
	size_t used = 0;
	int ready;

	for (size_t i = 0; i < count; i++) {
		entries[i].ready = 0;
		if (entries[i].fd == SMTPS_NO_FD || !entries[i].want) {
			continue;
		}
		set[used++] = (WSAPOLLFD){
			.fd = entries[i].fd,
			.events = (SHORT)((entries[i].want & SMTPS_READABLE ? POLLRDNORM : 0) |
				(entries[i].want & SMTPS_WRITABLE ? POLLWRNORM : 0)),
		};
	}
	if (used == 0) {
		Sleep(timeout == SMTPS_NEVER ? INFINITE : (DWORD)milliseconds(timeout));
		return 0;
	}
	ready = WSAPoll(set, (ULONG)used, milliseconds(timeout));
	if (ready < 0) {
		return WSAGetLastError() == WSAEINTR ? 0 : -1;
	}
	for (size_t i = 0, at = 0; i < count; i++) {
		SHORT got;

		if (entries[i].fd == SMTPS_NO_FD || !entries[i].want) {
			continue;
		}
		got = set[at++].revents;
		if (got & (POLLERR | POLLHUP | POLLNVAL)) {
			entries[i].ready = entries[i].want;
		} else {
			entries[i].ready =
				(got & POLLRDNORM ? SMTPS_READABLE : 0u) | (got & POLLWRNORM ? SMTPS_WRITABLE : 0u);
		}
	}
	return ready;
}

int smtps_poll(smtps_poll_entry *entries, size_t count, smtps_time timeout)
{
	WSAPOLLFD few[POLL_ON_STACK];
	WSAPOLLFD *set = few;
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

smtps_fd smtps_fd_open(int family, int *error_number)
{
	u_long yes = 1;
	SOCKET fd;

	need_winsock();
	fd = WSASocketW(family, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
	if (fd == INVALID_SOCKET || ioctlsocket(fd, (long)FIONBIO, &yes) != 0) {
		*error_number = WSAGetLastError();
		smtps_fd_close(fd);
		return SMTPS_NO_FD;
	}
	return fd;
}

int smtps_fd_connect(smtps_fd fd, const struct sockaddr *address, socklen_t length, int *error_number)
{
	if (connect(fd, address, length) == 0) {
		return 1;
	}
	*error_number = WSAGetLastError();
	return *error_number == WSAEWOULDBLOCK || *error_number == WSAEINPROGRESS ? 0 : -1;
}

/* select() tells a failed connect on every Windows; WSAPoll did not before Windows 10 2004. */
int smtps_fd_connected(smtps_fd fd, int *error_number)
{
	struct timeval now = {0, 0};
	fd_set writable, failed;
	int length = sizeof(int);
	int fault = 0;

	FD_ZERO(&writable);
	FD_ZERO(&failed);
	FD_SET(fd, &writable);
	FD_SET(fd, &failed);
	if (select(0, NULL, &writable, &failed, &now) <= 0) {
		return 0;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, (char *)&fault, &length) != 0) {
		fault = WSAGetLastError();
	}
	if (fault || FD_ISSET(fd, &failed)) {
		*error_number = fault ? fault : WSAECONNREFUSED;
		return -1;
	}
	return 1;
}

bool smtps_fd_bind(smtps_fd fd, const struct sockaddr *address, socklen_t length, int *error_number)
{
	if (bind(fd, address, length) == 0) {
		return true;
	}
	*error_number = WSAGetLastError();
	return false;
}

void smtps_fd_no_delay(smtps_fd fd)
{
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, (const char *)&(BOOL){TRUE}, sizeof(BOOL));
}

void smtps_fd_give_up_after(smtps_fd fd, smtps_time span)
{
	/* TCP_MAXRT counts whole seconds and is not in every SDK: the deadlines of the replies are enough. */
	(void)fd;
	(void)span;
}

void smtps_fd_drop_on_close(smtps_fd fd)
{
	const struct linger none = {.l_onoff = 1, .l_linger = 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, (const char *)&none, sizeof none);
}

static ptrdiff_t io_result(int got, int *error_number)
{
	if (got >= 0) {
		return got;
	}
	*error_number = WSAGetLastError();
	return *error_number == WSAEWOULDBLOCK ? SMTPS_IO_AGAIN : SMTPS_IO_ERROR;
}

ptrdiff_t smtps_fd_read(smtps_fd fd, char *out, size_t cap, int *error_number)
{
	int got;

	if (cap == 0) {
		return 0;
	}
	got = recv(fd, out, cap > INT_MAX ? INT_MAX : (int)cap, 0);
	return got == 0 ? SMTPS_IO_EOF : io_result(got, error_number);
}

ptrdiff_t smtps_fd_write(smtps_fd fd, const char *bytes, size_t len, int *error_number)
{
	return io_result(send(fd, bytes, len > INT_MAX ? INT_MAX : (int)len, 0), error_number);
}

int smtps_fd_peek(smtps_fd fd)
{
	char octet;
	int got = recv(fd, &octet, 1, MSG_PEEK);

	if (got > 0) {
		return 1;
	}
	return got < 0 && WSAGetLastError() == WSAEWOULDBLOCK ? 0 : -1;
}

void smtps_fd_close(smtps_fd fd)
{
	if (fd != SMTPS_NO_FD) {
		closesocket(fd);
	}
}

/* Handles are not numbered anew as descriptors are: the handle and its local port tell one from another. */
bool smtps_fd_identity(smtps_fd fd, uint64_t identity[2])
{
	struct sockaddr_storage local;
	socklen_t length = sizeof local;

	memset(&local, 0, sizeof local);
	if (fd == SMTPS_NO_FD || getsockname(fd, (struct sockaddr *)&local, &length) != 0) {
		return false;
	}
	identity[0] = (uint64_t)fd;
	identity[1] = ((struct sockaddr_in *)(void *)&local)->sin_port;
	return true;
}

/* --- words for errors --- */

static const struct error_row {
	int number;
	smtps_cause cause;
	const char *text;
} error_rows[] = {
	{WSAECONNREFUSED, SMTPS_CAUSE_CONNECT_REFUSED, "Connection refused"},
	{WSAETIMEDOUT, SMTPS_CAUSE_TIMEOUT, "Connection timed out"},
	{WSAECONNRESET, SMTPS_CAUSE_CUT, "Connection reset by peer"},
	{WSAECONNABORTED, SMTPS_CAUSE_CUT, "Connection aborted"},
	{WSAENETRESET, SMTPS_CAUSE_CUT, "Connection reset by the network"},
	{WSAESHUTDOWN, SMTPS_CAUSE_CUT, "Connection closed by peer"},
	{WSAENOTCONN, SMTPS_CAUSE_CUT, "Not connected"},
	{WSAEHOSTUNREACH, SMTPS_CAUSE_UNREACHABLE, "No route to host"},
	{WSAEHOSTDOWN, SMTPS_CAUSE_UNREACHABLE, "Host is down"},
	{WSAENETUNREACH, SMTPS_CAUSE_UNREACHABLE, "Network is unreachable"},
	{WSAENETDOWN, SMTPS_CAUSE_UNREACHABLE, "Network is down"},
	{WSAEACCES, SMTPS_CAUSE_LOCAL, "Permission denied"},
	{WSAEADDRNOTAVAIL, SMTPS_CAUSE_LOCAL, "Cannot assign requested address"},
	{WSAEADDRINUSE, SMTPS_CAUSE_LOCAL, "Address already in use"},
	{WSAEAFNOSUPPORT, SMTPS_CAUSE_LOCAL, "Address family not supported"},
	{WSAEMFILE, SMTPS_CAUSE_LOCAL, "Too many open files"},
	{WSAENOBUFS, SMTPS_CAUSE_LOCAL, "No buffer space available"},
	{WSAEINVAL, SMTPS_CAUSE_LOCAL, "Invalid argument"},
	{WSAENOTSOCK, SMTPS_CAUSE_LOCAL, "Not a socket"},
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
	struct sockaddr_in self = {.sin_family = AF_INET};
	socklen_t length = sizeof self;
	u_long yes = 1;
	SOCKET fd;

	need_winsock();
	pair[0] = pair[1] = SMTPS_NO_FD;
	self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = WSASocketW(AF_INET, SOCK_DGRAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
	if (fd == INVALID_SOCKET || bind(fd, (struct sockaddr *)&self, sizeof self) != 0 ||
		getsockname(fd, (struct sockaddr *)&self, &length) != 0 ||
		connect(fd, (struct sockaddr *)&self, sizeof self) != 0 ||
		ioctlsocket(fd, (long)FIONBIO, &yes) != 0) {
		*error_number = WSAGetLastError();
		smtps_fd_close(fd);
		return false;
	}
	pair[0] = fd;
	return true;
}

void smtps_wake(const smtps_fd pair[2])
{
	send(pair[0], "", 1, 0);
}

typedef struct thread_start {
	void *(*run)(void *);
	void *argument;
} thread_start;

static unsigned __stdcall thread_main(void *context)
{
	thread_start start = *(thread_start *)context;

	free(context);
	start.run(start.argument);
	return 0;
}

bool smtps_thread_start(void *(*run)(void *), void *argument)
{
	thread_start *start = smtps_alloc(sizeof *start);
	uintptr_t thread;

	if (!start) {
		return false;
	}
	*start = (thread_start){run, argument};
	thread = _beginthreadex(NULL, 0, thread_main, start, 0, NULL);
	if (!thread) {
		smtps_free(start);
		return false;
	}
	CloseHandle((HANDLE)thread);
	return true;
}

static SRWLOCK process_mutex = SRWLOCK_INIT;

void smtps_process_lock(void)
{
	AcquireSRWLockExclusive(&process_mutex);
}

void smtps_process_unlock(void)
{
	ReleaseSRWLockExclusive(&process_mutex);
}

unsigned smtps_fork_count(void)
{
	return 0;
}

/* --- odds --- */

long smtps_process_id(void)
{
	return (long)GetCurrentProcessId();
}

bool smtps_machine_name(char *out, size_t cap)
{
	return gethostname(out, (int)cap) == 0 && memchr(out, '\0', cap);
}

unsigned smtps_interface_index(const char *name)
{
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	if (*name && *end == '\0') {
		return (unsigned)number;
	}
	return if_nametoindex(name);
}

bool smtps_system_anchors(void (*add)(void *context, const unsigned char *der, size_t len), void *context)
{
	HCERTSTORE store = CertOpenSystemStoreW(0, L"ROOT");
	PCCERT_CONTEXT certificate = NULL;
	bool found = false;

	if (!store) {
		return false;
	}
	while ((certificate = CertEnumCertificatesInStore(store, certificate))) {
		add(context, certificate->pbCertEncoded, certificate->cbCertEncoded);
		found = true;
	}
	CertCloseStore(store, 0);
	return found;
}

#else
typedef int smtps_platform_is_posix; /* ISO C wants something in a file */
#endif
