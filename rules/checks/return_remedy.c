/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What mends a class: command lines that can be pasted, with the values of these facts. A command
 * for "linux" must really mend; the other platforms say how to keep it over a reboot.
 */
#include "rules/checks/return_words.h"

#include "rules/checks/checks.h"

#include <string.h>

#define TABLE_MAIN 254u

/* The interface whose own network holds the gateway; NULL: none does. */
static const char *device_towards(const struct rule_context *context, const struct address *via)
{
	const struct list *addresses = &context->facts->addresses.addresses;
	const char *dev = NULL;
	uint32_t longest = 0;
	size_t i;

	if (context->facts->addresses.section.state != FACT_OK || via->family != ADDRESS_IPV4)
		return NULL;
	for (i = 0; i < addresses->count; i++) {
		const struct address_fact *own = LIST_AT(addresses, struct address_fact, i);
		struct prefix net;

		net = prefix_make(address_ipv4(&own->address), own->length);
		if (own->length < 32 && own->length > longest &&
		    prefix_contains(&net, address_ipv4(via))) {
			longest = own->length;
			dev = own->dev;
		}
		if (address_equal(&own->peer, via))
			return own->dev;
	}
	return dev;
}

const struct next_hop *say_gateway_on(const struct rule_context *context, const char *dev)
{
	const struct list *entries = &context->facts->routes.entries;
	size_t i, leg;

	for (i = 0; i < entries->count; i++) {
		const struct route_fact *route = LIST_AT(entries, struct route_fact, i);

		for (leg = 0; leg < route->next_hops.count; leg++) {
			const struct next_hop *hop = LIST_AT(&route->next_hops, struct next_hop,
							     leg);

			if (hop->via.family == ADDRESS_IPV4 && text_equal(hop->dev, dev))
				return hop;
		}
	}
	return NULL;
}

/* A hop of some route by this gateway that was entered as `onlink`; dev NULL: on any. */
static const struct next_hop *onlink_hop(const struct rule_context *context,
					 const struct address *via, const char *dev)
{
	const struct list *entries = &context->facts->routes.entries;
	size_t i, leg;

	for (i = 0; i < entries->count; i++) {
		const struct list *hops = &LIST_AT(entries, struct route_fact, i)->next_hops;

		for (leg = 0; leg < hops->count; leg++) {
			const struct next_hop *hop = LIST_AT(hops, struct next_hop, leg);

			if (hop->onlink && address_equal(&hop->via, via) &&
			    (!dev || text_equal(hop->dev, dev)))
				return hop;
		}
	}
	return NULL;
}

static bool declares_itself(const struct rule_context *context)
{
	return context->facts->addresses.section.state == FACT_OK &&
	       facts_local_address(context->facts, &context->declared.next_hop);
}

const char *say_declared_flaw(const struct rule_context *context)
{
	const struct services_facts *services = &context->facts->services;
	const struct address *next_hop = &context->declared.next_hop;

	if (next_hop->family != ADDRESS_IPV4 || services->section.state != FACT_OK ||
	    !services->declared_near.known || services->declared_near.value)
		return NULL;
	if (declares_itself(context))
		return "this machine's own address";
	return onlink_hop(context, next_hop, NULL) ? NULL : "on no network of this machine";
}

bool say_needs_onlink(const struct rule_context *context, const struct address *via,
		      const char *dev)
{
	if (via->family != ADDRESS_IPV4 || !dev)
		return false;
	return onlink_hop(context, via, dev) ||
	       (say_declared_flaw(context) && address_equal(via, &context->declared.next_hop)) ||
	       (context->fib && fib_gateway_refused(context->fib, address_ipv4(via), dev));
}

static void declared_way(const struct rule_context *context, struct way *way)
{
	const struct link_fact *link;
	const struct next_hop *hop;

	way->dev = context->declared.dev;
	if (declares_itself(context))
		return;
	way->known = true;
	way->via = context->declared.next_hop;
	if (!way->dev) {
		way->dev = device_towards(context, &way->via);
		if (!way->dev && context->facts->services.section.state == FACT_OK)
			way->dev = context->facts->services.declared_dev;
		hop = way->dev ? NULL : onlink_hop(context, &way->via, NULL);
		if (hop)
			way->dev = hop->dev;
		way->known = !say_declared_flaw(context);
		return;
	}
	link = facts_link(context->facts, way->dev);
	if (link && path_link_is_tunnel(link)) {
		way->via.family = ADDRESS_NONE;
		return;
	}
	if (way->via.family != ADDRESS_NONE)
		return;
	hop = say_gateway_on(context, way->dev);
	if (hop)
		way->via = hop->via;
	else
		way->known = false;
}

static bool way_of_hops(const struct rule_context *context, const struct list *hops,
			bool is_default, struct way *way)
{
	size_t i;

	for (i = 0; i < hops->count; i++) {
		const struct next_hop *hop = LIST_AT(hops, struct next_hop, i);

		if (!path_leg_is_good(context, hop, is_default))
			continue;
		way->known = true;
		way->via = hop->via;
		way->dev = hop->dev;
		return true;
	}
	return false;
}

/* The first explicit good class of the same proof tells where the rest should go as well. */
static void sibling_way(const struct say *say, struct way *way)
{
	const struct class_fact *mine = say->group->example->class_fact;
	const struct facts *facts = say->context->facts;
	const struct list *classes = say->group->example->vswitch ? &facts->routes.vswitch_classes
								  : &facts->routes.classes;
	size_t i;

	for (i = 0; i < classes->count; i++) {
		const struct class_fact *other = LIST_AT(classes, struct class_fact, i);

		if (other == mine || other->mark != mine->mark ||
		    !text_equal(other->service, mine->service) ||
		    !text_equal(other->iif, mine->iif) || !text_equal(other->type, "unicast") ||
		    !other->destination.known || other->destination.length == 0)
			continue;
		if (way_of_hops(say->context, &other->next_hops, false, way))
			return;
	}
}

static void find_way(const struct say *say, const struct list *good, struct way *way)
{
	if (path_is_declared(say->context)) {
		declared_way(say->context, way);
		return;
	}
	if (good && way_of_hops(say->context, good, false, way))
		return;
	sibling_way(say, way);
}

void say_way(const struct say *say, const struct list *good, struct way *way)
{
	memset(way, 0, sizeof(*way));
	find_way(say, good, way);
	way->onlink = way->known && say_needs_onlink(say->context, &way->via, way->dev);
}

void words_add_way(struct text *text, const struct way *way)
{
	char via[ADDRESS_TEXT_MAX];

	if (!way->known)
		text_add(text, " via GATEWAY");
	else if (way->via.family != ADDRESS_NONE)
		text_addf(text, " via %s", address_print(&way->via, via));
	if (way->dev)
		text_addf(text, " dev %s", way->dev);
}

static const char *way_gateway(const struct way *way, char text[ADDRESS_TEXT_MAX])
{
	if (!way->known)
		return "GATEWAY";
	if (way->via.family == ADDRESS_NONE)
		return way->dev ? way->dev : "GATEWAY";
	return address_print(&way->via, text);
}

static void say_persistent(const struct say *say, const struct wanted_route *wanted,
			   const struct way *way)
{
	char prefix[PREFIX_TEXT_MAX], via[ADDRESS_TEXT_MAX];
	const char *gateway = way_gateway(way, via);
	const char *dev = way->dev ? way->dev : "INTERFACE";
	const char *where = prefix_print(&wanted->prefix, prefix);
	struct text table;

	text_init(&table, WORDS_MAX);
	if (wanted->table != TABLE_MAIN)
		text_addf(&table, ", table: %u", wanted->table);
	text_add(&table, way->onlink ? ", on-link: true" : "");
	finding_remedy(say->out, say->finding, "netplan",
		       "network: {%s: {%s: {routes: [{to: %s, via: %s%s}]}}}, then: netplan apply",
		       netplan_section(say->context->facts, dev), dev, where, gateway,
		       say_text(say, &table));
	text_clear(&table);
	if (wanted->table != TABLE_MAIN)
		text_addf(&table, " table=%u", wanted->table);
	text_add(&table, way->onlink ? " onlink=true" : "");
	finding_remedy(
		say->out, say->finding, "networkmanager",
		"nmcli connection modify CONNECTION +ipv4.routes \"%s %s%s\" && nmcli device "
		"reapply %s",
		where, gateway, say_text(say, &table), dev);
	if (say->context->vantage == VANTAGE_IDC_ROUTER && wanted->table == TABLE_MAIN)
		finding_remedy(say->out, say->finding, "frr",
			       "vtysh -c 'configure terminal' -c 'ip route %s %s%s%s%s' -c 'end' "
			       "-c 'write memory'",
			       where, gateway, way->onlink ? " " : "", way->onlink ? dev : "",
			       way->onlink ? " onlink" : "");
	text_release(&table);
}

/* What GATEWAY stands for, or what is odd about the declared next hop. */
static void say_gateway(const struct say *say, const struct way *way)
{
	const char *flaw = say_declared_flaw(say->context);
	char number[ADDRESS_TEXT_MAX];

	if (flaw)
		finding_next(say->out, say->finding,
			     "%s is %s: correct --return-next-hop (datacenter.return_next_hop)%s",
			     address_print(&say->context->declared.next_hop, number), flaw,
			     declares_itself(say->context) ? ""
			     : way->known ? ", unless routes by it are meant to be onlink"
					  : "; where routes by it are meant to be onlink, give its "
					    "interface as well (--return-interface)");
	else if (!way->known)
		finding_next(say->out, say->finding,
			     "GATEWAY is the router of this site on the way to the VBR; declare "
			     "it with --return-next-hop, so that every class is proved against "
			     "it");
}

void say_set_route(const struct say *say, const struct wanted_route *wanted, const struct way *way)
{
	char prefix[PREFIX_TEXT_MAX];
	struct text text;

	text_init(&text, WORDS_MAX);
	text_addf(&text, "ip route replace %s", prefix_print(&wanted->prefix, prefix));
	words_add_way(&text, way);
	text_add(&text, way->onlink ? " onlink" : "");
	words_add_table_option(&text, wanted->table);
	if (wanted->metric != 0)
		text_addf(&text, " metric %u", wanted->metric);
	finding_remedy(say->out, say->finding, "linux", "%s", say_text(say, &text));
	text_release(&text);
	say_persistent(say, wanted, way);
	say_gateway(say, way);
}

/* What FRR's daemon for static routes writes (RTPROT_ZSTATIC): iproute2 has no name for it. */
#define FRR_STATIC "196"

/* One `no ip route` as FRR wants it; `hop` NULL: a route that refuses. */
static void add_frr_route(struct text *text, const struct route_fact *route,
			  const struct next_hop *hop)
{
	char prefix[PREFIX_TEXT_MAX], via[ADDRESS_TEXT_MAX];

	text_addf(text, " -c 'no ip route %s ", prefix_print(&route->destination, prefix));
	if (!hop)
		text_add(text, text_equal(route->type, "blackhole") ? "blackhole" : "reject");
	else if (hop->via.family != ADDRESS_NONE)
		text_add(text, address_print(&hop->via, via));
	else
		text_add(text, hop->dev ? hop->dev : "INTERFACE");
	if (route->table != TABLE_MAIN)
		text_addf(text, " table %u", route->table);
	text_add(text, "'");
}

bool route_is_frr(const struct route_fact *route)
{
	static const char *const protocols[] = { "zebra", "bgp", "isis", "ospf",
						 "rip",   "eigrp", "babel" };
	size_t i;

	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (text_equal(route->protocol, protocols[i]))
			return true;
	return route_is_frr_static(route);
}

bool route_is_frr_static(const struct route_fact *route)
{
	return text_equal(route->protocol, FRR_STATIC);
}

void say_delete_frr_hops(const struct say *say, const struct route_fact *route,
			 bool (*unwanted)(const struct say *say, const struct next_hop *hop))
{
	struct text text;
	size_t i;

	text_init(&text, WORDS_MAX);
	if (!text_equal(route->type, "unicast"))
		add_frr_route(&text, route, NULL);
	for (i = 0; text_equal(route->type, "unicast") && i < route->next_hops.count; i++) {
		const struct next_hop *hop = LIST_AT(&route->next_hops, struct next_hop, i);

		if (!unwanted || unwanted(say, hop))
			add_frr_route(&text, route, hop);
	}
	finding_remedy(say->out, say->finding, "frr",
		       "vtysh -c 'configure terminal'%s -c 'end' -c 'write memory'",
		       say_text(say, &text));
	text_release(&text);
}

void say_delete_route(const struct say *say, const struct route_fact *route)
{
	char prefix[PREFIX_TEXT_MAX];
	struct text text;

	if (route_is_frr_static(route)) {
		say_delete_frr_hops(say, route, NULL);
		return;
	}
	text_init(&text, WORDS_MAX);
	text_add(&text, "ip route del ");
	/* over a next-hop object that is a black hole the route itself is none */
	if (!text_equal(route->type, "unicast") && route->type && !route->next_hop_id.known)
		text_addf(&text, "%s ", route->type);
	text_add(&text, prefix_print(&route->destination, prefix));
	if (route->next_hop_id.known)
		text_addf(&text, " nhid %u", route->next_hop_id.value);
	else if (text_equal(route->type, "unicast") && route->next_hops.count == 1) {
		text_add(&text, " ");
		words_add_hops(&text, &route->next_hops);
	}
	words_add_table_option(&text, route->table);
	if (route->metric != 0)
		text_addf(&text, " metric %u", route->metric);
	finding_remedy(say->out, say->finding, "linux", "%s", say_text(say, &text));
	text_release(&text);
}

void say_delete_rule(const struct say *say, const struct rule_fact *rule)
{
	const struct list *rules = &say->context->facts->rules.rules;
	size_t i, same = 0;
	struct text text;

	for (i = 0; i < rules->count; i++)
		same += LIST_AT(rules, struct rule_fact, i)->priority == rule->priority;
	text_init(&text, WORDS_MAX);
	text_addf(&text, "ip rule del priority %u", rule->priority);
	/* the priority alone would delete the first of them; 0 is read as any priority */
	if (same > 1 || !rule->priority)
		words_add_rule_body(&text, rule);
	finding_remedy(say->out, say->finding, "linux", "%s", say_text(say, &text));
	text_release(&text);
}

static void say_exempt(const struct say *say, const char *selector, uint32_t table,
		       uint32_t priority)
{
	char prefix[PREFIX_TEXT_MAX];
	struct text text;

	text_init(&text, WORDS_MAX);
	text_addf(&text, "ip rule add %s %s lookup ", selector,
		  prefix_print(say_range(say), prefix));
	words_add_table(&text, table);
	text_addf(&text, " priority %u", priority);
	finding_remedy(say->out, say->finding, "linux", "%s", say_text(say, &text));
	text_release(&text);
}

void say_rule_before(const struct say *say, const struct rule_fact *offender, uint32_t table)
{
	uint32_t priority = offender->priority - 1;

	/* a new rule stands behind those of its priority: before the first ones there is no room */
	if (!offender->priority) {
		say_delete_rule(say, offender);
		return;
	}
	say_exempt(say, "to", table, priority);
	/* a router forwards the requests as well, and the same rule may keep them away */
	if (say->context->vantage == VANTAGE_IDC_ROUTER)
		say_exempt(say, "from", table, priority);
}
