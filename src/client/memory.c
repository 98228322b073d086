/*
 * What is remembered, as a table of this process under the process's lock; see memory.h.
 *
 * Bounded: the record used longest ago makes room. Each carries a checksum; one that does not add up is an empty one. What a
 * caller claims to know for longer than the limits below is cut to them.
 */
#include "memory.h"

#include <string.h>

#ifndef _WIN32
#include <unistd.h>
#endif

#define ROUTE_FOR SMTPS_SECONDS(3600)
#define TRAIT_FOR SMTPS_SECONDS(86400)

enum { KEY_OCTETS = 32 };

typedef struct memory_slot {
	unsigned char key[KEY_OCTETS];
	uint64_t uid;
	uint64_t used; /* turn of its last use; 0: free */
	smtps_memory_record record;
	uint64_t checksum; /* over everything above but `used` */
} memory_slot;

static memory_slot slots[SMTPS_MEMORY_RECORDS];
static uint64_t turn;

static uint64_t current_user(void)
{
#ifdef _WIN32
	return 0;
#else
	return (uint64_t)geteuid();
#endif
}

/* FNV-1a, 64 bits. */
static uint64_t mix(uint64_t hash, const void *octets, size_t len)
{
	const unsigned char *at = octets;

	for (size_t i = 0; i < len; i++) {
		hash = (hash ^ at[i]) * 1099511628211u;
	}
	return hash;
}

static uint64_t checksum_of(const memory_slot *slot)
{
	uint64_t hash = mix(14695981039346656037u, slot->key, sizeof slot->key);

	hash = mix(hash, &slot->uid, sizeof slot->uid);
	return mix(hash, &slot->record, sizeof slot->record);
}

/* The slot of a key, or NULL. A damaged one is emptied on the way. */
static memory_slot *find(const unsigned char key[32], uint64_t uid)
{
	for (size_t i = 0; i < SMTPS_MEMORY_RECORDS; i++) {
		memory_slot *slot = &slots[i];

		if (slot->used == 0 || slot->uid != uid || memcmp(slot->key, key, KEY_OCTETS) != 0) {
			continue;
		}
		if (slot->checksum == checksum_of(slot)) {
			return slot;
		}
		memset(slot, 0, sizeof *slot);
	}
	return NULL;
}

static memory_slot *oldest(void)
{
	memory_slot *best = &slots[0];

	for (size_t i = 1; i < SMTPS_MEMORY_RECORDS; i++) {
		if (slots[i].used < best->used) {
			best = &slots[i];
		}
	}
	return best;
}

/* Until when it is known: as told, but `span` at most, which is also meant by 0. */
static smtps_time bounded(bool is_known, smtps_time until, smtps_time now, smtps_time span)
{
	if (!is_known) {
		return 0;
	}
	return until == 0 || until > now + span ? now + span : until;
}

static void forget_old(smtps_memory_record *record, smtps_time now)
{
	record->known &= record->route_until > now ? ~0u : ~(unsigned)SMTPS_KNOWS_ROUTE;
	record->known &= record->no_chunking_until > now ? ~0u : ~(unsigned)SMTPS_KNOWS_NO_CHUNKING;
	record->known &= record->no_pipelining_until > now ? ~0u : ~(unsigned)SMTPS_KNOWS_NO_PIPELINING;
}

void smtps_memory_startup(void)
{
	smtps_process_lock();
	memset(slots, 0, sizeof slots);
	turn = 0;
	smtps_process_unlock();
}

void smtps_memory_shutdown(void)
{
	smtps_memory_startup();
}

void smtps_memory_get(const unsigned char key[32], smtps_time now, smtps_memory_record *record)
{
	memory_slot *slot;

	memset(record, 0, sizeof *record);
	smtps_process_lock();
	slot = find(key, current_user());
	if (slot) {
		slot->used = ++turn;
		memcpy(record, &slot->record, sizeof *record);
		forget_old(record, now);
	}
	smtps_process_unlock();
}

void smtps_memory_put(const unsigned char key[32], smtps_time now, const smtps_memory_record *record)
{
	uint64_t uid = current_user();
	memory_slot *slot;

	smtps_process_lock();
	slot = find(key, uid);
	if (!slot) {
		slot = oldest();
	}
	memset(slot, 0, sizeof *slot);
	memcpy(slot->key, key, KEY_OCTETS);
	slot->uid = uid;
	slot->used = ++turn;
	memcpy(&slot->record, record, sizeof *record);
	slot->record.route_until =
		bounded(record->known & SMTPS_KNOWS_ROUTE, record->route_until, now, ROUTE_FOR);
	slot->record.no_chunking_until =
		bounded(record->known & SMTPS_KNOWS_NO_CHUNKING, record->no_chunking_until, now, TRAIT_FOR);
	slot->record.no_pipelining_until =
		bounded(record->known & SMTPS_KNOWS_NO_PIPELINING, record->no_pipelining_until, now, TRAIT_FOR);
	slot->checksum = checksum_of(slot);
	smtps_process_unlock();
}
