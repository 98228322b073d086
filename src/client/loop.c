/*
 * The loop; see loop.h.
 */
#include "loop.h"

#include "base/memory.h"

void smtps_loop_init(smtps_loop *loop, const smtps_host *host)
{
	*loop = (smtps_loop){.host = host};
	loop->now = smtps_now();
	loop->tick = loop->now + SMTPS_MILLISECONDS(SMTPS_HOST_TICK_MS);
}

void smtps_loop_free(smtps_loop *loop)
{
	while (loop->watches) {
		smtps_loop_remove(loop, loop->watches);
	}
	smtps_free(loop->many);
	loop->many = NULL;
	loop->many_cap = 0;
}

smtps_time smtps_loop_now(smtps_loop *loop)
{
	loop->now = smtps_now();
	return loop->now;
}

void smtps_loop_add(smtps_loop *loop, smtps_watch *watch)
{
	if (watch->is_watched) {
		return;
	}
	watch->is_watched = true;
	watch->ready = 0;
	watch->next = loop->watches;
	loop->watches = watch;
	loop->count++;
}

void smtps_loop_remove(smtps_loop *loop, smtps_watch *watch)
{
	smtps_watch **link = &loop->watches;

	if (!watch->is_watched) {
		return;
	}
	while (*link && *link != watch) {
		link = &(*link)->next;
	}
	if (*link) {
		*link = watch->next;
		loop->count--;
	}
	watch->next = NULL;
	watch->is_watched = false;
}

static smtps_poll_entry *entries_for(smtps_loop *loop)
{
	smtps_poll_entry *block;
	size_t cap = loop->count * 2;

	if (loop->count <= SMTPS_LOOP_ENTRIES) {
		return loop->few;
	}
	if (loop->count <= loop->many_cap) {
		return loop->many;
	}
	block = smtps_realloc(loop->many, cap * sizeof *block);
	if (block) {
		loop->many = block;
		loop->many_cap = cap;
	}
	return block;
}

/* Fills in what poll is to wait for; returns the moment at which to stop waiting. */
static smtps_time prepare(smtps_loop *loop, smtps_poll_entry *entries)
{
	smtps_time until = loop->tick;
	size_t at = 0;

	for (smtps_watch *watch = loop->watches; watch; watch = watch->next) {
		until = smtps_earlier(until, watch->wake);
		entries[at++] = (smtps_poll_entry){
			.fd = watch->want ? watch->fd : SMTPS_NO_FD,
			.want = watch->want,
		};
	}
	return until;
}

static void drive_all(smtps_loop *loop, const smtps_poll_entry *entries)
{
	smtps_watch *next;
	size_t at = 0;

	for (smtps_watch *watch = loop->watches; watch; watch = next) {
		next = watch->next;
		watch->ready = entries[at++].ready;
		if (watch->drive && (watch->ready || watch->wake <= loop->now)) {
			watch->drive(watch, loop->now);
		}
	}
}

smtps_turn smtps_loop_turn(smtps_loop *loop)
{
	smtps_poll_entry *entries = entries_for(loop);
	smtps_time until;

	if (!entries) {
		return SMTPS_TURN_FAILED;
	}
	until = prepare(loop, entries);
	if (smtps_poll(entries, loop->count, until > loop->now ? until - loop->now : 0) < 0) {
		return SMTPS_TURN_FAILED;
	}
	smtps_loop_now(loop);
	drive_all(loop, entries);
	if (loop->now < loop->tick) {
		return SMTPS_TURN_DONE;
	}
	loop->tick = loop->now + SMTPS_MILLISECONDS(SMTPS_HOST_TICK_MS);
	if (loop->host && loop->host->interrupted && loop->host->interrupted(loop->host->context)) {
		return SMTPS_TURN_INTERRUPTED;
	}
	return SMTPS_TURN_DONE;
}
