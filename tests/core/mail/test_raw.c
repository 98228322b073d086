/*
 * Raw messages: line ends (case 129), the final CRLF (131), Bcc and its folded lines (143), long lines (140), facts, policy, chunkings.
 */
#include "mail_testing.h"

#include "mail/raw.h"

static smtps_buf passed_by(smtps_str text, size_t step, const smtps_raw_options *options, smtps_raw **kept)
{
	smtps_raw *raw = smtps_raw_new(options);
	smtps_buf out = {0};
	smtps_error error = {0};

	for (size_t at = 0; at < text.len; at += step) {
		assert_done(
			smtps_raw_push(raw, text.data + at, text.len - at < step ? text.len - at : step, &out, &error));
	}
	assert_done(smtps_raw_finish(raw, &out, &error));
	if (kept) {
		*kept = raw;
	} else {
		smtps_raw_free(raw);
	}
	return out;
}

static void becomes(const char *given, const char *expected)
{
	smtps_raw_options options = {.compose = {.now = TEST_NOW}};
	smtps_str text = smtps_str_of(given);

	for (size_t step = 1; step <= text.len + 1; step++) {
		smtps_raw *raw;
		smtps_raw_facts facts;
		smtps_buf out = passed_by(text, step, &options, &raw);

		assert_str(smtps_buf_str(&out), expected);
		smtps_raw_get_facts(raw, &facts);
		assert_int_equal(facts.size, out.len);
		smtps_buf_free(&out);
		smtps_raw_free(raw);
	}
}

static void a_proper_message_passes_unchanged(void **state)
{
	(void)state;
	becomes("Subject: x\r\n\r\nbody\r\n", "Subject: x\r\n\r\nbody\r\n");
	becomes("Subject: x\r\n\r\n\r\n\r\nbody\r\n\r\n\r\n", "Subject: x\r\n\r\n\r\n\r\nbody\r\n\r\n\r\n");
	becomes("no header at all", "no header at all\r\n");
	becomes("Subject: x\r\n", "Subject: x\r\n");
	becomes("\r\nbody\r\n", "\r\nbody\r\n");
}

/* Case 129: what smuggles an end of data elsewhere. */
static void bare_cr_and_lf_become_crlf(void **state)
{
	(void)state;
	becomes("A: b\n\nx\n.\ny", "A: b\r\n\r\nx\r\n.\r\ny\r\n");
	becomes("A: b\r\n\r\nx\n.\r\ny\r\n", "A: b\r\n\r\nx\r\n.\r\ny\r\n");
	becomes("A: b\r\n\r\nx\r.\ry\r\n", "A: b\r\n\r\nx\r\n.\r\ny\r\n");
	becomes("A: b\r\n\r\nx\r\n.\ry", "A: b\r\n\r\nx\r\n.\r\ny\r\n");
	becomes("A: b\r\n\r\n\n.\r", "A: b\r\n\r\n\r\n.\r\n");
	becomes("A: b\r\n\r\n\r.\r\n", "A: b\r\n\r\n\r\n.\r\n");
	becomes("A: b\r\rbody\r\r", "A: b\r\n\r\nbody\r\n\r\n");
}

/* Case 131. */
static void there_is_exactly_one_crlf_at_the_end(void **state)
{
	(void)state;
	becomes("", "\r\n");
	becomes("\n", "\r\n");
	becomes("A: b\n\n", "A: b\r\n\r\n");
	becomes("A: b\n\n.", "A: b\r\n\r\n.\r\n");
	becomes("A: b\n\n...\n", "A: b\r\n\r\n...\r\n");
	becomes("Bcc: a@b.example", "\r\n");
	becomes("Bcc: a@b.example\n\nx", "\r\nx\r\n");
}

/* Case 143. */
static void bcc_resent_bcc_and_return_path_never_leave(void **state)
{
	(void)state;
	becomes("A: b\nBcc: x@y.example,\n\tz@y.example,\n q@y.example\nC: d\n\nBcc: stays\n",
		"A: b\r\nC: d\r\n\r\nBcc: stays\r\n");
	becomes("bCC : x\nRESENT-BCC:y\n z\nreturn-path: <q>\nA: b\n\n", "A: b\r\n\r\n");
	becomes("A: b\rBcc: x\r\n\r\n", "A: b\r\n\r\n");
	becomes("A: b\n Bcc: x\nXBcc: y\nBccx: z\n\n", "A: b\r\n Bcc: x\r\nXBcc: y\r\nBccx: z\r\n\r\n");
	becomes("garbage line\nBcc: x\n\n", "garbage line\r\n\r\n");
	becomes("Bcc\n: x\nA: b\n\n", "Bcc\r\n: x\r\nA: b\r\n\r\n");
	becomes("A: b\nBcc: x\n \n more\nC: d\n\n", "A: b\r\nC: d\r\n\r\n");
}

/* Case 144: duplicates pass. */
static void nothing_else_changes(void **state)
{
	(void)state;
	becomes("From: a@b.example\nFrom: c@d.example\nSubject: x\nSubject: y\n\n",
		"From: a@b.example\r\nFrom: c@d.example\r\nSubject: x\r\nSubject: y\r\n\r\n");
}

/* Every chunking of every string over {CR, LF, 'B', ':'} gives the same as one chunk. */
static void chunks_do_not_matter(void **state)
{
	static const char alphabet[] = {'\r', '\n', 'x', ':'};
	smtps_raw_options options = {.compose = {.now = TEST_NOW}};

	(void)state;
	for (unsigned number = 0; number < 1u << 12; number++) {
		char text[6];
		smtps_str given = {text, sizeof text};
		smtps_buf whole;

		for (size_t i = 0; i < sizeof text; i++) {
			text[i] = alphabet[number >> (2 * i) & 3];
		}
		whole = passed_by(given, sizeof text, &options, NULL);
		for (size_t step = 1; step < sizeof text; step++) {
			smtps_buf parts = passed_by(given, step, &options, NULL);

			assert_true(smtps_str_equal(smtps_buf_str(&parts), smtps_buf_str(&whole)));
			smtps_buf_free(&parts);
		}
		smtps_buf_free(&whole);
	}
}

/* Case 140. */
static void a_line_over_998_octets_is_refused_unless_it_may_pass(void **state)
{
	smtps_raw_options options = {.compose = {.now = TEST_NOW}};
	char line[999];
	smtps_buf text = {0}, out = {0};
	smtps_error error = {0};
	smtps_raw *raw = smtps_raw_new(&options);

	(void)state;
	memset(line, 'x', sizeof line);
	smtps_buf_add_text(&text, "A: b\r\n\r\n");
	smtps_buf_add(&text, line, 998);
	assert_done(smtps_raw_push(raw, text.data, text.len, &out, &error));
	assert_refused(smtps_raw_push(raw, "y", 1, &out, &error), "998 octets");
	smtps_raw_free(raw);
	options.pass_long_lines = true;
	smtps_buf_add_char(&text, 'y');
	smtps_buf_free(&out);
	out = passed_by(smtps_buf_str(&text), 100, &options, NULL);
	assert_int_equal(out.len, text.len + 2);
	smtps_buf_free(&text);
	smtps_buf_free(&out);
}

static void facts_of(const char *text, smtps_raw_facts *facts, smtps_raw **raw)
{
	smtps_raw_options options = {.compose = {.now = TEST_NOW}};
	smtps_buf out = passed_by(smtps_str_of(text), 7, &options, raw);

	smtps_raw_get_facts(*raw, facts);
	smtps_buf_free(&out);
}

static void what_is_found_out_on_the_way(void **state)
{
	smtps_raw_facts facts;
	smtps_raw *raw;

	(void)state;
	facts_of("Message-ID:\n <left@right>\nFrom: \"A, B\" (c) <a@b.example>\nSender: s@b.example\n\nbody\n",
		&facts, &raw);
	assert_str(facts.message_id, "left@right");
	assert_str(facts.from, "a@b.example");
	assert_str(facts.sender, "s@b.example");
	assert_false(facts.is_8bit || facts.is_utf8 || facts.command_lines);
	smtps_raw_free(raw);
	facts_of("From: a@b.example\n\nb\xc3\xb6"
			 "dy\n",
		&facts, &raw);
	assert_true(facts.is_8bit && !facts.is_utf8);
	smtps_raw_free(raw);
	facts_of("Subject: b\xc3\xb6"
			 "dy\nFrom: nonsense\n\nbody\n",
		&facts, &raw);
	assert_true(!facts.is_8bit && facts.is_utf8);
	assert_str(facts.from, "");
	smtps_raw_free(raw);
	facts_of("Bcc: b\xc3\xb6"
			 "dy@x.example\nA: b\n\nbody\nQUIT\nbody\n",
		&facts, &raw);
	assert_true(!facts.is_8bit && !facts.is_utf8 && facts.command_lines);
	smtps_raw_free(raw);
}

static void a_header_block_has_an_end(void **state)
{
	smtps_raw_options options = {.compose = {.now = TEST_NOW}};
	smtps_raw *raw = smtps_raw_new(&options);
	smtps_buf out = {0};
	smtps_error error = {0};
	bool done = true;

	(void)state;
	for (int i = 0; i < 40000 && done; i++) {
		done = smtps_raw_push(raw, "X-Filler: 123456789 123456789 1234567\r\n", 39, &out, &error);
	}
	assert_refused(done, "1 MiB");
	smtps_raw_free(raw);
	smtps_buf_free(&out);
}

static void missing_fields_are_added_only_when_asked(void **state)
{
	smtps_raw_options options = {
		.add_missing = true, .compose = {.now = TEST_NOW, .from = SMTPS_STR("Shop <shop@example.com>")}};
	smtps_raw *raw;
	smtps_raw_facts facts;
	smtps_buf out = passed_by(SMTPS_STR("Subject: x\n\nbody\n"), 100, &options, &raw);

	(void)state;
	smtps_raw_get_facts(raw, &facts);
	assert_holds(smtps_buf_str(&out), "From: Shop <shop@example.com>\r\n");
	assert_holds(smtps_buf_str(&out), "Date: Tue, 24 Nov 2026 07:34:13 +0000\r\n");
	assert_holds(smtps_buf_str(&out), "@example.com>\r\nSubject: x\r\n\r\nbody\r\n");
	assert_true(facts.message_id.len > 20);
	smtps_raw_free(raw);
	smtps_buf_free(&out);
	out =
		passed_by(SMTPS_STR("Date: d\nMessage-ID: <a@b>\nFrom: x@y.example\n\nbody\n"), 100, &options, NULL);
	assert_str(smtps_buf_str(&out), "Date: d\r\nMessage-ID: <a@b>\r\nFrom: x@y.example\r\n\r\nbody\r\n");
	smtps_buf_free(&out);
}

static void policy_replaces_from_and_keeps_the_old_one_as_reply_to(void **state)
{
	smtps_raw_options options = {.original_to = SMTPS_STR("q@r.example"),
		.compose = {.now = TEST_NOW,
			.from = SMTPS_STR("Host <host@example.com>"),
			.force_from = SMTPS_FORCE_UNLISTED,
			.allowed_from = SMTPS_STR("*@example.com, a@b.example")}};
	smtps_buf out =
		passed_by(SMTPS_STR("From: Eve <eve@evil.example>\nSender: s@t.example\nSubject: x\n\nbody\n"), 3,
			&options, NULL);

	(void)state;
	assert_str(smtps_buf_str(&out),
		"From: Eve <host@example.com>\r\nReply-To: Eve <eve@evil.example>\r\nX-Original-To: q@r.example\r\nSubject: x\r\n\r\nbody\r\n");
	smtps_buf_free(&out);
	options.original_to.len = 0;
	out = passed_by(SMTPS_STR("From: a@b.example\n\nbody\n"), 3, &options, NULL);
	assert_str(smtps_buf_str(&out), "From: a@b.example\r\n\r\nbody\r\n");
	smtps_buf_free(&out);
	out = passed_by(SMTPS_STR("From: x@EXAMPLE.com, y@evil.example\n\nbody\n"), 3, &options, NULL);
	assert_holds(smtps_buf_str(&out), "From: Host <host@example.com>\r\n");
	smtps_buf_free(&out);
}

static void a_from_that_cannot_be_read_is_no_way_around_the_policy(void **state)
{
	smtps_raw_options options = {
		.compose = {
			.now = TEST_NOW, .from = SMTPS_STR("host@example.com"), .force_from = SMTPS_FORCE_ALWAYS}};
	smtps_buf out = passed_by(SMTPS_STR("From: eve at evil\nSubject: x\n\nbody\n"), 3, &options, NULL);

	(void)state;
	assert_str(smtps_buf_str(&out), "From: host@example.com\r\nSubject: x\r\n\r\nbody\r\n");
	smtps_buf_free(&out);
}

static void what_was_kept_is_pulled_again(void **state)
{
	smtps_raw_options options = {.compose = {.now = TEST_NOW}};
	smtps_raw *raw;
	smtps_buf out = passed_by(SMTPS_STR("From: a@b.example\n\nb\xc3\xb6"
										"dy\n"),
				  100, &options, &raw),
			  again;
	smtps_composed composed = {0};
	smtps_error error = {0};

	(void)state;
	assert_done(smtps_raw_compose(raw, smtps_content_copy(smtps_buf_str(&out)), &composed, &error));
	assert_done(smtps_composed_set_sender(&composed, SMTPS_STR("<>"), &error));
	assert_done(smtps_composed_add_recipient(&composed, SMTPS_STR("q@R.example"), &error));
	assert_done(smtps_composed_add_recipient(&composed, SMTPS_STR("q@r.example"), &error));
	assert_refused(smtps_composed_add_recipient(&composed, SMTPS_STR("q"), &error), "recipient: the address");
	assert_int_equal(composed.recipient_count, 1);
	assert_int_equal(composed.sender.len, 0);
	assert_true(composed.is_8bit);
	again = pulled_by(composed.source, 3);
	assert_true(smtps_str_equal(smtps_buf_str(&again), smtps_buf_str(&out)));
	smtps_composed_free(&composed);
	assert_refused(
		smtps_raw_compose(raw, smtps_content_copy(SMTPS_STR("else")), &composed, &error), "another size");
	smtps_composed_free(&composed);
	smtps_raw_free(raw);
	smtps_buf_free(&out);
	smtps_buf_free(&again);
}

static void every_allocation_may_fail(void **state)
{
	smtps_str text = SMTPS_STR("From: Eve <eve@evil.example>\nBcc: x@y.example\nSubject: x\n\nbody\r.\n");
	smtps_raw_options options = {.add_missing = true,
		.compose = {
			.now = TEST_NOW, .from = SMTPS_STR("host@example.com"), .force_from = SMTPS_FORCE_ALWAYS}};

	(void)state;
	for (unsigned long n = 1; n < 80; n++) {
		smtps_error error = {0};
		smtps_buf out = {0};
		smtps_composed composed = {0};
		smtps_raw *raw;
		bool fine;

		smtps_alloc_fail_at(n);
		raw = smtps_raw_new(&options);
		fine = raw && smtps_raw_push(raw, text.data, text.len, &out, &error) &&
			smtps_raw_finish(raw, &out, &error) &&
			smtps_raw_compose(raw, smtps_content_copy(smtps_buf_str(&out)), &composed, &error);
		smtps_alloc_fail_at(0);
		assert_true(fine || !raw || smtps_error_is_set(&error));
		smtps_composed_free(&composed);
		smtps_raw_free(raw);
		smtps_buf_free(&out);
		smtps_error_free(&error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_proper_message_passes_unchanged),
		cmocka_unit_test(bare_cr_and_lf_become_crlf),
		cmocka_unit_test(there_is_exactly_one_crlf_at_the_end),
		cmocka_unit_test(bcc_resent_bcc_and_return_path_never_leave),
		cmocka_unit_test(nothing_else_changes),
		cmocka_unit_test(chunks_do_not_matter),
		cmocka_unit_test(a_line_over_998_octets_is_refused_unless_it_may_pass),
		cmocka_unit_test(what_is_found_out_on_the_way),
		cmocka_unit_test(a_header_block_has_an_end),
		cmocka_unit_test(missing_fields_are_added_only_when_asked),
		cmocka_unit_test(policy_replaces_from_and_keeps_the_old_one_as_reply_to),
		cmocka_unit_test(a_from_that_cannot_be_read_is_no_way_around_the_policy),
		cmocka_unit_test(what_was_kept_is_pulled_again),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("mail/raw", tests, NULL, NULL);
}
