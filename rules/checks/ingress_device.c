/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-15: the reply leaves by another interface than the request came in. On ECS the virtual switch
 * drops it (source address of another ENI); elsewhere a switch or firewall may.
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/checks.h"
#include "rules/checks/return_words.h"

/* Where requests arrive: as found, else where the service address is. NULL: no telling. */
static const char *arrival_device(const struct rule_context *context, const struct class_view *view)
{
	const struct address_fact *own;
	const struct link_fact *link;

	if (!view->service)
		return NULL;
	if (view->service->arrivals.count)
		return NULL;
	if (view->service->arrival)
		return view->service->arrival;
	own = facts_local_address(context->facts, &view->service->address);
	link = own && own->dev ? facts_link(context->facts, own->dev) : NULL;
	/* a virtual address on a loopback or dummy says nothing of where packets come in */
	if (!link || link->loopback || text_equal(link->kind, "dummy"))
		return NULL;
	return link->name;
}

/* One above the other (bridge, bond, VRF) counts as the same. */
static bool same_device(const struct rule_context *context, const char *a, const char *b)
{
	const struct link_fact *first = facts_link(context->facts, a);
	const struct link_fact *second = facts_link(context->facts, b);

	if (text_equal(a, b))
		return true;
	return (first && first->master && text_equal(first->master, b)) ||
	       (second && second->master && text_equal(second->master, a)) ||
	       (first && second && first->master && text_equal(first->master, second->master) &&
		!text_equal(facts_link(context->facts, first->master)
				    ? facts_link(context->facts, first->master)->kind
				    : NULL,
			    "vrf"));
}

/* The first leg that leaves elsewhere; NULL: all leave where requests arrive, or are declared. */
static const struct next_hop *stray_leg(const struct rule_context *context, const struct list *hops,
					const char *arrival)
{
	size_t i;

	for (i = 0; i < hops->count; i++) {
		const struct next_hop *hop = LIST_AT(hops, struct next_hop, i);

		if (hop->unused || !hop->dev || same_device(context, hop->dev, arrival))
			continue;
		if (text_equal(hop->dev, context->declared.dev))
			continue;
		return hop;
	}
	return NULL;
}

static void judge(const struct rule_context *context, const struct class_view *view,
		  struct class_answer *answer)
{
	const char *arrival = arrival_device(context, view);
	const struct class_fact *class_fact = view->class_fact;
	const struct next_hop *stray;

	if (!arrival || path_is_unproved(view) || !text_equal(class_fact->type, "unicast"))
		return;
	stray = stray_leg(context, &class_fact->next_hops, arrival);
	if (!stray)
		return;
	return_answer(answer, "RT-15");
	answer->status = context->access == ACCESS_ECS ? STATUS_FAIL : STATUS_WARN;
	answer->owner = facts_link(context->facts, stray->dev);
	answer->other = facts_link(context->facts, arrival);
}

/* Source-based routing: what carries this source leaves where it belongs. */
static void mend(const struct say *say, const char *arrival)
{
	const struct next_hop *hop = say_gateway_on(say->context, arrival);
	const struct service_fact *service = say->group->example->service;
	char via[ADDRESS_TEXT_MAX], source[ADDRESS_TEXT_MAX], range[PREFIX_TEXT_MAX];
	const char *gateway = hop ? address_print(&hop->via, via) : "GATEWAY";
	bool onlink = hop && say_needs_onlink(say->context, &hop->via, arrival);

	prefix_print(say_range(say), range);
	address_print(&service->address, source);
	finding_remedy(say->out, say->finding, "linux",
		       "ip route replace %s via %s dev %s%s table 104", range, gateway, arrival,
		       onlink ? " onlink" : "");
	finding_remedy(say->out, say->finding, "linux",
		       "ip rule add from %s to %s lookup 104 priority 104", source, range);
	finding_remedy(say->out, say->finding, "netplan",
		       "network: {%s: {%s: {routes: [{to: %s, via: %s%s, table: 104}], "
		       "routing-policy: [{from: %s, to: %s, table: 104, priority: 104}]}}}, then: "
		       "netplan apply",
		       netplan_section(say->context->facts, arrival), arrival, range, gateway,
		       onlink ? ", on-link: true" : "", source, range);
	finding_remedy(
		say->out, say->finding, "networkmanager",
		"nmcli connection modify CONNECTION +ipv4.routes \"%s %s table=104%s\" "
		"+ipv4.routing-rules \"priority 104 from %s to %s table 104\" && nmcli device "
		"reapply %s",
		range, gateway, onlink ? " onlink=true" : "", source, range, arrival);
}

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	const char *arrival = arrival_device(context, group->example);
	const struct next_hop *stray;
	struct text hops;
	struct say say;

	if (!arrival)
		return;
	say_init(&say, context, group, out, finding);
	stray = stray_leg(context, &group->example->class_fact->next_hops, arrival);
	text_init(&hops, WORDS_MAX);
	words_add_hops(&hops, say.path.hops);
	finding_message(out, finding, "requests from %s (%s) arrive on %s, replies leave %s: %s",
			group->where, group->percent, arrival, say_text(&say, &hops),
			context->access == ACCESS_ECS
				? "the virtual switch drops a source that is not of that interface"
				: "a switch or firewall that checks sources may drop them");
	text_release(&hops);
	say_class(&say);
	say_route(&say, say.path.route);
	say_address(&say, facts_local_address(context->facts, &group->example->service->address));
	if (stray)
		say_link(&say, facts_link(context->facts, stray->dev));
	finding_expected(out, finding, "replies by %s, or --return-interface where this is meant",
			 arrival);
	mend(&say, arrival);
}

const struct rule rule_return_interface = {
	.code = "return-interface",
	.area = "return",
	.title = "replies leave by the interface on which requests arrive",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = VANTAGE_BIT(VANTAGE_GITLAB_HOST),
	.causes = { "RT-15" },
	.after = { BEFORE_INGRESS },
	.why = "A reply with the source address of one interface that leaves by another is "
	       "dropped by the cloud's virtual switch, and by many switches and firewalls.",
	.evidence = "interface of the kernel's answer against the arrival interface, or the one "
		    "that holds the service address",
	.remedies = {
		{ "linux", "ip route replace 100.104.0.0/16 via GATEWAY dev ARRIVAL table 104; ip "
			   "rule add from SERVICE to 100.104.0.0/16 lookup 104 priority 104" },
		{ "netplan", "`routing-policy: [{from: SERVICE, table: 104}]` and `routes: [{to: "
			     "100.104.0.0/16, via: GATEWAY, table: 104}]`, then: netplan apply" },
		{ "networkmanager", "nmcli connection modify CONNECTION +ipv4.routes "
				    "\"100.104.0.0/16 GATEWAY table=104\" +ipv4.routing-rules "
				    "\"priority 104 from SERVICE table 104\"" },
	},
	.document = RETURN_DOCUMENT,
	.heading = RETURN_HEADING,
	.judge_class = judge,
	.describe_class = describe,
};
