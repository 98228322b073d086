/*
 * Dates without libc's calendar: no locale, no TZ, no lock; see date.h.
 */
#include "date.h"

static const char day_names[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
static const char month_names[][4] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

enum { DAY = 86400, DAYS_OF_400_YEARS = 146097, DAYS_TO_1970 = 719468 };

bool smtps_date_fits(int64_t seconds, int zone_minutes)
{
	/* 0001-01-01 to 9999-12-30, so that no zone leaves the range. */
	return seconds >= -62135596800 && seconds <= 253402214399 && zone_minutes > -1440 && zone_minutes < 1440;
}

static void add_digits(smtps_buf *out, const char *before, int number, unsigned digits)
{
	smtps_buf_add_text(out, before);
	smtps_buf_add_number(out, (uint64_t)number, digits);
}

void smtps_date_add(smtps_buf *out, int64_t seconds, int zone_minutes)
{
	int64_t local = seconds + (int64_t)zone_minutes * 60;
	int64_t days = local >= 0 ? local / DAY : -((DAY - 1 - local) / DAY);
	int of_day = (int)(local - days * DAY);
	int zone = zone_minutes < 0 ? -zone_minutes : zone_minutes;
	/* Years that begin in March, in cycles of 400: the leap day comes last. */
	int64_t shifted = days + DAYS_TO_1970;
	int64_t cycle =
		shifted >= 0 ? shifted / DAYS_OF_400_YEARS : -((DAYS_OF_400_YEARS - 1 - shifted) / DAYS_OF_400_YEARS);
	int day_of_cycle = (int)(shifted - cycle * DAYS_OF_400_YEARS);
	int year_of_cycle =
		(day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
	int day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
	int month = (5 * day_of_year + 2) / 153;
	int day = day_of_year - (153 * month + 2) / 5 + 1;
	int64_t year = year_of_cycle + cycle * 400 + (month >= 10 ? 1 : 0);

	month = month < 10 ? month + 2 : month - 10;
	smtps_buf_add_text(out, day_names[((days % 7) + 7) % 7]);
	add_digits(out, ", ", day, 2);
	smtps_buf_add_char(out, ' ');
	smtps_buf_add_text(out, month_names[month]);
	add_digits(out, " ", (int)year, 4);
	add_digits(out, " ", of_day / 3600, 2);
	add_digits(out, ":", of_day / 60 % 60, 2);
	add_digits(out, ":", of_day % 60, 2);
	add_digits(out, zone_minutes < 0 ? " -" : " +", zone / 60 * 100 + zone % 60, 4);
}
