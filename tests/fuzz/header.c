/*
 * Any text as a subject, a display name and a parameter: lines stay short, no line break but folding, nothing outside ASCII.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/fault.h"
#include "mail/field.h"
#include "mail/message_internal.h"

static void must(bool holds, const char *rule)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", rule);
		abort();
	}
}

static void check_field(smtps_str field)
{
	size_t line = 0;

	must(field.len >= 2 && memcmp(field.data + field.len - 2, "\r\n", 2) == 0, "a field ends in CRLF");
	for (size_t i = 0; i < field.len; i++) {
		unsigned char octet = (unsigned char)field.data[i];

		must(octet < 0x7f && (octet >= 0x20 || octet == '\r' || octet == '\n' || octet == '\t'),
			"printable ASCII");
		must(octet != '\r' || field.data[i + 1] == '\n', "no bare CR");
		must(octet != '\n' || field.data[i - 1] == '\r', "no bare LF");
		must(octet != '\n' || i + 1 == field.len || field.data[i + 1] == ' ', "a fold goes on with a blank");
		line = octet == '\n' ? 0 : line + 1;
		must(line <= 999, "at most 998 octets");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	smtps_str text = {(const char *)data, size};
	smtps_buf out = {0}, name = {0};
	smtps_mailbox mailbox = {0};
	smtps_mailbox_list list = {0};
	smtps_error error = {0};
	smtps_field field;

	if (smtps_find_control(text, false) == size) {
		smtps_header_text(&out, SMTPS_STR("Subject"), text);
		check_field(smtps_buf_str(&out));
		smtps_buf_clear(&out);
	}
	if (smtps_mailbox_set(&mailbox, SMTPS_STR("a@b.example"), text, &error)) {
		smtps_mailbox_list_take(&list, &mailbox);
		smtps_header_mailboxes(&out, SMTPS_STR("To"), &list);
		check_field(smtps_buf_str(&out));
		smtps_buf_clear(&out);
	}
	smtps_error_free(&error);
	if (smtps_file_name(&name, text, &error)) {
		must(name.len > 0 && name.len <= SMTPS_FILE_NAME_MAX, "a file name has 1 to 255 octets");
		must(smtps_str_find(smtps_buf_str(&name), '/') == name.len, "no folder in it");
		smtps_field_begin(&field, &out, SMTPS_STR("Content-Disposition"));
		smtps_field_word(&field, SMTPS_STR("attachment"));
		smtps_field_parameter(&field, SMTPS_STR("filename"), smtps_buf_str(&name));
		smtps_field_end(&field);
		check_field(smtps_buf_str(&out));
	}
	smtps_buf_free(&out);
	smtps_buf_free(&name);
	smtps_mailbox_list_free(&list);
	smtps_error_free(&error);
	return 0;
}
