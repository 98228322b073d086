/*
 * What a connection has to tell of itself, copied out of it for results; see connection.h.
 */
#include <stdio.h>
#include <string.h>

#include "connection.h"

void smtps_connection_address(const smtps_connection *connection, char out[SMTPS_ADDRESS_TEXT])
{
	if (connection->server->options.host_is_unix) {
		smtps_str path = smtps_server_host(connection->server);

		snprintf(out, SMTPS_ADDRESS_TEXT, "%.*s", (int)path.len, path.data);
	} else {
		smtps_address_text(&connection->route.address, out);
	}
}

/* The certificate's fields are printed and hashed once a connection, not once a mail. */
static bool gather_facts(smtps_connection *connection)
{
	const smtps_route *route = &connection->route;
	const smtps_session *session = connection->session;
	const smtps_capabilities *capabilities = smtps_session_capabilities(session);
	smtps_connection_facts *facts = &connection->facts;

	facts->port = route->port;
	facts->implicit_tls = route->implicit_tls;
	facts->starttls = connection->tls && !route->implicit_tls;
	facts->encrypted = connection->tls != NULL;
	facts->verified = connection->verified;
	facts->mechanism = smtps_session_mechanism(session);
	facts->mechanisms = capabilities->mechanisms;
	smtps_buf_add_str(&facts->host, smtps_server_host(connection->server));
	smtps_buf_add_str(&facts->capabilities, smtps_buf_str(&capabilities->keywords));
	smtps_buf_add_str(&facts->greeting, smtps_session_greeting(session));
	smtps_connection_address(connection, facts->address);
	if (connection->tls) {
		strncpy(facts->tls_version, smtps_tls_version(connection->tls), sizeof facts->tls_version - 1);
		strncpy(facts->cipher, smtps_tls_cipher(connection->tls), sizeof facts->cipher - 1);
		facts->has_certificate = smtps_tls_certificate(connection->tls, &facts->certificate);
	}
	return !facts->host.failed && !facts->capabilities.failed && !facts->greeting.failed;
}

bool smtps_connection_facts_of(smtps_connection *connection, smtps_connection_facts *facts)
{
	if (!connection->has_facts) {
		smtps_connection_facts_free(&connection->facts);
		connection->has_facts = gather_facts(connection);
	}
	return connection->has_facts && smtps_connection_facts_copy(facts, &connection->facts);
}
