/*
 * Mailboxes and addresses: RFC 5321 4.1.2 (what goes into commands), RFC 5322 3.4 (what people write), RFC 6531.
 *
 * Strict: one string is one mailbox, `Name <a@b>` or `a@b`; no comments, groups, source routes, lists, folding or encoded
 * words. What leaves here was parsed and is written anew from its parts: nothing of the caller's text is interpolated. Time
 * is linear and bounded by a length limit that is looked at first. Errors (stage message, SMTPS_BAD_MESSAGE) say what to
 * write instead. Only the list parser, which serves mail()'s headers, is lenient.
 */
#ifndef SMTPS_MAIL_ADDRESS_H
#define SMTPS_MAIL_ADDRESS_H

#include "base/error.h"

enum {
	SMTPS_LOCAL_PART_MAX = 64, /* octets, RFC 5321 4.5.3.1.1 */
	SMTPS_DOMAIN_MAX = 255, /* 4.5.3.1.2 */
	SMTPS_PATH_MAX = 256, /* 4.5.3.1.3, with < and > */
	SMTPS_ADDRESS_TEXT_MAX = 1024, /* an address as written (a UTF-8 domain is longer than its A-labels) */
	SMTPS_DISPLAY_NAME_MAX = 1024,
	SMTPS_MAILBOX_TEXT_MAX = 4096, /* `Name <a@b>` as written */
	SMTPS_ADDRESS_LIST_MAX = 10000 /* mailboxes of one list */
};

typedef struct smtps_mailbox {
	smtps_buf name; /* display name, UTF-8, unquoted; empty: none */
	smtps_buf
		address; /* local part (quoted where it must be) "@" domain (A-labels, lower case) or literal; the form of
	                    * commands and of headers alike */
	size_t at; /* index in `address` of the @ that parts them */
	bool is_utf8; /* the local part is outside ASCII: needs SMTPUTF8 */
} smtps_mailbox;

/* `Name <a@b>`, `<a@b>` or `a@b`. `out` is zeroed by the caller, what it holds is replaced; unchanged on failure. */
bool smtps_mailbox_parse(smtps_mailbox *out, smtps_str text, smtps_error *error);
/* `address` alone, `name` taken as it is (UTF-8, no control characters; may be empty). */
bool smtps_mailbox_set(smtps_mailbox *out, smtps_str address, smtps_str name, smtps_error *error);
bool smtps_mailbox_copy(smtps_mailbox *to, const smtps_mailbox *from);
void smtps_mailbox_free(smtps_mailbox *mailbox); /* safe on a zeroed one and twice */
smtps_str smtps_mailbox_local(const smtps_mailbox *mailbox);
smtps_str smtps_mailbox_domain(const smtps_mailbox *mailbox);

/* An address alone (`a@b`; not `<a@b>`, no name), appended to `out` in the form of commands. `is_utf8` may be NULL. */
bool smtps_address_normalise(smtps_buf *out, smtps_str text, bool *is_utf8, smtps_error *error);

typedef struct smtps_mailbox_list {
	smtps_mailbox *items;
	size_t count, cap;
	size_t work; /* octets looked at by the list parser: tests hold it linear */
} smtps_mailbox_list;

/* Takes what `mailbox` owns; false without memory (then it is freed). */
bool smtps_mailbox_list_take(smtps_mailbox_list *list, smtps_mailbox *mailbox);
bool smtps_mailbox_list_copy(smtps_mailbox_list *to, const smtps_mailbox_list *from);
void smtps_mailbox_list_free(smtps_mailbox_list *list);
/* Appends the mailboxes of an address list as headers carry it (RFC 5322 3.4, unfolded or folded): comments are skipped,
 * groups give their members, empty elements nothing. Iterative, linear, at most SMTPS_ADDRESS_LIST_MAX. */
bool smtps_mailbox_list_parse(smtps_mailbox_list *list, smtps_str text, smtps_error *error);

#endif
