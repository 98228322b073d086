/*
 * Octets that come from streams and iterables, kept before anything is sent: so no user code runs in a transaction.
 */
#ifndef PHP_SMTPSEND_SPOOL_H
#define PHP_SMTPSEND_SPOOL_H

#include "compat.h"

#include "mail/content.h"

enum {
	PHP_SMTPSEND_SPOOL_MEMORY = 2 * 1024 * 1024, /* more goes to an unlinked file */
	PHP_SMTPSEND_SPOOL_CHUNK = 64 * 1024
};

typedef struct php_smtpsend_spool {
	smtps_buf memory;
	bool has_file;
	int fd;
	uint64_t size;
} php_smtpsend_spool;

/* Takes the octets over and empties `octets`. */
bool php_smtpsend_spool_add(php_smtpsend_spool *spool, smtps_buf *octets, smtps_error *error);
/* What was added, as a content; the spool is empty afterwards. NULL without memory. */
smtps_content *php_smtpsend_spool_content(php_smtpsend_spool *spool);
void php_smtpsend_spool_free(php_smtpsend_spool *spool); /* safe on a zeroed one and twice */

/*
 * Gives `take` all octets of a string, a stream (from where it stands), a Stringable, or, with `iterables`, an array or a Traversable of
 * strings. `what` begins the error's sentence. False: error filled in, or an exception of user code is pending.
 */
typedef bool php_smtpsend_take(void *context, const char *octets, size_t len, smtps_error *error);
bool php_smtpsend_pull(zval *value, bool iterables, const char *what, php_smtpsend_take *take, void *context,
	smtps_error *error);

/* The same as a content: strings stay where they are, plain files are read when they are sent, the rest is spooled. */
smtps_content *php_smtpsend_content_of(zval *value, const char *what, smtps_error *error);

#endif
