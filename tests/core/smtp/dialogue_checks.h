/*
 * What must be so at a point of a dialogue: errors, verdicts, what is awaited, what the transcript shows. See dialogue.h.
 */
#ifndef SMTPS_TESTS_DIALOGUE_CHECKS_H
#define SMTPS_TESTS_DIALOGUE_CHECKS_H

#include "dialogue_setup.h"

/* stage= kind= cause= code= says= hint= of an error; false: not a word about an error. */
static bool dialogue_check_error(dialogue *d, const smtps_error *error, smtps_str word)
{
	smtps_str value;
	smtps_str key = smtps_str_split(word, '=', &value);
	char got[128];
	bool fine;

	snprintf(got, sizeof got, "stage=%s kind=%d=%s cause=%d=%s code=%d", smtps_stage_name(error->stage),
		(int)error->kind, dialogue_kinds[error->kind], (int)error->cause, dialogue_causes[error->cause],
		error->reply.code);
	if (smtps_str_equal(key, SMTPS_STR("stage"))) {
		fine = smtps_str_equal(value, smtps_str_of(smtps_stage_name(error->stage)));
	} else if (smtps_str_equal(key, SMTPS_STR("kind"))) {
		fine = dialogue_find(dialogue_kinds, value) == (int)error->kind;
	} else if (smtps_str_equal(key, SMTPS_STR("cause"))) {
		fine = dialogue_find(dialogue_causes, value) == (int)error->cause;
	} else if (smtps_str_equal(key, SMTPS_STR("code"))) {
		fine = atoi(value.data) == error->reply.code;
	} else if (smtps_str_equal(key, SMTPS_STR("temporary"))) {
		fine = (value.data[0] == 'y') == error->temporary;
	} else if (smtps_str_equal(key, SMTPS_STR("says"))) {
		fine = smtps_str_contains_nocase(smtps_str_of(error->text), value);
		snprintf(got, sizeof got, "%.120s", error->text);
	} else if (smtps_str_equal(key, SMTPS_STR("hint"))) {
		fine = smtps_str_contains_nocase(smtps_str_of(error->hint), value);
		snprintf(got, sizeof got, "%.120s", error->hint);
	} else {
		return false;
	}
	if (!fine) {
		dialogue_fail(d, "another error", smtps_str_of(got));
	}
	return true;
}

static void dialogue_check_verdicts(dialogue *d, const dialogue_mail *mail, smtps_str list)
{
	for (size_t i = 0; i < mail->transaction.recipient_count; i++) {
		smtps_str word = list.data ? smtps_str_split(list, ',', &list) : SMTPS_STR("");

		if (dialogue_find(dialogue_verdicts, word) != (int)mail->recipients[i].verdict) {
			dialogue_fail(d, "another verdict", smtps_str_of(dialogue_verdicts[mail->recipients[i].verdict]));
		}
	}
}

static void dialogue_check_transaction(dialogue *d, smtps_str rest)
{
	smtps_str name = dialogue_word(&rest);
	smtps_str state = dialogue_word(&rest);
	dialogue_mail *mail = d->done_taken < d->done_count ? d->done[d->done_taken++] : NULL;

	if (!mail || !smtps_str_equal(mail->name, name)) {
		dialogue_fail(d, "no such transaction was reported", mail ? mail->name : SMTPS_STR("none"));
		return;
	}
	if (dialogue_find(dialogue_states, state) != (int)mail->transaction.state) {
		dialogue_fail(
			d, "another end of the transaction", smtps_str_of(dialogue_states[mail->transaction.state]));
	}
	while (rest.data) {
		smtps_str word = dialogue_word(&rest);

		if (smtps_str_starts_nocase(word, SMTPS_STR("rcpt="))) {
			dialogue_check_verdicts(d, mail, (smtps_str){word.data + 5, word.len - 5});
		} else if (smtps_str_starts_nocase(word, SMTPS_STR("reply="))) {
			if (atoi(word.data + 6) != mail->transaction.reply.code) {
				dialogue_fail(d, "another final reply", SMTPS_STR(""));
			}
		} else if (!dialogue_check_error(d, &mail->transaction.error, word)) {
			dialogue_fail(d, "unknown word", word);
		}
	}
}

static void dialogue_check_closed(dialogue *d, smtps_str rest)
{
	if (!d->closed) {
		dialogue_fail(d, "the session is not closed", smtps_buf_str(&d->said));
	}
	if (!rest.data && smtps_error_is_set(smtps_session_error(d->session))) {
		dialogue_fail(d, "closed with an error", smtps_str_of(smtps_session_error(d->session)->text));
	}
	while (rest.data) {
		if (!dialogue_check_error(d, smtps_session_error(d->session), dialogue_word(&rest))) {
			dialogue_fail(d, "unknown word", rest);
		}
	}
}

/* stage, outstanding commands, "final" where the end of a message is what is to be answered. */
static void dialogue_check_awaited(dialogue *d, smtps_str rest)
{
	char got[64];

	snprintf(got, sizeof got, "%s %zu%s", smtps_stage_name(smtps_session_stage(d->session)),
		smtps_session_outstanding(d->session), smtps_session_awaits_final(d->session) ? " final" : "");
	if (!smtps_str_equal(rest, smtps_str_of(got))) {
		dialogue_fail(d, "something else is awaited", smtps_str_of(got));
	}
}

static void dialogue_check_shown(dialogue *d, smtps_str line)
{
	smtps_buf wanted = {0};

	smtps_buf_add_str(&wanted, line);
	smtps_buf_add_char(&wanted, '\n');
	if (!smtps_str_contains_nocase(smtps_buf_str(&d->transcript), smtps_buf_str(&wanted))) {
		dialogue_fail(d, "the transcript has no such line", line);
	}
	smtps_buf_free(&wanted);
}

#endif
