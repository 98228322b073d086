/*
 * Clocks; see time.h.
 */
#include "time.h"

#include <time.h>

smtps_time smtps_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (smtps_time)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t smtps_wall_seconds(void)
{
	return (int64_t)time(NULL);
}

smtps_time smtps_earlier(smtps_time a, smtps_time b)
{
	return a < b ? a : b;
}
