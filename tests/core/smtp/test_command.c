/*
 * Command lines, what never reaches one, and messages that look like one.
 */
#include "testing.h"

#include "base/text.h"
#include "smtp/capabilities.h"
#include "smtp/command.h"
#include "smtp/sasl.h"

static void test_no_line_break_reaches_a_command_line_invariant_4(void **state)
{
	static const smtps_str bad[] = {{"a\rb", 3}, {"a\nb", 3}, {"a\0b", 3}, {"\r\nDATA\r\n", 8}, {"\n", 1}};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		smtps_recipient recipient = {.address = bad[i]};
		smtps_memory_source source;
		smtps_transaction transaction = {.sender = bad[i], .message = &source.source};
		smtps_buf out = {0};

		smtps_memory_source_init(&source, SMTPS_STR("x\r\n"));
		smtps_buf_add_text(&out, "before");
		assert_false(smtps_command_argument_is_safe(bad[i]));
		assert_false(smtps_command_hello(&out, "EHLO", bad[i]));
		assert_false(smtps_command_mail(&out, &transaction, ~0u));
		assert_false(smtps_command_rcpt(&out, &recipient, ~0u));
		assert_str(smtps_buf_str(&out), "before");
		smtps_buf_free(&out);
	}
}

static void test_xtext_hides_what_could_end_a_line(void **state)
{
	smtps_memory_source source;
	smtps_recipient recipient = {
		.address = SMTPS_STR("a@b"), .orcpt = SMTPS_STR("x\r\n+=y"), .notify = SMTPS_NOTIFY_NEVER};
	smtps_transaction transaction = {.message = &source.source, .envid = SMTPS_STR("a b\r\n"), .ret = 'H'};
	smtps_buf out = {0};

	(void)state;
	smtps_memory_source_init(&source, SMTPS_STR("x\r\n"));
	assert_true(smtps_command_mail(&out, &transaction, SMTPS_CAP_DSN));
	assert_true(smtps_command_rcpt(&out, &recipient, SMTPS_CAP_DSN));
	assert_str(smtps_buf_str(&out),
		"MAIL FROM:<> RET=HDRS ENVID=a+20b+0D+0A\r\n"
		"RCPT TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;x+0D+0A+2B+3Dy\r\n");
	smtps_buf_free(&out);
}

static void test_an_original_recipient_outside_ascii_by_rfc_6533(void **state)
{
	smtps_recipient recipient = {
		.address = SMTPS_STR("a@b"), .orcpt = SMTPS_STR("m\xc3\xbc\\+@\xf0\x9f\x93\xa7.example")};
	smtps_buf out = {0};

	(void)state;
	assert_true(smtps_command_rcpt(&out, &recipient, SMTPS_CAP_DSN));
	assert_str(
		smtps_buf_str(&out), "RCPT TO:<a@b> ORCPT=utf-8;m\\x{FC}\\x{5C}\\x{2B}@\\x{1F4E7}.example\r\n");
	recipient.orcpt = SMTPS_STR("\xff");
	smtps_buf_clear(&out);
	assert_false(smtps_command_rcpt(&out, &recipient, SMTPS_CAP_DSN));
	smtps_buf_free(&out);
}

static void test_auth_lines(void **state)
{
	smtps_buf out = {.secret = true};
	smtps_str empty = SMTPS_STR(""), some = SMTPS_STR("abc");

	(void)state;
	assert_true(smtps_command_auth(&out, "PLAIN", NULL));
	assert_true(smtps_command_auth(&out, "EXTERNAL", &empty));
	assert_true(smtps_command_auth(&out, "PLAIN", &some));
	assert_true(smtps_command_answer(&out, empty));
	assert_true(smtps_command_answer(&out, some));
	assert_str(smtps_buf_str(&out), "AUTH PLAIN\r\nAUTH EXTERNAL =\r\nAUTH PLAIN YWJj\r\n\r\nYWJj\r\n");
	smtps_buf_free(&out);
}

static bool looks(const char *text, size_t step)
{
	smtps_command_scan scan = {0};
	smtps_str rest = smtps_str_of(text);

	while (rest.len) {
		size_t len = rest.len < step ? rest.len : step;

		smtps_looks_like_command(&scan, (smtps_str){rest.data, len});
		rest.data += len;
		rest.len -= len;
	}
	return scan.found;
}

static void test_a_line_that_a_server_would_run_is_found_in_any_chunks_case_103(void **state)
{
	static const char *const commands[] = {"QUIT\r\n", "x\r\nquit\r\n", "x\r\n\r\n  MAIL FROM:<a>\r\n",
		"\tRSET\r\n", "DATA:\r\n", "Help!\r\n", "a: b\r\n\r\nbdat 5\r\n", "STARTTLS\r\n", "StartTLS x\r\n"};
	static const char *const others[] = {"", "\r\n", "Subject: QUIT\r\n", "quitting\r\n", "mailing\r\n",
		"datas\r\n", "x QUIT\r\n", "QUI\r\nT\r\n", "DAT A\r\n", "xquit\r\n",
		"a quite long word at the start\r\n", "supercalifragilistic\r\n"};

	(void)state;
	for (size_t step = 1; step < 9; step++) {
		for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
			assert_true(looks(commands[i], step));
		}
		for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
			assert_false(looks(others[i], step));
		}
	}
}

static void read_ehlo(smtps_capabilities *caps, const char *text)
{
	smtps_reply reply = {.code = 250};

	smtps_buf_add_text(&reply.text, text);
	smtps_capabilities_read(caps, &reply);
	smtps_reply_free(&reply);
}

static void test_capabilities_whole_words_and_numbers_that_fit_case_80(void **state)
{
	smtps_capabilities caps = {0};

	(void)state;
	read_ehlo(&caps,
		"hi STARTTLS\nsize 18446744073709551615\nAuth PLAIN\nAUTH=LOGIN\tCRAM-MD5 xPLAIN\n"
		"LIMITS RCPTMAX=4294967296 MAILMAX=7 X=1\n\x1b[1mDSN\nX_PIPE_CONNECT\nxDSN\nDSNx");
	assert_int_equal(caps.flags, SMTPS_CAP_SIZE | SMTPS_CAP_AUTH | SMTPS_CAP_LIMITS | SMTPS_CAP_PIPECONNECT);
	assert_true(caps.size == UINT64_MAX);
	assert_int_equal(caps.mechanisms,
		SMTPS_MECHANISM_BIT(SMTPS_PLAIN) | SMTPS_MECHANISM_BIT(SMTPS_LOGIN) |
			SMTPS_MECHANISM_BIT(SMTPS_CRAM_MD5));
	assert_int_equal(caps.rcpt_max, 0);
	assert_int_equal(caps.mail_max, 7);
	assert_true(smtps_str_contains_nocase(smtps_buf_str(&caps.keywords), SMTPS_STR("?[1mDSN")));
	/* What stood there is forgotten. */
	read_ehlo(&caps, "hi\nSIZE 18446744073709551616");
	assert_int_equal(caps.flags, SMTPS_CAP_SIZE);
	assert_true(caps.size == 0);
	assert_int_equal(caps.mechanisms, 0);
	read_ehlo(&caps, "hi");
	assert_int_equal(caps.flags, 0);
	assert_int_equal(caps.keywords.len, 0);
	smtps_capabilities_free(&caps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_line_break_reaches_a_command_line_invariant_4),
		cmocka_unit_test(test_xtext_hides_what_could_end_a_line),
		cmocka_unit_test(test_an_original_recipient_outside_ascii_by_rfc_6533),
		cmocka_unit_test(test_auth_lines),
		cmocka_unit_test(test_a_line_that_a_server_would_run_is_found_in_any_chunks_case_103),
		cmocka_unit_test(test_capabilities_whole_words_and_numbers_that_fit_case_80),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
