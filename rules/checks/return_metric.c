/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-10: two routes to the same prefix, and the wrong one has the lower metric. Happens after a
 * reboot or a DHCP renewal, when "nothing was changed".
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/checks.h"
#include "rules/checks/return_words.h"

#define EQUALS_MAX 16
#define ROUTES_SHOWN 16

/* The good route that lost against `winner` by metric alone; NULL: none. */
static const struct route_fact *good_loser(const struct rule_context *context,
					   const struct route_fact *winner)
{
	const struct route_fact *equals[EQUALS_MAX];
	size_t i, count = fib_equal(context->fib, winner->table, &winner->destination, equals,
				    EQUALS_MAX);

	for (i = 0; i < count; i++)
		if (equals[i] != winner && equals[i]->tos == winner->tos &&
		    equals[i]->metric > winner->metric && path_route_is_good(context, equals[i]))
			return equals[i];
	return NULL;
}

static const struct route_fact *find_rival(const struct rule_context *context,
					   const struct class_view *view, struct path *path)
{
	if (!context->fib || path_is_unproved(view) || return_is_good(context, view))
		return NULL;
	path_trace(context, view, path);
	return path->route ? good_loser(context, path->route) : NULL;
}

static void judge(const struct rule_context *context, const struct class_view *view,
		  struct class_answer *answer)
{
	struct path path;

	if (!find_rival(context, view, &path))
		return;
	return_answer(answer, "RT-10");
	return_answer_by_hop(context, path.hops, answer);
	answer->detail2 = path.route->table;
}

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	const struct route_fact *routes[ROUTES_SHOWN], *good;
	const char *dev;
	char prefix[PREFIX_TEXT_MAX], via[ADDRESS_TEXT_MAX];
	struct text won, lost;
	struct path path;
	struct say say;
	size_t i, count;

	good = find_rival(context, group->example, &path);
	if (!good)
		return;
	say_init(&say, context, group, out, finding);
	text_init(&won, WORDS_MAX);
	text_init(&lost, WORDS_MAX);
	words_add_route(&won, path.route);
	words_add_route(&lost, good);
	finding_message(out, finding,
			"replies to %s (%s) leave by [%s], which has won by its lower metric over "
			"the good [%s]",
			group->where, group->percent, say_text(&say, &won), say_text(&say, &lost));
	text_release(&won);
	text_release(&lost);
	say_class(&say);
	count = say_routes(&say, routes, ROUTES_SHOWN);
	for (i = 0; i < count && i < ROUTES_SHOWN; i++)
		say_route(&say, routes[i]);
	say_route(&say, good);
	say_declared(&say);
	for (i = 0; i < count && i < ROUTES_SHOWN; i++)
		say_delete_route(&say, routes[i]);
	/* a static route of the routing daemon's own beats what it learns */
	if (context->vantage == VANTAGE_IDC_ROUTER && good->next_hops.count > 0)
		finding_remedy(
			out, finding, "frr",
			"vtysh -c 'configure terminal' -c 'ip route %s %s' -c 'end' -c 'write "
			"memory'",
			prefix_print(&good->destination, prefix),
			address_print(&LIST_AT(&good->next_hops, struct next_hop, 0)->via, via));
	dev = group->example->class_fact->next_hops.count > 0
		      ? LIST_AT(path.hops, struct next_hop, 0)->dev
		      : NULL;
	if (text_equal(path.route->protocol, "dhcp"))
		finding_remedy(out, finding, "netplan",
			       "network: {%s: {%s: {dhcp4-overrides: {route-metric: %u}}}}, then: "
			       "netplan apply",
			       netplan_section(context->facts, dev), dev ? dev : "INTERFACE",
			       good->metric + 100);
}

const struct rule rule_return_route_metric = {
	.code = "return-route-metric",
	.area = "return",
	.title = "no equal route with a lower metric has won over the declared way back",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = PATH_VANTAGES,
	.causes = { "RT-10" },
	.after = { BEFORE_METRIC },
	.why = "Among routes to one prefix the lowest metric wins. A second route that appears "
	       "with a reboot, a DHCP renewal or a routing daemon takes all replies with it.",
	.evidence = "both routes of the prefix with metric and protocol; the kernel's answer uses "
		    "the other one than declared",
	.remedies = {
		{ "linux", "ip route del 100.104.0.0/16 via OTHER dev INTERFACE metric METRIC" },
		{ "netplan", "give the other interface `dhcp4-overrides: {route-metric: LARGER}` "
			     "or its route a larger `metric`, then: netplan apply" },
		{ "networkmanager", "nmcli connection modify CONNECTION ipv4.route-metric LARGER "
				    "&& nmcli device reapply INTERFACE" },
		{ "frr", "vtysh -c 'configure terminal' -c 'no ip route 100.104.0.0/16 OTHER' -c "
			 "'end' -c 'write memory'" },
	},
	.document = RETURN_DOCUMENT,
	.heading = RETURN_HEADING,
	.judge_class = judge,
	.describe_class = describe,
};
