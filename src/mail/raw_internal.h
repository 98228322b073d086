/*
 * The raw message's inside.
 */
#ifndef SMTPS_MAIL_RAW_INTERNAL_H
#define SMTPS_MAIL_RAW_INTERNAL_H

#include "base/command_scan.h"
#include "base/text.h"
#include "dkim_internal.h"
#include "lineend.h"
#include "raw.h"

struct smtps_raw {
	smtps_raw_options options;
	smtps_lineend lines;
	smtps_buf held; /* the header block as it came, and what of the body came with it */
	size_t scanned; /* of `held`: whole lines in which no empty one was */
	smtps_buf header; /* the block as it leaves, without the empty line */
	bool in_body;
	bool is_utf8;
	unsigned char body_high; /* octets of the body ORed */
	smtps_command_scan commands;
	smtps_dkim_body body; /* running where something signs */
	unsigned char body_digest[32];
	EVP_MD_CTX *octets; /* then too: of all that is given out, to be compared when it is read again */
	unsigned char octets_digest[32];
	uint64_t size;
	smtps_buf message_id, from, sender;
};

/* Makes raw->header of the first raw->scanned octets of raw->held: fields removed, replaced, added; notes id, From, Sender. */
bool smtps_raw_rewrite_header(smtps_raw *raw, smtps_error *error);
/* What stands behind the last @. */
smtps_str smtps_domain_of(smtps_str address);

#endif
