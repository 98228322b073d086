/*
 * The last look at the options: what several of them mean together, and what follows from them. See options.h.
 *
 * Each rule is a small function that is content or says in one sentence which two options quarrel and what to write.
 */
#include "option_sentence.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"

enum {
	PRIVILEGED = 1024,
	PORT_SUBMISSION = 587,
	PORT_SUBMISSIONS = 465,
	PORT_RELAY = 25,
	PORT_ALTERNATIVE = 2525
};

typedef bool rule(smtps_options *options, smtps_error *error);

static bool is_given(const smtps_options *options, smtps_option option)
{
	const smtps_value *value = &options->values[option];

	return value->is_set && (value->text.len > 0 || value->is_callable);
}

static int64_t encryption_of(const smtps_options *options)
{
	return smtps_option_number(options, SMTPS_O_ENCRYPTION);
}

static bool verifies(const smtps_options *options)
{
	return smtps_option_number(options, SMTPS_O_VERIFY_PEER) != 0;
}

/* Two options that cannot stand together. */
static bool refuse_both(const smtps_options *options, smtps_option first, smtps_option second,
	const char *instead, smtps_error *error)
{
	char other[SMTPS_SUBJECT_TEXT];

	return smtps_option_complain(error, options, first, "and %s contradict each other: %s",
		smtps_option_subject_of(options, second, other), instead);
}

static bool refuse_without(
	const smtps_options *options, smtps_option option, const char *partner, smtps_error *error)
{
	return smtps_option_complain(error, options, option, "needs %s: write both, or neither", partner);
}

/* --- where to --- */

static bool check_dsn_alone(smtps_options *options, smtps_error *error)
{
	if (!options->dsn_conflict) {
		return true;
	}
	return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
		"smtpsend.dsn and smtpsend.%s are both set, and the DSN stands for the whole account: write all of it into the DSN, "
		"or remove the DSN",
		options->dsn_conflict);
}

static bool refuse_no_host(const smtps_options *options, smtps_error *error)
{
	if (options->values[SMTPS_O_HOST].is_set) {
		return smtps_option_complain(error, options, SMTPS_O_HOST, "is empty: write the server's name");
	}
	if (options->dropped_by) {
		return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
			"no host: smtpsend.host of php.ini is not used, because the script sets the option %s and a connection comes from one "
			"place as a whole: write the option host beside it, or leave %s to php.ini",
			options->dropped_by, options->dropped_by);
	}
	return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
		"no host: set smtpsend.host in php.ini, or the option host");
}

static bool derive_host(smtps_options *options, smtps_error *error)
{
	smtps_host_form form = {0};
	smtps_fault fault = {0};
	smtps_str text = smtps_option_text(options, SMTPS_O_HOST);

	if (text.len == 0) {
		return refuse_no_host(options, error);
	}
	if (!smtps_host_parse(text, &form, &fault)) {
		smtps_buf_free(&form.name);
		return smtps_option_refuse(error, SMTPS_O_HOST, options->values[SMTPS_O_HOST].origin, text, &fault);
	}
	if (form.name.failed) {
		smtps_buf_free(&form.name);
		return smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
	}
	smtps_buf_free(&options->host);
	options->host = form.name;
	options->host_is_unix = form.is_unix;
	options->host_is_literal = form.is_literal;
	options->host_is_loopback = form.is_loopback;
	return true;
}

static bool host_matches(const smtps_options *options, smtps_str pattern, bool *out_of_memory)
{
	smtps_str host = smtps_buf_str(&options->host);
	smtps_host_form form = {0};
	smtps_fault fault = {0};
	bool matches;

	if (smtps_str_starts_nocase(pattern, SMTPS_STR("*."))) {
		smtps_str tail = {pattern.data + 1, pattern.len - 1};

		return !options->host_is_literal && !options->host_is_unix && host.len > tail.len &&
			smtps_str_equal_nocase((smtps_str){host.data + host.len - tail.len, tail.len}, tail);
	}
	matches = smtps_host_parse(pattern, &form, &fault) && form.is_unix == options->host_is_unix &&
		smtps_str_equal(smtps_buf_str(&form.name), host);
	*out_of_memory = *out_of_memory || form.name.failed;
	smtps_buf_free(&form.name);
	return matches;
}

static bool check_allowed_host(smtps_options *options, smtps_error *error)
{
	size_t count = smtps_option_count(options, SMTPS_O_ALLOW_HOSTS);
	bool out_of_memory = false, matches = count == 0 || !options->values[SMTPS_O_HOST].from_script;

	for (size_t i = 0; i < count && !matches; i++) {
		matches = host_matches(options, smtps_option_item(options, SMTPS_O_ALLOW_HOSTS, i), &out_of_memory);
	}
	if (out_of_memory) {
		return smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
	}
	return matches ||
		smtps_option_complain(error, options, SMTPS_O_HOST,
			"is not among the hosts of smtpsend.allow_hosts: use one of them, or ask the server's administrator");
}

/* --- ports and encryption --- */

bool smtps_options_implicit_on(const smtps_options *options, int port)
{
	switch (encryption_of(options)) {
		case SMTPS_ENCRYPTION_IMPLICIT: return true;
		case SMTPS_ENCRYPTION_AUTO:
			return port == PORT_SUBMISSIONS || port == 2465 || port == 8465 || port == 443;
		default: return false;
	}
}

bool smtps_options_lenient_on(const smtps_options *options, int port)
{
	struct stat facts;
	smtps_buf path = {0};
	bool is_roots;

	if (!options->loopback_lenient || !options->host_is_unix) {
		return options->loopback_lenient && port > 0 && port < PRIVILEGED;
	}
	smtps_buf_add_str(&path, smtps_buf_str(&options->host));
	is_roots = stat(smtps_buf_cstr(&path), &facts) == 0 && facts.st_uid == 0;
	smtps_buf_free(&path);
	return is_roots;
}

/* The list that `auto` stands for, by host and encryption (docs/routes.md). */
static void derive_auto_ports(smtps_options *options)
{
	static const int remote[] = {PORT_SUBMISSION, PORT_SUBMISSIONS, PORT_ALTERNATIVE};
	static const int loopback[] = {PORT_SUBMISSION, PORT_SUBMISSIONS, PORT_RELAY, PORT_ALTERNATIVE};
	const int *list = options->host_is_loopback ? loopback : remote;
	size_t count =
		options->host_is_loopback ? sizeof loopback / sizeof *loopback : sizeof remote / sizeof *remote;
	int64_t encryption = encryption_of(options);

	for (size_t i = 0; i < count; i++) {
		bool is_implicit = list[i] == PORT_SUBMISSIONS;

		if ((encryption == SMTPS_ENCRYPTION_IMPLICIT && !is_implicit) ||
			(encryption == SMTPS_ENCRYPTION_STARTTLS && is_implicit) ||
			(encryption == SMTPS_ENCRYPTION_PLAINTEXT && list[i] != PORT_RELAY)) {
			continue;
		}
		options->ports[options->port_count++] = list[i];
	}
}

static bool derive_ports(smtps_options *options, smtps_error *error)
{
	smtps_str rest = smtps_option_text(options, SMTPS_O_PORT);
	bool is_auto = smtps_option_number(options, SMTPS_O_PORT) == 0;

	options->port_count = 0;
	if (options->host_is_unix) {
		options->ports[options->port_count++] = 0;
		return is_auto ||
			refuse_both(options, SMTPS_O_HOST, SMTPS_O_PORT,
				"a unix socket has no port, so leave the port out", error);
	}
	if (is_auto) {
		derive_auto_ports(options);
		return options->port_count > 0 ||
			smtps_option_complain(error, options, SMTPS_O_ENCRYPTION,
				"is plaintext, which needs to know the port: write the option port, such as 25");
	}
	while (rest.len && options->port_count < SMTPS_PORTS_MAX) {
		smtps_str one = smtps_str_split(rest, ',', &rest);
		int port = 0;

		for (size_t i = 0; i < one.len; i++) {
			port = port * 10 + (one.data[i] - '0');
		}
		for (unsigned i = 0; i < options->port_count; i++) {
			if (options->ports[i] == port) {
				return smtps_option_complain(
					error, options, SMTPS_O_PORT, "names %d twice: write it once", port);
			}
		}
		options->ports[options->port_count++] = port;
	}
	return true;
}

/* `ssl` on 587 and its kin: the port says one thing, the word another. */
static bool check_encryption(smtps_options *options, smtps_error *error)
{
	int64_t encryption = encryption_of(options);

	for (unsigned i = 0; i < options->port_count; i++) {
		int port = options->ports[i];

		if (encryption == SMTPS_ENCRYPTION_IMPLICIT &&
			(port == PORT_SUBMISSION || port == PORT_ALTERNATIVE || port == PORT_RELAY)) {
			return smtps_option_complain(error, options, SMTPS_O_ENCRYPTION,
				"asks for TLS from the first byte (implicit), which port %d does not speak: write encryption=starttls or auto, or "
				"port=465",
				port);
		}
		if (encryption == SMTPS_ENCRYPTION_STARTTLS && port == PORT_SUBMISSIONS) {
			return smtps_option_complain(error, options, SMTPS_O_ENCRYPTION,
				"is starttls, but port 465 speaks TLS from the first byte: write encryption=implicit or auto, or port=587");
		}
		if (encryption == SMTPS_ENCRYPTION_PLAINTEXT && port == PORT_SUBMISSIONS) {
			return smtps_option_complain(error, options, SMTPS_O_ENCRYPTION,
				"is plaintext, but port 465 speaks TLS from the first byte: write encryption=implicit or auto");
		}
	}
	return true;
}

static bool check_plaintext(smtps_options *options, smtps_error *error)
{
	static const smtps_option secrets[] = {SMTPS_O_USERNAME, SMTPS_O_PASSWORD, SMTPS_O_PASSWORD_FILE,
		SMTPS_O_OAUTH_TOKEN, SMTPS_O_OAUTH_TOKEN_FILE};
	static const smtps_option of_tls[] = {SMTPS_O_CA_FILE, SMTPS_O_PEER_NAME, SMTPS_O_PEER_FINGERPRINT,
		SMTPS_O_CLIENT_CERT, SMTPS_O_CLIENT_KEY};

	if (encryption_of(options) != SMTPS_ENCRYPTION_PLAINTEXT) {
		return true;
	}
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
		if (is_given(options, secrets[i])) {
			return refuse_both(options, SMTPS_O_ENCRYPTION, secrets[i],
				"plaintext sends no credentials, so write encryption=auto, or leave the login out", error);
		}
	}
	for (size_t i = 0; i < sizeof of_tls / sizeof *of_tls; i++) {
		if (is_given(options, of_tls[i])) {
			return refuse_both(options, SMTPS_O_ENCRYPTION, of_tls[i],
				"plaintext has no certificate, so write encryption=auto, or leave it out", error);
		}
	}
	return true;
}

/* --- TLS --- */

static bool check_verification(smtps_options *options, smtps_error *error)
{
	if (verifies(options)) {
		return true;
	}
	if (is_given(options, SMTPS_O_CA_FILE)) {
		return refuse_both(options, SMTPS_O_VERIFY_PEER, SMTPS_O_CA_FILE,
			"write verify_peer=on to check the certificate, or leave ca_file out", error);
	}
	if (is_given(options, SMTPS_O_PEER_NAME)) {
		return refuse_both(options, SMTPS_O_VERIFY_PEER, SMTPS_O_PEER_NAME,
			"write verify_peer=on to check the name, or leave peer_name out", error);
	}
	return true;
}

static bool check_client_certificate(smtps_options *options, smtps_error *error)
{
	if (is_given(options, SMTPS_O_CLIENT_KEY) && !is_given(options, SMTPS_O_CLIENT_CERT)) {
		return refuse_without(options, SMTPS_O_CLIENT_KEY, "client_cert", error);
	}
	if (is_given(options, SMTPS_O_CLIENT_KEY_PASSPHRASE) && !is_given(options, SMTPS_O_CLIENT_CERT)) {
		return refuse_without(options, SMTPS_O_CLIENT_KEY_PASSPHRASE, "client_cert", error);
	}
	return true;
}

static bool derive_leniency(smtps_options *options, smtps_error *error)
{
	bool asks = smtps_option_is_set(options, SMTPS_O_VERIFY_PEER) && verifies(options);

	(void)error;
	options->loopback_lenient = (options->host_is_loopback || options->host_is_unix) &&
		encryption_of(options) == SMTPS_ENCRYPTION_AUTO && !asks && !is_given(options, SMTPS_O_CA_FILE) &&
		!is_given(options, SMTPS_O_PEER_NAME) && !is_given(options, SMTPS_O_PEER_FINGERPRINT);
	return true;
}

/* --- login --- */

static bool derive_auth(smtps_options *options, smtps_error *error)
{
	size_t count = smtps_option_count(options, SMTPS_O_AUTH);

	memset(&options->auth, 0, sizeof options->auth);
	for (size_t i = 0; i < count; i++) {
		smtps_str item = smtps_option_item(options, SMTPS_O_AUTH, i);
		bool is_scram = smtps_str_equal(item, SMTPS_STR("scram")),
			 is_auto = smtps_str_equal(item, SMTPS_STR("auto"));
		smtps_mechanism mechanism = is_scram || is_auto ? SMTPS_MECHANISM_COUNT : smtps_mechanism_find(item);

		if ((is_scram || is_auto) && count > 1) {
			return smtps_option_complain(error, options, SMTPS_O_AUTH,
				"mixes %s with other words: write %s alone, or a list of mechanisms",
				is_scram ? "scram" : "auto", is_scram ? "scram" : "auto");
		}
		options->auth.scram_only = is_scram;
		if (mechanism != SMTPS_MECHANISM_COUNT && !(options->auth.allowed & SMTPS_MECHANISM_BIT(mechanism))) {
			options->auth.allowed |= SMTPS_MECHANISM_BIT(mechanism);
			options->auth.order[options->auth.order_count++] = (unsigned char)mechanism;
		}
	}
	return true;
}

static bool check_one_secret(smtps_options *options, smtps_error *error)
{
	bool password = is_given(options, SMTPS_O_PASSWORD) && !options->values[SMTPS_O_PASSWORD].from_file;
	bool token = is_given(options, SMTPS_O_OAUTH_TOKEN) && !options->values[SMTPS_O_OAUTH_TOKEN].from_file;

	if (password && is_given(options, SMTPS_O_PASSWORD_FILE)) {
		return refuse_both(options, SMTPS_O_PASSWORD, SMTPS_O_PASSWORD_FILE, "write one of them", error);
	}
	if (token && is_given(options, SMTPS_O_OAUTH_TOKEN_FILE)) {
		return refuse_both(
			options, SMTPS_O_OAUTH_TOKEN, SMTPS_O_OAUTH_TOKEN_FILE, "write one of them", error);
	}
	return true;
}

static bool check_login(smtps_options *options, smtps_error *error)
{
	bool user = is_given(options, SMTPS_O_USERNAME), certificate = is_given(options, SMTPS_O_CLIENT_CERT);
	bool password = is_given(options, SMTPS_O_PASSWORD) || is_given(options, SMTPS_O_PASSWORD_FILE);
	bool token = is_given(options, SMTPS_O_OAUTH_TOKEN) || is_given(options, SMTPS_O_OAUTH_TOKEN_FILE);
	smtps_option token_option =
		is_given(options, SMTPS_O_OAUTH_TOKEN_FILE) ? SMTPS_O_OAUTH_TOKEN_FILE : SMTPS_O_OAUTH_TOKEN;
	unsigned allowed = options->auth.allowed;
	unsigned of_token = SMTPS_MECHANISM_BIT(SMTPS_OAUTHBEARER) | SMTPS_MECHANISM_BIT(SMTPS_XOAUTH2);
	unsigned external = SMTPS_MECHANISM_BIT(SMTPS_EXTERNAL);

	if (password && !user) {
		return refuse_without(options,
			is_given(options, SMTPS_O_PASSWORD_FILE) ? SMTPS_O_PASSWORD_FILE : SMTPS_O_PASSWORD, "username",
			error);
	}
	if (user && !password && !token && !certificate) {
		return refuse_without(options, SMTPS_O_USERNAME, "password (or an oauth_token)", error);
	}
	/* OAUTHBEARER alone can do without a user name: the token names the user (RFC 7628 3.1). */
	if (token && !user && allowed != SMTPS_MECHANISM_BIT(SMTPS_OAUTHBEARER)) {
		return refuse_without(options, token_option, "username", error);
	}
	if (!allowed && !options->auth.scram_only) {
		return true;
	}
	if (!user && !token && !certificate) {
		return refuse_without(options, SMTPS_O_AUTH, "username", error);
	}
	if (allowed && !(allowed & ~of_token) && !token) {
		return refuse_without(options, SMTPS_O_AUTH, "an oauth_token", error);
	}
	if (allowed && !(allowed & ~external) && !certificate) {
		return refuse_without(options, SMTPS_O_AUTH, "client_cert", error);
	}
	if ((options->auth.scram_only || !(allowed & (of_token | external))) && !password) {
		return refuse_without(options, SMTPS_O_AUTH, "username and password", error);
	}
	return true;
}

/* --- message --- */

static bool check_dkim(smtps_options *options, smtps_error *error)
{
	static const smtps_option parts[] = {SMTPS_O_DKIM_DOMAIN, SMTPS_O_DKIM_SELECTOR, SMTPS_O_DKIM_KEY};
	static const smtps_option all[] = {SMTPS_O_DKIM_DOMAIN, SMTPS_O_DKIM_SELECTOR, SMTPS_O_DKIM_KEY,
		SMTPS_O_DKIM_KEY_PASSPHRASE, SMTPS_O_DKIM_HEADERS};
	size_t domains = smtps_option_count(options, SMTPS_O_DKIM_DOMAIN);
	size_t phrases = smtps_option_count(options, SMTPS_O_DKIM_KEY_PASSPHRASE);
	bool signs_from = !is_given(options, SMTPS_O_DKIM_HEADERS);

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		for (size_t j = 0; j < sizeof parts / sizeof *parts && is_given(options, all[i]); j++) {
			if (!is_given(options, parts[j])) {
				return refuse_without(options, all[i], smtps_option_table[parts[j]].name, error);
			}
		}
	}
	for (size_t j = 1; j < sizeof parts / sizeof *parts; j++) {
		size_t count = smtps_option_count(options, parts[j]);

		if (count != domains) {
			return smtps_option_complain(error, options, parts[j],
				"has %zu items and dkim_domain has %zu: write lists of equal length", count, domains);
		}
	}
	if (phrases > 1 && phrases != domains) {
		return smtps_option_complain(error, options, SMTPS_O_DKIM_KEY_PASSPHRASE,
			"has %zu items and dkim_domain has %zu: write one for all, or lists of equal length", phrases,
			domains);
	}
	for (size_t i = 0; i < smtps_option_count(options, SMTPS_O_DKIM_HEADERS); i++) {
		signs_from = signs_from ||
			smtps_str_equal_nocase(smtps_option_item(options, SMTPS_O_DKIM_HEADERS, i), SMTPS_STR("from"));
	}
	return signs_from ||
		smtps_option_complain(error, options, SMTPS_O_DKIM_HEADERS,
			"does not name From, which every signature must cover (RFC 6376 5.4): add from");
}

static bool check_from_policy(smtps_options *options, smtps_error *error)
{
	bool forces = smtps_option_number(options, SMTPS_O_FORCE_FROM) != 0;
	const smtps_value *from = &options->values[SMTPS_O_FROM];

	/* Otherwise a script could choose the address that php.ini forces on it. */
	if (forces && from->is_set && from->from_script && !options->values[SMTPS_O_FORCE_FROM].from_script) {
		return smtps_option_complain(error, options, SMTPS_O_FROM,
			"cannot be set by a script where smtpsend.force_from of php.ini decides on From: leave it out");
	}
	if (forces && !is_given(options, SMTPS_O_FROM)) {
		return refuse_without(options, SMTPS_O_FORCE_FROM, "from, the address to write in place", error);
	}
	return true;
}

static bool run(rule *const *rules, size_t count, smtps_options *options, smtps_error *error)
{
	for (size_t i = 0; i < count; i++) {
		if (!rules[i](options, error)) {
			return false;
		}
	}
	return true;
}

bool smtps_options_finish(smtps_options *options, smtps_error *error)
{
	/* In this order: a rule may rest on what an earlier one derived. */
	static rule *const connection[] = {derive_host, derive_ports, check_encryption, check_plaintext,
		check_verification, check_client_certificate, derive_leniency, derive_auth, check_one_secret,
		check_login, check_allowed_host};
	static rule *const message[] = {check_dkim, check_from_policy};

	if (options->out_of_memory) {
		return smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
	}
	return check_dsn_alone(options, error) &&
		(options->transport != SMTPS_TRANSPORT_SMTP ||
			run(connection, sizeof connection / sizeof *connection, options, error)) &&
		run(message, sizeof message / sizeof *message, options, error);
}
