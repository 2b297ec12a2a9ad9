/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets, their names and addresses, all at once. What follows on an address is in ladder_first.c;
 * what comes above is the purpose's (purposes.c), requests of it are in ladder_request.c.
 */
#include "probes/endpoints_helper/ladder.h"

#include "probes/endpoints_helper/connect.h"
#include "probes/endpoints_helper/experiments.h"
#include "probes/endpoints_helper/ladder_internal.h"
#include "probes/endpoints_helper/names.h"
#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long the first answer waits for those of earlier addresses. */
#define PATIENCE_US (UINT64_C(200) * 1000)
#define TARGETS_MAX 2048
#define REDIRECTS_MAX 8
#define KEPT_MAX ((size_t)4 * 1024 * 1024)

void rung_start_forget(struct rung_start *start)
{
	if (start->result)
		record_release(&http_record, &start->result->http);
	free(start->result);
	free(start->body);
	free(start->location);
	start->result = NULL;
	start->body = start->location = NULL;
}

/* Only what two climbs may find stays: one of them may find it when its answer is over. */
static bool keeps(const struct rung_start *start)
{
	struct ladder *ladder = start->peer.target->run->ladder;
	size_t length = start->result->body_length;

	if (!start->peer.target->row->kept || start->peer.target->root->address_count < 2 ||
	    length > KEPT_MAX - ladder->kept)
		return false;
	ladder->kept += length;
	return true;
}

static void climb(struct rung_start *start)
{
	struct target *target = start->peer.target;

	target->climbs++;
	if (target->row->climb)
		target->row->climb(&start->peer, start->result);
	if (!keeps(start))
		rung_start_forget(start);
}

static void climb_on(struct target *target)
{
	struct rung_start *start, *first;

	loop_cancel(&target->run->loop, &target->patience);
	for (first = target->starts; first && !first->result;)
		first = first->next;
	if (!first)
		return;
	target->chosen = &first->peer;
	climb(first);
	for (start = target->starts; start; start = start->next) {
		if (start == first || !start->result)
			continue;
		if (target->row->every)
			climb(start);
		else
			rung_start_forget(start);
	}
}

struct http_result *ladder_answer(struct target *target, const struct address *address,
				  const struct peer **peer)
{
	struct rung_start *start;

	for (start = target->starts; start; start = start->next) {
		if (address ? !address_equal(&start->peer.address, address)
			    : &start->peer != target->chosen)
			continue;
		*peer = &start->peer;
		return start->result;
	}
	return NULL;
}

static void patience_over(struct timer *timer)
{
	struct target *target = timer->owner;

	if (!target->chosen)
		climb_on(target);
}

void rung_start_finished(struct rung_start *start)
{
	struct target *target = start->peer.target;
	struct run *run = target->run;

	target->finished++;
	experiments_unwatch(start->watch);
	experiments_start(target, ladder_attempt(run, start));
	if (target->chosen && start->result)
		climb(start);
	if (target->chosen)
		return;
	if (target->finished == target->address_count)
		climb_on(target);
	else if (start->answered && !target->patience.place &&
		 loop_after(&run->loop, &target->patience, PATIENCE_US))
		run->error = -ENOMEM;
}

static void start_address(struct target *target, const struct address *address)
{
	struct run *run = target->run;
	struct connect_options options = { .address = *address, .port = target->url.port };
	struct rung_start *start = calloc(1, sizeof(*start)), **end = &target->starts;
	struct attempt_fact *attempt = list_add(&run->facts->attempts, sizeof(*attempt));

	if (!run_keeps(run, start))
		return;
	while (*end)
		end = &(*end)->next;
	*end = start;
	start->peer.target = target;
	start->peer.address = *address;
	start->fd = -1;
	if (!run_keeps(run, attempt))
		return;
	start->index = run->facts->attempts.count - 1;
	attempt->url = text_copy(target->url.text);
	attempt->address = *address;
	attempt->port = target->url.port;
	if (run_keeps(run, attempt->url))
		(void)connect_start(run, &options, rung_start_connected, start);
}

static void resolved(void *owner, const struct address *addresses, size_t count)
{
	struct target *target = owner;
	size_t i;

	/* set first: a connect may end at once, and the last one to end climbs on */
	target->address_count = count;
	for (i = 0; i < count && !target->run->error; i++)
		start_address(target, &addresses[i]);
}

static bool fill_row(const struct target *target, const char *found_in,
		     struct endpoint_target *row)
{
	struct address address;

	row->url = text_copy(target->url.text);
	row->purpose = target->purpose;
	row->root = text_copy(target->root->url.text);
	row->root_purpose = target->root->purpose;
	row->found_in = text_copy(found_in);
	row->scheme = text_copy(target->url.scheme);
	row->host = text_copy(target->url.host);
	row->port = target->url.port;
	row->literal = !names_literal(target->url.host, &address);
	return row->url && row->root && row->scheme && row->host && (row->found_in || !found_in);
}

/*
 * Queries of redirects and of links that are handed out hold signatures and sessions: they go into
 * the request and nowhere else. -ENOMEM.
 */
static int cut_query(struct url *url, int purpose, char **query)
{
	size_t bare = strcspn(url->text, "?");

	*query = NULL;
	if (!url->text[bare] || (purpose != PURPOSE_REDIRECT && purpose != PURPOSE_LFS))
		return 0;
	*query = text_copy(url->text + bare);
	url->text[bare] = '\0';
	url->path[strcspn(url->path, "?")] = '\0';
	return *query ? 0 : -ENOMEM;
}

/* Takes `url` over. */
static struct target *add_target(struct run *run, struct url *url, int purpose,
				 struct target *finder, const char *found_in)
{
	struct target *target = calloc(1, sizeof(*target));
	struct endpoint_target *row;

	if (!run_keeps(run, target)) {
		url_release(url);
		return NULL;
	}
	target->url = *url;
	target->run = run;
	target->purpose = purpose;
	target->row = &purpose_rows[purpose];
	target->root = finder ? finder->root : target;
	target->start = finder && purpose == PURPOSE_REDIRECT ? finder->start : target;
	target->redirects = finder ? finder->redirects + (purpose == PURPOSE_REDIRECT) : 0;
	target->patience = (struct timer){ .strike = patience_over, .owner = target };
	*run->ladder->end = target;
	run->ladder->end = &target->next;
	run->ladder->count++;
	row = list_add(&run->facts->targets, sizeof(*row));
	if (!row || !fill_row(target, found_in, row)) {
		run->error = -ENOMEM;
		return NULL;
	}
	(void)names_resolve(run, target->url.host, target->url.port, resolved, target);
	return target;
}

/* `*count` grows by those that differ in the query alone. */
static struct target *find_target(struct run *run, const char *url, const char *query,
				  unsigned int *count)
{
	struct target *target;
	size_t length = strlen(url);

	for (target = run->ladder->targets; target; target = target->next) {
		const char *own = target->url.text;

		if (strncmp(own, url, length) || (own[length] && own[length] != '#'))
			continue;
		if (text_equal(target->query, query))
			return target;
		*count += 1;
	}
	return NULL;
}

/* The finder's URL may have a mark at its end, which is no part of it. */
static int resolve(const struct target *finder, const char *reference, struct url *url)
{
	char *base = strndup(finder->url.text, strcspn(finder->url.text, "#"));
	int error = base ? url_resolve(base, reference, url) : -ENOMEM;

	if (!base)
		*url = (struct url){ .text = NULL };
	free(base);
	return error;
}

/* Tells the `count` + 1st of the same URL apart. -ENOMEM. */
static int mark(struct url *url, unsigned int count)
{
	struct text marked;

	if (!count)
		return 0;
	text_init(&marked, LADDER_URL_MAX);
	text_addf(&marked, "%s#%u", url->text, count + 1);
	free(url->text);
	url->text = text_take(&marked);
	return url->text ? 0 : -ENOMEM;
}

struct target *ladder_found(struct target *finder, int purpose, const char *reference,
			    const char *found_in)
{
	struct run *run = finder->run;
	struct target *known = NULL, *target = NULL;
	unsigned int count = 0;
	char *query = NULL;
	struct url url;
	bool fails = run_fails(run, resolve(finder, reference, &url)) ||
		     run_fails(run, cut_query(&url, purpose, &query));

	if (!fails)
		known = find_target(run, url.text, query, &count);
	if (fails || known || run->ladder->count >= TARGETS_MAX ||
	    (purpose == PURPOSE_REDIRECT && finder->redirects >= REDIRECTS_MAX) ||
	    run_fails(run, mark(&url, count)))
		url_release(&url);
	else
		target = add_target(run, &url, purpose, finder, found_in);
	if (target) /* no request of it was made yet: connects are told by the loop */
		target->query = query;
	else
		free(query);
	return known ? known : target;
}

static void add_planned(struct run *run, const char *text, int purpose, size_t index)
{
	unsigned int count = 0;
	struct target *target;
	struct url url;

	if (!text || !*text)
		return;
	if (run_fails(run, url_parse(text, &url)) || find_target(run, url.text, NULL, &count)) {
		url_release(&url);
		return;
	}
	target = add_target(run, &url, purpose, NULL, NULL);
	if (target)
		target->index = index;
}

void ladder_start(struct run *run)
{
	const struct plan *plan = &run->request->plan;
	size_t i;

	add_planned(run, plan->gitlab.url, PURPOSE_GITLAB, 0);
	for (i = 0; i < plan->maven.count; i++)
		add_planned(run, LIST_AT(&plan->maven, struct plan_maven, i)->url, PURPOSE_MAVEN,
			    i);
	for (i = 0; i < run->request->registry.count; i++) {
		struct text url;

		text_init(&url, LADDER_URL_MAX);
		text_addf(&url, "https://%s/v2/", run->request->registry.items[i]);
		if (!run_fails(run, text_error(&url)))
			add_planned(run, text_string(&url), PURPOSE_REGISTRY, i);
		text_release(&url);
	}
}

int ladder_open(struct run *run)
{
	run->ladder = calloc(1, sizeof(*run->ladder));
	if (!run->ladder)
		return -ENOMEM;
	run->ladder->end = &run->ladder->targets;
	run->ladder->last_waiting = &run->ladder->waiting;
	return 0;
}

static void free_target(struct target *target)
{
	struct rung_start *start, *next;

	for (start = target->starts; start; start = next) {
		next = start->next;
		rung_start_forget(start);
		connect_close(start->fd);
		free(start);
	}
	if (target->release_above)
		target->release_above(target->above);
	loop_cancel(&target->run->loop, &target->patience);
	url_release(&target->url);
	free(target->query);
	free(target);
}

void ladder_close(struct run *run)
{
	struct target *target, *next;

	if (!run->ladder)
		return;
	ladder_requests_close(run);
	maven_sort(run);
	for (target = run->ladder->targets; target; target = next) {
		next = target->next;
		free_target(target);
	}
	free(run->ladder);
	run->ladder = NULL;
}
