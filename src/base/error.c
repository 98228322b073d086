/*
 * The one error value; see error.h.
 */
#include "error.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

static const char *const stage_names[SMTPS_STAGE_COUNT] = {
	[SMTPS_STAGE_OPTIONS] = "options",
	[SMTPS_STAGE_MESSAGE] = "message",
	[SMTPS_STAGE_RESOLVE] = "resolve",
	[SMTPS_STAGE_CONNECT] = "connect",
	[SMTPS_STAGE_GREETING] = "greeting",
	[SMTPS_STAGE_EHLO] = "ehlo",
	[SMTPS_STAGE_STARTTLS] = "starttls",
	[SMTPS_STAGE_TLS] = "tls",
	[SMTPS_STAGE_AUTH] = "auth",
	[SMTPS_STAGE_MAIL] = "mail",
	[SMTPS_STAGE_RCPT] = "rcpt",
	[SMTPS_STAGE_DATA] = "data",
	[SMTPS_STAGE_END] = "end",
	[SMTPS_STAGE_RSET] = "rset",
	[SMTPS_STAGE_QUIT] = "quit",
};

const char *smtps_stage_name(smtps_stage stage)
{
	return (unsigned)stage < SMTPS_STAGE_COUNT ? stage_names[stage] : "unknown";
}

static bool begin(smtps_error *error, smtps_stage stage, smtps_kind kind, smtps_cause cause)
{
	if (!error || error->kind != SMTPS_OK) {
		return false;
	}
	*error = (smtps_error){.stage = stage, .kind = kind, .cause = cause};
	if (kind == SMTPS_UNKNOWN_OUTCOME) {
		error->outcome = SMTPS_UNKNOWN;
	}
	error->temporary = kind == SMTPS_LOST || kind == SMTPS_TIMED_OUT || kind == SMTPS_LIMITED;
	return true;
}

bool smtps_fail(
	smtps_error *error, smtps_stage stage, smtps_kind kind, smtps_cause cause, const char *format, ...)
{
	va_list args;

	if (!begin(error, stage, kind, cause)) {
		return false;
	}
	va_start(args, format);
	vsnprintf(error->text, sizeof error->text, format, args);
	va_end(args);
	return false;
}

bool smtps_fail_reply(
	smtps_error *error, smtps_stage stage, smtps_kind kind, smtps_cause cause, const smtps_reply *reply)
{
	smtps_buf line = {0};

	if (!begin(error, stage, kind, cause)) {
		return false;
	}
	error->temporary = smtps_reply_is_transient(reply);
	smtps_text_one_line(&line, smtps_buf_str(&reply->text), 400);
	snprintf(error->text, sizeof error->text, "server said \"%d%s%s\"", reply->code, line.len ? " " : "",
		smtps_buf_cstr(&line));
	smtps_buf_free(&line);
	if (!smtps_reply_copy(&error->reply, reply)) {
		error->reply.code = reply->code;
	}
	return false;
}

bool smtps_fail_memory(smtps_error *error, smtps_stage stage)
{
	return smtps_fail(error, stage, SMTPS_NO_MEMORY, SMTPS_CAUSE_LOCAL, "out of memory");
}

void smtps_error_hint(smtps_error *error, const char *format, ...)
{
	va_list args;

	if (!error) {
		return;
	}
	va_start(args, format);
	vsnprintf(error->hint, sizeof error->hint, format, args);
	va_end(args);
}

bool smtps_error_is_set(const smtps_error *error)
{
	return error->kind != SMTPS_OK;
}

bool smtps_error_copy(smtps_error *to, const smtps_error *from)
{
	smtps_error copy = *from;

	copy.reply = (smtps_reply){0};
	if (!smtps_reply_copy(&copy.reply, &from->reply)) {
		copy.reply.code = from->reply.code;
	}
	smtps_error_move(to, &copy);
	return true;
}

void smtps_error_move(smtps_error *to, smtps_error *from)
{
	smtps_error_free(to);
	*to = *from;
	*from = (smtps_error){0};
}

void smtps_error_free(smtps_error *error)
{
	smtps_reply_free(&error->reply);
	memset(error, 0, sizeof *error);
}
