/* SPDX-License-Identifier: Apache-2.0 */
/* Security groups, compiled; see admission_groups.h. */
#include "rules/admission_groups.h"

#include <errno.h>
#include <stdio.h>

#define PRIORITY_MOST UINT32_MAX
#define PRIORITY_DEFAULT 1
/* Ranks: members of a group, then priorities, then what holds where no rule does. */
#define RANK_MEMBERS 0
#define RANK_OF(priority) ((uint64_t)(priority) + 1)
#define RANK_DEFAULT (UINT64_MAX - 1)

static const struct span every_peer = { 0, UINT32_MAX };
static const struct port_span every_port = { 0, ADMISSION_PORTS };

/* A rule whose parts are read; `wide`: where in doubt it holds, else it does not. */
struct compiled {
	struct admission_side peers, ports, peer_ports;
	uint64_t rank;
	bool admits, wide;
	uint32_t number;
};

static void add_list(struct admission_side *side, const struct list *lists, const char *id,
		     void (*add)(struct admission_side *side, const char *words))
{
	const struct named_list_fact *list = groups_list(lists, id);
	size_t i;

	if (!list || list->state != FACT_OK) {
		side->doubt = true;
		return;
	}
	for (i = 0; i < list->entries.count; i++)
		add(side, list->entries.items[i]);
}

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
		add_list(side, &facts->prefix_lists, list, words_add_peers);
	else
		side->doubt = true;
}

void group_rule_ports(const struct groups_facts *facts, const struct group_rule_fact *rule,
		      struct admission_side *side)
{
	if (rule->ports)
		words_add_ports(side, rule->ports);
	else if (rule->port_list)
		add_list(side, &facts->port_lists, rule->port_list, words_add_ports);
	else if (words_are(rule->protocol, "all"))
		side_add(side, every_port.first, every_port.last);
	else
		side->doubt = true;
}

/* Does the rule speak of the interface's own address? Quintuple rules may name one of several. */
static enum admission_match is_local(const struct group_question *question,
				     const struct group_rule_fact *rule)
{
	const char *addresses = question->outwards ? rule->source : rule->destination;
	const char *ipv6 = question->outwards ? rule->source_v6 : rule->destination_v6;
	const char *list = question->outwards ? rule->source_list : rule->destination_list;
	struct admission_side side = { .doubt = false };
	uint32_t local = address_ipv4(&question->local);
	enum admission_match match = MATCH_NO;
	size_t i;

	if (addresses)
		words_add_peers(&side, addresses);
	else if (list && !ipv6)
		add_list(&side, &question->facts->prefix_lists, list, words_add_peers);
	else
		return ipv6 ? MATCH_NO : MATCH_YES;
	for (i = 0; i < side.spans.count; i++) {
		const struct span *span = LIST_AT(&side.spans, struct span, i);

		if (span->first <= local && local <= span->last)
			match = MATCH_YES;
	}
	if (match == MATCH_NO && (side.doubt || side.error))
		match = MATCH_DOUBT;
	side_release(&side);
	return match;
}

static bool holds(enum admission_match match, bool wide)
{
	return match == MATCH_YES || (match == MATCH_DOUBT && wide);
}

/* Policy and priority; a policy never heard of is whatever the question fears or hopes. */
static void compile_rank(const struct group_question *question, const struct group_rule_fact *rule,
			 struct compiled *out)
{
	uint64_t priority = PRIORITY_DEFAULT;

	if (words_are(rule->policy, "accept"))
		out->admits = true;
	else if (!words_are(rule->policy, "drop"))
		out->admits = question->hopeful;
	out->wide = out->admits == question->hopeful;
	if (rule->priority && text_whole_number(rule->priority, PRIORITY_MOST, &priority) < 0)
		priority = out->wide ? PRIORITY_DEFAULT : PRIORITY_MOST;
	out->rank = RANK_OF(priority);
}

static void compile_ports(const struct group_question *question,
			  const struct group_rule_fact *rule, struct compiled *out)
{
	group_rule_ports(question->facts, rule, &out->ports);
	if (rule->source_ports)
		words_add_ports(&out->peer_ports, rule->source_ports);
	else
		side_add(&out->peer_ports, every_port.first, every_port.last);
}

/* Where part of a side is in doubt, a wide rule takes all there is. */
static void widen(struct admission_side *side, bool wide, uint32_t last)
{
	if (side->doubt && wide)
		side_add(side, 0, last);
}

static int add_atom(struct list *atoms, struct admission_atom value)
{
	struct admission_atom *atom = list_add(atoms, sizeof(*atom));

	if (!atom)
		return -ENOMEM;
	*atom = value;
	return 0;
}

/* Every combination of its spans is a box. */
static int add_boxes(const struct compiled *rule, struct list *atoms)
{
	size_t i, j, k;
	int error = 0;

	for (i = 0; i < rule->peers.spans.count; i++)
		for (j = 0; j < rule->ports.spans.count; j++)
			for (k = 0; k < rule->peer_ports.spans.count && !error; k++)
				error = add_atom(atoms, (struct admission_atom){
					.peers = *LIST_AT(&rule->peers.spans, struct span, i),
					.ports = *LIST_AT(&rule->ports.spans, struct port_span, j),
					.peer_ports = *LIST_AT(&rule->peer_ports.spans,
							       struct port_span, k),
					.rank = rule->rank, .admits = rule->admits,
					.rule = rule->number,
				});
	return error;
}

static int compile(const struct group_question *question, const struct group_rule_fact *rule,
		   uint32_t number, struct list *atoms)
{
	struct compiled out = { .number = number };
	int error;

	if (!words_are(rule->direction, question->outwards ? "egress" : "ingress"))
		return 0;
	compile_rank(question, rule, &out);
	if (!holds(words_are_tcp(rule->protocol), out.wide) ||
	    !holds(is_local(question, rule), out.wide))
		return 0;
	group_rule_peers(question->facts, rule, question->outwards, &out.peers);
	compile_ports(question, rule, &out);
	widen(&out.peers, out.wide, every_peer.last);
	widen(&out.ports, out.wide, every_port.last);
	widen(&out.peer_ports, out.wide, every_port.last);
	error = out.peers.error ? out.peers.error :
		out.ports.error ? out.ports.error : out.peer_ports.error;
	if (!error)
		error = add_boxes(&out, atoms);
	side_release(&out.peers);
	side_release(&out.ports);
	side_release(&out.peer_ports);
	return error;
}

static bool is_advanced(const struct group_fact *group, bool hopeful)
{
	return group->type ? words_are(group->type, "enterprise") : !hopeful;
}

/* What a group does besides its rules: members inwards, everything outwards. */
static int add_nature(const struct group_question *question, const struct group_fact *group,
		      struct list *atoms)
{
	struct admission_side members = { .doubt = false };
	size_t i;
	int error;

	if (is_advanced(group, question->hopeful))
		return 0;
	if (question->outwards)
		return add_atom(atoms, (struct admission_atom){
			.peers = every_peer, .ports = every_port, .peer_ports = every_port,
			.rank = RANK_DEFAULT, .admits = true, .rule = ADMISSION_NO_RULE,
		});
	if (!words_are(group->inner_policy, "accept"))
		return 0;
	add_members(&members, question->facts, group->id);
	error = members.error;
	for (i = 0; i < members.spans.count && !error; i++)
		error = add_atom(atoms, (struct admission_atom){
			.peers = *LIST_AT(&members.spans, struct span, i), .ports = every_port,
			.peer_ports = every_port, .rank = RANK_MEMBERS, .admits = true,
			.rule = ADMISSION_MEMBERS,
		});
	side_release(&members);
	return error;
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
