/*
 * From the greeting to the gate: EHLO (RFC 5321 4.1.1.1), STARTTLS (RFC 3207), EHLO again.
 *
 * TLS is never a matter of luck: where it is required, a server that does not offer it, or answers anything but 220, ends the
 * session. What was learnt in the clear is forgotten.
 */
#include "command.h"
#include "hints.h"
#include "session_steps.h"

static void say_hello(smtps_session *session, smtps_step_kind kind)
{
	size_t from = session->out.len;
	const char *verb = kind == SMTPS_STEP_EHLO ? "EHLO" : "HELO";

	session->state = SMTPS_STATE_EHLO;
	smtps_session_sent(session,
		smtps_command_hello(&session->out, verb, session->config.ehlo_names[session->name]), kind, from);
}

void smtps_session_on_greeting(smtps_session *session, const smtps_reply *reply)
{
	if (reply->code == 220) {
		session->greeted = true;
		smtps_buf_add_str(&session->greeting, smtps_buf_str(&reply->text));
		say_hello(session, SMTPS_STEP_EHLO);
	} else if (reply->code >= 400) {
		smtps_session_fail_reply(session, SMTPS_STAGE_GREETING, SMTPS_REFUSED, SMTPS_CAUSE_NONE, reply);
	} else {
		smtps_session_fail_step(session, SMTPS_STAGE_GREETING, reply);
	}
}

/* Whether TLS is required and not there yet. */
static bool wants_tls(const smtps_session *session)
{
	return !session->encrypted && session->config.security == SMTPS_SECURE_STARTTLS;
}

static void refuse_plaintext(smtps_session *session, const smtps_reply *reply)
{
	smtps_fail(&session->error, SMTPS_STAGE_STARTTLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_STARTTLS_MISSING,
		"the server does not offer STARTTLS");
	smtps_error_hint(&session->error,
		"Try port 465 (encryption=implicit). A relay that has no TLS at all needs encryption=plaintext, which works "
		"without credentials only.");
	if (reply->code >= 400) {
		smtps_reply_copy(&session->error.reply, reply);
	}
	smtps_session_close(session);
}

static void start_tls(smtps_session *session)
{
	size_t from = session->out.len;

	session->state = SMTPS_STATE_SECURING;
	smtps_session_sent(session, smtps_command_verb(&session->out, "STARTTLS"), SMTPS_STEP_STARTTLS, from);
}

static void on_offer(smtps_session *session, smtps_step_kind kind, const smtps_reply *reply)
{
	bool offered;

	if (kind == SMTPS_STEP_EHLO) {
		smtps_capabilities_read(&session->capabilities, reply);
	}
	if (session->capabilities.keywords.failed) {
		smtps_fail_memory(&session->error, SMTPS_STAGE_EHLO);
		smtps_session_close(session);
		return;
	}
	offered = smtps_capabilities_has(&session->capabilities, SMTPS_CAP_STARTTLS);
	if (wants_tls(session) && !offered) {
		refuse_plaintext(session, reply);
	} else if (wants_tls(session) ||
		(!session->encrypted && offered && session->config.security == SMTPS_SECURE_IF_OFFERED)) {
		start_tls(session);
	} else {
		session->state = SMTPS_STATE_GATE;
		session->gate_event = true;
	}
}

/* HELO offers nothing; it will do only where neither TLS nor a login is wanted (case 82). */
static bool may_say_helo(const smtps_session *session, const smtps_reply *reply)
{
	return !session->encrypted && !wants_tls(session) && session->config.security != SMTPS_SECURE_IMPLICIT &&
		(reply->code == 500 || reply->code == 502);
}

static void on_refusal(smtps_session *session, smtps_step_kind kind, const smtps_reply *reply)
{
	smtps_hint hint = smtps_hint_for(SMTPS_STAGE_EHLO, reply, session->config.host);
	bool name = (hint.flags & SMTPS_HINT_EHLO_NAME) &&
		(reply->code == 421 || reply->code == 501 || reply->code == 504 || reply->code == 550);

	if (name && reply->code != 421 && session->name + 1 < session->config.ehlo_name_count) {
		session->name++;
		say_hello(session, kind);
	} else if (kind == SMTPS_STEP_EHLO && wants_tls(session) && (reply->code == 500 || reply->code == 502)) {
		refuse_plaintext(session, reply); /* case 31 */
	} else if (kind == SMTPS_STEP_EHLO && may_say_helo(session, reply)) {
		say_hello(session, SMTPS_STEP_HELO);
	} else {
		smtps_session_fail_reply(
			session, SMTPS_STAGE_EHLO, SMTPS_REFUSED, name ? SMTPS_CAUSE_EHLO_NAME : SMTPS_CAUSE_NONE, reply);
	}
}

void smtps_session_on_hello(smtps_session *session, smtps_step_kind kind, const smtps_reply *reply)
{
	if (reply->code == 250) {
		on_offer(session, kind, reply);
	} else if (reply->code >= 400) {
		on_refusal(session, kind, reply);
	} else {
		smtps_session_fail_step(session, SMTPS_STAGE_EHLO, reply);
	}
}

/* Exactly 220 starts TLS (case 32); what stands behind it is the receiver's matter (case 33). */
void smtps_session_on_starttls(smtps_session *session, const smtps_reply *reply)
{
	if (reply->code == 220) {
		session->state = SMTPS_STATE_WANT_TLS;
		session->tls_event = true;
	} else {
		smtps_session_fail_reply(session, SMTPS_STAGE_STARTTLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_NONE, reply);
	}
}

void smtps_session_bind(smtps_session *session, const smtps_channel_binding *binding)
{
	if (session->encrypted) {
		session->binding = *binding;
	}
}

void smtps_session_tls_done(smtps_session *session, bool verified, const smtps_channel_binding *binding)
{
	if (session->state == SMTPS_STATE_CLOSED || session->encrypted) {
		return;
	}
	session->encrypted = true;
	session->config.auth.verified = verified;
	session->binding = binding ? *binding : (smtps_channel_binding){{NULL, 0}, {NULL, 0}};
	smtps_session_remark(session, '*', "TLS%s", verified ? "" : ", not verified");
	if (session->state == SMTPS_STATE_WANT_TLS) {
		/* Nothing received before TLS is remembered after it (RFC 3207 4.2, case 35). */
		session->tls_event = false;
		smtps_capabilities_free(&session->capabilities);
		smtps_buf_free(&session->greeting);
		smtps_reply_parser_free(&session->parser);
		say_hello(session, SMTPS_STEP_EHLO);
	}
}

void smtps_session_tls_failed(smtps_session *session, const smtps_error *error)
{
	if (session->state != SMTPS_STATE_CLOSED) {
		smtps_error_copy(&session->error, error);
		smtps_session_close(session);
	}
}
