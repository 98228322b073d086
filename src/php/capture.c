/*
 * capture:// and null://; see capture.h.
 *
 * A mail is written under a hidden name and renamed when it is whole, so that whoever watches the directory sees whole mails
 * only. Two fields stand on top of it: Return-Path, and X-Envelope-To, which names the Bcc recipients too.
 */
#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#ifndef PHP_WIN32
#include <unistd.h>
#endif

#include "ext/date/php_date.h"
#include "zend_virtual_cwd.h"

#include "base/crypto.h"
#include "base/memory.h"
#include "base/text.h"

#ifndef O_CLOEXEC
#define O_CLOEXEC 0
#endif
#ifndef O_BINARY
#define O_BINARY 0
#endif

enum { CHUNK = 16 * 1024, RANDOM_OCTETS = 4, DATE_TEXT = 32 };

static bool refuse_directory(const smtps_options *options, const char *why, smtps_error *error)
{
	smtps_buf shown = {0};

	smtps_text_one_line(&shown, smtps_buf_str(&options->capture_directory), 200);
	smtps_fail(error, SMTPS_STAGE_OPTIONS, SMTPS_BAD_OPTION, SMTPS_CAUSE_LOCAL,
		"the directory of capture:// is \"%s\", %s: name one that is there and may be written to",
		smtps_buf_cstr(&shown), why);
	smtps_buf_free(&shown);
	return false;
}

bool php_smtpsend_capture_check(const smtps_options *options, smtps_error *error)
{
	smtps_buf path = {0};
	zend_stat_t facts;
	bool is_script = options->values[SMTPS_O_DSN].from_script, fine = true;

	if (options->transport != SMTPS_TRANSPORT_CAPTURE) {
		return true;
	}
	smtps_buf_add_str(&path, smtps_buf_str(&options->capture_directory));
	if (is_script && php_check_open_basedir_ex(smtps_buf_cstr(&path), 0)) {
		fine = refuse_directory(options, "which open_basedir does not allow", error);
	} else if (VCWD_STAT(smtps_buf_cstr(&path), &facts) != 0) {
		fine = refuse_directory(options, "which cannot be found", error);
	} else if (!S_ISDIR(facts.st_mode)) {
		fine = refuse_directory(options, "which is no directory", error);
	} else if (VCWD_ACCESS(smtps_buf_cstr(&path), W_OK) != 0) {
		fine = refuse_directory(options, "which may not be written to", error);
	}
	smtps_buf_free(&path);
	return fine;
}

/* --- writing --- */

static bool fail_write(smtps_error *error, int number)
{
	return smtps_fail(error, SMTPS_STAGE_END, SMTPS_LOST, SMTPS_CAUSE_LOCAL,
		"the mail cannot be written to the directory of capture:// (%s)", strerror(number));
}

static bool write_all(int fd, const char *octets, size_t len, smtps_error *error)
{
	while (len) {
		ssize_t written = write(fd, octets, len);

		if (written < 0 && errno == EINTR) {
			continue;
		}
		if (written < 0) {
			return fail_write(error, errno);
		}
		octets += written;
		len -= (size_t)written;
	}
	return true;
}

static void add_envelope(smtps_buf *out, const smtps_mail *mail)
{
	smtps_buf_add_text(out, "Return-Path: <");
	smtps_buf_add_str(out, mail->sender);
	smtps_buf_add_text(out, ">\r\nX-Envelope-To: ");
	for (size_t i = 0; i < mail->recipient_count; i++) {
		smtps_buf_add_text(out, i ? ",\r\n " : "");
		smtps_buf_add_str(out, mail->recipients[i].address);
	}
	smtps_buf_add_text(out, "\r\n");
}

static bool write_mail(int fd, smtps_mail *mail, smtps_error *error)
{
	smtps_buf head = {0};
	char chunk[CHUNK];
	ptrdiff_t got = 0;
	bool fine;

	add_envelope(&head, mail);
	fine =
		head.failed ? smtps_fail_memory(error, SMTPS_STAGE_END) : write_all(fd, head.data, head.len, error);
	smtps_buf_free(&head);
	while (fine && (got = mail->source->read(mail->source, chunk, sizeof chunk, error)) > 0) {
		fine = write_all(fd, chunk, (size_t)got, error);
	}
	return fine && got == 0;
}

/* "20261124-101500-1f2e3d4c.eml" */
static bool name_mail(smtps_buf *name)
{
	unsigned char random[RANDOM_OCTETS];
	zend_string *date = php_format_date("Ymd-His", sizeof "Ymd-His" - 1, (time_t)smtps_wall_seconds(), 0);
	bool fine = smtps_random(random, sizeof random);

	smtps_buf_add(name, ZSTR_VAL(date), ZSTR_LEN(date));
	smtps_buf_add_char(name, '-');
	smtps_hex_encode(name, (smtps_str){(const char *)random, sizeof random});
	smtps_buf_add_text(name, ".eml");
	zend_string_release(date);
	return fine && !name->failed;
}

static bool capture_mail(const smtps_options *options, smtps_mail *mail, smtps_buf *name, smtps_error *error)
{
	smtps_buf path = {0}, hidden = {0};
	smtps_str directory = smtps_buf_str(&options->capture_directory);
	bool fine;
	int fd;

	if (!name_mail(name)) {
		return smtps_fail_memory(error, SMTPS_STAGE_END);
	}
	smtps_buf_printf(&path, "%.*s/%s", (int)directory.len, directory.data, smtps_buf_cstr(name));
	smtps_buf_printf(&hidden, "%.*s/.%s", (int)directory.len, directory.data, smtps_buf_cstr(name));
	fd = VCWD_OPEN_MODE(smtps_buf_cstr(&hidden), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_BINARY, 0600);
	fine = fd < 0 ? fail_write(error, errno) : write_mail(fd, mail, error);
	if (fd >= 0 && close(fd) != 0) {
		fine = fail_write(error, errno);
	}
	if (fine && VCWD_RENAME(smtps_buf_cstr(&hidden), smtps_buf_cstr(&path)) != 0) {
		fine = fail_write(error, errno);
	}
	if (!fine && fd >= 0) {
		VCWD_UNLINK(smtps_buf_cstr(&hidden));
	}
	smtps_buf_free(&path);
	smtps_buf_free(&hidden);
	return fine;
}

bool php_smtpsend_capture(
	const smtps_options *options, smtps_mail *mail, smtps_result *result, smtps_error *error)
{
	smtps_time start = smtps_now();
	bool fine = true;

	result->fates = smtps_alloc(mail->recipient_count * sizeof *result->fates);
	result->replies = smtps_alloc(mail->recipient_count * sizeof *result->replies);
	if (!result->fates || !result->replies) {
		return smtps_fail_memory(error, SMTPS_STAGE_END);
	}
	result->count = mail->recipient_count; /* all fates are ACCEPTED, which is 0 */
	if (options->transport == SMTPS_TRANSPORT_CAPTURE) {
		fine = capture_mail(options, mail, &result->queue_ids, error);
	}
	result->timings.total = smtps_now() - start;
	php_smtpsend_capture_facts(options, &result->connection);
	return fine;
}

void php_smtpsend_capture_facts(const smtps_options *options, smtps_connection_facts *facts)
{
	smtps_buf_add_text(&facts->host, options->transport == SMTPS_TRANSPORT_CAPTURE ? "capture" : "null");
	facts->mechanism = SMTPS_MECHANISM_COUNT;
}
