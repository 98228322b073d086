/*
 * The module's entry, from MINIT to MINFO. What it offers is stated in smtpsend.stub.php and done in src/php/.
 *
 * A request that sends nothing costs nothing: no RINIT, no RSHUTDOWN. MINIT opens no connection, reads no trust store, and sets
 * all statics anew, because Apache loads a module twice.
 */
#include "php_smtpsend.h"

#include "ext/json/php_json.h"
#include "ext/standard/info.h"

#include "src/client/client.h"
#include "src/php/classes.h"
#include "src/php/info.h"
#include "src/php/ini.h"

ZEND_DECLARE_MODULE_GLOBALS(smtpsend)

#ifdef COMPILE_DL_SMTPSEND
#ifdef ZTS
ZEND_TSRMLS_CACHE_DEFINE()
#endif
ZEND_GET_MODULE(smtpsend)
#endif

static void start_globals(void *globals)
{
#if defined(COMPILE_DL_SMTPSEND) && defined(ZTS)
	ZEND_TSRMLS_CACHE_UPDATE();
#endif
	memset(globals, 0, sizeof(zend_smtpsend_globals));
}

static void end_globals(void *globals)
{
	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		smtps_buf_free(&((zend_smtpsend_globals *)globals)->request_secrets[i]);
	}
}

static PHP_MINIT_FUNCTION(smtpsend)
{
	php_smtpsend_classes_register();
	php_smtpsend_ini_startup(module_number);
	smtps_client_startup(php_smtpsend_ini_text("openssl.cafile"), php_smtpsend_ini_text("openssl.capath"));
	return SUCCESS;
}

static PHP_MSHUTDOWN_FUNCTION(smtpsend)
{
	smtps_client_shutdown();
	php_smtpsend_ini_shutdown(module_number);
	return SUCCESS;
}

static PHP_MINFO_FUNCTION(smtpsend)
{
	php_smtpsend_info(zend_module);
}

static const zend_module_dep dependencies[] = {
	ZEND_MOD_REQUIRED("spl") ZEND_MOD_REQUIRED("json") ZEND_MOD_REQUIRED("date") ZEND_MOD_END};

zend_module_entry smtpsend_module_entry = {
	STANDARD_MODULE_HEADER_EX,
	NULL,
	dependencies,
	"smtpsend",
	NULL,
	PHP_MINIT(smtpsend),
	PHP_MSHUTDOWN(smtpsend),
	NULL,
	NULL,
	PHP_MINFO(smtpsend),
	PHP_SMTPSEND_VERSION,
	PHP_MODULE_GLOBALS(smtpsend),
	start_globals,
	end_globals,
	NULL,
	STANDARD_MODULE_PROPERTIES_EX,
};
