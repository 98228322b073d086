/*
 * EHLO names; see ehlo_name.h.
 */
#include "ehlo_name.h"

#include "base/idn.h"

enum { HOST_NAME_OCTETS = 256 };

/* Domains that name nothing outside of one's own network (RFC 6761, 6762, 8375, and custom). */
static const smtps_str private_domains[] = {
	SMTPS_STR(".local"),
	SMTPS_STR(".localdomain"),
	SMTPS_STR(".internal"),
	SMTPS_STR(".lan"),
	SMTPS_STR(".home.arpa"),
};

static bool ends_nocase(smtps_str text, smtps_str suffix)
{
	return text.len >= suffix.len &&
		smtps_str_equal_nocase((smtps_str){text.data + text.len - suffix.len, suffix.len}, suffix);
}

static bool is_ldh(smtps_str label)
{
	for (size_t i = 0; i < label.len; i++) {
		if (!smtps_is_alnum(label.data[i]) && label.data[i] != '-') {
			return false;
		}
	}
	return label.len && label.len <= 63 && label.data[0] != '-' && label.data[label.len - 1] != '-';
}

bool smtps_ehlo_name_is_public(smtps_str name)
{
	smtps_str rest = name, label = {0};
	unsigned labels = 0;

	while (rest.data) {
		label = smtps_str_split(rest, '.', &rest);
		if (!is_ldh(label)) {
			return false;
		}
		labels++;
	}
	for (size_t i = 0; i < sizeof private_domains / sizeof *private_domains; i++) {
		if (ends_nocase(name, private_domains[i])) {
			return false;
		}
	}
	/* A name whose last label is a number is an address that somebody wrote as a name. */
	return labels >= 2 && name.len <= 253 && !smtps_is_digit(label.data[label.len - 1]);
}

static bool known_already(const smtps_buf *names, unsigned count, smtps_str name)
{
	for (unsigned i = 0; i < count; i++) {
		if (smtps_str_equal_nocase(smtps_buf_str(&names[i]), name)) {
			return true;
		}
	}
	return false;
}

static void add_name(smtps_buf *names, unsigned *count, smtps_str name)
{
	if (!name.len || known_already(names, *count, name)) {
		return;
	}
	smtps_buf_clear(&names[*count]);
	smtps_buf_add_str(&names[*count], name);
	if (!names[*count].failed) {
		(*count)++;
	}
}

static void add_machine(smtps_buf *names, unsigned *count)
{
	char name[HOST_NAME_OCTETS] = "";

	if (smtps_machine_name(name, sizeof name) && smtps_ehlo_name_is_public(smtps_str_of(name))) {
		add_name(names, count, smtps_str_of(name));
	}
}

/* The domain of a mailbox, with or without a display name; empty where there is none. */
static smtps_str domain_of(smtps_str mailbox)
{
	size_t at = mailbox.len;
	smtps_str domain, rest;

	while (at && mailbox.data[at - 1] != '@') {
		at--;
	}
	if (!at) {
		return (smtps_str){"", 0};
	}
	domain = smtps_str_split((smtps_str){mailbox.data + at, mailbox.len - at}, '>', &rest);
	return smtps_str_trim(domain);
}

static bool add_domain_of(smtps_buf *names, unsigned *count, smtps_str mailbox)
{
	smtps_str domain = domain_of(mailbox);
	smtps_buf ascii = {0};
	const char *why = NULL;
	bool good;

	if (!domain.len || domain.data[0] == '[') {
		return false;
	}
	good = smtps_idn_to_ascii(&ascii, domain, &why) && !ascii.failed;
	if (good) {
		add_name(names, count, smtps_buf_str(&ascii));
	}
	smtps_buf_free(&ascii);
	return good;
}

unsigned smtps_ehlo_names(const smtps_options *options, smtps_buf names[SMTPS_EHLO_FIXED_NAMES])
{
	unsigned count = 0;

	add_name(names, &count, smtps_option_text(options, SMTPS_O_HELO));
	add_machine(names, &count);
	if (!add_domain_of(names, &count, smtps_option_text(options, SMTPS_O_FROM))) {
		add_domain_of(names, &count, smtps_option_text(options, SMTPS_O_USERNAME));
	}
	return count;
}

void smtps_ehlo_literal(smtps_buf *out, const smtps_address *own)
{
	char text[SMTPS_ADDRESS_TEXT];
	smtps_str bare, zone;

	smtps_buf_clear(out);
	if (own->socket.ss_family != AF_INET && own->socket.ss_family != AF_INET6) {
		smtps_buf_add_text(out, "[127.0.0.1]");
		return;
	}
	bare = smtps_str_split(smtps_str_of(smtps_address_text(own, text)), '%', &zone);
	smtps_buf_add_text(out, own->socket.ss_family == AF_INET6 ? "[IPv6:" : "[");
	smtps_buf_add_str(out, bare);
	smtps_buf_add_char(out, ']');
}
