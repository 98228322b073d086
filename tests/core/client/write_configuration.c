/*
 * Writes docs/configuration.md to standard output; script/generate-docs builds and runs it.
 */
#include <stdio.h>

#include "client/options.h"

int main(void)
{
	smtps_buf page = {0};
	bool fine = smtps_options_document(&page) && fwrite(page.data, 1, page.len, stdout) == page.len;

	smtps_buf_free(&page);
	return fine ? 0 : 1;
}
