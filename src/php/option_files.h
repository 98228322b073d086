/*
 * The files that options name: their content goes to the core, which opens none.
 */
#ifndef PHP_SMTPSEND_OPTION_FILES_H
#define PHP_SMTPSEND_OPTION_FILES_H

#include "compat.h"

#include "client/options.h"

/* ca_file, client_cert, client_key, dkim_key, password_file and oauth_token_file, where they are set. */
bool php_smtpsend_option_files_read(smtps_options *options, smtps_error *error);
/* oauth_token_file as it is now: another process may have written a fresh token. */
bool php_smtpsend_option_files_token(const smtps_options *options, smtps_buf *token, smtps_error *error);

#endif
