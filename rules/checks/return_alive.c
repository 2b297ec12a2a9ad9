/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-07: the way back is right and dead: the link is down, the gateway does not answer ARP, or is
 * not asked at all (NOARP). A neighbour counts only when it failed twice; "incomplete" is a moment,
 * not a fault.
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/return_words.h"

#include <errno.h>

#define TABLE_MAIN 254u

/* class_answer.detail2: how the death shows. */
enum { ROUTE_PASSED_OVER = 1, LINK_FALLEN };

/* No leg is alive; `*first` is the first one. */
static bool all_dead(const struct rule_context *context, const struct list *hops,
		     const struct next_hop **first)
{
	const struct next_hop *dead = NULL;
	size_t i;

	for (i = 0; i < hops->count; i++) {
		const struct next_hop *hop = LIST_AT(hops, struct next_hop, i);

		if (hop->unused)
			continue;
		if (path_leg_life(context, hop) == LEG_ALIVE)
			return false;
		if (!dead)
			dead = hop;
	}
	if (!dead)
		return false;
	*first = dead;
	return true;
}

/*
 * The kernel passes over routes whose links are down: the class then falls to what is left. The
 * route that was passed over, when it is the good one; NULL: none.
 */
static const struct route_fact *passed_over(const struct rule_context *context,
					    const struct class_view *view, const struct path *path)
{
	const struct next_hop *first;
	const struct route_fact *route;
	uint32_t table = path->model.table ? path->model.table : TABLE_MAIN;

	if (!context->fib || !path->explained || path->model.table == 255)
		return NULL;
	route = fib_longest_other(context->fib, table, view->first, NULL);
	if (!route && table != TABLE_MAIN)
		route = fib_longest_other(context->fib, TABLE_MAIN, view->first, NULL);
	if (!route || route == path->route || !text_equal(route->type, "unicast") ||
	    route->destination.length == 0 || !path_route_is_good(context, route))
		return NULL;
	return all_dead(context, &route->next_hops, &first) ? route : NULL;
}

static const struct link_fact *link_of_network(const struct facts *facts,
					       const struct address *address)
{
	size_t i;

	for (i = 0; i < facts->addresses.addresses.count; i++) {
		const struct address_fact *own =
			LIST_AT(&facts->addresses.addresses, struct address_fact, i);
		struct prefix network = prefix_make(address_ipv4(&own->address), own->length);

		if (address->family == ADDRESS_IPV4 && own->length < 32 &&
		    prefix_contains(&network, address_ipv4(address)))
			return facts_link(facts, own->dev);
	}
	return NULL;
}

/*
 * An interface that is set down takes its routes with it, so nothing is left that would say "dead":
 * the interface of the declared way, or of the service's own network, is asked itself.
 */
static const struct link_fact *fallen_link(const struct rule_context *context,
					   const struct class_view *view)
{
	const struct declared_return *declared = &context->declared;
	const struct link_fact *link = NULL;

	if (!path_is_declared(context) && !text_equal(view->class_fact->type, "none"))
		return NULL;
	if (context->facts->links.section.state != FACT_OK ||
	    context->facts->addresses.section.state != FACT_OK)
		return NULL;
	if (declared->dev)
		link = facts_link(context->facts, declared->dev);
	else if (path_is_declared(context))
		link = link_of_network(context->facts, &declared->next_hop);
	else if (view->service)
		link = link_of_network(context->facts, &view->service->address);
	return link && !link->loopback && !link->up ? link : NULL;
}

/* The address whose network holds the service, on a link that is down; NULL: there is none. */
static const struct address_fact *fallen_network(const struct facts *facts,
						 const struct service_fact *service)
{
	const struct list *addresses = &facts->addresses.addresses;
	size_t i;

	for (i = 0; i < addresses->count; i++) {
		const struct address_fact *own = LIST_AT(addresses, struct address_fact, i);
		const struct link_fact *link = own->dev ? facts_link(facts, own->dev) : NULL;
		struct prefix network;

		/* where another route leads there as closely, that is the way */
		if (!link || (link->up && link->carrier) || own->length >= 32 ||
		    own->address.family != ADDRESS_IPV4 ||
		    (service->way_length.known && service->way_length.value >= own->length))
			continue;
		network = prefix_make(address_ipv4(&own->address), (uint8_t)own->length);
		if (prefix_contains(&network, address_ipv4(&service->address)))
			return own;
	}
	return NULL;
}

/*
 * The service's address, or on a router its network, is on an interface that is down: the kernel
 * takes nothing for it, or sends it where another route leads.
 */
static const struct link_fact *fallen_holder(const struct rule_context *context,
					     const struct class_view *view)
{
	const struct facts *facts = context->facts;
	const struct address_fact *own;
	const struct link_fact *link;

	if (!view->service || facts->links.section.state != FACT_OK ||
	    facts->addresses.section.state != FACT_OK)
		return NULL;
	if (view->service->iif) {
		own = view->service->way_length.known ? fallen_network(facts, view->service)
						      : NULL;
		return own ? facts_link(facts, own->dev) : NULL;
	}
	own = facts_local_address(facts, &view->service->address);
	link = own ? facts_link(facts, own->dev) : NULL;
	return link && !link->loopback && !link->up ? link : NULL;
}

static const struct next_hop *find_dead(const struct rule_context *context,
					const struct class_view *view, struct path *path,
					const struct route_fact **passed)
{
	const struct class_fact *class_fact = view->class_fact;
	const struct next_hop *first = NULL;

	*passed = NULL;
	if (path_is_unproved(view))
		return NULL;
	/* most classes, without asking the model */
	if (class_fact->destination.known && class_fact->destination.length > 0 &&
	    class_fact->next_hops.count > 0 && return_is_good(context, view) &&
	    !all_dead(context, &class_fact->next_hops, &first))
		return NULL;
	path_trace(context, view, path);
	if (text_equal(path->type, "unicast") && all_dead(context, path->hops, &first))
		return first;
	if (return_is_good(context, view) && !path->is_default)
		return NULL;
	*passed = passed_over(context, view, path);
	if (*passed)
		return LIST_AT(&(*passed)->next_hops, struct next_hop, 0);
	return NULL;
}

static void judge(const struct rule_context *context, const struct class_view *view,
		  struct class_answer *answer)
{
	const struct route_fact *passed;
	const struct next_hop *dead;
	struct path path;

	dead = find_dead(context, view, &path, &passed);
	if (!dead) {
		const struct link_fact *fallen = fallen_holder(context, view);

		if (!fallen && !return_is_good(context, view))
			fallen = fallen_link(context, view);
		if (!fallen || path_is_unproved(view))
			return;
		return_answer(answer, "RT-07");
		answer->owner = fallen;
		answer->detail2 = LINK_FALLEN;
		return;
	}
	return_answer(answer, "RT-07");
	return_answer_by_hop(context, passed ? &passed->next_hops : path.hops, answer);
	answer->detail2 = passed ? ROUTE_PASSED_OVER : 0;
}

/* Whoever turned ARP off may have had a reason: then the neighbour is entered by hand. */
static void mend_unasked(const struct say *say, const struct next_hop *dead)
{
	char number[ADDRESS_TEXT_MAX];

	finding_remedy(say->out, say->finding, "linux", "ip link set dev %s arp on", dead->dev);
	finding_remedy(say->out, say->finding, "networkd",
		       "ARP=yes in the [Link] section of the .network file of %s, then: networkctl "
		       "reload && networkctl reconfigure %s",
		       dead->dev, dead->dev);
	finding_next(say->out, say->finding,
		     "whoever turned ARP off on %s: nor does it answer others; where that is "
		     "meant, both sides need entries by hand: ip neigh replace %s lladdr ADDRESS "
		     "dev %s",
		     dead->dev, address_print(&dead->via, number), dead->dev);
}

static void mend(const struct say *say, const struct next_hop *dead, enum leg_life life)
{
	const struct link_fact *link = dead->dev ? facts_link(say->context->facts, dead->dev)
						 : NULL;
	char number[ADDRESS_TEXT_MAX];

	if (life == LEG_SILENT) {
		finding_remedy(
			say->out, say->finding, "network",
			"make %s answer ARP on %s again (its power, cable, VLAN, address), or "
			"move the route to a gateway that answers",
			address_print(&dead->via, number), dead->dev ? dead->dev : "its link");
		finding_next(say->out, say->finding,
			     "the gateway %s itself, and the switch between",
			     address_print(&dead->via, number));
		return;
	}
	if (life == LEG_UNASKED) {
		mend_unasked(say, dead);
		return;
	}
	if (dead->dev && (!link || !link->up))
		finding_remedy(say->out, say->finding, "linux", "ip link set dev %s up", dead->dev);
	finding_remedy(
		say->out, say->finding, "network",
		"%s has no carrier while its cable, switch port or peer is down: repair that",
		dead->dev ? dead->dev : "the interface");
	finding_next(say->out, say->finding, "the cable and switch port of %s",
		     dead->dev ? dead->dev : "the interface");
}

static void describe_fallen(const struct rule_context *context, const struct class_group *group,
			    struct findings *out, struct finding *finding)
{
	const struct link_fact *link = group->answer.owner;
	struct say say;

	say_init(&say, context, group, out, finding);
	if (group->example->service && group->example->service->iif)
		finding_message(out, finding,
				"no request of %s (%s) reaches %s: %s, which leads to its network, "
				"is down",
				group->where, group->percent, group->example->service->service,
				link->name);
	else
		finding_message(out, finding,
				"replies to %s (%s) should leave by %s, which is set down: its "
				"routes are gone with it",
				group->where, group->percent, link->name);
	say_class(&say);
	say_link(&say, link);
	say_declared(&say);
	finding_remedy(out, finding, "linux", "ip link set dev %s up", link->name);
	if (context->declared.next_hop.family != ADDRESS_NONE) {
		const struct wanted_route range = { .prefix = *say_range(&say),
						    .table = TABLE_MAIN };
		struct way way;

		say_way(&say, NULL, &way);
		say_set_route(&say, &range, &way);
	}
	finding_next(out, finding, "the configuration of %s: the static routes that went with it "
		     "come back with it", link->name);
}

static const char *death_words(enum leg_life life, bool passed)
{
	if (life == LEG_SILENT)
		return "that gateway does not answer ARP";
	if (life == LEG_UNASKED)
		return "that link asks for no neighbour (NOARP), so the frames are addressed to "
		       "the interface itself";
	return passed ? "that link is down, so the kernel passes over the route"
		      : "that link is down";
}

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	const struct route_fact *passed;
	const struct next_hop *dead;
	enum leg_life life;
	struct path path;
	struct text hops;
	struct say say;

	if (group->answer.detail2 == LINK_FALLEN) {
		describe_fallen(context, group, out, finding);
		return;
	}
	dead = find_dead(context, group->example, &path, &passed);
	if (!dead)
		return;
	say_init(&say, context, group, out, finding);
	life = path_leg_life(context, dead);
	text_init(&hops, WORDS_MAX);
	words_add_hops(&hops, passed ? &passed->next_hops : path.hops);
	finding_message(out, finding, "replies to %s (%s) %s %s, and %s", group->where,
			group->percent, passed ? "should leave" : "leave", say_text(&say, &hops),
			death_words(life, passed));
	text_release(&hops);
	say_class(&say);
	say_route(&say, passed ? passed : path.route);
	if (dead->dev)
		say_link(&say, facts_link(context->facts, dead->dev));
	if (life == LEG_SILENT || life == LEG_UNASKED)
		say_neighbour(&say, facts_neighbour(context->facts, &dead->via, dead->dev));
	say_declared(&say);
	mend(&say, dead, life);
}

/* The interface that leads to the service has lost its routes: no request gets there at all. */
static bool judge_unproved(const struct rule_context *context, const struct service_fact *service,
			   struct findings *out)
{
	const struct facts *facts = context->facts;
	struct say say = { .context = context, .out = out };
	const struct address_fact *own = NULL;

	if (service->error && service->address.family == ADDRESS_IPV4 &&
	    facts->links.section.state == FACT_OK && facts->addresses.section.state == FACT_OK)
		own = fallen_network(facts, service);
	if (!own)
		return false;
	say.finding = findings_add(out, STATUS_FAIL);
	if (!say.finding)
		return true;
	say.finding->code = text_copy(rule_return_next_hop_alive.code);
	say.finding->subject.dev = text_copy(own->dev);
	if (!say.finding->code || !say.finding->subject.dev)
		out->error = -ENOMEM;
	say.finding->subject.prefix = reverse_range;
	say.finding->share = (struct share){ .known = true, .addresses = REVERSE_RANGE_SIZE };
	finding_cause(out, say.finding, "RT-07");
	finding_message(out, say.finding, "no request reaches %s: %s, which leads to its network, "
			"is down", service->service, own->dev);
	say_address(&say, own);
	say_link(&say, facts_link(facts, own->dev));
	finding_remedy(out, say.finding, "linux", "ip link set dev %s up", own->dev);
	finding_next(out, say.finding, "cable, switch port or VLAN of %s", own->dev);
	finding_service(out, say.finding, service->service);
	return true;
}

const struct rule rule_return_next_hop_alive = {
	.code = "return-next-hop-alive",
	.area = "return",
	.title = "nothing shows that the next hop of the return route is dead",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS | SECTION_BIT(SECTION_NEIGHBOURS),
	.vantages = PATH_VANTAGES,
	.causes = { "RT-07" },
	.after = { BEFORE_ALIVE },
	.why = "A perfect route to a dead gateway loses every reply.",
	.evidence = "flags of the next hop (dead, linkdown), state of its link, and its neighbour "
		    "entry: failed, and still failed one second later, or none on a link that "
		    "asks for none (NOARP)",
	.remedies = {
		{ "linux", "ip link set dev INTERFACE up; ip neigh show GATEWAY dev INTERFACE "
			   "shows whether the gateway answers; ip link set dev INTERFACE arp on" },
		{ "network", "repair cable, switch port, VLAN or the gateway itself" },
	},
	.document = RETURN_DOCUMENT,
	.heading = RETURN_HEADING,
	.judge_class = judge,
	.describe_class = describe,
	.judge_unproved = judge_unproved,
};
