/*
 * What may be tried again: the table of docs/errors.md "What is tried again", as data, in the order of that page. The first
 * row that fits decides; what fits none is not tried again.
 *
 * An `again` comes first; where its turns are used up, `route` says how it goes on.
 */
#include "policy.h"

#include <string.h>

#include "smtp/hints.h"

/* What a failure is, as bits. */
enum {
	CUT = 1 << 0,
	TIMEOUT = 1 << 1,
	NONSENSE = 1 << 2, /* not SMTP, or a byte that nobody asked for */
	TRANSIENT = 1 << 3, /* 4xx */
	PERMANENT = 1 << 4, /* 5xx, or what the message needs and the server lacks */
	EHLO_NAME = 1 << 5,
	INJECTION = 1 << 7,
	CERTIFICATE = 1 << 8,
	NO_MECHANISM = 1 << 9,
	EXPIRED = 1 << 10,
	MANY_RECIPIENTS = 1 << 11,
	THROTTLED = 1 << 12,
	LOGIN_LIMIT = 1 << 13,
	BDAT_REFUSED = 1 << 14,
	RSET_REFUSED = 1 << 15,
	REUSED = 1 << 16,
	FIRST_REPLY = 1 << 17,
	PIPELINED = 1 << 18,
	END_BEGUN = 1 << 19,
	IDLE_CLOSE = 1 << 20, /* 421, or 451 4.4.2: the server had closed or is closing */
	OURS = 1 << 21, /* nothing that another server would do better */
	ANYTHING = 1 << 22
};

#define AT(stage) (1u << SMTPS_STAGE_##stage)

enum { ANY_STAGE = (1 << SMTPS_STAGE_COUNT) - 1 };

typedef struct policy_row {
	unsigned stages;
	unsigned any; /* at least one of these */
	unsigned all; /* and all of these */
	unsigned none; /* and none of these */
	smtps_decision decision;
} policy_row;

#define TRANSACTION (AT(MAIL) | AT(RCPT) | AT(DATA))
#define TO_THE_END (TRANSACTION | AT(END) | AT(RSET))
#define SECURING (AT(STARTTLS) | AT(TLS))
#define REFUSED (TRANSIENT | PERMANENT)
/* clang-format off */
#define STOP(again) {SMTPS_ROUTE_STOP, SMTPS_AGAIN_##again}
#define NEXT(again) {SMTPS_ROUTE_NEXT, SMTPS_AGAIN_##again}
#define SAME_PORT(again) {SMTPS_ROUTE_SAME_PORT, SMTPS_AGAIN_##again}
/* clang-format on */

/* One row, one line of the page. */
/* clang-format off */
static const policy_row table[] = {
	/* stage                any                                   all                   none       decision */
	{ANY_STAGE,             OURS,                                 0,                    0,         STOP(NO)},
	{AT(RESOLVE),           ANYTHING,                             0,                    0,         STOP(NO)},
	{AT(CONNECT),           ANYTHING,                             0,                    0,         NEXT(NO)},
	{AT(GREETING),          TIMEOUT | NONSENSE | PERMANENT | CUT, 0,                    0,         NEXT(NO)},
	{AT(GREETING),          TRANSIENT,                            0,                    THROTTLED, SAME_PORT(NO)},
	{AT(EHLO),              EHLO_NAME,                            0,                    0,         NEXT(NEXT_NAME)},
	{AT(EHLO),              ANYTHING,                             0,                    THROTTLED, NEXT(NO)},
	{SECURING,              INJECTION,                            0,                    0,         STOP(NO)},
	{SECURING,              ANYTHING,                             0,                    THROTTLED, NEXT(NO)},
	{SECURING,              CERTIFICATE,                          0,                    0,         NEXT(NO)},
	{AT(AUTH),              NO_MECHANISM,                         0,                    0,         NEXT(NO)},
	{AT(AUTH),              EXPIRED,                              0,                    0,         STOP(REFRESH_TOKEN)},
	{AT(AUTH),              ANYTHING,                             0,                    THROTTLED, STOP(NO)},
	{ANY_STAGE,             LOGIN_LIMIT,                          0,                    0,         STOP(NO)},
	/* "Too many recipients" after one was accepted is a further transaction of the same message, not another try. */
	{AT(RCPT),              MANY_RECIPIENTS,                      0,                    0,         STOP(NO)},
	{TRANSACTION | AT(END), BDAT_REFUSED,                         0,                    0,         STOP(DATA)},
	/* What was answered behind an RSET that was not: nothing of it counts. */
	{TO_THE_END,            RSET_REFUSED,                         0,                    0,         STOP(RECONNECT)},
	{ANY_STAGE,             THROTTLED,                            TRANSIENT,            0,         STOP(THROTTLED)},
	{TO_THE_END,            IDLE_CLOSE,                           REUSED | FIRST_REPLY, 0,         STOP(RECONNECT)},
	{TRANSACTION,           REFUSED,                              0,                    0,         STOP(NO)},
	{TO_THE_END,            TIMEOUT,                              PIPELINED,            END_BEGUN, STOP(LOCKSTEP)},
	{TO_THE_END,            CUT,                                  REUSED,               END_BEGUN, STOP(RECONNECT)},
	{TO_THE_END,            CUT | TIMEOUT | NONSENSE,             0,                    END_BEGUN, STOP(NO)},
	{TO_THE_END,            CUT | TIMEOUT | NONSENSE,             END_BEGUN,            0,         STOP(NO)},
	{AT(END),               REFUSED,                              0,                    0,         STOP(NO)},
	{ANY_STAGE,             ANYTHING,                             0,                    0,         STOP(NO)},
};
/* clang-format on */

static unsigned cause_bits(smtps_cause cause)
{
	switch (cause) {
		case SMTPS_CAUSE_CUT: return CUT;
		case SMTPS_CAUSE_TIMEOUT: return TIMEOUT;
		case SMTPS_CAUSE_SURPLUS: return NONSENSE;
		case SMTPS_CAUSE_NOT_OFFERED: return PERMANENT;
		case SMTPS_CAUSE_EHLO_NAME: return EHLO_NAME;
		case SMTPS_CAUSE_INJECTION: return INJECTION;
		case SMTPS_CAUSE_CERTIFICATE: return CERTIFICATE;
		case SMTPS_CAUSE_NO_MECHANISM: return NO_MECHANISM;
		case SMTPS_CAUSE_TOKEN_EXPIRED: return EXPIRED;
		case SMTPS_CAUSE_BDAT_REFUSED: return BDAT_REFUSED;
		case SMTPS_CAUSE_RSET_REFUSED: return RSET_REFUSED;
		case SMTPS_CAUSE_SOURCE: return OURS;
		default: return 0;
	}
}

static unsigned kind_bits(smtps_kind kind)
{
	switch (kind) {
		case SMTPS_BAD_OPTION:
		case SMTPS_BAD_MESSAGE:
		case SMTPS_LIMITED:
		case SMTPS_INTERRUPTED:
		case SMTPS_NO_MEMORY: return OURS;
		case SMTPS_NOT_SMTP: return NONSENSE;
		case SMTPS_TIMED_OUT: return TIMEOUT;
		/* Nothing is tried again that may have been delivered, whatever else is known. */
		case SMTPS_UNKNOWN_OUTCOME: return END_BEGUN;
		default: return 0;
	}
}

static bool is_idle_close(const smtps_reply *reply)
{
	static const unsigned short no_answer[3] = {4, 4, 2};

	return reply->code == 421 ||
		(reply->code == 451 && memcmp(reply->enhanced, no_answer, sizeof no_answer) == 0);
}

static unsigned reply_bits(const smtps_error *error, unsigned hint_flags)
{
	unsigned bits = 0;

	bits |= smtps_reply_is_transient(&error->reply) ? TRANSIENT : 0;
	bits |= smtps_reply_is_permanent(&error->reply) ? PERMANENT : 0;
	bits |= is_idle_close(&error->reply) ? IDLE_CLOSE : 0;
	bits |= hint_flags & SMTPS_HINT_THROTTLED ? THROTTLED : 0;
	bits |= hint_flags & SMTPS_HINT_EHLO_NAME ? EHLO_NAME : 0;
	bits |= hint_flags & SMTPS_HINT_MANY_RECIPIENTS ? MANY_RECIPIENTS : 0;
	bits |= hint_flags & SMTPS_HINT_LOGIN_LIMIT ? LOGIN_LIMIT : 0;
	/* Only a 4xx asks to wait: a 5xx that speaks of rates is a refusal, and so is a limit on logins. */
	return (bits & TRANSIENT) && !(bits & LOGIN_LIMIT) ? bits : bits & ~(unsigned)THROTTLED;
}

static unsigned bits_of(const smtps_error *error, const smtps_circumstances *circumstances)
{
	unsigned bits = ANYTHING | cause_bits(error->cause) | kind_bits(error->kind) |
		reply_bits(error, circumstances->hint_flags);

	bits |= circumstances->reused ? REUSED : 0;
	bits |= circumstances->first_reply ? FIRST_REPLY : 0;
	bits |= circumstances->pipelined ? PIPELINED : 0;
	bits |= circumstances->end_begun || error->outcome == SMTPS_UNKNOWN ? END_BEGUN : 0;
	return bits;
}

smtps_decision smtps_policy_decide(const smtps_error *error, const smtps_circumstances *circumstances)
{
	unsigned bits = bits_of(error, circumstances), stage = 1u << error->stage;
	size_t i = 0;

	if (error->outcome == SMTPS_UNKNOWN) {
		return (smtps_decision){SMTPS_ROUTE_STOP, SMTPS_AGAIN_NO};
	}
	while (i < sizeof table / sizeof *table - 1 &&
		(!(table[i].stages & stage) || !(table[i].any & bits) || (table[i].all & ~bits) ||
			(table[i].none & bits))) {
		i++;
	}
	return table[i].decision;
}
