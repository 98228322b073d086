/*
 * The one place where the core's error becomes an exception.
 */
#ifndef PHP_SMTPSEND_EXCEPTIONS_H
#define PHP_SMTPSEND_EXCEPTIONS_H

#include "compat.h"

#include "client/result.h"

/* One class a kind; [SMTPS_OK] is the base of all. */
void php_smtpsend_exceptions_startup(zend_class_entry *const entries[SMTPS_KIND_COUNT]);

/*
 * Throws. `transcript` (a list) and `rejected` (address => Reply) are taken; each may be NULL, as may `attempts`. Where an
 * exception of the user's is pending already, it stands and nothing is thrown; nor is where the request is over or has timed out.
 */
void php_smtpsend_throw(
	const smtps_error *error, const smtps_attempts *attempts, zval *transcript, zval *rejected);
/* The same without circumstances; frees the error. */
void php_smtpsend_throw_error(smtps_error *error);

#endif
