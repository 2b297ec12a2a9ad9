/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words and evidence of the class rules. Remedies are in return_remedy.c.
 */
#include "rules/checks/return_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LEGS_SHOWN 8

void say_init(struct say *say, const struct rule_context *context, const struct class_group *group,
	      struct findings *out, struct finding *finding)
{
	memset(say, 0, sizeof(*say));
	say->context = context;
	say->group = group;
	say->out = out;
	say->finding = finding;
	path_trace(context, group->example, &say->path);
}

const struct prefix *say_range(const struct say *say)
{
	if (say->group->example->vswitch)
		return &say->context->facts->plan.link.vswitch_cidr;
	return &reverse_range;
}

const char *say_text(const struct say *say, const struct text *text)
{
	if (text_error(text) == 0)
		return text_string(text);
	if (text_error(text) != -EFBIG && say->out->error == 0)
		say->out->error = text_error(text);
	return "(too long to show)";
}

static bool is_among(const struct route_fact *const *routes, size_t count,
		     const struct route_fact *route)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (routes[i] == route)
			return true;
	return false;
}

static bool same_proof(const struct class_fact *a, const struct class_fact *b)
{
	return a->mark == b->mark && text_equal(a->service, b->service) &&
	       text_equal(a->iif, b->iif);
}

size_t say_routes(const struct say *say, const struct route_fact **routes, size_t most)
{
	const struct class_group *group = say->group;
	const struct routes_facts *facts = &say->context->facts->routes;
	const struct list *classes = group->example->vswitch ? &facts->vswitch_classes
							     : &facts->classes;
	struct class_view view = *group->example;
	size_t i, count = 0;

	for (i = group->example_index; i < classes->count; i++) {
		struct path path;

		view.class_fact = LIST_AT(classes, struct class_fact, i);
		if (!same_proof(view.class_fact, group->example->class_fact))
			break;
		view.first = address_ipv4(&view.class_fact->first);
		view.last = address_ipv4(&view.class_fact->last);
		if (!span_set_contains(group->addresses, view.first))
			continue;
		path_trace(say->context, &view, &path);
		if (!path.route || is_among(routes, count < most ? count : most, path.route))
			continue;
		if (count < most)
			routes[count] = path.route;
		count++;
	}
	return count;
}

void words_add_table(struct text *text, uint32_t table)
{
	switch (table) {
	case 253:
		text_add(text, "default");
		return;
	case 254:
		text_add(text, "main");
		return;
	case 255:
		text_add(text, "local");
		return;
	default:
		text_addf(text, "%u", table);
	}
}

void words_add_table_option(struct text *text, uint32_t table)
{
	if (table == 254 || table == 0)
		return;
	text_add(text, " table ");
	words_add_table(text, table);
}

static void add_hop(struct text *text, const struct next_hop *hop)
{
	char via[ADDRESS_TEXT_MAX];

	if (hop->via.family != ADDRESS_NONE)
		text_addf(text, "via %s ", address_print(&hop->via, via));
	text_addf(text, "dev %s", hop->dev ? hop->dev : "(none)");
	if (hop->dead)
		text_add(text, " dead");
	if (hop->linkdown)
		text_add(text, " linkdown");
	if (hop->unused)
		text_add(text, " (never picked)");
}

void words_add_hops(struct text *text, const struct list *hops)
{
	size_t i;

	for (i = 0; i < hops->count && i < LEGS_SHOWN; i++) {
		if (i > 0)
			text_add(text, i + 1 == hops->count ? " and " : ", ");
		add_hop(text, LIST_AT(hops, struct next_hop, i));
	}
	if (hops->count > LEGS_SHOWN)
		text_addf(text, " and %zu more legs", hops->count - LEGS_SHOWN);
	if (hops->count == 0)
		text_add(text, "no next hop");
}

void words_add_route(struct text *text, const struct route_fact *route)
{
	char prefix[PREFIX_TEXT_MAX];

	if (!text_equal(route->type, "unicast"))
		text_addf(text, "%s ", route->type ? route->type : "(no type)");
	text_addf(text, "%s",
		  route->destination.length == 0 ? "default"
						 : prefix_print(&route->destination, prefix));
	if (route->next_hops.count > 0) {
		text_add(text, " ");
		words_add_hops(text, &route->next_hops);
	}
	text_add(text, " table ");
	words_add_table(text, route->table);
	if (route->protocol)
		text_addf(text, " proto %s", route->protocol);
	if (route->metric != 0)
		text_addf(text, " metric %u", route->metric);
}

static void add_range(struct text *text, const char *name, const struct maybe *first,
		      const struct maybe *last)
{
	if (!first->known)
		return;
	text_addf(text, " %s %u", name, first->value);
	if (last->known && last->value != first->value)
		text_addf(text, "-%u", last->value);
}

static void add_selectors(struct text *text, const struct rule_fact *rule)
{
	char prefix[PREFIX_TEXT_MAX];

	if (rule->invert)
		text_add(text, " not");
	text_addf(text, " from %s",
		  rule->from.known && rule->from.length > 0 ? prefix_print(&rule->from, prefix)
							    : "all");
	if (rule->to.known)
		text_addf(text, " to %s", prefix_print(&rule->to, prefix));
	if (rule->mark.known)
		text_addf(text, " fwmark 0x%x/0x%x", rule->mark.value, rule->mask);
	if (rule->tos != 0)
		text_addf(text, " tos 0x%x", rule->tos);
	if (rule->dscp.known)
		text_addf(text, " dscp %u", rule->dscp.value);
	if (rule->iif)
		text_addf(text, " iif %s", rule->iif);
	if (rule->oif)
		text_addf(text, " oif %s", rule->oif);
	if (rule->ipproto.known)
		text_addf(text, " ipproto %u", rule->ipproto.value);
	add_range(text, "sport", &rule->sport_first, &rule->sport_last);
	add_range(text, "dport", &rule->dport_first, &rule->dport_last);
	if (rule->uid_first.known && rule->uid_last.known) /* ip takes no single number here */
		text_addf(text, " uidrange %u-%u", rule->uid_first.value, rule->uid_last.value);
}

static void add_action(struct text *text, const struct rule_fact *rule)
{
	static const char *const words[] = {
		[RULE_LOOKUP] = "lookup",
		[RULE_GOTO] = "goto",
		[RULE_NOP] = "nop",
		[RULE_BLACKHOLE] = "blackhole",
		[RULE_UNREACHABLE] = "unreachable",
		[RULE_PROHIBIT] = "prohibit",
	};

	if (rule->l3mdev) {
		text_add(text, " lookup [l3mdev-table]");
	} else if (rule->action == RULE_LOOKUP) {
		text_add(text, " lookup ");
		words_add_table(text, rule->table);
	} else if (rule->action == RULE_GOTO) {
		text_addf(text, " goto %u", rule->goto_priority.value);
	} else if (rule->action >= 0 && rule->action <= RULE_PROHIBIT) {
		text_addf(text, " %s", words[rule->action]);
	}
	if (rule->suppress_length.known)
		text_addf(text, " suppress_prefixlength %u", rule->suppress_length.value);
	if (rule->suppress_group.known)
		text_addf(text, " suppress_ifgroup %u", rule->suppress_group.value);
}

void words_add_rule_body(struct text *text, const struct rule_fact *rule)
{
	add_selectors(text, rule);
	add_action(text, rule);
}

void words_add_rule(struct text *text, const struct rule_fact *rule)
{
	text_addf(text, "%u:", rule->priority);
	words_add_rule_body(text, rule);
}

/* Adds evidence for item `index` of a list; the text is released here. */
static void point(const struct say *say, const char *list, size_t index, struct text *text)
{
	char pointer[96];

	snprintf(pointer, sizeof(pointer), "%s/%zu", list, index);
	finding_evidence(say->out, say->finding, pointer, "%s", say_text(say, text));
	text_release(text);
}

void say_class(const struct say *say)
{
	const struct class_group *group = say->group;
	const struct class_fact *class_fact = group->example->class_fact;
	char first[ADDRESS_TEXT_MAX], last[ADDRESS_TEXT_MAX];
	struct text text;

	text_init(&text, WORDS_MAX);
	text_add(&text, address_print(&class_fact->first, first));
	if (!address_equal(&class_fact->first, &class_fact->last))
		text_addf(&text, "-%s", address_print(&class_fact->last, last));
	text_addf(&text, ": %s", say->path.type);
	if (say->path.hops->count > 0) {
		text_add(&text, " ");
		words_add_hops(&text, say->path.hops);
	}
	if (class_fact->table.known) {
		text_add(&text, " table ");
		words_add_table(&text, class_fact->table.value);
	}
	if (class_fact->error)
		text_addf(&text, " (%s)", class_fact->error);
	if (class_fact->service)
		text_addf(&text, ", reply of %s", class_fact->service);
	if (class_fact->iif)
		text_addf(&text, " entering by %s", class_fact->iif);
	point(say, group->example->vswitch ? "/routes/vswitch_classes" : "/routes/classes",
	      group->example_index, &text);
}

/* Place of `item` in `list`, which holds it. */
static size_t place(const struct list *list, const void *item, size_t size)
{
	return (size_t)((const char *)item - (const char *)list->items) / size;
}

void say_route(const struct say *say, const struct route_fact *route)
{
	struct text text;

	if (!route)
		return;
	text_init(&text, WORDS_MAX);
	words_add_route(&text, route);
	point(say, "/routes/entries",
	      place(&say->context->facts->routes.entries, route, sizeof(*route)), &text);
}

void say_rule(const struct say *say, const struct rule_fact *rule)
{
	struct text text;

	if (!rule)
		return;
	text_init(&text, WORDS_MAX);
	text_add(&text, "rule ");
	words_add_rule(&text, rule);
	point(say, "/rules/rules", place(&say->context->facts->rules.rules, rule, sizeof(*rule)),
	      &text);
}

void say_link(const struct say *say, const struct link_fact *link)
{
	struct text text;

	if (!link)
		return;
	text_init(&text, WORDS_MAX);
	text_addf(&text, "interface %s", link->name);
	if (link->kind)
		text_addf(&text, " kind %s", link->kind);
	if (link->type)
		text_addf(&text, " type %s", link->type);
	text_addf(&text, " %s, %s%s", link->up ? "up" : "down",
		  link->carrier ? "carrier" : "no carrier", link->noarp ? ", NOARP" : "");
	point(say, "/links/links", place(&say->context->facts->links.links, link, sizeof(*link)),
	      &text);
}

void say_address(const struct say *say, const struct address_fact *address)
{
	char number[ADDRESS_TEXT_MAX];
	struct text text;

	if (!address)
		return;
	text_init(&text, WORDS_MAX);
	text_addf(&text, "address %s/%u on %s%s", address_print(&address->address, number),
		  address->length, address->dev ? address->dev : "(none)",
		  address->permanent ? "" : " (leased)");
	point(say, "/addresses/addresses",
	      place(&say->context->facts->addresses.addresses, address, sizeof(*address)), &text);
}

void say_neighbour(const struct say *say, const struct neighbour_fact *neighbour)
{
	char number[ADDRESS_TEXT_MAX];
	struct text text;

	if (!neighbour)
		return;
	text_init(&text, WORDS_MAX);
	text_addf(&text, "neighbour %s dev %s is %s%s", address_print(&neighbour->address, number),
		  neighbour->dev ? neighbour->dev : "(none)", neighbour->state,
		  neighbour->failed_twice ? ", and still was one second later"
		  : neighbour->own	  ? ", with the interface's own link-layer address"
					  : "");
	point(say, "/neighbours/neighbours",
	      place(&say->context->facts->neighbours.neighbours, neighbour, sizeof(*neighbour)),
	      &text);
}

void say_sysctl(const struct say *say, const char *dev, const char *leaf)
{
	const struct sysctl_fact *sysctl;
	char name[192];
	struct text text;

	snprintf(name, sizeof(name), "net.ipv4.conf.%s.%s", dev, leaf);
	sysctl = facts_sysctl(say->context->facts, name);
	if (!sysctl)
		return;
	text_init(&text, WORDS_MAX);
	text_addf(&text, "%s = %s", sysctl->name, sysctl->value ? sysctl->value : "");
	point(say, "/sysctls/sysctls",
	      place(&say->context->facts->sysctls.sysctls, sysctl, sizeof(*sysctl)), &text);
}

void say_counter(const struct say *say, const char *name)
{
	const struct list *counters = &say->context->facts->counters.counters;
	struct text text;
	size_t i;

	if (say->context->facts->counters.section.state != FACT_OK)
		return;
	for (i = 0; i < counters->count; i++) {
		const struct counter_fact *counter = LIST_AT(counters, struct counter_fact, i);

		if (!text_equal(counter->name, name) || counter->value == 0)
			continue;
		text_init(&text, WORDS_MAX);
		text_addf(&text, "%s = %llu since this network namespace was made", name,
			  (unsigned long long)counter->value);
		point(say, "/counters/counters", i, &text);
		return;
	}
}

void say_declared(const struct say *say)
{
	const struct declared_return *declared = &say->context->declared;
	const char *flaw = say_declared_flaw(say->context);
	struct text text;
	char via[ADDRESS_TEXT_MAX];

	if (!path_is_declared(say->context))
		return;
	text_init(&text, WORDS_MAX);
	if (declared->next_hop.family != ADDRESS_NONE)
		text_addf(&text, "via %s", address_print(&declared->next_hop, via));
	if (declared->dev)
		text_addf(&text, "%sdev %s", text.length > 0 ? " " : "", declared->dev);
	finding_expected(say->out, say->finding, "%s, as the plan declares%s%s",
			 say_text(say, &text), flaw ? ", but that next hop is " : "",
			 flaw ? flaw : "");
	finding_evidence(say->out, say->finding, "/plan/datacenter", "declared way back: %s%s%s",
			 say_text(say, &text), flaw ? ", a next hop that is " : "",
			 flaw ? flaw : "");
	text_release(&text);
}
