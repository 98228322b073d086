/*
 * DKIM: canonicalisation by RFC 6376's examples, in all chunkings (case 237); fields chosen and oversigned (234, 235, 246); keys
 * and names (236, 240, 241); both algorithms verified here; contents that change between the passes (238); nothing unsigned (245).
 */
#include "mail_testing.h"

#include <stdio.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/crypto.h"
#include "base/text.h"
#include "mail/dkim_internal.h"
#include "mail/raw.h"

/* --- keys made once -------------------------------------------------------------------------------------------- */

static EVP_PKEY *keys[6];
static smtps_buf pems[6];
enum { RSA_2048, ED25519, RSA_1024, RSA_512, EC_P256, RSA_LOCKED };

/* By a program of its own: under valgrind the search for primes would take longer than all tests together. */
static EVP_PKEY *generate_rsa(int bits)
{
	char command[128];
	FILE *pipe;
	EVP_PKEY *key;

	snprintf(command, sizeof command,
		"openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:%d 2>/dev/null", bits);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	key = PEM_read_PrivateKey(pipe, NULL, NULL, NULL);
	pclose(pipe);
	assert_non_null(key);
	return key;
}

static EVP_PKEY *generate(int kind, int bits)
{
	EVP_PKEY_CTX *context;
	EVP_PKEY *key = NULL;

	if (kind == EVP_PKEY_RSA) {
		return generate_rsa(bits);
	}
	context = EVP_PKEY_CTX_new_id(kind, NULL);
	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	if (kind == EVP_PKEY_EC) {
		assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1), 1);
	}
	assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	return key;
}

static int make_keys(void **state)
{
	static const struct {
		int kind, bits;
	} kinds[] = {{EVP_PKEY_RSA, 2048}, {EVP_PKEY_ED25519, 0}, {EVP_PKEY_RSA, 1024}, {EVP_PKEY_RSA, 512},
		{EVP_PKEY_EC, 0}, {EVP_PKEY_RSA, 2048}};

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		BIO *bio = BIO_new(BIO_s_mem());
		char *text;
		long len;
		bool locked = i == RSA_LOCKED;

		keys[i] = generate(kinds[i].kind, kinds[i].bits);
		PEM_write_bio_PKCS8PrivateKey(bio, keys[i], locked ? EVP_aes_128_cbc() : NULL,
			locked ? "sesame" : NULL, locked ? 6 : 0, NULL, NULL);
		len = BIO_get_mem_data(bio, &text);
		smtps_buf_add(&pems[i], text, (size_t)len);
		BIO_free(bio);
	}
	return 0;
}

static int free_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < 6; i++) {
		EVP_PKEY_free(keys[i]);
		smtps_buf_free(&pems[i]);
	}
	return 0;
}

static smtps_dkim *with_key(int key)
{
	smtps_dkim *dkim = smtps_dkim_new();
	smtps_error error = {0};

	assert_done(smtps_dkim_add(dkim, SMTPS_STR("example.com"), SMTPS_STR("s1"), smtps_buf_str(&pems[key]),
		(smtps_str){NULL, 0}, &error));
	return dkim;
}

/* --- canonicalisation ------------------------------------------------------------------------------------------ */

static void body_digest(smtps_str text, unsigned cuts, unsigned char *digest)
{
	smtps_dkim_body body = {0};
	size_t from = 0;

	assert_true(smtps_dkim_body_start(&body));
	for (size_t i = 1; i <= text.len; i++) {
		if (i == text.len || (i <= 31 && cuts >> (i - 1) & 1)) {
			smtps_dkim_body_push(&body, text.data + from, i - from);
			from = i;
		}
	}
	assert_true(smtps_dkim_body_finish(&body, digest));
	smtps_dkim_body_free(&body);
}

static void body_is(const char *given, const char *canonical)
{
	unsigned char expected[32], found[32];
	smtps_str text = smtps_str_of(given);

	assert_true(smtps_digest_of(SMTPS_SHA256, smtps_str_of(canonical), expected));
	for (unsigned cuts = 0; cuts < 1u << (text.len < 12 ? text.len : 12); cuts += test_stride(13)) {
		body_digest(text, cuts, found);
		assert_memory_equal(found, expected, 32);
	}
}

/* Case 237, RFC 6376 3.4.4 and 3.4.5. */
static void the_body_is_relaxed_in_all_chunkings(void **state)
{
	(void)state;
	body_is(" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n");
	body_is("", "");
	body_is("\r\n", "");
	body_is("\r\n\r\n \r\n\t\r\n", "");
	body_is("a", "a\r\n");
	body_is("a\r\n \r\nb\r\n", "a\r\n\r\nb\r\n");
	body_is("\r\n\r\na\r\n", "\r\n\r\na\r\n");
	body_is("a \t \r\n", "a\r\n");
	body_is(" \t a\r\n", " a\r\n");
	body_is(".\r\n..\r\n", ".\r\n..\r\n");
}

static void a_field_is_relaxed(void **state)
{
	static const char *const rows[][2] = {{"A: X\r\n", "a:X\r\n"}, {"B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n"},
		{"C:\r\n", "c:\r\n"}, {"Subject:  a   b \r\n\tc\r\n", "subject:a b c\r\n"},
		{"X-Y:a:b\r\n", "x-y:a:b\r\n"}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		smtps_buf out = {0};

		smtps_dkim_relaxed_field(&out, smtps_str_of(rows[i][0]));
		assert_str(smtps_buf_str(&out), rows[i][1]);
		smtps_buf_free(&out);
	}
}

/* Cases 234, 235, 246: bottom up, once more than there are; the ids once. */
static void fields_are_chosen_from_the_bottom_and_oversigned(void **state)
{
	smtps_str header = SMTPS_STR(
		"From: a@example.com\r\nDate: d\r\nSubject: one\r\nX-A: 1\r\nSubject:\r\n two\r\nMessage-ID: <i>\r\n");
	smtps_dkim *dkim = smtps_dkim_new();
	smtps_error error = {0};
	smtps_buf names = {0}, data = {0};

	(void)state;
	assert_true(smtps_dkim_select(dkim, header, false, &names, &data));
	assert_str(smtps_buf_str(&names),
		"From:From:To:Cc:Subject:Subject:Subject:Reply-To:Date:Message-ID:MIME-Version:Content-Type:"
		"Content-Transfer-Encoding:In-Reply-To:References:List-Unsubscribe:List-Unsubscribe-Post");
	assert_str(smtps_buf_str(&data),
		"from:a@example.com\r\nsubject:two\r\nsubject:one\r\ndate:d\r\nmessage-id:<i>\r\n");
	smtps_buf_clear(&names);
	smtps_buf_clear(&data);
	assert_true(smtps_dkim_select(dkim, header, true, &names, &data));
	assert_lacks(smtps_buf_str(&names), "Date");
	assert_lacks(smtps_buf_str(&names), "Message-ID");
	assert_done(smtps_dkim_set_headers(dkim, SMTPS_STR("from, X-A, from"), &error));
	smtps_buf_clear(&names);
	smtps_buf_clear(&data);
	assert_true(smtps_dkim_select(dkim, header, false, &names, &data));
	assert_str(smtps_buf_str(&names), "from:from:X-A:X-A");
	smtps_buf_free(&names);
	smtps_buf_free(&data);
	smtps_dkim_free(dkim);
}

/* --- signatures, verified here ---------------------------------------------------------------------------------- */

/* The value of a tag of the signature, white space taken out. */
static smtps_buf tag_of(smtps_str field, const char *tag)
{
	smtps_buf out = {0};
	smtps_str rest = {
		field.data + smtps_str_find(field, ':') + 1, field.len - smtps_str_find(field, ':') - 1};

	while (rest.data) {
		smtps_str value, item = smtps_str_trim(smtps_str_split(rest, ';', &rest));

		if (smtps_str_equal(smtps_str_split(item, '=', &value), smtps_str_of(tag))) {
			for (size_t i = 0; i < value.len; i++) {
				if (value.data[i] > ' ') {
					smtps_buf_add_char(&out, value.data[i]);
				}
			}
		}
	}
	return out;
}

static bool signature_fits(EVP_PKEY *key, bool is_ed25519, smtps_str data, smtps_str signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char digest[32];
	bool fits;

	assert_true(smtps_digest_of(SMTPS_SHA256, data, digest));
	assert_int_equal(EVP_DigestVerifyInit(context, NULL, is_ed25519 ? NULL : EVP_sha256(), NULL, key), 1);
	fits = EVP_DigestVerify(context, (const unsigned char *)signature.data, signature.len,
			   is_ed25519 ? digest : (const unsigned char *)data.data, is_ed25519 ? 32 : data.len) == 1;
	EVP_MD_CTX_free(context);
	return fits;
}

static size_t field_end(smtps_str mail)
{
	size_t at = 0;

	do {
		at += smtps_str_find((smtps_str){mail.data + at, mail.len - at}, '\n') + 1;
	} while (mail.data[at] == ' ');
	return at;
}

/* Verifies the DKIM-Signature field on top of `mail`; the fields below it are those of `rest`. */
static bool verifies(smtps_str mail, smtps_str rest, EVP_PKEY *key, bool is_ed25519)
{
	smtps_str field = {mail.data, field_end(mail)};
	size_t header = smtps_header_length(rest), b = field.len;
	smtps_buf bh = tag_of(field, "bh"), signature_text = tag_of(field, "b"), names = {0}, data = {0},
			  found = {0}, signature = {0};
	unsigned char digest[32];
	smtps_dkim *dkim = smtps_dkim_new();
	bool fits;

	body_digest((smtps_str){rest.data + header + 2, rest.len - header - 2}, 0, digest);
	smtps_base64_encode(&found, (smtps_str){(char *)digest, 32});
	assert_true(smtps_dkim_select(dkim, (smtps_str){rest.data, header}, false, &names, &data));
	while (memcmp(field.data + b - 4, "\n b=", 4) != 0) {
		b--;
	}
	smtps_dkim_relaxed_field(&data, (smtps_str){field.data, b});
	data.len -= 2;
	assert_true(smtps_base64_decode(&signature, smtps_buf_str(&signature_text)));
	fits = smtps_str_equal(smtps_buf_str(&bh), smtps_buf_str(&found)) &&
		signature_fits(key, is_ed25519, smtps_buf_str(&data), smtps_buf_str(&signature));
	smtps_buf_free(&bh);
	smtps_buf_free(&signature_text);
	smtps_buf_free(&names);
	smtps_buf_free(&data);
	smtps_buf_free(&found);
	smtps_buf_free(&signature);
	smtps_dkim_free(dkim);
	return fits;
}

static smtps_message *full_message(void)
{
	smtps_message *message = plain_message();
	smtps_error error = {0};

	assert_done(smtps_message_set_text(
		message, SMTPS_STR("a  b\t\n\n\xc3\xa4 \n\n\n"), (smtps_str){NULL, 0}, &error));
	assert_done(smtps_message_set_html(message, SMTPS_STR("<p>x"), (smtps_str){NULL, 0}, &error));
	assert_done(smtps_message_attach(
		message, smtps_content_copy(SMTPS_STR("PDF")), SMTPS_STR("a.pdf"), (smtps_str){NULL, 0}, &error));
	return message;
}

/* Both algorithms at once, in the order given; no l=, no x= (case 233); the same message again gives the same octets. */
static void both_signatures_verify(void **state)
{
	smtps_message *message = full_message();
	smtps_dkim *dkim = with_key(RSA_2048);
	smtps_compose_options options = {.now = TEST_NOW, .dkim = dkim};
	smtps_composed composed = {0}, again = {0};
	smtps_error error = {0};
	smtps_buf mail, second;
	size_t first, both;
	smtps_str signatures;

	(void)state;
	assert_done(smtps_dkim_add(dkim, SMTPS_STR("EXAMPLE.com"), SMTPS_STR("ed"), smtps_buf_str(&pems[ED25519]),
		(smtps_str){NULL, 0}, &error));
	assert_done(smtps_message_compose(message, &options, &composed, &error));
	mail = pulled_by(composed.source, 333);
	first = field_end(smtps_buf_str(&mail));
	both = first + field_end((smtps_str){mail.data + first, mail.len - first});
	signatures = (smtps_str){mail.data, both};
	assert_true(verifies(
		smtps_buf_str(&mail), (smtps_str){mail.data + both, mail.len - both}, keys[RSA_2048], false));
	assert_true(verifies((smtps_str){mail.data + first, mail.len - first},
		(smtps_str){mail.data + both, mail.len - both}, keys[ED25519], true));
	assert_false(verifies(
		smtps_buf_str(&mail), (smtps_str){mail.data + both, mail.len - both - 3}, keys[RSA_2048], false));
	assert_lacks(signatures, " l=");
	assert_lacks(signatures, " x=");
	assert_holds(signatures, "a=rsa-sha256; c=relaxed/relaxed;\r\n d=example.com;\r\n s=s1; t=1795505653;");
	assert_holds(signatures, "a=ed25519-sha256; c=relaxed/relaxed;\r\n d=example.com;\r\n s=ed;");
	assert_done(smtps_message_compose(message, &options, &again, &error));
	second = pulled_by(again.source, 4096);
	assert_true(smtps_str_equal(smtps_buf_str(&mail), smtps_buf_str(&second)));
	smtps_buf_free(&mail);
	smtps_buf_free(&second);
	smtps_composed_free(&composed);
	smtps_composed_free(&again);
	smtps_dkim_free(dkim);
	smtps_message_free(message);
}

/* Each entry whose domain is the From domain or a parent of it; no other. */
static void domains_are_chosen_by_from(void **state)
{
	smtps_dkim *dkim = with_key(ED25519);

	(void)state;
	assert_true(smtps_dkim_signs_for(dkim, SMTPS_STR("example.com")));
	assert_true(smtps_dkim_signs_for(dkim, SMTPS_STR("mail.example.com")));
	assert_false(smtps_dkim_signs_for(dkim, SMTPS_STR("notexample.com")));
	assert_false(smtps_dkim_signs_for(dkim, SMTPS_STR("com")));
	assert_false(smtps_dkim_signs_for(dkim, SMTPS_STR("")));
	assert_false(smtps_dkim_signs_for(NULL, SMTPS_STR("example.com")));
	smtps_dkim_free(dkim);
}

/* Case 247: Bcc goes first, the signature covers what leaves and stands on top of one that was there. */
static void a_raw_message_is_signed_as_it_leaves(void **state)
{
	smtps_dkim *dkim = with_key(RSA_2048);
	smtps_raw_options options = {.compose = {.now = TEST_NOW, .dkim = dkim}};
	smtps_str text = SMTPS_STR(
		"DKIM-Signature: v=1; old\nBcc: x@y.example\nFrom: A <a@sub.example.com>\nSubject: x\n\nb  \xc3\xa4\r.\n\n\n");
	smtps_error error = {0};

	(void)state;
	for (size_t step = 1; step < text.len; step += 3) {
		smtps_raw *raw = smtps_raw_new(&options);
		smtps_buf out = {0}, mail;
		smtps_composed composed = {0};

		for (size_t at = 0; at < text.len; at += step) {
			assert_done(smtps_raw_push(
				raw, text.data + at, text.len - at < step ? text.len - at : step, &out, &error));
		}
		assert_done(smtps_raw_finish(raw, &out, &error));
		assert_done(smtps_raw_compose(raw, smtps_content_copy(smtps_buf_str(&out)), &composed, &error));
		mail = pulled_by(composed.source, 100);
		assert_true(
			smtps_str_starts_nocase(smtps_buf_str(&mail), SMTPS_STR("DKIM-Signature: v=1; a=rsa-sha256")));
		assert_lacks(smtps_buf_str(&mail), "Bcc");
		assert_true(verifies(smtps_buf_str(&mail), smtps_buf_str(&out), keys[RSA_2048], false));
		smtps_composed_free(&composed);
		smtps_raw_free(raw);
		smtps_buf_free(&out);
		smtps_buf_free(&mail);
	}
	smtps_dkim_free(dkim);
}

/* --- a content that changes (case 238) --------------------------------------------------------------------------- */

typedef struct fake_file {
	uint64_t size;
	unsigned long reads, change_at; /* the reading with this number, and those after it, see other octets */
} fake_file;

static ptrdiff_t fake_read(void *context, uint64_t offset, char *out, size_t cap, smtps_error *error)
{
	fake_file *file = context;
	size_t take = offset < file->size ? (file->size - offset < cap ? (size_t)(file->size - offset) : cap) : 0;
	bool changed = file->change_at && ++file->reads >= file->change_at;

	(void)error;
	memset(out, changed ? 'b' : 'a', take);
	return (ptrdiff_t)take;
}

typedef struct kept_octets {
	const smtps_buf *octets;
	int changes; /* the last 100 read as x */
} kept_octets;

static ptrdiff_t kept_read(void *context, uint64_t offset, char *out, size_t cap, smtps_error *error)
{
	kept_octets *kept = context;
	size_t left = offset < kept->octets->len ? kept->octets->len - (size_t)offset : 0,
		   take = left < cap ? left : cap;

	(void)error;
	if (take) {
		memcpy(out, kept->octets->data + offset, take);
	}
	for (size_t i = 0; kept->changes && i < take; i++) {
		out[i] = left - i < 100 && left - i > 2 ? 'x' : out[i];
	}
	return (ptrdiff_t)take;
}

static void a_file_that_changes_between_the_passes_never_leaves(void **state)
{
	smtps_dkim *dkim = with_key(ED25519);
	bool attached_message[] = {false, true};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		fake_file file = {.size = 900};
		smtps_content_reader reader = {.read = fake_read, .context = &file, .size = 900};
		smtps_message *message = plain_message();
		smtps_compose_options options = {.now = TEST_NOW, .dkim = dkim};
		smtps_composed composed = {0};
		smtps_error error = {0};
		smtps_buf whole;
		char block[100];
		uint64_t given = 0;
		ptrdiff_t got = 1;

		assert_done(attached_message[i] ? smtps_message_attach_message(message,
											  smtps_content_of_reader(&reader), SMTPS_STR(""), &error)
										: smtps_message_attach(message, smtps_content_of_reader(&reader),
											  SMTPS_STR("a"), (smtps_str){NULL, 0}, &error));
		assert_done(smtps_message_compose(message, &options, &composed, &error));
		whole = pulled_by(composed.source, 100); /* nothing changed yet: it may be sent, and again */
		smtps_buf_free(&whole);
		file.change_at = i ? 1 : 2; /* a message is read in one */
		assert_true(composed.source->rewind(composed.source, &error));
		while (got > 0) {
			got = composed.source->read(composed.source, block, sizeof block, &error);
			given += got > 0 ? (uint64_t)got : 0;
		}
		assert_int_equal(got, -1);
		assert_true(given < composed.source->size);
		assert_int_equal(error.cause, SMTPS_CAUSE_SOURCE);
		smtps_error_free(&error);
		smtps_composed_free(&composed);
		smtps_message_free(message);
	}
	smtps_dkim_free(dkim);
}

/* A raw message's spool too: what is read last is held back until the digest is known. */
static void a_raw_message_that_changes_where_it_is_kept_never_leaves(void **state)
{
	smtps_dkim *dkim = with_key(ED25519);
	smtps_raw_options options = {.compose = {.now = TEST_NOW, .dkim = dkim}};
	smtps_str head = SMTPS_STR("From: a@example.com\r\n\r\n");
	char text[500];

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text, head.data, head.len);
	for (int changes = 0; changes < 2; changes++) {
		smtps_raw *raw = smtps_raw_new(&options);
		smtps_buf out = {0};
		smtps_composed composed = {0};
		smtps_error error = {0};
		kept_octets kept = {.octets = &out};
		smtps_content_reader reader = {.read = kept_read, .context = &kept};
		char block[10000];
		ptrdiff_t got;
		uint64_t given = 0;

		assert_done(
			smtps_raw_push(raw, text, sizeof text, &out, &error) && smtps_raw_finish(raw, &out, &error));
		reader.size = (int64_t)out.len;
		assert_done(smtps_raw_compose(raw, smtps_content_of_reader(&reader), &composed, &error));
		kept.changes = changes;
		while ((got = composed.source->read(composed.source, block, 77, &error)) > 0) {
			given += (uint64_t)got;
		}
		assert_int_equal(got, changes ? -1 : 0);
		assert_int_equal(given == composed.source->size, !changes);
		smtps_error_free(&error);
		smtps_composed_free(&composed);
		smtps_raw_free(raw);
		smtps_buf_free(&out);
	}
	smtps_dkim_free(dkim);
}

/* Cases 240, 241. */
static void keys_are_checked(void **state)
{
	smtps_dkim *dkim = smtps_dkim_new();
	smtps_str d = SMTPS_STR("example.com"), s = SMTPS_STR("s"), none = {NULL, 0};
	smtps_buf two = {0}, huge = {0};
	smtps_error error = {0};

	(void)state;
	assert_refused(smtps_dkim_add(dkim, d, s, smtps_buf_str(&pems[RSA_512]), none, &error), "512 bits");
	assert_refused(
		smtps_dkim_add(dkim, d, s, smtps_buf_str(&pems[EC_P256]), none, &error), "neither RSA nor Ed25519");
	assert_refused(smtps_dkim_add(dkim, d, s, smtps_buf_str(&pems[RSA_LOCKED]), none, &error), "encrypted");
	assert_refused(smtps_dkim_add(dkim, d, s, smtps_buf_str(&pems[RSA_LOCKED]), SMTPS_STR("wrong"), &error),
		"does not open");
	assert_done(smtps_dkim_add(dkim, d, s, smtps_buf_str(&pems[RSA_LOCKED]), SMTPS_STR("sesame"), &error));
	assert_string_equal(smtps_dkim_warning(dkim), "");
	assert_done(smtps_dkim_add(dkim, d, s, smtps_buf_str(&pems[RSA_1024]), none, &error));
	assert_non_null(strstr(smtps_dkim_warning(dkim), "1024 bits"));
	assert_refused(smtps_dkim_add(dkim, d, s, SMTPS_STR("garbage"), none, &error), "no private key");
	assert_refused(smtps_dkim_add(dkim, d, s, none, none, &error), "no private key");
	smtps_buf_add_str(&two, smtps_buf_str(&pems[RSA_2048]));
	smtps_buf_add_str(&two, smtps_buf_str(&pems[ED25519]));
	assert_refused(smtps_dkim_add(dkim, d, s, smtps_buf_str(&two), none, &error), "several keys");
	for (int i = 0; i < 65537; i++) {
		smtps_buf_add_char(&huge, 'x');
	}
	assert_refused(smtps_dkim_add(dkim, d, s, smtps_buf_str(&huge), none, &error), "64 KiB");
	smtps_buf_free(&two);
	smtps_buf_free(&huge);
	smtps_dkim_free(dkim);
}

/* Case 236. */
static void names_are_checked(void **state)
{
	static const char *const selectors[] = {
		"", "a b", "a\r\nx", "a;b", "a=b", "-a", "a-", "a..b", ".a", "a.", "a_b", "\xc3\xa4"};
	static const char *const domains[] = {
		"", "a b", "a\r\nb.example", "a;d=b.example", "example.com.", "a_b.example", "-a.example"};
	static const char *const lists[] = {"Subject", "From,Bcc", "From,Sender", "From:Return-Path", "From,a b",
		"From,,To", "From;To", "From,X\r\nY"};
	smtps_dkim *dkim = smtps_dkim_new();
	smtps_str d = SMTPS_STR("example.com"), s = SMTPS_STR("s"), none = {NULL, 0},
			  pem = smtps_buf_str(&pems[ED25519]);
	smtps_error error = {0};

	(void)state;
	for (size_t i = 0; i < sizeof selectors / sizeof selectors[0]; i++) {
		assert_refused(
			smtps_dkim_add(dkim, d, smtps_str_of(selectors[i]), pem, none, &error), "dkim_selector");
	}
	for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++) {
		assert_refused(smtps_dkim_add(dkim, smtps_str_of(domains[i]), s, pem, none, &error), "dkim_domain");
	}
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		assert_refused(smtps_dkim_set_headers(dkim, smtps_str_of(lists[i]), &error), "dkim_headers");
	}
	assert_done(
		smtps_dkim_add(dkim, SMTPS_STR("m\xc3\xbcller.example"), SMTPS_STR("a.b-c.1"), pem, none, &error));
	assert_true(smtps_dkim_signs_for(dkim, SMTPS_STR("xn--mller-kva.example")));
	smtps_dkim_free(dkim);
}

/* Case 245. */
static void every_allocation_may_fail_and_nothing_leaves_unsigned(void **state)
{
	smtps_dkim *dkim = with_key(ED25519);
	bool fine = false;

	(void)state;
	for (unsigned long n = 1; n < 500 && !fine; n++) {
		smtps_message *message = full_message();
		smtps_compose_options options = {.now = TEST_NOW, .dkim = dkim};
		smtps_composed composed = {0};
		smtps_error error = {0};

		smtps_alloc_fail_at(n);
		fine = smtps_message_compose(message, &options, &composed, &error);
		smtps_alloc_fail_at(0);
		if (fine) {
			smtps_buf mail = pulled_by(composed.source, 100);

			assert_true(smtps_str_starts_nocase(smtps_buf_str(&mail), SMTPS_STR("DKIM-Signature:")));
			smtps_buf_free(&mail);
		} else {
			assert_true(smtps_error_is_set(&error));
		}
		smtps_error_free(&error);
		smtps_composed_free(&composed);
		smtps_message_free(message);
	}
	assert_true(fine);
	smtps_dkim_free(dkim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_body_is_relaxed_in_all_chunkings),
		cmocka_unit_test(a_field_is_relaxed),
		cmocka_unit_test(fields_are_chosen_from_the_bottom_and_oversigned),
		cmocka_unit_test(both_signatures_verify),
		cmocka_unit_test(domains_are_chosen_by_from),
		cmocka_unit_test(a_raw_message_is_signed_as_it_leaves),
		cmocka_unit_test(a_file_that_changes_between_the_passes_never_leaves),
		cmocka_unit_test(a_raw_message_that_changes_where_it_is_kept_never_leaves),
		cmocka_unit_test(keys_are_checked),
		cmocka_unit_test(names_are_checked),
		cmocka_unit_test(every_allocation_may_fail_and_nothing_leaves_unsigned),
	};

	return cmocka_run_group_tests_name("mail/dkim", tests, make_keys, free_keys);
}
