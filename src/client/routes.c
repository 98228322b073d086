/*
 * Routes in the order in which they are tried; see routes.h and docs/routes.md.
 */
#include "routes.h"

#include <string.h>

static int family_of(const smtps_address *address)
{
	return address->socket.ss_family;
}

static bool is_wanted(const smtps_options *options, const smtps_address *address)
{
	switch (smtps_option_number(options, SMTPS_O_IP_VERSION)) {
		case 1: return family_of(address) == AF_INET;
		case 2: return family_of(address) == AF_INET6;
		default: return true;
	}
}

/* Ports do not count: a route names its own. */
static bool is_same_address(const smtps_address *a, const smtps_address *b)
{
	char text_a[SMTPS_ADDRESS_TEXT], text_b[SMTPS_ADDRESS_TEXT];

	return family_of(a) == family_of(b) &&
		strcmp(smtps_address_text(a, text_a), smtps_address_text(b, text_b)) == 0;
}

static smtps_security security_of(const smtps_options *options, int port)
{
	switch (smtps_option_number(options, SMTPS_O_ENCRYPTION)) {
		case SMTPS_ENCRYPTION_PLAINTEXT: return SMTPS_SECURE_PLAINTEXT;
		case SMTPS_ENCRYPTION_STARTTLS: return SMTPS_SECURE_STARTTLS;
		default: break;
	}
	if (smtps_options_implicit_on(options, port)) {
		return SMTPS_SECURE_IMPLICIT;
	}
	return smtps_options_lenient_on(options, port) ? SMTPS_SECURE_IF_OFFERED : SMTPS_SECURE_STARTTLS;
}

static void add_route(
	smtps_routes *routes, const smtps_options *options, const smtps_address *address, int port)
{
	smtps_route *route = &routes->list[routes->count];

	if (routes->count == SMTPS_ROUTES_MAX) {
		return;
	}
	routes->count++;
	*route = (smtps_route){.address = *address, .port = port, .security = security_of(options, port)};
	route->implicit_tls = route->security == SMTPS_SECURE_IMPLICIT;
}

/* What is wanted of the answer, each address once: first the first one of each family, in the resolver's order. */
static size_t order_addresses(const smtps_options *options, const smtps_addresses *addresses,
	const smtps_address *ordered[SMTPS_ADDRESSES_MAX], size_t *firsts)
{
	bool is_first[SMTPS_ADDRESSES_MAX] = {false}, is_left_out[SMTPS_ADDRESSES_MAX] = {false};
	size_t count = 0;

	for (size_t i = 0; i < addresses->count; i++) {
		const smtps_address *address = &addresses->list[i];

		is_left_out[i] = !is_wanted(options, address);
		is_first[i] = !is_left_out[i];
		for (size_t j = 0; j < i; j++) {
			is_left_out[i] = is_left_out[i] || is_same_address(address, &addresses->list[j]);
			is_first[i] = is_first[i] && family_of(address) != family_of(&addresses->list[j]);
		}
		if (is_first[i]) {
			ordered[count++] = address;
		}
	}
	*firsts = count;
	for (size_t i = 0; i < addresses->count; i++) {
		if (!is_first[i] && !is_left_out[i]) {
			ordered[count++] = &addresses->list[i];
		}
	}
	return count < SMTPS_ADDRESSES_PER_PORT ? count : SMTPS_ADDRESSES_PER_PORT;
}

static void remembered_first(smtps_routes *routes, const smtps_memory_record *remembered)
{
	for (size_t i = 0; i < routes->count; i++) {
		smtps_route route = routes->list[i];

		if (route.port == remembered->port && (int)route.security == remembered->encryption &&
			is_same_address(&route.address, &remembered->address)) {
			memmove(routes->list + 1, routes->list, i * sizeof *routes->list);
			routes->list[0] = route;
			return;
		}
	}
}

void smtps_routes_make(smtps_routes *routes, const smtps_options *options, const smtps_addresses *addresses,
	const smtps_memory_record *remembered)
{
	const smtps_address *ordered[SMTPS_ADDRESSES_MAX];
	size_t firsts, count = order_addresses(options, addresses, ordered, &firsts);

	routes->count = 0;
	for (int pass = 0; pass < 2; pass++) {
		size_t from = pass == 0 ? 0 : firsts, to = pass == 0 ? firsts : count;

		for (unsigned port = 0; port < options->port_count; port++) {
			for (size_t i = from; i < to; i++) {
				add_route(routes, options, ordered[i], options->ports[port]);
			}
		}
	}
	if (remembered && (remembered->known & SMTPS_KNOWS_ROUTE)) {
		remembered_first(routes, remembered);
	}
}
