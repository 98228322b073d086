/*
 * A message on its way out: pulled from its source, stuffed (DATA) or not (BDAT), with its end.
 *
 * The last two octets, which are CRLF, and the dot leave in one output, the message's last: whatever fails before that output is handed on,
 * the server has not got the message ("The end has begun", case 94). A source that gives fewer or more octets than it said,
 * or a bare CR or LF, stops the message where it is; it is never padded and never ended.
 */
#include "session_steps.h"

enum {
	BLOCK = 16 * 1024,
	TAIL = 2, /* CRLF: a part of CRLF.CRLF */
	ROOM_KEPT = 1024 /* of an output, for the tail */
};

static smtps_step *newest_step(smtps_session *session)
{
	return &session->steps[(session->first_step + session->step_count - 1) % SMTPS_STEPS_MAX];
}

/* Takes back what was not handed on, and lets the others' replies come in. */
static void give_up(smtps_session *session, smtps_progress *progress, smtps_error *error, const char *why)
{
	smtps_step *step = newest_step(session);
	uint64_t keep = step->begins_at > session->handed ? step->begins_at : session->handed;
	smtps_transaction *transaction = progress->transaction;

	session->out.len = (size_t)(keep - session->handed);
	step->ends_at = SMTPS_PLACE_UNKNOWN;
	progress->end_at = SMTPS_PLACE_UNKNOWN;
	smtps_fail(error, SMTPS_STAGE_DATA, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_SOURCE, "%s", why);
	error->cause = SMTPS_CAUSE_SOURCE;
	smtps_error_move(&transaction->error, error);
	smtps_fail(&session->error, SMTPS_STAGE_DATA, SMTPS_LOST, SMTPS_CAUSE_CUT,
		"closed, because a message on this connection could not be read to its end");
	smtps_session_drain(session);
}

void smtps_progress_begin_octets(smtps_session *session, smtps_progress *progress)
{
	smtps_source *source = progress->transaction->message;
	smtps_error error = {0};

	progress->phase = SMTPS_PHASE_OCTETS;
	progress->stream = (smtps_transparency){.plain = progress->bdat};
	progress->left = source->size;
	progress->message_at = smtps_session_place(session);
	newest_step(session)->ends_at = SMTPS_PLACE_UNKNOWN;
	smtps_session_remark(session, 'C', "(%llu octets)", (unsigned long long)source->size);
	if (!source->rewind(source, &error)) {
		give_up(session, progress, &error, "the message could not be read again");
	}
}

/* How much to read next; 0: this output is full. */
static size_t next_block(const smtps_session *session, const smtps_progress *progress)
{
	size_t room = session->out.len < SMTPS_FLIGHT_MAX ? SMTPS_FLIGHT_MAX - session->out.len : 0;
	uint64_t want = progress->left;

	if (want <= TAIL) {
		return (size_t)want;
	}
	if (room < 2 * ROOM_KEPT) {
		return 0;
	}
	room -= ROOM_KEPT;
	want -= TAIL;
	want = want < BLOCK ? want : BLOCK;
	/* A line of dots doubles. */
	room = progress->bdat ? room : room / 2;
	return want < room ? (size_t)want : room;
}

static void mark_end(const smtps_session *session, smtps_progress *progress)
{
	if (progress->left > TAIL || progress->end_at != SMTPS_PLACE_UNKNOWN) {
		return;
	}
	progress->end_at = smtps_session_place(session);
	if (progress->bdat) {
		/* Only the last octet of the chunk makes it whole; without any it is the command's own last. */
		progress->end_at += progress->left;
		progress->end_at -= 1;
	}
}

/* One block; false: there is none (the output is full, all were read, or it failed). */
static bool send_block(smtps_session *session, smtps_progress *progress)
{
	smtps_source *source = progress->transaction->message;
	smtps_error error = {0};
	char block[BLOCK];
	size_t want = next_block(session, progress);
	ptrdiff_t got;

	mark_end(session, progress);
	if (want == 0) {
		return false;
	}
	got = source->read(source, block, want, &error);
	if (got <= 0 || (size_t)got > want) {
		give_up(session, progress, &error, "the message ended before the size that it was said to have");
		return false;
	}
	if (!smtps_transparency_add(&progress->stream, &session->out, (smtps_str){block, (size_t)got})) {
		give_up(session, progress, &error, "the message holds a bare CR or a bare LF");
		return false;
	}
	progress->left -= (size_t)got;
	return !session->out.failed;
}

static void end_message(smtps_session *session, smtps_progress *progress)
{
	smtps_source *source = progress->transaction->message;
	smtps_error error = {0};
	char surplus;
	ptrdiff_t got = source->read(source, &surplus, 1, &error);

	if (got != 0) {
		give_up(session, progress, &error, "the message goes on behind the size that it was said to have");
		return;
	}
	if (!smtps_transparency_end(&progress->stream, &session->out)) {
		give_up(session, progress, &error, "the message's last line has no end");
		return;
	}
	if (!session->out.failed) {
		newest_step(session)->ends_at = smtps_session_place(session);
		progress->phase = SMTPS_PHASE_OVER;
		if (!progress->bdat) {
			smtps_session_remark(session, 'C', ".");
		}
	}
}

bool smtps_progress_send_octets(smtps_session *session, smtps_progress *progress)
{
	size_t before = session->out.len;

	while (send_block(session, progress)) {
	}
	if (progress->left == 0 && !session->draining && !session->out.failed) {
		end_message(session, progress);
	}
	if (session->out.failed) {
		smtps_fail_memory(&session->error, SMTPS_STAGE_DATA);
		smtps_session_close(session);
		return true;
	}
	return session->out.len != before || progress->phase == SMTPS_PHASE_OVER;
}
