/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section "transit", CEN: which networks are attached, what routes the VPC and the border router
 * get, and of transit routers the attachments, the table that each uses, and its entries.
 */
#include "probes/cloud_helper/read_cen.h"

#include "probes/cloud_helper/read_inquiry.h"
#include "probes/cloud_helper/reply.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct transit_facts *transit_of(struct cloud_run *run)
{
	return &run->facts->transit;
}

static void on_members(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct list *list = &transit_of(run)->member_list;
	const cJSON *one;

	if (!inquiry_settle(run, &transit_of(run)->members, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "ChildInstances.ChildInstance")) {
		struct cen_member_fact *member;

		if (!inquiry_room(run, &transit_of(run)->members, list, INQUIRY_ITEMS_MAX))
			return;
		member = list_add(list, sizeof(*member));
		if (!cloud_keeps(run, member))
			return;
		inquiry_text(run, &member->cen_id, context);
		member->id = reply_text(run, one, "ChildInstanceId");
		member->type = reply_text(run, one, "ChildInstanceType");
		member->region = reply_text(run, one, "ChildInstanceRegionId");
		member->status = reply_text(run, one, "Status");
	}
}

/* Whose routes were asked for. */
struct member_look {
	const char *cen, *member;
};

/* "A B", or A alone. */
static void add_string(struct cloud_run *run, struct strings *strings, const char *a,
		       const char *b)
{
	char words[256], *clean;

	(void)snprintf(words, sizeof(words), "%s%s%s", a, *b ? " " : "", b);
	clean = text_clean(words, strlen(words));
	if (cloud_keeps(run, clean) && strings->count < INQUIRY_NAMES_MAX &&
	    strings_add(strings, clean))
		(void)cloud_keeps(run, NULL);
	free(clean);
}

static void add_cen_route(struct cloud_run *run, const cJSON *json,
			  const struct member_look *look)
{
	struct list *list = &transit_of(run)->cen_route_list;
	struct cen_route_fact *route;
	const cJSON *one;

	if (!inquiry_room(run, &transit_of(run)->cen_routes, list, INQUIRY_ROUTES_MAX))
		return;
	route = list_add(list, sizeof(*route));
	if (!cloud_keeps(run, route))
		return;
	inquiry_text(run, &route->cen_id, look->cen);
	inquiry_text(run, &route->member_id, look->member);
	route->table = reply_text(run, json, "RouteTableId");
	route->destination = reply_prefix(json, "DestinationCidrBlock");
	route->type = reply_text(run, json, "Type");
	route->status = reply_text(run, json, "Status");
	route->publish_status = reply_text(run, json, "PublishStatus");
	route->next_hop_type = reply_text(run, json, "NextHopType");
	route->next_hop_id = reply_text(run, json, "NextHopInstanceId");
	cJSON_ArrayForEach(one, reply_list(json, "Conflicts.Conflict"))
		add_string(run, &route->conflicts, reply_word(one, "InstanceId"),
			   reply_word(one, "DestinationCidrBlock"));
	cJSON_ArrayForEach(one, reply_list(json, "CenRouteMapRecords.CenRouteMapRecord"))
		add_string(run, &route->maps, reply_word(one, "RouteMapId"), "");
}

static void on_cen_routes(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const cJSON *one;

	if (inquiry_settle(run, &transit_of(run)->cen_routes, reply))
		cJSON_ArrayForEach(one, reply_list(reply->json, "CenRouteEntries.CenRouteEntry"))
			add_cen_route(run, one, context);
}

static void ask_cen_routes(struct cloud_run *run, const char *cen, const char *member,
			   const char *type)
{
	struct cloud_parameter parameters[] = {
		{ "CenId", cen }, { "ChildInstanceId", member }, { "ChildInstanceType", type },
		{ "ChildInstanceRegionId", run->region }, { NULL, NULL },
	};
	struct member_look *look;

	if (!member)
		return;
	look = cloud_keep(run, sizeof(*look), NULL);
	if (!look)
		return;
	*look = (struct member_look){ cen, inquiry_keep_id(run, member) };
	if (look->member)
		cloud_call(run, ACTION_DESCRIBE_CEN_CHILD_INSTANCE_ROUTE_ENTRIES, parameters,
			   on_cen_routes, look);
}

static void on_routers(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct list *list = &transit_of(run)->router_list;
	const cJSON *one;

	(void)context;
	if (!inquiry_settle(run, &transit_of(run)->routers, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "TransitRouters")) {
		struct transit_router_fact *router;

		if (!*reply_word(one, "TransitRouterId"))
			continue;
		if (!inquiry_room(run, &transit_of(run)->routers, list, INQUIRY_ITEMS_MAX))
			return;
		router = list_add(list, sizeof(*router));
		if (!cloud_keeps(run, router))
			return;
		router->id = reply_text(run, one, "TransitRouterId");
		router->cen_id = reply_text(run, one, "CenId");
		router->region = reply_text(run, one, "RegionId");
		router->type = reply_text(run, one, "Type");
		router->status = reply_text(run, one, "Status");
	}
}

static void add_entry(struct cloud_run *run, const cJSON *json, const char *table)
{
	struct transit_route_fact *route =
		list_add(&transit_of(run)->transit_routes, sizeof(*route));

	if (!cloud_keeps(run, route))
		return;
	inquiry_text(run, &route->table, table);
	route->destination = reply_prefix(json, "TransitRouterRouteEntryDestinationCidrBlock");
	route->type = reply_text(run, json, "TransitRouterRouteEntryType");
	route->status = reply_text(run, json, "TransitRouterRouteEntryStatus");
	route->next_hop_type = reply_text(run, json, "TransitRouterRouteEntryNextHopType");
	route->resource_type = reply_text(run, json, "TransitRouterRouteEntryNextHopResourceType");
	route->resource_id = reply_text(run, json, "TransitRouterRouteEntryNextHopResourceId");
}

static void on_entries(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct table_fact *table = inquiry_table(&transit_of(run)->tables, context);
	struct inquiry inquiry;
	const cJSON *one;

	if (!table)
		return;
	inquiry = (struct inquiry){ table->state, table->note };
	if (reply->outcome == CALL_MISSING)
		inquiry_fail(run, &inquiry, "there is no such route table");
	else if (inquiry_settle(run, &inquiry, reply))
		cJSON_ArrayForEach(one, reply_list(reply->json, "TransitRouterRouteEntries")) {
			if (!inquiry_room(run, &inquiry, &transit_of(run)->transit_routes,
					  INQUIRY_ROUTES_MAX))
				break;
			add_entry(run, one, context);
		}
	table->state = inquiry.state;
	table->note = inquiry.note;
}

static void ask_entries(struct cloud_run *run, const char *table)
{
	const char *id = inquiry_keep_id(run, table);
	struct cloud_parameter parameters[] = { { "TransitRouterRouteTableId", id },
						{ NULL, NULL } };
	struct table_fact *fact;

	if (!id || inquiry_table(&transit_of(run)->tables, id) ||
	    transit_of(run)->tables.count >= INQUIRY_ITEMS_MAX)
		return;
	fact = list_add(&transit_of(run)->tables, sizeof(*fact));
	if (!cloud_keeps(run, fact))
		return;
	inquiry_text(run, &fact->id, id);
	cloud_call(run, ACTION_LIST_TRANSIT_ROUTER_ROUTE_ENTRIES, parameters, on_entries,
		   (void *)(uintptr_t)id);
}

static struct attachment_fact *attachment_of(struct cloud_run *run, const char *id)
{
	struct list *list = &transit_of(run)->attachment_list;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (text_equal(LIST_AT(list, struct attachment_fact, i)->id, id))
			return LIST_AT(list, struct attachment_fact, i);
	return NULL;
}

static void on_associations(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct attachment_fact *attachment = attachment_of(run, context);
	const cJSON *one;

	if (!attachment || !inquiry_settle(run, &attachment->associations, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "TransitRouterAssociations")) {
		if (attachment->table || !*reply_word(one, "TransitRouterRouteTableId"))
			continue;
		attachment->table = reply_text(run, one, "TransitRouterRouteTableId");
		attachment->association = reply_text(run, one, "Status");
		if (attachment->table)
			ask_entries(run, attachment->table);
	}
}

static void add_attachment(struct cloud_run *run, const cJSON *json, bool vbr)
{
	const char *id = inquiry_keep_id(run, reply_word(json, "TransitRouterAttachmentId"));
	struct cloud_parameter parameters[] = { { "TransitRouterAttachmentId", id },
						{ NULL, NULL } };
	struct list *list = &transit_of(run)->attachment_list;
	struct attachment_fact *attachment;

	if (!id || !*id || attachment_of(run, id) ||
	    !inquiry_room(run, &transit_of(run)->attachments, list, INQUIRY_ITEMS_MAX))
		return;
	attachment = list_add(list, sizeof(*attachment));
	if (!cloud_keeps(run, attachment))
		return;
	inquiry_text(run, &attachment->id, id);
	attachment->transit_router = reply_text(run, json, "TransitRouterId");
	inquiry_text(run, &attachment->resource_type, vbr ? "VBR" : "VPC");
	attachment->resource_id = reply_text(run, json, vbr ? "VbrId" : "VpcId");
	attachment->region = reply_text(run, json, vbr ? "VbrRegionId" : "VpcRegionId");
	attachment->status = reply_text(run, json, "Status");
	attachment->publishes = reply_maybe_flag(json, "AutoPublishRouteEnabled");
	if (vbr || text_equal(attachment->resource_id, run->plan->link.vpc_id))
		cloud_call(run, ACTION_LIST_TRANSIT_ROUTER_ROUTE_TABLE_ASSOCIATIONS, parameters,
			   on_associations, (void *)(uintptr_t)id);
}

static void on_vpc_attachments(struct cloud_run *run, const struct cloud_reply *reply,
			       void *context)
{
	const cJSON *one;

	(void)context;
	if (inquiry_settle(run, &transit_of(run)->attachments, reply))
		cJSON_ArrayForEach(one, reply_list(reply->json, "TransitRouterAttachments"))
			add_attachment(run, one, false);
}

static void on_vbr_attachments(struct cloud_run *run, const struct cloud_reply *reply,
			       void *context)
{
	const cJSON *one;

	(void)context;
	if (inquiry_settle(run, &transit_of(run)->attachments, reply))
		cJSON_ArrayForEach(one, reply_list(reply->json, "TransitRouterAttachments"))
			add_attachment(run, one, true);
}

static void read_cen(struct cloud_run *run, const char *cen)
{
	struct cloud_parameter named[] = { { "CenId", cen }, { NULL, NULL } };
	struct cloud_parameter local[] = { { "CenId", cen }, { "RegionId", run->region },
					   { NULL, NULL } };

	cloud_call(run, ACTION_DESCRIBE_CEN_ATTACHED_CHILD_INSTANCES, named, on_members,
		   (void *)(uintptr_t)cen);
	ask_cen_routes(run, cen, run->plan->link.vpc_id, "VPC");
	ask_cen_routes(run, cen, run->plan->datacenter.vbr_id, "VBR");
	cloud_call(run, ACTION_LIST_TRANSIT_ROUTERS, local, on_routers, NULL);
	cloud_call(run, ACTION_LIST_TRANSIT_ROUTER_VPC_ATTACHMENTS, local, on_vpc_attachments,
		   NULL);
	cloud_call(run, ACTION_LIST_TRANSIT_ROUTER_VBR_ATTACHMENTS, local, on_vbr_attachments,
		   NULL);
}

void read_cens(struct cloud_run *run, const struct strings *cens)
{
	size_t i;

	for (i = 0; i < cens->count; i++) {
		const char *cen = inquiry_keep_id(run, cens->items[i]);

		if (cen)
			read_cen(run, cen);
	}
}
