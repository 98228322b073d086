/*
 * The transcript, and secrets kept out of it and of replies.
 *
 * What the client says between AUTH and its final reply is never shown. A server may echo it: every form of the secrets that was sent or can be
 * computed is replaced in replies before anybody sees them.
 */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "session_steps.h"

static const smtps_str mask = {"***", 3};

static void say(smtps_session *session, char direction, smtps_str line)
{
	if (session->config.transcript) {
		session->config.transcript(session->config.transcript_context, direction, line);
	}
}

void smtps_session_note_command(smtps_session *session, smtps_step_kind kind, smtps_str line)
{
	smtps_buf shown = {0};
	smtps_str rest, mechanism;

	if (kind == SMTPS_STEP_ANSWER || kind == SMTPS_STEP_CANCEL) {
		say(session, 'C', mask);
	} else if (kind == SMTPS_STEP_AUTH) {
		smtps_str_split(line, ' ', &rest);
		mechanism = smtps_str_split(rest, ' ', &rest);
		smtps_buf_printf(&shown, "AUTH %.*s%s", (int)mechanism.len, mechanism.data, rest.data ? " ***" : "");
		say(session, 'C', smtps_buf_str(&shown));
		smtps_buf_free(&shown);
	} else {
		say(session, 'C', line);
	}
}

void smtps_session_note_reply(smtps_session *session, const smtps_reply *reply)
{
	smtps_buf text = {0}, shown = {0};
	smtps_str rest;

	if (!session->config.transcript) {
		return;
	}
	smtps_buf_add_str(&text, smtps_buf_str(&reply->text));
	smtps_session_mask(session, &text);
	rest = smtps_buf_str(&text);
	do {
		smtps_str line = smtps_str_split(rest, '\n', &rest);

		smtps_buf_clear(&shown);
		smtps_buf_add_number(&shown, (uint64_t)reply->code, 1);
		smtps_buf_add_text(&shown, rest.data ? "-" : line.len ? " " : "");
		smtps_buf_add_str(&shown, line);
		say(session, 'S', smtps_buf_str(&shown));
	} while (rest.data);
	smtps_buf_free(&text);
	smtps_buf_free(&shown);
}

void smtps_session_remark(smtps_session *session, char direction, const char *format, ...)
{
	char text[SMTPS_ERROR_TEXT + 16];
	va_list args;

	if (!session->config.transcript) {
		return;
	}
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	say(session, direction, smtps_str_of(text));
}

void smtps_session_hide(smtps_session *session, smtps_str secret)
{
	if (secret.len < SMTPS_NEEDLE_MIN || session->needle_count == SMTPS_NEEDLES_MAX) {
		return;
	}
	smtps_buf_add_str(&session->needles, secret);
	if (!session->needles.failed) {
		session->needle_lengths[session->needle_count++] = secret.len;
	}
}

/* The first `needle` in `text`; NULL where there is none. */
static const char *find(smtps_str text, smtps_str needle)
{
	while (text.len >= needle.len) {
		size_t at = smtps_str_find((smtps_str){text.data, text.len - needle.len + 1}, needle.data[0]);

		if (at > text.len - needle.len) {
			break;
		}
		text.data += at;
		text.len -= at;
		if (memcmp(text.data, needle.data, needle.len) == 0) {
			return text.data;
		}
		text.data++;
		text.len--;
	}
	return NULL;
}

/* Replaces each `needle` in `text`; without memory nothing of the text remains. */
static void replace(smtps_buf *text, smtps_str needle)
{
	smtps_buf masked = {0};
	smtps_str rest = smtps_buf_str(text);
	const char *found;

	while ((found = find(rest, needle)) != NULL) {
		smtps_buf_add(&masked, rest.data, (size_t)(found - rest.data));
		smtps_buf_add_str(&masked, mask);
		rest.len -= (size_t)(found - rest.data) + needle.len;
		rest.data = found + needle.len;
	}
	if (masked.len || masked.failed) {
		smtps_buf_add_str(&masked, rest);
		smtps_cleanse(text->data, text->cap);
		smtps_buf_free(text);
		if (masked.failed) {
			smtps_buf_free(&masked);
			return;
		}
		*text = masked;
	}
}

void smtps_session_mask(const smtps_session *session, smtps_buf *text)
{
	const char *at = session->needles.data;

	for (size_t i = 0; i < session->needle_count; i++) {
		replace(text, (smtps_str){at, session->needle_lengths[i]});
		at += session->needle_lengths[i];
	}
}
