/*
 * Date and time of RFC 5322 3.3, in English whatever the locale.
 */
#ifndef SMTPS_MAIL_DATE_H
#define SMTPS_MAIL_DATE_H

#include "base/bytes.h"

/* "Tue, 24 Nov 2026 07:34:13 +0100"; seconds since 1970, the zone in minutes east. Years 0 to 9999. */
void smtps_date_add(smtps_buf *out, int64_t seconds, int zone_minutes);
bool smtps_date_fits(int64_t seconds, int zone_minutes);

#endif
