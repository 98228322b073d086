/*
 * One mail transaction as a value; see transaction.h.
 */
#include "transaction.h"

void smtps_transaction_reset(smtps_transaction *transaction)
{
	for (size_t i = 0; i < transaction->recipient_count; i++) {
		smtps_reply_free(&transaction->recipients[i].reply);
		transaction->recipients[i].verdict = SMTPS_RCPT_PENDING;
	}
	smtps_reply_free(&transaction->reply);
	smtps_error_free(&transaction->error);
	transaction->state = SMTPS_TX_NEW;
	transaction->begun = false;
	transaction->end_begun = false;
	transaction->used_bdat = false;
	transaction->octets_handed = 0;
	transaction->next = NULL;
}

size_t smtps_transaction_accepted(const smtps_transaction *transaction)
{
	size_t accepted = 0;

	for (size_t i = 0; i < transaction->recipient_count; i++) {
		accepted += transaction->recipients[i].verdict == SMTPS_RCPT_ACCEPTED;
	}
	return accepted;
}
