/*
 * The receiving cursor: each reply goes to the oldest unanswered step (one command, one reply); what no step asked for ends the session.
 */
#include "base/text.h"
#include "session_steps.h"

/* A message may be refused before its end (case 91); a command only once it was handed on. */
static bool expects_reply(smtps_session *session)
{
	const smtps_step *step = smtps_session_head(session);

	if (!step) {
		return false;
	}
	if (step->kind == SMTPS_STEP_BODY) {
		return true;
	}
	if (step->kind == SMTPS_STEP_BDAT) {
		return step->progress->message_at <= session->handed;
	}
	return step->ends_at <= session->handed;
}

static void on_unasked(smtps_session *session)
{
	if (session->state == SMTPS_STATE_WANT_TLS) {
		/* Cases 33, 34 and 36: never discarded, never read. */
		smtps_session_fail(session, SMTPS_STAGE_STARTTLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_INJECTION,
			"bytes came behind the reply to STARTTLS: somebody may be tampering with the connection");
		return;
	}
	smtps_session_fail(session, smtps_session_stage(session), SMTPS_NOT_SMTP, SMTPS_CAUSE_SURPLUS,
		"the server sent something that no command asked for");
}

static void on_bad(smtps_session *session)
{
	smtps_buf sample = {0}, line = {0};

	smtps_buf_add(&sample, session->parser.sample, session->parser.sample_len);
	smtps_session_mask(session, &sample);
	smtps_text_one_line(&line, smtps_buf_str(&sample), SMTPS_REPLY_SAMPLE);
	smtps_session_fail(session, smtps_session_stage(session), SMTPS_NOT_SMTP, SMTPS_CAUSE_NONE,
		"the server sent %s (\"%s\")", session->parser.why, smtps_buf_cstr(&line));
	smtps_buf_free(&sample);
	smtps_buf_free(&line);
}

static void dispatch(smtps_session *session, const smtps_step *step, const smtps_reply *reply)
{
	switch (step->kind) {
		case SMTPS_STEP_GREETING: smtps_session_on_greeting(session, reply); break;
		case SMTPS_STEP_EHLO:
		case SMTPS_STEP_HELO: smtps_session_on_hello(session, step->kind, reply); break;
		case SMTPS_STEP_STARTTLS: smtps_session_on_starttls(session, reply); break;
		case SMTPS_STEP_AUTH:
		case SMTPS_STEP_ANSWER:
		case SMTPS_STEP_CANCEL: smtps_session_on_auth(session, step->kind, reply); break;
		case SMTPS_STEP_NOOP:
			if (reply->code >= 400) {
				smtps_session_fail_reply(session, SMTPS_STAGE_RSET, SMTPS_REFUSED, SMTPS_CAUSE_NONE, reply);
			} else if (reply->code != 250) {
				smtps_session_fail_step(session, SMTPS_STAGE_RSET, reply);
			}
			break;
		default: smtps_progress_on_reply(session, step, reply); break;
	}
}

static void take_reply(smtps_session *session, smtps_reply *reply)
{
	smtps_step step = *smtps_session_head(session);
	smtps_stage stage = smtps_session_stage(session);
	bool challenge = session->state == SMTPS_STATE_AUTH && reply->code == 334;

	session->last_stage = stage;
	session->replies++;
	session->first_step = (session->first_step + 1) % SMTPS_STEPS_MAX;
	session->step_count--;
	if (step.ends_at != SMTPS_PLACE_UNKNOWN) {
		session->answered_to = step.ends_at;
	}
	smtps_session_note_reply(session, reply);
	if (!challenge) {
		smtps_session_mask(session, &reply->text);
	}
	dispatch(session, &step, reply);
	if (reply->code == 421 && session->state != SMTPS_STATE_CLOSED) {
		smtps_session_fail_reply(session, stage, SMTPS_REFUSED, SMTPS_CAUSE_NONE, reply);
	}
	smtps_session_close_if_drained(session);
}

void smtps_session_input(smtps_session *session, const char *bytes, size_t len)
{
	size_t used = 0;

	if (session->config.security == SMTPS_SECURE_IMPLICIT && !session->encrypted && len &&
		session->state != SMTPS_STATE_CLOSED) {
		on_unasked(session); /* nothing is read before TLS */
	}
	while (len && session->state != SMTPS_STATE_CLOSED) {
		if (!expects_reply(session)) {
			on_unasked(session);
			return;
		}
		switch (smtps_reply_parser_feed(&session->parser, bytes, len, &used)) {
			case SMTPS_PARSE_MORE: return;
			case SMTPS_PARSE_BAD:
				/* What answers there instead, such as a web server: before we said anything it can repeat no secret. */
				if (session->replies == 0) {
					smtps_reply_parser_show(&session->parser, bytes + used, len - used);
				}
				on_bad(session);
				return;
			case SMTPS_PARSE_NO_MEMORY:
				smtps_fail_memory(&session->error, smtps_session_stage(session));
				smtps_session_close(session);
				return;
			case SMTPS_PARSE_DONE: break;
		}
		take_reply(session, &session->parser.reply);
		smtps_reply_parser_reset(&session->parser);
		bytes += used;
		len -= used;
	}
}

void smtps_session_cut(smtps_session *session, smtps_cause cause, const char *text)
{
	if (session->state != SMTPS_STATE_CLOSED) {
		smtps_session_fail(session, smtps_session_stage(session), SMTPS_LOST, cause, "%s",
			text && *text ? text : "the connection was lost");
	}
}

void smtps_session_timeout(smtps_session *session, double seconds)
{
	if (session->state != SMTPS_STATE_CLOSED) {
		smtps_session_fail(session, smtps_session_stage(session), SMTPS_TIMED_OUT, SMTPS_CAUSE_TIMEOUT,
			"no answer within %.3g s", seconds);
	}
}
