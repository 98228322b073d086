/*
 * TLS over memory, once it stands: data, ends, keys, errors (cases 50, 53, 54, 55).
 */
#include "tls_peer.h"

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

static void test_a_flight_of_many_records_is_one_output(void **state)
{
	size_t size = 1000 * 1000;
	char *mail = malloc(size);

	(void)state;
	memset(mail, 'x', size);
	for (size_t v = 0; v < 2; v++) {
		pair p;
		smtps_buf got = {0};

		open_to_the_end(&p, versions[v]);
		peer_turn(&p.server, p.tls);
		assert_int_equal(smtps_tls_output(p.tls).len, 0);
		assert_true(smtps_tls_write(p.tls, "MAIL\r\n", 6, &p.error));
		assert_true(smtps_tls_write(p.tls, mail, size, &p.error));
		assert_true(smtps_tls_write(p.tls, "", 0, &p.error));
		assert_true(smtps_tls_output(p.tls).len > size);
		/* What the socket did not take stays at the head. */
		assert_int_equal(BIO_write(p.server.to_server, smtps_tls_output(p.tls).data, 100), 100);
		smtps_tls_written(p.tls, 100);
		peer_turn(&p.server, p.tls);
		assert_int_equal(p.server.got.len, size + 6);
		assert_int_equal(smtps_tls_output(p.tls).len, 0);
		/* And the other way, in records of 16 KiB. */
		for (int i = 0; i < 20; i++) {
			assert_int_equal(SSL_write(p.server.ssl, mail, 20000), 20000);
			assert_int_equal(drain(&p, &got), 0);
		}
		assert_int_equal(got.len, 20 * 20000);
		smtps_buf_free(&got);
		pair_close(&p);
	}
	free(mail);
}

static void test_undecrypted_input_is_bounded(void **state)
{
	static char junk[65 * 1024];
	pair p;

	(void)state;
	open_to_the_end(&p, TLS1_3_VERSION);
	assert_false(smtps_tls_input(p.tls, junk, sizeof junk));
	assert_true(smtps_tls_input(p.tls, junk, 64 * 1024));
	assert_false(smtps_tls_input(p.tls, junk, 1));
	pair_close(&p);
}

/* Case 53: only close_notify is an end. */

static void test_a_truncation_is_no_end(void **state)
{
	(void)state;
	for (size_t v = 0; v < 2; v++) {
		for (int in_a_record = 0; in_a_record < 2; in_a_record++) {
			pair p;
			smtps_buf got = {0};

			open_to_the_end(&p, versions[v]);
			SSL_write(p.server.ssl, "250 ok\r\n", 8);
			if (in_a_record) {
				assert_int_equal(drain(&p, &got), 0);
				SSL_write(p.server.ssl, "250 ok\r\n", 8);
				peer_give(&p.server, p.tls, 12);
			} else {
				drain(&p, &got);
			}
			smtps_tls_input_end(p.tls);
			assert_int_equal(read_all(&p, &got, 100), -2);
			assert_string_equal(smtps_buf_cstr(&got), "250 ok\r\n");
			assert_int_equal(p.error.kind, SMTPS_LOST);
			assert_int_equal(p.error.cause, SMTPS_CAUSE_CUT);
			assert_non_null(strstr(p.error.text, "truncated"));
			/* And so it stays. */
			assert_int_equal(smtps_tls_read(p.tls, junk_octet(), 1, NULL), -2);
			assert_false(smtps_tls_write(p.tls, "x", 1, NULL));
			smtps_buf_free(&got);
			pair_close(&p);
		}
	}
}

static void test_close_notify_is_the_end(void **state)
{
	(void)state;
	for (size_t v = 0; v < 2; v++) {
		pair p;
		smtps_buf got = {0};

		open_to_the_end(&p, versions[v]);
		SSL_write(p.server.ssl, "221 bye\r\n", 9);
		SSL_shutdown(p.server.ssl);
		assert_int_equal(drain(&p, &got), -1);
		assert_string_equal(smtps_buf_cstr(&got), "221 bye\r\n");
		smtps_tls_input_end(p.tls);
		assert_int_equal(smtps_tls_read(p.tls, junk_octet(), 1, &p.error), -1);
		assert_int_equal(p.error.kind, SMTPS_OK);
		/* Ours: told, not awaited. */
		smtps_tls_close(p.tls);
		assert_true(smtps_tls_output(p.tls).len > 0);
		peer_turn(&p.server, p.tls);
		assert_true(SSL_get_shutdown(p.server.ssl) & SSL_RECEIVED_SHUTDOWN);
		smtps_buf_free(&got);
		pair_close(&p);
	}
}

/* The connection cut after each octet of the server's handshake. */

/* Each octet of the server's first flight, inverted: never a connection, never a crash. */

/* Case 50. */

static void test_renegotiation_is_refused(void **state)
{
	pair p;
	smtps_buf got = {0};

	(void)state;
	open_to_the_end(&p, TLS1_2_VERSION);
	assert_int_equal(SSL_renegotiate(p.server.ssl), 1);
	SSL_do_handshake(p.server.ssl);
	assert_int_equal(drain(&p, &got), 0);
	/* A warning goes back, no ClientHello. */
	assert_true(smtps_tls_output(p.tls).len > 0);
	assert_int_equal(smtps_tls_output(p.tls).data[0], 21);
	peer_turn(&p.server, p.tls);
	assert_int_equal(got.len, 0);
	pair_close(&p);
}

/* Case 54. */

static void test_key_updates_in_both_directions(void **state)
{
	pair p;
	smtps_buf got = {0};

	(void)state;
	open_to_the_end(&p, TLS1_3_VERSION);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(SSL_key_update(p.server.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
		assert_int_equal(SSL_write(p.server.ssl, "250 ok\r\n", 8), 8);
		assert_int_equal(drain(&p, &got), 0);
		assert_true(smtps_tls_write(p.tls, "NOOP\r\n", 6, &p.error));
		peer_turn(&p.server, p.tls);
	}
	assert_int_equal(got.len, 80);
	assert_int_equal(p.server.got.len, 60);
	assert_false(p.server.failed);
	smtps_buf_free(&got);
	pair_close(&p);
}

static void test_a_flood_of_key_updates_ends_the_connection(void **state)
{
	pair p;
	smtps_buf got = {0};
	ptrdiff_t end = 0;
	int updates = 0;

	(void)state;
	open_to_the_end(&p, TLS1_3_VERSION);
	for (; end == 0 && updates < 100000; updates++) {
		assert_int_equal(SSL_key_update(p.server.ssl, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
		SSL_do_handshake(p.server.ssl);
		end = drain(&p, &got);
	}
	assert_int_equal(end, -2);
	assert_int_equal(p.error.cause, SMTPS_CAUSE_CUT);
	assert_true(updates > 1000 && updates < 20000);
	pair_close(&p);
}

/* RFC 9266 and RFC 5929: both sides see the same. */

/* RFC 5929 4.1 leaves a certificate that Ed25519 signed without this binding. */

/* TLS 1.2 says it in the handshake, 1.3 behind it. */

/* Never by asking the terminal for a passphrase. */

/* Cases 34 and 38. */

/* Case 49. */

/* Case 51. */

/* RFC 6066 3: no literal in SNI. Case 42. */

/* Case 55: another extension's leavings do not make us lie, and we leave none. */

static void test_a_stale_error_queue_does_no_harm(void **state)
{
	(void)state;
	for (size_t v = 0; v < 2; v++) {
		pair p;
		smtps_buf got = {0};
		int shake = 0;
		char block[64];

		pair_open(&p, versions[v]);
		while (shake == 0 || !SSL_is_init_finished(p.server.ssl)) {
			ERR_put_error(ERR_LIB_SSL, 0, SSL_R_CERTIFICATE_VERIFY_FAILED, "elsewhere", 1);
			shake = smtps_tls_handshake(p.tls, &p.error);
			assert_true(shake >= 0);
			assert_int_equal(ERR_peek_error(), 0);
			peer_turn(&p.server, p.tls);
			peer_give(&p.server, p.tls, 0);
		}
		SSL_write(p.server.ssl, "250 ok\r\n", 8);
		peer_give(&p.server, p.tls, 0);
		ERR_put_error(ERR_LIB_SSL, 0, SSL_R_UNEXPECTED_EOF_WHILE_READING, "elsewhere", 1);
		assert_int_equal(smtps_tls_read(p.tls, block, sizeof block, &p.error), 8);
		ERR_put_error(ERR_LIB_SSL, 0, SSL_R_UNEXPECTED_EOF_WHILE_READING, "elsewhere", 1);
		assert_int_equal(smtps_tls_read(p.tls, block, sizeof block, &p.error), 0);
		ERR_put_error(ERR_LIB_SSL, 0, SSL_R_BAD_LENGTH, "elsewhere", 1);
		assert_true(smtps_tls_write(p.tls, "QUIT\r\n", 6, &p.error));
		assert_int_equal(ERR_peek_error(), 0);
		smtps_tls_close(p.tls);
		assert_int_equal(ERR_peek_error(), 0);
		smtps_buf_free(&got);
		pair_close(&p);
	}
}

static void test_tampered_data_ends_the_connection(void **state)
{
	(void)state;
	for (size_t v = 0; v < 2; v++) {
		char block[512];
		smtps_buf got = {0};
		pair p;
		int len;

		open_to_the_end(&p, versions[v]);
		drain(&p, &got);
		SSL_write(p.server.ssl, "250 ok\r\n", 8);
		len = BIO_read(p.server.from_server, block, sizeof block);
		assert_true(len > 8);
		block[len - 3] = (char)~block[len - 3];
		assert_true(smtps_tls_input(p.tls, block, (size_t)len));
		assert_int_equal(read_all(&p, &got, 100), -2);
		assert_int_equal(got.len, 0);
		assert_int_equal(p.error.cause, SMTPS_CAUSE_CUT);
		assert_non_null(strstr(p.error.text, "TLS broke: "));
		pair_close(&p);
	}
}

/* The n-th allocation of our own fails: an error, no crash, no leak. */

static void test_every_allocation_may_fail(void **state)
{
	smtps_trust *trust = trust_of("ca");
	smtps_buf pem = cert_file("stranger-ca", ".pem");
	bool failed = true;

	(void)state;
	for (unsigned long n = 1; failed; n++) {
		smtps_error error = {0};
		peer server;
		smtps_tls_context *context;
		smtps_tls *tls = NULL;
		int shake = -1;

		assert_true(n < 200);
		peer_start(&server, "server", TLS1_3_VERSION);
		peer_accept(&server);
		smtps_alloc_fail_at(n);
		context = smtps_tls_context_new(
			&(smtps_tls_options){.host = "mail.example.test", .verify = true, .trust = trust}, &error);
		if (context) {
			tls = smtps_tls_new(context, &error);
		}
		if (tls) {
			for (shake = 0; shake == 0 || (shake == 1 && !SSL_is_init_finished(server.ssl));) {
				char block[16384];
				int got;

				shake = smtps_tls_handshake(tls, &error);
				peer_turn(&server, tls);
				got = BIO_read(server.from_server, block, sizeof block);
				if (got > 0 && !smtps_tls_input(tls, block, (size_t)got)) {
					smtps_fail_memory(&error, SMTPS_STAGE_TLS);
					shake = -1;
				}
			}
		}
		if (shake == 1 && !smtps_tls_write(tls, "EHLO a\r\n", 8, &error)) {
			shake = -1;
		}
		smtps_alloc_fail_at(0);
		failed = shake != 1;
		assert_int_equal(error.kind, failed ? SMTPS_NO_MEMORY : SMTPS_OK);
		smtps_tls_free(tls);
		smtps_tls_context_free(context);
		peer_stop(&server);
	}
	smtps_buf_free(&pem);
	smtps_trust_free(trust);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake_and_dialogue),
		cmocka_unit_test(test_a_flight_of_many_records_is_one_output),
		cmocka_unit_test(test_undecrypted_input_is_bounded),
		cmocka_unit_test(test_a_truncation_is_no_end),
		cmocka_unit_test(test_close_notify_is_the_end),
		cmocka_unit_test(test_renegotiation_is_refused),
		cmocka_unit_test(test_key_updates_in_both_directions),
		cmocka_unit_test(test_a_flood_of_key_updates_ends_the_connection),
		cmocka_unit_test(test_a_stale_error_queue_does_no_harm),
		cmocka_unit_test(test_tampered_data_ends_the_connection),
		cmocka_unit_test(test_every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
