/*
 * DKIM's entries and the list of fields; see dkim.h.
 */
#include "dkim.h"

#include <stdio.h>
#include <string.h>

#include "base/idn.h"
#include "base/memory.h"
#include "dkim_internal.h"
#include "fault.h"
#include "field.h"

#define bad_option(error, ...) \
	smtps_fail((error), SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE, __VA_ARGS__)

smtps_dkim *smtps_dkim_new(void)
{
	return smtps_alloc(sizeof(smtps_dkim));
}

void smtps_dkim_free(smtps_dkim *dkim)
{
	if (!dkim) {
		return;
	}
	for (size_t i = 0; i < dkim->count; i++) {
		smtps_buf_free(&dkim->entries[i].domain);
		smtps_buf_free(&dkim->entries[i].selector);
		EVP_PKEY_free(dkim->entries[i].key);
	}
	smtps_buf_free(&dkim->names);
	smtps_free(dkim);
}

/* sub-domains of letters, digits and inner hyphens (RFC 6376 3.1). */
static bool is_selector(smtps_str text)
{
	size_t label = 0;

	for (size_t i = 0; i < text.len; i++) {
		char octet = text.data[i];
		bool last = i + 1 == text.len || text.data[i + 1] == '.';

		if (octet == '.') {
			if (label == 0) {
				return false;
			}
			label = 0;
		} else if (!smtps_is_alnum(octet) && (octet != '-' || label == 0 || last)) {
			return false;
		} else if (++label > 63) {
			return false;
		}
	}
	return label > 0 && text.len <= 200;
}

static bool fill_names(smtps_dkim_entry *entry, smtps_str domain, smtps_str selector, smtps_error *error)
{
	smtps_quote quote;
	const char *why = "a fault";

	if (!smtps_idn_to_ascii(&entry->domain, domain, &why)) {
		return entry->domain.failed ? smtps_fail_memory(error, SMTPS_STAGE_OPTIONS)
									: bad_option(error, "dkim_domain \"%s\" is no domain name: it has %s",
										  smtps_quoted(&quote, domain), why);
	}
	if (entry->domain.len == 0 || entry->domain.data[entry->domain.len - 1] == '.') {
		return bad_option(
			error, "dkim_domain \"%s\" is no domain name; write example.com", smtps_quoted(&quote, domain));
	}
	if (!is_selector(selector)) {
		return bad_option(error,
			"dkim_selector \"%s\" has other characters than letters, digits, hyphens and dots",
			smtps_quoted(&quote, selector));
	}
	smtps_buf_add_str(&entry->selector, selector);
	return !entry->selector.failed || smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
}

bool smtps_dkim_add(smtps_dkim *dkim, smtps_str domain, smtps_str selector, smtps_str pem,
	smtps_str passphrase, smtps_error *error)
{
	smtps_dkim_entry entry = {0};
	int bits = 0;
	bool fine;

	if (dkim->count == SMTPS_DKIM_KEYS_MAX) {
		return bad_option(error, "there may be 16 DKIM keys");
	}
	fine = fill_names(&entry, domain, selector, error);
	if (fine) {
		entry.key = smtps_dkim_load_key(pem, passphrase, &entry.is_ed25519, &bits, error);
		fine = entry.key != NULL;
	}
	if (!fine) {
		smtps_buf_free(&entry.domain);
		smtps_buf_free(&entry.selector);
		return false;
	}
	if (!entry.is_ed25519 && bits < SMTPS_DKIM_RSA_BITS_GOOD) {
		snprintf(dkim->warning, sizeof dkim->warning,
			"the DKIM key of %.*s has %d bits; some receivers ignore keys below 2048", (int)entry.domain.len,
			entry.domain.data, bits);
	}
	dkim->entries[dkim->count++] = entry;
	return true;
}

static bool is_named(smtps_str names, smtps_str name)
{
	while (names.data) {
		if (smtps_str_equal_nocase(smtps_str_split(names, ':', &names), name)) {
			return true;
		}
	}
	return false;
}

static bool add_name(smtps_buf *names, smtps_str name, bool *has_from, smtps_error *error)
{
	/* What is changed or added on the way, or must never be told. */
	static const char *const never[] = {
		"Return-Path", "Bcc", "Resent-Bcc", "Sender", "Received", "DKIM-Signature"};
	smtps_quote quote;

	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
		if (smtps_str_equal_nocase(name, smtps_str_of(never[i]))) {
			return bad_option(error, "dkim_headers may not name %s", never[i]);
		}
	}
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] <= ' ' || name.data[i] >= 0x7f || name.data[i] == ';') {
			return bad_option(
				error, "dkim_headers: \"%s\" is no name of a header field", smtps_quoted(&quote, name));
		}
	}
	if (name.len == 0 || name.len > 76) {
		return bad_option(error, "dkim_headers: the name of a header field has 1 to 76 characters");
	}
	*has_from = *has_from || smtps_str_equal_nocase(name, SMTPS_STR("From"));
	if (!is_named(smtps_buf_str(names), name)) {
		smtps_buf_add_text(names, names->len ? ":" : "");
		smtps_buf_add_str(names, name);
	}
	return true;
}

bool smtps_dkim_set_headers(smtps_dkim *dkim, smtps_str names, smtps_error *error)
{
	smtps_buf made = {0};
	bool has_from = false, fine = names.len <= 4096;
	size_t from = 0;

	if (names.len == 0) {
		smtps_buf_free(&dkim->names);
		return true;
	}
	if (!fine) {
		bad_option(error, "dkim_headers is longer than 4096 octets");
	}
	for (size_t at = 0; fine && at <= names.len; at++) {
		if (at == names.len || names.data[at] == ',' || names.data[at] == ':') {
			fine =
				add_name(&made, smtps_str_trim((smtps_str){names.data + from, at - from}), &has_from, error);
			from = at + 1;
		}
	}
	if (fine && !has_from) {
		fine = bad_option(error, "dkim_headers must name From");
	}
	if (fine && made.failed) {
		fine = smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
	}
	if (!fine) {
		smtps_buf_free(&made);
		return false;
	}
	smtps_buf_free(&dkim->names);
	dkim->names = made;
	return true;
}

const char *smtps_dkim_warning(const smtps_dkim *dkim)
{
	return dkim->warning;
}

bool smtps_dkim_entry_signs(const smtps_dkim_entry *entry, smtps_str from_domain)
{
	smtps_str domain = smtps_buf_str(&entry->domain);
	size_t more = from_domain.len - domain.len;

	if (from_domain.len < domain.len) {
		return false;
	}
	return (more == 0 || from_domain.data[more - 1] == '.') &&
		smtps_str_equal_nocase((smtps_str){from_domain.data + more, domain.len}, domain);
}

bool smtps_dkim_signs_for(const smtps_dkim *dkim, smtps_str from_domain)
{
	for (size_t i = 0; dkim && i < dkim->count; i++) {
		if (smtps_dkim_entry_signs(&dkim->entries[i], from_domain)) {
			return true;
		}
	}
	return false;
}
