/*
 * The server's queue id, read from the final reply of a transaction in the forms of the common servers.
 */
#ifndef SMTPS_SMTP_QUEUE_ID_H
#define SMTPS_SMTP_QUEUE_ID_H

#include "base/reply.h"

/* A view into the reply's text; empty where no known form fits. At most 128 printable octets. */
smtps_str smtps_queue_id(const smtps_reply *final);

#endif
