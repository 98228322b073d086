/*
 * The known option nearest to a mistyped one: names that other libraries use first, then the edit distance (Damerau and
 * Levenshtein, neighbours swapped count one).
 */
#include "options.h"

#include <string.h>

enum { NAME_MAX_OCTETS = 48 };

/* What PHPMailer, Symfony, Nodemailer, curl and PHP's stream options call it. */
static const char *const elsewhere[][2] = {
	{"user", "username"},
	{"login", "username"},
	{"pass", "password"},
	{"pwd", "password"},
	{"secret", "password"},
	{"server", "host"},
	{"hostname", "host"},
	{"smtp", "host"},
	{"address", "host"},
	{"url", "host"},
	{"tls", "encryption"},
	{"ssl", "encryption"},
	{"secure", "encryption"},
	{"smtpsecure", "encryption"},
	{"scheme", "encryption"},
	{"verify", "verify_peer"},
	{"verify_peer_name", "verify_peer"},
	{"allow_self_signed", "verify_peer"},
	{"insecure", "verify_peer"},
	{"cafile", "ca_file"},
	{"local_cert", "client_cert"},
	{"local_pk", "client_key"},
	{"passphrase", "client_key_passphrase"},
	{"local_domain", "helo"},
	{"ehlo", "helo"},
	{"token", "oauth_token"},
	{"xoauth2", "oauth_token"},
	{"auth_mode", "auth"},
	{"authtype", "auth"},
	{"sender", "envelope_from"},
	{"return_path", "envelope_from"},
	{"keepalive", "persistent"},
	{"pool", "persistent"},
	{"logger", "log"},
	{"debug", "log"},
	{"restart_threshold", "messages_per_connection"},
	{"bindto", "source_address"},
};

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned distance(smtps_str a, smtps_str b)
{
	unsigned rows[NAME_MAX_OCTETS + 1][NAME_MAX_OCTETS + 1];

	for (unsigned i = 0; i <= a.len; i++) {
		rows[i][0] = i;
	}
	for (unsigned j = 0; j <= b.len; j++) {
		rows[0][j] = j;
	}
	for (unsigned i = 1; i <= a.len; i++) {
		for (unsigned j = 1; j <= b.len; j++) {
			char left = smtps_lower(a.data[i - 1]), above = smtps_lower(b.data[j - 1]);

			rows[i][j] = smaller(rows[i - 1][j] + 1, rows[i][j - 1] + 1);
			rows[i][j] = smaller(rows[i][j], rows[i - 1][j - 1] + (left != above));
			if (i > 1 && j > 1 && left == smtps_lower(b.data[j - 2]) && above == smtps_lower(a.data[i - 2])) {
				rows[i][j] = smaller(rows[i][j], rows[i - 2][j - 2] + 1);
			}
		}
	}
	return rows[a.len][b.len];
}

const char *smtps_option_nearest(smtps_str name)
{
	const char *best = smtps_option_table[0].name;
	unsigned least = 2 * NAME_MAX_OCTETS;

	if (name.len > NAME_MAX_OCTETS) {
		name.len = NAME_MAX_OCTETS;
	}
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
		if (smtps_str_equal_nocase(name, smtps_str_of(elsewhere[i][0]))) {
			return elsewhere[i][1];
		}
	}
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		unsigned steps = distance(name, smtps_str_of(smtps_option_table[i].name));

		if (steps < least) {
			least = steps;
			best = smtps_option_table[i].name;
		}
	}
	return best;
}
