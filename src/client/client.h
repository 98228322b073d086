/*
 * The client: from a mail to a verdict. Chooses the route, keeps the connection, retries what may be retried.
 *
 * Blocking for its caller, by the loop with one connection (or a race of a few). malloc memory; outlives requests. Not
 * thread safe; each object belongs to one thread. BUSY is a property of a connection: a nested call opens another one.
 */
#ifndef SMTPS_CLIENT_CLIENT_H
#define SMTPS_CLIENT_CLIENT_H

#include "host.h"
#include "options.h"
#include "result.h"

typedef struct smtps_client smtps_client;

/* Process-wide state (trust paths, memory); MINIT and MSHUTDOWN. */
void smtps_client_startup(const char *cafile, const char *capath);
void smtps_client_shutdown(void);

/* `options` finished; copied. `host` is copied, its context is the caller's. NULL: error filled in. */
smtps_client *smtps_client_new(const smtps_options *options, const smtps_host *host, smtps_error *error);
/* Sends QUIT where the connection is idle, closes, wipes, frees. In a forked child only the descriptor is closed. NULL is fine. */
void smtps_client_free(smtps_client *client);

/* Connects and logs in, or finds the connection already there alive. `attempts` (may be NULL) gets every route tried. */
bool smtps_client_connect(
	smtps_client *client, smtps_connection_facts *facts, smtps_attempts *attempts, smtps_error *error);
/*
 * Delivers. True: every recipient has a fate in `result` and at least one was accepted. False: the error says what happened;
 * `result` still holds attempts and, for SMTPS_NO_RECIPIENT, the replies. `result` is zeroed by the caller and freed by it in both cases.
 */
bool smtps_client_send(smtps_client *client, smtps_mail *mail, smtps_result *result, smtps_error *error);
/* QUIT and close what is idle. False where a call is in progress on it (from inside a callback). */
bool smtps_client_close(smtps_client *client);
bool smtps_client_is_connected(const smtps_client *client);

#endif
