/*
 * A message built of the input, setter by setter: whatever is taken composes to a mail that keeps the rules, in reads of any size.
 *
 * Input: items parted by the octet 0xFE; the first octet of an item names the setter, the rest is its argument.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/compose.h"

static void must(bool holds, const char *rule)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", rule);
		abort();
	}
}

static void apply(smtps_message *message, char setter, smtps_str text)
{
	smtps_error error = {0};
	smtps_str none = {NULL, 0}, rest, first = smtps_str_split(text, '\n', &rest);

	switch (setter) {
		case 'f': smtps_message_add_mailbox(message, SMTPS_FROM, text, &error); break;
		case 't': smtps_message_add_mailbox(message, SMTPS_TO, text, &error); break;
		case 'c': smtps_message_add_address(message, SMTPS_CC, SMTPS_STR("c@d.example"), text, &error); break;
		case 'b': smtps_message_add_mailbox(message, SMTPS_BCC, text, &error); break;
		case 'R': smtps_message_add_mailbox(message, SMTPS_REPLY_TO, text, &error); break;
		case 'S': smtps_message_add_mailbox(message, SMTPS_SENDER, text, &error); break;
		case 's': smtps_message_set_subject(message, text, &error); break;
		case 'x': smtps_message_set_text(message, text, none, &error); break;
		case 'h': smtps_message_set_html(message, text, none, &error); break;
		case 'H': smtps_message_set_text_from_html(message, true); break;
		case 'k': smtps_message_set_calendar(message, rest.data ? rest : text, first, true, &error); break;
		case 'a': smtps_message_attach(message, smtps_content_copy(rest), first, none, &error); break;
		case 'y':
			smtps_message_attach(message, smtps_content_copy(rest), SMTPS_STR("n"), first, &error);
			break;
		case 'e':
			smtps_message_embed(message, smtps_content_copy(rest), first, SMTPS_STR("e.png"), none, &error);
			break;
		case 'm': smtps_message_attach_message(message, smtps_content_copy(text), none, &error); break;
		case 'X': smtps_message_add_header(message, first, rest, &error); break;
		case 'i': smtps_message_set_message_id(message, text, &error); break;
		case 'r': smtps_message_set_in_reply_to(message, text, &error); break;
		case 'q': smtps_message_add_reference(message, text, &error); break;
		case 'u': smtps_message_set_list_unsubscribe(message, &text, 1, false, &error); break;
		case 'E': smtps_message_set_envelope_sender(message, text, &error); break;
		case 'd': smtps_message_set_dsn(message, SMTPS_DSN_FAILURE, 'H', text, &error); break;
		default: break;
	}
	smtps_error_free(&error);
}

static void check_mail(smtps_str mail, bool is_utf8)
{
	size_t line = 0;

	must(mail.len >= 2 && mail.data[mail.len - 1] == '\n', "the mail ends in CRLF");
	for (size_t i = 0; i < mail.len; i++) {
		char octet = mail.data[i];

		must(octet != '\n' || (i && mail.data[i - 1] == '\r'), "no bare LF");
		must(octet != '\r' || mail.data[i + 1] == '\n', "no bare CR");
		must(octet != '\0' && (octet > 0 || is_utf8), "7bit but for UTF-8 addresses");
		line = octet == '\n' ? 0 : line + 1;
		must(line <= 999, "at most 998 octets");
		must(line != 4 || memcmp(mail.data + i - 3, "Bcc:", 4) != 0 ||
				smtps_str_contains_nocase(mail, SMTPS_STR("multipart")) ||
				smtps_str_contains_nocase(mail, SMTPS_STR("\r\n\r\n")),
			"no Bcc");
	}
}

static smtps_buf pull(smtps_source *source, size_t step)
{
	smtps_buf out = {0};
	smtps_error error = {0};
	ptrdiff_t got = 1;

	must(source->rewind(source, &error), "it rewinds");
	while (got > 0 && smtps_buf_reserve(&out, step)) {
		got = source->read(source, out.data + out.len, step, &error);
		out.len += got > 0 ? (size_t)got : 0;
	}
	must(got == 0 && out.len == source->size, "the size is exact");
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	smtps_message *message = smtps_message_new();
	smtps_compose_options options = {.now = 1795505653, .from = SMTPS_STR("a@b.example")};
	smtps_composed composed = {0};
	smtps_error error = {0};
	smtps_str rest = {(const char *)data, size};

	while (rest.data) {
		smtps_str item = smtps_str_split(rest, (char)0xfe, &rest);

		if (item.len) {
			apply(message, item.data[0], (smtps_str){item.data + 1, item.len - 1});
		}
	}
	if (smtps_message_compose(message, &options, &composed, &error)) {
		smtps_buf whole = pull(composed.source, 1 << 16), parts = pull(composed.source, size % 97 + 1);

		check_mail(smtps_buf_str(&whole), composed.is_utf8);
		must(
			smtps_str_equal(smtps_buf_str(&whole), smtps_buf_str(&parts)), "reads of any size give the same");
		smtps_buf_free(&whole);
		smtps_buf_free(&parts);
	} else {
		must(error.kind == SMTPS_BAD_MESSAGE, "only a sentence about the message");
	}
	smtps_composed_free(&composed);
	smtps_error_free(&error);
	smtps_message_free(message);
	return 0;
}
