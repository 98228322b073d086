/*
 * The server as configured: what every connection to it shares, whichever client opened it.
 *
 * Reference counted, because a kept connection may outlive its client: options, TLS contexts (made when first needed, so
 * that certificates are loaded once and not for each mail), EHLO names, keys, and what memory knows of it. Not thread safe.
 */
#ifndef SMTPS_CLIENT_SERVER_H
#define SMTPS_CLIENT_SERVER_H

#include "memory.h"
#include "net/tls.h"
#include "options.h"
#include "routes.h"
#include "smtp/session.h"

/* A name's addresses stand for so long, or until one of them fails: a thread for each connection of a burst costs more than
 * the answer is worth. Identity is the certificate's name, never the address. */
enum { SMTPS_ANSWER_SECONDS = 30 };

typedef struct smtps_server {
	unsigned long references;
	smtps_options options;
	smtps_buf names[SMTPS_EHLO_NAMES_MAX]; /* see ehlo_name.h; the socket's literal comes behind them */
	unsigned name_count;
	unsigned char reuse_key[32], memory_key[32];
	smtps_tls_context *strict, *lenient; /* lenient: the loopback rule of docs/routes.md */
	smtps_memory_record memory; /* as last read or written */
	smtps_addresses answer; /* the resolver's last one, used again for SMTPS_ANSWER_SECONDS */
	smtps_time answer_until;
	/* Numbers of the options, read once. */
	smtps_time connect_timeout, timeout, final_timeout, deadline, attempt_delay, idle_timeout, max_age;
	int64_t messages_per_connection;
	bool chunking, require_all;
} smtps_server;

/* With one reference; copies the options. NULL: error filled in. */
smtps_server *smtps_server_new(const smtps_options *options, smtps_error *error);
smtps_server *smtps_server_hold(smtps_server *server);
void smtps_server_release(smtps_server *server); /* NULL is fine */

/* Whether the loopback rule of docs/routes.md holds on this port. */
bool smtps_server_is_lenient(const smtps_server *server, int port);
/* The context for a route; made at the first call. NULL: error filled in (stage options or tls). */
smtps_tls_context *smtps_server_tls(smtps_server *server, const smtps_route *route, smtps_error *error);
/* Whether there is something to log in with; `token`: one was given or fetched. */
bool smtps_server_has_credentials(const smtps_server *server, bool token);
smtps_str smtps_server_host(const smtps_server *server);
/* The value as a C string, or NULL where it is empty. */
const char *smtps_server_text(smtps_server *server, smtps_option option);

/* Reads memory again (before a connection), and changes a bit of it for this process and the others. */
void smtps_server_recall(smtps_server *server, smtps_time now);
bool smtps_server_knows(const smtps_server *server, unsigned what, smtps_time now);
void smtps_server_learn_route(
	smtps_server *server, const smtps_route *route, unsigned capabilities, smtps_time now);
void smtps_server_forget_route(smtps_server *server, smtps_time now);
/* SMTPS_KNOWS_BDAT_WORKS, NO_CHUNKING or NO_PIPELINING. */
void smtps_server_learn(smtps_server *server, unsigned what, smtps_time now);

#endif
