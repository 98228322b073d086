/*
 * For tests of the client: scripted servers on loopback (tests/lab/scripted_server.py), a client with options in words, and
 * a mail.
 */
#ifndef SMTPS_TEST_LAB_H
#define SMTPS_TEST_LAB_H

#include "testing.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"
#include "client/client.h"
#include "client/memory.h"

#define UNUSED __attribute__((unused))

enum { LAB_SERVERS = 4, LAB_CLOSED = 32 };

/* One python process with up to four listening ports, a script each. */
typedef struct test_lab {
	pid_t pid;
	FILE *out;
	char folder[64];
	int ports[LAB_SERVERS];
	unsigned count;
	bool is_unix;
	/* "closed" lines as they came: port's index, connection's number, status. */
	struct {
		unsigned server, connection;
		char status[24];
	} closed[LAB_CLOSED];
	unsigned closed_count;
} test_lab;

static char lab_certs[640], lab_root[512];

static void lab_setup(void)
{
	char command[2048];

	if (lab_root[0]) {
		return;
	}
	signal(SIGPIPE, SIG_DFL); /* case 22: nothing may raise it */
	snprintf(lab_root, sizeof lab_root, "%.*s", (int)(strstr(__FILE__, "tests/core/") - __FILE__), __FILE__);
	snprintf(lab_certs, sizeof lab_certs, "%sbuild/certs", lab_root);
	snprintf(command, sizeof command, "%stests/lab/certs.sh '%s'", lab_root, lab_certs);
	if (system(command) != 0) {
		fprintf(stderr, "tests/lab/certs.sh failed\n");
		abort();
	}
}

/* Content of a file; freed by the caller. */
static smtps_buf lab_file(const char *folder, const char *name)
{
	char path[1024], block[4096];
	smtps_buf content = {0};
	FILE *file;
	size_t got;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	while ((got = fread(block, 1, sizeof block, file)) > 0) {
		smtps_buf_add(&content, block, got);
	}
	fclose(file);
	return content;
}

static void lab_write(const char *folder, const char *name, smtps_str content)
{
	char path[1024];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.len, file), content.len);
	fclose(file);
}

/* Certificate and key in one file, as a script names it. */
static void lab_certificate(const test_lab *lab, const char *name)
{
	char part[128];
	smtps_buf both, key;

	snprintf(part, sizeof part, "%s.pem", name);
	both = lab_file(lab_certs, part);
	snprintf(part, sizeof part, "%s.key", name);
	key = lab_file(lab_certs, part);
	smtps_buf_add_str(&both, smtps_buf_str(&key));
	snprintf(part, sizeof part, "%s.pem", name);
	lab_write(lab->folder, part, smtps_buf_str(&both));
	smtps_buf_free(&both);
	smtps_buf_free(&key);
}

static void lab_child(const test_lab *lab, const char *segment, int out)
{
	char program[600], record[128], items[LAB_SERVERS][256];
	char *arguments[20] = {"python3", program, "--record", record, "--certificates", (char *)lab->folder};
	int at = 6;

	snprintf(program, sizeof program, "%stests/lab/scripted_server.py", lab_root);
	snprintf(record, sizeof record, "%s/record", lab->folder);
	for (unsigned i = 0; i < lab->count; i++) {
		if (lab->is_unix) {
			snprintf(items[i], sizeof items[i], "unix:%s/socket=%s/script%u", lab->folder, lab->folder, i);
		} else {
			snprintf(items[i], sizeof items[i], "127.0.0.1:0=%s/script%u", lab->folder, i);
		}
		arguments[at++] = "--listen";
		arguments[at++] = items[i];
	}
	if (segment) {
		arguments[at++] = "--segment";
		arguments[at++] = (char *)segment;
	}
	dup2(out, 1);
	execvp("python3", arguments);
	_exit(127);
}

static void lab_begin(test_lab *lab, const char *const *scripts, const char *segment)
{
	int out[2];
	char word[64];

	smtps_memory_shutdown();
	smtps_memory_startup();
	strcpy(lab->folder, "/tmp/smtps-lab-XXXXXX");
	assert_non_null(mkdtemp(lab->folder));
	lab_certificate(lab, "server");
	lab_certificate(lab, "stranger");
	for (; scripts[lab->count]; lab->count++) {
		snprintf(word, sizeof word, "script%u", lab->count);
		lab_write(lab->folder, word, smtps_str_of(scripts[lab->count]));
	}
	assert_int_equal(pipe(out), 0);
	lab->pid = fork();
	if (lab->pid == 0) {
		lab_child(lab, segment, out[1]);
	}
	close(out[1]);
	lab->out = fdopen(out[0], "r");
	assert_int_equal(fscanf(lab->out, "%63s", word), 1);
	assert_string_equal(word, "ready");
	for (unsigned i = 0; i < lab->count; i++) {
		assert_int_equal(fscanf(lab->out, lab->is_unix ? "%*s" : "%d", &lab->ports[i]), !lab->is_unix);
	}
}

/* `scripts` ends with NULL. `segment`: NULL, "1" or "random". */
static UNUSED void lab_start_cut(test_lab *lab, const char *const *scripts, const char *segment)
{
	lab_setup();
	*lab = (test_lab){0};
	lab_begin(lab, scripts, segment);
}

/* On the unix socket FOLDER/socket. */
static UNUSED void lab_start_unix(test_lab *lab, const char *script)
{
	const char *const scripts[] = {script, NULL};

	lab_setup();
	*lab = (test_lab){.is_unix = true};
	lab_begin(lab, scripts, NULL);
}

static UNUSED void lab_start(test_lab *lab, const char *script)
{
	const char *const scripts[] = {script, NULL};

	lab_start_cut(lab, scripts, NULL);
}

/* Waits for one more script to end; its status. */
static UNUSED const char *lab_closed(test_lab *lab)
{
	int port = 0;
	unsigned at = lab->closed_count++;

	assert_true(at < LAB_CLOSED);
	assert_int_equal(
		fscanf(lab->out, " closed %d %u %23s", &port, &lab->closed[at].connection, lab->closed[at].status),
		3);
	while (lab->closed[at].server < lab->count && lab->ports[lab->closed[at].server] != port) {
		lab->closed[at].server++;
	}
	return lab->closed[at].status;
}

/* Every one of the next `count` scripts ran to its end. */
#define assert_scripts_ran(lab, number) assert_scripts_ran_at((lab), (number), __FILE__, __LINE__)
static UNUSED void assert_scripts_ran_at(test_lab *lab, unsigned number, const char *file, int line)
{
	while (number--) {
		const char *status = lab_closed(lab);

		if (strcmp(status, "ok") != 0) {
			smtps_buf record = lab_file(lab->folder, "record");

			size_t skip = record.len > 900 ? record.len - 900 : 0; /* as much as cmocka prints */

			print_error("script ended with \"%s\"\n%s\n", status, smtps_buf_cstr(&record) + skip);
			smtps_buf_free(&record);
			_fail(file, line);
		}
	}
}

/* Whether the record has this text (as JSON writes it). */
static UNUSED bool lab_heard(const test_lab *lab, const char *text)
{
	smtps_buf record = lab_file(lab->folder, "record");
	bool heard = smtps_str_contains_nocase(smtps_buf_str(&record), smtps_str_of(text));

	smtps_buf_free(&record);
	return heard;
}

static UNUSED void lab_stop(test_lab *lab)
{
	char command[128];

	kill(lab->pid, SIGTERM);
	waitpid(lab->pid, NULL, 0);
	fclose(lab->out);
	snprintf(command, sizeof command, "rm -rf '%s'", lab->folder);
	assert_int_equal(system(command), 0);
}

/* --- a client ---------------------------------------------------------------------------------------------------- */

static UNUSED void options_set(smtps_options *options, const char *name, const char *value)
{
	smtps_error error = {0};
	smtps_option option = smtps_option_find(smtps_str_of(name));

	if (option == SMTPS_O_COUNT ||
		!smtps_option_set_text(options, option, smtps_str_of(value), SMTPS_FROM_ARRAY, &error)) {
		fail_msg("%s=%s: %s", name, value, error.text);
	}
}

static UNUSED void options_finish(smtps_options *options)
{
	smtps_error error = {0};

	if (!smtps_options_finish(options, &error)) {
		fail_msg("options: %s", error.text);
	}
}

/* `words`: name, value, ..., NULL. Host 127.0.0.1 and the lab's first port unless said. */
static UNUSED void options_of(smtps_options *options, const test_lab *lab, const char *const *words)
{
	smtps_error error = {0};
	char port[64] = "";

	assert_true(smtps_options_init(options, true, &error));
	options_set(options, "host", "127.0.0.1");
	options_set(options, "helo", "client.example.test");
	for (unsigned i = 0; i < lab->count; i++) {
		snprintf(port + strlen(port), sizeof port - strlen(port), "%s%d", i ? "," : "", lab->ports[i]);
	}
	if (lab->count) {
		options_set(options, "port", port);
	}
	for (; words && *words; words += 2) {
		options_set(options, words[0], words[1]);
		if (strcmp(words[0], "ca_file") == 0) {
			options->ca_pem = lab_file(lab_certs, words[1]);
		}
	}
}

static UNUSED smtps_client *client_hosted(
	const test_lab *lab, const smtps_host *host, const char *const *words)
{
	smtps_options options = {0};
	smtps_error error = {0};
	smtps_client *client;

	options_of(&options, lab, words);
	if (host && host->token) {
		assert_true(smtps_option_set_callable(&options, SMTPS_O_OAUTH_TOKEN, 1, SMTPS_FROM_ARRAY, &error));
	}
	options_finish(&options);
	client = smtps_client_new(&options, host, &error);
	if (!client) {
		fail_msg("client: %s", error.text);
	}
	smtps_options_free(&options);
	return client;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define PLAIN "encryption", "plaintext"
#define client_of(lab, ...) client_hosted((lab), NULL, WORDS(__VA_ARGS__))

/* --- a mail ------------------------------------------------------------------------------------------------------ */

#define SMALL_MAIL "From: a@example.test\r\nSubject: one\r\n\r\n.hidden dot\r\nlast\r\n"

enum { MAIL_RECIPIENTS = 8 };

typedef struct test_mail {
	smtps_mail mail;
	smtps_memory_source source;
	smtps_recipient recipients[MAIL_RECIPIENTS];
	smtps_result result;
	smtps_error error;
} test_mail;

static UNUSED void mail_init(test_mail *mail, smtps_str text, size_t recipients)
{
	static const char *const names[MAIL_RECIPIENTS] = {"r0@example.test", "r1@example.test",
		"r2@example.test", "r3@example.test", "r4@example.test", "r5@example.test", "r6@example.test",
		"r7@example.test"};

	memset(mail, 0, sizeof *mail);
	smtps_memory_source_init(&mail->source, text);
	for (size_t i = 0; i < recipients; i++) {
		mail->recipients[i].address = smtps_str_of(names[i]);
	}
	mail->mail = (smtps_mail){
		.sender = SMTPS_STR("a@example.test"),
		.recipients = mail->recipients,
		.recipient_count = recipients,
		.source = &mail->source.source,
	};
}

static UNUSED void mail_free(test_mail *mail)
{
	for (size_t i = 0; i < MAIL_RECIPIENTS; i++) {
		smtps_reply_free(&mail->recipients[i].reply);
	}
	smtps_result_free(&mail->result);
	smtps_error_free(&mail->error);
}

static UNUSED bool mail_send(test_mail *mail, smtps_client *client)
{
	return smtps_client_send(client, &mail->mail, &mail->result, &mail->error);
}

#define assert_sent(mail, client) assert_sent_at((mail), (client), __FILE__, __LINE__)
static UNUSED void assert_sent_at(test_mail *mail, smtps_client *client, const char *file, int line)
{
	if (!mail_send(mail, client)) {
		print_error("%s: %s\n", smtps_stage_name(mail->error.stage), mail->error.text);
		_fail(file, line);
	}
}

#define assert_not_sent(mail, client, wanted) \
	assert_not_sent_at((mail), (client), (wanted), __FILE__, __LINE__)
static UNUSED void assert_not_sent_at(
	test_mail *mail, smtps_client *client, smtps_kind wanted, const char *file, int line)
{
	if (mail_send(mail, client) || mail->error.kind != wanted) {
		print_error("kind %d, wanted %d; %s: %s\n", mail->error.kind, wanted,
			smtps_stage_name(mail->error.stage), mail->error.text);
		_fail(file, line);
	}
}

/* One small mail to one recipient, sent. */
static UNUSED void assert_one_goes(smtps_client *client)
{
	test_mail mail;

	mail_init(&mail, SMTPS_STR(SMALL_MAIL), 1);
	assert_sent(&mail, client);
	assert_int_equal(mail.result.fates[0], SMTPS_FATE_ACCEPTED);
	mail_free(&mail);
}

/* --- pieces of scripts ------------------------------------------------------------------------------------------- */

#define GREET "S: 220 mx.example.test ESMTP\nC: EHLO client.example.test\n"
#define OFFER(keywords) GREET "S: 250-mx.example.test\n" keywords "S: 250 8BITMIME\n"
#define PIPELINING "S: 250-PIPELINING\n"
#define CHUNKING "S: 250-PIPELINING\nS: 250-CHUNKING\n"
#define AUTH_PLAIN "C64: \"\\0shop\\0secret\"\nS: 235 2.7.0 welcome\n"
#define ENVELOPE "C: MAIL FROM:<a@example.test>\nC: RCPT TO:<r0@example.test>\n"
#define OKS "S: 250 2.1.0 ok\nS: 250 2.1.5 ok\n"
#define DATA_MAIL ENVELOPE "C: DATA\n" OKS "S: 354 go ahead\nC*\n"
#define QUEUED "S: 250 2.0.0 Ok: queued as 4ABC123DEF\n"
#define QUIT "C: QUIT\nclose\n" /* the client does not wait for the 221 */

#endif
