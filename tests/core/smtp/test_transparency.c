/*
 * Data transparency: all strings of up to eight octets over CR, LF, "." and "x" in all chunkings (cases 130 to 132).
 */
#include "testing.h"

#include "smtp/transparency.h"

enum { LONGEST = 8 };

static const char alphabet[] = "\r\n.x";

/* An independent reading of the rule: CR and LF in pairs only, and a last CRLF (or nothing at all). */
static bool is_normal(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\r' && (i + 1 == len || text[i + 1] != '\n')) {
			return false;
		}
		if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) {
			return false;
		}
	}
	return len == 0 || text[len - 1] == '\n';
}

/* What a server makes of it (RFC 5321 4.5.2): the octets before the first line that is a lone dot, unstuffed. */
static bool unstuff(smtps_str wire, smtps_buf *out)
{
	size_t at = 0;

	smtps_buf_clear(out);
	while (at < wire.len) {
		size_t end = at;

		while (end + 1 < wire.len && !(wire.data[end] == '\r' && wire.data[end + 1] == '\n')) {
			end++;
		}
		if (end - at == 1 && wire.data[at] == '.') {
			return end + 2 == wire.len;
		}
		at += wire.data[at] == '.' ? 1 : 0;
		smtps_buf_add(out, wire.data + at, end + 2 - at);
		at = end + 2;
	}
	return false;
}

/* Through the stream in the chunks that the bits of `cuts` say; false where it refuses. */
static bool stuff(const char *text, size_t len, unsigned cuts, bool plain, smtps_buf *out)
{
	smtps_transparency stream = {.plain = plain};
	size_t from = 0;

	smtps_buf_clear(out);
	for (size_t i = 0; i < len; i++) {
		if (i + 1 == len || (cuts >> i & 1)) {
			if (!smtps_transparency_add(&stream, out, (smtps_str){text + from, i + 1 - from})) {
				return false;
			}
			from = i + 1;
		}
	}
	return smtps_transparency_end(&stream, out);
}

static void check(const char *text, size_t len, smtps_buf *wire, smtps_buf *back)
{
	bool normal = is_normal(text, len);

	for (unsigned cuts = 0; cuts < (len ? 1u << (len - 1) : 1u); cuts += test_stride(7)) {
		assert_int_equal(stuff(text, len, cuts, false, wire), normal);
		if (normal) {
			assert_true(unstuff(smtps_buf_str(wire), back));
			assert_true(smtps_str_equal(smtps_buf_str(back), (smtps_str){text, len}));
		}
		assert_int_equal(stuff(text, len, cuts, true, wire), normal);
		if (normal) {
			assert_true(smtps_str_equal(smtps_buf_str(wire), (smtps_str){text, len}));
		}
	}
}

static void test_every_short_string_in_every_chunking_cases_130_131(void **state)
{
	smtps_buf wire = {0}, back = {0};
	char text[LONGEST];
	size_t count = 1;

	(void)state;
	for (size_t len = 0; len <= LONGEST; len++, count *= 4) {
		for (size_t number = 0; number < count; number++) {
			for (size_t i = 0; i < len; i++) {
				text[i] = alphabet[number >> (2 * i) & 3];
			}
			check(text, len, &wire, &back);
		}
	}
	smtps_buf_free(&wire);
	smtps_buf_free(&back);
}

static void test_lines_of_dots_alone_double_case_132(void **state)
{
	smtps_transparency stream = {0};
	smtps_buf wire = {0};

	(void)state;
	for (int i = 0; i < 10000; i++) {
		assert_true(smtps_transparency_add(&stream, &wire, SMTPS_STR(".\r\n")));
	}
	assert_true(smtps_transparency_end(&stream, &wire));
	assert_int_equal(wire.len, 10000 * 4 + 3);
	smtps_buf_free(&wire);
}

static void test_no_memory_is_seen_at_the_end(void **state)
{
	smtps_transparency stream = {0};
	smtps_buf wire = {0};

	(void)state;
	smtps_alloc_fail_at(1);
	assert_true(smtps_transparency_add(&stream, &wire, SMTPS_STR("x\r\n")));
	assert_true(wire.failed);
	smtps_buf_free(&wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_short_string_in_every_chunking_cases_130_131),
		cmocka_unit_test(test_lines_of_dots_alone_double_case_132),
		cmocka_unit_test(test_no_memory_is_seen_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
