/*
 * Messages composed: structure, header, envelope, reuse, constant memory, what is refused (cases 129 to 155, 165 to 167).
 */
#include "mail_testing.h"

#include <stdio.h>

#include "base/text.h"

static void set_text(smtps_message *message, const char *text)
{
	smtps_error error = {0};

	assert_done(smtps_message_set_text(message, smtps_str_of(text), (smtps_str){NULL, 0}, &error));
}

static void set_html(smtps_message *message, const char *html)
{
	smtps_error error = {0};

	assert_done(smtps_message_set_html(message, smtps_str_of(html), (smtps_str){NULL, 0}, &error));
}

static void attach(smtps_message *message, const char *octets, const char *name)
{
	smtps_error error = {0};

	assert_done(smtps_message_attach(
		message, smtps_content_copy(smtps_str_of(octets)), smtps_str_of(name), (smtps_str){NULL, 0}, &error));
}

/* The media types of a mail in order, and a `.` where a multipart ends: "mixed(alternative(text/plain text/html) image/png)". */
static smtps_buf shape(smtps_str mail)
{
	smtps_buf out = {0};
	smtps_str rest = mail;

	while (rest.data) {
		smtps_str line = smtps_str_trim(smtps_str_split(rest, '\n', &rest));
		smtps_str tag = SMTPS_STR("Content-Type: "), multi = SMTPS_STR("multipart/");

		if (smtps_str_starts_nocase(line, SMTPS_STR("--=_")) && line.data[line.len - 1] == '-') {
			smtps_buf_add_char(&out, ')');
		} else if (smtps_str_starts_nocase(line, tag)) {
			smtps_str type = {line.data + tag.len, line.len - tag.len};
			bool opens = smtps_str_starts_nocase(type, multi);

			type.len = smtps_str_find(type, ';');
			if (out.len && out.data[out.len - 1] != '(') {
				smtps_buf_add_char(&out, ' ');
			}
			smtps_buf_add(&out, type.data + (opens ? multi.len : 0), type.len - (opens ? multi.len : 0));
			smtps_buf_add_text(&out, opens ? "(" : "");
		}
	}
	return out;
}

static void assert_shape(smtps_message *message, const char *expected)
{
	smtps_buf mail = composed_text(message), found = shape(smtps_buf_str(&mail));

	assert_str(smtps_buf_str(&found), expected);
	smtps_buf_free(&mail);
	smtps_buf_free(&found);
}

static void a_plain_message_octet_by_octet(void **state)
{
	smtps_message *message = plain_message();
	smtps_error error = {0};
	smtps_buf mail;

	(void)state;
	assert_done(smtps_message_set_subject(message, SMTPS_STR("Order 42"), &error));
	assert_done(smtps_message_set_message_id(message, SMTPS_STR("<left@right>"), &error));
	set_text(message, "Hello Ann,\nyour order is on its way.\n");
	mail = composed_text(message);
	assert_str(smtps_buf_str(&mail),
		"Date: Tue, 24 Nov 2026 07:34:13 +0000\r\n"
		"Message-ID: <left@right>\r\n"
		"From: Shop <shop@example.com>\r\n"
		"To: ann@example.net\r\n"
		"Subject: Order 42\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: 7bit\r\n"
		"\r\n"
		"Hello Ann,\r\n"
		"your order is on its way.\r\n");
	smtps_buf_free(&mail);
	smtps_message_free(message);
}

static void the_tree_is_as_deep_as_the_message_needs(void **state)
{
	smtps_message *message = plain_message();
	smtps_error error = {0};

	(void)state;
	assert_shape(message, "text/plain");
	set_html(message, "<p>x</p>");
	assert_shape(message, "text/html");
	set_text(message, "x");
	assert_shape(message, "alternative(text/plain text/html)");
	assert_done(smtps_message_embed(message, smtps_content_copy(SMTPS_STR("PNG")), SMTPS_STR("logo"),
		SMTPS_STR("logo.png"), (smtps_str){NULL, 0}, &error));
	assert_shape(message, "related(alternative(text/plain text/html) image/png)");
	attach(message, "PDF", "a.pdf");
	assert_shape(message, "mixed(related(alternative(text/plain text/html) image/png) application/pdf)");
	assert_done(smtps_message_set_calendar(
		message, SMTPS_STR("BEGIN:VCALENDAR\n"), SMTPS_STR("REQUEST"), true, &error));
	assert_shape(message,
		"mixed(related(alternative(text/plain text/html text/calendar) image/png) application/pdf application/ics)");
	assert_done(smtps_message_attach_message(
		message, smtps_content_copy(SMTPS_STR("A: b\n\nc\n")), SMTPS_STR(""), &error));
	assert_shape(message,
		"mixed(related(alternative(text/plain text/html text/calendar) image/png) application/pdf message/rfc822 application/ics)");
	assert_done(smtps_message_set_html(message, (smtps_str){NULL, 0}, (smtps_str){NULL, 0}, &error));
	assert_shape(message,
		"mixed(alternative(text/plain text/calendar) image/png application/pdf message/rfc822 application/ics)");
	smtps_message_clear_parts(message);
	assert_shape(message, "mixed(alternative(text/plain text/calendar) application/ics)");
	smtps_message_free(message);
	message = plain_message();
	attach(message, "PDF", "a.pdf");
	assert_shape(message, "mixed(application/pdf)");
	smtps_message_free(message);
}

/* Every cap of read() gives the same octets. */
static void the_size_of_the_reads_does_not_matter(void **state)
{
	smtps_message *message = plain_message();
	smtps_compose_options options = {.now = TEST_NOW};
	smtps_composed composed = {0};
	smtps_error error = {0};
	smtps_buf whole;

	(void)state;
	set_text(message, "x\n");
	for (size_t len = 0; len < 120; len += 19) {
		smtps_buf octets = {0};

		for (size_t i = 0; i < len; i++) {
			smtps_buf_add_char(&octets, (char)(i * 7));
		}
		assert_done(smtps_message_attach(message, smtps_content_copy(smtps_buf_str(&octets)), SMTPS_STR("x"),
			(smtps_str){NULL, 0}, &error));
		smtps_buf_free(&octets);
	}
	assert_done(smtps_message_attach_message(
		message, smtps_content_copy(SMTPS_STR("A: b\r\rc")), SMTPS_STR(""), &error));
	assert_done(
		smtps_message_attach_message(message, smtps_content_copy(SMTPS_STR("")), SMTPS_STR("empty"), &error));
	assert_done(smtps_message_compose(message, &options, &composed, &error));
	whole = pulled_by(composed.source, 1 << 20);
	for (size_t step = 1; step < 200; step++) {
		smtps_buf parts = pulled_by(composed.source, step);

		assert_true(smtps_str_equal(smtps_buf_str(&parts), smtps_buf_str(&whole)));
		smtps_buf_free(&parts);
	}
	smtps_buf_free(&whole);
	smtps_composed_free(&composed);
	smtps_message_free(message);
}

/* Cases 129, 131, 140, 239: whatever the texts hold, lines end in CRLF, are at most 998 octets, and 7bit. */
static void what_comes_out_is_7bit_in_short_lines(void **state)
{
	static const char *const texts[] = {"", "\n", "x\r.\r\ry", "\n.\n", "a\rb\nc\r\nd", "\xc3\xa4\r.\r\n",
		"\xff\xfe.", "From x", "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\n.\n"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0] * 2; i++) {
		smtps_message *message = plain_message();
		smtps_buf mail;
		size_t line = 0;

		set_text(message, texts[i / 2]);
		if (i % 2) {
			set_html(message, texts[i / 2]);
			attach(message, texts[i / 2], "\xc3\xa4");
		}
		mail = composed_text(message);
		for (size_t at = 0; at < mail.len; at++) {
			char octet = mail.data[at];

			assert_true(octet > 0);
			assert_true(octet != '\n' || (at && mail.data[at - 1] == '\r'));
			assert_true(octet != '\r' || (at + 1 < mail.len && mail.data[at + 1] == '\n'));
			line = octet == '\n' ? 0 : line + 1;
			assert_true(line <= 79);
		}
		assert_true(mail.data[mail.len - 1] == '\n');
		smtps_buf_free(&mail);
		smtps_message_free(message);
	}
}

/* Case 143. */
static void bcc_is_in_the_envelope_only(void **state)
{
	smtps_message *message = plain_message();
	smtps_compose_options options = {.now = TEST_NOW};
	smtps_composed composed = {0};
	smtps_error error = {0};
	smtps_buf mail;

	(void)state;
	assert_done(smtps_message_add_mailbox(message, SMTPS_BCC, SMTPS_STR("secret@example.org"), &error));
	assert_done(smtps_message_compose(message, &options, &composed, &error));
	mail = pulled_by(composed.source, 100);
	assert_lacks(smtps_buf_str(&mail), "secret");
	assert_lacks(smtps_buf_str(&mail), "Bcc");
	assert_int_equal(composed.recipient_count, 2);
	assert_str(smtps_buf_str(&composed.recipients[1].address), "secret@example.org");
	assert_str(smtps_buf_str(&composed.sender), "shop@example.com");
	smtps_buf_free(&mail);
	smtps_composed_free(&composed);
	smtps_message_clear_role(message, SMTPS_TO);
	mail = composed_text(message);
	assert_holds(smtps_buf_str(&mail), "To: undisclosed-recipients:;\r\n");
	smtps_buf_free(&mail);
	smtps_message_free(message);
}

/* Case 133. */
static void control_characters_are_refused_in_every_field(void **state)
{
	static const char *const bad[] = {
		"a\rb", "a\nb", "a\r\n b", "a\x0b", "a\x0c", "a\x7f", "a\xc2\x85", "a\xe2\x80\xa8", "a\xff", "\x1b"};
	smtps_message *message = plain_message();
	smtps_error error = {0};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		smtps_str text = smtps_str_of(bad[i]);

		assert_refused(smtps_message_set_subject(message, text, &error), "holds");
		assert_refused(smtps_message_add_header(message, SMTPS_STR("X-A"), text, &error), "holds");
		assert_refused(
			smtps_message_add_address(message, SMTPS_TO, SMTPS_STR("a@b.example"), text, &error), "holds");
		assert_refused(smtps_message_add_mailbox(message, SMTPS_TO, text, &error), "holds");
		assert_refused(smtps_message_set_message_id(message, text, &error), "no message id");
		assert_refused(smtps_message_set_in_reply_to(message, text, &error), "no message id");
		assert_refused(smtps_message_add_reference(message, text, &error), "no message id");
		assert_refused(smtps_message_set_list_unsubscribe(message, &text, 1, false, &error), "URI");
		assert_refused(smtps_message_set_auto_submitted(message, text, &error), "auto-generated");
		assert_refused(smtps_message_set_envelope_sender(message, text, &error), "holds");
		assert_refused(smtps_message_add_envelope_recipient(message, text, &error), "holds");
		assert_refused(smtps_message_set_dsn(message, 0, 0, text, &error), "ASCII");
		assert_refused(smtps_message_attach(
						   message, smtps_content_copy(SMTPS_STR("x")), text, (smtps_str){NULL, 0}, &error),
			"holds");
		assert_refused(
			smtps_message_attach(message, smtps_content_copy(SMTPS_STR("x")), SMTPS_STR("n"), text, &error),
			"media type");
		assert_refused(smtps_message_embed(message, smtps_content_copy(SMTPS_STR("x")), text, SMTPS_STR("n"),
						   (smtps_str){NULL, 0}, &error),
			"content id");
		assert_refused(smtps_message_set_text(message, SMTPS_STR("x"), text, &error), "charset");
		assert_refused(smtps_message_set_calendar(message, SMTPS_STR("x"), text, false, &error), "method");
	}
	assert_refused(smtps_message_set_subject(message, (smtps_str){"a\0b", 3}, &error), "a NUL");
	assert_refused(smtps_message_set_subject(message, SMTPS_STR("a\r\nBcc: x"), &error),
		"a line break (\\x0D at octet 2)");
	assert_done(smtps_message_set_subject(message, SMTPS_STR("a\tb"), &error));
	smtps_message_free(message);
}

/* Cases 134, 144. */
static void names_of_custom_headers(void **state)
{
	static const char *const bad[] = {"X: a\r\nBcc", "a:", "a b", "", "\xc3\xa4", "a\n", " a"};
	static const char *const ours[][2] = {{"Subject", "subject()"}, {"FROM", "from()"}, {"bcc", "bcc()"},
		{"Content-Type", "written for you"}, {"content-foo", "written for you"},
		{"MIME-Version", "written for you"}, {"Return-Path", "envelope()"}, {"Message-ID", "messageId()"},
		{"Date", "date()"}, {"Resent-Bcc", "bcc()"}, {"DKIM-Signature", "dkim_key"}};
	smtps_message *message = plain_message();
	smtps_error error = {0};
	char name[80];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_refused(
			smtps_message_add_header(message, smtps_str_of(bad[i]), SMTPS_STR("x"), &error), "name");
	}
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		assert_refused(
			smtps_message_add_header(message, smtps_str_of(ours[i][0]), SMTPS_STR("x"), &error), ours[i][1]);
	}
	memset(name, 'a', sizeof name);
	assert_done(smtps_message_add_header(message, (smtps_str){name, 76}, SMTPS_STR("x"), &error));
	assert_refused(smtps_message_add_header(message, (smtps_str){name, 77}, SMTPS_STR("x"), &error), "76");
	assert_done(smtps_message_add_header(message, SMTPS_STR("In-Reply-To"), SMTPS_STR("<a@b>"), &error));
	assert_refused(
		smtps_message_add_header(message, SMTPS_STR("in-reply-to"), SMTPS_STR("<a@b>"), &error), "only one");
	assert_refused(
		smtps_message_add_header(message, SMTPS_STR("List-Id"), SMTPS_STR("\xc3\xa4"), &error), "ASCII");
	assert_done(smtps_message_add_header(message, SMTPS_STR("X-A"), SMTPS_STR("1"), &error));
	assert_done(smtps_message_add_header(message, SMTPS_STR("X-A"), SMTPS_STR("2"), &error));
	smtps_message_free(message);
}

static void a_field_set_by_header_and_setter_is_refused(void **state)
{
	smtps_message *message = plain_message();
	smtps_compose_options options = {.now = TEST_NOW};
	smtps_composed composed = {0};
	smtps_error error = {0};

	(void)state;
	assert_done(smtps_message_add_header(message, SMTPS_STR("X-Priority"), SMTPS_STR("1"), &error));
	assert_done(smtps_message_set_priority(message, 1, &error));
	assert_refused(smtps_message_compose(message, &options, &composed, &error), "set twice");
	smtps_composed_free(&composed);
	smtps_message_free(message);
}

/* Case 135, 137. */
static void types_are_checked(void **state)
{
	static const char *const bad[] = {"text", "text/", "/plain", "text/plain; ", "text/plain; x",
		"text/plain; x=", "text/plain; a b=c", "text/plain; boundary=x", "text/plain; name=x",
		"multipart/mixed", "message/rfc822", "text/plain; x=\"y", "text/plain; x=y z", "te xt/plain"};
	smtps_message *message = plain_message();
	smtps_error error = {0};
	smtps_buf mail;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		bool taken = smtps_message_attach(
			message, smtps_content_copy(SMTPS_STR("x")), SMTPS_STR("n"), smtps_str_of(bad[i]), &error);

		if (taken && i != 3) { /* a trailing semicolon is fine */
			fail_msg("\"%s\" was taken", bad[i]);
		}
		smtps_error_free(&error);
	}
	assert_done(smtps_message_attach(message, smtps_content_copy(SMTPS_STR("x")), SMTPS_STR("t.csv"),
		SMTPS_STR("text/csv; charset=\"utf-8\" ; header=present"), &error));
	mail = composed_text(message);
	assert_holds(
		smtps_buf_str(&mail), "Content-Type: text/csv; charset=utf-8; header=present; name=t.csv\r\n");
	smtps_buf_free(&mail);
	smtps_message_free(message);
}

static void the_other_fields(void **state)
{
	smtps_message *message = plain_message();
	smtps_str uris[] = {SMTPS_STR("mailto:u@example.com?subject=x"), SMTPS_STR("https://example.com/u/1")};
	smtps_error error = {0};
	smtps_buf mail;

	(void)state;
	assert_done(smtps_message_set_list_unsubscribe(message, uris, 2, true, &error));
	assert_refused(smtps_message_set_list_unsubscribe(message, uris, 1, true, &error), "https");
	assert_done(smtps_message_set_priority(message, 1, &error));
	assert_refused(smtps_message_set_priority(message, 6, &error), "1 (highest) to 5");
	assert_done(smtps_message_set_auto_submitted(message, SMTPS_STR("auto-generated"), &error));
	assert_done(smtps_message_set_in_reply_to(message, SMTPS_STR("a@b"), &error));
	assert_done(smtps_message_set_date(message, 0, 60, &error));
	assert_done(smtps_message_add_mailbox(message, SMTPS_SENDER, SMTPS_STR("x@example.com"), &error));
	assert_done(smtps_message_add_mailbox(message, SMTPS_SENDER, SMTPS_STR("desk@example.com"), &error));
	assert_done(smtps_message_add_mailbox(message, SMTPS_REPLY_TO, SMTPS_STR("r@example.com"), &error));
	mail = composed_text(message);
	assert_holds(smtps_buf_str(&mail),
		"List-Unsubscribe: <mailto:u@example.com?subject=x>,\r\n <https://example.com/u/1>\r\n");
	assert_holds(smtps_buf_str(&mail), "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
	assert_holds(smtps_buf_str(&mail), "X-Priority: 1 (Highest)\r\nImportance: high\r\n");
	assert_holds(smtps_buf_str(&mail), "Auto-Submitted: auto-generated\r\n");
	assert_holds(smtps_buf_str(&mail), "In-Reply-To: <a@b>\r\nReferences: <a@b>\r\n");
	assert_holds(smtps_buf_str(&mail), "Date: Thu, 01 Jan 1970 01:00:00 +0100\r\n");
	assert_holds(smtps_buf_str(&mail), "Sender: desk@example.com\r\nReply-To: r@example.com\r\n");
	assert_lacks(smtps_buf_str(&mail), "x@example.com");
	smtps_buf_free(&mail);
	assert_done(smtps_message_add_reference(message, SMTPS_STR("<c@d>"), &error));
	assert_done(smtps_message_add_reference(message, SMTPS_STR("<a@b>"), &error));
	mail = composed_text(message);
	assert_holds(smtps_buf_str(&mail), "References: <c@d> <a@b>\r\n");
	smtps_buf_free(&mail);
	smtps_message_free(message);
}

static void several_authors_need_a_sender(void **state)
{
	smtps_message *message = plain_message();
	smtps_error error = {0};
	smtps_buf mail;

	(void)state;
	assert_done(smtps_message_add_mailbox(message, SMTPS_FROM, SMTPS_STR("b@example.com"), &error));
	mail = composed_text(message);
	assert_holds(smtps_buf_str(&mail),
		"From: Shop <shop@example.com>, b@example.com\r\nSender: Shop <shop@example.com>\r\n");
	smtps_buf_free(&mail);
	smtps_message_free(message);
}

/* Case 145: fixed by the first composing; a setter and a clone make new ones. Case 146: nothing of the host is in the id. */
static void date_id_and_boundaries_stay_until_something_changes(void **state)
{
	smtps_message *message = plain_message(), *clone;
	smtps_error error = {0};
	smtps_buf first, second, third, of_clone;

	(void)state;
	set_text(message, "x");
	set_html(message, "x");
	first = composed_text(message);
	second = composed_text(message);
	clone = smtps_message_clone(message);
	of_clone = composed_text(clone);
	assert_done(smtps_message_set_subject(message, SMTPS_STR("x"), &error));
	third = composed_text(message);
	assert_true(smtps_str_equal(smtps_buf_str(&first), smtps_buf_str(&second)));
	assert_false(smtps_str_equal(smtps_buf_str(&first), smtps_buf_str(&of_clone)));
	assert_int_equal(first.len, of_clone.len);
	assert_holds(smtps_buf_str(&first), "@example.com>\r\n");
	assert_memory_not_equal(first.data, third.data, 80);
	smtps_buf_free(&first);
	smtps_buf_free(&second);
	smtps_buf_free(&third);
	smtps_buf_free(&of_clone);
	smtps_message_free(message);
	smtps_message_free(clone);
}

static void a_clone_holds_all_and_shares_contents(void **state)
{
	smtps_message *message = plain_message(), *clone;
	smtps_str uri = SMTPS_STR("https://example.com/u");
	smtps_error error = {0};
	smtps_buf mail, again;

	(void)state;
	set_text(message, "text");
	set_html(message, "html");
	attach(message, "PDF", "a.pdf");
	assert_done(smtps_message_set_calendar(message, SMTPS_STR("CAL"), SMTPS_STR("REQUEST"), true, &error));
	assert_done(smtps_message_set_subject(message, SMTPS_STR("S"), &error));
	assert_done(smtps_message_set_message_id(message, SMTPS_STR("a@b"), &error));
	assert_done(smtps_message_set_list_unsubscribe(message, &uri, 1, true, &error));
	assert_done(smtps_message_add_header(message, SMTPS_STR("X-A"), SMTPS_STR("b"), &error));
	assert_done(smtps_message_set_in_reply_to(message, SMTPS_STR("c@d"), &error));
	mail = composed_text(message);
	clone = smtps_message_clone(message);
	smtps_message_free(message);
	again = composed_text(clone);
	assert_int_equal(mail.len, again.len);
	smtps_buf_free(&mail);
	smtps_buf_free(&again);
	smtps_message_free(clone);
}

/* Case 149: nothing is fetched because html names it. */
static void html_embeds_nothing_by_itself(void **state)
{
	smtps_message *message = plain_message();

	(void)state;
	set_html(message,
		"<img src=\"/etc/passwd\"><img src=\"file:///etc/passwd\"><link href=\"http://x.example/\">");
	assert_shape(message, "text/html");
	smtps_message_free(message);
}

/* Case 153: a header must be UTF-8, a body is octets in the charset that was named. */
static void a_body_arrives_as_it_was_given(void **state)
{
	smtps_message *message = plain_message();
	smtps_error error = {0};
	smtps_buf mail;

	(void)state;
	assert_refused(smtps_message_set_subject(message,
					   SMTPS_STR("Gr\xfc\xdf"
								 "e"),
					   &error),
		"not UTF-8");
	assert_done(smtps_message_set_text(message,
		SMTPS_STR("Hello, Gr\xfc\xdf"
				  "e an alle\n"),
		SMTPS_STR("iso-8859-1"), &error));
	mail = composed_text(message);
	assert_holds(smtps_buf_str(&mail), "Content-Type: text/plain; charset=iso-8859-1\r\n");
	assert_holds(smtps_buf_str(&mail), "\r\n\r\nHello, Gr=FC=DFe an alle\r\n");
	smtps_buf_free(&mail);
	smtps_message_free(message);
}

/* Case 165. */
static void recipients_are_counted_once_and_must_be_there(void **state)
{
	smtps_message *message = smtps_message_new();
	smtps_compose_options options = {.now = TEST_NOW};
	smtps_composed composed = {0};
	smtps_error error = {0};
	static const char *const addresses[] = {
		"a@x.example", "a@X.Example", "A@x.example", "Ann <a@x.example>", "\"a\"@x.example"};

	(void)state;
	assert_refused(smtps_message_compose(message, &options, &composed, &error), "no From");
	smtps_composed_free(&composed);
	options.from = SMTPS_STR("Host <host@example.com>");
	assert_refused(smtps_message_compose(message, &options, &composed, &error), "no recipient");
	smtps_composed_free(&composed);
	for (int i = 0; i < 5; i++) {
		assert_done(smtps_message_add_mailbox(
			message, (smtps_role)(SMTPS_TO + i % 3), smtps_str_of(addresses[i]), &error));
	}
	assert_done(smtps_message_compose(message, &options, &composed, &error));
	assert_int_equal(composed.recipient_count, 2);
	assert_str(smtps_buf_str(&composed.from), "host@example.com");
	smtps_composed_free(&composed);
	smtps_message_free(message);
}

static void a_hundred_thousand_recipients(void **state)
{
	smtps_composed composed = {0};
	smtps_error error = {0};

	(void)state;
	for (int i = 0; i < 200000; i++) {
		char address[40];

		snprintf(address, sizeof address, "user%d@example.net", i % 100000);
		assert_done(smtps_composed_add_recipient(&composed, smtps_str_of(address), &error));
	}
	assert_int_equal(composed.recipient_count, 100000);
	smtps_composed_free(&composed);
}

/* Case 166, and who is the sender of the envelope. */
static void the_envelope(void **state)
{
	smtps_message *message = plain_message();
	smtps_compose_options options = {.now = TEST_NOW};
	static const char *const senders[] = {
		"shop@example.com", "desk@example.com", "bounce@example.com", "own@example.com", ""};
	smtps_error error = {0};

	(void)state;
	assert_done(
		smtps_message_set_dsn(message, SMTPS_DSN_FAILURE | SMTPS_DSN_DELAY, 'H', SMTPS_STR("env 1"), &error));
	smtps_message_set_require_tls(message, true);
	for (int i = 0; i < 5; i++) {
		smtps_composed composed = {0};
		smtps_buf mail;

		if (i == 1) {
			assert_done(
				smtps_message_add_mailbox(message, SMTPS_SENDER, SMTPS_STR("desk@example.com"), &error));
		} else if (i == 2) {
			options.envelope_from = SMTPS_STR("bounce@example.com");
		} else if (i > 2) {
			assert_done(smtps_message_set_envelope_sender(
				message, i == 3 ? SMTPS_STR("own@example.com") : SMTPS_STR("<>"), &error));
			assert_done(smtps_message_add_envelope_recipient(message, SMTPS_STR("only@example.org"), &error));
		}
		assert_done(smtps_message_compose(message, &options, &composed, &error));
		assert_str(smtps_buf_str(&composed.sender), senders[i]);
		assert_int_equal(composed.recipient_count, 1);
		assert_str(
			smtps_buf_str(&composed.recipients[0].address), i > 2 ? "only@example.org" : "ann@example.net");
		assert_int_equal(composed.notify, SMTPS_DSN_FAILURE | SMTPS_DSN_DELAY);
		assert_true(composed.ret == 'H' && composed.require_tls);
		assert_str(smtps_buf_str(&composed.envid), "env 1");
		mail = pulled_by(composed.source, 100);
		assert_lacks(smtps_buf_str(&mail), "Return-Path");
		assert_lacks(smtps_buf_str(&mail), "only@");
		smtps_buf_free(&mail);
		smtps_composed_free(&composed);
	}
	assert_refused(
		smtps_message_set_dsn(message, SMTPS_DSN_NEVER | SMTPS_DSN_DELAY, 0, SMTPS_STR(""), &error),
		"never, or");
	smtps_message_free(message);
}

/* Case 167. */
static void utf8_addresses_ask_for_smtputf8_and_names_do_not(void **state)
{
	smtps_message *message = plain_message();
	smtps_compose_options options = {.now = TEST_NOW};
	smtps_composed composed = {0};
	smtps_error error = {0};

	(void)state;
	assert_done(smtps_message_add_mailbox(
		message, SMTPS_CC, SMTPS_STR("J\xc3\xbcrgen <j@m\xc3\xbcller.example>"), &error));
	assert_done(smtps_message_compose(message, &options, &composed, &error));
	assert_false(composed.is_utf8);
	smtps_composed_free(&composed);
	assert_done(
		smtps_message_add_mailbox(message, SMTPS_REPLY_TO, SMTPS_STR("j\xc3\xbcrgen@example.net"), &error));
	assert_done(smtps_message_compose(message, &options, &composed, &error));
	assert_true(composed.is_utf8 && !composed.is_8bit);
	smtps_composed_free(&composed);
	smtps_message_free(message);
}

static void policy(void **state)
{
	smtps_message *message = plain_message();
	smtps_compose_options options = {.now = TEST_NOW,
		.from = SMTPS_STR("Host <host@example.com>"),
		.force_from = SMTPS_FORCE_ALWAYS,
		.redirect_to = SMTPS_STR("stage@example.org")};
	smtps_composed composed = {0};
	smtps_error error = {0};
	smtps_buf mail;

	(void)state;
	assert_done(smtps_message_add_mailbox(message, SMTPS_BCC, SMTPS_STR("b@x.example"), &error));
	assert_done(smtps_message_compose(message, &options, &composed, &error));
	mail = pulled_by(composed.source, 100);
	assert_holds(
		smtps_buf_str(&mail), "From: Shop <host@example.com>\r\nReply-To: Shop <shop@example.com>\r\n");
	assert_holds(smtps_buf_str(&mail), "X-Original-To: ann@example.net, b@x.example\r\n");
	assert_int_equal(composed.recipient_count, 1);
	assert_str(smtps_buf_str(&composed.recipients[0].address), "stage@example.org");
	smtps_buf_free(&mail);
	smtps_composed_free(&composed);
	smtps_message_free(message);
}

/* --- contents that are read ------------------------------------------------------------------------------------ */

/* A file that is not there: octet i is i * 31; it may shrink, grow, change or fail. */
typedef struct fake_file {
	uint64_t size;
	char salt;
	bool fails;
	unsigned long reads;
	int closed;
} fake_file;

static ptrdiff_t fake_read(void *context, uint64_t offset, char *out, size_t cap, smtps_error *error)
{
	fake_file *file = context;
	size_t take = offset < file->size ? (file->size - offset < cap ? (size_t)(file->size - offset) : cap) : 0;

	(void)error;
	file->reads++;
	for (size_t i = 0; i < take; i++) {
		out[i] = (char)((offset + i) * 31 + (unsigned char)file->salt);
	}
	return file->fails ? -1 : (ptrdiff_t)take;
}

static void fake_close(void *context)
{
	((fake_file *)context)->closed++;
}

static void attach_file(smtps_message *message, fake_file *file, int64_t size)
{
	smtps_content_reader reader = {.read = fake_read, .close = fake_close, .context = file, .size = size};
	smtps_error error = {0};

	assert_done(smtps_message_attach(
		message, smtps_content_of_reader(&reader), SMTPS_STR("a.bin"), (smtps_str){NULL, 0}, &error));
}

/* Case 152: what is composed outlives the message, a size that is not known is found out, a big file passes in blocks. */
static void a_file_is_read_in_blocks_and_closed_once(void **state)
{
	fake_file file = {.size = 3 * 1000 * 1000};
	smtps_message *message = plain_message(), *clone;
	smtps_compose_options options = {.now = TEST_NOW};
	smtps_composed composed = {0};
	smtps_error error = {0};
	smtps_buf mail;

	(void)state;
	attach_file(message, &file, -1);
	clone = smtps_message_clone(message);
	assert_done(smtps_message_compose(message, &options, &composed, &error));
	smtps_message_free(message);
	smtps_message_free(clone);
	assert_int_equal(file.closed, 0);
	file.reads = 0;
	mail = pulled_by(composed.source, 64 * 1024);
	assert_true(file.reads < 100);
	assert_true(mail.len > 4 * 1000 * 1000);
	smtps_buf_free(&mail);
	smtps_composed_free(&composed);
	assert_int_equal(file.closed, 1);
}

/* The pull fails, and what it gave by then lacks the mail's end: its closing boundary. */
static void fails_before_its_end(smtps_source *source, const char *part)
{
	char block[1000];
	uint64_t given = 0;
	smtps_error error = {0};
	ptrdiff_t got = 1;

	assert_true(source->rewind(source, &error));
	while (got > 0) {
		got = source->read(source, block, sizeof block, &error);
		given += got > 0 ? (uint64_t)got : 0;
	}
	assert_int_equal(got, -1);
	assert_true(given < source->size);
	assert_refused(false, part);
}

/* Case 151: shorter, longer, failing. */
static void a_file_that_changes_its_size_never_ends_a_mail(void **state)
{
	for (int i = 0; i < 3; i++) {
		fake_file file = {.size = 100000};
		smtps_message *message = plain_message();
		smtps_compose_options options = {.now = TEST_NOW};
		smtps_composed composed = {0};
		smtps_error error = {0};
		smtps_buf mail;

		(void)state;
		attach_file(message, &file, 100000);
		assert_done(smtps_message_compose(message, &options, &composed, &error));
		mail = pulled_by(composed.source, 999);
		smtps_buf_free(&mail);
		file.size = i == 0 ? 99999 : 100001;
		file.fails = i == 2;
		fails_before_its_end(composed.source, i == 2 ? "could not be read" : "changed while");
		smtps_composed_free(&composed);
		smtps_message_free(message);
	}
}

/* Case 155: 10,000 parts and not one more; no depth. */
static void parts_have_a_limit(void **state)
{
	smtps_message *message = plain_message();
	smtps_error error = {0};
	smtps_buf mail;

	(void)state;
	for (int i = 0; i < SMTPS_PARTS_MAX; i++) {
		attach(message, "x", "x");
	}
	assert_refused(smtps_message_attach(message, smtps_content_copy(SMTPS_STR("x")), SMTPS_STR("x"),
					   (smtps_str){NULL, 0}, &error),
		"10000");
	mail = composed_text(message);
	assert_true(mail.len > 1000000);
	smtps_buf_free(&mail);
	smtps_message_free(message);
}

/* RFC 2046 5.2.1: 7bit as it is, else as octets. */
static void attached_messages(void **state)
{
	smtps_message *message = plain_message();
	smtps_error error = {0};
	smtps_buf mail;

	(void)state;
	assert_done(smtps_message_attach_message(
		message, smtps_content_copy(SMTPS_STR("A: b\n\nc\n.\nd")), SMTPS_STR(""), &error));
	assert_done(smtps_message_attach_message(
		message, smtps_content_copy(SMTPS_STR("A: b\n\n\xc3\xa4")), SMTPS_STR("x.eml"), &error));
	mail = composed_text(message);
	assert_holds(smtps_buf_str(&mail), "\r\n\r\nA: b\r\n\r\nc\r\n.\r\nd\r\n--=_");
	assert_holds(smtps_buf_str(&mail), "Content-Type: application/octet-stream; name=x.eml\r\n");
	smtps_buf_free(&mail);
	smtps_message_free(message);
}

static void lines_like_commands_are_seen(void **state)
{
	static const struct {
		const char *text, *attachment;
		bool expected;
	} rows[] = {{"Hello\n", NULL, false}, {"Hello\nquit\n", NULL, true}, {"MAIL FROM:<a>\n", NULL, true},
		{"Mail us\n", NULL, false}, {"x", "abc", true}, {"x", "abcd", false}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		smtps_message *message = plain_message();
		smtps_compose_options options = {.now = TEST_NOW};
		smtps_composed composed = {0};
		smtps_error error = {0};

		set_text(message, rows[i].text);
		if (rows[i].attachment) {
			attach(message, rows[i].attachment, "a");
		}
		assert_done(smtps_message_compose(message, &options, &composed, &error));
		assert_int_equal(composed.command_lines, rows[i].expected);
		smtps_composed_free(&composed);
		smtps_message_free(message);
	}
}

static void text_from_html(void **state)
{
	smtps_message *message = plain_message();
	smtps_buf mail;

	(void)state;
	set_html(message,
		"<html><head><title>t</title><style>p{}</style></head><body><h1>Order&nbsp;42</h1><p>Hello <b>Ann</b>,<br>thanks &amp; "
		"bye &copy;&#8364;&bogus;</p><ul><li>one<li>two</ul><table><tr><td>a</td><td>b</td></tr></table><a "
		"href=\"https://x.example/?a=1&amp;b=2\">link</a> <img alt='logo' src=x> 1 < 2 <!-- no --><script>no</script>");
	smtps_message_set_text_from_html(message, true);
	mail = composed_text(message);
	assert_holds(smtps_buf_str(&mail),
		"Order 42\r\n\r\nHello Ann,\r\nthanks & bye =C2=A9=E2=82=AC&bogus;\r\n\r\n- one\r\n- two\r\n\r\na b\r\n\r\nlink "
		"(https://x.example/?a=3D1&b=3D2) logo 1 < 2\r\n");
	smtps_buf_free(&mail);
	smtps_message_free(message);
}

/* Found by fuzzing: a link in front of everything. */
static void odd_html(void **state)
{
	static const char *const odd[] = {"<a></a>x", "<a href=http://x>", "<", "<!--", "<!-- x", "<style>",
		"<script>x</scr", "</", "<img alt", "&#;&#x;&#x110000;&", "<a href='http://x", "<pre> a\n  b</pre>",
		"<br><br><br>"};

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		smtps_message *message = plain_message();
		smtps_buf mail;

		set_html(message, odd[i]);
		smtps_message_set_text_from_html(message, true);
		mail = composed_text(message);
		smtps_buf_free(&mail);
		smtps_message_free(message);
	}
}

static void every_allocation_may_fail(void **state)
{
	smtps_str uri = SMTPS_STR("https://example.com/u");
	bool fine = false;

	(void)state;
	for (unsigned long n = 1; n < 1000 && !fine; n++) {
		smtps_compose_options options = {.now = TEST_NOW};
		smtps_composed composed = {0};
		smtps_error error = {0};
		smtps_message *message, *clone = NULL;
		char block[512];

		smtps_alloc_fail_at(n);
		message = smtps_message_new();
		fine = message &&
			smtps_message_add_mailbox(message, SMTPS_FROM, SMTPS_STR("\xc3\xa4 <a@example.com>"), &error) &&
			smtps_message_add_mailbox(message, SMTPS_TO, SMTPS_STR("b@m\xc3\xbcller.example"), &error) &&
			smtps_message_set_subject(message, SMTPS_STR("\xc3\xa4"), &error) &&
			smtps_message_set_html(message, SMTPS_STR("<p>\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2</p>"),
				(smtps_str){NULL, 0}, &error) &&
			smtps_message_set_list_unsubscribe(message, &uri, 1, true, &error) &&
			smtps_message_add_header(message, SMTPS_STR("X-A"), SMTPS_STR("b"), &error) &&
			smtps_message_attach(message, smtps_content_copy(SMTPS_STR("x")), SMTPS_STR("\xc3\xa4.pdf"),
				(smtps_str){NULL, 0}, &error) &&
			smtps_message_attach_message(
				message, smtps_content_copy(SMTPS_STR("A: b\n\n")), SMTPS_STR(""), &error);
		if (fine) {
			smtps_message_set_text_from_html(message, true);
			clone = smtps_message_clone(message);
			fine = clone && smtps_message_compose(clone, &options, &composed, &error);
		}
		while (fine && composed.source->size) {
			ptrdiff_t got = composed.source->read(composed.source, block, sizeof block, &error);

			fine = got >= 0;
			if (got <= 0) {
				break;
			}
		}
		smtps_alloc_fail_at(0);
		smtps_composed_free(&composed);
		smtps_message_free(message);
		smtps_message_free(clone);
		smtps_error_free(&error);
	}
	assert_true(fine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_message_octet_by_octet),
		cmocka_unit_test(the_tree_is_as_deep_as_the_message_needs),
		cmocka_unit_test(the_size_of_the_reads_does_not_matter),
		cmocka_unit_test(what_comes_out_is_7bit_in_short_lines),
		cmocka_unit_test(bcc_is_in_the_envelope_only),
		cmocka_unit_test(control_characters_are_refused_in_every_field),
		cmocka_unit_test(names_of_custom_headers),
		cmocka_unit_test(a_field_set_by_header_and_setter_is_refused),
		cmocka_unit_test(types_are_checked),
		cmocka_unit_test(the_other_fields),
		cmocka_unit_test(several_authors_need_a_sender),
		cmocka_unit_test(date_id_and_boundaries_stay_until_something_changes),
		cmocka_unit_test(a_clone_holds_all_and_shares_contents),
		cmocka_unit_test(html_embeds_nothing_by_itself),
		cmocka_unit_test(a_body_arrives_as_it_was_given),
		cmocka_unit_test(recipients_are_counted_once_and_must_be_there),
		cmocka_unit_test(a_hundred_thousand_recipients),
		cmocka_unit_test(the_envelope),
		cmocka_unit_test(utf8_addresses_ask_for_smtputf8_and_names_do_not),
		cmocka_unit_test(policy),
		cmocka_unit_test(a_file_is_read_in_blocks_and_closed_once),
		cmocka_unit_test(a_file_that_changes_its_size_never_ends_a_mail),
		cmocka_unit_test(parts_have_a_limit),
		cmocka_unit_test(attached_messages),
		cmocka_unit_test(lines_like_commands_are_seen),
		cmocka_unit_test(text_from_html),
		cmocka_unit_test(odd_html),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("mail/message", tests, NULL, NULL);
}
