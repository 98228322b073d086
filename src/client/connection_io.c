/*
 * The bytes of a connection: from the socket through TLS into the session, and back; and the session's events. See connection.h.
 */
#include "connection.h"

#include <stdio.h>

#include "net/dial.h"

enum {
	CHUNK = 16 * 1024 + 256, /* one TLS record with its frame */
	CHUNKS_PER_TURN = 16,
	FLIGHTS_PER_TURN = 4 /* then reading has its turn */
};

void smtps_connection_fail(smtps_connection *connection, smtps_error *error)
{
	if (connection->line != SMTPS_CLOSED) {
		connection->line = SMTPS_CLOSED;
		smtps_error_move(&connection->error, error);
	}
	smtps_error_free(error);
}

/* The session has closed, and with it the connection: after QUIT was written, else without a further octet. */
static void close_with_session(smtps_connection *connection)
{
	const smtps_error *why = smtps_session_error(connection->session);
	smtps_error error = {0};
	bool polite;

	if (why && smtps_error_is_set(why)) {
		smtps_error_copy(&error, why);
	}
	polite = !smtps_error_is_set(&error);
	smtps_connection_fail(connection, &error);
	if (polite) {
		smtps_connection_flush(connection);
	}
}

/*
 * What forgot the connection drops what we send without a word, and the reply's deadline would be the first to tell. That nothing
 * was even acknowledged is known sooner, and the mail goes over a new connection: a loss before the first reply is no doubt.
 * Only until then, because later a server that is busy with a message may close its window for longer.
 */
void smtps_connection_doubt(smtps_connection *connection)
{
	if (!smtps_connection_is_fresh(connection, connection->now)) {
		smtps_fd_give_up_after(connection->watch.fd,
			smtps_earlier(SMTPS_MILLISECONDS(SMTPS_DEAF_MS), connection->server->timeout / 2));
		connection->doubted = true;
	}
}

static void note_replies(smtps_connection *connection)
{
	unsigned long replies = smtps_session_replies(connection->session);

	if (replies != connection->replies) {
		connection->replies = replies;
		connection->reply_at = connection->now;
		connection->progress_at = connection->now;
		connection->waiting_at = connection->now;
		if (connection->doubted) {
			smtps_fd_give_up_after(connection->watch.fd, 0);
			connection->doubted = false;
		}
	}
}

static void note_done(smtps_connection *connection, smtps_transaction *transaction)
{
	transaction->next = NULL;
	*connection->done_end = transaction;
	connection->done_end = &transaction->next;
}

void smtps_connection_events(smtps_connection *connection)
{
	smtps_transaction *transaction = NULL;

	note_replies(connection);
	for (;;) {
		switch (smtps_session_event(connection->session, &transaction)) {
			case SMTPS_EVENT_NONE: return;
			case SMTPS_EVENT_WANT_TLS: smtps_connection_begin_tls(connection); return;
			case SMTPS_EVENT_GATE: connection->gate = true; break;
			case SMTPS_EVENT_READY:
				connection->ready = true;
				connection->ready_at = connection->now;
				break;
			case SMTPS_EVENT_TRANSACTION: note_done(connection, transaction); break;
			case SMTPS_EVENT_CLOSED: close_with_session(connection); return;
		}
	}
}

/* The line is gone: the session says what that means. */
static void cut(smtps_connection *connection, smtps_cause cause, const char *text)
{
	smtps_error error = {0};

	if (connection->line == SMTPS_SECURING) {
		smtps_fail(&error, SMTPS_STAGE_TLS, cause == SMTPS_CAUSE_CUT ? SMTPS_LOST : SMTPS_TLS_FAILED, cause,
			"%s during the TLS handshake", text);
		smtps_session_tls_failed(connection->session, &error);
		smtps_error_free(&error);
	} else {
		smtps_session_cut(connection->session, cause, text);
	}
	smtps_connection_events(connection);
	if (connection->line != SMTPS_CLOSED) {
		smtps_fail(&error, smtps_session_stage(connection->session), SMTPS_LOST, cause, "%s", text);
		smtps_connection_fail(connection, &error);
	}
}

static void cut_by_errno(smtps_connection *connection, int number)
{
	char text[128];
	char sentence[192];

	snprintf(sentence, sizeof sentence, "the connection was lost (%s)", smtps_fd_error_text(number, text));
	cut(connection, SMTPS_CAUSE_CUT, sentence);
}

/* --- TLS ------------------------------------------------------------------------------------------------------- */

static void finish_handshake(smtps_connection *connection)
{
	connection->verified = smtps_tls_verified(connection->tls);
	connection->secured_at = connection->now;
	connection->progress_at = connection->now;
	connection->waiting_at = connection->now;
	connection->line = SMTPS_TALKING;
	/* What the loopback rule accepts counts as verified for the choice of a mechanism; the facts tell the truth. */
	smtps_session_tls_done(connection->session,
		connection->verified || smtps_server_is_lenient(connection->server, connection->route.port), NULL);
	smtps_connection_events(connection);
}

/* The channel binding is computed where the server offers SCRAM, and only there: it is a sixtieth of a cold mail's CPU. */
void smtps_connection_bind(smtps_connection *connection)
{
	const unsigned scram = SMTPS_MECHANISM_BIT(SMTPS_SCRAM_SHA_256_PLUS) |
		SMTPS_MECHANISM_BIT(SMTPS_SCRAM_SHA_256) | SMTPS_MECHANISM_BIT(SMTPS_SCRAM_SHA_1_PLUS) |
		SMTPS_MECHANISM_BIT(SMTPS_SCRAM_SHA_1);
	smtps_channel_binding *binding = &connection->binding;

	if (!connection->tls || binding->end_point.len || binding->exporter.len ||
		!(smtps_session_capabilities(connection->session)->mechanisms & scram)) {
		return;
	}
	binding->exporter.data = (const char *)connection->exporter;
	binding->exporter.len = smtps_tls_exporter(connection->tls, connection->exporter);
	binding->end_point.data = (const char *)connection->end_point;
	binding->end_point.len = smtps_tls_end_point(connection->tls, connection->end_point);
	smtps_session_bind(connection->session, binding);
}

static void step_handshake(smtps_connection *connection)
{
	smtps_error error = {0};
	int step = smtps_tls_handshake(connection->tls, &error);

	if (step > 0) {
		finish_handshake(connection);
	} else if (step < 0) {
		/* The alert tells the server's operator why. */
		smtps_connection_flush(connection);
		smtps_session_tls_failed(connection->session, &error);
		smtps_connection_events(connection);
		smtps_connection_fail(connection, &error);
	}
	smtps_error_free(&error);
}

void smtps_connection_begin_tls(smtps_connection *connection)
{
	smtps_error error = {0};
	smtps_tls_context *context = smtps_server_tls(connection->server, &connection->route, &error);

	connection->line = SMTPS_SECURING;
	connection->secure_at = connection->now;
	connection->tls = context ? smtps_tls_new(context, &error) : NULL;
	if (!connection->tls) {
		smtps_connection_fail(connection, &error);
		return;
	}
	step_handshake(connection);
}

/* Hands on all that TLS can decrypt. */
static void decrypt(smtps_connection *connection)
{
	char plain[CHUNK];
	smtps_error error = {0};
	ptrdiff_t got;

	while (connection->line == SMTPS_TALKING) {
		got = smtps_tls_read(connection->tls, plain, sizeof plain, &error);
		if (got == 0) {
			break;
		}
		if (got == -1) {
			cut(connection, SMTPS_CAUSE_CUT, "the server closed the connection");
		} else if (got < 0) {
			cut(connection, error.cause ? error.cause : SMTPS_CAUSE_CUT,
				error.text[0] ? error.text : "TLS failed");
		} else {
			smtps_session_input(connection->session, plain, (size_t)got);
			smtps_connection_events(connection);
		}
	}
	smtps_error_free(&error);
}

/* --- in -------------------------------------------------------------------------------------------------------- */

static void take(smtps_connection *connection, const char *bytes, size_t len)
{
	if (!connection->tls) {
		smtps_session_input(connection->session, bytes, len);
		smtps_connection_events(connection);
		return;
	}
	if (!smtps_tls_input(connection->tls, bytes, len)) {
		cut(connection, SMTPS_CAUSE_LOCAL, "out of memory in TLS");
		return;
	}
	if (connection->line == SMTPS_SECURING) {
		connection->progress_at = connection->now;
		step_handshake(connection);
	}
	if (connection->line == SMTPS_TALKING) {
		decrypt(connection);
	}
}

static void take_end(smtps_connection *connection)
{
	if (connection->tls && connection->line == SMTPS_TALKING) {
		smtps_tls_input_end(connection->tls);
		decrypt(connection);
	}
	if (connection->line != SMTPS_CLOSED) {
		cut(connection, SMTPS_CAUSE_CUT, "the server closed the connection");
	}
}

void smtps_connection_receive(smtps_connection *connection)
{
	char chunk[CHUNK];
	int number = 0;
	ptrdiff_t got = (ptrdiff_t)sizeof chunk;

	/* A short read means that the socket is empty: poll will tell of more. */
	for (int i = 0; i < CHUNKS_PER_TURN && got == (ptrdiff_t)sizeof chunk; i++) {
		if (connection->line == SMTPS_CLOSED) {
			return;
		}
		got = smtps_fd_read(connection->watch.fd, chunk, sizeof chunk, &number);
		if (got > 0) {
			take(connection, chunk, (size_t)got);
		} else if (got == SMTPS_IO_ERROR) {
			cut_by_errno(connection, number);
		} else if (got == SMTPS_IO_EOF) {
			take_end(connection);
		}
	}
}

/* --- out ------------------------------------------------------------------------------------------------------- */

static smtps_str pending(const smtps_connection *connection)
{
	return connection->tls ? smtps_tls_output(connection->tls) : smtps_buf_str(&connection->out);
}

static void written(smtps_connection *connection, size_t len)
{
	connection->moved += len;
	if (connection->tls) {
		smtps_tls_written(connection->tls, len);
	} else {
		smtps_buf_consume(&connection->out, len);
	}
}

/* Writes what waits. True: nothing waits any more. */
bool smtps_connection_flush(smtps_connection *connection)
{
	smtps_str bytes = pending(connection);
	int number = 0;

	while (bytes.len) {
		ptrdiff_t put = smtps_fd_write(connection->watch.fd, bytes.data, bytes.len, &number);

		if (put == SMTPS_IO_AGAIN) {
			return false;
		}
		if (put < 0) {
			/* Dropped, so that no later flush tries again; what the server said before it is read first. */
			written(connection, bytes.len);
			if (connection->line == SMTPS_TALKING || connection->line == SMTPS_SECURING) {
				smtps_connection_receive(connection);
			}
			if (connection->line != SMTPS_CLOSED) {
				cut_by_errno(connection, number);
			}
			return false;
		}
		written(connection, (size_t)put);
		bytes = pending(connection);
	}
	return true;
}

static void begin_sending(smtps_connection *connection)
{
	connection->sending = true;
	connection->sample = 0;
	connection->sample_at = connection->now + connection->server->timeout / SMTPS_RATE_SAMPLES;
}

static void end_sending(smtps_connection *connection)
{
	if (connection->sending) {
		connection->sending = false;
		connection->waiting_at = connection->now;
	}
}

/* From the session into TLS or the buffer. Marked as handed on before anything of it can reach the socket. */
static bool hand_on(smtps_connection *connection, const char *bytes, size_t len)
{
	smtps_error error = {0};
	bool good;

	if (connection->tls) {
		good = smtps_tls_write(connection->tls, bytes, len, &error);
	} else {
		smtps_buf_clear(&connection->out);
		smtps_buf_add(&connection->out, bytes, len);
		good = !connection->out.failed;
	}
	if (!good) {
		/* Nothing of it left this process. */
		cut(connection, error.cause ? error.cause : SMTPS_CAUSE_LOCAL,
			error.text[0] ? error.text : "out of memory while writing");
		smtps_error_free(&error);
		return false;
	}
	smtps_session_handing(connection->session, len);
	return true;
}

void smtps_connection_send(smtps_connection *connection)
{
	const char *bytes = NULL;
	size_t len;

	for (int i = 0; i < FLIGHTS_PER_TURN; i++) {
		if (!smtps_connection_flush(connection) || connection->line != SMTPS_TALKING) {
			return;
		}
		len = smtps_session_output(connection->session, &bytes);
		if (len == 0) {
			end_sending(connection);
			smtps_connection_events(connection);
			return;
		}
		if (!connection->sending) {
			begin_sending(connection);
		}
		if (!hand_on(connection, bytes, len)) {
			return;
		}
		smtps_connection_events(connection);
	}
	smtps_connection_flush(connection);
}
