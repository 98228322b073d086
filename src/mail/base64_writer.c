/*
 * base64 in lines of 76 (RFC 2045 6.8): the bulk writer of attachments.
 *
 * Twelve bits at a time through a table of two-character entries (8 KiB, constant), which any processor can; where there is SSSE3 (asked
 * at run time), twelve octets at a time by W. Mula's shuffles, for all lines but the last. benchmarks/octets.c says what both do
 * beside OpenSSL's EVP_EncodeBlock, which is slower than the table.
 */
#include "encoding.h"

#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define WITH_SSSE3 1
#include <tmmintrin.h>
#endif

/* All pairs of digits: entry 64 * a + b is digit a, digit b. */
#define PAIRS(a) \
	a, 'A', a, 'B', a, 'C', a, 'D', a, 'E', a, 'F', a, 'G', a, 'H', a, 'I', a, 'J', a, 'K', a, 'L', a, 'M', \
		a, 'N', a, 'O', a, 'P', a, 'Q', a, 'R', a, 'S', a, 'T', a, 'U', a, 'V', a, 'W', a, 'X', a, 'Y', a, \
		'Z', a, 'a', a, 'b', a, 'c', a, 'd', a, 'e', a, 'f', a, 'g', a, 'h', a, 'i', a, 'j', a, 'k', a, 'l', \
		a, 'm', a, 'n', a, 'o', a, 'p', a, 'q', a, 'r', a, 's', a, 't', a, 'u', a, 'v', a, 'w', a, 'x', a, \
		'y', a, 'z', a, '0', a, '1', a, '2', a, '3', a, '4', a, '5', a, '6', a, '7', a, '8', a, '9', a, '+', \
		a, '/'

static const char pairs[4096 * 2] = {PAIRS('A'), PAIRS('B'), PAIRS('C'), PAIRS('D'), PAIRS('E'), PAIRS('F'),
	PAIRS('G'), PAIRS('H'), PAIRS('I'), PAIRS('J'), PAIRS('K'), PAIRS('L'), PAIRS('M'), PAIRS('N'),
	PAIRS('O'), PAIRS('P'), PAIRS('Q'), PAIRS('R'), PAIRS('S'), PAIRS('T'), PAIRS('U'), PAIRS('V'),
	PAIRS('W'), PAIRS('X'), PAIRS('Y'), PAIRS('Z'), PAIRS('a'), PAIRS('b'), PAIRS('c'), PAIRS('d'),
	PAIRS('e'), PAIRS('f'), PAIRS('g'), PAIRS('h'), PAIRS('i'), PAIRS('j'), PAIRS('k'), PAIRS('l'),
	PAIRS('m'), PAIRS('n'), PAIRS('o'), PAIRS('p'), PAIRS('q'), PAIRS('r'), PAIRS('s'), PAIRS('t'),
	PAIRS('u'), PAIRS('v'), PAIRS('w'), PAIRS('x'), PAIRS('y'), PAIRS('z'), PAIRS('0'), PAIRS('1'),
	PAIRS('2'), PAIRS('3'), PAIRS('4'), PAIRS('5'), PAIRS('6'), PAIRS('7'), PAIRS('8'), PAIRS('9'),
	PAIRS('+'), PAIRS('/')};

static inline void put_pair(char *out, unsigned bits)
{
	memcpy(out, pairs + 2 * (size_t)bits, 2);
}

/* Three octets give four digits. */
static inline void put_group(char *out, const unsigned char *in)
{
	unsigned block = (unsigned)in[0] << 16 | (unsigned)in[1] << 8 | in[2];

	put_pair(out, block >> 12);
	put_pair(out + 2, block & 0xfff);
}

uint64_t smtps_base64_size(uint64_t len)
{
	uint64_t rest = len % SMTPS_BASE64_LINE_OCTETS;

	return len / SMTPS_BASE64_LINE_OCTETS * SMTPS_BASE64_LINE + (rest ? (rest + 2) / 3 * 4 + 2 : 0);
}

static void put_lines(char *out, const unsigned char *from, size_t lines)
{
	for (; lines; lines--) {
		for (size_t i = 0; i < SMTPS_BASE64_LINE_OCTETS / 3; i++) {
			put_group(out + 4 * i, from + 3 * i);
		}
		out[76] = '\r';
		out[77] = '\n';
		out += SMTPS_BASE64_LINE;
		from += SMTPS_BASE64_LINE_OCTETS;
	}
}

#ifdef WITH_SSSE3

/* Twelve octets (of the sixteen that are read) give sixteen digits. */
__attribute__((target("ssse3"))) static inline void put_twelve(char *out, const unsigned char *in)
{
	const __m128i order = _mm_set_epi8(10, 11, 9, 10, 7, 8, 6, 7, 4, 5, 3, 4, 1, 2, 0, 1);
	/* From the digit's range to what is added to its number: a-z, ten times 0-9, +, /, A-Z. */
	const __m128i offsets = _mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
		'0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
	__m128i octets = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)in), order);
	__m128i outer =
		_mm_mulhi_epu16(_mm_and_si128(octets, _mm_set1_epi32(0x0fc0fc00)), _mm_set1_epi32(0x04000040));
	__m128i inner =
		_mm_mullo_epi16(_mm_and_si128(octets, _mm_set1_epi32(0x003f03f0)), _mm_set1_epi32(0x01000010));
	__m128i numbers = _mm_or_si128(outer, inner);
	__m128i upper = _mm_and_si128(_mm_cmpgt_epi8(_mm_set1_epi8(26), numbers), _mm_set1_epi8(13));
	__m128i ranges = _mm_or_si128(_mm_subs_epu8(numbers, _mm_set1_epi8(51)), upper);
	__m128i digits = _mm_add_epi8(_mm_shuffle_epi8(offsets, ranges), numbers);

	_mm_storeu_si128((__m128i *)(void *)out, digits);
}

/* A line is four times twelve octets and nine; the fifth step reads and writes into the line behind it, which comes after. */
__attribute__((target("ssse3"))) static void put_lines_ssse3(
	char *out, const unsigned char *from, size_t lines)
{
	for (; lines; lines--) {
		for (size_t i = 0; i < 5; i++) {
			put_twelve(out + 16 * i, from + 12 * i);
		}
		out[76] = '\r';
		out[77] = '\n';
		out += SMTPS_BASE64_LINE;
		from += SMTPS_BASE64_LINE_OCTETS;
	}
}

#endif

void smtps_base64_lines(char *out, const char *in, size_t lines)
{
	const unsigned char *from = (const unsigned char *)in;
	size_t at = 0;

#ifdef WITH_SSSE3
	if (lines > 1 && __builtin_cpu_supports("ssse3")) {
		at = lines - 1; /* nothing lies behind the last */
		put_lines_ssse3(out, from, at);
	}
#endif
	put_lines(out + at * SMTPS_BASE64_LINE, from + at * SMTPS_BASE64_LINE_OCTETS, lines - at);
}

size_t smtps_base64_last(char *out, const char *in, size_t len)
{
	const unsigned char *from = (const unsigned char *)in;
	size_t written = 0, at = 0;

	for (; at + 3 <= len; at += 3, written += 4) {
		put_group(out + written, from + at);
	}
	if (at < len) {
		unsigned char rest[3] = {from[at], at + 1 < len ? from[at + 1] : 0, 0};

		put_group(out + written, rest);
		out[written + 3] = '=';
		out[written + 2] = at + 1 < len ? out[written + 2] : '=';
		written += 4;
	}
	if (written) {
		memcpy(out + written, "\r\n", 2);
		written += 2;
	}
	return written;
}

void smtps_base64_wrapped(smtps_buf *out, smtps_str octets)
{
	size_t lines = octets.len / SMTPS_BASE64_LINE_OCTETS, whole = lines * SMTPS_BASE64_LINE_OCTETS;

	if (octets.len > SIZE_MAX / 2 || !smtps_buf_reserve(out, (size_t)smtps_base64_size(octets.len))) {
		out->failed = true;
		return;
	}
	smtps_base64_lines(out->data + out->len, octets.data, lines);
	out->len += lines * SMTPS_BASE64_LINE;
	out->len += smtps_base64_last(out->data + out->len, octets.data + whole, octets.len - whole);
}
