/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Class rules over all classes: one class has one cause, the first that holds.
 *
 * Owns which class rules run, which of them has a class, and the putting together of equal answers,
 * first within a proof, then over services. Words are made in engine_describe.c.
 */
#include "rules/engine_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int rule_status(const struct rule *rule, int status)
{
	if (status == STATUS_FAIL && rule->severity != SEVERITY_BLOCKER)
		return STATUS_WARN;
	return status;
}

void class_rules_init(struct class_rules *set, const struct rule_context *context)
{
	size_t i, j;
	const char *const *code;

	memset(set, 0, sizeof(*set));
	for (i = 0; i < rule_catalog_count && set->count < CLASS_RULES_MAX; i++) {
		const struct rule *rule = rule_catalog[i];

		if (!rule->judge_class || !rule_runs(context, rule))
			continue;
		for (code = rule->after; *code; code++)
			for (j = 0; j < set->count; j++)
				if (text_equal(set->rules[j]->code, *code))
					set->after[set->count] |= UINT64_C(1) << j;
		set->rules[set->count++] = rule;
	}
}

/* What one view of a class got from every rule. */
struct verdicts {
	struct class_answer answers[CLASS_RULES_MAX];
	uint64_t holds;    /* rules whose cause holds here */
	uint64_t fails;    /* of these, those that fail */
	uint64_t blockers[CLASS_RULES_MAX]; /* 0: the rule has the class */
};

/*
 * A rule is blocked by the earlier ones that hold and are not blocked themselves; where these are
 * blocked, by what blocks them. A warn never hides a fail or an unknown: the verdict would change.
 */
static uint64_t find_blockers(const struct class_rules *set, const struct verdicts *verdicts,
			      size_t index)
{
	uint64_t found = 0, bits = set->after[index] & verdicts->holds;
	size_t i;

	if (verdicts->answers[index].status != STATUS_WARN)
		bits &= verdicts->fails;
	for (i = 0; bits; i++, bits >>= 1) {
		if (!(bits & 1))
			continue;
		found |= verdicts->blockers[i] ? verdicts->blockers[i] : UINT64_C(1) << i;
	}
	return found;
}

static void judge_view(const struct rule_context *context, const struct class_rules *set,
		       const struct class_view *view, struct verdicts *verdicts)
{
	size_t i;

	verdicts->holds = 0;
	verdicts->fails = 0;
	for (i = 0; i < set->count; i++) {
		struct class_answer *answer = &verdicts->answers[i];

		memset(answer, 0, sizeof(*answer));
		set->rules[i]->judge_class(context, view, answer);
		if (!answer->status)
			continue;
		answer->status = rule_status(set->rules[i], answer->status);
		verdicts->holds |= UINT64_C(1) << i;
		if (answer->status == STATUS_FAIL)
			verdicts->fails |= UINT64_C(1) << i;
		verdicts->blockers[i] = find_blockers(set, verdicts, i);
	}
}

static int add_to_group(struct group_table *table, const struct group *key)
{
	struct group *group;
	bool made;

	group = group_table_get(table, key, &made);
	if (!group)
		return -ENOMEM;
	span_set_add(&group->addresses, key->example.first, key->example.last);
	return group->addresses.error;
}

/* Files every answer that holds for one view with those like it. */
static int sort_view(const struct verdicts *verdicts, const struct class_view *view, size_t place,
		     struct group_table *table)
{
	uint64_t bits = verdicts->holds;
	int error = 0;
	size_t i;

	for (i = 0; bits && !error; i++, bits >>= 1) {
		struct group key;

		if (!(bits & 1))
			continue;
		memset(&key, 0, sizeof(key));
		span_set_init(&key.addresses);
		key.rule = i;
		key.blockers = verdicts->blockers[i];
		if (!key.blockers)
			key.answer = verdicts->answers[i];
		key.vswitch = view->vswitch;
		key.example = *view;
		key.example.survey = NULL; /* lives as long as the walk */
		key.example_place = place;
		error = add_to_group(table, &key);
	}
	return error;
}

static int judge_proof(const struct rule_context *context, const struct class_rules *set,
		       const struct proof *proof, struct group_table *table)
{
	struct view_walk walk;
	struct class_view view;
	struct verdicts *verdicts;
	size_t place;
	int error;

	verdicts = calloc(1, sizeof(*verdicts));
	if (!verdicts)
		return -ENOMEM;
	error = view_walk_init(&walk, context, proof);
	while (!error && view_walk_next(&walk, &view, &place)) {
		judge_view(context, set, &view, verdicts);
		error = sort_view(verdicts, &view, place, table);
	}
	view_walk_release(&walk);
	free(verdicts);
	return error;
}

static int add_proof(struct group *group, size_t proof)
{
	size_t room = group->proof_room ? group->proof_room * 2 : 4, *proofs;

	if (group->proof_count == group->proof_room) {
		proofs = realloc(group->proofs, room * sizeof(*proofs));
		if (!proofs)
			return -ENOMEM;
		group->proofs = proofs;
		group->proof_room = room;
	}
	group->proofs[group->proof_count++] = proof;
	return 0;
}

/* Both are in order: a merge, for inserting one by one into thousands would be quadratic. */
static int unite(struct span_set *to, const struct span_set *from)
{
	struct span_set both;
	size_t i = 0, j = 0;

	span_set_init(&both);
	while (i < to->count || j < from->count) {
		const struct span *next;

		if (j == from->count ||
		    (i < to->count && to->spans[i].first <= from->spans[j].first))
			next = &to->spans[i++];
		else
			next = &from->spans[j++];
		span_set_add(&both, next->first, next->last);
	}
	if (both.error) {
		span_set_release(&both);
		return -ENOMEM;
	}
	span_set_release(to);
	*to = both;
	return 0;
}

/* Moves the groups of proof number `proof` to those of all proofs. */
static int merge_groups(struct group_table *all, struct group_table *one, size_t proof)
{
	size_t i;
	bool made;
	int error = 0;

	for (i = 0; i < one->count && !error; i++) {
		struct group *from = &one->groups[i];
		struct group *to = group_table_get(all, from, &made);

		if (!to)
			return -ENOMEM;
		if (made)
			span_set_init(&from->addresses);
		else if (!span_set_equal(&to->addresses, &from->addresses))
			error = unite(&to->addresses, &from->addresses);
		if (!error)
			error = add_proof(to, proof);
	}
	return error;
}

int engine_classes(const struct rule_context *context, const struct class_rules *set,
		   const struct proofs *proofs, struct findings *out)
{
	struct group_table all, one;
	size_t i;
	int error = 0;

	group_table_init(&all, true);
	for (i = 0; i < proofs->count && !error; i++) {
		const struct proof *proof = &proofs->items[i];

		if (!proof_is_plain(proof) || !proof_counts(proof))
			continue;
		group_table_init(&one, false);
		error = judge_proof(context, set, proof, &one);
		if (!error)
			error = merge_groups(&all, &one, i);
		group_table_release(&one);
	}
	for (i = 0; i < all.count && !error; i++) {
		engine_group_finding(context, set, proofs, &all.groups[i], out);
		error = out->error;
	}
	group_table_release(&all);
	return error;
}

const struct rule *engine_view_failed(const struct rule_context *context,
				      const struct class_rules *set, const struct class_view *view)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		struct class_answer answer;

		memset(&answer, 0, sizeof(answer));
		set->rules[i]->judge_class(context, view, &answer);
		if (rule_status(set->rules[i], answer.status) == STATUS_FAIL)
			return set->rules[i];
	}
	return NULL;
}
