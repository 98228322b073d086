/*
 * A source of octets that are pulled: how a message reaches the session in constant memory.
 *
 * What it gives is the message as it stands in the mail: CRLF line ends only, a final CRLF, not
 * dot-stuffed. `size` is exact and known before the transaction; a source that turns out shorter or longer
 * ends in a closed connection.
 */
#ifndef SMTPS_BASE_SOURCE_H
#define SMTPS_BASE_SOURCE_H

#include "error.h"

typedef struct smtps_source smtps_source;

struct smtps_source {
	/* Up to `cap` of the next octets into `out`. Returns their number, 0 at the end, -1 on a fault (error
	 * filled in). Never blocks and runs no user code: whatever could is spooled before. */
	ptrdiff_t (*read)(smtps_source *source, char *out, size_t cap, smtps_error *error);
	/* Back to the first octet, for another connection or transaction. */
	bool (*rewind)(smtps_source *source, smtps_error *error);
	uint64_t size; /* octets that read() will give in all */
};

/* A source over octets in memory that the caller keeps alive and unchanged. */
typedef struct smtps_memory_source {
	smtps_source source; /* first member: a pointer to it is the source */
	smtps_str octets;
	size_t at;
} smtps_memory_source;

void smtps_memory_source_init(smtps_memory_source *memory, smtps_str octets);

#endif
