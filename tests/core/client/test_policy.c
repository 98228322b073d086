/*
 * What is tried again: the table of docs/errors.md, line by line, and sweeps over everything for what must never happen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/policy.h"
#include "smtp/hints.h"

enum { REUSED = 1, FIRST = 2, PIPELINED = 4, END = 8 };

#define OTHER_ROUTE SMTPS_ROUTE_NEXT
#define NO_ROUTE SMTPS_ROUTE_STOP

/* A failure without a reply. */
typedef struct fault_row {
	smtps_stage stage;
	smtps_kind kind;
	smtps_cause cause;
	unsigned circumstances;
	smtps_next_route route;
	smtps_again again;
} fault_row;

static smtps_circumstances circumstances_of(unsigned bits, unsigned hint_flags)
{
	return (smtps_circumstances){.reused = (bits & REUSED) != 0,
		.first_reply = (bits & FIRST) != 0,
		.pipelined = (bits & PIPELINED) != 0,
		.end_begun = (bits & END) != 0,
		.hint_flags = hint_flags};
}

static void test_failures_without_a_reply(void **state)
{
	static const fault_row rows[] = {
		{SMTPS_STAGE_RESOLVE, SMTPS_LOST, SMTPS_CAUSE_NO_SUCH_HOST, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_RESOLVE, SMTPS_LOST, SMTPS_CAUSE_RESOLVER, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_RESOLVE, SMTPS_TIMED_OUT, SMTPS_CAUSE_TIMEOUT, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_CONNECT, SMTPS_LOST, SMTPS_CAUSE_CONNECT_REFUSED, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_CONNECT, SMTPS_TIMED_OUT, SMTPS_CAUSE_TIMEOUT, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_CONNECT, SMTPS_LOST, SMTPS_CAUSE_UNREACHABLE, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_CONNECT, SMTPS_LOST, SMTPS_CAUSE_CUT, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_GREETING, SMTPS_TIMED_OUT, SMTPS_CAUSE_TIMEOUT, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_GREETING, SMTPS_NOT_SMTP, SMTPS_CAUSE_NONE, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_GREETING, SMTPS_LOST, SMTPS_CAUSE_CUT, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_EHLO, SMTPS_NOT_SMTP, SMTPS_CAUSE_NONE, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_EHLO, SMTPS_REFUSED, SMTPS_CAUSE_EHLO_NAME, 0, OTHER_ROUTE, SMTPS_AGAIN_NEXT_NAME},
		{SMTPS_STAGE_STARTTLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_STARTTLS_MISSING, 0, OTHER_ROUTE,
			SMTPS_AGAIN_NO},
		{SMTPS_STAGE_STARTTLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_INJECTION, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_STARTTLS, SMTPS_NOT_SMTP, SMTPS_CAUSE_INJECTION, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_TLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_HANDSHAKE, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_TLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_CERTIFICATE, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_AUTH, SMTPS_AUTH_FAILED, SMTPS_CAUSE_NO_MECHANISM, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_AUTH, SMTPS_AUTH_FAILED, SMTPS_CAUSE_TOKEN_EXPIRED, 0, NO_ROUTE,
			SMTPS_AGAIN_REFRESH_TOKEN},
		{SMTPS_STAGE_AUTH, SMTPS_TIMED_OUT, SMTPS_CAUSE_TIMEOUT, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_AUTH, SMTPS_LOST, SMTPS_CAUSE_CUT, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_AUTH, SMTPS_NOT_SMTP, SMTPS_CAUSE_NONE, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_MAIL, SMTPS_REFUSED, SMTPS_CAUSE_NOT_OFFERED, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_RCPT, SMTPS_TIMED_OUT, SMTPS_CAUSE_TIMEOUT, PIPELINED, NO_ROUTE, SMTPS_AGAIN_LOCKSTEP},
		{SMTPS_STAGE_RCPT, SMTPS_TIMED_OUT, SMTPS_CAUSE_TIMEOUT, PIPELINED | END, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_RCPT, SMTPS_TIMED_OUT, SMTPS_CAUSE_TIMEOUT, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_MAIL, SMTPS_LOST, SMTPS_CAUSE_CUT, REUSED | FIRST, NO_ROUTE, SMTPS_AGAIN_RECONNECT},
		{SMTPS_STAGE_DATA, SMTPS_LOST, SMTPS_CAUSE_CUT, REUSED, NO_ROUTE, SMTPS_AGAIN_RECONNECT},
		{SMTPS_STAGE_MAIL, SMTPS_LOST, SMTPS_CAUSE_CUT, REUSED | FIRST | END, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_MAIL, SMTPS_LOST, SMTPS_CAUSE_CUT, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_END, SMTPS_UNKNOWN_OUTCOME, SMTPS_CAUSE_CUT, REUSED | END, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_END, SMTPS_UNKNOWN_OUTCOME, SMTPS_CAUSE_TIMEOUT, PIPELINED | END, NO_ROUTE,
			SMTPS_AGAIN_NO},
		{SMTPS_STAGE_RSET, SMTPS_REFUSED, SMTPS_CAUSE_RSET_REFUSED, REUSED, NO_ROUTE, SMTPS_AGAIN_RECONNECT},
		{SMTPS_STAGE_DATA, SMTPS_LOST, SMTPS_CAUSE_SOURCE, REUSED, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_CONNECT, SMTPS_INTERRUPTED, SMTPS_CAUSE_NONE, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_TLS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_CONNECT, SMTPS_NO_MEMORY, SMTPS_CAUSE_LOCAL, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_QUIT, SMTPS_LOST, SMTPS_CAUSE_CUT, REUSED, NO_ROUTE, SMTPS_AGAIN_NO},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		smtps_error error = {.stage = rows[i].stage, .kind = rows[i].kind, .cause = rows[i].cause};
		smtps_circumstances around = circumstances_of(rows[i].circumstances, 0);
		smtps_decision decision;

		error.outcome = error.kind == SMTPS_UNKNOWN_OUTCOME ? SMTPS_UNKNOWN : SMTPS_NOT_SENT;
		decision = smtps_policy_decide(&error, &around);
		if (decision.route != rows[i].route || decision.again != rows[i].again) {
			fail_msg("row %zu: route %d, again %d", i, decision.route, decision.again);
		}
	}
}

typedef struct reply_row {
	smtps_stage stage;
	int code;
	unsigned short enhanced[3];
	smtps_cause cause;
	unsigned circumstances, hint_flags;
	smtps_next_route route;
	smtps_again again;
} reply_row;

static smtps_error error_of(const reply_row *row)
{
	smtps_error error = {.stage = row->stage,
		.kind = row->stage == SMTPS_STAGE_AUTH ? SMTPS_AUTH_FAILED : SMTPS_REFUSED,
		.cause = row->cause};

	error.reply.code = row->code;
	memcpy(error.reply.enhanced, row->enhanced, sizeof error.reply.enhanced);
	return error;
}

static void test_replies_that_refuse(void **state)
{
	static const reply_row rows[] = {
		{SMTPS_STAGE_GREETING, 554, {0}, 0, 0, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_GREETING, 421, {0}, 0, 0, 0, SMTPS_ROUTE_SAME_PORT, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_GREETING, 450, {0}, 0, 0, 0, SMTPS_ROUTE_SAME_PORT, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_GREETING, 421, {0}, 0, 0, SMTPS_HINT_THROTTLED | SMTPS_HINT_CONNECTIONS, NO_ROUTE,
			SMTPS_AGAIN_THROTTLED},
		{SMTPS_STAGE_EHLO, 502, {0}, 0, 0, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_EHLO, 550, {0}, 0, 0, SMTPS_HINT_EHLO_NAME, OTHER_ROUTE, SMTPS_AGAIN_NEXT_NAME},
		{SMTPS_STAGE_EHLO, 504, {0}, SMTPS_CAUSE_EHLO_NAME, 0, 0, OTHER_ROUTE, SMTPS_AGAIN_NEXT_NAME},
		{SMTPS_STAGE_STARTTLS, 454, {0}, 0, 0, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_STARTTLS, 502, {0}, 0, 0, 0, OTHER_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_AUTH, 535, {5, 7, 8}, 0, 0, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_AUTH, 534, {5, 7, 9}, 0, 0, SMTPS_HINT_APP_PASSWORD, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_AUTH, 454, {4, 7, 0}, 0, 0, 0, NO_ROUTE, SMTPS_AGAIN_NO}, /* case 124 */
		{SMTPS_STAGE_AUTH, 454, {4, 7, 0}, 0, 0, SMTPS_HINT_LOGIN_LIMIT, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_AUTH, 454, {4, 7, 0}, 0, 0, SMTPS_HINT_LOGIN_LIMIT | SMTPS_HINT_THROTTLED, NO_ROUTE,
			SMTPS_AGAIN_NO},
		{SMTPS_STAGE_AUTH, 432, {4, 3, 2}, 0, 0, SMTPS_HINT_THROTTLED, NO_ROUTE, SMTPS_AGAIN_THROTTLED},
		{SMTPS_STAGE_AUTH, 535, {0}, SMTPS_CAUSE_TOKEN_EXPIRED, 0, 0, NO_ROUTE, SMTPS_AGAIN_REFRESH_TOKEN},
		{SMTPS_STAGE_MAIL, 550, {0}, 0, 0, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_MAIL, 451, {0}, 0, 0, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_MAIL, 451, {0}, 0, 0, SMTPS_HINT_THROTTLED, NO_ROUTE, SMTPS_AGAIN_THROTTLED},
		{SMTPS_STAGE_MAIL, 550, {0}, 0, 0, SMTPS_HINT_THROTTLED, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_RCPT, 452, {4, 5, 3}, 0, 0, SMTPS_HINT_MANY_RECIPIENTS, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_DATA, 503, {0}, SMTPS_CAUSE_BDAT_REFUSED, 0, 0, NO_ROUTE, SMTPS_AGAIN_DATA},
		{SMTPS_STAGE_END, 500, {0}, SMTPS_CAUSE_BDAT_REFUSED, END, 0, NO_ROUTE, SMTPS_AGAIN_DATA},
		{SMTPS_STAGE_MAIL, 421, {0}, 0, REUSED | FIRST, 0, NO_ROUTE, SMTPS_AGAIN_RECONNECT},
		{SMTPS_STAGE_MAIL, 451, {4, 4, 2}, 0, REUSED | FIRST, 0, NO_ROUTE, SMTPS_AGAIN_RECONNECT},
		{SMTPS_STAGE_MAIL, 451, {4, 3, 0}, 0, REUSED | FIRST, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_RCPT, 421, {0}, 0, REUSED, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_MAIL, 421, {0}, 0, FIRST, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_END, 554, {0}, 0, END, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		{SMTPS_STAGE_END, 451, {0}, 0, END, 0, NO_ROUTE, SMTPS_AGAIN_NO},
		/* A 4xx is no acceptance: a provider that throttles says so here. */
		{SMTPS_STAGE_END, 454, {0}, 0, END, SMTPS_HINT_THROTTLED, NO_ROUTE, SMTPS_AGAIN_THROTTLED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		smtps_error error = error_of(&rows[i]);
		smtps_circumstances around = circumstances_of(rows[i].circumstances, rows[i].hint_flags);
		smtps_decision decision = smtps_policy_decide(&error, &around);

		if (decision.route != rows[i].route || decision.again != rows[i].again) {
			fail_msg("row %zu: route %d, again %d", i, decision.route, decision.again);
		}
	}
}

/* --- what must never happen, over everything ------------------------------------------------------------------- */

typedef void decision_check(
	const smtps_error *error, const smtps_circumstances *around, smtps_decision decision);

static void sweep(decision_check *check)
{
	static const int codes[] = {0, 354, 421, 450, 451, 454, 500, 503, 535, 554};

	for (int stage = 0; stage < SMTPS_STAGE_COUNT; stage++) {
		for (int kind = 1; kind < SMTPS_KIND_COUNT; kind++) {
			for (int cause = 0; cause <= SMTPS_CAUSE_SOURCE; cause++) {
				for (unsigned i = 0; i < 16 * 10 * 4; i++) {
					smtps_error error = {
						.stage = (smtps_stage)stage, .kind = (smtps_kind)kind, .cause = (smtps_cause)cause};
					smtps_circumstances around = circumstances_of(i % 16,
						i / 160 == 1       ? SMTPS_HINT_THROTTLED
							: i / 160 == 2 ? SMTPS_HINT_LOGIN_LIMIT
							: i / 160 == 3 ? 63
										   : 0);

					error.reply.code = codes[i / 16 % 10];
					error.outcome = kind == SMTPS_UNKNOWN_OUTCOME ? SMTPS_UNKNOWN : SMTPS_NOT_SENT;
					check(&error, &around, smtps_policy_decide(&error, &around));
				}
			}
		}
	}
}

static void check_unknown(
	const smtps_error *error, const smtps_circumstances *around, smtps_decision decision)
{
	(void)around;
	if (error->outcome == SMTPS_UNKNOWN) {
		assert_int_equal(decision.route, SMTPS_ROUTE_STOP);
		assert_int_equal(decision.again, SMTPS_AGAIN_NO);
	}
}

static void test_what_may_have_been_delivered_is_never_tried_again(void **state)
{
	(void)state;
	sweep(check_unknown);
}

static void check_silent_end(
	const smtps_error *error, const smtps_circumstances *around, smtps_decision decision)
{
	bool no_reply = error->reply.code == 0 && (around->hint_flags == 0);
	bool is_line = error->cause == SMTPS_CAUSE_CUT || error->cause == SMTPS_CAUSE_TIMEOUT ||
		error->cause == SMTPS_CAUSE_SURPLUS;

	if (around->end_begun && no_reply && is_line && error->stage >= SMTPS_STAGE_MAIL) {
		assert_int_equal(decision.again, SMTPS_AGAIN_NO);
		assert_int_equal(decision.route, SMTPS_ROUTE_STOP);
	}
}

static void test_silence_after_the_end_has_begun_is_final(void **state)
{
	(void)state;
	sweep(check_silent_end);
}

static void check_credentials(
	const smtps_error *error, const smtps_circumstances *around, smtps_decision decision)
{
	(void)around;
	if (error->stage >= SMTPS_STAGE_AUTH && error->cause != SMTPS_CAUSE_NO_MECHANISM) {
		assert_int_equal(decision.route, SMTPS_ROUTE_STOP);
	}
}

static void test_after_credentials_were_sent_no_other_route_is_taken(void **state)
{
	(void)state;
	sweep(check_credentials);
}

static void check_login_limit(
	const smtps_error *error, const smtps_circumstances *around, smtps_decision decision)
{
	(void)error;
	if (around->hint_flags & SMTPS_HINT_LOGIN_LIMIT) {
		assert_int_not_equal(decision.again, SMTPS_AGAIN_THROTTLED);
	}
}

static void test_too_many_logins_are_never_tried_again(void **state)
{
	(void)state;
	sweep(check_login_limit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures_without_a_reply),
		cmocka_unit_test(test_replies_that_refuse),
		cmocka_unit_test(test_what_may_have_been_delivered_is_never_tried_again),
		cmocka_unit_test(test_silence_after_the_end_has_begun_is_final),
		cmocka_unit_test(test_after_credentials_were_sent_no_other_route_is_taken),
		cmocka_unit_test(test_too_many_logins_are_never_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
