/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The border router's own way to the data center: without an active entry of its table for the
 * service, or by one that leads back into the cloud, requests die there (CLD-04), whatever the VPC
 * and CEN say.
 */
#include "rules/checks/cloud_rules.h"

#include <errno.h>
#include <strings.h>

struct forward_view {
	const struct rule_context *context;
	const struct transit_facts *transit;
	const struct vbr_fact *vbr;
	const struct address *address;
	const struct cloud_route *route; /* NULL: none */
	char text[ADDRESS_TEXT_MAX];
	enum cloud_leg outcome; /* the worst of all legs: each takes a part of the requests */
	struct text why;        /* of the first that is as bad */
	struct findings *out;
};

/* Attached to a transit router: where its table leads what the border router sends into CEN. */
static enum cloud_leg judge_cen(const struct forward_view *view, struct text *why)
{
	const struct list *list = &view->transit->attachment_list;
	const struct transit_route_fact *route = NULL;
	const struct table_fact *table;
	size_t i;

	text_addf(why, "back into CEN");
	for (i = 0; i < list->count && !route; i++) {
		const struct attachment_fact *one = LIST_AT(list, struct attachment_fact, i);

		if (!text_equal(one->resource_id, view->vbr->id))
			continue;
		table = table_find(&view->transit->tables, one->table);
		if (!table || table->state != FACT_OK)
			return CLOUD_LEG_UNSEEN;
		route = transit_route_match(&view->transit->transit_routes, one->table,
					    address_ipv4(view->address));
		if (!route)
			return CLOUD_LEG_LOST;
	}
	if (!route)
		return CLOUD_LEG_UNSEEN;
	if (route->resource_type && !strcasecmp(route->resource_type, "VBR") &&
	    !text_equal(route->resource_id, view->vbr->id))
		return CLOUD_LEG_UNSEEN; /* by way of another border router: not followed */
	if (route->resource_type && strcasecmp(route->resource_type, "VPC") != 0 &&
	    strcasecmp(route->resource_type, "VBR") != 0)
		return CLOUD_LEG_UNSEEN;
	return CLOUD_LEG_LOST;
}

/* The circuit's own interface is in no list of interfaces: what is in none is the circuit's. */
static enum cloud_leg judge_interface(const struct forward_view *view, const struct cloud_hop *hop,
				      struct text *why)
{
	const struct transit_facts *transit = view->transit;
	const struct router_interface_fact *interface = transit_interface(transit, hop->id);
	const struct cloud_route *back = cloud_route_match(&transit->routes, view->route->table,
							   prefix_first(&reverse_range));
	const struct cloud_hop *home = back ? back->next_hops.items : NULL;

	text_addf(why, "by router interface %s", hop->id ? hop->id : "without an id");
	if (transit->interfaces.state != FACT_OK) {
		text_addf(why, ", and where that leads was not told%s%s",
			  transit->interfaces.note ? ": " : "",
			  transit->interfaces.note ? transit->interfaces.note : "");
		return CLOUD_LEG_UNSEEN;
	}
	if (interface && (interface->opposite_id || interface->opposite_router_id)) {
		text_addf(why, ", which leads to %s", interface->opposite_router_id
			  ? interface->opposite_router_id : interface->opposite_id);
		return interface->opposite_router_type &&
				       !strcasecmp(interface->opposite_router_type, "VRouter")
			       ? CLOUD_LEG_LOST
			       : CLOUD_LEG_UNSEEN;
	}
	if (!interface && home && hop->id && text_equal(home->id, hop->id)) {
		text_addf(why, ", as answers to the range do, and where that leads was not told");
		return CLOUD_LEG_UNSEEN;
	}
	return CLOUD_LEG_GOOD;
}

static enum cloud_leg judge_leg(const struct forward_view *view, const struct cloud_hop *hop,
				struct text *why)
{
	const char *vpc = cloud_leg_vpc(view->transit, hop);
	enum cloud_way way = cloud_hop_way(hop);

	if (vpc || way == WAY_VPC) {
		text_addf(why, "%s %s", text_equal(vpc, cloud_link_vpc(view->context)) ? "back to"
										   : "to",
			  vpc ? vpc : "a VPC");
		return CLOUD_LEG_LOST;
	}
	if (way == WAY_INTERFACE)
		return judge_interface(view, hop, why);
	if (way == WAY_ROUTER && !cloud_word_is(hop->type, "VpcPeer") &&
	    !cloud_word_is(hop->type, "Ecr"))
		return judge_cen(view, why);
	if (hop->type && !strcasecmp(hop->type, "BlackHole")) {
		text_addf(why, "nowhere: the entry drops what it meets");
		return CLOUD_LEG_LOST;
	}
	if (way == WAY_LOCAL || way == WAY_OTHER)
		return CLOUD_LEG_GOOD;
	text_addf(why, "by %s %s, which cannot be followed", hop->type,
		  hop->id ? hop->id : "without an id");
	return CLOUD_LEG_UNSEEN;
}

static void follow_leg(struct forward_view *view, const struct cloud_hop *hop)
{
	enum cloud_leg outcome;
	struct text why;

	text_init(&why, 512);
	outcome = judge_leg(view, hop, &why);
	if (outcome > view->outcome) {
		view->outcome = outcome;
		text_clear(&view->why);
		text_addf(&view->why, "%s", text_string(&why));
	}
	if (text_error(&why) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&why);
}

static void follow(struct forward_view *view)
{
	struct cloud_legs legs = { .routes = &view->transit->routes, .route = view->route };
	const struct cloud_hop *hop;
	size_t carrying = 0;

	while ((hop = cloud_next_leg(&legs))) {
		carrying++;
		follow_leg(view, hop);
	}
	if (!carrying) {
		view->outcome = CLOUD_LEG_UNSEEN;
		text_addf(&view->why, "by an entry of which no leg is told to carry traffic");
	}
}

static struct finding *add(const struct forward_view *view, int status)
{
	struct finding *finding =
		cloud_finding(view->out, (enum finding_status)status, view->vbr->id);
	const struct list *tables = &view->transit->tables;
	struct text words;

	if (!finding)
		return NULL;
	finding->subject.address = *view->address;
	if (!view->route) {
		const struct table_fact *table = table_find(tables, view->vbr->route_table);

		finding_evidence(view->out, finding,
				 CLOUD_POINTER("/transit/tables", tables, table).text,
				 "no active entry of %s covers %s", view->vbr->route_table,
				 view->text);
		return finding;
	}
	text_init(&words, 512);
	cloud_route_words(view->route, &words);
	finding_evidence(view->out, finding,
			 CLOUD_POINTER("/transit/routes", &view->transit->routes,
				       view->route).text, "%s", text_string(&words));
	if (text_error(&words) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&words);
	return finding;
}

static void add_lost(const struct forward_view *view)
{
	struct finding *finding = add(view, STATUS_FAIL);

	finding_cause(view->out, finding, "CLD-04");
	if (view->route)
		finding_message(view->out, finding, "border router %s leads %s %s, not to the "
				"data center", view->vbr->id, view->text, text_string(&view->why));
	else
		finding_message(view->out, finding, "border router %s has no active entry for %s: "
				"requests end there", view->vbr->id, view->text);
	finding_expected(view->out, finding, "an active entry of %s for %s by the circuit",
			 view->vbr->route_table, view->text);
	finding_remedy(view->out, finding, "router", "advertise the network of %s to %s by BGP",
		       view->text, view->vbr->id);
	finding_remedy(view->out, finding, "cloud", "or add that network to the table of %s, with "
		       "the circuit as next hop", view->vbr->id);
}

/*
 * Does the table show the data center's side at all: an entry of any network by the circuit, but
 * for the system's own of the peer link? One that shows none may not have been told whole.
 */
static bool shows_circuit(const struct forward_view *view)
{
	const struct list *routes = &view->transit->routes;
	struct forward_view other = *view;
	bool shows = false;
	struct text why;
	size_t i, leg;

	text_init(&why, 512);
	for (i = 0; i < routes->count; i++) {
		other.route = LIST_AT(routes, struct cloud_route, i);
		if (!text_equal(other.route->table, view->vbr->route_table) ||
		    text_equal(other.route->type, "System"))
			continue;
		for (leg = 0; leg < other.route->next_hops.count && !shows; leg++) {
			text_clear(&why);
			shows = judge_leg(&other, LIST_AT(&other.route->next_hops,
							  struct cloud_hop, leg), &why) ==
				CLOUD_LEG_GOOD;
		}
	}
	text_release(&why);
	return shows;
}

/* What went with a session is the session's matter. */
static bool is_sessions_fault(const struct forward_view *view)
{
	struct finding *finding;

	if (view->route || !cloud_sessions_fail(view->context, view->vbr, view->out))
		return false;
	finding = add(view, STATUS_BLOCKED);
	finding_message(view->out, finding, "border router %s has no active entry for %s: its BGP "
			"session does not bring it", view->vbr->id, view->text);
	if (finding && strings_add(&finding->blocked_by, "border-sessions-up"))
		view->out->error = -ENOMEM;
	return true;
}

static void add_unshown(const struct forward_view *view, int status)
{
	struct finding *finding = add(view, status);

	finding_message(view->out, finding, "the table of border router %s shows no entry by its "
			"circuit, so how it leads %s to the data center was not told",
			view->vbr->id, view->text);
	if (status == STATUS_UNKNOWN)
		finding_settle(view->out, finding, "a connection from the vSwitch: reachback check "
			       "--vantage vswitch-host; or look at the entries of %s in the "
			       "console", view->vbr->route_table);
}

static void judge_lost(const struct forward_view *view)
{
	if (is_sessions_fault(view))
		return;
	if (view->route || shows_circuit(view))
		add_lost(view);
	else
		add_unshown(view, STATUS_SKIPPED);
}

static void judge(struct forward_view *view)
{
	struct finding *finding;

	view->route = cloud_route_match(&view->transit->routes, view->vbr->route_table,
					address_ipv4(view->address));
	(void)address_print(view->address, view->text);
	view->outcome = view->route ? CLOUD_LEG_GOOD : CLOUD_LEG_LOST;
	text_init(&view->why, 512);
	if (view->route)
		follow(view);
	if (view->outcome == CLOUD_LEG_LOST) {
		judge_lost(view);
	} else if (view->outcome == CLOUD_LEG_UNSEEN) {
		finding = add(view, STATUS_UNKNOWN);
		finding_message(view->out, finding, "whether border router %s leads %s to the data "
				"center is not known: it goes %s", view->vbr->id, view->text,
				text_string(&view->why));
		finding_settle(view->out, finding, "reachback check, with a credential that may "
			       "call vpc:DescribeRouterInterfaces and the calls of CEN; or look at "
			       "the entries of %s in the console", view->vbr->route_table);
	} else {
		finding = add(view, STATUS_PASS);
		finding_message(view->out, finding, "border router %s leads %s to the data center",
				view->vbr->id, view->text);
	}
	if (text_error(&view->why) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&view->why);
}

/* The risk's half: says so where the table shows nothing of that side, and passes else. */
static void judge_shown(struct forward_view *view)
{
	(void)address_print(view->address, view->text);
	if (!cloud_route_match(&view->transit->routes, view->vbr->route_table,
			       address_ipv4(view->address)) && !shows_circuit(view))
		add_unshown(view, STATUS_UNKNOWN);
}

typedef void forward_judge(struct forward_view *view);

static void judge_border(const struct rule_context *context, const struct vbr_fact *vbr,
			 const struct cloud_services *services, forward_judge *each,
			 struct findings *out)
{
	const struct transit_facts *transit = &context->facts->transit;
	struct forward_view view = { .context = context, .transit = transit, .vbr = vbr,
				     .out = out };
	bool is_read = false;
	size_t i;

	for (i = 0; i < services->count; i++) {
		view.address = &services->items[i];
		if (cloud_is_public(context, view.address) ||
		    !cloud_border_counts(context, vbr, view.address))
			continue;
		if (!is_read && !cloud_table_read(&transit->tables, &transit->routes,
						  vbr->route_table, out))
			return;
		is_read = true;
		each(&view);
	}
}

static void judge_all(const struct rule_context *context, forward_judge *each,
		      struct findings *out)
{
	const struct transit_facts *transit = &context->facts->transit;
	struct cloud_services services;
	size_t i;

	if (!cloud_vbrs(context, out))
		return;
	cloud_services(&context->facts->plan, &services);
	for (i = 0; i < transit->vbr_list.count; i++)
		judge_border(context, LIST_AT(&transit->vbr_list, struct vbr_fact, i), &services,
			     each, out);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	judge_all(context, judge, out);
}

static void evaluate_shown(const struct rule_context *context, struct findings *out)
{
	judge_all(context, judge_shown, out);
}

static const char *skip(const struct rule_context *context)
{
	struct cloud_services services;

	cloud_services(&context->facts->plan, &services);
	if (!services.count)
		return "the plan names no address of GitLab (link.gitlab_ip)";
	return cloud_no_datacenter(context);
}

const struct rule rule_border_route_to_service = {
	.code = "border-route-to-service",
	.area = "cloud routes",
	.title = "the border router leads every address that the link is for to the data center",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_TRANSIT),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CLD-04" },
	.after = { "border-router-up", "border-sessions-up" },
	.why = "a request that comes to the border router goes on by its own table: without an "
	       "entry for the service, or by one that leads back into the cloud, it ends there",
	.evidence = "the longest active entry for each address in the table of each border router "
		    "that the vSwitch's route leads to, and what is behind each next hop; a table "
		    "that shows no entry by the circuit at all decides nothing",
	.remedies = {
		{ "router", "advertise the data center's network to the border router by BGP" },
		{ "cloud", "or add it to the border router's table with the circuit as next hop" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = skip,
	.eval = evaluate,
};

const struct rule rule_border_entries_shown = {
	.code = "border-entries-shown",
	.area = "cloud routes",
	.title = "the border router's table shows how it reaches the data center",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_TRANSIT),
	.vantages = VANTAGE_CLOUD,
	.after = { "border-router-up", "border-sessions-up" },
	.why = "a border router without any entry by its circuit reaches nothing behind it; a "
	       "table that was told in part looks the same, and connections from the vSwitch, "
	       "which the gate wants, tell them apart",
	.evidence = "entries of each border router's table, active or not, that lead neither into "
		    "a VPC nor into CEN",
	.remedies = {
		{ "router", "advertise the data center's network to the border router by BGP" },
		{ "cloud", "or add it to the border router's table with the circuit as next hop" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = skip,
	.eval = evaluate_shown,
};
