/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The border router itself: it and its circuit work (EC-11, CLD-09), its BGP sessions stand and
 * take all routes (CLD-07, CLD-08), and what its health check needs is there (EC-12).
 */
#include "rules/checks/cloud_rules.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define BGP_ROUTES_MAX 110 /* of one peer, where the API tells no limit of its own */

struct border_view {
	const struct rule_context *context;
	const struct transit_facts *transit;
	const struct vbr_fact *vbr;
	struct findings *out;
};

/* Calls `judge` for each border router of the link. */
static void each_border(const struct rule_context *context, struct findings *out,
			void (*judge)(const struct border_view *view))
{
	struct border_view view = { .context = context, .transit = &context->facts->transit,
				    .out = out };
	size_t i;

	if (!cloud_vbrs(context, out))
		return;
	for (i = 0; i < view.transit->vbr_list.count; i++) {
		view.vbr = LIST_AT(&view.transit->vbr_list, struct vbr_fact, i);
		if (cloud_vbr_is_ours(context, view.vbr))
			judge(&view);
	}
}

static struct finding *add_border(const struct border_view *view, int status, const char *cause)
{
	struct finding *finding =
		cloud_finding(view->out, (enum finding_status)status, view->vbr->id);
	struct cloud_pointer place =
		CLOUD_POINTER("/transit/vbr_list", &view->transit->vbr_list, view->vbr);

	finding_cause(view->out, finding, cause);
	finding_evidence(view->out, finding, place.text, "status %s, circuit %s %s, %s",
			 view->vbr->status ? view->vbr->status : "?",
			 view->vbr->circuit ? view->vbr->circuit : "?",
			 view->vbr->circuit_status ? view->vbr->circuit_status : "?",
			 view->vbr->circuit_business ? view->vbr->circuit_business : "?");
	return finding;
}

static void add_down(const struct border_view *view, const char *what, const char *seen)
{
	struct finding *finding = add_border(view, STATUS_FAIL, "EC-11");

	finding_message(view->out, finding, "%s of border router %s is %s", what, view->vbr->id,
			seen);
	finding_expected(view->out, finding, "active, on a circuit that is Enabled and Normal");
	finding_remedy(view->out, finding, "cloud", "see that the circuit is up and paid and the "
			"border router active; routes can be added only then");
}

static bool touches(const struct border_view *view, const struct router_interface_fact *one)
{
	return text_equal(one->router_id, view->vbr->id) ||
	       text_equal(one->opposite_router_id, view->vbr->id);
}

/* Does this router interface join the border router and the link's VPC? */
static bool joins_vpc(const struct border_view *view, const struct router_interface_fact *one)
{
	const char *vpc = cloud_link_vpc(view->context);

	return touches(view, one) && vpc && (text_equal(one->vpc_id, vpc) ||
					     text_equal(one->opposite_vpc_id, vpc));
}

static void judge_interfaces(const struct border_view *view)
{
	const struct list *list = &view->transit->interface_list;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct router_interface_fact *one =
			LIST_AT(list, struct router_interface_fact, i);
		const char *defect = cloud_interface_defect(one);

		if (defect && joins_vpc(view, one))
			add_down(view, "a router interface", defect);
	}
}

static bool is_in_between(const char *status)
{
	size_t length = status ? strlen(status) : 0;

	return length > 3 && !strcasecmp(status + length - 3, "ing");
}

static void judge_border(const struct border_view *view)
{
	const struct vbr_fact *vbr = view->vbr;
	struct finding *finding;

	if (!cloud_word_is(vbr->status, "active"))
		add_down(view, "the state", vbr->status);
	else if (!cloud_word_is(vbr->circuit_status, "Enabled"))
		add_down(view, "the circuit", vbr->circuit_status);
	else if (!cloud_word_is(vbr->circuit_business, "Normal"))
		add_down(view, "the circuit", vbr->circuit_business);
	else
		judge_interfaces(view);
	if (!is_in_between(vbr->ecr_status))
		return;
	finding = add_border(view, STATUS_WARN, "CLD-09");
	finding_message(view->out, finding, "border router %s is between two states of its Express "
			"Connect Router: %s", vbr->id, vbr->ecr_status);
	finding_expected(view->out, finding, "attached or detached");
	finding_remedy(view->out, finding, "cloud", "wait until the change is over and check "
			"again: calls fail with VbrAttachEcrInMiddleStatus until then");
}

static void evaluate_border(const struct rule_context *context, struct findings *out)
{
	each_border(context, out, judge_border);
	if (context->facts->transit.interfaces.state != FACT_ABSENT)
		(void)cloud_asked(&context->facts->transit.interfaces, "the router interfaces",
				  NULL, out);
}

const struct rule rule_border_router_up = {
	.code = "border-router-up",
	.area = "cloud routes",
	.title = "the border router and its circuit work",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_TRANSIT),
	.vantages = VANTAGE_CLOUD,
	.causes = { "EC-11", "CLD-09" },
	.why = "over a circuit that is down or locked nothing reaches the data center, whatever "
	       "the routes say",
	.evidence = "states of the border router, its physical connection and its router "
		    "interfaces to the VPC, at both ends",
	.remedies = {
		{ "cloud", "see that the circuit is up and paid and the border router active" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = cloud_no_datacenter,
	.eval = evaluate_border,
};

/* How the border router reaches the first service: by a static entry, by BGP, or not. */
static const struct cloud_route *route_to_service(const struct border_view *view)
{
	struct cloud_services services;

	cloud_services(&view->context->facts->plan, &services);
	if (!services.count)
		return NULL;
	return cloud_route_match(&view->transit->routes, view->vbr->route_table,
				 address_ipv4(&services.items[0]));
}

static void add_session(const struct border_view *view, const struct bgp_peer_fact *peer,
			int status, const char *cause, const char *words)
{
	struct finding *finding =
		cloud_finding(view->out, (enum finding_status)status, view->vbr->id);
	struct cloud_pointer place =
		CLOUD_POINTER("/transit/peer_list", &view->transit->peer_list, peer);
	char address[ADDRESS_TEXT_MAX];

	if (!finding)
		return;
	finding->subject.address = peer->address;
	(void)address_print(&peer->address, address);
	finding_cause(view->out, finding, cause);
	finding_message(view->out, finding, "BGP session of %s with %s %s", view->vbr->id, address,
			words);
	finding_expected(view->out, finding, "Established, with fewer routes than the border "
					     "router takes");
	finding_evidence(view->out, finding, place.text, "status %s, %u routes received",
			 peer->status ? peer->status : "?", peer->received.value);
	finding_remedy(view->out, finding, "router", text_equal(cause, "CLD-07")
		       ? "summarise the prefixes before they are advertised"
		       : "bring the session up: addresses, AS numbers, password and VLAN of both "
			 "ends must agree");
}

struct sessions {
	size_t up, down;
};

static struct sessions count_sessions(const struct border_view *view)
{
	struct sessions sessions = { 0, 0 };
	size_t i;

	for (i = 0; i < view->transit->peer_list.count; i++) {
		const struct bgp_peer_fact *peer =
			LIST_AT(&view->transit->peer_list, struct bgp_peer_fact, i);

		if (!text_equal(peer->router_id, view->vbr->id))
			continue;
		if (cloud_word_is(peer->status, "Established"))
			sessions.up++;
		else
			sessions.down++;
	}
	return sessions;
}

/* What else leads to the service decides how bad it is; unread, nothing tells. */
static void judge_session(const struct border_view *view, const struct bgp_peer_fact *peer,
			  const struct sessions *sessions)
{
	const struct cloud_route *route = route_to_service(view);
	bool fixed = route && route->type && !strcasecmp(route->type, "Custom");
	uint32_t limit = peer->limit.known && peer->limit.value ? peer->limit.value
								: BGP_ROUTES_MAX;
	bool is_down = !cloud_word_is(peer->status, "Established");

	if (!is_down && (!peer->received.known || peer->received.value < limit))
		return;
	if (!(is_down && sessions->up) &&
	    !cloud_table_read(&view->transit->tables, &view->transit->routes,
			      view->vbr->route_table, view->out))
		return;
	if (is_down)
		add_session(view, peer, fixed || sessions->up ? STATUS_WARN : STATUS_FAIL,
			    "CLD-08", "is not established");
	else
		add_session(view, peer, route ? STATUS_WARN : STATUS_FAIL, "CLD-07",
			    "sends more routes than the border router takes");
}

static void judge_sessions(const struct border_view *view)
{
	const struct sessions sessions = count_sessions(view);
	size_t i;

	for (i = 0; i < view->transit->peer_list.count; i++) {
		const struct bgp_peer_fact *peer =
			LIST_AT(&view->transit->peer_list, struct bgp_peer_fact, i);

		if (text_equal(peer->router_id, view->vbr->id))
			judge_session(view, peer, &sessions);
	}
}

bool cloud_sessions_fail(const struct rule_context *context, const struct vbr_fact *vbr,
			 struct findings *out)
{
	struct findings findings;
	struct border_view view = { .context = context, .transit = &context->facts->transit,
				    .vbr = vbr, .out = &findings };
	bool failed = false;
	size_t i;

	findings_init(&findings);
	if (view.transit->peers.state == FACT_OK && cloud_vbr_is_ours(context, vbr))
		judge_sessions(&view);
	for (i = 0; i < findings.list.count; i++)
		failed |= LIST_AT(&findings.list, struct finding, i)->status == STATUS_FAIL;
	if (findings.error)
		out->error = findings.error;
	findings_release(&findings);
	return failed;
}

static void evaluate_sessions(const struct rule_context *context, struct findings *out)
{
	if (cloud_asked(&context->facts->transit.peers, "the BGP sessions", NULL, out))
		each_border(context, out, judge_sessions);
}

const struct rule rule_border_sessions_up = {
	.code = "border-sessions-up",
	.area = "cloud routes",
	.title = "the border router's BGP sessions stand and take every route",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_TRANSIT),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CLD-07", "CLD-08" },
	.after = { "border-router-up" },
	.why = "routes of the data center go with their session, and behind the limit of a session "
	       "further ones are refused",
	.evidence = "state and number of routes of each session of the border router; a warning "
		    "only where another session or a static entry still leads to the service",
	.remedies = {
		{ "router", "bring the session up, or summarise the prefixes" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = cloud_no_datacenter,
	.eval = evaluate_sessions,
};

static void judge_health(const struct border_view *view)
{
	const struct list *list = &view->transit->interface_list;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct router_interface_fact *one =
			LIST_AT(list, struct router_interface_fact, i);
		struct cloud_pointer place = CLOUD_POINTER("/transit/interface_list", list, one);
		char source[ADDRESS_TEXT_MAX], target[ADDRESS_TEXT_MAX];
		const struct cloud_route *back;
		const struct cloud_hop *hop;
		struct finding *finding;

		if (!joins_vpc(view, one) || !one->health_source.family)
			continue;
		back = cloud_route_match(&view->transit->routes, view->vbr->route_table,
					 address_ipv4(&one->health_source));
		hop = back ? back->next_hops.items : NULL;
		if (hop && (cloud_hop_way(hop) != WAY_INTERFACE ||
			    text_equal(cloud_leg_vpc(view->transit, hop),
				       cloud_link_vpc(view->context))))
			continue;
		(void)address_print(&one->health_source, source);
		(void)address_print(&one->health_target, target);
		finding = cloud_finding(view->out, STATUS_WARN, one->id);
		finding_cause(view->out, finding, "EC-12");
		finding_message(view->out, finding, "answers to the health check from %s to %s "
				"find no way back over %s", source, target, view->vbr->id);
		finding_expected(view->out, finding, "a route for %s to the VPC", source);
		finding_evidence(view->out, finding, place.text, "health check %s -> %s", source,
				 target);
		finding_remedy(view->out, finding, "cloud", "add %s/32 with the VPC as next hop to "
			       "the table of %s, and exempt the probes from rate limits of the "
			       "data center's router", source, view->vbr->id);
	}
}

static void evaluate_health(const struct rule_context *context, struct findings *out)
{
	const struct transit_facts *transit = &context->facts->transit;
	size_t i;

	if (!cloud_asked(&transit->interfaces, "the health checks", NULL, out))
		return;
	for (i = 0; i < transit->vbr_list.count; i++) {
		const struct vbr_fact *vbr = LIST_AT(&transit->vbr_list, struct vbr_fact, i);

		if (cloud_vbr_is_ours(context, vbr) &&
		    !cloud_table_read(&transit->tables, &transit->routes, vbr->route_table, out))
			return;
	}
	each_border(context, out, judge_health);
}

const struct rule rule_border_health_check = {
	.code = "border-health-check",
	.area = "cloud routes",
	.title = "answers to the circuit's health check find back",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_TRANSIT),
	.vantages = VANTAGE_CLOUD,
	.causes = { "EC-12" },
	.after = { "border-router-up" },
	.why = "a circuit whose health check gets no answer is taken for faulty, and its routes "
	       "are switched away: the link works, stops and works again",
	.evidence = "source of the health check of each router interface, against the border "
		    "router's table",
	.remedies = {
		{ "cloud", "add the source of the health check to the border router's table" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = cloud_no_datacenter,
	.eval = evaluate_health,
};
