/*
 * TLS over memory; see tls.h.
 *
 * Each call begins and ends with an empty OpenSSL error queue: SSL_get_error() looks at the whole queue, and another extension's
 * leavings would make it lie, as ours would to the next one. Nothing blocks, so a write always takes everything.
 */
#include "tls_internal.h"

#include <limits.h>
#include <string.h>

#include <openssl/err.h>

#include "base/memory.h"

static bool start(smtps_tls *tls)
{
	BIO *bio;

	tls->openssl = SSL_new(tls->context->openssl);
	if (!tls->openssl || !SSL_set_app_data(tls->openssl, tls) ||
		!smtps_tls_set_host(tls->openssl, tls->context)) {
		return false;
	}
	bio = smtps_tls_bio_new(tls);
	if (!bio) {
		return false;
	}
	SSL_set_bio(tls->openssl, bio, bio);
	SSL_set_connect_state(tls->openssl);
	return true;
}

smtps_tls *smtps_tls_new(smtps_tls_context *context, smtps_error *error)
{
	smtps_tls *tls = smtps_alloc(sizeof *tls);

	if (!tls) {
		smtps_fail_memory(error, SMTPS_STAGE_TLS);
		return NULL;
	}
	smtps_tls_context_hold(context);
	tls->context = context;
	ERR_clear_error();
	if (!start(tls)) {
		smtps_fail_memory(error, SMTPS_STAGE_TLS);
		smtps_tls_free(tls);
		tls = NULL;
	}
	ERR_clear_error();
	return tls;
}

void smtps_tls_free(smtps_tls *tls)
{
	if (!tls) {
		return;
	}
	SSL_free(tls->openssl);
	smtps_buf_free(&tls->in);
	smtps_buf_free(&tls->out);
	smtps_tls_context_free(tls->context);
	smtps_free(tls);
}

bool smtps_tls_input(smtps_tls *tls, const char *bytes, size_t len)
{
	size_t room = SMTPS_TLS_WAITING_MAX - (tls->in.len - tls->in_at);

	if (len > room) {
		return false;
	}
	if (tls->in_at) {
		smtps_buf_consume(&tls->in, tls->in_at);
		tls->in_at = 0;
	}
	if (tls->first_len < sizeof tls->first) {
		size_t take = sizeof tls->first - tls->first_len;

		take = len < take ? len : take;
		memcpy(tls->first + tls->first_len, bytes, take);
		tls->first_len += take;
	}
	smtps_buf_add(&tls->in, bytes, len);
	return !tls->in.failed;
}

void smtps_tls_input_end(smtps_tls *tls)
{
	tls->in_ended = true;
}

smtps_str smtps_tls_output(const smtps_tls *tls)
{
	if (tls->out.len == tls->out_at) {
		return (smtps_str){"", 0};
	}
	return (smtps_str){tls->out.data + tls->out_at, tls->out.len - tls->out_at};
}

void smtps_tls_written(smtps_tls *tls, size_t len)
{
	tls->out_at += len;
	if (tls->out_at >= tls->out.len) {
		smtps_buf_clear(&tls->out);
		tls->out_at = 0;
	}
}

static int handshake_failed(smtps_tls *tls, int ssl_error, smtps_error *error)
{
	tls->broken = true;
	if (tls->out.failed || tls->in.failed) {
		smtps_fail_memory(error, SMTPS_STAGE_TLS);
	} else if (tls->fault[0]) {
		if (!error || !smtps_error_is_set(error)) {
			smtps_fail(error, SMTPS_STAGE_TLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_CERTIFICATE, "%s", tls->fault);
			smtps_error_hint(error, "%s", tls->hint);
		}
	} else {
		smtps_tls_word_handshake(tls, ssl_error, error);
	}
	ERR_clear_error();
	return -1;
}

int smtps_tls_handshake(smtps_tls *tls, smtps_error *error)
{
	int result, ssl_error;

	if (tls->established) {
		return 1;
	}
	ERR_clear_error();
	if (tls->broken) {
		return handshake_failed(tls, SSL_ERROR_SSL, error);
	}
	result = SSL_do_handshake(tls->openssl);
	if (result != 1) {
		ssl_error = SSL_get_error(tls->openssl, result);
		if (ssl_error == SSL_ERROR_WANT_READ && !tls->out.failed) {
			return 0;
		}
		return handshake_failed(tls, ssl_error, error);
	}
	if (!smtps_tls_is_rightful(tls)) {
		return handshake_failed(tls, SSL_ERROR_SSL, error);
	}
	tls->established = true;
	tls->silent = 0;
	ERR_clear_error();
	return 1;
}

static ptrdiff_t read_failed(smtps_tls *tls, int ssl_error, smtps_error *error)
{
	tls->broken = true;
	if (tls->out.failed || tls->in.failed) {
		smtps_fail_memory(error, SMTPS_STAGE_TLS);
	} else {
		smtps_tls_word_broken(tls, ssl_error, error);
	}
	ERR_clear_error();
	return -2;
}

ptrdiff_t smtps_tls_read(smtps_tls *tls, char *out, size_t cap, smtps_error *error)
{
	int got, ssl_error;

	if (cap == 0) {
		return 0;
	}
	ERR_clear_error();
	if (tls->broken || !tls->established) {
		return read_failed(tls, SSL_ERROR_SSL, error);
	}
	got = SSL_read(tls->openssl, out, cap > INT_MAX ? INT_MAX : (int)cap);
	if (got > 0) {
		tls->silent = 0;
		return got;
	}
	ssl_error = SSL_get_error(tls->openssl, got);
	if (ssl_error == SSL_ERROR_WANT_READ && !tls->out.failed && tls->silent <= SMTPS_TLS_SILENT_MAX) {
		return 0;
	}
	if (ssl_error == SSL_ERROR_ZERO_RETURN) {
		ERR_clear_error();
		return -1;
	}
	return read_failed(tls, ssl_error, error);
}

bool smtps_tls_write(smtps_tls *tls, const char *bytes, size_t len, smtps_error *error)
{
	size_t put = 0;
	int result;

	if (len == 0) {
		return true;
	}
	ERR_clear_error();
	if (tls->broken || !tls->established) {
		return read_failed(tls, SSL_ERROR_SSL, error) == 0;
	}
	result = SSL_write_ex(tls->openssl, bytes, len, &put);
	if (result != 1 || put != len || tls->out.failed) {
		return read_failed(tls, SSL_get_error(tls->openssl, result), error) == 0;
	}
	return true;
}

void smtps_tls_close(smtps_tls *tls)
{
	if (tls->established && !tls->broken) {
		ERR_clear_error();
		SSL_shutdown(tls->openssl);
		ERR_clear_error();
	}
}

bool smtps_tls_verified(const smtps_tls *tls)
{
	return tls->established && tls->verified;
}

const char *smtps_tls_version(const smtps_tls *tls)
{
	return SSL_get_version(tls->openssl);
}

const char *smtps_tls_cipher(const smtps_tls *tls)
{
	const char *name = SSL_get_cipher_name(tls->openssl);

	return name ? name : "";
}

const char *smtps_tls_fault(const smtps_tls *tls)
{
	return tls->fault;
}
