/*
 * Command lines: the one place where they are written (RFC 5321 4.1 and its extensions).
 *
 * Each function appends one line with its CRLF, or nothing and returns false: an argument with CR, LF or NUL, a line over the
 * limit, or no memory (out->failed).
 */
#ifndef SMTPS_SMTP_COMMAND_H
#define SMTPS_SMTP_COMMAND_H

#include "base/bytes.h"
#include "transaction.h"

enum {
	SMTPS_PATH_MAX = 254, /* an address without its <> (RFC 5321 4.5.3.1.3: 256 with them) */
	SMTPS_ENVID_MAX = 100, /* before xtext (RFC 3461 4.4) */
	SMTPS_ORCPT_MAX = 500 /* after encoding (RFC 3461 4.2) */
};

/* Without CR, LF and NUL. */
bool smtps_command_argument_is_safe(smtps_str argument);

/* A verb alone: RSET, DATA, NOOP, QUIT, STARTTLS. */
bool smtps_command_verb(smtps_buf *out, const char *verb);
/* EHLO, HELO. */
bool smtps_command_hello(smtps_buf *out, const char *verb, smtps_str name);
/* MAIL with the parameters that the transaction asks for, among those whose SMTPS_CAP_* is in `offered`. */
bool smtps_command_mail(smtps_buf *out, const smtps_transaction *transaction, unsigned offered);
bool smtps_command_rcpt(smtps_buf *out, const smtps_recipient *recipient, unsigned offered);
/* BDAT n LAST. */
bool smtps_command_bdat(smtps_buf *out, uint64_t size);
/* AUTH; `initial` NULL: without an initial response. */
bool smtps_command_auth(smtps_buf *out, const char *mechanism, const smtps_str *initial);
/* The answer to a 334, in base64. */
bool smtps_command_answer(smtps_buf *out, smtps_str octets);

/*
 * Whether any line of a message would be read as an SMTP command by a server that lost its place: such a message
 * never rides behind an unanswered RCPT. Fed in any chunks; start with a zeroed struct.
 */
typedef struct smtps_command_scan {
	char word[10]; /* the line's first word, lower case */
	unsigned len;
	bool past; /* its first word is done with */
	bool found;
} smtps_command_scan;

/* True from the first such line on. Lines end in LF. */
bool smtps_looks_like_command(smtps_command_scan *scan, smtps_str octets);

#endif
