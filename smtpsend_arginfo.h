/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: 2b418eb81b43a798198f18f5ec130d3b135a0959 */

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_SmtpSend_Transport_send, 0, 1, SmtpSend\\Result, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, message, SmtpSend\\Message|SmtpSend\\RawMessage, MAY_BE_ARRAY, NULL)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_SmtpSend_Transport_sendRaw, 0, 3, SmtpSend\\Result, 0)
	ZEND_ARG_TYPE_INFO(0, sender, IS_STRING, 0)
	ZEND_ARG_TYPE_MASK(0, recipients, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
	ZEND_ARG_TYPE_INFO(0, message, IS_MIXED, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_SmtpSend_Reply___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, code, IS_LONG, 0, "0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, enhancedCode, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, text, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, lines, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, command, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Reply_isTransient, 0, 0, _IS_BOOL, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_SmtpSend_Reply_isPermanent arginfo_class_SmtpSend_Reply_isTransient

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Reply_jsonSerialize, 0, 0, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_SmtpSend_Attempt___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, address, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, port, IS_LONG, 0, "0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, encryption, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, stage, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, error, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, code, IS_LONG, 0, "0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, duration, IS_DOUBLE, 0, "0.0")
ZEND_END_ARG_INFO()

#define arginfo_class_SmtpSend_Attempt_jsonSerialize arginfo_class_SmtpSend_Reply_jsonSerialize

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_SmtpSend_Certificate___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, subject, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, issuer, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, altNames, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, notBefore, IS_LONG, 0, "0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, notAfter, IS_LONG, 0, "0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, fingerprint, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, keyFingerprint, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

#define arginfo_class_SmtpSend_Certificate_jsonSerialize arginfo_class_SmtpSend_Reply_jsonSerialize

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_SmtpSend_Connection___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, host, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, address, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, port, IS_LONG, 0, "0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, encryption, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, tlsVersion, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, cipher, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, verified, _IS_BOOL, 0, "false")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, certificate, SmtpSend\\Certificate, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, capabilities, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, authMechanisms, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, authMechanism, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, greeting, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

#define arginfo_class_SmtpSend_Connection_jsonSerialize arginfo_class_SmtpSend_Reply_jsonSerialize

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_SmtpSend_Result___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, messageId, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, queueId, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, queueIds, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, accepted, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, rejected, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, unknown, IS_ARRAY, 0, "[]")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, reply, SmtpSend\\Reply, 1, "null")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, connection, SmtpSend\\Connection, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, reused, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, timings, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, attempts, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

#define arginfo_class_SmtpSend_Result_jsonSerialize arginfo_class_SmtpSend_Reply_jsonSerialize

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_SmtpSend_Message___construct, 0, 0, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_from, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_MASK(0, mailbox, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, name, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_sender, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, mailbox, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, name, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

#define arginfo_class_SmtpSend_Message_replyTo arginfo_class_SmtpSend_Message_from

#define arginfo_class_SmtpSend_Message_to arginfo_class_SmtpSend_Message_from

#define arginfo_class_SmtpSend_Message_cc arginfo_class_SmtpSend_Message_from

#define arginfo_class_SmtpSend_Message_bcc arginfo_class_SmtpSend_Message_from

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_subject, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, subject, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_text, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, text, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, charset, IS_STRING, 0, "\"utf-8\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_html, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, html, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, charset, IS_STRING, 0, "\"utf-8\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_textFromHtml, 0, 0, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, wanted, _IS_BOOL, 0, "true")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_attach, 0, 2, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, data, IS_MIXED, 0)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, type, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_attachFile, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, path, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, name, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, type, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_embed, 0, 2, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, data, IS_MIXED, 0)
	ZEND_ARG_TYPE_INFO(0, cid, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, type, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, name, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_embedFile, 0, 2, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, path, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, cid, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, type, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, name, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_attachMessage, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, message, IS_MIXED, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, name, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_calendar, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, calendar, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, method, IS_STRING, 0, "\"REQUEST\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, attach, _IS_BOOL, 0, "true")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_header, 0, 2, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, value, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_date, 0, 1, IS_STATIC, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, date, DateTimeInterface, MAY_BE_LONG, NULL)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_messageId, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, id, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_priority, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, priority, IS_LONG, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_listUnsubscribe, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_MASK(0, uris, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, oneClick, _IS_BOOL, 0, "false")
ZEND_END_ARG_INFO()

#define arginfo_class_SmtpSend_Message_inReplyTo arginfo_class_SmtpSend_Message_messageId

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_references, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_MASK(0, ids, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_autoSubmitted, 0, 0, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, value, IS_STRING, 0, "\"auto-generated\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_envelope, 0, 0, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, sender, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_MASK(0, recipients, MAY_BE_STRING|MAY_BE_ARRAY, "[]")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_dsn, 0, 0, IS_STATIC, 0)
	ZEND_ARG_TYPE_MASK(0, notify, MAY_BE_STRING|MAY_BE_ARRAY, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, return, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, id, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

#define arginfo_class_SmtpSend_Message_requireTls arginfo_class_SmtpSend_Message_textFromHtml

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_toString, 0, 0, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_Message_writeTo, 0, 1, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, stream, IS_MIXED, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_SmtpSend_RawMessage___construct, 0, 0, 3)
	ZEND_ARG_TYPE_INFO(0, sender, IS_STRING, 0)
	ZEND_ARG_TYPE_MASK(0, recipients, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
	ZEND_ARG_TYPE_INFO(0, message, IS_MIXED, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_SmtpSend_Exception___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, message, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, code, IS_LONG, 0, "0")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, previous, Throwable, 1, "null")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, reply, SmtpSend\\Reply, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, stage, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, attempts, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, hint, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, outcome, IS_STRING, 0, "\"not sent\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, transcript, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

#define arginfo_class_SmtpSend_Exception_isTransient arginfo_class_SmtpSend_Reply_isTransient

#define arginfo_class_SmtpSend_Exception_isRetryable arginfo_class_SmtpSend_Reply_isTransient

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_SmtpSend_RecipientException___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, message, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, code, IS_LONG, 0, "0")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, previous, Throwable, 1, "null")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, reply, SmtpSend\\Reply, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, stage, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, attempts, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, hint, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, outcome, IS_STRING, 0, "\"not sent\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, transcript, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, rejected, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_SmtpSend___construct, 0, 0, 0)
	ZEND_ARG_TYPE_MASK(0, options, MAY_BE_ARRAY|MAY_BE_STRING, "[]")
ZEND_END_ARG_INFO()

#define arginfo_class_SmtpSend_send arginfo_class_SmtpSend_Transport_send

#define arginfo_class_SmtpSend_sendRaw arginfo_class_SmtpSend_Transport_sendRaw

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_SmtpSend_connect, 0, 0, SmtpSend\\Connection, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_SmtpSend_close, 0, 0, IS_VOID, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_SmtpSend_isConnected arginfo_class_SmtpSend_Reply_isTransient

#define arginfo_class_SmtpSend_getOptions arginfo_class_SmtpSend_Reply_jsonSerialize

#define arginfo_class_SmtpSend_getTranscript arginfo_class_SmtpSend_Reply_jsonSerialize


ZEND_METHOD(SmtpSend_Reply, __construct);
ZEND_METHOD(SmtpSend_Reply, isTransient);
ZEND_METHOD(SmtpSend_Reply, isPermanent);
ZEND_METHOD(SmtpSend_Certificate, jsonSerialize);
ZEND_METHOD(SmtpSend_Certificate, __construct);
ZEND_METHOD(SmtpSend_Message, __construct);
ZEND_METHOD(SmtpSend_Message, from);
ZEND_METHOD(SmtpSend_Message, sender);
ZEND_METHOD(SmtpSend_Message, replyTo);
ZEND_METHOD(SmtpSend_Message, to);
ZEND_METHOD(SmtpSend_Message, cc);
ZEND_METHOD(SmtpSend_Message, bcc);
ZEND_METHOD(SmtpSend_Message, subject);
ZEND_METHOD(SmtpSend_Message, text);
ZEND_METHOD(SmtpSend_Message, html);
ZEND_METHOD(SmtpSend_Message, textFromHtml);
ZEND_METHOD(SmtpSend_Message, attach);
ZEND_METHOD(SmtpSend_Message, attachFile);
ZEND_METHOD(SmtpSend_Message, embed);
ZEND_METHOD(SmtpSend_Message, embedFile);
ZEND_METHOD(SmtpSend_Message, attachMessage);
ZEND_METHOD(SmtpSend_Message, calendar);
ZEND_METHOD(SmtpSend_Message, header);
ZEND_METHOD(SmtpSend_Message, date);
ZEND_METHOD(SmtpSend_Message, messageId);
ZEND_METHOD(SmtpSend_Message, priority);
ZEND_METHOD(SmtpSend_Message, listUnsubscribe);
ZEND_METHOD(SmtpSend_Message, inReplyTo);
ZEND_METHOD(SmtpSend_Message, references);
ZEND_METHOD(SmtpSend_Message, autoSubmitted);
ZEND_METHOD(SmtpSend_Message, envelope);
ZEND_METHOD(SmtpSend_Message, dsn);
ZEND_METHOD(SmtpSend_Message, requireTls);
ZEND_METHOD(SmtpSend_Message, toString);
ZEND_METHOD(SmtpSend_Message, writeTo);
ZEND_METHOD(SmtpSend_Exception, __construct);
ZEND_METHOD(SmtpSend_Exception, isTransient);
ZEND_METHOD(SmtpSend_Exception, isRetryable);
ZEND_METHOD(SmtpSend_RecipientException, __construct);
ZEND_METHOD(SmtpSend, __construct);
ZEND_METHOD(SmtpSend, send);
ZEND_METHOD(SmtpSend, sendRaw);
ZEND_METHOD(SmtpSend, connect);
ZEND_METHOD(SmtpSend, close);
ZEND_METHOD(SmtpSend, isConnected);
ZEND_METHOD(SmtpSend, getOptions);
ZEND_METHOD(SmtpSend, getTranscript);


static const zend_function_entry class_SmtpSend_Transport_methods[] = {
	ZEND_ABSTRACT_ME_WITH_FLAGS(SmtpSend_Transport, send, arginfo_class_SmtpSend_Transport_send, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(SmtpSend_Transport, sendRaw, arginfo_class_SmtpSend_Transport_sendRaw, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_Reply_methods[] = {
	ZEND_ME(SmtpSend_Reply, __construct, arginfo_class_SmtpSend_Reply___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Reply, isTransient, arginfo_class_SmtpSend_Reply_isTransient, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Reply, isPermanent, arginfo_class_SmtpSend_Reply_isPermanent, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(SmtpSend_Certificate, jsonSerialize, jsonSerialize, arginfo_class_SmtpSend_Reply_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_Attempt_methods[] = {
	ZEND_MALIAS(SmtpSend_Certificate, __construct, __construct, arginfo_class_SmtpSend_Attempt___construct, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(SmtpSend_Certificate, jsonSerialize, jsonSerialize, arginfo_class_SmtpSend_Attempt_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_Certificate_methods[] = {
	ZEND_ME(SmtpSend_Certificate, __construct, arginfo_class_SmtpSend_Certificate___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Certificate, jsonSerialize, arginfo_class_SmtpSend_Certificate_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_Connection_methods[] = {
	ZEND_MALIAS(SmtpSend_Certificate, __construct, __construct, arginfo_class_SmtpSend_Connection___construct, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(SmtpSend_Certificate, jsonSerialize, jsonSerialize, arginfo_class_SmtpSend_Connection_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_Result_methods[] = {
	ZEND_MALIAS(SmtpSend_Certificate, __construct, __construct, arginfo_class_SmtpSend_Result___construct, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(SmtpSend_Certificate, jsonSerialize, jsonSerialize, arginfo_class_SmtpSend_Result_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_Message_methods[] = {
	ZEND_ME(SmtpSend_Message, __construct, arginfo_class_SmtpSend_Message___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, from, arginfo_class_SmtpSend_Message_from, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, sender, arginfo_class_SmtpSend_Message_sender, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, replyTo, arginfo_class_SmtpSend_Message_replyTo, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, to, arginfo_class_SmtpSend_Message_to, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, cc, arginfo_class_SmtpSend_Message_cc, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, bcc, arginfo_class_SmtpSend_Message_bcc, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, subject, arginfo_class_SmtpSend_Message_subject, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, text, arginfo_class_SmtpSend_Message_text, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, html, arginfo_class_SmtpSend_Message_html, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, textFromHtml, arginfo_class_SmtpSend_Message_textFromHtml, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, attach, arginfo_class_SmtpSend_Message_attach, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, attachFile, arginfo_class_SmtpSend_Message_attachFile, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, embed, arginfo_class_SmtpSend_Message_embed, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, embedFile, arginfo_class_SmtpSend_Message_embedFile, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, attachMessage, arginfo_class_SmtpSend_Message_attachMessage, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, calendar, arginfo_class_SmtpSend_Message_calendar, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, header, arginfo_class_SmtpSend_Message_header, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, date, arginfo_class_SmtpSend_Message_date, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, messageId, arginfo_class_SmtpSend_Message_messageId, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, priority, arginfo_class_SmtpSend_Message_priority, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, listUnsubscribe, arginfo_class_SmtpSend_Message_listUnsubscribe, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, inReplyTo, arginfo_class_SmtpSend_Message_inReplyTo, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, references, arginfo_class_SmtpSend_Message_references, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, autoSubmitted, arginfo_class_SmtpSend_Message_autoSubmitted, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, envelope, arginfo_class_SmtpSend_Message_envelope, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, dsn, arginfo_class_SmtpSend_Message_dsn, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, requireTls, arginfo_class_SmtpSend_Message_requireTls, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, toString, arginfo_class_SmtpSend_Message_toString, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Message, writeTo, arginfo_class_SmtpSend_Message_writeTo, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_RawMessage_methods[] = {
	ZEND_MALIAS(SmtpSend_Certificate, __construct, __construct, arginfo_class_SmtpSend_RawMessage___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_Exception_methods[] = {
	ZEND_ME(SmtpSend_Exception, __construct, arginfo_class_SmtpSend_Exception___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Exception, isTransient, arginfo_class_SmtpSend_Exception_isTransient, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend_Exception, isRetryable, arginfo_class_SmtpSend_Exception_isRetryable, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_InvalidOptionException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_InvalidMessageException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_ConnectionException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_TimeoutException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_TlsException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_AuthenticationException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_ResponseException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_RecipientException_methods[] = {
	ZEND_ME(SmtpSend_RecipientException, __construct, arginfo_class_SmtpSend_RecipientException___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_LimitException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_ProtocolException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_UnknownOutcomeException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_SmtpSend_methods[] = {
	ZEND_ME(SmtpSend, __construct, arginfo_class_SmtpSend___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend, send, arginfo_class_SmtpSend_send, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend, sendRaw, arginfo_class_SmtpSend_sendRaw, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend, connect, arginfo_class_SmtpSend_connect, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend, close, arginfo_class_SmtpSend_close, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend, isConnected, arginfo_class_SmtpSend_isConnected, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend, getOptions, arginfo_class_SmtpSend_getOptions, ZEND_ACC_PUBLIC)
	ZEND_ME(SmtpSend, getTranscript, arginfo_class_SmtpSend_getTranscript, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_SmtpSend_Transport(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "Transport", class_SmtpSend_Transport_methods);
	class_entry = zend_register_internal_interface(&ce);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_Reply(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "Reply", class_SmtpSend_Reply_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_code_default_value;
	ZVAL_UNDEF(&property_code_default_value);
	zend_string *property_code_name = zend_string_init("code", sizeof("code") - 1, 1);
	zend_declare_typed_property(class_entry, property_code_name, &property_code_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_code_name);

	zval property_enhancedCode_default_value;
	ZVAL_UNDEF(&property_enhancedCode_default_value);
	zend_string *property_enhancedCode_name = zend_string_init("enhancedCode", sizeof("enhancedCode") - 1, 1);
	zend_declare_typed_property(class_entry, property_enhancedCode_name, &property_enhancedCode_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_enhancedCode_name);

	zval property_text_default_value;
	ZVAL_UNDEF(&property_text_default_value);
	zend_string *property_text_name = zend_string_init("text", sizeof("text") - 1, 1);
	zend_declare_typed_property(class_entry, property_text_name, &property_text_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_text_name);

	zval property_lines_default_value;
	ZVAL_UNDEF(&property_lines_default_value);
	zend_string *property_lines_name = zend_string_init("lines", sizeof("lines") - 1, 1);
	zend_declare_typed_property(class_entry, property_lines_name, &property_lines_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_lines_name);

	zval property_command_default_value;
	ZVAL_UNDEF(&property_command_default_value);
	zend_string *property_command_name = zend_string_init("command", sizeof("command") - 1, 1);
	zend_declare_typed_property(class_entry, property_command_name, &property_command_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_command_name);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_Attempt(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "Attempt", class_SmtpSend_Attempt_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_address_default_value;
	ZVAL_UNDEF(&property_address_default_value);
	zend_string *property_address_name = zend_string_init("address", sizeof("address") - 1, 1);
	zend_declare_typed_property(class_entry, property_address_name, &property_address_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_address_name);

	zval property_port_default_value;
	ZVAL_UNDEF(&property_port_default_value);
	zend_string *property_port_name = zend_string_init("port", sizeof("port") - 1, 1);
	zend_declare_typed_property(class_entry, property_port_name, &property_port_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_port_name);

	zval property_encryption_default_value;
	ZVAL_UNDEF(&property_encryption_default_value);
	zend_string *property_encryption_name = zend_string_init("encryption", sizeof("encryption") - 1, 1);
	zend_declare_typed_property(class_entry, property_encryption_name, &property_encryption_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_encryption_name);

	zval property_stage_default_value;
	ZVAL_UNDEF(&property_stage_default_value);
	zend_string *property_stage_name = zend_string_init("stage", sizeof("stage") - 1, 1);
	zend_declare_typed_property(class_entry, property_stage_name, &property_stage_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_stage_name);

	zval property_error_default_value;
	ZVAL_UNDEF(&property_error_default_value);
	zend_string *property_error_name = zend_string_init("error", sizeof("error") - 1, 1);
	zend_declare_typed_property(class_entry, property_error_name, &property_error_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_error_name);

	zval property_code_default_value;
	ZVAL_UNDEF(&property_code_default_value);
	zend_string *property_code_name = zend_string_init("code", sizeof("code") - 1, 1);
	zend_declare_typed_property(class_entry, property_code_name, &property_code_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_code_name);

	zval property_duration_default_value;
	ZVAL_UNDEF(&property_duration_default_value);
	zend_string *property_duration_name = zend_string_init("duration", sizeof("duration") - 1, 1);
	zend_declare_typed_property(class_entry, property_duration_name, &property_duration_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_DOUBLE));
	zend_string_release(property_duration_name);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_Certificate(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "Certificate", class_SmtpSend_Certificate_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_subject_default_value;
	ZVAL_UNDEF(&property_subject_default_value);
	zend_string *property_subject_name = zend_string_init("subject", sizeof("subject") - 1, 1);
	zend_declare_typed_property(class_entry, property_subject_name, &property_subject_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_subject_name);

	zval property_issuer_default_value;
	ZVAL_UNDEF(&property_issuer_default_value);
	zend_string *property_issuer_name = zend_string_init("issuer", sizeof("issuer") - 1, 1);
	zend_declare_typed_property(class_entry, property_issuer_name, &property_issuer_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_issuer_name);

	zval property_altNames_default_value;
	ZVAL_UNDEF(&property_altNames_default_value);
	zend_string *property_altNames_name = zend_string_init("altNames", sizeof("altNames") - 1, 1);
	zend_declare_typed_property(class_entry, property_altNames_name, &property_altNames_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_altNames_name);

	zval property_notBefore_default_value;
	ZVAL_UNDEF(&property_notBefore_default_value);
	zend_string *property_notBefore_name = zend_string_init("notBefore", sizeof("notBefore") - 1, 1);
	zend_declare_typed_property(class_entry, property_notBefore_name, &property_notBefore_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_notBefore_name);

	zval property_notAfter_default_value;
	ZVAL_UNDEF(&property_notAfter_default_value);
	zend_string *property_notAfter_name = zend_string_init("notAfter", sizeof("notAfter") - 1, 1);
	zend_declare_typed_property(class_entry, property_notAfter_name, &property_notAfter_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_notAfter_name);

	zval property_fingerprint_default_value;
	ZVAL_UNDEF(&property_fingerprint_default_value);
	zend_string *property_fingerprint_name = zend_string_init("fingerprint", sizeof("fingerprint") - 1, 1);
	zend_declare_typed_property(class_entry, property_fingerprint_name, &property_fingerprint_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_fingerprint_name);

	zval property_keyFingerprint_default_value;
	ZVAL_UNDEF(&property_keyFingerprint_default_value);
	zend_string *property_keyFingerprint_name = zend_string_init("keyFingerprint", sizeof("keyFingerprint") - 1, 1);
	zend_declare_typed_property(class_entry, property_keyFingerprint_name, &property_keyFingerprint_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_keyFingerprint_name);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_Connection(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "Connection", class_SmtpSend_Connection_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_host_default_value;
	ZVAL_UNDEF(&property_host_default_value);
	zend_string *property_host_name = zend_string_init("host", sizeof("host") - 1, 1);
	zend_declare_typed_property(class_entry, property_host_name, &property_host_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_host_name);

	zval property_address_default_value;
	ZVAL_UNDEF(&property_address_default_value);
	zend_string *property_address_name = zend_string_init("address", sizeof("address") - 1, 1);
	zend_declare_typed_property(class_entry, property_address_name, &property_address_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_address_name);

	zval property_port_default_value;
	ZVAL_UNDEF(&property_port_default_value);
	zend_string *property_port_name = zend_string_init("port", sizeof("port") - 1, 1);
	zend_declare_typed_property(class_entry, property_port_name, &property_port_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_port_name);

	zval property_encryption_default_value;
	ZVAL_UNDEF(&property_encryption_default_value);
	zend_string *property_encryption_name = zend_string_init("encryption", sizeof("encryption") - 1, 1);
	zend_declare_typed_property(class_entry, property_encryption_name, &property_encryption_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_encryption_name);

	zval property_tlsVersion_default_value;
	ZVAL_UNDEF(&property_tlsVersion_default_value);
	zend_string *property_tlsVersion_name = zend_string_init("tlsVersion", sizeof("tlsVersion") - 1, 1);
	zend_declare_typed_property(class_entry, property_tlsVersion_name, &property_tlsVersion_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_tlsVersion_name);

	zval property_cipher_default_value;
	ZVAL_UNDEF(&property_cipher_default_value);
	zend_string *property_cipher_name = zend_string_init("cipher", sizeof("cipher") - 1, 1);
	zend_declare_typed_property(class_entry, property_cipher_name, &property_cipher_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_cipher_name);

	zval property_verified_default_value;
	ZVAL_UNDEF(&property_verified_default_value);
	zend_string *property_verified_name = zend_string_init("verified", sizeof("verified") - 1, 1);
	zend_declare_typed_property(class_entry, property_verified_name, &property_verified_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_verified_name);

	zend_string *property_certificate_class_SmtpSend_Certificate = zend_string_init("SmtpSend\\Certificate", sizeof("SmtpSend\\Certificate")-1, 1);
	zval property_certificate_default_value;
	ZVAL_UNDEF(&property_certificate_default_value);
	zend_string *property_certificate_name = zend_string_init("certificate", sizeof("certificate") - 1, 1);
	zend_declare_typed_property(class_entry, property_certificate_name, &property_certificate_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_certificate_class_SmtpSend_Certificate, 0, MAY_BE_NULL));
	zend_string_release(property_certificate_name);

	zval property_capabilities_default_value;
	ZVAL_UNDEF(&property_capabilities_default_value);
	zend_string *property_capabilities_name = zend_string_init("capabilities", sizeof("capabilities") - 1, 1);
	zend_declare_typed_property(class_entry, property_capabilities_name, &property_capabilities_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_capabilities_name);

	zval property_authMechanisms_default_value;
	ZVAL_UNDEF(&property_authMechanisms_default_value);
	zend_string *property_authMechanisms_name = zend_string_init("authMechanisms", sizeof("authMechanisms") - 1, 1);
	zend_declare_typed_property(class_entry, property_authMechanisms_name, &property_authMechanisms_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_authMechanisms_name);

	zval property_authMechanism_default_value;
	ZVAL_UNDEF(&property_authMechanism_default_value);
	zend_string *property_authMechanism_name = zend_string_init("authMechanism", sizeof("authMechanism") - 1, 1);
	zend_declare_typed_property(class_entry, property_authMechanism_name, &property_authMechanism_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_authMechanism_name);

	zval property_greeting_default_value;
	ZVAL_UNDEF(&property_greeting_default_value);
	zend_string *property_greeting_name = zend_string_init("greeting", sizeof("greeting") - 1, 1);
	zend_declare_typed_property(class_entry, property_greeting_name, &property_greeting_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_greeting_name);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_Result(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "Result", class_SmtpSend_Result_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_messageId_default_value;
	ZVAL_UNDEF(&property_messageId_default_value);
	zend_string *property_messageId_name = zend_string_init("messageId", sizeof("messageId") - 1, 1);
	zend_declare_typed_property(class_entry, property_messageId_name, &property_messageId_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_messageId_name);

	zval property_queueId_default_value;
	ZVAL_UNDEF(&property_queueId_default_value);
	zend_string *property_queueId_name = zend_string_init("queueId", sizeof("queueId") - 1, 1);
	zend_declare_typed_property(class_entry, property_queueId_name, &property_queueId_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_queueId_name);

	zval property_queueIds_default_value;
	ZVAL_UNDEF(&property_queueIds_default_value);
	zend_string *property_queueIds_name = zend_string_init("queueIds", sizeof("queueIds") - 1, 1);
	zend_declare_typed_property(class_entry, property_queueIds_name, &property_queueIds_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_queueIds_name);

	zval property_accepted_default_value;
	ZVAL_UNDEF(&property_accepted_default_value);
	zend_string *property_accepted_name = zend_string_init("accepted", sizeof("accepted") - 1, 1);
	zend_declare_typed_property(class_entry, property_accepted_name, &property_accepted_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_accepted_name);

	zval property_rejected_default_value;
	ZVAL_UNDEF(&property_rejected_default_value);
	zend_string *property_rejected_name = zend_string_init("rejected", sizeof("rejected") - 1, 1);
	zend_declare_typed_property(class_entry, property_rejected_name, &property_rejected_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_rejected_name);

	zval property_unknown_default_value;
	ZVAL_UNDEF(&property_unknown_default_value);
	zend_string *property_unknown_name = zend_string_init("unknown", sizeof("unknown") - 1, 1);
	zend_declare_typed_property(class_entry, property_unknown_name, &property_unknown_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_unknown_name);

	zend_string *property_reply_class_SmtpSend_Reply = zend_string_init("SmtpSend\\Reply", sizeof("SmtpSend\\Reply")-1, 1);
	zval property_reply_default_value;
	ZVAL_UNDEF(&property_reply_default_value);
	zend_string *property_reply_name = zend_string_init("reply", sizeof("reply") - 1, 1);
	zend_declare_typed_property(class_entry, property_reply_name, &property_reply_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_reply_class_SmtpSend_Reply, 0, MAY_BE_NULL));
	zend_string_release(property_reply_name);

	zend_string *property_connection_class_SmtpSend_Connection = zend_string_init("SmtpSend\\Connection", sizeof("SmtpSend\\Connection")-1, 1);
	zval property_connection_default_value;
	ZVAL_UNDEF(&property_connection_default_value);
	zend_string *property_connection_name = zend_string_init("connection", sizeof("connection") - 1, 1);
	zend_declare_typed_property(class_entry, property_connection_name, &property_connection_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_connection_class_SmtpSend_Connection, 0, MAY_BE_NULL));
	zend_string_release(property_connection_name);

	zval property_reused_default_value;
	ZVAL_UNDEF(&property_reused_default_value);
	zend_string *property_reused_name = zend_string_init("reused", sizeof("reused") - 1, 1);
	zend_declare_typed_property(class_entry, property_reused_name, &property_reused_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_reused_name);

	zval property_timings_default_value;
	ZVAL_UNDEF(&property_timings_default_value);
	zend_string *property_timings_name = zend_string_init("timings", sizeof("timings") - 1, 1);
	zend_declare_typed_property(class_entry, property_timings_name, &property_timings_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_timings_name);

	zval property_attempts_default_value;
	ZVAL_UNDEF(&property_attempts_default_value);
	zend_string *property_attempts_name = zend_string_init("attempts", sizeof("attempts") - 1, 1);
	zend_declare_typed_property(class_entry, property_attempts_name, &property_attempts_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_attempts_name);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_Message(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "Message", class_SmtpSend_Message_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_RawMessage(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "RawMessage", class_SmtpSend_RawMessage_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;

	zval property_sender_default_value;
	ZVAL_UNDEF(&property_sender_default_value);
	zend_string *property_sender_name = zend_string_init("sender", sizeof("sender") - 1, 1);
	zend_declare_typed_property(class_entry, property_sender_name, &property_sender_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_sender_name);

	zval property_recipients_default_value;
	ZVAL_UNDEF(&property_recipients_default_value);
	zend_string *property_recipients_name = zend_string_init("recipients", sizeof("recipients") - 1, 1);
	zend_declare_typed_property(class_entry, property_recipients_name, &property_recipients_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_ARRAY));
	zend_string_release(property_recipients_name);

	zval property_message_default_value;
	ZVAL_UNDEF(&property_message_default_value);
	zend_string *property_message_name = zend_string_init("message", sizeof("message") - 1, 1);
	zend_declare_typed_property(class_entry, property_message_name, &property_message_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ANY));
	zend_string_release(property_message_name);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_Exception(zend_class_entry *class_entry_RuntimeException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "Exception", class_SmtpSend_Exception_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_RuntimeException);
	class_entry->ce_flags |= ZEND_ACC_NO_DYNAMIC_PROPERTIES;

	zend_string *property_reply_class_SmtpSend_Reply = zend_string_init("SmtpSend\\Reply", sizeof("SmtpSend\\Reply")-1, 1);
	zval property_reply_default_value;
	ZVAL_UNDEF(&property_reply_default_value);
	zend_string *property_reply_name = zend_string_init("reply", sizeof("reply") - 1, 1);
	zend_declare_typed_property(class_entry, property_reply_name, &property_reply_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_reply_class_SmtpSend_Reply, 0, MAY_BE_NULL));
	zend_string_release(property_reply_name);

	zval property_stage_default_value;
	ZVAL_UNDEF(&property_stage_default_value);
	zend_string *property_stage_name = zend_string_init("stage", sizeof("stage") - 1, 1);
	zend_declare_typed_property(class_entry, property_stage_name, &property_stage_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_stage_name);

	zval property_attempts_default_value;
	ZVAL_UNDEF(&property_attempts_default_value);
	zend_string *property_attempts_name = zend_string_init("attempts", sizeof("attempts") - 1, 1);
	zend_declare_typed_property(class_entry, property_attempts_name, &property_attempts_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_attempts_name);

	zval property_hint_default_value;
	ZVAL_UNDEF(&property_hint_default_value);
	zend_string *property_hint_name = zend_string_init("hint", sizeof("hint") - 1, 1);
	zend_declare_typed_property(class_entry, property_hint_name, &property_hint_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_hint_name);

	zval property_outcome_default_value;
	ZVAL_UNDEF(&property_outcome_default_value);
	zend_string *property_outcome_name = zend_string_init("outcome", sizeof("outcome") - 1, 1);
	zend_declare_typed_property(class_entry, property_outcome_name, &property_outcome_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_outcome_name);

	zval property_transcript_default_value;
	ZVAL_UNDEF(&property_transcript_default_value);
	zend_string *property_transcript_name = zend_string_init("transcript", sizeof("transcript") - 1, 1);
	zend_declare_typed_property(class_entry, property_transcript_name, &property_transcript_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_transcript_name);

	zval property_temporary_default_value;
	ZVAL_UNDEF(&property_temporary_default_value);
	zend_string *property_temporary_name = zend_string_init("temporary", sizeof("temporary") - 1, 1);
	zend_declare_typed_property(class_entry, property_temporary_name, &property_temporary_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL|MAY_BE_NULL));
	zend_string_release(property_temporary_name);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_InvalidOptionException(zend_class_entry *class_entry_SmtpSend_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "InvalidOptionException", class_SmtpSend_InvalidOptionException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_SmtpSend_Exception);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_InvalidMessageException(zend_class_entry *class_entry_SmtpSend_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "InvalidMessageException", class_SmtpSend_InvalidMessageException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_SmtpSend_Exception);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_ConnectionException(zend_class_entry *class_entry_SmtpSend_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "ConnectionException", class_SmtpSend_ConnectionException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_SmtpSend_Exception);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_TimeoutException(zend_class_entry *class_entry_SmtpSend_ConnectionException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "TimeoutException", class_SmtpSend_TimeoutException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_SmtpSend_ConnectionException);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_TlsException(zend_class_entry *class_entry_SmtpSend_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "TlsException", class_SmtpSend_TlsException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_SmtpSend_Exception);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_AuthenticationException(zend_class_entry *class_entry_SmtpSend_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "AuthenticationException", class_SmtpSend_AuthenticationException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_SmtpSend_Exception);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_ResponseException(zend_class_entry *class_entry_SmtpSend_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "ResponseException", class_SmtpSend_ResponseException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_SmtpSend_Exception);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_RecipientException(zend_class_entry *class_entry_SmtpSend_ResponseException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "RecipientException", class_SmtpSend_RecipientException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_SmtpSend_ResponseException);

	zval property_rejected_default_value;
	ZVAL_UNDEF(&property_rejected_default_value);
	zend_string *property_rejected_name = zend_string_init("rejected", sizeof("rejected") - 1, 1);
	zend_declare_typed_property(class_entry, property_rejected_name, &property_rejected_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_rejected_name);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_LimitException(zend_class_entry *class_entry_SmtpSend_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "LimitException", class_SmtpSend_LimitException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_SmtpSend_Exception);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_ProtocolException(zend_class_entry *class_entry_SmtpSend_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "ProtocolException", class_SmtpSend_ProtocolException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_SmtpSend_Exception);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend_UnknownOutcomeException(zend_class_entry *class_entry_SmtpSend_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "SmtpSend", "UnknownOutcomeException", class_SmtpSend_UnknownOutcomeException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_SmtpSend_Exception);

	return class_entry;
}

static zend_class_entry *register_class_SmtpSend(zend_class_entry *class_entry_SmtpSend_Transport)
{
	zend_class_entry ce, *class_entry;

	INIT_CLASS_ENTRY(ce, "SmtpSend", class_SmtpSend_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;
	zend_class_implements(class_entry, 1, class_entry_SmtpSend_Transport);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}
