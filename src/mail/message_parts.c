/*
 * Attachments, embedded parts and attached messages; see message.h.
 */
#include "message.h"

#include <string.h>

#include "base/memory.h"
#include "fault.h"
#include "message_internal.h"

static bool grow(smtps_message *message, smtps_error *error)
{
	if (message->part_count >= SMTPS_PARTS_MAX) {
		return smtps_bad_message(error, "a message may have 10000 parts");
	}
	if (message->part_count == message->part_cap) {
		size_t cap = message->part_cap ? message->part_cap * 2 : 4;
		smtps_part *parts = smtps_realloc(message->parts, cap * sizeof *parts);

		if (!parts) {
			return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
		}
		message->parts = parts;
		message->part_cap = cap;
	}
	return true;
}

/* A cid stands between < and > of Content-ID and behind `cid:` of a URL (RFC 2392). */
static bool check_cid(smtps_str cid, smtps_error *error)
{
	smtps_quote quote;
	bool fine = cid.len > 0 && cid.len <= SMTPS_MESSAGE_ID_MAX;

	for (size_t i = 0; fine && i < cid.len; i++) {
		fine = cid.data[i] > ' ' && cid.data[i] < 0x7f && !strchr("<>()\\,;:\"[]%", cid.data[i]);
	}
	return fine ||
		smtps_bad_message(error,
			"embed: \"%s\" is no content id; write what stands behind cid: in the html, such as logo",
			smtps_quoted(&quote, cid));
}

static bool cid_is_taken(const smtps_message *message, smtps_str cid)
{
	for (size_t i = 0; i < message->part_count; i++) {
		if (message->parts[i].cid.len && smtps_str_equal(smtps_buf_str(&message->parts[i].cid), cid)) {
			return true;
		}
	}
	return false;
}

static bool fill(smtps_part *part, smtps_str name, smtps_str type, smtps_error *error)
{
	if (name.len && !smtps_file_name(&part->name, name, error)) {
		return false;
	}
	if (type.len == 0) {
		type = smtps_media_type_of_name(smtps_buf_str(&part->name));
	} else if (!smtps_media_type_check(type, error)) {
		return false;
	}
	smtps_buf_add_str(&part->type, type);
	return !(part->name.failed || part->type.failed || part->cid.failed) ||
		smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
}

static bool add_part(
	smtps_message *message, smtps_part *part, smtps_str name, smtps_str type, smtps_error *error)
{
	if (!part->content) {
		smtps_part_free(part);
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	if (!grow(message, error) || !fill(part, name, type, error)) {
		smtps_bad_where(error, part->kind == SMTPS_PART_EMBEDDED ? "embed" : "attach");
		smtps_part_free(part);
		return false;
	}
	message->parts[message->part_count++] = *part;
	smtps_message_touch(message);
	return true;
}

bool smtps_message_attach(
	smtps_message *message, smtps_content *content, smtps_str name, smtps_str type, smtps_error *error)
{
	smtps_part part = {.kind = SMTPS_PART_ATTACHED, .content = content};

	return add_part(message, &part, name, type, error);
}

bool smtps_message_embed(smtps_message *message, smtps_content *content, smtps_str cid, smtps_str name,
	smtps_str type, smtps_error *error)
{
	smtps_part part = {.kind = SMTPS_PART_EMBEDDED, .content = content};
	smtps_quote quote;

	if (!check_cid(cid, error)) {
		smtps_part_free(&part);
		return false;
	}
	if (cid_is_taken(message, cid)) {
		smtps_part_free(&part);
		return smtps_bad_message(
			error, "embed: the content id \"%s\" is used twice", smtps_quoted(&quote, cid));
	}
	smtps_buf_add_str(&part.cid, cid);
	return add_part(message, &part, name, type, error);
}

bool smtps_message_attach_message(
	smtps_message *message, smtps_content *content, smtps_str name, smtps_error *error)
{
	smtps_part part = {.kind = SMTPS_PART_MESSAGE, .content = content};

	return add_part(message, &part, name, SMTPS_STR("application/octet-stream"), error);
}
