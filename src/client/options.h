/*
 * The options: one table from which the constructor's array, the DSN's parameters, the php.ini entries, the connection
 * group, the reuse key and docs/configuration.md all come. One row added is one option added.
 */
#ifndef SMTPS_CLIENT_OPTIONS_H
#define SMTPS_CLIENT_OPTIONS_H

#include "base/error.h"
#include "base/time.h"
#include "smtp/sasl.h"

typedef enum smtps_option_type {
	SMTPS_OPTION_STRING,
	SMTPS_OPTION_LIST, /* array of strings; in text comma-separated */
	SMTPS_OPTION_BOOL,
	SMTPS_OPTION_COUNT, /* non-negative integer */
	SMTPS_OPTION_SECONDS, /* fractions allowed; kept as smtps_time */
	SMTPS_OPTION_ENUM, /* one of `words`; kept as its index */
	SMTPS_OPTION_PORT, /* auto, a number or a list */
	SMTPS_OPTION_RATE /* 10/min,100/hour,500/day */
} smtps_option_type;

enum {
	SMTPS_OPT_GROUP =
		1 << 0, /* member of the connection group: php.ini's is dropped whole when a script sets one */
	SMTPS_OPT_SECRET = 1 << 1, /* hidden everywhere, wiped */
	SMTPS_OPT_SYSTEM = 1 << 2, /* php.ini: PHP_INI_SYSTEM (else PHP_INI_ALL) */
	SMTPS_OPT_INI_ONLY = 1 << 3, /* not in the array nor in a DSN */
	SMTPS_OPT_NO_INI = 1 << 4, /* only in the array */
	SMTPS_OPT_CALLABLE = 1 << 5, /* the array may hold a callable; php/ keeps it */
	SMTPS_OPT_TIGHTEN = 1 << 6, /* a script may only lower it (0 means no limit) */
	SMTPS_OPT_FILE = 1 << 7, /* names a file that php/ reads: the core gets its content */
	SMTPS_OPT_KEY = 1 << 8, /* in the reuse key although not in the group (helo) */
	SMTPS_OPT_UNLIMITED = 1 << 9, /* 0 means no limit */
	SMTPS_OPT_POLICY = 1 << 10 /* where php.ini sets it, a script may not */
};

/* Order of the rows. The enum names every option of the design; SMTPS_O_COUNT is their number. */
typedef enum smtps_option {
	/* connection group */
	SMTPS_O_HOST,
	SMTPS_O_PORT,
	SMTPS_O_ENCRYPTION,
	SMTPS_O_IP_VERSION,
	SMTPS_O_SOURCE_ADDRESS,
	SMTPS_O_USERNAME,
	SMTPS_O_PASSWORD,
	SMTPS_O_PASSWORD_FILE,
	SMTPS_O_AUTH,
	SMTPS_O_OAUTH_TOKEN,
	SMTPS_O_OAUTH_TOKEN_FILE,
	SMTPS_O_TLS_MIN,
	SMTPS_O_VERIFY_PEER,
	SMTPS_O_CA_FILE,
	SMTPS_O_PEER_NAME,
	SMTPS_O_PEER_FINGERPRINT,
	SMTPS_O_CLIENT_CERT,
	SMTPS_O_CLIENT_KEY,
	SMTPS_O_CLIENT_KEY_PASSPHRASE,
	SMTPS_O_DSN,
	/* time */
	SMTPS_O_CONNECT_TIMEOUT,
	SMTPS_O_TIMEOUT,
	SMTPS_O_DEADLINE,
	SMTPS_O_FINAL_TIMEOUT,
	SMTPS_O_ATTEMPT_DELAY,
	/* connections */
	SMTPS_O_PERSISTENT,
	SMTPS_O_IDLE_TIMEOUT,
	SMTPS_O_MAX_AGE,
	SMTPS_O_MESSAGES_PER_CONNECTION,
	SMTPS_O_MAX_CONNECTIONS,
	SMTPS_O_MAX_KEPT,
	SMTPS_O_MAX_KEPT_TOTAL,
	SMTPS_O_MAX_RATE,
	SMTPS_O_BREAKER,
	SMTPS_O_CHUNKING,
	/* message */
	SMTPS_O_FROM,
	SMTPS_O_ENVELOPE_FROM,
	SMTPS_O_FORCE_FROM,
	SMTPS_O_ALLOWED_FROM,
	SMTPS_O_HELO,
	SMTPS_O_REQUIRE_ALL_RECIPIENTS,
	SMTPS_O_LONG_LINES,
	SMTPS_O_DKIM_DOMAIN,
	SMTPS_O_DKIM_SELECTOR,
	SMTPS_O_DKIM_KEY,
	SMTPS_O_DKIM_KEY_PASSPHRASE,
	SMTPS_O_DKIM_HEADERS,
	/* host */
	SMTPS_O_MAIL,
	SMTPS_O_LOG_LEVEL,
	SMTPS_O_LOG_TARGET,
	SMTPS_O_LOG_RECIPIENTS,
	SMTPS_O_LOG,
	SMTPS_O_RATE,
	SMTPS_O_ALLOW_HOSTS,
	SMTPS_O_ALLOW_USER_CONFIG,
	SMTPS_O_REDIRECT_TO,
	SMTPS_O_COUNT
} smtps_option;

typedef struct smtps_option_row {
	const char *name;
	smtps_option_type type;
	unsigned flags;
	const char *fallback; /* the default as text; "" none. CLI's differ: see cli_fallback */
	const char *cli_fallback; /* NULL: the same */
	double min, max; /* COUNT and SECONDS */
	const char *const *words; /* ENUM: NULL-terminated; an alias is written "ssl=implicit" */
	const char *doc; /* one or two sentences for docs/configuration.md and the stub */
} smtps_option_row;

extern const smtps_option_row smtps_option_table[SMTPS_O_COUNT];

typedef enum smtps_encryption {
	SMTPS_ENCRYPTION_AUTO,
	SMTPS_ENCRYPTION_STARTTLS,
	SMTPS_ENCRYPTION_IMPLICIT,
	SMTPS_ENCRYPTION_PLAINTEXT
} smtps_encryption;

/* Who set a value. The first three are what setters are told; the last marks what a DSN in smtpsend.dsn brought. */
typedef enum smtps_origin {
	SMTPS_FROM_ARRAY,
	SMTPS_FROM_DSN,
	SMTPS_FROM_INI,
	SMTPS_FROM_INI_DSN
} smtps_origin;

/* One value. Text, lists (joined by LF) and file contents in `text` (secret where the row says so); numbers, times and enum
 * indices in `number`. */
typedef struct smtps_value {
	bool is_set; /* by a script, a DSN or php.ini: not the default */
	bool from_script;
	bool is_callable; /* php/ holds a callable; `number` is the identity it gave */
	bool from_file; /* the text is the content of password_file or oauth_token_file */
	smtps_origin origin;
	smtps_buf text;
	int64_t number;
} smtps_value;

enum { SMTPS_PORTS_MAX = 8 };

typedef enum smtps_transport {
	SMTPS_TRANSPORT_SMTP,
	SMTPS_TRANSPORT_CAPTURE, /* capture:///directory */
	SMTPS_TRANSPORT_NULL /* null:// */
} smtps_transport;

/* All options of one client, malloc memory. */
typedef struct smtps_options {
	smtps_value values[SMTPS_O_COUNT];
	smtps_transport transport;
	smtps_buf capture_directory;
	bool is_cli, out_of_memory;
	const char
		*dropped_by; /* the script's option for which the group rule dropped php.ini's host; NULL: none */
	const char *dsn_conflict; /* the entry of php.ini that stands beside smtpsend.dsn; NULL: none */
	/* Derived by smtps_options_finish(): */
	smtps_buf host; /* A-label, literal without brackets, or the path of a unix socket */
	bool host_is_unix, host_is_literal, host_is_loopback; /* as given: WIRE "loopback rule" */
	int ports[SMTPS_PORTS_MAX];
	unsigned port_count;
	bool
		loopback_lenient; /* loopback host, encryption auto, and nothing asks for verification; see smtps_options_lenient_on() */
	smtps_auth_policy auth;
	/* Contents of files that php/ read (PEM); secret. */
	smtps_buf ca_pem, client_cert_pem, client_key_pem, dkim_key_pem;
} smtps_options;

/* All defaults; `cli`: the defaults of a command line. */
bool smtps_options_init(smtps_options *options, bool cli, smtps_error *error);
/* Wipes and frees; safe on a zeroed struct and twice. */
void smtps_options_free(smtps_options *options);
bool smtps_options_copy(smtps_options *to, const smtps_options *from, smtps_error *error);

/* Row by name; SMTPS_O_COUNT when unknown. */
smtps_option smtps_option_find(smtps_str name);
/* The known name nearest to `name` (edit distance), never NULL. */
const char *smtps_option_nearest(smtps_str name);

/* The error of an unknown option: names the nearest known one. Always false. */
bool smtps_option_unknown(smtps_str name, smtps_origin origin, smtps_error *error);

/* Setters, with every check that one value allows; the error names the option and says what to write instead, and never
 * repeats a secret. `origin` is "the option" or "smtpsend." for the sentence's subject. php.ini's values first, then the
 * script's. An empty text means the default (of a switch in php.ini: off, because php.ini's parser turns `off` into it). */
bool smtps_option_set_text(
	smtps_options *options, smtps_option option, smtps_str text, smtps_origin origin, smtps_error *error);
bool smtps_option_set_number(
	smtps_options *options, smtps_option option, double number, smtps_origin origin, smtps_error *error);
bool smtps_option_set_bool(
	smtps_options *options, smtps_option option, bool value, smtps_origin origin, smtps_error *error);
bool smtps_option_set_list(smtps_options *options, smtps_option option, const smtps_str *items, size_t count,
	smtps_origin origin, smtps_error *error);
/* A script gave a callable (oauth_token, log), which php/ keeps. `identity` stands in the reuse key: equal numbers must mean the
 * same source of tokens. */
bool smtps_option_set_callable(
	smtps_options *options, smtps_option option, int64_t identity, smtps_origin origin, smtps_error *error);
/* The content of password_file or oauth_token_file, read by php/: becomes the password or the token. `option` is the file's. */
bool smtps_option_set_content(
	smtps_options *options, smtps_option option, smtps_str content, smtps_error *error);
/* A DSN (smtp://, smtps://, capture://, null://): sets host, credentials and parameters. Errors never repeat the DSN. */
bool smtps_options_dsn(smtps_options *options, smtps_str dsn, smtps_origin origin, smtps_error *error);

/* Any member of the group set by a script: drop every member that php.ini set (and the DSN), back to defaults. Name of the
 * option that did it, or NULL. Called once, after all setters. */
const char *smtps_options_apply_group_rule(smtps_options *options);
/* The checks that need several values (port and encryption, contradictions, missing partners, lists of equal length, allow_hosts,
 * no host) and the derived members. After it the options are read only. */
bool smtps_options_finish(smtps_options *options, smtps_error *error);

/* Accessors. */
smtps_str smtps_option_text(const smtps_options *options, smtps_option option);
int64_t smtps_option_number(const smtps_options *options, smtps_option option); /* COUNT, ENUM, BOOL */
smtps_time smtps_option_time(const smtps_options *options, smtps_option option);
bool smtps_option_is_set(const smtps_options *options, smtps_option option);
/* Items of a list; a PEM block counts as one. */
size_t smtps_option_count(const smtps_options *options, smtps_option option);
smtps_str smtps_option_item(const smtps_options *options, smtps_option option, size_t index);
/* An ENUM's word, without aliases. */
const char *smtps_option_word(const smtps_options *options, smtps_option option);
/* The option `rate`: how many in a unit; 0 no limit. `text` need not end in NUL. False: no such form. */
enum { SMTPS_RATE_SECOND, SMTPS_RATE_MINUTE, SMTPS_RATE_HOUR, SMTPS_RATE_DAY, SMTPS_RATE_UNITS };
bool smtps_rate_parse(smtps_str text, int64_t limits[SMTPS_RATE_UNITS]);

/* After finish. Whether TLS comes before the greeting on this port. */
bool smtps_options_implicit_on(const smtps_options *options, int port);
/* Whether the loopback rule holds on this port (privileged ones only; port 0: the unix socket, which must be root's). */
bool smtps_options_lenient_on(const smtps_options *options, int port);

/* SHA-256 over every member of the group and rows with SMTPS_OPT_KEY, secrets included or not: the reuse key stays in this
 * process (with secrets, keyed by a random key of the process); the memory key of WIRE 6 leaves them out. */
bool smtps_options_reuse_key(const smtps_options *options, unsigned char key[32]);
bool smtps_options_memory_key(const smtps_options *options, unsigned char key[32]);

/* docs/configuration.md as text. */
bool smtps_options_document(smtps_buf *out);

#endif
