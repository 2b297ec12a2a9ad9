/* SPDX-License-Identifier: Apache-2.0 */
/* Which border routers the link uses, where their legs lead, and whether CEN is on the way. */
#include "rules/checks/cloud_rules.h"

#include <string.h>
#include <strings.h>

static bool shares_cen(const struct vbr_fact *vbr, const struct vpc_fact *vpc)
{
	size_t i;

	for (i = 0; vpc && i < vpc->cens.count; i++)
		if (strings_contain(&vbr->cens, vpc->cens.items[i]))
			return true;
	return false;
}

static bool shares_interface(const struct transit_facts *transit, const struct vbr_fact *vbr,
			     const char *vpc)
{
	size_t i;

	for (i = 0; i < transit->interface_list.count; i++) {
		const struct router_interface_fact *one =
			LIST_AT(&transit->interface_list, struct router_interface_fact, i);

		if ((text_equal(one->router_id, vbr->id) &&
		     text_equal(one->opposite_vpc_id, vpc)) ||
		    (text_equal(one->opposite_router_id, vbr->id) &&
		     text_equal(one->vpc_id, vpc)))
			return true;
	}
	return false;
}

static const char *router_of(const struct transit_facts *transit, const char *resource)
{
	size_t i;

	for (i = 0; i < transit->attachment_list.count; i++) {
		const struct attachment_fact *one =
			LIST_AT(&transit->attachment_list, struct attachment_fact, i);

		if (text_equal(one->resource_id, resource))
			return one->transit_router;
	}
	return NULL;
}

bool cloud_vbr_is_ours(const struct rule_context *context, const struct vbr_fact *vbr)
{
	const struct transit_facts *transit = &context->facts->transit;
	const struct network_facts *network = &context->facts->network;
	const char *vpc = cloud_link_vpc(context), *router;

	if (transit->vbr_id)
		return text_equal(transit->vbr_id, vbr->id);
	if (!vpc)
		return false;
	router = router_of(transit, vpc);
	return shares_interface(transit, vbr, vpc) ||
	       (router && text_equal(router_of(transit, vbr->id), router)) ||
	       (network->section.state == FACT_OK && shares_cen(vbr, network_vpc(network, vpc)));
}

bool cloud_vbrs(const struct rule_context *context, struct findings *out)
{
	const struct transit_facts *transit = &context->facts->transit;
	struct finding *finding;
	size_t i;

	if (!cloud_asked(&transit->vbrs, "the border routers", transit->vbr_id, out))
		return false;
	for (i = 0; i < transit->vbr_list.count; i++)
		if (cloud_vbr_is_ours(context, LIST_AT(&transit->vbr_list, struct vbr_fact, i)))
			return true;
	finding = cloud_finding(out, STATUS_UNKNOWN, transit->vbr_id);
	if (transit->vbr_id)
		finding_message(out, finding, "border router %s is not seen in this region: it may "
				"be another account's, or the id is wrong", transit->vbr_id);
	else
		finding_message(out, finding, "no border router of this region is seen to lead to "
				"the VPC");
	finding_settle(out, finding, "reachback check --vbr-id VBR");
	return false;
}

const char *cloud_leg_vpc(const struct transit_facts *transit, const struct cloud_hop *hop)
{
	const struct router_interface_fact *interface;

	if (cloud_hop_way(hop) == WAY_VPC)
		return hop->id;
	if (hop->related_type && hop->related_id && !strcasecmp(hop->related_type, "VPC"))
		return hop->related_id;
	interface = transit_interface(transit, hop->id);
	if (interface)
		return interface->opposite_vpc_id;
	interface = hop->id ? transit_opposite(transit, hop->id) : NULL;
	return interface ? interface->vpc_id : NULL;
}

const char *cloud_interface_defect(const struct router_interface_fact *interface)
{
	const struct {
		const char *word, *good;
	} states[] = {
		{ interface->status, "Active" },
		{ interface->business_status, "Normal" },
		{ interface->opposite_status, "Active" },
		{ interface->opposite_business, "Normal" },
	};
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!cloud_word_is(states[i].word, states[i].good))
			return states[i].word;
	return NULL;
}

static bool leads_to_router(const struct cloud_route *route)
{
	size_t i;

	for (i = 0; i < route->next_hops.count; i++) {
		const struct cloud_hop *hop = LIST_AT(&route->next_hops, struct cloud_hop, i);

		if (cloud_hop_way(hop) == WAY_ROUTER && !cloud_word_is(hop->type, "VpcPeer") &&
		    !cloud_word_is(hop->type, "Ecr"))
			return true;
	}
	return false;
}

/* The VPC and a border router of the link share a CEN, and no router interface. */
static bool could_use_cen(const struct rule_context *context)
{
	const struct transit_facts *transit = &context->facts->transit;
	const char *vpc = cloud_link_vpc(context);
	size_t i;

	for (i = 0; vpc && i < transit->vbr_list.count; i++) {
		const struct vbr_fact *vbr = LIST_AT(&transit->vbr_list, struct vbr_fact, i);

		if (cloud_vbr_is_ours(context, vbr) && !shares_interface(transit, vbr, vpc) &&
		    (vbr->cens.count || router_of(transit, vbr->id)))
			return true;
	}
	return false;
}

bool cloud_uses_cen(const struct rule_context *context)
{
	const struct network_facts *network = &context->facts->network;
	const struct cloud_route *route = NULL;
	struct cloud_services services;

	if (context->facts->transit.section.state != FACT_OK)
		return false;
	cloud_services(&context->facts->plan, &services);
	if (network->section.state == FACT_OK && services.count)
		route = cloud_route_match(&network->routes, cloud_link_table(context),
					  address_ipv4(&services.items[0]));
	if (route && route->destination.length)
		return leads_to_router(route);
	return (route && leads_to_router(route)) || could_use_cen(context);
}
