/*
 * Files; see files.h. A name is opened once; what it is, is asked of the descriptor, so that nothing can be exchanged in between.
 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#ifndef PHP_WIN32
#include <unistd.h>
#endif

#include "zend_virtual_cwd.h"

#include "base/memory.h"
#include "base/text.h"

#ifndef O_NONBLOCK
#define O_NONBLOCK 0
#endif
#ifndef O_CLOEXEC
#define O_CLOEXEC 0
#endif
#ifndef O_BINARY
#define O_BINARY 0
#endif

enum { SHOWN_PATH = 200, READ_OCTETS = 16 * 1024 };

static void refuse(smtps_str path, const php_smtpsend_file_rules *rules, smtps_error *error, const char *why)
{
	smtps_buf shown = {0};

	if (rules->hide) {
		smtps_buf_add_text(&shown, "a file");
	} else {
		smtps_buf_add_char(&shown, '"');
		smtps_text_one_line(&shown, path, SHOWN_PATH);
		smtps_buf_add_text(&shown, "\",");
	}
	smtps_fail(error, rules->is_message ? SMTPS_STAGE_MESSAGE : SMTPS_STAGE_OPTIONS,
		rules->is_message ? SMTPS_BAD_MESSAGE : SMTPS_BAD_OPTION, SMTPS_CAUSE_LOCAL, "%s names %s %s",
		rules->subject, smtps_buf_cstr(&shown), why);
	smtps_buf_free(&shown);
}

static void refuse_errno(smtps_str path, const php_smtpsend_file_rules *rules, smtps_error *error, int number)
{
	char why[160];

#ifdef PHP_WIN32
	snprintf(why, sizeof why, "which cannot be read (%s)", strerror(number));
#else
	snprintf(why, sizeof why, "which cannot be read (%s; user id %ld)", strerror(number), (long)geteuid());
#endif
	refuse(path, rules, error, why);
}

/* "http:", "phar:", "data:" ... but not a drive's letter. */
static bool has_scheme(smtps_str path)
{
	size_t i = 0;

	while (i < path.len && (smtps_is_alnum(path.data[i]) || strchr("+.-", path.data[i]))) {
		i++;
	}
	return i > 1 && i < path.len && path.data[i] == ':' && smtps_is_alpha(path.data[0]);
}

int php_smtpsend_file_open(
	smtps_str path, const php_smtpsend_file_rules *rules, uint64_t *size, smtps_error *error)
{
	char name[MAXPATHLEN];
	zend_stat_t facts;
	int fd;

	if (path.len == 0 || path.len >= sizeof name || memchr(path.data, '\0', path.len)) {
		refuse(path, rules, error, "which is no file name");
		return -1;
	}
	if (has_scheme(path)) {
		refuse(path, rules, error,
			"which is a URL: write a local file's name, or open the stream and give its content");
		return -1;
	}
	memcpy(name, path.data, path.len);
	name[path.len] = '\0';
	if (rules->is_script && php_check_open_basedir_ex(name, 0)) {
		refuse(path, rules, error, "which open_basedir does not allow");
		return -1;
	}
	fd = VCWD_OPEN(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_BINARY); /* a pipe must not hold us up */
	if (fd < 0) {
		refuse_errno(path, rules, error, errno);
		return -1;
	}
	if (zend_fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
		close(fd);
		refuse(path, rules, error, "which is no regular file");
		return -1;
	}
	*size = (uint64_t)facts.st_size;
	return fd;
}

bool php_smtpsend_file_read(
	smtps_str path, const php_smtpsend_file_rules *rules, smtps_buf *out, smtps_error *error)
{
	char octets[READ_OCTETS];
	uint64_t size;
	ssize_t got;
	int fd = php_smtpsend_file_open(path, rules, &size, error);

	if (fd < 0) {
		return false;
	}
	while ((got = read(fd, octets, sizeof octets)) != 0) {
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0 || out->len + (size_t)got > PHP_SMTPSEND_FILE_MAX) {
			break;
		}
		smtps_buf_add(out, octets, (size_t)got);
	}
	smtps_cleanse(octets, sizeof octets);
	if (got < 0) {
		refuse_errno(path, rules, error, errno);
	} else if (got > 0) {
		refuse(path, rules, error, "which is larger than 4 MiB");
	}
	close(fd);
	if (out->failed) {
		return smtps_fail_memory(error, rules->is_message ? SMTPS_STAGE_MESSAGE : SMTPS_STAGE_OPTIONS);
	}
	return got == 0;
}

/* --- content --- */

typedef struct open_file {
	int fd;
	uint64_t start, size;
} open_file;

static ptrdiff_t read_at(void *context, uint64_t offset, char *out, size_t cap, smtps_error *error)
{
	open_file *file = context;
	uint64_t left = offset < file->size ? file->size - offset : 0;
	size_t want = left < cap ? (size_t)left : cap;
	ssize_t got;

	if (want == 0) {
		return 0;
	}
	do {
#ifdef PHP_WIN32
		got = _lseeki64(file->fd, (int64_t)(file->start + offset), SEEK_SET) < 0
			? -1
			: _read(file->fd, out, (unsigned)want);
#else
		got = pread(file->fd, out, want, (off_t)(file->start + offset));
#endif
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_SOURCE,
			"an attachment cannot be read (%s)", strerror(errno));
		return -1;
	}
	return got;
}

static void close_file(void *context)
{
	open_file *file = context;

	close(file->fd);
	smtps_free(file);
}

smtps_content *php_smtpsend_file_content(int fd, uint64_t start, uint64_t size)
{
	open_file *file = smtps_alloc(sizeof *file);

	if (!file) {
		close(fd);
		return NULL;
	}
	*file = (open_file){.fd = fd, .start = start, .size = size};
	return smtps_content_of_reader(&(smtps_content_reader){.read = read_at,
		.close = close_file,
		.context = file,
		.size = size <= INT64_MAX ? (int64_t)size : -1});
}
