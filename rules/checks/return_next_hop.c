/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-08 (on a router EC-02): the class leaves by another gateway or interface than declared, and
 * no earlier cause explains it.
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/return_words.h"

#define ROUTES_SHOWN 16

static void judge(const struct rule_context *context, const struct class_view *view,
		  struct class_answer *answer)
{
	struct path path;

	if (path_is_unproved(view) || return_is_good(context, view) ||
	    (!path_is_declared(context) && !path_returns_to_service(view)))
		return;
	path_trace(context, view, &path);
	if (!text_equal(path.type, "unicast"))
		return;
	return_answer(answer, context->vantage == VANTAGE_IDC_ROUTER ? "EC-02" : "RT-08");
	return_answer_by_hop(context, path.hops, answer);
	answer->detail2 = path.model.table;
}

/* Turns the wrong routes of the group inside the range; beside shorter ones sets the whole range.
 */
static void mend(const struct say *say)
{
	const struct route_fact *routes[ROUTES_SHOWN];
	size_t i, count = say_routes(say, routes, ROUTES_SHOWN);
	uint32_t table = say->path.route ? say->path.route->table : 254;
	bool whole = count == 0;
	struct way way;

	say_way(say, NULL, &way);
	for (i = 0; i < count && i < ROUTES_SHOWN; i++) {
		const struct wanted_route turned = { .prefix = routes[i]->destination,
						     .table = routes[i]->table,
						     .metric = routes[i]->metric };

		if (routes[i]->destination.length >= say_range(say)->length)
			say_set_route(say, &turned, &way);
		else
			whole = true;
	}
	if (whole) {
		const struct wanted_route range = { .prefix = *say_range(say), .table = table };

		say_set_route(say, &range, &way);
	}
}

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	const struct route_fact *routes[ROUTES_SHOWN];
	struct text taken;
	struct say say;
	size_t i, count;

	say_init(&say, context, group, out, finding);
	text_init(&taken, WORDS_MAX);
	words_add_hops(&taken, say.path.hops);
	finding_message(out, finding,
			"replies to %s (%s) leave %s%s, and %s", group->where, group->percent,
			say.path.is_default ? "by the default " : "", say_text(&say, &taken),
			path_returns_to_service(group->example)
				? "so go back to the machine that sent them"
				: "not by the declared way back");
	text_release(&taken);
	say_class(&say);
	count = say_routes(&say, routes, ROUTES_SHOWN);
	for (i = 0; i < count && i < ROUTES_SHOWN; i++)
		say_route(&say, routes[i]);
	say_rule(&say, say.path.rule);
	say_declared(&say);
	mend(&say);
}

const struct rule rule_return_next_hop = {
	.code = "return-next-hop",
	.area = "return",
	.title = "replies leave by the declared next hop and interface",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = PATH_VANTAGES,
	.causes = { "RT-08", "EC-02" },
	.after = { BEFORE_NEXT_HOP },
	.why = "A gateway that works for everything else (a VRRP backup, a firewall without a leg "
	       "to the VBR, an old circuit) loses the replies.",
	.evidence = "gateway and interface of the kernel's answer against "
		    "`datacenter.return_next_hop` and `return_interface` of the plan",
	.remedies = {
		{ "linux", "ip route replace 100.104.0.0/16 via GATEWAY dev INTERFACE" },
		{ "netplan", "correct `via` of the route in `routes`, then: netplan apply" },
		{ "networkmanager", "nmcli connection modify CONNECTION ipv4.routes "
				    "\"100.104.0.0/16 GATEWAY\" && nmcli device reapply "
				    "INTERFACE" },
		{ "frr", "vtysh -c 'configure terminal' -c 'ip route 100.104.0.0/16 GATEWAY' -c "
			 "'end' -c 'write memory'" },
	},
	.document = RETURN_DOCUMENT,
	.heading = RETURN_HEADING,
	.judge_class = judge,
	.describe_class = describe,
};
