/*
 * One delivery; see deliver.h. Whether it goes on after a failure is in retry.c, what a transaction means for its recipients in
 * verdict.c.
 */
#include "deliver.h"

#include <string.h>

#include "advice.h"
#include "base/memory.h"

static smtps_time now_of(const smtps_delivery *delivery)
{
	return delivery->loop->now;
}

/* --- the end --------------------------------------------------------------------------------------------------- */

static void finish_timings(smtps_delivery *delivery)
{
	if (delivery->result) {
		delivery->result->timings.total = now_of(delivery) - delivery->started_at;
	}
}

static void finish(smtps_delivery *delivery, smtps_error *error)
{
	if (error) {
		if (smtps_error_is_set(error)) {
			smtps_advise(error);
		}
		smtps_error_move(&delivery->error, error);
	}
	finish_timings(delivery);
	delivery->state = SMTPS_DELIVERY_DONE;
}

/* The message failed for whoever is left; where some have it already that is a result and no error. */
static void finish_failed(smtps_delivery *delivery, smtps_error *error)
{
	if (delivery->accepted) {
		smtps_verdict_rest(delivery, SMTPS_FATE_REJECTED, error);
		smtps_error_free(error);
		finish(delivery, NULL);
	} else {
		finish(delivery, error);
	}
}

static void drop_connection(smtps_delivery *delivery)
{
	if (delivery->connection) {
		smtps_pool_drop(delivery->pool, delivery->connection);
		delivery->connection = NULL;
	}
}

/* --- the transaction ------------------------------------------------------------------------------------------- */

/* A BDAT that was cut off or never answered is not tried again there for a day. */
static void blame_bdat(smtps_delivery *delivery, smtps_cause cause)
{
	const smtps_transaction *transaction = &delivery->transaction;

	if (transaction->use_bdat && transaction->end_begun &&
		(cause == SMTPS_CAUSE_CUT || cause == SMTPS_CAUSE_TIMEOUT) &&
		(smtps_session_capabilities(delivery->connection->session)->flags & SMTPS_CAP_CHUNKING)) {
		smtps_server_learn(delivery->server, SMTPS_KNOWS_NO_CHUNKING, now_of(delivery));
	}
}

static void prepare(smtps_delivery *delivery)
{
	const smtps_mail *mail = delivery->mail;
	const smtps_server *server = delivery->server;
	smtps_transaction *transaction = &delivery->transaction;
	uint32_t most = smtps_session_capabilities(delivery->connection->session)->rcpt_max;
	smtps_time now = now_of(delivery);

	if (most && (!delivery->most || most < delivery->most)) {
		delivery->most = most;
	}
	transaction->sender = mail->sender;
	transaction->envid = mail->envid;
	transaction->ret = mail->ret;
	transaction->require_tls = mail->require_tls;
	transaction->require_all = server->require_all;
	transaction->message = mail->source;
	transaction->is_8bit = mail->is_8bit;
	transaction->is_utf8 = mail->is_utf8;
	transaction->use_bdat = server->chunking && !delivery->without_bdat &&
		!smtps_server_knows(server, SMTPS_KNOWS_NO_CHUNKING, now);
	transaction->may_ride = transaction->use_bdat && !mail->command_lines &&
		smtps_server_knows(server, SMTPS_KNOWS_BDAT_WORKS, now) &&
		smtps_connection_is_fresh(delivery->connection, now);
}

static void submit(smtps_delivery *delivery)
{
	smtps_error error = {0};

	prepare(delivery);
	if (!smtps_verdict_next_run(delivery)) {
		finish(delivery, NULL);
		return;
	}
	smtps_transaction_reset(&delivery->transaction);
	if (!delivery->mail->source->rewind(delivery->mail->source, &error)) {
		finish_failed(delivery, &error);
		return;
	}
	delivery->submitted = true;
	delivery->submitted_at = now_of(delivery);
	delivery->replies = smtps_session_replies(delivery->connection->session);
	smtps_connection_submit(delivery->connection, &delivery->transaction);
}

static void note_connection(smtps_delivery *delivery)
{
	smtps_result *result = delivery->result;

	if (result) {
		result->reused = delivery->reused || delivery->connection->mails > 1;
		if (!result->connection.host.len) {
			smtps_connection_facts_of(delivery->connection, &result->connection);
		}
	}
}

static bool rest_is_none(const smtps_delivery *delivery)
{
	for (size_t i = 0; i < delivery->result->count; i++) {
		if (delivery->result->fates[i] == SMTPS_FATE_NOT_TRIED) {
			return false;
		}
	}
	return true;
}

/* After a run: the next one over this connection, or over a new one where the server closed it; or the end. */
static void go_on(smtps_delivery *delivery)
{
	smtps_error error = {0};

	if (rest_is_none(delivery)) {
		if (!delivery->accepted) {
			smtps_error_move(&error, &delivery->refusal);
		}
		finish(delivery, &error);
	} else if (delivery->connection->line != SMTPS_TALKING) {
		drop_connection(delivery);
		delivery->state = SMTPS_DELIVERY_BEGIN;
	}
}

/* Nothing of this run was delivered: refused, or the connection was lost or given up before the end had begun. */
static void take_failure(smtps_delivery *delivery, smtps_error *error)
{
	smtps_decision decision = smtps_retry_decide(delivery, error);

	if (smtps_retry(delivery, decision.again)) {
		drop_connection(delivery);
		smtps_error_free(error);
		return;
	}
	delivery->state = SMTPS_DELIVERY_SENDING;
	smtps_verdict_refused(delivery);
	if (error->kind != SMTPS_NO_RECIPIENT || delivery->server->require_all) {
		finish_failed(delivery, error);
		return;
	}
	/* A run whose every recipient was refused says nothing of the next run. */
	if (!smtps_error_is_set(&delivery->refusal)) {
		smtps_error_move(&delivery->refusal, error);
	}
	smtps_error_free(error);
	go_on(delivery);
}

static void take_accepted(smtps_delivery *delivery)
{
	if (delivery->transaction.used_bdat) {
		smtps_server_learn(delivery->server, SMTPS_KNOWS_BDAT_WORKS, now_of(delivery));
	}
	smtps_verdict_accepted(delivery);
	delivery->limit = now_of(delivery) + delivery->server->deadline;
	delivery->connection->limit = delivery->limit;
	go_on(delivery);
}

static void take_unknown(smtps_delivery *delivery, smtps_error *error)
{
	blame_bdat(delivery, error->cause);
	smtps_verdict_unknown(delivery);
	finish_failed(delivery, error);
}

static void take_verdict(smtps_delivery *delivery)
{
	smtps_transaction *transaction = &delivery->transaction;
	smtps_error error = {0};

	delivery->submitted = false;
	delivery->result->timings.transfer += now_of(delivery) - delivery->submitted_at;
	note_connection(delivery);
	smtps_error_move(&error, &transaction->error);
	switch (transaction->state) {
		case SMTPS_TX_ACCEPTED:
			smtps_error_free(&error);
			take_accepted(delivery);
			break;
		case SMTPS_TX_UNKNOWN: take_unknown(delivery, &error); break;
		case SMTPS_TX_REFUSED:
		case SMTPS_TX_FAILED:
		default: take_failure(delivery, &error); break;
	}
}

/* --- the course ------------------------------------------------------------------------------------------------ */

static bool needs_token(const smtps_delivery *delivery)
{
	return delivery->host && delivery->host->token && !delivery->has_token;
}

static smtps_str token_of(const smtps_delivery *delivery)
{
	return delivery->has_token ? smtps_buf_str(&delivery->token)
							   : smtps_option_text(&delivery->server->options, SMTPS_O_OAUTH_TOKEN);
}

static void begin(smtps_delivery *delivery)
{
	smtps_race_settings settings = {
		.server = delivery->server,
		.loop = delivery->loop,
		.host = delivery->host,
		.limit = delivery->limit,
		.attempts = delivery->attempts,
	};

	/* After a failure only a connection of its own tells the truth. */
	if (!delivery->is_retry) {
		delivery->connection = smtps_pool_acquire(
			delivery->pool, delivery->server, delivery->loop, delivery->host, delivery->limit);
	}
	if (delivery->connection) {
		delivery->reused = true;
		delivery->state = SMTPS_DELIVERY_SENDING;
		return;
	}
	if (needs_token(delivery)) {
		delivery->state = SMTPS_DELIVERY_TOKEN;
		return;
	}
	settings.token = token_of(delivery);
	settings.lockstep = delivery->lockstep ||
		smtps_server_knows(delivery->server, SMTPS_KNOWS_NO_PIPELINING, now_of(delivery));
	delivery->state = SMTPS_DELIVERY_RACING;
	smtps_race_start(&delivery->race, &settings);
}

static void note_race(smtps_delivery *delivery)
{
	const smtps_connection *connection = delivery->connection;
	smtps_timings *timings;

	if (!delivery->result) {
		return;
	}
	timings = &delivery->result->timings;
	timings->resolve = delivery->race.resolved_at - delivery->race.started_at;
	timings->connect = connection->connected_at - connection->dialed_at;
	timings->tls = connection->tls ? connection->secured_at - connection->secure_at : 0;
	timings->auth = connection->ready_at - connection->entered_at;
}

static void end_race(smtps_delivery *delivery)
{
	smtps_error error = {0};
	smtps_decision decision = delivery->race.decision;

	if (delivery->race.state == SMTPS_RACE_WON) {
		delivery->connection = smtps_race_take(&delivery->race);
		delivery->reused = false;
		smtps_pool_add(delivery->pool, delivery->connection);
		note_race(delivery);
		delivery->state = SMTPS_DELIVERY_SENDING;
	} else {
		smtps_error_move(&error, &delivery->race.error);
	}
	smtps_race_free(&delivery->race);
	if (smtps_error_is_set(&error) && !smtps_retry(delivery, decision.again)) {
		finish_failed(delivery, &error);
	}
	smtps_error_free(&error);
}

/* Whether the transaction has ended. One that a closed connection never reported would be waited for for ever. */
static bool has_ended(smtps_delivery *delivery)
{
	smtps_transaction *transaction = &delivery->transaction;
	const smtps_error *why = &delivery->connection->error;

	if (smtps_connection_take(delivery->connection)) {
		return true;
	}
	if (delivery->connection->line != SMTPS_CLOSED) {
		return false;
	}
	smtps_fail(&transaction->error, SMTPS_STAGE_MAIL,
		transaction->end_begun ? SMTPS_UNKNOWN_OUTCOME : SMTPS_LOST, SMTPS_CAUSE_CUT, "%s",
		why->text[0] ? why->text : "the connection was lost");
	transaction->state = transaction->end_begun ? SMTPS_TX_UNKNOWN : SMTPS_TX_FAILED;
	return true;
}

static void step_sending(smtps_delivery *delivery)
{
	if (!delivery->mail) {
		finish(delivery, NULL);
		return;
	}
	if (!delivery->submitted) {
		submit(delivery);
	}
	while (delivery->submitted && has_ended(delivery)) {
		take_verdict(delivery);
		if (delivery->state == SMTPS_DELIVERY_SENDING && delivery->connection) {
			submit(delivery);
		}
	}
}

bool smtps_delivery_step(smtps_delivery *delivery)
{
	smtps_delivery_state before;

	do {
		before = delivery->state;
		switch (before) {
			case SMTPS_DELIVERY_BEGIN: begin(delivery); break;
			case SMTPS_DELIVERY_RACING:
				if (smtps_race_step(&delivery->race)) {
					end_race(delivery);
				}
				break;
			case SMTPS_DELIVERY_SENDING: step_sending(delivery); break;
			case SMTPS_DELIVERY_PAUSE:
				if (delivery->timer.wake <= now_of(delivery)) {
					smtps_loop_remove(delivery->loop, &delivery->timer);
					delivery->state = SMTPS_DELIVERY_BEGIN;
				}
				break;
			case SMTPS_DELIVERY_TOKEN:
			case SMTPS_DELIVERY_DONE: return true;
		}
	} while (delivery->state != before);
	return false;
}

/* --- life and death -------------------------------------------------------------------------------------------- */

bool smtps_delivery_start(smtps_delivery *delivery, smtps_server *server, smtps_pool *pool, smtps_loop *loop,
	const smtps_host *host, smtps_mail *mail, smtps_result *result)
{
	memset(delivery, 0, sizeof *delivery);
	delivery->server = server;
	delivery->pool = pool;
	delivery->loop = loop;
	delivery->host = host;
	delivery->mail = mail;
	delivery->result = result;
	delivery->attempts = result ? &result->attempts : NULL;
	delivery->token.secret = true;
	delivery->timer.fd = SMTPS_NO_FD;
	delivery->timer.wake = SMTPS_NEVER;
	delivery->started_at = loop->now;
	delivery->limit = loop->now + server->deadline;
	if (!result) {
		return true;
	}
	if (mail->recipient_count == 0) {
		return smtps_fail(&delivery->error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
			"there is no recipient");
	}
	result->count = mail->recipient_count;
	result->fates = smtps_alloc(result->count * sizeof *result->fates);
	result->replies = smtps_alloc(result->count * sizeof *result->replies);
	if (!result->fates || !result->replies) {
		return smtps_fail_memory(&delivery->error, SMTPS_STAGE_MESSAGE);
	}
	for (size_t i = 0; i < result->count; i++) {
		result->fates[i] = SMTPS_FATE_NOT_TRIED;
	}
	return true;
}

void smtps_delivery_token(smtps_delivery *delivery, smtps_str token)
{
	smtps_error error = {0};

	smtps_buf_clear(&delivery->token);
	smtps_buf_add_str(&delivery->token, token);
	if (delivery->token.failed) {
		smtps_fail_memory(&error, SMTPS_STAGE_AUTH);
		smtps_delivery_abort(delivery, &error);
		return;
	}
	delivery->has_token = true;
	delivery->refresh_token = false;
	delivery->state = SMTPS_DELIVERY_BEGIN;
}

void smtps_delivery_abort(smtps_delivery *delivery, smtps_error *error)
{
	if (delivery->submitted) {
		delivery->submitted = false;
		if (delivery->transaction.end_begun) {
			error->outcome = SMTPS_UNKNOWN;
			smtps_verdict_unknown(delivery);
		}
	}
	/* In the middle of a dialogue there is nothing to say. */
	if (delivery->connection) {
		delivery->connection->line = SMTPS_CLOSED;
		drop_connection(delivery);
	}
	smtps_race_free(&delivery->race);
	finish(delivery, error);
}

void smtps_delivery_free(smtps_delivery *delivery)
{
	if (delivery->submitted) {
		delivery->connection->line = SMTPS_CLOSED;
	}
	if (delivery->connection) {
		smtps_pool_release(delivery->pool, delivery->connection);
		delivery->connection = NULL;
	}
	smtps_race_free(&delivery->race);
	if (delivery->loop) {
		smtps_loop_remove(delivery->loop, &delivery->timer);
	}
	smtps_transaction_reset(&delivery->transaction);
	smtps_buf_free(&delivery->token);
	smtps_error_free(&delivery->refusal);
	smtps_error_free(&delivery->error);
}
