/*
 * The inside of a session, for session*.c alone: steps, under_way and the functions that the files share.
 *
 *   session.c            life, events, questions
 *   session_hello.c      greeting, EHLO, STARTTLS, TLS
 *   session_auth.c       AUTH
 *   session_send.c       the sending cursor: which command or block of a message comes next
 *   session_message.c    the octets of a message on their way out
 *   session_receive.c    the receiving cursor: a reply to the step it belongs to
 *   session_replies.c    what the replies to MAIL, RCPT, DATA, BDAT and the end of a message mean
 *   session_close.c      the end of a session, and of what was under way in it
 *   session_transcript.c the transcript, and secrets kept out of it and of replies
 *
 * A step is a command (or a message) that was written to `out` and whose reply has not come. `out` holds what was not handed on; a
 * place in the stream of everything ever written is a 64-bit number, so that "was this handed on?" is one comparison.
 */
#ifndef SMTPS_SMTP_SESSION_STEPS_H
#define SMTPS_SMTP_SESSION_STEPS_H

#include "reply_parser.h"
#include "session.h"
#include "transparency.h"

enum {
	SMTPS_STEPS_MAX = 512, /* commands unanswered; then the sender waits */
	SMTPS_NEEDLES_MAX = 24, /* forms of secrets that are kept out of replies */
	SMTPS_NEEDLE_MIN = 3
};

#define SMTPS_PLACE_UNKNOWN UINT64_MAX

typedef enum smtps_step_kind {
	SMTPS_STEP_GREETING,
	SMTPS_STEP_EHLO,
	SMTPS_STEP_HELO,
	SMTPS_STEP_STARTTLS,
	SMTPS_STEP_AUTH,
	SMTPS_STEP_ANSWER,
	SMTPS_STEP_CANCEL, /* "*" */
	SMTPS_STEP_NOOP,
	SMTPS_STEP_RSET,
	SMTPS_STEP_MAIL,
	SMTPS_STEP_RCPT,
	SMTPS_STEP_DATA,
	SMTPS_STEP_BODY, /* the octets behind the 354 and their end */
	SMTPS_STEP_DOT, /* a lone dot: nobody is there to receive */
	SMTPS_STEP_BDAT, /* with its chunk */
	SMTPS_STEP_COUNT
} smtps_step_kind;

typedef enum smtps_phase { /* the sender's, in a transaction */
	SMTPS_PHASE_RSET,
	SMTPS_PHASE_MAIL,
	SMTPS_PHASE_RCPT,
	SMTPS_PHASE_MESSAGE, /* the envelope is written: DATA, BDAT, or wait */
	SMTPS_PHASE_DATA, /* waits for the 354 */
	SMTPS_PHASE_OCTETS,
	SMTPS_PHASE_OVER
} smtps_phase;

/* A transaction that has begun. */
typedef struct smtps_progress {
	smtps_transaction *transaction;
	smtps_phase phase;
	size_t next; /* recipient to send */
	size_t pending; /* its steps without a reply */
	size_t answered, accepted, refused; /* recipients; too many is in none of the latter two */
	bool mail_accepted, mail_refused;
	bool closed_by_421; /* as the reply to MAIL or RCPT */
	bool rset_refused; /* the RSET before it, or before one before it, was not answered 250 */
	bool bdat;
	smtps_transparency stream;
	uint64_t left; /* octets of the message not yet pulled */
	uint64_t mail_at; /* place of the last octet of MAIL */
	uint64_t message_at; /* place of the message's first octet */
	uint64_t end_at; /* place of the first octet of its end, see "The end has begun" */
} smtps_progress;

typedef struct smtps_step {
	smtps_step_kind kind;
	smtps_progress *progress; /* NULL outside of a transaction */
	size_t recipient;
	uint64_t begins_at, ends_at; /* places; ends_at unknown while a message is being written */
} smtps_step;

typedef struct smtps_login {
	const smtps_credentials *given;
	smtps_credentials credentials;
	smtps_sasl *sasl;
	smtps_mechanism mechanism;
	unsigned tried; /* mechanism bits */
	unsigned used; /* mechanisms begun */
	unsigned rounds;
	bool initial_sent; /* with the last AUTH line */
	bool bare_tried; /* once without an initial response */
	smtps_error why; /* it is being cancelled */
} smtps_login;

struct smtps_session {
	smtps_session_config config;
	smtps_state state; /* BUSY is worked out, never stored */
	smtps_stage last_stage;
	bool encrypted, greeted, authenticated;
	bool quitting, quit_written;
	bool draining; /* nothing more is sent; closes with `error` once what was handed on is answered */
	bool unclean; /* the last transaction did not end in 2xx */
	bool message_answered; /* one of this connection: the first flight is past */
	bool settled;
	bool tls_event, gate_event, ready_event, closed_event;
	unsigned name; /* of the EHLO names */
	unsigned long replies;
	smtps_channel_binding binding;
	smtps_capabilities capabilities;
	smtps_buf greeting;
	smtps_mechanism mechanism;
	smtps_login login;
	smtps_reply_parser parser;
	smtps_error error;

	smtps_buf out;
	uint64_t handed; /* place behind the last octet handed on: out's first one */
	uint64_t answered_to; /* place behind the last step answered */

	smtps_step steps[SMTPS_STEPS_MAX]; /* a ring */
	size_t first_step, step_count;
	smtps_progress under_way[SMTPS_OUTSTANDING_MAX]; /* a ring */
	size_t first_under_way, under_way_count;
	smtps_progress *sending; /* the newest one, as long as the sender is in it */
	smtps_transaction *queue, **queue_end; /* not begun */
	smtps_transaction *done, **done_end; /* not yet reported */

	smtps_buf needles; /* secret: the forms one behind another */
	size_t needle_lengths[SMTPS_NEEDLES_MAX];
	size_t needle_count;
};

/* session.c */
uint64_t smtps_session_place(const smtps_session *session); /* behind the last octet written */
bool smtps_session_pipelines(const smtps_session *session);
void smtps_session_become_ready(smtps_session *session);

/* session_send.c */
bool smtps_session_room(const smtps_session *session); /* for one step more */
smtps_step *smtps_session_head(smtps_session *session); /* the oldest unanswered step, or NULL */
/* After a command was appended to `out` from the offset `from`: notes the step and the transcript; closes where it was not written. */
bool smtps_session_sent(smtps_session *session, bool written, smtps_step_kind kind, size_t from);
bool smtps_progress_sent(
	smtps_session *session, smtps_progress *progress, bool written, smtps_step_kind kind, size_t from);
void smtps_session_fill(smtps_session *session);

/* session_message.c */
void smtps_progress_begin_octets(smtps_session *session, smtps_progress *progress);
/* True: something was written, or the session closed. */
bool smtps_progress_send_octets(smtps_session *session, smtps_progress *progress);

/* session_hello.c */
void smtps_session_on_greeting(smtps_session *session, const smtps_reply *reply);
void smtps_session_on_hello(smtps_session *session, smtps_step_kind kind, const smtps_reply *reply);
void smtps_session_on_starttls(smtps_session *session, const smtps_reply *reply);

/* session_auth.c */
void smtps_session_on_auth(smtps_session *session, smtps_step_kind kind, const smtps_reply *reply);
void smtps_login_free(smtps_login *login);

/* session_replies.c */
void smtps_progress_on_reply(smtps_session *session, const smtps_step *step, const smtps_reply *reply);
void smtps_progress_conclude(smtps_session *session, smtps_progress *progress, smtps_transaction_state state);
/* Whether there is somebody to receive the message. */
bool smtps_progress_is_wanted(const smtps_progress *progress);
/* Fills in the transaction's error from what MAIL and RCPT were answered; false where they do not refuse it. */
bool smtps_progress_envelope_error(smtps_session *session, smtps_progress *progress);

/* session_close.c */
void smtps_session_close(smtps_session *session); /* with session->error, or none */
void smtps_session_fail(smtps_session *session, smtps_stage stage, smtps_kind kind, smtps_cause cause,
	const char *format, ...) SMTPS_PRINTF(5, 6);
void smtps_session_fail_reply(
	smtps_session *session, smtps_stage stage, smtps_kind kind, smtps_cause cause, const smtps_reply *reply);
/* A reply that may not stand here: step with the server is lost. */
void smtps_session_fail_step(smtps_session *session, smtps_stage stage, const smtps_reply *reply);
/* Like smtps_fail_reply(), with the hint. */
void smtps_session_explain(const smtps_session *session, smtps_error *error, smtps_stage stage,
	smtps_kind kind, smtps_cause cause, const smtps_reply *reply);
/* Sends nothing more, reads what is due, then closes with session->error. */
void smtps_session_drain(smtps_session *session);
void smtps_session_close_if_drained(smtps_session *session);
/* Fills in the error of a transaction that has none of its own. */
void smtps_session_inherit(const smtps_session *session, smtps_transaction *transaction);
/* A transaction that is not in the ring: to those done. */
void smtps_session_report(smtps_session *session, smtps_transaction *transaction);

/* session_transcript.c */
void smtps_session_note_command(smtps_session *session, smtps_step_kind kind, smtps_str line);
void smtps_session_note_reply(smtps_session *session, const smtps_reply *reply);
void smtps_session_remark(smtps_session *session, char direction, const char *format, ...) SMTPS_PRINTF(3, 4);
/* From now on `secret` is masked in what the server says. */
void smtps_session_hide(smtps_session *session, smtps_str secret);
void smtps_session_mask(const smtps_session *session, smtps_buf *text);

#endif
