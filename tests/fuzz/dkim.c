/*
 * DKIM's canonicalisation of any body in any chunks against the rule written plainly, of any header, and lists of names.
 *
 * Input: an octet for the chunks' size, then the text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "mail/dkim_internal.h"

static void must(bool holds, const char *rule)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", rule);
		abort();
	}
}

/* RFC 6376 3.4.4 word by word. */
static smtps_buf plainly(smtps_str text)
{
	smtps_buf out = {0};

	while (text.data && text.len) {
		smtps_str line = smtps_str_split(text, '\n', &text);
		size_t start = out.len;

		for (size_t i = 0; i < line.len; i++) {
			if (line.data[i] == ' ' || line.data[i] == '\t') {
				if (out.len == start || out.data[out.len - 1] != ' ') {
					smtps_buf_add_char(&out, ' ');
				}
			} else if (line.data[i] != '\r') {
				smtps_buf_add_char(&out, line.data[i]);
			}
		}
		while (out.len > start && out.data[out.len - 1] == ' ') {
			out.len--;
		}
		smtps_buf_add_text(&out, "\r\n");
	}
	while (out.len >= 2 && (out.len == 2 || out.data[out.len - 3] == '\n') && out.data[out.len - 1] == '\n') {
		out.len -= 2;
	}
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	smtps_str text = {(const char *)data + 1, size - 1};
	smtps_dkim_body body = {0};
	unsigned char digest[32], expected[32];
	smtps_buf canonical, names = {0}, fields = {0};
	smtps_dkim *dkim;
	smtps_error error = {0};

	if (size < 1) {
		return 0;
	}
	must(smtps_dkim_body_start(&body), "it starts");
	for (size_t at = 0; at < text.len; at += data[0] + 1u) {
		smtps_dkim_body_push(
			&body, text.data + at, text.len - at < data[0] + 1u ? text.len - at : data[0] + 1u);
	}
	must(smtps_dkim_body_finish(&body, digest), "it ends");
	smtps_dkim_body_free(&body);
	canonical = plainly(text);
	must(smtps_digest_of(SMTPS_SHA256, smtps_buf_str(&canonical), expected), "a digest");
	must(memcmp(digest, expected, 32) == 0, "the canonical body");
	dkim = smtps_dkim_new();
	if (smtps_dkim_set_headers(dkim, (smtps_str){text.data, text.len < 200 ? text.len : 200}, &error)) {
		must(
			smtps_str_contains_nocase(smtps_buf_str(&dkim->names), SMTPS_STR("from")) || dkim->names.len == 0,
			"From is named");
	}
	must(smtps_header_length(text) <= text.len, "the header is a part");
	must(smtps_dkim_select(dkim, (smtps_str){text.data, smtps_header_length(text)}, false, &names, &fields),
		"fields are chosen");
	for (size_t i = 0; i < names.len; i++) {
		must(names.data[i] > ' ' && names.data[i] != ';', "names cannot end the tag");
	}
	smtps_dkim_free(dkim);
	smtps_buf_free(&canonical);
	smtps_buf_free(&names);
	smtps_buf_free(&fields);
	smtps_error_free(&error);
	return 0;
}
