/*
 * From the constructor's argument and php.ini to the core's options.
 */
#ifndef PHP_SMTPSEND_OPTIONS_H
#define PHP_SMTPSEND_OPTIONS_H

#include "compat.h"

#include "client/options.h"

/* What the core cannot hold. Request memory. */
typedef struct php_smtpsend_callables {
	zval token; /* oauth_token; undefined: none */
	zval log; /* callable or PSR-3 logger; undefined: none */
} php_smtpsend_callables;

/*
 * `given`: array or string (DSN). Finished options in `options` (zeroed by the caller, freed by it in both cases), callables kept with a
 * reference each. False: error filled in, or an exception is pending.
 */
bool php_smtpsend_options_make(
	smtps_options *options, php_smtpsend_callables *callables, zval *given, smtps_error *error);

/* name => value of every option; secrets masked. */
void php_smtpsend_options_value(
	zval *out, const smtps_options *options, const php_smtpsend_callables *callables);

#endif
