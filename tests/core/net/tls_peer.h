/*
 * For tests: an OpenSSL server in memory opposite smtps_tls, and the certificates of tests/lab/certs.sh.
 */
#ifndef SMTPS_TEST_TLS_PEER_H
#define SMTPS_TEST_TLS_PEER_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/memory.h"
#include "net/tls.h"

#define UNUSED __attribute__((unused))

static char certs_folder[512];

/* The factory's folder; made, or found current, by the first call. */
static const char *certs(void)
{
	char command[2048];
	const char *chosen = getenv("SMTPS_TEST_CERTS");
	size_t root = (size_t)(strstr(__FILE__, "tests/core/") - __FILE__);

	if (!certs_folder[0]) {
		if (chosen) {
			snprintf(certs_folder, sizeof certs_folder, "%s", chosen);
		} else {
			snprintf(certs_folder, sizeof certs_folder, "%.*sbuild/certs", (int)root, __FILE__);
		}
		snprintf(command, sizeof command, "%.*stests/lab/certs.sh '%s'", (int)root, __FILE__, certs_folder);
		if (system(command) != 0) {
			fprintf(stderr, "tests/lab/certs.sh failed\n");
			abort();
		}
	}
	return certs_folder;
}

static const char *cert_path(char out[1024], const char *name, const char *suffix)
{
	snprintf(out, 1024, "%s/%s%s", certs(), name, suffix);
	return out;
}

/* Content of a file of the folder; freed with smtps_buf_free. */
static UNUSED smtps_buf cert_file(const char *name, const char *suffix)
{
	char path[1024], block[4096];
	smtps_buf content = {0};
	FILE *file = fopen(cert_path(path, name, suffix), "rb");
	size_t got;

	assert_non_null(file);
	while ((got = fread(block, 1, sizeof block, file)) > 0) {
		smtps_buf_add(&content, block, got);
	}
	fclose(file);
	return content;
}

static UNUSED smtps_trust *trust_of(const char *name)
{
	smtps_buf pem = cert_file(name, ".pem");
	smtps_error error = {0};
	smtps_trust *trust = smtps_trust_pem(smtps_buf_str(&pem), "ca_file", &error);

	smtps_buf_free(&pem);
	assert_non_null(trust);
	return trust;
}

typedef struct peer {
	SSL_CTX *context;
	SSL *ssl;
	BIO *to_server, *from_server; /* owned by ssl */
	smtps_buf got; /* plaintext that the client sent */
	int failed; /* SSL_accept or SSL_read said so */
} peer;

static UNUSED void peer_start(peer *server, const char *certificate, int version)
{
	char path[1024];

	*server = (peer){.context = SSL_CTX_new(TLS_server_method())};
	SSL_CTX_set_security_level(server->context, 0);
	SSL_CTX_set_min_proto_version(server->context, version);
	SSL_CTX_set_max_proto_version(server->context, version);
	if (certificate) {
		assert_int_equal(
			SSL_CTX_use_certificate_chain_file(server->context, cert_path(path, certificate, ".pem")), 1);
		assert_int_equal(SSL_CTX_use_PrivateKey_file(
							 server->context, cert_path(path, certificate, ".key"), SSL_FILETYPE_PEM),
			1);
	}
}

static UNUSED void peer_accept(peer *server)
{
	server->ssl = SSL_new(server->context);
	server->to_server = BIO_new(BIO_s_mem());
	server->from_server = BIO_new(BIO_s_mem());
	BIO_set_mem_eof_return(server->to_server, -1);
	BIO_set_mem_eof_return(server->from_server, -1);
	SSL_set_bio(server->ssl, server->to_server, server->from_server);
	SSL_set_accept_state(server->ssl);
}

static UNUSED void peer_stop(peer *server)
{
	SSL_free(server->ssl);
	SSL_CTX_free(server->context);
	smtps_buf_free(&server->got);
}

/* Everything that waits goes over, the server answers; `step` octets at a time to the client (0: all). */
static UNUSED void peer_turn(peer *server, smtps_tls *tls)
{
	smtps_str out = smtps_tls_output(tls);
	char block[4096];
	int got;

	if (out.len) {
		assert_int_equal(BIO_write(server->to_server, out.data, (int)out.len), (int)out.len);
		smtps_tls_written(tls, out.len);
	}
	ERR_clear_error();
	if (!SSL_is_init_finished(server->ssl)) {
		got = SSL_do_handshake(server->ssl);
		if (got != 1 && SSL_get_error(server->ssl, got) != SSL_ERROR_WANT_READ) {
			server->failed = 1;
		}
	}
	if (SSL_is_init_finished(server->ssl)) {
		while ((got = SSL_read(server->ssl, block, sizeof block)) > 0) {
			smtps_buf_add(&server->got, block, (size_t)got);
		}
		if (SSL_get_error(server->ssl, got) != SSL_ERROR_WANT_READ) {
			server->failed = 1;
		}
	}
	ERR_clear_error();
}

/* The server's output to the client, `step` octets at most (0: all). Number of octets. */
static UNUSED size_t peer_give(peer *server, smtps_tls *tls, size_t step)
{
	char block[16384];
	size_t cap = step && step < sizeof block ? step : sizeof block;
	int got = BIO_read(server->from_server, block, (int)cap);

	if (got <= 0) {
		return 0;
	}
	assert_true(smtps_tls_input(tls, block, (size_t)got));
	return (size_t)got;
}

/* The handshake to its end: smtps_tls_handshake's last answer; -3 when both wait for ever. */
static UNUSED int peer_shake(peer *server, smtps_tls *tls, size_t step, smtps_error *error)
{
	for (int turn = 0; turn < 100000; turn++) {
		int state = smtps_tls_handshake(tls, error);
		bool quiet = smtps_tls_output(tls).len == 0;

		assert_int_equal(ERR_peek_error(), 0);
		peer_turn(server, tls);
		if (state < 0 || (state == 1 && SSL_is_init_finished(server->ssl))) {
			return state;
		}
		if (peer_give(server, tls, step) == 0 && quiet && state == 0) {
			return -3;
		}
	}
	return -3;
}

/* A connection: our client, its server, what it trusts. */

static UNUSED char *junk_octet(void)
{
	static char octet;

	return &octet;
}

static UNUSED const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

typedef struct pair {
	peer server;
	smtps_trust *trust;
	smtps_tls_context *context;
	smtps_tls *tls;
	smtps_error error;
} pair;

static UNUSED void pair_begin(pair *p, int version)
{
	*p = (pair){0};
	peer_start(&p->server, "server", version);
	p->trust = trust_of("ca");
}

static UNUSED void pair_connect(pair *p, const smtps_tls_options *options)
{
	peer_accept(&p->server);
	p->context = smtps_tls_context_new(options, &p->error);
	assert_non_null(p->context);
	p->tls = smtps_tls_new(p->context, &p->error);
	assert_non_null(p->tls);
}

static UNUSED void pair_open(pair *p, int version)
{
	pair_begin(p, version);
	pair_connect(p, &(smtps_tls_options){.host = "mail.example.test", .verify = true, .trust = p->trust});
}

static UNUSED void pair_close(pair *p)
{
	smtps_tls_free(p->tls);
	smtps_tls_context_free(p->context);
	smtps_trust_free(p->trust);
	smtps_error_free(&p->error);
	peer_stop(&p->server);
}

/* Plaintext of the server, read in pieces of `cap`; the last answer of smtps_tls_read. */
static UNUSED ptrdiff_t read_all(pair *p, smtps_buf *got, size_t cap)
{
	char block[4096];
	ptrdiff_t n;

	while ((n = smtps_tls_read(p->tls, block, cap, &p->error)) > 0) {
		smtps_buf_add(got, block, (size_t)n);
	}
	assert_int_equal(ERR_peek_error(), 0);
	return n;
}

static UNUSED void open_to_the_end(pair *p, int version)
{
	pair_open(p, version);
	assert_int_equal(peer_shake(&p->server, p->tls, 0, &p->error), 1);
}

/* Everything the server has sent goes to the client, which reads it empty. */
static UNUSED ptrdiff_t drain(pair *p, smtps_buf *got)
{
	ptrdiff_t state = 0;

	while (state == 0 && peer_give(&p->server, p->tls, 0)) {
		state = read_all(p, got, 4096);
	}
	return state;
}

#endif
