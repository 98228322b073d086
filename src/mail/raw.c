/*
 * A finished message passes through; see raw.h.
 *
 *     octets --> line ends --+--> header block, held until its empty line --> fields in and out --> out
 *                            +--> body ------------------------------------------------------------> out
 *
 * The body is appended to `out` as it comes and looked at there: long lines, 8-bit, lines like commands, DKIM's digest.
 */
#include "raw.h"

#include <string.h>

#include "base/memory.h"
#include "fault.h"
#include "raw_internal.h"

smtps_raw *smtps_raw_new(const smtps_raw_options *options)
{
	smtps_raw *raw = smtps_alloc(sizeof *raw);

	if (raw) {
		raw->options = *options;
		raw->options.compose.dkim = options->compose.dkim;
	}
	return raw;
}

void smtps_raw_free(smtps_raw *raw)
{
	if (!raw) {
		return;
	}
	smtps_buf_free(&raw->held);
	smtps_buf_free(&raw->header);
	smtps_buf_free(&raw->message_id);
	smtps_buf_free(&raw->from);
	smtps_buf_free(&raw->sender);
	smtps_dkim_body_free(&raw->body);
	EVP_MD_CTX_free(raw->octets);
	smtps_free(raw);
}

static bool check_lines(smtps_raw *raw, smtps_error *error)
{
	if (raw->options.pass_long_lines || raw->lines.longest_line <= SMTPS_LINE_MAX) {
		return true;
	}
	return smtps_bad_message(error,
		"it has a line of more than 998 octets; encode that part as quoted-printable or base64, or set "
		"long_lines=pass");
}

/* What was appended to `out` from `from` on is the mail as it leaves. */
static void look_at_output(smtps_raw *raw, const smtps_buf *out, size_t from, bool is_body)
{
	if (out->failed || out->len == from) {
		return;
	}
	smtps_command_scan_push(&raw->commands, out->data + from, out->len - from);
	if (is_body && raw->body.digest) {
		smtps_dkim_body_push(&raw->body, out->data + from, out->len - from);
	}
	if (raw->octets && EVP_DigestUpdate(raw->octets, out->data + from, out->len - from) != 1) {
		raw->body.failed = true;
	}
	raw->size += out->len - from;
}

/* Where something signs: the body's digest, and that of the octets. */
static bool start_digests(smtps_raw *raw)
{
	raw->octets = EVP_MD_CTX_new();
	return raw->octets && EVP_DigestInit_ex(raw->octets, EVP_sha256(), NULL) == 1 &&
		smtps_dkim_body_start(&raw->body);
}

/* Where the header block in `held` ends: behind its last line; false while no empty line was seen. Goes on where it stopped. */
static bool find_header_end(smtps_raw *raw)
{
	const char *data = raw->held.data;

	while (raw->scanned < raw->held.len) {
		size_t left = raw->held.len - raw->scanned;
		const char *lf;

		if (left >= 2 && data[raw->scanned] == '\r' && data[raw->scanned + 1] == '\n') {
			return true;
		}
		lf = memchr(data + raw->scanned, '\n', left);
		if (!lf) {
			return false;
		}
		raw->scanned = (size_t)(lf - data) + 1;
	}
	return false;
}

/* The block is whole (`held` up to `scanned`): fields in and out; then the empty line (if there is one) and what follows it is
 * body. */
static bool end_header(smtps_raw *raw, smtps_buf *out, smtps_error *error)
{
	size_t from = out->len;
	smtps_str rest = {smtps_buf_str(&raw->held).data + raw->scanned, raw->held.len - raw->scanned};

	if (!smtps_raw_rewrite_header(raw, error)) {
		return false;
	}
	raw->is_utf8 = !smtps_is_ascii(smtps_buf_str(&raw->header));
	if (smtps_dkim_signs_for(raw->options.compose.dkim, smtps_domain_of(smtps_buf_str(&raw->from))) &&
		!start_digests(raw)) {
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	smtps_buf_add_str(out, smtps_buf_str(&raw->header));
	smtps_buf_add(out, rest.data, rest.len ? 2 : 0);
	look_at_output(raw, out, from, false);
	from = out->len;
	if (rest.len > 2) {
		smtps_buf_add(out, rest.data + 2, rest.len - 2);
		raw->body_high = smtps_is_ascii(rest) ? 0 : 0x80;
	}
	look_at_output(raw, out, from, true);
	smtps_buf_free(&raw->held);
	raw->in_body = true;
	return true;
}

static bool no_room(const smtps_raw *raw, const smtps_buf *out)
{
	return out->failed || raw->held.failed || raw->header.failed || raw->from.failed || raw->sender.failed ||
		raw->message_id.failed;
}

static bool push_header(smtps_raw *raw, const char *octets, size_t len, smtps_buf *out, smtps_error *error)
{
	smtps_lineend_push(&raw->lines, octets, len, &raw->held);
	if (!raw->held.failed && find_header_end(raw)) {
		return end_header(raw, out, error);
	}
	return raw->held.len <= SMTPS_RAW_HEADER_MAX ||
		smtps_bad_message(
			error, "its header block is larger than 1 MiB; is the empty line behind it missing?");
}

bool smtps_raw_push(smtps_raw *raw, const char *octets, size_t len, smtps_buf *out, smtps_error *error)
{
	enum { HEADER_STEP = 4096 };
	size_t from;

	/* The header in small steps, so that little of the body is held with it. */
	while (!raw->in_body && len) {
		size_t step = len < HEADER_STEP ? len : HEADER_STEP;

		if (!push_header(raw, octets, step, out, error)) {
			return false;
		}
		octets += step;
		len -= step;
	}
	from = out->len;
	if (len) {
		raw->lines.high = 0;
		smtps_lineend_push(&raw->lines, octets, len, out);
		raw->body_high |= raw->lines.high;
		look_at_output(raw, out, from, true);
	}
	if (no_room(raw, out)) {
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	return check_lines(raw, error);
}

bool smtps_raw_finish(smtps_raw *raw, smtps_buf *out, smtps_error *error)
{
	size_t from;

	if (!raw->in_body) { /* no empty line: all of it is header */
		if (raw->lines.line) {
			smtps_lineend_finish(&raw->lines, &raw->held);
		}
		if (raw->held.failed) {
			return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
		}
		raw->scanned = raw->held.len;
		if (!end_header(raw, out, error)) {
			return false;
		}
	}
	from = out->len;
	smtps_lineend_finish(&raw->lines, out);
	if (raw->size == 0 && out->len == from) { /* nothing is left of it: a mail has a line at least */
		smtps_buf_add_text(out, "\r\n");
	}
	look_at_output(raw, out, from, true);
	smtps_command_scan_finish(&raw->commands);
	if (raw->body.digest &&
		(!smtps_dkim_body_finish(&raw->body, raw->body_digest) ||
			EVP_DigestFinal_ex(raw->octets, raw->octets_digest, NULL) != 1)) {
		return smtps_bad_message(error, "the digest for DKIM failed");
	}
	if (no_room(raw, out)) {
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	return check_lines(raw, error);
}

void smtps_raw_get_facts(const smtps_raw *raw, smtps_raw_facts *facts)
{
	*facts = (smtps_raw_facts){
		.size = raw->size,
		.longest_line = raw->lines.longest_line,
		.is_8bit = raw->body_high >= 0x80,
		.is_utf8 = raw->is_utf8,
		.command_lines = raw->commands.found,
		.message_id = smtps_buf_str(&raw->message_id),
		.from = smtps_buf_str(&raw->from),
		.sender = smtps_buf_str(&raw->sender),
	};
}

/* What stands on top of the mail: signatures. */
static bool add_top(smtps_raw *raw, smtps_buf *top, smtps_error *error)
{
	smtps_dkim_task task = {.header = smtps_buf_str(&raw->header),
		.body_digest = raw->body_digest,
		.from_domain = smtps_domain_of(smtps_buf_str(&raw->from)),
		.time = raw->options.compose.now,
		.skip_ids = raw->options.compose.server_rewrites_ids};

	return !raw->body.digest || smtps_dkim_signatures(raw->options.compose.dkim, &task, top, error);
}

bool smtps_raw_compose(smtps_raw *raw, smtps_content *content, smtps_composed *out, smtps_error *error)
{
	smtps_mail_source *mail = content ? smtps_mail_source_new() : NULL;
	uint64_t size = 0;
	bool fine = mail || smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);

	if (fine) {
		out->source = smtps_mail_source_of(mail);
		fine = smtps_content_size(content, &size, error) &&
			(size == raw->size ||
				smtps_bad_message(error, "what was kept of the message has another size")) &&
			add_top(raw, smtps_mail_source_text(mail), error) &&
			smtps_mail_source_add_octets(mail, content, raw->octets ? raw->octets_digest : NULL, error) &&
			smtps_mail_source_close(mail, error);
	}
	smtps_content_release(content);
	if (!fine) {
		return false;
	}
	smtps_buf_add_str(&out->message_id, smtps_buf_str(&raw->message_id));
	smtps_buf_add_str(&out->from, smtps_buf_str(&raw->from));
	out->is_8bit = raw->body_high >= 0x80;
	out->is_utf8 = out->is_utf8 || raw->is_utf8;
	out->command_lines = raw->commands.found;
	return !(out->message_id.failed || out->from.failed) || smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
}
