/*
 * The stream of data transparency in blocks: what goes 64 octets at a time gives what single octets give, whatever stands where.
 *
 * All strings of six octets of {CR, LF, '.', x}, at each place around the border of a block, in lines that are right otherwise.
 */
#include "smtp/transparency.h"
#include "testing.h"

#include <string.h>

enum { LENGTH = 6, STRINGS = 4096, FILLED = 192 };

static bool run(bool plain, smtps_str octets, size_t step, smtps_buf *out)
{
	smtps_transparency stream = {.plain = plain};

	smtps_buf_clear(out);
	for (size_t at = 0; at < octets.len; at += step) {
		size_t take = octets.len - at < step ? octets.len - at : step;

		if (!smtps_transparency_add(&stream, out, (smtps_str){octets.data + at, take})) {
			return false;
		}
	}
	return smtps_transparency_end(&stream, out);
}

static void compare(bool plain, smtps_str octets, smtps_buf *whole, smtps_buf *single)
{
	static const size_t steps[] = {64, 65, 100, 1000};
	bool right = run(plain, octets, 1, single);

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		assert_int_equal(run(plain, octets, steps[i], whole), right);
		if (right) {
			assert_int_equal(whole->len, single->len);
			assert_memory_equal(whole->data, single->data, single->len);
		}
	}
}

static void test_blocks_give_what_octets_give(void **state)
{
	static const char letters[] = {'\r', '\n', '.', 'x'};
	static const size_t places[] = {0, 1, 58, 59, 60, 61, 62, 63, 64, 65, 126, 127, 128};
	char octets[FILLED];
	smtps_buf whole = {0}, single = {0};

	(void)state;
	for (unsigned string = 0; string < STRINGS; string += test_stride(37)) {
		for (size_t place = 0; place < sizeof places / sizeof *places; place++) {
			memset(octets, 'a', sizeof octets);
			memcpy(octets + sizeof octets - 2, "\r\n", 2);
			for (unsigned i = 0; i < LENGTH; i++) {
				octets[places[place] + i] = letters[string >> (2 * i) & 3];
			}
			compare(false, (smtps_str){octets, sizeof octets}, &whole, &single);
			compare(true, (smtps_str){octets, sizeof octets}, &whole, &single);
		}
	}
	smtps_buf_free(&whole);
	smtps_buf_free(&single);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_blocks_give_what_octets_give)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
