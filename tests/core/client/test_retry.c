/*
 * What is tried again, and what on no account: each row of the table with a scripted server.
 */
#include "lab.h"

/* A mail to `recipients` that must fail with `kind`; the error stays in `mail`. */
static void fails_with(
	const char *script, size_t recipients, smtps_kind kind, test_mail *mail, const char *const *words)
{
	test_lab lab;
	smtps_client *client;

	lab_start(&lab, script);
	client = client_hosted(&lab, NULL, words);
	mail_init(mail, SMTPS_STR(SMALL_MAIL), recipients);
	assert_not_sent(mail, client, kind);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

/* Two mails; the second must arrive although its first attempt meets what `second` does. */
static void second_arrives(const char *second)
{
	char script[4096];
	test_lab lab;
	smtps_client *client;

	snprintf(script, sizeof script, "%s%sconnection 2:\n%s", OFFER(PIPELINING) DATA_MAIL QUEUED, second,
		OFFER(PIPELINING) DATA_MAIL QUEUED QUIT);
	lab_start(&lab, script);
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

/* Case 220: seen at acquire. */
static void connection_closed_while_idle_is_not_used(void **state)
{
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab,
		OFFER(PIPELINING) DATA_MAIL QUEUED "close\nconnection 2:\n" OFFER(PIPELINING) DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	assert_scripts_ran(&lab, 1);
	assert_false(smtps_client_is_connected(client));
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	assert_false(lab_heard(&lab, "RSET"));
	lab_stop(&lab);
}

/* Case 75: a reply that no command asked for, queued while idle. */
static void unasked_reply_while_idle_closes(void **state)
{
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab,
		OFFER(PIPELINING) DATA_MAIL QUEUED
		"flush\nsleep 0.05\nS: 421 4.4.2 idle\nC? MAIL\nconnection 2:\n" OFFER(PIPELINING)
			DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	usleep(150 * 1000);
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

/* Case 221: once, and without telling anyone. */
static void cut_in_place_of_the_first_reply_reconnects_once(void **state)
{
	(void)state;
	second_arrives("C: MAIL\nclose\n");
}

static void reset_in_place_of_the_first_reply_reconnects_once(void **state)
{
	(void)state;
	second_arrives("C: MAIL\nreset\n");
}

static void service_ending_as_first_reply_reconnects_once(void **state)
{
	(void)state;
	second_arrives("C: MAIL\nS: 421 4.4.2 idle for too long\nclose\n");
}

static void idle_timeout_as_first_reply_reconnects_once(void **state)
{
	(void)state;
	second_arrives("C: MAIL\nS: 451 4.4.2 timeout waiting for data\nclose\n");
}

static void reconnects_no_second_time(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab,
		OFFER(PIPELINING) DATA_MAIL QUEUED
		"C: MAIL\nclose\nconnection 2:\n" OFFER(PIPELINING) "C: MAIL\nclose\n");
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_not_sent(&mail, client, SMTPS_LOST);
	assert_int_equal(mail.error.outcome, SMTPS_NOT_SENT);
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

/* Case 92. */
static void cut_before_the_end_is_not_sent(void **state)
{
	test_mail mail;

	(void)state;
	fails_with(
		OFFER(PIPELINING) ENVELOPE "C: DATA\n" OKS "flush\nclose\n", 1, SMTPS_LOST, &mail, WORDS(PLAIN));
	assert_int_equal(mail.error.outcome, SMTPS_NOT_SENT);
	assert_true(mail.error.temporary);
	mail_free(&mail);
}

/* Case 93. */
static void cut_after_the_end_is_unknown(void **state)
{
	test_mail mail;

	(void)state;
	fails_with(OFFER(PIPELINING) DATA_MAIL "close\n", 1, SMTPS_UNKNOWN_OUTCOME, &mail, WORDS(PLAIN));
	assert_int_equal(mail.error.outcome, SMTPS_UNKNOWN);
	assert_int_equal(mail.result.fates[0], SMTPS_FATE_UNKNOWN);
	mail_free(&mail);
}

/* Case 95. */
static void silence_after_the_end_is_unknown(void **state)
{
	test_mail mail;

	(void)state;
	fails_with(OFFER(PIPELINING) DATA_MAIL "hold\n", 1, SMTPS_UNKNOWN_OUTCOME, &mail,
		WORDS(PLAIN, "final_timeout", "0.3"));
	assert_int_equal(mail.error.outcome, SMTPS_UNKNOWN);
	mail_free(&mail);
}

/* Case 84: the flight goes once more, command by command; and then no more. */
static void lost_replies_of_a_flight_are_asked_for_one_by_one(void **state)
{
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab,
		OFFER(PIPELINING) "C: MAIL\nS: 250 ok\nhold\nconnection 2:\n" OFFER(
			PIPELINING) "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\n" QUEUED QUIT);
	client = client_of(&lab, PLAIN, "timeout", "0.3");
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

/* Case 90. */
static void refused_data_is_refused(void **state)
{
	test_mail mail;

	(void)state;
	fails_with(OFFER(PIPELINING) ENVELOPE "C: DATA\n" OKS "S: 554 5.5.1 no valid recipients\nC? QUIT\n", 1,
		SMTPS_REFUSED, &mail, WORDS(PLAIN));
	assert_int_equal(mail.error.reply.code, 554);
	assert_int_equal(mail.error.outcome, SMTPS_NOT_SENT);
	mail_free(&mail);
}

/* Case 96. */
static void refused_end_is_not_sent(void **state)
{
	test_mail mail;

	(void)state;
	fails_with(
		OFFER(PIPELINING) DATA_MAIL "S: 554 5.7.1 spam\nC? QUIT\n", 1, SMTPS_REFUSED, &mail, WORDS(PLAIN));
	assert_int_equal(mail.error.stage, SMTPS_STAGE_END);
	assert_int_equal(mail.error.outcome, SMTPS_NOT_SENT);
	assert_false(mail.error.temporary);
	mail_free(&mail);
}

/* Case 232: the connection serves on, behind a RSET. */
static void refused_mail_leaves_the_connection(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab,
		OFFER("") "C: MAIL\nS: 250 ok\nC: RCPT\nS: 550 5.1.1 no\nC: RSET\nS: 250 ok\n"
				  "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\n" QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_not_sent(&mail, client, SMTPS_NO_RECIPIENT);
	assert_int_equal(mail.result.replies[0].code, 550);
	mail_free(&mail);
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

#define MAIL_3 "C: MAIL\nC: RCPT TO:<r0\nC: RCPT TO:<r1\nC: RCPT TO:<r2\nC: DATA\n"
#define FULL "S: 452 4.5.3 too many recipients\n"

/* Case 89. */
static void too_many_recipients_go_in_further_transactions(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab,
		OFFER(PIPELINING) MAIL_3
		"S: 250 ok\nS: 250 ok\n" FULL FULL "S: 354 go\nC*\nS: 250 ok: queued as AAAAAAA1\n"
		"C: MAIL\nC: RCPT TO:<r1\nC: DATA\n" OKS "S: 354 go\nC*\nS: 250 ok: queued as AAAAAAA2\n"
		"C: MAIL\nC: RCPT TO:<r2\nC: DATA\n" OKS "S: 354 go\nC*\nS: 250 ok: queued as AAAAAAA3\n" QUIT);
	client = client_of(&lab, PLAIN);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 3);
	assert_sent(&mail, client);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(mail.result.fates[i], SMTPS_FATE_ACCEPTED);
	}
	assert_str(smtps_buf_str(&mail.result.queue_ids), "AAAAAAA1\nAAAAAAA2\nAAAAAAA3");
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

/* Case 89: a further transaction must accept one more; else those left are rejected, and the mail was still sent. */
static void further_transaction_without_progress_ends(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab,
		OFFER("") "C: MAIL\nS: 250 ok\nC: RCPT TO:<r0\nS: 250 ok\nC: RCPT TO:<r1\n" FULL
				  "C: DATA\nS: 354 go\nC*\n" QUEUED "C: MAIL\nS: 250 ok\nC: RCPT TO:<r1\n" FULL
				  "C? RSET\nS: 250 ok\nC? QUIT\n");
	client = client_of(&lab, PLAIN);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 2);
	assert_sent(&mail, client);
	assert_int_equal(mail.result.fates[0], SMTPS_FATE_ACCEPTED);
	assert_int_equal(mail.result.fates[1], SMTPS_FATE_REJECTED);
	assert_int_equal(mail.result.replies[1].code, 452);
	mail_free(&mail);
	smtps_client_free(client);
	lab_closed(&lab);
	lab_stop(&lab);
}

static void recipients_are_split_by_the_limit_offered(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab,
		OFFER(PIPELINING "S: 250-LIMITS RCPTMAX=2\n") "C: MAIL\nC: RCPT TO:<r0\nC: RCPT TO:<r1\nC: DATA\n" OKS
													  "S: 250 ok\nS: 354 go\nC*\n" QUEUED
													  "C: MAIL\nC: RCPT TO:<r2\nC: DATA\n" OKS
													  "S: 354 go\nC*\n" QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 3);
	assert_sent(&mail, client);
	assert_int_equal(mail.result.fates[2], SMTPS_FATE_ACCEPTED);
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

/* After the first 2xx a loss is part of the result. */
static void loss_in_a_further_transaction_rejects_the_rest(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab,
		OFFER(PIPELINING "S: 250-LIMITS RCPTMAX=1\n") "C: MAIL\nC: RCPT TO:<r0\nC: DATA\n" OKS
													  "S: 354 go\nC*\n" QUEUED
													  "C: MAIL\nC: RCPT TO:<r1\nC: DATA\n" OKS
													  "S: 354 go\nC*\nflush\nclose\n");
	client = client_of(&lab, PLAIN);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 3);
	assert_sent(&mail, client);
	assert_int_equal(mail.result.fates[0], SMTPS_FATE_ACCEPTED);
	assert_int_equal(mail.result.fates[1], SMTPS_FATE_UNKNOWN);
	assert_int_equal(mail.result.fates[2], SMTPS_FATE_REJECTED);
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

static void refused_bdat_goes_once_more_with_data(void **state)
{
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab,
		OFFER(CHUNKING) ENVELOPE OKS
		"C: BDAT 57 LAST\nC*\nS: 502 5.5.1 not here\nC? QUIT\nconnection 2:\n" OFFER(CHUNKING)
			DATA_MAIL QUEUED DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

/* A cut in a BDAT is a doubt; the next mails go there by DATA. */
static void cut_bdat_is_unknown_and_not_used_again(void **state)
{
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab,
		OFFER(CHUNKING) ENVELOPE OKS "C: BDAT 57 LAST\nC*\n" QUEUED ENVELOPE
									 "C: BDAT 57 LAST\nC*\nclose\nconnection 2:\n" OFFER(CHUNKING)
										 DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_not_sent(&mail, client, SMTPS_UNKNOWN_OUTCOME);
	assert_int_equal(mail.result.fates[0], SMTPS_FATE_UNKNOWN);
	mail_free(&mail);
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

static void mail_without_recipients_is_refused_here(void **state)
{
	test_lab lab = {0};
	smtps_client *client = client_of(&lab, PLAIN, "port", "9");
	test_mail mail;

	(void)state;
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 0);
	assert_not_sent(&mail, client, SMTPS_BAD_MESSAGE);
	mail_free(&mail);
	smtps_client_free(client);
}

static void throttled_server_is_asked_again_after_a_pause(void **state)
{
	test_lab lab;
	smtps_client *client;
	smtps_time began = smtps_now();

	(void)state;
	lab_start(&lab,
		"S: 421 4.7.0 too many connections from your host, try later\nclose\nconnection 2:\n" OFFER(
			PIPELINING) DATA_MAIL QUEUED QUIT);
	client = client_of(&lab, PLAIN);
	assert_one_goes(client);
	assert_true(smtps_now() - began >= SMTPS_SECONDS(1));
	smtps_client_free(client);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

/* Case 105: greylisting is the caller's to wait for. */
static void greylisting_is_not_waited_for(void **state)
{
	test_mail mail;

	(void)state;
	fails_with(
		OFFER("") "C: MAIL\nS: 250 ok\nC: RCPT\nS: 450 4.2.0 greylisted, see you in 5 minutes\nC? QUIT\n", 1,
		SMTPS_NO_RECIPIENT, &mail, WORDS(PLAIN));
	assert_true(mail.error.temporary);
	mail_free(&mail);
}

/* --- the host ---------------------------------------------------------------------------------------------------- */

static bool always(void *context)
{
	return ++*(int *)context > 0;
}

/* Case 182. */
static void host_interrupts_within_a_tick(void **state)
{
	int asked = 0;
	smtps_host host = {.context = &asked, .interrupted = always};
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab, "hold\n");
	client = client_hosted(&lab, &host, WORDS(PLAIN));
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_not_sent(&mail, client, SMTPS_INTERRUPTED);
	assert_int_equal(mail.error.outcome, SMTPS_NOT_SENT);
	assert_int_equal(asked, 1);
	assert_false(smtps_client_is_connected(client));
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

static void interrupt_after_the_end_is_unknown(void **state)
{
	int asked = 0;
	smtps_host host = {.context = &asked, .interrupted = always};
	test_lab lab;
	smtps_client *client;
	test_mail mail;

	(void)state;
	lab_start(&lab, OFFER(PIPELINING) DATA_MAIL "hold\n");
	client = client_hosted(&lab, &host, WORDS(PLAIN));
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_not_sent(&mail, client, SMTPS_INTERRUPTED);
	assert_int_equal(mail.error.outcome, SMTPS_UNKNOWN);
	assert_int_equal(mail.result.fates[0], SMTPS_FATE_UNKNOWN);
	mail_free(&mail);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

typedef struct token_count {
	int fetched, refreshed;
	bool none;
} token_count;

static bool give_token(void *context, bool refresh, smtps_buf *token, smtps_error *error)
{
	token_count *tokens = context;

	tokens->fetched++;
	tokens->refreshed += refresh;
	if (tokens->none) {
		return smtps_fail(error, SMTPS_STAGE_AUTH, SMTPS_INTERRUPTED, SMTPS_CAUSE_LOCAL, "thrown");
	}
	smtps_buf_add_text(token, refresh ? "fresh" : "stale");
	return true;
}

#define XOAUTH2 "tls server.pem\nS: 220 mx\nC: EHLO\nS: 250-mx\nS: 250 AUTH XOAUTH2\n"

/* Case 118. */
static void expired_token_is_refreshed_once(void **state)
{
	token_count tokens = {0};
	smtps_host host = {.context = &tokens, .token = give_token};
	test_lab lab;
	smtps_client *client;

	(void)state;
	lab_start(&lab,
		XOAUTH2
		"C64: /Bearer stale/\nS: 334 eyJzdGF0dXMiOiI0MDEifQ==\nC: /.*/\nS: 535 5.7.8 expired\nC? QUIT\n"
		"connection 2:\n" XOAUTH2
		"C64: /Bearer fresh/\nS: 235 ok\nC: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\n" QUEUED
			QUIT);
	client =
		client_hosted(&lab, &host, WORDS("ca_file", "ca.pem", "encryption", "implicit", "username", "shop"));
	assert_one_goes(client);
	assert_int_equal(tokens.fetched, 2);
	assert_int_equal(tokens.refreshed, 1);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 2);
	lab_stop(&lab);
}

/* Case 117: nothing is opened, and the host's exception stands. */
static void thrown_token_ends_the_call(void **state)
{
	token_count tokens = {.none = true};
	smtps_host host = {.context = &tokens, .token = give_token};
	test_lab lab = {0};
	smtps_client *client;
	test_mail mail;

	(void)state;
	client = client_hosted(&lab, &host, WORDS("encryption", "implicit", "port", "9", "username", "shop"));
	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_not_sent(&mail, client, SMTPS_INTERRUPTED);
	assert_int_equal(mail.result.attempts.count, 0);
	mail_free(&mail);
	smtps_client_free(client);
}

/* Case 62: the child's copy says nothing on the parent's connection, which serves on. */
static void forked_child_only_closes_the_descriptor(void **state)
{
	test_lab lab;
	smtps_client *client;
	int status = 0;
	pid_t child;

	(void)state;
	lab_start(&lab,
		"tls server.pem\nS: 220 mx ESMTP\nC: EHLO\nS: 250 mx\n"
		"C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\n" QUEUED
		"C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\n" QUEUED QUIT);
	client = client_of(&lab, "ca_file", "ca.pem", "encryption", "implicit");
	assert_one_goes(client);
	child = fork();
	if (child == 0) {
		bool dead = !smtps_client_is_connected(client);

		smtps_client_free(client);
		_exit(dead ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_one_goes(client);
	smtps_client_free(client);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

static bool send_within(void *context, bool refresh, smtps_buf *token, smtps_error *error)
{
	(void)refresh;
	(void)error;
	assert_one_goes(*(smtps_client **)context);
	smtps_buf_add_text(token, "t");
	return true;
}

/* Busy is a property of a connection: a call from inside a callback gets another one. */
static void nested_call_gets_a_connection_of_its_own(void **state)
{
	test_lab inner, outer;
	smtps_client *nested = NULL, *client;
	smtps_host host = {.context = &nested, .token = send_within};

	(void)state;
	lab_start(&inner, OFFER(PIPELINING) DATA_MAIL QUEUED QUIT);
	lab_start(&outer,
		XOAUTH2
		"C: AUTH\nS: 235 ok\nC: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\n" QUEUED QUIT);
	nested = client_of(&inner, PLAIN);
	client = client_hosted(
		&outer, &host, WORDS("ca_file", "ca.pem", "encryption", "implicit", "username", "shop"));
	assert_one_goes(client);
	smtps_client_free(client);
	smtps_client_free(nested);
	assert_scripts_ran(&outer, 1);
	assert_scripts_ran(&inner, 1);
	lab_stop(&outer);
	lab_stop(&inner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connection_closed_while_idle_is_not_used),
		cmocka_unit_test(unasked_reply_while_idle_closes),
		cmocka_unit_test(cut_in_place_of_the_first_reply_reconnects_once),
		cmocka_unit_test(reset_in_place_of_the_first_reply_reconnects_once),
		cmocka_unit_test(service_ending_as_first_reply_reconnects_once),
		cmocka_unit_test(idle_timeout_as_first_reply_reconnects_once),
		cmocka_unit_test(reconnects_no_second_time),
		cmocka_unit_test(cut_before_the_end_is_not_sent),
		cmocka_unit_test(cut_after_the_end_is_unknown),
		cmocka_unit_test(silence_after_the_end_is_unknown),
		cmocka_unit_test(lost_replies_of_a_flight_are_asked_for_one_by_one),
		cmocka_unit_test(refused_data_is_refused),
		cmocka_unit_test(refused_end_is_not_sent),
		cmocka_unit_test(refused_mail_leaves_the_connection),
		cmocka_unit_test(too_many_recipients_go_in_further_transactions),
		cmocka_unit_test(further_transaction_without_progress_ends),
		cmocka_unit_test(recipients_are_split_by_the_limit_offered),
		cmocka_unit_test(loss_in_a_further_transaction_rejects_the_rest),
		cmocka_unit_test(refused_bdat_goes_once_more_with_data),
		cmocka_unit_test(cut_bdat_is_unknown_and_not_used_again),
		cmocka_unit_test(mail_without_recipients_is_refused_here),
		cmocka_unit_test(throttled_server_is_asked_again_after_a_pause),
		cmocka_unit_test(greylisting_is_not_waited_for),
		cmocka_unit_test(host_interrupts_within_a_tick),
		cmocka_unit_test(interrupt_after_the_end_is_unknown),
		cmocka_unit_test(expired_token_is_refreshed_once),
		cmocka_unit_test(thrown_token_ends_the_call),
		cmocka_unit_test(forked_child_only_closes_the_descriptor),
		cmocka_unit_test(nested_call_gets_a_connection_of_its_own),
	};

	return cmocka_run_group_tests_name("client: retry", tests, NULL, NULL);
}
