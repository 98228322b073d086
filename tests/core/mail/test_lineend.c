/*
 * Line ends and encodings: all strings over {CR, LF, '.', x} up to length 8 in all chunkings (cases 129, 130), quoted-printable, base64.
 */
#include "mail_testing.h"

#include "base/text.h"
#include "mail/encoding.h"
#include "mail/lineend.h"

/* The rule by itself: what a reader of the code would write first. */
static smtps_buf plainly(smtps_str text)
{
	smtps_buf out = {0};

	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\r') {
			smtps_buf_add_text(&out, "\r\n");
			i += i + 1 < text.len && text.data[i + 1] == '\n';
		} else if (text.data[i] == '\n') {
			smtps_buf_add_text(&out, "\r\n");
		} else {
			smtps_buf_add_char(&out, text.data[i]);
		}
	}
	if (out.len < 2 || memcmp(out.data + out.len - 2, "\r\n", 2) != 0) {
		smtps_buf_add_text(&out, "\r\n");
	}
	return out;
}

/* `cuts`: bit i says that a chunk ends behind octet i. */
static void check(smtps_str text, unsigned cuts, smtps_str expected, smtps_buf *out)
{
	smtps_lineend state = {0};
	size_t from = 0;

	smtps_buf_clear(out);
	for (size_t i = 1; i <= text.len; i++) {
		if (i == text.len || cuts >> (i - 1) & 1) {
			smtps_lineend_push(&state, text.data + from, i - from, out);
			from = i;
		}
	}
	smtps_lineend_finish(&state, out);
	if (!smtps_str_equal(smtps_buf_str(out), expected) || state.octets != expected.len) {
		fail_msg("a text of %zu octets, cut by %x, became one of %zu, not %zu", text.len, cuts, out->len,
			expected.len);
	}
}

static void every_string_in_every_chunking_ends_its_lines_in_crlf(void **state)
{
	static const char alphabet[] = {'\r', '\n', '.', 'x'};
	smtps_buf out = {0};

	(void)state;
	for (size_t len = 0; len <= 8; len++) {
		for (unsigned number = 0; number < 1u << (2 * len); number++) {
			char text[8];
			smtps_buf expected;

			for (size_t i = 0; i < len; i++) {
				text[i] = alphabet[number >> (2 * i) & 3];
			}
			expected = plainly((smtps_str){text, len});
			for (unsigned cuts = 0; cuts < 1u << (len ? len - 1 : 0); cuts += test_stride(29)) {
				check((smtps_str){text, len}, cuts, smtps_buf_str(&expected), &out);
			}
			smtps_buf_free(&expected);
		}
	}
	smtps_buf_free(&out);
}

static void lines_are_measured_across_chunks(void **state)
{
	smtps_lineend lines = {0};
	smtps_buf out = {0};

	(void)state;
	smtps_lineend_push(&lines, "abc", 3, &out);
	smtps_lineend_push(&lines, "defg\r", 5, &out);
	smtps_lineend_push(&lines, "\nab\xc3", 4, &out);
	smtps_lineend_finish(&lines, &out);
	assert_int_equal(lines.longest_line, 7);
	assert_int_equal(lines.octets, 14);
	assert_true(lines.high >= 0x80);
	smtps_buf_free(&out);
}

static void quoted(const char *given, const char *expected)
{
	smtps_buf out = {0};

	smtps_quoted_printable(&out, smtps_str_of(given));
	assert_str(smtps_buf_str(&out), expected);
	smtps_buf_free(&out);
}

static void quoted_printable_by_example(void **state)
{
	(void)state;
	quoted("", "");
	quoted("a=b", "a=3Db");
	quoted("a \nb\t\r\nc ", "a=20\r\nb=09\r\nc=20");
	quoted("\xc3\xa4", "=C3=A4");
	quoted(".\n..a\na.", "=2E\r\n=2E.a\r\na.");
	quoted("From me\nFrome\nxFrom ", "=46rom me\r\nFrome\r\nxFrom=20");
	quoted("a\rb\n\nc", "a\r\nb\r\n\r\nc");
	/* 76 and 77 octets in a line */
	quoted("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	quoted("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=\r\nab");
}

static int hex_value(char digit)
{
	return smtps_is_digit(digit) ? digit - '0' : digit - 'A' + 10;
}

/* A decoder of its own: lines at most 76, only what may stand in them, and back comes the text. */
static smtps_buf unquoted(smtps_str text)
{
	smtps_buf out = {0};
	size_t column = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char octet = (unsigned char)text.data[i];

		assert_true(++column <= 76 || octet == '\r' || octet == '\n');
		assert_true(octet < 0x7f && (octet >= ' ' || octet == '\t' || octet == '\r' || octet == '\n'));
		if (octet == '\n') {
			column = 0;
		}
		if (octet != '=') {
			smtps_buf_add_char(&out, (char)octet);
		} else if (text.data[i + 1] == '\r') {
			i += 2;
			column = 0;
		} else {
			smtps_buf_add_char(&out, (char)(hex_value(text.data[i + 1]) << 4 | hex_value(text.data[i + 2])));
			i += 2;
			column += 2;
		}
	}
	return out;
}

static void quoted_printable_gives_back_random_texts_in_short_lines(void **state)
{
	static const char *const pieces[] = {"a", " ", "\t", "=", "\r\n", ".", "From ", "\xc3\xa4",
		"\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xff", "word", "\x01"};
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round += (int)test_stride(7)) {
		smtps_buf text = {0}, encoded = {0}, back;

		for (int i = 0; i < 200; i++) {
			seed = seed * 1103515245 + 12345;
			smtps_buf_add_text(&text, pieces[(seed >> 16) % (sizeof pieces / sizeof pieces[0])]);
		}
		smtps_quoted_printable(&encoded, smtps_buf_str(&text));
		back = unquoted(smtps_buf_str(&encoded));
		assert_true(smtps_str_equal(smtps_buf_str(&back), smtps_buf_str(&text)));
		smtps_buf_free(&text);
		smtps_buf_free(&encoded);
		smtps_buf_free(&back);
	}
}

static void base64_lines_are_those_of_the_plain_encoder(void **state)
{
	char octets[300];

	(void)state;
	for (size_t i = 0; i < sizeof octets; i++) {
		octets[i] = (char)(i * 31 + i / 7);
	}
	for (size_t len = 0; len <= sizeof octets; len++) {
		smtps_buf wrapped = {0}, plain = {0}, expected = {0};

		smtps_base64_wrapped(&wrapped, (smtps_str){octets, len});
		smtps_base64_encode(&plain, (smtps_str){octets, len});
		for (size_t at = 0; at < plain.len; at += 76) {
			smtps_buf_add(&expected, plain.data + at, plain.len - at < 76 ? plain.len - at : 76);
			smtps_buf_add_text(&expected, "\r\n");
		}
		assert_true(smtps_str_equal(smtps_buf_str(&wrapped), smtps_buf_str(&expected)));
		assert_int_equal(wrapped.len, smtps_base64_size(len));
		smtps_buf_free(&wrapped);
		smtps_buf_free(&plain);
		smtps_buf_free(&expected);
	}
}

/* Case 140: what is too long, or does not survive, is encoded; by the shorter of two. */
static void the_encoding_is_what_the_text_needs(void **state)
{
	static const char long_line[] =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

	(void)state;
	assert_int_equal(smtps_encoding_for(SMTPS_STR("")), SMTPS_7BIT);
	assert_int_equal(smtps_encoding_for(SMTPS_STR("Hello\nWorld\n")), SMTPS_7BIT);
	assert_int_equal(smtps_encoding_for(SMTPS_STR(".\n..\n")), SMTPS_7BIT);
	assert_int_equal(smtps_encoding_for(SMTPS_STR("Hello \nWorld\n")), SMTPS_QUOTED_PRINTABLE);
	assert_int_equal(smtps_encoding_for(SMTPS_STR("From here\n")), SMTPS_QUOTED_PRINTABLE);
	assert_int_equal(smtps_encoding_for(SMTPS_STR("gr\xc3\xbc\xc3\x9f dich, liebe Welt, und so weiter\n")),
		SMTPS_QUOTED_PRINTABLE);
	assert_int_equal(
		smtps_encoding_for(SMTPS_STR("\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82")), SMTPS_BASE64);
	assert_int_equal(smtps_encoding_for(smtps_str_of(long_line)), SMTPS_QUOTED_PRINTABLE);
	assert_int_equal(smtps_encoding_for((smtps_str){"a\0b", 3}), SMTPS_QUOTED_PRINTABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_string_in_every_chunking_ends_its_lines_in_crlf),
		cmocka_unit_test(lines_are_measured_across_chunks),
		cmocka_unit_test(quoted_printable_by_example),
		cmocka_unit_test(quoted_printable_gives_back_random_texts_in_short_lines),
		cmocka_unit_test(base64_lines_are_those_of_the_plain_encoder),
		cmocka_unit_test(the_encoding_is_what_the_text_needs),
	};

	return cmocka_run_group_tests_name("mail/lineend", tests, NULL, NULL);
}
