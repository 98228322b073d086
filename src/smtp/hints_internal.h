/*
 * The rows of the tables of hints; only src/smtp/hints*.c and their tests include it.
 */
#ifndef SMTPS_SMTP_HINTS_INTERNAL_H
#define SMTPS_SMTP_HINTS_INTERNAL_H

#include "hints.h"

enum {
	SMTPS_HINT_CODES = 6,
	SMTPS_HINT_WORDS = 2,
	SMTPS_HINT_ONLY_THERE = 1 << 16, /* a row of no use unless the host is the provider's */
	SMTPS_HINT_PUBLIC_FLAGS = (1 << 16) - 1,
	SMTPS_HINT_ANY = 0xffff /* any number at this place of an enhanced code */
};

/* A row fits where the code, the enhanced code, the stage and every entry of `words` do. */
typedef struct smtps_hint_row {
	const char *who; /* whose words these are, for the documentation */
	const char *hosts; /* domains of the provider, "|" between; "" for a server that anyone may run */
	unsigned stages; /* bits 1 << smtps_stage; 0: any */
	unsigned short codes[SMTPS_HINT_CODES]; /* 4 and 5 stand for 4xx and 5xx; none: any */
	unsigned short enhanced[3]; /* {0, 0, 0}: not looked at */
	/* Phrases, "|" between alternatives: whole words, ASCII case folded; a space is any white space and also the start of a
	 * reply's next line with its enhanced code; a "*" at the end lets the last word go on. */
	const char *words[SMTPS_HINT_WORDS];
	const char *sentence;
	unsigned flags;
} smtps_hint_row;

extern const smtps_hint_row smtps_hint_rows[];
extern const size_t smtps_hint_row_count;

#endif
