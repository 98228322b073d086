/*
 * Queue ids in the forms of the common servers, and replies that hold none.
 */
#include "testing.h"

#include "smtp/queue_id.h"

static void check_id(int code, const char *text, const char *expected)
{
	smtps_reply reply = {.code = code};
	smtps_str id;

	smtps_buf_add_text(&reply.text, text);
	id = smtps_queue_id(&reply);
	if (!smtps_str_equal(id, smtps_str_of(expected))) {
		fail_msg("\"%s\" gave \"%.*s\", not \"%s\"", text, (int)id.len, id.data, expected);
	}
	/* A view into the reply, or empty. */
	assert_true(
		id.len == 0 || (id.data >= reply.text.data && id.data + id.len <= reply.text.data + reply.text.len));
	smtps_reply_free(&reply);
}

static void the_common_servers_forms_are_read(void **state)
{
	static const char *const rows[][2] = {
		{"2.0.0 Ok: queued as 4F2A01C0123", "4F2A01C0123"},
		{"2.0.0 Ok: queued as ABC", "ABC"},
		{"2.0.0 Ok: queued as 4bXyZq1c2Gz9tRk.", "4bXyZq1c2Gz9tRk"},
		{"2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4F2A01C0123", "4F2A01C0123"},
		{"Ok: queued as hR3_tZ-ESnqzZz0pKxXW6Q", "hR3_tZ-ESnqzZz0pKxXW6Q"},
		{"2.0.0 OK: queued as <202411240700.12345678901@smtp-relay.mailin.fr>",
			"202411240700.12345678901@smtp-relay.mailin.fr"},
		{"OK queued as 0a1b2c3d-1111-2222-3333-444455556666", "0a1b2c3d-1111-2222-3333-444455556666"},
		{"Ok: queued as Zk3-1vW=@mailhog.example", "Zk3-1vW=@mailhog.example"},
		{"OK id=1rXyZa-0004Bc-2D", "1rXyZa-0004Bc-2D"},
		{"OK id=1rXyZa-00000004Bcd-2DeF", "1rXyZa-00000004Bcd-2DeF"},
		{" 1234 byte chunk, total 1234\nOK id=1rXyZa-0004Bc-2D", "1rXyZa-0004Bc-2D"},
		{"1234 byte chunk, total 1234\nOK id=1rXyZa-0004Bc-2D", "1rXyZa-0004Bc-2D"},
		{"Requested mail action okay, completed: id=1MtfD1-1qHNcm2sb7-00v9dV", "1MtfD1-1qHNcm2sb7-00v9dV"},
		{"2.0.0 45BAbCdE012345 Message accepted for delivery", "45BAbCdE012345"},
		{"45BAbCdE012345 Message accepted for delivery", "45BAbCdE012345"},
		{"2.0.0 abcd1234 Message accepted for delivery", "abcd1234"},
		{"2.0.0: abcd1234 Message accepted for delivery", "abcd1234"},
		{"2.6.0 <a1b2@example.com> [InternalId=123456789012, Hostname=AM0PR01MB1234.eurprd01.prod.exchangelabs.com] 12345 "
		 "bytes in 0.123, 97.9 KB/sec Queued mail for delivery",
			"123456789012"},
		{"2.6.0 <a1b2@example.com> Queued mail for delivery", "a1b2@example.com"},
		{"2.0.0 OK  1732431600 a640c23a62f3a-5fcd5c1b3d6sm1234567.12 - gsmtp",
			"a640c23a62f3a-5fcd5c1b3d6sm1234567.12"},
		{"2.0.0 OK DMARC:Quarantine 1732431600 ay12sm123.4 - gsmtp", "ay12sm123.4"},
		{"Ok 010201935a1b2c3d-4e5f6a7b-8c9d-0e1f-2a3b-4c5d6e7f8a9b-000000",
			"010201935a1b2c3d-4e5f6a7b-8c9d-0e1f-2a3b-4c5d6e7f8a9b-000000"},
		{"2.0.0 OK 85/6B-12345-0A2FD625", "85/6B-12345-0A2FD625"},
		{"Queued. <20241124070000.1.ABCDEF@example.com>", "20241124070000.1.ABCDEF@example.com"},
		{"ok 1732431600 qp 4567", "4567"},
		{"Message Queued (0B2FD7B4-5E4C-4F5D-9A67-0E8C4D0FF0B1.1)", "0B2FD7B4-5E4C-4F5D-9A67-0E8C4D0FF0B1.1"},
		{"2.0.0 Ok: queued on mail-nwsmtp-smtp-1.iva.yp-c.yandex.net 1732431600-AbCdEf12",
			"1732431600-AbCdEf12"},
		{"2.0.0 <ann@example.net> k9HqBZzW+GaeEwAA4dhnbg Saved", "k9HqBZzW+GaeEwAA4dhnbg"},
		{"OK ids=9f0c1d2e3f4a5b6c7d8e", "9f0c1d2e3f4a5b6c7d8e"},
		{"Ok. 0000000000012345.000000005A.00001234", "0000000000012345.000000005A.00001234"},
		{"2.6.0 1234 bytes received in 00:00:00; Message id CJA47318 accepted for delivery", "CJA47318"},
		{"ok:  Message 123456 accepted", "123456"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		check_id(250, rows[i][0], rows[i][1]);
	}
}

static void a_reply_without_an_id_gives_none(void **state)
{
	static const char *const rows[] = {"", "OK", "2.0.0 Ok", "Great success",
		"2.0.0 Message accepted for delivery", "Message accepted for delivery",
		"ok Message accepted for delivery", "Queued (0.123 seconds)", "OK , completed",
		"Requested mail action okay, completed", "2.0.0 Ok: queued", "2.0.0 Ok: queued as ", "queued as",
		"Ok: queued as \x01\x02", "2.6.0 Queued mail for delivery", "invalid=1", "Mail queued for delivery",
		"2.0.0 OK 12", "Thank you for 3 messages saved", "\n\n\n", "id=", "ok ", "OK id=-\xff\xfe"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		check_id(250, rows[i], "");
	}
}

static void a_refusal_has_no_id(void **state)
{
	(void)state;
	check_id(451, "4.3.0 Error: queued as 4F2A01C0123", "");
	check_id(0, "queued as 4F2A01C0123", "");
}

static void an_id_that_is_too_long_is_none(void **state)
{
	smtps_reply reply = {.code = 250};

	(void)state;
	smtps_buf_add_text(&reply.text, "2.0.0 Ok: queued as ");
	for (int i = 0; i < 128; i++) {
		smtps_buf_add_char(&reply.text, '1');
	}
	assert_int_equal(smtps_queue_id(&reply).len, 128);
	smtps_buf_add_char(&reply.text, '1');
	assert_int_equal(smtps_queue_id(&reply).len, 0);
	smtps_reply_free(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_common_servers_forms_are_read),
		cmocka_unit_test(a_reply_without_an_id_gives_none),
		cmocka_unit_test(a_refusal_has_no_id),
		cmocka_unit_test(an_id_that_is_too_long_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
