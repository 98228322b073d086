/*
 * Whether and how a delivery goes on after a failure: the table of policy.h, with how often and how long; see deliver.h.
 */
#include "base/crypto.h"
#include "deliver.h"
#include "smtp/hints.h"

/* 1, 2, 4 s, each up to a quarter longer; within a third of the deadline altogether. */
static bool pause_for(smtps_delivery *delivery)
{
	smtps_time span = SMTPS_SECONDS(1) << delivery->pauses;
	unsigned char random = 0;

	if (smtps_random(&random, sizeof random)) {
		span += span / 4 * random / 256;
	}
	if (delivery->pauses >= SMTPS_THROTTLE_PAUSES ||
		delivery->paused + span > delivery->server->deadline / 3) {
		return false;
	}
	delivery->pauses++;
	delivery->paused += span;
	delivery->timer.wake = delivery->loop->now + span;
	smtps_loop_add(delivery->loop, &delivery->timer);
	delivery->state = SMTPS_DELIVERY_PAUSE;
	return true;
}

static bool first_time(bool *done)
{
	bool first = !*done;

	*done = true;
	return first;
}

/* Whether, and then how, the delivery goes on after a failure. */
bool smtps_retry(smtps_delivery *delivery, smtps_again again)
{
	smtps_time now = delivery->loop->now;

	delivery->state = SMTPS_DELIVERY_BEGIN;
	delivery->is_retry = true;
	switch (again) {
		case SMTPS_AGAIN_NO:
		case SMTPS_AGAIN_NEXT_NAME: /* the race has tried it */ return false;
		case SMTPS_AGAIN_REFRESH_TOKEN:
			if (!delivery->host || !delivery->host->token || !first_time(&delivery->refreshed)) {
				return false;
			}
			delivery->has_token = false;
			delivery->refresh_token = true;
			return true;
		case SMTPS_AGAIN_THROTTLED: return pause_for(delivery);
		case SMTPS_AGAIN_DATA:
			smtps_server_learn(delivery->server, SMTPS_KNOWS_NO_CHUNKING, now);
			return first_time(&delivery->without_bdat);
		case SMTPS_AGAIN_LOCKSTEP:
			smtps_server_learn(delivery->server, SMTPS_KNOWS_NO_PIPELINING, now);
			return first_time(&delivery->lockstep);
		case SMTPS_AGAIN_RECONNECT: return first_time(&delivery->reconnected);
	}
	return false;
}

smtps_decision smtps_retry_decide(const smtps_delivery *delivery, const smtps_error *error)
{
	const smtps_connection *connection = delivery->connection;
	const smtps_capabilities *capabilities = smtps_session_capabilities(connection->session);
	unsigned long replies = smtps_session_replies(connection->session) - delivery->replies;
	smtps_circumstances circumstances = {
		.reused = delivery->reused || connection->mails > 1,
		.first_reply = replies <= (error->reply.code ? 1 : 0),
		/* Once the message moves, replies of a flight are no longer what is waited for. */
		.pipelined = !connection->lockstep && (capabilities->flags & SMTPS_CAP_PIPELINING) &&
			!delivery->transaction.octets_handed,
		.end_begun = delivery->transaction.end_begun,
		.hint_flags = smtps_hint_for(error->stage, &error->reply, smtps_server_host(delivery->server)).flags,
	};

	return smtps_policy_decide(error, &circumstances);
}
