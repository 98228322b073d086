/*
 * The host as a user writes it: a name, an IPv4 or IPv6 address, `[IPv6%zone]`, or `unix:/path`; everything else is
 * refused with what to write instead. Whether it is loopback is read from what was given, never from what a name resolves to.
 */
#include "option_sentence.h"

#include <stdio.h>
#include <string.h>

#ifndef _WIN32
#include <arpa/inet.h>
#endif

#include "base/idn.h"
#include "net/platform.h"

enum { UNIX_PATH_MAX_OCTETS = 103, LITERAL_TEXT = 64, ZONE_MAX = 15 };

static const char a_name[] = "write the server's name alone, such as smtp.example.com";

/* inet_pton wants a NUL-terminated text. Octets of the address: 4, 16, or 0 for no literal. */
static size_t parse_literal(smtps_str text, unsigned char address[16])
{
	char copy[LITERAL_TEXT];

	if (text.len == 0 || text.len >= sizeof copy || memchr(text.data, '\0', text.len)) {
		return 0;
	}
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return inet_pton(AF_INET, copy, address) == 1 ? 4 : inet_pton(AF_INET6, copy, address) == 1 ? 16 : 0;
}

bool smtps_is_address_literal(smtps_str text)
{
	unsigned char address[16];

	return parse_literal(text, address) != 0;
}

static bool take_literal(
	smtps_host_form *form, const unsigned char address[16], size_t octets, smtps_str zone)
{
	static const unsigned char loopback6[16] = {[15] = 1};
	char text[LITERAL_TEXT];

	form->is_literal = true;
	form->is_loopback = octets == 4 ? address[0] == 127 : memcmp(address, loopback6, sizeof loopback6) == 0;
	if (!inet_ntop(octets == 4 ? AF_INET : AF_INET6, address, text, sizeof text)) {
		form->name.failed = true;
		return true;
	}
	smtps_buf_add_text(&form->name, text);
	if (zone.data) {
		smtps_buf_add_char(&form->name, '%');
		smtps_buf_add_str(&form->name, zone);
	}
	return true;
}

static bool parse_unix(smtps_str text, smtps_host_form *form, smtps_fault *fault)
{
	smtps_str path = {text.data + 5, text.len - 5};

	if (path.len < 2 || path.data[0] != '/') {
		return smtps_fault_set(fault, "no path from the root",
			"write unix: and the socket's whole path, such as unix:/run/smtp");
	}
	if (path.len > UNIX_PATH_MAX_OCTETS) {
		return smtps_fault_set(fault, "a path too long for a unix socket", "use one of at most 103 octets");
	}
	form->is_unix = true;
	smtps_buf_add_str(&form->name, path);
	return true;
}

/* Somebody pasted a URL. It may hold a password. */
static bool refuse_url(smtps_str text, smtps_fault *fault)
{
	static const struct {
		const char *scheme, *instead;
	} schemes[] = {
		{"smtp://", "write the name alone, or give the whole DSN in place of the options"},
		{"smtps://",
			"write the name alone and encryption=implicit, or give the whole DSN in place of the options"},
		{"ssl://", "write the name alone and encryption=implicit"},
		{"tls://", "write the name alone; encryption=auto, the default, uses TLS on every port"},
		{"tcp://", "write the name alone"},
	};

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		if (smtps_str_starts_nocase(text, smtps_str_of(schemes[i].scheme))) {
			return smtps_fault_hidden(fault, "a URL and no host", schemes[i].instead);
		}
	}
	return smtps_fault_hidden(fault, "a URL and no host", a_name);
}

static bool is_zone(smtps_str zone)
{
	for (size_t i = 0; i < zone.len; i++) {
		if (!smtps_is_alnum(zone.data[i]) && !strchr("-._", zone.data[i])) {
			return false;
		}
	}
	return zone.len > 0 && zone.len <= ZONE_MAX;
}

static bool parse_bracketed(smtps_str text, smtps_host_form *form, smtps_fault *fault)
{
	size_t end = smtps_str_find(text, ']');
	smtps_str zone, inside;
	unsigned char address[16];

	if (end + 1 < text.len && text.data[end + 1] == ':') {
		return smtps_fault_set(
			fault, "an address with a port", "write the address alone, and the port in the option port");
	}
	inside = smtps_str_split((smtps_str){text.data + 1, (end < text.len ? end : text.len) - 1}, '%', &zone);
	if (end + 1 != text.len || parse_literal(inside, address) != 16 || (zone.data && !is_zone(zone))) {
		return smtps_fault_set(
			fault, "no IPv6 address in brackets", "write one such as [2001:db8::1] or [fe80::1%eth0]");
	}
	return take_literal(form, address, 16, zone);
}

static bool refuse_shape(smtps_str text, smtps_fault *fault)
{
	size_t colon = smtps_str_find(text, ':');

	if (smtps_str_find(text, '@') < text.len) {
		return smtps_fault_hidden(fault, "a mail address or a login and no host", a_name);
	}
	if (text.data[0] == '-') {
		return smtps_fault_set(fault, "no host name", a_name);
	}
	if (smtps_str_find(text, '/') < text.len || smtps_str_find(text, '\\') < text.len) {
		return smtps_fault_set(
			fault, "a path and no host", "write the server's name alone, or unix: before a socket's path");
	}
	if (smtps_str_find(text, '%') < text.len) {
		return smtps_fault_set(
			fault, "an address with a zone outside brackets", "write it as [fe80::1%eth0]");
	}
	if (colon < text.len) {
		return smtps_fault_set(
			fault, "a host with a port", "write the name alone, and the port in the option port");
	}
	if (smtps_str_find(text, ' ') < text.len) {
		return smtps_fault_set(fault, "a host with a space", a_name);
	}
	return true;
}

/* "127.1", "0x7f000001" and "2130706433" are addresses to some resolvers and names to nobody. */
static bool looks_numeric(smtps_str name)
{
	size_t start = name.len;
	bool digits = true;

	while (start && name.data[start - 1] != '.') {
		start--;
	}
	for (size_t i = start; i < name.len; i++) {
		digits = digits && smtps_is_digit(name.data[i]);
	}
	return digits ||
		(name.len - start > 2 && smtps_str_starts_nocase((smtps_str){name.data + start, 2}, SMTPS_STR("0x")));
}

bool smtps_domain_to_ascii(
	smtps_buf *out, smtps_str domain, smtps_fault *fault, const char *what, const char *instead)
{
	const char *why = "";
	char reason[sizeof fault->what];

	if (smtps_idn_to_ascii(out, domain, &why)) {
		return true;
	}
	if (strcmp(why, "no memory left") == 0) {
		out->failed = true;
		return true;
	}
	snprintf(reason, sizeof reason, "%s (%s)", what, why);
	return smtps_fault_set(fault, reason, instead);
}

static bool parse_name(smtps_str text, smtps_host_form *form, smtps_fault *fault)
{
	if (text.len > 1 && text.data[text.len - 1] == '.') { /* a name given as complete */
		text.len--;
	}
	if (looks_numeric(text)) {
		return smtps_fault_set(fault, "neither a name nor a whole IPv4 address", a_name);
	}
	if (!smtps_domain_to_ascii(&form->name, text, fault, "no host name", a_name)) {
		return false;
	}
	form->is_loopback = smtps_str_equal_nocase(smtps_buf_str(&form->name), SMTPS_STR("localhost"));
	return true;
}

bool smtps_host_parse(smtps_str text, smtps_host_form *form, smtps_fault *fault)
{
	unsigned char address[16];
	size_t octets;

	if (smtps_str_starts_nocase(text, SMTPS_STR("unix:"))) {
		return parse_unix(text, form, fault);
	}
	if (smtps_str_contains_nocase(text, SMTPS_STR("://"))) {
		return refuse_url(text, fault);
	}
	if (text.len && text.data[0] == '[') {
		return parse_bracketed(text, form, fault);
	}
	octets = parse_literal(text, address);
	if (octets) {
		return take_literal(form, address, octets, (smtps_str){NULL, 0});
	}
	return refuse_shape(text, fault) && parse_name(text, form, fault);
}
