/*
 * Every wait ends: peers that are silent, slow, or deaf, and which deadline holds when.
 */
#include "lab.h"

static void big_text(smtps_buf *text, size_t octets)
{
	smtps_buf_add_text(text, "Subject: big\r\n\r\n");
	while (text->len < octets) {
		smtps_buf_add_text(text, "Line upon line, here a little and there a little, until it is enough.\r\n");
	}
}

/* A mail of `octets` over one scripted connection; the result stays in `mail`, `text` is the caller's to free. */
static bool send_to(
	const char *script, const char *const *words, smtps_str text, test_mail *mail, smtps_time *took)
{
	test_lab lab;
	smtps_client *client;
	smtps_time began;
	bool sent;

	lab_start(&lab, script);
	client = client_hosted(&lab, NULL, words);
	mail_init(mail, text, 1);
	began = smtps_now();
	sent = mail_send(mail, client);
	*took = smtps_now() - began;
	smtps_client_free(client);
	lab_closed(&lab);
	lab_stop(&lab);
	return sent;
}

static void assert_timed_out(
	const char *script, const char *const *words, smtps_stage stage, double at_least, double at_most)
{
	test_mail mail;
	smtps_time took;

	assert_false(send_to(script, words, SMTPS_STR(SMALL_MAIL), &mail, &took));
	assert_int_equal(mail.error.kind, SMTPS_TIMED_OUT);
	assert_int_equal(mail.error.stage, stage);
	assert_int_equal(mail.error.outcome, SMTPS_NOT_SENT);
	assert_true(mail.error.temporary);
	assert_true((double)took / 1e6 >= at_least);
	assert_true((double)took / 1e6 < at_most);
	mail_free(&mail);
}

/* Case 16. */
static void silent_greeting_ends(void **state)
{
	(void)state;
	assert_timed_out("hold\n", WORDS(PLAIN, "timeout", "0.3"), SMTPS_STAGE_GREETING, 0.3, 2);
}

/* Case 17: the deadline is for the whole reply, not for an octet. */
static void trickled_reply_ends(void **state)
{
	(void)state;
	assert_timed_out("drip 0.1\nS: 220 one octet every tenth of a second keeps no deadline alive\nhold\n",
		WORDS(PLAIN, "timeout", "0.4"), SMTPS_STAGE_GREETING, 0.4, 2);
}

static void each_reply_has_its_own_time(void **state)
{
	test_mail mail;
	smtps_time took;

	(void)state;
	assert_true(
		send_to("sleep 0.2\n" OFFER("") "C: MAIL\nsleep 0.2\nS: 250 ok\nC: RCPT\nsleep 0.2\nS: 250 ok\n"
										"C: DATA\nsleep 0.2\nS: 354 go\nC*\n" QUEUED QUIT,
			WORDS(PLAIN, "timeout", "0.5"), SMTPS_STR(SMALL_MAIL), &mail, &took));
	assert_true(took >= SMTPS_MILLISECONDS(800));
	mail_free(&mail);
}

/* `deadline` cuts across replies, up to the reply to MAIL. */
static void deadline_holds_until_mail_is_answered(void **state)
{
	(void)state;
	assert_timed_out("sleep 0.2\n" OFFER("") "C: MAIL\nhold\n",
		WORDS(PLAIN, "timeout", "30", "deadline", "0.6"), SMTPS_STAGE_MAIL, 0.6, 2);
}

static void deadline_holds_no_longer_after_mail(void **state)
{
	test_mail mail;
	smtps_time took;

	(void)state;
	assert_true(send_to(
		OFFER(
			"") "C: MAIL\nS: 250 ok\nC: RCPT\nflush\nsleep 0.6\nS: 250 ok\nC: DATA\nS: 354 go\nC*\nflush\nsleep 0.6\n" QUEUED
			QUIT,
		WORDS(PLAIN, "deadline", "0.5"), SMTPS_STR(SMALL_MAIL), &mail, &took));
	assert_true(took >= SMTPS_MILLISECONDS(1200));
	mail_free(&mail);
}

/* The final reply has its own time, which is longer. */
static void end_of_message_may_take_longer(void **state)
{
	test_mail mail;
	smtps_time took;

	(void)state;
	assert_true(send_to(OFFER(PIPELINING) DATA_MAIL "flush\nsleep 0.8\n" QUEUED QUIT,
		WORDS(PLAIN, "timeout", "0.3", "final_timeout", "5"), SMTPS_STR(SMALL_MAIL), &mail, &took));
	mail_free(&mail);
}

/* Cases 18, 27: the dot was not begun, so nothing was delivered. */
static void deaf_server_ends(void **state)
{
	test_mail mail;
	smtps_time took;
	smtps_buf text = {0};

	(void)state;
	big_text(&text, 12 * 1000 * 1000);
	assert_false(send_to(
		"receive-buffer 4096\n" OFFER("") "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\n"
										  "flush\nstop-reading\nhold\n",
		WORDS(PLAIN, "timeout", "0.4"), smtps_buf_str(&text), &mail, &took));
	assert_int_equal(mail.error.kind, SMTPS_TIMED_OUT);
	assert_int_equal(mail.error.outcome, SMTPS_NOT_SENT);
	assert_true(took < SMTPS_SECONDS(3));
	mail_free(&mail);
	smtps_buf_free(&text);
}

/* All replies of the flight had come: going command by command would not help, so it is not sent a second time. */
static void deaf_server_is_tried_once(void **state)
{
	test_mail mail;
	smtps_time took;
	smtps_buf text = {0};

	(void)state;
	big_text(&text, 12 * 1000 * 1000);
	assert_false(send_to("receive-buffer 4096\n" OFFER(PIPELINING) ENVELOPE
		"C: DATA\n" OKS "S: 354 go\nflush\nstop-reading\nhold\n",
		WORDS(PLAIN, "timeout", "0.4"), smtps_buf_str(&text), &mail, &took));
	assert_int_equal(mail.error.kind, SMTPS_TIMED_OUT);
	assert_int_equal(mail.error.outcome, SMTPS_NOT_SENT);
	assert_int_equal(mail.result.attempts.count, 1);
	mail_free(&mail);
	smtps_buf_free(&text);
}

/* Case 91: heard in the middle of the message; the end is not sent. */
static void refusal_amid_the_message_is_heard(void **state)
{
	test_mail mail;
	smtps_time took;
	smtps_buf text = {0};

	(void)state;
	big_text(&text, 12 * 1000 * 1000);
	assert_false(send_to(
		"receive-buffer 4096\n" OFFER("") "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\n"
										  "flush\nC*100000\nS: 552 5.3.4 too big for me\nflush\nhold\n",
		WORDS(PLAIN, "timeout", "5"), smtps_buf_str(&text), &mail, &took));
	assert_int_equal(mail.error.reply.code, 552);
	assert_int_equal(mail.error.outcome, SMTPS_NOT_SENT);
	assert_true(took < SMTPS_SECONDS(3));
	mail_free(&mail);
	smtps_buf_free(&text);
}

/* Case 57: one deadline over the whole handshake. */
static void handshake_that_stands_still_ends(void **state)
{
	(void)state;
	assert_timed_out("hold\n", WORDS("encryption", "implicit", "ca_file", "ca.pem", "timeout", "0.3"),
		SMTPS_STAGE_TLS, 0.3, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silent_greeting_ends),
		cmocka_unit_test(trickled_reply_ends),
		cmocka_unit_test(each_reply_has_its_own_time),
		cmocka_unit_test(deadline_holds_until_mail_is_answered),
		cmocka_unit_test(deadline_holds_no_longer_after_mail),
		cmocka_unit_test(end_of_message_may_take_longer),
		cmocka_unit_test(deaf_server_ends),
		cmocka_unit_test(deaf_server_is_tried_once),
		cmocka_unit_test(refusal_amid_the_message_is_heard),
		cmocka_unit_test(handshake_that_stands_still_ends),
	};

	return cmocka_run_group_tests_name("client: time", tests, NULL, NULL);
}
