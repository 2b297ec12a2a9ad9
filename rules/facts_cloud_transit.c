/* SPDX-License-Identifier: Apache-2.0 */
/* Record tables and order of the section "transit". */
#include "rules/facts_cloud_transit.h"

#include "rules/facts_cloud_ids.h"
#include "rules/facts_cloud_network.h"
#include "rules/facts_record.h"

static const struct field vbr_fields[] = {
	FIELD(vbr_fact, id, FIELD_REQUIRED, "border router; key"),
	FIELD(vbr_fact, name, 0, "name"),
	FIELD(vbr_fact, status, 0, "state, as the API spells it"),
	FIELD(vbr_fact, route_table, 0, "its route table"),
	FIELD(vbr_fact, circuit, 0, "its physical connection"),
	FIELD(vbr_fact, circuit_status, 0, "state of the circuit"),
	FIELD(vbr_fact, circuit_business, 0, "\"Normal\", or what it is locked for"),
	FIELD(vbr_fact, local_gateway, 0, "address on the side of the cloud"),
	FIELD(vbr_fact, peer_gateway, 0, "address on the side of the data center"),
	FIELD(vbr_fact, mask, 0, "mask of both"),
	FIELD(vbr_fact, vlan, 0, "VLAN"),
	FIELD(vbr_fact, mtu, 0, "MTU"),
	FIELD(vbr_fact, cens, 0, "CEN instances that it is attached to"),
	FIELD(vbr_fact, ecr, 0, "Express Connect Router that it is attached to"),
	FIELD(vbr_fact, ecr_status, 0, "state of that"),
	{ .name = NULL },
};
static const struct record vbr_record = { "vbr", sizeof(struct vbr_fact), vbr_fields };

static const struct field router_interface_fields[] = {
	FIELD(router_interface_fact, id, FIELD_REQUIRED, "router interface; key"),
	FIELD(router_interface_fact, router_id, 0, "router that it sits on"),
	FIELD(router_interface_fact, router_type, 0, "\"VBR\" or \"VRouter\""),
	FIELD(router_interface_fact, vpc_id, 0, "VPC of that router"),
	FIELD(router_interface_fact, opposite_id, 0, "the other end"),
	FIELD(router_interface_fact, opposite_router_id, 0, "router of the other end"),
	FIELD(router_interface_fact, opposite_router_type, 0, "\"VBR\" or \"VRouter\""),
	FIELD(router_interface_fact, opposite_vpc_id, 0, "VPC of the other end"),
	FIELD(router_interface_fact, opposite_region, 0, "region of the other end"),
	FIELD(router_interface_fact, status, 0, "state, as the API spells it"),
	FIELD(router_interface_fact, opposite_status, 0, "state of the other end"),
	FIELD(router_interface_fact, business_status, 0, "\"Normal\", or what it is locked for"),
	FIELD(router_interface_fact, opposite_business, 0, "the same of the other end"),
	FIELD(router_interface_fact, health_source, 0, "where its health check comes from"),
	FIELD(router_interface_fact, health_target, 0, "where its health check goes"),
	{ .name = NULL },
};
static const struct record router_interface_record = {
	"router_interface", sizeof(struct router_interface_fact), router_interface_fields,
};

static const struct field bgp_peer_fields[] = {
	FIELD(bgp_peer_fact, id, FIELD_REQUIRED, "session; key"),
	FIELD(bgp_peer_fact, router_id, 0, "border router"),
	FIELD(bgp_peer_fact, address, 0, "of the peer"),
	FIELD(bgp_peer_fact, status, 0, "\"Established\" ..."),
	FIELD(bgp_peer_fact, received, 0, "routes from the peer"),
	FIELD(bgp_peer_fact, advertised, 0, "routes to the peer"),
	FIELD(bgp_peer_fact, limit, 0, "routes that it may send"),
	{ .name = NULL },
};
static const struct record bgp_peer_record = { "bgp_peer", sizeof(struct bgp_peer_fact),
					       bgp_peer_fields };

static const struct field bgp_network_fields[] = {
	FIELD(bgp_network_fact, router_id, 0, "border router"),
	FIELD(bgp_network_fact, vpc_id, 0, "VPC"),
	FIELD(bgp_network_fact, status, 0, "state, as the API spells it"),
	FIELD(bgp_network_fact, prefix, 0, "that is advertised"),
	{ .name = NULL },
};
static const struct record bgp_network_record = { "bgp_network", sizeof(struct bgp_network_fact),
						  bgp_network_fields };

static const struct field cen_member_fields[] = {
	FIELD(cen_member_fact, cen_id, 0, "CEN instance"),
	FIELD(cen_member_fact, id, 0, "network that is attached"),
	FIELD(cen_member_fact, type, 0, "\"VPC\", \"VBR\" ..."),
	FIELD(cen_member_fact, region, 0, "its region"),
	FIELD(cen_member_fact, status, 0, "state, as the API spells it"),
	{ .name = NULL },
};
static const struct record cen_member_record = { "cen_member", sizeof(struct cen_member_fact),
						 cen_member_fields };

static const struct field cen_route_fields[] = {
	FIELD(cen_route_fact, cen_id, 0, "CEN instance"),
	FIELD(cen_route_fact, member_id, 0, "network that sees it"),
	FIELD(cen_route_fact, table, 0, "route table"),
	FIELD(cen_route_fact, destination, 0, "destination"),
	FIELD(cen_route_fact, type, 0, "kind, as the API spells it"),
	FIELD(cen_route_fact, status, 0, "state, as the API spells it"),
	FIELD(cen_route_fact, publish_status, 0, "is it published to CEN"),
	FIELD(cen_route_fact, next_hop_type, 0, "kind of its next hop"),
	FIELD(cen_route_fact, next_hop_id, 0, "next hop"),
	FIELD(cen_route_fact, conflicts, 0, "equal or overlapping routes of others"),
	FIELD(cen_route_fact, maps, 0, "route maps that acted on it"),
	{ .name = NULL },
};
static const struct record cen_route_record = { "cen_route", sizeof(struct cen_route_fact),
						cen_route_fields };

static const struct field transit_router_fields[] = {
	FIELD(transit_router_fact, id, FIELD_REQUIRED, "transit router; key"),
	FIELD(transit_router_fact, cen_id, 0, "CEN instance"),
	FIELD(transit_router_fact, region, 0, "its region"),
	FIELD(transit_router_fact, type, 0, "\"Enterprise\" or \"Basic\""),
	FIELD(transit_router_fact, status, 0, "state, as the API spells it"),
	{ .name = NULL },
};
static const struct record transit_router_record = {
	"transit_router", sizeof(struct transit_router_fact), transit_router_fields,
};

static const struct field attachment_fields[] = {
	FIELD(attachment_fact, id, FIELD_REQUIRED, "attachment; key"),
	FIELD(attachment_fact, transit_router, 0, "transit router"),
	FIELD(attachment_fact, resource_type, 0, "\"VPC\" or \"VBR\""),
	FIELD(attachment_fact, resource_id, 0, "network that is attached"),
	FIELD(attachment_fact, region, 0, "its region"),
	FIELD(attachment_fact, status, 0, "state, as the API spells it"),
	FIELD(attachment_fact, publishes, 0, "1: routes go into the network by themselves"),
	FIELD_OBJECT_OF(attachment_fact, associations, &inquiry_record, 0,
			"associated route table"),
	FIELD(attachment_fact, table, 0, "associated route table"),
	FIELD(attachment_fact, association, 0, "state of the association"),
	{ .name = NULL },
};
static const struct record attachment_record = { "attachment", sizeof(struct attachment_fact),
						 attachment_fields };

static const struct field transit_route_fields[] = {
	FIELD(transit_route_fact, table, FIELD_REQUIRED, "route table of a transit router"),
	FIELD(transit_route_fact, destination, 0, "destination"),
	FIELD(transit_route_fact, type, 0, "\"Propagated\" or \"Static\""),
	FIELD(transit_route_fact, status, 0, "state, as the API spells it"),
	FIELD(transit_route_fact, next_hop_type, 0, "\"Attachment\" or \"BlackHole\""),
	FIELD(transit_route_fact, resource_type, 0, "kind of network behind it"),
	FIELD(transit_route_fact, resource_id, 0, "network behind it"),
	{ .name = NULL },
};
static const struct record transit_route_record = {
	"transit_route", sizeof(struct transit_route_fact), transit_route_fields,
};

static const struct field transit_fields[] = {
	SECTION_FIELDS(transit_facts),
	FIELD(transit_facts, vbr_id, 0, "border router that was asked about"),
	FIELD_OBJECT_OF(transit_facts, vbrs, &inquiry_record, 0, "border routers"),
	FIELD_LIST_OF(transit_facts, vbr_list, &vbr_record, 0, "by id"),
	FIELD_LIST_OF(transit_facts, tables, &table_fact_record, 0, "by id"),
	FIELD_LIST_OF(transit_facts, routes, &cloud_route_record, 0, "by table and destination"),
	FIELD_OBJECT_OF(transit_facts, interfaces, &inquiry_record, 0, "router interfaces"),
	FIELD_LIST_OF(transit_facts, interface_list, &router_interface_record, 0, "by id"),
	FIELD_OBJECT_OF(transit_facts, peers, &inquiry_record, 0, "BGP sessions"),
	FIELD_LIST_OF(transit_facts, peer_list, &bgp_peer_record, 0, "by router and id"),
	FIELD_OBJECT_OF(transit_facts, networks, &inquiry_record, 0, "BGP networks"),
	FIELD_LIST_OF(transit_facts, network_list, &bgp_network_record, 0, "by router and prefix"),
	FIELD_OBJECT_OF(transit_facts, members, &inquiry_record, 0, "members of CEN"),
	FIELD_LIST_OF(transit_facts, member_list, &cen_member_record, 0, "by CEN and id"),
	FIELD_OBJECT_OF(transit_facts, cen_routes, &inquiry_record, 0, "routes that members see"),
	FIELD_LIST_OF(transit_facts, cen_route_list, &cen_route_record, 0,
		      "by member and destination"),
	FIELD_OBJECT_OF(transit_facts, routers, &inquiry_record, 0, "transit routers"),
	FIELD_LIST_OF(transit_facts, router_list, &transit_router_record, 0, "by id"),
	FIELD_OBJECT_OF(transit_facts, attachments, &inquiry_record, 0, "attachments"),
	FIELD_LIST_OF(transit_facts, attachment_list, &attachment_record, 0, "by id"),
	FIELD_LIST_OF(transit_facts, transit_routes, &transit_route_record, 0,
		      "by table and destination"),
	{ .name = NULL },
};
const struct record transit_record = { "transit", sizeof(struct transit_facts), transit_fields };

static int compare_peers(const void *one, const void *two)
{
	const struct bgp_peer_fact *a = one, *b = two;
	int order = text_compare(a->router_id, b->router_id);

	return order ? order : text_compare(a->id, b->id);
}

static int compare_networks(const void *one, const void *two)
{
	const struct bgp_network_fact *a = one, *b = two;
	int order = text_compare(a->router_id, b->router_id);

	return order ? order : prefix_compare(&a->prefix, &b->prefix);
}

static int compare_members(const void *one, const void *two)
{
	const struct cen_member_fact *a = one, *b = two;
	int order = text_compare(a->cen_id, b->cen_id);

	return order ? order : text_compare(a->id, b->id);
}

static int compare_cen_routes(const void *one, const void *two)
{
	const struct cen_route_fact *a = one, *b = two;
	int order = text_compare(a->member_id, b->member_id);

	order = order ? order : prefix_compare(&a->destination, &b->destination);
	return order ? order : text_compare(a->next_hop_id, b->next_hop_id);
}

static int compare_transit_routes(const void *one, const void *two)
{
	const struct transit_route_fact *a = one, *b = two;
	int order = text_compare(a->table, b->table);

	order = order ? order : prefix_compare(&a->destination, &b->destination);
	return order ? order : text_compare(a->resource_id, b->resource_id);
}

void transit_sort(struct transit_facts *transit)
{
	size_t i;

	SORT_BY_ID(&transit->vbr_list, vbr_fact, id);
	SORT_BY_ID(&transit->interface_list, router_interface_fact, id);
	list_sort(&transit->peer_list, sizeof(struct bgp_peer_fact), compare_peers);
	list_sort(&transit->network_list, sizeof(struct bgp_network_fact), compare_networks);
	list_sort(&transit->member_list, sizeof(struct cen_member_fact), compare_members);
	list_sort(&transit->cen_route_list, sizeof(struct cen_route_fact), compare_cen_routes);
	SORT_BY_ID(&transit->router_list, transit_router_fact, id);
	SORT_BY_ID(&transit->attachment_list, attachment_fact, id);
	list_sort(&transit->transit_routes, sizeof(struct transit_route_fact),
		  compare_transit_routes);
	cloud_tables_sort(&transit->tables);
	cloud_routes_sort(&transit->routes);
	for (i = 0; i < transit->vbr_list.count; i++)
		strings_sort(&LIST_AT(&transit->vbr_list, struct vbr_fact, i)->cens);
	for (i = 0; i < transit->cen_route_list.count; i++) {
		struct cen_route_fact *route =
			LIST_AT(&transit->cen_route_list, struct cen_route_fact, i);

		strings_sort(&route->conflicts);
		strings_sort(&route->maps);
	}
}

const struct vbr_fact *transit_vbr(const struct transit_facts *transit, const char *id)
{
	return FIND_BY_ID(&transit->vbr_list, vbr_fact, id, id);
}

const struct router_interface_fact *transit_interface(const struct transit_facts *transit,
						      const char *id)
{
	return FIND_BY_ID(&transit->interface_list, router_interface_fact, id, id);
}

const struct router_interface_fact *transit_opposite(const struct transit_facts *transit,
						     const char *id)
{
	return FIND_BY_ID(&transit->interface_list, router_interface_fact, opposite_id, id);
}
