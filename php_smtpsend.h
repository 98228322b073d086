/*
 * The module: version and globals.
 */
#ifndef PHP_SMTPSEND_H
#define PHP_SMTPSEND_H

#if defined(HAVE_CONFIG_H) && HAVE_CONFIG_H
#include "config.h"
#endif

#include "php.h"
#include "src/client/options.h"

#define PHP_SMTPSEND_VERSION "0.1.0"

extern zend_module_entry smtpsend_module_entry;
#define phpext_smtpsend_ptr &smtpsend_module_entry

/* What php.ini's layers hold for this thread beyond what the engine keeps (src/php/ini.c). */
ZEND_BEGIN_MODULE_GLOBALS(smtpsend)
smtps_buf request_secrets[SMTPS_O_COUNT]; /* set for this request; wiped at its end */
bool has_request_secret[SMTPS_O_COUNT];
bool is_users[SMTPS_O_COUNT]; /* the value came from .user.ini or .htaccess */
bool is_over; /* src/php/guard.c */
ZEND_END_MODULE_GLOBALS(smtpsend)

ZEND_EXTERN_MODULE_GLOBALS(smtpsend)
#define SMTPSEND_G(name) ZEND_MODULE_GLOBALS_ACCESSOR(smtpsend, name)

#if defined(ZTS) && defined(COMPILE_DL_SMTPSEND)
ZEND_TSRMLS_CACHE_EXTERN()
#endif

#endif
