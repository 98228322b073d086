/*
 * sink: a small, fast SMTP server that throws mail away, so that a benchmark measures the client.
 *
 *     sink [options] MODE:PORT ...          MODE: plain, starttls, implicit; PORT 0 picks one
 *       --cert FILE        certificate and key, PEM (needed for starttls and implicit)
 *       --no-chunking --no-pipelining
 *       --any              listen on every address of both families instead of 127.0.0.1 (in a namespace of the test's own)
 *       --drop FILE        the last message is written there (for a look)
 *       --stats FILE       one JSON object, rewritten whenever a connection ends: connections, mails, octets, and
 *                          turnarounds (how often the server had to speak before the client went on: greeting, TLS handshakes
 *                          and flights of replies), of all connections and of the last one
 *
 * Prints "ready PORT PORT ..." when it listens on 127.0.0.1, and ends when its standard input does. TCP_QUICKACK is set before each
 * read, so that no client pays for a delayed ACK. Accepts every AUTH PLAIN. One process, one poll loop, no limits on time: for
 * loopback benchmarks and tests only.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

enum { LISTENERS_MAX = 8, CONNECTIONS_MAX = 512, INPUT_MAX = 256 * 1024, OUTPUT_MAX = 64 * 1024 };

typedef enum { PLAIN, STARTTLS, IMPLICIT } mode;
typedef enum { COMMAND, MESSAGE, CHUNK } phase;

typedef struct {
	int fd;
	mode mode;
	SSL *ssl;
	bool handshaking, quit, last_chunk, starting_tls;
	phase phase;
	size_t chunk_left;
	unsigned long turnarounds, mails;
	unsigned recipients;
	char *in, *out;
	size_t in_len, out_len;
} connection;

static int listeners[LISTENERS_MAX];
static mode modes[LISTENERS_MAX];
static int listener_count;
static connection *connections[CONNECTIONS_MAX];
static int connection_count;
static SSL_CTX *context;
static bool no_chunking, no_pipelining, any_address;
static const char *stats_path, *drop_path;
static FILE *drop;
static unsigned long total_connections, total_mails, total_turnarounds, total_octets;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void write_stats(const connection *last)
{
	char temporary[512];
	FILE *file;

	if (!stats_path) {
		return;
	}
	snprintf(temporary, sizeof temporary, "%s.new", stats_path);
	file = fopen(temporary, "w");
	if (!file) {
		die(temporary);
	}
	fprintf(file,
		"{\"connections\": %lu, \"mails\": %lu, \"octets\": %lu, \"turnarounds\": %lu, \"last\": {\"mails\": %lu, \"turnarounds\": %lu}}\n",
		total_connections, total_mails, total_octets, total_turnarounds, last->mails, last->turnarounds);
	fclose(file);
	rename(temporary, stats_path);
}

static void say(connection *c, const char *text)
{
	size_t len = strlen(text);

	if (c->out_len + len <= OUTPUT_MAX) {
		memcpy(c->out + c->out_len, text, len);
		c->out_len += len;
	}
}

static void flush(connection *c)
{
	size_t at = 0;

	if (c->out_len == 0) {
		return;
	}
	c->turnarounds++;
	while (at < c->out_len) {
		int n = c->ssl ? SSL_write(c->ssl, c->out + at, (int)(c->out_len - at))
					   : (int)send(c->fd, c->out + at, c->out_len - at, MSG_NOSIGNAL);

		if (n <= 0) {
			c->quit = true;
			break;
		}
		at += (size_t)n;
	}
	c->out_len = 0;
}

static void say_ehlo(connection *c)
{
	say(c,
		"250-sink.example.test\r\n250-SIZE 0\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n");
	if (!no_pipelining) {
		say(c, "250-PIPELINING\r\n");
	}
	if (!no_chunking) {
		say(c, "250-CHUNKING\r\n");
	}
	say(c, c->mode == STARTTLS && !c->ssl ? "250 STARTTLS\r\n" : "250 AUTH PLAIN\r\n");
}

static void accepted(connection *c)
{
	char line[80];

	c->mails++;
	total_mails++;
	c->recipients = 0;
	snprintf(line, sizeof line, "250 2.0.0 Ok: queued as %lX\r\n", total_mails);
	say(c, line);
	if (drop) {
		fclose(drop);
		drop = NULL;
	}
}

static void keep(const char *octets, size_t len)
{
	total_octets += len;
	if (drop_path && !drop) {
		drop = fopen(drop_path, "w");
	}
	if (drop) {
		fwrite(octets, 1, len, drop);
	}
}

static bool is(const char *line, const char *verb)
{
	return strncasecmp(line, verb, strlen(verb)) == 0;
}

static void command(connection *c, const char *line)
{
	if (is(line, "EHLO")) {
		say_ehlo(c);
	} else if (is(line, "STARTTLS")) {
		say(c, "220 2.0.0 Go ahead\r\n");
		c->starting_tls = true;
	} else if (is(line, "AUTH PLAIN ")) {
		say(c, "235 2.7.0 Welcome\r\n");
	} else if (is(line, "AUTH PLAIN")) {
		say(c, "334 \r\n");
	} else if (is(line, "MAIL") || is(line, "NOOP") || is(line, "RSET")) {
		say(c, "250 2.1.0 Ok\r\n");
	} else if (is(line, "RCPT")) {
		c->recipients++;
		say(c, "250 2.1.5 Ok\r\n");
	} else if (is(line, "DATA")) {
		say(c, "354 End data with <CR><LF>.<CR><LF>\r\n");
		c->phase = MESSAGE;
	} else if (is(line, "BDAT ")) {
		char *end;

		c->chunk_left = strtoul(line + 5, &end, 10);
		c->last_chunk = strcasecmp(end, " LAST") == 0;
		c->phase = CHUNK;
	} else if (is(line, "QUIT")) {
		say(c, "221 2.0.0 Bye\r\n");
		c->quit = true;
	} else {
		/* The answer to a 334. */
		say(c, "235 2.7.0 Welcome\r\n");
	}
}

/* How many octets of the input were used; 0: more are needed. */
static size_t step_command(connection *c, char *in, size_t len)
{
	char *end = memchr(in, '\n', len);

	if (!end) {
		return 0;
	}
	*end = '\0';
	if (end > in && end[-1] == '\r') {
		end[-1] = '\0';
	}
	command(c, in);
	return (size_t)(end - in) + 1;
}

static size_t step_message(connection *c, char *in, size_t len)
{
	char *end = len >= 3 && memcmp(in, ".\r\n", 3) == 0 ? in - 2 : memmem(in, len, "\r\n.\r\n", 5);

	if (end) {
		keep(in, end + 2 > in ? (size_t)(end + 2 - in) : 0);
		c->phase = COMMAND;
		accepted(c);
		return (size_t)(end - in) + 5;
	}
	/* All but what may be the beginning of the end. */
	if (len <= 4) {
		return 0;
	}
	keep(in, len - 4);
	return len - 4;
}

static size_t step_chunk(connection *c, char *in, size_t len)
{
	size_t take = len < c->chunk_left ? len : c->chunk_left;

	keep(in, take);
	c->chunk_left -= take;
	if (c->chunk_left == 0) {
		c->phase = COMMAND;
		if (c->last_chunk) {
			accepted(c);
		} else {
			say(c, "250 2.0.0 Ok\r\n");
		}
	}
	return take;
}

static void process(connection *c)
{
	size_t at = 0;

	while ((at < c->in_len || (c->phase == CHUNK && c->chunk_left == 0)) && !c->quit && !c->starting_tls) {
		size_t used = c->phase == COMMAND ? step_command(c, c->in + at, c->in_len - at)
			: c->phase == MESSAGE         ? step_message(c, c->in + at, c->in_len - at)
										  : step_chunk(c, c->in + at, c->in_len - at);

		if (used == 0 && c->phase != COMMAND) {
			break;
		}
		if (used == 0 && at < c->in_len && !memchr(c->in + at, '\n', c->in_len - at)) {
			break;
		}
		at += used;
	}
	memmove(c->in, c->in + at, c->in_len - at);
	c->in_len -= at;
	flush(c);
	if (c->starting_tls) {
		c->starting_tls = false;
		c->in_len = 0;
		c->ssl = SSL_new(context);
		SSL_set_fd(c->ssl, c->fd);
		SSL_set_accept_state(c->ssl);
		c->handshaking = true;
	}
}

static void handshake(connection *c)
{
	int done = SSL_do_handshake(c->ssl);

	if (done == 1) {
		c->handshaking = false;
		c->turnarounds++;
		if (c->mode == IMPLICIT) {
			say(c, "220 sink.example.test ESMTP\r\n");
			flush(c);
		}
		return;
	}
	done = SSL_get_error(c->ssl, done);
	if (done != SSL_ERROR_WANT_READ && done != SSL_ERROR_WANT_WRITE) {
		c->quit = true;
	}
}

static void readable(connection *c)
{
	int on = 1;

	setsockopt(c->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
	if (c->handshaking) {
		handshake(c);
		if (c->handshaking || c->quit) {
			return;
		}
	}
	for (;;) {
		int n;

		if (c->in_len == INPUT_MAX) {
			process(c);
			if (c->in_len == INPUT_MAX) {
				c->quit = true;
			}
			if (c->quit) {
				return;
			}
		}
		n = c->ssl ? SSL_read(c->ssl, c->in + c->in_len, (int)(INPUT_MAX - c->in_len))
				   : (int)recv(c->fd, c->in + c->in_len, INPUT_MAX - c->in_len, 0);
		if (n > 0) {
			c->in_len += (size_t)n;
			continue;
		}
		if (c->ssl ? SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ : n == 0 || errno != EAGAIN) {
			c->quit = true;
		}
		break;
	}
	process(c);
}

static void close_connection(int index)
{
	connection *c = connections[index];

	total_turnarounds += c->turnarounds;
	write_stats(c);
	SSL_free(c->ssl);
	close(c->fd);
	free(c->in);
	free(c->out);
	free(c);
	connections[index] = connections[--connection_count];
}

static void accept_one(int index)
{
	int fd = accept4(listeners[index], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
	connection *c;

	if (fd < 0 || connection_count == CONNECTIONS_MAX) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	c = calloc(1, sizeof *c);
	c->fd = fd;
	c->mode = modes[index];
	c->in = malloc(INPUT_MAX + 1);
	c->out = malloc(OUTPUT_MAX);
	connections[connection_count++] = c;
	total_connections++;
	if (c->mode == IMPLICIT) {
		c->ssl = SSL_new(context);
		SSL_set_fd(c->ssl, fd);
		SSL_set_accept_state(c->ssl);
		c->handshaking = true;
	} else {
		say(c, "220 sink.example.test ESMTP\r\n");
		flush(c);
	}
}

static int listen_on(const char *spec)
{
	static const char *const names[] = {"plain", "starttls", "implicit"};
	const char *colon = strchr(spec, ':');
	struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_in6 any = {.sin6_family = AF_INET6};
	struct sockaddr *address = any_address ? (struct sockaddr *)&any : (struct sockaddr *)&loopback;
	socklen_t size = any_address ? sizeof any : sizeof loopback;
	int fd, on = 1;

	if (!colon || listener_count == LISTENERS_MAX) {
		fprintf(stderr, "sink: MODE:PORT expected, not %s\n", spec);
		exit(2);
	}
	for (int i = 0; i < 3; i++) {
		if (strncmp(spec, names[i], (size_t)(colon - spec)) == 0) {
			modes[listener_count] = (mode)i;
		}
	}
	loopback.sin_port = any.sin6_port = htons((unsigned short)atoi(colon + 1));
	fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, address, size) < 0 || listen(fd, 512) < 0) {
		die(spec);
	}
	getsockname(fd, address, &size);
	listeners[listener_count++] = fd;
	return ntohs(any_address ? any.sin6_port : loopback.sin_port);
}

static void use_certificate(const char *path)
{
	context = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(context, 1);
	if (SSL_CTX_use_certificate_chain_file(context, path) != 1 ||
		SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "sink: no certificate and key in %s\n", path);
		exit(1);
	}
}

static void serve(void)
{
	struct pollfd entries[1 + LISTENERS_MAX + CONNECTIONS_MAX];

	for (;;) {
		int count = 0, polled = connection_count;

		entries[count++] = (struct pollfd){.fd = 0, .events = POLLIN};
		for (int i = 0; i < listener_count; i++) {
			entries[count++] = (struct pollfd){.fd = listeners[i], .events = POLLIN};
		}
		for (int i = 0; i < polled; i++) {
			entries[count++] = (struct pollfd){.fd = connections[i]->fd, .events = POLLIN};
		}
		if (poll(entries, (nfds_t)count, -1) < 0 && errno != EINTR) {
			die("poll");
		}
		if (entries[0].revents) {
			char gone[64];

			if (read(0, gone, sizeof gone) <= 0) {
				return;
			}
		}
		for (int i = polled - 1; i >= 0; i--) {
			if (entries[1 + listener_count + i].revents) {
				readable(connections[i]);
			}
			if (connections[i]->quit) {
				close_connection(i);
			}
		}
		for (int i = 0; i < listener_count; i++) {
			if (entries[1 + i].revents) {
				accept_one(i);
			}
		}
	}
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("ready");
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--cert") == 0 && i + 1 < argc) {
			use_certificate(argv[++i]);
		} else if (strcmp(argv[i], "--stats") == 0 && i + 1 < argc) {
			stats_path = argv[++i];
		} else if (strcmp(argv[i], "--drop") == 0 && i + 1 < argc) {
			drop_path = argv[++i];
		} else if (strcmp(argv[i], "--no-chunking") == 0) {
			no_chunking = true;
		} else if (strcmp(argv[i], "--no-pipelining") == 0) {
			no_pipelining = true;
		} else if (strcmp(argv[i], "--any") == 0) {
			any_address = true;
		} else {
			printf(" %d", listen_on(argv[i]));
		}
	}
	printf("\n");
	fflush(stdout);
	serve();
	return 0;
}
