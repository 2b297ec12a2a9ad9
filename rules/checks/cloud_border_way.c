/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which border routers the requests of the link pass: where the entry that an address meets in the
 * vSwitch's table leads, leg by leg, by router interface or by CEN. The plan may name another one,
 * or one of two.
 */
#include "rules/checks/cloud_rules.h"

#include <strings.h>

struct passage {
	const struct rule_context *context;
	const struct transit_facts *transit;
	const struct vbr_fact *vbr;
	uint32_t address;
	bool passed, untold;
};

static const struct attachment_fact *vpc_attachment(const struct passage *passage)
{
	const struct list *list = &passage->transit->attachment_list;
	const char *vpc = cloud_link_vpc(passage->context);
	size_t i;

	for (i = 0; vpc && i < list->count; i++) {
		const struct attachment_fact *one = LIST_AT(list, struct attachment_fact, i);

		if (text_equal(one->resource_id, vpc))
			return one;
	}
	return NULL;
}

/* By the table of the transit router; false: it was not read, or has no entry. */
static bool pass_transit_router(struct passage *passage)
{
	const struct attachment_fact *attachment = vpc_attachment(passage);
	const struct list *routes = &passage->transit->transit_routes;
	const struct transit_route_fact *route;
	size_t i;

	route = attachment ? transit_route_match(routes, attachment->table, passage->address)
			   : NULL;
	for (i = 0; route && i < routes->count; i++) {
		const struct transit_route_fact *one =
			LIST_AT(routes, struct transit_route_fact, i);

		if (!transit_route_same(one, route))
			continue;
		if (text_equal(one->resource_id, passage->vbr->id))
			passage->passed = true;
		else if (!one->resource_type || strcasecmp(one->resource_type, "VBR") != 0)
			passage->untold = true;
	}
	return route;
}

/* By what the VPC gets of CEN: of a basic transit router nothing else is told. */
static bool pass_members(struct passage *passage)
{
	const struct list *routes = &passage->transit->cen_route_list;
	const struct cen_route_fact *best =
		cen_route_match(routes, cloud_link_vpc(passage->context), passage->address);
	size_t i;

	for (i = 0; best && i < routes->count; i++) {
		const struct cen_route_fact *one = LIST_AT(routes, struct cen_route_fact, i);

		if (!cen_route_same(one, best))
			continue;
		if (text_equal(one->next_hop_id, passage->vbr->id))
			passage->passed = true;
		else if (!transit_vbr(passage->transit, one->next_hop_id))
			passage->untold = true;
	}
	return best;
}

static void pass_leg(struct passage *passage, const struct cloud_hop *hop)
{
	const char *border;

	if (cloud_hop_way(hop) == WAY_ROUTER && !cloud_word_is(hop->type, "VpcPeer") &&
	    !cloud_word_is(hop->type, "Ecr")) {
		if (!pass_transit_router(passage) && !pass_members(passage))
			passage->untold = true;
		return;
	}
	border = cloud_leg_border(passage->context, hop);
	if (!border)
		passage->untold = true;
	else if (text_equal(border, passage->vbr->id))
		passage->passed = true;
}

enum cloud_passage cloud_border_passed(const struct rule_context *context,
				       const struct vbr_fact *vbr, const struct address *address)
{
	const struct network_facts *network = &context->facts->network;
	struct passage passage = { .context = context, .transit = &context->facts->transit,
				   .vbr = vbr, .address = address_ipv4(address) };
	const char *table = cloud_link_table(context);
	const struct cloud_route *route = NULL;
	struct cloud_legs legs = { .routes = &network->routes };
	const struct cloud_hop *hop;

	if (table)
		route = cloud_route_match(&network->routes, table, passage.address);
	if (!route)
		return CLOUD_PASSAGE_UNTOLD;
	legs.route = route;
	while ((hop = cloud_next_leg(&legs)))
		pass_leg(&passage, hop);
	if (passage.passed)
		return CLOUD_PASSED;
	return passage.untold ? CLOUD_PASSAGE_UNTOLD : CLOUD_NOT_PASSED;
}

bool cloud_border_is_passed(const struct rule_context *context, const struct vbr_fact *vbr)
{
	struct cloud_services services;
	size_t i;

	cloud_services(&context->facts->plan, &services);
	for (i = 0; i < services.count; i++)
		if (cloud_border_passed(context, vbr, &services.items[i]) == CLOUD_PASSED)
			return true;
	return false;
}

bool cloud_border_counts(const struct rule_context *context, const struct vbr_fact *vbr,
			 const struct address *address)
{
	enum cloud_passage passage = cloud_border_passed(context, vbr, address);

	if (passage == CLOUD_PASSED)
		return true;
	if (text_equal(context->facts->transit.vbr_id, vbr->id))
		return true;
	return passage == CLOUD_PASSAGE_UNTOLD && cloud_vbr_is_ours(context, vbr);
}
