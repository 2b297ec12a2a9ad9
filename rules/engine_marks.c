/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs with a mark against those without: which addresses are lost for the mark alone.
 */
#include "rules/engine_marks.h"

#include "rules/engine_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_plain_twin(const struct proof *marked, const struct proof *other)
{
	return proof_is_plain(other) && other->vswitch == marked->vswitch &&
	       text_equal(other->name, marked->name) && text_equal(other->iif, marked->iif);
}

/* The addresses of a proof for which a class rule fails. */
static int find_failed(const struct rule_context *context, const struct class_rules *set,
		       const struct proof *proof, struct span_set *failed)
{
	struct view_walk walk;
	struct class_view view;
	size_t place;
	int error = view_walk_init(&walk, context, proof);

	while (!error && view_walk_next(&walk, &view, &place)) {
		if (engine_view_failed(context, set, &view))
			span_set_add(failed, view.first, view.last);
		error = failed->error;
	}
	view_walk_release(&walk);
	return error;
}

/* `all` without `known`, in one walk over both: taking them out one by one would be quadratic. */
static int add_difference(const struct span_set *all, const struct span_set *known,
			  struct span_set *rest)
{
	size_t i, at = 0;

	for (i = 0; i < all->count; i++) {
		uint64_t next = all->spans[i].first, last = all->spans[i].last;

		while (at < known->count && known->spans[at].last < next)
			at++;
		while (next <= last && at < known->count && known->spans[at].first <= last) {
			if (known->spans[at].first > next)
				span_set_add(rest, (uint32_t)next, known->spans[at].first - 1);
			next = (uint64_t)known->spans[at].last + 1;
			if (next <= last)
				at++;
		}
		if (next <= last)
			span_set_add(rest, (uint32_t)next, (uint32_t)last);
	}
	return rest->error;
}

/* The class of the first address that is lost, and the rule that says so. */
static int find_example(const struct rule_context *context, const struct class_rules *set,
			const struct proof *proof, struct marked_loss *loss)
{
	uint32_t address = loss->addresses.spans[0].first;
	struct view_walk walk;
	struct class_view view;
	size_t place;
	int error = view_walk_init(&walk, context, proof);

	while (!error && !loss->example && view_walk_next(&walk, &view, &place)) {
		if (view.last < address)
			continue;
		loss->example = view.class_fact;
		loss->example_index = place;
		loss->rule = engine_view_failed(context, set, &view);
	}
	view_walk_release(&walk);
	return error;
}

static int add_loss(const struct rule_context *context, const struct class_rules *set,
		    const struct proofs *proofs, const struct proof *proof,
		    struct marked_losses *losses)
{
	struct marked_loss loss = { .service = proof->service, .vswitch = proof->vswitch };
	struct marked_loss *items;
	struct span_set known, failed;
	size_t i;
	int error;

	span_set_init(&known);
	span_set_init(&failed);
	span_set_init(&loss.addresses);
	error = find_failed(context, set, proof, &failed);
	for (i = 0; failed.count && i < proofs->count && !error; i++)
		if (is_plain_twin(proof, &proofs->items[i]))
			error = find_failed(context, set, &proofs->items[i], &known);
	if (!error)
		error = add_difference(&failed, &known, &loss.addresses);
	span_set_release(&known);
	span_set_release(&failed);
	if (!error && loss.addresses.count)
		error = find_example(context, set, proof, &loss);
	if (error || !loss.addresses.count)
		goto out;
	items = realloc(losses->items, (losses->count + 1) * sizeof(*items));
	if (items) {
		losses->items = items;
		items[losses->count++] = loss;
		return 0;
	}
	error = -ENOMEM;
out:
	span_set_release(&loss.addresses);
	return error;
}

int engine_marked_losses(const struct rule_context *context, struct marked_losses *losses)
{
	struct class_rules set;
	struct proofs proofs;
	size_t i;
	int error;

	memset(losses, 0, sizeof(*losses));
	class_rules_init(&set, context);
	error = proofs_init(&proofs, context->facts);
	for (i = 0; !error && i < proofs.count; i++)
		if (proofs.items[i].mark && !proof_is_plain(&proofs.items[i]) &&
		    proof_counts(&proofs.items[i]))
			error = add_loss(context, &set, &proofs, &proofs.items[i], losses);
	proofs_release(&proofs);
	if (error)
		marked_losses_release(losses);
	return error;
}

void marked_losses_release(struct marked_losses *losses)
{
	size_t i;

	for (i = 0; i < losses->count; i++)
		span_set_release(&losses->items[i].addresses);
	free(losses->items);
	memset(losses, 0, sizeof(*losses));
}
