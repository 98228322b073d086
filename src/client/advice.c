/*
 * Advice; see advice.h.
 */
#include "advice.h"

#define AT(stage) (1u << SMTPS_STAGE_##stage)
#define ANYWHERE (~0u)

typedef struct advice {
	smtps_cause cause;
	unsigned stages;
	const char *sentence;
} advice;

/* The first that fits. */
static const advice table[] = {
	{SMTPS_CAUSE_NO_SUCH_HOST, ANYWHERE, "check the spelling of `host`"},
	{SMTPS_CAUSE_RESOLVER, ANYWHERE,
		"the name servers of this machine do not answer; try again, or ask whoever runs it"},
	{SMTPS_CAUSE_CONNECT_REFUSED, AT(CONNECT),
		"nothing listens there, or a firewall refuses: check `host` and `port`, then ask the hosting company"},
	{SMTPS_CAUSE_TIMEOUT, AT(CONNECT),
		"a firewall, often the hosting company's, drops outgoing connections to mail ports: use port 2525, or ask for 587 or 465 to "
		"be opened"},
	{SMTPS_CAUSE_UNREACHABLE, AT(CONNECT), "this machine has no network route to the server"},
	{SMTPS_CAUSE_LOCAL, AT(CONNECT),
		"this machine does not allow it: check the limit of open files, and under SELinux httpd_can_network_connect"},
	{SMTPS_CAUSE_TIMEOUT, AT(GREETING),
		"something accepts connections there and says nothing: a port of implicit TLS needs `encryption=implicit`"},
	{SMTPS_CAUSE_STARTTLS_MISSING, ANYWHERE,
		"use port 465; `encryption=plaintext`, which allows no credentials, only where nothing is to be protected"},
	{SMTPS_CAUSE_INJECTION, ANYWHERE,
		"somebody between this machine and the server speaks for it: use port 465"},
	{SMTPS_CAUSE_HANDSHAKE, ANYWHERE,
		"check that the port speaks TLS: from the first octet on 465, after STARTTLS on 587"},
	{SMTPS_CAUSE_CERTIFICATE, ANYWHERE,
		"if the certificate is the web host's, the host redirects mail ports to its own server: use port 2525, or ask it to let this "
		"site's user send; if this is the right server, name its authority in `ca_file` or its name in `peer_name`"},
	{SMTPS_CAUSE_NO_MECHANISM, ANYWHERE,
		"the server offers no way to log in that may be used here: check `auth`, `port` and `encryption`"},
};

void smtps_advise(smtps_error *error)
{
	if (error->hint[0]) {
		return;
	}
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (table[i].cause == error->cause && (table[i].stages & 1u << error->stage)) {
			smtps_error_hint(error, "%s", table[i].sentence);
			return;
		}
	}
}
