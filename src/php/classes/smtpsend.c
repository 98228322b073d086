/*
 * SmtpSend: the client as PHP sees it.
 *
 * Nothing of it is a property: options and secrets live in memory of the core. Neither cloneable nor serialisable. Busy is a
 * property of a connection, so every method may be called from inside a callback of another call, but close().
 */
#include "php/classes.h"

#include "php/capture.h"
#include "php/exceptions.h"
#include "php/guard.h"
#include "php/message.h"
#include "php/object.h"
#include "php/submit.h"

static zend_object_handlers handlers;

static zend_object *create(zend_class_entry *entry)
{
	php_smtpsend_object *object = zend_object_alloc(sizeof *object, entry);

	zend_object_std_init(&object->std, entry);
	object_properties_init(&object->std, entry);
	object->std.handlers = &handlers;
	return &object->std;
}

static void free_object(zend_object *standard)
{
	php_smtpsend_object *object = php_smtpsend_object_of(standard);

	smtps_client_free(object->client);
	smtps_dkim_free(object->dkim);
	smtps_options_free(&object->options);
	smtps_buf_free(&object->allowed_from);
	smtps_buf_free(&object->redirect_to);
	php_smtpsend_transcript_free(&object->transcript);
	zval_ptr_dtor(&object->callables.token);
	zval_ptr_dtor(&object->callables.log);
	zend_object_std_dtor(standard);
}

static HashTable *get_gc(zend_object *standard, zval **table, int *count)
{
	php_smtpsend_object *object = php_smtpsend_object_of(standard);
	zend_get_gc_buffer *buffer = zend_get_gc_buffer_create();

	zend_get_gc_buffer_add_zval(buffer, &object->callables.token);
	zend_get_gc_buffer_add_zval(buffer, &object->callables.log);
	zend_get_gc_buffer_use(buffer, table, count);
	return zend_std_get_properties(standard);
}

void php_smtpsend_object_startup(zend_class_entry *entry)
{
	entry->create_object = create;
	memcpy(&handlers, &std_object_handlers, sizeof handlers);
	handlers.offset = offsetof(php_smtpsend_object, std);
	handlers.free_obj = free_object;
	handlers.clone_obj = NULL;
	handlers.get_gc = get_gc;
}

/* The object, or NULL and an Error: it was made without its constructor. */
static php_smtpsend_object *object_of(zval *this)
{
	php_smtpsend_object *object = php_smtpsend_object_of(Z_OBJ_P(this));

	if (!object->is_constructed) {
		zend_throw_error(NULL, "The SmtpSend object has not been constructed");
		return NULL;
	}
	return object;
}

/* --- construction --- */

/* LF-parted, as the core keeps lists, to commas, as the composer reads them. */
static void join(smtps_buf *out, const smtps_options *options, smtps_option option)
{
	for (size_t i = 0; i < smtps_option_count(options, option); i++) {
		smtps_buf_add_text(out, i ? "," : "");
		smtps_buf_add_str(out, smtps_option_item(options, option, i));
	}
}

/* One passphrase serves all keys. */
static smtps_str passphrase_of(const smtps_options *options, size_t index)
{
	size_t count = smtps_option_count(options, SMTPS_O_DKIM_KEY_PASSPHRASE);

	return smtps_option_item(options, SMTPS_O_DKIM_KEY_PASSPHRASE, count == 1 ? 0 : index);
}

static bool make_dkim(php_smtpsend_object *object, smtps_error *error)
{
	const smtps_options *options = &object->options;
	size_t count = smtps_option_count(options, SMTPS_O_DKIM_DOMAIN);
	smtps_str rest = smtps_buf_str(&options->dkim_key_pem);
	smtps_buf headers = {0};
	bool fine = true;

	if (count == 0) {
		return true;
	}
	object->dkim = smtps_dkim_new();
	if (!object->dkim) {
		return smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
	}
	for (size_t i = 0; fine && i < count; i++) {
		fine = smtps_dkim_add(object->dkim, smtps_option_item(options, SMTPS_O_DKIM_DOMAIN, i),
			smtps_option_item(options, SMTPS_O_DKIM_SELECTOR, i), smtps_str_split(rest, '\0', &rest),
			passphrase_of(options, i), error);
	}
	join(&headers, options, SMTPS_O_DKIM_HEADERS);
	fine = fine && smtps_dkim_set_headers(object->dkim, smtps_buf_str(&headers), error);
	smtps_buf_free(&headers);
	return fine;
}

static bool construct(php_smtpsend_object *object, zval *given, smtps_error *error)
{
	smtps_host host;

	if (!php_smtpsend_options_make(&object->options, &object->callables, given, error) ||
		!php_smtpsend_capture_check(&object->options, error) || !make_dkim(object, error)) {
		return false;
	}
	join(&object->allowed_from, &object->options, SMTPS_O_ALLOWED_FROM);
	join(&object->redirect_to, &object->options, SMTPS_O_REDIRECT_TO);
	if (object->allowed_from.failed || object->redirect_to.failed) {
		return smtps_fail_memory(error, SMTPS_STAGE_OPTIONS);
	}
	if (object->options.transport == SMTPS_TRANSPORT_SMTP) {
		host = php_smtpsend_host(object);
		object->client = smtps_client_new(&object->options, &host, error);
		return object->client != NULL;
	}
	return true;
}

ZEND_METHOD(SmtpSend, __construct)
{
	php_smtpsend_object *object = php_smtpsend_object_of(Z_OBJ_P(ZEND_THIS));
	smtps_error error = {0};
	zend_string *dsn = NULL;
	HashTable *array = NULL;
	zval given;

	ZEND_PARSE_PARAMETERS_START(0, 1)
	Z_PARAM_OPTIONAL
	Z_PARAM_ARRAY_HT_OR_STR(array, dsn)
	ZEND_PARSE_PARAMETERS_END();
	if (object->options.values[SMTPS_O_TIMEOUT].number) {
		zend_throw_error(NULL, "The SmtpSend object has been constructed already");
		RETURN_THROWS();
	}
	if (dsn) {
		ZVAL_STR(&given, dsn);
	} else if (array) {
		ZVAL_ARR(&given, array);
	}
	if (!construct(object, dsn || array ? &given : NULL, &error)) {
		php_smtpsend_throw_error(&error);
		RETURN_THROWS();
	}
	object->is_constructed = true;
}

/* --- sending --- */

static void send_raw_message(php_smtpsend_object *object, zval *message, zval *return_value)
{
	enum { SENDER, RECIPIENTS, MESSAGE };
	zval *sender = OBJ_PROP_NUM(Z_OBJ_P(message), SENDER);

	if (Z_ISUNDEF_P(sender)) {
		zend_throw_error(NULL, "The SmtpSend\\RawMessage object has not been constructed");
		return;
	}
	php_smtpsend_submit_raw(object, (smtps_str){Z_STRVAL_P(sender), Z_STRLEN_P(sender)},
		OBJ_PROP_NUM(Z_OBJ_P(message), RECIPIENTS), OBJ_PROP_NUM(Z_OBJ_P(message), MESSAGE), return_value);
}

static void send_array(php_smtpsend_object *object, HashTable *array, zval *return_value)
{
	smtps_message *message = smtps_message_new();
	smtps_error error = {0};

	if (!message) {
		smtps_fail_memory(&error, SMTPS_STAGE_MESSAGE);
	} else if (php_smtpsend_message_fill(message, array, &error)) {
		php_smtpsend_submit_message(object, message, return_value);
	}
	if (smtps_error_is_set(&error)) {
		php_smtpsend_throw_error(&error);
	}
	smtps_message_free(message);
}

ZEND_METHOD(SmtpSend, send)
{
	php_smtpsend_object *object = object_of(ZEND_THIS);
	zval *message;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_ZVAL(message)
	ZEND_PARSE_PARAMETERS_END();
	if (!object) {
		RETURN_THROWS();
	}
	if (Z_TYPE_P(message) == IS_ARRAY) {
		send_array(object, Z_ARRVAL_P(message), return_value);
	} else if (Z_TYPE_P(message) == IS_OBJECT && Z_OBJCE_P(message) == php_smtpsend_ce_message) {
		php_smtpsend_submit_message(object, php_smtpsend_message_of(Z_OBJ_P(message)), return_value);
	} else if (Z_TYPE_P(message) == IS_OBJECT && Z_OBJCE_P(message) == php_smtpsend_ce_raw_message) {
		send_raw_message(object, message, return_value);
	} else {
		zend_argument_type_error(1, "must be of type SmtpSend\\Message|SmtpSend\\RawMessage|array, %s given",
			php_smtpsend_type_name(message));
	}
	php_smtpsend_leave();
}

ZEND_METHOD(SmtpSend, sendRaw)
{
	php_smtpsend_object *object = object_of(ZEND_THIS);
	zend_string *sender, *recipient;
	HashTable *list;
	zval *octets, recipients;

	ZEND_PARSE_PARAMETERS_START(3, 3)
	Z_PARAM_STR(sender)
	Z_PARAM_ARRAY_HT_OR_STR(list, recipient)
	Z_PARAM_ZVAL(octets)
	ZEND_PARSE_PARAMETERS_END();
	if (!object) {
		RETURN_THROWS();
	}
	if (list) {
		ZVAL_ARR(&recipients, list);
	} else {
		ZVAL_STR(&recipients, recipient);
	}
	php_smtpsend_submit_raw(
		object, (smtps_str){ZSTR_VAL(sender), ZSTR_LEN(sender)}, &recipients, octets, return_value);
	php_smtpsend_leave();
}

/* --- the connection --- */

static bool connect_it(
	php_smtpsend_object *object, smtps_connection_facts *facts, smtps_attempts *attempts, smtps_error *error)
{
	php_smtpsend_transcript_mark(&object->transcript);
	if (!object->client) {
		php_smtpsend_capture_facts(&object->options, facts);
		return true;
	}
	return smtps_client_connect(object->client, facts, attempts, error);
}

ZEND_METHOD(SmtpSend, connect)
{
	php_smtpsend_object *object = object_of(ZEND_THIS);
	smtps_connection_facts facts = {.mechanism = SMTPS_MECHANISM_COUNT};
	smtps_attempts attempts = {0};
	smtps_error error = {0};
	zval transcript;
	bool fine;

	ZEND_PARSE_PARAMETERS_NONE();
	if (!object) {
		RETURN_THROWS();
	}
	fine = connect_it(object, &facts, &attempts, &error);
	if (!php_smtpsend_is_over() && !EG(exception)) {
		if (fine) {
			php_smtpsend_connection_value(return_value, &facts);
		} else {
			php_smtpsend_transcript_value(&transcript, &object->transcript, true);
			php_smtpsend_throw(&error, &attempts, &transcript, NULL);
		}
	}
	smtps_connection_facts_free(&facts);
	smtps_attempts_free(&attempts);
	smtps_error_free(&error);
	php_smtpsend_leave();
}

ZEND_METHOD(SmtpSend, close)
{
	php_smtpsend_object *object = object_of(ZEND_THIS);

	ZEND_PARSE_PARAMETERS_NONE();
	if (object && object->client && !smtps_client_close(object->client)) {
		zend_throw_error(
			NULL, "SmtpSend::close() must not be called from inside a callback of a call in progress");
	}
}

ZEND_METHOD(SmtpSend, isConnected)
{
	php_smtpsend_object *object = object_of(ZEND_THIS);

	ZEND_PARSE_PARAMETERS_NONE();
	if (!object) {
		RETURN_THROWS();
	}
	RETURN_BOOL(object->client && smtps_client_is_connected(object->client));
}

ZEND_METHOD(SmtpSend, getOptions)
{
	php_smtpsend_object *object = object_of(ZEND_THIS);

	ZEND_PARSE_PARAMETERS_NONE();
	if (!object) {
		RETURN_THROWS();
	}
	php_smtpsend_options_value(return_value, &object->options, &object->callables);
}

ZEND_METHOD(SmtpSend, getTranscript)
{
	php_smtpsend_object *object = object_of(ZEND_THIS);

	ZEND_PARSE_PARAMETERS_NONE();
	if (!object) {
		RETURN_THROWS();
	}
	php_smtpsend_transcript_value(return_value, &object->transcript, false);
}
