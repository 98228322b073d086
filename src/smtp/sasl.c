/*
 * The mechanisms as a table, the choice between them, and what their exchanges have in common; see sasl.h.
 * The dialogues themselves are in sasl_plain.c, sasl_oauth.c and sasl_scram.c.
 */
#include "sasl_internal.h"

#include "base/memory.h"

enum { NEEDS_USERNAME = 1, NEEDS_PASSWORD = 2, NEEDS_TOKEN = 4, NEEDS_CERTIFICATE = 8, NEEDS_BINDING = 16 };

typedef struct mechanism_row {
	const char *name;
	const smtps_sasl_verbs *verbs;
	unsigned needs;
	unsigned strength; /* how little of the secret the server sees */
	smtps_digest digest;
	bool scram;
} mechanism_row;

static const mechanism_row mechanisms[SMTPS_MECHANISM_COUNT] = {
	[SMTPS_OAUTHBEARER] = {"OAUTHBEARER", &smtps_sasl_oauthbearer, NEEDS_TOKEN, 0, SMTPS_MD5, false},
	[SMTPS_XOAUTH2] = {"XOAUTH2", &smtps_sasl_xoauth2, NEEDS_USERNAME | NEEDS_TOKEN, 0, SMTPS_MD5, false},
	[SMTPS_EXTERNAL] = {"EXTERNAL", &smtps_sasl_external, NEEDS_CERTIFICATE, 6, SMTPS_MD5, false},
	[SMTPS_PLAIN] = {"PLAIN", &smtps_sasl_plain, NEEDS_USERNAME | NEEDS_PASSWORD, 0, SMTPS_MD5, false},
	[SMTPS_LOGIN] = {"LOGIN", &smtps_sasl_login, NEEDS_USERNAME | NEEDS_PASSWORD, 0, SMTPS_MD5, false},
	[SMTPS_SCRAM_SHA_256_PLUS] = {"SCRAM-SHA-256-PLUS", &smtps_sasl_scram,
		NEEDS_USERNAME | NEEDS_PASSWORD | NEEDS_BINDING, 5, SMTPS_SHA256, true},
	[SMTPS_SCRAM_SHA_256] = {"SCRAM-SHA-256", &smtps_sasl_scram, NEEDS_USERNAME | NEEDS_PASSWORD, 4,
		SMTPS_SHA256, true},
	[SMTPS_SCRAM_SHA_1_PLUS] = {"SCRAM-SHA-1-PLUS", &smtps_sasl_scram,
		NEEDS_USERNAME | NEEDS_PASSWORD | NEEDS_BINDING, 3, SMTPS_SHA1, true},
	[SMTPS_SCRAM_SHA_1] = {"SCRAM-SHA-1", &smtps_sasl_scram, NEEDS_USERNAME | NEEDS_PASSWORD, 2, SMTPS_SHA1,
		true},
	[SMTPS_CRAM_MD5] = {"CRAM-MD5", &smtps_sasl_cram_md5, NEEDS_USERNAME | NEEDS_PASSWORD, 1, SMTPS_MD5,
		false},
};

const char *smtps_mechanism_name(smtps_mechanism mechanism)
{
	return (unsigned)mechanism < SMTPS_MECHANISM_COUNT ? mechanisms[mechanism].name : "";
}

smtps_mechanism smtps_mechanism_find(smtps_str name)
{
	for (int i = 0; i < SMTPS_MECHANISM_COUNT; i++) {
		if (smtps_str_equal_nocase(name, smtps_str_of(mechanisms[i].name))) {
			return (smtps_mechanism)i;
		}
	}
	return SMTPS_MECHANISM_COUNT;
}

bool smtps_mechanism_is_stronger(smtps_mechanism a, smtps_mechanism b)
{
	return (unsigned)a < SMTPS_MECHANISM_COUNT && (unsigned)b < SMTPS_MECHANISM_COUNT &&
		mechanisms[a].strength > mechanisms[b].strength;
}

static unsigned available(const smtps_credentials *credentials, const smtps_channel_binding *binding)
{
	unsigned have = 0;

	have |= credentials->username.len ? NEEDS_USERNAME : 0u;
	have |= credentials->password.len ? NEEDS_PASSWORD : 0u;
	have |= credentials->token.len ? NEEDS_TOKEN : 0u;
	have |= credentials->certificate ? NEEDS_CERTIFICATE : 0u;
	have |= binding && (binding->exporter.len || binding->end_point.len) ? NEEDS_BINDING : 0u;
	return have;
}

static bool permitted(smtps_mechanism mechanism, const smtps_auth_policy *policy, unsigned have)
{
	const mechanism_row *row = &mechanisms[mechanism];
	bool listed = (policy->allowed & SMTPS_MECHANISM_BIT(mechanism)) != 0;

	if ((row->needs & have) != row->needs || (policy->scram_only && !row->scram) ||
		(policy->allowed && !listed)) {
		return false;
	}
	/* A certificate alone says who we are only where no password was given, or where the list asks for it. */
	if (mechanism == SMTPS_EXTERNAL && (have & NEEDS_PASSWORD) && !listed) {
		return false;
	}
	/* To a server that was not verified nothing goes that it could use elsewhere. */
	return policy->verified || row->scram || listed;
}

smtps_mechanism smtps_sasl_choose(unsigned offered, unsigned tried, const smtps_auth_policy *policy,
	const smtps_credentials *credentials, const smtps_channel_binding *binding)
{
	unsigned have = available(credentials, binding);
	bool ordered = policy->allowed && policy->order_count;
	unsigned count = ordered ? policy->order_count : SMTPS_MECHANISM_COUNT;

	for (unsigned i = 0; i < count && i < SMTPS_MECHANISM_COUNT; i++) {
		unsigned mechanism = ordered ? policy->order[i] : i;

		if (mechanism >= SMTPS_MECHANISM_COUNT || !(offered & ~tried & SMTPS_MECHANISM_BIT(mechanism))) {
			continue;
		}
		if (permitted((smtps_mechanism)mechanism, policy, have)) {
			return (smtps_mechanism)mechanism;
		}
	}
	return SMTPS_MECHANISM_COUNT;
}

bool smtps_sasl_fail(const smtps_sasl *sasl, smtps_error *error, const char *what)
{
	return smtps_fail(error, SMTPS_STAGE_AUTH, SMTPS_AUTH_FAILED, SMTPS_CAUSE_NONE, "AUTH %s: %s",
		smtps_mechanism_name(sasl->mechanism), what);
}

bool smtps_sasl_cannot_carry(const smtps_sasl *sasl, smtps_error *error, const char *option, const char *why)
{
	return smtps_fail(error, SMTPS_STAGE_AUTH, SMTPS_BAD_OPTION, SMTPS_CAUSE_NONE,
		"%s: AUTH %s cannot carry %s", option, smtps_mechanism_name(sasl->mechanism), why);
}

void smtps_sasl_add_name(smtps_buf *out, smtps_str name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] == '=') {
			smtps_buf_add_text(out, "=3D");
		} else if (name.data[i] == ',') {
			smtps_buf_add_text(out, "=2C");
		} else {
			smtps_buf_add_char(out, name.data[i]);
		}
	}
}

/* What no mechanism can carry: an option that is missing, or one that holds a NUL. */
static bool check_credentials(const smtps_sasl *sasl, smtps_error *error)
{
	unsigned missing = mechanisms[sasl->mechanism].needs & ~available(&sasl->credentials, &sasl->binding);
	const smtps_credentials *given = &sasl->credentials;

	if (missing & NEEDS_USERNAME) {
		return smtps_sasl_cannot_carry(sasl, error, "username", "an empty one");
	}
	if (missing & NEEDS_PASSWORD) {
		return smtps_sasl_cannot_carry(sasl, error, "password", "an empty one");
	}
	if (missing & NEEDS_TOKEN) {
		return smtps_sasl_cannot_carry(sasl, error, "oauth_token", "an empty one");
	}
	if (missing & NEEDS_BINDING) {
		return smtps_sasl_fail(sasl, error, "this connection has nothing to bind to");
	}
	if (smtps_str_find(given->username, '\0') < given->username.len) {
		return smtps_sasl_cannot_carry(sasl, error, "username", "a NUL");
	}
	if (smtps_str_find(given->password, '\0') < given->password.len) {
		return smtps_sasl_cannot_carry(sasl, error, "password", "a NUL");
	}
	return true;
}

smtps_sasl *smtps_sasl_start(smtps_mechanism mechanism, const smtps_credentials *credentials,
	const smtps_channel_binding *binding, unsigned offered, smtps_error *error)
{
	smtps_sasl *sasl = smtps_alloc(sizeof *sasl);

	if (!sasl) {
		smtps_fail_memory(error, SMTPS_STAGE_AUTH);
		return NULL;
	}
	sasl->mechanism = mechanism;
	sasl->verbs = mechanisms[mechanism].verbs;
	sasl->credentials = *credentials;
	sasl->binding = binding ? *binding : (smtps_channel_binding){0};
	sasl->offered = offered;
	sasl->scram.digest = mechanisms[mechanism].digest;
	if (!check_credentials(sasl, error) || (sasl->verbs->start && !sasl->verbs->start(sasl, error))) {
		smtps_sasl_free(sasl);
		return NULL;
	}
	return sasl;
}

bool smtps_sasl_initial(smtps_sasl *sasl, smtps_buf *out)
{
	if (!sasl->verbs->initial) {
		return false;
	}
	sasl->verbs->initial(sasl, out);
	return true;
}

bool smtps_sasl_answer(smtps_sasl *sasl, smtps_str challenge, smtps_buf *out, smtps_error *error)
{
	if (++sasl->rounds > SMTPS_SASL_ROUNDS) {
		return smtps_sasl_fail(sasl, error, "the server never ends its challenges");
	}
	if (sasl->rounds == 1 && challenge.len == 0 && sasl->verbs->initial) {
		sasl->verbs->initial(sasl, out);
	} else if (!sasl->verbs->answer(sasl, challenge, out, error)) {
		return false;
	} else {
		sasl->step++;
	}
	return out->failed ? smtps_fail_memory(error, SMTPS_STAGE_AUTH) : true;
}

bool smtps_sasl_finish(smtps_sasl *sasl, smtps_error *error)
{
	return !sasl->verbs->finish || sasl->verbs->finish(sasl, error);
}

const char *smtps_sasl_oauth_status(const smtps_sasl *sasl)
{
	return sasl->oauth_status;
}

void smtps_sasl_free(smtps_sasl *sasl)
{
	if (!sasl) {
		return;
	}
	smtps_buf_free(&sasl->scram.gs2);
	smtps_buf_free(&sasl->scram.nonce);
	smtps_buf_free(&sasl->scram.username);
	smtps_buf_free(&sasl->scram.password);
	smtps_cleanse(sasl, sizeof *sasl);
	smtps_free(sasl);
}
