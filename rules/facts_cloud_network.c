/* SPDX-License-Identifier: Apache-2.0 */
/* Record tables and order of the section "network", and of routes in the cloud. */
#include "rules/facts_cloud_network.h"

#include "rules/facts_cloud_ids.h"
#include "rules/facts_record.h"

static const struct field vswitch_fields[] = {
	FIELD(vswitch_fact, id, FIELD_REQUIRED, "vSwitch; key"),
	FIELD(vswitch_fact, is_link, 0, "the link's own"),
	FIELD(vswitch_fact, is_service, 0, "holds an address of the plan"),
	FIELD(vswitch_fact, vpc_id, 0, "its VPC"),
	FIELD(vswitch_fact, zone, 0, "its zone"),
	FIELD(vswitch_fact, cidr, 0, "its addresses"),
	FIELD(vswitch_fact, free_addresses, 0, "addresses that are free"),
	FIELD(vswitch_fact, status, 0, "state, as the API spells it"),
	FIELD(vswitch_fact, route_table, 0, "its route table"),
	FIELD(vswitch_fact, route_table_type, 0, "\"System\" or \"Custom\""),
	FIELD(vswitch_fact, network_acl, 0, "its network ACL"),
	FIELD(vswitch_fact, share_type, 0, "\"Shared\": of another account"),
	FIELD(vswitch_fact, owner, 0, "account"),
	{ .name = NULL },
};
static const struct record vswitch_record = { "vswitch", sizeof(struct vswitch_fact),
					      vswitch_fields };

static const struct field vpc_fields[] = {
	FIELD(vpc_fact, id, FIELD_REQUIRED, "VPC; key"),
	FIELD(vpc_fact, region, 0, "its region"),
	FIELD(vpc_fact, status, 0, "state, as the API spells it"),
	FIELD(vpc_fact, cidr, 0, "its addresses"),
	FIELD(vpc_fact, secondary_cidrs, 0, "further addresses"),
	FIELD(vpc_fact, user_cidrs, 0, "addresses that it treats as private"),
	FIELD(vpc_fact, cens, 0, "CEN instances that it is attached to"),
	FIELD(vpc_fact, owner, 0, "account"),
	FIELD(vpc_fact, ipv4_gateway, 0, "its IPv4 gateway"),
	{ .name = NULL },
};
static const struct record vpc_record = { "vpc", sizeof(struct vpc_fact), vpc_fields };

static const struct field cloud_hop_fields[] = {
	FIELD(cloud_hop, type, 0, "kind, as the API spells it"),
	FIELD(cloud_hop, id, 0, "instance"),
	FIELD(cloud_hop, enabled, 0, "0: the leg stands by"),
	FIELD(cloud_hop, weight, 0, "weight"),
	FIELD(cloud_hop, region, 0, "its region"),
	FIELD(cloud_hop, related_type, 0, "kind of the instance behind it"),
	FIELD(cloud_hop, related_id, 0, "instance behind it"),
	{ .name = NULL },
};
static const struct record cloud_hop_record = { "cloud_hop", sizeof(struct cloud_hop),
						cloud_hop_fields };

static const struct field cloud_route_fields[] = {
	FIELD(cloud_route, table, FIELD_REQUIRED, "route table"),
	FIELD(cloud_route, id, 0, "the entry"),
	FIELD(cloud_route, destination, 0, "destination, where it is an IPv4 prefix"),
	FIELD(cloud_route, unread, 0, "destination that is none"),
	FIELD(cloud_route, type, 0, "\"System\", \"Custom\", \"BGP\", \"CEN\", \"ECR\""),
	FIELD(cloud_route, status, 0, "state, as the API spells it"),
	FIELD(cloud_route, origin, 0, "where it was learned"),
	FIELD_LIST_OF(cloud_route, next_hops, &cloud_hop_record, 0, "as the API gave them"),
	{ .name = NULL },
};
const struct record cloud_route_record = { "cloud_route", sizeof(struct cloud_route),
					   cloud_route_fields };

static const struct field table_fact_fields[] = {
	FIELD(table_fact, id, FIELD_REQUIRED, "route table; key"),
	FIELD_WORDS(table_fact, state, section_words, 0, "was it read"),
	FIELD(table_fact, note, 0, "why it was not"),
	{ .name = NULL },
};
const struct record table_fact_record = { "cloud_table", sizeof(struct table_fact),
					  table_fact_fields };

static const struct field network_fields[] = {
	SECTION_FIELDS(network_facts),
	FIELD(network_facts, vpc_id, 0, "VPC that was asked about"),
	FIELD(network_facts, vswitch_id, 0, "vSwitch that was asked about"),
	FIELD_OBJECT_OF(network_facts, vswitch, &inquiry_record, 0, "the link's vSwitch"),
	FIELD(network_facts, vswitch_found, 0, "0: not in this region"),
	FIELD_OBJECT_OF(network_facts, vswitches, &inquiry_record, 0, "vSwitches of the VPC"),
	FIELD_LIST_OF(network_facts, vswitch_list, &vswitch_record, 0,
		      "by id: the link's and those of services"),
	FIELD_OBJECT_OF(network_facts, vpc, &inquiry_record, 0, "the VPC"),
	FIELD(network_facts, vpc_found, 0, "0: not in this region"),
	FIELD_LIST_OF(network_facts, vpcs, &vpc_record, 0, "by id"),
	FIELD_LIST_OF(network_facts, tables, &table_fact_record, 0, "by id"),
	FIELD_LIST_OF(network_facts, routes, &cloud_route_record, 0, "by table and destination"),
	{ .name = NULL },
};
const struct record network_record = { "network", sizeof(struct network_facts), network_fields };

static int compare_routes(const void *one, const void *two)
{
	const struct cloud_route *a = one, *b = two;
	int order = text_compare(a->table, b->table);

	order = order ? order : prefix_compare(&a->destination, &b->destination);
	order = order ? order : text_compare(a->unread, b->unread);
	return order ? order : text_compare(a->id, b->id);
}

void cloud_routes_sort(struct list *routes)
{
	list_sort(routes, sizeof(struct cloud_route), compare_routes);
}

void cloud_tables_sort(struct list *tables)
{
	SORT_BY_ID(tables, table_fact, id);
}

void network_sort(struct network_facts *network)
{
	size_t i;

	SORT_BY_ID(&network->vswitch_list, vswitch_fact, id);
	SORT_BY_ID(&network->vpcs, vpc_fact, id);
	cloud_tables_sort(&network->tables);
	cloud_routes_sort(&network->routes);
	for (i = 0; i < network->vpcs.count; i++) {
		struct vpc_fact *vpc = LIST_AT(&network->vpcs, struct vpc_fact, i);

		strings_sort(&vpc->secondary_cidrs);
		strings_sort(&vpc->user_cidrs);
		strings_sort(&vpc->cens);
	}
}

const struct vswitch_fact *network_link_vswitch(const struct network_facts *network)
{
	size_t i;

	for (i = 0; i < network->vswitch_list.count; i++) {
		const struct vswitch_fact *vswitch =
			LIST_AT(&network->vswitch_list, struct vswitch_fact, i);

		if (vswitch->is_link)
			return vswitch;
	}
	return NULL;
}

const struct vpc_fact *network_vpc(const struct network_facts *network, const char *id)
{
	return FIND_BY_ID(&network->vpcs, vpc_fact, id, id);
}

const struct table_fact *table_find(const struct list *tables, const char *id)
{
	return FIND_BY_ID(tables, table_fact, id, id);
}
