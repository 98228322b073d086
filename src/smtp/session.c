/*
 * The session's life, its events and what may be asked of it; see session.h.
 */
#include "base/memory.h"
#include "session_steps.h"

smtps_session *smtps_session_new(const smtps_session_config *config)
{
	smtps_session *session = smtps_alloc(sizeof *session);

	if (!session) {
		return NULL;
	}
	session->config = *config;
	session->state = SMTPS_STATE_GREETING;
	session->last_stage = SMTPS_STAGE_GREETING;
	session->mechanism = SMTPS_MECHANISM_COUNT;
	session->out.secret = true;
	session->needles.secret = true;
	session->queue_end = &session->queue;
	session->done_end = &session->done;
	session->steps[0] = (smtps_step){.kind = SMTPS_STEP_GREETING};
	session->step_count = 1;
	return session;
}

void smtps_session_free(smtps_session *session)
{
	if (!session) {
		return;
	}
	smtps_login_free(&session->login);
	smtps_capabilities_free(&session->capabilities);
	smtps_reply_parser_free(&session->parser);
	smtps_buf_free(&session->greeting);
	smtps_buf_free(&session->out);
	smtps_buf_free(&session->needles);
	smtps_error_free(&session->error);
	smtps_cleanse(session, sizeof *session);
	smtps_free(session);
}

uint64_t smtps_session_place(const smtps_session *session)
{
	return session->handed + session->out.len;
}

bool smtps_session_pipelines(const smtps_session *session)
{
	return !session->config.no_pipelining &&
		smtps_capabilities_has(&session->capabilities, SMTPS_CAP_PIPELINING);
}

void smtps_session_become_ready(smtps_session *session)
{
	session->state = SMTPS_STATE_READY;
	session->ready_event = true;
}

/* --- to the network -------------------------------------------------------------------------------------------- */

size_t smtps_session_output(smtps_session *session, const char **bytes)
{
	if (session->state == SMTPS_STATE_CLOSED) {
		return 0;
	}
	if (session->out.len == 0) {
		session->out.failed = false; /* its octets were wiped when the last of them were handed on */
		smtps_session_fill(session);
	}
	*bytes = session->out.data;
	return session->out.len;
}

/* What of a transaction left with the octets up to `session->handed`. */
static void note_handed(const smtps_session *session, const smtps_progress *progress)
{
	smtps_transaction *transaction = progress->transaction;
	uint64_t octets;

	if (session->handed > progress->mail_at && !transaction->begun) {
		transaction->begun = true;
		transaction->state = SMTPS_TX_BEGUN;
	}
	if (session->handed > progress->end_at) {
		transaction->end_begun = true;
	}
	if (session->handed > progress->message_at) {
		octets = session->handed - progress->message_at;
		transaction->octets_handed =
			octets < transaction->message->size ? octets : transaction->message->size;
	}
}

void smtps_session_handing(smtps_session *session, size_t len)
{
	if (len > session->out.len) {
		len = session->out.len;
	}
	session->handed += len;
	if (len == session->out.len) {
		smtps_buf_clear(&session->out);
	} else {
		smtps_buf_consume(&session->out, len);
	}
	for (size_t i = 0; i < session->under_way_count; i++) {
		note_handed(session, &session->under_way[(session->first_under_way + i) % SMTPS_OUTSTANDING_MAX]);
	}
	if (session->quit_written && session->out.len == 0) {
		session->last_stage = SMTPS_STAGE_QUIT;
		smtps_session_close(session);
	}
}

/* --- events ---------------------------------------------------------------------------------------------------- */

static bool take_flag(bool *flag)
{
	bool was = *flag;

	*flag = false;
	return was;
}

smtps_event smtps_session_event(smtps_session *session, smtps_transaction **transaction)
{
	if (take_flag(&session->tls_event)) {
		return SMTPS_EVENT_WANT_TLS;
	}
	if (take_flag(&session->gate_event)) {
		return SMTPS_EVENT_GATE;
	}
	if (take_flag(&session->ready_event)) {
		return SMTPS_EVENT_READY;
	}
	if (session->done) {
		*transaction = session->done;
		session->done = session->done->next;
		if (!session->done) {
			session->done_end = &session->done;
		}
		(*transaction)->next = NULL;
		return SMTPS_EVENT_TRANSACTION;
	}
	return take_flag(&session->closed_event) ? SMTPS_EVENT_CLOSED : SMTPS_EVENT_NONE;
}

smtps_state smtps_session_state(const smtps_session *session)
{
	bool busy = session->step_count || session->under_way_count || session->queue || session->out.len;

	return session->state == SMTPS_STATE_READY && busy ? SMTPS_STATE_BUSY : session->state;
}

static const smtps_step *oldest(const smtps_session *session)
{
	return session->step_count ? &session->steps[session->first_step] : NULL;
}

smtps_stage smtps_session_stage(const smtps_session *session)
{
	static const smtps_stage stages[SMTPS_STEP_COUNT] = {
		[SMTPS_STEP_GREETING] = SMTPS_STAGE_GREETING,
		[SMTPS_STEP_EHLO] = SMTPS_STAGE_EHLO,
		[SMTPS_STEP_HELO] = SMTPS_STAGE_EHLO,
		[SMTPS_STEP_STARTTLS] = SMTPS_STAGE_STARTTLS,
		[SMTPS_STEP_AUTH] = SMTPS_STAGE_AUTH,
		[SMTPS_STEP_ANSWER] = SMTPS_STAGE_AUTH,
		[SMTPS_STEP_CANCEL] = SMTPS_STAGE_AUTH,
		[SMTPS_STEP_NOOP] = SMTPS_STAGE_RSET, /* between transactions, as RSET is */
		[SMTPS_STEP_RSET] = SMTPS_STAGE_RSET,
		[SMTPS_STEP_MAIL] = SMTPS_STAGE_MAIL,
		[SMTPS_STEP_RCPT] = SMTPS_STAGE_RCPT,
		[SMTPS_STEP_DATA] = SMTPS_STAGE_DATA,
		[SMTPS_STEP_BODY] = SMTPS_STAGE_END,
		[SMTPS_STEP_DOT] = SMTPS_STAGE_END,
		[SMTPS_STEP_BDAT] = SMTPS_STAGE_END,
	};
	const smtps_step *step = oldest(session);

	if (!step) {
		return session->last_stage;
	}
	if (stages[step->kind] == SMTPS_STAGE_END && step->ends_at > session->handed) {
		return SMTPS_STAGE_DATA;
	}
	return stages[step->kind];
}

size_t smtps_session_outstanding(const smtps_session *session)
{
	size_t count = 0;

	while (count < session->step_count &&
		session->steps[(session->first_step + count) % SMTPS_STEPS_MAX].ends_at <= session->handed) {
		count++;
	}
	return count;
}

unsigned long smtps_session_replies(const smtps_session *session)
{
	return session->replies;
}

bool smtps_session_awaits_final(const smtps_session *session)
{
	const smtps_step *step = oldest(session);

	return step && (step->kind == SMTPS_STEP_BODY || step->kind == SMTPS_STEP_BDAT) &&
		step->ends_at <= session->handed;
}

bool smtps_session_is_idle(const smtps_session *session)
{
	return smtps_session_state(session) == SMTPS_STATE_READY && !session->quitting && !session->draining &&
		!smtps_reply_parser_is_inside(&session->parser);
}

const smtps_error *smtps_session_error(const smtps_session *session)
{
	return &session->error;
}

const smtps_capabilities *smtps_session_capabilities(const smtps_session *session)
{
	return &session->capabilities;
}

smtps_str smtps_session_greeting(const smtps_session *session)
{
	return smtps_buf_str(&session->greeting);
}

smtps_str smtps_session_ehlo_name(const smtps_session *session)
{
	return session->config.ehlo_names[session->name];
}

smtps_mechanism smtps_session_mechanism(const smtps_session *session)
{
	return session->mechanism;
}

bool smtps_session_greeted(const smtps_session *session)
{
	return session->greeted;
}
