/*
 * The race; see race.h.
 */
#include "race.h"

#include <string.h>

#include "advice.h"
#include "net/dial.h"
#include "smtp/hints.h"

/* --- what was tried -------------------------------------------------------------------------------------------- */

static void note_attempt(smtps_race *race, const smtps_connection *connection, const smtps_error *error)
{
	smtps_attempts *attempts = race->set.attempts;
	const smtps_route *route = &connection->route;
	smtps_attempt *attempt;

	if (!attempts) {
		return;
	}
	attempt = smtps_attempts_add(attempts);
	if (!attempt) {
		return; /* the list is for people: without memory it is shorter */
	}
	smtps_connection_address(connection, attempt->address);
	attempt->port = route->port;
	attempt->implicit_tls = route->implicit_tls;
	attempt->starttls = !route->implicit_tls && route->security != SMTPS_SECURE_PLAINTEXT;
	attempt->stage = smtps_connection_stage(connection);
	attempt->duration = race->set.loop->now - connection->dialed_at;
	if (error) {
		attempt->stage = error->stage;
		smtps_error_copy(&attempt->error, error);
	}
}

static smtps_decision decide(const smtps_race *race, const smtps_error *error)
{
	smtps_circumstances circumstances = {0};

	circumstances.hint_flags =
		smtps_hint_for(error->stage, &error->reply, smtps_server_host(race->set.server)).flags;
	return smtps_policy_decide(error, &circumstances);
}

/* --- the end --------------------------------------------------------------------------------------------------- */

static void drop_runner(smtps_race *race, size_t at)
{
	race->running--;
	for (; at < race->running; at++) {
		race->runners[at] = race->runners[at + 1];
	}
}

/* What a route has to show for that lost although it had not failed. */
static void note_loser(smtps_race *race, const smtps_connection *loser)
{
	smtps_error error = {0};
	double waited = (double)(race->set.loop->now - loser->dialed_at) / SMTPS_SECONDS(1);

	smtps_fail(&error, smtps_connection_stage(loser), SMTPS_TIMED_OUT, SMTPS_CAUSE_TIMEOUT,
		"not ready after %.3g s; another route was", waited);
	note_attempt(race, loser, &error);
	smtps_error_free(&error);
}

static void dismiss(smtps_race *race, bool note)
{
	for (size_t i = 0; i < race->running; i++) {
		if (note) {
			note_loser(race, race->runners[i]);
		}
		smtps_connection_quit(race->runners[i]);
	}
	race->running = 0;
}

static bool lose(smtps_race *race)
{
	dismiss(race, false);
	race->watch.wake = SMTPS_NEVER;
	race->state = SMTPS_RACE_LOST;
	if (!smtps_error_is_set(&race->error)) {
		smtps_fail(
			&race->error, SMTPS_STAGE_CONNECT, SMTPS_LOST, SMTPS_CAUSE_UNREACHABLE, "no route to the server");
	}
	return true;
}

static void drop_other_ports(smtps_race *race, int port)
{
	for (size_t i = race->next; i < race->routes.count; i++) {
		if (race->routes.list[i].port != port) {
			race->routes.list[i].done = true;
		}
	}
}

/* Takes the error of a route that failed. False: no other route may be tried. */
static bool take_failure(smtps_race *race, smtps_connection *failed, smtps_error *error)
{
	smtps_decision decision = decide(race, error);

	note_attempt(race, failed, error);
	if (race->has_memory && failed->route.done) {
		smtps_server_forget_route(race->set.server, race->set.loop->now);
		race->has_memory = false;
	}
	race->set.server->answer_until = 0;
	if (decision.route == SMTPS_ROUTE_SAME_PORT) {
		drop_other_ports(race, failed->route.port);
	}
	/* Stages are numbered in the order in which a connection passes them; the first of two equals stands. */
	if (decision.route == SMTPS_ROUTE_STOP || !smtps_error_is_set(&race->error) ||
		error->stage > race->error.stage) {
		smtps_error_move(&race->error, error);
		race->decision = decision;
	}
	smtps_error_free(error);
	return decision.route != SMTPS_ROUTE_STOP;
}

/* --- the start ------------------------------------------------------------------------------------------------- */

static void start_racing(smtps_race *race, const smtps_addresses *addresses)
{
	const smtps_memory_record *memory = &race->set.server->memory;
	smtps_time now = race->set.loop->now;

	race->resolved_at = now;
	race->state = SMTPS_RACE_RACING;
	race->watch.fd = SMTPS_NO_FD;
	race->watch.want = 0;
	race->watch.wake = SMTPS_NEVER;
	smtps_routes_make(&race->routes, &race->set.server->options, addresses, memory);
	race->has_memory = smtps_server_knows(race->set.server, SMTPS_KNOWS_ROUTE, now);
}

static int family_of(const smtps_options *options)
{
	int64_t version = smtps_option_number(options, SMTPS_O_IP_VERSION);

	return version == 0 ? AF_UNSPEC : version == 1 ? AF_INET : AF_INET6;
}

static void start_resolving(smtps_race *race)
{
	smtps_options *options = &race->set.server->options;
	smtps_addresses addresses = {.count = 0};

	if (options->host_is_unix) {
		addresses.list[0].socket.ss_family = AF_UNIX;
		addresses.list[0].length = sizeof(sa_family_t);
		addresses.count = 1;
		start_racing(race, &addresses);
		return;
	}
	if (smtps_address_literal(smtps_buf_cstr(&options->host), &addresses.list[0])) {
		addresses.count = 1;
		start_racing(race, &addresses);
		return;
	}
	if (race->set.server->answer_until > race->set.loop->now) {
		start_racing(race, &race->set.server->answer);
		return;
	}
	race->lookup = smtps_lookup_start(smtps_buf_cstr(&options->host), family_of(options), &race->error);
	if (!race->lookup) {
		lose(race);
		return;
	}
	race->watch.fd = smtps_lookup_fd(race->lookup);
	race->watch.want = SMTPS_READABLE;
	race->watch.wake = race->set.limit;
}

void smtps_race_start(smtps_race *race, const smtps_race_settings *settings)
{
	memset(race, 0, sizeof *race);
	race->set = *settings;
	race->watch.fd = SMTPS_NO_FD;
	race->watch.wake = SMTPS_NEVER;
	race->started_at = settings->loop->now;
	race->resolved_at = race->started_at;
	smtps_server_recall(settings->server, settings->loop->now);
	smtps_loop_add(settings->loop, &race->watch);
	start_resolving(race);
}

static void step_resolving(smtps_race *race)
{
	smtps_addresses addresses = {.count = 0};
	double waited = (double)(race->set.loop->now - race->started_at) / SMTPS_SECONDS(1);

	if (smtps_lookup_is_done(race->lookup)) {
		bool found = smtps_lookup_take(race->lookup, &addresses, &race->error);

		smtps_lookup_free(race->lookup);
		race->lookup = NULL;
		if (found) {
			race->set.server->answer = addresses;
			race->set.server->answer_until = race->set.loop->now + SMTPS_SECONDS(SMTPS_ANSWER_SECONDS);
			start_racing(race, &addresses);
		} else {
			race->decision = decide(race, &race->error);
			lose(race);
		}
	} else if (race->set.limit <= race->set.loop->now) {
		smtps_fail(&race->error, SMTPS_STAGE_RESOLVE, SMTPS_TIMED_OUT, SMTPS_CAUSE_RESOLVER,
			"no answer from the name servers within %.3g s", waited);
		lose(race);
	}
}

/* --- the course ------------------------------------------------------------------------------------------------ */

static smtps_time stalls_at(const smtps_connection *runner)
{
	return runner->progress_at + SMTPS_MILLISECONDS(SMTPS_STALL_MS);
}

/* Whether a connected route has kept us waiting: a caller pays for such a wait once, not once an address. */
static bool has_stalled(const smtps_race *race)
{
	for (size_t i = 0; i < race->running; i++) {
		const smtps_connection *runner = race->runners[i];

		if (runner->line != SMTPS_DIALING && !runner->gate && stalls_at(runner) <= race->set.loop->now) {
			return true;
		}
	}
	return false;
}

/* From when on a later route may start beside this one, and win before it. */
static smtps_time patience_ends(const smtps_race *race, const smtps_connection *runner)
{
	if (runner->line == SMTPS_DIALING) {
		return runner->dialed_at + race->set.server->attempt_delay;
	}
	return has_stalled(race) ? runner->progress_at + race->set.server->attempt_delay : stalls_at(runner);
}

static void run_route(smtps_race *race, const smtps_route *route)
{
	smtps_connection *runner = smtps_connection_open(race->set.server, route, race->set.loop, race->set.host,
		race->set.limit, race->set.first_name, race->set.lockstep);

	if (runner) {
		race->runners[race->running++] = runner;
	} else if (!smtps_error_is_set(&race->error)) {
		smtps_fail_memory(&race->error, SMTPS_STAGE_CONNECT);
	}
}

/* A refusal that names our EHLO name and closes: the same route once more, with the names that are left. */
static bool rename_us(smtps_race *race, const smtps_error *error)
{
	if (race->set.first_name || !race->set.server->name_count ||
		decide(race, error).again != SMTPS_AGAIN_NEXT_NAME) {
		return false;
	}
	race->set.first_name = 1;
	return true;
}

/* Why this one is out of the race; false: it is not. */
static bool has_failed(smtps_race *race, smtps_connection *runner, smtps_error *error)
{
	if (runner->line == SMTPS_CLOSED) {
		smtps_error_move(error, &runner->error);
		return true;
	}
	return runner->gate && !smtps_connection_can_enter(runner, race->set.token, error);
}

/* Collects those that failed. False: the race is lost. */
static bool bury(smtps_race *race)
{
	for (size_t i = 0; i < race->running;) {
		smtps_connection *runner = race->runners[i];
		smtps_error error = {0};
		bool again, go_on;

		if (!has_failed(race, runner, &error)) {
			i++;
			continue;
		}
		drop_runner(race, i);
		again = rename_us(race, &error);
		go_on = take_failure(race, runner, &error);
		if (again) {
			run_route(race, &runner->route);
		}
		smtps_connection_quit(runner);
		if (!go_on) {
			lose(race);
			return false;
		}
	}
	return true;
}

/* The route that has won: at the gate, and no earlier one that is connected and healthy. */
static bool find_winner(smtps_race *race)
{
	smtps_time now = race->set.loop->now;

	for (size_t i = 0; i < race->running; i++) {
		smtps_connection *runner = race->runners[i];

		if (runner->gate) {
			race->winner = runner;
			drop_runner(race, i);
			return true;
		}
		if (runner->line != SMTPS_DIALING && patience_ends(race, runner) > now) {
			return false;
		}
	}
	return false;
}

static void start_next(smtps_race *race)
{
	smtps_route *route = &race->routes.list[race->next++];

	if (!route->done) {
		/* Marks the remembered route, and only it, for take_failure. */
		route->done = race->has_memory && race->next == 1;
		run_route(race, route);
	}
}

/* Starts what is due; a route that fails in its first moment is buried by the caller's next round. */
static void start_due(smtps_race *race)
{
	smtps_time now = race->set.loop->now, next_at = now;

	race->watch.wake = SMTPS_NEVER;
	for (size_t i = 0; i < race->running; i++) {
		smtps_time ends = patience_ends(race, race->runners[i]);

		next_at = ends > next_at ? ends : next_at;
	}
	if (race->next < race->routes.count && race->running < SMTPS_RACE_SOCKETS && race->set.limit > now) {
		if (next_at <= now) {
			start_next(race);
			race->watch.wake = now; /* and look again */
		} else {
			race->watch.wake = next_at;
		}
	}
}

static void enter(smtps_race *race)
{
	dismiss(race, true);
	race->state = SMTPS_RACE_ENTERING;
	race->watch.wake = SMTPS_NEVER;
	smtps_connection_enter(race->winner, race->set.token);
}

static bool step_racing(smtps_race *race)
{
	do {
		if (!bury(race)) {
			return true;
		}
		if (find_winner(race)) {
			enter(race);
			return false;
		}
		start_due(race);
	} while (race->watch.wake <= race->set.loop->now);
	if (race->running == 0) {
		return lose(race);
	}
	/* One that waits at the gate behind a healthy one: look again when that one stalls. */
	for (size_t i = 0; i + 1 < race->running; i++) {
		smtps_time ends = patience_ends(race, race->runners[i]);

		if (ends > race->set.loop->now) {
			race->watch.wake = smtps_earlier(race->watch.wake, ends);
		}
	}
	return false;
}

static bool step_entering(smtps_race *race)
{
	smtps_connection *winner = race->winner;
	smtps_error error = {0};

	if (winner->line == SMTPS_CLOSED) {
		smtps_error_free(&race->error);
		smtps_error_move(&error, &winner->error);
		race->winner = NULL;
		take_failure(race, winner, &error);
		smtps_connection_free(winner);
		return lose(race);
	}
	if (!winner->ready) {
		return false;
	}
	note_attempt(race, winner, NULL);
	smtps_server_learn_route(race->set.server, &winner->route,
		smtps_session_capabilities(winner->session)->flags, race->set.loop->now);
	smtps_error_free(&race->error);
	race->state = SMTPS_RACE_WON;
	return true;
}

bool smtps_race_step(smtps_race *race)
{
	if (race->state == SMTPS_RACE_RESOLVING) {
		step_resolving(race);
	}
	if (race->state == SMTPS_RACE_RACING) {
		step_racing(race);
	}
	if (race->state == SMTPS_RACE_ENTERING) {
		step_entering(race);
	}
	return race->state == SMTPS_RACE_WON || race->state == SMTPS_RACE_LOST;
}

smtps_connection *smtps_race_take(smtps_race *race)
{
	smtps_connection *winner = race->winner;

	race->winner = NULL;
	return winner;
}

void smtps_race_free(smtps_race *race)
{
	if (!race->set.loop) {
		return;
	}
	dismiss(race, false);
	smtps_connection_free(race->winner);
	race->winner = NULL;
	smtps_loop_remove(race->set.loop, &race->watch);
	smtps_lookup_free(race->lookup);
	race->lookup = NULL;
	smtps_error_free(&race->error);
	race->set.loop = NULL;
}
