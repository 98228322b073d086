/*
 * Addresses: literals in, text out, comparison; see resolver.h and address.h.
 *
 * Literals are read strictly (inet_pton): "127.1", "0x7f000001" and "010.0.0.1" are no addresses here, whatever the C library's
 * resolver makes of them.
 */
#include "address.h"

#include <stdio.h>
#include <string.h>

#ifndef _WIN32
#include <arpa/inet.h>
#include <sys/un.h>
#endif

enum { LITERAL_MAX = 64 };

static bool literal4(const char *text, smtps_address *address)
{
	struct sockaddr_in in = {.sin_family = AF_INET};

	if (inet_pton(AF_INET, text, &in.sin_addr) != 1) {
		return false;
	}
	memcpy(&address->socket, &in, sizeof in);
	address->length = sizeof in;
	return true;
}

static bool literal6(const char *text, smtps_address *address)
{
	struct sockaddr_in6 in = {.sin6_family = AF_INET6};
	char bare[LITERAL_MAX];
	const char *zone = strchr(text, '%');
	size_t len = zone ? (size_t)(zone - text) : strlen(text);

	if (len >= sizeof bare) {
		return false;
	}
	memcpy(bare, text, len);
	bare[len] = '\0';
	if (inet_pton(AF_INET6, bare, &in.sin6_addr) != 1) {
		return false;
	}
	if (zone) {
		in.sin6_scope_id = smtps_interface_index(zone + 1);
		if (in.sin6_scope_id == 0) {
			return false;
		}
	}
	memcpy(&address->socket, &in, sizeof in);
	address->length = sizeof in;
	return true;
}

bool smtps_address_literal(const char *text, smtps_address *address)
{
	memset(address, 0, sizeof *address);
	return literal4(text, address) || literal6(text, address);
}

static void get4(const smtps_address *address, struct sockaddr_in *in)
{
	memcpy(in, &address->socket, sizeof *in);
}

static void get6(const smtps_address *address, struct sockaddr_in6 *in)
{
	memcpy(in, &address->socket, sizeof *in);
}

const char *smtps_address_text(const smtps_address *address, char *out)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	out[0] = '\0';
	switch (address->socket.ss_family) {
		case AF_INET:
			get4(address, &in);
			inet_ntop(AF_INET, &in.sin_addr, out, SMTPS_ADDRESS_TEXT);
			break;
		case AF_INET6:
			get6(address, &in6);
			inet_ntop(AF_INET6, &in6.sin6_addr, out, SMTPS_ADDRESS_TEXT);
			if (in6.sin6_scope_id) {
				size_t len = strlen(out);

				snprintf(out + len, SMTPS_ADDRESS_TEXT - len, "%%%u", (unsigned)in6.sin6_scope_id);
			}
			break;
#ifndef _WIN32
		case AF_UNIX:
			snprintf(out, SMTPS_ADDRESS_TEXT, "%s",
				((const struct sockaddr_un *)(const void *)&address->socket)->sun_path);
			break;
#endif
		default: break;
	}
	return out;
}

bool smtps_address_is_loopback(const smtps_address *address)
{
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->socket.ss_family == AF_INET) {
		get4(address, &in);
		return *(const unsigned char *)&in.sin_addr == 127;
	}
	if (address->socket.ss_family == AF_INET6) {
		const unsigned char *octets = (const unsigned char *)&in6.sin6_addr;

		get6(address, &in6);
		return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr) || (memcmp(octets, mapped, 12) == 0 && octets[12] == 127);
	}
	return false;
}

bool smtps_address_equal(const smtps_address *a, const smtps_address *b)
{
	if (a->socket.ss_family != b->socket.ss_family) {
		return false;
	}
	if (a->socket.ss_family == AF_INET) {
		struct sockaddr_in x, y;

		get4(a, &x);
		get4(b, &y);
		return memcmp(&x.sin_addr, &y.sin_addr, sizeof x.sin_addr) == 0;
	}
	if (a->socket.ss_family == AF_INET6) {
		struct sockaddr_in6 x, y;

		get6(a, &x);
		get6(b, &y);
		return x.sin6_scope_id == y.sin6_scope_id &&
			memcmp(&x.sin6_addr, &y.sin6_addr, sizeof x.sin6_addr) == 0;
	}
	return a->length == b->length && memcmp(&a->socket, &b->socket, a->length) == 0;
}

void smtps_address_set_port(smtps_address *address, int port)
{
	uint16_t wire = htons((uint16_t)port);

	if (address->socket.ss_family == AF_INET) {
		((struct sockaddr_in *)(void *)&address->socket)->sin_port = wire;
	} else if (address->socket.ss_family == AF_INET6) {
		((struct sockaddr_in6 *)(void *)&address->socket)->sin6_port = wire;
	}
}
