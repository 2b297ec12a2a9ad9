/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section "network": the link's vSwitch and VPC, the vSwitches of the VPC that hold an address of
 * the plan, and the route tables of these.
 */
#include "probes/cloud_helper/read_groups.h"
#include "probes/cloud_helper/read_inquiry.h"

#include "probes/cloud_helper/reply.h"
#include "rules/facts_cloud_services.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static struct network_facts *network_of(struct cloud_run *run)
{
	return &run->facts->network;
}

static bool holds_service(struct cloud_run *run, const struct prefix *cidr)
{
	struct list addresses = { .items = NULL };
	bool found = false;
	size_t i;

	if (planned_addresses(run->plan, &addresses))
		(void)cloud_keeps(run, NULL);
	for (i = 0; cidr->known && i < addresses.count; i++) {
		const struct address *one = LIST_AT(&addresses, struct address, i);

		found = found || (one->family == ADDRESS_IPV4 &&
				  prefix_contains(cidr, address_ipv4(one)));
	}
	free(addresses.items);
	return found;
}

static bool has_vswitch(struct cloud_run *run, const char *id)
{
	const struct list *list = &network_of(run)->vswitch_list;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (text_equal(LIST_AT(list, struct vswitch_fact, i)->id, id))
			return true;
	return false;
}

static void add_vswitch(struct cloud_run *run, const cJSON *json, bool is_link)
{
	struct network_facts *network = network_of(run);
	struct vswitch_fact *vswitch;

	if (has_vswitch(run, reply_word(json, "VSwitchId")))
		return;
	vswitch = list_add(&network->vswitch_list, sizeof(*vswitch));
	if (!cloud_keeps(run, vswitch))
		return;
	vswitch->id = reply_text(run, json, "VSwitchId");
	vswitch->is_link = is_link;
	vswitch->vpc_id = reply_text(run, json, "VpcId");
	vswitch->zone = reply_text(run, json, "ZoneId");
	vswitch->cidr = reply_prefix(json, "CidrBlock");
	vswitch->is_service = holds_service(run, &vswitch->cidr);
	vswitch->free_addresses = reply_number(json, "AvailableIpAddressCount");
	vswitch->status = reply_text(run, json, "Status");
	vswitch->route_table = reply_text(run, json, "RouteTable.RouteTableId");
	vswitch->route_table_type = reply_text(run, json, "RouteTable.RouteTableType");
	vswitch->network_acl = reply_text(run, json, "NetworkAclId");
	vswitch->share_type = reply_text(run, json, "ShareType");
	vswitch->owner = reply_text(run, json, "OwnerId");
	if (vswitch->network_acl)
		read_network_acl(run, vswitch->network_acl);
	if (vswitch->route_table)
		read_cloud_table(run, &network->tables, &network->routes, vswitch->route_table);
}

static void on_vswitches(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct network_facts *network = network_of(run);
	const cJSON *one;

	(void)context;
	if (!inquiry_settle(run, &network->vswitches, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "VSwitches.VSwitch")) {
		struct prefix cidr = reply_prefix(one, "CidrBlock");

		if (*reply_word(one, "VSwitchId") && holds_service(run, &cidr) &&
		    strcmp(reply_word(one, "VSwitchId"),
			   network->vswitch_id ? network->vswitch_id : "") != 0 &&
		    inquiry_room(run, &network->vswitches, &network->vswitch_list,
				 INQUIRY_ITEMS_MAX))
			add_vswitch(run, one, false);
	}
}

static void add_vpc(struct cloud_run *run, const cJSON *json)
{
	struct vpc_fact *vpc = list_add(&network_of(run)->vpcs, sizeof(*vpc));
	const cJSON *one;

	if (!cloud_keeps(run, vpc))
		return;
	vpc->id = reply_text(run, json, "VpcId");
	vpc->region = reply_text(run, json, "RegionId");
	vpc->status = reply_text(run, json, "Status");
	vpc->cidr = reply_prefix(json, "CidrBlock");
	vpc->owner = reply_text(run, json, "OwnerId");
	vpc->ipv4_gateway = reply_text(run, json, "Ipv4GatewayId");
	reply_strings(run, json, "SecondaryCidrBlocks.SecondaryCidrBlock", INQUIRY_NAMES_MAX,
		      &vpc->secondary_cidrs);
	reply_strings(run, json, "UserCidrs.UserCidr", INQUIRY_NAMES_MAX, &vpc->user_cidrs);
	cJSON_ArrayForEach(one, reply_list(json, "AssociatedCens.AssociatedCen")) {
		char *cen = reply_text(run, one, "CenId");

		if (cen && vpc->cens.count < INQUIRY_NAMES_MAX && strings_add(&vpc->cens, cen))
			(void)cloud_keeps(run, NULL);
		free(cen);
	}
}

/* An answer without the id says as much as "there is no such VPC". */
static bool is_found(const struct cloud_reply *reply, const char *key)
{
	return reply->outcome == CALL_OK && *reply_word(reply->json, key);
}

static bool is_answered(const struct cloud_reply *reply)
{
	return reply->outcome == CALL_OK || reply->outcome == CALL_MISSING;
}

static void on_vpc(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct network_facts *network = network_of(run);

	(void)context;
	(void)inquiry_settle(run, &network->vpc, reply);
	if (is_answered(reply))
		network->vpc_found = (struct maybe){ true, is_found(reply, "VpcId") };
	if (is_found(reply, "VpcId"))
		add_vpc(run, reply->json);
}

static void ask_vpc(struct cloud_run *run, const char *id)
{
	struct cloud_parameter parameters[] = { { "VpcId", id }, { NULL, NULL } };
	struct network_facts *network = network_of(run);

	if (network->vpc_id || !id || !*id)
		return;
	inquiry_text(run, &network->vpc_id, id);
	cloud_call(run, ACTION_DESCRIBE_VPC_ATTRIBUTE, parameters, on_vpc, NULL);
	/* which of them holds GitLab; in a data center none does */
	if (run->plan->gitlab.access != ACCESS_DATACENTER)
		cloud_call(run, ACTION_DESCRIBE_VSWITCHES, parameters, on_vswitches, NULL);
}

static void on_vswitch(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct network_facts *network = network_of(run);

	(void)context;
	(void)inquiry_settle(run, &network->vswitch, reply);
	(void)cloud_section_settle(run, SECTION_NETWORK, reply);
	if (is_answered(reply))
		network->vswitch_found = (struct maybe){ true, is_found(reply, "VSwitchId") };
	if (!is_found(reply, "VSwitchId"))
		return;
	add_vswitch(run, reply->json, true);
	ask_vpc(run, reply_word(reply->json, "VpcId"));
}

static void start(struct cloud_run *run)
{
	const struct plan_link *link = &run->plan->link;
	struct cloud_parameter parameters[] = { { "VSwitchId", link->vswitch_id },
						{ NULL, NULL } };

	if (!link->vswitch_id && !link->vpc_id)
		return;
	cloud_section_begin(run, SECTION_NETWORK);
	ask_vpc(run, link->vpc_id);
	if (!link->vswitch_id)
		return;
	inquiry_text(run, &network_of(run)->vswitch_id, link->vswitch_id);
	cloud_call(run, ACTION_DESCRIBE_VSWITCH_ATTRIBUTES, parameters, on_vswitch, NULL);
}

static void finish(struct cloud_run *run)
{
	network_sort(network_of(run));
}

const struct cloud_reader reader_network = { "network", start, finish };
