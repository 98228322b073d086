/*
 * SmtpSend's object: options, the client of the core, and what only PHP can hold.
 */
#ifndef PHP_SMTPSEND_OBJECT_H
#define PHP_SMTPSEND_OBJECT_H

#include "compat.h"

#include "client/client.h"
#include "mail/dkim.h"
#include "options.h"
#include "transcript.h"

typedef struct php_smtpsend_object {
	smtps_options options; /* finished; malloc */
	smtps_client *client; /* malloc; NULL: never constructed, or nothing is sent (capture://, null://) */
	smtps_dkim *dkim; /* NULL: unsigned */
	smtps_buf allowed_from, redirect_to; /* as the composer wants them: parted by commas */
	php_smtpsend_transcript transcript;
	php_smtpsend_callables callables; /* request memory */
	bool is_constructed;
	zend_object std;
} php_smtpsend_object;

static inline php_smtpsend_object *php_smtpsend_object_of(zend_object *object)
{
	return (php_smtpsend_object *)(void *)((char *)object - offsetof(php_smtpsend_object, std));
}

/* The host's side of the core's callbacks (host.c). `context` is the object. */
smtps_host php_smtpsend_host(php_smtpsend_object *object);

#endif
