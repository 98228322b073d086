/*
 * Addresses as values, within this folder.
 */
#ifndef SMTPS_NET_ADDRESS_H
#define SMTPS_NET_ADDRESS_H

#include "resolver.h"

/* Same family, octets and zone; ports do not count. */
bool smtps_address_equal(const smtps_address *a, const smtps_address *b);
void smtps_address_set_port(smtps_address *address, int port);

#endif
