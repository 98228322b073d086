/*
 * Time: microseconds of the monotonic clock (CLOCK_MONOTONIC), so that NTP and suspend move no deadline.
 *
 * Only client/loop and src/php read the clock; every other module is told the time.
 */
#ifndef SMTPS_BASE_TIME_H
#define SMTPS_BASE_TIME_H

#include <stdint.h>

typedef int64_t smtps_time; /* a moment, microseconds since an arbitrary start */

#define SMTPS_NEVER INT64_MAX
#define SMTPS_MILLISECONDS(n) ((smtps_time)(n)*1000)
#define SMTPS_SECONDS(n) ((smtps_time)(n)*1000000)

smtps_time smtps_now(void);
/* Seconds since 1970 (CLOCK_REALTIME): for Date fields, certificates, never for a deadline. */
int64_t smtps_wall_seconds(void);
smtps_time smtps_earlier(smtps_time a, smtps_time b);

#endif
