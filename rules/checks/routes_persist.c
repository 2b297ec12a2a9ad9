/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Will the routes towards the range still be there after a reboot (RT-11)?
 *
 * Protocol "boot" is what `ip route add` writes when nobody says otherwise: a hand or a script.
 * Only routes inside 100.64.0.0/10 that lead somewhere by a gateway are spoken of, never the
 * default, and only in the network namespace of pid 1, for others end with their container. A route
 * whose destination stands in the network configuration persists, whoever wrote it first.
 */
#include "rules/checks/checks.h"

#include "rules/checks/return_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define WORDS_MAX ((size_t)16 * 1024)
#define TABLE_MAIN 254u
#define ROUTES_SPELLED 16 /* in words and commands; the subject holds all of them */

/* RFC 6598: the shared address space, of which the range is a part. */
static bool is_shared_space(const struct prefix *prefix)
{
	const struct prefix shared = prefix_make(0x64400000u, 10);

	return prefix_covers(&shared, prefix) && prefix_overlaps(prefix, &reverse_range);
}

/* The first gateway of a route that is worth keeping; NULL: it is none of this rule's. */
static const struct next_hop *gateway_of(const struct rule_context *context,
					 const struct route_fact *route)
{
	size_t i;

	if (!text_equal(route->protocol, "boot") || !text_equal(route->type, "unicast") ||
	    !is_shared_space(&route->destination))
		return NULL;
	for (i = 0; i < route->next_hops.count; i++) {
		const struct next_hop *hop = LIST_AT(&route->next_hops, struct next_hop, i);

		if (!hop->via.family || !hop->dev)
			continue;
		if (context->declared.next_hop.family &&
		    !address_equal(&context->declared.next_hop, &hop->via))
			continue;
		return hop;
	}
	return NULL;
}

/* Does the network configuration hold a route with this destination? */
static bool is_configured(const struct facts *facts, const struct prefix *prefix)
{
	const struct list *configs = &facts->configs.configs;
	size_t i;

	for (i = 0; facts->configs.section.state == FACT_OK && i < configs->count; i++) {
		const struct config_fact *config = LIST_AT(configs, struct config_fact, i);

		if (config_is_route(config) && prefix_equal(&config->prefix, prefix))
			return true;
	}
	return false;
}

/* A file that may hold the route and could not be read; NULL: none. */
static const char *unread(const struct facts *facts)
{
	const struct configs_facts *configs = &facts->configs;
	bool other;
	size_t i;

	for (i = 0; configs->section.state == FACT_OK && i < configs->denied.count; i++)
		if (config_may_route(configs->denied.items[i], &other))
			return configs->denied.items[i];
	return NULL;
}

/* Routes of one table by one next hop, none of them in the configuration: one finding. */
struct group {
	const struct route_fact *route; /* the first */
	const struct next_hop *hop;
	size_t finding; /* its place: pointers do not survive the next finding */
	size_t count;
	char via[ADDRESS_TEXT_MAX];
	char table[32]; /* as the end of a command: "" for main */
	struct text prefixes, networkmanager, netplan, frr; /* of the first ROUTES_SPELLED */
};

static void group_release(struct group *group)
{
	text_release(&group->prefixes);
	text_release(&group->networkmanager);
	text_release(&group->netplan);
	text_release(&group->frr);
}

static struct finding *finding_of(const struct group *group, struct findings *out)
{
	return LIST_AT(&out->list, struct finding, group->finding);
}

static void new_finding(const struct facts *facts, struct findings *out)
{
	const char *denied = unread(facts);
	struct finding *finding = findings_add(out, denied ? STATUS_UNKNOWN : STATUS_WARN);

	finding_cause(out, finding, "RT-11");
	if (!denied)
		return;
	finding_settle(out, finding, "sudo reachback check");
	finding_evidence(out, finding, "/configs/denied", "%s could not be read", denied);
}

/* The group of this route, made where it is the first; NULL when out of memory. */
static struct group *group_of(struct list *groups, const struct facts *facts,
			      const struct route_fact *route, const struct next_hop *hop,
			      struct findings *out)
{
	struct group *group;
	size_t i;

	for (i = 0; i < groups->count; i++) {
		group = LIST_AT(groups, struct group, i);
		if (group->route->table == route->table && path_same_hop(group->hop, hop))
			return group;
	}
	group = list_add(groups, sizeof(*group));
	if (!group) {
		out->error = -ENOMEM;
		return NULL;
	}
	group->route = route;
	group->hop = hop;
	group->finding = out->list.count;
	address_print(&hop->via, group->via);
	if (route->table != TABLE_MAIN)
		(void)snprintf(group->table, sizeof(group->table), " table %u", route->table);
	text_init(&group->prefixes, WORDS_MAX);
	text_init(&group->networkmanager, WORDS_MAX);
	text_init(&group->netplan, WORDS_MAX);
	text_init(&group->frr, WORDS_MAX);
	new_finding(facts, out);
	return out->error ? NULL : group;
}

static void add_route(struct group *group, const struct route_fact *route, size_t place,
		      struct findings *out)
{
	const char *comma = group->count ? ", " : "";
	struct finding *finding = finding_of(group, out);
	char prefix[PREFIX_TEXT_MAX], pointer[64];

	prefix_print(&route->destination, prefix);
	if (strings_add(&finding->subject.prefixes, prefix))
		out->error = -ENOMEM;
	if (group->count++ >= ROUTES_SPELLED)
		return;
	pointer_print(pointer, sizeof(pointer), "/routes/entries", place);
	finding_evidence(out, finding, pointer, "%s via %s dev %s proto boot%s", prefix, group->via,
			 group->hop->dev, group->table);
	text_addf(&group->prefixes, "%s%s", comma, prefix);
	text_addf(&group->networkmanager, "%s%s %s", comma, prefix, group->via);
	text_addf(&group->netplan, "%s{to: %s, via: %s", comma, prefix, group->via);
	if (group->table[0] != '\0') {
		text_addf(&group->networkmanager, " table=%u", route->table);
		text_addf(&group->netplan, ", table: %u", route->table);
	}
	text_add(&group->netplan, "}");
	text_addf(&group->frr, " -c 'ip route %s %s%s'", prefix, group->via, group->table);
}

static void add_remedies(const struct facts *facts, const struct group *group,
			 struct findings *out, struct finding *finding)
{
	const char *dev = group->hop->dev;
	const char *more = group->count > ROUTES_SPELLED ? ", and so on for the other routes" : "";

	finding_remedy(out, finding, "networkmanager",
		       "nmcli connection modify \"$(nmcli -g GENERAL.CONNECTION device show %s)\" "
		       "+ipv4.routes \"%s\" && nmcli device reapply %s%s",
		       dev, text_string(&group->networkmanager), dev, more);
	finding_remedy(out, finding, "netplan",
		       "netplan set \"%s.%s.routes=[%s]\" && netplan apply%s",
		       netplan_section(facts, dev), dev, text_string(&group->netplan), more);
	finding_remedy(out, finding, "frr",
		       "vtysh -c 'configure terminal'%s -c 'end' -c 'write memory'%s",
		       text_string(&group->frr), more);
}

static void word_group(const struct facts *facts, const struct group *group, struct findings *out)
{
	struct finding *finding = finding_of(group, out);
	bool one = group->count == 1;
	char more[48] = "";

	if (text_error(&group->prefixes) || text_error(&group->networkmanager) ||
	    text_error(&group->netplan) || text_error(&group->frr))
		out->error = -ENOMEM;
	if (group->count > ROUTES_SPELLED)
		(void)snprintf(more, sizeof(more), " and %zu more", group->count - ROUTES_SPELLED);
	if (one) {
		finding->subject.prefix = group->route->destination;
		strings_release(&finding->subject.prefixes);
	}
	finding_message(out, finding,
			"%s %s%s via %s dev %s%s %s added by a hand or a script (protocol boot) "
			"and may be gone after a reboot",
			one ? "route" : "routes", text_string(&group->prefixes), more, group->via,
			group->hop->dev, group->table, one ? "was" : "were");
	finding_expected(out, finding, "the network configuration holds the route%s",
			 one ? "" : "s");
	add_remedies(facts, group, out, finding);
}

static const char *skip(const struct rule_context *context)
{
	const struct host_facts *host = &context->facts->host;

	if (host->section.state != FACT_OK)
		return NULL;
	if (!host->netns_known_init)
		return "whether this is the network namespace of pid 1 could not be told";
	return host->netns_is_init ? NULL : "this is not the network namespace of pid 1";
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct list *entries = &context->facts->routes.entries;
	struct list groups = { 0 };
	size_t i;

	for (i = 0; i < entries->count && !out->error; i++) {
		const struct route_fact *route = LIST_AT(entries, struct route_fact, i);
		const struct next_hop *hop = gateway_of(context, route);
		struct group *group;

		if (!hop || is_configured(context->facts, &route->destination))
			continue;
		group = group_of(&groups, context->facts, route, hop, out);
		if (group)
			add_route(group, route, i, out);
	}
	for (i = 0; i < groups.count; i++) {
		if (!out->error)
			word_group(context->facts, LIST_AT(&groups, struct group, i), out);
		group_release(LIST_AT(&groups, struct group, i));
	}
	free(groups.items);
}

const struct rule rule_routes_persist = {
	.code = "routes-persist",
	.area = "return",
	.title = "routes towards the range come from the network configuration",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_ROUTES) | SECTION_BIT(SECTION_HOST),
	.vantages = VANTAGE_HOST | VANTAGE_ROUTER,
	.causes = { "RT-11" },
	.why = "a route added by hand is gone after the next reboot or reconfiguration, and builds "
	       "time out from then on",
	.evidence = "protocol of the routes inside 100.64.0.0/10 that overlap the range; routes in "
		    "netplan, ifupdown, ifcfg, NetworkManager and networkd files",
	.remedies = {
		{ "netplan", "netplan set \"ethernets.DEV.routes=[{to: 100.104.0.0/16, via: "
			     "GATEWAY}]\" && netplan apply" },
		{ "networkmanager", "nmcli connection modify NAME +ipv4.routes \"100.104.0.0/16 "
				    "GATEWAY\"" },
		{ "frr", "vtysh -c 'configure terminal' -c 'ip route 100.104.0.0/16 GATEWAY' -c "
			 "'end' -c 'write memory'" },
		{ "ifupdown", "up ip route replace 100.104.0.0/16 via GATEWAY dev DEV proto static "
			      "in /etc/network/interfaces" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = skip,
	.eval = evaluate,
};
