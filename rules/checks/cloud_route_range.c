/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does anything in the VPC take the reverse-access range away from the system route 100.64.0.0/10
 * (OVL-14, CLD-11)? Only what is longer than that route can; the system route itself, a default
 * route and what lies beside the range are no concern.
 */
#include "rules/checks/cloud_rules.h"

#include <errno.h>

/* Part of the range that the prefix takes. */
static uint32_t overlap(const struct prefix *prefix)
{
	uint32_t first = prefix_first(prefix), last = prefix_last(prefix);

	if (first < prefix_first(&reverse_range))
		first = prefix_first(&reverse_range);
	if (last > prefix_last(&reverse_range))
		last = prefix_last(&reverse_range);
	return last - first + 1;
}

/* An entry of the vendor's own towards its services is what the range needs. */
static bool is_service_route(const struct cloud_route *route)
{
	const struct cloud_hop *hop = route->next_hops.items;

	return route->type && cloud_word_is(route->type, "System") && hop &&
	       hop->type && cloud_word_is(hop->type, "service");
}

static bool takes_range(const struct cloud_route *route)
{
	return route->destination.known && route->destination.length > cloud_service_route.length &&
	       prefix_overlaps(&route->destination, &reverse_range) && !is_service_route(route);
}

static bool goes_outside(const struct cloud_route *route)
{
	size_t i;

	for (i = 0; i < route->next_hops.count; i++)
		if (cloud_hop_way(LIST_AT(&route->next_hops, struct cloud_hop, i)) == WAY_GATEWAY)
			return true;
	return false;
}

static void add_taken(const struct network_facts *network, const struct cloud_route *route,
		      const char *whose, struct findings *out)
{
	struct finding *finding = cloud_finding(out, STATUS_FAIL, route->table);
	uint32_t count = overlap(&route->destination);
	char percent[48], range[PREFIX_TEXT_MAX];
	struct text words;

	if (!finding)
		return;
	text_init(&words, 512);
	cloud_route_words(route, &words);
	share_print(count, REVERSE_RANGE_SIZE, percent, sizeof(percent));
	prefix_print(&reverse_range, range);
	finding->subject.prefix = route->destination;
	finding->share = (struct share){ .known = true, .addresses = count };
	finding_cause(out, finding, goes_outside(route) ? "CLD-11" : "OVL-14");
	finding_message(out, finding, "the route table of %s takes %s of %s: %s", whose, percent,
			range, text_string(&words));
	finding_expected(out, finding, "nothing longer than the system route 100.64.0.0/10 meets "
				       "%s", range);
	finding_evidence(out, finding,
			 CLOUD_POINTER("/network/routes", &network->routes, route).text, "%s",
			 text_string(&words));
	finding_remedy(out, finding, "cloud", "delete the entry from %s, or narrow it so that it "
					      "leaves %s alone", route->table, range);
	if (text_error(&words) == -ENOMEM)
		out->error = -ENOMEM;
	text_release(&words);
}

static void judge_table(const struct network_facts *network, const struct vswitch_fact *vswitch,
			struct findings *out)
{
	const char *whose = vswitch->is_link ? "the link's vSwitch" : "the vSwitch of a service";
	size_t i, unread = 0;
	struct finding *finding;

	if (!cloud_table_read(&network->tables, &network->routes, vswitch->route_table, out))
		return;
	for (i = 0; i < network->routes.count; i++) {
		const struct cloud_route *route =
			LIST_AT(&network->routes, struct cloud_route, i);

		if (!text_equal(route->table, vswitch->route_table))
			continue;
		unread += route->unread != NULL;
		if (takes_range(route))
			add_taken(network, route, whose, out);
	}
	if (!unread)
		return;
	finding = cloud_finding(out, STATUS_UNKNOWN, vswitch->route_table);
	finding_message(out, finding, "%zu entries have a destination that is no IPv4 prefix",
			unread);
	finding_settle(out, finding, "look at the entries of %s in the console",
		       vswitch->route_table);
}

/* A VPC whose own addresses lie in the range: allowed formerly. */
static void judge_vpc_cidr(const struct network_facts *network, const struct vpc_fact *vpc,
			   const struct prefix *cidr, bool user, struct findings *out)
{
	char text[PREFIX_TEXT_MAX], range[PREFIX_TEXT_MAX];
	struct finding *finding;

	if (!cidr->known || !prefix_overlaps(cidr, &reverse_range) ||
	    cidr->length <= cloud_service_route.length)
		return;
	finding = cloud_finding(out, STATUS_FAIL, vpc->id);
	if (!finding)
		return;
	prefix_print(cidr, text);
	prefix_print(&reverse_range, range);
	finding->subject.prefix = *cidr;
	finding_cause(out, finding, "OVL-14");
	finding_message(out, finding, user ? "VPC %s takes %s for private addresses of its user, "
					     "inside %s"
					   : "VPC %s has addresses in %s, inside %s",
			vpc->id, text, range);
	finding_expected(out, finding, "no addresses of the VPC in %s", range);
	finding_evidence(out, finding, CLOUD_POINTER("/network/vpcs", &network->vpcs, vpc).text,
			 "%s", text);
	finding_remedy(out, finding, "cloud", "move what uses %s into a VPC with other addresses",
		       text);
}

static void judge_vpc(const struct network_facts *network, const struct vpc_fact *vpc,
		      struct findings *out)
{
	struct prefix cidr;
	size_t i;

	judge_vpc_cidr(network, vpc, &vpc->cidr, false, out);
	for (i = 0; i < vpc->secondary_cidrs.count; i++)
		if (!prefix_parse_loose(vpc->secondary_cidrs.items[i], &cidr))
			judge_vpc_cidr(network, vpc, &cidr, false, out);
	for (i = 0; i < vpc->user_cidrs.count; i++)
		if (!prefix_parse_loose(vpc->user_cidrs.items[i], &cidr))
			judge_vpc_cidr(network, vpc, &cidr, true, out);
}

/* Two vSwitches may share one table: it is judged once, as the link's. */
static bool was_judged(const struct network_facts *network, const struct vswitch_fact *vswitch)
{
	const struct vswitch_fact *link = network_link_vswitch(network);
	size_t i;

	if (!vswitch->is_link && link && text_equal(link->route_table, vswitch->route_table))
		return true;
	for (i = 0; i < network->vswitch_list.count; i++) {
		const struct vswitch_fact *other =
			LIST_AT(&network->vswitch_list, struct vswitch_fact, i);

		if (other == vswitch)
			return false;
		if (text_equal(other->route_table, vswitch->route_table))
			return !vswitch->is_link;
	}
	return false;
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct network_facts *network = &context->facts->network;
	size_t i;

	for (i = 0; i < network->vpcs.count; i++)
		judge_vpc(network, LIST_AT(&network->vpcs, struct vpc_fact, i), out);
	for (i = 0; i < network->vswitch_list.count; i++) {
		const struct vswitch_fact *vswitch =
			LIST_AT(&network->vswitch_list, struct vswitch_fact, i);

		if (!was_judged(network, vswitch))
			judge_table(network, vswitch, out);
	}
	if (network->vswitches.state != FACT_ABSENT)
		(void)cloud_asked(&network->vswitches, "which vSwitches hold the plan's addresses",
				  network->vpc_id, out);
	if (!network_link_vswitch(network))
		(void)cloud_asked(&network->vswitch, "the route table of the vSwitch",
				  network->vswitch_id, out);
}

const struct rule rule_vpc_routes_leave_range = {
	.code = "vpc-routes-leave-range",
	.area = "cloud routes",
	.title = "no route of the VPC takes the range from the system route 100.64.0.0/10",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_NETWORK),
	.vantages = VANTAGE_CLOUD,
	.causes = { "OVL-14", "CLD-11" },
	.why = "answers to the range leave the VPC by its system route 100.64.0.0/10; a longer "
	       "entry leads them elsewhere",
	.evidence = "entries of the route tables of the link's vSwitch and of the vSwitches that "
		    "hold the plan's addresses; the VPC's own, secondary and user CIDRs",
	.remedies = {
		{ "cloud", "delete the entry, or narrow it so that it leaves the range alone" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = cloud_no_vswitch,
	.eval = evaluate,
};
