/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes whose destination is a prefix list: one route for each prefix of the list. Where the list
 * is refused, or tells no IPv4 prefix, the route stays as it stands, with what could not be read.
 */
#include "probes/cloud_helper/read_inquiry.h"
#include "probes/cloud_helper/reply.h"
#include "rules/facts_cloud_network.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX_LIST "pl-"

/* One list of one table under way. */
struct list_look {
	struct list *tables, *routes;
	const char *table, *list;
};

static bool is_of_list(const struct cloud_route *route, const struct list_look *look)
{
	return text_equal(route->table, look->table) && text_equal(route->unread, look->list);
}

static char *copy(struct cloud_run *run, const char *string)
{
	char *made = string ? text_copy(string) : NULL;

	if (string)
		(void)cloud_keeps(run, made);
	return made;
}

static void copy_hops(struct cloud_run *run, const struct list *hops, struct list *out)
{
	size_t i;

	for (i = 0; i < hops->count; i++) {
		const struct cloud_hop *hop = LIST_AT(hops, struct cloud_hop, i);
		struct cloud_hop *made = list_add(out, sizeof(*made));

		if (!cloud_keeps(run, made))
			return;
		made->type = copy(run, hop->type);
		made->id = copy(run, hop->id);
		made->enabled = hop->enabled;
		made->weight = hop->weight;
		made->region = copy(run, hop->region);
		made->related_type = copy(run, hop->related_type);
		made->related_id = copy(run, hop->related_id);
	}
}

/* The list may move while it grows: the model is looked up by its place. */
static void add_copy(struct cloud_run *run, const struct list_look *look, size_t place,
		     const struct prefix *destination)
{
	struct cloud_route *made = list_add(look->routes, sizeof(*made));
	const struct cloud_route *model;

	if (!cloud_keeps(run, made))
		return;
	model = LIST_AT(look->routes, struct cloud_route, place);
	made->destination = *destination;
	made->table = copy(run, model->table);
	made->id = copy(run, model->id);
	made->type = copy(run, model->type);
	made->status = copy(run, model->status);
	made->origin = copy(run, model->origin);
	copy_hops(run, &model->next_hops, &made->next_hops);
}

/* One prefix after the other; the route itself becomes that of the first. */
static void spread(struct cloud_run *run, const struct list_look *look, size_t place,
		   const cJSON *entries)
{
	struct table_fact *table = inquiry_table(look->tables, look->table);
	bool is_first = true;
	const cJSON *one;

	cJSON_ArrayForEach(one, entries) {
		struct prefix prefix = reply_prefix(one, "Cidr");
		struct cloud_route *route = LIST_AT(look->routes, struct cloud_route, place);
		struct inquiry inquiry = { table->state, table->note };

		if (!prefix.known)
			continue;
		if (is_first) {
			route->destination = prefix;
			free(route->unread);
			route->unread = NULL;
			is_first = false;
			continue;
		}
		if (inquiry_room(run, &inquiry, look->routes, INQUIRY_ROUTES_MAX))
			add_copy(run, look, place, &prefix);
		table->state = inquiry.state;
		table->note = inquiry.note;
	}
}

static void on_list(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct list_look *look = context;
	size_t i, count = look->routes->count;

	if (reply->outcome != CALL_OK || !inquiry_table(look->tables, look->table))
		return;
	for (i = 0; i < count; i++)
		if (is_of_list(LIST_AT(look->routes, struct cloud_route, i), look))
			spread(run, look, i, reply_list(reply->json, "PrefixListEntry"));
}

void read_route_list(struct cloud_run *run, struct list *tables, struct list *routes,
		     const struct cloud_route *route)
{
	struct cloud_parameter parameters[] = { { "PrefixListId", NULL }, { NULL, NULL } };
	struct list_look *look, wanted = { tables, routes, route->table, route->unread };
	size_t i;

	if (!route->table || !route->unread ||
	    strncmp(route->unread, PREFIX_LIST, strlen(PREFIX_LIST)) != 0)
		return;
	for (i = 0; LIST_AT(routes, struct cloud_route, i) != route; i++)
		if (is_of_list(LIST_AT(routes, struct cloud_route, i), &wanted))
			return; /* asked for already */
	look = cloud_keep(run, sizeof(*look), NULL);
	if (!look)
		return;
	*look = (struct list_look){ tables, routes, inquiry_keep_id(run, route->table),
				    inquiry_keep_id(run, route->unread) };
	if (!look->table || !look->list)
		return;
	parameters[0].value = look->list;
	cloud_call(run, ACTION_GET_VPC_PREFIX_LIST_ENTRIES, parameters, on_list, look);
}
