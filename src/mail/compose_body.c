/*
 * MIME's fields and the body: mixed(related(alternative(text, html, calendar), embedded), attachments), as much of it as the
 * message needs (RFC 2045, 2046, 2387).
 *
 * At most three multiparts stand in each other, so nothing recurses. A part's content stands as it is, the CRLF before a
 * delimiter belongs to the delimiter.
 */
#include <string.h>

#include "compose_internal.h"
#include "encoding.h"
#include "fault.h"
#include "field.h"
#include "html_text.h"
#include "lineend.h"

typedef struct body {
	smtps_mail_source *mail;
	smtps_buf *out;
	const smtps_message *message;
	smtps_buf made_text; /* of the html */
	unsigned multiparts; /* numbered from 1; their boundaries are "=_N_seed" */
	bool single; /* the whole mail is one part */
} body;

static void boundary_line(body *at, unsigned number, const char *end)
{
	smtps_buf_printf(at->out, "--=_%u_%s%s\r\n", number, at->message->fixed.seed, end);
}

/* The Content-Type of a multipart, the end of its header, and its number. */
static unsigned open_multipart(body *at, const char *subtype, const char *root_type)
{
	smtps_field field;
	smtps_buf value = {0};
	unsigned number = ++at->multiparts;

	smtps_buf_printf(&value, "multipart/%s", subtype);
	smtps_field_begin(&field, at->out, SMTPS_STR("Content-Type"));
	smtps_field_word(&field, smtps_buf_str(&value));
	smtps_buf_clear(&value);
	if (root_type) {
		smtps_field_parameter(&field, SMTPS_STR("type"), smtps_str_of(root_type));
	}
	smtps_buf_printf(&value, "=_%u_%s", number, at->message->fixed.seed);
	smtps_field_parameter(&field, SMTPS_STR("boundary"), smtps_buf_str(&value));
	smtps_field_end(&field);
	smtps_buf_add_text(at->out, "\r\n");
	at->out->failed = at->out->failed || value.failed;
	smtps_buf_free(&value);
	return number;
}

/* --- texts ----------------------------------------------------------------------------------------------------- */

/* UTF-16 and UTF-32 have no line ends that octets show. */
static bool is_wide_charset(smtps_str charset)
{
	return smtps_str_starts_nocase(charset, SMTPS_STR("utf-16")) ||
		smtps_str_starts_nocase(charset, SMTPS_STR("utf-32")) ||
		smtps_str_starts_nocase(charset, SMTPS_STR("ucs-"));
}

static void put_text(body *at, const char *type, smtps_str method, smtps_str charset, smtps_str text)
{
	smtps_field field;
	bool wide = is_wide_charset(charset);
	smtps_encoding encoding = wide ? SMTPS_BASE64 : smtps_encoding_for(text);
	size_t before;

	smtps_field_begin(&field, at->out, SMTPS_STR("Content-Type"));
	smtps_field_word(&field, smtps_str_of(type));
	if (method.len) {
		smtps_field_parameter(&field, SMTPS_STR("method"), method);
	}
	smtps_field_parameter(&field, SMTPS_STR("charset"), charset);
	smtps_field_end(&field);
	smtps_header_tokens(at->out, SMTPS_STR("Content-Transfer-Encoding"), smtps_encoding_name(encoding));
	smtps_buf_add_text(at->out, "\r\n");
	before = at->out->len;
	if (wide) {
		smtps_base64_wrapped(at->out, text);
	} else {
		smtps_encoded_text(at->out, text, encoding);
	}
	/* A part is followed by the CRLF of the delimiter (base64 has it); a mail must end in one. */
	if (at->single ? at->out->len - before < 2 || memcmp(at->out->data + at->out->len - 2, "\r\n", 2) != 0
				   : encoding != SMTPS_BASE64 || at->out->len == before) {
		smtps_buf_add_text(at->out, "\r\n");
	}
}

static smtps_str text_of(const body *at)
{
	return at->message->text.is_set ? smtps_buf_str(&at->message->text.octets)
									: smtps_buf_str(&at->made_text);
}

static bool has_text(const body *at)
{
	return at->message->text.is_set || at->made_text.len;
}

static void put_plain(body *at)
{
	smtps_str charset =
		at->message->text.is_set ? smtps_buf_str(&at->message->text.charset) : SMTPS_STR("utf-8");

	put_text(at, "text/plain", (smtps_str){NULL, 0}, charset, text_of(at));
}

static void put_html(body *at)
{
	put_text(at, "text/html", (smtps_str){NULL, 0}, smtps_buf_str(&at->message->html.charset),
		smtps_buf_str(&at->message->html.octets));
}

static void put_calendar(body *at)
{
	put_text(at, "text/calendar", smtps_buf_str(&at->message->calendar_method), SMTPS_STR("utf-8"),
		smtps_buf_str(&at->message->calendar.octets));
}

/* The type of what put_alternatives() will write. */
static const char *alternatives_type(const body *at)
{
	int count = has_text(at) + at->message->html.is_set + at->message->calendar.is_set;

	return count > 1                   ? "multipart/alternative"
		: at->message->html.is_set     ? "text/html"
		: at->message->calendar.is_set ? "text/calendar"
									   : "text/plain";
}

static void put_alternatives(body *at)
{
	void (*const writers[])(body *) = {put_plain, put_html, put_calendar};
	const bool wanted[] = {has_text(at), at->message->html.is_set, at->message->calendar.is_set};
	unsigned count = (unsigned)wanted[0] + wanted[1] + wanted[2], number;

	if (count <= 1) {
		writers[wanted[1] ? 1 : wanted[2] ? 2 : 0](at);
		return;
	}
	at->single = false;
	number = open_multipart(at, "alternative", NULL);
	for (size_t i = 0; i < 3; i++) {
		if (wanted[i]) {
			boundary_line(at, number, "");
			writers[i](at);
		}
	}
	boundary_line(at, number, "--");
}

/* --- attachments ----------------------------------------------------------------------------------------------- */

/* Content-Type with the caller's parameters and, for old readers, the name in ASCII. */
static void put_type(body *at, smtps_str type, smtps_str file_name)
{
	smtps_field field;
	smtps_buf value = {0};
	smtps_str rest, name;
	bool wrong;

	smtps_field_begin(&field, at->out, SMTPS_STR("Content-Type"));
	smtps_field_word(&field, smtps_media_type_name(type, &rest));
	while (smtps_media_type_next(&rest, &name, &value, &wrong)) {
		smtps_field_parameter(&field, name, smtps_buf_str(&value));
	}
	smtps_buf_clear(&value);
	smtps_file_name_ascii(&value, file_name);
	if (value.len) {
		smtps_field_parameter(&field, SMTPS_STR("name"), smtps_buf_str(&value));
	}
	smtps_field_end(&field);
	at->out->failed = at->out->failed || value.failed;
	smtps_buf_free(&value);
}

static void put_disposition(body *at, const char *disposition, smtps_str file_name)
{
	smtps_field field;

	smtps_field_begin(&field, at->out, SMTPS_STR("Content-Disposition"));
	smtps_field_word(&field, smtps_str_of(disposition));
	if (file_name.len) {
		smtps_field_parameter(&field, SMTPS_STR("filename"), file_name);
	}
	smtps_field_end(&field);
}

/* An attached message may go as it is: 7bit, and lines that may be sent (RFC 2046 5.2.1). */
static bool is_7bit_message(smtps_content *content, uint64_t *written, bool *fits, smtps_error *error)
{
	enum { STEP = 16 * 1024 };
	smtps_lineend state = {0};
	smtps_buf block = {0}, lines = {0};
	uint64_t at = 0;
	bool nul = false;
	ptrdiff_t got = smtps_buf_reserve(&block, STEP) ? 1 : -1;

	while (got > 0) {
		got = smtps_content_read(content, at, block.data, STEP, error);
		if (got > 0) {
			smtps_lineend_push(&state, block.data, (size_t)got, &lines);
			nul = nul || memchr(block.data, '\0', (size_t)got);
			at += (uint64_t)got;
			got = lines.failed ? -1 : got;
			smtps_buf_clear(&lines);
		}
	}
	smtps_lineend_finish(&state, &lines);
	*fits = got == 0 && !nul && state.high < 0x80 && state.longest_line <= SMTPS_LINE_MAX;
	*written = state.octets;
	smtps_buf_free(&block);
	smtps_buf_free(&lines);
	return got == 0 || smtps_error_is_set(error) ? got == 0 : smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
}

/*
 * A message that is not 7bit-clean goes as octets: base64 is not allowed for message/rfc822, and it must arrive unchanged. Mail
 * programs open an .eml all the same.
 */
static bool put_message(body *at, const smtps_part *part, smtps_error *error)
{
	uint64_t written = 0;
	bool fits = false;
	smtps_str name = part->name.len ? smtps_buf_str(&part->name) : SMTPS_STR("message.eml");

	if (!is_7bit_message(part->content, &written, &fits, error)) {
		return false;
	}
	put_type(at, fits ? SMTPS_STR("message/rfc822") : SMTPS_STR("application/octet-stream"), name);
	put_disposition(at, "attachment", name);
	if (!fits) {
		smtps_header_tokens(at->out, SMTPS_STR("Content-Transfer-Encoding"), SMTPS_STR("base64"));
	}
	smtps_buf_add_text(at->out, "\r\n");
	return fits ? smtps_mail_source_add_lines(at->mail, part->content, written, error)
				: smtps_mail_source_add_base64(at->mail, part->content, error);
}

static bool put_part(body *at, const smtps_part *part, smtps_error *error)
{
	uint64_t size;

	if (part->kind == SMTPS_PART_MESSAGE) {
		return put_message(at, part, error);
	}
	put_type(at, smtps_buf_str(&part->type), smtps_buf_str(&part->name));
	smtps_header_tokens(at->out, SMTPS_STR("Content-Transfer-Encoding"), SMTPS_STR("base64"));
	if (part->cid.len) {
		smtps_buf_printf(at->out, "Content-ID: <%.*s>\r\n", (int)part->cid.len, part->cid.data);
	}
	put_disposition(at, part->cid.len ? "inline" : "attachment", smtps_buf_str(&part->name));
	smtps_buf_add_text(at->out, "\r\n");
	if (!smtps_content_size(part->content, &size, error)) {
		return false;
	}
	if (size == 0) { /* the delimiter's CRLF */
		smtps_buf_add_text(at->out, "\r\n");
	}
	return smtps_mail_source_add_base64(at->mail, part->content, error);
}

static void put_invitation(body *at)
{
	smtps_str name = SMTPS_STR("invite.ics");

	put_type(at, SMTPS_STR("application/ics"), name);
	smtps_header_tokens(at->out, SMTPS_STR("Content-Transfer-Encoding"), SMTPS_STR("base64"));
	put_disposition(at, "attachment", name);
	smtps_buf_add_text(at->out, "\r\n");
	smtps_encoded_text(at->out, smtps_buf_str(&at->message->calendar.octets), SMTPS_BASE64);
}

/* Whether a part belongs beside the html. */
static bool is_related(const body *at, const smtps_part *part)
{
	return part->kind == SMTPS_PART_EMBEDDED && at->message->html.is_set;
}

static size_t count_related(const body *at)
{
	size_t count = 0;

	for (size_t i = 0; i < at->message->part_count; i++) {
		count += is_related(at, &at->message->parts[i]);
	}
	return count;
}

/* The parts that are (or are not) beside the html, each behind its delimiter. */
static bool put_parts(body *at, unsigned number, bool related, smtps_error *error)
{
	for (size_t i = 0; i < at->message->part_count; i++) {
		const smtps_part *part = &at->message->parts[i];

		if (is_related(at, part) == related) {
			boundary_line(at, number, "");
			if (!put_part(at, part, error)) {
				return false;
			}
		}
	}
	return true;
}

static bool put_related(body *at, smtps_error *error)
{
	unsigned number;
	bool fine;

	if (count_related(at) == 0) {
		put_alternatives(at);
		return true;
	}
	at->single = false;
	number = open_multipart(at, "related", alternatives_type(at));
	boundary_line(at, number, "");
	put_alternatives(at);
	fine = put_parts(at, number, true, error);
	boundary_line(at, number, "--");
	return fine;
}

static bool put_body(body *at, smtps_error *error)
{
	const smtps_message *message = at->message;
	bool invitation = message->calendar.is_set && message->calendar_attached;
	bool has_body = has_text(at) || message->html.is_set || message->calendar.is_set;
	size_t attached = message->part_count - count_related(at) + invitation;
	unsigned number;
	bool fine = true;

	smtps_header_tokens(at->out, SMTPS_STR("MIME-Version"), SMTPS_STR("1.0"));
	if (attached == 0) {
		at->single = true;
		return put_related(at, error);
	}
	number = open_multipart(at, "mixed", NULL);
	if (has_body) {
		boundary_line(at, number, "");
		fine = put_related(at, error);
	}
	fine = fine && put_parts(at, number, false, error);
	if (fine && invitation) {
		boundary_line(at, number, "");
		put_invitation(at);
	}
	boundary_line(at, number, "--");
	return fine;
}

bool smtps_compose_body(smtps_mail_source *mail, const smtps_message *message, smtps_error *error)
{
	body at = {.mail = mail, .out = smtps_mail_source_text(mail), .message = message};
	bool fine;

	if (message->text_from_html && !message->text.is_set && message->html.is_set &&
		smtps_str_equal_nocase(smtps_buf_str(&message->html.charset), SMTPS_STR("utf-8"))) {
		smtps_html_to_text(&at.made_text, smtps_buf_str(&message->html.octets));
	}
	fine = put_body(&at, error);
	if (fine && (at.made_text.failed || at.out->failed)) {
		fine = smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	smtps_buf_free(&at.made_text);
	return fine;
}
