/*
 * Whom TLS trusts: what is read, when, and how often (cases 58 and 59).
 */
#include "tls_peer.h"

#include <sys/stat.h>
#include <unistd.h>

#include "net/trust_internal.h"

static bool knows_our_authority(smtps_trust *trust)
{
	char path[1024];
	BIO *file = BIO_new_file(cert_path(path, "server", ".pem"), "r");
	X509 *leaf = PEM_read_bio_X509(file, NULL, NULL, NULL);
	X509_STORE_CTX *chain = X509_STORE_CTX_new();
	bool known;

	X509_STORE_CTX_init(chain, trust->store, leaf, NULL);
	known = X509_verify_cert(chain) == 1;
	X509_STORE_CTX_free(chain);
	X509_free(leaf);
	BIO_free(file);
	ERR_clear_error();
	return known;
}

static void expect_no_pem(const char *name, const char *words)
{
	smtps_buf pem = cert_file(name, ".pem");
	smtps_error error = {0};

	assert_null(smtps_trust_pem(smtps_buf_str(&pem), "ca_file /etc/my.pem", &error));
	assert_int_equal(error.kind, SMTPS_BAD_OPTION);
	assert_int_equal(error.stage, SMTPS_STAGE_OPTIONS);
	assert_non_null(strstr(error.text, "ca_file /etc/my.pem"));
	assert_non_null(strstr(error.text, words));
	assert_int_equal(ERR_peek_error(), 0);
	smtps_buf_free(&pem);
}

/* Case 58. */
static void test_a_ca_file_without_certificates_is_a_bad_option(void **state)
{
	(void)state;
	expect_no_pem("empty", "holds no certificate in PEM form");
	expect_no_pem("only-a-key", "holds no certificate in PEM form");
	expect_no_pem("half-broken", "holds a certificate that cannot be read");
}

static void test_the_same_pem_is_read_once(void **state)
{
	smtps_trust *first = trust_of("ca"), *second = trust_of("ca"), *other = trust_of("stranger-ca");

	(void)state;
	assert_ptr_equal(first, second);
	assert_ptr_not_equal(first, other);
	assert_true(knows_our_authority(first));
	assert_false(knows_our_authority(other));
	smtps_trust_free(first);
	smtps_trust_free(second);
	smtps_trust_free(other);
	smtps_trust_free(NULL);
}

static void test_the_cache_of_pem_is_bounded_and_keeps_what_is_used(void **state)
{
	smtps_buf pem = cert_file("ca", ".pem");
	smtps_trust *kept = trust_of("ca");

	(void)state;
	for (int i = 0; i < 30; i++) {
		smtps_error error = {0};
		smtps_trust *trust, *again;

		smtps_buf_add_text(&pem, "# one more\n");
		trust = smtps_trust_pem(smtps_buf_str(&pem), "ca_file", &error);
		assert_non_null(trust);
		assert_ptr_not_equal(trust, kept);
		smtps_trust_free(trust);
		again = trust_of("ca");
		assert_ptr_equal(again, kept);
		smtps_trust_free(again);
	}
	smtps_trust_free(kept);
	smtps_buf_free(&pem);
}

/* A context is made once a trust, whatever host, pin and verification are asked for. */
static void test_contexts_share_one_store_and_one_ssl_ctx(void **state)
{
	smtps_trust *trust = trust_of("ca");
	smtps_error error = {0};
	smtps_tls_context *a =
		smtps_tls_context_new(&(smtps_tls_options){.host = "a.test", .verify = true, .trust = trust}, &error);
	smtps_tls_context *b =
		smtps_tls_context_new(&(smtps_tls_options){.host = "b.test", .trust = trust}, &error);
	SSL_CTX *shared = smtps_trust_context(trust, false);

	(void)state;
	assert_non_null(shared);
	assert_null(smtps_trust_context(trust, true));
	assert_ptr_equal(SSL_CTX_get_cert_store(shared), trust->store);
	SSL_CTX_free(shared);
	smtps_trust_free(trust);
	smtps_tls_context_free(a);
	smtps_tls_context_free(b);
}

static smtps_trust *system_with(
	const char *cafile, const char *capath, const char *env_file, const char *env_dir, smtps_error *error)
{
	smtps_trust *trust;

	*error = (smtps_error){0};
	if (env_file) {
		setenv("SSL_CERT_FILE", env_file, 1);
	}
	if (env_dir) {
		setenv("SSL_CERT_DIR", env_dir, 1);
	}
	smtps_trust_startup(cafile, capath);
	/* Case 59: what a script puts into the environment later moves nothing. */
	setenv("SSL_CERT_FILE", "/nonexistent/evil.pem", 1);
	setenv("SSL_CERT_DIR", "/nonexistent/evil", 1);
	trust = smtps_trust_system(error);
	unsetenv("SSL_CERT_FILE");
	unsetenv("SSL_CERT_DIR");
	assert_int_equal(ERR_peek_error(), 0);
	return trust;
}

static void expect_system(
	const char *cafile, const char *capath, const char *env_file, const char *env_dir, bool ours)
{
	smtps_error error;
	smtps_trust *trust = system_with(cafile, capath, env_file, env_dir, &error), *again;

	assert_non_null(trust);
	assert_int_equal(knows_our_authority(trust), ours);
	again = smtps_trust_system(&error);
	assert_ptr_equal(again, trust);
	smtps_trust_free(again);
	smtps_trust_shutdown();
	/* Who still holds it may go on using it. */
	assert_int_equal(knows_our_authority(trust), ours);
	smtps_trust_free(trust);
}

static void test_the_administrators_paths_come_first(void **state)
{
	char file[1024], directory[1024], stranger[1024];

	(void)state;
	cert_path(file, "ca", ".pem");
	cert_path(stranger, "stranger-ca", ".pem");
	cert_path(directory, "hashed", "");
	expect_system(file, NULL, NULL, NULL, true);
	expect_system(NULL, directory, NULL, NULL, true);
	expect_system(stranger, directory, NULL, NULL, true);
	expect_system(stranger, NULL, file, directory, false);
	expect_system(NULL, NULL, file, NULL, true);
	expect_system(NULL, NULL, NULL, directory, true);
	expect_system("", "", stranger, NULL, false);
}

static void test_several_directories_in_one_text(void **state)
{
	char directory[1024], list[2200];

	(void)state;
	snprintf(list, sizeof list, "/nonexistent:%s", cert_path(directory, "hashed", ""));
	expect_system(NULL, NULL, NULL, list, true);
}

static void test_paths_without_anchors_are_errors_that_name_them(void **state)
{
	smtps_error error;
	char unhashed[1024];

	(void)state;
	cert_path(unhashed, "unhashed", "");
	assert_null(system_with("/nonexistent/ca.pem", NULL, NULL, NULL, &error));
	assert_int_equal(error.kind, SMTPS_BAD_OPTION);
	assert_non_null(strstr(error.text, "openssl.cafile /nonexistent/ca.pem"));
	assert_null(system_with(NULL, unhashed, NULL, NULL, &error));
	assert_non_null(strstr(error.text, "run openssl rehash"));
	assert_null(system_with(NULL, NULL, "/nonexistent/ca.pem", NULL, &error));
	assert_non_null(strstr(error.text, "no certificate authorities"));
	assert_non_null(strstr(error.hint, "ca-certificates"));
	smtps_trust_shutdown();
}

/* Where this machine has authorities, they are found although OpenSSL's default directory is elsewhere. */
static void test_the_systems_own_anchors(void **state)
{
	smtps_error error;
	smtps_trust *trust;

	(void)state;
	if (access("/etc/ssl/certs/ca-certificates.crt", R_OK) != 0) {
		skip();
	}
	trust = system_with(NULL, NULL, NULL, NULL, &error);
	assert_non_null(trust);
	assert_false(knows_our_authority(trust));
	/* A hashed directory: nothing was read but its names. */
	assert_int_equal(sk_X509_OBJECT_num(X509_STORE_get0_objects(trust->store)), 0);
	smtps_trust_free(trust);
	smtps_trust_shutdown();
	smtps_trust_shutdown();
}

static void test_every_allocation_may_fail(void **state)
{
	smtps_buf pem = cert_file("stranger-ca", ".pem");
	bool failed = true;

	(void)state;
	smtps_buf_add_text(&pem, "# not cached yet\n");
	for (unsigned long n = 1; failed; n++) {
		smtps_error error = {0};
		smtps_trust *trust;

		assert_true(n < 20);
		smtps_alloc_fail_at(n);
		trust = smtps_trust_pem(smtps_buf_str(&pem), "ca_file", &error);
		smtps_alloc_fail_at(0);
		failed = trust == NULL;
		assert_int_equal(error.kind, failed ? SMTPS_NO_MEMORY : SMTPS_OK);
		smtps_trust_free(trust);
	}
	smtps_buf_free(&pem);
}

static int forget(void **state)
{
	(void)state;
	smtps_trust_shutdown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_ca_file_without_certificates_is_a_bad_option),
		cmocka_unit_test(test_the_same_pem_is_read_once),
		cmocka_unit_test(test_the_cache_of_pem_is_bounded_and_keeps_what_is_used),
		cmocka_unit_test(test_contexts_share_one_store_and_one_ssl_ctx),
		cmocka_unit_test(test_every_allocation_may_fail),
		cmocka_unit_test(test_the_administrators_paths_come_first),
		cmocka_unit_test(test_several_directories_in_one_text),
		cmocka_unit_test(test_paths_without_anchors_are_errors_that_name_them),
		cmocka_unit_test(test_the_systems_own_anchors),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
