/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By which interface replies of a service enter (on a router), and on which one reverse access for
 * it arrives. Asked of the kernel, or taken from the plan's declared way back.
 */
#include "probes/services.h"

#include "probes/proof_cuts.h"
#include "probes/routes_hops.h"
#include "probes/routes_scan.h"
#include "rules/text.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

struct ways {
	struct facts *facts;
	struct lookup lookup;
	struct declared_return declared;
	char *declared_dev; /* of the declared interface or next hop; NULL: unknown */
	bool router;
	struct fault *fault;
};

struct one {
	struct lookup_tuple tuple;
	struct route_message message;
	uint32_t oif;
	bool via; /* by a gateway */
	int error;
};

static void ask_one(size_t index, struct lookup_tuple *tuple, void *data)
{
	const struct one *one = data;

	(void)index;
	*tuple = one->tuple;
}

static int take_one(size_t index, const struct nlmsghdr *header, int error, void *data)
{
	struct one *one = data;
	int code;

	(void)index;
	one->error = error;
	one->oif = 0;
	if (!header)
		return 0;
	code = route_message_decode(header, &one->message);
	if (!code && one->message.hops.count) {
		one->oif = one->message.hops.items[0].oif;
		one->via = one->message.hops.items[0].family != 0;
	}
	return code;
}

/* `one` has its tuple; `oif` and `error` are filled. */
static int find_way(struct lookup *lookup, struct one *one, struct fault *fault)
{
	struct lookup_run run = { .count = 1, .ask = ask_one, .answer = take_one, .data = one };
	int code = lookup_all(lookup, &run, fault);

	hops_release(&one->message.hops);
	return code;
}

int service_way_out(struct lookup *lookup, const struct lookup_tuple *tuple, uint32_t *oif,
		    struct fault *fault)
{
	struct one one = { .tuple = *tuple };
	int code = find_way(lookup, &one, fault);

	*oif = one.oif;
	return code;
}

/* Name of the interface towards an address, NULL when there is no way. */
static int device_towards(struct ways *ways, const struct lookup_tuple *tuple, char **dev)
{
	uint32_t oif = 0;
	int code = service_way_out(&ways->lookup, tuple, &oif, ways->fault);

	*dev = NULL;
	if (code || !oif)
		return code;
	*dev = hop_device(ways->facts, oif);
	return *dev ? 0 : -ENOMEM;
}

/* The interface whose own network holds the address, up or not; NULL: none does. */
static const char *network_device(const struct facts *facts, const struct address *address)
{
	size_t i;

	for (i = 0; i < facts->addresses.addresses.count; i++) {
		const struct address_fact *own =
			LIST_AT(&facts->addresses.addresses, struct address_fact, i);
		struct prefix net = prefix_make(address_ipv4(&own->address), own->length);

		if (address_equal(&own->peer, address) ||
		    (own->length < 32 && !address_equal(&own->address, address) &&
		     prefix_contains(&net, address_ipv4(address))))
			return own->dev;
	}
	return NULL;
}

/*
 * Is the declared next hop where a route by it could be entered: on-link, by a network of this
 * machine or by a route to it? A refusal (of a policy rule, perhaps) tells nothing.
 */
static int find_near(struct ways *ways)
{
	struct services_facts *services = &ways->facts->services;
	const struct address *next_hop = &ways->declared.next_hop;
	const char *dev = network_device(ways->facts, next_hop);
	struct one one = { .tuple = { .destination = address_ipv4(next_hop) } };
	bool onlink;
	int code = find_way(&ways->lookup, &one, ways->fault);

	if (code)
		return code;
	onlink = one.oif && one.message.type == RTN_UNICAST && !one.via;
	if (onlink)
		services->declared_dev = hop_device(ways->facts, one.oif);
	else if (dev)
		services->declared_dev = text_copy(dev);
	if ((onlink || dev) && !services->declared_dev)
		return -ENOMEM;
	services->declared_near.known = onlink || dev || one.oif || one.error == -ENETUNREACH;
	services->declared_near.value = onlink || dev;
	return 0;
}

static int find_declared(struct ways *ways)
{
	const char *dev = ways->declared.dev;
	int code = ways->declared.next_hop.family == ADDRESS_IPV4 ? find_near(ways) : 0;

	/* an interface that is not there is the rules' matter, nothing can arrive on it */
	if (code || (dev && !facts_link(ways->facts, dev)))
		return code;
	if (!dev)
		dev = ways->facts->services.declared_dev;
	ways->declared_dev = text_copy(dev);
	return dev && !ways->declared_dev ? -ENOMEM : 0;
}

/* Who refuses is among these, or is a rule. */
static int keep_towards(struct ways *ways, struct service_fact *service)
{
	const struct prefix only = prefix_make(address_ipv4(&service->address), 32);
	struct cuts cuts;
	struct route_scan scan = { .facts = ways->facts, .ranges = { &cuts },
				   .entries = &service->towards };
	int code;

	cuts_init(&cuts, &only);
	code = routes_scan(&ways->lookup.rtnl, &scan, ways->fault);
	if (!code)
		code = routes_resolve(&ways->lookup.rtnl, &scan, ways->fault);
	cuts_release(&cuts);
	return code;
}

static int set_refused(struct ways *ways, struct service_fact *service, int error)
{
	char name[16];

	service->resolved = false;
	free(service->detail);
	service->detail = text_copy(error == -ENETUNREACH
					    ? "there is no route to the service address"
					    : "the kernel refuses the way to the service address");
	service->error = error ? text_copy(errno_name(error, name)) : NULL;
	if (!service->detail || (error && !service->error))
		return -ENOMEM;
	return error ? keep_towards(ways, service) : 0;
}

/* Where requests arrive, as far as is known before anything was found out of the service. */
static int guess_arrival(struct ways *ways, const struct service_fact *service, char **dev)
{
	const struct lookup_tuple back = { .destination = prefix_first(&reverse_range) };
	const char *known = service->arrival ? service->arrival : ways->declared_dev;

	if (!known)
		return device_towards(ways, &back, dev);
	*dev = text_copy(known);
	return *dev ? 0 : -ENOMEM;
}

static int set_way(struct ways *ways, const struct one *one, struct service_fact *service)
{
	service->iif = hop_device(ways->facts, one->oif);
	service->way_length = (struct maybe){ .known = true, .value = one->message.length };
	return service->iif ? 0 : -ENOMEM;
}

/* What this machine itself may not reach, a request from the range may be forwarded to. */
static int find_forwarded(struct ways *ways, struct service_fact *service)
{
	struct one one = { .tuple = {
		.destination = address_ipv4(&service->address),
		.source = prefix_first(&reverse_range),
		.sport = EPHEMERAL_FIRST,
		.dport = (uint16_t)service->port,
	} };
	char *arrival = NULL;
	int code = guess_arrival(ways, service, &arrival);

	if (arrival)
		one.tuple.iif = device_index(ways->facts, arrival);
	if (!code)
		code = find_way(&ways->lookup, &one, ways->fault);
	if (!code && one.oif) {
		code = set_way(ways, &one, service);
	} else if (!code) {
		free(service->arrival);
		service->arrival = arrival;
		return set_refused(ways, service, one.error);
	}
	free(arrival);
	return code;
}

/* On a router replies enter by the interface that leads to the service. */
static int find_iif(struct ways *ways, struct service_fact *service)
{
	struct one one = { .tuple.destination = address_ipv4(&service->address) };
	int code;

	if ((!ways->router && !text_equal(service->origin, "published")) || service->local ||
	    service->iif || !service->resolved)
		return 0;
	code = find_way(&ways->lookup, &one, ways->fault);
	if (code)
		return code;
	return one.oif ? set_way(ways, &one, service) : find_forwarded(ways, service);
}

const char *service_holder(const struct facts *facts, const struct address *address)
{
	const struct address_fact *fact = facts_local_address(facts, address);
	const struct link_fact *link = fact ? facts_link(facts, fact->dev) : NULL;

	return link && !link->loopback && !text_equal(link->kind, "dummy") ? link->name : NULL;
}

/* A bridge for this machine's own guests and containers: no uplink is among its ports. */
static bool is_for_guests(const struct facts *facts, const struct link_fact *bridge)
{
	const struct link_fact *port;
	size_t i;

	if (!text_equal(bridge->kind, "bridge"))
		return false;
	for (i = 0; i < facts->links.links.count; i++) {
		port = LIST_AT(&facts->links.links, struct link_fact, i);
		if (text_equal(port->master, bridge->name) && !text_equal(port->kind, "veth") &&
		    !text_equal(port->kind, "tun"))
			return false;
	}
	return true;
}

/* The VRF that an interface belongs to; NULL: none. */
static const struct link_fact *vrf_of(const struct facts *facts, const char *dev)
{
	const struct link_fact *link = facts_link(facts, dev);
	const struct link_fact *master = link ? facts_link(facts, link->master) : NULL;

	return master && text_equal(master->kind, "vrf") ? master : NULL;
}

/* Could requests for the service arrive here as well as on service->arrival? */
static bool may_arrive(const struct facts *facts, const struct service_fact *service,
		       const struct link_fact *link)
{
	return !link->loopback && link->up && link->carrier && !text_equal(link->kind, "vrf") &&
	       !text_equal(link->name, service->arrival) &&
	       !text_equal(link->name, service->iif) && facts_has_address(facts, link->name) &&
	       vrf_of(facts, link->name) == vrf_of(facts, service->iif) &&
	       !is_for_guests(facts, link);
}

/* Where nothing is declared the way back is the likeliest way in, and no more than that. */
static int find_arrivals(struct ways *ways, struct service_fact *service)
{
	const struct list *links = &ways->facts->links.links;
	int code = 0;
	size_t i;

	for (i = 0; !code && service->arrival && i < links->count; i++) {
		const struct link_fact *link = LIST_AT(links, struct link_fact, i);

		if (may_arrive(ways->facts, service, link))
			code = strings_add(&service->arrivals, link->name);
	}
	strings_sort(&service->arrivals);
	return code;
}

/* The declared way tells which of several it is. */
static int choose_arrival(const struct ways *ways, struct service_fact *service)
{
	if (!ways->declared_dev || !strings_contain(&service->arrivals, ways->declared_dev))
		return 0;
	strings_release(&service->arrivals);
	free(service->arrival);
	service->arrival = text_copy(ways->declared_dev);
	return service->arrival ? 0 : -ENOMEM;
}

/* What enters by an interface is not let in by another when the declared way is not known. */
static int find_arrival(struct ways *ways, struct service_fact *service)
{
	struct lookup_tuple tuple = {
		.destination = prefix_first(&reverse_range),
		.source = address_ipv4(&service->address),
		.sport = (uint16_t)service->port,
		.dport = EPHEMERAL_FIRST,
		.uid = service->uid.known ? service->uid.value : 0,
	};
	const char *dev = ways->router ? NULL : service_holder(ways->facts, &service->address);
	int code;

	if (service->arrival)
		return choose_arrival(ways, service);
	if (!dev)
		dev = ways->declared_dev;
	if (dev) {
		service->arrival = text_copy(dev);
		return service->arrival ? 0 : -ENOMEM;
	}
	if (!service->iif && (!service->local || address_is_loopback(&service->address)))
		return 0;
	tuple.iif = service->iif ? device_index(ways->facts, service->iif) : 0;
	code = device_towards(ways, &tuple, &service->arrival);
	if (!code && !service->arrival) {
		/* refused for its source, perhaps: the bare destination still names the way */
		tuple = (struct lookup_tuple){ .destination = tuple.destination };
		code = device_towards(ways, &tuple, &service->arrival);
	}
	/* a container without an address that was asked for: as with the host's own wildcard */
	if (code || (service->iif && !ways->router))
		return code;
	return find_arrivals(ways, service);
}

int service_ways(struct facts *facts, uint64_t deadline_ms, struct fault *fault)
{
	enum vantage vantage = facts_vantage(facts, NULL);
	struct ways ways = { .facts = facts, .router = vantage == VANTAGE_IDC_ROUTER,
			     .fault = fault };
	size_t i;
	int code;

	facts_declared_return(facts, vantage, &ways.declared);
	code = lookup_open(&ways.lookup, deadline_ms, fault);
	if (code)
		return code;
	code = find_declared(&ways);
	for (i = 0; !code && i < facts->services.services.count; i++) {
		struct service_fact *service =
			LIST_AT(&facts->services.services, struct service_fact, i);

		if (service->address.family != ADDRESS_IPV4)
			continue;
		code = find_iif(&ways, service);
		if (!code && service->resolved)
			code = find_arrival(&ways, service);
	}
	free(ways.declared_dev);
	lookup_close(&ways.lookup);
	return code ? fault_set(fault, code, "cannot find the ways of services") : 0;
}
