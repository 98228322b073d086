/*
 * One connection: dialling, deadlines, verbs, life and death; see connection.h. Its bytes are in connection_io.c.
 */
#include "connection.h"

#include <string.h>

#include "base/memory.h"
#include "ehlo_name.h"
#include "net/dial.h"

enum { PEEKS_MAX = 8 }; /* a server that talks on and on while idle is not kept */

/* --- deadlines ------------------------------------------------------------------------------------------------- */

/* Whether a reply is awaited from the server; at the gate and when idle none is. */
static bool is_waiting(const smtps_connection *connection)
{
	switch (smtps_session_state(connection->session)) {
		case SMTPS_STATE_GATE:
		case SMTPS_STATE_READY:
		case SMTPS_STATE_CLOSED: return false;
		default: return true;
	}
}

/* Whether `limit` still holds: everything up to the reply to MAIL. */
static bool is_limited(const smtps_connection *connection)
{
	smtps_state state;

	if (!connection->session) {
		return true;
	}
	state = smtps_session_state(connection->session);
	if (state == SMTPS_STATE_BUSY) {
		smtps_stage stage = smtps_session_stage(connection->session);

		return stage <= SMTPS_STAGE_MAIL || stage == SMTPS_STAGE_RSET;
	}
	return state != SMTPS_STATE_READY;
}

static smtps_time step_due(const smtps_connection *connection)
{
	const smtps_server *server = connection->server;

	switch (connection->line) {
		case SMTPS_DIALING: return connection->dialed_at + server->connect_timeout;
		case SMTPS_SECURING: return connection->secure_at + server->timeout;
		case SMTPS_TALKING: break;
		case SMTPS_CLOSED: return SMTPS_NEVER;
	}
	if (connection->sending) {
		return connection->sample_at;
	}
	if (!is_waiting(connection)) {
		return SMTPS_NEVER;
	}
	if (smtps_session_awaits_final(connection->session)) {
		return connection->waiting_at + server->final_timeout;
	}
	return connection->waiting_at + server->timeout;
}

/* While sending: whether too little moved over the last `timeout`. */
static bool is_too_slow(smtps_connection *connection)
{
	unsigned at = connection->sample % SMTPS_RATE_SAMPLES;
	uint64_t before = connection->samples[at];
	double wanted = (double)SMTPS_RATE_MIN * (double)connection->server->timeout / SMTPS_SECONDS(1);
	bool full = connection->sample >= SMTPS_RATE_SAMPLES;

	connection->samples[at] = connection->moved;
	connection->sample++;
	connection->sample_at = connection->now + connection->server->timeout / SMTPS_RATE_SAMPLES;
	return full && (double)(connection->moved - before) < wanted;
}

static double seconds(smtps_time span)
{
	return (double)span / SMTPS_SECONDS(1);
}

static void time_out(smtps_connection *connection, smtps_time since)
{
	smtps_error error = {0};
	double waited = seconds(connection->now - since);

	switch (connection->line) {
		case SMTPS_DIALING:
			smtps_fail(&error, SMTPS_STAGE_CONNECT, SMTPS_TIMED_OUT, SMTPS_CAUSE_TIMEOUT,
				"no connection within %.3g s", waited);
			break;
		case SMTPS_SECURING:
			smtps_fail(&error, SMTPS_STAGE_TLS, SMTPS_TIMED_OUT, SMTPS_CAUSE_TIMEOUT,
				"the TLS handshake was not done within %.3g s", waited);
			smtps_session_tls_failed(connection->session, &error);
			break;
		case SMTPS_TALKING:
			smtps_session_timeout(connection->session, waited);
			smtps_connection_events(connection);
			break;
		case SMTPS_CLOSED: break;
	}
	if (!smtps_error_is_set(&error)) {
		smtps_fail(&error, smtps_connection_stage(connection), SMTPS_TIMED_OUT, SMTPS_CAUSE_TIMEOUT,
			"no answer within %.3g s", waited);
	}
	smtps_connection_fail(connection, &error);
}

static smtps_time step_since(const smtps_connection *connection)
{
	return connection->line == SMTPS_DIALING ? connection->dialed_at
		: connection->line == SMTPS_SECURING ? connection->secure_at
											 : connection->waiting_at;
}

static void look_at_clock(smtps_connection *connection)
{
	smtps_time limit = is_limited(connection) ? connection->limit : SMTPS_NEVER;

	if (connection->line == SMTPS_CLOSED) {
		return;
	}
	if (limit <= connection->now) {
		time_out(connection, step_since(connection));
	} else if (step_due(connection) <= connection->now) {
		if (connection->line != SMTPS_TALKING || !connection->sending) {
			time_out(connection, step_since(connection));
		} else if (is_too_slow(connection)) {
			time_out(connection, connection->now - connection->server->timeout);
		}
	}
}

/* --- dialling -------------------------------------------------------------------------------------------------- */

static void transcript_line(void *context, char direction, smtps_str line)
{
	const smtps_host *host = ((smtps_connection *)context)->host;

	if (host && host->transcript) {
		host->transcript(host->context, direction, line);
	}
}

static void own_literal(smtps_connection *connection)
{
	smtps_address own;

	memset(&own, 0, sizeof own);
	if (connection->server->options.host_is_unix || !smtps_dial_local(connection->watch.fd, &own)) {
		own.socket.ss_family = AF_UNSPEC;
	}
	smtps_ehlo_literal(&connection->literal, &own);
}

static bool begin_session(smtps_connection *connection)
{
	smtps_server *server = connection->server;
	smtps_session_config config = {
		.security = connection->route.security,
		.no_pipelining = connection->lockstep,
		.auth = server->options.auth,
		.host = smtps_server_host(server),
		.transcript = connection->host && connection->host->transcript ? transcript_line : NULL,
		.transcript_context = connection,
	};

	config.auth.verified = smtps_server_is_lenient(server, connection->route.port);
	own_literal(connection);
	for (unsigned i = connection->first_name; i < server->name_count; i++) {
		config.ehlo_names[config.ehlo_name_count++] = smtps_buf_str(&server->names[i]);
	}
	config.ehlo_names[config.ehlo_name_count++] = smtps_buf_str(&connection->literal);
	connection->session = connection->literal.failed ? NULL : smtps_session_new(&config);
	return connection->session != NULL;
}

static void connected(smtps_connection *connection)
{
	smtps_error error = {0};

	connection->connected_at = connection->now;
	connection->progress_at = connection->now;
	connection->waiting_at = connection->now;
	connection->line = SMTPS_TALKING;
	if (!begin_session(connection)) {
		smtps_fail_memory(&error, SMTPS_STAGE_CONNECT);
		smtps_connection_fail(connection, &error);
	} else if (connection->route.implicit_tls) {
		smtps_connection_begin_tls(connection);
	}
}

static void finish_dial(smtps_connection *connection)
{
	smtps_error error = {0};
	int state = smtps_dial_finish(connection->watch.fd, &error);

	if (state > 0) {
		connected(connection);
	} else if (state < 0) {
		smtps_connection_fail(connection, &error);
	}
	smtps_error_free(&error);
}

static void set_watch(smtps_connection *connection)
{
	smtps_watch *watch = &connection->watch;

	watch->wake = step_due(connection);
	if (connection->line != SMTPS_CLOSED && is_limited(connection)) {
		watch->wake = smtps_earlier(watch->wake, connection->limit);
	}
	watch->want = connection->line == SMTPS_CLOSED ? 0
		: connection->line == SMTPS_DIALING        ? SMTPS_WRITABLE
												   : SMTPS_READABLE;
	if (connection->line == SMTPS_TALKING || connection->line == SMTPS_SECURING) {
		bool blocked = connection->tls ? smtps_tls_output(connection->tls).len : connection->out.len;

		watch->want |= connection->sending || blocked ? SMTPS_WRITABLE : 0;
	}
}

void smtps_connection_drive(smtps_watch *watch, smtps_time now)
{
	smtps_connection *connection = (smtps_connection *)watch;

	connection->now = now;
	if (connection->line == SMTPS_DIALING && watch->ready) {
		finish_dial(connection);
	} else if (watch->ready & SMTPS_READABLE) {
		smtps_connection_receive(connection);
	}
	watch->ready = 0;
	if (connection->line == SMTPS_SECURING || connection->line == SMTPS_TALKING) {
		smtps_connection_send(connection);
	}
	look_at_clock(connection);
	set_watch(connection);
}

static void dial(smtps_connection *connection)
{
	smtps_server *server = connection->server;
	const smtps_route *route = &connection->route;
	smtps_error error = {0};
	const char *source = smtps_server_text(server, SMTPS_O_SOURCE_ADDRESS);

	if (server->options.host_is_unix) {
		connection->watch.fd = smtps_dial_unix(smtps_buf_cstr(&server->options.host), &error);
	} else {
		connection->watch.fd = smtps_dial_start(&route->address, route->port, source, &error);
	}
	if (connection->watch.fd == SMTPS_NO_FD) {
		smtps_connection_fail(connection, &error);
	} else {
		smtps_fd_identity(connection->watch.fd, connection->identity);
	}
	smtps_error_free(&error);
}

smtps_connection *smtps_connection_open(smtps_server *server, const smtps_route *route, smtps_loop *loop,
	const smtps_host *host, smtps_time limit, unsigned first_name, bool lockstep)
{
	smtps_connection *connection = smtps_alloc(sizeof *connection);

	if (!connection) {
		return NULL;
	}
	connection->server = smtps_server_hold(server);
	connection->route = *route;
	connection->first_name = first_name;
	connection->lockstep = lockstep;
	connection->watch.fd = SMTPS_NO_FD;
	connection->watch.drive = smtps_connection_drive;
	connection->line = SMTPS_DIALING;
	connection->done_end = &connection->done;
	connection->token.secret = true;
	connection->pid = smtps_process_id();
	connection->busy = true;
	connection->now = loop->now;
	connection->dialed_at = loop->now;
	connection->progress_at = loop->now;
	smtps_connection_attach(connection, loop, host, limit);
	dial(connection);
	set_watch(connection);
	return connection;
}

/* --- life and death -------------------------------------------------------------------------------------------- */

void smtps_connection_attach(
	smtps_connection *connection, smtps_loop *loop, const smtps_host *host, smtps_time limit)
{
	connection->host = host;
	connection->limit = limit;
	connection->now = loop->now;
	if (connection->loop != loop) {
		smtps_connection_detach(connection);
		connection->host = host;
		connection->loop = loop;
		smtps_loop_add(loop, &connection->watch);
	}
}

void smtps_connection_detach(smtps_connection *connection)
{
	if (connection->loop) {
		smtps_loop_remove(connection->loop, &connection->watch);
	}
	connection->loop = NULL;
	connection->host = NULL;
}

/* The descriptor is not ours any more: whose it is now gets neither a word nor a close. */
static bool is_swapped(smtps_connection *connection)
{
	uint64_t identity[2];

	if (connection->watch.fd == SMTPS_NO_FD ||
		(smtps_fd_identity(connection->watch.fd, identity) &&
			memcmp(identity, connection->identity, sizeof identity) == 0)) {
		return false;
	}
	connection->watch.fd = SMTPS_NO_FD;
	connection->line = SMTPS_CLOSED;
	return true;
}

void smtps_connection_free(smtps_connection *connection)
{
	if (!connection) {
		return;
	}
	smtps_connection_detach(connection);
	if (!is_swapped(connection) && connection->sending && connection->pid == smtps_process_id()) {
		/* Given up in the middle of a flight: what the kernel still holds of it must not trickle out later. */
		smtps_fd_drop_on_close(connection->watch.fd);
	}
	smtps_session_free(connection->session);
	smtps_tls_free(connection->tls);
	smtps_fd_close(connection->watch.fd);
	smtps_error_free(&connection->error);
	smtps_connection_facts_free(&connection->facts);
	smtps_buf_free(&connection->out);
	smtps_buf_free(&connection->token);
	smtps_buf_free(&connection->literal);
	smtps_cleanse(connection->exporter, sizeof connection->exporter);
	smtps_server_release(connection->server);
	smtps_free(connection);
}

void smtps_connection_quit(smtps_connection *connection)
{
	if (!connection) {
		return;
	}
	/* In the middle of a flight, or of a handshake, there is nothing to say. */
	if (!is_swapped(connection) && connection->pid == smtps_process_id() &&
		connection->line == SMTPS_TALKING && !connection->sending &&
		smtps_session_greeted(connection->session)) {
		smtps_session_quit(connection->session);
		smtps_connection_send(connection);
		if (connection->tls) {
			smtps_tls_close(connection->tls);
		}
		/* All of it with the kernel: then it is no flight given up, and the close must not reset it away. */
		connection->sending = !smtps_connection_flush(connection);
	}
	smtps_connection_free(connection);
}

/* --- verbs ----------------------------------------------------------------------------------------------------- */

static void set_credentials(smtps_connection *connection, smtps_str token)
{
	smtps_server *server = connection->server;

	smtps_connection_bind(connection);

	connection->credentials = (smtps_credentials){
		.username = smtps_option_text(&server->options, SMTPS_O_USERNAME),
		.password = smtps_option_text(&server->options, SMTPS_O_PASSWORD),
		.token = token,
		.certificate = server->options.client_cert_pem.len != 0,
		.host = smtps_server_host(server),
		.port = connection->route.port,
	};
}

bool smtps_connection_can_enter(smtps_connection *connection, smtps_str token, smtps_error *error)
{
	if (!smtps_server_has_credentials(connection->server, token.len != 0)) {
		return true;
	}
	set_credentials(connection, token);
	return smtps_session_can_enter(connection->session, &connection->credentials, error);
}

void smtps_connection_enter(smtps_connection *connection, smtps_str token)
{
	smtps_error error = {0};

	connection->entered_at = connection->now = connection->loop->now;
	connection->waiting_at = connection->now;
	smtps_buf_clear(&connection->token);
	smtps_buf_add_str(&connection->token, token);
	if (connection->token.failed) {
		smtps_fail_memory(&error, SMTPS_STAGE_AUTH);
		smtps_connection_fail(connection, &error);
		return;
	}
	if (smtps_server_has_credentials(connection->server, token.len != 0)) {
		/* Without TLS the login passes through `out`. */
		connection->out.secret = true;
		set_credentials(connection, smtps_buf_str(&connection->token));
		smtps_session_enter(connection->session, &connection->credentials);
	} else {
		smtps_session_enter(connection->session, NULL);
	}
	smtps_connection_events(connection);
	smtps_connection_drive(&connection->watch, connection->now);
}

void smtps_connection_submit(smtps_connection *connection, smtps_transaction *transaction)
{
	connection->now = connection->loop->now;
	connection->waiting_at = connection->now;
	connection->mails++;
	smtps_connection_doubt(connection);
	smtps_session_submit(connection->session, transaction);
	smtps_connection_events(connection);
	smtps_connection_drive(&connection->watch, connection->now);
}

smtps_transaction *smtps_connection_take(smtps_connection *connection)
{
	smtps_transaction *transaction = connection->done;

	if (transaction) {
		connection->done = transaction->next;
		if (!connection->done) {
			connection->done_end = &connection->done;
		}
		transaction->next = NULL;
	}
	return transaction;
}

bool smtps_connection_is_fresh(const smtps_connection *connection, smtps_time now)
{
	return now - connection->reply_at <= SMTPS_MILLISECONDS(SMTPS_STALE_MS);
}

/* What the route demands, asked once more (case 218). */
static bool is_secure_enough(const smtps_connection *connection)
{
	smtps_security security = connection->route.security;

	return connection->tls || (security != SMTPS_SECURE_IMPLICIT && security != SMTPS_SECURE_STARTTLS);
}

bool smtps_connection_is_sound(smtps_connection *connection)
{
	if (connection->pid != smtps_process_id() || connection->line != SMTPS_TALKING || connection->sending ||
		is_swapped(connection) || !is_secure_enough(connection) ||
		!smtps_session_is_idle(connection->session)) {
		return false;
	}
	/* Tickets of TLS 1.3 are read and forgotten; a reply, an alert or an end closes the session in here. */
	for (int i = 0; i < PEEKS_MAX; i++) {
		int peeked = smtps_fd_peek(connection->watch.fd);

		if (peeked <= 0 || !connection->tls) {
			return peeked == 0;
		}
		smtps_connection_receive(connection);
		if (connection->line != SMTPS_TALKING || !smtps_session_is_idle(connection->session)) {
			return false;
		}
	}
	return false;
}

smtps_stage smtps_connection_stage(const smtps_connection *connection)
{
	if (smtps_error_is_set(&connection->error)) {
		return connection->error.stage;
	}
	if (connection->line == SMTPS_SECURING) {
		return SMTPS_STAGE_TLS;
	}
	return connection->session ? smtps_session_stage(connection->session) : SMTPS_STAGE_CONNECT;
}
