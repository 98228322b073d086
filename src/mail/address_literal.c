/*
 * The numbers in address literals (RFC 5321 4.1.3): checked by hand, since this floor knows no socket headers.
 */
#include "address_internal.h"

bool smtps_is_ipv4(smtps_str text)
{
	unsigned numbers = 0;
	smtps_str rest = text;

	while (rest.data && numbers < 5) {
		smtps_str number = smtps_str_split(rest, '.', &rest);
		unsigned value = 0;

		if (number.len == 0 || number.len > 3 || (number.len > 1 && number.data[0] == '0')) {
			return false;
		}
		for (size_t i = 0; i < number.len; i++) {
			if (!smtps_is_digit(number.data[i])) {
				return false;
			}
			value = value * 10 + (unsigned)(number.data[i] - '0');
		}
		if (value > 255) {
			return false;
		}
		numbers++;
	}
	return numbers == 4;
}

static bool is_hex_group(smtps_str group)
{
	if (group.len == 0 || group.len > 4) {
		return false;
	}
	for (size_t i = 0; i < group.len; i++) {
		char octet = smtps_lower(group.data[i]);

		if (!smtps_is_digit(octet) && (octet < 'a' || octet > 'f')) {
			return false;
		}
	}
	return true;
}

/* Number of 16-bit groups in `text` (no ::), an IPv4 address at its end counting two if allowed; -1 where it is wrong. */
static int count_groups(smtps_str text, bool ipv4_allowed)
{
	int groups = 0;
	smtps_str rest = text;

	while (text.len && rest.data && groups <= 8) {
		smtps_str group = smtps_str_split(rest, ':', &rest);

		if (is_hex_group(group)) {
			groups++;
		} else if (ipv4_allowed && !rest.data && smtps_is_ipv4(group)) {
			groups += 2;
		} else {
			return -1;
		}
	}
	return groups;
}

bool smtps_is_ipv6(smtps_str text)
{
	size_t gap = 0;
	int before, after;

	if (text.len > 45) {
		return false;
	}
	while (gap + 1 < text.len && !(text.data[gap] == ':' && text.data[gap + 1] == ':')) {
		gap++;
	}
	if (gap + 1 >= text.len) {
		return count_groups(text, true) == 8;
	}
	before = count_groups((smtps_str){text.data, gap}, false);
	after = count_groups((smtps_str){text.data + gap + 2, text.len - gap - 2}, true);
	return before >= 0 && after >= 0 && before + after <= 7;
}
