/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words for groups of classes: the subject, the share, and the findings of blocked rules.
 *
 * What a cause looks like is told by its rule (describe_class); this file tells where it is.
 */
#include "rules/engine_internal.h"

#include <errno.h>

#define WHERE_LIMIT ((size_t)512)

/* How many proofs there would be if all services that were asked had one. */
static size_t asked_proofs(const struct facts *facts, const struct proofs *proofs, bool vswitch)
{
	size_t i, count = 0;

	if (facts->services.section.state == FACT_OK)
		return facts->services.services.count;

	for (i = 0; i < proofs->count; i++)
		count += proofs->items[i].vswitch == vswitch &&
			 proof_is_plain(&proofs->items[i]) &&
			 proof_counts(&proofs->items[i]);
	return count;
}

/* Names the services, unless all that were asked say so. */
static void set_services(const struct facts *facts, const struct proofs *proofs,
			 const struct group *group, struct findings *out, struct finding *finding)
{
	bool forwarded = false;
	size_t i;

	if (group->proof_count == asked_proofs(facts, proofs, group->vswitch))
		return;
	for (i = 0; i < group->proof_count; i++)
		forwarded = forwarded || proofs->items[group->proofs[i]].iif;
	for (i = 0; i < group->proof_count && !out->error; i++) {
		const struct proof *proof = &proofs->items[group->proofs[i]];

		if (strings_add(&finding->subject.services, proof->name) ||
		    (forwarded && strings_add(&finding->subject.service_iifs,
					      proof->iif ? proof->iif : "")))
			out->error = -ENOMEM;
	}
}

static void set_blocked(const struct class_rules *set, const struct group *group,
			const char *where, struct findings *out, struct finding *finding)
{
	struct text codes;
	size_t i;

	text_init(&codes, WHERE_LIMIT * 4);
	for (i = 0; i < set->count && !out->error; i++) {
		if (!(group->blockers >> i & 1))
			continue;
		if (strings_add(&finding->blocked_by, set->rules[i]->code))
			out->error = -ENOMEM;
		text_addf(&codes, "%s%s", codes.length ? ", " : "", set->rules[i]->code);
	}
	if (text_error(&codes))
		out->error = -ENOMEM;
	strings_sort(&finding->blocked_by);
	finding_message(out, finding, "hidden for %s: mend %s first", where, text_string(&codes));
	text_release(&codes);
}

static void set_cause(const struct rule_context *context, const struct rule *rule,
		      const struct class_group *words, struct findings *out,
		      struct finding *finding)
{
	size_t i;

	for (i = 0; i < sizeof(words->answer.causes) / sizeof(words->answer.causes[0]); i++)
		if (words->answer.causes[i][0])
			finding_cause(out, finding, words->answer.causes[i]);
	rule->describe_class(context, words, out, finding);
}

void engine_group_finding(const struct rule_context *context, const struct class_rules *set,
			  const struct proofs *proofs, const struct group *group,
			  struct findings *out)
{
	const struct rule *rule = set->rules[group->rule];
	uint64_t size = span_set_size(&group->addresses), whole = REVERSE_RANGE_SIZE;
	const struct prefix *vswitch = &context->facts->plan.link.vswitch_cidr;
	struct class_group words = {
		.answer = group->answer,
		.addresses = &group->addresses,
		.example = &group->example,
		.example_index = group->example_place,
	};
	struct finding *finding;
	struct text where;

	if (group->vswitch)
		whole = (uint64_t)prefix_last(vswitch) - prefix_first(vswitch) + 1;
	share_print(size, whole, words.percent, sizeof(words.percent));
	text_init(&where, WHERE_LIMIT);
	span_set_print(&group->addresses, &where);
	words.where = text_string(&where);
	finding = findings_add(out, group->blockers ? STATUS_BLOCKED
						     : (enum finding_status)group->answer.status);
	if (!finding)
		goto out;
	finding_addresses(out, finding, &group->addresses);
	set_services(context->facts, proofs, group, out, finding);
	if (!group->vswitch)
		finding->share = (struct share){ .known = true, .addresses = (uint32_t)size };
	if (group->blockers)
		set_blocked(set, group, words.where, out, finding);
	else
		set_cause(context, rule, &words, out, finding);
	if (text_error(&where))
		out->error = -ENOMEM;
	finding->code = text_copy(rule->code);
	if (!finding->code)
		out->error = -ENOMEM;
out:
	text_release(&where);
}
