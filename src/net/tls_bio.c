/*
 * OpenSSL's view of a connection: a BIO that reads tls->in and appends to tls->out.
 *
 * BIO_s_mem would do the same with two copies more; here the caller writes straight from `out`, in which a flight of several
 * records stands in one piece.
 */
#include "tls_internal.h"

#include <string.h>

static int bio_read(BIO *bio, char *out, size_t cap, size_t *got)
{
	smtps_tls *tls = BIO_get_data(bio);
	size_t left = tls->in.len - tls->in_at;
	size_t take = left < cap ? left : cap;

	BIO_clear_retry_flags(bio);
	*got = take;
	if (take == 0) {
		/* At the end of the socket it is an end of file, else: more will come. */
		if (!tls->in_ended) {
			BIO_set_retry_read(bio);
		}
		return 0;
	}
	memcpy(out, tls->in.data + tls->in_at, take);
	tls->in_at += take;
	tls->silent += take;
	if (tls->in_at == tls->in.len) {
		smtps_buf_clear(&tls->in);
		tls->in_at = 0;
	}
	return 1;
}

static int bio_write(BIO *bio, const char *bytes, size_t len, size_t *put)
{
	smtps_tls *tls = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	smtps_buf_add(&tls->out, bytes, len);
	*put = tls->out.failed ? 0 : len;
	return !tls->out.failed;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	const smtps_tls *tls = BIO_get_data(bio);

	(void)number;
	(void)pointer;
	switch (command) {
		case BIO_CTRL_FLUSH: return 1;
		case BIO_CTRL_EOF: return tls->in_ended && tls->in_at == tls->in.len;
		default: return 0;
	}
}

BIO_METHOD *smtps_tls_bio_method(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "smtps");

	if (method) {
		BIO_meth_set_read_ex(method, bio_read);
		BIO_meth_set_write_ex(method, bio_write);
		BIO_meth_set_ctrl(method, bio_ctrl);
	}
	return method;
}

BIO *smtps_tls_bio_new(smtps_tls *tls)
{
	BIO *bio = BIO_new(tls->context->bio);

	if (bio) {
		BIO_set_data(bio, tls);
		BIO_set_init(bio, 1);
	}
	return bio;
}
