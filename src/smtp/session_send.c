/*
 * The sending cursor: which command comes next.
 *
 * With PIPELINING it goes ahead up to a barrier (RFC 2920 3.1: DATA ends a group; EHLO, STARTTLS and AUTH are written by their own
 * files, one at a time); without, each command waits for the reply to the one before it. When a message may be sent at all,
 * and when it may ride behind an unanswered RCPT, is decided in send_message().
 */
#include "base/text.h"
#include "command.h"
#include "session_steps.h"

enum {
	LINE_ROOM = 4 * 1024, /* MAIL and RCPT are shorter, with all their parameters */
	BDAT_LINE = 32
};

bool smtps_session_room(const smtps_session *session)
{
	return session->step_count < SMTPS_STEPS_MAX;
}

smtps_step *smtps_session_head(smtps_session *session)
{
	return session->step_count ? &session->steps[session->first_step] : NULL;
}

static void push_step(smtps_session *session, smtps_step step)
{
	session->steps[(session->first_step + session->step_count) % SMTPS_STEPS_MAX] = step;
	session->step_count++;
	if (step.progress) {
		step.progress->pending++;
	}
}

bool smtps_progress_sent(
	smtps_session *session, smtps_progress *progress, bool written, smtps_step_kind kind, size_t from)
{
	smtps_step step = {.kind = kind,
		.progress = progress,
		.begins_at = session->handed + from,
		.ends_at = smtps_session_place(session)};

	if (!written) {
		if (session->out.failed) {
			smtps_fail_memory(&session->error, smtps_session_stage(session));
		} else {
			smtps_fail(&session->error, smtps_session_stage(session), SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
				"a name holds a control character, or is too long for a command line");
		}
		smtps_session_close(session);
		return false;
	}
	if (kind == SMTPS_STEP_RCPT) {
		step.recipient = progress->next;
	}
	push_step(session, step);
	smtps_session_note_command(
		session, kind, (smtps_str){session->out.data + from, session->out.len - from - 2});
	return true;
}

bool smtps_session_sent(smtps_session *session, bool written, smtps_step_kind kind, size_t from)
{
	return smtps_progress_sent(session, NULL, written, kind, from);
}

/* --- one transaction ------------------------------------------------------------------------------------------- */

/* Any refusal refuses the whole: then nothing is sent before all are accepted. */
static bool waits_for_all(const smtps_transaction *transaction)
{
	return transaction->require_all && transaction->recipient_count > 1;
}

static bool is_envelope_answered(const smtps_progress *progress)
{
	return progress->answered == progress->transaction->recipient_count;
}

/* Whether the message may go out behind replies that have not come (docs/internals.md "Flights"). */
static bool may_ride(const smtps_session *session, const smtps_progress *progress)
{
	const smtps_transaction *transaction = progress->transaction;
	uint64_t limit = session->message_answered ? SMTPS_FLIGHT_MAX : SMTPS_FIRST_FLIGHT_MAX;
	uint64_t in_flight = smtps_session_place(session) - session->answered_to + BDAT_LINE;

	return transaction->may_ride && smtps_session_pipelines(session) && in_flight < limit &&
		transaction->message->size <= limit - in_flight;
}

static bool send_bdat(smtps_session *session, smtps_progress *progress)
{
	size_t from = session->out.len;
	bool written = smtps_command_bdat(&session->out, progress->transaction->message->size);

	if (smtps_progress_sent(session, progress, written, SMTPS_STEP_BDAT, from)) {
		smtps_progress_begin_octets(session, progress);
	}
	return true;
}

static bool send_message(smtps_session *session, smtps_progress *progress)
{
	size_t from = session->out.len;
	bool complete = is_envelope_answered(progress);
	bool written;

	if (waits_for_all(progress->transaction) && !complete) {
		return false;
	}
	if (progress->bdat) {
		return (progress->accepted || may_ride(session, progress)) && send_bdat(session, progress);
	}
	written = smtps_command_verb(&session->out, "DATA");
	progress->phase = SMTPS_PHASE_DATA;
	smtps_progress_sent(session, progress, written, SMTPS_STEP_DATA, from);
	return true;
}

static bool send_rset(smtps_session *session, smtps_progress *progress)
{
	size_t from = session->out.len;
	bool written = smtps_command_verb(&session->out, "RSET");

	progress->phase = SMTPS_PHASE_MAIL;
	smtps_progress_sent(session, progress, written, SMTPS_STEP_RSET, from);
	return true;
}

static bool send_mail(smtps_session *session, smtps_progress *progress)
{
	size_t from = session->out.len;
	bool written = smtps_command_mail(&session->out, progress->transaction, session->capabilities.flags);

	progress->phase = SMTPS_PHASE_RCPT;
	progress->mail_at = smtps_session_place(session) - 1;
	smtps_progress_sent(session, progress, written, SMTPS_STEP_MAIL, from);
	return true;
}

static bool send_rcpt(smtps_session *session, smtps_progress *progress)
{
	size_t from = session->out.len;
	const smtps_transaction *transaction = progress->transaction;
	bool written = smtps_command_rcpt(
		&session->out, &transaction->recipients[progress->next], session->capabilities.flags);

	if (smtps_progress_sent(session, progress, written, SMTPS_STEP_RCPT, from) &&
		++progress->next == transaction->recipient_count) {
		progress->phase = SMTPS_PHASE_MESSAGE;
	}
	return true;
}

/* --- the queue ------------------------------------------------------------------------------------------------- */

static bool begin_next(smtps_session *session)
{
	smtps_transaction *transaction = session->queue;
	smtps_progress *progress;
	size_t before = session->under_way_count;

	if (!transaction || session->quitting || before == SMTPS_OUTSTANDING_MAX) {
		return false;
	}
	/* Behind the end of another transaction only where that is known to work; behind a NOOP never (it ends a group). */
	if (before ? !smtps_session_pipelines(session) : session->step_count > 0) {
		return false;
	}
	session->queue = transaction->next;
	if (!session->queue) {
		session->queue_end = &session->queue;
	}
	transaction->next = NULL;
	progress = &session->under_way[(session->first_under_way + before) % SMTPS_OUTSTANDING_MAX];
	*progress = (smtps_progress){
		.transaction = transaction,
		.phase = before || session->unclean ? SMTPS_PHASE_RSET : SMTPS_PHASE_MAIL,
		.bdat = transaction->use_bdat && smtps_capabilities_has(&session->capabilities, SMTPS_CAP_CHUNKING),
		.mail_at = SMTPS_PLACE_UNKNOWN,
		.message_at = SMTPS_PLACE_UNKNOWN,
		.end_at = SMTPS_PLACE_UNKNOWN,
	};
	session->under_way_count++;
	session->sending = progress;
	return true;
}

/* Writes one command or one block; false: nothing may be written now. */
static bool send_one(smtps_session *session)
{
	smtps_progress *progress = session->sending;

	if (progress && progress->phase == SMTPS_PHASE_OVER) {
		session->sending = progress = NULL;
	}
	if (!progress) {
		return begin_next(session);
	}
	if (progress->phase == SMTPS_PHASE_OCTETS) {
		return smtps_progress_send_octets(session, progress);
	}
	if (!smtps_session_room(session) || (session->step_count && !smtps_session_pipelines(session))) {
		return false;
	}
	switch (progress->phase) {
		case SMTPS_PHASE_RSET: return send_rset(session, progress);
		case SMTPS_PHASE_MAIL: return send_mail(session, progress);
		case SMTPS_PHASE_RCPT: return send_rcpt(session, progress);
		case SMTPS_PHASE_MESSAGE: return send_message(session, progress);
		default: return false;
	}
}

static void send_quit(smtps_session *session)
{
	size_t from = session->out.len;

	if (!smtps_command_verb(&session->out, "QUIT")) {
		smtps_session_close(session);
		return;
	}
	session->quit_written = true;
	smtps_session_remark(session, 'C', "%.*s", 4, session->out.data + from);
}

void smtps_session_fill(smtps_session *session)
{
	while (session->state == SMTPS_STATE_READY && !session->draining &&
		session->out.len + LINE_ROOM <= SMTPS_FLIGHT_MAX && send_one(session)) {
	}
	if (session->state != SMTPS_STATE_CLOSED && session->quitting && !session->quit_written &&
		session->step_count == 0 && session->under_way_count == 0 && session->out.len == 0) {
		send_quit(session);
	}
	smtps_session_close_if_drained(session);
}

/* --- verbs ----------------------------------------------------------------------------------------------------- */

static bool lacks(const smtps_session *session, unsigned capability)
{
	return !smtps_capabilities_has(&session->capabilities, capability);
}

static bool wants_dsn(const smtps_transaction *transaction)
{
	bool wants = transaction->ret || transaction->envid.len;

	for (size_t i = 0; i < transaction->recipient_count; i++) {
		wants = wants || transaction->recipients[i].notify || transaction->recipients[i].orcpt.len;
	}
	return wants;
}

/* What the transaction needs and the server does not offer, as a part of a sentence; NULL: nothing. */
static const char *missing(const smtps_session *session, const smtps_transaction *transaction)
{
	if (transaction->is_utf8 && lacks(session, SMTPS_CAP_SMTPUTF8)) {
		return "SMTPUTF8, which an address or a header field of this message needs";
	}
	if (transaction->is_8bit && lacks(session, SMTPS_CAP_8BITMIME)) {
		return "8BITMIME, which this message needs";
	}
	if (transaction->require_tls && (!session->encrypted || lacks(session, SMTPS_CAP_REQUIRETLS))) {
		return "REQUIRETLS, which was asked for";
	}
	return wants_dsn(transaction) && lacks(session, SMTPS_CAP_DSN)
		? "DSN, which the delivery notifications asked for need"
		: NULL;
}

/* Addresses are checked long before; here only what must never reach a command line. */
static bool is_safe_address(const smtps_transaction *transaction, smtps_str address)
{
	return address.len <= SMTPS_PATH_MAX && smtps_command_argument_is_safe(address) &&
		(transaction->is_utf8 || smtps_is_ascii(address));
}

static bool is_well_formed(const smtps_transaction *transaction)
{
	bool fine = transaction->message && transaction->recipient_count > 0 &&
		is_safe_address(transaction, transaction->sender) && transaction->envid.len <= SMTPS_ENVID_MAX;

	for (size_t i = 0; fine && i < transaction->recipient_count; i++) {
		const smtps_recipient *recipient = &transaction->recipients[i];

		fine = recipient->address.len > 0 && is_safe_address(transaction, recipient->address) &&
			recipient->orcpt.len <= SMTPS_ORCPT_MAX && smtps_utf8_valid(recipient->orcpt);
	}
	return fine;
}

/* Case 99 to 101: seen before the first octet; false: reported. */
static bool may_be_sent(smtps_session *session, smtps_transaction *transaction)
{
	const char *needs = missing(session, transaction);
	uint64_t most = session->capabilities.size;

	if (!is_well_formed(transaction)) {
		return smtps_fail(&transaction->error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE,
			"the envelope has no recipient, or an address that is too long, holds a line break or is not ASCII");
	}
	if (needs) {
		return smtps_fail(&transaction->error, SMTPS_STAGE_MAIL, SMTPS_REFUSED, SMTPS_CAUSE_NOT_OFFERED,
			"the server does not offer %s", needs);
	}
	if (most && transaction->message->size > most) {
		return smtps_fail(&transaction->error, SMTPS_STAGE_MAIL, SMTPS_REFUSED, SMTPS_CAUSE_NOT_OFFERED,
			"the message has %llu octets, and the server takes %llu at most",
			(unsigned long long)transaction->message->size, (unsigned long long)most);
	}
	return true;
}

void smtps_session_submit(smtps_session *session, smtps_transaction *transaction)
{
	smtps_transaction_reset(transaction);
	if (session->state != SMTPS_STATE_READY) {
		transaction->state = SMTPS_TX_FAILED;
		smtps_session_inherit(session, transaction);
		smtps_session_report(session, transaction);
		return;
	}
	if (!may_be_sent(session, transaction)) {
		transaction->state = SMTPS_TX_REFUSED;
		smtps_session_report(session, transaction);
		return;
	}
	transaction->state = SMTPS_TX_QUEUED;
	*session->queue_end = transaction;
	session->queue_end = &transaction->next;
}

void smtps_session_noop(smtps_session *session)
{
	size_t from = session->out.len;

	if (smtps_session_state(session) == SMTPS_STATE_READY && !session->draining) {
		smtps_session_sent(session, smtps_command_verb(&session->out, "NOOP"), SMTPS_STEP_NOOP, from);
	}
}

void smtps_session_quit(smtps_session *session)
{
	session->quitting = true;
	if (session->state == SMTPS_STATE_WANT_TLS) {
		smtps_session_close(session);
	}
}
