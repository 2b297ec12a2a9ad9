/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy rules and the look-up itself, step by step as net/core/fib_rules.c (fib_rules_lookup),
 * net/ipv4/fib_rules.c (fib4_rule_match, _action, _suppress) and net/ipv4/fib_trie.c
 * (fib_table_lookup) take them. It leaves out what no dump shows (route caches, XFRM).
 */
#include "rules/facts_fib.h"

#include "rules/facts_fib_index.h"
#include "rules/text.h"

#include <string.h>

#define TABLE_MAIN 254u
#define TABLE_LOCAL 255u
#define TOS_ROUTING_MASK 0x1cu /* IPTOS_RT_MASK: the bits that TOS routes and rules see */

static bool tos_matches(uint32_t wanted, const struct flow *flow)
{
	return wanted == 0 || wanted == (flow->tos & TOS_ROUTING_MASK);
}

static bool range_matches(const struct maybe *first, const struct maybe *last, uint32_t value)
{
	if (!first->known && !last->known)
		return true;
	return (!first->known || value >= first->value) && (!last->known || value <= last->value);
}

/* The VRF that `dev` is or belongs to; NULL: none. */
static const struct link_fact *vrf_of(const struct fib *fib, const char *dev)
{
	const struct link_fact *link = dev ? facts_link(fib->facts, dev) : NULL;

	if (link && !text_equal(link->kind, "vrf") && link->master)
		link = facts_link(fib->facts, link->master);
	return link && text_equal(link->kind, "vrf") ? link : NULL;
}

/* Table of the VRF that the flow belongs to: the way out is asked before the way in. */
static bool flow_vrf_table(const struct fib *fib, const struct flow *flow, uint32_t *table)
{
	const struct link_fact *vrf = vrf_of(fib, flow->oif);

	if (!vrf)
		vrf = vrf_of(fib, flow->iif);
	if (!vrf || !vrf->vrf_table.known)
		return false;
	*table = vrf->vrf_table.value;
	return true;
}

/* A rule's iif may also name the VRF above the real one. */
static bool iif_matches(const struct fib *fib, const struct rule_fact *rule,
			const struct flow *flow)
{
	const struct link_fact *vrf;

	if (!rule->iif)
		return true;
	if (rule->iif_detached)
		return false;
	if (strcmp(rule->iif, flow->iif ? flow->iif : "lo") == 0)
		return true;
	vrf = vrf_of(fib, flow->iif);
	return vrf && strcmp(vrf->name, rule->iif) == 0;
}

static bool oif_matches(const struct fib *fib, const struct rule_fact *rule,
			const struct flow *flow)
{
	const struct link_fact *vrf;

	if (!rule->oif)
		return true;
	if (rule->oif_detached || !flow->oif)
		return false;
	if (strcmp(rule->oif, flow->oif) == 0)
		return true;
	vrf = vrf_of(fib, flow->oif);
	return vrf && strcmp(vrf->name, rule->oif) == 0;
}

/* Anything but `to` that a rule asks for. */
static bool has_other_selector(const struct rule_fact *rule)
{
	return (rule->from.known && rule->from.length > 0) || rule->iif || rule->oif ||
	       rule->mark.known || rule->tos != 0 || rule->dscp.known || rule->ipproto.known ||
	       rule->sport_first.known || rule->dport_first.known || rule->uid_first.known ||
	       rule->tunnel.known || rule->l3mdev || rule->unknown_selectors.count > 0;
}

static bool prefix_matches(const struct prefix *selector, uint32_t address)
{
	return !selector->known || prefix_contains(selector, address);
}

static bool selectors_match(const struct fib *fib, const struct rule_fact *rule,
			    const struct flow *flow)
{
	uint32_t table;

	if (!iif_matches(fib, rule, flow) || !oif_matches(fib, rule, flow))
		return false;
	if (rule->mark.known && ((rule->mark.value ^ flow->mark) & rule->mask) != 0)
		return false;
	if (rule->tunnel.known && rule->tunnel.value != 0)
		return false; /* a reply of ours carries no tunnel key */
	if (rule->l3mdev && !flow_vrf_table(fib, flow, &table))
		return false;
	if (!range_matches(&rule->uid_first, &rule->uid_last, flow->uid))
		return false;
	if (!prefix_matches(&rule->to, flow->destination) ||
	    !prefix_matches(&rule->from, flow->source))
		return false;
	if (!tos_matches(rule->tos, flow) ||
	    (rule->dscp.known && rule->dscp.value != (flow->tos & 0xffu) >> 2))
		return false;
	if (rule->ipproto.known && rule->ipproto.value != 0 && rule->ipproto.value != flow->ipproto)
		return false;
	return range_matches(&rule->sport_first, &rule->sport_last, flow->sport) &&
	       range_matches(&rule->dport_first, &rule->dport_last, flow->dport);
}

static bool rule_matches(const struct fib *fib, const struct rule_fact *rule,
			 const struct flow *flow, unsigned int ignore)
{
	if ((ignore & FIB_IGNORE_L3MDEV) && rule->l3mdev)
		return false;
	if ((ignore & FIB_ONLY_DESTINATION) && has_other_selector(rule))
		return false;
	return selectors_match(fib, rule, flow) != rule->invert;
}

static bool hop_is_usable(const struct fib *fib, const struct next_hop *hop,
			  const struct flow *flow)
{
	uint32_t ignores_linkdown = 0;

	if (hop->dead)
		return false;
	if (hop->linkdown && hop->dev &&
	    facts_conf_max(fib->facts, hop->dev, "ignore_routes_with_linkdown",
			   &ignores_linkdown) &&
	    ignores_linkdown != 0)
		return false;
	return !flow->oif || !hop->dev || strcmp(flow->oif, hop->dev) == 0;
}

static bool is_forwarding_type(const char *type)
{
	return text_equal(type, "unicast") || text_equal(type, "local") ||
	       text_equal(type, "broadcast") || text_equal(type, "anycast") ||
	       text_equal(type, "multicast");
}

/* A next-hop object of kind blackhole shows as a unicast route whose hop has no way out. */
static bool is_blackhole_object(const struct route_fact *route)
{
	const struct next_hop *hop;

	if (!route->next_hop_id.known || route->next_hops.count != 1)
		return false;
	hop = LIST_AT(&route->next_hops, struct next_hop, 0);
	return !hop->dev && hop->via.family == ADDRESS_NONE;
}

static bool route_is_usable(const struct fib *fib, const struct route_fact *route,
			    const struct flow *flow)
{
	size_t i;

	if (!tos_matches(route->tos, flow))
		return false;
	if (!is_forwarding_type(route->type) || route->next_hops.count == 0)
		return true;
	for (i = 0; i < route->next_hops.count; i++)
		if (hop_is_usable(fib, LIST_AT(&route->next_hops, struct next_hop, i), flow))
			return true;
	return false;
}

/*
 * A route by a next-hop object that has no usable leg ends the kernel's look at its trie leaf: all
 * prefixes that begin at the same address (`goto miss` in fib_table_lookup()).
 */
static bool ends_leaf(const struct route_fact *route, const struct flow *flow)
{
	return route->next_hop_id.known && tos_matches(route->tos, flow) &&
	       is_forwarding_type(route->type);
}

/* Leaves the prefixes that begin at `leaf`. */
static const struct fib_node *leave_leaf(const struct fib *fib, const struct fib_node *node,
					 uint32_t leaf)
{
	while (node && node->prefix.address == leaf)
		node = fib_outer(fib, node);
	return node;
}

/* The first usable route of one prefix; `*ended` when the kernel looks no further in its leaf. */
static const struct route_fact *node_lookup(const struct fib *fib, const struct fib_node *node,
					    const struct flow *flow, bool *ended)
{
	size_t i;

	for (i = 0; i < node->count && !*ended; i++) {
		const struct route_fact *route = fib->routes[node->first + i];

		if (route_is_usable(fib, route, flow))
			return route;
		*ended = ends_leaf(route, flow);
	}
	return NULL;
}

/*
 * fib_table_lookup(): the longest prefix that has a usable alias; backtracks where it has none.
 * `first` and `second` are where two tables that share one trie begin: the longer prefix comes
 * first, `first` among equals.
 */
static const struct route_fact *walk(const struct fib *fib, const struct fib_node *first,
				     const struct fib_node *second, const struct flow *flow)
{
	while (first || second) {
		const struct fib_node **next = !second || (first && first->prefix.length >=
							   second->prefix.length) ?
					       &first : &second;
		const struct fib_node *node = *next;
		bool ended = false;
		const struct route_fact *route = node_lookup(fib, node, flow, &ended);

		if (route)
			return route;
		*next = fib_outer(fib, node);
		if (ended) {
			first = leave_leaf(fib, first, node->prefix.address);
			second = leave_leaf(fib, second, node->prefix.address);
		}
	}
	return NULL;
}

/* Of local and main as one trie (routes_facts.merged_tables), else of the one table. */
static const struct route_fact *table_lookup(const struct fib *fib, uint32_t table,
					     const struct flow *flow)
{
	const struct fib_node *node = fib_innermost(fib, table, flow->destination);

	if (!fib->facts->routes.merged_tables || (table != TABLE_LOCAL && table != TABLE_MAIN))
		return walk(fib, node, NULL, flow);
	if (table == TABLE_LOCAL)
		return NULL; /* looked up together with main, when that is its turn */
	return walk(fib, fib_innermost(fib, TABLE_LOCAL, flow->destination), node, flow);
}

/* fib4_rule_suppress() */
static bool is_suppressed(const struct fib *fib, const struct rule_fact *rule,
			  const struct route_fact *route)
{
	const struct next_hop *hop;
	const struct link_fact *link;

	if (rule->suppress_length.known && rule->suppress_length.value <= 32 &&
	    route->destination.length <= rule->suppress_length.value)
		return true;
	if (!rule->suppress_group.known || rule->suppress_group.value == UINT32_MAX ||
	    route->next_hops.count == 0)
		return false;
	hop = LIST_AT(&route->next_hops, struct next_hop, 0);
	link = hop->dev ? facts_link(fib->facts, hop->dev) : NULL;
	return link && link->group == rule->suppress_group.value;
}

static const char *const refusal_types[] = {
	[RULE_BLACKHOLE] = "blackhole",
	[RULE_UNREACHABLE] = "unreachable",
	[RULE_PROHIBIT] = "prohibit",
};

static void note_diversion(struct fib_answer *answer, const struct rule_fact *rule, bool *what)
{
	*what = true;
	if (!answer->diverted)
		answer->diverted = rule;
}

/* One `lookup` rule; true: the look-up ends here. */
static bool try_table(const struct fib *fib, const struct rule_fact *rule, const struct flow *flow,
		      unsigned int ignore, struct fib_answer *answer)
{
	const struct route_fact *route;
	uint32_t table = rule->table;

	if (rule->l3mdev) {
		note_diversion(answer, rule, &answer->l3mdev);
		if (!flow_vrf_table(fib, flow, &table))
			return false;
	}
	route = table_lookup(fib, table, flow);
	if (!route)
		return false;
	if (text_equal(route->type, "throw")) {
		answer->thrown = route;
		return false;
	}
	if (!(ignore & FIB_IGNORE_SUPPRESS) && is_forwarding_type(route->type) &&
	    !is_blackhole_object(route) && is_suppressed(fib, rule, route)) {
		note_diversion(answer, rule, &answer->suppressed);
		return false;
	}
	answer->rule = rule;
	answer->route = route;
	answer->type = is_blackhole_object(route) ? "blackhole" : route->type;
	answer->table = route->table;
	return true;
}

/* Index of the goto's target behind `from`; the number of rules when there is none. */
static size_t goto_target(const struct list *rules, size_t from)
{
	const struct rule_fact *rule = LIST_AT(rules, struct rule_fact, from);
	size_t i;

	if (!rule->goto_priority.known)
		return rules->count;
	for (i = from + 1; i < rules->count; i++)
		if (LIST_AT(rules, struct rule_fact, i)->priority == rule->goto_priority.value)
			return i;
	return rules->count;
}

/* One rule that matched; true: the look-up ends here. */
static bool take_rule(const struct fib *fib, size_t index, const struct flow *flow,
		      unsigned int ignore, struct fib_answer *answer)
{
	const struct rule_fact *rule = LIST_AT(&fib->facts->rules.rules, struct rule_fact, index);

	switch (rule->action) {
	case RULE_LOOKUP:
		return try_table(fib, rule, flow, ignore, answer);
	case RULE_BLACKHOLE:
	case RULE_UNREACHABLE:
	case RULE_PROHIBIT:
		answer->rule = rule;
		answer->type = refusal_types[rule->action];
		return true;
	default:
		return false;
	}
}

void fib_lookup(const struct fib *fib, const struct flow *flow, unsigned int ignore,
		struct fib_answer *answer)
{
	const struct list *rules = &fib->facts->rules.rules;
	size_t i = 0, target;

	memset(answer, 0, sizeof(*answer));
	answer->type = "none";
	while (i < rules->count) {
		const struct rule_fact *rule = LIST_AT(rules, struct rule_fact, i);
		bool matches = rule_matches(fib, rule, flow, ignore);

		if (matches && rule->action == RULE_GOTO && !(ignore & FIB_IGNORE_JUMPS)) {
			target = goto_target(rules, i);
			if (target < rules->count) {
				note_diversion(answer, rule, &answer->jumped);
				i = target;
				continue;
			}
		}
		if (matches && take_rule(fib, i, flow, ignore, answer))
			return;
		i++;
	}
	if (answer->thrown) {
		answer->type = answer->thrown->type;
		answer->route = answer->thrown;
		answer->table = answer->thrown->table;
	}
}

/* Networks of this machine are in main, or in the table of a VRF; other tables are left out. */
static bool finds_networks(const struct rule_fact *rule)
{
	return rule->action == RULE_LOOKUP && (rule->l3mdev || rule->table == TABLE_MAIN) &&
	       (!rule->suppress_length.known || rule->suppress_length.value == 0);
}

bool fib_gateway_refused(const struct fib *fib, uint32_t gateway, const char *dev)
{
	const struct list *rules = &fib->facts->rules.rules;
	const struct flow flow = { .destination = gateway, .oif = dev };
	size_t i = 0, target;

	while (i < rules->count) {
		const struct rule_fact *rule = LIST_AT(rules, struct rule_fact, i);

		if (!rule_matches(fib, rule, &flow, 0)) {
			i++;
			continue;
		}
		if (finds_networks(rule))
			return false;
		if (rule->action == RULE_BLACKHOLE || rule->action == RULE_UNREACHABLE ||
		    rule->action == RULE_PROHIBIT)
			return true;
		target = rule->action == RULE_GOTO ? goto_target(rules, i) : rules->count;
		i = target < rules->count ? target : i + 1;
	}
	return false;
}
