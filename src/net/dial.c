/*
 * Opening a socket without blocking; see dial.h.
 *
 * A source address that cannot be bound is an error that names it, never ignored: mail from the wrong address is refused
 * elsewhere, and hard to explain.
 */
#include "dial.h"

#include <string.h>

#include "address.h"

#ifdef _WIN32
#include <afunix.h>
#else
#include <sys/un.h>
#endif

static smtps_fd fail(smtps_fd fd, int error_number, const char *what, smtps_error *error)
{
	char text[128];

	smtps_fd_close(fd);
	smtps_fail(error, SMTPS_STAGE_CONNECT, SMTPS_LOST, smtps_fd_error_cause(error_number), "%s: %s", what,
		smtps_fd_error_text(error_number, text));
	return SMTPS_NO_FD;
}

static bool bind_source(smtps_fd fd, const smtps_address *address, const char *source, smtps_error *error)
{
	smtps_address local;
	char text[128];
	int error_number = 0;

	if (!smtps_address_literal(source, &local)) {
		return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_LOCAL,
			"source_address \"%s\" is no IP address", source);
	}
	if (local.socket.ss_family != address->socket.ss_family) {
		return smtps_fail(error, SMTPS_STAGE_CONNECT, SMTPS_LOST, SMTPS_CAUSE_LOCAL,
			"source_address %s cannot reach an %s address", source,
			address->socket.ss_family == AF_INET ? "IPv4" : "IPv6");
	}
	if (!smtps_fd_bind(fd, (const struct sockaddr *)&local.socket, local.length, &error_number)) {
		return smtps_fail(error, SMTPS_STAGE_CONNECT, SMTPS_LOST, SMTPS_CAUSE_LOCAL,
			"source_address %s cannot be bound: %s", source, smtps_fd_error_text(error_number, text));
	}
	return true;
}

smtps_fd smtps_dial_start(const smtps_address *address, int port, const char *source, smtps_error *error)
{
	smtps_address remote = *address;
	int error_number = 0;
	smtps_fd fd = smtps_fd_open(address->socket.ss_family, &error_number);

	if (fd == SMTPS_NO_FD) {
		return fail(fd, error_number, "cannot open a socket", error);
	}
	smtps_fd_no_delay(fd);
	if (source && *source && !bind_source(fd, address, source, error)) {
		smtps_fd_close(fd);
		return SMTPS_NO_FD;
	}
	smtps_address_set_port(&remote, port);
	if (smtps_fd_connect(fd, (const struct sockaddr *)&remote.socket, remote.length, &error_number) < 0) {
		return fail(fd, error_number, "cannot connect", error);
	}
	return fd;
}

smtps_fd smtps_dial_unix(const char *path, smtps_error *error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	int error_number = 0;
	smtps_fd fd;

	if (len == 0 || len >= sizeof address.sun_path) {
		smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_LOCAL,
			"the path of a unix socket has 1 to %zu octets, not %zu", sizeof address.sun_path - 1, len);
		return SMTPS_NO_FD;
	}
	memcpy(address.sun_path, path, len);
	fd = smtps_fd_open(AF_UNIX, &error_number);
	if (fd == SMTPS_NO_FD) {
		return fail(fd, error_number, "cannot open a socket", error);
	}
	if (smtps_fd_connect(fd, (const struct sockaddr *)&address, sizeof address, &error_number) < 0) {
		return fail(fd, error_number, "cannot connect", error);
	}
	return fd;
}

int smtps_dial_finish(smtps_fd fd, smtps_error *error)
{
	int error_number = 0;
	int state = smtps_fd_connected(fd, &error_number);
	char text[128];

	if (state < 0) {
		smtps_fail(error, SMTPS_STAGE_CONNECT, SMTPS_LOST, smtps_fd_error_cause(error_number),
			"cannot connect: %s", smtps_fd_error_text(error_number, text));
	}
	return state;
}

bool smtps_dial_local(smtps_fd fd, smtps_address *address)
{
	*address = (smtps_address){.length = sizeof address->socket};
	return getsockname(fd, (struct sockaddr *)&address->socket, &address->length) == 0;
}
