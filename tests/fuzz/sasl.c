/*
 * Whatever a server says in a SASL exchange, in each mechanism: the rules hold.
 *
 * Input: an octet for the mechanism, one for what TLS can bind to and what was offered, then the decoded challenges, one a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smtp/sasl_internal.h"

#define NONCE "fyko+d2lbbFgONRv9qkxdawL"
#define PASSWORD "correct horse"

static void must(bool holds, const char *rule)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", rule);
		abort();
	}
}

/* Six digits of iterations are slow and taught nothing: the bounds have unit tests. */
static bool is_slow(smtps_str line)
{
	for (size_t at = 0; at + 8 <= line.len; at++) {
		size_t digits = 0;

		while (line.data[at] == '=' && at + 1 + digits < line.len &&
			smtps_is_digit(line.data[at + 1 + digits])) {
			digits++;
		}
		if (digits >= 6) {
			return true;
		}
	}
	return false;
}

static void check_answer(const smtps_sasl *sasl, smtps_str out)
{
	bool shows = sasl->mechanism == SMTPS_PLAIN || sasl->mechanism == SMTPS_LOGIN;

	must(shows || !smtps_str_contains_nocase(out, SMTPS_STR(PASSWORD)), "no password but in PLAIN and LOGIN");
	for (const char *at = smtps_sasl_oauth_status(sasl); *at; at++) {
		must(*at > 0x20 && *at < 0x7f, "the status is printable");
	}
}

static void converse(smtps_sasl *sasl, smtps_str rest)
{
	smtps_error error = {0};
	bool going = true;
	unsigned rounds = 0;

	while (going && rest.data) {
		smtps_buf out = {.secret = true};
		smtps_str line = smtps_str_split(rest, '\n', &rest);

		if (is_slow(line)) {
			break;
		}
		going = smtps_sasl_answer(sasl, line, &out, &error);
		must(going != smtps_error_is_set(&error), "an error where there is no answer, and only there");
		must(++rounds <= SMTPS_SASL_ROUNDS || !going, "challenges end");
		check_answer(sasl, smtps_buf_str(&out));
		smtps_buf_free(&out);
	}
	if (smtps_sasl_finish(sasl, &error) && sasl->verbs == &smtps_sasl_scram) {
		must(sasl->scram.state == SMTPS_SCRAM_VERIFIED, "content only with the server's signature");
	}
	smtps_error_free(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	smtps_credentials credentials = {.username = SMTPS_STR("u=s,er"),
		.password = SMTPS_STR(PASSWORD),
		.token = SMTPS_STR("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="),
		.certificate = true,
		.host = SMTPS_STR("smtp.example.com"),
		.port = 587};
	smtps_channel_binding binding = {.end_point = SMTPS_STR("certificate")};
	smtps_error error = {0};
	smtps_sasl *sasl;

	if (size < 2) {
		return 0;
	}
	if (data[1] & 1) {
		binding.exporter = SMTPS_STR("exporter");
	}
	sasl = smtps_sasl_start(
		(smtps_mechanism)(data[0] % SMTPS_MECHANISM_COUNT), &credentials, &binding, data[1] >> 1, &error);
	must(sasl != NULL, "it begins");
	if (sasl->verbs == &smtps_sasl_scram) {
		smtps_buf_clear(&sasl->scram.nonce);
		smtps_buf_add_text(&sasl->scram.nonce, NONCE);
	}
	converse(sasl, (smtps_str){(const char *)data + 2, size - 2});
	smtps_sasl_free(sasl);
	smtps_error_free(&error);
	return 0;
}
