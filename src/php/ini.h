/*
 * php.ini: one entry an option of the core's table; where a value came from; and secrets that nobody can read back.
 */
#ifndef PHP_SMTPSEND_INI_H
#define PHP_SMTPSEND_INI_H

#include "compat.h"

#include "client/options.h"

/* At MINIT: registers the entries, and wipes secrets out of the configuration hash. */
void php_smtpsend_ini_startup(int module_number);
void php_smtpsend_ini_shutdown(int module_number);

/* An entry of the configuration files as they were read, or NULL: of any module, at MINIT. */
const char *php_smtpsend_ini_text(const char *name);

/* Sets every option that php.ini (or a pool, a vhost, .user.ini, ini_set) sets. False: error filled in. */
bool php_smtpsend_ini_apply(smtps_options *options, smtps_error *error);

/* Whether an entry is set; secrets count too. */
bool php_smtpsend_ini_is_set(smtps_option option);
/* Whether a user's own file (.user.ini, .htaccess) set it: then it may name only what that user may read. */
bool php_smtpsend_ini_is_users(smtps_option option);

/* The content of password_file as MINIT read it, or NULL: `path` is not the one that was read then. */
const smtps_buf *php_smtpsend_ini_early_password(smtps_str path);

#endif
