/*
 * Certificate stores that are loaded once a process; see trust.h.
 *
 * The system's anchors come from the first of these that has any: openssl.cafile and openssl.capath; SSL_CERT_FILE and
 * SSL_CERT_DIR as they were at startup; the operating system's own store (Windows); OpenSSL's defaults; the places where
 * distributions put them. In each, a directory of hashed links is preferred to a bundle: it is read one issuer at a time, where
 * a bundle of 151 authorities costs 20 ms of CPU. Neither is ever read again for a further connection.
 */
#include "trust_internal.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#ifndef _WIN32
#include <dirent.h>
#endif

#include "base/memory.h"
#include "platform.h"

enum { PEM_CACHE = 8 };

typedef struct place {
	const char *directory; /* either may be NULL */
	const char *file;
} place;

/* Debian, Fedora and RHEL, SUSE, Alpine and macOS and OpenBSD, FreeBSD, NetBSD, Homebrew. */
static const place known_places[] = {
	{"/etc/ssl/certs", "/etc/ssl/certs/ca-certificates.crt"},
	{"/etc/pki/ca-trust/extracted/pem/directory-hash", "/etc/pki/tls/certs/ca-bundle.crt"},
	{NULL, "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"},
	{NULL, "/etc/ssl/ca-bundle.pem"},
	{NULL, "/etc/ssl/cert.pem"},
	{NULL, "/usr/local/share/certs/ca-root-nss.crt"},
	{"/etc/openssl/certs", NULL},
	{NULL, "/opt/homebrew/etc/ca-certificates/cert.pem"},
	{NULL, "/usr/local/etc/ca-certificates/cert.pem"},
};

/* Copies made at startup; NULL where there was none. */
static char *ini_file, *ini_directory, *environment_file, *environment_directory;
static smtps_trust *system_trust;
static smtps_trust *pem_cache[PEM_CACHE];
static unsigned long clock_of_use;

static char *copy_of(const char *text)
{
	return text && *text ? smtps_strndup(text, strlen(text)) : NULL;
}

void smtps_trust_startup(const char *cafile, const char *capath)
{
	smtps_trust_shutdown();
	ini_file = copy_of(cafile);
	ini_directory = copy_of(capath);
	environment_file = copy_of(getenv(X509_get_default_cert_file_env()));
	environment_directory = copy_of(getenv(X509_get_default_cert_dir_env()));
}

void smtps_trust_shutdown(void)
{
	char **texts[] = {&ini_file, &ini_directory, &environment_file, &environment_directory};

	smtps_trust_free(system_trust);
	system_trust = NULL;
	for (size_t i = 0; i < PEM_CACHE; i++) {
		smtps_trust_free(pem_cache[i]);
		pem_cache[i] = NULL;
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		smtps_free(*texts[i]);
		*texts[i] = NULL;
	}
}

/* --- one trust --- */

static smtps_trust *trust_new(void)
{
	smtps_trust *trust = smtps_alloc(sizeof *trust);

	if (!trust) {
		return NULL;
	}
	trust->references = 1;
	trust->store = X509_STORE_new();
	if (!trust->store) {
		smtps_free(trust);
		return NULL;
	}
	return trust;
}

static void trust_delete(smtps_trust *trust)
{
	for (size_t i = 0; i < 2; i++) {
		SSL_CTX_free(trust->contexts[i]);
	}
	X509_STORE_free(trust->store);
	smtps_free(trust);
}

smtps_trust *smtps_trust_hold(smtps_trust *trust)
{
	if (trust) {
		smtps_process_lock();
		trust->references++;
		smtps_process_unlock();
	}
	return trust;
}

void smtps_trust_free(smtps_trust *trust)
{
	bool last;

	if (!trust) {
		return;
	}
	smtps_process_lock();
	last = --trust->references == 0;
	smtps_process_unlock();
	if (last) {
		trust_delete(trust);
	}
}

SSL_CTX *smtps_trust_context(smtps_trust *trust, bool tls13_only)
{
	SSL_CTX *context;

	smtps_process_lock();
	context = trust->contexts[tls13_only];
	if (context) {
		SSL_CTX_up_ref(context);
	}
	smtps_process_unlock();
	return context;
}

void smtps_trust_keep_context(smtps_trust *trust, bool tls13_only, SSL_CTX *context)
{
	smtps_process_lock();
	if (!trust->contexts[tls13_only] && SSL_CTX_up_ref(context)) {
		trust->contexts[tls13_only] = context;
	}
	smtps_process_unlock();
}

/* --- the system's anchors --- */

#ifndef _WIN32
/* "0123abcd.0": what c_rehash and `openssl rehash` make. */
static bool is_hashed_name(const char *name)
{
	size_t at = strspn(name, "0123456789abcdef");

	if (at != 8 || name[8] != '.') {
		return false;
	}
	at = strspn(name + 9, "0123456789");
	return at > 0 && name[9 + at] == '\0';
}

static bool is_hashed_directory(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	bool found = false;

	if (!directory) {
		return false;
	}
	while (!found && (entry = readdir(directory))) {
		found = is_hashed_name(entry->d_name);
	}
	closedir(directory);
	return found;
}

/* Several directories may stand in one text, as in PATH. */
static bool has_hashed_directory(const char *paths)
{
	smtps_str rest = smtps_str_of(paths);
	bool found = false;

	while (!found && rest.len) {
		smtps_str one = smtps_str_split(rest, ':', &rest);
		char *path = smtps_strndup(one.data, one.len);

		found = path && *path && is_hashed_directory(path);
		smtps_free(path);
	}
	return found;
}
#else
static bool has_hashed_directory(const char *paths)
{
	(void)paths;
	return false;
}
#endif

static bool load_directory(X509_STORE *store, const char *directory)
{
	X509_LOOKUP *lookup;

	if (!directory || !has_hashed_directory(directory)) {
		return false;
	}
	lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
	return lookup && X509_LOOKUP_add_dir(lookup, directory, X509_FILETYPE_PEM);
}

static bool load_file(X509_STORE *store, const char *file)
{
	X509_LOOKUP *lookup = file ? X509_STORE_add_lookup(store, X509_LOOKUP_file()) : NULL;

	return lookup && X509_LOOKUP_load_file(lookup, file, X509_FILETYPE_PEM);
}

static void add_der(void *context, const unsigned char *der, size_t len)
{
	X509 *certificate = d2i_X509(NULL, &der, (long)len);

	if (certificate) {
		X509_STORE_add_cert(context, certificate);
		X509_free(certificate);
	}
}

static bool load_place(X509_STORE *store, const char *directory, const char *file)
{
	return load_directory(store, directory) || load_file(store, file);
}

static bool load_system(X509_STORE *store)
{
	/* What the administrator wrote counts alone: the rest would widen it. */
	if (ini_file || ini_directory) {
		bool file = load_file(store, ini_file);

		return load_directory(store, ini_directory) || file;
	}
	if (environment_file || environment_directory) {
		bool file = load_file(store, environment_file);

		return load_directory(store, environment_directory) || file;
	}
	if (smtps_system_anchors(add_der, store) ||
		load_place(store, X509_get_default_cert_dir(), X509_get_default_cert_file())) {
		return true;
	}
	for (size_t i = 0; i < sizeof known_places / sizeof *known_places; i++) {
		if (load_place(store, known_places[i].directory, known_places[i].file)) {
			return true;
		}
	}
	return false;
}

static bool fail_no_anchors(smtps_error *error)
{
	if (ini_file || ini_directory) {
		return smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_LOCAL,
			"%s%s%s holds no certificate authorities", ini_file ? "openssl.cafile " : "openssl.capath ",
			ini_file ? ini_file : ini_directory, ini_file ? "" : " (no hashed links: run openssl rehash)");
	}
	smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_LOCAL,
		"this machine has no certificate authorities to check servers by");
	smtps_error_hint(
		error, "install the package ca-certificates (or ca-certificates-bundle), or set ca_file");
	return false;
}

smtps_trust *smtps_trust_system(smtps_error *error)
{
	smtps_trust *trust, *loaded;

	smtps_process_lock();
	trust = system_trust;
	if (trust) {
		trust->references++;
	}
	smtps_process_unlock();
	if (trust) {
		return trust;
	}
	loaded = trust_new();
	if (!loaded) {
		smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
		return NULL;
	}
	ERR_clear_error();
	if (!load_system(loaded->store)) {
		ERR_clear_error();
		trust_delete(loaded);
		fail_no_anchors(error);
		return NULL;
	}
	ERR_clear_error(); /* of the places that were not there */
	smtps_process_lock();
	if (!system_trust) {
		system_trust = loaded;
		loaded = NULL;
	}
	trust = system_trust;
	trust->references++;
	smtps_process_unlock();
	smtps_trust_free(loaded); /* another thread was first */
	return trust;
}

/* --- anchors as PEM --- */

/* Certificates need no passphrase; without this OpenSSL would ask the terminal for that of a stray block. */
static int no_passphrase(char *out, int cap, int writing, void *context)
{
	(void)out;
	(void)cap;
	(void)writing;
	(void)context;
	return -1;
}

/* Number of certificates added; -1 where a block cannot be read. Keys and other blocks are passed over. */
static int add_pem(X509_STORE *store, smtps_str pem)
{
	BIO *bio = pem.len <= INT32_MAX ? BIO_new_mem_buf(pem.data, (int)pem.len) : NULL;
	X509 *certificate;
	int count = 0;

	while (bio && (certificate = PEM_read_bio_X509_AUX(bio, NULL, no_passphrase, NULL))) {
		count = X509_STORE_add_cert(store, certificate) ? count + 1 : -1;
		X509_free(certificate);
		if (count < 0) {
			break;
		}
	}
	if (!bio || (count >= 0 && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)) {
		count = -1;
	}
	BIO_free(bio);
	return count;
}

static smtps_trust *cached(const unsigned char digest[32])
{
	smtps_trust *found = NULL;

	smtps_process_lock();
	for (size_t i = 0; i < PEM_CACHE && !found; i++) {
		if (pem_cache[i] && memcmp(pem_cache[i]->digest, digest, 32) == 0) {
			found = pem_cache[i];
			found->references++;
			found->used_at = ++clock_of_use;
		}
	}
	smtps_process_unlock();
	return found;
}

/* The cache takes a reference of its own and lets go of the one unused for longest. */
static void cache(smtps_trust *trust)
{
	smtps_trust *dropped;
	size_t slot = 0;

	smtps_process_lock();
	for (size_t i = 0; i < PEM_CACHE; i++) {
		if (!pem_cache[i]) {
			slot = i;
			break;
		}
		if (pem_cache[i]->used_at < pem_cache[slot]->used_at) {
			slot = i;
		}
	}
	dropped = pem_cache[slot];
	pem_cache[slot] = trust;
	trust->references++;
	trust->used_at = ++clock_of_use;
	smtps_process_unlock();
	smtps_trust_free(dropped);
}

static smtps_trust *load_pem(smtps_str pem, const char *name, smtps_error *error)
{
	smtps_trust *trust = trust_new();
	int count;

	if (!trust) {
		smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
		return NULL;
	}
	count = add_pem(trust->store, pem);
	if (count <= 0) {
		smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_LOCAL,
			count ? "%s holds a certificate that cannot be read" : "%s holds no certificate in PEM form",
			name ? name : "ca_file");
		trust_delete(trust);
		return NULL;
	}
	/* Each is an anchor as it stands, whether it signs itself or not: an intermediate authority, or the server's own. */
	X509_STORE_set_flags(trust->store, X509_V_FLAG_PARTIAL_CHAIN);
	return trust;
}

smtps_trust *smtps_trust_pem(smtps_str pem, const char *name, smtps_error *error)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	smtps_trust *trust = NULL;

	ERR_clear_error();
	if (!EVP_Digest(pem.data ? pem.data : "", pem.len, digest, NULL, EVP_sha256(), NULL)) {
		smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
	} else {
		trust = cached(digest);
		if (!trust && (trust = load_pem(pem, name, error))) {
			memcpy(trust->digest, digest, sizeof trust->digest);
			cache(trust);
		}
	}
	ERR_clear_error();
	return trust;
}
