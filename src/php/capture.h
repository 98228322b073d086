/*
 * Where mail goes in development: capture:// writes each to a file, null:// drops it.
 */
#ifndef PHP_SMTPSEND_CAPTURE_H
#define PHP_SMTPSEND_CAPTURE_H

#include "compat.h"

#include "client/client.h"

/* At construction: the directory is there, may be written to, and lies under open_basedir where a script named it. */
bool php_smtpsend_capture_check(const smtps_options *options, smtps_error *error);
/* In place of smtps_client_send(), with the same promise: every recipient is accepted, the file's name is the queue id. */
bool php_smtpsend_capture(
	const smtps_options *options, smtps_mail *mail, smtps_result *result, smtps_error *error);
/* The facts of a connection that is none. */
void php_smtpsend_capture_facts(const smtps_options *options, smtps_connection_facts *facts);

#endif
