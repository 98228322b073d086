/*
 * What a dialogue is made of before it starts: its words, its settings and its mails. See dialogue.h.
 */
#ifndef SMTPS_TESTS_DIALOGUE_SETUP_H
#define SMTPS_TESTS_DIALOGUE_SETUP_H

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "smtp/session.h"

enum { MAILS_MAX = 40, RCPTS_MAX = 8, WHOLE = 0, ONE_BYTE = 1, RANDOM = 2 };

typedef struct dialogue_mail {
	smtps_str name;
	smtps_transaction transaction;
	smtps_recipient recipients[RCPTS_MAX];
	smtps_memory_source source;
	smtps_buf text;
	unsigned submitted, reported;
} dialogue_mail;

typedef struct dialogue {
	smtps_str name;
	const char *file;
	int line;
	unsigned mode;
	unsigned seed;
	smtps_session_config config;
	smtps_credentials credentials;
	bool has_credentials, encrypted;
	smtps_session *session;
	dialogue_mail mails[MAILS_MAX];
	unsigned mail_count;
	smtps_buf said; /* by the session, and not yet expected */
	smtps_buf transcript;
	bool gate, ready, wants_tls, closed, hold;
	dialogue_mail *done[MAILS_MAX];
	unsigned done_count, done_taken;
	bool failed; /* an expectation did not hold: reported, and the rest is skipped */
	bool quiet; /* of the sweep: expectations are not looked at, only that nothing breaks */
} dialogue;

static void dialogue_fail(dialogue *d, const char *what, smtps_str got)
{
	if (!d->failed && !d->quiet) {
		print_error("%s:%d: \"%.*s\", mode %u, seed %u: %s (got \"%.*s\")\n", d->file, d->line,
			(int)d->name.len, d->name.data, d->mode, d->seed, what, (int)got.len, got.data ? got.data : "");
	}
	d->failed = true;
}

static unsigned dialogue_random(dialogue *d, unsigned below)
{
	d->seed = d->seed * 1103515245u + 12345u;
	return below ? (d->seed >> 16) % below : 0;
}

/* --- words ----------------------------------------------------------------------------------------------------- */

static smtps_str dialogue_word(smtps_str *rest)
{
	return smtps_str_split(*rest, ' ', rest);
}

/* \r \n \t \\ \s (space), \xNN, and \(300 text) for 300 times the text. */
static void dialogue_unescape(smtps_buf *out, smtps_str text);

static size_t dialogue_repeat(smtps_buf *out, smtps_str text)
{
	size_t end = smtps_str_find(text, ')');
	smtps_str what;
	smtps_str times = smtps_str_split((smtps_str){text.data, end}, ' ', &what);

	for (unsigned long i = strtoul(times.data, NULL, 10); i > 0; i--) {
		dialogue_unescape(out, what);
	}
	return end;
}

static void dialogue_unescape(smtps_buf *out, smtps_str text)
{
	static const char names[] = "rnts\\";
	static const char octets[] = "\r\n\t \\";

	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\\' && i + 3 < text.len && text.data[i + 1] == 'x') {
			char hex[3] = {text.data[i + 2], text.data[i + 3], 0};

			smtps_buf_add_char(out, (char)strtoul(hex, NULL, 16));
			i += 3;
		} else if (text.data[i] == '\\' && i + 1 < text.len && text.data[i + 1] == '(') {
			i += 2;
			i += dialogue_repeat(out, (smtps_str){text.data + i, text.len - i});
		} else if (text.data[i] == '\\' && i + 1 < text.len && strchr(names, text.data[i + 1])) {
			smtps_buf_add_char(out, octets[strchr(names, text.data[i + 1]) - names]);
			i++;
		} else {
			smtps_buf_add_char(out, text.data[i]);
		}
	}
}

/* The names of an enum's values, from 0 on; the last is NULL. */
static const char *const dialogue_securities[] = {"implicit", "starttls", "if-offered", "plaintext", NULL};
static const char *const dialogue_states[] = {
	"new", "queued", "begun", "accepted", "refused", "failed", "unknown", NULL};
static const char *const dialogue_verdicts[] = {"pending", "yes", "no", "many", NULL};
static const char *const dialogue_kinds[] = {"ok", "bad-option", "bad-message", "lost", "timed-out", "tls",
	"auth", "refused", "no-recipient", "limited", "not-smtp", "unknown", "interrupted", "no-memory", NULL};
static const char *const dialogue_causes[] = {"none", "cut", "timeout", "connect-refused", "unreachable",
	"local", "no-such-host", "resolver", "starttls-missing", "injection", "handshake", "certificate",
	"no-mechanism", "ehlo-name", "token-expired", "surplus", "not-offered", "bdat-refused", "rset-refused",
	"source", NULL};

static int dialogue_find(const char *const *names, smtps_str word)
{
	for (int i = 0; names[i]; i++) {
		if (smtps_str_equal(word, smtps_str_of(names[i]))) {
			return i;
		}
	}
	return -1;
}

/* --- the set-up ------------------------------------------------------------------------------------------------ */

static void dialogue_fill(smtps_buf *text, size_t size)
{
	while (text->len + 2 < size) {
		size_t line = size - 2 - text->len > 76 ? 76 : size - 2 - text->len;

		for (size_t i = 0; i < line; i++) {
			smtps_buf_add_char(text, 'x');
		}
		if (text->len + 2 < size - 2) {
			smtps_buf_add_text(text, "\r\n");
		}
	}
	smtps_buf_add_text(text, "\r\n");
}

static void set_recipients(dialogue_mail *mail, smtps_str list)
{
	while (list.data && mail->transaction.recipient_count < RCPTS_MAX) {
		mail->recipients[mail->transaction.recipient_count++].address = smtps_str_split(list, ',', &list);
	}
}

static void set_mail_word(dialogue *d, dialogue_mail *mail, smtps_str word)
{
	smtps_transaction *t = &mail->transaction;
	smtps_str value;
	smtps_str key = smtps_str_split(word, '=', &value);
	size_t number = value.data ? strtoul(value.data, NULL, 10) : 0;

	if (smtps_str_equal(key, SMTPS_STR("from"))) {
		t->sender = value;
	} else if (smtps_str_equal(key, SMTPS_STR("to"))) {
		set_recipients(mail, value);
	} else if (smtps_str_equal(key, SMTPS_STR("text"))) {
		dialogue_unescape(&mail->text, value);
	} else if (smtps_str_equal(key, SMTPS_STR("size"))) {
		dialogue_fill(&mail->text, number);
	} else if (smtps_str_equal(key, SMTPS_STR("claims"))) {
		mail->source.source.size = number; /* a source that is wrong about its size */
	} else if (smtps_str_equal(key, SMTPS_STR("envid"))) {
		t->envid = value;
	} else if (smtps_str_equal(key, SMTPS_STR("ret"))) {
		t->ret = value.data[0];
	} else if (smtps_str_equal(key, SMTPS_STR("orcpt"))) {
		mail->recipients[0].orcpt = value;
	} else if (smtps_str_equal(key, SMTPS_STR("notify"))) {
		mail->recipients[0].notify = (unsigned)number;
	} else if (smtps_str_equal(key, SMTPS_STR("all"))) {
		t->require_all = true;
	} else if (smtps_str_equal(key, SMTPS_STR("bdat"))) {
		t->use_bdat = true;
	} else if (smtps_str_equal(key, SMTPS_STR("ride"))) {
		t->use_bdat = true;
		t->may_ride = true;
	} else if (smtps_str_equal(key, SMTPS_STR("8bit"))) {
		t->is_8bit = true;
	} else if (smtps_str_equal(key, SMTPS_STR("utf8"))) {
		t->is_utf8 = true;
	} else if (smtps_str_equal(key, SMTPS_STR("requiretls"))) {
		t->require_tls = true;
	} else {
		dialogue_fail(d, "unknown word of a mail", word);
	}
}

static void set_mail(dialogue *d, smtps_str rest)
{
	dialogue_mail *mail = &d->mails[d->mail_count++];
	uint64_t claims;

	mail->name = dialogue_word(&rest);
	mail->transaction.recipients = mail->recipients;
	while (rest.data) {
		set_mail_word(d, mail, dialogue_word(&rest));
	}
	if (!mail->transaction.sender.data) {
		mail->transaction.sender = SMTPS_STR("a@a.example");
	}
	if (!mail->transaction.recipient_count) {
		set_recipients(mail, SMTPS_STR("b@b.example"));
	}
	if (!mail->text.len) {
		smtps_buf_add_text(&mail->text, "Hi\r\n");
	}
	claims = mail->source.source.size;
	smtps_memory_source_init(&mail->source, smtps_buf_str(&mail->text));
	if (claims) {
		mail->source.source.size = claims;
	}
	mail->transaction.message = &mail->source.source;
}

static void set_auth(dialogue *d, smtps_str rest)
{
	while (rest.data) {
		smtps_str word = dialogue_word(&rest);
		smtps_mechanism mechanism = smtps_mechanism_find(word);

		if (smtps_str_equal(word, SMTPS_STR("scram"))) {
			d->config.auth.scram_only = true;
		} else if (mechanism < SMTPS_MECHANISM_COUNT) {
			d->config.auth.allowed |= SMTPS_MECHANISM_BIT(mechanism);
			d->config.auth.order[d->config.auth.order_count++] = (unsigned char)mechanism;
		} else {
			dialogue_fail(d, "unknown mechanism", word);
		}
	}
}

/* A line before the first of the dialogue itself; false: it is none. */
static bool dialogue_set(dialogue *d, smtps_str line)
{
	smtps_str rest;
	smtps_str key = smtps_str_split(line, ' ', &rest);

	if (smtps_str_equal(key, SMTPS_STR("security"))) {
		d->config.security = (smtps_security)dialogue_find(dialogue_securities, rest);
	} else if (smtps_str_equal(key, SMTPS_STR("login"))) {
		d->has_credentials = true;
		d->credentials.username = dialogue_word(&rest);
		d->credentials.password = rest;
	} else if (smtps_str_equal(key, SMTPS_STR("token"))) {
		d->has_credentials = true;
		d->credentials.username = dialogue_word(&rest);
		d->credentials.token = rest;
	} else if (smtps_str_equal(key, SMTPS_STR("auth"))) {
		set_auth(d, rest);
	} else if (smtps_str_equal(key, SMTPS_STR("verified"))) {
		d->config.auth.verified = true;
	} else if (smtps_str_equal(key, SMTPS_STR("lockstep"))) {
		d->config.no_pipelining = true;
	} else if (smtps_str_equal(key, SMTPS_STR("ehlo"))) {
		d->config.ehlo_name_count = 0;
		while (rest.data) {
			d->config.ehlo_names[d->config.ehlo_name_count++] = dialogue_word(&rest);
		}
	} else if (smtps_str_equal(key, SMTPS_STR("mail"))) {
		set_mail(d, rest);
	} else {
		return false;
	}
	return true;
}

#endif
