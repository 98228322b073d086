/*
 * Any octets as a raw message, in chunks that the input chooses: proper line ends, no Bcc in the header, the same as in one chunk, and
 * a second passage changes nothing.
 *
 * Input: an octet for the chunks' size, one for the options, then the message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/raw.h"

static void must(bool holds, const char *rule)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", rule);
		abort();
	}
}

static bool pass(smtps_str text, size_t step, const smtps_raw_options *options, smtps_buf *out)
{
	smtps_raw *raw = smtps_raw_new(options);
	smtps_raw_facts facts;
	smtps_error error = {0};
	bool fine = true;

	for (size_t at = 0; at < text.len && fine; at += step) {
		fine = smtps_raw_push(raw, text.data + at, text.len - at < step ? text.len - at : step, out, &error);
	}
	fine = fine && smtps_raw_finish(raw, out, &error);
	smtps_raw_get_facts(raw, &facts);
	must(!fine || facts.size == out->len, "the size is exact");
	must(fine || error.text[0], "a sentence says why");
	smtps_error_free(&error);
	smtps_raw_free(raw);
	return fine;
}

static void check(smtps_str mail)
{
	bool header = true, start = true;

	must(mail.len >= 2 && mail.data[mail.len - 1] == '\n', "it ends in CRLF");
	for (size_t i = 0; i < mail.len; i++) {
		must(mail.data[i] != '\n' || (i && mail.data[i - 1] == '\r'), "no bare LF");
		must(mail.data[i] != '\r' || mail.data[i + 1] == '\n', "no bare CR");
		header = header && !(start && mail.data[i] == '\r');
		must(!(header && start &&
				 smtps_str_starts_nocase((smtps_str){mail.data + i, mail.len - i}, SMTPS_STR("bcc:"))),
			"no Bcc");
		start = mail.data[i] == '\n';
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	smtps_raw_options options = {.pass_long_lines = true, .compose = {.now = 1795505653}};
	smtps_str text = {(const char *)data + 2, size - 2};
	smtps_buf whole = {0}, parts = {0}, again = {0};
	bool fine;

	if (size < 2) {
		return 0;
	}
	if (data[1] & 1) {
		options.compose.from = SMTPS_STR("a@b.example");
		options.compose.force_from = SMTPS_FORCE_ALWAYS;
	}
	fine = pass(text, size, &options, &whole);
	must(pass(text, data[0] + 1u, &options, &parts) == fine, "chunks do not matter");
	if (fine) {
		must(smtps_str_equal(smtps_buf_str(&whole), smtps_buf_str(&parts)), "chunks do not matter");
		check(smtps_buf_str(&whole));
		options.compose.force_from = SMTPS_FORCE_NEVER;
		must(pass(smtps_buf_str(&whole), 1000, &options, &again), "what came out passes");
		must(smtps_str_equal(smtps_buf_str(&whole), smtps_buf_str(&again)), "and stays");
	}
	smtps_buf_free(&whole);
	smtps_buf_free(&parts);
	smtps_buf_free(&again);
	return 0;
}
