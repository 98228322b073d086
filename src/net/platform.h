/*
 * What differs between operating systems, in one pair of files: sockets' descriptors, errors, poll, wake-ups.
 */
#ifndef SMTPS_NET_PLATFORM_H
#define SMTPS_NET_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "base/time.h"

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
typedef SOCKET smtps_fd;
#define SMTPS_NO_FD INVALID_SOCKET
#else
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
typedef int smtps_fd;
#define SMTPS_NO_FD (-1)
#endif

enum { SMTPS_READABLE = 1, SMTPS_WRITABLE = 2 };

typedef struct smtps_poll_entry {
	smtps_fd fd; /* SMTPS_NO_FD: ignored */
	unsigned want; /* SMTPS_READABLE | SMTPS_WRITABLE */
	unsigned ready; /* written; an error or hang-up sets what was wanted */
} smtps_poll_entry;

/* Waits until one is ready or `timeout` microseconds passed (rounded up to milliseconds); EINTR returns early with 0
 * ready: the caller looks at its clock. Returns the number ready, -1 on a local failure. */
int smtps_poll(smtps_poll_entry *entries, size_t count, smtps_time timeout);

/* Results of read and write besides a count. */
enum { SMTPS_IO_AGAIN = -1, SMTPS_IO_EOF = -2, SMTPS_IO_ERROR = -3 };

/* recv and send without SIGPIPE, EINTR retried. >= 0 octets, or SMTPS_IO_*; on SMTPS_IO_ERROR `*error_number` is set. */
ptrdiff_t smtps_fd_read(smtps_fd fd, char *out, size_t cap, int *error_number);
ptrdiff_t smtps_fd_write(smtps_fd fd, const char *bytes, size_t len, int *error_number);
/* 0: nothing readable; 1: bytes are; -1: EOF or error. Never blocks, takes nothing. */
int smtps_fd_peek(smtps_fd fd);
void smtps_fd_close(smtps_fd fd); /* SMTPS_NO_FD is fine */
/* "Connection refused" ...; in the C locale, thread safe; `out` holds 128 octets. */
const char *smtps_fd_error_text(int error_number, char *out);
/* Cause of a failed connect: CONNECT_REFUSED, UNREACHABLE, LOCAL, TIMEOUT, CUT. */
smtps_cause smtps_fd_error_cause(int error_number);
/* Identity of the socket behind a descriptor (fstat's device and inode), to see that nobody swapped it. */
bool smtps_fd_identity(smtps_fd fd, uint64_t identity[2]);

/* A non-blocking, close-on-exec socket that raises no SIGPIPE, numbered above stderr; SMTPS_NO_FD and `*error_number`. */
smtps_fd smtps_fd_open(int family, int *error_number);
/* Begins to connect: 1 connected, 0 under way, -1 failed (`*error_number`). */
int smtps_fd_connect(smtps_fd fd, const struct sockaddr *address, socklen_t length, int *error_number);
/* Outcome of a connect that was under way, like smtps_fd_connect()'s; waits for nothing. */
int smtps_fd_connected(smtps_fd fd, int *error_number);
bool smtps_fd_bind(smtps_fd fd, const struct sockaddr *address, socklen_t length, int *error_number);
/* TCP_NODELAY; and where it can be had, no more than 128 KiB that the network has not taken yet, so that what counts as written
 * has nearly left, and a slow peer is told from a deaf one. */
void smtps_fd_no_delay(smtps_fd fd);
/* What was sent and not acknowledged for so long ends the connection with ETIMEDOUT, and 0 takes that back; not everywhere to be had. */
void smtps_fd_give_up_after(smtps_fd fd, smtps_time span);
/* What was written and not sent is dropped when it is closed, and the peer gets a reset: for a mail that was given up. */
void smtps_fd_drop_on_close(smtps_fd fd);

/* A pair by which one thread wakes another: `pair[0]` becomes readable when smtps_wake() was called. Each end is closed
 * with smtps_fd_close(); both may be the same descriptor: then pair[1] is SMTPS_NO_FD. */
bool smtps_wake_open(smtps_fd pair[2], int *error_number);
void smtps_wake(const smtps_fd pair[2]);

/* A detached thread with a small stack and every signal blocked; what it returns is dropped. */
bool smtps_thread_start(void *(*run)(void *), void *argument);
/* The process's one lock over what its threads share here; held for microseconds, and over a fork. */
void smtps_process_lock(void);
void smtps_process_unlock(void);
/* Number of forks between the first process that took the lock and this one. */
unsigned smtps_fork_count(void);

/* This process's number: a forked child's is another one. */
long smtps_process_id(void);
/* The machine's own name, NUL-terminated; false where it has none that fits. */
bool smtps_machine_name(char *out, size_t cap);
/* Index of a network interface by name or number; 0 where there is none. */
unsigned smtps_interface_index(const char *name);
/* Calls `add` with each anchor (DER) of the operating system's own store; false where it has none but files. */
bool smtps_system_anchors(void (*add)(void *context, const unsigned char *der, size_t len), void *context);

#endif
