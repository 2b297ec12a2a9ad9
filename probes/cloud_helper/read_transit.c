/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section "transit", the border routers: all of the region (another one may claim the range, too),
 * their route tables, router interfaces and BGP. What of CEN lies behind them: read_cen.c.
 */
#include "probes/cloud_helper/read_cen.h"
#include "probes/cloud_helper/read_inquiry.h"
#include "probes/cloud_helper/reply.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define TABLES_MAX 30 /* of border routers */
#define CENS_MAX 5

static struct transit_facts *transit_of(struct cloud_run *run)
{
	return &run->facts->transit;
}

/* The planned border router's circuit comes from the list of circuits where there are several. */
static void add_vbr(struct cloud_run *run, const cJSON *json)
{
	struct transit_facts *transit = transit_of(run);
	const cJSON *one;
	struct vbr_fact *vbr;

	if (!*reply_word(json, "VbrId") || transit_vbr(transit, reply_word(json, "VbrId")) ||
	    !inquiry_room(run, &transit->vbrs, &transit->vbr_list, INQUIRY_ITEMS_MAX))
		return;
	vbr = list_add(&transit->vbr_list, sizeof(*vbr));
	if (!cloud_keeps(run, vbr))
		return;
	vbr->id = reply_text(run, json, "VbrId");
	vbr->name = reply_text(run, json, "Name");
	vbr->status = reply_text(run, json, "Status");
	vbr->route_table = reply_text(run, json, "RouteTableId");
	vbr->circuit = reply_text(run, json, "PhysicalConnectionId");
	vbr->circuit_status = reply_text(run, json, "PhysicalConnectionStatus");
	vbr->circuit_business = reply_text(run, json, "PhysicalConnectionBusinessStatus");
	vbr->local_gateway = reply_address(json, "LocalGatewayIp");
	vbr->peer_gateway = reply_address(json, "PeerGatewayIp");
	vbr->mask = reply_text(run, json, "PeeringSubnetMask");
	vbr->vlan = reply_number(json, "VlanId");
	vbr->mtu = reply_number(json, "Mtu");
	vbr->ecr = reply_text(run, json, "EcrId");
	vbr->ecr_status = reply_text(run, json, "EcrAttatchStatus"); /* sic */
	cJSON_ArrayForEach(one, reply_list(json, "AssociatedCens.AssociatedCen")) {
		char *cen = reply_text(run, one, "CenId");

		if (cen && vbr->cens.count < INQUIRY_NAMES_MAX && strings_add(&vbr->cens, cen))
			(void)cloud_keeps(run, NULL);
		free(cen);
	}
}

/* The planned one first: of others there may be many. */
static void ask_tables(struct cloud_run *run)
{
	struct transit_facts *transit = transit_of(run);
	const struct vbr_fact *planned = transit_vbr(transit, transit->vbr_id);
	size_t i;

	if (planned)
		read_cloud_table(run, &transit->tables, &transit->routes, planned->route_table);
	for (i = 0; i < transit->vbr_list.count && i < TABLES_MAX; i++)
		read_cloud_table(run, &transit->tables, &transit->routes,
				 LIST_AT(&transit->vbr_list, struct vbr_fact, i)->route_table);
}

/* Of CENs that are not looked at nothing is known: no answer about the others is whole. */
static void leave_cens(struct cloud_run *run)
{
	struct transit_facts *transit = transit_of(run);
	struct inquiry *const inquiries[] = { &transit->members, &transit->cen_routes,
					      &transit->routers, &transit->attachments };
	size_t i;

	for (i = 0; i < sizeof(inquiries) / sizeof(inquiries[0]); i++)
		inquiry_fail(run, inquiries[i], "there are more CENs than are looked at");
}

static void add_cen(struct cloud_run *run, struct strings *cens, const char *cen)
{
	if (strings_contain(cens, cen))
		return;
	if (cens->count >= CENS_MAX)
		leave_cens(run);
	else if (strings_add(cens, cen))
		(void)cloud_keeps(run, NULL);
}

/* Each CEN once, however many border routers are attached to it. */
static void ask_cens(struct cloud_run *run)
{
	const struct transit_facts *transit = transit_of(run);
	struct strings cens = { .items = NULL };
	size_t i, j;

	for (i = 0; i < transit->vbr_list.count; i++) {
		const struct vbr_fact *vbr = LIST_AT(&transit->vbr_list, struct vbr_fact, i);

		if (transit->vbr_id && !text_equal(transit->vbr_id, vbr->id))
			continue;
		for (j = 0; j < vbr->cens.count; j++)
			add_cen(run, &cens, vbr->cens.items[j]);
	}
	read_cens(run, &cens);
	strings_release(&cens);
}

static void on_vbrs(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct transit_facts *transit = transit_of(run);
	const cJSON *one;

	(void)context;
	(void)cloud_section_settle(run, SECTION_TRANSIT, reply);
	if (!inquiry_settle(run, &transit->vbrs, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json,
					   "VirtualBorderRouterSet.VirtualBorderRouterType"))
		add_vbr(run, one);
	ask_tables(run);
	ask_cens(run);
}

static void add_interface(struct cloud_run *run, const cJSON *json)
{
	struct list *list = &transit_of(run)->interface_list;
	struct router_interface_fact *one;

	if (!*reply_word(json, "RouterInterfaceId") ||
	    !inquiry_room(run, &transit_of(run)->interfaces, list, INQUIRY_ITEMS_MAX))
		return;
	one = list_add(list, sizeof(*one));
	if (!cloud_keeps(run, one))
		return;
	one->id = reply_text(run, json, "RouterInterfaceId");
	one->router_id = reply_text(run, json, "RouterId");
	one->router_type = reply_text(run, json, "RouterType");
	one->vpc_id = reply_text(run, json, "VpcInstanceId");
	one->opposite_id = reply_text(run, json, "OppositeInterfaceId");
	one->opposite_router_id = reply_text(run, json, "OppositeRouterId");
	one->opposite_router_type = reply_text(run, json, "OppositeRouterType");
	one->opposite_vpc_id = reply_text(run, json, "OppositeVpcInstanceId");
	one->opposite_region = reply_text(run, json, "OppositeRegionId");
	one->status = reply_text(run, json, "Status");
	one->opposite_status = reply_text(run, json, "OppositeInterfaceStatus");
	one->business_status = reply_text(run, json, "BusinessStatus");
	one->opposite_business = reply_text(run, json, "OppositeInterfaceBusinessStatus");
	one->health_source = reply_address(json, "HealthCheckSourceIp");
	one->health_target = reply_address(json, "HealthCheckTargetIp");
}

static void on_interfaces(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const cJSON *one;

	(void)context;
	if (inquiry_settle(run, &transit_of(run)->interfaces, reply))
		cJSON_ArrayForEach(one, reply_list(reply->json,
						   "RouterInterfaceSet.RouterInterfaceType"))
			add_interface(run, one);
}

static void on_peers(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct list *list = &transit_of(run)->peer_list;
	const cJSON *one;

	(void)context;
	if (!inquiry_settle(run, &transit_of(run)->peers, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "BgpPeers.BgpPeer")) {
		struct bgp_peer_fact *peer;

		if (!*reply_word(one, "BgpPeerId"))
			continue;
		if (!inquiry_room(run, &transit_of(run)->peers, list, INQUIRY_ITEMS_MAX))
			return;
		peer = list_add(list, sizeof(*peer));
		if (!cloud_keeps(run, peer))
			return;
		peer->id = reply_text(run, one, "BgpPeerId");
		peer->router_id = reply_text(run, one, "RouterId");
		peer->address = reply_address(one, "PeerIpAddress");
		peer->status = reply_text(run, one, "BgpStatus");
		peer->received = reply_number(one, "ReceivedRouteCount");
		peer->advertised = reply_number(one, "AdvertisedRouteCount");
		peer->limit = reply_number(one, "RouteLimit");
	}
}

static void on_networks(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct list *list = &transit_of(run)->network_list;
	const cJSON *one;

	(void)context;
	if (!inquiry_settle(run, &transit_of(run)->networks, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "BgpNetworks.BgpNetwork")) {
		struct bgp_network_fact *network;

		if (!inquiry_room(run, &transit_of(run)->networks, list, INQUIRY_ITEMS_MAX))
			return;
		network = list_add(list, sizeof(*network));
		if (!cloud_keeps(run, network))
			return;
		network->router_id = reply_text(run, one, "RouterId");
		network->vpc_id = reply_text(run, one, "VpcId");
		network->status = reply_text(run, one, "Status");
		network->prefix = reply_prefix(one, "DstCidrBlock");
	}
}

/* Rules of a data center alone read this section. */
static bool is_wanted(const struct plan *plan)
{
	if (!plan->datacenter.vbr_id && !plan->link.vpc_id && !plan->link.vswitch_id)
		return false;
	if (plan->gitlab.access == ACCESS_UNSET)
		return plan->datacenter.vbr_id || plan->datacenter.cidrs.count;
	return plan->gitlab.access == ACCESS_DATACENTER;
}

static void start(struct cloud_run *run)
{
	const char *vbr = run->plan->datacenter.vbr_id;
	struct cloud_parameter all[] = { { NULL, NULL } };
	struct cloud_parameter named[] = { { vbr ? "RouterId" : NULL, vbr }, { NULL, NULL } };

	if (!is_wanted(run->plan))
		return;
	cloud_section_begin(run, SECTION_TRANSIT);
	inquiry_text(run, &transit_of(run)->vbr_id, vbr);
	cloud_call(run, ACTION_DESCRIBE_VIRTUAL_BORDER_ROUTERS, all, on_vbrs, NULL);
	cloud_call(run, ACTION_DESCRIBE_ROUTER_INTERFACES, all, on_interfaces, NULL);
	cloud_call(run, ACTION_DESCRIBE_BGP_PEERS, named, on_peers, NULL);
	cloud_call(run, ACTION_DESCRIBE_BGP_NETWORKS, named, on_networks, NULL);
}

static void finish(struct cloud_run *run)
{
	transit_sort(transit_of(run));
}

const struct cloud_reader reader_transit = { "transit", start, finish };
