/*
 * Memory of the core; see memory.h. The failing allocator of the tests lives here too: a counter that is
 * zero in production costs one compare.
 */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

static unsigned long fail_at = 0;

static bool told_to_fail(void)
{
	return fail_at != 0 && --fail_at == 0;
}

void *smtps_alloc(size_t size)
{
	return told_to_fail() ? NULL : calloc(1, size ? size : 1);
}

void *smtps_realloc(void *old, size_t size)
{
	return told_to_fail() ? NULL : realloc(old, size ? size : 1);
}

void smtps_free(void *block)
{
	free(block);
}

char *smtps_strndup(const char *text, size_t length)
{
	char *copy = smtps_alloc(length + 1);

	if (copy && length) {
		memcpy(copy, text, length);
	}
	return copy;
}

void smtps_cleanse(void *block, size_t length)
{
	if (block && length) {
		OPENSSL_cleanse(block, length);
	}
}

void smtps_alloc_fail_at(unsigned long n)
{
	fail_at = n;
}
