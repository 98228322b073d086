/*
 * From a transaction's verdicts to the fates of a mail's recipients; see deliver.h.
 *
 * A transaction's recipients are a run of the mail's own array: nothing is copied. Those that did not fit ("too many
 * recipients") are NOT_TRIED again, and further transactions take them run by run.
 */
#include <string.h>

#include "deliver.h"
#include "smtp/queue_id.h"

static void set_fate(smtps_delivery *delivery, size_t at, smtps_fate fate)
{
	smtps_result *result = delivery->result;
	smtps_recipient *recipient = &delivery->transaction.recipients[at];

	result->fates[delivery->first + at] = fate;
	if (recipient->reply.code) {
		smtps_reply_move(&result->replies[delivery->first + at], &recipient->reply);
	}
}

static void note_queue_id(smtps_delivery *delivery)
{
	smtps_result *result = delivery->result;
	smtps_str id = smtps_queue_id(&delivery->transaction.reply);

	if (id.len) {
		if (result->queue_ids.len) {
			smtps_buf_add_char(&result->queue_ids, '\n');
		}
		smtps_buf_add_str(&result->queue_ids, id);
	}
	if (!result->reply.code) {
		smtps_reply_move(&result->reply, &delivery->transaction.reply);
	}
}

void smtps_verdict_accepted(smtps_delivery *delivery)
{
	smtps_transaction *transaction = &delivery->transaction;
	size_t accepted = 0;
	bool full = false;

	note_queue_id(delivery);
	for (size_t i = 0; i < transaction->recipient_count; i++) {
		switch (transaction->recipients[i].verdict) {
			case SMTPS_RCPT_ACCEPTED:
				accepted++;
				set_fate(delivery, i, SMTPS_FATE_ACCEPTED);
				break;
			case SMTPS_RCPT_REFUSED: set_fate(delivery, i, SMTPS_FATE_REJECTED); break;
			case SMTPS_RCPT_TOO_MANY:
				full = true;
				set_fate(delivery, i, SMTPS_FATE_NOT_TRIED);
				break;
			case SMTPS_RCPT_PENDING: set_fate(delivery, i, SMTPS_FATE_UNKNOWN); break;
		}
	}
	delivery->accepted += accepted;
	if (full) {
		delivery->most = accepted;
	}
}

void smtps_verdict_unknown(smtps_delivery *delivery)
{
	smtps_transaction *transaction = &delivery->transaction;

	for (size_t i = 0; i < transaction->recipient_count; i++) {
		switch (transaction->recipients[i].verdict) {
			case SMTPS_RCPT_ACCEPTED:
			case SMTPS_RCPT_PENDING: set_fate(delivery, i, SMTPS_FATE_UNKNOWN); break;
			case SMTPS_RCPT_REFUSED: set_fate(delivery, i, SMTPS_FATE_REJECTED); break;
			case SMTPS_RCPT_TOO_MANY: set_fate(delivery, i, SMTPS_FATE_NOT_TRIED); break;
		}
	}
}

void smtps_verdict_refused(smtps_delivery *delivery)
{
	smtps_transaction *transaction = &delivery->transaction;

	for (size_t i = 0; i < transaction->recipient_count; i++) {
		smtps_verdict verdict = transaction->recipients[i].verdict;

		if (verdict == SMTPS_RCPT_REFUSED || verdict == SMTPS_RCPT_TOO_MANY) {
			set_fate(delivery, i, SMTPS_FATE_REJECTED);
		}
	}
}

void smtps_verdict_rest(smtps_delivery *delivery, smtps_fate fate, const smtps_error *why)
{
	smtps_result *result = delivery->result;

	for (size_t i = 0; i < result->count; i++) {
		smtps_reply *reply = &result->replies[i];

		if (result->fates[i] != SMTPS_FATE_NOT_TRIED) {
			continue;
		}
		result->fates[i] = fate;
		if (!reply->code && why->reply.code) {
			smtps_reply_copy(reply, &why->reply);
		} else if (!reply->code) {
			smtps_buf_clear(&reply->text);
			smtps_buf_add_text(&reply->text, why->text);
		}
	}
}

bool smtps_verdict_next_run(smtps_delivery *delivery)
{
	const smtps_result *result = delivery->result;
	size_t first = 0, end;

	while (first < result->count && result->fates[first] != SMTPS_FATE_NOT_TRIED) {
		first++;
	}
	end = first;
	while (end < result->count && result->fates[end] == SMTPS_FATE_NOT_TRIED &&
		(!delivery->most || end - first < delivery->most)) {
		end++;
	}
	delivery->first = first;
	delivery->transaction.recipients = delivery->mail->recipients + first;
	delivery->transaction.recipient_count = end - first;
	return end > first;
}
