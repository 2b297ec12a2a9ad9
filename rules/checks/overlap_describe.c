/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words for captured classes: who captures, by which route and rule, and what mends it.
 */
#include "rules/checks/overlap_rules.h"

#include "rules/checks/overlap_owner.h"
#include "rules/checks/return_words.h"
#include "rules/text.h"

#include <errno.h>
#include <string.h>

#define TABLE_MAIN 254u
#define TABLE_LOCAL 255u
#define ROUTES_SHOWN 16

/* What keeps a mended network from coming back, by cause. */
static const struct {
	const char *cause;
	const char *owner; /* a word of the capture's owner; NULL: any */
	const char *platform, *text;
} lasting_fixes[] = {
	{ "OVL-05", "Docker", "docker",
	  "choose `default-address-pools` and `bip` in /etc/docker/daemon.json outside "
	  "100.104.0.0/16, restart docker, then: docker network rm NETWORK && docker network "
	  "create NETWORK" },
	{ "OVL-05", "Podman", "podman",
	  "choose `default_subnet_pools` in containers.conf outside 100.104.0.0/16, then: podman "
	  "network rm NETWORK && podman network create NETWORK" },
	{ "OVL-07", NULL, "kubernetes",
	  "give the cluster another pod range, or serve GitLab from a machine outside the "
	  "cluster" },
	{ "OVL-08", NULL, "tailscale",
	  "tailscale set --accept-routes=false, or stop advertising what overlaps 100.104.0.0/16" },
	{ "OVL-09", NULL, "vpn", "exclude 100.104.0.0/16 from what the VPN routes (split tunnel)" },
	{ "OVL-10", NULL, "wireguard",
	  "narrow AllowedIPs so that 100.104.0.0/16 is not inside, then restart the interface" },
	{ "OVL-12", NULL, "provider",
	  "ask for a WAN address outside 100.104.0.0/16 where the network lies inside the range" },
};

static void add_owner(struct text *text, const struct capture *capture)
{
	text_add(text, capture->owner);
	if (capture->dev)
		text_addf(text, ", interface %s", capture->dev);
	if (capture->link && capture->link->kind)
		text_addf(text, " (%s)", capture->link->kind);
}

static void say_message(const struct say *say, const struct capture *capture)
{
	const struct class_group *group = say->group;
	bool local = strcmp(capture->cause, "OVL-04") == 0;
	bool tunnel = capture->link && path_link_is_tunnel(capture->link);
	struct text owner, by;

	text_init(&owner, WORDS_MAX);
	text_init(&by, WORDS_MAX);
	add_owner(&owner, capture);
	if (capture->route)
		words_add_route(&by, capture->route);
	else if (say->path.hops->count > 0)
		words_add_hops(&by, say->path.hops);
	if (capture->rule)
		text_addf(&by, ", rule %u", capture->rule->priority);
	if (local)
		finding_message(
			say->out, say->finding,
			"replies to %s (%s) never leave this machine: interface %s has what they "
			"go to as an address of its own",
			group->where, group->percent, capture->dev ? capture->dev : "lo");
	else
		finding_message(say->out, say->finding, "replies to %s (%s) %s %s [%s]",
				group->where, group->percent, tunnel ? "enter" : "stay on",
				say_text(say, &owner), say_text(say, &by));
	text_release(&owner);
	text_release(&by);
}

static void say_proof(const struct say *say, const struct capture *capture)
{
	const struct route_fact *routes[ROUTES_SHOWN];
	size_t i, count;

	say_class(say);
	if (capture->route)
		say_route(say, capture->route);
	count = say_routes(say, routes, ROUTES_SHOWN);
	for (i = 0; i < count && i < ROUTES_SHOWN; i++)
		if (routes[i] != capture->route)
			say_route(say, routes[i]);
	say_rule(say, capture->rule);
	say_link(say, capture->link);
	say_address(say, capture->address);
	say_declared(say);
}

static void say_delete_address(const struct say *say, const struct address_fact *address)
{
	char number[ADDRESS_TEXT_MAX];

	finding_remedy(say->out, say->finding, "linux", "ip address del %s/%u dev %s",
		       address_print(&address->address, number), address->length,
		       address->dev ? address->dev : "INTERFACE");
}

/* Its own network's address inside the range: taking it away takes the connected route with it. */
static bool is_connected(const struct capture *capture, const struct route_fact *route)
{
	struct prefix net;

	if (!capture->address || !route)
		return false;
	net = prefix_make(address_ipv4(&capture->address->address), capture->address->length);
	return text_equal(route->protocol, "kernel") && prefix_equal(&net, &route->destination);
}

/* Would the range find its way once `gone` and its like are taken away? */
static bool rest_is_good(const struct say *say, const struct capture *capture)
{
	const struct route_fact *route;
	uint32_t first = say->group->example->first;

	if (!say->context->fib)
		return false;
	route = fib_longest_other(say->context->fib, TABLE_MAIN, first, capture->route);
	if (route && is_connected(capture, route))
		route = fib_longest_other(say->context->fib, TABLE_MAIN, first, route);
	return route && path_route_is_good(say->context, route);
}

static void say_route_home(const struct say *say, uint32_t table)
{
	struct wanted_route wanted = { .prefix = *say_range(say), .table = table };
	struct way way;

	say_way(say, NULL, &way);
	say_set_route(say, &wanted, &way);
}

/* All our addresses among those of the group. */
static void say_local_fix(const struct say *say)
{
	const struct list *addresses = &say->context->facts->addresses.addresses;
	size_t i, found = 0;

	for (i = 0; i < addresses->count; i++) {
		const struct address_fact *own = LIST_AT(addresses, struct address_fact, i);

		if (own->address.family != ADDRESS_IPV4 ||
		    !span_set_contains(say->group->addresses, address_ipv4(&own->address)))
			continue;
		say_delete_address(say, own);
		found++;
	}
	if (found == 0 && say->path.route)
		say_delete_route(say, say->path.route);
}

static void say_network_fix(const struct say *say, const struct capture *capture)
{
	const struct route_fact *routes[ROUTES_SHOWN];
	size_t i, count = say_routes(say, routes, ROUTES_SHOWN);
	bool told = false;

	/* a route that only covers the range stays: a longer one beside it wins */
	if (capture->prefix.known && capture->prefix.length < say_range(say)->length &&
	    capture->route) {
		say_route_home(say, capture->route->table);
		return;
	}
	for (i = 0; i < count && i < ROUTES_SHOWN; i++) {
		if (routes[i]->table == TABLE_LOCAL)
			continue; /* goes with its address */
		told = true;
		if (is_connected(capture, routes[i]))
			say_delete_address(say, capture->address);
		else
			say_delete_route(say, routes[i]);
	}
	/* of an interface that is down only the address is there */
	if (!told && capture->address)
		say_delete_address(say, capture->address);
	if (!rest_is_good(say, capture))
		say_route_home(say, TABLE_MAIN);
}

void overlap_describe(const struct rule_context *context, const struct class_group *group,
		      struct findings *out, struct finding *finding)
{
	struct capture capture;
	struct say say;
	size_t i;

	if (!overlap_find(context, group->example, &capture))
		return;
	say_init(&say, context, group, out, finding);
	if (capture.dev && !finding->subject.dev) {
		finding->subject.dev = text_clean(capture.dev, strlen(capture.dev));
		if (!finding->subject.dev)
			out->error = -ENOMEM;
	}
	say_message(&say, &capture);
	say_proof(&say, &capture);
	if (strcmp(capture.cause, "OVL-04") == 0)
		say_local_fix(&say);
	else
		say_network_fix(&say, &capture);
	for (i = 0; i < sizeof(lasting_fixes) / sizeof(lasting_fixes[0]); i++)
		if (strcmp(lasting_fixes[i].cause, capture.cause) == 0 &&
		    (!lasting_fixes[i].owner || strstr(capture.owner, lasting_fixes[i].owner)))
			finding_remedy(out, finding, lasting_fixes[i].platform, "%s",
				       lasting_fixes[i].text);
}
