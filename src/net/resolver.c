/*
 * Names to addresses in a helper thread; see resolver.h.
 *
 *    smtps_lookup_start -> [waiting] -> [asked: in getaddrinfo] -> [done] -> smtps_lookup_take -> smtps_lookup_free
 *                                              |
 *                     smtps_lookup_free -> [abandoned]: the thread frees it when the answer comes at last
 *
 * A fifth lookup waits until one of four threads is free; its caller's deadline runs meanwhile. Everything below is guarded by
 * the process's lock, getaddrinfo itself apart. After a fork the parent's threads are not in the child: it begins anew, and a
 * lookup that it inherited is done, with an error.
 */
#include "resolver_internal.h"

#include <string.h>

#include "address.h"
#include "base/memory.h"

#ifndef _WIN32
#include <errno.h>
#endif

enum lookup_state { WAITING, ASKED, DONE };

struct smtps_lookup {
	smtps_lookup *next; /* in the queue */
	enum lookup_state state;
	bool abandoned;
	unsigned forks; /* smtps_fork_count() at its start */
	smtps_fd wake[2];
	int family;
	int status; /* getaddrinfo's */
	int error_number;
	smtps_addresses addresses;
	char host[]; /* NUL-terminated */
};

smtps_resolver_calls smtps_resolver = {getaddrinfo, freeaddrinfo};

static smtps_lookup *queue_head = NULL, *queue_tail = NULL;
static unsigned running = 0;
static unsigned forks_seen = 0;

static void keep(smtps_addresses *addresses, const struct addrinfo *list)
{
	for (; list && addresses->count < SMTPS_ADDRESSES_MAX; list = list->ai_next) {
		smtps_address address = {.length = (socklen_t)list->ai_addrlen};
		bool known = false;

		if ((list->ai_family != AF_INET && list->ai_family != AF_INET6) ||
			list->ai_addrlen > sizeof address.socket) {
			continue;
		}
		memcpy(&address.socket, list->ai_addr, list->ai_addrlen);
		for (size_t i = 0; i < addresses->count; i++) {
			known = known || smtps_address_equal(&address, &addresses->list[i]);
		}
		if (!known) {
			addresses->list[addresses->count++] = address;
		}
	}
}

/* In the thread, without the lock. */
static void ask(smtps_lookup *lookup)
{
	struct addrinfo hints = {.ai_family = lookup->family, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list = NULL;

	lookup->status = smtps_resolver.getaddrinfo(lookup->host, NULL, &hints, &list);
#ifndef _WIN32
	lookup->error_number = lookup->status == EAI_SYSTEM ? errno : 0;
#endif
	if (lookup->status == 0) {
		keep(&lookup->addresses, list);
		smtps_resolver.freeaddrinfo(list);
	}
}

static smtps_lookup *next_waiting(void)
{
	smtps_lookup *lookup = queue_head;

	if (lookup) {
		queue_head = lookup->next;
		if (!queue_head) {
			queue_tail = NULL;
		}
		lookup->next = NULL;
		lookup->state = ASKED;
	}
	return lookup;
}

/* The thread: answers what waits, then ends. malloc memory only. */
static void *serve(void *unused)
{
	smtps_lookup *lookup;

	(void)unused;
	smtps_process_lock();
	while ((lookup = next_waiting())) {
		smtps_process_unlock();
		ask(lookup);
		smtps_process_lock();
		lookup->state = DONE;
		if (lookup->abandoned) {
			smtps_free(lookup);
		} else {
			smtps_wake(lookup->wake);
		}
	}
	running--;
	smtps_process_unlock();
	return NULL;
}

/* With the lock held. */
static void begin_anew_after_fork(void)
{
	if (forks_seen != smtps_fork_count()) {
		forks_seen = smtps_fork_count();
		queue_head = queue_tail = NULL;
		running = 0;
	}
}

static bool enqueue(smtps_lookup *lookup)
{
	bool served = true;

	smtps_process_lock();
	begin_anew_after_fork();
	lookup->forks = forks_seen;
	if (queue_tail) {
		queue_tail->next = lookup;
	} else {
		queue_head = lookup;
	}
	queue_tail = lookup;
	if (running < SMTPS_RESOLVER_THREADS) {
		running++;
		if (!smtps_thread_start(serve, NULL)) {
			running--;
			served = running > 0; /* else nobody would ever take it, and the queue holds it alone */
			if (!served) {
				queue_head = queue_tail = NULL;
			}
		}
	}
	smtps_process_unlock();
	return served;
}

static smtps_lookup *lookup_new(const char *host, int family, smtps_error *error)
{
	size_t len = strlen(host);
	smtps_lookup *lookup = smtps_alloc(sizeof *lookup + len + 1);
	int error_number = 0;
	char text[128];

	if (!lookup) {
		smtps_fail_memory(error, SMTPS_STAGE_RESOLVE);
		return NULL;
	}
	memcpy(lookup->host, host, len);
	lookup->family = family;
	if (!smtps_wake_open(lookup->wake, &error_number)) {
		smtps_fail(error, SMTPS_STAGE_RESOLVE, SMTPS_LOST, SMTPS_CAUSE_LOCAL, "cannot look up \"%s\": %s",
			host, smtps_fd_error_text(error_number, text));
		smtps_free(lookup);
		return NULL;
	}
	return lookup;
}

static void lookup_delete(smtps_lookup *lookup)
{
	smtps_fd_close(lookup->wake[0]);
	smtps_fd_close(lookup->wake[1]);
	smtps_free(lookup);
}

smtps_lookup *smtps_lookup_start(const char *host, int family, smtps_error *error)
{
	smtps_lookup *lookup = lookup_new(host, family, error);

	if (!lookup) {
		return NULL;
	}
	if (smtps_address_literal(host, &lookup->addresses.list[0])) {
		lookup->addresses.count = 1;
		lookup->state = DONE;
		lookup->forks = smtps_fork_count();
		smtps_wake(lookup->wake);
		return lookup;
	}
	if (!enqueue(lookup)) {
		lookup_delete(lookup);
		smtps_fail(error, SMTPS_STAGE_RESOLVE, SMTPS_LOST, SMTPS_CAUSE_LOCAL,
			"cannot look up \"%s\": no thread can be started (limit of processes?)", host);
		return NULL;
	}
	return lookup;
}

smtps_fd smtps_lookup_fd(const smtps_lookup *lookup)
{
	return lookup->wake[0];
}

static bool is_inherited(const smtps_lookup *lookup)
{
	return lookup->forks != smtps_fork_count();
}

bool smtps_lookup_is_done(const smtps_lookup *lookup)
{
	bool done;

	if (is_inherited(lookup)) {
		return true;
	}
	smtps_process_lock();
	done = lookup->state == DONE;
	smtps_process_unlock();
	return done;
}

typedef enum answer { NO_SUCH_HOST, TRY_LATER, LOCAL_FAULT } answer;

static answer answer_of(int status)
{
	switch (status) {
		case EAI_NONAME:
#if defined(EAI_NODATA) && EAI_NODATA != EAI_NONAME
		case EAI_NODATA:
#endif
#if defined(EAI_ADDRFAMILY) && EAI_ADDRFAMILY != EAI_NONAME
		case EAI_ADDRFAMILY:
#endif
			return NO_SUCH_HOST;
		case EAI_MEMORY:
#ifdef EAI_SYSTEM
		case EAI_SYSTEM:
#endif
			return LOCAL_FAULT;
		default: return TRY_LATER; /* EAI_AGAIN, EAI_FAIL: time-out, SERVFAIL, REFUSED */
	}
}

static bool fail_no_such_host(const smtps_lookup *lookup, smtps_error *error)
{
	bool fresh = error && !smtps_error_is_set(error);
	const char *kind = lookup->family == AF_INET ? "IPv4 " : lookup->family == AF_INET6 ? "IPv6 " : "";

	if (*kind) {
		smtps_fail(error, SMTPS_STAGE_RESOLVE, SMTPS_LOST, SMTPS_CAUSE_NO_SUCH_HOST,
			"the host \"%s\" does not exist or has no %saddress", lookup->host, kind);
	} else {
		smtps_fail(error, SMTPS_STAGE_RESOLVE, SMTPS_LOST, SMTPS_CAUSE_NO_SUCH_HOST,
			"the host \"%s\" does not exist", lookup->host);
	}
	if (fresh) {
		error->temporary = false;
		smtps_error_hint(error, "check the spelling of the host%s", *kind ? ", and ip_version" : "");
	}
	return false;
}

static bool fail_status(const smtps_lookup *lookup, smtps_error *error)
{
	char text[128];

	switch (answer_of(lookup->status)) {
		case NO_SUCH_HOST: return fail_no_such_host(lookup, error);
		case LOCAL_FAULT:
			return smtps_fail(error, SMTPS_STAGE_RESOLVE, SMTPS_LOST, SMTPS_CAUSE_RESOLVER,
				"cannot look up \"%s\": %s", lookup->host,
				lookup->status == EAI_MEMORY ? "out of memory"
											 : smtps_fd_error_text(lookup->error_number, text));
		default:
			smtps_fail(error, SMTPS_STAGE_RESOLVE, SMTPS_LOST, SMTPS_CAUSE_RESOLVER,
				"the name server gave no answer for \"%s\"", lookup->host);
			smtps_error_hint(
				error, "the name server of this machine (see /etc/resolv.conf) fails or is out of reach");
			return false;
	}
}

bool smtps_lookup_take(smtps_lookup *lookup, smtps_addresses *addresses, smtps_error *error)
{
	if (is_inherited(lookup)) {
		return smtps_fail(error, SMTPS_STAGE_RESOLVE, SMTPS_LOST, SMTPS_CAUSE_LOCAL,
			"the process was forked while it looked up \"%s\"", lookup->host);
	}
	if (!smtps_lookup_is_done(lookup)) {
		return smtps_fail(error, SMTPS_STAGE_RESOLVE, SMTPS_LOST, SMTPS_CAUSE_RESOLVER,
			"the name server gave no answer for \"%s\" yet", lookup->host);
	}
	if (lookup->status != 0) {
		return fail_status(lookup, error);
	}
	if (lookup->addresses.count == 0) {
		return fail_no_such_host(lookup, error);
	}
	*addresses = lookup->addresses;
	return true;
}

/* With the lock held. */
static void unqueue(smtps_lookup *lookup)
{
	smtps_lookup *before = NULL;

	for (smtps_lookup *at = queue_head; at; before = at, at = at->next) {
		if (at == lookup) {
			if (before) {
				before->next = at->next;
			} else {
				queue_head = at->next;
			}
			if (queue_tail == at) {
				queue_tail = before;
			}
			return;
		}
	}
}

void smtps_lookup_free(smtps_lookup *lookup)
{
	bool ours = true;

	if (!lookup) {
		return;
	}
	smtps_process_lock();
	begin_anew_after_fork();
	if (!is_inherited(lookup)) {
		unqueue(lookup);
		/* A thread that is still asking frees it; the descriptors go now. */
		if (lookup->state == ASKED) {
			lookup->abandoned = true;
			ours = false;
		}
	}
	smtps_fd_close(lookup->wake[0]);
	smtps_fd_close(lookup->wake[1]);
	if (ours) {
		smtps_free(lookup);
	}
	smtps_process_unlock();
}

unsigned smtps_resolver_running(void)
{
	unsigned count;

	smtps_process_lock();
	begin_anew_after_fork();
	count = running;
	smtps_process_unlock();
	return count;
}

unsigned smtps_resolver_waiting(void)
{
	unsigned count = 0;

	smtps_process_lock();
	begin_anew_after_fork();
	for (const smtps_lookup *at = queue_head; at; at = at->next) {
		count++;
	}
	smtps_process_unlock();
	return count;
}
