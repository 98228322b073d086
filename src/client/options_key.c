/*
 * The keys of a connection: which clients may share one (reuse), and which may share what was learned (memory).
 *
 * Both walk the table, so that an option added to the group cannot be forgotten.
 */
#include "options.h"

#include "base/crypto.h"
#include "net/platform.h"

enum { KEY_OCTETS = 32 };

static unsigned char process_key[KEY_OCTETS];
static bool process_key_is_there;

static bool make_process_key(void)
{
	bool fine;

	smtps_process_lock();
	process_key_is_there = process_key_is_there || smtps_random(process_key, sizeof process_key);
	fine = process_key_is_there;
	smtps_process_unlock();
	return fine;
}

static void add_number(smtps_buf *out, int64_t number)
{
	for (unsigned shift = 0; shift < 64; shift += 8) {
		smtps_buf_add_char(out, (char)(unsigned char)((uint64_t)number >> shift));
	}
}

/* Length first: no two lists of texts look the same. */
static void add_text(smtps_buf *out, const smtps_buf *text)
{
	if (text->failed) {
		out->failed = true;
	}
	add_number(out, (int64_t)text->len);
	smtps_buf_add_str(out, smtps_buf_str(text));
}

static void serialise(smtps_buf *out, const smtps_options *options, bool with_secrets)
{
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		unsigned flags = smtps_option_table[i].flags;
		const smtps_value *value = &options->values[i];

		if (!(flags & (SMTPS_OPT_GROUP | SMTPS_OPT_KEY)) || ((flags & SMTPS_OPT_SECRET) && !with_secrets)) {
			continue;
		}
		add_number(out, (int64_t)i);
		add_number(out, value->is_callable);
		add_number(out, value->number);
		add_text(out, &value->text);
	}
	add_number(out, options->transport);
	add_text(out, &options->capture_directory);
	add_text(out, &options->host);
	add_number(out, options->loopback_lenient);
	add_text(out, &options->ca_pem);
	add_text(out, &options->client_cert_pem);
	if (with_secrets) {
		add_text(out, &options->client_key_pem);
	}
}

bool smtps_options_reuse_key(const smtps_options *options, unsigned char key[32])
{
	smtps_buf octets = {.secret = true};
	bool fine = make_process_key();

	serialise(&octets, options, true);
	fine = fine && !octets.failed &&
		smtps_hmac(SMTPS_SHA256, (smtps_str){(const char *)process_key, sizeof process_key},
			smtps_buf_str(&octets), key);
	smtps_buf_free(&octets);
	return fine;
}

bool smtps_options_memory_key(const smtps_options *options, unsigned char key[32])
{
	smtps_buf octets = {.secret = true};
	bool fine;

	serialise(&octets, options, false);
	fine = !octets.failed && smtps_digest_of(SMTPS_SHA256, smtps_buf_str(&octets), key);
	smtps_buf_free(&octets);
	return fine;
}
