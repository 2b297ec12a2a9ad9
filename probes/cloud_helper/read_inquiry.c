/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to single questions, and route tables of the cloud. */
#include "probes/cloud_helper/read_inquiry.h"

#include "probes/cloud_helper/reply.h"
#include "rules/facts_cloud_network.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

void inquiry_text(struct cloud_run *run, char **place, const char *string)
{
	free(*place);
	*place = string ? text_clean(string, strlen(string)) : NULL;
	if (string)
		(void)cloud_keeps(run, *place);
}

static void spoil(struct cloud_run *run, struct inquiry *inquiry, int state, const char *why)
{
	if (inquiry->state == FACT_DENIED || inquiry->state == state)
		return;
	inquiry->state = state;
	inquiry_text(run, &inquiry->note, why && *why ? why : "no answer came in time");
}

bool inquiry_settle(struct cloud_run *run, struct inquiry *inquiry,
		    const struct cloud_reply *reply)
{
	if (reply->outcome == CALL_DENIED)
		spoil(run, inquiry, FACT_DENIED, reply->note);
	else if (reply->outcome != CALL_OK && reply->outcome != CALL_MISSING)
		spoil(run, inquiry, FACT_FAILED, reply->note);
	else if (inquiry->state == FACT_ABSENT)
		inquiry->state = FACT_OK;
	return reply->outcome == CALL_OK && reply->json;
}

void inquiry_fail(struct cloud_run *run, struct inquiry *inquiry, const char *why)
{
	spoil(run, inquiry, FACT_FAILED, why);
}

bool inquiry_room(struct cloud_run *run, struct inquiry *inquiry, const struct list *list,
		  size_t most)
{
	if (list->count < most)
		return true;
	inquiry_fail(run, inquiry, "there is more of it than is read");
	return false;
}

const char *inquiry_keep_id(struct cloud_run *run, const char *id)
{
	size_t length = strlen(id);
	char *kept;

	if (length >= INQUIRY_ID_MAX)
		return NULL;
	kept = cloud_keep(run, length + 1, NULL);
	if (kept)
		memcpy(kept, id, length + 1);
	return kept;
}

/* One table under way. */
struct table_look {
	struct list *tables, *routes;
	const char *id;
};

static void read_hops(struct cloud_run *run, const cJSON *json, struct list *out)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, reply_list(json, "NextHops.NextHop")) {
		struct cloud_hop *hop;

		if (out->count >= INQUIRY_NAMES_MAX)
			return;
		hop = list_add(out, sizeof(*hop));
		if (!cloud_keeps(run, hop))
			return;
		hop->type = reply_text(run, one, "NextHopType");
		hop->id = reply_text(run, one, "NextHopId");
		hop->enabled = reply_number(one, "Enabled");
		hop->weight = reply_number(one, "Weight");
		hop->region = reply_text(run, one, "NextHopRegionId");
		hop->related_type = reply_text(run, one, "NextHopRelatedInfo.InstanceType");
		hop->related_id = reply_text(run, one, "NextHopRelatedInfo.InstanceId");
	}
}

/* IPv6 entries are another matter: links are IPv4. */
static bool is_ipv6(const cJSON *json)
{
	return strchr(reply_word(json, "DestinationCidrBlock"), ':') != NULL;
}

static void read_entry(struct cloud_run *run, const cJSON *json, const struct table_look *look)
{
	struct cloud_route *route = list_add(look->routes, sizeof(*route));

	if (!cloud_keeps(run, route))
		return;
	route->table = text_copy(look->id);
	(void)cloud_keeps(run, route->table);
	route->id = reply_text(run, json, "RouteEntryId");
	route->destination = reply_prefix(json, "DestinationCidrBlock");
	if (!route->destination.known)
		route->unread = reply_text(run, json, "DestinationCidrBlock");
	route->type = reply_text(run, json, "Type");
	route->status = reply_text(run, json, "Status");
	route->origin = reply_text(run, json, "Origin");
	read_hops(run, json, &route->next_hops);
	read_route_list(run, look->tables, look->routes, route);
}

/* The facts are this program's own while they are filled. */
struct table_fact *inquiry_table(const struct list *tables, const char *id)
{
	return (struct table_fact *)(uintptr_t)table_find(tables, id);
}

static void on_entries(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct table_look *look = context;
	struct table_fact *table = inquiry_table(look->tables, look->id);
	struct inquiry inquiry;
	const cJSON *one;

	if (!table)
		return;
	inquiry = (struct inquiry){ table->state, table->note };
	if (reply->outcome == CALL_MISSING)
		inquiry_fail(run, &inquiry, "there is no such route table");
	else if (inquiry_settle(run, &inquiry, reply))
		cJSON_ArrayForEach(one, reply_list(reply->json, "RouteEntrys.RouteEntry")) {
			if (!inquiry_room(run, &inquiry, look->routes, INQUIRY_ROUTES_MAX))
				break;
			if (!is_ipv6(one))
				read_entry(run, one, look);
		}
	table->state = inquiry.state;
	table->note = inquiry.note;
}

void read_cloud_table(struct cloud_run *run, struct list *tables, struct list *routes,
		      const char *id)
{
	struct cloud_parameter parameters[] = { { "RouteTableId", id }, { NULL, NULL } };
	struct table_look *look;
	struct table_fact *table;

	if (!id || !*id || inquiry_table(tables, id) || tables->count >= INQUIRY_ITEMS_MAX)
		return;
	look = cloud_keep(run, sizeof(*look), NULL);
	if (!look)
		return;
	*look = (struct table_look){ tables, routes, inquiry_keep_id(run, id) };
	if (!look->id)
		return;
	table = list_add(tables, sizeof(*table));
	if (!cloud_keeps(run, table))
		return;
	table->id = text_copy(id);
	if (cloud_keeps(run, table->id))
		cloud_call(run, ACTION_DESCRIBE_ROUTE_ENTRY_LIST, parameters, on_entries, look);
}
