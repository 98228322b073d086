/*
 * One mail transaction (RFC 5321 3.3): the envelope and the message that a caller hands to a session, and the
 * verdicts that the session writes into it.
 *
 * The caller owns it and all it points to, and leaves it alone from submit until it is reported by
 * SMTPS_EVENT_TRANSACTION.
 */
#ifndef SMTPS_SMTP_TRANSACTION_H
#define SMTPS_SMTP_TRANSACTION_H

#include "base/error.h"
#include "base/source.h"

typedef enum smtps_verdict {
	SMTPS_RCPT_PENDING, /* no reply yet: nothing was delivered to it */
	SMTPS_RCPT_ACCEPTED, /* 2xx to RCPT */
	SMTPS_RCPT_REFUSED, /* 4xx or 5xx; the reply says why */
	SMTPS_RCPT_TOO_MANY /* refused because the transaction is full: belongs into a further one */
} smtps_verdict;

enum { SMTPS_NOTIFY_NEVER = 1, SMTPS_NOTIFY_SUCCESS = 2, SMTPS_NOTIFY_FAILURE = 4, SMTPS_NOTIFY_DELAY = 8 };

typedef struct smtps_recipient {
	smtps_str address; /* local part and domain in the form of RFC 5321 4.1.2, without <>; checked before */
	smtps_str orcpt; /* original address, not yet xtext; empty: none (RFC 3461 4.2) */
	unsigned notify; /* SMTPS_NOTIFY_*; 0: not asked */
	smtps_verdict verdict; /* written by the session, as is the reply */
	smtps_reply reply;
} smtps_recipient;

typedef enum smtps_transaction_state {
	SMTPS_TX_NEW,
	SMTPS_TX_QUEUED, /* submitted; nothing of it was handed on */
	SMTPS_TX_BEGUN, /* MAIL was handed on */
	SMTPS_TX_ACCEPTED, /* 2xx to the end of the message */
	SMTPS_TX_REFUSED, /* a reply refused it; or it needs what is not offered */
	SMTPS_TX_FAILED, /* connection lost or timed out before the end had begun: nothing was delivered */
	SMTPS_TX_UNKNOWN /* ... after the end had begun */
} smtps_transaction_state;

typedef struct smtps_transaction {
	/* The envelope. */
	smtps_str sender; /* as recipients' address; empty with null_sender for <> */
	smtps_recipient *recipients;
	size_t recipient_count;
	smtps_str envid; /* DSN ENVID, not yet xtext; empty: none */
	char ret; /* DSN RET: 0 none, 'F' full, 'H' headers */
	bool require_tls; /* REQUIRETLS (RFC 8689) */
	bool require_all; /* any refused recipient refuses the whole */
	/* The message. */
	smtps_source *message;
	bool is_8bit; /* needs 8BITMIME */
	bool is_utf8; /* address or header needs SMTPUTF8 */
	/* How. */
	bool use_bdat; /* BDAT where CHUNKING is offered */
	bool may_ride; /* the message may ride in the flight behind RCPT: the caller vouches for conditions (b)
	                        * and (c) of docs/internals.md "Flights" and that the connection is warm or cold, not stale */
	/* Written by the session. */
	smtps_transaction_state state;
	bool begun; /* MAIL was handed on; false with FAILED: nothing of it ever left */
	bool end_begun;
	bool used_bdat; /* a BDAT of it was answered 2xx: the server can be remembered for it */
	uint64_t octets_handed; /* of the message: progress */
	smtps_reply reply; /* the final reply */
	smtps_error error; /* for REFUSED, FAILED, UNKNOWN */
	struct smtps_transaction *next; /* the session's queue */
} smtps_transaction;

/* Frees the replies and the error, and makes it NEW again with verdicts PENDING; the envelope stays. */
void smtps_transaction_reset(smtps_transaction *transaction);
size_t smtps_transaction_accepted(const smtps_transaction *transaction); /* recipients */

#endif
