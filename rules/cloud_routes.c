/* SPDX-License-Identifier: Apache-2.0 */
/* Longest prefix match over tables of the cloud. */
#include "rules/cloud_routes.h"

#include <string.h>
#include <strings.h>

const struct prefix cloud_service_route = { true, 10, 0x64400000 };

bool cloud_word_is(const char *word, const char *expected)
{
	return !word || !strcasecmp(word, expected);
}

/* "Active" is CEN's word for what tables of a VPC call "Available". */
static bool is_active(const char *status)
{
	return cloud_word_is(status, "Available") || cloud_word_is(status, "Active");
}

bool cloud_route_is_active(const struct cloud_route *route)
{
	return is_active(route->status);
}

bool transit_route_is_active(const struct transit_route_fact *route)
{
	return is_active(route->status);
}

bool cen_route_is_active(const struct cen_route_fact *route)
{
	return is_active(route->status);
}

bool cloud_hop_carries(const struct cloud_hop *hop)
{
	return !hop->enabled.known || hop->enabled.value;
}

/* One entry of either kind of table. */
struct entry {
	const char *table;
	struct prefix destination;
	bool active;
};

/* A table of one of both kinds. */
struct table_view {
	const struct list *routes;
	const char *name;
	struct entry (*at)(const struct list *routes, size_t place);
};

static struct entry cloud_at(const struct list *routes, size_t place)
{
	const struct cloud_route *route = LIST_AT(routes, struct cloud_route, place);

	return (struct entry){ route->table, route->destination, cloud_route_is_active(route) };
}

static struct entry transit_at(const struct list *routes, size_t place)
{
	const struct transit_route_fact *route =
		LIST_AT(routes, struct transit_route_fact, place);

	return (struct entry){ route->table, route->destination, transit_route_is_active(route) };
}

static bool counts(const struct table_view *view, const struct entry *entry)
{
	return view->name && entry->table && entry->active && entry->destination.known &&
	       !strcmp(entry->table, view->name);
}

/* The place of the longest entry that covers `address`, or the number of entries. */
static size_t match(const struct table_view *view, uint32_t address)
{
	size_t best = view->routes->count, i;
	unsigned int length = 0;

	for (i = 0; i < view->routes->count; i++) {
		struct entry entry = view->at(view->routes, i);

		if (!counts(view, &entry) || !prefix_contains(&entry.destination, address) ||
		    (best < view->routes->count && entry.destination.length <= length))
			continue;
		best = i;
		length = entry.destination.length;
	}
	return best;
}

/* Up to the next address at which any entry begins or ends. */
static uint32_t step(const struct table_view *view, uint32_t first)
{
	uint32_t last = prefix_last(&reverse_range);
	size_t i;

	for (i = 0; i < view->routes->count; i++) {
		struct entry entry = view->at(view->routes, i);
		uint32_t begin, end;

		if (!counts(view, &entry))
			continue;
		begin = prefix_first(&entry.destination);
		end = prefix_last(&entry.destination);
		if (begin > first && begin <= last)
			last = begin - 1;
		if (begin <= first && end >= first && end < last)
			last = end;
	}
	return last;
}

/* The same entry may go on behind a border at which another one ends. */
static size_t walk(const struct table_view *view, uint32_t first, uint32_t *last)
{
	size_t place = match(view, first);

	*last = step(view, first);
	while (*last < prefix_last(&reverse_range) && match(view, *last + 1) == place)
		*last = step(view, *last + 1);
	return place;
}

const struct cloud_route *cloud_route_match(const struct list *routes, const char *table,
					    uint32_t address)
{
	struct table_view view = { routes, table, cloud_at };
	size_t place = match(&view, address);

	return place < routes->count ? LIST_AT(routes, struct cloud_route, place) : NULL;
}

const struct transit_route_fact *transit_route_match(const struct list *routes, const char *table,
						     uint32_t address)
{
	struct table_view view = { routes, table, transit_at };
	size_t place = match(&view, address);

	return place < routes->count ? LIST_AT(routes, struct transit_route_fact, place) : NULL;
}

const struct cen_route_fact *cen_route_match(const struct list *routes, const char *member,
					     uint32_t address)
{
	const struct cen_route_fact *best = NULL;
	size_t i;

	for (i = 0; member && i < routes->count; i++) {
		const struct cen_route_fact *route = LIST_AT(routes, struct cen_route_fact, i);

		if (text_equal(route->member_id, member) && cen_route_is_active(route) &&
		    route->destination.known && prefix_contains(&route->destination, address) &&
		    (!best || route->destination.length > best->destination.length))
			best = route;
	}
	return best;
}

bool cloud_route_same(const struct cloud_route *one, const struct cloud_route *route)
{
	return text_equal(one->table, route->table) && cloud_route_is_active(one) &&
	       one->destination.known && prefix_equal(&one->destination, &route->destination);
}

const struct cloud_hop *cloud_next_leg(struct cloud_legs *legs)
{
	for (; legs->entry < legs->routes->count; legs->entry++, legs->leg = 0) {
		const struct cloud_route *one =
			LIST_AT(legs->routes, struct cloud_route, legs->entry);

		while (cloud_route_same(one, legs->route) && legs->leg < one->next_hops.count) {
			const struct cloud_hop *hop =
				LIST_AT(&one->next_hops, struct cloud_hop, legs->leg++);

			if (cloud_hop_carries(hop))
				return hop;
		}
	}
	return NULL;
}

bool transit_route_same(const struct transit_route_fact *one,
			const struct transit_route_fact *route)
{
	return text_equal(one->table, route->table) && transit_route_is_active(one) &&
	       one->destination.known && prefix_equal(&one->destination, &route->destination);
}

bool cen_route_same(const struct cen_route_fact *one, const struct cen_route_fact *route)
{
	return text_equal(one->member_id, route->member_id) && cen_route_is_active(one) &&
	       one->destination.known && prefix_equal(&one->destination, &route->destination);
}

size_t cloud_route_count(const struct list *routes, const char *table)
{
	size_t i, count = 0;

	for (i = 0; table && i < routes->count; i++)
		count += !strcmp(LIST_AT(routes, struct cloud_route, i)->table, table);
	return count;
}

const struct cloud_route *cloud_range_step(const struct list *routes, const char *table,
					   uint32_t first, uint32_t *last)
{
	struct table_view view = { routes, table, cloud_at };
	size_t place = walk(&view, first, last);

	return place < routes->count ? LIST_AT(routes, struct cloud_route, place) : NULL;
}

const struct transit_route_fact *transit_range_step(const struct list *routes, const char *table,
						    uint32_t first, uint32_t *last)
{
	struct table_view view = { routes, table, transit_at };
	size_t place = walk(&view, first, last);

	return place < routes->count ? LIST_AT(routes, struct transit_route_fact, place) : NULL;
}

enum cloud_way cloud_hop_way(const struct cloud_hop *hop)
{
	static const struct {
		const char *type;
		enum cloud_way way;
	} rows[] = {
		{ "local", WAY_LOCAL },           { "service", WAY_LOCAL },
		{ "GatewayEndpoint", WAY_LOCAL }, { "RouterInterface", WAY_INTERFACE },
		{ "VPC", WAY_VPC },               { "VpcPeer", WAY_ROUTER },
		{ "Attachment", WAY_ROUTER },     { "TransitRouter", WAY_ROUTER },
		{ "CEN", WAY_ROUTER },            { "TR", WAY_ROUTER },
		{ "Ecr", WAY_ROUTER },            { "VpnGateway", WAY_VPN },
		{ "VPN", WAY_VPN },               { "Ipv4Gateway", WAY_GATEWAY },
		{ "NatGateway", WAY_NAT },   { "Instance", WAY_MACHINE },
		{ "HaVip", WAY_MACHINE },         { "NetworkInterface", WAY_MACHINE },
	};
	size_t i;

	for (i = 0; hop->type && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcasecmp(hop->type, rows[i].type))
			return rows[i].way;
	return WAY_OTHER;
}
