/*
 * Memory of the core: malloc's, never PHP's.
 *
 * Everything below src/ but src/php/ allocates here, so that a connection may outlive a request and a test
 * may make the n-th allocation fail. A NULL is possible and is handled by every caller; nothing aborts.
 */
#ifndef SMTPS_BASE_MEMORY_H
#define SMTPS_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* malloc(size), zeroed; NULL when there is none. Free with smtps_free(). */
void *smtps_alloc(size_t size);

/* realloc(old, size); on failure the old block stands and NULL is returned. Never for secrets. */
void *smtps_realloc(void *old, size_t size);

/* free(block); NULL is fine. */
void smtps_free(void *block);

/* A NUL-terminated copy of `length` octets; NULL when there is no memory. */
char *smtps_strndup(const char *text, size_t length);

/* Overwrites `length` octets in a way that the compiler may not drop. */
void smtps_cleanse(void *block, size_t length);

/* Tests only: the n-th allocation from now on fails (1: the next one); 0 switches it off. */
void smtps_alloc_fail_at(unsigned long n);

#endif
