/*
 * The session by dialogues: tests/core/smtp/dialogues/NAME.txt, each whole, octet by octet, and in random segments.
 */
#include "testing.h"

#include <dirent.h>

#include "dialogue.h"

enum { RANDOM_RUNS = 8, SWEEP_UNSEEN = 20, MANY = 3000 };

static const smtps_str mark = {"== ", 3};

/* The directory of the dialogues, beside this file. */
static void directory(char *path, size_t size)
{
	const char *end = strrchr(__FILE__, '/');

	snprintf(path, size, "%.*s/dialogues", end ? (int)(end - __FILE__) : 1, end ? __FILE__ : ".");
}

static void read_file(const char *path, smtps_buf *text)
{
	char block[4096];
	FILE *file = fopen(path, "rb");
	size_t got;

	assert_non_null(file);
	while ((got = fread(block, 1, sizeof block, file)) > 0) {
		smtps_buf_add(text, block, got);
	}
	fclose(file);
}

typedef unsigned run_dialogue(const char *file, int line, smtps_str name, smtps_str text);

/* One run in one segmentation; 1 where something did not hold. */
static unsigned run_in(
	const char *file, int line, smtps_str name, smtps_str text, unsigned mode, unsigned seed)
{
	dialogue *d = calloc(1, sizeof *d);
	bool fine;

	*d = (dialogue){.name = name, .file = file, .line = line, .mode = mode, .seed = seed};
	fine = dialogue_run(d, text, 0);
	if (!fine) {
		print_error("%.*s\n", (int)d->transcript.len, d->transcript.data ? d->transcript.data : "");
	}
	dialogue_free(d);
	free(d);
	return fine ? 0 : 1;
}

static unsigned run_all_ways(const char *file, int line, smtps_str name, smtps_str text)
{
	unsigned failures = run_in(file, line, name, text, WHOLE, 1);

	if (strstr(file, "whole.txt")) {
		return failures; /* what these show depends on where an output ends */
	}
	if (failures == 0) {
		failures += run_in(file, line, name, text, ONE_BYTE, 1);
	}
	for (unsigned seed = 1; failures == 0 && seed <= RANDOM_RUNS; seed += test_stride(3)) {
		failures += run_in(file, line, name, text, RANDOM, seed * 7919);
	}
	return failures;
}

/*
 * Each allocation of the dialogue fails in turn: nothing leaks, nothing breaks, every transaction is reported once. Some failures
 * change nothing that a dialogue sees (a line of the transcript), so it goes on until many in a row have changed nothing.
 */
static unsigned run_sweep(const char *file, int line, smtps_str name, smtps_str text)
{
	/* Coarsely, each dialogue begins elsewhere: together they meet every allocation all the same. */
	unsigned unseen = 0, stride = test_stride(7);

	for (unsigned long n = 1 + (unsigned)line % stride; n < 2000 && unseen < SWEEP_UNSEEN / stride;
		 n += stride) {
		dialogue *d = calloc(1, sizeof *d);

		*d = (dialogue){.name = name, .file = file, .line = line};
		unseen = dialogue_run(d, text, n) ? unseen + 1 : 0;
		for (unsigned i = 0; i < d->mail_count; i++) {
			if (d->mails[i].reported > d->mails[i].submitted ||
				(d->closed && d->mails[i].reported < d->mails[i].submitted)) {
				print_error(
					"%s:%d: allocation %lu: reported %u times\n", file, line, n, d->mails[i].reported);
				return 1;
			}
		}
		dialogue_free(d);
		free(d);
	}
	return 0;
}

static unsigned run_file(const char *file, run_dialogue *run, unsigned *count)
{
	smtps_buf text = {0};
	smtps_str rest, name = {0};
	const char *only = getenv("DIALOGUE");
	unsigned failures = 0;
	int line = 0, start = 0;
	const char *from = NULL;

	read_file(file, &text);
	rest = smtps_buf_str(&text);
	for (;;) {
		smtps_str next = rest.data ? smtps_str_split(rest, '\n', &rest) : (smtps_str){NULL, 0};

		line++;
		if (!next.data || smtps_str_starts_nocase(next, mark)) {
			const char *end = next.data ? next.data : text.data + text.len;

			if (from && (!only || smtps_str_contains_nocase(name, smtps_str_of(only)))) {
				failures += run(file, start, name, (smtps_str){from, (size_t)(end - from)});
				++*count;
			}
			name = next.data ? (smtps_str){next.data + mark.len, next.len - mark.len} : next;
			from = next.data ? next.data + next.len + 1 : NULL;
			start = line;
		}
		if (!next.data) {
			break;
		}
	}
	smtps_buf_free(&text);
	return failures;
}

static unsigned run_directory(run_dialogue *run, unsigned *count)
{
	char folder[1024], path[2048];
	unsigned failures = 0;
	DIR *dir;
	struct dirent *entry;

	directory(folder, sizeof folder);
	dir = opendir(folder);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name);

		if (len > 4 && strcmp(entry->d_name + len - 4, ".txt") == 0) {
			snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
			failures += run_file(path, run, count);
		}
	}
	closedir(dir);
	return failures;
}

static void test_every_dialogue_in_every_segmentation_case_79(void **state)
{
	unsigned count = 0;

	(void)state;
	assert_int_equal(run_directory(run_all_ways, &count), 0);
	print_message("%u dialogues\n", count);
	assert_true(count > 0);
}

static void test_every_allocation_of_every_dialogue_may_fail_case_127(void **state)
{
	unsigned count = 0;

	(void)state;
	assert_int_equal(run_directory(run_sweep, &count), 0);
}

/* Thousands of recipients go out in flights; the session's list of steps is a ring of a fixed size. */
static void test_more_recipients_than_steps(void **state)
{
	static smtps_recipient recipients[MANY];
	smtps_session_config config = {
		.security = SMTPS_SECURE_PLAINTEXT, .ehlo_names = {SMTPS_STR("c.example")}, .ehlo_name_count = 1};
	smtps_memory_source source;
	smtps_transaction mail = {.recipients = recipients, .recipient_count = MANY, .message = &source.source};
	smtps_session *session = smtps_session_new(&config);
	smtps_transaction *done = NULL;
	const char *bytes;
	size_t answered = 0;

	(void)state;
	smtps_memory_source_init(&source, SMTPS_STR("x\r\n"));
	for (size_t i = 0; i < MANY; i++) {
		recipients[i].address = SMTPS_STR("b@b.example");
	}
	smtps_session_input(session, "220 hi\r\n", 8);
	smtps_session_handing(session, smtps_session_output(session, &bytes));
	smtps_session_input(session, "250-hi\r\n250 PIPELINING\r\n", 24);
	assert_int_equal(smtps_session_event(session, &done), SMTPS_EVENT_GATE);
	smtps_session_enter(session, NULL);
	assert_int_equal(smtps_session_event(session, &done), SMTPS_EVENT_READY);
	smtps_session_submit(session, &mail);
	while (smtps_session_event(session, &done) == SMTPS_EVENT_NONE) {
		smtps_session_handing(session, smtps_session_output(session, &bytes));
		assert_true(smtps_session_outstanding(session) > 0);
		if (smtps_session_stage(session) == SMTPS_STAGE_DATA) {
			smtps_session_input(session, "354 go\r\n", 8);
		} else {
			smtps_session_input(session, "250 ok\r\n", 8);
			answered++;
		}
	}
	assert_ptr_equal(done, &mail);
	assert_int_equal(mail.state, SMTPS_TX_ACCEPTED);
	assert_int_equal(smtps_transaction_accepted(&mail), MANY);
	assert_int_equal(answered, MANY + 2);
	smtps_session_free(session);
	smtps_transaction_reset(&mail);
}

static void test_a_line_break_in_an_ehlo_name_never_leaves_invariant_4(void **state)
{
	smtps_session_config config = {.security = SMTPS_SECURE_PLAINTEXT,
		.ehlo_names = {SMTPS_STR("c.example\r\nQUIT")},
		.ehlo_name_count = 1};
	smtps_session *session = smtps_session_new(&config);
	smtps_transaction *done = NULL;
	const char *bytes;

	(void)state;
	smtps_session_input(session, "220 hi\r\n", 8);
	assert_int_equal(smtps_session_output(session, &bytes), 0);
	assert_int_equal(smtps_session_event(session, &done), SMTPS_EVENT_CLOSED);
	assert_int_equal(smtps_session_error(session)->kind, SMTPS_BAD_OPTION);
	smtps_session_free(session);
}

static void test_a_mail_for_a_closed_session_is_reported_at_once(void **state)
{
	smtps_session_config config = {
		.security = SMTPS_SECURE_PLAINTEXT, .ehlo_names = {SMTPS_STR("c.example")}, .ehlo_name_count = 1};
	smtps_session *session = smtps_session_new(&config);
	smtps_transaction mail = {0}, *done = NULL;

	(void)state;
	smtps_session_cut(session, SMTPS_CAUSE_CUT, "gone");
	assert_int_equal(smtps_session_event(session, &done), SMTPS_EVENT_CLOSED);
	smtps_session_submit(session, &mail);
	assert_int_equal(smtps_session_event(session, &done), SMTPS_EVENT_TRANSACTION);
	assert_int_equal(mail.state, SMTPS_TX_FAILED);
	assert_int_equal(mail.error.cause, SMTPS_CAUSE_CUT);
	assert_false(mail.begun);
	smtps_transaction_reset(&mail);
	smtps_session_free(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_dialogue_in_every_segmentation_case_79),
		cmocka_unit_test(test_a_line_break_in_an_ehlo_name_never_leaves_invariant_4),
		cmocka_unit_test(test_a_mail_for_a_closed_session_is_reported_at_once),
		cmocka_unit_test(test_more_recipients_than_steps),
		cmocka_unit_test(test_every_allocation_of_every_dialogue_may_fail_case_127),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
