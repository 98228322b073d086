/*
 * The transcript; see transcript.h. When it is full its older half is dropped, so that a line costs one copy on the average.
 */
#include "transcript.h"

#include "base/text.h"
#include "classes.h"

static void drop_older_half(php_smtpsend_transcript *transcript)
{
	smtps_str text = smtps_buf_str(&transcript->text);
	size_t half = text.len / 2;
	size_t drop = half + smtps_str_find((smtps_str){text.data + half, text.len - half}, '\n') + 1;

	drop = drop < text.len ? drop : text.len;
	smtps_buf_consume(&transcript->text, drop);
	transcript->call = transcript->call > drop ? transcript->call - drop : 0;
}

void php_smtpsend_transcript_add(php_smtpsend_transcript *transcript, char direction, smtps_str line)
{
	const char head[3] = {direction, ':', ' '};
	bool is_cut = line.len > PHP_SMTPSEND_TRANSCRIPT_LINE;
	size_t len = is_cut ? PHP_SMTPSEND_TRANSCRIPT_LINE : line.len, start;

	if (transcript->text.failed) { /* no memory for it once: begin anew */
		smtps_buf_free(&transcript->text);
		transcript->text.failed = false;
		transcript->call = 0;
	}
	if (transcript->text.len + len > PHP_SMTPSEND_TRANSCRIPT_OCTETS) {
		drop_older_half(transcript);
	}
	smtps_buf_add(&transcript->text, head, sizeof head);
	start = transcript->text.len;
	smtps_buf_add(&transcript->text, line.data, len);
	for (size_t i = start; !transcript->text.failed && i < transcript->text.len; i++) {
		if (transcript->text.data[i] == '\n') {
			transcript->text.data[i] = ' ';
		}
	}
	smtps_buf_add_text(&transcript->text, is_cut ? "...\n" : "\n");
}

void php_smtpsend_transcript_mark(php_smtpsend_transcript *transcript)
{
	transcript->call = transcript->text.len;
}

void php_smtpsend_transcript_value(zval *out, const php_smtpsend_transcript *transcript, bool last_call)
{
	smtps_str rest = smtps_buf_str(&transcript->text);
	size_t from = last_call && transcript->call <= rest.len ? transcript->call : 0;

	array_init(out);
	rest = (smtps_str){rest.data + from, rest.len - from};
	while (rest.len) {
		smtps_str line = smtps_str_split(rest, '\n', &rest);
		smtps_buf printable = {0};
		zval one;

		smtps_text_one_line(&printable, line, PHP_SMTPSEND_TRANSCRIPT_LINE + 8);
		php_smtpsend_string(&one, smtps_buf_str(&printable));
		add_next_index_zval(out, &one);
		smtps_buf_free(&printable);
	}
}

void php_smtpsend_transcript_free(php_smtpsend_transcript *transcript)
{
	smtps_buf_free(&transcript->text);
	transcript->call = 0;
}
