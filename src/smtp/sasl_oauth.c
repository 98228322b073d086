/*
 * OAuth 2.0 tokens: OAUTHBEARER (RFC 7628) and XOAUTH2 (Google's and Microsoft's form of it).
 *
 * A refusal comes as a challenge that holds JSON; it is answered (with ^A, or with nothing) so that the server's 535 follows.
 * Of the JSON only the member "status" is kept: the rest may repeat what we sent. A token that is no b64token (RFC 6750 2.1), or a
 * user name with controls, could end a field early and is refused.
 */
#include "sasl_internal.h"

#include <string.h>

#include "base/text.h"

static bool is_b64token(smtps_str token)
{
	size_t end = token.len;

	while (end && token.data[end - 1] == '=') {
		end--;
	}
	for (size_t i = 0; i < end; i++) {
		if (!smtps_is_alnum(token.data[i]) && (token.data[i] == '\0' || !strchr("-._~+/", token.data[i]))) {
			return false;
		}
	}
	return end > 0;
}

static bool has_controls(smtps_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f) {
			return true;
		}
	}
	return false;
}

static bool oauth_start(smtps_sasl *sasl, smtps_error *error)
{
	const smtps_credentials *given = &sasl->credentials;

	if (!is_b64token(given->token)) {
		return smtps_sasl_cannot_carry(
			sasl, error, "oauth_token", "characters other than those of an RFC 6750 token");
	}
	if (has_controls(given->username) || !smtps_utf8_valid(given->username)) {
		return smtps_sasl_cannot_carry(sasl, error, "username", "controls or octets that are not UTF-8");
	}
	if (has_controls(given->host)) {
		return smtps_sasl_cannot_carry(sasl, error, "host", "controls");
	}
	return true;
}

static void xoauth2_initial(const smtps_sasl *sasl, smtps_buf *out)
{
	smtps_buf_add_text(out, "user=");
	smtps_buf_add_str(out, sasl->credentials.username);
	smtps_buf_add_text(out, "\1auth=Bearer ");
	smtps_buf_add_str(out, sasl->credentials.token);
	smtps_buf_add_text(out, "\1\1");
}

static void oauthbearer_initial(const smtps_sasl *sasl, smtps_buf *out)
{
	const smtps_credentials *given = &sasl->credentials;

	smtps_buf_add_text(out, "n,");
	if (given->username.len) {
		smtps_buf_add_text(out, "a=");
		smtps_sasl_add_name(out, given->username);
	}
	smtps_buf_add_text(out, ",\1");
	if (given->host.len) {
		smtps_buf_add_text(out, "host=");
		smtps_buf_add_str(out, given->host);
		smtps_buf_add_text(out, "\1");
	}
	if (given->port > 0) {
		smtps_buf_printf(out, "port=%d\1", given->port);
	}
	smtps_buf_add_text(out, "auth=Bearer ");
	smtps_buf_add_str(out, given->token);
	smtps_buf_add_text(out, "\1\1");
}

static smtps_str after(smtps_str text, size_t octets)
{
	return (smtps_str){text.data + octets, text.len - octets};
}

/* The value of the first member "status", a string or a number; empty where there is none. No other JSON is read. */
static smtps_str json_status(smtps_str json)
{
	const smtps_str name = SMTPS_STR("\"status\"");
	size_t end = 0;

	while (json.len && !smtps_str_starts_nocase(json, name)) {
		json = after(json, 1);
	}
	if (json.len == 0) {
		return json;
	}
	json = smtps_str_trim(after(json, name.len));
	if (json.len == 0 || json.data[0] != ':') {
		return (smtps_str){"", 0};
	}
	json = smtps_str_trim(after(json, 1));
	if (json.len && json.data[0] == '"') {
		json = after(json, 1);
	}
	while (end < json.len &&
		(smtps_is_alnum(json.data[end]) || json.data[end] == '_' || json.data[end] == '-')) {
		end++;
	}
	return (smtps_str){json.data, end};
}

static bool oauth_answer(smtps_sasl *sasl, smtps_str challenge, smtps_buf *out, smtps_error *error)
{
	smtps_str status = json_status(challenge);

	if (sasl->step > 0) {
		return smtps_sasl_fail(sasl, error, "the server asks again after it refused the token");
	}
	/* A status is a word or a number; anything longer may be the token itself. */
	if (status.len && status.len < SMTPS_OAUTH_STATUS_MAX / 2) {
		memcpy(sasl->oauth_status, status.data, status.len);
		sasl->oauth_status[status.len] = '\0';
	}
	if (sasl->mechanism == SMTPS_OAUTHBEARER) {
		smtps_buf_add_char(out, '\1');
	}
	return true;
}

static bool oauth_finish(smtps_sasl *sasl, smtps_error *error)
{
	return sasl->step == 0 ||
		smtps_sasl_fail(sasl, error, "the server said 235 although it had refused the token");
}

const smtps_sasl_verbs smtps_sasl_oauthbearer = {
	.start = oauth_start, .initial = oauthbearer_initial, .answer = oauth_answer, .finish = oauth_finish};
const smtps_sasl_verbs smtps_sasl_xoauth2 = {
	.start = oauth_start, .initial = xoauth2_initial, .answer = oauth_answer, .finish = oauth_finish};
