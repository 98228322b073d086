/*
 * Dialogues as text: what the server says, what the session must say, and what it must report.
 *
 *   == one mail, pipelined (case 79)          a dialogue starts; its name is its promise
 *   security starttls                         implicit, starttls, if-offered, plaintext (the default)
 *   login user secret                         credentials; `token user TOKEN` for OAuth
 *   auth scram                                the option auth: scram, or a list of mechanisms
 *   lockstep                                  command by command
 *   ehlo a.example b.example                  EHLO names
 *   mail one from=a@b to=c@d,e@f text=Hi\r\n ride bdat all   a transaction (see set_mail_word())
 *   S: 220 hi                                 a line of the server, CRLF added; lines in a row are one segment
 *   S| 220 hi\r\n\x00\(9 x)                   octets of the server, as they stand; x nine times
 *   C: EHLO a.example                         the line that the session must write next
 *   C| .\r\n                                  octets that it must write next
 *   * TLS | * TLS unverified                  the session asks for TLS: the handshake is done
 *   * SECURED                                 TLS was there first (implicit)
 *   * GATE                                    it must be at the gate; it enters with the credentials
 *   * READY                                   it must be ready
 *   * SUBMIT one                              * NOOP, * QUIT: verbs
 *   * OUTPUT | * OUTPUT 10                    one output is handed on, or so many octets of it; not compared
 *   !                                         what the session has to write stays with it over the next line of the server
 *   @13000                                    so many octets that it must write, whatever they are
 *   * CUT | * TIMEOUT | * TLS-FAILED
 *   * TRANSACTION one accepted rcpt=yes,no,many stage=end code=250 cause=bdat-refused kind=refused says=words
 *   * CLOSED | * CLOSED kind=... cause=... stage=... code=... hint=words says=words
 *   * IDLE | * NOT-IDLE | * AWAITS end 1 final
 *   T: C: AUTH PLAIN ***                      this line stands in the transcript
 *
 * Before each line of the server, and at the end, nothing may be left that the session wants to write.
 */
#ifndef SMTPS_TESTS_DIALOGUE_H
#define SMTPS_TESTS_DIALOGUE_H

#include "dialogue_checks.h"

/* --- driving --------------------------------------------------------------------------------------------------- */

static void dialogue_events(dialogue *d)
{
	smtps_transaction *transaction;
	smtps_event event;

	while ((event = smtps_session_event(d->session, &transaction)) != SMTPS_EVENT_NONE) {
		if (d->closed) {
			dialogue_fail(d, "an event behind CLOSED", SMTPS_STR(""));
		}
		d->wants_tls = d->wants_tls || event == SMTPS_EVENT_WANT_TLS;
		d->gate = d->gate || event == SMTPS_EVENT_GATE;
		d->ready = d->ready || event == SMTPS_EVENT_READY;
		d->closed = d->closed || event == SMTPS_EVENT_CLOSED;
		for (unsigned i = 0; event == SMTPS_EVENT_TRANSACTION && i < d->mail_count; i++) {
			if (&d->mails[i].transaction == transaction) {
				d->mails[i].reported++;
				d->done[d->done_count++] = &d->mails[i];
			}
		}
	}
}

/* Hands on at most `limit` octets of one output; false when there is none. */
static bool dialogue_output(dialogue *d, size_t limit, smtps_buf *into)
{
	const char *bytes = NULL;
	size_t len = smtps_session_output(d->session, &bytes);

	if (len > SMTPS_FLIGHT_MAX) {
		dialogue_fail(d, "an output longer than a flight", SMTPS_STR(""));
	}
	len = len < limit ? len : limit;
	if (len == 0) {
		return false;
	}
	if (d->mode == RANDOM && limit == SIZE_MAX) {
		len = 1 + dialogue_random(d, (unsigned)len);
	}
	if (into) {
		smtps_buf_add(into, bytes, len);
	}
	smtps_session_handing(d->session, len);
	return true;
}

static void dialogue_pump(dialogue *d)
{
	while (dialogue_output(d, SIZE_MAX, &d->said)) {
	}
	dialogue_events(d);
}

static void dialogue_input(dialogue *d, smtps_str bytes)
{
	if (!d->hold) {
		dialogue_pump(d);
	}
	d->hold = false;
	if (d->said.len) {
		dialogue_fail(d, "the session says more", smtps_buf_str(&d->said));
	}
	while (bytes.len) {
		size_t len = bytes.len;

		if (d->mode != WHOLE) {
			len = d->mode == ONE_BYTE ? 1 : 1 + dialogue_random(d, (unsigned)bytes.len);
		}
		smtps_session_input(d->session, bytes.data, len);
		bytes.data += len;
		bytes.len -= len;
	}
	dialogue_events(d);
}

static void dialogue_expect(dialogue *d, smtps_str octets)
{
	dialogue_pump(d);
	if (d->said.len < octets.len || !smtps_str_equal((smtps_str){d->said.data, octets.len}, octets)) {
		dialogue_fail(d, "the session says something else", smtps_buf_str(&d->said));
		return;
	}
	smtps_buf_consume(&d->said, octets.len);
}

static void dialogue_skip(dialogue *d, size_t octets)
{
	dialogue_pump(d);
	if (d->said.len < octets) {
		dialogue_fail(d, "the session says less", smtps_buf_str(&d->said));
	}
	smtps_buf_consume(&d->said, octets);
}

static void dialogue_flag(dialogue *d, bool *flag, const char *what)
{
	if (!*flag) {
		dialogue_fail(d, what, SMTPS_STR(""));
	}
	*flag = false;
}

static dialogue_mail *dialogue_mail_of(dialogue *d, smtps_str name)
{
	for (unsigned i = 0; i < d->mail_count; i++) {
		if (smtps_str_equal(d->mails[i].name, name)) {
			return &d->mails[i];
		}
	}
	dialogue_fail(d, "no such mail", name);
	return NULL;
}

static void dialogue_secure(dialogue *d, smtps_str rest)
{
	static const smtps_channel_binding binding = {
		{"0123456789abcdef0123456789abcdef", 32}, {"fedcba9876543210", 16}};

	d->encrypted = true;
	smtps_session_tls_done(d->session, !smtps_str_equal(rest, SMTPS_STR("unverified")), &binding);
	if (smtps_session_capabilities(d->session)->flags || smtps_session_greeting(d->session).len) {
		dialogue_fail(d, "something of before TLS is remembered (case 35)", SMTPS_STR(""));
	}
}

static void dialogue_verb(dialogue *d, smtps_str line)
{
	smtps_str rest;
	smtps_str verb = smtps_str_split(line, ' ', &rest);
	smtps_error error = {0};
	dialogue_mail *mail;

	if (smtps_str_equal(verb, SMTPS_STR("OUTPUT"))) {
		dialogue_output(d, rest.data ? strtoul(rest.data, NULL, 10) : SMTPS_FLIGHT_MAX, NULL);
		dialogue_events(d);
		return;
	}
	dialogue_events(d);
	if (smtps_str_equal(verb, SMTPS_STR("TLS"))) {
		dialogue_flag(d, &d->wants_tls, "no TLS is wanted");
		dialogue_secure(d, rest);
	} else if (smtps_str_equal(verb, SMTPS_STR("SECURED"))) {
		dialogue_secure(d, rest);
	} else if (smtps_str_equal(verb, SMTPS_STR("GATE"))) {
		dialogue_flag(d, &d->gate, "it is not at the gate");
		smtps_session_enter(d->session, d->has_credentials ? &d->credentials : NULL);
	} else if (smtps_str_equal(verb, SMTPS_STR("READY"))) {
		dialogue_flag(d, &d->ready, "it is not ready");
	} else if (smtps_str_equal(verb, SMTPS_STR("SUBMIT"))) {
		while (rest.data && (mail = dialogue_mail_of(d, dialogue_word(&rest))) != NULL) {
			mail->submitted++;
			smtps_session_submit(d->session, &mail->transaction);
		}
	} else if (smtps_str_equal(verb, SMTPS_STR("NOOP"))) {
		smtps_session_noop(d->session);
	} else if (smtps_str_equal(verb, SMTPS_STR("QUIT"))) {
		smtps_session_quit(d->session);
	} else if (smtps_str_equal(verb, SMTPS_STR("CUT"))) {
		smtps_session_cut(d->session, SMTPS_CAUSE_CUT, "the server closed the connection");
	} else if (smtps_str_equal(verb, SMTPS_STR("TIMEOUT"))) {
		smtps_session_timeout(d->session, 30);
	} else if (smtps_str_equal(verb, SMTPS_STR("TLS-FAILED"))) {
		smtps_fail(&error, SMTPS_STAGE_TLS, SMTPS_TLS_FAILED, SMTPS_CAUSE_HANDSHAKE, "no");
		smtps_session_tls_failed(d->session, &error);
		smtps_error_free(&error);
	} else if (smtps_str_equal(verb, SMTPS_STR("TRANSACTION"))) {
		dialogue_check_transaction(d, rest);
	} else if (smtps_str_equal(verb, SMTPS_STR("CLOSED"))) {
		dialogue_pump(d);
		dialogue_check_closed(d, rest);
	} else if (smtps_str_equal(verb, SMTPS_STR("AWAITS"))) {
		dialogue_pump(d);
		dialogue_check_awaited(d, rest);
	} else if (smtps_str_equal(verb, SMTPS_STR("IDLE")) || smtps_str_equal(verb, SMTPS_STR("NOT-IDLE"))) {
		if (smtps_session_is_idle(d->session) != (verb.data[0] == 'I')) {
			dialogue_fail(d, "idle or not", SMTPS_STR(""));
		}
	} else {
		dialogue_fail(d, "unknown verb", verb);
	}
}

static void dialogue_note(void *context, char direction, smtps_str line)
{
	dialogue *d = context;

	smtps_buf_printf(&d->transcript, "%c: %.*s\n", direction, (int)line.len, line.data);
}

/* --- one dialogue ---------------------------------------------------------------------------------------------- */

static bool dialogue_has(smtps_str text, smtps_str secret)
{
	return secret.len && smtps_str_contains_nocase(text, secret);
}

/* I7: neither the transcript nor an error shows a secret, in any form. */
static void dialogue_check_secrets(dialogue *d)
{
	const smtps_error *error = smtps_session_error(d->session);
	const smtps_str secrets[] = {d->credentials.password, d->credentials.token};

	for (unsigned i = 0; i < 2; i++) {
		smtps_buf form = {0};

		smtps_base64_encode(&form, secrets[i]);
		if (dialogue_has(smtps_buf_str(&d->transcript), secrets[i]) ||
			dialogue_has(smtps_buf_str(&d->transcript), smtps_buf_str(&form))) {
			dialogue_fail(d, "the transcript shows a secret", smtps_buf_str(&d->transcript));
		}
		if (dialogue_has(smtps_str_of(error->text), secrets[i]) ||
			dialogue_has(smtps_buf_str(&error->reply.text), secrets[i]) ||
			dialogue_has(smtps_buf_str(&error->reply.text), smtps_buf_str(&form))) {
			dialogue_fail(d, "the error shows a secret", smtps_str_of(error->text));
		}
		smtps_buf_free(&form);
	}
}

/* Every transaction that was submitted is reported once when the session is closed; none twice. */
static void dialogue_check_end(dialogue *d)
{
	if (d->session && !d->failed) {
		dialogue_pump(d);
		if (d->said.len) {
			dialogue_fail(d, "the session says more", smtps_buf_str(&d->said));
		}
		if (d->done_taken != d->done_count) {
			dialogue_fail(d, "more transactions were reported", d->done[d->done_taken]->name);
		}
		dialogue_check_secrets(d);
	}
	for (unsigned i = 0; i < d->mail_count; i++) {
		if (d->mails[i].reported > d->mails[i].submitted) {
			dialogue_fail(d, "reported twice", d->mails[i].name);
		}
		if (d->closed && d->mails[i].reported < d->mails[i].submitted) {
			dialogue_fail(d, "never reported", d->mails[i].name);
		}
	}
}

static void dialogue_step(dialogue *d, smtps_str line)
{
	smtps_buf octets = {0};
	smtps_str rest = {line.data + 2, line.len > 2 ? line.len - 2 : 0};

	if (rest.len && rest.data[0] == ' ') {
		rest = (smtps_str){rest.data + 1, rest.len - 1};
	}
	if (line.data[0] == '!') {
		d->hold = true;
		return;
	}
	if (line.data[0] == 'T') {
		dialogue_check_shown(d, rest);
		return;
	}
	if (line.data[0] == '@') {
		dialogue_skip(d, strtoul(line.data + 1, NULL, 10));
		return;
	}
	if (line.data[0] == '*') {
		dialogue_verb(d, rest);
		return;
	}
	dialogue_unescape(&octets, rest);
	if (line.data[1] == ':') {
		smtps_buf_add_text(&octets, "\r\n");
	}
	if (line.data[0] == 'S') {
		dialogue_input(d, smtps_buf_str(&octets));
	} else {
		dialogue_expect(d, smtps_buf_str(&octets));
	}
	smtps_buf_free(&octets);
}

static bool dialogue_is_server(smtps_str line)
{
	return line.len > 1 && line.data[0] == 'S' && (line.data[1] == ':' || line.data[1] == '|');
}

/* Lines of the server in a row are one segment: joined into one "S| ". */
static void dialogue_servers(dialogue *d, smtps_str *rest, smtps_str first)
{
	smtps_buf octets = {0};
	smtps_str line = first;
	smtps_str after = *rest;

	for (;;) {
		smtps_str text = {line.data + 2, line.len - 2};

		if (text.len && text.data[0] == ' ') {
			text = (smtps_str){text.data + 1, text.len - 1};
		}
		dialogue_unescape(&octets, text);
		if (line.data[1] == ':') {
			smtps_buf_add_text(&octets, "\r\n");
		}
		*rest = after;
		line = after.data ? smtps_str_split(after, '\n', &after) : (smtps_str){"", 0};
		if (!dialogue_is_server(line)) {
			break;
		}
		d->line++;
	}
	dialogue_input(d, smtps_buf_str(&octets));
	smtps_buf_free(&octets);
}

static void dialogue_free(dialogue *d)
{
	smtps_session_free(d->session);
	for (unsigned i = 0; i < d->mail_count; i++) {
		smtps_transaction_reset(&d->mails[i].transaction);
		smtps_buf_free(&d->mails[i].text);
	}
	smtps_buf_free(&d->said);
	smtps_buf_free(&d->transcript);
}

/* Runs the lines behind "== name" up to the next one. `sweep`: the n-th allocation of the session fails. True: all held. */
static bool dialogue_run(dialogue *d, smtps_str text, unsigned long sweep)
{
	smtps_str rest = text;

	d->config.security = SMTPS_SECURE_PLAINTEXT;
	d->config.ehlo_names[0] = SMTPS_STR("c.example");
	d->config.ehlo_name_count = 1;
	d->config.host = SMTPS_STR("mail.example");
	d->config.transcript = dialogue_note;
	d->config.transcript_context = d;
	d->quiet = sweep != 0;
	while (rest.data && !(d->failed && !d->quiet)) {
		smtps_str line = smtps_str_split(rest, '\n', &rest);

		d->line++;
		if (line.len == 0 || line.data[0] == '#' || (!d->session && dialogue_set(d, line))) {
			continue;
		}
		if (!d->session) {
			smtps_alloc_fail_at(sweep);
			d->session = smtps_session_new(&d->config);
			if (!d->session) {
				d->failed = true;
				break;
			}
		}
		if (dialogue_is_server(line)) {
			dialogue_servers(d, &rest, line);
		} else {
			dialogue_step(d, line);
		}
	}
	dialogue_check_end(d);
	smtps_alloc_fail_at(0);
	return !d->failed;
}

#endif
