/*
 * The body's digest: relaxed canonicalisation (RFC 6376 3.4.4) over chunks of any size.
 *
 * White space within lines becomes one SP, at their ends none; empty lines at the end of the body do not count, so they are
 * owed until something follows; an empty body is nothing at all.
 */
#include "dkim_internal.h"

#include <string.h>

static void flush(smtps_dkim_body *body)
{
	if (body->staged && EVP_DigestUpdate(body->digest, body->stage, body->staged) != 1) {
		body->failed = true;
	}
	body->staged = 0;
}

static void emit(smtps_dkim_body *body, const char *octets, size_t len)
{
	if (body->staged + len > sizeof body->stage) {
		flush(body);
	}
	if (len > sizeof body->stage) {
		body->failed = EVP_DigestUpdate(body->digest, octets, len) != 1 || body->failed;
		return;
	}
	memcpy(body->stage + body->staged, octets, len);
	body->staged += len;
}

bool smtps_dkim_body_start(smtps_dkim_body *body)
{
	EVP_MD_CTX *digest = body->digest ? body->digest : EVP_MD_CTX_new();

	memset(body, 0, offsetof(smtps_dkim_body, stage));
	body->digest = digest;
	return digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1;
}

/* Octets up to the next SP, HTAB or CR (or LF). */
static size_t run_length(const char *octets, size_t len)
{
	static const bool ends_run[256] = {[' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true};
	size_t at = 0;

	while (at < len && !ends_run[(unsigned char)octets[at]]) {
		at++;
	}
	return at;
}

static void end_line(smtps_dkim_body *body)
{
	if (body->line_begun) {
		emit(body, "\r\n", 2);
	} else {
		body->empty_lines++;
	}
	body->space = body->line_begun = false;
}

static void begin_run(smtps_dkim_body *body)
{
	for (; body->empty_lines; body->empty_lines--) {
		emit(body, "\r\n", 2);
	}
	if (body->space) {
		emit(body, " ", 1);
	}
	body->space = false;
	body->line_begun = true;
}

void smtps_dkim_body_push(smtps_dkim_body *body, const char *octets, size_t len)
{
	const char *end = octets + len;

	while (octets < end) {
		size_t run = run_length(octets, (size_t)(end - octets));

		if (run) {
			begin_run(body);
			emit(body, octets, run);
			octets += run;
			continue;
		}
		if (*octets == '\n') {
			end_line(body);
		} else if (*octets != '\r') {
			body->space = true;
		}
		octets++;
	}
}

bool smtps_dkim_body_finish(smtps_dkim_body *body, unsigned char *digest)
{
	if (body->line_begun) {
		end_line(body);
	}
	flush(body);
	return !body->failed && EVP_DigestFinal_ex(body->digest, digest, NULL) == 1;
}

void smtps_dkim_body_free(smtps_dkim_body *body)
{
	EVP_MD_CTX_free(body->digest);
	body->digest = NULL;
}
