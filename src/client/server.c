/*
 * The server as configured; see server.h.
 */
#include "server.h"

#include "base/memory.h"
#include "ehlo_name.h"

enum { ROUTE_SECONDS = 3600, DAY_SECONDS = 24 * 3600 };

static void read_numbers(smtps_server *server)
{
	const smtps_options *options = &server->options;

	server->connect_timeout = smtps_option_time(options, SMTPS_O_CONNECT_TIMEOUT);
	server->timeout = smtps_option_time(options, SMTPS_O_TIMEOUT);
	server->final_timeout = smtps_option_time(options, SMTPS_O_FINAL_TIMEOUT);
	server->deadline = smtps_option_time(options, SMTPS_O_DEADLINE);
	server->attempt_delay = smtps_option_time(options, SMTPS_O_ATTEMPT_DELAY);
	server->idle_timeout = smtps_option_time(options, SMTPS_O_IDLE_TIMEOUT);
	server->max_age = smtps_option_time(options, SMTPS_O_MAX_AGE);
	server->messages_per_connection = smtps_option_number(options, SMTPS_O_MESSAGES_PER_CONNECTION);
	server->chunking = smtps_option_number(options, SMTPS_O_CHUNKING) != 0;
	server->require_all = smtps_option_number(options, SMTPS_O_REQUIRE_ALL_RECIPIENTS) != 0;
}

smtps_server *smtps_server_new(const smtps_options *options, smtps_error *error)
{
	smtps_server *server = smtps_alloc(sizeof *server);

	if (!server) {
		smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
		return NULL;
	}
	server->references = 1;
	if (!smtps_options_copy(&server->options, options, error)) {
		smtps_server_release(server);
		return NULL;
	}
	if (!smtps_options_reuse_key(&server->options, server->reuse_key) ||
		!smtps_options_memory_key(&server->options, server->memory_key)) {
		smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_NO_MEMORY, SMTPS_CAUSE_LOCAL,
			"SHA-256 is not to be had from OpenSSL");
		smtps_server_release(server);
		return NULL;
	}
	read_numbers(server);
	server->name_count = smtps_ehlo_names(&server->options, server->names);
	return server;
}

smtps_server *smtps_server_hold(smtps_server *server)
{
	server->references++;
	return server;
}

void smtps_server_release(smtps_server *server)
{
	if (!server || --server->references) {
		return;
	}
	smtps_tls_context_free(server->strict);
	smtps_tls_context_free(server->lenient);
	for (size_t i = 0; i < SMTPS_EHLO_NAMES_MAX; i++) {
		smtps_buf_free(&server->names[i]);
	}
	smtps_options_free(&server->options);
	smtps_free(server);
}

smtps_str smtps_server_host(const smtps_server *server)
{
	return smtps_buf_str(&server->options.host);
}

const char *smtps_server_text(smtps_server *server, smtps_option option)
{
	smtps_buf *text = &server->options.values[option].text;

	return text->len ? smtps_buf_cstr(text) : NULL;
}

bool smtps_server_has_credentials(const smtps_server *server, bool token)
{
	bool certificate = server->options.client_cert_pem.len &&
		(server->options.auth.allowed & SMTPS_MECHANISM_BIT(SMTPS_EXTERNAL));

	/* A certificate without a name may be for TLS alone, unless `auth` says that it is the login. */
	return token || certificate || smtps_option_text(&server->options, SMTPS_O_USERNAME).len;
}

/* Explicit anchors, else the system's where they are needed. */
static bool find_trust(smtps_server *server, bool verify, smtps_trust **trust, smtps_error *error)
{
	const char *name = smtps_server_text(server, SMTPS_O_CA_FILE);

	*trust = NULL;
	if (server->options.ca_pem.len) {
		*trust = smtps_trust_pem(smtps_buf_str(&server->options.ca_pem), name ? name : "ca_file", error);
		return *trust != NULL;
	}
	if (verify) {
		*trust = smtps_trust_system(error);
		return *trust != NULL;
	}
	return true;
}

static smtps_tls_context *make_context(smtps_server *server, bool lenient, smtps_error *error)
{
	smtps_options *options = &server->options;
	const char *peer_name = smtps_server_text(server, SMTPS_O_PEER_NAME);
	smtps_error no_trust = {0};
	smtps_tls_options tls = {
		.host = peer_name           ? peer_name
			: options->host_is_unix ? "localhost"
									: smtps_buf_cstr(&options->host),
		.verify = smtps_option_number(options, SMTPS_O_VERIFY_PEER) != 0,
		.tls13_only = smtps_option_number(options, SMTPS_O_TLS_MIN) != 0,
		.accept_unverified = lenient,
		.fingerprints = smtps_option_text(options, SMTPS_O_PEER_FINGERPRINT),
		.client_cert = smtps_buf_str(&options->client_cert_pem),
		.client_key = smtps_buf_str(&options->client_key_pem),
		.client_key_passphrase = smtps_option_text(options, SMTPS_O_CLIENT_KEY_PASSPHRASE),
	};
	smtps_tls_context *context;

	if (!find_trust(server, tls.verify, &tls.trust, &no_trust)) {
		if (!lenient) {
			smtps_error_move(error, &no_trust);
			return NULL;
		}
		/* A bare machine without anchors may still hand its mail to its own relay. */
		smtps_error_free(&no_trust);
		tls.verify = false;
	}
	context = smtps_tls_context_new(&tls, error);
	smtps_trust_free(tls.trust);
	return context;
}

bool smtps_server_is_lenient(const smtps_server *server, int port)
{
	return smtps_options_lenient_on(&server->options, server->options.host_is_unix ? 0 : port);
}

smtps_tls_context *smtps_server_tls(smtps_server *server, const smtps_route *route, smtps_error *error)
{
	bool lenient = smtps_server_is_lenient(server, route->port);
	smtps_tls_context **context = lenient ? &server->lenient : &server->strict;

	if (!*context) {
		*context = make_context(server, lenient, error);
	}
	return *context;
}

void smtps_server_recall(smtps_server *server, smtps_time now)
{
	smtps_memory_get(server->memory_key, now, &server->memory);
}

bool smtps_server_knows(const smtps_server *server, unsigned what, smtps_time now)
{
	const smtps_memory_record *memory = &server->memory;

	if (!(memory->known & what)) {
		return false;
	}
	return !(what == SMTPS_KNOWS_ROUTE && memory->route_until <= now) &&
		!(what == SMTPS_KNOWS_NO_CHUNKING && memory->no_chunking_until <= now) &&
		!(what == SMTPS_KNOWS_NO_PIPELINING && memory->no_pipelining_until <= now);
}

void smtps_server_learn_route(
	smtps_server *server, const smtps_route *route, unsigned capabilities, smtps_time now)
{
	smtps_memory_record *memory = &server->memory;

	memory->known |= SMTPS_KNOWS_ROUTE;
	memory->address = route->address;
	memory->port = route->port;
	memory->encryption = (int)route->security;
	memory->capabilities = capabilities;
	memory->route_until = now + SMTPS_SECONDS(ROUTE_SECONDS);
	smtps_memory_put(server->memory_key, now, memory);
}

void smtps_server_forget_route(smtps_server *server, smtps_time now)
{
	if (server->memory.known & SMTPS_KNOWS_ROUTE) {
		server->memory.known &= ~(unsigned)SMTPS_KNOWS_ROUTE;
		smtps_memory_put(server->memory_key, now, &server->memory);
	}
}

void smtps_server_learn(smtps_server *server, unsigned what, smtps_time now)
{
	smtps_memory_record *memory = &server->memory;

	if (what == SMTPS_KNOWS_BDAT_WORKS && smtps_server_knows(server, what, now)) {
		return;
	}
	memory->known |= what;
	if (what == SMTPS_KNOWS_NO_CHUNKING) {
		memory->no_chunking_until = now + SMTPS_SECONDS(DAY_SECONDS);
	}
	if (what == SMTPS_KNOWS_NO_PIPELINING) {
		memory->no_pipelining_until = now + SMTPS_SECONDS(DAY_SECONDS);
	}
	smtps_memory_put(server->memory_key, now, memory);
}
