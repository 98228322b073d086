/*
 * TLS over memory: what holds on every connection.
 */
#include "tls_peer.h"

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

typedef struct pair {
	peer server;
	smtps_trust *trust;
	smtps_tls_context *context;
	smtps_tls *tls;
	smtps_error error;
} pair;

static void pair_begin(pair *p, int version)
{
	*p = (pair){0};
	peer_start(&p->server, "server", version);
	p->trust = trust_of("ca");
}

static void pair_connect(pair *p, const smtps_tls_options *options)
{
	peer_accept(&p->server);
	p->context = smtps_tls_context_new(options, &p->error);
	assert_non_null(p->context);
	p->tls = smtps_tls_new(p->context, &p->error);
	assert_non_null(p->tls);
}

static void pair_open(pair *p, int version)
{
	pair_begin(p, version);
	pair_connect(p, &(smtps_tls_options){.host = "mail.example.test", .verify = true, .trust = p->trust});
}

static void pair_close(pair *p)
{
	smtps_tls_free(p->tls);
	smtps_tls_context_free(p->context);
	smtps_trust_free(p->trust);
	smtps_error_free(&p->error);
	peer_stop(&p->server);
}

/* Plaintext of the server, read in pieces of `cap`; the last answer of smtps_tls_read. */
static ptrdiff_t read_all(pair *p, smtps_buf *got, size_t cap)
{
	char block[4096];
	ptrdiff_t n;

	while ((n = smtps_tls_read(p->tls, block, cap, &p->error)) > 0) {
		smtps_buf_add(got, block, (size_t)n);
	}
	assert_int_equal(ERR_peek_error(), 0);
	return n;
}

static void test_handshake_and_dialogue(void **state)
{
	(void)state;
	for (size_t v = 0; v < 2; v++) {
		for (size_t step = 0; step <= 1; step++) {
			pair p;
			smtps_buf got = {0};

			pair_open(&p, versions[v]);
			assert_int_equal(peer_shake(&p.server, p.tls, step, &p.error), 1);
			assert_true(smtps_tls_verified(p.tls));
			assert_string_equal(smtps_tls_version(p.tls), v ? "TLSv1.3" : "TLSv1.2");
			assert_true(strlen(smtps_tls_cipher(p.tls)) > 5);
			assert_string_equal(
				SSL_get_servername(p.server.ssl, TLSEXT_NAMETYPE_host_name), "mail.example.test");
			assert_true(smtps_tls_write(p.tls, "EHLO a\r\n", 8, &p.error));
			peer_turn(&p.server, p.tls);
			assert_string_equal(smtps_buf_cstr(&p.server.got), "EHLO a\r\n");
			assert_int_equal(SSL_write(p.server.ssl, "250 b\r\n", 7), 7);
			while (peer_give(&p.server, p.tls, step)) {
				assert_int_equal(read_all(&p, &got, 3), 0);
			}
			assert_string_equal(smtps_buf_cstr(&got), "250 b\r\n");
			smtps_buf_free(&got);
			pair_close(&p);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake_and_dialogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
