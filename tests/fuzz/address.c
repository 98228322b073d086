/*
 * Any octets as an address, a mailbox and a list: what comes out is one line, parses again to itself, and keeps its limits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mail/address.h"

static void must(bool holds, const char *rule)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", rule);
		abort();
	}
}

static void check_address(smtps_str address)
{
	smtps_buf again = {0};
	smtps_error error = {0};
	size_t at = address.len;

	must(address.len + 2 <= SMTPS_PATH_MAX, "a path has at most 256 octets");
	for (size_t i = 0; i < address.len; i++) {
		must((unsigned char)address.data[i] >= 0x20 && address.data[i] != 0x7f, "no control character");
	}
	while (at > 0 && address.data[at - 1] != '@') {
		at--;
	}
	must(at > 1 && smtps_is_ascii((smtps_str){address.data + at, address.len - at}), "the domain is ASCII");
	must(smtps_str_find((smtps_str){address.data + at, address.len - at}, ' ') == address.len - at,
		"no blank in a domain");
	must(smtps_address_normalise(&again, address, NULL, &error), "it parses again");
	must(smtps_str_equal(smtps_buf_str(&again), address), "to itself");
	smtps_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	smtps_str text = {(const char *)data, size};
	smtps_mailbox mailbox = {0};
	smtps_mailbox_list list = {0};
	smtps_error error = {0};

	if (smtps_mailbox_parse(&mailbox, text, &error)) {
		check_address(smtps_buf_str(&mailbox.address));
		must(smtps_utf8_valid(smtps_buf_str(&mailbox.name)), "a name is UTF-8");
	} else {
		must(error.kind == SMTPS_BAD_MESSAGE && error.text[0], "a sentence says why");
	}
	smtps_error_free(&error);
	smtps_mailbox_list_parse(&list, text, &error);
	must(list.work <= 2 * size + 2, "each octet is looked at twice at most");
	for (size_t i = 0; i < list.count; i++) {
		check_address(smtps_buf_str(&list.items[i].address));
	}
	smtps_mailbox_free(&mailbox);
	smtps_mailbox_list_free(&list);
	smtps_error_free(&error);
	return 0;
}
