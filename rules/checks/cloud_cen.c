/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CEN between VPC and border router: attached, associated, and routes both ways (CLD-05), no prefix
 * that two sites claim (CLD-06). What breaks the way to one address is worked out in one place, for
 * the rule here and for rules that would else blame the VPC's own table.
 */
#include "rules/checks/cloud_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct cen_view {
	const struct transit_facts *transit;
	const struct rule_context *context;
	const char *vpc;
	const struct attachment_fact *to_vpc, *to_vbr;
	uint32_t address;
	bool unsure; /* of the way there: what is not seen, and no more what is wrong */
	struct cen_defect *defect;
	struct text *why;
};

/* What a next hop in CEN is to the link's requests, the worst last. */
enum cen_hop { CEN_OURS, CEN_UNSEEN, CEN_ELSEWHERE, CEN_VPC, CEN_VPN, CEN_DROPS };

static const struct attachment_fact *find_attachment(const struct cen_view *view, bool vbr)
{
	const struct list *list = &view->transit->attachment_list;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct attachment_fact *one = LIST_AT(list, struct attachment_fact, i);
		const struct vbr_fact *border = transit_vbr(view->transit, one->resource_id);

		if (!vbr && view->vpc && text_equal(one->resource_id, view->vpc))
			return one;
		if (vbr && border && cloud_vbr_is_ours(view->context, border))
			return one;
	}
	return NULL;
}

static bool blame_attachment(struct cen_view *view, const struct attachment_fact *one,
			     const char *cause)
{
	view->defect->cause = cause;
	view->defect->resource = one->id;
	view->defect->pointer = CLOUD_POINTER("/transit/attachment_list",
					      &view->transit->attachment_list, one);
	return true;
}

/* Attached to the transit router, and associated with one of its tables. */
static bool is_loose(struct cen_view *view, const struct attachment_fact *one)
{
	if (one->status && strcasecmp(one->status, "Attached") != 0) {
		text_addf(view->why, "attachment %s of %s is %s", one->id, one->resource_id,
			  one->status);
		return blame_attachment(view, one, "CLD-05");
	}
	if (one->associations.state != FACT_OK)
		return false;
	if (!one->table) {
		text_addf(view->why, "attachment %s of %s is associated with no route table",
			  one->id, one->resource_id);
		return blame_attachment(view, one, "CLD-05");
	}
	if (one->association && strcasecmp(one->association, "Active") != 0) {
		text_addf(view->why, "the association of %s with %s is %s", one->id, one->table,
			  one->association);
		return blame_attachment(view, one, "CLD-05");
	}
	return false;
}

static bool table_is_read(const struct cen_view *view, const char *table)
{
	const struct table_fact *fact = table_find(&view->transit->tables, table);

	return fact && fact->state == FACT_OK;
}

static bool blame_route(struct cen_view *view, const struct transit_route_fact *route,
			const char *cause)
{
	view->defect->cause = cause;
	view->defect->resource = route->table;
	view->defect->pointer = CLOUD_POINTER("/transit/transit_routes",
					      &view->transit->transit_routes, route);
	return true;
}

/* An entry that covers the address and is not active says more than its absence. */
static const struct transit_route_fact *find_idle(const struct cen_view *view, const char *table,
						  uint32_t address)
{
	const struct list *routes = &view->transit->transit_routes;
	size_t i;

	for (i = 0; i < routes->count; i++) {
		const struct transit_route_fact *route =
			LIST_AT(routes, struct transit_route_fact, i);

		if (text_equal(route->table, table) && route->destination.known &&
		    prefix_contains(&route->destination, address) &&
		    !transit_route_is_active(route))
			return route;
	}
	return NULL;
}

static bool blame_absence(struct cen_view *view, const struct attachment_fact *one,
			  uint32_t address)
{
	const struct transit_route_fact *idle = find_idle(view, one->table, address);
	struct address wanted = address_from_ipv4(address);
	char text[ADDRESS_TEXT_MAX];

	(void)address_print(&wanted, text);
	text_addf(view->why, "route table %s, which %s is associated with, has no active route "
			     "to %s", one->table, one->resource_id, text);
	if (!idle)
		return blame_attachment(view, one, "CLD-05");
	text_addf(view->why, ": the one that there is is %s", idle->status ? idle->status : "?");
	return blame_route(view, idle, "CLD-05");
}

static bool is_black_hole(const struct transit_route_fact *route)
{
	return route->next_hop_type && !strcasecmp(route->next_hop_type, "BlackHole");
}

static bool names_border(const struct cen_view *view, const char *id)
{
	const struct vbr_fact *border = transit_vbr(view->transit, id);

	return border && cloud_vbr_is_ours(view->context, border);
}

/* Words are not always told, and ids say the same. */
static bool is_kind(const char *type, const char *id, const char *word, const char *start)
{
	return (type && !strcasecmp(type, word)) || (id && !strncmp(id, start, strlen(start)));
}

static enum cen_hop judge_hop(const struct cen_view *view, const char *type, const char *id)
{
	if (names_border(view, id))
		return CEN_OURS;
	if (is_kind(type, id, "VPN", "vco-"))
		return CEN_VPN;
	if (is_kind(type, id, "VPC", "vpc-"))
		return CEN_VPC;
	if (is_kind(type, id, "VBR", "vbr-") &&
	    (view->transit->vbr_id || transit_vbr(view->transit, id)))
		return CEN_ELSEWHERE;
	return CEN_UNSEEN;
}

/* Words for one that is not ours, and its cause; NULL: what it leads to is not seen. */
static const char *hop_cause(const struct cen_view *view, enum cen_hop hop, const char *from,
			     const char *id)
{
	if (!id)
		id = "a network that is not told";
	switch (hop) {
	case CEN_DROPS:
		text_addf(view->why, "%s drops it (BlackHole)", from);
		return "CLD-05";
	case CEN_VPN:
		text_addf(view->why, "it is reached by VPN %s, whose routes may not lie inside "
				     "100.64.0.0/10", id);
		return "EC-18";
	case CEN_VPC:
		text_addf(view->why, "%s leads it to %s, a VPC and no border router", from, id);
		return "CLD-05";
	case CEN_ELSEWHERE:
		text_addf(view->why, "%s leads it to %s, another site than %s", from, id,
			  view->transit->vbr_id ? view->transit->vbr_id : "the link's");
		return "CLD-06";
	default:
		text_addf(view->why, "%s leads it to %s, which is not seen to be the data center",
			  from, id);
		return NULL;
	}
}

/* Another VPC than the link's may hold a firewall that sends on what it lets through. */
static enum cen_hop judge_forward(const struct cen_view *view,
				  const struct transit_route_fact *route)
{
	enum cen_hop hop;

	if (is_black_hole(route))
		return CEN_DROPS;
	hop = judge_hop(view, route->resource_type, route->resource_id);
	return hop == CEN_VPC && !text_equal(route->resource_id, view->vpc) ? CEN_UNSEEN : hop;
}

/*
 * The VPC's own table of the transit router leads to our border router. Beside it another one that
 * is seen may take a share: that one's tables are judged as well. NULL: nothing speaks against it.
 */
static const struct transit_route_fact *worst_forward(const struct cen_view *view,
						      const struct transit_route_fact *route,
						      enum cen_hop *worst)
{
	const struct list *routes = &view->transit->transit_routes;
	const struct transit_route_fact *found = NULL;
	bool ours = false;
	size_t i;

	*worst = CEN_OURS;
	for (i = 0; i < routes->count; i++) {
		const struct transit_route_fact *one =
			LIST_AT(routes, struct transit_route_fact, i);
		enum cen_hop hop;

		if (!transit_route_same(one, route))
			continue;
		hop = judge_forward(view, one);
		ours = ours || hop == CEN_OURS;
		if (hop <= *worst)
			continue;
		*worst = hop;
		found = one;
	}
	if (*worst != CEN_ELSEWHERE || !ours)
		return found;
	*worst = CEN_UNSEEN;
	return transit_vbr(view->transit, found->resource_id) ? NULL : found;
}

static bool fails_forward(struct cen_view *view)
{
	const struct attachment_fact *one = view->to_vpc;
	const struct transit_route_fact *route;
	char table[160];
	enum cen_hop hop;

	if (!one || !table_is_read(view, one->table))
		return false;
	route = transit_route_match(&view->transit->transit_routes, one->table, view->address);
	if (!route)
		return blame_absence(view, one, view->address);
	route = worst_forward(view, route, &hop);
	if (!route || (hop == CEN_UNSEEN) != view->unsure)
		return false;
	(void)snprintf(table, sizeof(table), "route table %s", one->table);
	return blame_route(view, route, hop_cause(view, hop, table, route->resource_id));
}

/* The border router's own table of the transit router leads the whole range to the VPC. */
static bool fails_back(struct cen_view *view, const struct attachment_fact *one)
{
	uint32_t first = prefix_first(&reverse_range), last;

	if (!table_is_read(view, one->table))
		return false;
	for (;; first = last + 1) {
		const struct transit_route_fact *route = transit_range_step(
			&view->transit->transit_routes, one->table, first, &last);

		if (!route)
			return blame_absence(view, one, first);
		if (is_black_hole(route)) {
			text_addf(view->why, "route table %s drops answers (BlackHole)",
				  one->table);
			return blame_route(view, route, "CLD-05");
		}
		if (view->vpc && route->resource_type && route->resource_id &&
		    !strcasecmp(route->resource_type, "VPC") &&
		    !text_equal(route->resource_id, view->vpc)) {
			text_addf(view->why, "route table %s leads answers to %s instead of %s",
				  one->table, route->resource_id, view->vpc);
			return blame_route(view, route, "CLD-03");
		}
		if (route->resource_type && !strcasecmp(route->resource_type, "VBR")) {
			text_addf(view->why, "route table %s leads answers back to %s",
				  one->table, route->resource_id ? route->resource_id : "a VBR");
			return blame_route(view, route, "CLD-05");
		}
		if (last == prefix_last(&reverse_range))
			return false;
	}
}

/* Of each border router that requests pass: ours, or one that shares them. */
static bool any_fails_back(struct cen_view *view)
{
	const struct list *list = &view->transit->attachment_list;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct attachment_fact *one = LIST_AT(list, struct attachment_fact, i);
		const struct vbr_fact *border = transit_vbr(view->transit, one->resource_id);

		if (!border ||
		    (one != view->to_vbr && !cloud_border_is_passed(view->context, border)))
			continue;
		if (is_loose(view, one) || fails_back(view, one))
			return true;
	}
	return false;
}

static bool blame_member(struct cen_view *view, const struct cen_route_fact *route,
			 const char *cause)
{
	view->defect->cause = cause;
	view->defect->resource = route->cen_id;
	view->defect->pointer = CLOUD_POINTER("/transit/cen_route_list",
					      &view->transit->cen_route_list, route);
	return true;
}

static bool is_published(const struct cen_route_fact *route)
{
	return !route->publish_status || !strcasecmp(route->publish_status, "Published") ||
	       !*route->publish_status;
}

static void add_maps(const struct cen_route_fact *route, struct text *why)
{
	size_t i;

	for (i = 0; i < route->maps.count && i < 4; i++)
		text_addf(why, "%s %s", i ? "," : "; route map", route->maps.items[i]);
}

/* Routes as the members of CEN see them: claimed twice, denied, or not given away. */
static bool fails_members(struct cen_view *view)
{
	const struct list *routes = &view->transit->cen_route_list;
	const struct cen_route_fact *idle = NULL, *held = NULL;
	bool good = false;
	size_t i;

	for (i = 0; i < routes->count; i++) {
		const struct cen_route_fact *route = LIST_AT(routes, struct cen_route_fact, i);

		if (!route->destination.known || !route->destination.length ||
		    !prefix_contains(&route->destination, view->address))
			continue;
		if (route->conflicts.count || (route->status && !strcasecmp(route->status,
									   "Conflict"))) {
			text_addf(view->why, "%s claims the same addresses as %s",
				  route->conflicts.count ? route->conflicts.items[0]
							 : "another member",
				  route->next_hop_id ? route->next_hop_id : route->member_id);
			return blame_member(view, route, "CLD-06");
		}
		if (view->vpc && text_equal(route->member_id, view->vpc)) {
			good = good || cen_route_is_active(route);
			idle = cen_route_is_active(route) ? idle : route;
		} else if (names_border(view, route->member_id) && !is_published(route)) {
			held = route;
		}
	}
	if (held) {
		text_addf(view->why, "%s does not publish it to CEN (%s)", held->member_id,
			  held->publish_status);
		return blame_member(view, held, "CLD-05");
	}
	if (good || !idle)
		return false;
	text_addf(view->why, "%s does not get it: %s", idle->member_id, idle->status);
	add_maps(idle, view->why);
	return blame_member(view, idle, "CLD-05");
}

/* Where no table of a transit router tells: by the entry that the VPC itself gets of CEN. */
static bool leads_elsewhere(struct cen_view *view)
{
	const struct cen_route_fact *route =
		cen_route_match(&view->transit->cen_route_list, view->vpc, view->address);
	enum cen_hop hop;

	if ((view->to_vpc && table_is_read(view, view->to_vpc->table)) || !route ||
	    !cloud_word_is(route->type, "CEN") || !route->next_hop_id)
		return false;
	hop = judge_hop(view, route->next_hop_type, route->next_hop_id);
	if (hop == CEN_OURS || hop == CEN_UNSEEN)
		return false; /* a transit router is a next hop here, too */
	return blame_member(view, route, hop_cause(view, hop, "CEN", route->next_hop_id));
}

bool cloud_cen_defect(const struct rule_context *context, const struct address *address,
		      struct cen_defect *defect, struct text *why)
{
	struct cen_view view = { .transit = &context->facts->transit, .context = context,
				 .vpc = cloud_link_vpc(context), .defect = defect, .why = why,
				 .address = address_ipv4(address) };

	if (view.transit->section.state != FACT_OK)
		return false;
	view.to_vpc = find_attachment(&view, false);
	view.to_vbr = find_attachment(&view, true);
	if (fails_members(&view))
		return true;
	if (view.to_vbr && !view.to_vpc && view.transit->attachments.state == FACT_OK) {
		text_addf(why, "%s is not attached to the transit router of %s",
			  view.vpc ? view.vpc : "the VPC", view.to_vbr->resource_id);
		return blame_attachment(&view, view.to_vbr, "CLD-05");
	}
	if (view.to_vpc && !view.to_vbr && view.transit->vbr_id &&
	    view.transit->attachments.state == FACT_OK) {
		text_addf(why, "%s is not attached to the transit router of %s",
			  view.transit->vbr_id, view.to_vpc->resource_id);
		return blame_attachment(&view, view.to_vpc, "CLD-05");
	}
	if ((view.to_vpc && is_loose(&view, view.to_vpc)) ||
	    (view.to_vbr && is_loose(&view, view.to_vbr)) || leads_elsewhere(&view) ||
	    fails_forward(&view) || any_fails_back(&view))
		return true;
	view.unsure = true;
	return fails_forward(&view);
}
