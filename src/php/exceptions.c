/*
 * Exceptions: kind to class, the one line of getMessage(), and properties that are always initialised.
 *
 * Frameworks pass on getMessage() alone, so it holds all that helps: `stage: server said "CODE TEXT"; hint`.
 */
#include "exceptions.h"

#include "ext/spl/spl_exceptions.h"
#include "zend_exceptions.h"

#include "classes.h"
#include "guard.h"

static zend_class_entry *classes[SMTPS_KIND_COUNT];

/* Where the properties stand in each object, in the order of the stub. */
enum { REPLY, STAGE, ATTEMPTS, HINT, OUTCOME, TRANSCRIPT, TEMPORARY, MEMBERS };
static const char *const names[MEMBERS] = {
	"reply", "stage", "attempts", "hint", "outcome", "transcript", "temporary"};
static uint32_t offsets[MEMBERS];
static uint32_t rejected_offset;

static uint32_t offset_of(zend_class_entry *entry, const char *name)
{
	zend_property_info *info = zend_hash_str_find_ptr(&entry->properties_info, name, strlen(name));

	return info->offset;
}

static bool has_rejected(const zend_object *object)
{
	return instanceof_function(object->ce, classes[SMTPS_NO_RECIPIENT]);
}

static void set_slot(zend_object *object, uint32_t offset, zval *value)
{
	zval *slot = OBJ_PROP(object, offset), old;

	ZVAL_COPY_VALUE(&old, slot);
	ZVAL_COPY_VALUE(slot, value);
	Z_PROP_FLAG_P(slot) = 0;
	zval_ptr_dtor(&old);
}

static void set_string(zend_object *object, int member, const char *text)
{
	zval value;

	ZVAL_STRING(&value, text);
	set_slot(object, offsets[member], &value);
}

/* A subclass in PHP may forget our constructor: nothing may be uninitialised for that. */
static zend_object *create(zend_class_entry *entry)
{
	zend_object *object = spl_ce_RuntimeException->create_object(entry);
	zval value;

	ZVAL_NULL(&value);
	set_slot(object, offsets[REPLY], &value);
	set_slot(object, offsets[TEMPORARY], &value);
	ZVAL_EMPTY_ARRAY(&value);
	set_slot(object, offsets[ATTEMPTS], &value);
	set_slot(object, offsets[TRANSCRIPT], &value);
	if (has_rejected(object)) {
		set_slot(object, rejected_offset, &value);
	}
	set_string(object, STAGE, "");
	set_string(object, HINT, "");
	set_string(object, OUTCOME, "not sent");
	return object;
}

void php_smtpsend_exceptions_startup(zend_class_entry *const entries[SMTPS_KIND_COUNT])
{
	memcpy(classes, entries, sizeof classes);
	for (int i = 0; i < MEMBERS; i++) {
		offsets[i] = offset_of(classes[SMTPS_OK], names[i]);
	}
	rejected_offset = offset_of(classes[SMTPS_NO_RECIPIENT], "rejected");
	for (int i = 0; i < SMTPS_KIND_COUNT; i++) {
		classes[i]->create_object = create;
	}
}

/* The command that a reply at this stage answers. */
static const char *command_at(smtps_stage stage)
{
	static const char *const commands[SMTPS_STAGE_COUNT] = {
		[SMTPS_STAGE_EHLO] = "EHLO",
		[SMTPS_STAGE_STARTTLS] = "STARTTLS",
		[SMTPS_STAGE_AUTH] = "AUTH",
		[SMTPS_STAGE_MAIL] = "MAIL",
		[SMTPS_STAGE_RCPT] = "RCPT",
		[SMTPS_STAGE_DATA] = "DATA",
		[SMTPS_STAGE_END] = "DATA",
		[SMTPS_STAGE_RSET] = "RSET",
		[SMTPS_STAGE_QUIT] = "QUIT",
	};

	return commands[stage];
}

static void message_of(zval *out, const smtps_error *error)
{
	ZVAL_STR(out,
		zend_strpprintf(0, "%s: %s%s%s", smtps_stage_name(error->stage), error->text,
			error->hint[0] ? "; " : "", error->hint));
}

static void fill_in(zend_object *object, const smtps_error *error, const smtps_attempts *attempts)
{
	zval value;

	message_of(&value, error);
	zend_update_property_ex(zend_ce_exception, object, ZSTR_KNOWN(ZEND_STR_MESSAGE), &value);
	zval_ptr_dtor(&value);
	ZVAL_LONG(&value, error->reply.code);
	zend_update_property_ex(zend_ce_exception, object, ZSTR_KNOWN(ZEND_STR_CODE), &value);
	php_smtpsend_reply_value(&value, &error->reply, command_at(error->stage));
	set_slot(object, offsets[REPLY], &value);
	php_smtpsend_attempts_value(&value, attempts);
	set_slot(object, offsets[ATTEMPTS], &value);
	ZVAL_BOOL(&value, error->temporary);
	set_slot(object, offsets[TEMPORARY], &value);
	set_string(object, STAGE, smtps_stage_name(error->stage));
	set_string(object, HINT, error->hint);
	set_string(object, OUTCOME, error->outcome == SMTPS_UNKNOWN ? "unknown" : "not sent");
}

static void drop(zval *value)
{
	if (value) {
		zval_ptr_dtor(value);
	}
}

void php_smtpsend_throw(
	const smtps_error *error, const smtps_attempts *attempts, zval *transcript, zval *rejected)
{
	zval exception;

	if (EG(exception) || php_smtpsend_is_over() ||
		(error->kind == SMTPS_INTERRUPTED && zend_atomic_bool_load_ex(&EG(timed_out)))) {
		drop(transcript);
		drop(rejected);
		return;
	}
	object_init_ex(&exception, classes[error->kind]);
	fill_in(Z_OBJ(exception), error, attempts);
	if (transcript) {
		set_slot(Z_OBJ(exception), offsets[TRANSCRIPT], transcript);
	}
	if (rejected && has_rejected(Z_OBJ(exception))) {
		set_slot(Z_OBJ(exception), rejected_offset, rejected);
	} else {
		drop(rejected);
	}
	zend_throw_exception_object(&exception);
}

void php_smtpsend_throw_error(smtps_error *error)
{
	php_smtpsend_throw(error, NULL, NULL, NULL);
	smtps_error_free(error);
}

/* --- methods --- */

typedef struct arguments {
	zend_string *message, *stage, *hint, *outcome;
	zend_long code;
	zval *previous, *reply, *attempts, *transcript, *rejected;
} arguments;

static bool parse(zend_execute_data *execute_data, arguments *given, uint32_t most)
{
	ZEND_PARSE_PARAMETERS_START_EX(0, 0, most)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR(given->message)
	Z_PARAM_LONG(given->code)
	Z_PARAM_OBJECT_OF_CLASS_OR_NULL(given->previous, zend_ce_throwable)
	Z_PARAM_OBJECT_OF_CLASS_OR_NULL(given->reply, php_smtpsend_ce_reply)
	Z_PARAM_STR(given->stage)
	Z_PARAM_ARRAY(given->attempts)
	Z_PARAM_STR(given->hint)
	Z_PARAM_STR(given->outcome)
	Z_PARAM_ARRAY(given->transcript)
	Z_PARAM_ARRAY(given->rejected)
	ZEND_PARSE_PARAMETERS_END_EX(return false);
	if (given->outcome && !zend_string_equals_literal(given->outcome, "not sent") &&
		!zend_string_equals_literal(given->outcome, "unknown")) {
		zend_argument_value_error(8, "must be either \"not sent\" or \"unknown\"");
		return false;
	}
	return true;
}

static void set_copy(zend_object *object, uint32_t offset, zval *given)
{
	zval copy;

	if (given) {
		ZVAL_COPY(&copy, given);
		set_slot(object, offset, &copy);
	}
}

static void set_text(zend_object *object, int member, zend_string *given)
{
	zval copy;

	if (given) {
		ZVAL_STR_COPY(&copy, given);
		set_slot(object, offsets[member], &copy);
	}
}

static void construct(zend_execute_data *execute_data, uint32_t most)
{
	zend_object *object = Z_OBJ_P(ZEND_THIS);
	arguments given = {0};
	zval value;

	if (!parse(execute_data, &given, most)) {
		return;
	}
	if (given.message) {
		ZVAL_STR(&value, given.message);
		zend_update_property_ex(zend_ce_exception, object, ZSTR_KNOWN(ZEND_STR_MESSAGE), &value);
	}
	ZVAL_LONG(&value, given.code);
	zend_update_property_ex(zend_ce_exception, object, ZSTR_KNOWN(ZEND_STR_CODE), &value);
	if (given.previous) {
		zend_update_property_ex(zend_ce_exception, object, ZSTR_KNOWN(ZEND_STR_PREVIOUS), given.previous);
	}
	set_copy(object, offsets[REPLY], given.reply);
	set_copy(object, offsets[ATTEMPTS], given.attempts);
	set_copy(object, offsets[TRANSCRIPT], given.transcript);
	set_text(object, STAGE, given.stage);
	set_text(object, HINT, given.hint);
	set_text(object, OUTCOME, given.outcome);
	if (given.rejected) {
		set_copy(object, rejected_offset, given.rejected);
	}
}

ZEND_METHOD(SmtpSend_Exception, __construct)
{
	construct(execute_data, 9);
	(void)return_value;
}

ZEND_METHOD(SmtpSend_RecipientException, __construct)
{
	construct(execute_data, 10);
	(void)return_value;
}

/* What the core said; of one made by hand: what its reply and its class say. */
static bool is_transient(zend_object *object)
{
	zval *temporary = OBJ_PROP(object, offsets[TEMPORARY]), *reply = OBJ_PROP(object, offsets[REPLY]);
	zend_long code = 0;

	if (Z_TYPE_P(temporary) != IS_NULL) {
		return Z_TYPE_P(temporary) == IS_TRUE;
	}
	if (Z_TYPE_P(reply) == IS_OBJECT && Z_TYPE_P(OBJ_PROP_NUM(Z_OBJ_P(reply), 0)) == IS_LONG) {
		code = Z_LVAL_P(OBJ_PROP_NUM(Z_OBJ_P(reply), 0));
	}
	return code ? code / 100 == 4
				: instanceof_function(object->ce, classes[SMTPS_LOST]) ||
			instanceof_function(object->ce, classes[SMTPS_LIMITED]) ||
			instanceof_function(object->ce, classes[SMTPS_UNKNOWN_OUTCOME]);
}

ZEND_METHOD(SmtpSend_Exception, isTransient)
{
	ZEND_PARSE_PARAMETERS_NONE();
	RETURN_BOOL(is_transient(Z_OBJ_P(ZEND_THIS)));
}

ZEND_METHOD(SmtpSend_Exception, isRetryable)
{
	zval *outcome = OBJ_PROP(Z_OBJ_P(ZEND_THIS), offsets[OUTCOME]);

	ZEND_PARSE_PARAMETERS_NONE();
	RETURN_BOOL(is_transient(Z_OBJ_P(ZEND_THIS)) && zend_string_equals_literal(Z_STR_P(outcome), "not sent"));
}
