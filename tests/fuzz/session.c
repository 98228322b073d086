/*
 * Whatever a server says, and whenever the line is cut: the rules of a session hold.
 *
 * Input: an octet of settings, one of the mails, one for an allocation that fails (255: none), then what the server says, in segments that end at
 * an octet 0xFE with a following octet for what happens next (see act()). Checked by a reading of the client's octets of its own:
 *
 *   I1  before TLS, where TLS is required, nothing but EHLO, HELO, STARTTLS and QUIT leaves; without TLS never AUTH
 *   I3  never more replies taken than commands handed on; an event is the last one behind CLOSED
 *   I5  accepted means: a message left with its end, MAIL and a recipient accepted; each mail is reported once
 *   I7  no line of the transcript and no error shows the password
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "smtp/session.h"

#define PASSWORD "correct horse battery"
#define FIRST_LINE "Subject: fuzz\r\n"

enum { MAILS = 7, RCPTS = 3, MARK = 0xFE, NO_FAULT = 255, LONGEST_LINE = 16 * 1024 };

enum wire_state { WIRE_COMMAND, WIRE_AFTER_DATA, WIRE_BODY, WIRE_CHUNK };

typedef struct wire { /* the client's octets, as a server reads them */
	enum wire_state state;
	smtps_buf line;
	unsigned long long chunk;
	unsigned long commands, messages, begun;
	bool told; /* AUTH has left */
} wire;

typedef struct run {
	smtps_session *session;
	smtps_session_config config;
	smtps_credentials credentials;
	bool has_credentials, encrypted, closed;
	smtps_transaction mails[MAILS];
	smtps_recipient recipients[MAILS][RCPTS];
	smtps_memory_source sources[MAILS];
	smtps_buf texts[MAILS];
	unsigned mail_count, submitted, reported[MAILS], accepted;
	wire wire;
} run;

static void must(bool holds, const char *rule)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", rule);
		abort();
	}
}

static bool is_verb(smtps_str line, const char *verb)
{
	return smtps_str_starts_nocase(line, smtps_str_of(verb));
}

static void read_line(run *r, smtps_str line)
{
	wire *w = &r->wire;
	smtps_security security = r->config.security;
	bool harmless = is_verb(line, "EHLO ") || is_verb(line, "HELO ") || is_verb(line, "STARTTLS\r\n") ||
		is_verb(line, "QUIT\r\n");

	if (!r->encrypted && (security == SMTPS_SECURE_STARTTLS || security == SMTPS_SECURE_IMPLICIT)) {
		must(harmless, "I1: a command left before TLS");
	}
	if (!r->encrypted && security != SMTPS_SECURE_IF_OFFERED) {
		must(!is_verb(line, "AUTH"), "I1: AUTH left without TLS");
	}
	w->commands++;
	w->told = w->told || (r->credentials.password.len && is_verb(line, "AUTH"));
	if (is_verb(line, "DATA\r\n")) {
		w->state = WIRE_AFTER_DATA;
	} else if (is_verb(line, "BDAT ")) {
		w->chunk = strtoull(line.data + 5, NULL, 10);
		w->state = WIRE_CHUNK;
		w->begun++;
	}
}

/* The end of the line's text: of a command, or of a line of the message. */
static void end_line(run *r)
{
	wire *w = &r->wire;
	smtps_str line = smtps_buf_str(&w->line);

	must(line.len >= 2 && line.data[line.len - 2] == '\r', "I4: a bare LF left");
	must(smtps_str_find(line, '\r') == line.len - 2, "I4: a bare CR left");
	if (w->state == WIRE_AFTER_DATA && (is_verb(line, FIRST_LINE) || is_verb(line, ".\r\n"))) {
		w->state = WIRE_BODY;
		w->begun++;
	}
	if (w->state == WIRE_BODY) {
		if (smtps_str_equal(line, SMTPS_STR(".\r\n"))) {
			w->state = WIRE_COMMAND;
			w->messages++;
			w->commands++;
		}
	} else {
		w->state = WIRE_COMMAND;
		read_line(r, line);
	}
	smtps_buf_clear(&w->line);
}

static void read_wire(run *r, const char *bytes, size_t len)
{
	wire *w = &r->wire;

	for (size_t i = 0; i < len; i++) {
		if (w->state == WIRE_CHUNK) {
			if (--w->chunk == 0) {
				w->state = WIRE_COMMAND;
				w->messages++;
			}
			continue;
		}
		smtps_buf_add_char(&w->line, bytes[i]);
		if (bytes[i] == '\n') {
			end_line(r);
		}
	}
}

static bool shows(smtps_str text, const char *secret)
{
	size_t len = strlen(secret);

	for (size_t at = 0; at + len <= text.len; at++) {
		if (memcmp(text.data + at, secret, len) == 0) {
			return true;
		}
	}
	return false;
}

/* What the server guessed before it was told is no echo. */
static void check_transcript(void *context, char direction, smtps_str line)
{
	const run *r = context;

	(void)direction;
	must(!r->wire.told || !shows(line, PASSWORD), "I7: the transcript shows the password");
	must(!r->wire.told || !shows(line, "AHVzZXIAY29ycmVjdCBob3JzZSBiYXR0ZXJ5"),
		"I7: the transcript shows PLAIN");
}

static void check_error(const run *r, const smtps_error *error)
{
	must(!r->wire.told || (!strstr(error->text, PASSWORD) && !strstr(error->hint, PASSWORD)),
		"I7: an error shows the password");
}

static void check_transaction(run *r, smtps_transaction *transaction)
{
	size_t accepted = smtps_transaction_accepted(transaction);
	const smtps_error *error = &transaction->error;

	for (unsigned i = 0; i < r->mail_count; i++) {
		r->reported[i] += &r->mails[i] == transaction;
	}
	check_error(r, error);
	switch (transaction->state) {
		case SMTPS_TX_ACCEPTED:
			r->accepted++;
			must(accepted > 0, "I5: accepted for nobody");
			must(transaction->reply.code / 100 == 2, "I5: accepted without 2xx");
			must(transaction->end_begun, "I5: accepted without an end");
			must(!smtps_error_is_set(error), "accepted with an error");
			must(r->accepted <= r->wire.messages, "I5: accepted more than was sent");
			for (size_t i = 0; i < transaction->recipient_count; i++) {
				must(transaction->recipients[i].verdict != SMTPS_RCPT_PENDING, "I5: a verdict is missing");
				must(!transaction->require_all || transaction->recipients[i].verdict != SMTPS_RCPT_REFUSED,
					"accepted although one was refused");
			}
			break;
		case SMTPS_TX_REFUSED:
			must(error->kind != SMTPS_OK && error->outcome == SMTPS_NOT_SENT, "refused how?");
			break;
		case SMTPS_TX_FAILED:
			must(error->kind != SMTPS_OK && error->outcome == SMTPS_NOT_SENT, "failed how?");
			must(
				!transaction->end_begun || error->cause == SMTPS_CAUSE_RSET_REFUSED, "failed behind its end");
			break;
		case SMTPS_TX_UNKNOWN:
			must(error->outcome == SMTPS_UNKNOWN && transaction->end_begun, "unknown before its end");
			break;
		default: must(false, "reported in the middle");
	}
}

static void submit_all(run *r)
{
	while (r->submitted < r->mail_count) {
		smtps_session_submit(r->session, &r->mails[r->submitted++]);
	}
}

static void events(run *r)
{
	static const smtps_channel_binding binding = {{"0123456789abcdef0123456789abcdef", 32}, {NULL, 0}};
	smtps_transaction *transaction = NULL;
	smtps_event event;

	while ((event = smtps_session_event(r->session, &transaction)) != SMTPS_EVENT_NONE) {
		must(!r->closed, "an event behind CLOSED");
		switch (event) {
			case SMTPS_EVENT_WANT_TLS:
				r->encrypted = true;
				smtps_session_tls_done(r->session, true, &binding);
				break;
			case SMTPS_EVENT_GATE:
				smtps_session_enter(r->session, r->has_credentials ? &r->credentials : NULL);
				break;
			case SMTPS_EVENT_READY:
				must(!r->has_credentials || smtps_session_mechanism(r->session) != SMTPS_MECHANISM_COUNT,
					"ready without the login");
				submit_all(r);
				break;
			case SMTPS_EVENT_TRANSACTION: check_transaction(r, transaction); break;
			default: r->closed = true;
		}
	}
	/* A reply each, the greeting's without a command; a message on its way may be refused early. */
	must(smtps_session_replies(r->session) <=
			r->wire.commands + 1 + r->wire.begun - r->wire.messages + (r->wire.state == WIRE_AFTER_DATA),
		"I3: more replies than commands");
}

static bool hand(run *r, size_t limit)
{
	const char *bytes = NULL;
	size_t len = smtps_session_output(r->session, &bytes);

	must(len <= SMTPS_FLIGHT_MAX, "an output longer than a flight");
	len = len < limit ? len : limit;
	if (len) {
		read_wire(r, bytes, len);
		smtps_session_handing(r->session, len);
	}
	events(r);
	return len > 0;
}

static void act(run *r, unsigned char what)
{
	switch (what) {
		case 0xF0: smtps_session_cut(r->session, SMTPS_CAUSE_CUT, "cut"); break;
		case 0xF1: smtps_session_timeout(r->session, 30); break;
		case 0xF2: smtps_session_noop(r->session); break;
		case 0xF3: smtps_session_quit(r->session); break;
		case 0xF4: break;
		default:
			if (what >= 128) {
				while (hand(r, SIZE_MAX)) {
				}
			} else {
				hand(r, (size_t)what + 1);
			}
	}
	events(r);
}

static void set_mail(run *r, unsigned i, unsigned char flags)
{
	smtps_transaction *transaction = &r->mails[i];

	smtps_buf_add_text(&r->texts[i], FIRST_LINE "\r\n.\r\n..x\r\n");
	for (int lines = 0; (flags & 0x40) && i == 0 && lines < 3000; lines++) {
		smtps_buf_add_text(
			&r->texts[i], ".seventy octets or so, to fill more than one flight of this client\r\n");
	}
	smtps_memory_source_init(&r->sources[i], smtps_buf_str(&r->texts[i]));
	if ((flags & 0x80) && i == 1) {
		r->sources[i].source.size += 3;
	}
	for (unsigned n = 0; n < RCPTS; n++) {
		r->recipients[i][n].address = SMTPS_STR("b@b.example");
	}
	*transaction = (smtps_transaction){.sender = SMTPS_STR("a@a.example"),
		.recipients = r->recipients[i],
		.recipient_count = 1 + (i + (flags >> 3)) % RCPTS,
		.message = &r->sources[i].source,
		.use_bdat = (flags & 8) != 0,
		.may_ride = (flags & 16) != 0,
		.require_all = (flags & 32) != 0};
}

static void set_up(run *r, const unsigned char *data)
{
	static const smtps_security securities[] = {
		SMTPS_SECURE_STARTTLS, SMTPS_SECURE_IMPLICIT, SMTPS_SECURE_IF_OFFERED, SMTPS_SECURE_PLAINTEXT};

	r->config = (smtps_session_config){.security = securities[data[0] & 3],
		.ehlo_names = {SMTPS_STR("c.example"), SMTPS_STR("[192.0.2.1]")},
		.ehlo_name_count = 2,
		.no_pipelining = (data[0] & 4) != 0,
		.host = SMTPS_STR("smtp.gmail.com"),
		.auth = {.verified = true, .scram_only = (data[0] & 32) != 0},
		.transcript = check_transcript,
		.transcript_context = r};
	r->has_credentials = (data[0] & 8) != 0;
	r->credentials.username = SMTPS_STR("user");
	if (data[0] & 16) {
		r->credentials.token = SMTPS_STR("abcdefgh");
	} else {
		r->credentials.password = SMTPS_STR(PASSWORD);
	}
	r->mail_count = data[1] & 7;
	for (unsigned i = 0; i < r->mail_count; i++) {
		set_mail(r, i, data[1]);
	}
	smtps_buf_reserve(&r->wire.line, LONGEST_LINE); /* so that only the session's allocations fail */
	smtps_alloc_fail_at(data[2] == NO_FAULT ? 0 : data[2] + 1ul);
	r->session = smtps_session_new(&r->config);
}

static void finish(run *r)
{
	smtps_alloc_fail_at(0);
	if (r->session) {
		smtps_session_cut(r->session, SMTPS_CAUSE_CUT, "the end of the input");
		events(r);
		must(r->closed, "not closed behind a cut");
		for (unsigned i = 0; i < r->submitted; i++) {
			must(r->reported[i] == 1, "I5: not reported once");
		}
		check_error(r, smtps_session_error(r->session));
	}
	smtps_session_free(r->session);
	for (unsigned i = 0; i < r->mail_count; i++) {
		smtps_transaction_reset(&r->mails[i]);
		smtps_buf_free(&r->texts[i]);
	}
	smtps_buf_free(&r->wire.line);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	run r = {0};
	size_t at = 3;

	if (size < at) {
		return 0;
	}
	set_up(&r, data);
	if (r.session && r.config.security == SMTPS_SECURE_IMPLICIT) {
		r.encrypted = true;
		smtps_session_tls_done(r.session, true, NULL);
	}
	while (r.session && at < size) {
		const unsigned char *mark = memchr(data + at, MARK, size - at);
		size_t len = mark ? (size_t)(mark - data) - at : size - at;

		smtps_session_input(r.session, (const char *)data + at, len);
		events(&r);
		at += len + (mark ? 1 : 0);
		if (mark && at < size) {
			act(&r, data[at++]);
		}
	}
	finish(&r);
	return 0;
}
