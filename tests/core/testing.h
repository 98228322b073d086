/*
 * What every unit test of the core starts with: cmocka in the order it wants, and comparing views.
 */
#ifndef SMTPS_TESTS_TESTING_H
#define SMTPS_TESTS_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/memory.h"

/* Under valgrind, where everything takes 30 times as long: of a sweep each `coarse`-th step, else every step. */
static inline unsigned test_stride(unsigned coarse)
{
	return getenv("SMTPS_TEST_QUICK") ? coarse : 1;
}

/* The view `actual` holds exactly the text `expected`. */
#define assert_str(actual, expected) assert_str_at((actual), (expected), __FILE__, __LINE__)

static inline void assert_str_at(smtps_str actual, const char *expected, const char *file, int line)
{
	if (!smtps_str_equal(actual, smtps_str_of(expected))) {
		print_error(
			"got \"%.*s\", expected \"%s\"\n", (int)actual.len, actual.len ? actual.data : "", expected);
		_fail(file, line);
	}
}

#endif
