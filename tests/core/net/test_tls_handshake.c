/*
 * The TLS handshake: what is agreed, shown and refused (cases 34, 38, 42, 49, 51).
 */
#include "tls_peer.h"

#include <unistd.h>

static void test_a_cut_anywhere_in_the_handshake_fails_it(void **state)
{
	size_t stride = getenv("SMTPS_TEST_QUICK") ? 311 : 23;

	(void)state;
	for (size_t v = 0; v < 2; v++) {
		bool finished = false;

		for (size_t cut = 0; !finished; cut += stride) {
			pair p;
			size_t given = 0;
			int shake = 0;

			pair_open(&p, versions[v]);
			for (int turn = 0; turn < 20 && shake == 0; turn++) {
				shake = smtps_tls_handshake(p.tls, &p.error);
				peer_turn(&p.server, p.tls);
				if (shake == 0) {
					given += cut > given ? peer_give(&p.server, p.tls, cut - given) : 0;
				}
				if (given == cut) {
					smtps_tls_input_end(p.tls);
				}
			}
			if (shake == 1) {
				finished = true;
			} else {
				assert_int_equal(shake, -1);
				assert_int_equal(p.error.kind, SMTPS_TLS_FAILED);
				assert_int_equal(p.error.cause, SMTPS_CAUSE_HANDSHAKE);
				assert_string_equal(
					p.error.text, "the server closed the connection during the TLS handshake");
				assert_true(p.error.temporary);
			}
			pair_close(&p);
		}
	}
}

static void test_a_flipped_octet_in_the_handshake_fails_it(void **state)
{
	size_t stride = getenv("SMTPS_TEST_QUICK") ? 397 : 29;

	(void)state;
	for (size_t v = 0; v < 2; v++) {
		size_t flight = 1;

		for (size_t at = 0; at < flight; at += stride) {
			char block[16384];
			pair p;
			int got, shake;

			pair_open(&p, versions[v]);
			assert_int_equal(smtps_tls_handshake(p.tls, &p.error), 0);
			peer_turn(&p.server, p.tls);
			got = BIO_read(p.server.from_server, block, sizeof block);
			assert_true(got > 0);
			flight = (size_t)got;
			if (at < flight) {
				block[at] = (char)~block[at];
			}
			assert_true(smtps_tls_input(p.tls, block, flight));
			shake = peer_shake(&p.server, p.tls, 0, &p.error);
			assert_int_not_equal(shake, 1);
			pair_close(&p);
		}
	}
}

static void test_post_handshake_authentication_is_not_offered(void **state)
{
	pair p;

	(void)state;
	pair_begin(&p, TLS1_3_VERSION);
	SSL_CTX_set_verify(p.server.context, SSL_VERIFY_PEER | SSL_VERIFY_POST_HANDSHAKE, NULL);
	pair_connect(&p, &(smtps_tls_options){.host = "mail.example.test", .verify = true, .trust = p.trust});
	assert_int_equal(peer_shake(&p.server, p.tls, 0, &p.error), 1);
	assert_int_equal(SSL_verify_client_post_handshake(p.server.ssl), 0);
	ERR_clear_error();
	pair_close(&p);
}

static void test_channel_bindings_are_the_servers(void **state)
{
	static const struct {
		const char *certificate;
		size_t end_point;
	} rows[] = {
		{"server", 32}, {"server-rsa", 32}, {"server-p384", 48}, {"server-ed25519", 32}, {"sha1", 32}};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
		unsigned char ours[64], theirs[64];
		unsigned len = 0;
		pair p = {0};

		peer_start(&p.server, rows[i / 2].certificate, versions[i % 2]);
		pair_connect(&p, &(smtps_tls_options){.host = "mail.example.test"});
		assert_int_equal(smtps_tls_exporter(p.tls, ours), 0);
		assert_int_equal(smtps_tls_end_point(p.tls, ours), 0);
		assert_int_equal(peer_shake(&p.server, p.tls, 0, &p.error), 1);
		assert_int_equal(smtps_tls_exporter(p.tls, ours), i % 2 ? 32 : 0);
		if (i % 2) {
			SSL_export_keying_material(
				p.server.ssl, theirs, 32, "EXPORTER-Channel-Binding", 24, (unsigned char *)"", 0, 1);
			assert_memory_equal(ours, theirs, 32);
		}
		assert_int_equal(smtps_tls_end_point(p.tls, ours), rows[i / 2].end_point);
		X509_digest(SSL_get_certificate(p.server.ssl),
			rows[i / 2].end_point == 48 ? EVP_sha384() : EVP_sha256(), theirs, &len);
		assert_int_equal(len, rows[i / 2].end_point);
		assert_memory_equal(ours, theirs, len);
		pair_close(&p);
	}
}

static void test_no_end_point_without_a_digest(void **state)
{
	unsigned char out[64];
	pair p = {0};

	(void)state;
	peer_start(&p.server, "ed25519-signed", TLS1_3_VERSION);
	pair_connect(&p, &(smtps_tls_options){.host = "mail.example.test"});
	assert_int_equal(peer_shake(&p.server, p.tls, 0, &p.error), 1);
	assert_int_equal(smtps_tls_end_point(p.tls, out), 0);
	assert_int_equal(smtps_tls_exporter(p.tls, out), 32);
	pair_close(&p);
}

static void test_facts_of_the_certificate(void **state)
{
	pair p;
	smtps_certificate facts;

	(void)state;
	open_to_the_end(&p, TLS1_3_VERSION);
	assert_true(smtps_tls_certificate(p.tls, &facts));
	assert_string_equal(smtps_buf_cstr(&facts.subject), "CN=mail.example.test");
	assert_string_equal(smtps_buf_cstr(&facts.issuer), "CN=SmtpSend Test Authority,O=SmtpSend");
	assert_string_equal(
		smtps_buf_cstr(&facts.alt_names), "mail.example.test\nlocalhost\nsmtp.example.test\n127.0.0.1\n::1");
	assert_int_equal(strlen(facts.fingerprint), 64);
	assert_int_equal(strlen(facts.spki), 64);
	assert_int_equal(facts.not_after - facts.not_before, (int64_t)3650 * 86400);
	smtps_certificate_free(&facts);
	smtps_certificate_free(&facts);
	pair_close(&p);
}

/* --- client certificates --- */

static void test_a_client_certificate_is_shown(void **state)
{
	static const char *const keys[] = {"client", "client-encrypted"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		smtps_buf cert = cert_file("client", ".pem"), key = cert_file(keys[i / 2], ".key");
		char path[1024];
		pair p;
		X509 *shown;

		pair_begin(&p, versions[i % 2]);
		SSL_CTX_load_verify_locations(p.server.context, cert_path(path, "ca", ".pem"), NULL);
		SSL_CTX_set_verify(p.server.context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		pair_connect(&p,
			&(smtps_tls_options){.host = "mail.example.test",
				.verify = true,
				.trust = p.trust,
				.client_cert = smtps_buf_str(&cert),
				.client_key = smtps_buf_str(&key),
				.client_key_passphrase = SMTPS_STR("geheim")});
		assert_int_equal(peer_shake(&p.server, p.tls, 0, &p.error), 1);
		shown = SSL_get1_peer_certificate(p.server.ssl);
		assert_non_null(shown);
		X509_free(shown);
		smtps_buf_free(&cert);
		smtps_buf_free(&key);
		pair_close(&p);
	}
}

static void test_a_server_that_wants_a_client_certificate_is_understood(void **state)
{
	(void)state;
	for (size_t v = 0; v < 2; v++) {
		pair p;
		smtps_buf got = {0};
		int shake;

		pair_begin(&p, versions[v]);
		SSL_CTX_set_verify(p.server.context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		pair_connect(&p, &(smtps_tls_options){.host = "mail.example.test", .verify = true, .trust = p.trust});
		for (shake = 0; shake == 0;) {
			shake = smtps_tls_handshake(p.tls, &p.error);
			peer_turn(&p.server, p.tls);
			if (shake == 0) {
				peer_give(&p.server, p.tls, 0);
			}
		}
		assert_int_equal(shake, v ? 1 : -1);
		if (v) {
			assert_int_equal(drain(&p, &got), -2);
		}
		assert_int_equal(p.error.kind, SMTPS_TLS_FAILED);
		assert_int_equal(p.error.cause, SMTPS_CAUSE_HANDSHAKE);
		assert_non_null(strstr(p.error.text, v ? "alert 116" : "alert 40"));
		assert_true(!v || strstr(p.error.hint, "client_cert"));
		pair_close(&p);
	}
}

static void expect_bad_client(const char *cert, const char *key, const char *passphrase, const char *words)
{
	smtps_buf cert_pem = {0}, key_pem = {0};
	smtps_error error = {0};

	if (cert) {
		cert_pem = cert_file(cert, ".pem");
	}
	if (key) {
		key_pem = cert_file(key, ".key");
	}
	assert_null(smtps_tls_context_new(&(smtps_tls_options){.host = "mail.example.test",
										  .client_cert = smtps_buf_str(&cert_pem),
										  .client_key = smtps_buf_str(&key_pem),
										  .client_key_passphrase = smtps_str_of(passphrase)},
		&error));
	assert_int_equal(error.kind, SMTPS_BAD_OPTION);
	assert_int_equal(error.stage, SMTPS_STAGE_OPTIONS);
	assert_non_null(strstr(error.text, words));
	assert_int_equal(ERR_peek_error(), 0);
	smtps_buf_free(&cert_pem);
	smtps_buf_free(&key_pem);
}

static void test_a_bad_client_certificate_is_a_bad_option(void **state)
{
	(void)state;
	expect_bad_client(
		"client", "client-encrypted", NULL, "client_key is encrypted: set client_key_passphrase");
	expect_bad_client(
		"client", "client-encrypted", "falsch", "client_key_passphrase does not open client_key");
	expect_bad_client("client", "server-rsa", NULL, "client_key does not belong to client_cert");
	expect_bad_client("client", NULL, NULL, "client_cert holds no private key: set client_key");
	expect_bad_client(NULL, "client", NULL, "client_key needs client_cert");
	expect_bad_client("empty", "client", NULL, "client_key needs client_cert");
	expect_bad_client("only-a-key", "client", NULL, "client_cert holds no certificate");
}

/* --- what is no proper server --- */

typedef struct hello_row {
	const char *said, *text, *hint;
} hello_row;

static void test_plain_text_in_place_of_tls_is_named(void **state)
{
	static const hello_row rows[] = {
		{"220 mail.example.test ESMTP\r\n",
			"the server answers in plain text, not in TLS: \"220 mail.example.test ESMTP\"",
			"encryption=starttls"},
		{"554 5.7.1 \x1b[2J\r\nmore", "plain text, not in TLS: \"554 5.7.1 \\x1B[2J\"",
			"encryption=starttls"},
		{"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", "\"HTTP/1.1 400 Bad Request\"", ""},
		{"250-injected\r\n", "\"250-injected\"", ""},
		{"\x80\x2e\x01\x00\x02 old SSL", "the TLS handshake failed: ", ""},
		{"\x16\x03\x01\x00\x05"
		 "abcde",
			"the TLS handshake failed: ", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t step = 1; step <= 64; step += 63) {
			size_t len = i < 4 ? strlen(rows[i].said) : i == 4 ? 12 : 10;
			pair p;
			int shake = 0;

			pair_open(&p, TLS1_3_VERSION);
			assert_int_equal(smtps_tls_handshake(p.tls, &p.error), 0);
			for (size_t at = 0; at < len && shake == 0; at += step) {
				assert_true(smtps_tls_input(p.tls, rows[i].said + at, len - at < step ? len - at : step));
				shake = smtps_tls_handshake(p.tls, &p.error);
			}
			if (shake == 0) {
				smtps_tls_input_end(p.tls);
				shake = smtps_tls_handshake(p.tls, &p.error);
			}
			assert_int_equal(shake, -1);
			assert_int_equal(p.error.cause, SMTPS_CAUSE_HANDSHAKE);
			if (step > 1 && !strstr(p.error.text, rows[i].text)) {
				fail_msg("%s", p.error.text);
			}
			assert_true(step == 1 || strstr(p.error.hint, rows[i].hint));
			assert_int_equal(smtps_tls_handshake(p.tls, NULL), -1);
			pair_close(&p);
		}
	}
}

static void test_old_versions_and_anonymous_ciphers_are_refused(void **state)
{
	static const struct {
		int version;
		bool tls13_only;
		const char *ciphers, *text;
	} rows[] = {
		{TLS1_VERSION, false, NULL, "protocol version (alert 70)"},
		{TLS1_1_VERSION, false, NULL, "protocol version (alert 70)"},
		{TLS1_2_VERSION, true, NULL, "protocol version (alert 70)"},
		{TLS1_2_VERSION, false, "aNULL", "handshake failure (alert 40)"},
		{TLS1_2_VERSION, false, "eNULL", "handshake failure (alert 40)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pair p;

		pair_begin(&p, rows[i].version);
		if (rows[i].ciphers) {
			assert_int_equal(SSL_CTX_set_cipher_list(p.server.context, rows[i].ciphers), 1);
			SSL_CTX_set_dh_auto(p.server.context, 1);
		}
		pair_connect(&p,
			&(smtps_tls_options){
				.host = "mail.example.test", .tls13_only = rows[i].tls13_only, .trust = p.trust});
		assert_int_equal(peer_shake(&p.server, p.tls, 0, &p.error), -1);
		assert_true(p.server.failed);
		if (!strstr(p.error.text, rows[i].text)) {
			fail_msg("%s", p.error.text);
		}
		assert_true(strlen(p.error.hint) > 0);
		pair_close(&p);
	}
}

static void test_nothing_is_resumed(void **state)
{
	(void)state;
	for (size_t v = 0; v < 2; v++) {
		pair p;

		pair_open(&p, versions[v]);
		for (int round = 0; round < 3; round++) {
			smtps_buf got = {0};

			assert_int_equal(peer_shake(&p.server, p.tls, 0, &p.error), 1);
			SSL_write(p.server.ssl, "250 ok\r\n", 8);
			assert_int_equal(drain(&p, &got), 0);
			assert_int_equal(SSL_session_reused(p.server.ssl), 0);
			smtps_buf_free(&got);
			SSL_free(p.server.ssl);
			smtps_tls_free(p.tls);
			peer_accept(&p.server);
			p.tls = smtps_tls_new(p.context, &p.error);
		}
		pair_close(&p);
	}
}

static int early_data_seen, tickets_shown;

static int look_at_hello(SSL *ssl, int *alert, void *context)
{
	const unsigned char *extension;
	size_t len;

	(void)alert;
	(void)context;
	early_data_seen += SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_early_data, &extension, &len);
	tickets_shown += SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_psk, &extension, &len);
	return SSL_CLIENT_HELLO_SUCCESS;
}

/* Case 52: not even where the server's tickets invite to it. */
static void test_no_early_data_is_ever_sent(void **state)
{
	pair p;

	(void)state;
	early_data_seen = tickets_shown = 0;
	pair_begin(&p, TLS1_3_VERSION);
	SSL_CTX_set_max_early_data(p.server.context, 16384);
	SSL_CTX_set_num_tickets(p.server.context, 4);
	SSL_CTX_set_client_hello_cb(p.server.context, look_at_hello, NULL);
	pair_connect(&p, &(smtps_tls_options){.host = "mail.example.test", .verify = true, .trust = p.trust});
	for (int round = 0; round < 3; round++) {
		smtps_buf got = {0};

		assert_int_equal(peer_shake(&p.server, p.tls, 0, &p.error), 1);
		SSL_write(p.server.ssl, "250 ok\r\n", 8);
		assert_int_equal(drain(&p, &got), 0);
		smtps_buf_free(&got);
		SSL_free(p.server.ssl);
		smtps_tls_free(p.tls);
		peer_accept(&p.server);
		p.tls = smtps_tls_new(p.context, &p.error);
	}
	assert_int_equal(early_data_seen, 0);
	assert_int_equal(tickets_shown, 0);
	pair_close(&p);
}

/* Case 48: an internationalised host comes as its A-label, and so it is named and checked. */
static void test_sni_names_hosts_only(void **state)
{
	static const struct {
		const char *host, *sni;
	} rows[] = {{"mail.example.test", "mail.example.test"}, {"mail.example.test.", "mail.example.test"},
		{"xn--mller-kva.example.test", "xn--mller-kva.example.test"}, {"127.0.0.1", NULL}, {"::1", NULL},
		{"::1%lo", NULL}, {"", NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pair p;
		const char *sni;

		pair_begin(&p, TLS1_3_VERSION);
		pair_connect(&p, &(smtps_tls_options){.host = rows[i].host});
		assert_int_equal(peer_shake(&p.server, p.tls, 0, &p.error), 1);
		sni = SSL_get_servername(p.server.ssl, TLSEXT_NAMETYPE_host_name);
		assert_true(rows[i].sni ? sni && strcmp(sni, rows[i].sni) == 0 : sni == NULL);
		pair_close(&p);
	}
}

static void test_verification_needs_trust_and_a_name(void **state)
{
	smtps_error error = {0};
	smtps_trust *trust = trust_of("ca");

	(void)state;
	assert_null(smtps_tls_context_new(&(smtps_tls_options){.host = "a.test", .verify = true}, &error));
	assert_int_equal(error.kind, SMTPS_BAD_OPTION);
	error = (smtps_error){0};
	assert_null(
		smtps_tls_context_new(&(smtps_tls_options){.host = "", .verify = true, .trust = trust}, &error));
	assert_int_equal(error.kind, SMTPS_BAD_OPTION);
	smtps_trust_free(trust);
}

/* Run by the test below in a process whose OPENSSL_CONF asks for the weakest that OpenSSL has. */
static void test_weak_key_is_refused_all_the_same(void **state)
{
	static const struct {
		const char *certificate;
		int version;
	} rows[] = {{"rsa1024", TLS1_2_VERSION}, {"sha1", TLS1_3_VERSION}, {"server", TLS1_1_VERSION}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pair p = {0};

		peer_start(&p.server, rows[i].certificate, rows[i].version);
		p.trust = trust_of("ca");
		pair_connect(&p, &(smtps_tls_options){.host = "mail.example.test", .verify = true, .trust = p.trust});
		assert_int_equal(SSL_CTX_get_security_level(p.server.context), 0);
		assert_int_equal(peer_shake(&p.server, p.tls, 0, &p.error), -1);
		pair_close(&p);
	}
}

/* Cases 49 and 59: a lax openssl.cnf does not weaken us. */
static void test_a_lax_configuration_of_openssl_does_not_count(void **state)
{
	char path[1024], own[1024], command[4096];
	ssize_t len = readlink("/proc/self/exe", own, sizeof own - 1);
	FILE *file = fopen(cert_path(path, "lax", ".cnf"), "w");

	(void)state;
	assert_non_null(file);
	fputs("openssl_conf=a\n[a]\nssl_conf=b\n[b]\nsystem_default=c\n[c]\nMinProtocol=TLSv1\n"
		  "CipherString=ALL:@SECLEVEL=0\nOptions=UnsafeLegacyRenegotiation\n",
		file);
	fclose(file);
	if (len <= 0) {
		skip();
	}
	own[len] = '\0';
	snprintf(command, sizeof command,
		"SMTPS_TEST_CERTS='%s' SMTPS_TEST_LAX=1 OPENSSL_CONF='%s' '%s' >/dev/null 2>&1", certs(), path, own);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest lax[] = {cmocka_unit_test(test_weak_key_is_refused_all_the_same)};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cut_anywhere_in_the_handshake_fails_it),
		cmocka_unit_test(test_a_flipped_octet_in_the_handshake_fails_it),
		cmocka_unit_test(test_post_handshake_authentication_is_not_offered),
		cmocka_unit_test(test_channel_bindings_are_the_servers),
		cmocka_unit_test(test_no_end_point_without_a_digest),
		cmocka_unit_test(test_facts_of_the_certificate),
		cmocka_unit_test(test_a_client_certificate_is_shown),
		cmocka_unit_test(test_a_server_that_wants_a_client_certificate_is_understood),
		cmocka_unit_test(test_a_bad_client_certificate_is_a_bad_option),
		cmocka_unit_test(test_plain_text_in_place_of_tls_is_named),
		cmocka_unit_test(test_old_versions_and_anonymous_ciphers_are_refused),
		cmocka_unit_test(test_nothing_is_resumed),
		cmocka_unit_test(test_no_early_data_is_ever_sent),
		cmocka_unit_test(test_sni_names_hosts_only),
		cmocka_unit_test(test_verification_needs_trust_and_a_name),
		cmocka_unit_test(test_a_lax_configuration_of_openssl_does_not_count),
	};

	if (getenv("SMTPS_TEST_LAX")) {
		return cmocka_run_group_tests(lax, NULL, NULL);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
