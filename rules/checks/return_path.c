/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a good way home is. See return_path.h; the rules that use it are in return_*.c, overlap_*.c
 * and ingress_*.c.
 */
#include "rules/checks/return_path.h"

#include "rules/text.h"

#include <string.h>

#define PROTOCOL_TCP 6
/* Any port that no dport rule tells apart from the others stands for the ephemeral ones. */
#define EPHEMERAL_PORT 49152u

bool path_is_near(const struct rule_context *context, const struct class_view *view)
{
	return view->vswitch && context->access != ACCESS_DATACENTER;
}

bool path_is_unproved(const struct class_view *view)
{
	return view->service && !view->service->iif &&
	       (!view->service->local || !view->service->resolved);
}

bool path_link_is_tunnel(const struct link_fact *link)
{
	static const char *const kinds[] = { "wireguard", "ipip", "gre",    "sit",    "vti",
					     "xfrm",	  "ppp",  "ip6tnl", "ip6gre", "l2tp" };
	static const char *const types[] = { "none",   "ppp",	  "ipip", "gre",  "sit",
					     "tunnel", "tunnel6", "gre6", "rawip" };
	size_t i;

	if (link->loopback)
		return false;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (text_equal(link->kind, kinds[i]))
			return true;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal(link->type, types[i]))
			return true;
	return false;
}

static const struct link_fact *hop_link(const struct rule_context *context,
					const struct next_hop *hop)
{
	if (!hop->dev || context->facts->links.section.state != FACT_OK)
		return NULL;
	return facts_link(context->facts, hop->dev);
}

/* Devices that no gateway of the data center stands behind, whatever kind they are. */
static bool name_is_overlay(const char *dev)
{
	static const char *const names[] = { "flannel", "cali", "vxlan.calico", "tunl",
					     "cilium",	"wg",	"tailscale" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_has_prefix(dev, names[i]))
			return true;
	return false;
}

static bool hop_enters_tunnel(const struct rule_context *context, const struct next_hop *hop)
{
	const struct link_fact *link = hop_link(context, hop);

	return hop->dev && (name_is_overlay(hop->dev) || (link && path_link_is_tunnel(link)));
}

bool path_is_declared(const struct rule_context *context)
{
	return context->declared.next_hop.family != ADDRESS_NONE || context->declared.dev;
}

/* The far end of a tunnel is this address, or shares the tunnel's own small network. */
static bool tunnel_reaches(const struct rule_context *context, const char *dev,
			   const struct address *address)
{
	const struct list *addresses = &context->facts->addresses.addresses;
	size_t i;

	if (context->facts->addresses.section.state != FACT_OK)
		return false;
	for (i = 0; i < addresses->count; i++) {
		const struct address_fact *own = LIST_AT(addresses, struct address_fact, i);
		struct prefix net;

		if (!text_equal(own->dev, dev))
			continue;
		if (address_equal(&own->peer, address))
			return true;
		net = prefix_make(address_ipv4(&own->address), own->length);
		if (prefix_contains(&net, address_ipv4(address)))
			return true;
	}
	return false;
}

bool path_hop_is_declared(const struct rule_context *context, const struct next_hop *hop)
{
	const struct declared_return *declared = &context->declared;

	if (!path_is_declared(context))
		return false;
	if (declared->dev && !text_equal(declared->dev, hop->dev))
		return false;
	if (declared->next_hop.family == ADDRESS_NONE)
		return true;
	if (hop->via.family != ADDRESS_NONE)
		return address_equal(&hop->via, &declared->next_hop);
	/* a tunnel has no gateway: the declared one is its far end */
	return hop->dev && hop_enters_tunnel(context, hop) &&
	       (declared->dev || tunnel_reaches(context, hop->dev, &declared->next_hop));
}

bool path_leg_is_captured(const struct rule_context *context, const struct next_hop *hop)
{
	if (path_hop_is_declared(context, hop))
		return false;
	/* a gateway inside the range belongs to the network that occupies it */
	return hop->via.family == ADDRESS_NONE || hop_enters_tunnel(context, hop) ||
	       (hop->via.family == ADDRESS_IPV4 &&
		prefix_contains(&reverse_range, address_ipv4(&hop->via)));
}

bool path_leg_is_good(const struct rule_context *context, const struct next_hop *hop,
		      bool is_default)
{
	if (path_is_declared(context))
		return path_hop_is_declared(context, hop);
	if (path_leg_is_captured(context, hop))
		return false;
	return !is_default || context->vantage != VANTAGE_IDC_ROUTER;
}

static bool hops_are_good(const struct rule_context *context, const struct list *hops,
			  bool is_default)
{
	bool any = false;
	size_t i;

	for (i = 0; i < hops->count; i++) {
		const struct next_hop *hop = LIST_AT(hops, struct next_hop, i);

		if (hop->unused)
			continue;
		if (!path_leg_is_good(context, hop, is_default))
			return false;
		any = true;
	}
	return any;
}

bool path_route_is_good(const struct rule_context *context, const struct route_fact *route)
{
	return text_equal(route->type, "unicast") &&
	       hops_are_good(context, &route->next_hops, route->destination.length == 0);
}

static const char *class_type(const struct class_view *view)
{
	return view->class_fact->type ? view->class_fact->type : "none";
}

bool path_returns_to_service(const struct class_view *view)
{
	const struct list *hops = &view->class_fact->next_hops;
	size_t i;

	for (i = 0; view->service && view->class_fact->iif && i < hops->count; i++)
		if (address_equal(&LIST_AT(hops, struct next_hop, i)->via, &view->service->address))
			return true;
	return false;
}

bool return_is_good(const struct rule_context *context, const struct class_view *view)
{
	const struct class_fact *class_fact = view->class_fact;
	const char *type = class_type(view);
	struct path path;

	if (path_is_near(context, view))
		return text_equal(type, "unicast") || text_equal(type, "local") ||
		       text_equal(type, "broadcast");
	if (!text_equal(type, "unicast") || path_returns_to_service(view))
		return false;
	if (class_fact->next_hops.count > 0 && class_fact->destination.known)
		return hops_are_good(context, &class_fact->next_hops,
				     class_fact->destination.length == 0);
	path_trace(context, view, &path);
	return path.hops && hops_are_good(context, path.hops, path.is_default);
}

bool path_same_hop(const struct next_hop *a, const struct next_hop *b)
{
	return address_equal(&a->via, &b->via) && text_equal(a->dev, b->dev);
}

bool path_same_hops(const struct list *a, const struct list *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (!path_same_hop(LIST_AT(a, struct next_hop, i), LIST_AT(b, struct next_hop, i)))
			return false;
	return true;
}

/* Every hop of `hops` is one of `legs`. */
static bool hops_within(const struct list *hops, const struct list *legs)
{
	size_t i, leg;

	for (i = 0; i < hops->count; i++) {
		const struct next_hop *hop = LIST_AT(hops, struct next_hop, i);

		for (leg = 0; leg < legs->count; leg++)
			if (path_same_hop(hop, LIST_AT(legs, struct next_hop, leg)))
				break;
		if (leg == legs->count)
			return false;
	}
	return true;
}

void return_survey_add(struct return_survey *survey, const struct rule_context *context,
		       const struct class_view *view)
{
	const struct class_fact *class_fact = view->class_fact;
	size_t i;

	if (!class_fact->destination.known || class_fact->destination.length == 0 ||
	    class_fact->next_hops.count == 0 || !return_is_good(context, view))
		return;
	for (i = 0; i < survey->count; i++)
		if (path_same_hops(survey->ways[i], &class_fact->next_hops))
			return;
	if (survey->count < SURVEY_WAYS_MAX)
		survey->ways[survey->count++] = &class_fact->next_hops;
}

bool return_survey_lacks(const struct return_survey *survey, const struct list *hops)
{
	size_t i;

	for (i = 0; survey && i < survey->count; i++)
		if (hops_within(hops, survey->ways[i]))
			return false;
	return survey && survey->count > 0;
}

/* A destination port for which the kernel gave the answer that stands for the class. */
static uint32_t class_port(const struct class_fact *class_fact)
{
	size_t i;

	for (i = 0; i < class_fact->ports.count; i++) {
		const struct class_ports *ports = LIST_AT(&class_fact->ports, struct class_ports,
							  i);

		if (text_equal(ports->type, class_fact->type) &&
		    text_equal(ports->error, class_fact->error) &&
		    path_same_hops(&ports->next_hops, &class_fact->next_hops))
			return ports->first;
	}
	return EPHEMERAL_PORT;
}

void path_flow(const struct class_view *view, struct flow *flow)
{
	const struct class_fact *class_fact = view->class_fact;
	const struct service_fact *service = view->service;

	memset(flow, 0, sizeof(*flow));
	flow->destination = view->first;
	flow->mark = class_fact->mark;
	flow->ipproto = PROTOCOL_TCP;
	flow->dport = class_port(class_fact);
	flow->iif = class_fact->iif;
	/* forwarded packets count as root's: sock_net_uid(net, NULL) in ip_route_input_slow() */
	if (!service)
		return;
	flow->source = address_ipv4(&service->address);
	flow->sport = service->port;
	if (class_fact->iif)
		return;
	flow->oif = service->dev;
	if (service->uid.known)
		flow->uid = service->uid.value;
}

/* The dumped route behind the kernel's answer, where the model did not name it. */
static const struct route_fact *dumped_route(const struct rule_context *context,
					     const struct class_fact *class_fact)
{
	const struct route_fact *routes[16];
	size_t i, count;

	if (!class_fact->table.known || !class_fact->destination.known)
		return NULL;
	count = fib_equal(context->fib, class_fact->table.value, &class_fact->destination, routes,
			  sizeof(routes) / sizeof(routes[0]));
	for (i = 0; i < count; i++)
		if (path_same_hops(&routes[i]->next_hops, &class_fact->next_hops))
			return routes[i];
	return count == 1 ? routes[0] : NULL;
}

static bool model_agrees(const struct fib_answer *model, const struct class_fact *class_fact)
{
	if (!text_equal(model->type, class_fact->type ? class_fact->type : "none"))
		return false;
	if (!model->route || !class_fact->table.known || !class_fact->destination.known)
		return true;
	return model->table == class_fact->table.value &&
	       prefix_equal(&model->route->destination, &class_fact->destination);
}

void path_trace(const struct rule_context *context, const struct class_view *view,
		struct path *path)
{
	const struct class_fact *class_fact = view->class_fact;
	struct flow flow;

	memset(path, 0, sizeof(*path));
	path->type = class_type(view);
	path->hops = &class_fact->next_hops;
	path->is_default = class_fact->destination.known && class_fact->destination.length == 0;
	path->model.type = "none";
	if (!context->fib)
		return;
	path_flow(view, &flow);
	fib_lookup(context->fib, &flow, 0, &path->model);
	if (model_agrees(&path->model, class_fact)) {
		path->explained = true;
		path->rule = path->model.rule;
		path->route = path->model.route;
	}
	if (!path->route || !path_same_hops(&path->route->next_hops, path->hops)) {
		const struct route_fact *route = dumped_route(context, class_fact);

		path->route = route ? route : path->route;
	}
	if (path->route && path->hops->count == 0)
		path->hops = &path->route->next_hops;
	if (path->route && !class_fact->destination.known)
		path->is_default = path->route->destination.length == 0 &&
				   text_equal(path->type, "unicast");
}

/*
 * A link whose frames need the gateway's own address, and on which nobody asks for it. Modems and
 * the like (wwan0, ipvlan in L3 mode) say NOARP because they need none.
 */
static bool link_asks_nobody(const struct link_fact *link)
{
	static const char *const kinds[] = { "veth", "bridge", "bond", "team", "vlan", "macvlan" };
	size_t i;

	if (!link || !link->noarp || link->point_to_point || !text_equal(link->type, "ether"))
		return false;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (text_equal(link->kind, kinds[i]))
			return true;
	return !link->kind && !text_has_prefix(link->name, "ww");
}

enum leg_life path_leg_life(const struct rule_context *context, const struct next_hop *hop)
{
	const struct link_fact *link = hop_link(context, hop);
	const struct neighbour_fact *neighbour;

	if (hop->dead || hop->linkdown)
		return LEG_DOWN;
	if (link && (!link->up || !link->carrier))
		return LEG_DOWN;
	if (hop->via.family == ADDRESS_NONE || context->facts->neighbours.section.state != FACT_OK)
		return LEG_ALIVE;
	neighbour = facts_neighbour(context->facts, &hop->via, hop->dev);
	if (!neighbour)
		return LEG_ALIVE;
	if (neighbour->failed_twice && text_equal(neighbour->state, "failed"))
		return LEG_SILENT;
	if (link_asks_nobody(link) && (neighbour->own || text_equal(neighbour->state, "none")))
		return LEG_UNASKED;
	return LEG_ALIVE;
}
