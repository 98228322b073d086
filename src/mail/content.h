/*
 * Content: the octets of an attachment, in memory or readable at any offset, shared by counting references.
 *
 * A message, its clones and what was composed of them hold the same content; so a reader is asked for octets *at an
 * offset* (several mails may be on their way at once) and never runs user code. Not thread safe.
 */
#ifndef SMTPS_MAIL_CONTENT_H
#define SMTPS_MAIL_CONTENT_H

#include "base/error.h"

typedef struct smtps_content smtps_content;

/* What the host (php/, a test) fills in for files and spooled streams. */
typedef struct smtps_content_reader {
	/* Up to `cap` octets from `offset` on into `out`: their number, 0 at the end, -1 on a fault (error filled in). */
	ptrdiff_t (*read)(void *context, uint64_t offset, char *out, size_t cap, smtps_error *error);
	void (*close)(void *context); /* when the last reference is gone; may be NULL */
	void *context;
	int64_t size; /* octets; -1: unknown, it is read through once when composed */
} smtps_content_reader;

/* All three: one reference is the caller's; NULL without memory (then release or close was called). */
smtps_content *smtps_content_copy(smtps_str octets);
/* Octets that stand unchanged until `release(context)` is called (a zend_string of the host's); `release` may be NULL. */
smtps_content *smtps_content_view(smtps_str octets, void (*release)(void *context), void *context);
smtps_content *smtps_content_of_reader(const smtps_content_reader *reader);

smtps_content *smtps_content_retain(smtps_content *content);
void smtps_content_release(smtps_content *content); /* NULL is fine */
/* The octets where they stand in memory; data NULL for a reader. */
smtps_str smtps_content_octets(const smtps_content *content);
/* Exact size; reads an unknown one through, once. */
bool smtps_content_size(smtps_content *content, uint64_t *size, smtps_error *error);
/* As the reader's read, for either kind. */
ptrdiff_t smtps_content_read(
	smtps_content *content, uint64_t offset, char *out, size_t cap, smtps_error *error);

#endif
