/*
 * What a server offers; see capabilities.h. Whole keywords only, case folded (case 80): a server that says XAUTH or
 * PIPELINING-NOT offers nothing that we know.
 */
#include "capabilities.h"

#include "sasl.h"

static const struct {
	smtps_str keyword;
	unsigned flag;
} keywords[] = {
	{{"STARTTLS", 8}, SMTPS_CAP_STARTTLS},
	{{"PIPELINING", 10}, SMTPS_CAP_PIPELINING},
	{{"CHUNKING", 8}, SMTPS_CAP_CHUNKING},
	{{"SIZE", 4}, SMTPS_CAP_SIZE},
	{{"8BITMIME", 8}, SMTPS_CAP_8BITMIME},
	{{"SMTPUTF8", 8}, SMTPS_CAP_SMTPUTF8},
	{{"DSN", 3}, SMTPS_CAP_DSN},
	{{"ENHANCEDSTATUSCODES", 19}, SMTPS_CAP_ENHANCED},
	{{"REQUIRETLS", 10}, SMTPS_CAP_REQUIRETLS},
	{{"LIMITS", 6}, SMTPS_CAP_LIMITS},
	{{"AUTH", 4}, SMTPS_CAP_AUTH},
	{{"PIPECONNECT", 11}, SMTPS_CAP_PIPECONNECT},
	{{"X_PIPE_CONNECT", 14}, SMTPS_CAP_PIPECONNECT},
};

/* The next word of `*rest`; empty at the end. */
static smtps_str next_word(smtps_str *rest)
{
	smtps_str word;

	*rest = smtps_str_trim(*rest);
	word = (smtps_str){rest->data, 0};
	while (word.len < rest->len && word.data[word.len] != ' ' && word.data[word.len] != '\t') {
		word.len++;
	}
	rest->data += word.len;
	rest->len -= word.len;
	return word;
}

/* A number of digits alone that is at most `most`; else 0, which means: none declared. */
static uint64_t number_of(smtps_str text, uint64_t most)
{
	uint64_t number = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned digit = (unsigned)(text.data[i] - '0');

		if (!smtps_is_digit(text.data[i]) || number > (most - digit) / 10) {
			return 0;
		}
		number = number * 10 + digit;
	}
	return number;
}

static void read_mechanisms(smtps_capabilities *caps, smtps_str rest)
{
	for (smtps_str word = next_word(&rest); word.len; word = next_word(&rest)) {
		smtps_mechanism mechanism = smtps_mechanism_find(word);

		if (mechanism < SMTPS_MECHANISM_COUNT) {
			caps->mechanisms |= SMTPS_MECHANISM_BIT(mechanism);
		}
	}
}

static void read_limits(smtps_capabilities *caps, smtps_str rest)
{
	for (smtps_str word = next_word(&rest); word.len; word = next_word(&rest)) {
		smtps_str value;
		smtps_str name = smtps_str_split(word, '=', &value);

		if (smtps_str_equal_nocase(name, SMTPS_STR("MAILMAX"))) {
			caps->mail_max = (uint32_t)number_of(value, UINT32_MAX);
		} else if (smtps_str_equal_nocase(name, SMTPS_STR("RCPTMAX"))) {
			caps->rcpt_max = (uint32_t)number_of(value, UINT32_MAX);
		}
	}
}

static void read_line(smtps_capabilities *caps, smtps_str line)
{
	/* "AUTH=LOGIN" is how servers spoke before RFC 2554, for clients that still look for it. */
	static const smtps_str old_auth = {"AUTH=", 5};
	smtps_str rest = line;
	smtps_str keyword;
	unsigned flag = 0;

	if (smtps_str_starts_nocase(line, old_auth)) {
		keyword = (smtps_str){line.data, 4};
		rest = (smtps_str){line.data + old_auth.len, line.len - old_auth.len};
	} else {
		keyword = next_word(&rest);
	}
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
		if (smtps_str_equal_nocase(keyword, keywords[i].keyword)) {
			flag = keywords[i].flag;
		}
	}
	caps->flags |= flag;
	if (flag == SMTPS_CAP_SIZE) {
		caps->size = number_of(next_word(&rest), UINT64_MAX);
	} else if (flag == SMTPS_CAP_AUTH) {
		read_mechanisms(caps, rest);
	} else if (flag == SMTPS_CAP_LIMITS) {
		read_limits(caps, rest);
	}
}

static void keep_line(smtps_capabilities *caps, smtps_str line)
{
	if (caps->keywords.len) {
		smtps_buf_add_char(&caps->keywords, '\n');
	}
	for (size_t i = 0; i < line.len; i++) {
		smtps_buf_add_char(&caps->keywords, line.data[i] >= ' ' && line.data[i] <= '~' ? line.data[i] : '?');
	}
}

void smtps_capabilities_read(smtps_capabilities *caps, const smtps_reply *ehlo)
{
	smtps_str rest;

	smtps_capabilities_free(caps);
	smtps_str_split(smtps_buf_str(&ehlo->text), '\n', &rest);
	while (rest.data) {
		smtps_str line = smtps_str_trim(smtps_str_split(rest, '\n', &rest));

		if (line.len) {
			read_line(caps, line);
			keep_line(caps, line);
		}
	}
}

bool smtps_capabilities_has(const smtps_capabilities *caps, unsigned flag)
{
	return (caps->flags & flag) == flag;
}

void smtps_capabilities_free(smtps_capabilities *caps)
{
	smtps_buf_free(&caps->keywords);
	*caps = (smtps_capabilities){0};
}
