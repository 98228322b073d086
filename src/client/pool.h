/*
 * Kept connections: found again by key, checked when they are taken, never in between.
 *
 * Every check that makes a reuse right stands in acquire, because nothing can be relied on to run at the end of a call or of a request:
 * key, BUSY mark (set before the first byte, cleared only when the session is provably idle), pid, the socket's identity, age,
 * idle time, number of mails, nothing readable. A nested call finds the connection BUSY and gets another one.
 */
#ifndef SMTPS_CLIENT_POOL_H
#define SMTPS_CLIENT_POOL_H

#include "connection.h"

typedef struct smtps_pool {
	smtps_connection *list; /* busy and idle ones */
	size_t count;
} smtps_pool;

/* A sound idle connection with this server's reuse key, BUSY from now on and on the loop; NULL: open one. */
smtps_connection *smtps_pool_acquire(
	smtps_pool *pool, const smtps_server *server, smtps_loop *loop, const smtps_host *host, smtps_time limit);
/* A new one, BUSY. */
void smtps_pool_add(smtps_pool *pool, smtps_connection *connection);
/* Off the loop; idle where the session is, else closed. */
void smtps_pool_release(smtps_pool *pool, smtps_connection *connection);
/* QUIT where the session allows, close, free. */
void smtps_pool_drop(smtps_pool *pool, smtps_connection *connection);
/* Drops the idle ones; the number of busy ones that are left. */
size_t smtps_pool_close(smtps_pool *pool);
bool smtps_pool_has_sound(smtps_pool *pool);
/* All of them. A busy one was left by a call that never returned: its loop is gone, and it is closed without a word. */
void smtps_pool_free(smtps_pool *pool);

#endif
