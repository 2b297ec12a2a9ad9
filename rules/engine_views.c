/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs and the views of their classes: what class rules are shown, one after the other.
 *
 * Owns how the flat lists of the facts are cut into proofs, and how far a view reaches. It judges
 * nothing but whether a proof stands at all.
 */
#include "rules/engine_internal.h"

#include "rules/checks/checks.h"
#include "rules/checks/return_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct proof *proof_add(struct proofs *proofs)
{
	struct proof *items = realloc(proofs->items, (proofs->count + 1) * sizeof(*items));

	if (!items)
		return NULL;
	proofs->items = items;
	memset(&items[proofs->count], 0, sizeof(*items));
	return &items[proofs->count++];
}

static bool same_flow(const struct class_fact *a, const struct class_fact *b)
{
	return a->mark == b->mark && text_equal(a->service, b->service) &&
	       text_equal(a->iif, b->iif);
}

/* In order, disjoint, and no address of `range` left out? */
static bool is_whole(const struct proof *proof, const struct prefix *range)
{
	uint64_t next = prefix_first(range);
	size_t i;

	for (i = 0; i < proof->count; i++) {
		const struct class_fact *one =
			LIST_AT(proof->classes, struct class_fact, proof->first + i);

		if (address_ipv4(&one->first) != next || address_ipv4(&one->last) < next)
			return false;
		next = (uint64_t)address_ipv4(&one->last) + 1;
	}
	return proof->count && next == (uint64_t)prefix_last(range) + 1;
}

/* How many entries from `first` on are of one service and, unless NULL, of one interface. */
static size_t ingress_run(const struct ingress_fact *first, const struct ingress_fact *end,
			  const char *arrival)
{
	size_t count = 0;

	while (first + count < end && text_equal(first[count].service, first->service) &&
	       (!arrival || text_equal(first[count].arrival, arrival)))
		count++;
	return count;
}

/* An interface that the service names and the kernel was not asked about; NULL: none. */
static const char *find_unasked(const struct proof *proof)
{
	const struct strings *arrivals = &proof->service->arrivals;
	size_t i, entry;

	for (i = 0; i < arrivals->count; i++) {
		for (entry = 0; entry < proof->all_ingress_count; entry++)
			if (text_equal(proof->all_ingress[entry].arrival, arrivals->items[i]))
				break;
		if (entry == proof->all_ingress_count)
			return arrivals->items[i];
	}
	return NULL;
}

/* The neighbours in routes.ingress of this service, on its arrival interface where it is known. */
static void find_ingress(struct proof *proof, const struct list *ingress)
{
	const char *arrival = proof->service ? proof->service->arrival : NULL;
	const struct ingress_fact *at, *end;

	if (!ingress->count)
		return;
	at = LIST_AT(ingress, struct ingress_fact, 0);
	end = at + ingress->count;
	while (at < end && !text_equal(at->service, proof->name))
		at++;
	if (at == end)
		return;
	proof->all_ingress = at;
	proof->all_ingress_count = ingress_run(at, end, NULL);
	end = at + proof->all_ingress_count;
	while (arrival && at < end && !text_equal(at->arrival, arrival))
		at++;
	if (proof->service)
		proof->unasked = find_unasked(proof);
	if (at == end)
		return;
	proof->ingress = at;
	proof->ingress_count = ingress_run(at, end, at->arrival);
}

static int add_proofs(struct proofs *proofs, const struct facts *facts, const struct list *classes,
		      const struct prefix *range)
{
	bool vswitch = classes == &facts->routes.vswitch_classes;
	size_t at = 0;

	while (at < classes->count) {
		const struct class_fact *first = LIST_AT(classes, struct class_fact, at);
		struct proof *proof = proof_add(proofs);

		if (!proof)
			return -ENOMEM;
		proof->classes = classes;
		proof->first = at;
		proof->name = first->service;
		proof->iif = first->iif;
		proof->mark = first->mark;
		proof->vswitch = vswitch;
		if (facts->services.section.state == FACT_OK)
			proof->service = facts_service(facts, first->service, first->iif);
		do {
			at++;
			proof->count++;
		} while (at < classes->count &&
			 same_flow(first, LIST_AT(classes, struct class_fact, at)));
		proof->whole = is_whole(proof, range);
		if (!vswitch)
			find_ingress(proof, &facts->routes.ingress);
	}
	return 0;
}

int proofs_init(struct proofs *proofs, const struct facts *facts)
{
	int error;

	memset(proofs, 0, sizeof(*proofs));
	if (facts->routes.section.state != FACT_OK)
		return 0;
	error = add_proofs(proofs, facts, &facts->routes.classes, &reverse_range);
	if (!error)
		error = add_proofs(proofs, facts, &facts->routes.vswitch_classes,
				   &facts->plan.link.vswitch_cidr);
	if (error)
		proofs_release(proofs);
	return error;
}

void proofs_release(struct proofs *proofs)
{
	free(proofs->items);
	memset(proofs, 0, sizeof(*proofs));
}

const struct proof *proofs_find(const struct proofs *proofs, const char *name, const char *iif,
				uint32_t mark)
{
	size_t i;

	for (i = 0; i < proofs->count; i++) {
		const struct proof *proof = &proofs->items[i];

		if (!proof->vswitch && proof->mark == mark && text_equal(proof->name, name) &&
		    text_equal(proof->iif, iif))
			return proof;
	}
	return NULL;
}

static uint32_t plain_mark(const struct service_fact *service)
{
	return service && !service->iif && service->mark.known ? service->mark.value : 0;
}

bool proof_is_plain(const struct proof *proof)
{
	return proof->mark == plain_mark(proof->service);
}

const char *proof_defect(const struct proofs *proofs, const struct service_fact *service)
{
	const struct proof *proof;

	if (!service->resolved)
		return service->detail ? service->detail : "its address is not known";
	if (!service_is_here(service))
		return address_is_loopback(&service->address)
			       ? "it is a loopback address"
			       : "its address is not one of this machine's";
	proof = proofs_find(proofs, service->service, service->iif,
			    plain_mark(service));
	if (!proof)
		return "the facts hold no class of addresses for it";
	return proof->whole ? NULL : "the classes in the facts leave addresses out";
}

bool proof_counts(const struct proof *proof)
{
	return !proof->service || service_is_here(proof->service);
}

static void fill_view(const struct proof *proof, size_t index, struct class_view *view)
{
	const struct class_fact *one =
		LIST_AT(proof->classes, struct class_fact, proof->first + index);

	memset(view, 0, sizeof(*view));
	view->class_fact = one;
	view->service = proof->service;
	view->vswitch = proof->vswitch;
	view->first = address_ipv4(&one->first);
	view->last = address_ipv4(&one->last);
}

/* One place to stand for each interface that the service's requests could take as well. */
static int find_others(struct view_walk *walk)
{
	const struct proof *proof = walk->proof;
	size_t index = 0;

	while (proof->service && index < proof->all_ingress_count) {
		const struct ingress_fact *at = &proof->all_ingress[index];
		size_t count = ingress_run(at, proof->all_ingress + proof->all_ingress_count,
					   at->arrival);
		struct ingress_walk *others;

		index += count;
		if (!strings_contain(&proof->service->arrivals, at->arrival))
			continue;
		others = realloc(walk->others, (walk->other_count + 1) * sizeof(*others));
		if (!others)
			return -ENOMEM;
		walk->others = others;
		others[walk->other_count++] = (struct ingress_walk){ at, at + count };
	}
	return 0;
}

int view_walk_init(struct view_walk *walk, const struct rule_context *context,
		   const struct proof *proof)
{
	size_t i;

	memset(walk, 0, sizeof(*walk));
	walk->proof = proof;
	if (proof->ingress)
		walk->ingress = (struct ingress_walk){ proof->ingress,
						       proof->ingress + proof->ingress_count };
	walk->good = calloc(proof->count, sizeof(*walk->good));
	if (!walk->good || find_others(walk))
		return -ENOMEM;
	for (i = 0; i < proof->count; i++) {
		struct class_view view;

		fill_view(proof, i, &view);
		walk->good[i] = return_is_good(context, &view);
		walk->good_count += walk->good[i];
		if (walk->good[i])
			return_survey_add(&walk->survey, context, &view);
	}
	return 0;
}

void view_walk_release(struct view_walk *walk)
{
	free(walk->good);
	free(walk->others);
	walk->good = NULL;
	walk->others = NULL;
}

/*
 * Shortens the view to the entry of ingress that holds its first address, which is returned, or to
 * the gap there.
 */
static const struct ingress_fact *cut_at_ingress(struct ingress_walk *walk, struct class_view *view)
{
	const struct ingress_fact *entry;

	while (walk->at < walk->end && address_ipv4(&walk->at->last) < view->first)
		walk->at++;
	entry = walk->at;
	if (entry == walk->end || address_ipv4(&entry->first) > view->last)
		return NULL;
	if (address_ipv4(&entry->first) > view->first) {
		view->last = address_ipv4(&entry->first) - 1;
		return NULL;
	}
	if (address_ipv4(&entry->last) < view->last)
		view->last = address_ipv4(&entry->last);
	return entry;
}

static void find_ways_in(struct view_walk *walk, struct class_view *view)
{
	size_t i;

	view->ingress = cut_at_ingress(&walk->ingress, view);
	view->ingress_count = view->ingress ? 1 : 0;
	view->unasked = walk->proof->unasked;
	for (i = 0; i < walk->other_count; i++) {
		const struct ingress_fact *other = cut_at_ingress(&walk->others[i], view);

		if (view->ingress && other && !view->contrary &&
		    !view->ingress->error != !other->error)
			view->contrary = other;
	}
}

bool view_walk_next(struct view_walk *walk, struct class_view *view, size_t *place)
{
	const struct proof *proof = walk->proof;
	uint32_t class_last;

	if (walk->index >= proof->count)
		return false;
	fill_view(proof, walk->index, view);
	class_last = view->last;
	if (walk->inside)
		view->first = walk->next;
	view->survey = &walk->survey;
	view->others_good = walk->good_count > walk->good[walk->index];
	*place = proof->first + walk->index;
	find_ways_in(walk, view);
	walk->inside = view->last < class_last;
	walk->next = view->last + 1;
	if (!walk->inside)
		walk->index++;
	return true;
}
