/*
 * Domain names: UTS 46 non-transitional, LDH limits, xn-- labels that lie.
 */
#include "testing.h"

#include "base/idn.h"

static void check_name(const char *domain, const char *expected)
{
	smtps_buf out = {0};
	const char *why = "nothing";

	if (!smtps_idn_to_ascii(&out, smtps_str_of(domain), &why)) {
		fail_msg("%s was refused: %s", domain, why);
	}
	assert_str(smtps_buf_str(&out), expected);
	smtps_buf_free(&out);
}

static void check_refused(smtps_str domain)
{
	smtps_buf out = {0};
	const char *why = NULL;

	if (smtps_idn_to_ascii(&out, domain, &why)) {
		fail_msg("%.*s was taken as %s", (int)domain.len, domain.data, smtps_buf_cstr(&out));
	}
	assert_non_null(why);
	assert_int_equal(out.len, 0);
	smtps_buf_free(&out);
}

static void ascii_names_come_out_in_lower_case(void **state)
{
	(void)state;
	check_name("Example.COM", "example.com");
	check_name("localhost", "localhost");
	check_name("1.2.example", "1.2.example");
	check_name("r3---sn-x.example", "r3---sn-x.example");
}

static void names_outside_ldh_are_refused(void **state)
{
	static const char *const wrong[] = {"", ".", "a..b", ".a", "a.", "-a.de", "a-.de", "a_b.de", "a b.de",
		"a\r\nb.de", "[127.0.0.1]", "a@b", "\xff.de"};
	char label[65], domain[300] = "";

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		check_refused(smtps_str_of(wrong[i]));
	}
	check_refused((smtps_str){"a\0b.de", 6});
	memset(label, 'a', 64);
	label[64] = '\0';
	check_refused(smtps_str_of(label));
	check_name(label + 1, label + 1);
	for (int i = 0; i < 126; i++) {
		strcat(domain, "a.");
	}
	strcat(domain, "b");
	assert_int_equal(strlen(domain), 253);
	check_name(domain, domain);
	strcat(domain, "c");
	check_refused(smtps_str_of(domain));
}

#ifndef SMTPS_NO_IDN2
static void unicode_names_become_a_labels(void **state)
{
	(void)state;
	check_name("b\xc3\xbc"
			   "cher.example",
		"xn--bcher-kva.example");
	check_name("B\xc3\x9c"
			   "CHER.example",
		"xn--bcher-kva.example");
	check_name("bu\xcc\x88"
			   "cher.example",
		"xn--bcher-kva.example");
	check_name("fa\xc3\x9f.de", "xn--fa-hia.de"); /* not fass.de: non-transitional */
	check_name("\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88", "xn--r8jz45g.xn--zckzah");
	check_name("a\xe3\x80\x82"
			   "de",
		"a.de"); /* ideographic full stop */
	check_name("XN--BCHER-KVA.example", "xn--bcher-kva.example");
	check_name("xn--fa-hia.de", "xn--fa-hia.de");
}

static void labels_that_no_registry_gives_are_refused(void **state)
{
	(void)state;
	check_refused(SMTPS_STR("xn--.de"));
	check_refused(SMTPS_STR("xn--a.de")); /* cut punycode */
	check_refused(SMTPS_STR("xn--abc-.de")); /* ends with a hyphen */
	check_refused(SMTPS_STR("xn--example-.com"));
	check_refused(SMTPS_STR("xn--99999999.de")); /* overflows */
	check_refused(SMTPS_STR("xn--bcher-KVB.de")); /* some other, unassigned or disallowed letter */
	check_refused(SMTPS_STR("a\xe2\x84\x80"
							"b.de")); /* maps to a/c */
	check_refused(SMTPS_STR("\xcc\x88"
							"a.de")); /* starts with a combining mark */
	check_refused(SMTPS_STR("a\xe2\x80\xae"
							"b.de")); /* bidi control */
	check_refused(SMTPS_STR("\xef\xbc\x8d"
							"a.de")); /* full-width hyphen in front */
}
#else
static void names_outside_ascii_are_refused_with_a_reason(void **state)
{
	smtps_buf out = {0};
	const char *why = NULL;

	(void)state;
	assert_false(smtps_idn_to_ascii(&out,
		SMTPS_STR("b\xc3\xbc"
				  "cher.example"),
		&why));
	assert_non_null(strstr(why, "libidn2"));
	check_name("xn--bcher-kva.example", "xn--bcher-kva.example");
	smtps_buf_free(&out);
}
#endif

static void every_failed_allocation_is_an_error_not_a_wrong_name(void **state)
{
	(void)state;
	for (unsigned long n = 1; n < 20; n++) {
		smtps_buf out = {0};
		const char *why = NULL;

		smtps_alloc_fail_at(n);
		if (smtps_idn_to_ascii(&out, SMTPS_STR("xn--bcher-kva.example"), &why)) {
			assert_str(smtps_buf_str(&out), "xn--bcher-kva.example");
		}
		smtps_alloc_fail_at(0);
		smtps_buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ascii_names_come_out_in_lower_case),
		cmocka_unit_test(names_outside_ldh_are_refused),
#ifndef SMTPS_NO_IDN2
		cmocka_unit_test(unicode_names_become_a_labels),
		cmocka_unit_test(labels_that_no_registry_gives_are_refused),
#else
		cmocka_unit_test(names_outside_ascii_are_refused_with_a_reason),
#endif
		cmocka_unit_test(every_failed_allocation_is_an_error_not_a_wrong_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
