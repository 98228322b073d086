/*
 * The sentences of refused options, in one place, so that they read alike:
 *
 *   the option port is "587abc", which is no port: write auto, a number from 1 to 65535, or a list such as 587,465
 *
 * Secrets, what may hold one, and anything that came in a DSN are never repeated: "the DSN's port is no port: ...".
 * Private to client/.
 */
#ifndef SMTPS_CLIENT_OPTION_SENTENCE_H
#define SMTPS_CLIENT_OPTION_SENTENCE_H

#include "options.h"

enum { SMTPS_SUBJECT_TEXT = 96 };

/* What is wrong with one value, and what to write instead. */
typedef struct smtps_fault {
	char what[160];
	char instead[224];
	bool hide; /* the value may hold a secret: do not repeat it */
} smtps_fault;

/* Fills it in; always false. */
bool smtps_fault_set(smtps_fault *fault, const char *what, const char *instead);
bool smtps_fault_hidden(smtps_fault *fault, const char *what, const char *instead);

/* "the option port", "the DSN's port", "smtpsend.port"; `out` holds SMTPS_SUBJECT_TEXT octets. */
const char *smtps_option_subject(smtps_option option, smtps_origin origin, char *out);
/* Subject of a value as it was set. */
const char *smtps_option_subject_of(const smtps_options *options, smtps_option option, char *out);
/* The refusal of one value; always false. `text` empty: it is not repeated. */
bool smtps_option_refuse(
	smtps_error *error, smtps_option option, smtps_origin origin, smtps_str text, const smtps_fault *fault);
/* A sentence that begins with the subject of a value; always false. */
bool smtps_option_complain(smtps_error *error, const smtps_options *options, smtps_option option,
	const char *format, ...) SMTPS_PRINTF(4, 5);
/* What the option's type asks for: "write on or off". */
void smtps_option_expects(smtps_option option, smtps_fault *fault);

/* Digits, where `is_fractional` with a point and up to six more; in millionths. (options_parse.c) */
bool smtps_parse_decimal(smtps_str text, bool is_fractional, int64_t *millionths);
/* on yes true 1, off no false 0. */
bool smtps_parse_bool(smtps_str text, bool *value);
/* Index of a word or of what its alias stands for; -1 unknown. */
int64_t smtps_parse_word(const char *const *words, smtps_str text, smtps_origin origin);

/* One text of a STRING, or one item of a LIST: checks it and appends its normal form. (options_text.c) */
bool smtps_option_check_text(smtps_option option, smtps_str text, smtps_buf *normal, smtps_fault *fault);

/* A host as a user writes it (options_host.c). */
typedef struct smtps_host_form {
	smtps_buf name; /* A-label name, literal without brackets, path of a unix socket */
	bool is_unix, is_literal, is_loopback;
} smtps_host_form;
/* The caller frees form->name in both cases. */
bool smtps_host_parse(smtps_str text, smtps_host_form *form, smtps_fault *fault);
bool smtps_is_address_literal(smtps_str text);
/* Appends the A-label form; "WHAT (why)" where there is none. Out of memory: true, and out->failed. */
bool smtps_domain_to_ascii(
	smtps_buf *out, smtps_str domain, smtps_fault *fault, const char *what, const char *instead);

/* A non-empty text without asking who may set it. (options_set.c) */
bool smtps_option_assign(
	smtps_options *options, smtps_option option, smtps_str text, smtps_origin origin, smtps_error *error);
/* Back to the default, not set. (options.c) */
bool smtps_option_reset(smtps_options *options, smtps_option option, smtps_error *error);

#endif
