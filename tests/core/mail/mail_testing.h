/*
 * What the tests of mail/ share: building a message in few words, composing it, pulling it whole.
 */
#ifndef SMTPS_TESTS_MAIL_TESTING_H
#define SMTPS_TESTS_MAIL_TESTING_H

#include "testing.h"

#include "mail/compose.h"

/* 2026-11-24 07:34:13 UTC */
enum { TEST_NOW = 1795505653 };

#define assert_done(call) assert_done_at((call), &error, __FILE__, __LINE__)

static inline void assert_done_at(bool done, const smtps_error *error, const char *file, int line)
{
	if (!done) {
		print_error("failed: %s\n", error->text);
		_fail(file, line);
	}
}

/* The call fails with a sentence that holds `part`; the error is emptied for the next one. */
#define assert_refused(call, part) assert_refused_at((call), &error, (part), __FILE__, __LINE__)

static inline void assert_refused_at(
	bool done, smtps_error *error, const char *part, const char *file, int line)
{
	if (done || !strstr(error->text, part)) {
		print_error("%s, expected \"%s\" in \"%s\"\n", done ? "was taken" : "refused", part, error->text);
		_fail(file, line);
	}
	smtps_error_free(error);
}

static inline bool holds(smtps_str text, const char *part)
{
	smtps_str needle = smtps_str_of(part);

	for (size_t at = 0; at + needle.len <= text.len; at++) {
		if (memcmp(text.data + at, needle.data, needle.len) == 0) {
			return true;
		}
	}
	return false;
}

#define assert_holds(text, part) assert_holds_at((text), (part), true, __FILE__, __LINE__)
#define assert_lacks(text, part) assert_holds_at((text), (part), false, __FILE__, __LINE__)

static inline void assert_holds_at(smtps_str text, const char *part, bool wanted, const char *file, int line)
{
	if (holds(text, part) != wanted) {
		print_error("%s \"%s\" in:\n%.*s\n", wanted ? "no" : "unwanted", part, (int)text.len, text.data);
		_fail(file, line);
	}
}

/* All that the source gives, in reads of `step` octets; exactly its size. */
static inline smtps_buf pulled_by(smtps_source *source, size_t step)
{
	smtps_buf out = {0};
	smtps_error error = {0};
	ptrdiff_t got = 1;

	assert_true(source->rewind(source, &error));
	while (got > 0) {
		assert_true(smtps_buf_reserve(&out, step));
		got = source->read(source, out.data + out.len, step, &error);
		out.len += got > 0 ? (size_t)got : 0;
	}
	if (got < 0) {
		print_error("%s\n", error.text);
	}
	assert_int_equal(got, 0);
	assert_int_equal(out.len, source->size);
	return out;
}

static inline smtps_message *plain_message(void)
{
	smtps_message *message = smtps_message_new();
	smtps_error error = {0};

	assert_done(smtps_message_add_mailbox(message, SMTPS_FROM, SMTPS_STR("Shop <shop@example.com>"), &error));
	assert_done(smtps_message_add_mailbox(message, SMTPS_TO, SMTPS_STR("ann@example.net"), &error));
	return message;
}

/* Composes and pulls; the message stays. */
static inline smtps_buf composed_text(smtps_message *message)
{
	smtps_compose_options options = {.now = TEST_NOW};
	smtps_composed composed = {0};
	smtps_error error = {0};
	smtps_buf out;

	assert_done(smtps_message_compose(message, &options, &composed, &error));
	out = pulled_by(composed.source, 4096);
	smtps_composed_free(&composed);
	return out;
}

#endif
