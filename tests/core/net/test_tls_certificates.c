/*
 * The certificate matrix (cases 40 to 46, 57, 61): each certificate of the factory, in TLS 1.2 and 1.3, to a client that
 * verifies, to one that pins, to one that accepts what it cannot verify, and to one that does not look.
 */
#include "tls_peer.h"

enum { ANY_MODE = 0, ONLY_VERIFY = 1 };

typedef struct row {
	const char *certificate;
	const char *host;
	const char *fault; /* part of the error's text; NULL: it verifies */
	const char *trust; /* NULL: ca */
	int modes; /* ONLY_VERIFY: what is wrong with it stops every handshake */
} row;

#define HOST "mail.example.test"

static const row rows[] = {
	/* right */
	{"server", HOST, NULL, NULL, 0},
	{"server", "localhost", NULL, NULL, 0},
	{"server", "MAIL.EXAMPLE.TEST", NULL, NULL, 0},
	{"server", HOST ".", NULL, NULL, 0},
	{"server", "127.0.0.1", NULL, NULL, 0},
	{"server", "::1", NULL, NULL, 0},
	{"server", "0:0:0:0:0:0:0:1", NULL, NULL, 0},
	{"server-rsa", HOST, NULL, NULL, 0},
	{"server-p384", HOST, NULL, NULL, 0},
	{"server-ed25519", HOST, NULL, NULL, 0},
	{"server-pss", HOST, NULL, NULL, 0},
	{"server-upper", HOST, NULL, NULL, 0},
	{"no-eku", HOST, NULL, NULL, 0},
	{"many-names", HOST, NULL, NULL, 0},
	{"idn", "xn--mller-kva.example.test", NULL, NULL, 0},
	{"chain", HOST, NULL, NULL, 0},
	{"chain-of-four", HOST, NULL, NULL, 0},
	{"authority-as-server", HOST, NULL, NULL, 0},
	/* dates */
	{"expired", HOST, "the server's certificate expired on 2021-02-03", NULL, 0},
	{"not-yet", HOST, "the server's certificate is not valid before 2090-01-02", NULL, 0},
	{"under-expired-intermediate", HOST,
		"the certificate of the issuer Expired Intermediate expired on 2021-02-03", NULL, 0},
	{"under-expired-ca", HOST, "the certificate of the issuer Expired Authority expired on 2021-02-03",
		"expired-ca", 0},
	/* strangers */
	{"self-signed", HOST, "the server's certificate is self-signed", NULL, 0},
	{"self-signed", HOST, NULL, "self-signed", 0},
	{"self-signed-router", HOST, "is self-signed, and is issued for router.lan, not for " HOST, NULL, 0},
	{"self-signed-router", HOST, "is issued for router.lan, not for " HOST, "self-signed-router", 0},
	{"stranger", HOST, "issuer unknown (Stranger Authority)", NULL, 0},
	{"stranger-with-root", HOST, "issuer unknown (Stranger Authority)", NULL, 0},
	{"stranger", HOST, NULL, "stranger-ca", 0},
	{"server", HOST, "issuer unknown (SmtpSend Test Authority)", "stranger-ca", 0},
	{"impostor", HOST, "", NULL, 0},
	{"tampered", HOST, "wrong signature", NULL, 0},
	{"chain-gap", HOST, "issuer unknown (Intermediate)", NULL, 0},
	{"chain-gap", HOST, NULL, "intermediate", 0},
	/* names */
	{"server", "other.example.test",
		"is issued for " HOST ", localhost, smtp.example.test, 127.0.0.1 and 1 more, not for other", NULL, 0},
	{"wrong-name", HOST, "is issued for other.example.test, not for " HOST, NULL, 0},
	{"many-wrong-names", HOST, "d.example.test and 2 more, not for", NULL, 0},
	/* case 44: a wildcard is the whole left-most label, and one label only */
	{"wildcard", HOST, NULL, NULL, 0},
	{"wildcard", "example.test", "is issued for *.example.test, not for example.test", NULL, 0},
	{"wildcard", "a.b.example.test", "not for a.b.example.test", NULL, 0},
	{"wildcard", "example.test.evil", "not for", NULL, 0},
	{"wildcard-top", "example.test", "not for example.test", NULL, 0},
	{"wildcard-bare", "localhost", "not for localhost", NULL, 0},
	{"wildcard-bare", HOST, "not for", NULL, 0},
	{"wildcard-partial", HOST, "is issued for m*.example.test, not for", NULL, 0},
	{"wildcard-partial-idn", "xn--mller-kva.example.test", "not for xn--", NULL, 0},
	{"wildcard-two", "mail.example.test", "not for", NULL, 0},
	{"wildcard-middle", HOST, "not for", NULL, 0},
	{"wildcard-ip", "127.0.0.1", "not for 127.0.0.1", NULL, 0},
	{"leading-dot", HOST, "not for", NULL, 0},
	/* case 45: the common name is never asked */
	{"cn-only", HOST, "names no host (it has no subjectAltName), so it is not for " HOST, NULL, 0},
	{"cn-beside-ip", HOST, "is issued for 192.0.2.1, not for " HOST, NULL, 0},
	{"cn-beside-email", HOST, "names no host", NULL, 0},
	{"cn-is-ip", "127.0.0.1", "names no host", NULL, 0},
	{"uri-only", HOST, "names no host", NULL, 0},
	{"ip-as-dns", "127.0.0.1", "is issued for 127.0.0.1, not for 127.0.0.1", NULL, 0},
	{"ip-only", "127.0.0.1", NULL, NULL, 0},
	{"ip-only", HOST, "is issued for 127.0.0.1, not for", NULL, 0},
	{"ip-only", "::1", "not for ::1", NULL, 0},
	{"ip6-only", "::1", NULL, NULL, 0},
	{"ip6-only", "::1%lo", NULL, NULL, 0},
	{"ip6-only", "127.0.0.1", "is issued for ::1, not for 127.0.0.1", NULL, 0},
	{"other-ip", "127.0.0.1", "is issued for 127.0.0.2, not for", NULL, 0},
	{"server", "127.0.0.2", "not for 127.0.0.2", NULL, 0},
	{"nul-in-name", HOST, "\\x00", NULL, 0},
	{"escape-in-name", HOST, "a\\x1B[2Jb", NULL, 0},
	/* what they are for */
	{"eku-client", HOST, "wrong purpose", NULL, 0},
	{"eku-email", HOST, "wrong purpose", NULL, 0},
	{"unknown-critical", HOST, "unhandled critical extension", NULL, 0},
	{"under-no-authority", HOST, "may not issue certificates", NULL, 0},
	{"under-no-certsign", HOST, "may not issue certificates", NULL, 0},
	{"path-length", HOST, "path length", NULL, 0},
	{"name-constraints", HOST, "outside the names its authority may issue for", NULL, 0},
	/* strength */
	{"rsa1024", HOST, "weak key", NULL, ONLY_VERIFY},
	{"sha1", HOST, "weak signature", NULL, 0},
	{"under-weak-intermediate", HOST, "the certificate of the issuer Weak Intermediate has a weak key", NULL,
		0},
	{"under-sha1-intermediate", HOST, "weak signature", NULL, 0},
	/* size */
	{"too-deep", HOST, "too long", NULL, 0},
};

/* Under valgrind: each row once, and pins on each fifth. */
static bool quick(void)
{
	return getenv("SMTPS_TEST_QUICK") != NULL;
}

typedef struct outcome {
	int state;
	bool verified;
	smtps_error error;
	char fault[SMTPS_ERROR_TEXT];
	bool server_finished;
} outcome;

static outcome shake(const char *certificate, int version, const smtps_tls_options *options)
{
	outcome got = {0};
	peer server;
	smtps_tls_context *context;
	smtps_tls *tls;

	peer_start(&server, certificate, version);
	peer_accept(&server);
	context = smtps_tls_context_new(options, &got.error);
	assert_non_null(context);
	tls = smtps_tls_new(context, &got.error);
	assert_non_null(tls);
	smtps_tls_context_free(context); /* tls holds on to it */
	got.state = peer_shake(&server, tls, 0, &got.error);
	got.verified = smtps_tls_verified(tls);
	snprintf(got.fault, sizeof got.fault, "%s", smtps_tls_fault(tls));
	got.server_finished = SSL_is_init_finished(server.ssl);
	smtps_tls_free(tls);
	peer_stop(&server);
	return got;
}

static void expect_certificate_fault(const outcome *got, const char *words)
{
	assert_int_equal(got->state, -1);
	assert_false(got->verified);
	assert_int_equal(got->error.kind, SMTPS_TLS_FAILED);
	assert_int_equal(got->error.stage, SMTPS_STAGE_TLS);
	assert_int_equal(got->error.cause, SMTPS_CAUSE_CERTIFICATE);
	assert_false(got->error.temporary);
	if (!strstr(got->error.text, words)) {
		fail_msg("\"%s\" does not contain \"%s\"", got->error.text, words);
	}
	for (const char *at = got->error.text; *at; at++) {
		assert_true((unsigned char)*at >= 0x20);
	}
	/* The server must see an alert, not a client that finished. */
	assert_false(got->server_finished);
}

static void test_verify_accepts_the_right_and_words_the_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const row *r = &rows[i];
		smtps_trust *trust = trust_of(r->trust ? r->trust : "ca");

		for (size_t v = quick() ? i % 2 : 0; v < (quick() ? i % 2 + 1 : 2); v++) {
			outcome got = shake(r->certificate, versions[v],
				&(smtps_tls_options){.host = r->host, .verify = true, .trust = trust});

			if (!r->fault && got.state != 1) {
				fail_msg("%s for %s: %s", r->certificate, r->host, got.error.text);
			}
			if (!r->fault) {
				assert_true(got.verified);
				assert_true(got.server_finished);
			} else {
				if (got.state != -1) {
					fail_msg("%s for %s was accepted", r->certificate, r->host);
				}
				expect_certificate_fault(&got, r->fault);
			}
		}
		smtps_trust_free(trust);
	}
}

/* Loopback rule: the same judgement, but no failure; the reason is kept. */
static void test_accept_unverified_judges_and_goes_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const row *r = &rows[i];
		smtps_trust *trust = trust_of(r->trust ? r->trust : "ca");
		outcome got;

		if (r->modes != ONLY_VERIFY && !(quick() && i % 3)) {
			got = shake(r->certificate, versions[i % 2],
				&(smtps_tls_options){
					.host = r->host, .verify = i % 3, .accept_unverified = true, .trust = trust});
			assert_int_equal(got.state, 1);
			assert_int_equal(got.verified, r->fault == NULL);
			assert_int_equal(got.fault[0] != '\0', r->fault != NULL);
		}
		smtps_trust_free(trust);
	}
}

static void test_without_verify_nothing_is_verified(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].modes != ONLY_VERIFY && !(quick() && i % 5)) {
			outcome got =
				shake(rows[i].certificate, versions[i % 2], &(smtps_tls_options){.host = rows[i].host});

			assert_int_equal(got.state, 1);
			assert_false(got.verified);
		}
	}
}

static void pins_of(const char *certificate, char whole[65], char key[65])
{
	peer server;
	smtps_error error = {0};
	smtps_certificate facts;
	smtps_tls_context *context = smtps_tls_context_new(&(smtps_tls_options){.host = HOST}, &error);
	smtps_tls *tls = smtps_tls_new(context, &error);

	peer_start(&server, certificate, TLS1_3_VERSION);
	peer_accept(&server);
	assert_int_equal(peer_shake(&server, tls, 0, &error), 1);
	assert_true(smtps_tls_certificate(tls, &facts));
	memcpy(whole, facts.fingerprint, 65);
	memcpy(key, facts.spki, 65);
	smtps_certificate_free(&facts);
	smtps_tls_free(tls);
	smtps_tls_context_free(context);
	peer_stop(&server);
}

/* Case 61: with verify_peer=0 the pin alone decides, and counts as verified. */
static void test_a_pin_alone_decides(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char whole[65], key[65], wrong[65], list[256];
		smtps_tls_options options = {.host = rows[i].host};
		outcome got;

		if (rows[i].modes == ONLY_VERIFY || (quick() && i % 5)) {
			continue;
		}
		pins_of(rows[i].certificate, whole, key);
		options.fingerprints = smtps_str_of(whole);
		got = shake(rows[i].certificate, versions[i % 2], &options);
		assert_int_equal(got.state, 1);
		assert_true(got.verified);

		memcpy(wrong, whole, sizeof wrong);
		wrong[63] = wrong[63] == '0' ? '1' : '0';
		options.fingerprints = smtps_str_of(wrong);
		got = shake(rows[i].certificate, versions[i % 2], &options);
		expect_certificate_fault(&got, "does not match peer_fingerprint: its SHA-256 is ");
		assert_non_null(strstr(got.error.text, whole));

		snprintf(list, sizeof list, " %s , SPKI:%s", wrong, key);
		options.fingerprints = smtps_str_of(list);
		got = shake(rows[i].certificate, versions[i % 2], &options);
		assert_int_equal(got.state, 1);
		assert_true(got.verified);
		/* A key's digest is no certificate's. */
		options.fingerprints = smtps_str_of(key);
		got = shake(rows[i].certificate, versions[i % 2], &options);
		expect_certificate_fault(&got, "does not match");
	}
}

/* Case 61: with verification the pin is required in addition to the chain. */
static void test_a_pin_does_not_replace_the_chain(void **state)
{
	char whole[65], key[65];
	smtps_trust *trust = trust_of("ca");
	smtps_tls_options options = {.host = HOST, .verify = true, .trust = trust};
	outcome got;

	(void)state;
	pins_of("self-signed", whole, key);
	options.fingerprints = smtps_str_of(whole);
	got = shake("self-signed", TLS1_3_VERSION, &options);
	expect_certificate_fault(&got, "self-signed");
	got = shake("server", TLS1_3_VERSION, &options);
	expect_certificate_fault(&got, "does not match");
	pins_of("server", whole, key);
	got = shake("server", TLS1_2_VERSION, &options);
	assert_int_equal(got.state, 1);
	assert_true(got.verified);
	options.accept_unverified = true;
	got = shake("wrong-name", TLS1_2_VERSION, &options);
	expect_certificate_fault(&got, "does not match");
	smtps_trust_free(trust);
}

static void test_pins_are_read_as_people_write_them(void **state)
{
	char whole[65], key[65], colons[128] = "";
	static const struct {
		const char *text, *words;
	} bad[] = {
		{"abc", "is not SHA-256 in hex"},
		{"zz", "is not SHA-256 in hex"},
		{"da39a3ee5e6b4b0d3255bfef95601890afd80709", "is SHA-1: write SHA-256"},
		{"d41d8cd98f00b204e9800998ecf8427e", "is MD5: write SHA-256"},
		{"spki:", "is not SHA-256 in hex"},
		{",", "is not SHA-256 in hex"},
	};
	outcome got;

	(void)state;
	pins_of("server", whole, key);
	for (size_t i = 0; i < 32; i++) {
		snprintf(colons + 3 * i, 4, "%c%c%s", whole[2 * i] & ~('a' <= whole[2 * i] ? 0x20 : 0),
			whole[2 * i + 1], i < 31 ? ":" : "");
	}
	got = shake(
		"server", TLS1_3_VERSION, &(smtps_tls_options){.host = HOST, .fingerprints = smtps_str_of(colons)});
	assert_int_equal(got.state, 1);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		smtps_error error = {0};

		assert_null(smtps_tls_context_new(
			&(smtps_tls_options){.host = HOST, .fingerprints = smtps_str_of(bad[i].text)}, &error));
		assert_int_equal(error.kind, SMTPS_BAD_OPTION);
		assert_non_null(strstr(error.text, bad[i].words));
	}
}

/* Case 57. */
static void test_a_huge_chain_is_refused_unread(void **state)
{
	smtps_trust *trust = trust_of("ca");

	(void)state;
	for (size_t v = 0; v < 2; v++) {
		peer server;
		smtps_error error = {0};
		smtps_tls_context *context =
			smtps_tls_context_new(&(smtps_tls_options){.host = HOST, .verify = true, .trust = trust}, &error);
		smtps_tls *tls = smtps_tls_new(context, &error);

		peer_start(&server, "too-big", versions[v]);
		peer_accept(&server);
		assert_int_equal(peer_shake(&server, tls, 16384, &error), -1);
		assert_int_equal(error.cause, SMTPS_CAUSE_HANDSHAKE);
		assert_non_null(strstr(error.text, "excessive message size"));
		smtps_tls_free(tls);
		smtps_tls_context_free(context);
		peer_stop(&server);
	}
	smtps_trust_free(trust);
}

static void test_hints_say_what_to_do(void **state)
{
	smtps_trust *trust = trust_of("ca");
	smtps_tls_options options = {.host = HOST, .verify = true, .trust = trust};
	char whole[65], key[65];
	outcome got = shake("self-signed", TLS1_3_VERSION, &options);

	(void)state;
	pins_of("self-signed", whole, key);
	assert_non_null(strstr(got.error.hint, whole));
	got = shake("expired", TLS1_3_VERSION, &options);
	assert_non_null(strstr(got.error.hint, "renew"));
	got = shake("wrong-name", TLS1_3_VERSION, &options);
	assert_non_null(strstr(got.error.hint, "peer_name"));
	assert_non_null(strstr(got.error.hint, "redirects mail ports"));
	got = shake("self-signed-router", TLS1_3_VERSION, &options);
	assert_non_null(strstr(got.error.hint, "redirects mail ports"));
	got = shake("stranger", TLS1_3_VERSION, &options);
	assert_non_null(strstr(got.error.hint, "ca_file"));
	smtps_trust_free(trust);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verify_accepts_the_right_and_words_the_wrong),
		cmocka_unit_test(test_accept_unverified_judges_and_goes_on),
		cmocka_unit_test(test_without_verify_nothing_is_verified),
		cmocka_unit_test(test_a_pin_alone_decides),
		cmocka_unit_test(test_a_pin_does_not_replace_the_chain),
		cmocka_unit_test(test_pins_are_read_as_people_write_them),
		cmocka_unit_test(test_a_huge_chain_is_refused_unread),
		cmocka_unit_test(test_hints_say_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
