/*
 * A reply as a value; see reply.h.
 */
#include "reply.h"

#include <stdio.h>

bool smtps_reply_copy(smtps_reply *to, const smtps_reply *from)
{
	smtps_reply copy = {.code = from->code};

	for (int i = 0; i < 3; i++) {
		copy.enhanced[i] = from->enhanced[i];
	}
	smtps_buf_add_str(&copy.text, smtps_buf_str(&from->text));
	if (copy.text.failed) {
		smtps_reply_free(&copy);
		return false;
	}
	smtps_reply_move(to, &copy);
	return true;
}

void smtps_reply_move(smtps_reply *to, smtps_reply *from)
{
	smtps_reply_free(to);
	*to = *from;
	*from = (smtps_reply){0};
}

void smtps_reply_free(smtps_reply *reply)
{
	smtps_buf_free(&reply->text);
	*reply = (smtps_reply){0};
}

bool smtps_reply_is_positive(const smtps_reply *reply)
{
	return reply->code / 100 == 2;
}

bool smtps_reply_is_transient(const smtps_reply *reply)
{
	return reply->code / 100 == 4;
}

bool smtps_reply_is_permanent(const smtps_reply *reply)
{
	return reply->code / 100 == 5;
}

bool smtps_reply_has_enhanced(const smtps_reply *reply)
{
	return reply->enhanced[0] != 0;
}

const char *smtps_reply_enhanced_text(const smtps_reply *reply, char *out)
{
	out[0] = '\0';
	if (smtps_reply_has_enhanced(reply)) {
		snprintf(out, 16, "%hu.%hu.%hu", reply->enhanced[0], reply->enhanced[1], reply->enhanced[2]);
	}
	return out;
}
