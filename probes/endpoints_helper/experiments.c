/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which experiments follow which end of an attempt. What one does is in experiments_shot.c (one
 * attempt), experiments_mss.c (the ladder) and experiments_sweep.c (source ports).
 */
#include "probes/endpoints_helper/experiments.h"

#include "probes/endpoints_helper/experiments_internal.h"
#include "probes/endpoints_helper/ladder_internal.h"
#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One shot: what an answer takes here, with room for loss, and not the patience of the attempt. */
#define SHOT_LEAST_US (UINT64_C(600) * 1000)
#define SHOT_MOST_US (UINT64_C(2000) * 1000)
#define REPEATS 3
/* A segment carries 12 bytes less than the MSS says where both sides stamp it (RFC 7323). */
#define STAMP_LENGTH 12u
#define MSS_MOST 32767u

enum set_kinds {
	SET_LADDER = 1u << 0,     /* MSS */
	SET_REPEAT = 1u << 1,
	SET_NO_SNI = 1u << 2,
	SET_BY_ADDRESS = 1u << 3,
	SET_SOURCE = 1u << 4,     /* from the default source */
	SET_SWEEP = 1u << 5,      /* source ports; brings the default source along */
	SET_ALL = (1u << 6) - 1,
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
	{ TCP_CONNECTED, -1, HTTP_EMPTY, RUNG_HTTP, SET_REPEAT | SET_BY_ADDRESS | SET_SOURCE },
	{ TCP_CONNECTED, -1, HTTP_CUT, RUNG_HTTP, SET_REPEAT | SET_BY_ADDRESS | SET_SOURCE },
};

int experiments_open(struct run *run)
{
	run->experiments = calloc(1, sizeof(*run->experiments));
	return run->experiments ? 0 : -ENOMEM;
}

static void set_free(struct experiment_set *set)
{
	shots_free(set);
	free(set->url);
	free(set->request_url);
	free(set->by_address);
	free(set->sni);
	free(set);
}

void experiments_shut(struct run *run)
{
	if (!run->experiments)
		return;
	flight_shut(run);
	sweep_shut(run);
	while (run->experiments->sets) {
		struct experiment_set *set = run->experiments->sets;

		run->experiments->sets = set->next;
		set_free(set);
	}
	free(run->experiments);
	run->experiments = NULL;
}

void experiments_early(struct run *run, const struct address *address, uint32_t port)
{
	sweep_early(run, address, port);
}

/* The request's URL, and the same with the address in the place of the name. */
static int set_urls(struct experiment_set *set, const char *first_path)
{
	const struct url *url = &set->target->url;
	char address[ADDRESS_TEXT_MAX];
	bool six = set->address.family == ADDRESS_IPV6, literal;
	struct address host;
	struct text text;

	text_init(&text, LADDER_URL_MAX);
	ladder_url(set->target, first_path, &text);
	set->request_url = text_take(&text);
	literal = !address_parse(url->host, &host);
	if (!literal && set->request_url) {
		const char *authority = strstr(set->request_url, "://");
		const char *path = authority ? strchr(authority + 3, '/') : NULL;

		text_init(&text, LADDER_URL_MAX);
		text_addf(&text, "%s://%s%s%s:%u%s", url->scheme, six ? "[" : "",
			  address_print(&set->address, address), six ? "]" : "",
			  (unsigned int)url->port, path ? path : "/");
		set->by_address = text_take(&text);
		set->sni = text_copy(url->host);
	}
	return set->request_url && (literal || (set->by_address && set->sni)) ? 0 : -ENOMEM;
}

/* Times are those of the attempt where it knows them. */
static void set_times(struct experiment_set *set, const struct attempt_fact *attempt)
{
	uint64_t wait = SHOT_LEAST_US + (uint64_t)attempt->tcp.rtt_us.value * 8;

	if (set->stage == RUNG_HTTP)
		wait += attempt->http.first_byte_us.known
				? (uint64_t)attempt->http.first_byte_us.value * 2
				: SHOT_LEAST_US;
	set->time_us = wait > SHOT_MOST_US ? SHOT_MOST_US : wait;
	set->top = attempt->tcp.mss.value + STAMP_LENGTH;
	if (set->top > MSS_MOST)
		set->top = MSS_MOST;
}

static struct experiment_set *add_set(struct target *target, const struct attempt_fact *attempt,
				      int stage)
{
	struct run *run = target->run;
	struct experiment_set *set;

	if (run->experiments->set_count >= EXPERIMENT_SETS_MAX)
		return NULL;
	set = calloc(1, sizeof(*set));
	if (!run_keeps(run, set))
		return NULL;
	run->experiments->set_count++;
	set->next = run->experiments->sets;
	run->experiments->sets = set;
	set->run = run;
	set->target = target;
	set->stage = stage;
	set->address = attempt->address;
	set->port = attempt->port;
	set->url = text_copy(attempt->url);
	set_times(set, attempt);
	if (set->url && !set_urls(set, target->row->first_path))
		return set;
	run->error = -ENOMEM;
	return NULL;
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

void experiments_start(struct target *target, const struct attempt_fact *attempt)
{
	int stage = RUNG_TCP;
	unsigned int kinds = what_follows(attempt, target->run->request->deep, &stage);
	struct experiment_set *set;

	if (kinds & SET_SWEEP)
		sweep_start(target->run, attempt);
	if (!kinds || stage == RUNG_TCP || attempt->address.family != ADDRESS_IPV4)
		return;
	set = add_set(target, attempt, stage);
	if (set)
		start_shots(set, kinds);
}
