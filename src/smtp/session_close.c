/*
 * The end of a session: its error, and what it means for each transaction that was under way.
 *
 * Not delivered is what had not begun its end, and what MAIL, every RCPT or a 421 to one of them had refused; unknown is what had begun
 * its end and got no reply (docs/internals.md "The end has begun").
 */
#include <stdio.h>

#include "hints.h"
#include "session_steps.h"

void smtps_session_report(smtps_session *session, smtps_transaction *transaction)
{
	transaction->next = NULL;
	*session->done_end = transaction;
	session->done_end = &transaction->next;
}

/*
 * What a transaction without an error of its own failed of: the session's error, or, where that is the refusal of another's command, the
 * loss of the connection.
 */
void smtps_session_inherit(const smtps_session *session, smtps_transaction *transaction)
{
	const smtps_error *error = &session->error;
	bool of_another = (error->kind == SMTPS_REFUSED || error->kind == SMTPS_AUTH_FAILED) &&
		error->cause != SMTPS_CAUSE_RSET_REFUSED;
	smtps_stage stage = transaction->begun ? session->last_stage : SMTPS_STAGE_MAIL;

	if (smtps_error_is_set(&transaction->error)) {
		return;
	}
	if (of_another) {
		smtps_fail(&transaction->error, stage, SMTPS_LOST, SMTPS_CAUSE_CUT,
			"the connection was closed after another reply: %.400s", error->text);
	} else if (smtps_error_is_set(error)) {
		smtps_error_copy(&transaction->error, error);
	} else {
		smtps_fail(&transaction->error, stage, SMTPS_LOST, SMTPS_CAUSE_NONE, "the session was closed");
	}
}

static void become_unknown(const smtps_session *session, smtps_transaction *transaction)
{
	smtps_error error = {0};

	smtps_fail(&error, SMTPS_STAGE_END, SMTPS_UNKNOWN_OUTCOME, session->error.cause,
		"%.380s, when the end of the message was on its way: it may have been delivered",
		smtps_error_is_set(&session->error) ? session->error.text : "the session was closed");
	if (!smtps_reply_copy(&error.reply, &session->error.reply)) {
		error.reply.code = session->error.reply.code;
	}
	smtps_error_move(&transaction->error, &error);
}

static void settle(smtps_session *session, smtps_progress *progress)
{
	smtps_transaction *transaction = progress->transaction;
	bool nobody = progress->answered == transaction->recipient_count && progress->accepted == 0;
	bool refused = !progress->rset_refused && (progress->mail_refused || progress->closed_by_421 || nobody);

	if (refused && smtps_progress_envelope_error(session, progress)) {
		smtps_progress_conclude(session, progress, SMTPS_TX_REFUSED);
	} else if (transaction->end_begun) {
		become_unknown(session, transaction);
		smtps_progress_conclude(session, progress, SMTPS_TX_UNKNOWN);
	} else {
		if (progress->rset_refused) {
			smtps_error_free(&transaction->error);
		}
		smtps_session_inherit(session, transaction);
		smtps_progress_conclude(session, progress, SMTPS_TX_FAILED);
	}
}

static void settle_all(smtps_session *session)
{
	while (session->under_way_count) {
		settle(session, &session->under_way[session->first_under_way]);
	}
	while (session->queue) {
		smtps_transaction *transaction = session->queue;

		session->queue = transaction->next;
		transaction->state = SMTPS_TX_FAILED;
		smtps_session_inherit(session, transaction);
		smtps_session_report(session, transaction);
	}
	session->queue_end = &session->queue;
}

void smtps_session_close(smtps_session *session)
{
	if (session->state == SMTPS_STATE_CLOSED) {
		return;
	}
	session->last_stage = smtps_session_stage(session);
	session->state = SMTPS_STATE_CLOSED;
	if (smtps_error_is_set(&session->error)) {
		smtps_session_remark(session, '*', "closed: %s", session->error.text);
	}
	settle_all(session);
	smtps_buf_free(&session->out);
	smtps_login_free(&session->login);
	session->step_count = 0;
	session->tls_event = session->gate_event = session->ready_event = false;
	session->closed_event = true;
}

void smtps_session_fail(
	smtps_session *session, smtps_stage stage, smtps_kind kind, smtps_cause cause, const char *format, ...)
{
	char text[SMTPS_ERROR_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	smtps_fail(&session->error, stage, kind, cause, "%s", text);
	smtps_session_close(session);
}

void smtps_session_explain(const smtps_session *session, smtps_error *error, smtps_stage stage,
	smtps_kind kind, smtps_cause cause, const smtps_reply *reply)
{
	smtps_hint hint;

	if (smtps_error_is_set(error)) {
		return;
	}
	smtps_fail_reply(error, stage, kind, cause, reply);
	hint = smtps_hint_for(stage, reply, session->config.host);
	if (hint.sentence && *hint.sentence) {
		smtps_error_hint(error, "%s", hint.sentence);
	}
}

void smtps_session_fail_reply(
	smtps_session *session, smtps_stage stage, smtps_kind kind, smtps_cause cause, const smtps_reply *reply)
{
	smtps_session_explain(session, &session->error, stage, kind, cause, reply);
	smtps_session_close(session);
}

void smtps_session_fail_step(smtps_session *session, smtps_stage stage, const smtps_reply *reply)
{
	if (!smtps_error_is_set(&session->error)) {
		smtps_fail_reply(&session->error, stage, SMTPS_NOT_SMTP, SMTPS_CAUSE_NONE, reply);
		smtps_error_hint(&session->error,
			"This reply does not fit the command: the server, or something between, is out of step.");
	}
	smtps_session_close(session);
}

void smtps_session_drain(smtps_session *session)
{
	session->draining = true;
	session->sending = NULL;
}

void smtps_session_close_if_drained(smtps_session *session)
{
	const smtps_step *head = smtps_session_head(session);

	if (session->draining && (!head || head->ends_at > smtps_session_place(session))) {
		smtps_session_close(session);
	}
}
