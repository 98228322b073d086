/*
 * docs/configuration.md, written from the table of options.
 */
#include "options.h"

#include <string.h>

static const char opening[] =
	"# Configuration\n"
	"\n"
	"<!-- Written by script/generate-docs from src/client/options_table.c: change the table, not this page. -->\n"
	"\n"
	"Each option is a key of the constructor's array, an entry `smtpsend.NAME` of php.ini and a parameter of the DSN, unless its\n"
	"line says otherwise. Times are seconds; fractions are allowed. An unknown option, a value out of range and options that\n"
	"contradict each other are an `InvalidOptionException` that says what to write instead.\n"
	"\n"
	"```ini\n"
	"; php.ini: secrets in single quotes, because php.ini gives ; & ( and the bare words none, off, no and null a meaning\n"
	"smtpsend.host = smtp.example.com\n"
	"smtpsend.username = 'shop@example.com'\n"
	"smtpsend.password = 'the;key&all'\n"
	"smtpsend.mail = On\n"
	"```\n"
	"\n"
	"```php\n"
	"$smtp = new SmtpSend;                                          // php.ini\n"
	"$smtp = new SmtpSend('smtp://user:key@smtp.example.com?timeout=20');\n"
	"$smtp = new SmtpSend(['host' => 'smtp.example.com', 'username' => 'user', 'password' => 'key']);\n"
	"```\n"
	"\n"
	"## Where a value comes from\n"
	"\n"
	"- **A connection comes from one place.** Where a script sets any member of the connection group, no member comes from\n"
	"  php.ini: what the script leaves out takes the default below. Otherwise a script could send the host's password to a server\n"
	"  of its own. Everything else is merged, the script's value over php.ini's.\n"
	"- Where php.ini sets an option that is marked *policy*, a script may not set it. A limit marked *only lower* may be lowered.\n"
	"- `smtpsend.dsn` holds a whole account and excludes the other entries of the group.\n"
	"- An empty text means the default and is never a weaker mode. Of a switch in php.ini it means off.\n"
	"- Switches take on, yes, true, 1 and off, no, false, 0. Lists are arrays in PHP, and comma-separated in text.\n"
	"\n"
	"## The DSN\n"
	"\n"
	"`smtp://user:password@host:port?option=value&option=value`; `smtps://` is implicit TLS only; `capture:///directory` writes\n"
	"each mail to an .eml file; `null://` drops it. The last `@` before the host ends the credentials and the first `:` ends the\n"
	"user, so most passwords may be pasted as they are; `%HH` is decoded. No error repeats a DSN. Take\n"
	"`@`, `?`, `&` and `%` inside a value as `%40`, `%3F`, `%26` and `%25` where in doubt.\n";

static const struct {
	smtps_option first;
	const char *title, *intro;
} sections[] = {
	{SMTPS_O_HOST, "Connection group",
		"Where to, over what, and as whom. In php.ini PHP_INI_SYSTEM (with `allow_user_config` also in `.user.ini`). Which ports and "
		"which encryption are tried, in which order: [routes.md](routes.md)."},
	{SMTPS_O_CONNECT_TIMEOUT, "Time", "Every wait has an end."},
	{SMTPS_O_PERSISTENT, "Connections", "How connections are kept, and how many."},
	{SMTPS_O_FROM, "Message", "What holds for every message."},
	{SMTPS_O_MAIL, "Host", "What the administrator of a machine decides."},
	{SMTPS_O_COUNT, NULL, NULL},
};

/* A cell of a table must not hold a bare "|". */
static void add_words(smtps_buf *out, const char *const *words)
{
	for (size_t i = 0; words[i] && !strchr(words[i], '='); i++) {
		smtps_buf_printf(out, "%s`%s`", i ? ", " : "", words[i]);
	}
}

static void add_range(smtps_buf *out, const smtps_option_row *row)
{
	smtps_buf_printf(out, row->type == SMTPS_OPTION_SECONDS ? "seconds, %g to " : "%g to ", row->min);
	smtps_buf_printf(out, "%.0f", row->max);
	if ((row->flags & SMTPS_OPT_UNLIMITED) && row->type == SMTPS_OPTION_COUNT) {
		smtps_buf_add_text(out, "; 0: no limit");
	}
}

static void add_type(smtps_buf *out, const smtps_option_row *row)
{
	if (row == &smtps_option_table[SMTPS_O_LOG]) {
		smtps_buf_add_text(out, "callable");
		return;
	}
	switch (row->type) {
		case SMTPS_OPTION_BOOL: smtps_buf_add_text(out, "on or off"); break;
		case SMTPS_OPTION_COUNT:
		case SMTPS_OPTION_SECONDS: add_range(out, row); break;
		case SMTPS_OPTION_ENUM: add_words(out, row->words); break;
		case SMTPS_OPTION_PORT: smtps_buf_add_text(out, "`auto`, 1 to 65535, list"); break;
		case SMTPS_OPTION_RATE: smtps_buf_add_text(out, "counts a unit of time"); break;
		case SMTPS_OPTION_LIST: smtps_buf_add_text(out, "list"); break;
		case SMTPS_OPTION_STRING:
			smtps_buf_add_text(out, row->flags & SMTPS_OPT_FILE ? "file" : "text");
			break;
	}
	if (row->flags & SMTPS_OPT_CALLABLE) {
		smtps_buf_add_text(out, " or callable");
	}
}

static void add_default(smtps_buf *out, const smtps_option_row *row)
{
	if (row->fallback[0] == '\0') {
		return;
	}
	smtps_buf_printf(out, "`%s`", row->fallback);
	if (row->cli_fallback) {
		smtps_buf_printf(out, "; `%s` in CLI", row->cli_fallback);
	}
}

static void add_marks(smtps_buf *out, const smtps_option_row *row)
{
	static const struct {
		unsigned flag;
		const char *mark;
	} marks[] = {
		{SMTPS_OPT_INI_ONLY, "php.ini only"},
		{SMTPS_OPT_NO_INI, "not in php.ini"},
		{SMTPS_OPT_SYSTEM, "system"},
		{SMTPS_OPT_POLICY, "policy"},
		{SMTPS_OPT_TIGHTEN, "only lower"},
		{SMTPS_OPT_SECRET, "secret"},
	};
	bool is_first = true;

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		bool is_known = marks[i].flag == SMTPS_OPT_SYSTEM && (row->flags & SMTPS_OPT_NO_INI);

		if ((row->flags & marks[i].flag) && !is_known) {
			smtps_buf_printf(out, "%s%s", is_first ? "" : ", ", marks[i].mark);
			is_first = false;
		}
	}
}

static void add_row(smtps_buf *out, const smtps_option_row *row)
{
	smtps_buf_printf(out, "| `%s` | ", row->name);
	add_type(out, row);
	smtps_buf_add_text(out, " | ");
	add_default(out, row);
	smtps_buf_add_text(out, " | ");
	add_marks(out, row);
	smtps_buf_printf(out, " | %s |\n", row->doc);
}

bool smtps_options_document(smtps_buf *out)
{
	smtps_buf_add_text(out, opening);
	for (size_t s = 0; sections[s].title; s++) {
		smtps_buf_printf(out, "\n## %s\n\n%s\n\n", sections[s].title, sections[s].intro);
		smtps_buf_add_text(
			out, "| option | value | default | | meaning |\n| --- | --- | --- | --- | --- |\n");
		for (int i = (int)sections[s].first; i < (int)sections[s + 1].first; i++) {
			add_row(out, &smtps_option_table[i]);
		}
	}
	smtps_buf_add_text(out,
		"\nMarks: *system* may be set in php.ini, a pool or a virtual host, not by `ini_set` or `.user.ini`; *policy*: where\n"
		"php.ini sets it, a script may not; *only lower*: a script may lower it, never raise it; *secret*: never shown\n"
		"by `phpinfo()`, `ini_get`, `var_dump`, an exception or a log.\n");
	return !out->failed;
}
