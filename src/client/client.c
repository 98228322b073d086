/*
 * The client's verbs: a delivery or a connect, stepped to its end over a loop of its own; see client.h.
 */
#include "client.h"

#include "base/memory.h"
#include "deliver.h"
#include "net/trust.h"

struct smtps_client {
	smtps_server *server;
	smtps_host host;
	smtps_pool own;
	smtps_pool *pool; /* where its connections stay between calls */
	unsigned calls; /* in progress, one inside another */
};

void smtps_client_startup(const char *cafile, const char *capath)
{
	smtps_trust_startup(cafile, capath);
	smtps_memory_startup();
}

void smtps_client_shutdown(void)
{
	smtps_memory_shutdown();
	smtps_trust_shutdown();
}

smtps_client *smtps_client_new(const smtps_options *options, const smtps_host *host, smtps_error *error)
{
	smtps_client *client = smtps_alloc(sizeof *client);

	if (!client) {
		smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
		return NULL;
	}
	client->server = smtps_server_new(options, error);
	if (!client->server) {
		smtps_free(client);
		return NULL;
	}
	client->pool = &client->own;
	if (host) {
		client->host = *host;
	}
	return client;
}

void smtps_client_free(smtps_client *client)
{
	if (!client) {
		return;
	}
	smtps_pool_free(&client->own);
	smtps_server_release(client->server);
	smtps_free(client);
}

static void fetch_token(smtps_client *client, smtps_delivery *delivery)
{
	smtps_buf token = {.secret = true};
	smtps_error error = {0};

	if (client->host.token(client->host.context, delivery->refresh_token, &token, &error) && !token.failed) {
		smtps_loop_now(delivery->loop);
		smtps_delivery_token(delivery, smtps_buf_str(&token));
	} else {
		smtps_fail(
			&error, SMTPS_STAGE_AUTH, SMTPS_INTERRUPTED, SMTPS_CAUSE_LOCAL, "no access token was given");
		smtps_delivery_abort(delivery, &error);
	}
	smtps_buf_free(&token);
}

static void end_turn(smtps_delivery *delivery, smtps_turn turn)
{
	smtps_error error = {0};
	smtps_stage stage = delivery->submitted ? smtps_connection_stage(delivery->connection)
		: delivery->race.winner             ? SMTPS_STAGE_AUTH
											: SMTPS_STAGE_CONNECT;

	if (turn == SMTPS_TURN_DONE) {
		return;
	}
	if (turn == SMTPS_TURN_INTERRUPTED) {
		smtps_fail(&error, stage, SMTPS_INTERRUPTED, SMTPS_CAUSE_LOCAL, "interrupted");
	} else {
		smtps_fail(&error, stage, SMTPS_LOST, SMTPS_CAUSE_LOCAL, "waiting for the network failed");
	}
	smtps_delivery_abort(delivery, &error);
}

/* To the end. What the host's token function does happens here, between steps. */
static void run(smtps_client *client, smtps_delivery *delivery)
{
	client->calls++;
	while (delivery->state != SMTPS_DELIVERY_DONE) {
		if (!smtps_delivery_step(delivery)) {
			end_turn(delivery, smtps_loop_turn(delivery->loop));
		} else if (delivery->state == SMTPS_DELIVERY_TOKEN) {
			fetch_token(client, delivery);
		}
	}
	client->calls--;
}

bool smtps_client_send(smtps_client *client, smtps_mail *mail, smtps_result *result, smtps_error *error)
{
	smtps_loop loop;
	smtps_delivery delivery;
	bool good;

	smtps_loop_init(&loop, &client->host);
	if (smtps_delivery_start(&delivery, client->server, client->pool, &loop, &client->host, mail, result)) {
		run(client, &delivery);
	}
	good = !smtps_error_is_set(&delivery.error);
	if (!good) {
		smtps_error_move(error, &delivery.error);
	}
	smtps_delivery_free(&delivery);
	smtps_loop_free(&loop);
	return good;
}

bool smtps_client_connect(
	smtps_client *client, smtps_connection_facts *facts, smtps_attempts *attempts, smtps_error *error)
{
	smtps_loop loop;
	smtps_delivery delivery;
	bool good;

	smtps_loop_init(&loop, &client->host);
	smtps_delivery_start(&delivery, client->server, client->pool, &loop, &client->host, NULL, NULL);
	delivery.attempts = attempts;
	run(client, &delivery);
	good = !smtps_error_is_set(&delivery.error);
	if (!good) {
		smtps_error_move(error, &delivery.error);
	} else if (facts && !smtps_connection_facts_of(delivery.connection, facts)) {
		good = smtps_fail_memory(error, SMTPS_STAGE_CONNECT);
	}
	smtps_delivery_free(&delivery);
	smtps_loop_free(&loop);
	return good;
}

bool smtps_client_close(smtps_client *client)
{
	return smtps_pool_close(client->pool) == 0 && client->calls == 0;
}

bool smtps_client_is_connected(const smtps_client *client)
{
	return smtps_pool_has_sound(client->pool);
}
