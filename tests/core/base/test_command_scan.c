/*
 * Lines that could be taken for SMTP commands: found wherever chunks end, and everyday lines are not.
 */
#include "testing.h"

#include "base/command_scan.h"

static bool found(const char *text, size_t step)
{
	smtps_command_scan scan = {0};
	size_t len = strlen(text);

	for (size_t at = 0; at < len; at += step) {
		smtps_command_scan_push(&scan, text + at, len - at < step ? len - at : step);
	}
	return smtps_command_scan_finish(&scan);
}

static void check(const char *text, bool expected)
{
	for (size_t step = 1; step <= strlen(text) + 1; step++) {
		if (found(text, step) != expected) {
			fail_msg("\"%s\" in chunks of %zu: %s", text, step, expected ? "not found" : "found");
		}
	}
}

static void commands_are_found_in_all_chunkings(void **state)
{
	static const char *const commands[] = {"QUIT\r\n", "quit\r\n", "x\r\nRSET\r\ny\r\n", "DATA",
		" \t noop \r\n", "MAIL FROM:<a@b>\r\n", "mail  from:<a@b>\r\n", "RCPT TO:<a@b>\r\n", "STARTTLS\r\n",
		"starttls now please, it is late\r\n", "BDAT 10 LAST\r\n",
		"EHLO a.example and more text behind it\r\n", "xclient ADDR=1.2.3.4\r\n",
		"HELP\tme, this line is a longer one\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		check(commands[i], true);
	}
}

static void everyday_lines_are_not(void **state)
{
	static const char *const lines[] = {"", "\r\n", "Subject: quit\r\n", "x QUIT\r\n",
		"QUITE\r\nDATABASE\r\n", "Mail us today, or never\r\n", "mail\r\nfrom:x\r\n", "RCPT\r\nTO:\r\n",
		"--QUIT\r\n", "MAILFROM:x\r\n", "Data: x\r\n", "quit: x\r\n", "1QUIT\r\n", "UVVJVA==\r\n",
		"mail form:<a@b>\r\n", "rcpt to the moon\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		check(lines[i], false);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_found_in_all_chunkings),
		cmocka_unit_test(everyday_lines_are_not),
	};

	return cmocka_run_group_tests_name("base/command_scan", tests, NULL, NULL);
}
