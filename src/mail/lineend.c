/*
 * Line ends; see lineend.h. Lines that end properly are copied in one run, found by memchr.
 */
#include "lineend.h"

#include <string.h>

static unsigned char or_of(const char *octets, size_t len)
{
	uint64_t words[4] = {0};
	unsigned char all = 0;
	size_t at = 0;

	for (; at + sizeof words <= len; at += sizeof words) {
		uint64_t block[4];

		memcpy(block, octets + at, sizeof block);
		for (size_t i = 0; i < 4; i++) {
			words[i] |= block[i];
		}
	}
	words[0] |= words[1] | words[2] | words[3];
	for (size_t i = 0; i < 8; i++) {
		all |= (unsigned char)(words[0] >> (8 * i));
	}
	for (; at < len; at++) {
		all |= (unsigned char)octets[at];
	}
	return all;
}

static void add(smtps_lineend *state, smtps_buf *out, const char *octets, size_t len)
{
	smtps_buf_add(out, octets, len);
	state->octets += len;
}

static void more_of_line(smtps_lineend *state, size_t len)
{
	state->line += len;
	if (state->line > state->longest_line) {
		state->longest_line = state->line;
	}
}

void smtps_lineend_push(smtps_lineend *state, const char *octets, size_t len, smtps_buf *out)
{
	const char *at = octets, *end = octets + len, *run, *lf = NULL;

	if (len == 0) {
		return;
	}
	state->high |= or_of(octets, len);
	if (state->cr && *at == '\n') {
		at++;
	}
	state->cr = false;
	run = at;
	while (at < end) {
		const char *stop, *cr;

		if (!lf || lf < at) { /* searched once for each LF, however many CRs come before it */
			lf = memchr(at, '\n', (size_t)(end - at));
			lf = lf ? lf : end;
		}
		cr = memchr(at, '\r', (size_t)(lf - at));
		stop = cr ? cr : lf;
		more_of_line(state, (size_t)(stop - at));
		if (stop == end) {
			break;
		}
		state->line = 0;
		if (cr && cr + 1 == lf && lf < end) {
			at = lf + 1; /* as it should be: the run goes on */
			continue;
		}
		add(state, out, run, (size_t)(stop - run));
		add(state, out, "\r\n", 2);
		state->cr = cr && cr + 1 == end;
		run = at = stop + 1;
	}
	if (run < end) {
		add(state, out, run, (size_t)(end - run));
	}
}

void smtps_lineend_finish(smtps_lineend *state, smtps_buf *out)
{
	if (state->line || state->octets == 0) {
		add(state, out, "\r\n", 2);
	}
	state->line = 0;
	state->cr = false;
}
