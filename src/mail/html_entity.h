/*
 * HTML's character references: numbers, and the names that mails use.
 */
#ifndef SMTPS_MAIL_HTML_ENTITY_H
#define SMTPS_MAIL_HTML_ENTITY_H

#include "base/bytes.h"

/* Appends the text with its references resolved; a no-break space becomes a space, an unknown reference stays. */
void smtps_html_resolve(smtps_buf *out, smtps_str text);

#endif
