/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes of the cloud: which entry of a table an address meets, and how the reverse-access range is
 * cut by the entries. The longest active prefix wins, as in every route table of the vendor's.
 */
#ifndef RULES_CLOUD_ROUTES_H
#define RULES_CLOUD_ROUTES_H

#include "rules/facts_cloud_network.h"
#include "rules/facts_cloud_transit.h"

#include <stdbool.h>
#include <stdint.h>

/* The system route of every VPC for the vendor's own services. */
extern const struct prefix cloud_service_route;

/* Is it this word, in any case of letters? What was not told counts as the word. */
bool cloud_word_is(const char *word, const char *expected);
bool cloud_route_is_active(const struct cloud_route *route);
bool transit_route_is_active(const struct transit_route_fact *route);
bool cen_route_is_active(const struct cen_route_fact *route);
/* The leg carries traffic: 0 in `enabled` says that it stands by. */
bool cloud_hop_carries(const struct cloud_hop *hop);

/* The entry that `address` meets in `table`; NULL: none. */
const struct cloud_route *cloud_route_match(const struct list *routes, const char *table,
					    uint32_t address);
const struct transit_route_fact *transit_route_match(const struct list *routes, const char *table,
						     uint32_t address);
/* The entry of those that the member of CEN has. */
const struct cen_route_fact *cen_route_match(const struct list *routes, const char *member,
					     uint32_t address);
/* Active, in the same table and for the same destination: such entries share its traffic. */
bool cloud_route_same(const struct cloud_route *one, const struct cloud_route *route);
bool transit_route_same(const struct transit_route_fact *one,
			const struct transit_route_fact *route);
bool cen_route_same(const struct cen_route_fact *one, const struct cen_route_fact *route);
/*
 * A walk over the legs that carry the traffic of `route`: its own, and those of the other entries
 * for its destination. NULL: no more.
 */
struct cloud_legs {
	const struct list *routes; /* struct cloud_route */
	const struct cloud_route *route;
	size_t entry, leg; /* where it stands: 0 */
};
const struct cloud_hop *cloud_next_leg(struct cloud_legs *legs);
/* How many entries of any kind the table has here. */
size_t cloud_route_count(const struct list *routes, const char *table);

/*
 * One step over the reverse-access range: the entry that `first` meets (NULL: none), and in `*last`
 * the last address up to which the same is met. Begin with the range's first address, go on with
 * `*last` + 1 until `*last` is the range's last.
 */
const struct cloud_route *cloud_range_step(const struct list *routes, const char *table,
					   uint32_t first, uint32_t *last);
const struct transit_route_fact *transit_range_step(const struct list *routes, const char *table,
						    uint32_t first, uint32_t *last);

/* What a leg of a route in the cloud leads to, as far as its type tells. */
enum cloud_way {
	WAY_LOCAL,     /* inside the VPC, or to the vendor's services */
	WAY_INTERFACE, /* a router interface */
	WAY_VPC,       /* a VPC, by its id */
	WAY_ROUTER,    /* a transit router, CEN or Express Connect Router */
	WAY_VPN,       /* a VPN gateway */
	WAY_NAT,       /* a NAT gateway */
	WAY_GATEWAY,   /* an IPv4 gateway */
	WAY_MACHINE,   /* an instance, a network interface, a virtual address */
	WAY_OTHER      /* anything else: on a border router, the data center */
};
enum cloud_way cloud_hop_way(const struct cloud_hop *hop);

#endif
