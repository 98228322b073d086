/*
 * DKIM-Signature fields (RFC 6376 3.5), rsa-sha256 and ed25519-sha256 (RFC 8463 3).
 */
#include "dkim_internal.h"

#include <string.h>

#include <openssl/err.h>

#include "base/crypto.h"
#include "base/memory.h"
#include "base/text.h"
#include "fault.h"

enum { DIGEST = 32, SIGNATURE_LINE = 72, NAMES_LINE = 70, PASS_BLOCK = 64 * 1024 };

/* The names of h=, folded behind colons. */
static void add_names(smtps_buf *out, smtps_str names)
{
	size_t column = 3;

	smtps_buf_add_text(out, "\r\n h=");
	while (names.data) {
		smtps_str name = smtps_str_split(names, ':', &names);

		if (column + name.len > NAMES_LINE && column > 3) {
			smtps_buf_add_text(out, "\r\n ");
			column = 1;
		}
		smtps_buf_add_str(out, name);
		smtps_buf_add_text(out, names.data ? ":" : ";");
		column += name.len + 1;
	}
}

/* The field up to and with `b=`. */
static void add_unsigned(
	smtps_buf *out, const smtps_dkim_entry *entry, const smtps_dkim_task *task, smtps_str names)
{
	smtps_buf_printf(out, "DKIM-Signature: v=1; a=%s; c=relaxed/relaxed;\r\n d=%.*s;\r\n s=%.*s; t=%lld;",
		entry->is_ed25519 ? "ed25519-sha256" : "rsa-sha256", (int)entry->domain.len, entry->domain.data,
		(int)entry->selector.len, entry->selector.data, (long long)task->time);
	add_names(out, names);
	smtps_buf_add_text(out, "\r\n bh=");
	smtps_base64_encode(out, (smtps_str){(const char *)task->body_digest, DIGEST});
	smtps_buf_add_text(out, ";\r\n b=");
}

/* Ed25519 signs the SHA-256 of the data, RSA takes the data itself. */
static bool sign(const smtps_dkim_entry *entry, smtps_str data, unsigned char *out, size_t *len)
{
	unsigned char digest[SMTPS_DIGEST_MAX];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool fine = context &&
		EVP_DigestSignInit(context, NULL, entry->is_ed25519 ? NULL : EVP_sha256(), NULL, entry->key) == 1;

	if (fine && entry->is_ed25519) {
		fine = smtps_digest_of(SMTPS_SHA256, data, digest) &&
			EVP_DigestSign(context, out, len, digest, DIGEST) == 1;
	} else if (fine) {
		fine = EVP_DigestSign(context, out, len, (const unsigned char *)data.data, data.len) == 1;
	}
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return fine;
}

static void add_signature(smtps_buf *out, const unsigned char *signature, size_t len)
{
	smtps_buf text = {0};

	smtps_base64_encode(&text, (smtps_str){(const char *)signature, len});
	for (size_t at = 0; at < text.len; at += SIGNATURE_LINE) {
		size_t left = text.len - at;

		smtps_buf_add_text(out, at ? "\r\n " : "");
		smtps_buf_add(out, text.data + at, left < SIGNATURE_LINE ? left : SIGNATURE_LINE);
	}
	smtps_buf_add_text(out, "\r\n");
	out->failed = out->failed || text.failed;
	smtps_buf_free(&text);
}

static bool add_field(smtps_buf *out, const smtps_dkim_entry *entry, const smtps_dkim_task *task,
	smtps_str names, smtps_str data, smtps_error *error)
{
	unsigned char signature[SMTPS_DKIM_RSA_BITS_MAX / 8];
	size_t len = sizeof signature;
	smtps_buf field = {0}, signed_data = {0};
	bool fine;

	add_unsigned(&field, entry, task, names);
	smtps_buf_add_str(&signed_data, data);
	smtps_dkim_relaxed_field(&signed_data, smtps_buf_str(&field));
	fine = !field.failed && !signed_data.failed;
	if (!fine) {
		smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	} else {
		signed_data.len -= 2; /* the signature's own field counts without its CRLF (3.7) */
		fine = sign(entry, smtps_buf_str(&signed_data), signature, &len) ||
			smtps_bad_message(
				error, "the DKIM key of %.*s could not sign", (int)entry->domain.len, entry->domain.data);
	}
	if (fine) {
		smtps_buf_add_str(out, smtps_buf_str(&field));
		add_signature(out, signature, len);
	}
	smtps_buf_free(&field);
	smtps_buf_free(&signed_data);
	return fine;
}

bool smtps_dkim_signatures(
	const smtps_dkim *dkim, const smtps_dkim_task *task, smtps_buf *out, smtps_error *error)
{
	smtps_buf names = {0}, data = {0};
	bool fine = smtps_dkim_select(dkim, task->header, task->skip_ids, &names, &data) ||
		smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);

	for (size_t i = 0; fine && i < dkim->count; i++) {
		if (smtps_dkim_entry_signs(&dkim->entries[i], task->from_domain)) {
			fine =
				add_field(out, &dkim->entries[i], task, smtps_buf_str(&names), smtps_buf_str(&data), error);
		}
	}
	if (fine && out->failed) {
		fine = smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	smtps_buf_free(&names);
	smtps_buf_free(&data);
	return fine;
}

/* Pass one: the digest of what stands behind the header's `skip` octets, and of each content. */
static bool digest_mail(smtps_mail_source *mail, uint64_t skip, unsigned char *digest, smtps_error *error)
{
	smtps_source *source = smtps_mail_source_of(mail);
	smtps_dkim_body body = {0};
	char *block = smtps_alloc(PASS_BLOCK);
	ptrdiff_t got = block && smtps_dkim_body_start(&body) ? 1 : -1;

	if (got < 0) {
		smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	while (got > 0) {
		got = source->read(source, block, PASS_BLOCK, error);
		if (got > 0) {
			size_t drop = skip < (uint64_t)got ? (size_t)skip : (size_t)got;

			smtps_dkim_body_push(&body, block + drop, (size_t)got - drop);
			skip -= drop;
		}
	}
	if (got == 0 && !smtps_dkim_body_finish(&body, digest)) {
		smtps_bad_message(error, "the digest for DKIM failed");
		got = -1;
	}
	smtps_dkim_body_free(&body);
	smtps_free(block);
	return got == 0;
}

bool smtps_dkim_sign_mail(const smtps_dkim *dkim, smtps_mail_source *mail, smtps_str header,
	smtps_str from_domain, int64_t time, bool skip_ids, smtps_error *error)
{
	unsigned char digest[DIGEST];
	smtps_dkim_task task = {.header = header,
		.body_digest = digest,
		.from_domain = from_domain,
		.time = time,
		.skip_ids = skip_ids};
	smtps_buf signatures = {0};
	bool fine;

	if (!smtps_dkim_signs_for(dkim, from_domain)) {
		return true;
	}
	smtps_mail_source_note(mail);
	fine = smtps_mail_source_of(mail)->rewind(smtps_mail_source_of(mail), error) &&
		digest_mail(mail, header.len + 2, digest, error) &&
		smtps_dkim_signatures(dkim, &task, &signatures, error);
	smtps_mail_source_seal(mail);
	fine = fine && smtps_mail_source_prepend(mail, smtps_buf_str(&signatures), error);
	smtps_buf_free(&signatures);
	return fine;
}
