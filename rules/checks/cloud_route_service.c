/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the link's vSwitch have a way to each address that the link is for? Without one the request
 * never leaves the VPC (CLD-04, CLD-12), by a VPN the answer finds no way back (EC-18), by a
 * gateway to the Internet it is lost (CLD-11).
 */
#include "rules/checks/cloud_rules.h"

#include <errno.h>

struct service_view {
	const struct rule_context *context;
	const struct network_facts *network;
	const char *table;
	const struct address *address;
	const struct cloud_route *route; /* NULL: none */
	char text[ADDRESS_TEXT_MAX];
	struct findings *out;
};

/* All legs of the way together: each takes a part of the builds, so the worst speaks for all. */
struct legs_view {
	size_t carrying;
	size_t rank;             /* of the worst kind among `worst_ways` */
	enum cloud_leg outcome;  /* of those that are followed */
	struct text why;         /* of the first that is as bad as `outcome` */
};

static const enum cloud_way worst_ways[] = { WAY_VPN, WAY_GATEWAY, WAY_NAT, WAY_MACHINE,
					     WAY_LOCAL };
#define WORST_WAYS (sizeof(worst_ways) / sizeof(worst_ways[0]))


static struct finding *add(const struct service_view *view, int status)
{
	struct finding *finding =
		cloud_finding(view->out, (enum finding_status)status, view->table);
	struct text words;

	if (!finding)
		return NULL;
	finding->subject.address = *view->address;
	if (!view->route) {
		const struct table_fact *table = table_find(&view->network->tables, view->table);
		struct cloud_pointer place =
			CLOUD_POINTER("/network/tables", &view->network->tables, table);

		finding_evidence(view->out, finding, place.text, "no active entry covers %s",
				 view->text);
		return finding;
	}
	text_init(&words, 512);
	cloud_route_words(view->route, &words);
	if (text_error(&words) == -ENOMEM)
		view->out->error = -ENOMEM;
	finding_evidence(view->out, finding,
			 CLOUD_POINTER("/network/routes", &view->network->routes,
				       view->route).text,
			 "%s", text_string(&words));
	text_release(&words);
	return finding;
}

/* What CEN does not bring is CEN's matter. */
static bool is_cens_fault(const struct service_view *view)
{
	struct cen_defect defect;
	struct finding *finding;
	struct text why;
	bool found;

	text_init(&why, 512);
	found = cloud_uses_cen(view->context) &&
		cloud_cen_defect(view->context, view->address, &defect, &why) && defect.cause;
	if (text_error(&why) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&why);
	if (!found)
		return false;
	finding = add(view, STATUS_BLOCKED);
	finding_message(view->out, finding, "no route to %s: CEN does not bring it", view->text);
	if (finding && strings_add(&finding->blocked_by, "cen-carries-routes"))
		view->out->error = -ENOMEM;
	return true;
}

static void add_missing(const struct service_view *view)
{
	bool datacenter = cloud_is_datacenter(view->context);
	struct finding *finding;

	if (datacenter && is_cens_fault(view))
		return;
	finding = add(view, STATUS_FAIL);
	finding_cause(view->out, finding, datacenter ? "CLD-04" : "CLD-12");
	finding_expected(view->out, finding, "an entry for %s", view->text);
	if (view->route)
		finding_message(view->out, finding, "the entry that %s meets in the route table of "
				"the link's vSwitch does not lead there", view->text);
	else
		finding_message(view->out, finding, "the route table of the link's vSwitch has no "
				"active entry for %s", view->text);
	finding_remedy(view->out, finding, "cloud", datacenter
		       ? "add the data center's network to route table %s, with the way to the "
			 "border router as next hop, or switch propagation on"
		       : "make the link in the VPC that GitLab is in, or lead to it from route "
			 "table %s", view->table);
}

/* The VPC itself, or another one, holds an address that the plan calls the data center's. */
static void add_inside(const struct service_view *view)
{
	struct finding *finding = add(view, STATUS_FAIL);

	finding_cause(view->out, finding, "CLD-04");
	finding_message(view->out, finding, "%s is the data center's by the plan, and the VPC "
			"keeps it inside by a route of its own", view->text);
	finding_expected(view->out, finding, "a route to the data center for %s", view->text);
	finding_remedy(view->out, finding, "cloud", "lead %s to the data center by a longer entry, "
		       "or use a VPC whose addresses do not overlap the data center's",
		       view->text);
}

static void add_wrong(const struct service_view *view, enum cloud_way way)
{
	struct finding *finding = add(view, STATUS_FAIL);

	finding_cause(view->out, finding, way == WAY_VPN ? "EC-18" : "CLD-11");
	finding_message(view->out, finding, way == WAY_VPN
			? "%s is reached by a VPN gateway, whose routes may not lie inside "
			  "100.64.0.0/10: the answer has no way back"
			: "%s is led to a gateway to the Internet", view->text);
	finding_expected(view->out, finding, "a way by a border router, CEN or the VPC itself");
	finding_remedy(view->out, finding, "cloud", way == WAY_VPN
		       ? "connect the data center by Express Connect, or put a load balancer or "
			 "proxy for GitLab into the VPC"
		       : "exclude the service's network from that entry");
}

static void add_pass(const struct service_view *view)
{
	struct finding *finding = add(view, STATUS_PASS);

	finding_message(view->out, finding, "the link's vSwitch has a route to %s", view->text);
}

/* The address is another VPC's: its interface sits there, and this VPC has the same network. */
static bool is_elsewhere(const struct service_view *view)
{
	const struct groups_facts *groups = &view->context->facts->groups;
	const char *vpc = cloud_link_vpc(view->context);
	const struct interface_fact *one;
	const struct owner_fact *owner;

	if (groups->section.state != FACT_OK || !vpc)
		return false;
	owner = groups_owner(groups, view->address);
	one = owner && owner->interface ? groups_interface(groups, owner->interface) : NULL;
	return one && one->vpc_id && !text_equal(one->vpc_id, vpc);
}

/* False: nothing is wrong with the kind of the way. */
static bool judge_way(const struct service_view *view, enum cloud_way way)
{
	bool by_default = view->route->destination.length == 0;

	if (way == WAY_VPN || (way == WAY_GATEWAY && !by_default))
		add_wrong(view, way);
	else if (way == WAY_NAT || way == WAY_GATEWAY || (by_default && way == WAY_MACHINE))
		add_missing(view);
	else if (way == WAY_LOCAL && view->context->access == ACCESS_DATACENTER)
		add_inside(view);
	else if (way == WAY_LOCAL && is_elsewhere(view))
		add_missing(view);
	else
		return false;
	return true;
}

static void add_lost(const struct service_view *view, const char *why)
{
	bool datacenter = cloud_is_datacenter(view->context);
	struct finding *finding = add(view, STATUS_FAIL);

	finding_cause(view->out, finding, datacenter ? "CLD-04" : "CLD-12");
	finding_message(view->out, finding, "the way to %s goes by %s", view->text, why);
	finding_expected(view->out, finding, "a next hop that leads to %s", view->text);
	finding_remedy(view->out, finding, "cloud", "in route table %s make the router interface "
		       "to the link's border router, or its CEN, the next hop of that entry",
		       view->table);
}

static void add_unseen(const struct service_view *view, const char *why)
{
	struct finding *finding = add(view, STATUS_UNKNOWN);

	finding_message(view->out, finding, "whether %s is reached is not known: the way goes by "
			"%s", view->text, why);
	finding_settle(view->out, finding, "reachback check, with a credential that may call "
		       "vpc:DescribeRouterInterfaces; or on a host of the link's vSwitch: where "
		       "the endpoints answer there, accept this finding in the plan");
}

/* A machine that has the address itself is no way to it. */
static enum cloud_leg follow_machine(const struct service_view *view, const struct cloud_hop *hop,
				     struct text *why)
{
	const struct groups_facts *groups = &view->context->facts->groups;
	const struct owner_fact *owner = groups_owner(groups, view->address);
	const struct interface_fact *one =
		owner && owner->interface ? groups_interface(groups, owner->interface) : NULL;

	if (one && hop->id &&
	    (text_equal(one->id, hop->id) || text_equal(one->instance_id, hop->id)))
		return CLOUD_LEG_GOOD;
	text_addf(why, "%s %s, and what that forwards is not seen", hop->type,
		  hop->id ? hop->id : "without an id");
	return CLOUD_LEG_UNSEEN;
}

static void follow_leg(const struct service_view *view, const struct cloud_hop *hop,
		       struct legs_view *legs)
{
	enum cloud_way way = cloud_hop_way(hop);
	enum cloud_leg outcome = CLOUD_LEG_GOOD;
	struct text why;
	size_t i;

	for (i = 0; i < legs->rank; i++)
		if (way == worst_ways[i])
			legs->rank = i;
	legs->carrying++;
	text_init(&why, 512);
	if (way == WAY_MACHINE)
		outcome = follow_machine(view, hop, &why);
	else if (cloud_is_datacenter(view->context))
		outcome = cloud_leg_to_datacenter(view->context, hop, &why);
	if (outcome > legs->outcome) {
		legs->outcome = outcome;
		text_clear(&legs->why);
		text_addf(&legs->why, "%s", text_string(&why));
	}
	if (text_error(&why) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&why);
}

/* Entries with one destination share its traffic, as legs of one entry do. */
static void follow_legs(const struct service_view *view, struct legs_view *legs)
{
	struct cloud_legs walk = { .routes = &view->network->routes, .route = view->route };
	const struct cloud_hop *hop;

	while ((hop = cloud_next_leg(&walk)))
		follow_leg(view, hop, legs);
}

static void judge_address(const struct service_view *view)
{
	struct legs_view legs = { .rank = WORST_WAYS, .outcome = CLOUD_LEG_GOOD };

	if (!view->route) {
		add_missing(view);
		return;
	}
	text_init(&legs.why, 512);
	follow_legs(view, &legs);
	if (legs.rank < WORST_WAYS && judge_way(view, worst_ways[legs.rank]))
		;
	else if (legs.outcome == CLOUD_LEG_LOST)
		add_lost(view, text_string(&legs.why));
	else if (legs.outcome == CLOUD_LEG_UNSEEN)
		add_unseen(view, text_string(&legs.why));
	else if (!legs.carrying)
		add_unseen(view, "an entry of which no leg carries traffic");
	else
		add_pass(view);
	if (text_error(&legs.why) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&legs.why);
}

static void add_public(const struct service_view *view)
{
	struct finding *finding = add(view, STATUS_BLOCKED);

	finding_message(view->out, finding, "%s is a public address: no way to it is due",
			view->text);
	if (finding && strings_add(&finding->blocked_by, "private-addresses-named"))
		view->out->error = -ENOMEM;
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	struct service_view view = { .context = context, .network = &context->facts->network,
				     .table = cloud_link_table(context), .out = out };
	struct cloud_services services;
	size_t i;

	if (!network_link_vswitch(view.network)) {
		(void)cloud_asked(&view.network->vswitch, "the route table of the vSwitch",
				  view.network->vswitch_id, out);
		return;
	}
	if (!cloud_table_read(&view.network->tables, &view.network->routes, view.table, out))
		return;
	cloud_services(&context->facts->plan, &services);
	for (i = 0; i < services.count; i++) {
		view.address = &services.items[i];
		view.route = cloud_route_match(&view.network->routes, view.table,
					       address_ipv4(view.address));
		(void)address_print(view.address, view.text);
		if (cloud_is_public(context, view.address))
			add_public(&view);
		else
			judge_address(&view);
	}
}

static const char *skip(const struct rule_context *context)
{
	struct cloud_services services;

	cloud_services(&context->facts->plan, &services);
	if (!services.count)
		return "the plan names no address of GitLab (link.gitlab_ip)";
	return cloud_no_vswitch(context);
}

const struct rule rule_vpc_route_to_service = {
	.code = "vpc-route-to-service",
	.area = "cloud routes",
	.title = "the link's vSwitch has a way to every address that the link is for",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_NETWORK),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CLD-04", "CLD-11", "CLD-12", "EC-18" },
	.after = { "private-addresses-named", "cen-carries-routes" },
	.why = "the registry's interface sits on this vSwitch and reaches what its route table "
	       "reaches, whatever other tables of the VPC say",
	.evidence = "the longest active entry for each address in the table that this very vSwitch "
		    "uses, and for a data center each of its next hops up to the border router; "
		    "unknown where one cannot be followed",
	.remedies = {
		{ "cloud", "add the data center's network to that table, or make the link in the "
			   "VPC that GitLab is in" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = skip,
	.eval = evaluate,
};
