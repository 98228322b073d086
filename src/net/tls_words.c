/*
 * What went wrong with TLS, in words that a site's owner can act on; see tls_internal.h.
 *
 * A certificate's fault is written down where it is found (smtps_tls_verify), because OpenSSL forgets a certificate that it
 * refused. Names in certificates are a stranger's text: they pass smtps_text_one_line() and are cut.
 */
#include "tls_internal.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "base/time.h"

enum { NAMES_SHOWN = 4, NAME_OCTETS = 120, NAMES_OCTETS = 240 };

/* --- the certificate --- */

typedef enum argument {
	NOTHING,
	END, /* the day it runs out */
	START, /* the day it begins */
	ISSUER, /* name of the issuer */
} argument;

typedef struct fault_row {
	int code;
	argument argument;
	const char *text; /* %1: whose certificate; %2: the argument */
	const char *hint;
} fault_row;

static const char hint_weak[] = "the server's owner must get a certificate with a stronger key and signature";
static const char hint_issuer[] =
	"set ca_file to the authority's certificate, if you know it; or the server leaves out its "
	"intermediate certificates, which its owner must add";
/* The name tells whose box has answered: cPanel's "SMTP Restrictions", a hotel, a virus scanner (case 24). */
static const char hint_name[] =
	"if the name is the web host's, the host redirects mail ports to its own server: use port 2525, or ask it to let this site's "
	"user send; if it is the right server, set host, or peer_name, to a name that the certificate holds";
static const char hint_faulty[] = "the server's owner must get a proper certificate";

static const fault_row fault_rows[] = {
	{X509_V_ERR_CERT_HAS_EXPIRED, END, "%1 expired on %2", "the server's owner must renew it"},
	{X509_V_ERR_CERT_NOT_YET_VALID, START, "%1 is not valid before %2", "is this machine's clock right?"},
	{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, NOTHING, "%1 is self-signed", NULL},
	{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, ISSUER,
		"the server's certificate comes from no trusted authority: issuer unknown (%2)", hint_issuer},
	{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, ISSUER,
		"the server's certificate comes from no trusted authority: issuer unknown (%2)", hint_issuer},
	{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, ISSUER,
		"the server's certificate comes from no trusted authority: issuer unknown (%2)", hint_issuer},
	{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, ISSUER,
		"the server's certificate comes from no trusted authority: issuer unknown (%2)", hint_issuer},
	{X509_V_ERR_CERT_UNTRUSTED, NOTHING, "%1 is not trusted for servers", hint_issuer},
	{X509_V_ERR_CERT_REJECTED, NOTHING, "%1 is marked as rejected", hint_faulty},
	{X509_V_ERR_INVALID_PURPOSE, NOTHING, "%1 has the wrong purpose: it is not for TLS servers", hint_faulty},
	{X509_V_ERR_INVALID_CA, NOTHING, "%1 may not issue certificates (it is no authority)", hint_faulty},
	{X509_V_ERR_INVALID_NON_CA, NOTHING, "%1 is that of an authority, not of a server", hint_faulty},
	{X509_V_ERR_KEYUSAGE_NO_CERTSIGN, NOTHING, "%1 may not issue certificates (key usage)", hint_faulty},
	{X509_V_ERR_PATH_LENGTH_EXCEEDED, NOTHING, "%1 may not issue through so many others (path length)",
		hint_faulty},
	{X509_V_ERR_CERT_CHAIN_TOO_LONG, NOTHING, "the chain of the server's certificate is too long",
		hint_faulty},
	{X509_V_ERR_EE_KEY_TOO_SMALL, NOTHING, "%1 has a weak key", hint_weak},
	{X509_V_ERR_CA_KEY_TOO_SMALL, NOTHING, "%1 has a weak key", hint_weak},
	{X509_V_ERR_CA_MD_TOO_WEAK, NOTHING, "%1 has a weak signature", hint_weak},
	{X509_V_ERR_CERT_SIGNATURE_FAILURE, NOTHING, "%1 has a wrong signature", hint_faulty},
	{X509_V_ERR_CERT_REVOKED, NOTHING, "%1 is revoked", "the server's owner must renew it"},
	{X509_V_ERR_PERMITTED_VIOLATION, NOTHING, "%1 is outside the names its authority may issue for",
		hint_faulty},
	{X509_V_ERR_EXCLUDED_VIOLATION, NOTHING, "%1 is outside the names its authority may issue for",
		hint_faulty},
};

/* CN, else O, else the whole name; without the stranger's controls. */
static void add_short_name(smtps_buf *out, X509_NAME *name)
{
	static const int parts[] = {NID_commonName, NID_organizationName};
	smtps_buf whole = {0};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		int at = X509_NAME_get_index_by_NID(name, parts[i], -1);
		unsigned char *text = NULL;
		int len =
			at < 0 ? -1 : ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));

		if (len > 0) {
			smtps_text_one_line(out, (smtps_str){(const char *)text, (size_t)len}, NAME_OCTETS);
			OPENSSL_free(text);
			return;
		}
		if (len == 0) {
			OPENSSL_free(text);
		}
	}
	smtps_tls_name_text(&whole, name);
	smtps_text_one_line(out, whole.len ? smtps_buf_str(&whole) : SMTPS_STR("without a name"), NAME_OCTETS);
	smtps_buf_free(&whole);
}

/* "2026-02-28" of seconds since 1970 (the civil calendar, by days). */
static void add_day(smtps_buf *out, int64_t seconds)
{
	int64_t days = (seconds >= 0 ? seconds : seconds - 86399) / 86400 + 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t of_era = days - era * 146097;
	int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * of_year + 2) / 153;
	int64_t day = of_year - (153 * month + 2) / 5 + 1;

	month = month < 10 ? month + 3 : month - 9;
	smtps_buf_printf(
		out, "%04d-%02d-%02d", (int)(year_of_era + era * 400 + (month <= 2)), (int)month, (int)day);
}

static void add_argument(smtps_buf *out, argument which, X509 *certificate)
{
	switch (which) {
		case END: add_day(out, smtps_tls_seconds(X509_get0_notAfter(certificate))); break;
		case START: add_day(out, smtps_tls_seconds(X509_get0_notBefore(certificate))); break;
		case ISSUER: add_short_name(out, X509_get_issuer_name(certificate)); break;
		case NOTHING: break;
	}
}

static void add_whose(smtps_buf *out, X509 *certificate, int depth)
{
	if (depth == 0) {
		smtps_buf_add_text(out, "the server's certificate");
		return;
	}
	smtps_buf_add_text(out, "the certificate of the issuer ");
	add_short_name(out, X509_get_subject_name(certificate));
}

static void add_filled(smtps_buf *out, const fault_row *row, X509 *certificate, int depth)
{
	for (const char *at = row->text; *at; at++) {
		if (at[0] == '%' && at[1] == '1') {
			add_whose(out, certificate, depth);
			at++;
		} else if (at[0] == '%' && at[1] == '2') {
			add_argument(out, row->argument, certificate);
			at++;
		} else {
			smtps_buf_add_char(out, *at);
		}
	}
}

/* "issued for a, b and 3 more, not for HOST" */
static void add_names(smtps_buf *out, X509 *leaf, const char *host)
{
	smtps_buf names = {0};
	size_t count = smtps_tls_alt_names(&names, leaf, NAMES_SHOWN, ", ");

	if (count == 0) {
		smtps_buf_printf(out, "names no host (it has no subjectAltName), so it is not for %s", host);
	} else {
		smtps_buf_add_text(out, "is issued for ");
		smtps_text_one_line(out, smtps_buf_str(&names), NAMES_OCTETS);
		if (count > NAMES_SHOWN) {
			smtps_buf_printf(out, " and %zu more", count - NAMES_SHOWN);
		}
		smtps_buf_printf(out, ", not for %s", host);
	}
	smtps_buf_free(&names);
}

static bool is_for_host(const smtps_tls_context *context, X509 *leaf)
{
	const unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;

	return (context->host_is_literal ? X509_check_ip_asc(leaf, context->host, flags)
									 : X509_check_host(leaf, context->host, 0, flags, NULL)) == 1;
}

static void write_down(char *to, smtps_buf *from)
{
	snprintf(to, SMTPS_ERROR_TEXT, "%s", smtps_buf_cstr(from));
	smtps_buf_free(from);
}

static void hint_own(smtps_tls *tls, X509 *leaf)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	smtps_buf out = {0};

	if (X509_digest(leaf, EVP_sha256(), digest, NULL)) {
		smtps_buf_add_text(&out, "if you know that it is right, set ca_file to it, or peer_fingerprint=");
		smtps_hex_encode(&out, (smtps_str){(const char *)digest, 32});
	}
	write_down(tls->hint, &out);
}

static const fault_row *row_of(int code)
{
	for (size_t i = 0; i < sizeof fault_rows / sizeof *fault_rows; i++) {
		if (fault_rows[i].code == code) {
			return &fault_rows[i];
		}
	}
	return NULL;
}

void smtps_tls_word_certificate(smtps_tls *tls, X509_STORE_CTX *chain)
{
	int code = X509_STORE_CTX_get_error(chain);
	int depth = X509_STORE_CTX_get_error_depth(chain);
	X509 *leaf = X509_STORE_CTX_get0_cert(chain);
	X509 *faulty = X509_STORE_CTX_get_current_cert(chain);
	const fault_row *row = row_of(code);
	bool wrong_name = code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_IP_ADDRESS_MISMATCH;
	smtps_buf out = {0};

	if (!faulty) {
		faulty = leaf;
		depth = 0;
	}
	if (wrong_name) {
		smtps_buf_add_text(&out, "the server's certificate ");
		add_names(&out, leaf, tls->context->host);
		snprintf(tls->hint, sizeof tls->hint, "%s", hint_name);
	} else {
		if (row) {
			add_filled(&out, row, faulty, depth);
		} else {
			add_whose(&out, faulty, depth);
			smtps_buf_printf(&out, " was refused: %s", X509_verify_cert_error_string(code));
		}
		wrong_name = *tls->context->host && !is_for_host(tls->context, leaf);
		if (wrong_name) {
			smtps_buf_add_text(&out, depth == 0 ? ", and " : "; the server's certificate ");
			add_names(&out, leaf, tls->context->host);
		}
		if (wrong_name) {
			snprintf(tls->hint, sizeof tls->hint, "%s", hint_name);
		} else if (row && row->hint) {
			snprintf(tls->hint, sizeof tls->hint, "%s", row->hint);
		} else if (code == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT) {
			hint_own(tls, leaf);
		}
	}
	write_down(tls->fault, &out);
}

void smtps_tls_word_pin(smtps_tls *tls, X509 *leaf)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	smtps_buf out = {0};

	smtps_buf_add_text(&out, "the server's certificate does not match peer_fingerprint: its SHA-256 is ");
	if (X509_digest(leaf, EVP_sha256(), digest, NULL)) {
		smtps_hex_encode(&out, (smtps_str){(const char *)digest, 32});
	}
	write_down(tls->fault, &out);
	snprintf(tls->hint, sizeof tls->hint,
		"was the certificate renewed? Ask the server's owner before you change the pin");
}

/* --- the handshake --- */

typedef struct alert_row {
	int alert;
	const char *hint;
} alert_row;

static const char hint_client[] = "the server asks for a client certificate that it knows: see client_cert";

static const alert_row alert_rows[] = {
	{SSL_AD_HANDSHAKE_FAILURE, "client and server have no cipher or key exchange in common"},
	{SSL_AD_PROTOCOL_VERSION,
		"the server knows no TLS version from 1.2 on, or tls_min asks for more than it has"},
	{SSL_AD_INSUFFICIENT_SECURITY, "the server asks for stronger ciphers than this OpenSSL offers"},
	{SSL_AD_UNRECOGNIZED_NAME, "the server does not know itself by this host name: check host and peer_name"},
	{SSL_AD_BAD_CERTIFICATE, hint_client},
	{SSL_AD_UNSUPPORTED_CERTIFICATE, hint_client},
	{SSL_AD_CERTIFICATE_REVOKED, hint_client},
	{SSL_AD_CERTIFICATE_EXPIRED, hint_client},
	{SSL_AD_CERTIFICATE_UNKNOWN, hint_client},
	{SSL_AD_UNKNOWN_CA, hint_client},
	{SSL_AD_ACCESS_DENIED, hint_client},
	{SSL_AD_CERTIFICATE_REQUIRED, hint_client},
};

/* The peer's alert in the queue, or -1. */
static int alert_of(unsigned long code)
{
	int reason = ERR_GET_REASON(code);

	return ERR_GET_LIB(code) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET ? reason - SSL_AD_REASON_OFFSET
																			  : -1;
}

static const alert_row *row_of_alert(int alert)
{
	for (size_t i = 0; i < sizeof alert_rows / sizeof *alert_rows; i++) {
		if (alert_rows[i].alert == alert) {
			return &alert_rows[i];
		}
	}
	return NULL;
}

/* No TLS record begins with a printable octet. */
static bool spoke_plain_text(const smtps_tls *tls)
{
	return tls->first_len > 0 && tls->first[0] >= 0x20 && tls->first[0] < 0x7f;
}

static void word_plain_text(const smtps_tls *tls, smtps_error *error)
{
	smtps_str said = {tls->first, tls->first_len};
	bool is_reply = said.len >= 3 && said.data[0] >= '2' && said.data[0] <= '5' &&
		smtps_is_digit(said.data[1]) && smtps_is_digit(said.data[2]);
	smtps_buf line = {0};

	said.len = smtps_str_find(said, '\r');
	said.len = smtps_str_find(said, '\n');
	smtps_text_one_line(&line, said, SMTPS_TLS_FIRST);
	smtps_fail(error, SMTPS_STAGE_TLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_HANDSHAKE,
		"the server answers in plain text, not in TLS: \"%s\"", smtps_buf_cstr(&line));
	smtps_buf_free(&line);
	if (is_reply) {
		smtps_error_hint(
			error, "the port speaks SMTP without TLS at first: use encryption=starttls there, or port 465");
	}
}

static const char *reason_text(unsigned long code)
{
	const char *text = code ? ERR_reason_error_string(code) : NULL;

	return text ? text : "no reason given";
}

void smtps_tls_word_handshake(const smtps_tls *tls, int ssl_error, smtps_error *error)
{
	unsigned long code = ERR_peek_last_error();
	int alert = alert_of(code);
	const alert_row *row = alert < 0 ? NULL : row_of_alert(alert);

	if (!error || smtps_error_is_set(error)) {
		return;
	}
	if (spoke_plain_text(tls)) {
		word_plain_text(tls, error);
	} else if (alert >= 0) {
		smtps_fail(error, SMTPS_STAGE_TLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_HANDSHAKE,
			"the server refused the TLS handshake: %s (alert %d)", SSL_alert_desc_string_long(alert), alert);
		if (row) {
			smtps_error_hint(error, "%s", row->hint);
		}
	} else if (tls->in_ended && (ssl_error == SSL_ERROR_SYSCALL || tls->in_at == tls->in.len)) {
		smtps_fail(error, SMTPS_STAGE_TLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_HANDSHAKE,
			"the server closed the connection during the TLS handshake");
		error->temporary = true;
	} else {
		smtps_fail(error, SMTPS_STAGE_TLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_HANDSHAKE,
			"the TLS handshake failed: %s", reason_text(code));
		if (ERR_GET_REASON(code) == SSL_R_UNSUPPORTED_PROTOCOL) {
			smtps_error_hint(
				error, "the server knows no TLS version from 1.2 on, or tls_min asks for more than it has");
		}
	}
}

void smtps_tls_word_broken(const smtps_tls *tls, int ssl_error, smtps_error *error)
{
	unsigned long code = ERR_peek_last_error();
	int alert = alert_of(code);
	const alert_row *row = alert < 0 ? NULL : row_of_alert(alert);

	if (!error || smtps_error_is_set(error)) {
		return;
	}
	if (alert >= 0) {
		/* In TLS 1.3 the verdict on a client certificate comes after the handshake. */
		bool client = row && row->hint == hint_client;

		smtps_fail(error, SMTPS_STAGE_TLS, client ? SMTPS_TLS_FAILED : SMTPS_LOST,
			client ? SMTPS_CAUSE_HANDSHAKE : SMTPS_CAUSE_CUT, "the server broke off TLS: %s (alert %d)",
			SSL_alert_desc_string_long(alert), alert);
		if (client) {
			smtps_error_hint(error, "%s", hint_client);
		}
	} else if (tls->silent > SMTPS_TLS_SILENT_MAX) {
		smtps_fail(error, SMTPS_STAGE_TLS, SMTPS_LOST, SMTPS_CAUSE_CUT,
			"the server sends TLS records without content");
	} else if (tls->in_ended && (ssl_error == SSL_ERROR_SYSCALL || tls->in_at == tls->in.len)) {
		smtps_fail(error, SMTPS_STAGE_TLS, SMTPS_LOST, SMTPS_CAUSE_CUT,
			"the server closed the connection without ending TLS (truncated)");
	} else {
		smtps_fail(error, SMTPS_STAGE_TLS, SMTPS_LOST, SMTPS_CAUSE_CUT, "TLS broke: %s", reason_text(code));
	}
}
