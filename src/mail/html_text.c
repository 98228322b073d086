/*
 * Text of html; see html_text.h.
 */
#include "html_text.h"

#include <string.h>

#include "html_entity.h"

typedef struct reader {
	smtps_str html;
	size_t at;
	smtps_buf *out;
	size_t start; /* of the text in `out` */
	unsigned breaks; /* line breaks that stand at the end of it */
	bool space; /* a blank is owed before the next word */
	unsigned pre; /* inside of so many <pre> */
	smtps_str link; /* href of the open <a>; empty: none */
	size_t link_start; /* where its text starts in `out` */
} reader;

typedef enum tag_effect { TAG_LINE, TAG_BLOCK, TAG_ITEM, TAG_CELL, TAG_RULE, TAG_SKIP } tag_effect;

static const struct {
	const char *name;
	tag_effect effect;
} tags[] = {
	{"address", TAG_BLOCK},
	{"article", TAG_BLOCK},
	{"blockquote", TAG_BLOCK},
	{"br", TAG_LINE},
	{"dd", TAG_LINE},
	{"div", TAG_LINE},
	{"dl", TAG_BLOCK},
	{"dt", TAG_LINE},
	{"footer", TAG_BLOCK},
	{"form", TAG_BLOCK},
	{"h1", TAG_BLOCK},
	{"h2", TAG_BLOCK},
	{"h3", TAG_BLOCK},
	{"h4", TAG_BLOCK},
	{"h5", TAG_BLOCK},
	{"h6", TAG_BLOCK},
	{"head", TAG_SKIP},
	{"header", TAG_BLOCK},
	{"hr", TAG_RULE},
	{"li", TAG_ITEM},
	{"main", TAG_BLOCK},
	{"ol", TAG_BLOCK},
	{"p", TAG_BLOCK},
	{"pre", TAG_BLOCK},
	{"script", TAG_SKIP},
	{"section", TAG_BLOCK},
	{"style", TAG_SKIP},
	{"table", TAG_BLOCK},
	{"td", TAG_CELL},
	{"template", TAG_SKIP},
	{"th", TAG_CELL},
	{"title", TAG_SKIP},
	{"tr", TAG_LINE},
	{"ul", TAG_BLOCK},
};

static bool is_blank(char octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n' || octet == '\f';
}

/* At least `count` line breaks at the end, none at the very beginning. */
static void need_breaks(reader *at, unsigned count)
{
	at->space = false;
	while (at->out->len > at->start && at->breaks < count) {
		smtps_buf_add_char(at->out, '\n');
		at->breaks++;
	}
}

static void add_word(reader *at, const char *text, size_t len)
{
	if (at->space && at->breaks == 0 && at->out->len > at->start) {
		smtps_buf_add_char(at->out, ' ');
	}
	at->space = false;
	at->breaks = 0;
	smtps_buf_add(at->out, text, len);
}

/* `<br>` is a line break each time, unlike the ends of blocks. */
static void hard_break(reader *at)
{
	at->space = false;
	if (at->out->len > at->start && at->breaks < 2) {
		smtps_buf_add_char(at->out, '\n');
		at->breaks++;
	}
}

/* The value of an attribute in `tag` (what stands between < and >); one pass. */
static smtps_str attribute(smtps_str tag, smtps_str name)
{
	size_t at = smtps_str_find(tag, ' ');

	while (at < tag.len) {
		size_t from, end;
		smtps_str found;

		while (at < tag.len && (is_blank(tag.data[at]) || tag.data[at] == '/')) {
			at++;
		}
		for (from = at; at < tag.len && tag.data[at] != '=' && !is_blank(tag.data[at]); at++) {
		}
		found = (smtps_str){tag.data + from, at - from};
		if (at >= tag.len || tag.data[at] != '=') {
			at += at == from;
			continue;
		}
		at++;
		if (at < tag.len && (tag.data[at] == '"' || tag.data[at] == '\'')) {
			char quote = tag.data[at++];

			end = at + smtps_str_find((smtps_str){tag.data + at, tag.len - at}, quote);
		} else {
			for (end = at; end < tag.len && !is_blank(tag.data[end]); end++) {
			}
		}
		if (smtps_str_equal_nocase(found, name)) {
			return (smtps_str){tag.data + at, end - at};
		}
		at = end + 1;
	}
	return (smtps_str){"", 0};
}

static void add_resolved(reader *at, smtps_str text)
{
	smtps_buf plain = {0};

	smtps_html_resolve(&plain, text);
	add_word(at, smtps_buf_str(&plain).data, plain.len);
	at->out->failed = at->out->failed || plain.failed;
	smtps_buf_free(&plain);
}

static void end_link(reader *at)
{
	smtps_str all = smtps_buf_str(at->out), shown = {all.data + at->link_start, all.len - at->link_start};
	bool useful = at->link.len &&
		(smtps_str_starts_nocase(at->link, SMTPS_STR("http")) ||
			smtps_str_starts_nocase(at->link, SMTPS_STR("mailto:")));

	if (useful && !at->out->failed && !smtps_str_equal(smtps_str_trim(shown), at->link)) {
		at->space = true;
		add_word(at, "(", 1);
		add_resolved(at, at->link);
		add_word(at, ")", 1);
	}
	at->link.len = 0;
}

/* Behind the end tag of what is left out; the end of the text where there is none. */
static void skip_element(reader *at, smtps_str name)
{
	while (at->at < at->html.len) {
		at->at += smtps_str_find((smtps_str){at->html.data + at->at, at->html.len - at->at}, '<');
		if (at->html.len - at->at > name.len + 2 && at->html.data[at->at + 1] == '/' &&
			smtps_str_starts_nocase(
				(smtps_str){at->html.data + at->at + 2, at->html.len - at->at - 2}, name)) {
			at->at += smtps_str_find((smtps_str){at->html.data + at->at, at->html.len - at->at}, '>');
			break;
		}
		at->at++;
	}
	at->at += at->at < at->html.len;
}

static void apply_tag(reader *at, smtps_str name, bool closing, tag_effect effect)
{
	switch (effect) {
		case TAG_LINE:
			if (smtps_str_equal_nocase(name, SMTPS_STR("br"))) {
				hard_break(at);
			} else {
				need_breaks(at, 1);
			}
			break;
		case TAG_BLOCK: need_breaks(at, 2); break;
		case TAG_ITEM:
			need_breaks(at, 1);
			if (!closing) {
				add_word(at, "- ", 2);
			}
			break;
		case TAG_CELL: at->space = true; break;
		case TAG_RULE:
			need_breaks(at, 1);
			add_word(at, "---", 3);
			need_breaks(at, 1);
			break;
		case TAG_SKIP:
			if (!closing) {
				skip_element(at, name);
			}
			break;
	}
}

static void read_tag(reader *at, smtps_str tag)
{
	bool closing = tag.len && tag.data[0] == '/';
	size_t end = closing, from = end;
	smtps_str name;

	while (end < tag.len && smtps_is_alnum(tag.data[end])) {
		end++;
	}
	name = (smtps_str){tag.data + from, end - from};
	if (smtps_str_equal_nocase(name, SMTPS_STR("a"))) {
		if (closing || at->link.len) {
			end_link(at);
		}
		at->link = closing ? at->link : smtps_str_trim(attribute(tag, SMTPS_STR("href")));
		at->link_start = at->out->len;
		return;
	}
	if (smtps_str_equal_nocase(name, SMTPS_STR("img"))) {
		smtps_str alt = attribute(tag, SMTPS_STR("alt"));

		if (alt.len) {
			add_resolved(at, alt);
		}
		return;
	}
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		if (smtps_str_equal_nocase(name, smtps_str_of(tags[i].name))) {
			apply_tag(at, name, closing, tags[i].effect);
		}
	}
	if (smtps_str_equal_nocase(name, SMTPS_STR("pre"))) {
		at->pre = closing ? (at->pre ? at->pre - 1 : 0) : at->pre + 1;
	}
}

/* At a `<`: a tag, a comment, or just that character. */
static void read_angle(reader *at)
{
	smtps_str rest = {at->html.data + at->at + 1, at->html.len - at->at - 1};
	size_t end;

	if (smtps_str_starts_nocase(rest, SMTPS_STR("!--"))) {
		for (end = 3; end + 2 < rest.len && memcmp(rest.data + end, "-->", 3) != 0; end++) {
		}
		at->at += end + 4;
		return;
	}
	if (rest.len == 0 ||
		!(smtps_is_alpha(rest.data[0]) || rest.data[0] == '/' || rest.data[0] == '!' ||
			rest.data[0] == '?')) {
		add_word(at, "<", 1);
		at->at++;
		return;
	}
	end = smtps_str_find(rest, '>');
	at->at += 1 + end + (end < rest.len);
	read_tag(at, (smtps_str){rest.data, end});
}

static void read_text(reader *at)
{
	size_t end = at->at;

	if (is_blank(at->html.data[at->at])) {
		if (at->pre && at->html.data[at->at] == '\n') {
			smtps_buf_add_char(at->out, '\n');
			at->breaks++;
		} else if (at->pre && at->html.data[at->at] != '\r') {
			add_word(at, at->html.data + at->at, 1);
		} else {
			at->space = true;
		}
		at->at++;
		return;
	}
	while (end < at->html.len && at->html.data[end] != '<' && !is_blank(at->html.data[end])) {
		end++;
	}
	add_resolved(at, (smtps_str){at->html.data + at->at, end - at->at});
	at->at = end;
}

void smtps_html_to_text(smtps_buf *out, smtps_str html)
{
	reader at = {.html = html, .out = out, .start = out->len};

	while (at.at < html.len && !out->failed) {
		if (html.data[at.at] == '<') {
			read_angle(&at);
		} else {
			read_text(&at);
		}
	}
	while (out->len > at.start && is_blank(out->data[out->len - 1])) {
		out->len--;
	}
	if (out->len > at.start) {
		smtps_buf_add_char(out, '\n');
	}
}
