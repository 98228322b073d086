/*
 * Faults of a message: the one kind, the one stage, and the caller's text made fit to stand in a sentence.
 */
#ifndef SMTPS_MAIL_FAULT_H
#define SMTPS_MAIL_FAULT_H

#include "base/error.h"

/* `return smtps_bad_message(error, "...")`. */
#define smtps_bad_message(error, ...) \
	smtps_fail((error), SMTPS_STAGE_MESSAGE, SMTPS_BAD_MESSAGE, SMTPS_CAUSE_NONE, __VA_ARGS__)

enum { SMTPS_QUOTE_MAX = 80 };

typedef struct smtps_quote {
	char text[SMTPS_QUOTE_MAX + 1];
} smtps_quote;

/* The beginning of `text`, printable, in `quote`; gives quote->text. Looks at no more than it shows. */
const char *smtps_quoted(smtps_quote *quote, smtps_str text);
/* Puts "what: " in front of the sentence of an error that is set. Always false. */
bool smtps_bad_where(smtps_error *error, const char *what);
/* Index of the first character that no header field and no address may hold: C0 but HTAB (`tab` says whether that is one
 * too), DEL, C1, line and paragraph separators, or ill-formed UTF-8. text.len when there is none. */
size_t smtps_find_control(smtps_str text, bool tab);
/* A sentence about what stands at `at` there: "holds a control character (\x0D at octet 4)" ... */
bool smtps_bad_control(smtps_error *error, const char *what, smtps_str text, size_t at);

#endif
