/*
 * Lines that could be commands; see command_scan.h. Only the beginning of each line is looked at.
 */
#include "command_scan.h"

#include <string.h>

static const char *const verbs[] = {"ATRN", "AUTH", "BDAT", "BURL", "DATA", "EHLO", "ETRN", "EXPN", "HELO",
	"HELP", "LHLO", "NOOP", "QUIT", "RSET", "SAML", "SEND", "SOML", "STARTTLS", "TURN", "VRFY", "XCLIENT",
	"XFORWARD"};

/* MAIL and RCPT are words of every day; what they need behind them is not. */
static const char *const commands[] = {"MAIL FROM:", "RCPT TO:"};

static void end_verb(smtps_command_scan *scan)
{
	for (size_t i = 0; scan->len >= 4 && i < sizeof verbs / sizeof verbs[0] && !scan->found; i++) {
		scan->found = memcmp(verbs[i], scan->line, 4) == 0 && strlen(verbs[i]) == scan->len &&
			memcmp(verbs[i], scan->line, scan->len) == 0;
	}
}

static void end_line(smtps_command_scan *scan)
{
	if (!scan->skip && !scan->spaced && scan->len) {
		end_verb(scan);
	}
	scan->skip = scan->spaced = false;
	scan->len = 0;
}

/* One octet of a line's beginning. */
static void take(smtps_command_scan *scan, char octet)
{
	bool blank = octet == ' ' || octet == '\t' || octet == '\r';

	if (blank) {
		if (scan->len && !scan->spaced) {
			bool argument =
				scan->len == 4 && (memcmp(scan->line, "MAIL", 4) == 0 || memcmp(scan->line, "RCPT", 4) == 0);

			end_verb(scan);
			scan->skip = !argument;
		}
		scan->spaced = scan->len > 0;
		return;
	}
	if (scan->spaced && scan->len == 4) {
		scan->line[scan->len++] = ' ';
	}
	scan->line[scan->len++] = octet >= 'a' && octet <= 'z' ? (char)(octet - ('a' - 'A')) : octet;
	for (size_t i = 0; octet == ':' && i < sizeof commands / sizeof commands[0]; i++) {
		scan->found |= strlen(commands[i]) == scan->len && memcmp(commands[i], scan->line, scan->len) == 0;
	}
	scan->skip = scan->len >= SMTPS_COMMAND_SCAN_LINE - 1 || (!smtps_is_alpha(octet) && octet != ':') ||
		(octet == ':' && scan->len <= 4);
}

/* Whether the line that starts at `at` cannot be a command, seen from its first word alone; nearly all lines end here. */
static bool surely_none(const char *at, const char *end)
{
	size_t letters = 0;

	if (*at == ' ' || *at == '\t' || (size_t)(end - at) < SMTPS_COMMAND_SCAN_LINE) {
		return false;
	}
	while (letters < SMTPS_COMMAND_SCAN_LINE && (unsigned char)((at[letters] | 0x20) - 'a') < 26) {
		letters++;
	}
	return letters != 4 && letters != 7 && letters != 8 && *at != '\n';
}

void smtps_command_scan_push(smtps_command_scan *scan, const char *octets, size_t len)
{
	const char *at = octets, *end = octets + len;

	while (at < end && !scan->found) {
		if (scan->skip) {
			at = memchr(at, '\n', (size_t)(end - at));
			if (!at) {
				return;
			}
		}
		if (scan->len == 0 && !scan->spaced && surely_none(at, end)) {
			scan->skip = true;
			continue;
		}
		if (*at == '\n') {
			end_line(scan);
		} else {
			take(scan, *at);
		}
		at++;
	}
}

bool smtps_command_scan_finish(smtps_command_scan *scan)
{
	end_line(scan);
	return scan->found;
}
