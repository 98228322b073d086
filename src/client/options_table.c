/*
 * The one table of options; see options.h. Each row is one option: the constructor's key, the entry smtpsend.NAME of
 * php.ini, the DSN's parameter and a line of docs/configuration.md.
 *
 * php.ini's parser turns the bare words none, off, no and null into an empty value, so no word of a row is one of them.
 */
#include "options.h"

enum {
	GROUP = SMTPS_OPT_GROUP | SMTPS_OPT_SYSTEM,
	POLICY = SMTPS_OPT_POLICY | SMTPS_OPT_SYSTEM,
	INI_SYSTEM = SMTPS_OPT_INI_ONLY | SMTPS_OPT_SYSTEM,
	DKIM = SMTPS_OPT_SYSTEM
};

/* "a=b": the word a is taken as b. `none` is not taken from php.ini, where it would arrive as an empty value. */
static const char *const encryption_words[] = {"auto", "starttls", "implicit", "plaintext", "tls=auto",
	"ssl=implicit", "smtps=implicit", "none=plaintext", NULL};
static const char *const ip_words[] = {"auto", "4", "6", NULL};
static const char *const tls_words[] = {"1.2", "1.3", NULL};
static const char *const long_lines_words[] = {"refuse", "pass", NULL};
static const char *const force_from_words[] = {"never", "unlisted", "always", NULL};
static const char *const log_level_words[] = {"errors", "all", NULL};
static const char *const log_target_words[] = {"php", "syslog", NULL};

#define STRING(option, label, bits, doc_text) \
	[option] = {.name = label, .type = SMTPS_OPTION_STRING, .flags = (bits), .fallback = "", .doc = doc_text}
#define LIST(option, label, bits, default_text, doc_text) \
	[option] = {.name = label, \
		.type = SMTPS_OPTION_LIST, \
		.flags = (bits), \
		.fallback = default_text, \
		.doc = doc_text}
#define BOOL(option, label, bits, default_text, doc_text) \
	[option] = {.name = label, \
		.type = SMTPS_OPTION_BOOL, \
		.flags = (bits), \
		.fallback = default_text, \
		.doc = doc_text}
#define ENUM(option, label, bits, list, default_text, doc_text) \
	[option] = {.name = label, \
		.type = SMTPS_OPTION_ENUM, \
		.flags = (bits), \
		.fallback = default_text, \
		.words = list, \
		.doc = doc_text}
#define COUNT(option, label, bits, default_text, from, to, doc_text) \
	[option] = {.name = label, \
		.type = SMTPS_OPTION_COUNT, \
		.flags = (bits), \
		.fallback = default_text, \
		.min = from, \
		.max = to, \
		.doc = doc_text}
#define SECONDS(option, label, default_text, cli_text, from, to, doc_text) \
	[option] = {.name = label, \
		.type = SMTPS_OPTION_SECONDS, \
		.fallback = default_text, \
		.cli_fallback = cli_text, \
		.min = from, \
		.max = to, \
		.doc = doc_text}

/* clang-format off: one row, one option */
const smtps_option_row smtps_option_table[SMTPS_O_COUNT] = {
	/* connection group */
	STRING(SMTPS_O_HOST, "host", GROUP,
		"Server's name or address, or `unix:/path`. No scheme and no port in it."),
	[SMTPS_O_PORT] = {.name = "port",
		.type = SMTPS_OPTION_PORT,
		.flags = GROUP,
		.fallback = "auto",
		.doc =
			"`auto` tries 587, 465 and 2525; a number or a list such as `587,465` tries these. Port 25 is tried only when it is named "
			"(a loopback host's `auto` has it)."},
	ENUM(SMTPS_O_ENCRYPTION, "encryption", GROUP, encryption_words, "auto",
		"`auto`: TLS from the first byte on 465, 2465, 8465 and 443, STARTTLS (required) on every other port. `plaintext` needs a "
		"port and sends no credentials. `tls` is taken as `auto`, `ssl` and `smtps` as `implicit`."),
	ENUM(SMTPS_O_IP_VERSION, "ip_version", GROUP, ip_words, "auto", "Which addresses of the host are tried."),
	STRING(SMTPS_O_SOURCE_ADDRESS, "source_address", GROUP,
		"Address of this machine to connect from (IPv4 or IPv6)."),
	STRING(SMTPS_O_USERNAME, "username", GROUP, "User name to log in with."),
	STRING(SMTPS_O_PASSWORD, "password", GROUP | SMTPS_OPT_SECRET,
		"Password or API key. In php.ini in single quotes."),
	STRING(SMTPS_O_PASSWORD_FILE, "password_file", GROUP | SMTPS_OPT_INI_ONLY | SMTPS_OPT_FILE,
		"File that holds the password; `%u` stands for the user's name, `%h` for the home."),
	LIST(SMTPS_O_AUTH, "auth", GROUP, "auto",
		"`auto`, `scram` (nothing weaker), or a list of mechanisms in the order to try: `plain,login`."),
	STRING(SMTPS_O_OAUTH_TOKEN, "oauth_token",
		GROUP | SMTPS_OPT_SECRET | SMTPS_OPT_NO_INI | SMTPS_OPT_CALLABLE,
		"OAuth 2.0 access token, or a callable that gives one."),
	STRING(SMTPS_O_OAUTH_TOKEN_FILE, "oauth_token_file", GROUP | SMTPS_OPT_INI_ONLY | SMTPS_OPT_FILE,
		"File that holds the token: the bare text, or JSON with `access_token` and `expires_on`."),
	ENUM(SMTPS_O_TLS_MIN, "tls_min", GROUP, tls_words, "1.2", "Lowest version of TLS."),
	BOOL(SMTPS_O_VERIFY_PEER, "verify_peer", GROUP, "on",
		"Whether the server's certificate and name are checked. Off: only SCRAM logs in, unless `auth` names another."),
	STRING(SMTPS_O_CA_FILE, "ca_file", GROUP | SMTPS_OPT_FILE,
		"File of the authorities to trust (PEM), in place of the system's."),
	STRING(SMTPS_O_PEER_NAME, "peer_name", GROUP,
		"Name that the certificate must hold, where it is not the host's."),
	STRING(SMTPS_O_PEER_FINGERPRINT, "peer_fingerprint", GROUP,
		"SHA-256 of the server's certificate in hex, or `spki:` and that of its key; several by commas. Asked for in addition to the "
		"check of the name; with `verify_peer` off it alone decides."),
	STRING(SMTPS_O_CLIENT_CERT, "client_cert", GROUP | SMTPS_OPT_FILE,
		"File with the client's certificate (PEM)."),
	STRING(SMTPS_O_CLIENT_KEY, "client_key", GROUP | SMTPS_OPT_FILE,
		"File with the certificate's key (PEM); left out where `client_cert` holds it."),
	STRING(SMTPS_O_CLIENT_KEY_PASSPHRASE, "client_key_passphrase", GROUP | SMTPS_OPT_SECRET,
		"Passphrase of that key."),
	STRING(SMTPS_O_DSN, "dsn", GROUP | SMTPS_OPT_SECRET | SMTPS_OPT_INI_ONLY,
		"The whole account in one line: `'smtp://user:key@smtp.example.com'`, `smtps://` (TLS from the first byte only), "
		"`capture:///directory` or `null://`. Stands in place of the other entries of the group."),
	/* time */
	SECONDS(SMTPS_O_CONNECT_TIMEOUT, "connect_timeout", "10", NULL, 0.001, 3600,
		"Longest wait for a connection to one address."),
	SECONDS(SMTPS_O_TIMEOUT, "timeout", "30", NULL, 0.001, 3600,
		"Longest wait for a whole reply; a transfer may last while it moves."),
	SECONDS(SMTPS_O_DEADLINE, "deadline", "20", "120", 0.001, 86400,
		"Longest time of a message from its turn until the server has answered MAIL."),
	SECONDS(SMTPS_O_FINAL_TIMEOUT, "final_timeout", "35", "600", 0.001, 86400,
		"Longest wait for the reply to the end of the message. Giving up here can make duplicates."),
	SECONDS(SMTPS_O_ATTEMPT_DELAY, "attempt_delay", "0.25", NULL, 0.01, 60,
		"Head start of a route before the next one is tried beside it."),
	/* connections */
	BOOL(SMTPS_O_PERSISTENT, "persistent", 0, "on",
		"Whether a connection may be kept for the process's next request."),
	SECONDS(SMTPS_O_IDLE_TIMEOUT, "idle_timeout", "8", NULL, 0.001, 3600,
		"Longest rest of a connection that is used again."),
	SECONDS(SMTPS_O_MAX_AGE, "max_age", "300", NULL, 0.001, 86400,
		"Greatest age of a connection that is used again."),
	COUNT(SMTPS_O_MESSAGES_PER_CONNECTION, "messages_per_connection", SMTPS_OPT_UNLIMITED, "1000", 0,
		1000000000, "Messages after which a connection is closed."),
	COUNT(SMTPS_O_MAX_CONNECTIONS, "max_connections",
		SMTPS_OPT_SYSTEM | SMTPS_OPT_TIGHTEN | SMTPS_OPT_UNLIMITED, "0", 0, 10000,
		"Connections to one account at a time, over the processes of one PHP master."),
	COUNT(SMTPS_O_MAX_KEPT, "max_kept", SMTPS_OPT_SYSTEM | SMTPS_OPT_TIGHTEN, "2", 0, 10000,
		"Connections to one account that are kept between requests."),
	COUNT(SMTPS_O_MAX_KEPT_TOTAL, "max_kept_total", SMTPS_OPT_SYSTEM | SMTPS_OPT_TIGHTEN, "32", 0, 10000,
		"Connections to one server that are kept between requests, over all users."),
	COUNT(SMTPS_O_MAX_RATE, "max_rate", SMTPS_OPT_SYSTEM | SMTPS_OPT_TIGHTEN | SMTPS_OPT_UNLIMITED, "0", 0,
		1000000, "Mails a second to one account."),
	[SMTPS_O_BREAKER] = {.name = "breaker",
		.type = SMTPS_OPTION_SECONDS,
		.flags = SMTPS_OPT_UNLIMITED,
		.fallback = "30",
		.min = 0,
		.max = 3600,
		.doc =
			"How long calls fail at once after a server could not be reached three times in a row. 0: never."},
	BOOL(SMTPS_O_CHUNKING, "chunking", 0, "on", "Whether BDAT is used where the server offers CHUNKING."),
	/* message */
	STRING(SMTPS_O_FROM, "from", 0, "From of a message that has none."),
	STRING(SMTPS_O_ENVELOPE_FROM, "envelope_from", 0,
		"Envelope sender where a message names none: where bounces go."),
	ENUM(SMTPS_O_FORCE_FROM, "force_from", POLICY, force_from_words, "never",
		"Whether From is replaced by `from`: where it is not in `allowed_from` (`unlisted`), or `always`."),
	LIST(SMTPS_O_ALLOWED_FROM, "allowed_from", POLICY, "",
		"Addresses that `force_from=unlisted` lets pass: `shop@example.com,*@example.org`."),
	STRING(SMTPS_O_HELO, "helo", SMTPS_OPT_KEY, "Name to greet the server with, in place of this machine's."),
	BOOL(SMTPS_O_REQUIRE_ALL_RECIPIENTS, "require_all_recipients", 0, "off",
		"Whether one refused recipient stops the message for all (always on for mail())."),
	ENUM(SMTPS_O_LONG_LINES, "long_lines", 0, long_lines_words, "refuse",
		"What becomes of a finished message with a line over 998 octets."),
	LIST(SMTPS_O_DKIM_DOMAIN, "dkim_domain", DKIM, "",
		"Domain to sign for; several by commas, with as many selectors and keys."),
	LIST(SMTPS_O_DKIM_SELECTOR, "dkim_selector", DKIM, "", "Selector of the key's DNS record."),
	LIST(SMTPS_O_DKIM_KEY, "dkim_key", DKIM | SMTPS_OPT_SECRET | SMTPS_OPT_FILE, "",
		"File with the private key (PEM, RSA or Ed25519), or the PEM itself."),
	LIST(SMTPS_O_DKIM_KEY_PASSPHRASE, "dkim_key_passphrase", DKIM | SMTPS_OPT_SECRET, "",
		"Passphrase of that key: one for all, or a list as long as that of the keys (a list only from PHP)."),
	LIST(SMTPS_O_DKIM_HEADERS, "dkim_headers", DKIM, "",
		"Header fields to sign, in place of the usual ones; From must be among them."),
	/* host */
	BOOL(SMTPS_O_MAIL, "mail", INI_SYSTEM, "off", "Whether PHP's mail() sends through SmtpSend."),
	ENUM(SMTPS_O_LOG_LEVEL, "log_level", POLICY, log_level_words, "errors",
		"What is logged: failures, or every attempt."),
	ENUM(SMTPS_O_LOG_TARGET, "log_target", POLICY, log_target_words, "php",
		"Where to: PHP's error log or syslog."),
	BOOL(SMTPS_O_LOG_RECIPIENTS, "log_recipients", 0, "off", "Whether the log names recipients."),
	STRING(SMTPS_O_LOG, "log", SMTPS_OPT_NO_INI | SMTPS_OPT_CALLABLE,
		"A callable or a PSR-3 logger that gets each log line. Only from PHP."),
	[SMTPS_O_RATE] = {.name = "rate",
		.type = SMTPS_OPTION_RATE,
		.flags = POLICY,
		.fallback = "",
		.doc =
			"Recipients that one system user may send to: `10/min,100/hour,500/day`. Raw sockets need the firewall."},
	LIST(SMTPS_O_ALLOW_HOSTS, "allow_hosts", POLICY, "",
		"Hosts that scripts may name: `smtp.example.com,*.example.org`. Empty: all."),
	BOOL(SMTPS_O_ALLOW_USER_CONFIG, "allow_user_config", INI_SYSTEM, "off",
		"Whether a `.user.ini` may hold the connection group."),
	LIST(SMTPS_O_REDIRECT_TO, "redirect_to", POLICY, "",
		"Staging: all mail goes to these addresses; the original ones stand in X-Original-To."),
};
/* clang-format on */

_Static_assert(sizeof smtps_option_table / sizeof *smtps_option_table == SMTPS_O_COUNT, "one row an option");
