/*
 * Which (address, port, encryption) are tried, in which order: cases 5, 6, 12, 253, 254 and 258.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/routes.h"
#include "options_script.h"

static void add(smtps_addresses *addresses, const char *literal)
{
	assert_true(smtps_address_literal(literal, &addresses->list[addresses->count]));
	addresses->count++;
}

static void answer(smtps_addresses *addresses, const char *literals)
{
	char one[64];

	memset(addresses, 0, sizeof *addresses);
	while (*literals) {
		size_t len = strcspn(literals, " ");

		snprintf(one, sizeof one, "%.*s", (int)len, literals);
		add(addresses, one);
		literals += len + (literals[len] == ' ');
	}
}

/* "192.0.2.1:587s": s STARTTLS, i implicit, p plaintext, ? STARTTLS where offered. */
static void describe(const smtps_routes *routes, char *out, size_t cap)
{
	static const char letters[] = {[SMTPS_SECURE_IMPLICIT] = 'i',
		[SMTPS_SECURE_STARTTLS] = 's',
		[SMTPS_SECURE_IF_OFFERED] = '?',
		[SMTPS_SECURE_PLAINTEXT] = 'p'};
	char text[SMTPS_ADDRESS_TEXT];

	out[0] = '\0';
	for (size_t i = 0; i < routes->count; i++) {
		const smtps_route *route = &routes->list[i];
		size_t at = strlen(out);

		assert_int_equal(route->implicit_tls, route->security == SMTPS_SECURE_IMPLICIT);
		assert_false(route->done);
		snprintf(out + at, cap - at, "%s%s:%d%c", i ? " " : "", smtps_address_text(&route->address, text),
			route->port, letters[route->security]);
	}
}

static void expect(const char *script, const char *addresses_text, const smtps_memory_record *remembered,
	const char *expected)
{
	smtps_options options;
	smtps_addresses addresses;
	smtps_routes routes;
	smtps_error error = {0};
	char text[4096];

	if (!options_run(&options, script, &error)) {
		fail_msg("%s: %s", script, error.text);
	}
	answer(&addresses, addresses_text);
	smtps_routes_make(&routes, &options, &addresses, remembered);
	describe(&routes, text, sizeof text);
	assert_string_equal(text, expected);
	smtps_options_free(&options);
}

static void test_each_port_has_its_first_address_of_each_family_then_the_rest(void **state)
{
	(void)state;
	expect("host=mx|port=587,465", "2001:db8::1 2001:db8::2 192.0.2.1 192.0.2.2", NULL,
		"2001:db8::1:587s 192.0.2.1:587s 2001:db8::1:465i 192.0.2.1:465i "
		"2001:db8::2:587s 192.0.2.2:587s 2001:db8::2:465i 192.0.2.2:465i");
	expect("host=mx", "192.0.2.1 2001:db8::1", NULL,
		"192.0.2.1:587s 2001:db8::1:587s 192.0.2.1:465i 2001:db8::1:465i 192.0.2.1:2525s 2001:db8::1:2525s");
}

static void test_an_address_given_twice_is_tried_once(void **state)
{
	(void)state;
	expect(
		"host=mx|port=587", "192.0.2.1 192.0.2.1 192.0.2.2 192.0.2.2", NULL, "192.0.2.1:587s 192.0.2.2:587s");
}

static void test_five_addresses_a_port_at_most_case_5(void **state)
{
	(void)state;
	expect("host=mx|port=587", "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 192.0.2.6 2001:db8::1",
		NULL, "192.0.2.1:587s 2001:db8::1:587s 192.0.2.2:587s 192.0.2.3:587s 192.0.2.4:587s");
}

static void test_many_ports_and_addresses_stay_within_bounds(void **state)
{
	smtps_options options;
	smtps_addresses addresses;
	smtps_routes routes;
	smtps_error error = {0};

	(void)state;
	assert_true(options_run(&options, "host=mx|port=1,2,3,4,5,6,7,8", &error));
	memset(&addresses, 0, sizeof addresses);
	for (int i = 0; i < SMTPS_ADDRESSES_MAX; i++) {
		char literal[32];

		snprintf(literal, sizeof literal, "192.0.2.%d", i + 1);
		add(&addresses, literal);
	}
	smtps_routes_make(&routes, &options, &addresses, NULL);
	assert_int_equal(routes.count, SMTPS_ROUTES_MAX);
	smtps_options_free(&options);
}

static void test_ip_version_leaves_the_other_family_out(void **state)
{
	(void)state;
	expect("host=mx|port=587|ip_version=4", "2001:db8::1 192.0.2.1", NULL, "192.0.2.1:587s");
	expect("host=mx|port=587|ip_version=6", "2001:db8::1 192.0.2.1", NULL, "2001:db8::1:587s");
	expect("host=mx|port=587|ip_version=6", "192.0.2.1", NULL, "");
}

static void test_encryption_follows_the_port(void **state)
{
	(void)state;
	expect("host=mx|port=25,443,465,587,2465,2525,8465", "192.0.2.1", NULL,
		"192.0.2.1:25s 192.0.2.1:443i 192.0.2.1:465i 192.0.2.1:587s 192.0.2.1:2465i 192.0.2.1:2525s 192.0.2.1:8465i");
	expect("host=mx|port=24|encryption=implicit", "192.0.2.1", NULL, "192.0.2.1:24i");
	expect("host=mx|port=8465|encryption=starttls", "192.0.2.1", NULL, "192.0.2.1:8465s");
	expect("host=mx|port=1025|encryption=plaintext", "192.0.2.1", NULL, "192.0.2.1:1025p");
}

static void test_port_25_only_by_number_save_for_loopback_case_254(void **state)
{
	(void)state;
	expect(
		"host=localhost", "127.0.0.1", NULL, "127.0.0.1:587? 127.0.0.1:465i 127.0.0.1:25? 127.0.0.1:2525s");
	/* A name that resolves to loopback was not given as loopback. */
	expect("host=mx", "127.0.0.1", NULL, "127.0.0.1:587s 127.0.0.1:465i 127.0.0.1:2525s");
	expect("host=localhost|verify_peer=on", "::1", NULL, "::1:587s ::1:465i ::1:25s ::1:2525s");
	expect("host=localhost|encryption=starttls", "::1", NULL, "::1:587s ::1:25s ::1:2525s");
}

static void test_a_remembered_route_comes_first_only_if_it_is_among_them_case_258(void **state)
{
	smtps_memory_record record = {
		.known = SMTPS_KNOWS_ROUTE, .port = 465, .encryption = SMTPS_SECURE_IMPLICIT};

	(void)state;
	assert_true(smtps_address_literal("192.0.2.2", &record.address));
	expect("host=mx|port=587,465", "192.0.2.1 192.0.2.2", &record,
		"192.0.2.2:465i 192.0.2.1:587s 192.0.2.1:465i 192.0.2.2:587s");
	expect("host=mx|port=587,465", "192.0.2.1 192.0.2.3", &record,
		"192.0.2.1:587s 192.0.2.1:465i 192.0.2.3:587s 192.0.2.3:465i");
	record.encryption = SMTPS_SECURE_IF_OFFERED; /* weaker than what is asked for now */
	expect("host=mx|port=587,465", "192.0.2.2", &record, "192.0.2.2:587s 192.0.2.2:465i");
	record.encryption = SMTPS_SECURE_IMPLICIT;
	record.known = 0;
	expect("host=mx|port=587,465", "192.0.2.2", &record, "192.0.2.2:587s 192.0.2.2:465i");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_port_has_its_first_address_of_each_family_then_the_rest),
		cmocka_unit_test(test_an_address_given_twice_is_tried_once),
		cmocka_unit_test(test_five_addresses_a_port_at_most_case_5),
		cmocka_unit_test(test_many_ports_and_addresses_stay_within_bounds),
		cmocka_unit_test(test_ip_version_leaves_the_other_family_out),
		cmocka_unit_test(test_encryption_follows_the_port),
		cmocka_unit_test(test_port_25_only_by_number_save_for_loopback_case_254),
		cmocka_unit_test(test_a_remembered_route_comes_first_only_if_it_is_among_them_case_258),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
