/*
 * Composes random messages for judges that were not written here: tests/differential/run.py.
 *
 *     compose_random SEED COUNT DIR [KEYS]
 *
 * writes DIR/NUMBER.eml and DIR/NUMBER.json (what went in: fields, tree, names, octets as hex) for each. With KEYS, a folder that
 * holds rsa.pem and ed25519.pem, mails are signed for example.com. The same seed gives the same messages; ids and boundaries differ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mail/compose.h"
#include "mail/raw.h"

static uint64_t random_state;
static FILE *facts;
static smtps_error error;

static unsigned pick(unsigned count)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % count;
}

static void must(bool done)
{
	if (!done) {
		fprintf(stderr, "compose_random: %s\n", error.text);
		exit(1);
	}
}

/* --- what went in, as JSON ------------------------------------------------------------------------------------- */

static void fact(const char *name, smtps_str octets)
{
	smtps_buf hex = {0};

	smtps_hex_encode(&hex, octets);
	fprintf(facts, "\"%s\": \"%s\"", name, smtps_buf_cstr(&hex));
	smtps_buf_free(&hex);
}

static void fact_and(const char *name, smtps_str octets)
{
	fact(name, octets);
	fputs(", ", facts);
}

/* --- random texts ---------------------------------------------------------------------------------------------- */

static const char *const words[] = {"order", "Invoice", "42", "a", "=?", "?=", "\xc3\xa4",
	"Gr\xc3\xb6\xc3\x9f"
	"e",
	"\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82",
	"\xe4\xbd\xa0\xe5\xa5\xbd", "O'Neil", "x@y", "(c)", "\"q\"", "a,b", "a;b", "<t>", "back\\slash", ".",
	"--", "it's", "%41", "100%", "_", "=3D", "supercalifragilisticexpialidocious", "&", "#1"};

/* Words parted by single blanks (now and then two), none at the ends. */
static smtps_buf random_line(unsigned longest)
{
	smtps_buf out = {0};
	unsigned count = pick(longest) + 1;

	for (unsigned i = 0; i < count; i++) {
		smtps_buf_add_text(&out, i ? (pick(20) ? " " : "  ") : "");
		smtps_buf_add_text(&out, words[pick(sizeof words / sizeof words[0])]);
	}
	return out;
}

static smtps_buf random_text(void)
{
	static const char *const ends[] = {
		"\n", "\r\n", "\r", "\n\n", " \n", "\t\n", "\n.\n", "\nFrom ", "\n..", "\n "};
	smtps_buf out = {0};
	unsigned lines = pick(12);

	for (unsigned i = 0; i < lines; i++) {
		smtps_buf line = random_line(pick(10) ? 12 : 200);

		smtps_buf_add_str(&out, smtps_buf_str(&line));
		smtps_buf_add_text(&out, ends[pick(pick(3) ? 2 : sizeof ends / sizeof ends[0])]);
		smtps_buf_free(&line);
	}
	return out;
}

static smtps_buf random_octets(void)
{
	static const unsigned sizes[] = {1, 2, 3, 56, 57, 58, 113, 114, 115, 1000, 5000, 70000};
	smtps_buf out = {0};
	unsigned kind = pick(3), size = pick(20) ? sizes[pick(11)] : pick(4) ? 0 : sizes[11];

	for (unsigned i = 0; i < size; i++) {
		smtps_buf_add_char(&out,
			kind == 0       ? (char)pick(256)
				: kind == 1 ? "\r\n. x"[pick(5)]
							: (char)('a' + pick(26)));
	}
	return out;
}

static smtps_buf random_file_name(void)
{
	static const char *const names[] = {"a.pdf",
		"Rechnung f\xc3\xbcr Gr\xc3\xb6\xc3\x9f"
		"e.pdf",
		"a b.txt", "quote\".txt", "semi;colon.csv", "\xe4\xbd\xa0\xe5\xa5\xbd.zip", "it's 100%.png",
		"\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80.bin", "comma,.doc",
		"eq=ual.xls", "noending", ".hidden", "(paren).txt",
		"a_very_long_name_that_goes_on_and_on_and_on_until_it_is_longer_than_a_line.tar.gz"};
	smtps_buf out = {0};

	smtps_buf_add_text(&out, names[pick(sizeof names / sizeof names[0])]);
	return out;
}

/* --- random messages ------------------------------------------------------------------------------------------- */

static void add_people(smtps_message *message, smtps_role role, const char *name, unsigned count)
{
	static const char *const addresses[] = {"ann@example.net", "b.c+d@example.org", "\"a b\"@example.net",
		"x@m\xc3\xbcller.example", "o'neil@example.com", "UPPER@Example.COM"};

	fprintf(facts, "\"%s\": [", name);
	for (unsigned i = 0; i < count; i++) {
		smtps_buf display = {0};
		const smtps_mailbox_list *list;

		if (pick(3)) {
			display = random_line(6);
		}
		must(smtps_message_add_address(message, role,
			smtps_str_of(role == SMTPS_FROM ? "shop@example.com" : addresses[pick(6)]),
			smtps_buf_str(&display), &error));
		list = smtps_message_role(message, role);
		fputs(i ? ", {" : "{", facts);
		fact_and("name", smtps_buf_str(&list->items[i].name));
		fact("address", smtps_buf_str(&list->items[i].address));
		fputs("}", facts);
		smtps_buf_free(&display);
	}
	fputs("], ", facts);
}

static void add_header(smtps_message *message)
{
	smtps_buf subject = random_line(pick(4) ? 10 : 80), custom = random_line(40);

	must(smtps_message_set_subject(message, smtps_buf_str(&subject), &error));
	must(smtps_message_add_header(message, SMTPS_STR("X-Custom"), smtps_buf_str(&custom), &error));
	fact_and("subject", smtps_buf_str(&subject));
	fact_and("custom", smtps_buf_str(&custom));
	smtps_buf_free(&subject);
	smtps_buf_free(&custom);
}

static void add_texts(smtps_message *message)
{
	smtps_str none = {NULL, 0};

	if (pick(4)) {
		smtps_buf text = random_text();

		must(smtps_message_set_text(message, smtps_buf_str(&text), none, &error));
		fact_and("text", smtps_buf_str(&text));
		smtps_buf_free(&text);
	}
	if (pick(3)) {
		smtps_buf text = random_text();

		must(smtps_message_set_html(message, smtps_buf_str(&text), none, &error));
		fact_and("html", smtps_buf_str(&text));
		smtps_buf_free(&text);
	}
	if (pick(8) == 0) {
		smtps_buf text = random_text();

		must(smtps_message_set_calendar(
			message, smtps_buf_str(&text), SMTPS_STR("REQUEST"), pick(2) == 0, &error));
		fact_and("calendar", smtps_buf_str(&text));
		smtps_buf_free(&text);
	}
}

static void add_parts(smtps_message *message)
{
	unsigned count = pick(2) ? 0 : pick(5);

	fputs("\"parts\": [", facts);
	for (unsigned i = 0; i < count; i++) {
		smtps_buf octets = random_octets(), name = random_file_name();
		smtps_content *content = smtps_content_copy(smtps_buf_str(&octets));
		bool embedded = pick(3) == 0;
		char cid[20];

		snprintf(cid, sizeof cid, "part%u", i);
		must(embedded
				? smtps_message_embed(message, content, smtps_str_of(cid), smtps_buf_str(&name),
					  SMTPS_STR("image/png"), &error)
				: smtps_message_attach(message, content, smtps_buf_str(&name), (smtps_str){NULL, 0}, &error));
		fputs(i ? ", {" : "{", facts);
		fact_and("name", smtps_buf_str(&name));
		fact_and("cid", smtps_str_of(embedded ? cid : ""));
		fact("octets", smtps_buf_str(&octets));
		fputs("}", facts);
		smtps_buf_free(&octets);
		smtps_buf_free(&name);
	}
	fputs("], ", facts);
}

static void write_mail(smtps_message *message, const smtps_compose_options *options, const char *path)
{
	smtps_composed composed = {0};
	FILE *file = fopen(path, "wb");
	char block[10000];
	ptrdiff_t got;

	must(smtps_message_compose(message, options, &composed, &error));
	while ((got = composed.source->read(composed.source, block, pick(sizeof block) + 1, &error)) > 0) {
		if (!file || fwrite(block, 1, (size_t)got, file) != (size_t)got) {
			exit(1);
		}
	}
	must(got == 0 && fclose(file) == 0);
	fact("message_id", smtps_buf_str(&composed.message_id));
	smtps_composed_free(&composed);
}

static void load_key(smtps_dkim *dkim, const char *folder, const char *name)
{
	char path[1000], pem[10000];
	FILE *file;
	size_t len;

	snprintf(path, sizeof path, "%s/%s.pem", folder, name);
	file = fopen(path, "rb");
	if (!file) {
		exit(1);
	}
	len = fread(pem, 1, sizeof pem, file);
	fclose(file);
	must(smtps_dkim_add(dkim, SMTPS_STR("example.com"), smtps_str_of(name), (smtps_str){pem, len},
		(smtps_str){NULL, 0}, &error));
}

int main(int argc, char **argv)
{
	smtps_dkim *dkim = argc > 4 ? smtps_dkim_new() : NULL;
	smtps_compose_options options = {.now = 1795505653, .zone_minutes = 60, .dkim = dkim};

	if (argc < 4) {
		fputs("compose_random SEED COUNT DIR [KEYS]\n", stderr);
		return 2;
	}
	if (dkim) {
		load_key(dkim, argv[4], "rsa");
		load_key(dkim, argv[4], "ed25519");
	}
	for (long i = 0; i < atol(argv[2]); i++) {
		smtps_message *message = smtps_message_new();
		char path[1000];

		random_state = ((uint64_t)atol(argv[1]) * 1000003 + (uint64_t)i) * 0x9e3779b97f4a7c15u + 1;
		pick(2);
		snprintf(path, sizeof path, "%s/%ld.json", argv[3], i);
		facts = fopen(path, "wb");
		if (!facts || !message) {
			return 1;
		}
		fputs("{", facts);
		add_people(message, SMTPS_FROM, "from", 1);
		add_people(message, SMTPS_TO, "to", pick(10) ? pick(3) + 1 : 30);
		add_people(message, SMTPS_CC, "cc", pick(3));
		add_header(message);
		add_texts(message);
		add_parts(message);
		snprintf(path, sizeof path, "%s/%ld.eml", argv[3], i);
		write_mail(message, &options, path);
		fputs("}\n", facts);
		fclose(facts);
		smtps_message_free(message);
	}
	smtps_dkim_free(dkim);
	return 0;
}
