/*
 * SCRAM (RFC 5802) with SHA-1 and SHA-256 (RFC 7677), with and without channel binding (-PLUS).
 *
 * The server is believed only when its signature proves that it knows the password's verifier: a 235 without it is refused.
 * Its iteration count is bounded both ways: below 4096 a stolen exchange is cheap to guess, above a million a hostile
 * server burns this machine's time. The binding is tls-exporter (RFC 9266) where TLS 1.3 gives one, else tls-server-end-point
 * (RFC 5929). Names and passwords are prepared by sasl_prep.c, whose limits are told there.
 */
#include "sasl_internal.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { NONCE_OCTETS = 24, QUOTED_MAX = 100 };

static bool is_plus(const smtps_sasl *sasl)
{
	return sasl->mechanism == SMTPS_SCRAM_SHA_256_PLUS || sasl->mechanism == SMTPS_SCRAM_SHA_1_PLUS;
}

static bool plus_was_offered(const smtps_sasl *sasl)
{
	smtps_mechanism plus =
		sasl->scram.digest == SMTPS_SHA256 ? SMTPS_SCRAM_SHA_256_PLUS : SMTPS_SCRAM_SHA_1_PLUS;

	return (sasl->offered & SMTPS_MECHANISM_BIT(plus)) != 0;
}

static bool binds_exporter(const smtps_sasl *sasl)
{
	return sasl->binding.exporter.len != 0;
}

/* RFC 5802 6: "y" tells a server that does offer -PLUS that somebody took it out of its list. */
static const char *gs2_header(const smtps_sasl *sasl)
{
	bool could_bind = sasl->binding.exporter.len || sasl->binding.end_point.len;

	if (is_plus(sasl)) {
		return binds_exporter(sasl) ? "p=tls-exporter,," : "p=tls-server-end-point,,";
	}
	return could_bind && !plus_was_offered(sasl) ? "y,," : "n,,";
}

static bool scram_start(smtps_sasl *sasl, smtps_error *error)
{
	smtps_scram *scram = &sasl->scram;
	smtps_buf username = {0};
	unsigned char octets[NONCE_OCTETS];
	const char *why = NULL;
	bool fine;

	scram->password.secret = true;
	fine = smtps_sasl_prepare(&username, sasl->credentials.username, &why);
	if (fine) {
		smtps_sasl_add_name(&scram->username, smtps_buf_str(&username));
		scram->username.failed |= username.failed;
	}
	smtps_buf_free(&username);
	if (!fine) {
		return smtps_sasl_cannot_carry(sasl, error, "username", why);
	}
	if (!smtps_sasl_prepare(&scram->password, sasl->credentials.password, &why)) {
		return smtps_sasl_cannot_carry(sasl, error, "password", why);
	}
	if (!smtps_random(octets, sizeof octets)) {
		return smtps_sasl_fail(sasl, error, "OpenSSL has no random numbers");
	}
	smtps_base64_encode(&scram->nonce, (smtps_str){(const char *)octets, sizeof octets});
	smtps_buf_add_text(&scram->gs2, gs2_header(sasl));
	if (scram->username.failed || scram->password.failed || scram->nonce.failed || scram->gs2.failed) {
		return smtps_fail_memory(error, SMTPS_STAGE_AUTH);
	}
	return true;
}

static void add_client_first_bare(const smtps_scram *scram, smtps_buf *out)
{
	smtps_buf_add_text(out, "n=");
	smtps_buf_add_str(out, smtps_buf_str(&scram->username));
	smtps_buf_add_text(out, ",r=");
	smtps_buf_add_str(out, smtps_buf_str(&scram->nonce));
}

static void scram_initial(const smtps_sasl *sasl, smtps_buf *out)
{
	smtps_buf_add_str(out, smtps_buf_str(&sasl->scram.gs2));
	add_client_first_bare(&sasl->scram, out);
}

/* The value of the next attribute if it is `name`; `*rest` moves behind it. False leaves `*rest` alone. */
static bool take(smtps_str *rest, char name, smtps_str *value)
{
	smtps_str behind, attribute = smtps_str_split(*rest, ',', &behind);

	if (attribute.len < 3 || attribute.data[0] != name || attribute.data[1] != '=') {
		return false;
	}
	*value = (smtps_str){attribute.data + 2, attribute.len - 2};
	*rest = behind;
	return true;
}

/* "e=invalid-proof": the server says why. */
static bool fail_by_server(const smtps_sasl *sasl, smtps_error *error, smtps_str value)
{
	smtps_buf line = {0};

	smtps_buf_add_text(&line, "the server refused with the error ");
	smtps_text_one_line(&line, value, QUOTED_MAX);
	smtps_sasl_fail(sasl, error, smtps_buf_cstr(&line));
	smtps_buf_free(&line);
	return false;
}

/* What follows the attributes that we read: extensions (ignored) but never a mandatory one. */
static bool extensions_are_optional(smtps_str rest)
{
	while (rest.data) {
		smtps_str attribute = smtps_str_split(rest, ',', &rest);

		if (attribute.len < 2 || !smtps_is_alpha(attribute.data[0]) || attribute.data[1] != '=' ||
			attribute.data[0] == 'm') {
			return false;
		}
	}
	return true;
}

static bool nonce_is_fresh(const smtps_scram *scram, smtps_str nonce)
{
	smtps_str ours = smtps_buf_str(&scram->nonce);

	if (nonce.len <= ours.len || memcmp(nonce.data, ours.data, ours.len) != 0) {
		return false;
	}
	for (size_t i = ours.len; i < nonce.len; i++) {
		if (nonce.data[i] < 0x21 || nonce.data[i] > 0x7e) {
			return false;
		}
	}
	return true;
}

/* 0 where it is no number or out of bounds. */
static unsigned iterations_of(smtps_str text)
{
	unsigned count = 0;

	if (text.len > 7 || text.data[0] == '0') {
		return 0;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (!smtps_is_digit(text.data[i])) {
			return 0;
		}
		count = count * 10 + (unsigned)(text.data[i] - '0');
	}
	return count >= SMTPS_SCRAM_ITERATIONS_MIN && count <= SMTPS_SCRAM_ITERATIONS_MAX ? count : 0;
}

typedef struct server_first {
	smtps_str nonce, iterations;
	smtps_buf salt;
	unsigned count;
} server_first;

static bool read_server_first(
	const smtps_sasl *sasl, smtps_str message, server_first *first, smtps_error *error)
{
	smtps_str rest = message, value;

	if (take(&rest, 'e', &value)) {
		return fail_by_server(sasl, error, value);
	}
	if (!take(&rest, 'r', &first->nonce)) {
		return smtps_sasl_fail(sasl, error, "the server's first message does not begin with a nonce");
	}
	if (!nonce_is_fresh(&sasl->scram, first->nonce)) {
		return smtps_sasl_fail(sasl, error, "the server's nonce does not extend ours");
	}
	if (!take(&rest, 's', &value) || !smtps_base64_decode(&first->salt, value)) {
		return first->salt.failed
			? smtps_fail_memory(error, SMTPS_STAGE_AUTH)
			: smtps_sasl_fail(sasl, error, "the server's first message has no salt in base64");
	}
	if (!take(&rest, 'i', &first->iterations)) {
		return smtps_sasl_fail(sasl, error, "the server's first message has no iteration count");
	}
	first->count = iterations_of(first->iterations);
	if (first->count == 0) {
		return smtps_sasl_fail(sasl, error, "the server's iteration count is not between 4096 and 1000000");
	}
	if (!extensions_are_optional(rest)) {
		return smtps_sasl_fail(sasl, error, "the server's first message demands an unknown extension");
	}
	return true;
}

static void add_client_final_without_proof(const smtps_sasl *sasl, smtps_str nonce, smtps_buf *out)
{
	smtps_buf binding = {0};

	smtps_buf_add_str(&binding, smtps_buf_str(&sasl->scram.gs2));
	if (is_plus(sasl)) {
		smtps_buf_add_str(&binding, binds_exporter(sasl) ? sasl->binding.exporter : sasl->binding.end_point);
	}
	smtps_buf_add_text(out, "c=");
	smtps_base64_encode(out, smtps_buf_str(&binding));
	out->failed |= binding.failed;
	smtps_buf_free(&binding);
	smtps_buf_add_text(out, ",r=");
	smtps_buf_add_str(out, nonce);
}

/* RFC 5802 3: the proof into `proof`, the signature that the server must show into the exchange. */
static bool compute(
	smtps_scram *scram, const server_first *first, smtps_str auth_message, unsigned char *proof)
{
	unsigned char salted[SMTPS_DIGEST_MAX], key[SMTPS_DIGEST_MAX], stored[SMTPS_DIGEST_MAX];
	size_t size = smtps_digest_size(scram->digest);
	smtps_str salted_view = {(const char *)salted, size};
	smtps_str key_view = {(const char *)key, size}, stored_view = {(const char *)stored, size};
	bool fine;

	fine = smtps_pbkdf2(scram->digest, smtps_buf_str(&scram->password), smtps_buf_str(&first->salt),
			   first->count, salted) &&
		smtps_hmac(scram->digest, salted_view, SMTPS_STR("Server Key"), key) &&
		smtps_hmac(scram->digest, key_view, auth_message, scram->server_signature) &&
		smtps_hmac(scram->digest, salted_view, SMTPS_STR("Client Key"), key) &&
		smtps_digest_of(scram->digest, key_view, stored) &&
		smtps_hmac(scram->digest, stored_view, auth_message, proof);
	for (size_t i = 0; fine && i < size; i++) {
		proof[i] ^= key[i];
	}
	smtps_cleanse(salted, sizeof salted);
	smtps_cleanse(key, sizeof key);
	smtps_cleanse(stored, sizeof stored);
	return fine;
}

static bool answer_first(smtps_sasl *sasl, smtps_str challenge, smtps_buf *out, smtps_error *error)
{
	smtps_scram *scram = &sasl->scram;
	unsigned char proof[SMTPS_DIGEST_MAX];
	smtps_buf message = {0}, final = {0};
	server_first first = {0};
	bool fine = read_server_first(sasl, challenge, &first, error);

	if (fine) {
		add_client_final_without_proof(sasl, first.nonce, &final);
		add_client_first_bare(scram, &message);
		smtps_buf_add_char(&message, ',');
		smtps_buf_add_str(&message, challenge);
		smtps_buf_add_char(&message, ',');
		smtps_buf_add_str(&message, smtps_buf_str(&final));
		if (message.failed || final.failed) {
			fine = smtps_fail_memory(error, SMTPS_STAGE_AUTH);
		} else if (!compute(scram, &first, smtps_buf_str(&message), proof)) {
			fine = smtps_sasl_fail(sasl, error, "OpenSSL refuses its digest here");
		}
	}
	if (fine) {
		smtps_buf_add_str(out, smtps_buf_str(&final));
		smtps_buf_add_text(out, ",p=");
		smtps_base64_encode(out, (smtps_str){(const char *)proof, smtps_digest_size(scram->digest)});
		scram->state = SMTPS_SCRAM_FINAL;
	}
	smtps_buf_free(&first.salt);
	smtps_buf_free(&message);
	smtps_buf_free(&final);
	return fine;
}

static bool signature_is_right(const smtps_scram *scram, smtps_str value)
{
	size_t size = smtps_digest_size(scram->digest);
	smtps_buf signature = {0};
	bool right = smtps_base64_decode(&signature, value) && signature.len == size &&
		smtps_same_octets(signature.data, scram->server_signature, size);

	smtps_buf_free(&signature);
	return right;
}

static bool answer_final(smtps_sasl *sasl, smtps_str challenge, smtps_error *error)
{
	smtps_str rest = challenge, value;

	if (take(&rest, 'e', &value)) {
		return fail_by_server(sasl, error, value);
	}
	if (!take(&rest, 'v', &value) || !extensions_are_optional(rest)) {
		return smtps_sasl_fail(sasl, error, "the server's last message holds no signature");
	}
	if (!signature_is_right(&sasl->scram, value)) {
		smtps_sasl_fail(sasl, error, "the server's signature is wrong");
		smtps_error_hint(error,
			"the server could not prove that it knows this account: it may not be the server you mean");
		return false;
	}
	sasl->scram.state = SMTPS_SCRAM_VERIFIED;
	return true;
}

static bool scram_answer(smtps_sasl *sasl, smtps_str challenge, smtps_buf *out, smtps_error *error)
{
	switch (sasl->scram.state) {
		case SMTPS_SCRAM_FIRST: return answer_first(sasl, challenge, out, error);
		case SMTPS_SCRAM_FINAL: return answer_final(sasl, challenge, error);
		case SMTPS_SCRAM_VERIFIED: break;
	}
	return smtps_sasl_fail(sasl, error, "the server asks again after the last answer");
}

static bool scram_finish(smtps_sasl *sasl, smtps_error *error)
{
	if (sasl->scram.state == SMTPS_SCRAM_VERIFIED) {
		return true;
	}
	smtps_sasl_fail(sasl, error, "the server said 235 without having shown its signature");
	smtps_error_hint(
		error, "the server did not prove that it knows this account: it may not be the server you mean");
	return false;
}

const smtps_sasl_verbs smtps_sasl_scram = {
	.start = scram_start, .initial = scram_initial, .answer = scram_answer, .finish = scram_finish};
