/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way back through the border router: its table leads the whole range to the link's VPC
 * (CLD-01, CLD-03), and to no other VPC as well (OVL-13). The vendor's pages contradict each other
 * on whether such an entry may exist; the table decides.
 */
#include "rules/checks/cloud_rules.h"

#include <errno.h>
#include <inttypes.h>
#include <strings.h>

enum leg { LEG_GOOD, LEG_LOST, LEG_WRONG, LEG_UNSURE, LEG_COUNT };

/* What becomes of the range at one border router. */
struct return_view {
	const struct rule_context *context;
	const struct transit_facts *transit;
	const struct vbr_fact *vbr;
	const char *vpc; /* NULL: not known */
	struct span_set parts[LEG_COUNT];
	const struct cloud_route *example[LEG_COUNT];
	const char *other; /* a VPC that is not the link's */
	bool mixed;        /* one entry has legs to the link's VPC and to another */
	struct findings *out;
};

/* `is_meant`: the entry is for the range, and no default or cover that happens to meet it. */
static enum leg judge_leg(struct return_view *view, const struct cloud_hop *hop, bool is_meant)
{
	const char *vpc = cloud_leg_vpc(view->transit, hop);
	enum cloud_way way = cloud_hop_way(hop);

	if (vpc && view->vpc) {
		if (text_equal(vpc, view->vpc))
			return LEG_GOOD;
		view->other = vpc;
		return LEG_WRONG;
	}
	if (way == WAY_ROUTER)
		return LEG_GOOD; /* what the router makes of it, cen-carries-routes tells */
	if (way != WAY_INTERFACE && way != WAY_VPC)
		return is_meant ? LEG_WRONG : LEG_LOST;
	if (!view->vpc || view->transit->interfaces.state != FACT_OK ||
	    !view->transit->interface_list.count)
		return LEG_UNSURE; /* no list shows the interface that the entry itself names */
	return LEG_WRONG; /* an interface that is gone, or that leads to no VPC */
}

static void judge_legs(struct return_view *view, const struct cloud_route *route,
		       bool seen[LEG_COUNT])
{
	bool is_meant = route->destination.length > cloud_service_route.length;
	size_t i;

	for (i = 0; i < route->next_hops.count; i++) {
		const struct cloud_hop *hop = LIST_AT(&route->next_hops, struct cloud_hop, i);

		if (cloud_hop_carries(hop))
			seen[judge_leg(view, hop, is_meant)] = true;
	}
}

/* Entries with one destination share its traffic, as legs of one entry do. */
static enum leg judge_route(struct return_view *view, const struct cloud_route *route)
{
	const struct list *routes = &view->transit->routes;
	bool seen[LEG_COUNT] = { false };
	size_t i;

	for (i = 0; route && i < routes->count; i++) {
		const struct cloud_route *one = LIST_AT(routes, struct cloud_route, i);

		if (text_equal(one->table, route->table) && cloud_route_is_active(one) &&
		    prefix_equal(&one->destination, &route->destination))
			judge_legs(view, one, seen);
	}
	view->mixed |= seen[LEG_GOOD] && seen[LEG_WRONG];
	if (seen[LEG_WRONG])
		return LEG_WRONG;
	if (seen[LEG_LOST])
		return LEG_LOST;
	return seen[LEG_UNSURE] ? LEG_UNSURE : seen[LEG_GOOD] ? LEG_GOOD : LEG_LOST;
}

static void walk_range(struct return_view *view)
{
	uint32_t first = prefix_first(&reverse_range), last;

	for (;; first = last + 1) {
		const struct cloud_route *route = cloud_range_step(
			&view->transit->routes, view->vbr->route_table, first, &last);
		enum leg leg = judge_route(view, route);

		span_set_add(&view->parts[leg], first, last);
		if (!view->example[leg])
			view->example[leg] = route;
		if (last == prefix_last(&reverse_range))
			return;
	}
}

static struct finding *add_part(struct return_view *view, int status, enum leg leg,
				char *percent, size_t size)
{
	struct finding *finding =
		cloud_finding(view->out, (enum finding_status)status, view->vbr->id);
	const struct cloud_route *route = view->example[leg];
	const struct list *tables = &view->transit->tables;
	uint64_t count = span_set_size(&view->parts[leg]);
	struct text words;

	share_print(count, REVERSE_RANGE_SIZE, percent, size);
	if (!finding)
		return NULL;
	finding->share = (struct share){ .known = true, .addresses = (uint32_t)count };
	finding_addresses(view->out, finding, &view->parts[leg]);
	text_init(&words, 512);
	if (route) {
		cloud_route_words(route, &words);
		finding_evidence(view->out, finding,
				 CLOUD_POINTER("/transit/routes", &view->transit->routes,
					       route).text, "%s", text_string(&words));
	} else {
		const struct table_fact *table = table_find(tables, view->vbr->route_table);

		finding_evidence(view->out, finding,
				 CLOUD_POINTER("/transit/tables", tables, table).text,
				 "no active entry of %s covers it", view->vbr->route_table);
	}
	if (text_error(&words) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&words);
	return finding;
}

static void view_open(struct return_view *view, const struct rule_context *context,
		      const struct vbr_fact *vbr, struct findings *out);
static void view_close(struct return_view *view);

/* Requests are shared with another border router, which leads all answers back. */
static bool is_one_of_several(const struct return_view *view)
{
	const struct list *list = &view->transit->vbr_list;
	bool found = false;
	size_t i;

	if (!cloud_border_is_passed(view->context, view->vbr))
		return false;
	for (i = 0; i < list->count && !found; i++) {
		const struct vbr_fact *other = LIST_AT(list, struct vbr_fact, i);
		struct return_view its;

		if (other == view->vbr || !cloud_border_is_passed(view->context, other))
			continue;
		view_open(&its, view->context, other, view->out);
		found = span_set_size(&its.parts[LEG_GOOD]) == REVERSE_RANGE_SIZE;
		view_close(&its);
	}
	return found;
}

static void add_lost(struct return_view *view)
{
	char percent[48], range[PREFIX_TEXT_MAX];
	struct finding *finding = add_part(view, STATUS_FAIL, LEG_LOST, percent, sizeof(percent));

	bool shared = is_one_of_several(view);

	prefix_print(&reverse_range, range);
	finding_cause(view->out, finding, shared ? "EC-10" : "CLD-01");
	finding_message(view->out, finding, "border router %s leads %s of %s back to no VPC%s",
			view->vbr->id, percent, range,
			shared ? ": the share of the requests that it carries fails" : "");
	finding_expected(view->out, finding, "an active entry of %s for %s towards %s",
			 view->vbr->route_table, range, view->vpc ? view->vpc : "the VPC");
	finding_remedy(view->out, finding, "cloud", "add %s to the table of %s with the VPC as "
		       "next hop, as pages 000, 001, 003 and 004 ask (\"Prerequisites\")", range,
		       view->vbr->id);
	finding_remedy(view->out, finding, "vendor", "the page of CreateRouteEntry says both that "
		       "an entry may be longer than 100.64.0.0/10 and that it may not lie inside "
		       "it: if the API refuses with InvalidCidrBlock (CLD-02), ask for the way by "
		       "CEN");
}

static void add_wrong(struct return_view *view)
{
	char percent[48], range[PREFIX_TEXT_MAX];
	bool shared = view->mixed && view->other;
	struct finding *finding = add_part(view, STATUS_FAIL, LEG_WRONG, percent,
					   sizeof(percent));

	prefix_print(&reverse_range, range);
	finding_cause(view->out, finding, shared ? "OVL-13" : "CLD-03");
	finding_message(view->out, finding, "border router %s leads %s of %s to %s%s",
			view->vbr->id, percent, range,
			view->other ? view->other : "the data center, or an interface that is gone",
			shared ? " as well as to the link's VPC" : "");
	finding_expected(view->out, finding, "all of %s towards %s", range,
			 view->vpc ? view->vpc : "the VPC");
	finding_remedy(view->out, finding, "cloud", shared
		       ? "make links from one VPC alone, or give each VPC a border router of its "
			 "own with policy routing in the data center"
		       : "change the next hop of the entry to the router interface of the link's "
			 "VPC");
}

static void add_unsure(struct return_view *view)
{
	char percent[48];
	struct finding *finding =
		add_part(view, STATUS_UNKNOWN, LEG_UNSURE, percent, sizeof(percent));

	finding_message(view->out, finding, "to which VPC %s leads %s of the range was not told",
			view->vbr->id, percent);
	finding_settle(view->out, finding, "reachback check --link-vpc-id VPC, with a credential "
		       "that may call vpc:DescribeRouterInterfaces");
}

static void judge_result(struct return_view *view)
{
	struct finding *finding;

	if (view->parts[LEG_LOST].count)
		add_lost(view);
	if (view->parts[LEG_WRONG].count)
		add_wrong(view);
	if (view->parts[LEG_LOST].count || view->parts[LEG_WRONG].count)
		return;
	if (view->parts[LEG_UNSURE].count) {
		add_unsure(view);
		return;
	}
	finding = cloud_finding(view->out, STATUS_PASS, view->vbr->id);
	finding_message(view->out, finding, "border router %s leads the whole range to %s",
			view->vbr->id, view->vpc ? view->vpc : "the VPC");
}

/* Where the range is led at `vbr`; the caller releases it. */
static void view_open(struct return_view *view, const struct rule_context *context,
		      const struct vbr_fact *vbr, struct findings *out)
{
	size_t i;

	*view = (struct return_view){ .context = context, .transit = &context->facts->transit,
				      .vbr = vbr, .vpc = cloud_link_vpc(context), .out = out };
	for (i = 0; i < LEG_COUNT; i++)
		span_set_init(&view->parts[i]);
	walk_range(view);
}

static void view_close(struct return_view *view)
{
	size_t i;

	for (i = 0; i < LEG_COUNT; i++) {
		if (view->parts[i].error)
			view->out->error = view->parts[i].error;
		span_set_release(&view->parts[i]);
	}
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct transit_facts *transit = &context->facts->transit;
	struct return_view view;
	size_t i;

	if (!cloud_vbrs(context, out))
		return;
	for (i = 0; i < transit->vbr_list.count; i++) {
		const struct vbr_fact *vbr = LIST_AT(&transit->vbr_list, struct vbr_fact, i);

		if ((!cloud_vbr_is_ours(context, vbr) && !cloud_border_is_passed(context, vbr)) ||
		    !cloud_table_read(&transit->tables, &transit->routes, vbr->route_table, out))
			continue;
		view_open(&view, context, vbr, out);
		judge_result(&view);
		view_close(&view);
	}
}

const struct rule rule_border_return_route = {
	.code = "border-return-route",
	.area = "cloud routes",
	.title = "the border router leads the whole range back to the link's VPC",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_TRANSIT),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CLD-01", "CLD-03", "EC-10", "OVL-13" },
	.after = { "border-router-up" },
	.why = "answers from the data center end at the border router unless its own table leads "
	       "every address of the range into the VPC",
	.evidence = "the longest active entry for every address of the range in the table of each "
		    "border router that the link uses, and the VPC behind each next hop",
	.remedies = {
		{ "cloud", "add 100.104.0.0/16 to the border router's table with the VPC as next "
			   "hop" },
		{ "vendor", "pages contradict each other on whether the entry may exist: where the "
			    "API refuses it (InvalidCidrBlock), ask for the way by CEN" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = cloud_no_datacenter,
	.eval = evaluate,
};

/* Do both lead to the same data center: by the circuit, or by an entry for the service? */
static bool same_site(const struct rule_context *context, const struct vbr_fact *ours,
		      const struct vbr_fact *other)
{
	const struct list *routes = &context->facts->transit.routes;
	const struct cloud_route *route;
	struct cloud_services services;
	const struct cloud_hop *hop;

	if (ours->circuit && text_equal(ours->circuit, other->circuit))
		return true;
	cloud_services(&context->facts->plan, &services);
	route = services.count ? cloud_route_match(routes, other->route_table,
						   address_ipv4(&services.items[0]))
			       : NULL;
	hop = route && route->destination.length ? route->next_hops.items : NULL;
	return hop && cloud_hop_way(hop) != WAY_INTERFACE && cloud_hop_way(hop) != WAY_ROUTER &&
	       cloud_hop_way(hop) != WAY_VPC;
}

static void judge_pair(const struct rule_context *context, const struct vbr_fact *ours,
		       const struct vbr_fact *other, struct findings *out)
{
	struct return_view view;
	struct finding *finding;
	char percent[48], range[PREFIX_TEXT_MAX];

	view_open(&view, context, other, out);
	if (view.other && view.parts[LEG_WRONG].count) {
		finding = add_part(&view, STATUS_WARN, LEG_WRONG, percent, sizeof(percent));
		prefix_print(&reverse_range, range);
		finding_cause(out, finding, "OVL-13");
		finding_message(out, finding, "%s leads %s of %s to %s, and reaches the data "
				"center of %s, too: there each answer has two ways", other->id,
				percent, range, view.other, ours->id);
		finding_expected(out, finding, "links of one VPC alone through one data center");
		finding_remedy(out, finding, "router", "send each answer back by the circuit that "
			       "its request came by (policy routing, or a VRF a circuit), or make "
			       "links from one VPC alone");
	} else if (view.parts[LEG_UNSURE].count) {
		add_unsure(&view);
	}
	view_close(&view);
}

/* Without its table nothing tells where another border router leads the range. */
static void judge_other(const struct rule_context *context, const struct vbr_fact *ours,
			const struct vbr_fact *other, struct findings *out)
{
	const struct transit_facts *transit = &context->facts->transit;

	if (cloud_table_read(&transit->tables, &transit->routes, other->route_table, out) &&
	    same_site(context, ours, other))
		judge_pair(context, ours, other, out);
}

static void evaluate_alone(const struct rule_context *context, struct findings *out)
{
	const struct transit_facts *transit = &context->facts->transit;
	struct finding *finding;
	size_t i, j;

	if (!cloud_vbrs(context, out))
		return;
	if (!cloud_link_vpc(context)) {
		finding = findings_add(out, STATUS_UNKNOWN);
		finding_message(out, finding, "which VPC the link is in was not told");
		finding_settle(out, finding, "reachback check --link-vpc-id VPC");
		return;
	}
	for (i = 0; i < transit->vbr_list.count; i++) {
		const struct vbr_fact *ours = LIST_AT(&transit->vbr_list, struct vbr_fact, i);

		if (!cloud_vbr_is_ours(context, ours))
			continue;
		for (j = 0; j < transit->vbr_list.count; j++) {
			const struct vbr_fact *other =
				LIST_AT(&transit->vbr_list, struct vbr_fact, j);

			if (!cloud_vbr_is_ours(context, other))
				judge_other(context, ours, other, out);
		}
		return;
	}
}

const struct rule rule_border_range_alone = {
	.code = "border-range-alone",
	.area = "cloud routes",
	.title = "no other VPC wants the range through the same data center",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_TRANSIT),
	.vantages = VANTAGE_CLOUD,
	.causes = { "OVL-13" },
	.after = { "border-return-route" },
	.why = "requests of both VPCs come from the same range: an answer to it has one way back, "
	       "so the first link works and the second never",
	.evidence = "tables of other border routers on the same circuit, or with an entry for the "
		    "same service",
	.remedies = {
		{ "router", "send each answer back by the circuit that its request came by, or "
			    "make links from one VPC alone" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = cloud_no_datacenter,
	.eval = evaluate_alone,
};
