/*
 * Data transparency; see transparency.h.
 */
#include "transparency.h"

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

bool smtps_transparency_add(smtps_transparency *stream, smtps_buf *out, smtps_str octets)
{
	while (octets.len) {
		size_t at = smtps_str_find(octets, '\n');
		bool ended = at < octets.len;
		size_t len = ended ? at + 1 : octets.len;

		if (!add_line(stream, out, (smtps_str){octets.data, len}, ended)) {
			return false;
		}
		octets.data += len;
		octets.len -= len;
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
