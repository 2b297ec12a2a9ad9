/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of owners, by interface name, kind and link layer, and the search for the owner of one
 * class. A wrong gateway is never an overlap: only addresses, on-link prefixes and tunnels are.
 */
#include "rules/checks/overlap_owner.h"

#include "rules/text.h"

#include <string.h>

#define TABLE_MAIN 254u

struct owner_row {
	const char *name; /* of the interface; '?' is a hex digit, a trailing '*' anything */
	const char *kind; /* that it must have, where kinds are known; NULL: any */
	const char *cause;
	const char *owner;
};

/* First match wins; exceptions stand before what they are exceptions to, with no cause. */
static const struct owner_row owner_rows[] = {
	{ "docker*", "bridge", "OVL-05", "a Docker network" },
	{ "podman*", "bridge", "OVL-05", "a Podman network" },
	{ "cni-podman*", "bridge", "OVL-05", "a Podman network" },
	{ "br-lan*", NULL, NULL, NULL },
	{ "br-wan*", NULL, NULL, NULL },
	{ "br-ex*", NULL, NULL, NULL },
	{ "br-int*", NULL, NULL, NULL },
	{ "br-tun*", NULL, NULL, NULL },
	{ "br-prv*", NULL, NULL, NULL },
	{ "br-????????????", "bridge", "OVL-05", "a Docker network" },
	{ "br-*", "bridge", "OVL-05", "a container network" },
	{ "cni0", NULL, "OVL-07", "a Kubernetes pod network" },
	{ "flannel*", NULL, "OVL-07", "a Kubernetes pod network (flannel)" },
	{ "cali*", NULL, "OVL-07", "a Kubernetes pod network (Calico)" },
	{ "vxlan.calico", NULL, "OVL-07", "a Kubernetes pod network (Calico)" },
	{ "tunl0", NULL, "OVL-07", "a Kubernetes pod network (Calico IP-in-IP)" },
	{ "cilium*", NULL, "OVL-07", "a Kubernetes pod network (Cilium)" },
	{ "lxc_health", NULL, "OVL-07", "a Kubernetes pod network (Cilium)" },
	{ "kube-*", NULL, "OVL-07", "a Kubernetes service or pod network" },
	{ "nodelocaldns", NULL, "OVL-07", "the Kubernetes node-local DNS cache" },
	{ "weave*", NULL, "OVL-07", "a Kubernetes pod network (Weave)" },
	{ "antrea*", NULL, "OVL-07", "a Kubernetes pod network (Antrea)" },
	{ "ovn-k8s*", NULL, "OVL-07", "a Kubernetes pod network (OVN)" },
	{ "tailscale*", NULL, "OVL-08", "Tailscale" },
	{ "CloudflareWARP", NULL, "OVL-09", "Cloudflare WARP" },
	{ "warp*", NULL, "OVL-09", "Cloudflare WARP" },
	{ "wt*", NULL, "OVL-09", "NetBird" },
	{ "netbird*", NULL, "OVL-09", "NetBird" },
	{ "sdwan0", NULL, "OVL-09", "Twingate" },
	{ "utun*", NULL, "OVL-09", "an overlay VPN" },
	{ "wg*", NULL, "OVL-10", "WireGuard" },
};

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool name_matches(const char *pattern, const char *name)
{
	for (; *pattern && *pattern != '*'; pattern++, name++)
		if (*pattern == '?' ? !is_hex(*name) : *pattern != *name)
			return false;
	return *pattern == '*' || *name == '\0';
}

static const struct owner_row *owner_by_name(const char *dev, const struct link_fact *link)
{
	size_t i;

	for (i = 0; i < sizeof(owner_rows) / sizeof(owner_rows[0]); i++) {
		const struct owner_row *row = &owner_rows[i];

		if (!name_matches(row->name, dev))
			continue;
		if (row->kind && link && !text_equal(link->kind, row->kind))
			continue;
		return row->cause ? row : NULL;
	}
	return NULL;
}

/* A tunnel that its name does not give away. `on_link`: also layer-2 taps count. */
static const struct owner_row *owner_by_kind(const struct link_fact *link, bool on_link)
{
	static const struct owner_row wireguard = { "", NULL, "OVL-10", "WireGuard" };
	static const struct owner_row tunnel = { "", NULL, "OVL-09", "a VPN or tunnel" };

	if (!link)
		return NULL;
	if (text_equal(link->kind, "wireguard"))
		return &wireguard;
	if (path_link_is_tunnel(link) || (on_link && text_equal(link->kind, "tun")))
		return &tunnel;
	return NULL;
}

static const struct address_fact *network_address(const struct rule_context *context,
						  const char *dev, uint32_t inside)
{
	const struct list *addresses = &context->facts->addresses.addresses;
	const struct address_fact *best = NULL;
	size_t i;

	for (i = 0; dev && i < addresses->count; i++) {
		const struct address_fact *own = LIST_AT(addresses, struct address_fact, i);
		struct prefix net = prefix_make(address_ipv4(&own->address), own->length);

		if (text_equal(own->dev, dev) && prefix_contains(&net, inside) &&
		    (!best || own->length > best->length))
			best = own;
	}
	return best;
}

/* The default route of the main table that the kernel would take. */
static const struct route_fact *main_default(const struct rule_context *context)
{
	const struct prefix everything = { .known = true };
	const struct route_fact *route = NULL;

	if (!context->fib || fib_equal(context->fib, TABLE_MAIN, &everything, &route, 1) == 0)
		return NULL;
	return route;
}

/*
 * A provider's network: learnt by DHCP, or leased with the default route behind it; on a router
 * whatever lies on the interface of its default.
 */
static bool is_wan(const struct rule_context *context, const struct capture *capture)
{
	const struct route_fact *route = main_default(context);
	const struct next_hop *hop;

	if (capture->route && text_equal(capture->route->protocol, "dhcp"))
		return true;
	if (!route || route->next_hops.count == 0)
		return false;
	hop = LIST_AT(&route->next_hops, struct next_hop, 0);
	if (!text_equal(hop->dev, capture->dev))
		return false;
	return context->vantage == VANTAGE_IDC_ROUTER ||
	       (capture->address && !capture->address->permanent);
}

static void name_plain_network(const struct rule_context *context, struct capture *capture)
{
	unsigned int length = capture->prefix.known ? capture->prefix.length : 32;

	if (is_wan(context, capture)) {
		capture->cause = "OVL-12";
		capture->owner = "the network of the provider (WAN)";
		return;
	}
	capture->owner = text_has_prefix(capture->dev ? capture->dev : "", "virbr")
				 ? "a libvirt network"
				 : "a network of this machine";
	capture->cause = length == reverse_range.length	 ? "OVL-03"
			 : length > reverse_range.length ? "OVL-01"
							 : "OVL-02";
}

static bool is_plain(const struct capture *capture)
{
	return strcmp(capture->cause, "OVL-01") == 0 || strcmp(capture->cause, "OVL-02") == 0 ||
	       strcmp(capture->cause, "OVL-03") == 0;
}

static void name_owner(const struct rule_context *context, struct capture *capture, bool on_link)
{
	const struct owner_row *row = NULL;

	if (capture->dev)
		row = owner_by_name(capture->dev, capture->link);
	if (!row)
		row = owner_by_kind(capture->link, on_link);
	if (!row) {
		name_plain_network(context, capture);
		return;
	}
	capture->cause = row->cause;
	capture->owner = row->owner;
}

static void set_device(const struct rule_context *context, struct capture *capture, const char *dev)
{
	capture->dev = dev;
	if (dev && context->facts->links.section.state == FACT_OK)
		capture->link = facts_link(context->facts, dev);
}

/*
 * An address of ours: nothing that carries it ever gets a reply. That of a container bridge, an
 * overlay or the WAN goes with its network; every other stands for itself.
 */
static void take_local(const struct rule_context *context, const struct class_view *view,
		       const struct path *path, struct capture *capture)
{
	const struct address address = address_from_ipv4(view->first);
	const char *dev = path->hops->count > 0 ? LIST_AT(path->hops, struct next_hop, 0)->dev
						: NULL;

	capture->rule = path->rule;
	capture->address = facts_local_address(context->facts, &address);
	set_device(context, capture, capture->address ? capture->address->dev : dev);
	if (capture->address)
		capture->prefix = prefix_make(view->first, capture->address->length);
	name_owner(context, capture, true);
	capture->route = path->route;
	if (!is_plain(capture))
		return;
	capture->cause = "OVL-04";
	capture->owner = "an address of this machine";
	capture->prefix = capture->address ? prefix_make(view->first, 32)
					   : view->class_fact->destination;
}

/* Broadcast addresses belong to the network whose edges they are. */
static bool take_broadcast(const struct rule_context *context, const struct class_view *view,
			   const struct path *path, struct capture *capture)
{
	const struct route_fact *route;
	const char *dev = path->hops->count > 0 ? LIST_AT(path->hops, struct next_hop, 0)->dev
						: NULL;
	const struct address_fact *own = network_address(context, dev, view->first);

	if (!own || own->length >= 32)
		return false;
	set_device(context, capture, dev);
	capture->address = own;
	capture->prefix = prefix_make(address_ipv4(&own->address), own->length);
	route = context->fib ? fib_longest(context->fib, TABLE_MAIN, view->first) : NULL;
	if (route && prefix_equal(&route->destination, &capture->prefix))
		capture->route = route;
	name_owner(context, capture, true);
	return true;
}

/* PPP that carries a router's default is its uplink, not an overlay. */
static bool is_uplink(const struct rule_context *context, const struct path *path,
		      const struct next_hop *hop)
{
	const struct link_fact *link = hop->dev ? facts_link(context->facts, hop->dev) : NULL;

	return path->is_default && context->vantage == VANTAGE_IDC_ROUTER && link &&
	       (text_equal(link->kind, "ppp") || text_equal(link->type, "ppp"));
}

/* The leg that captures, unless another leg leads home (that is the multipath rule's matter). */
static const struct next_hop *captured_leg(const struct rule_context *context,
					   const struct path *path)
{
	const struct next_hop *captured = NULL;
	size_t i;

	for (i = 0; i < path->hops->count; i++) {
		const struct next_hop *hop = LIST_AT(path->hops, struct next_hop, i);

		if (hop->unused)
			continue;
		if (path_leg_is_good(context, hop, path->is_default) &&
		    path_leg_life(context, hop) == LEG_ALIVE)
			return NULL;
		if (!captured && !is_uplink(context, path, hop) &&
		    path_leg_is_captured(context, hop))
			captured = hop;
	}
	return captured;
}

static bool take_unicast(const struct rule_context *context, const struct class_view *view,
			 const struct path *path, struct capture *capture)
{
	const struct next_hop *hop = captured_leg(context, path);

	if (!hop)
		return false;
	set_device(context, capture, hop->dev);
	capture->route = path->route;
	capture->rule = path->rule;
	capture->prefix = path->route ? path->route->destination : view->class_fact->destination;
	capture->address = network_address(context, hop->dev, view->first);
	name_owner(context, capture, hop->via.family == ADDRESS_NONE);
	return true;
}

bool overlap_find(const struct rule_context *context, const struct class_view *view,
		  struct capture *capture)
{
	const char *type = view->class_fact->type ? view->class_fact->type : "none";
	struct path path;

	memset(capture, 0, sizeof(*capture));
	if (path_is_unproved(view) || return_is_good(context, view))
		return false;
	if (text_equal(type, "unicast")) {
		path_trace(context, view, &path);
		return take_unicast(context, view, &path, capture);
	}
	if (!text_equal(type, "local") && !text_equal(type, "broadcast") &&
	    !text_equal(type, "anycast") && !text_equal(type, "multicast"))
		return false;
	path_trace(context, view, &path);
	if (text_equal(type, "broadcast") && take_broadcast(context, view, &path, capture))
		return true;
	take_local(context, view, &path, capture);
	return true;
}
