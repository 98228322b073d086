/*
 * Who a mail says it is from: the message's From, the option `from`, and the host's `force_from` (docs/mail.md).
 */
#include "compose_internal.h"
#include "fault.h"

void smtps_authors_free(smtps_authors *authors)
{
	smtps_mailbox_list_free(&authors->from);
	smtps_mailbox_list_free(&authors->reply_to);
}

/* Whether an address is one of `a@x, *@y`: the domain without regard to case, a local part exactly. */
static bool is_listed(smtps_str list, const smtps_mailbox *mailbox)
{
	smtps_str rest = list;

	while (rest.data) {
		smtps_str domain, entry = smtps_str_trim(smtps_str_split(rest, ',', &rest));
		smtps_str local = smtps_str_split(entry, '@', &domain);

		if (domain.data && smtps_str_equal_nocase(domain, smtps_mailbox_domain(mailbox)) &&
			(smtps_str_equal(local, SMTPS_STR("*")) ||
				smtps_str_equal(local, smtps_mailbox_local(mailbox)))) {
			return true;
		}
	}
	return false;
}

static bool must_force(const smtps_mailbox_list *from, const smtps_compose_options *options)
{
	bool listed = options->force_from == SMTPS_FORCE_UNLISTED;

	for (size_t i = 0; listed && i < from->count; i++) {
		listed = is_listed(options->allowed_from, &from->items[i]);
	}
	return options->force_from != SMTPS_FORCE_NEVER && from->count > 0 && !listed;
}

/* The option `from`, as a list of one; with `name` in place of its own where that is not empty. */
static bool own_from(smtps_mailbox_list *out, smtps_str text, smtps_str name, smtps_error *error)
{
	smtps_mailbox mailbox = {0};

	if (!smtps_mailbox_parse(&mailbox, text, error)) {
		return smtps_bad_where(error, "the option from");
	}
	if (name.len && !smtps_buf_replace(&mailbox.name, name, error)) {
		smtps_mailbox_free(&mailbox);
		return false;
	}
	return smtps_mailbox_list_take(out, &mailbox) || smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
}

bool smtps_authors_decide(smtps_authors *out, const smtps_mailbox_list *from,
	const smtps_mailbox_list *reply_to, const smtps_compose_options *options, smtps_error *error)
{
	if (from->count == 0) {
		if (options->from.len == 0) {
			return smtps_bad_message(error, "it has no From; call from() or set smtpsend.from");
		}
		return (smtps_mailbox_list_copy(&out->reply_to, reply_to) ||
				   smtps_fail_memory(error, SMTPS_STAGE_MESSAGE)) &&
			own_from(&out->from, options->from, (smtps_str){NULL, 0}, error);
	}
	out->forced = must_force(from, options);
	if (out->forced && options->from.len == 0) {
		return smtps_bad_message(error, "smtpsend.force_from needs smtpsend.from");
	}
	/* Replies still reach the one who was to be From. */
	if (!smtps_mailbox_list_copy(&out->reply_to, out->forced && reply_to->count == 0 ? from : reply_to)) {
		return smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
	}
	if (out->forced) {
		return own_from(&out->from, options->from, smtps_buf_str(&from->items[0].name), error);
	}
	return smtps_mailbox_list_copy(&out->from, from) || smtps_fail_memory(error, SMTPS_STAGE_MESSAGE);
}
