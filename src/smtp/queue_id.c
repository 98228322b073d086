/*
 * The server's queue id; see queue_id.h. Each row is a phrase that servers write beside the id, and where the id stands.
 *
 * A reply that fits none gives nothing: a wrong id is worse than none. So most forms ask for a digit in the id, an enhanced code
 * is never one, and only the start of a giant reply is read. Brackets around an id and a full stop behind it are dropped.
 */
#include "queue_id.h"

enum { QUEUE_ID_MAX = 128, QUEUE_ID_LONG = 16, READ_AT_MOST = 2048 };

/* Where the id stands, and what it must look like. */
enum {
	BEHIND = 1 << 0, /* the first word behind the phrase, else the last one before it */
	SECOND = 1 << 1, /* the second word behind it */
	DIGIT = 1 << 2, /* it has a digit */
	LONG = 1 << 3 /* at least QUEUE_ID_LONG octets of letters, digits, "-", "/", "." and "_" */
};

typedef struct form {
	const char *phrase;
	unsigned where;
} form;

/* The special before the general. */
static const form forms[] = {
	{"queued as ", BEHIND}, /* Postfix, SendGrid, Mailjet, Brevo; Dovecot passes them on */
	{"queued on ", SECOND | DIGIT}, /* Yandex: queued on HOST ID */
	{"[InternalId=", BEHIND | DIGIT}, /* Microsoft: <Message-ID> [InternalId=1, Hostname=x] ... */
	{" queued mail for delivery", DIGIT}, /* Exchange before 2013: <Message-ID> Queued mail for delivery */
	{"message queued (", BEHIND | DIGIT}, /* Haraka */
	{"queued. ", BEHIND | DIGIT}, /* Mailgun */
	{"ids=", BEHIND | DIGIT}, /* KumoMTA */
	{"id=", BEHIND | DIGIT}, /* Exim, GMX */
	{" message accepted for delivery", DIGIT}, /* sendmail, OpenSMTPD, Proofpoint */
	{"message id ", BEHIND | DIGIT}, /* IceWarp */
	{"ok:  message ", BEHIND | DIGIT}, /* IronPort */
	{"received ok [", BEHIND | DIGIT}, /* Mimecast */
	{" - gsmtp", DIGIT}, /* Google: OK TIME ID - gsmtp */
	{" qp ", BEHIND | DIGIT}, /* qmail: ok TIME qp PROCESS */
	{" saved", DIGIT}, /* Dovecot's LMTP */
	{"ok ", BEHIND | DIGIT | LONG}, /* Amazon SES, SparkPost, Resend */
	{"ok. ", BEHIND | DIGIT | LONG}, /* Courier */
};

static bool is_blank(char octet)
{
	return octet == ' ' || octet == '\t';
}

static bool is_bracket(char octet)
{
	return octet == '<' || octet == '>' || octet == '(' || octet == ')' || octet == '[' || octet == ']' ||
		octet == '"';
}

/* "2.0.0" */
static bool is_enhanced_code(smtps_str word)
{
	int dots = 0;

	for (size_t i = 0; i < word.len; i++) {
		if (word.data[i] == '.') {
			dots++;
		} else if (!smtps_is_digit(word.data[i])) {
			return false;
		}
	}
	return dots == 2 && word.len <= 11;
}

static bool is_id(smtps_str word, unsigned where)
{
	bool digit = false, compact = true;

	for (size_t i = 0; i < word.len; i++) {
		char octet = word.data[i];

		if (octet < 0x21 || octet > 0x7e) {
			return false;
		}
		digit |= smtps_is_digit(octet);
		compact &= smtps_is_alnum(octet) || octet == '-' || octet == '/' || octet == '.' || octet == '_';
	}
	if (word.len < 2 || word.len > QUEUE_ID_MAX || is_enhanced_code(word)) {
		return false;
	}
	return (digit || !(where & DIGIT)) && (!(where & LONG) || (compact && word.len >= QUEUE_ID_LONG));
}

/* Without what stands around an id in a sentence. */
static smtps_str bare(smtps_str word)
{
	while (word.len && is_bracket(word.data[0])) {
		word.data++;
		word.len--;
	}
	for (size_t i = 0; i < word.len; i++) {
		if (is_bracket(word.data[i]) || word.data[i] == ',' || word.data[i] == ';') {
			word.len = i;
		}
	}
	while (word.len && (word.data[word.len - 1] == '.' || word.data[word.len - 1] == ':')) {
		word.len--;
	}
	return word;
}

static smtps_str first_word(smtps_str text, smtps_str *rest)
{
	size_t end = 0;

	while (text.len && is_blank(text.data[0])) {
		text.data++;
		text.len--;
	}
	while (end < text.len && !is_blank(text.data[end])) {
		end++;
	}
	*rest = (smtps_str){text.data + end, text.len - end};
	return (smtps_str){text.data, end};
}

static smtps_str last_word(smtps_str text)
{
	size_t start;

	text = smtps_str_trim(text);
	start = text.len;
	while (start > 0 && !is_blank(text.data[start - 1])) {
		start--;
	}
	return (smtps_str){text.data + start, text.len - start};
}

static smtps_str read_form(smtps_str line, const form *wanted)
{
	smtps_str phrase = smtps_str_of(wanted->phrase);

	for (size_t at = 0; at + phrase.len <= line.len; at++) {
		smtps_str here = {line.data + at, line.len - at},
				  rest = {here.data + phrase.len, here.len - phrase.len};
		bool starts_word = at == 0 || !smtps_is_alnum(line.data[at - 1]) || is_blank(phrase.data[0]);
		smtps_str word;

		if (!starts_word || !smtps_str_starts_nocase(here, phrase)) {
			continue;
		}
		if (wanted->where & BEHIND) {
			word = first_word(rest, &rest);
		} else if (wanted->where & SECOND) {
			first_word(rest, &rest);
			word = first_word(rest, &rest);
		} else {
			word = last_word((smtps_str){line.data, at});
		}
		word = bare(word);
		if (is_id(word, wanted->where)) {
			return word;
		}
	}
	return (smtps_str){"", 0};
}

smtps_str smtps_queue_id(const smtps_reply *final)
{
	smtps_str text = smtps_buf_str(&final->text);

	if (!smtps_reply_is_positive(final)) {
		return (smtps_str){"", 0};
	}
	text.len = text.len < READ_AT_MOST ? text.len : READ_AT_MOST;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		smtps_str rest = text;

		do {
			smtps_str id = read_form(smtps_str_split(rest, '\n', &rest), &forms[i]);

			if (id.len) {
				return id;
			}
		} while (rest.data);
	}
	return (smtps_str){"", 0};
}
