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

/* The neighbours in routes.ingress of this service, on its arrival interface where it is known. */
static void find_ingress(struct proof *proof, const struct list *ingress)
{
	const char *arrival = proof->service ? proof->service->arrival : NULL;
	size_t i, first = ingress->count;

	for (i = 0; i < ingress->count; i++) {
		const struct ingress_fact *one = LIST_AT(ingress, struct ingress_fact, i);

		if (text_equal(one->service, proof->name) &&
		    (!arrival || text_equal(one->arrival, arrival))) {
			first = first == ingress->count ? i : first;
			arrival = one->arrival;
		} else if (first != ingress->count) {
			break;
		}
	}
	if (first == ingress->count)
		return;
	proof->ingress = LIST_AT(ingress, struct ingress_fact, first);
	proof->ingress_count = i - first;
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

int view_walk_init(struct view_walk *walk, const struct rule_context *context,
		   const struct proof *proof)
{
	size_t i;

	memset(walk, 0, sizeof(*walk));
	walk->proof = proof;
	walk->good = calloc(proof->count, sizeof(*walk->good));
	if (!walk->good)
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
	walk->good = NULL;
}

/* Shortens the view to the entry of ingress that holds its first address, or to the gap there. */
static void cut_at_ingress(struct view_walk *walk, struct class_view *view)
{
	const struct ingress_fact *entry = NULL;

	while (walk->ingress_at < walk->proof->ingress_count) {
		entry = &walk->proof->ingress[walk->ingress_at];
		if (address_ipv4(&entry->last) >= view->first)
			break;
		entry = NULL;
		walk->ingress_at++;
	}
	if (!entry || address_ipv4(&entry->first) > view->last)
		return;
	if (address_ipv4(&entry->first) > view->first) {
		view->last = address_ipv4(&entry->first) - 1;
		return;
	}
	view->ingress = entry;
	view->ingress_count = 1;
	if (address_ipv4(&entry->last) < view->last)
		view->last = address_ipv4(&entry->last);
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
	cut_at_ingress(walk, view);
	walk->inside = view->last < class_last;
	walk->next = view->last + 1;
	if (!walk->inside)
		walk->index++;
	return true;
}
