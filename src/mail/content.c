/*
 * Contents; see content.h.
 */
#include "content.h"

#include <string.h>

#include "base/memory.h"
#include "fault.h"

struct smtps_content {
	size_t references;
	smtps_str octets; /* data NULL: a reader's */
	smtps_buf copy;
	void (*release)(void *context);
	void *release_context;
	smtps_content_reader reader;
};

enum { COUNTING_BLOCK = 64 * 1024 };

static smtps_content *new_content(void)
{
	smtps_content *content = smtps_alloc(sizeof *content);

	if (content) {
		content->references = 1;
	}
	return content;
}

smtps_content *smtps_content_copy(smtps_str octets)
{
	smtps_content *content = new_content();

	if (!content) {
		return NULL;
	}
	smtps_buf_add_str(&content->copy, octets);
	if (content->copy.failed) {
		smtps_content_release(content);
		return NULL;
	}
	content->octets = smtps_buf_str(&content->copy);
	return content;
}

smtps_content *smtps_content_view(smtps_str octets, void (*release)(void *context), void *context)
{
	smtps_content *content = new_content();

	if (!content) {
		if (release) {
			release(context);
		}
		return NULL;
	}
	content->octets = (smtps_str){octets.data ? octets.data : "", octets.len};
	content->release = release;
	content->release_context = context;
	return content;
}

smtps_content *smtps_content_of_reader(const smtps_content_reader *reader)
{
	smtps_content *content = new_content();

	if (!content) {
		if (reader->close) {
			reader->close(reader->context);
		}
		return NULL;
	}
	content->reader = *reader;
	return content;
}

smtps_content *smtps_content_retain(smtps_content *content)
{
	content->references++;
	return content;
}

void smtps_content_release(smtps_content *content)
{
	if (!content || --content->references) {
		return;
	}
	if (content->release) {
		content->release(content->release_context);
	}
	if (content->reader.close) {
		content->reader.close(content->reader.context);
	}
	smtps_buf_free(&content->copy);
	smtps_free(content);
}

smtps_str smtps_content_octets(const smtps_content *content)
{
	return content->octets;
}

static bool count_through(smtps_content *content, smtps_error *error)
{
	char *block = smtps_alloc(COUNTING_BLOCK);
	uint64_t all = 0;
	ptrdiff_t got = block ? 1 : -1;

	while (got > 0) {
		got = smtps_content_read(content, all, block, COUNTING_BLOCK, error);
		all += got > 0 ? (uint64_t)got : 0;
	}
	if (!block) {
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	smtps_free(block);
	if (got == 0) {
		content->reader.size = (int64_t)all;
	}
	return got == 0;
}

bool smtps_content_size(smtps_content *content, uint64_t *size, smtps_error *error)
{
	if (!content->octets.data && content->reader.size < 0 && !count_through(content, error)) {
		return false;
	}
	*size = content->octets.data ? content->octets.len : (uint64_t)content->reader.size;
	return true;
}

ptrdiff_t smtps_content_read(
	smtps_content *content, uint64_t offset, char *out, size_t cap, smtps_error *error)
{
	ptrdiff_t got;

	if (content->octets.data) {
		size_t left = offset < content->octets.len ? content->octets.len - (size_t)offset : 0;
		size_t take = left < cap ? left : cap;

		if (take) {
			memcpy(out, content->octets.data + offset, take);
		}
		return (ptrdiff_t)take;
	}
	got = content->reader.read(content->reader.context, offset, out, cap, error);
	if (got > (ptrdiff_t)cap) {
		got = -1;
	}
	if (got < 0 && !(error && smtps_error_is_set(error))) {
		smtps_bad_message(error, "an attachment could not be read");
	}
	return got < 0 ? -1 : got;
}
