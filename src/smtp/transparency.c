/*
 * Data transparency; see transparency.h.
 *
 * Nearly all of an attachment needs nothing done: so 64 octets at a time are looked at with SSE2, which every x86-64 has, and copied
 * in one piece with their neighbours. Line by line goes what is left: a line that is to be stuffed, a fault, the end, other processors.
 */
#include "transparency.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* One line, or a part of one, up to the LF if `ended`. */
static bool add_line(smtps_transparency *stream, smtps_buf *out, smtps_str line, bool ended)
{
	size_t text = line.len; /* without CRLF, and without a CR whose LF may be in the next chunk */

	if (stream->cr && !(ended && line.len == 1)) {
		return false;
	}
	if (ended) {
		if (line.len < 2 && !stream->cr) {
			return false;
		}
		text = line.len < 2 ? 0 : line.len - 2;
		if (line.len >= 2 && line.data[text] != '\r') {
			return false;
		}
	} else if (line.data[line.len - 1] == '\r') {
		text--;
	}
	if (smtps_str_find((smtps_str){line.data, text}, '\r') < text) {
		return false;
	}
	if (!stream->plain && !stream->inside && line.data[0] == '.') {
		smtps_buf_add_char(out, '.');
	}
	smtps_buf_add_str(out, line);
	stream->cr = !ended && text < line.len;
	stream->inside = !ended;
	return true;
}

/* The first line of the octets, or what of it is there. */
static bool add_first_line(smtps_transparency *stream, smtps_buf *out, smtps_str *octets)
{
	size_t at = smtps_str_find(*octets, '\n');
	bool ended = at < octets->len;
	size_t len = ended ? at + 1 : octets->len;

	if (!add_line(stream, out, (smtps_str){octets->data, len}, ended)) {
		return false;
	}
	octets->data += len;
	octets->len -= len;
	return true;
}

#ifdef __SSE2__

enum { STRIDE = 64 };

/* A bit for each of 64 octets that is `wanted`. */
static uint64_t where(const char *octets, char wanted)
{
	const __m128i all = _mm_set1_epi8(wanted);
	uint64_t found = 0;

	for (int i = 0; i < STRIDE / 16; i++) {
		__m128i sixteen = _mm_loadu_si128((const __m128i *)(const void *)(octets + 16 * i));

		found |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(sixteen, all)) << (16 * i);
	}
	return found;
}

/* How many octets, from the first on, are lines that go out as they are; the state stands behind them. */
static size_t skip_clean(smtps_transparency *stream, smtps_str octets)
{
	uint64_t cr = stream->cr,
			 begins = !stream->inside; /* of the octet to come: a CR before it; it begins a line */
	size_t at = 0;

	for (; at + STRIDE <= octets.len; at += STRIDE) {
		uint64_t crs = where(octets.data + at, '\r'), lfs = where(octets.data + at, '\n');

		if (lfs != (crs << 1 | cr) ||
			(!stream->plain && ((lfs << 1 | begins) & where(octets.data + at, '.')) != 0)) {
			break;
		}
		cr = crs >> (STRIDE - 1);
		begins = lfs >> (STRIDE - 1);
	}
	stream->cr = cr != 0;
	stream->inside = begins == 0;
	return at;
}

#else

static size_t skip_clean(smtps_transparency *stream, smtps_str octets)
{
	(void)stream;
	(void)octets;
	return 0;
}

#endif

bool smtps_transparency_add(smtps_transparency *stream, smtps_buf *out, smtps_str octets)
{
	while (octets.len) {
		size_t clean = skip_clean(stream, octets);

		smtps_buf_add(out, octets.data, clean);
		octets.data += clean;
		octets.len -= clean;
		if (octets.len && !add_first_line(stream, out, &octets)) {
			return false;
		}
	}
	return true;
}

bool smtps_transparency_end(smtps_transparency *stream, smtps_buf *out)
{
	if (stream->inside) {
		return false;
	}
	if (!stream->plain) {
		smtps_buf_add_str(out, SMTPS_STR(".\r\n"));
	}
	return true;
}
