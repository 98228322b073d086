/*
 * Whatever text a reply holds: a hint is found or not, a queue id is a printable part of the text, the one-liner is fit for a log.
 *
 * Input: an octet for the stage, two for the code, one for the host, then the text.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "smtp/hints.h"
#include "smtp/queue_id.h"

static void must(bool holds, const char *rule)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", rule);
		abort();
	}
}

static void check_one_line(smtps_str text, size_t limit)
{
	smtps_buf line = {0};

	smtps_text_one_line(&line, text, limit);
	must(line.len <= limit, "within its limit");
	must(smtps_utf8_valid(smtps_buf_str(&line)), "UTF-8 whatever came in");
	for (size_t i = 0; i < line.len; i++) {
		must((unsigned char)line.data[i] >= 0x20 && line.data[i] != 0x7f, "no control");
	}
	smtps_buf_free(&line);
}

static void check_queue_id(const smtps_reply *reply)
{
	smtps_str id = smtps_queue_id(reply);

	must(id.len <= 128, "a short id");
	must(id.len == 0 ||
			(id.data >= reply->text.data && id.data + id.len <= reply->text.data + reply->text.len),
		"a view into the reply");
	for (size_t i = 0; i < id.len; i++) {
		must(id.data[i] > 0x20 && id.data[i] < 0x7f, "a printable id");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hosts[] = {"", "smtp.gmail.com", "smtp.office365.com", "smtp.mail.yahoo.com"};
	smtps_reply reply = {0};
	smtps_stage stage;
	smtps_str host;

	if (size < 4) {
		return 0;
	}
	stage = (smtps_stage)(data[0] % SMTPS_STAGE_COUNT);
	reply.code = 200 + (data[1] << 8 | data[2]) % 400;
	host = smtps_str_of(hosts[data[3] % 4]);
	reply.enhanced[0] = (unsigned short)(reply.code / 100);
	reply.enhanced[1] = data[3] / 4 % 8;
	smtps_buf_add(&reply.text, (const char *)data + 4, size - 4);
	must(smtps_hint_for(stage, &reply, host).sentence != NULL, "a sentence, or an empty one");
	check_queue_id(&reply);
	check_one_line(smtps_buf_str(&reply.text), data[0]);
	smtps_reply_free(&reply);
	return 0;
}
