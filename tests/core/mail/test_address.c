/*
 * Addresses and mailboxes: what is taken, what is refused with which advice, lengths, linear time (cases 156 to 170).
 */
#include "mail_testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "mail/address.h"

static void taken(const char *given, const char *expected)
{
	smtps_buf out = {0};
	smtps_error error = {0};

	if (!smtps_address_normalise(&out, smtps_str_of(given), NULL, &error)) {
		fail_msg("\"%s\": %s", given, error.text);
	}
	assert_str(smtps_buf_str(&out), expected);
	smtps_buf_free(&out);
}

static void refused_octets(smtps_str given, const char *part)
{
	smtps_buf out = {0};
	smtps_error error = {0};

	assert_refused(smtps_address_normalise(&out, given, NULL, &error), part);
	assert_int_equal(out.len, 0);
	smtps_buf_free(&out);
}

static void refused(const char *given, const char *part)
{
	refused_octets(smtps_str_of(given), part);
}

static void ordinary_addresses_are_taken_and_written_anew(void **state)
{
	(void)state;
	taken("ann@example.net", "ann@example.net");
	taken("Ann.Lee+tag@EXAMPLE.Net", "Ann.Lee+tag@example.net");
	taken("a@localhost", "a@localhost");
	taken("!#$%&'*+-/=?^_`{|}~@example.net", "!#$%&'*+-/=?^_`{|}~@example.net");
	taken("\"ann\"@example.net", "ann@example.net");
	taken("\"ann lee\"@example.net", "\"ann lee\"@example.net");
	taken("\"a\\\"b\\\\c\\d\"@example.net", "\"a\\\"b\\\\cd\"@example.net");
	taken("\"\"@example.net", "\"\"@example.net");
	taken("\".a\"@example.net", "\".a\"@example.net");
}

/* Case 167: the domain becomes A-labels, the local part stays and asks for SMTPUTF8. */
static void international_addresses(void **state)
{
	smtps_buf out = {0};
	smtps_error error = {0};
	bool is_utf8 = false;

	(void)state;
	taken("hans@m\xc3\xbcller.example", "hans@xn--mller-kva.example");
	assert_done(smtps_address_normalise(&out, SMTPS_STR("j\xc3\xbcrgen@example.net"), &is_utf8, &error));
	assert_true(is_utf8);
	assert_str(smtps_buf_str(&out), "j\xc3\xbcrgen@example.net");
	smtps_buf_free(&out);
	refused("j\xc3@example.net", "not UTF-8");
	refused("j\xc2\x85@example.net", "control character");
	refused("j\xe2\x80\xa8@example.net", "control character");
}

/* Case 156. */
static void no_control_character_passes_quoted_or_not(void **state)
{
	char text[] = "\"x?y\"@example.net", bare[] = "x?y@example.net", domain[] = "x@exam?ple.net";

	(void)state;
	for (int octet = 0; octet < 0x20; octet++) {
		text[2] = bare[1] = domain[6] = (char)octet;
		refused_octets((smtps_str){text, sizeof text - 1}, "holds");
		refused_octets((smtps_str){bare, sizeof bare - 1}, "holds");
		refused_octets((smtps_str){domain, sizeof domain - 1}, "holds");
	}
	refused("\"x\r\nRCPT TO:<e@v>\"@d.example", "line break");
	refused("a@b.example\n", "line break");
	refused("a@b.example\r\n", "line break");
	refused("\"x\x7f\"@d.example", "control character");
}

/* Cases 157, 158. */
static void nothing_is_interpolated_and_the_last_unquoted_at_parts(void **state)
{
	(void)state;
	refused("a@b.example> SIZE=1", "stray");
	refused("a@b.example>", "stray");
	refused("<a@b.example> NOTIFY=NEVER", "stray");
	refused("a b@c.example", "space");
	refused("a@b@c.example", "more than one @");
	taken("\"xclow3n@gmail.com x\"@internal.example", "\"xclow3n@gmail.com x\"@internal.example");
	taken("\"a>b\"@c.example", "\"a>b\"@c.example");
}

/* Case 159. */
static void comments_folding_and_routes_are_refused(void **state)
{
	(void)state;
	refused("user@exa(c)mple.com", "comment");
	refused("\"u\"@ok.com(x)evil.com", "comment");
	refused("(c)user@example.com", "comment");
	refused("user @example.com", "space");
	refused("user@ example.com", "space");
	refused("@a.example,@b.example:c@d.example", "nothing in front of its @");
	refused("\"a\".b@example.net", "dot");
	refused("a\"b\"@example.net", "quote");
	refused("\"a@example.net", "closing quote");
	refused("a..b@example.net", "dot");
	refused(".a@example.net", "dot");
	refused("a.@example.net", "dot");
	refused("a\\b@example.net", "backslash");
}

/* Case 161: encoded words are octets like others, A-labels must round-trip. */
static void nothing_is_decoded(void **state)
{
	(void)state;
	taken("=?utf-8?q?a=40b?=@example.net", "=?utf-8?q?a=40b?=@example.net");
	refused("a@xn--0.example", "domain with");
	refused("a@xn--a.example", "domain with");
}

/* Case 163: a list, a group. */
static void lists_and_groups_say_what_to_write(void **state)
{
	smtps_mailbox mailbox = {0};
	smtps_error error = {0};

	(void)state;
	refused("a@x.example,b@y.example", "write an array");
	assert_refused(smtps_mailbox_parse(&mailbox, SMTPS_STR("a@x.example, b@y.example"), &error),
		"write an array with one string for each");
	assert_refused(smtps_mailbox_parse(&mailbox, SMTPS_STR("Ann <a@x.example>, Bob <b@y.example>"), &error),
		"write an array");
	assert_refused(
		smtps_mailbox_parse(&mailbox, SMTPS_STR("Ann <a@x.example>; b@y.example"), &error), "write an array");
	assert_refused(
		smtps_mailbox_parse(&mailbox, SMTPS_STR("team: a@x.example;"), &error), "write the addresses");
	assert_refused(smtps_mailbox_parse(&mailbox, SMTPS_STR("team: Ann <a@x.example>"), &error), "group");
	assert_refused(
		smtps_mailbox_parse(&mailbox, SMTPS_STR("Doe, John <j@x.example>"), &error), "double quotes");
	assert_refused(smtps_mailbox_parse(&mailbox, SMTPS_STR("Ann (work) <j@x.example>"), &error), "comment");
	assert_refused(
		smtps_mailbox_parse(&mailbox, SMTPS_STR("ann@x.example <j@x.example>"), &error), "@ in its name");
	assert_refused(
		smtps_mailbox_parse(&mailbox, SMTPS_STR("\"Ann <j@x.example>"), &error), "quote that is not closed");
	assert_refused(smtps_mailbox_parse(&mailbox, SMTPS_STR("Ann <>"), &error), "empty");
	assert_refused(smtps_mailbox_parse(&mailbox, SMTPS_STR("Ann <"), &error), "without its >");
	assert_refused(
		smtps_mailbox_parse(&mailbox, SMTPS_STR("Ann <<a@b.example>>"), &error), "behind its address");
	assert_refused(smtps_mailbox_parse(&mailbox, SMTPS_STR("Ann"), &error), "no @");
	assert_refused(smtps_mailbox_parse(&mailbox, SMTPS_STR(""), &error), "empty");
	assert_refused(smtps_mailbox_parse(&mailbox, SMTPS_STR("   "), &error), "empty");
	assert_refused(
		smtps_mailbox_parse(&mailbox, SMTPS_STR("A\r\nBcc: x <a@b.example>"), &error), "line break");
	smtps_mailbox_free(&mailbox);
}

static void names_are_read_and_kept(void **state)
{
	static const char *const rows[][3] = {{"Ann Lee <a@b.example>", "Ann Lee", "a@b.example"},
		{"  Ann Lee   <a@b.example>  ", "Ann Lee", "a@b.example"}, {"<a@b.example>", "", "a@b.example"},
		{"a@b.example", "", "a@b.example"}, {"a@[IPv6:2001:db8::1]", "", "a@[IPv6:2001:db8::1]"},
		{"A <a@[192.0.2.1]>", "A", "a@[192.0.2.1]"},
		{"\"Doe, John\" <j@x.example>", "Doe, John", "j@x.example"},
		{"\"a \\\"b\\\" c\" <j@x.example>", "a \"b\" c", "j@x.example"},
		{"J. Doe <j@x.example>", "J. Doe", "j@x.example"},
		{"M\xc3\xbcller <j@x.example>", "M\xc3\xbcller", "j@x.example"},
		{"\"a@b.example\" <j@x.example>", "a@b.example", "j@x.example"},
		{"Ann <\"x > y\"@b.example>", "Ann", "\"x > y\"@b.example"},
		{"=?utf-8?Q?a?= <j@x.example>", "=?utf-8?Q?a?=", "j@x.example"}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		smtps_mailbox mailbox = {0};
		smtps_error error = {0};

		assert_done(smtps_mailbox_parse(&mailbox, smtps_str_of(rows[i][0]), &error));
		assert_str(smtps_buf_str(&mailbox.name), rows[i][1]);
		assert_str(smtps_buf_str(&mailbox.address), rows[i][2]);
		smtps_mailbox_free(&mailbox);
	}
}

/* Case 169. */
static void literals_are_taken_and_unqualified_names_are_not(void **state)
{
	(void)state;
	taken("a@[127.0.0.1]", "a@[127.0.0.1]");
	taken("a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]");
	taken("a@[ipv6:::1]", "a@[IPv6:::1]");
	taken("a@[IPv6:1:2:3:4:5:6:7:8]", "a@[IPv6:1:2:3:4:5:6:7:8]");
	taken("a@[IPv6:::ffff:1.2.3.4]", "a@[IPv6:::ffff:1.2.3.4]");
	refused("a@[IPv6:1:2:3:4:5:6:7:8:9]", "IPv6");
	refused("a@[IPv6:1::2::3]", "IPv6");
	refused("a@[IPv6:12345::1]", "IPv6");
	refused("a@[IPv6:fe80::1%eth0]", "IPv6");
	refused("a@[256.0.0.1]", "bracket");
	refused("a@[1.2.3]", "bracket");
	refused("a@[1.2.3.4", "bracket");
	refused("a@[]", "bracket");
	refused("a@[x-tag:foo]", "bracket");
	refused("root", "no @");
	refused("root@", "no domain");
	refused("", "empty");
	refused("a@b.example.", "dot at the end");
	refused("a@b_c.example", "domain with");
	refused("a@-b.example", "domain with");
	refused("a@b..example", "domain with");
}

/* Case 164: nothing is executed, so a leading hyphen is an octet like others. */
static void a_leading_hyphen_is_allowed(void **state)
{
	(void)state;
	taken("-oQ/tmp@example.net", "-oQ/tmp@example.net");
}

/* Cases 102, 170: octets are counted, at the limit and one over. */
static void lengths(void **state)
{
	char text[600], label[64];

	(void)state;
	memset(label, 'b', 63);
	label[63] = '\0';
	snprintf(text, sizeof text, "%.*s@example.net", 64,
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	taken(text, text);
	snprintf(text, sizeof text, "%.*s@example.net", 65,
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	refused(text, "64 octets");
	snprintf(text, sizeof text, "\"%.*s \"@example.net", 62,
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	refused(text, "64 octets"); /* 65 with its quotes */
	snprintf(text, sizeof text, "a@%s.example", label);
	taken(text, text);
	snprintf(text, sizeof text, "a@%sb.example", label);
	refused(text, "domain with");
	/* 254 octets and no more: 2 + 63 * 3 + 3 + 60 = 254 */
	snprintf(text, sizeof text, "a@%s.%s.%s.%.*s", label, label, label, 60, label);
	assert_int_equal(strlen(text), 254);
	taken(text, text);
	snprintf(text, sizeof text, "aa@%s.%s.%s.%.*s", label, label, label, 60, label);
	refused(text, "longer than 254");
}

/* Case 162: of 10 MB not a page but the first is touched. */
static void ten_megabytes_are_refused_without_being_read(void **state)
{
	const size_t huge = 10 * 1024 * 1024, readable = 64 * 1024;
	char *text = mmap(NULL, huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	smtps_mailbox mailbox = {0};
	smtps_error error = {0};
	static const char fills[] = "a(\"<,:\\@ ";

	(void)state;
	assert_ptr_not_equal(text, MAP_FAILED);
	for (size_t i = 0; i < sizeof fills - 1; i++) {
		memset(text, fills[i], readable);
		assert_int_equal(mprotect(text + readable, huge - readable, PROT_NONE), 0);
		assert_refused(smtps_mailbox_parse(&mailbox, (smtps_str){text, huge}, &error), "far too long");
		refused_octets((smtps_str){text, huge}, "far too long");
		assert_refused(smtps_mailbox_set(&mailbox, SMTPS_STR("a@b.example"), (smtps_str){text, huge}, &error),
			"1024 octets");
		assert_int_equal(mprotect(text + readable, huge - readable, PROT_READ | PROT_WRITE), 0);
	}
	munmap(text, huge);
}

static size_t list_count(const char *text, const char *const *expected)
{
	smtps_mailbox_list list = {0};
	smtps_error error = {0};
	size_t count;

	assert_done(smtps_mailbox_list_parse(&list, smtps_str_of(text), &error));
	for (size_t i = 0; i < list.count && expected[i]; i++) {
		assert_str(smtps_buf_str(&list.items[i].address), expected[i]);
	}
	count = list.count;
	smtps_mailbox_list_free(&list);
	return count;
}

static void the_list_parser_takes_what_headers_carry(void **state)
{
	static const char *const two[] = {"a@x.example", "b@y.example", NULL};
	static const char *const one[] = {"b@y.example", NULL};

	(void)state;
	assert_int_equal(list_count("a@x.example, b@y.example", two), 2);
	assert_int_equal(list_count("Ann (at, work) <a@x.example>,\r\n \"B, b\" <b@y.example>", two), 2);
	assert_int_equal(list_count("team: a@x.example, b@y.example;", two), 2);
	assert_int_equal(list_count("team: a@x.example;, other: Bob <b@y.example>;", two), 2);
	assert_int_equal(list_count("undisclosed-recipients:;", two), 0);
	assert_int_equal(list_count(" , ,, a@x.example,, b@y.example , ", two), 2);
	assert_int_equal(list_count("<@r.example,@s.example:a@x.example>, b@y.example", two), 2);
	assert_int_equal(list_count("(((nested (comment) \\) ))) b@y.example", one), 1);
	assert_int_equal(list_count("\"a@x.example,\" <b@y.example>", one), 1);
	assert_int_equal(
		list_count("b@[IPv6:2001:db8::1]", (const char *const[]){"b@[IPv6:2001:db8::1]", NULL}), 1);
	assert_int_equal(list_count("", one), 0);
	assert_int_equal(
		list_count("<a@x.example>: b@y.example;", one), 1); /* found by fuzzing: a name of a group with < */
}

static void the_list_parser_refuses_what_is_no_address(void **state)
{
	static const char *const wrong[] = {"a", "a@x.example b@y.example", "<>", "Ann <a>", "a@@x.example",
		"<a@x.example\r\nBcc: b@y.example", "a@x.example\x01", "\"a"};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		smtps_mailbox_list list = {0};
		smtps_error error = {0};

		if (smtps_mailbox_list_parse(&list, smtps_str_of(wrong[i]), &error)) {
			fail_msg("\"%s\" was taken", wrong[i]);
		}
		smtps_error_free(&error);
		smtps_mailbox_list_free(&list);
	}
}

/* Cases 162, 163: 10 MB of anything is looked at once (and elements once more), never recursed into. */
static void the_list_parser_is_linear_and_bounded(void **state)
{
	static const char *const fills[] = {
		"(", "a@x.example,", "\"", "<", ",", ":", ";", "a:", "\\", "(\\", "[", "<@a,", "@", " "};
	const size_t huge = 10 * 1024 * 1024 / test_stride(10);
	char *text = malloc(huge);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof fills / sizeof fills[0]; i++) {
		smtps_mailbox_list list = {0};
		smtps_error error = {0};
		size_t unit = strlen(fills[i]);

		for (size_t at = 0; at + unit <= huge; at += unit) {
			memcpy(text + at, fills[i], unit);
		}
		smtps_mailbox_list_parse(&list, (smtps_str){text, huge / unit * unit}, &error);
		assert_true(list.work <= 2 * huge);
		assert_true(list.count <= SMTPS_ADDRESS_LIST_MAX);
		smtps_error_free(&error);
		smtps_mailbox_list_free(&list);
	}
	free(text);
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	for (unsigned long n = 1; n < 40; n++) {
		smtps_mailbox mailbox = {0};
		smtps_mailbox_list list = {0};
		smtps_error error = {0};

		smtps_alloc_fail_at(n);
		if (smtps_mailbox_parse(
				&mailbox, SMTPS_STR("\"M\xc3\xbcller, H\" <\"h m\"@m\xc3\xbcller.example>"), &error)) {
			smtps_mailbox_list_take(&list, &mailbox);
		}
		smtps_mailbox_list_parse(&list, SMTPS_STR("a@x.example, B <b@y.example>"), &error);
		smtps_alloc_fail_at(0);
		smtps_mailbox_free(&mailbox);
		smtps_mailbox_list_free(&list);
		smtps_error_free(&error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_addresses_are_taken_and_written_anew),
		cmocka_unit_test(international_addresses),
		cmocka_unit_test(no_control_character_passes_quoted_or_not),
		cmocka_unit_test(nothing_is_interpolated_and_the_last_unquoted_at_parts),
		cmocka_unit_test(comments_folding_and_routes_are_refused),
		cmocka_unit_test(nothing_is_decoded),
		cmocka_unit_test(lists_and_groups_say_what_to_write),
		cmocka_unit_test(names_are_read_and_kept),
		cmocka_unit_test(literals_are_taken_and_unqualified_names_are_not),
		cmocka_unit_test(a_leading_hyphen_is_allowed),
		cmocka_unit_test(lengths),
		cmocka_unit_test(ten_megabytes_are_refused_without_being_read),
		cmocka_unit_test(the_list_parser_takes_what_headers_carry),
		cmocka_unit_test(the_list_parser_refuses_what_is_no_address),
		cmocka_unit_test(the_list_parser_is_linear_and_bounded),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("mail/address", tests, NULL, NULL);
}
