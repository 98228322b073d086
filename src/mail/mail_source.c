/*
 * Pieces, and the pull; see mail_source.h.
 */
#include "mail_source.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/command_scan.h"
#include "base/memory.h"
#include "encoding.h"
#include "fault.h"
#include "lineend.h"

enum {
	BLOCK_LINES = 1024,
	BLOCK = BLOCK_LINES * SMTPS_BASE64_LINE_OCTETS, /* of content read at a time */
	DIGEST = 32
};

typedef enum piece_kind { PIECE_TEXT, PIECE_BASE64, PIECE_LINES, PIECE_OCTETS } piece_kind;

typedef struct piece {
	piece_kind kind;
	size_t from; /* PIECE_TEXT: where in the text */
	uint64_t size; /* of the text, or of the content */
	uint64_t written; /* octets that come out */
	smtps_content *content;
	bool noted;
	unsigned char digest[DIGEST];
} piece;

struct smtps_mail_source {
	smtps_source source; /* first member */
	smtps_buf text;
	size_t text_end; /* what of it is in pieces */
	piece *pieces;
	size_t count, cap;
	/* Where the reader stands. */
	size_t at;
	uint64_t done; /* octets of the piece's content (or text) taken */
	uint64_t given; /* octets given of this piece */
	smtps_buf ready; /* encoded and not yet given */
	size_t ready_at;
	smtps_buf block; /* of a reader's content */
	smtps_lineend lines;
	enum { NO_DIGESTS, NOTING, SEALED } digests;
	EVP_MD_CTX *digest;
};

static piece *new_piece(smtps_mail_source *mail, piece_kind kind, smtps_error *error)
{
	if (mail->count == mail->cap) {
		size_t cap = mail->cap ? mail->cap * 2 : 8;
		piece *pieces = smtps_realloc(mail->pieces, cap * sizeof *pieces);

		if (!pieces) {
			smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
			return NULL;
		}
		mail->pieces = pieces;
		mail->cap = cap;
	}
	mail->pieces[mail->count] = (piece){.kind = kind};
	return &mail->pieces[mail->count++];
}

/* What was appended to the text since the last piece becomes one. */
static bool flush_text(smtps_mail_source *mail, smtps_error *error)
{
	piece *added;

	if (mail->text.failed) {
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	if (mail->text.len == mail->text_end) {
		return true;
	}
	added = new_piece(mail, PIECE_TEXT, error);
	if (!added) {
		return false;
	}
	added->from = mail->text_end;
	added->size = added->written = mail->text.len - mail->text_end;
	mail->text_end = mail->text.len;
	return true;
}

static bool add_content(
	smtps_mail_source *mail, piece_kind kind, smtps_content *content, uint64_t written, smtps_error *error)
{
	piece *added;
	uint64_t size;

	if (!smtps_content_size(content, &size, error) || !flush_text(mail, error)) {
		return false;
	}
	added = new_piece(mail, kind, error);
	if (!added) {
		return false;
	}
	added->size = size;
	added->written = kind == PIECE_BASE64 ? smtps_base64_size(size) : kind == PIECE_LINES ? written : size;
	added->content = smtps_content_retain(content);
	return true;
}

bool smtps_mail_source_add_base64(smtps_mail_source *mail, smtps_content *content, smtps_error *error)
{
	return add_content(mail, PIECE_BASE64, content, 0, error);
}

bool smtps_mail_source_add_lines(
	smtps_mail_source *mail, smtps_content *content, uint64_t written, smtps_error *error)
{
	return add_content(mail, PIECE_LINES, content, written, error);
}

bool smtps_mail_source_add_octets(
	smtps_mail_source *mail, smtps_content *content, const unsigned char *digest, smtps_error *error)
{
	piece *added;

	if (!add_content(mail, PIECE_OCTETS, content, 0, error)) {
		return false;
	}
	added = &mail->pieces[mail->count - 1];
	if (digest) {
		memcpy(added->digest, digest, DIGEST);
		added->noted = true;
		mail->digests = SEALED;
	}
	return true;
}

/* --- reading --------------------------------------------------------------------------------------------------- */

static bool changed(smtps_error *error)
{
	return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_SOURCE,
		"an attachment changed while it was being sent");
}

/* The next `len` octets of the piece's content: where they stand in memory, or read into the block. NULL: error. */
static const char *take_content(smtps_mail_source *mail, piece *now, size_t len, smtps_error *error)
{
	smtps_str octets = smtps_content_octets(now->content);
	const char *start = octets.data ? octets.data + mail->done : NULL;
	size_t got = 0;

	if (!start) {
		smtps_buf_clear(&mail->block);
		if (!smtps_buf_reserve(&mail->block, BLOCK)) {
			smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
			return NULL;
		}
		start = mail->block.data;
	}
	while (!octets.data && got < len) {
		ptrdiff_t more =
			smtps_content_read(now->content, mail->done + got, mail->block.data + got, len - got, error);

		if (more <= 0) {
			if (more == 0) {
				changed(error);
			}
			return NULL;
		}
		got += (size_t)more;
	}
	if (mail->digest && !octets.data && EVP_DigestUpdate(mail->digest, start, len) != 1) {
		smtps_bad_message(error, "the digest of an attachment failed");
		return NULL;
	}
	mail->done += len;
	return start;
}

static bool begin_piece(smtps_mail_source *mail, smtps_error *error)
{
	mail->done = mail->given = 0;
	mail->lines = (smtps_lineend){0};
	if (mail->digests == NO_DIGESTS || mail->at >= mail->count || !mail->pieces[mail->at].content) {
		return true;
	}
	mail->digest = mail->digest ? mail->digest : EVP_MD_CTX_new();
	return (mail->digest && EVP_DigestInit_ex(mail->digest, EVP_sha256(), NULL) == 1) ||
		smtps_bad_message(error, "the digest of an attachment failed");
}

/* A reader's content must end where it ended before, with the octets it had before. */
static bool check_end(smtps_mail_source *mail, piece *now, smtps_error *error)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char surplus;

	if (smtps_content_octets(now->content).data) {
		return true;
	}
	switch (smtps_content_read(now->content, now->size, &surplus, 1, error)) {
		case 0: break;
		case -1: return false;
		default: return changed(error);
	}
	if (mail->digests == NO_DIGESTS) {
		return true;
	}
	if (EVP_DigestFinal_ex(mail->digest, digest, NULL) != 1) {
		return smtps_bad_message(error, "the digest of an attachment failed");
	}
	if (mail->digests == NOTING) {
		memcpy(now->digest, digest, DIGEST);
		now->noted = true;
	}
	return !now->noted || memcmp(now->digest, digest, DIGEST) == 0 || changed(error);
}

static ptrdiff_t read_text(smtps_mail_source *mail, piece *now, char *out, size_t cap)
{
	uint64_t left = now->size - mail->done;
	size_t take = left < cap ? (size_t)left : cap;

	memcpy(out, mail->text.data + now->from + mail->done, take);
	mail->done += take;
	return (ptrdiff_t)take;
}

/* Whole lines straight into `out`; where it has no room for one, or at the last, by way of `ready`. */
static ptrdiff_t read_base64(smtps_mail_source *mail, piece *now, char *out, size_t cap, smtps_error *error)
{
	uint64_t left = now->size - mail->done;
	size_t lines = cap / SMTPS_BASE64_LINE;
	const char *octets;

	lines = lines < BLOCK_LINES ? lines : BLOCK_LINES;
	if (lines > left / SMTPS_BASE64_LINE_OCTETS) {
		lines = (size_t)(left / SMTPS_BASE64_LINE_OCTETS);
	}
	if (lines) {
		octets = take_content(mail, now, lines * SMTPS_BASE64_LINE_OCTETS, error);
		if (!octets) {
			return -1;
		}
		smtps_base64_lines(out, octets, lines);
		return (ptrdiff_t)(lines * SMTPS_BASE64_LINE);
	}
	left = left < SMTPS_BASE64_LINE_OCTETS ? left : SMTPS_BASE64_LINE_OCTETS;
	octets = take_content(mail, now, (size_t)left, error);
	if (!octets) {
		return -1;
	}
	smtps_base64_wrapped(&mail->ready, (smtps_str){octets, (size_t)left});
	return 0;
}

static ptrdiff_t read_lines(smtps_mail_source *mail, piece *now, smtps_error *error)
{
	enum { STEP = 16 * 1024 };
	uint64_t left = now->size - mail->done;
	size_t take = left < STEP ? (size_t)left : STEP;
	const char *octets = take_content(mail, now, take, error);

	if (!octets) {
		return -1;
	}
	smtps_lineend_push(&mail->lines, octets, take, &mail->ready);
	if (mail->done == now->size) {
		smtps_lineend_finish(&mail->lines, &mail->ready);
	}
	return mail->lines.octets > now->written ? changed(error), -1 : 0;
}

static ptrdiff_t read_octets(smtps_mail_source *mail, piece *now, char *out, size_t cap, smtps_error *error)
{
	uint64_t left = now->size - mail->done;
	size_t take = left < cap ? (size_t)left : cap;
	const char *octets;

	take = take < BLOCK ? take : BLOCK;
	octets = take_content(mail, now, take, error);
	if (!octets) {
		return -1;
	}
	/* Nothing may follow this piece: what is read last is not given before its end was checked. */
	if (mail->done == now->size && !check_end(mail, now, error)) {
		return -1;
	}
	memcpy(out, octets, take);
	return (ptrdiff_t)take;
}

/* From the piece at hand: octets given, 0 when only `ready` grew, -1. */
static ptrdiff_t read_piece(smtps_mail_source *mail, piece *now, char *out, size_t cap, smtps_error *error)
{
	switch (now->kind) {
		case PIECE_TEXT: return read_text(mail, now, out, cap);
		case PIECE_BASE64: return read_base64(mail, now, out, cap, error);
		case PIECE_LINES: return read_lines(mail, now, error);
		default: return read_octets(mail, now, out, cap, error);
	}
}

static size_t give_ready(smtps_mail_source *mail, char *out, size_t cap)
{
	size_t left = mail->ready.len - mail->ready_at, take = left < cap ? left : cap;

	if (take) {
		memcpy(out, mail->ready.data + mail->ready_at, take);
		mail->ready_at += take;
	}
	if (mail->ready_at == mail->ready.len) {
		smtps_buf_clear(&mail->ready);
		mail->ready_at = 0;
	}
	return take;
}

/* The piece is used up: is it what it was? Then the next one. */
static bool next_piece(smtps_mail_source *mail, piece *now, smtps_error *error)
{
	if (now->content && now->kind != PIECE_OCTETS && !check_end(mail, now, error)) {
		return false;
	}
	if (mail->given != now->written) {
		return changed(error);
	}
	mail->at++;
	return begin_piece(mail, error);
}

static ptrdiff_t mail_read(smtps_source *source, char *out, size_t cap, smtps_error *error)
{
	smtps_mail_source *mail = (smtps_mail_source *)source;
	size_t given = 0;

	while (given < cap && mail->at < mail->count) {
		piece *now = &mail->pieces[mail->at];
		ptrdiff_t got;

		if (mail->ready.failed) {
			smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
			return -1;
		}
		if (given && now->kind == PIECE_BASE64 && cap - given < SMTPS_BASE64_LINE) {
			break; /* a short answer rather than a read of one line */
		}
		if (mail->ready.len) {
			got = (ptrdiff_t)give_ready(mail, out + given, cap - given);
		} else if (mail->done == now->size && (mail->given == now->written || now->size)) {
			if (!next_piece(mail, now, error)) {
				return -1;
			}
			continue;
		} else {
			got = read_piece(mail, now, out + given, cap - given, error);
			if (got < 0) {
				return -1;
			}
		}
		mail->given += (uint64_t)got;
		given += (size_t)got;
	}
	return (ptrdiff_t)given;
}

static bool mail_rewind(smtps_source *source, smtps_error *error)
{
	smtps_mail_source *mail = (smtps_mail_source *)source;

	mail->at = 0;
	mail->ready_at = 0;
	smtps_buf_clear(&mail->ready);
	return begin_piece(mail, error);
}

/* --- the whole ------------------------------------------------------------------------------------------------- */

smtps_mail_source *smtps_mail_source_new(void)
{
	smtps_mail_source *mail = smtps_alloc(sizeof *mail);

	if (mail) {
		mail->source.read = mail_read;
		mail->source.rewind = mail_rewind;
	}
	return mail;
}

void smtps_mail_source_free(smtps_source *source)
{
	smtps_mail_source *mail = (smtps_mail_source *)source;

	if (!mail) {
		return;
	}
	for (size_t i = 0; i < mail->count; i++) {
		smtps_content_release(mail->pieces[i].content);
	}
	smtps_free(mail->pieces);
	smtps_buf_free(&mail->text);
	smtps_buf_free(&mail->ready);
	smtps_buf_free(&mail->block);
	EVP_MD_CTX_free(mail->digest);
	smtps_free(mail);
}

smtps_source *smtps_mail_source_of(smtps_mail_source *mail)
{
	return &mail->source;
}

smtps_buf *smtps_mail_source_text(smtps_mail_source *mail)
{
	return &mail->text;
}

bool smtps_mail_source_close(smtps_mail_source *mail, smtps_error *error)
{
	if (!flush_text(mail, error)) {
		return false;
	}
	mail->source.size = 0;
	for (size_t i = 0; i < mail->count; i++) {
		mail->source.size += mail->pieces[i].written;
	}
	return mail_rewind(&mail->source, error);
}

void smtps_mail_source_note(smtps_mail_source *mail)
{
	mail->digests = NOTING;
}

void smtps_mail_source_seal(smtps_mail_source *mail)
{
	mail->digests = SEALED;
}

bool smtps_mail_source_prepend(smtps_mail_source *mail, smtps_str text, smtps_error *error)
{
	size_t from = mail->text.len;

	smtps_buf_add_str(&mail->text, text);
	if (!flush_text(mail, error)) {
		return false;
	}
	if (mail->text.len > from) {
		piece added = mail->pieces[mail->count - 1];

		memmove(mail->pieces + 1, mail->pieces, (mail->count - 1) * sizeof *mail->pieces);
		mail->pieces[0] = added;
	}
	return smtps_mail_source_close(mail, error);
}

/* Base64 lines are commands only as a whole: a short last line of 4 or 8 letters. */
static bool may_be_command(const piece *now)
{
	uint64_t rest = now->size % SMTPS_BASE64_LINE_OCTETS;

	return now->kind == PIECE_BASE64 && (rest == 3 || rest == 6);
}

bool smtps_mail_source_has_command_lines(const smtps_mail_source *mail)
{
	smtps_command_scan scan = {0};
	bool found = false;

	smtps_command_scan_push(&scan, mail->text.data, mail->text.len);
	found = smtps_command_scan_finish(&scan);
	for (size_t i = 0; i < mail->count && !found; i++) {
		/* Attached messages are full of lines of any kind: not looked at, not trusted. */
		found = mail->pieces[i].kind == PIECE_LINES || may_be_command(&mail->pieces[i]);
	}
	return found;
}
