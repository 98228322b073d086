/*
 * Results and their parts: life and death; see result.h.
 */
#include "result.h"

#include <string.h>

#include "base/memory.h"

enum { FIRST_ATTEMPTS = 4 };

smtps_attempt *smtps_attempts_add(smtps_attempts *attempts)
{
	if (attempts->count == attempts->cap) {
		size_t cap = attempts->cap ? attempts->cap * 2 : FIRST_ATTEMPTS;
		smtps_attempt *list = smtps_realloc(attempts->list, cap * sizeof *list);

		if (!list) {
			return NULL;
		}
		attempts->list = list;
		attempts->cap = cap;
	}
	memset(&attempts->list[attempts->count], 0, sizeof *attempts->list);
	return &attempts->list[attempts->count++];
}

void smtps_attempts_free(smtps_attempts *attempts)
{
	for (size_t i = 0; i < attempts->count; i++) {
		smtps_error_free(&attempts->list[i].error);
	}
	smtps_free(attempts->list);
	*attempts = (smtps_attempts){0};
}

static bool copy_buf(smtps_buf *to, const smtps_buf *from)
{
	*to = (smtps_buf){0};
	smtps_buf_add_str(to, smtps_buf_str(from));
	return !to->failed;
}

bool smtps_connection_facts_copy(smtps_connection_facts *to, const smtps_connection_facts *from)
{
	bool good;

	smtps_connection_facts_free(to);
	*to = *from;
	good = copy_buf(&to->host, &from->host);
	good = copy_buf(&to->capabilities, &from->capabilities) && good;
	good = copy_buf(&to->greeting, &from->greeting) && good;
	good = copy_buf(&to->certificate.subject, &from->certificate.subject) && good;
	good = copy_buf(&to->certificate.issuer, &from->certificate.issuer) && good;
	good = copy_buf(&to->certificate.alt_names, &from->certificate.alt_names) && good;
	return good;
}

void smtps_connection_facts_free(smtps_connection_facts *facts)
{
	smtps_buf_free(&facts->host);
	smtps_buf_free(&facts->capabilities);
	smtps_buf_free(&facts->greeting);
	smtps_certificate_free(&facts->certificate);
	*facts = (smtps_connection_facts){.mechanism = SMTPS_MECHANISM_COUNT};
}

void smtps_result_free(smtps_result *result)
{
	for (size_t i = 0; result->replies && i < result->count; i++) {
		smtps_reply_free(&result->replies[i]);
	}
	smtps_free(result->replies);
	smtps_free(result->fates);
	smtps_reply_free(&result->reply);
	smtps_buf_free(&result->queue_ids);
	smtps_connection_facts_free(&result->connection);
	smtps_attempts_free(&result->attempts);
	*result = (smtps_result){0};
}
