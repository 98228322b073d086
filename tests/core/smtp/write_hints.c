/*
 * Prints the table of hints for docs/errors.md; script/generate-docs runs it.
 */
#include <stdio.h>

#include "smtp/hints_internal.h"

/* "`too many` or `more`": the alternatives of a row's words, for Markdown. */
static void print_words(const char *alternatives)
{
	smtps_str rest = smtps_str_of(alternatives);
	const char *between = "";

	do {
		smtps_str phrase = smtps_str_split(rest, '|', &rest);

		printf("%s\"%.*s\"", between, (int)phrase.len, phrase.data);
		between = " or ";
	} while (rest.data);
}

static void print_stages(unsigned stages)
{
	const char *between = "";

	for (int stage = 0; stage < SMTPS_STAGE_COUNT; stage++) {
		if (stages & 1u << stage) {
			printf("%s%s", between, smtps_stage_name((smtps_stage)stage));
			between = ", ";
		}
	}
	printf("%s", stages ? "" : "any");
}

static void print_row(const smtps_hint_row *row)
{
	printf("| ");
	for (int i = 0; i < SMTPS_HINT_CODES && row->codes[i]; i++) {
		printf(row->codes[i] < 10 ? "%s%dxx" : "%s%d", i ? ", " : "", row->codes[i]);
	}
	if (row->enhanced[0]) {
		for (int i = 0; i < 3; i++) {
			const char *before = i ? "." : " ";

			if (row->enhanced[i] == SMTPS_HINT_ANY) {
				printf("%sx", before);
			} else {
				printf("%s%d", before, row->enhanced[i]);
			}
		}
	}
	for (int i = 0; i < SMTPS_HINT_WORDS && row->words[i]; i++) {
		printf("%s", i ? " and " : " ");
		print_words(row->words[i]);
	}
	printf(" | ");
	print_stages(row->stages);
	printf(" | %s%s | %s |\n", row->who, row->flags & SMTPS_HINT_ONLY_THERE ? " only" : "", row->sentence);
}

int main(void)
{
	printf("| reply | stage | who says so | what to do |\n| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < smtps_hint_row_count; i++) {
		print_row(&smtps_hint_rows[i]);
	}
	return 0;
}
