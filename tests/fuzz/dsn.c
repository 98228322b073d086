/*
 * The DSN and single options, from php.ini and from a script. The first octet says who sets it; a text with "NAME=" before it is
 * one option's. What is accepted must hold the promises of options.h: a host without odd octets, ports in range, no secret in
 * an error.
 */
#include <stdlib.h>
#include <string.h>

#include "client/options.h"

static void must(bool fine)
{
	if (!fine) {
		abort();
	}
}

static void check_accepted(const smtps_options *options)
{
	smtps_str host = smtps_buf_str(&options->host);
	unsigned char key[32];

	for (size_t i = 0; i < SMTPS_O_COUNT; i++) {
		smtps_str text = smtps_buf_str(&options->values[i].text);

		must(i == SMTPS_O_DKIM_KEY ||
			(!memchr(text.data, '\r', text.len) && !memchr(text.data, '\0', text.len)));
		must(smtps_option_table[i].type == SMTPS_OPTION_LIST || !memchr(text.data, '\n', text.len));
	}
	if (options->transport != SMTPS_TRANSPORT_SMTP) {
		return;
	}
	must(host.len > 0 && options->port_count > 0 && options->port_count <= SMTPS_PORTS_MAX);
	for (size_t i = 0; i < host.len && !options->host_is_unix; i++) {
		must(smtps_is_alnum(host.data[i]) || strchr(".-:%_", host.data[i]));
	}
	for (unsigned i = 0; i < options->port_count; i++) {
		must(options->host_is_unix ? options->ports[i] == 0
								   : options->ports[i] > 0 && options->ports[i] < 65536);
		must(!smtps_options_lenient_on(options, options->ports[i]) || options->host_is_loopback ||
			options->host_is_unix);
	}
	must(options->host_is_loopback || options->host_is_unix || !options->loopback_lenient);
	must(smtps_options_memory_key(options, key));
}

static void check_refused(const smtps_error *error)
{
	must(error->kind == SMTPS_BAD_OPTION && error->text[0] != '\0');
	for (const char *at = error->text; *at; at++) {
		must((unsigned char)*at >= 0x20 && *at != 0x7f);
	}
}

static bool set(smtps_options *options, smtps_str text, smtps_origin origin, smtps_error *error)
{
	size_t equals = smtps_str_find(text, '=');
	smtps_option option = smtps_option_find((smtps_str){text.data, equals});

	if (equals == text.len || option == SMTPS_O_COUNT) {
		return smtps_options_dsn(options, text, origin == SMTPS_FROM_INI ? origin : SMTPS_FROM_DSN, error);
	}
	return smtps_option_set_text(
		options, option, (smtps_str){text.data + equals + 1, text.len - equals - 1}, origin, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	smtps_options options;
	smtps_error error = {0};
	smtps_str rest = {(const char *)data + 1, size ? size - 1 : 0};
	bool fine;

	if (size == 0) {
		return 0;
	}
	must(smtps_options_init(&options, (data[0] & 2) != 0, &error));
	fine = true;
	while (fine && rest.data) { /* settings are separated by LF */
		fine = set(&options, smtps_str_split(rest, '\n', &rest),
			data[0] & 1 ? SMTPS_FROM_INI : SMTPS_FROM_ARRAY, &error);
	}
	smtps_options_apply_group_rule(&options);
	if (fine && smtps_options_finish(&options, &error)) {
		check_accepted(&options);
	} else {
		check_refused(&error);
	}
	smtps_options_free(&options);
	smtps_error_free(&error);
	return 0;
}
