/*
 * The mechanisms of one thought: PLAIN (RFC 4616), LOGIN (no RFC; draft-murchison-sasl-login), CRAM-MD5 (RFC 2195) and
 * EXTERNAL (RFC 4422 appendix A).
 *
 * LOGIN is answered by position, user name first, because servers word their two challenges as they like.
 * A 235 before the exchange has ended is not believed: somebody else's reply was taken for ours.
 */
#include "sasl_internal.h"

#include "base/text.h"

static const char one_more[] = "the server asks again after the last answer";
static const char too_early[] = "the server said 235 before the exchange had ended";

static void plain_initial(const smtps_sasl *sasl, smtps_buf *out)
{
	smtps_buf_add_char(out, '\0');
	smtps_buf_add_str(out, sasl->credentials.username);
	smtps_buf_add_char(out, '\0');
	smtps_buf_add_str(out, sasl->credentials.password);
}

static bool plain_answer(smtps_sasl *sasl, smtps_str challenge, smtps_buf *out, smtps_error *error)
{
	(void)challenge;
	(void)out;
	return smtps_sasl_fail(sasl, error, one_more);
}

static bool login_answer(smtps_sasl *sasl, smtps_str challenge, smtps_buf *out, smtps_error *error)
{
	(void)challenge;
	if (sasl->step > 1) {
		return smtps_sasl_fail(sasl, error, one_more);
	}
	smtps_buf_add_str(out, sasl->step == 0 ? sasl->credentials.username : sasl->credentials.password);
	return true;
}

static bool login_finish(smtps_sasl *sasl, smtps_error *error)
{
	return sasl->step == 2 || smtps_sasl_fail(sasl, error, too_early);
}

static bool cram_md5_answer(smtps_sasl *sasl, smtps_str challenge, smtps_buf *out, smtps_error *error)
{
	unsigned char digest[SMTPS_DIGEST_MAX];
	smtps_str octets = {(const char *)digest, smtps_digest_size(SMTPS_MD5)};

	if (sasl->step > 0) {
		return smtps_sasl_fail(sasl, error, one_more);
	}
	if (challenge.len == 0) {
		return smtps_sasl_fail(sasl, error, "the server's challenge is empty");
	}
	if (!smtps_hmac(SMTPS_MD5, sasl->credentials.password, challenge, digest)) {
		return smtps_sasl_fail(sasl, error, "OpenSSL refuses MD5 here");
	}
	smtps_buf_add_str(out, sasl->credentials.username);
	smtps_buf_add_char(out, ' ');
	smtps_hex_encode(out, octets);
	return true;
}

static bool cram_md5_finish(smtps_sasl *sasl, smtps_error *error)
{
	return sasl->step == 1 || smtps_sasl_fail(sasl, error, too_early);
}

/* The user name is the identity to act as; empty: whom the certificate names. */
static void external_initial(const smtps_sasl *sasl, smtps_buf *out)
{
	smtps_buf_add_str(out, sasl->credentials.username);
}

const smtps_sasl_verbs smtps_sasl_plain = {.initial = plain_initial, .answer = plain_answer};
const smtps_sasl_verbs smtps_sasl_login = {.answer = login_answer, .finish = login_finish};
const smtps_sasl_verbs smtps_sasl_cram_md5 = {.answer = cram_md5_answer, .finish = cram_md5_finish};
const smtps_sasl_verbs smtps_sasl_external = {.initial = external_initial, .answer = plain_answer};
