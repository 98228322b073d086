/*
 * The source over memory; see source.h.
 */
#include "source.h"

#include <string.h>

static ptrdiff_t memory_read(smtps_source *source, char *out, size_t cap, smtps_error *error)
{
	smtps_memory_source *memory = (smtps_memory_source *)source;
	size_t left = memory->octets.len - memory->at;
	size_t take = left < cap ? left : cap;

	(void)error;
	if (take) {
		memcpy(out, memory->octets.data + memory->at, take);
	}
	memory->at += take;
	return (ptrdiff_t)take;
}

static bool memory_rewind(smtps_source *source, smtps_error *error)
{
	(void)error;
	((smtps_memory_source *)source)->at = 0;
	return true;
}

void smtps_memory_source_init(smtps_memory_source *memory, smtps_str octets)
{
	*memory = (smtps_memory_source){
		.source = {.read = memory_read, .rewind = memory_rewind, .size = octets.len},
		.octets = octets,
	};
}
