/* SPDX-License-Identifier: Apache-2.0 */
/* Security groups, compiled; see admission_groups.h. */
#include "rules/admission_groups.h"

#include <stdio.h>

#define PRIORITY_MOST UINT32_MAX
#define PRIORITY_DEFAULT 1
/* Ranks: members of a group, then priorities, then what holds where no rule does. */
#define RANK_MEMBERS 0
#define RANK_OF(priority) ((uint64_t)(priority) + 1)
#define RANK_DEFAULT (UINT64_MAX - 1)

/* Private addresses of the interfaces that are known to carry the group. */
static void add_members(struct admission_side *side, const struct groups_facts *facts,
			const char *group)
{
	size_t i, j;

	for (i = 0; i < facts->interfaces.count; i++) {
		const struct interface_fact *one =
			LIST_AT(&facts->interfaces, struct interface_fact, i);

		if (!strings_contain(&one->groups, group))
			continue;
		for (j = 0; j < one->addresses.count; j++)
			words_add_peers(side, one->addresses.items[j]);
	}
}

void group_rule_peers(const struct groups_facts *facts, const struct group_rule_fact *rule,
		      bool outwards, struct admission_side *side)
{
	const char *addresses = outwards ? rule->destination : rule->source;
	const char *ipv6 = outwards ? rule->destination_v6 : rule->source_v6;
	const char *group = outwards ? rule->destination_group : rule->source_group;
	const char *list = outwards ? rule->destination_list : rule->source_list;

	/* the order in which the API lets one of them win (AuthorizeSecurityGroup) */
	if (addresses)
		words_add_peers(side, addresses);
	else if (ipv6)
		return;
	else if (group)
		add_members(side, facts, group);
	else if (list)
		words_add_list(side, &facts->prefix_lists, list, words_add_peers);
	else
		side->doubt = true;
}

void group_rule_ports(const struct groups_facts *facts, const struct group_rule_fact *rule,
		      struct admission_side *side)
{
	if (rule->ports)
		words_add_ports(side, rule->ports);
	else if (rule->port_list)
		words_add_list(side, &facts->port_lists, rule->port_list, words_add_ports);
	else if (words_are(rule->protocol, "all"))
		side_add(side, 0, ADMISSION_PORTS);
	else
		side->doubt = true;
}

/* Does the rule speak of the interface's own address? Quintuple rules may name one of several. */
static enum admission_match is_local(const struct group_question *question,
				     const struct group_rule_fact *rule, int *error)
{
	const char *addresses = question->outwards ? rule->source : rule->destination;
	const char *ipv6 = question->outwards ? rule->source_v6 : rule->destination_v6;
	const char *list = question->outwards ? rule->source_list : rule->destination_list;
	struct admission_side side = { .doubt = false };
	uint32_t local = address_ipv4(&question->local);
	enum admission_match match;
	size_t i;

	if (addresses)
		words_add_peers(&side, addresses);
	else if (list && !ipv6)
		words_add_list(&side, &question->facts->prefix_lists, list, words_add_peers);
	else
		return ipv6 ? MATCH_NO : MATCH_YES;
	match = side.doubt ? MATCH_DOUBT : MATCH_NO;
	for (i = 0; i < side.spans.count; i++) {
		const struct span *span = LIST_AT(&side.spans, struct span, i);

		if (span->first <= local && local <= span->last)
			match = MATCH_YES;
	}
	*error = side.error;
	side_release(&side);
	return match;
}

static bool holds(enum admission_match match, bool wide)
{
	return match == MATCH_YES || (match == MATCH_DOUBT && wide);
}

/* Policy and priority; a policy never heard of is whatever the question fears or hopes. */
static bool compile_rank(const struct group_question *question, const struct group_rule_fact *rule,
			 struct admission_atom *like)
{
	uint64_t priority = PRIORITY_DEFAULT;
	bool wide;

	like->admits = words_are(rule->policy, "accept") ||
		       (!words_are(rule->policy, "drop") && question->hopeful);
	wide = like->admits == question->hopeful;
	if (rule->priority && text_whole_number(rule->priority, PRIORITY_MOST, &priority) < 0)
		priority = wide ? PRIORITY_DEFAULT : PRIORITY_MOST;
	like->rank = RANK_OF(priority);
	return wide;
}

static int compile(const struct group_question *question, const struct group_rule_fact *rule,
		   uint32_t number, struct list *atoms)
{
	struct admission_sides sides = { .peers = { .doubt = false } };
	struct admission_atom like = { .rule = number };
	enum admission_match local;
	bool wide; /* where in doubt it holds, else it does not */
	int error = 0;

	if (!words_are(rule->direction, question->outwards ? "egress" : "ingress"))
		return 0;
	wide = compile_rank(question, rule, &like);
	if (!holds(words_are_tcp(rule->protocol), wide))
		return 0;
	local = is_local(question, rule, &error);
	if (error || !holds(local, wide))
		return error;
	group_rule_peers(question->facts, rule, question->outwards, &sides.peers);
	group_rule_ports(question->facts, rule, &sides.ports);
	if (rule->source_ports)
		words_add_ports(&sides.peer_ports, rule->source_ports);
	else
		side_add(&sides.peer_ports, 0, ADMISSION_PORTS);
	return sides_add(&sides, &like, wide, atoms);
}

static bool is_advanced(const struct group_fact *group, bool hopeful)
{
	return group->type ? words_are(group->type, "enterprise") : !hopeful;
}

/* What a group does besides its rules: members inwards, everything outwards. */
static int add_nature(const struct group_question *question, const struct group_fact *group,
		      struct list *atoms)
{
	struct admission_sides sides = { .peers = { .doubt = false } };
	struct admission_atom like = { .admits = true };

	if (is_advanced(group, question->hopeful))
		return 0;
	if (question->outwards) {
		like.rank = RANK_DEFAULT;
		like.rule = ADMISSION_NO_RULE;
		side_add(&sides.peers, 0, UINT32_MAX);
	} else if (words_are(group->inner_policy, "accept")) {
		like.rank = RANK_MEMBERS;
		like.rule = ADMISSION_MEMBERS;
		add_members(&sides.peers, question->facts, group->id);
	}
	side_add(&sides.ports, 0, ADMISSION_PORTS);
	side_add(&sides.peer_ports, 0, ADMISSION_PORTS);
	return sides_add(&sides, &like, false, atoms);
}

int admission_groups(const struct group_question *question, struct list *atoms)
{
	const struct list *groups = &question->facts->groups;
	uint32_t number = 0;
	size_t i, j;
	int error = 0;

	for (i = 0; i < groups->count && !error; i++) {
		const struct group_fact *group = LIST_AT(groups, struct group_fact, i);
		bool pooled = group->state == FACT_OK &&
			      strings_contain(question->groups, group->id);

		if (pooled)
			error = add_nature(question, group, atoms);
		for (j = 0; pooled && j < group->rules.count && !error; j++)
			error = compile(question, LIST_AT(&group->rules, struct group_rule_fact, j),
					number + (uint32_t)j, atoms);
		number += (uint32_t)group->rules.count;
	}
	return error;
}

/* Rules are numbered over all groups of the section. */
static bool find(const struct groups_facts *facts, uint32_t rule, size_t *group, size_t *place)
{
	size_t left = rule;

	for (*group = 0; *group < facts->groups.count; (*group)++) {
		size_t count = LIST_AT(&facts->groups, struct group_fact, *group)->rules.count;

		if (left < count) {
			*place = left;
			return true;
		}
		left -= count;
	}
	return false;
}

const struct group_rule_fact *admission_group_rule(const struct groups_facts *facts, uint32_t rule,
						   const struct group_fact **group)
{
	size_t at, place;

	*group = NULL;
	if (rule >= ADMISSION_MEMBERS || !find(facts, rule, &at, &place))
		return NULL;
	*group = LIST_AT(&facts->groups, struct group_fact, at);
	return LIST_AT(&(*group)->rules, struct group_rule_fact, place);
}

void admission_group_pointer(const struct groups_facts *facts, uint32_t rule, char *text,
			     size_t size)
{
	size_t group, place;

	if (rule < ADMISSION_MEMBERS && find(facts, rule, &group, &place))
		(void)snprintf(text, size, "/groups/groups/%zu/rules/%zu", group, place);
	else
		(void)snprintf(text, size, "/groups/groups");
}
