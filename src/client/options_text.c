/*
 * What one text may be: a check an option, which also gives the text its normal form. See option_sentence.h.
 */
#include "option_sentence.h"

#include <stdio.h>
#include <string.h>

#include "smtp/sasl.h"

enum { TEXT_MAX = 8192, PEM_MAX = 64 * 1024, FINGERPRINT_DIGITS = 64, ADDRESS_OCTETS_MAX = 320 };

static bool has_control(smtps_str text, bool lines_allowed)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char octet = (unsigned char)text.data[i];

		if ((octet < 0x20 || octet == 0x7f) &&
			!(lines_allowed && (octet == '\n' || octet == '\r' || octet == '\t'))) {
			return true;
		}
	}
	return false;
}

typedef bool text_check(smtps_str text, smtps_buf *normal, smtps_fault *fault);

static bool check_any(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	(void)fault;
	smtps_buf_add_str(normal, text);
	return true;
}

static bool check_host(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	smtps_host_form form = {0};
	bool fine = smtps_host_parse(text, &form, fault);

	if (fine) {
		smtps_buf_add_str(normal, text);
		normal->failed = normal->failed || form.name.failed;
	}
	smtps_buf_free(&form.name);
	return fine;
}

static bool check_peer_name(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	smtps_host_form form = {0};
	bool fine = smtps_host_parse(text, &form, fault);

	if (fine && form.is_unix) {
		fine = smtps_fault_set(
			fault, "no name", "write the name that the certificate holds, such as smtp.example.com");
	}
	if (fine) {
		smtps_buf_add_str(normal, smtps_buf_str(&form.name));
		normal->failed = normal->failed || form.name.failed;
	}
	smtps_buf_free(&form.name);
	return fine;
}

static bool check_source_address(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	if (!smtps_is_address_literal(text)) {
		return smtps_fault_set(
			fault, "no IP address", "write an address of this machine, such as 192.0.2.1 or 2001:db8::1");
	}
	smtps_buf_add_str(normal, text);
	return true;
}

/* RFC 6750 2.1: b64token. */
static bool check_token(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	size_t length = text.len;

	while (length && text.data[length - 1] == '=') {
		length--;
	}
	for (size_t i = 0; i < length; i++) {
		if (!smtps_is_alnum(text.data[i]) && !strchr("-._~+/", text.data[i])) {
			length = 0;
		}
	}
	if (length == 0) {
		return smtps_fault_set(fault, "no access token",
			"write the token alone (letters, digits and -._~+/ with = at its end), without \"Bearer\"");
	}
	smtps_buf_add_str(normal, text);
	return true;
}

static bool check_path(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	if (smtps_str_starts_nocase(text, SMTPS_STR("-----BEGIN"))) {
		return smtps_fault_hidden(fault, "the content of a file", "write the file's name");
	}
	smtps_buf_add_str(normal, text);
	return true;
}

static bool check_mechanism(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	static const char *const policies[] = {"auto", "scram"};
	smtps_mechanism mechanism;

	for (size_t i = 0; i < 2; i++) {
		if (smtps_str_equal_nocase(text, smtps_str_of(policies[i]))) {
			smtps_buf_add_text(normal, policies[i]);
			return true;
		}
	}
	mechanism = smtps_mechanism_find(text);
	if (mechanism == SMTPS_MECHANISM_COUNT) {
		return smtps_fault_set(fault, "no mechanism that SmtpSend knows",
			"write auto, scram, or a list of oauthbearer, xoauth2, external, plain, login, scram-sha-256-plus, scram-sha-256, "
			"scram-sha-1-plus, scram-sha-1 and cram-md5");
	}
	smtps_buf_add_text(normal, smtps_mechanism_name(mechanism));
	return true;
}

static bool is_hex(char octet)
{
	return smtps_is_digit(octet) || (smtps_lower(octet) >= 'a' && smtps_lower(octet) <= 'f');
}

static bool add_fingerprint(smtps_str text, smtps_buf *normal)
{
	size_t digits = 0;

	if (smtps_str_starts_nocase(text, SMTPS_STR("spki:"))) {
		smtps_buf_add_text(normal, "spki:");
		text = (smtps_str){text.data + 5, text.len - 5};
	} else if (smtps_str_starts_nocase(text, SMTPS_STR("sha256:"))) {
		text = (smtps_str){text.data + 7, text.len - 7};
	}
	for (size_t i = 0; i < text.len; i++) {
		if (is_hex(text.data[i])) {
			smtps_buf_add_char(normal, smtps_lower(text.data[i]));
			digits++;
		} else if (text.data[i] != ':') { /* as openssl prints it */
			return false;
		}
	}
	return digits == FINGERPRINT_DIGITS;
}

static bool check_fingerprint(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	smtps_str rest = text;
	bool is_first = true;

	do {
		smtps_str one = smtps_str_trim(smtps_str_split(rest, ',', &rest));

		smtps_buf_add_text(normal, is_first ? "" : ",");
		if (!add_fingerprint(one, normal)) {
			return smtps_fault_set(fault, "no SHA-256 fingerprint",
				"write the 64 hex digits of the certificate's SHA-256, or spki: and those of its key");
		}
		is_first = false;
	} while (rest.data);
	return true;
}

/* Only what tells an address from something else; the grammar is the message's. */
static bool looks_like_address(smtps_str text)
{
	size_t at = text.len;

	while (at && text.data[at - 1] != '@') {
		at--;
	}
	return at > 1 && at < text.len && text.len <= ADDRESS_OCTETS_MAX;
}

static bool check_from(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	if (!looks_like_address(text)) {
		return smtps_fault_set(
			fault, "no address", "write one such as shop@example.com or Shop <shop@example.com>");
	}
	smtps_buf_add_str(normal, text);
	return true;
}

static bool check_address(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	if (!looks_like_address(text) || strchr("<>", text.data[0]) || text.data[text.len - 1] == '>' ||
		smtps_str_find(text, ' ') < text.len) {
		return smtps_fault_set(fault, "no bare address", "write one such as shop@example.com");
	}
	smtps_buf_add_str(normal, text);
	return true;
}

static bool check_address_pattern(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	if (!looks_like_address(text) || smtps_str_find(text, ' ') < text.len) {
		return smtps_fault_set(
			fault, "no address", "write one such as shop@example.com, or *@example.com for a whole domain");
	}
	smtps_buf_add_str(normal, text);
	return true;
}

static bool check_domain(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	return smtps_domain_to_ascii(normal, text, fault, "no domain", "write one such as example.com");
}

static bool check_helo(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	static const char instead[] =
		"write a full name such as www.example.com, or an address such as [192.0.2.1]";

	if (text.len > 2 && text.data[0] == '[' && text.data[text.len - 1] == ']') {
		smtps_str inside = {text.data + 1, text.len - 2};

		if (smtps_str_starts_nocase(inside, SMTPS_STR("IPv6:"))) {
			inside = (smtps_str){inside.data + 5, inside.len - 5};
		}
		if (!smtps_is_address_literal(inside)) {
			return smtps_fault_set(fault, "no address literal", instead);
		}
		smtps_buf_add_str(normal, text);
		return true;
	}
	return smtps_domain_to_ascii(normal, text, fault, "no name", instead);
}

static bool check_selector(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	bool fine = text.data[0] != '.' && text.data[text.len - 1] != '.';

	for (size_t i = 0; i < text.len; i++) {
		fine = fine && (smtps_is_alnum(text.data[i]) || strchr("-_.", text.data[i]));
	}
	if (!fine) {
		return smtps_fault_set(
			fault, "no selector", "write the label of the DNS record before ._domainkey, such as mail2026");
	}
	smtps_buf_add_str(normal, text);
	return true;
}

static bool check_key(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	if (smtps_str_starts_nocase(text, SMTPS_STR("-----BEGIN")) &&
		!smtps_str_contains_nocase(text, SMTPS_STR("\n-----END"))) {
		return smtps_fault_hidden(
			fault, "a PEM block without an end", "write the whole block, or the name of its file");
	}
	smtps_buf_add_str(normal, smtps_str_trim(text));
	return true;
}

/* RFC 6376 5.4 and what relays change: fields that no signature may cover. */
static bool check_header_name(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	static const char *const never[] = {
		"sender", "return-path", "bcc", "resent-bcc", "dkim-signature", "received"};

	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.data[i] <= ' ' || (unsigned char)text.data[i] >= 0x7f ||
			text.data[i] == ':') {
			return smtps_fault_set(fault, "no name of a header field", "write names such as from,to,subject");
		}
	}
	for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
		if (smtps_str_equal_nocase(text, smtps_str_of(never[i]))) {
			return smtps_fault_set(fault, "a field that changes on the way", "leave it out");
		}
	}
	smtps_buf_add_str(normal, text);
	return true;
}

static bool check_allowed_host(smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	if (smtps_str_starts_nocase(text, SMTPS_STR("*."))) {
		smtps_buf_add_text(normal, "*.");
		return check_domain((smtps_str){text.data + 2, text.len - 2}, normal, fault);
	}
	return check_host(text, normal, fault);
}

static text_check *const checks[SMTPS_O_COUNT] = {
	[SMTPS_O_HOST] = check_host,
	[SMTPS_O_SOURCE_ADDRESS] = check_source_address,
	[SMTPS_O_AUTH] = check_mechanism,
	[SMTPS_O_OAUTH_TOKEN] = check_token,
	[SMTPS_O_PASSWORD_FILE] = check_path,
	[SMTPS_O_OAUTH_TOKEN_FILE] = check_path,
	[SMTPS_O_CA_FILE] = check_path,
	[SMTPS_O_CLIENT_CERT] = check_path,
	[SMTPS_O_CLIENT_KEY] = check_path,
	[SMTPS_O_PEER_NAME] = check_peer_name,
	[SMTPS_O_PEER_FINGERPRINT] = check_fingerprint,
	[SMTPS_O_FROM] = check_from,
	[SMTPS_O_ENVELOPE_FROM] = check_address,
	[SMTPS_O_ALLOWED_FROM] = check_address_pattern,
	[SMTPS_O_REDIRECT_TO] = check_address,
	[SMTPS_O_HELO] = check_helo,
	[SMTPS_O_DKIM_DOMAIN] = check_domain,
	[SMTPS_O_DKIM_SELECTOR] = check_selector,
	[SMTPS_O_DKIM_KEY] = check_key,
	[SMTPS_O_DKIM_HEADERS] = check_header_name,
	[SMTPS_O_ALLOW_HOSTS] = check_allowed_host,
};

bool smtps_option_check_text(smtps_option option, smtps_str text, smtps_buf *normal, smtps_fault *fault)
{
	bool is_key = option == SMTPS_O_DKIM_KEY;
	char what[sizeof fault->what];

	if (text.len == 0) {
		return smtps_fault_set(fault, "a list with an empty item", "leave it out");
	}
	if (text.len > (is_key ? PEM_MAX : TEXT_MAX)) {
		snprintf(what, sizeof what, "a text of more than %d octets", is_key ? PEM_MAX : TEXT_MAX);
		return smtps_fault_hidden(fault, what, "write a shorter one");
	}
	if (has_control(text, is_key && smtps_str_starts_nocase(text, SMTPS_STR("-----BEGIN")))) {
		return smtps_fault_hidden(
			fault, "a text with a control character (a line break, a tab or a NUL)", "write it without");
	}
	return (checks[option] ? checks[option] : check_any)(text, normal, fault);
}
