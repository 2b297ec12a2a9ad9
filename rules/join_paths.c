/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows replies from a host to a router: each class of the host, leg by leg, to the classes in
 * which the router that owns the leg's gateway takes it on. Where no given router owns the gateway,
 * every router may be further along the way: what it loses is told, what it carries proves nothing.
 */
#include "rules/join.h"

#include "rules/checks/checks.h"
#include "rules/checks/return_path.h"
#include "rules/engine_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Neighbouring addresses of one proof that its own machine judges alike. */
struct run {
	uint32_t first, last;
	bool good;
	const struct rule *rule;         /* that says it is lost; NULL: none, or good */
	const struct class_fact *leaves; /* class, for its legs */
};

struct proof_runs {
	const struct proof *proof;
	struct list runs; /* struct run */
};

/* One machine, ready to be asked about its classes. */
struct side {
	struct rule_context context;
	struct fib *fib;
	struct class_rules rules;
	struct proofs proofs;
	struct list all; /* struct proof_runs: mark 0, whole range */
};

static void side_release(struct side *side)
{
	size_t i;

	for (i = 0; i < side->all.count; i++)
		free(LIST_AT(&side->all, struct proof_runs, i)->runs.items);
	free(side->all.items);
	proofs_release(&side->proofs);
	fib_free(side->fib);
}

/* Without rules over classes (a section is missing) nothing is good, and nothing is lost. */
static void judge_view(const struct side *side, const struct class_view *view, struct run *run)
{
	run->first = view->first;
	run->last = view->last;
	run->leaves = view->class_fact;
	if (!side->rules.count)
		return;
	run->rule = engine_view_failed(&side->context, &side->rules, view);
	run->good = !run->rule && return_is_good(&side->context, view);
}

static int add_runs(struct side *side, const struct proof *proof)
{
	struct proof_runs *runs = list_add(&side->all, sizeof(*runs));
	struct class_view view;
	struct view_walk walk;
	struct run *run;
	size_t place;
	int error;

	if (!runs)
		return -ENOMEM;
	runs->proof = proof;
	error = view_walk_init(&walk, &side->context, proof);
	while (!error && view_walk_next(&walk, &view, &place)) {
		run = list_add(&runs->runs, sizeof(*run));
		if (run)
			judge_view(side, &view, run);
		else
			error = -ENOMEM;
	}
	view_walk_release(&walk);
	return error;
}

static int side_init(struct side *side, const struct join_machine *machine)
{
	const struct facts *facts = machine->facts;
	int error = 0;
	size_t i;

	memset(side, 0, sizeof(*side));
	side->context.facts = facts;
	side->context.vantage = machine->vantage;
	side->context.access = facts->plan.gitlab.access;
	facts_declared_return(facts, machine->vantage, &side->context.declared);
	if (facts->routes.section.state == FACT_OK && facts->rules.section.state == FACT_OK) {
		side->fib = fib_new(facts);
		if (!side->fib)
			return -ENOMEM;
		side->context.fib = side->fib;
	}
	class_rules_init(&side->rules, &side->context);
	error = proofs_init(&side->proofs, facts);
	for (i = 0; i < side->proofs.count && !error; i++) {
		const struct proof *proof = &side->proofs.items[i];

		if (!proof->vswitch && proof_is_plain(proof) && proof->whole && proof_counts(proof))
			error = add_runs(side, proof);
	}
	return error;
}

/* The machines, ready to be asked, and the path that is being followed. */
struct following {
	const struct join *join;
	struct side *sides; /* one a machine */
	size_t host, router;
	const struct proof *proof;             /* the host's */
	const struct proof_runs **candidates; /* the router's proofs of the same service */
	size_t candidate_count;
	bool *involved; /* one a candidate: asked about the class at hand */
	bool missing;   /* a leg enters where the router has no proof */
	bool apart;     /* a leg's gateway is nobody's among the given */
	struct join_path *path;
};

/* The link of `facts` that owns the address of this gateway; NULL when it is another machine's. */
static const char *enters_by(const struct facts *facts, const struct next_hop *leg)
{
	const struct address_fact *local;

	if (leg->via.family == ADDRESS_NONE || facts->addresses.section.state != FACT_OK)
		return NULL;
	local = facts_local_address(facts, &leg->via);
	return local ? local->dev : NULL;
}

static bool is_router(const struct join *join, size_t place)
{
	return LIST_AT(&join->machines, struct join_machine, place)->vantage == VANTAGE_IDC_ROUTER;
}

static bool another_router_owns(const struct following *following, const struct next_hop *leg)
{
	size_t i;

	for (i = 0; i < following->join->machines.count; i++)
		if (i != following->router && is_router(following->join, i) &&
		    enters_by(following->sides[i].context.facts, leg))
			return true;
	return false;
}

static void involve(struct following *following, const char *dev)
{
	bool any = false;
	size_t i;

	for (i = 0; i < following->candidate_count; i++) {
		if (dev && !text_equal(following->candidates[i]->proof->iif, dev))
			continue;
		following->involved[i] = true;
		any = true;
	}
	following->missing = following->missing || !any;
}

/* Which of the router's proofs the legs of this class meet. False: none of its business. */
static bool involve_legs(struct following *following, const struct class_fact *class_fact)
{
	const struct facts *router = following->sides[following->router].context.facts;
	bool concerned = false;
	size_t i;

	memset(following->involved, 0, following->candidate_count * sizeof(bool));
	following->missing = following->apart = false;
	for (i = 0; i < class_fact->next_hops.count; i++) {
		const struct next_hop *leg = LIST_AT(&class_fact->next_hops, struct next_hop, i);
		const char *dev = enters_by(router, leg);

		if (leg->unused)
			continue;
		if (!dev && another_router_owns(following, leg))
			continue;
		involve(following, dev);
		following->apart = following->apart || !dev;
		concerned = true;
	}
	return concerned;
}

/* Adds to the last span where answer and code are its own. */
static int add_span(struct join_path *path, const struct join_span *span)
{
	struct join_span *last = NULL;

	if (path->spans.count)
		last = LIST_AT(&path->spans, struct join_span, path->spans.count - 1);
	if (last && last->last + 1 == span->first && last->answer == span->answer &&
	    last->code == span->code) {
		last->last = span->last;
		return 0;
	}
	last = list_add(&path->spans, sizeof(*last));
	if (!last)
		return -ENOMEM;
	*last = *span;
	return 0;
}

/* The run that holds `address`: runs of a whole proof leave none out. */
static const struct run *run_at(const struct proof_runs *runs, uint32_t address)
{
	size_t low = 0, high = runs->runs.count - 1, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (LIST_AT(&runs->runs, struct run, middle)->last < address)
			low = middle + 1;
		else
			high = middle;
	}
	return LIST_AT(&runs->runs, struct run, low);
}

/* What the router says of the addresses from `span->first`; shortens the span to one answer. */
static void ask_router(const struct following *following, struct join_span *span)
{
	bool unknown = following->missing, lost = false;
	size_t i;

	for (i = 0; i < following->candidate_count; i++) {
		const struct run *run;

		if (!following->involved[i])
			continue;
		run = run_at(following->candidates[i], span->first);
		if (run->last < span->last)
			span->last = run->last;
		if (run->rule && !lost)
			span->code = run->rule->code;
		lost = lost || run->rule;
		unknown = unknown || !run->good;
	}
	if (lost)
		span->answer = JOIN_LOST_THERE;
	else if (unknown)
		span->answer = JOIN_UNKNOWN;
	else
		span->answer = following->apart ? JOIN_APART : JOIN_PROVEN;
}

static int follow_run(struct following *following, const struct run *run)
{
	struct join_span span = { .first = run->first, .last = run->last };
	uint64_t next = run->first;
	int error = 0;

	if (run->rule) {
		span.answer = JOIN_LOST_HERE;
		span.code = run->rule->code;
		return add_span(following->path, &span);
	}
	if (!involve_legs(following, run->leaves))
		return 0;
	while (next <= run->last && !error) {
		span.first = (uint32_t)next;
		span.last = run->last;
		span.code = NULL;
		ask_router(following, &span);
		if (!run->good && span.answer != JOIN_LOST_THERE)
			span.answer = JOIN_UNKNOWN;
		error = add_span(following->path, &span);
		next = (uint64_t)span.last + 1;
	}
	return error;
}

/* The router's proofs of this very service; where it has none, those of the same address. */
static void find_candidates(struct following *following)
{
	const struct list *all = &following->sides[following->router].all;
	const struct service_fact *service = following->proof->service;
	bool same;
	int pass;
	size_t i;

	following->candidate_count = 0;
	for (pass = 0; pass < 2 && !following->candidate_count; pass++) {
		for (i = 0; i < all->count; i++) {
			const struct proof_runs *runs = LIST_AT(all, struct proof_runs, i);
			const struct service_fact *other = runs->proof->service;

			same = text_equal(runs->proof->name, following->proof->name);
			if (pass)
				same = service && other &&
				       address_equal(&service->address, &other->address);
			if (same)
				following->candidates[following->candidate_count++] = runs;
		}
	}
}

static int follow_proof(struct following *following, struct join *join, const struct list *runs)
{
	int error = 0;
	size_t i;

	following->path = list_add(&join->paths, sizeof(*following->path));
	if (!following->path)
		return -ENOMEM;
	following->path->host = following->host;
	following->path->router = following->router;
	following->path->service = following->proof->name;
	find_candidates(following);
	for (i = 0; i < runs->count && !error; i++)
		error = follow_run(following, LIST_AT(runs, struct run, i));
	if (!error && !following->path->spans.count)
		join->paths.count--;
	return error;
}

static int follow_pair(struct join *join, struct side *sides, size_t host, size_t router)
{
	struct following following = { .join = join, .sides = sides, .host = host,
				       .router = router };
	const struct list *all = &sides[host].all;
	size_t room = sides[router].all.count + 1;
	int error = -ENOMEM;
	size_t i;

	following.candidates = calloc(room, sizeof(*following.candidates));
	following.involved = calloc(room, sizeof(*following.involved));
	if (following.candidates && following.involved)
		error = 0;
	for (i = 0; i < all->count && !error; i++) {
		const struct proof_runs *runs = LIST_AT(all, struct proof_runs, i);

		following.proof = runs->proof;
		error = follow_proof(&following, join, &runs->runs);
	}
	free(following.candidates);
	free(following.involved);
	return error;
}

static int follow_all(struct join *join, struct side *sides)
{
	size_t host, router;
	int error = 0;

	for (host = 0; host < join->machines.count && !error; host++) {
		if (LIST_AT(&join->machines, struct join_machine, host)->vantage !=
		    VANTAGE_GITLAB_HOST)
			continue;
		for (router = 0; router < join->machines.count && !error; router++)
			if (is_router(join, router))
				error = follow_pair(join, sides, host, router);
	}
	return error;
}

int join_follow(struct join *join, struct fault *fault)
{
	size_t count = join->machines.count, i;
	struct side *sides;
	int error = 0;

	sides = calloc(count + 1, sizeof(*sides));
	if (!sides)
		return fault_set(fault, -ENOMEM, "out of memory");
	for (i = 0; i < count && !error; i++)
		error = side_init(&sides[i], LIST_AT(&join->machines, struct join_machine, i));
	if (!error)
		error = follow_all(join, sides);
	for (i = 0; i < count; i++)
		side_release(&sides[i]);
	free(sides);
	return error ? fault_set(fault, error, "out of memory") : 0;
}
