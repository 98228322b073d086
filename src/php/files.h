/*
 * Files that scripts and php.ini name: certificates, keys, passwords, attachments. The core opens none of them.
 */
#ifndef PHP_SMTPSEND_FILES_H
#define PHP_SMTPSEND_FILES_H

#include "compat.h"

#include "base/error.h"
#include "mail/content.h"

enum { PHP_SMTPSEND_FILE_MAX = 4 * 1024 * 1024 }; /* octets of a file that is read whole */

typedef struct php_smtpsend_file_rules {
	const char *subject; /* of the error's sentence: "the option ca_file" */
	bool is_script; /* named by a script: open_basedir holds */
	bool is_message; /* stage message, SMTPS_BAD_MESSAGE; else stage options, SMTPS_BAD_OPTION */
	bool hide; /* the name may be a secret written into the wrong place: it is not repeated */
} php_smtpsend_file_rules;

/*
 * Opens a regular file for reading; the descriptor, or -1 (error filled in; it may be NULL). Wrappers (http://, phar://, data:),
 * devices, pipes and directories are refused. `size`: octets at this moment.
 */
int php_smtpsend_file_open(
	smtps_str path, const php_smtpsend_file_rules *rules, uint64_t *size, smtps_error *error);
/* Appends the whole content, at most PHP_SMTPSEND_FILE_MAX. */
bool php_smtpsend_file_read(
	smtps_str path, const php_smtpsend_file_rules *rules, smtps_buf *out, smtps_error *error);
/* Octets of a descriptor from `start` on, read when they are sent; takes the descriptor. NULL without memory. */
smtps_content *php_smtpsend_file_content(int fd, uint64_t start, uint64_t size);

#endif
