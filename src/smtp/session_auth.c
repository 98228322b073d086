/*
 * AUTH (RFC 4954): from the gate to READY.
 *
 * What a refusal means is the table of docs/internals.md "What is tried again": a mechanism that the server cannot do may be replaced, once;
 * a password that it refused is never offered a second time, and never in a weaker way.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "command.h"
#include "hints.h"
#include "session_steps.h"

enum { MECHANISMS_AT_MOST = 2 };

void smtps_login_free(smtps_login *login)
{
	smtps_sasl_free(login->sasl);
	smtps_error_free(&login->why);
	*login = (smtps_login){0};
}

bool smtps_session_can_enter(
	const smtps_session *session, const smtps_credentials *credentials, smtps_error *error)
{
	if (!credentials) {
		return true;
	}
	if (!session->encrypted && session->config.security != SMTPS_SECURE_IF_OFFERED) {
		return smtps_fail(error, SMTPS_STAGE_AUTH, SMTPS_AUTH_FAILED, SMTPS_CAUSE_NO_MECHANISM,
			"credentials are never sent without TLS");
	}
	if (smtps_sasl_choose(session->capabilities.mechanisms, 0, &session->config.auth, credentials,
			&session->binding) != SMTPS_MECHANISM_COUNT) {
		return true;
	}
	if (!smtps_capabilities_has(&session->capabilities, SMTPS_CAP_AUTH)) {
		return smtps_fail(error, SMTPS_STAGE_AUTH, SMTPS_AUTH_FAILED, SMTPS_CAUSE_NO_MECHANISM,
			"the server offers no AUTH");
	}
	return smtps_fail(error, SMTPS_STAGE_AUTH, SMTPS_AUTH_FAILED, SMTPS_CAUSE_NO_MECHANISM,
		"no AUTH mechanism that the server offers can be used with these settings");
}

/* The closing error where one of ours or of the mechanism's is set, or there is no memory. */
static void give_up(smtps_session *session)
{
	smtps_fail_memory(&session->error, SMTPS_STAGE_AUTH);
	smtps_session_close(session);
}

/* What of the credentials a server might echo: raw, base64, and the form of PLAIN. */
static void hide_credentials(smtps_session *session, const smtps_credentials *credentials)
{
	smtps_buf form = {.secret = true}, plain = {.secret = true};
	const smtps_str secrets[] = {credentials->password, credentials->token};

	smtps_buf_add_char(&plain, '\0');
	smtps_buf_add_str(&plain, credentials->username);
	smtps_buf_add_char(&plain, '\0');
	smtps_buf_add_str(&plain, credentials->password);
	if (credentials->password.len) {
		smtps_base64_encode(&form, smtps_buf_str(&plain));
		smtps_session_hide(session, smtps_buf_str(&form));
		smtps_session_hide(session, smtps_buf_str(&plain));
	}
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
		smtps_session_hide(session, secrets[i]);
		smtps_buf_clear(&form);
		smtps_base64_encode(&form, secrets[i]);
		smtps_session_hide(session, smtps_buf_str(&form));
	}
	session->needles.failed = session->needles.failed || form.failed || plain.failed;
	smtps_buf_free(&form);
	smtps_buf_free(&plain);
}

static bool start_sasl(smtps_session *session)
{
	smtps_login *login = &session->login;

	smtps_sasl_free(login->sasl);
	login->sasl = smtps_sasl_start(login->mechanism, &login->credentials, &session->binding,
		session->capabilities.mechanisms, &session->error);
	if (!login->sasl) {
		give_up(session);
	}
	return login->sasl != NULL;
}

/* Writes the AUTH line; whether it carries an initial response is told by login->initial_sent. */
static bool write_auth(smtps_session *session, bool may_have_initial, size_t from)
{
	smtps_login *login = &session->login;
	const char *name = smtps_mechanism_name(login->mechanism);
	smtps_buf initial = {.secret = true};
	smtps_str response;
	bool written = false;

	login->initial_sent = may_have_initial && smtps_sasl_initial(login->sasl, &initial) && !initial.failed;
	if (login->initial_sent) {
		response = smtps_buf_str(&initial);
		written = smtps_command_auth(&session->out, name, &response);
		if (written && session->out.len - from > SMTPS_SASL_INITIAL_LINE) {
			session->out.len = from;
			written = false;
		}
	}
	if (written && initial.len) {
		/* As it stands on the line: the server may echo it. */
		size_t at = from + strlen("AUTH  ") + strlen(name);

		smtps_session_hide(session, (smtps_str){session->out.data + at, session->out.len - at - 2});
	}
	smtps_buf_free(&initial);
	if (written || session->out.failed) {
		return written;
	}
	/* The mechanism begins anew where its first words were too long, and waits to be asked for them. */
	if (login->initial_sent && !start_sasl(session)) {
		return false;
	}
	login->initial_sent = false;
	return smtps_command_auth(&session->out, name, NULL);
}

static void begin(smtps_session *session, smtps_mechanism mechanism, bool may_have_initial)
{
	smtps_login *login = &session->login;
	size_t from = session->out.len;
	bool written;

	login->mechanism = mechanism;
	login->rounds = 0;
	if (!(login->tried & SMTPS_MECHANISM_BIT(mechanism))) {
		login->tried |= SMTPS_MECHANISM_BIT(mechanism);
		login->used++;
	}
	session->state = SMTPS_STATE_AUTH;
	if (!start_sasl(session)) {
		return;
	}
	written = write_auth(session, may_have_initial, from);
	if (session->state != SMTPS_STATE_CLOSED) {
		smtps_session_sent(session, written, SMTPS_STEP_AUTH, from);
	}
}

void smtps_session_enter(smtps_session *session, const smtps_credentials *credentials)
{
	if (session->state != SMTPS_STATE_GATE) {
		return;
	}
	session->gate_event = false;
	if (!credentials) {
		smtps_session_become_ready(session);
		return;
	}
	if (!smtps_session_can_enter(session, credentials, &session->error)) {
		smtps_session_close(session);
		return;
	}
	session->login.credentials = *credentials;
	hide_credentials(session, credentials);
	if (session->needles.failed) {
		give_up(session);
		return;
	}
	begin(session,
		smtps_sasl_choose(
			session->capabilities.mechanisms, 0, &session->config.auth, credentials, &session->binding),
		true);
}

/* --- challenges ------------------------------------------------------------------------------------------------ */

/* RFC 4954 4: "*" cancels; the server's 501 is read before the session closes (case 110). */
static void cancel(smtps_session *session)
{
	size_t from = session->out.len;

	smtps_fail_memory(&session->login.why, SMTPS_STAGE_AUTH);
	smtps_session_sent(session, smtps_command_verb(&session->out, "*"), SMTPS_STEP_CANCEL, from);
}

static void send_answer(smtps_session *session, smtps_str answer)
{
	size_t from = session->out.len;
	bool written = smtps_command_answer(&session->out, answer);

	if (!written && !session->out.failed) {
		smtps_fail(&session->error, SMTPS_STAGE_AUTH, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
			"the answer to the server's challenge is longer than a line of SMTP may be");
		smtps_session_close(session);
		return;
	}
	if (written && session->out.len - from > 2) {
		smtps_session_hide(session, (smtps_str){session->out.data + from, session->out.len - from - 2});
	}
	smtps_session_sent(session, written, SMTPS_STEP_ANSWER, from);
}

static void on_challenge(smtps_session *session, const smtps_reply *reply)
{
	smtps_login *login = &session->login;
	smtps_buf challenge = {.secret = true}, answer = {.secret = true};
	bool good = false;

	if (++login->rounds > SMTPS_SASL_ROUNDS) {
		smtps_fail(&login->why, SMTPS_STAGE_AUTH, SMTPS_AUTH_FAILED, SMTPS_CAUSE_NONE,
			"the server asks for more than %d answers", SMTPS_SASL_ROUNDS);
	} else if (!smtps_base64_decode(&challenge, smtps_buf_str(&reply->text)) && !challenge.failed) {
		smtps_fail(&login->why, SMTPS_STAGE_AUTH, SMTPS_AUTH_FAILED, SMTPS_CAUSE_NONE,
			"the server's challenge is not base64");
	} else if (!challenge.failed) {
		good = smtps_sasl_answer(login->sasl, smtps_buf_str(&challenge), &answer, &login->why);
	}
	if (good && !answer.failed) {
		send_answer(session, smtps_buf_str(&answer));
	} else {
		cancel(session);
	}
	smtps_buf_free(&challenge);
	smtps_buf_free(&answer);
}

/* --- the end of an exchange ------------------------------------------------------------------------------------ */

/* 432 4.7.12 asks for a password transition: nothing that waiting would bring (case 123). */
static bool is_for_ever(const smtps_reply *reply)
{
	return reply->code == 432 && reply->enhanced[1] == 7 && reply->enhanced[2] == 12;
}

static void refuse(smtps_session *session, const smtps_reply *reply)
{
	smtps_mechanism mechanism = session->login.mechanism;
	bool token = mechanism == SMTPS_OAUTHBEARER || mechanism == SMTPS_XOAUTH2;
	const char *status = session->login.sasl ? smtps_sasl_oauth_status(session->login.sasl) : "";
	smtps_cause cause = token && reply->code == 535 ? SMTPS_CAUSE_TOKEN_EXPIRED : SMTPS_CAUSE_NONE;
	smtps_error *error = &session->error;
	size_t len;

	smtps_session_explain(session, error, SMTPS_STAGE_AUTH, SMTPS_AUTH_FAILED, cause, reply);
	len = strlen(error->text);
	if (*status && len < sizeof error->text - 1) {
		snprintf(error->text + len, sizeof error->text - len, " (status %s)", status);
	}
	if (is_for_ever(reply)) {
		error->temporary = false;
	}
	smtps_session_close(session);
}

static smtps_mechanism next_mechanism(const smtps_session *session, unsigned tried)
{
	if (session->login.used >= MECHANISMS_AT_MOST) {
		return SMTPS_MECHANISM_COUNT;
	}
	return smtps_sasl_choose(session->capabilities.mechanisms, tried, &session->config.auth,
		&session->login.credentials, &session->binding);
}

/* 500, 501, 502, 504 straight after the AUTH line: the server does not know this form, or this mechanism. */
static void try_another(smtps_session *session, const smtps_reply *reply)
{
	smtps_login *login = &session->login;
	smtps_mechanism next;

	if (login->initial_sent && !login->bare_tried) {
		login->bare_tried = true;
		begin(session, login->mechanism, false);
		return;
	}
	next = next_mechanism(session, login->tried);
	if (next == SMTPS_MECHANISM_COUNT) {
		refuse(session, reply);
	} else {
		begin(session, next, true);
	}
}

/* 534: a stronger mechanism, unless the text says that the password itself will not do. */
static void try_stronger(smtps_session *session, const smtps_reply *reply)
{
	smtps_hint hint = smtps_hint_for(SMTPS_STAGE_AUTH, reply, session->config.host);
	unsigned tried = session->login.tried;
	smtps_mechanism next = SMTPS_MECHANISM_COUNT;

	if (!(hint.flags & SMTPS_HINT_APP_PASSWORD)) {
		next = next_mechanism(session, tried);
	}
	while (next != SMTPS_MECHANISM_COUNT && !smtps_mechanism_is_stronger(next, session->login.mechanism)) {
		tried |= SMTPS_MECHANISM_BIT(next);
		next = next_mechanism(session, tried);
	}
	if (next == SMTPS_MECHANISM_COUNT) {
		refuse(session, reply);
	} else {
		begin(session, next, true);
	}
}

static void on_success(smtps_session *session)
{
	if (!smtps_sasl_finish(session->login.sasl, &session->error)) {
		smtps_fail(&session->error, SMTPS_STAGE_AUTH, SMTPS_AUTH_FAILED, SMTPS_CAUSE_NONE,
			"the server ended the login too early");
		smtps_session_close(session);
		return;
	}
	session->authenticated = true;
	session->mechanism = session->login.mechanism;
	smtps_login_free(&session->login);
	smtps_session_become_ready(session);
}

void smtps_session_on_auth(smtps_session *session, smtps_step_kind kind, const smtps_reply *reply)
{
	int code = reply->code;
	bool straight = kind == SMTPS_STEP_AUTH && (code == 500 || code == 501 || code == 502 || code == 504);

	if (kind == SMTPS_STEP_CANCEL) {
		smtps_error_move(&session->error, &session->login.why);
		smtps_session_close(session);
	} else if (code == 334) {
		on_challenge(session, reply);
	} else if (code == 235) {
		on_success(session);
	} else if (code < 400) {
		smtps_session_fail_step(session, SMTPS_STAGE_AUTH, reply);
	} else if (straight) {
		try_another(session, reply);
	} else if (code == 534) {
		try_stronger(session, reply);
	} else {
		refuse(session, reply);
	}
	if (session->needles.failed && session->state != SMTPS_STATE_CLOSED) {
		give_up(session); /* a secret that could not be noted could not be masked */
	}
}
