/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which experiments follow which end of an attempt. What one does is in experiments_shot.c (one
 * attempt), experiments_mss.c (the ladder), experiments_sweep.c (source ports) and
 * experiments_reset.c (who resets).
 */
#include "probes/endpoints_helper/experiments.h"

#include "probes/endpoints_helper/experiments_internal.h"
#include "probes/endpoints_helper/ladder_internal.h"
#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>

/* A request that has no answer by then is looked at; a handshake has its own deadline first. */
#define WATCH_US (UINT64_C(1500) * 1000)
#define WATCH_TLS_US (HANDSHAKE_TIME_US + UINT64_C(100) * 1000)
#define SMALL_MSS 536u
#define SMALL_SHOTS 2u
#define REPEATS 2
/* A server that is well is not to be pressed. */
#define HEALTHY_AT_ONCE 4

enum set_kinds {
	SET_LADDER = 1u << 0,     /* MSS */
	SET_REPEAT = 1u << 1,
	SET_NO_SNI = 1u << 2,
	SET_BY_ADDRESS = 1u << 3,
	SET_SOURCE = 1u << 4,     /* from the default source */
	SET_SWEEP = 1u << 5,      /* source ports; brings the default source along */
	SET_ALL = (1u << 6) - 1,  /* of what is well, too */
	SET_TLS = 1u << 6,        /* in the place of plain HTTP */
};

/* The first row that fits says what follows; `tls` and `http` -1: any. */
static const struct {
	int tcp, tls, http;
	int stage;
	unsigned int kinds;
} ends[] = {
	{ TCP_TIMED_OUT, -1, -1, RUNG_TCP, SET_SWEEP },
	{ TCP_REFUSED, -1, -1, RUNG_TCP, SET_SWEEP },
	{ TCP_UNREACHABLE, -1, -1, RUNG_TCP, SET_SWEEP },
	{ TCP_CONNECTED, TLS_TIMED_OUT, -1, RUNG_TLS,
	  SET_LADDER | SET_REPEAT | SET_NO_SNI | SET_SOURCE },
	{ TCP_CONNECTED, TLS_ALERT, -1, RUNG_TLS, SET_NO_SNI | SET_SOURCE },
	{ TCP_CONNECTED, TLS_CLOSED, -1, RUNG_TLS, SET_REPEAT | SET_NO_SNI | SET_SOURCE },
	{ TCP_CONNECTED, TLS_FAILED, -1, RUNG_TLS, SET_NO_SNI | SET_SOURCE },
	{ TCP_CONNECTED, -1, HTTP_TIMED_OUT, RUNG_HTTP,
	  SET_LADDER | SET_REPEAT | SET_BY_ADDRESS | SET_SOURCE },
	{ TCP_CONNECTED, -1, HTTP_SLOW, RUNG_HTTP, SET_LADDER | SET_REPEAT | SET_SOURCE },
	{ TCP_CONNECTED, TLS_NONE, HTTP_EMPTY, RUNG_HTTP,
	  SET_REPEAT | SET_BY_ADDRESS | SET_SOURCE | SET_TLS },
	{ TCP_CONNECTED, TLS_NONE, HTTP_MALFORMED, RUNG_HTTP, SET_TLS },
	{ TCP_CONNECTED, -1, HTTP_EMPTY, RUNG_HTTP, SET_REPEAT | SET_BY_ADDRESS | SET_SOURCE },
	{ TCP_CONNECTED, -1, HTTP_CUT, RUNG_HTTP, SET_REPEAT | SET_BY_ADDRESS | SET_SOURCE },
};

int experiments_open(struct run *run)
{
	run->experiments = calloc(1, sizeof(*run->experiments));
	return run->experiments ? 0 : -ENOMEM;
}

void experiments_shut(struct run *run)
{
	if (!run->experiments)
		return;
	flight_shut(run);
	reset_shut(run);
	sweep_shut(run);
	while (run->experiments->sets)
		set_free(run->experiments->sets);
	free(run->experiments);
	run->experiments = NULL;
}

void experiments_early(struct run *run, const struct address *address, uint32_t port)
{
	sweep_early(run, address, port);
}

static void start_shots(struct experiment_set *set, unsigned int kinds)
{
	const struct endpoint_source *source = &set->run->facts->source;
	bool tls = text_equal(set->target->url.scheme, "https");
	size_t i;

	for (i = 0; i < REPEATS && kinds & SET_REPEAT; i++)
		shot_start(set, EXPERIMENT_REPEAT, 0, NULL);
	if (kinds & SET_NO_SNI && tls && set->sni)
		shot_start(set, EXPERIMENT_NO_SNI, 0, NULL);
	if (kinds & SET_BY_ADDRESS && set->by_address && set->stage == RUNG_HTTP)
		shot_start(set, EXPERIMENT_BY_ADDRESS, 0, NULL);
	if (kinds & SET_TLS)
		shot_start(set, EXPERIMENT_TLS_INSTEAD, 0, NULL);
	if (kinds & SET_SOURCE && source->binding != BOUND_DEFAULT && !(kinds & SET_SWEEP))
		shot_start(set, EXPERIMENT_DEFAULT_SOURCE, 0, NULL);
	if (kinds & SET_LADDER)
		mss_start(set);
}

static unsigned int what_follows(const struct attempt_fact *attempt, bool deep, int *stage)
{
	bool web = attempt->http.outcome != HTTP_UNTRIED || attempt->tls.outcome != TLS_UNTRIED;
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (ends[i].tcp != attempt->tcp.outcome ||
		    (ends[i].tls >= 0 && ends[i].tls != attempt->tls.outcome) ||
		    (ends[i].http >= 0 && ends[i].http != attempt->http.outcome))
			continue;
		*stage = ends[i].stage;
		return ends[i].kinds;
	}
	if (!deep || attempt->tcp.outcome != TCP_CONNECTED)
		return 0;
	*stage = web ? RUNG_HTTP : RUNG_TCP;
	return SET_ALL;
}

/* The first plain request of an attempt, as ladder.c makes it. */
static struct experiment_set *add_set(struct target *target, const struct attempt_fact *attempt)
{
	struct http_request request = { .address = attempt->address, .fd = -1,
					.is_signed = target_is_signed(target) };
	struct experiment_set *set = NULL;
	struct run *run = target->run;
	struct text url;

	if (run->experiments->set_count >= EXPERIMENT_SETS_MAX)
		return NULL;
	text_init(&url, LADDER_URL_MAX);
	ladder_url(target, target->row->first_path, &url);
	request.url = text_string(&url);
	if (!text_error(&url))
		set = set_new(target, attempt, &request);
	else if (text_error(&url) == -ENOMEM)
		run->error = -ENOMEM;
	text_release(&url);
	run->experiments->set_count += set != NULL;
	return set;
}

void experiments_start(struct target *target, const struct attempt_fact *attempt)
{
	int stage = RUNG_TCP;
	unsigned int kinds = what_follows(attempt, target->run->request->deep, &stage);
	struct experiment_set *set;

	reset_start(target, attempt);
	if (kinds & SET_SWEEP)
		sweep_start(target, attempt);
	if (!kinds || stage == RUNG_TCP || attempt->address.family != ADDRESS_IPV4)
		return;
	/* looked into already while it waited */
	if (set_find(target->run, attempt->url, &attempt->address))
		return;
	set = add_set(target, attempt);
	if (!set)
		return;
	set->stage = stage;
	if (kinds == SET_ALL)
		set->at_once = HEALTHY_AT_ONCE;
	set_measure(set, attempt);
	start_shots(set, kinds);
}

/*
 * Answered: then it is known how long an answer takes, and size is worth a closer look. Not
 * answered, as often as it was asked for: the ladder would only tell the same again.
 */
static void small_answered(struct experiment_set *set, uint32_t value, bool succeeded)
{
	(void)value;
	if (succeeded && !set->round) {
		set_took(set, loop_now() - set->struck);
		mss_start(set);
	} else if (++set->small_failed == SMALL_SHOTS) {
		set->round = 1;
	}
}

/*
 * A request that waits: the same with small packets, and once more as it is. Whatever else follows
 * its failure is done here too, so that nothing is left to do when it fails.
 */
static void waited(struct timer *timer)
{
	struct experiment_set *set = timer->owner;
	struct run *run = set->run;
	size_t i;

	if (run->experiments->set_count >= EXPERIMENT_SETS_MAX ||
	    set_find(run, set->url, &set->address))
		return;
	run->experiments->set_count++;
	set->watching = false;
	set->struck = loop_now();
	for (i = 0; i < SMALL_SHOTS; i++)
		shot_start(set, EXPERIMENT_MSS, SMALL_MSS, small_answered);
	start_shots(set, SET_REPEAT | SET_SOURCE | (set->first ? SET_BY_ADDRESS : 0));
}

struct experiment_set *experiments_watch(struct target *target,
					 const struct http_request *request, bool first)
{
	const struct address *address = &request->address;
	struct run *run = target->run;
	const struct attempt_fact *attempt = endpoints_attempt(run->facts, target->url.text,
							       address);
	bool handshake = first && text_equal(target->url.scheme, "https");
	struct experiment_set *set;

	if (!attempt || address->family != ADDRESS_IPV4)
		return NULL;
	set = set_new(target, attempt, request);
	if (!set)
		return NULL;
	set->watching = true;
	set->first = first;
	set->patience.strike = waited;
	if (loop_after(&run->loop, &set->patience, handshake ? WATCH_TLS_US : WATCH_US))
		run->error = -ENOMEM;
	return set;
}

void experiments_unwatch(struct experiment_set *set)
{
	if (set && set->watching)
		set_free(set);
}
