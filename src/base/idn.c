/*
 * Internationalised domain names by libidn2; see idn.h. Without the library (SMTPS_NO_IDN2) only ASCII names pass.
 */
#include "idn.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

#ifndef SMTPS_NO_IDN2
#include <idn2.h>
#endif

enum { LABEL_MAX = 63, DOMAIN_MAX = 253 };

/* One label of letters, digits and hyphens (RFC 1123 2.1), or why it is none. */
static const char *label_fault(smtps_str label)
{
	if (label.len == 0) {
		return "an empty label (two dots in a row, or one at an end)";
	}
	if (label.len > LABEL_MAX) {
		return "a label longer than 63 octets";
	}
	if (label.data[0] == '-' || label.data[label.len - 1] == '-') {
		return "a label that starts or ends with a hyphen";
	}
	for (size_t i = 0; i < label.len; i++) {
		if (!smtps_is_alnum(label.data[i]) && label.data[i] != '-') {
			return "a character other than letters, digits, hyphens and dots";
		}
	}
	return NULL;
}

static bool ldh_valid(smtps_str domain, const char **why)
{
	smtps_str rest = domain;

	if (domain.len > DOMAIN_MAX) {
		*why = "more than 253 octets";
		return false;
	}
	do {
		*why = label_fault(smtps_str_split(rest, '.', &rest));
		if (*why) {
			return false;
		}
	} while (rest.data);
	return true;
}

#ifndef SMTPS_NO_IDN2
static bool to_ascii(smtps_buf *out, smtps_str domain, const char **why)
{
	smtps_buf input = {0};
	char *ascii = NULL;
	int code;

	smtps_buf_add_str(&input, domain);
	smtps_buf_cstr(&input);
	if (input.failed) {
		smtps_buf_free(&input);
		*why = "no memory left";
		return false;
	}
	code = idn2_to_ascii_8z(smtps_buf_cstr(&input), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	smtps_buf_free(&input);
	if (code == IDN2_MALLOC) {
		*why = "no memory left";
		return false;
	}
	if (code != IDN2_OK) {
		*why = "no valid internationalised domain name (UTS 46)";
		return false;
	}
	smtps_buf_add_text(out, ascii);
	idn2_free(ascii);
	return true;
}

/* An A-label must be what its own U-label becomes: otherwise it decodes to something that no registry would give. */
static bool round_trips(smtps_str ascii, const char **why)
{
	smtps_buf input = {0}, again = {0};
	char *unicode = NULL;
	bool same = false, lacks_memory;

	smtps_buf_add_str(&input, ascii);
	smtps_buf_cstr(&input);
	if (input.failed) {
		smtps_buf_free(&input);
		*why = "no memory left";
		return false;
	}
	if (idn2_to_unicode_8z8z(smtps_buf_cstr(&input), &unicode, IDN2_NONTRANSITIONAL) == IDN2_OK) {
		same = to_ascii(&again, smtps_str_of(unicode), why) &&
			smtps_str_equal_nocase(smtps_buf_str(&again), ascii);
	}
	idn2_free(unicode);
	lacks_memory = again.failed || (*why && strcmp(*why, "no memory left") == 0);
	smtps_buf_free(&again);
	smtps_buf_free(&input);
	if (lacks_memory) {
		*why = "no memory left";
		return false;
	}
	if (!same) {
		*why = "an xn-- label that decodes to no valid name";
	}
	return same;
}
#else
static bool to_ascii(smtps_buf *out, smtps_str domain, const char **why)
{
	(void)out;
	(void)domain;
	*why = "a character outside ASCII, and this build has no libidn2: write the xn-- form";
	return false;
}

static bool round_trips(smtps_str ascii, const char **why)
{
	(void)ascii;
	(void)why;
	return true;
}
#endif

static bool to_checked_ascii(smtps_buf *ascii, smtps_str domain, const char **why)
{
	if (smtps_str_find(domain, '\0') < domain.len) {
		*why = "a NUL";
		return false;
	}
	if (smtps_is_ascii(domain)) {
		for (size_t i = 0; i < domain.len; i++) {
			smtps_buf_add_char(ascii, smtps_lower(domain.data[i]));
		}
	} else if (!smtps_utf8_valid(domain)) {
		*why = "octets that are not UTF-8";
		return false;
	} else if (!to_ascii(ascii, domain, why)) {
		return false;
	}
	if (ascii->failed) {
		*why = "no memory left";
		return false;
	}
	if (!ldh_valid(smtps_buf_str(ascii), why)) {
		return false;
	}
	return !smtps_str_contains_nocase(smtps_buf_str(ascii), SMTPS_STR("xn--")) ||
		round_trips(smtps_buf_str(ascii), why);
}

bool smtps_idn_to_ascii(smtps_buf *out, smtps_str domain, const char **why)
{
	smtps_buf ascii = {0};
	bool fine = to_checked_ascii(&ascii, domain, why);

	if (fine) {
		smtps_buf_add_str(out, smtps_buf_str(&ascii));
		if (out->failed) {
			*why = "no memory left";
			fine = false;
		}
	}
	smtps_buf_free(&ascii);
	return fine;
}
