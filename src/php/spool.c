/*
 * Spooling; see spool.h. The file has no name from its first moment on, so that a killed process leaves nothing behind.
 */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#ifndef PHP_WIN32
#include <unistd.h>
#endif

#include "ext/spl/spl_iterators.h"
#include "main/php_open_temporary_file.h"
#include "zend_interfaces.h"

#include "base/memory.h"
#include "files.h"
#include "guard.h"

/* --- keeping --- */

static bool fail_file(smtps_error *error, const char *verb)
{
	return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_LOCAL,
		"a temporary file for the message cannot be %s (%s): see sys_temp_dir", verb, strerror(errno));
}

static int open_nameless(void)
{
	zend_string *path = NULL;
	int fd = -1;

#ifdef O_TMPFILE
	fd = open(php_get_temporary_directory(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
#endif
	if (fd >= 0) {
		return fd;
	}
	fd = php_open_temporary_fd_ex(NULL, "smtpsend", &path, PHP_TMP_FILE_SILENT);
	if (path) {
		VCWD_UNLINK(ZSTR_VAL(path));
		zend_string_release(path);
	}
	return fd;
}

static bool write_all(int fd, const char *octets, size_t len, smtps_error *error)
{
	while (len) {
		ssize_t written = write(fd, octets, len);

		if (written < 0 && errno == EINTR) {
			continue;
		}
		if (written < 0) {
			return fail_file(error, "written");
		}
		octets += written;
		len -= (size_t)written;
	}
	return true;
}

static bool spill(php_smtpsend_spool *spool, smtps_error *error)
{
	if (!spool->has_file) {
		spool->fd = open_nameless();
		if (spool->fd < 0) {
			return fail_file(error, "made");
		}
		spool->has_file = true;
	}
	if (!write_all(spool->fd, spool->memory.data, spool->memory.len, error)) {
		return false;
	}
	smtps_buf_clear(&spool->memory);
	return true;
}

bool php_smtpsend_spool_add(php_smtpsend_spool *spool, smtps_buf *octets, smtps_error *error)
{
	smtps_buf_add_str(&spool->memory, smtps_buf_str(octets));
	if (octets->failed || spool->memory.failed) {
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	spool->size += octets->len;
	smtps_buf_clear(octets);
	if (spool->memory.len > (spool->has_file ? PHP_SMTPSEND_SPOOL_CHUNK : PHP_SMTPSEND_SPOOL_MEMORY)) {
		return spill(spool, error);
	}
	return true;
}

static void release_memory(void *context)
{
	smtps_buf *memory = context;

	smtps_buf_free(memory);
	smtps_free(memory);
}

smtps_content *php_smtpsend_spool_content(php_smtpsend_spool *spool)
{
	smtps_buf *memory;
	uint64_t size = spool->size;

	if (spool->has_file) {
		if (spool->memory.len && !spill(spool, NULL)) {
			return NULL;
		}
		spool->has_file = false;
		spool->size = 0;
		smtps_buf_free(&spool->memory);
		return php_smtpsend_file_content(spool->fd, 0, size);
	}
	memory = smtps_alloc(sizeof *memory);
	if (!memory) {
		return NULL;
	}
	*memory = spool->memory;
	*spool = (php_smtpsend_spool){0};
	return smtps_content_view(smtps_buf_str(memory), release_memory, memory);
}

void php_smtpsend_spool_free(php_smtpsend_spool *spool)
{
	smtps_buf_free(&spool->memory);
	if (spool->has_file) {
		close(spool->fd);
	}
	*spool = (php_smtpsend_spool){0};
}

/* --- pulling --- */

static bool refuse(smtps_error *error, const char *what, const char *why)
{
	return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_SOURCE, "%s %s", what, why);
}

static bool pull_string(smtps_str text, php_smtpsend_take *take, void *context, smtps_error *error)
{
	for (size_t at = 0; at < text.len; at += PHP_SMTPSEND_SPOOL_CHUNK) {
		size_t left = text.len - at;

		if (!take(context, text.data + at, left < PHP_SMTPSEND_SPOOL_CHUNK ? left : PHP_SMTPSEND_SPOOL_CHUNK,
				error)) {
			return false;
		}
	}
	return true;
}

typedef struct stream_call {
	php_stream *stream;
	char *chunk;
	ssize_t got;
} stream_call;

static void read_stream(void *context)
{
	stream_call *call = context;

	call->got = php_stream_read(call->stream, call->chunk, PHP_SMTPSEND_SPOOL_CHUNK);
}

/* As its last read left it: asking the stream would run user code. */
static bool is_at_end(const php_stream *stream)
{
	return stream->eof && stream->writepos == stream->readpos;
}

/* A stream of user code may throw, end the request, or close itself while it is read: that is refused until we are done. */
static bool read_all(stream_call *call, php_smtpsend_take *take, void *context, smtps_error *error)
{
	uint32_t closable = ~call->stream->flags & PHP_STREAM_FLAG_NO_FCLOSE;
	bool alive = true, fine = true;

	call->stream->flags |= PHP_STREAM_FLAG_NO_FCLOSE;
	while (fine && (alive = php_smtpsend_guard(read_stream, call)) && call->got > 0 && !EG(exception)) {
		fine = take(context, call->chunk, (size_t)call->got, error);
		if (is_at_end(call->stream)) {
			break; /* one that is asked again may begin anew */
		}
	}
	call->stream->flags &= ~closable;
	return fine && alive && !EG(exception);
}

static bool pull_stream(
	zval *value, const char *what, php_smtpsend_take *take, void *context, smtps_error *error)
{
	php_stream *stream =
		zend_fetch_resource2(Z_RES_P(value), NULL, php_file_le_stream(), php_file_le_pstream());
	stream_call call = {.stream = stream};
	zval held;
	bool fine;

	if (!stream) {
		return refuse(error, what, "is no open stream");
	}
	call.chunk = emalloc(PHP_SMTPSEND_SPOOL_CHUNK);
	ZVAL_COPY(&held, value); /* user code may drop it */
	fine = read_all(&call, take, context, error);
	if (fine && (call.got < 0 || !is_at_end(stream))) {
		fine = refuse(error, what,
			call.got < 0 ? "is a stream that cannot be read"
						 : "is a stream that gave nothing and is not at its end: read it in blocking mode");
	}
	zval_ptr_dtor(&held);
	efree(call.chunk);
	return fine;
}

typedef struct iteration {
	zval *value;
	const char *what;
	php_smtpsend_take *take;
	void *context;
	smtps_error *error;
	bool fine;
} iteration;

static bool pull_item(zval *item, iteration *iterated)
{
	ZVAL_DEREF(item);
	if (Z_TYPE_P(item) != IS_STRING) {
		return smtps_fail(iterated->error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_SOURCE,
			"%s gave an item of type %s: give strings", iterated->what, php_smtpsend_type_name(item));
	}
	return pull_string(
		(smtps_str){Z_STRVAL_P(item), Z_STRLEN_P(item)}, iterated->take, iterated->context, iterated->error);
}

static int pull_next(zend_object_iterator *iterator, void *argument)
{
	iteration *iterated = argument;
	zval *item = iterator->funcs->get_current_data(iterator);

	if (EG(exception) || !item) {
		return ZEND_HASH_APPLY_STOP;
	}
	iterated->fine = pull_item(item, iterated);
	return iterated->fine ? ZEND_HASH_APPLY_KEEP : ZEND_HASH_APPLY_STOP;
}

static void iterate(void *context)
{
	iteration *iterated = context;

	spl_iterator_apply(iterated->value, pull_next, iterated);
}

static bool pull_iterable(zval *value, iteration *iterated)
{
	zval *item;

	if (Z_TYPE_P(value) == IS_OBJECT) {
		return php_smtpsend_guard(iterate, iterated) && iterated->fine && !EG(exception);
	}
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(value), item)
	{
		if (!pull_item(item, iterated)) {
			return false;
		}
	}
	ZEND_HASH_FOREACH_END();
	return true;
}

bool php_smtpsend_pull(
	zval *value, bool iterables, const char *what, php_smtpsend_take *take, void *context, smtps_error *error)
{
	iteration iterated = {
		.value = value, .what = what, .take = take, .context = context, .error = error, .fine = true};
	zend_string *text;
	bool fine;

	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) == IS_STRING) {
		return pull_string((smtps_str){Z_STRVAL_P(value), Z_STRLEN_P(value)}, take, context, error);
	}
	if (Z_TYPE_P(value) == IS_RESOURCE) {
		return pull_stream(value, what, take, context, error);
	}
	if (iterables &&
		(Z_TYPE_P(value) == IS_ARRAY ||
			(Z_TYPE_P(value) == IS_OBJECT && instanceof_function(Z_OBJCE_P(value), zend_ce_traversable)))) {
		return pull_iterable(value, &iterated);
	}
	if (Z_TYPE_P(value) == IS_OBJECT && instanceof_function(Z_OBJCE_P(value), zend_ce_stringable)) {
		text = php_smtpsend_text_of(value);
		fine = text && pull_string((smtps_str){ZSTR_VAL(text), ZSTR_LEN(text)}, take, context, error);
		if (text) {
			zend_string_release(text);
		}
		return fine;
	}
	return smtps_fail(error, SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_SOURCE,
		"%s is of type %s: give a string%s a stream%s", what, php_smtpsend_type_name(value),
		iterables ? "," : " or", iterables ? " or an iterable of strings" : "");
}

/* --- contents --- */

static bool keep(void *context, const char *octets, size_t len, smtps_error *error)
{
	smtps_buf chunk = {0};
	bool fine;

	smtps_buf_add(&chunk, octets, len);
	fine = php_smtpsend_spool_add(context, &chunk, error);
	smtps_buf_free(&chunk);
	return fine;
}

static void release_string(void *context)
{
	zend_string_release(context);
}

static smtps_content *string_content(zend_string *text)
{
	return smtps_content_view(
		(smtps_str){ZSTR_VAL(text), ZSTR_LEN(text)}, release_string, zend_string_copy(text));
}

/* A regular file opened by PHP and read through no filter: its descriptor is enough. NULL: not such a one. */
static smtps_content *plain_file_content(zval *value)
{
	php_stream *stream =
		zend_fetch_resource2(Z_RES_P(value), NULL, php_file_le_stream(), php_file_le_pstream());
	zend_stat_t facts;
	zend_off_t start;
	int fd, own;

	if (!stream || !php_stream_is(stream, PHP_STREAM_IS_STDIO) || stream->readfilters.head ||
		php_stream_cast(stream, PHP_STREAM_AS_FD_FOR_SELECT, (void *)&fd, 0) == FAILURE ||
		zend_fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
		return NULL;
	}
	start = php_stream_tell(stream);
	own = dup(fd);
	if (own < 0 || start < 0 || start > facts.st_size) {
		if (own >= 0) {
			close(own);
		}
		return NULL;
	}
	return php_smtpsend_file_content(own, (uint64_t)start, (uint64_t)(facts.st_size - start));
}

smtps_content *php_smtpsend_content_of(zval *value, const char *what, smtps_error *error)
{
	php_smtpsend_spool spool = {0};
	smtps_content *content = NULL;

	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) == IS_STRING) {
		content = string_content(Z_STR_P(value));
	} else if (Z_TYPE_P(value) == IS_RESOURCE && (content = plain_file_content(value)) != NULL) {
		return content;
	} else if (php_smtpsend_pull(value, true, what, keep, &spool, error)) {
		content = php_smtpsend_spool_content(&spool);
	}
	php_smtpsend_spool_free(&spool);
	if (!content && !EG(exception)) {
		smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	return content;
}
