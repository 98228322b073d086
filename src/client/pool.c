/*
 * Kept connections; see pool.h.
 */
#include "pool.h"

#include <string.h>

static void unlink_connection(smtps_pool *pool, smtps_connection *connection)
{
	smtps_connection **link = &pool->list;

	while (*link && *link != connection) {
		link = &(*link)->next;
	}
	if (*link) {
		*link = connection->next;
		connection->next = NULL;
		pool->count--;
	}
}

void smtps_pool_drop(smtps_pool *pool, smtps_connection *connection)
{
	unlink_connection(pool, connection);
	smtps_connection_quit(connection);
}

/* Whether the next mail may still go over it, as far as the clock and the counts say. */
static bool is_young(const smtps_connection *connection, smtps_time now)
{
	const smtps_server *server = connection->server;
	uint32_t mail_max = smtps_session_capabilities(connection->session)->mail_max;

	if (server->messages_per_connection > 0 &&
		connection->mails >= (uint64_t)server->messages_per_connection) {
		return false;
	}
	if (mail_max && connection->mails >= mail_max) {
		return false;
	}
	return now - connection->connected_at < server->max_age &&
		now - connection->reply_at < server->idle_timeout;
}

smtps_connection *smtps_pool_acquire(
	smtps_pool *pool, const smtps_server *server, smtps_loop *loop, const smtps_host *host, smtps_time limit)
{
	smtps_connection *connection, *next;
	long pid = pool->list ? smtps_process_id() : 0;

	for (connection = pool->list; connection; connection = next) {
		next = connection->next;
		if (connection->pid != pid) {
			/* A child's copy of its parent's: only the descriptor is closed. */
			unlink_connection(pool, connection);
			connection->loop = NULL;
			smtps_connection_free(connection);
			continue;
		}
		if (connection->busy ||
			(connection->server != server &&
				memcmp(connection->server->reuse_key, server->reuse_key, sizeof server->reuse_key) != 0)) {
			continue;
		}
		connection->now = loop->now;
		if (is_young(connection, loop->now) && smtps_connection_is_sound(connection)) {
			connection->busy = true;
			smtps_connection_attach(connection, loop, host, limit);
			return connection;
		}
		smtps_pool_drop(pool, connection);
	}
	return NULL;
}

void smtps_pool_add(smtps_pool *pool, smtps_connection *connection)
{
	connection->busy = true;
	connection->next = pool->list;
	pool->list = connection;
	pool->count++;
}

void smtps_pool_release(smtps_pool *pool, smtps_connection *connection)
{
	smtps_connection_detach(connection);
	if (connection->line == SMTPS_TALKING && !connection->sending &&
		smtps_session_is_idle(connection->session)) {
		connection->busy = false;
	} else {
		smtps_pool_drop(pool, connection);
	}
}

size_t smtps_pool_close(smtps_pool *pool)
{
	smtps_connection *connection, *next;

	for (connection = pool->list; connection; connection = next) {
		next = connection->next;
		if (!connection->busy) {
			smtps_pool_drop(pool, connection);
		}
	}
	return pool->count;
}

bool smtps_pool_has_sound(smtps_pool *pool)
{
	for (smtps_connection *connection = pool->list; connection; connection = connection->next) {
		if (connection->busy ||
			(connection->pid == smtps_process_id() && smtps_connection_is_sound(connection))) {
			return true;
		}
	}
	return false;
}

void smtps_pool_free(smtps_pool *pool)
{
	smtps_pool_close(pool);
	while (pool->list) {
		smtps_connection *connection = pool->list;

		unlink_connection(pool, connection);
		connection->loop = NULL;
		smtps_connection_free(connection);
	}
}
