/*
 * What is remembered: keys, lifetimes, bounds (case 258).
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/memory.h"

#define HOUR SMTPS_SECONDS(3600)
#define DAY SMTPS_SECONDS(86400)
#define START SMTPS_SECONDS(1000)

static void key_of(unsigned char key[32], unsigned number)
{
	memset(key, 7, 32);
	memcpy(key, &number, sizeof number);
}

static smtps_memory_record route_to(int port)
{
	smtps_memory_record record = {
		.known = SMTPS_KNOWS_ROUTE | SMTPS_KNOWS_BDAT_WORKS, .port = port, .encryption = 1};

	record.capabilities = 5;
	return record;
}

static void test_a_record_comes_back_under_its_key_alone(void **state)
{
	unsigned char mine[32], other[32];
	smtps_memory_record record = route_to(465), back;

	(void)state;
	smtps_memory_startup();
	key_of(mine, 1);
	key_of(other, 2);
	smtps_memory_put(mine, START, &record);
	smtps_memory_get(mine, START, &back);
	assert_int_equal(back.known, SMTPS_KNOWS_ROUTE | SMTPS_KNOWS_BDAT_WORKS);
	assert_int_equal(back.port, 465);
	assert_int_equal(back.capabilities, 5);
	smtps_memory_get(other, START, &back);
	assert_int_equal(back.known, 0);
	smtps_memory_shutdown();
	smtps_memory_get(mine, START, &back);
	assert_int_equal(back.known, 0);
}

static void test_a_route_is_known_for_an_hour_and_the_rest_longer(void **state)
{
	unsigned char key[32];
	smtps_memory_record record = route_to(587), back;

	(void)state;
	smtps_memory_startup();
	key_of(key, 1);
	record.known |= SMTPS_KNOWS_NO_CHUNKING | SMTPS_KNOWS_NO_PIPELINING;
	record.no_chunking_until = START + 10 * DAY; /* cut to a day */
	smtps_memory_put(key, START, &record);
	smtps_memory_get(key, START + HOUR - 1, &back);
	assert_true(back.known & SMTPS_KNOWS_ROUTE);
	smtps_memory_get(key, START + HOUR, &back);
	assert_int_equal(
		back.known, SMTPS_KNOWS_BDAT_WORKS | SMTPS_KNOWS_NO_CHUNKING | SMTPS_KNOWS_NO_PIPELINING);
	smtps_memory_get(key, START + DAY - 1, &back);
	assert_true(back.known & SMTPS_KNOWS_NO_CHUNKING);
	smtps_memory_get(key, START + DAY, &back);
	assert_int_equal(back.known, SMTPS_KNOWS_BDAT_WORKS);
}

static void test_a_put_after_reading_does_not_prolong(void **state)
{
	unsigned char key[32];
	smtps_memory_record record = route_to(587), back;

	(void)state;
	smtps_memory_startup();
	key_of(key, 1);
	smtps_memory_put(key, START, &record);
	smtps_memory_get(key, START + HOUR / 2, &back);
	smtps_memory_put(key, START + HOUR / 2, &back);
	smtps_memory_get(key, START + HOUR, &back);
	assert_false(back.known & SMTPS_KNOWS_ROUTE);
}

static void test_a_forgotten_route_stays_forgotten(void **state)
{
	unsigned char key[32];
	smtps_memory_record record = route_to(587), back;

	(void)state;
	smtps_memory_startup();
	key_of(key, 1);
	smtps_memory_put(key, START, &record);
	smtps_memory_get(key, START, &back);
	back.known &= ~(unsigned)SMTPS_KNOWS_ROUTE;
	smtps_memory_put(key, START, &back);
	smtps_memory_get(key, START, &back);
	assert_int_equal(back.known, SMTPS_KNOWS_BDAT_WORKS);
}

static void test_the_record_used_longest_ago_makes_room(void **state)
{
	unsigned char key[32];
	smtps_memory_record record = route_to(587), back;

	(void)state;
	smtps_memory_startup();
	for (unsigned i = 0; i < SMTPS_MEMORY_RECORDS; i++) {
		key_of(key, i);
		smtps_memory_put(key, START, &record);
	}
	key_of(key, 0);
	smtps_memory_get(key, START, &back); /* used just now */
	key_of(key, 1000);
	smtps_memory_put(key, START, &record);
	key_of(key, 0);
	smtps_memory_get(key, START, &back);
	assert_true(back.known != 0);
	key_of(key, 1);
	smtps_memory_get(key, START, &back);
	assert_int_equal(back.known, 0);
	for (unsigned i = 2000; i < 5000; i++) {
		key_of(key, i);
		smtps_memory_put(key, START, &record);
		smtps_memory_get(key, START, &back);
		assert_int_equal(back.port, 587);
	}
}

static void *worker(void *argument)
{
	unsigned char key[32];
	unsigned start = *(unsigned *)argument;

	for (unsigned i = 0; i < 2000; i++) {
		smtps_memory_record record = route_to((int)(start + i % 50)), back;

		key_of(key, start + i % 50);
		smtps_memory_put(key, START, &record);
		smtps_memory_get(key, START, &back);
		if (back.known && back.port != (int)(start + i % 50)) {
			return argument;
		}
	}
	return NULL;
}

static void test_threads_see_whole_records(void **state)
{
	pthread_t threads[4];
	unsigned starts[4] = {100, 200, 300, 400};
	void *wrong;

	(void)state;
	smtps_memory_startup();
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, worker, &starts[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_record_comes_back_under_its_key_alone),
		cmocka_unit_test(test_a_route_is_known_for_an_hour_and_the_rest_longer),
		cmocka_unit_test(test_a_put_after_reading_does_not_prolong),
		cmocka_unit_test(test_a_forgotten_route_stays_forgotten),
		cmocka_unit_test(test_the_record_used_longest_ago_makes_room),
		cmocka_unit_test(test_threads_see_whole_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
