/*
 * What the replies of a transaction mean (RFC 5321 3.3, RFC 2920, RFC 3030).
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "hints.h"
#include "session_steps.h"

bool smtps_progress_is_wanted(const smtps_progress *progress)
{
	return progress->mail_accepted && progress->accepted > 0 &&
		!(progress->transaction->require_all && progress->refused > 0);
}

/* The first of the recipients that were refused for good reason, or the first at all. */
static const smtps_recipient *first_refused(const smtps_transaction *transaction)
{
	for (size_t i = 0; i < transaction->recipient_count; i++) {
		if (transaction->recipients[i].verdict == SMTPS_RCPT_REFUSED) {
			return &transaction->recipients[i];
		}
	}
	return NULL;
}

bool smtps_progress_envelope_error(smtps_session *session, smtps_progress *progress)
{
	smtps_transaction *transaction = progress->transaction;
	const smtps_recipient *refused = first_refused(transaction);
	bool none = progress->answered == transaction->recipient_count && progress->accepted == 0;

	if (progress->mail_refused || progress->closed_by_421) {
		return true; /* filled in when that reply came */
	}
	if (!refused || !(none || transaction->require_all)) {
		return false;
	}
	smtps_session_explain(session, &transaction->error, SMTPS_STAGE_RCPT, SMTPS_NO_RECIPIENT,
		SMTPS_CAUSE_NONE, &refused->reply);
	return true;
}

void smtps_progress_conclude(smtps_session *session, smtps_progress *progress, smtps_transaction_state state)
{
	smtps_transaction *transaction = progress->transaction;

	transaction->state = state;
	if (state == SMTPS_TX_ACCEPTED) {
		smtps_error_free(&transaction->error);
	}
	session->unclean = state != SMTPS_TX_ACCEPTED;
	if (session->sending == progress) {
		session->sending = NULL;
	}
	session->first_under_way = (session->first_under_way + 1) % SMTPS_OUTSTANDING_MAX;
	session->under_way_count--;
	smtps_session_report(session, transaction);
}

/* Behind a RSET that was not answered 250 a refusal says nothing of this mail. */
static void conclude_refused(smtps_session *session, smtps_progress *progress)
{
	if (progress->rset_refused) {
		smtps_error_copy(&progress->transaction->error, &session->error);
		smtps_progress_conclude(session, progress, SMTPS_TX_FAILED);
		return;
	}
	smtps_progress_envelope_error(session, progress);
	smtps_progress_conclude(session, progress, SMTPS_TX_REFUSED);
}

/* After a reply to the envelope: may there still be a message? */
static void decide(smtps_session *session, smtps_progress *progress)
{
	const smtps_transaction *transaction = progress->transaction;
	bool complete = progress->answered == transaction->recipient_count;

	if (progress->phase <= SMTPS_PHASE_MESSAGE &&
		(progress->mail_refused || (complete && !smtps_progress_is_wanted(progress)))) {
		progress->phase = SMTPS_PHASE_OVER;
	}
	if (progress->phase == SMTPS_PHASE_OVER && progress->pending == 0) {
		conclude_refused(session, progress);
	}
}

static void keep_reply(smtps_reply *to, const smtps_reply *reply)
{
	if (!smtps_reply_copy(to, reply)) {
		to->code = reply->code;
		memcpy(to->enhanced, reply->enhanced, sizeof to->enhanced);
	}
}

static void on_rset(smtps_session *session, smtps_progress *progress, const smtps_reply *reply)
{
	if (reply->code == 250) {
		session->unclean = false;
		return;
	}
	if (reply->code < 400) {
		smtps_session_fail_step(session, SMTPS_STAGE_RSET, reply);
		return;
	}
	if (reply->code == 421) { /* closes */
		smtps_session_explain(
			session, &progress->transaction->error, SMTPS_STAGE_RSET, SMTPS_REFUSED, SMTPS_CAUSE_NONE, reply);
		return;
	}
	for (size_t i = 0; i < session->under_way_count; i++) {
		session->under_way[(session->first_under_way + i) % SMTPS_OUTSTANDING_MAX].rset_refused = true;
	}
	smtps_session_explain(
		session, &session->error, SMTPS_STAGE_RSET, SMTPS_REFUSED, SMTPS_CAUSE_RSET_REFUSED, reply);
	smtps_session_drain(session);
}

static void on_mail(smtps_session *session, smtps_progress *progress, const smtps_reply *reply)
{
	smtps_error *error = &progress->transaction->error;
	/* A server that has forgotten the login (case 122): no loop, and no second password. */
	bool forgot = reply->code == 530 && session->authenticated;

	if (smtps_reply_is_positive(reply)) {
		progress->mail_accepted = true;
		return;
	}
	if (reply->code < 400) {
		smtps_session_fail_step(session, SMTPS_STAGE_MAIL, reply);
		return;
	}
	progress->mail_refused = true;
	smtps_session_explain(session, error, SMTPS_STAGE_MAIL, forgot ? SMTPS_AUTH_FAILED : SMTPS_REFUSED,
		SMTPS_CAUSE_NONE, reply);
	if (forgot && !session->draining) {
		smtps_session_fail_reply(session, SMTPS_STAGE_MAIL, SMTPS_AUTH_FAILED, SMTPS_CAUSE_NONE, reply);
		return;
	}
	decide(session, progress);
}

static void on_rcpt(smtps_session *session, smtps_progress *progress, size_t number, const smtps_reply *reply)
{
	smtps_recipient *recipient = &progress->transaction->recipients[number];
	smtps_hint hint;

	if (reply->code / 100 == 3) {
		smtps_session_fail_step(session, SMTPS_STAGE_RCPT, reply);
		return;
	}
	keep_reply(&recipient->reply, reply);
	progress->answered++;
	if (smtps_reply_is_positive(reply)) {
		recipient->verdict = SMTPS_RCPT_ACCEPTED;
		progress->accepted++;
	} else {
		hint = smtps_hint_for(SMTPS_STAGE_RCPT, reply, session->config.host);
		if ((hint.flags & SMTPS_HINT_MANY_RECIPIENTS) && progress->accepted) {
			recipient->verdict = SMTPS_RCPT_TOO_MANY;
		} else {
			recipient->verdict = SMTPS_RCPT_REFUSED;
			progress->refused++;
		}
		if (reply->code == 421 && !progress->mail_refused) {
			progress->closed_by_421 = true;
			smtps_session_explain(session, &progress->transaction->error, SMTPS_STAGE_RCPT, SMTPS_REFUSED,
				SMTPS_CAUSE_NONE, reply);
			return;
		}
	}
	decide(session, progress);
}

static void begin_body(smtps_session *session, smtps_progress *progress)
{
	size_t from = session->out.len;
	bool written;

	if (session->draining) {
		smtps_session_close(session);
		return;
	}
	if (!smtps_progress_is_wanted(progress)) {
		/* RFC 2920 3.1, case 87. */
		written = smtps_command_verb(&session->out, ".");
		progress->phase = SMTPS_PHASE_OVER;
		smtps_progress_sent(session, progress, written, SMTPS_STEP_DOT, from);
		return;
	}
	session->steps[(session->first_step + session->step_count) % SMTPS_STEPS_MAX] =
		(smtps_step){.kind = SMTPS_STEP_BODY,
			.progress = progress,
			.begins_at = smtps_session_place(session),
			.ends_at = SMTPS_PLACE_UNKNOWN};
	session->step_count++;
	progress->pending++;
	smtps_progress_begin_octets(session, progress);
}

static void on_data(smtps_session *session, smtps_progress *progress, const smtps_reply *reply)
{
	if (reply->code == 354) {
		begin_body(session, progress);
		return;
	}
	if (reply->code < 400) {
		smtps_session_fail_step(session, SMTPS_STAGE_DATA, reply); /* case 73: replies off by one */
		return;
	}
	if (smtps_progress_is_wanted(progress)) {
		smtps_session_explain(
			session, &progress->transaction->error, SMTPS_STAGE_DATA, SMTPS_REFUSED, SMTPS_CAUSE_NONE, reply);
		keep_reply(&progress->transaction->reply, reply);
	}
	progress->phase = SMTPS_PHASE_OVER;
	decide(session, progress);
}

static void on_dot(smtps_session *session, smtps_progress *progress, const smtps_reply *reply)
{
	smtps_error *error = &progress->transaction->error;
	size_t len;

	if (reply->code >= 400) {
		conclude_refused(session, progress);
		return;
	}
	if (!smtps_reply_is_positive(reply)) {
		smtps_session_fail_step(session, SMTPS_STAGE_END, reply);
		return;
	}
	smtps_progress_envelope_error(session, progress);
	len = strlen(error->text);
	snprintf(error->text + len, sizeof error->text - len, "; an empty message may have been accepted");
	smtps_progress_conclude(session, progress, SMTPS_TX_REFUSED);
	smtps_session_fail(session, SMTPS_STAGE_END, SMTPS_NOT_SMTP, SMTPS_CAUSE_NONE,
		"the server accepted a message for nobody");
}

static void on_acceptance(smtps_session *session, smtps_progress *progress, const smtps_reply *reply)
{
	smtps_transaction *transaction = progress->transaction;

	session->message_answered = true;
	transaction->used_bdat = progress->bdat;
	if (smtps_progress_is_wanted(progress)) {
		smtps_progress_conclude(session, progress, SMTPS_TX_ACCEPTED);
		return;
	}
	/* Whose message was that? (a BDAT behind a refused MAIL or without a recipient) */
	smtps_error_free(&transaction->error);
	smtps_fail(&transaction->error, SMTPS_STAGE_END, SMTPS_UNKNOWN_OUTCOME, SMTPS_CAUSE_NONE,
		"the server accepted the message although it had refused the sender or every recipient");
	keep_reply(&transaction->error.reply, reply);
	smtps_progress_conclude(session, progress, SMTPS_TX_UNKNOWN);
	smtps_session_fail(session, SMTPS_STAGE_END, SMTPS_NOT_SMTP, SMTPS_CAUSE_NONE,
		"the server accepted a message whose sender or recipients it had refused");
}

static void on_end(
	smtps_session *session, smtps_progress *progress, const smtps_step *step, const smtps_reply *reply)
{
	smtps_transaction *transaction = progress->transaction;
	bool early = step->ends_at > session->handed;
	bool no_bdat = progress->bdat && reply->code >= 500 && reply->code <= 504 &&
		smtps_progress_is_wanted(progress) && !progress->rset_refused;
	smtps_cause cause = no_bdat ? SMTPS_CAUSE_BDAT_REFUSED : SMTPS_CAUSE_NONE;

	if (reply->code < 400 && (early || reply->code >= 300)) {
		smtps_session_fail_step(session, SMTPS_STAGE_END, reply);
		return;
	}
	keep_reply(&transaction->reply, reply);
	if (reply->code < 400) {
		on_acceptance(session, progress, reply);
		return;
	}
	session->message_answered = true;
	if (!smtps_progress_envelope_error(session, progress)) {
		smtps_session_explain(session, &transaction->error, SMTPS_STAGE_END, SMTPS_REFUSED, cause, reply);
	}
	conclude_refused(session, progress);
	/* Refused before its end: the end is never sent (case 91). Where BDAT is unknown the chunk may have been read as commands. */
	if ((early || no_bdat) && session->state != SMTPS_STATE_CLOSED) {
		smtps_session_fail_reply(session, SMTPS_STAGE_END, SMTPS_REFUSED, cause, reply);
	}
}

void smtps_progress_on_reply(smtps_session *session, const smtps_step *step, const smtps_reply *reply)
{
	smtps_progress *progress = step->progress;

	progress->pending--;
	switch (step->kind) {
		case SMTPS_STEP_RSET: on_rset(session, progress, reply); break;
		case SMTPS_STEP_MAIL: on_mail(session, progress, reply); break;
		case SMTPS_STEP_RCPT: on_rcpt(session, progress, step->recipient, reply); break;
		case SMTPS_STEP_DATA: on_data(session, progress, reply); break;
		case SMTPS_STEP_DOT: on_dot(session, progress, reply); break;
		default: on_end(session, progress, step, reply); break;
	}
}
