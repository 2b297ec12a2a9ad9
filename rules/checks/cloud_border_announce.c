/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the border router announces to the data center by BGP: shown, not judged, for a data center
 * may have its route to the range by hand.
 */
#include "rules/checks/cloud_rules.h"

static bool is_announced(const struct transit_facts *transit)
{
	size_t i;

	for (i = 0; i < transit->network_list.count; i++) {
		const struct bgp_network_fact *network =
			LIST_AT(&transit->network_list, struct bgp_network_fact, i);

		if (network->prefix.known && prefix_covers(&network->prefix, &reverse_range))
			return true;
	}
	return false;
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct transit_facts *transit = &context->facts->transit;
	char range[PREFIX_TEXT_MAX];
	struct finding *finding;

	if (!cloud_asked(&transit->networks, "what is announced by BGP", transit->vbr_id, out))
		return;
	finding = cloud_finding(out, STATUS_PASS, transit->vbr_id);
	prefix_print(&reverse_range, range);
	finding_message(out, finding, is_announced(transit)
			? "%s is announced to the data center by BGP"
			: "%s is not announced to the data center by BGP: its routers need the "
			  "route by hand", range);
}

static const char *skip(const struct rule_context *context)
{
	const struct transit_facts *transit = &context->facts->transit;

	if (transit->section.state == FACT_OK && transit->peers.state == FACT_OK &&
	    transit->networks.state == FACT_OK && !transit->peer_list.count)
		return "the border router has no BGP session";
	return cloud_no_datacenter(context);
}

const struct rule rule_border_announces_range = {
	.code = "border-announces-range",
	.area = "cloud routes",
	.title = "what the border router announces to the data center by BGP",
	.severity = SEVERITY_NOTE,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_TRANSIT),
	.vantages = VANTAGE_CLOUD,
	.why = "routers of the data center learn the way back by BGP only where the border router "
	       "announces the range; else they need the route by hand",
	.evidence = "BGP networks of the border router",
	.document = "000",
	.heading = "Prerequisites",
	.skip = skip,
	.eval = evaluate,
};
