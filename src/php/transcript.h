/*
 * The last lines of a dialogue, for getTranscript() and exceptions: bounded, masked by the core, printable on the way out.
 */
#ifndef PHP_SMTPSEND_TRANSCRIPT_H
#define PHP_SMTPSEND_TRANSCRIPT_H

#include "compat.h"

#include "base/bytes.h"

enum { PHP_SMTPSEND_TRANSCRIPT_OCTETS = 32 * 1024, PHP_SMTPSEND_TRANSCRIPT_LINE = 1024 };

/* malloc memory; zeroed: empty. */
typedef struct php_smtpsend_transcript {
	smtps_buf text; /* "C: EHLO ...\n" */
	size_t call; /* where the lines of the last call begin */
} php_smtpsend_transcript;

void php_smtpsend_transcript_add(php_smtpsend_transcript *transcript, char direction, smtps_str line);
/* A call begins. */
void php_smtpsend_transcript_mark(php_smtpsend_transcript *transcript);
/* A list of lines: all there are, or those of the last call. */
void php_smtpsend_transcript_value(zval *out, const php_smtpsend_transcript *transcript, bool last_call);
void php_smtpsend_transcript_free(php_smtpsend_transcript *transcript);

#endif
