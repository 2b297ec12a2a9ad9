/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-09 (on a router also EC-10): multipath with a good and a bad leg, so that a share of the
 * connections to *every* address dies.
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/return_words.h"

#include <string.h>

/* What is wrong with one leg. */
enum leg_defect {
	LEG_FINE,
	LEG_WRONG_WAY,
	LEG_CAPTURED,
	LEG_LINK_DOWN,
	LEG_NEIGHBOUR_SILENT,
	LEG_NEIGHBOUR_UNASKED
};

static const char *const defect_words[] = {
	[LEG_FINE] = "good",
	[LEG_WRONG_WAY] = "not the way back",
	[LEG_CAPTURED] = "on-link or into a tunnel",
	[LEG_LINK_DOWN] = "its link is down",
	[LEG_NEIGHBOUR_SILENT] = "its neighbour does not answer",
	[LEG_NEIGHBOUR_UNASKED] = "its link asks for no neighbour (NOARP)",
};

static enum leg_defect leg_defect(const struct rule_context *context, const struct path *path,
				  const struct next_hop *hop)
{
	static const enum leg_defect defects[] = {
		[LEG_ALIVE] = LEG_FINE,
		[LEG_DOWN] = LEG_LINK_DOWN,
		[LEG_SILENT] = LEG_NEIGHBOUR_SILENT,
		[LEG_UNASKED] = LEG_NEIGHBOUR_UNASKED,
	};

	if (!path_leg_is_good(context, hop, path->is_default))
		return path_leg_is_captured(context, hop) ? LEG_CAPTURED : LEG_WRONG_WAY;
	return defects[path_leg_life(context, hop)];
}

/*
 * Legs of next-hop objects, and all legs by that switch, are passed over while their neighbour is
 * known not to answer (ipv4_good_nh() in net/ipv4/nexthop.c and fib_semantics.c of Linux): what is
 * sent again goes another way, so a connection is late, not lost.
 */
static bool passes_over(const struct rule_context *context, const struct path *path,
			const struct next_hop *hop)
{
	const struct sysctl_fact *use_neighbours;

	if (leg_defect(context, path, hop) != LEG_NEIGHBOUR_SILENT)
		return false;
	if (path->route && path->route->next_hop_id.known)
		return true;
	if (context->facts->sysctls.section.state != FACT_OK)
		return false;
	use_neighbours = facts_sysctl(context->facts, "net.ipv4.fib_multipath_use_neigh");
	return use_neighbours && text_equal(use_neighbours->value, "1");
}

/*
 * A bad leg of a route that also has a good one, the first that loses connections or else the first
 * that delays them; NULL: not this rule's case.
 */
static const struct next_hop *bad_leg(const struct rule_context *context, const struct path *path,
				      enum leg_defect *defect)
{
	const struct next_hop *bad = NULL;
	bool good = false;
	size_t i;

	for (i = 0; i < path->hops->count; i++) {
		const struct next_hop *hop = LIST_AT(path->hops, struct next_hop, i);
		enum leg_defect found = leg_defect(context, path, hop);

		/* no connection is lost on a leg that none takes */
		if (hop->unused)
			continue;
		if (found == LEG_FINE) {
			good = true;
		} else if (!bad || (passes_over(context, path, bad) &&
				    !passes_over(context, path, hop))) {
			bad = hop;
			*defect = found;
		}
	}
	return good ? bad : NULL;
}

static bool is_multipath(const struct rule_context *context, const struct class_view *view,
			 struct path *path)
{
	if (path_is_unproved(view) || path_is_near(context, view))
		return false;
	path_trace(context, view, path);
	return text_equal(path->type, "unicast") && path->hops->count > 1;
}

static void judge(const struct rule_context *context, const struct class_view *view,
		  struct class_answer *answer)
{
	const struct next_hop *bad;
	enum leg_defect defect = LEG_FINE;
	struct path path;

	if (view->class_fact->next_hops.count == 1 || !is_multipath(context, view, &path))
		return;
	bad = bad_leg(context, &path, &defect);
	if (!bad)
		return;
	return_answer(answer, "RT-09");
	if (context->vantage == VANTAGE_IDC_ROUTER)
		memcpy(answer->causes[1], "EC-10", sizeof("EC-10"));
	if (passes_over(context, &path, bad))
		answer->status = STATUS_WARN;
	return_answer_by_hop(context, path.hops, answer);
	answer->detail = address_ipv4(&bad->via);
	answer->detail2 = (uint32_t)path.hops->count << 8 | (uint32_t)defect;
}

static bool is_bad_leg(const struct say *say, const struct next_hop *hop)
{
	return leg_defect(say->context, &say->path, hop) != LEG_FINE;
}

/* The same route with the good legs only. */
static void say_good_legs(const struct say *say)
{
	const struct path *path = &say->path;
	size_t i, good = 0;
	char number[ADDRESS_TEXT_MAX];
	struct text legs, whole;

	text_init(&legs, WORDS_MAX);
	for (i = 0; i < path->hops->count; i++) {
		const struct next_hop *hop = LIST_AT(path->hops, struct next_hop, i);

		if (is_bad_leg(say, hop))
			continue;
		good++;
		text_add(&legs, " nexthop");
		if (hop->via.family != ADDRESS_NONE)
			text_addf(&legs, " via %s", address_print(&hop->via, number));
		if (hop->dev)
			text_addf(&legs, " dev %s", hop->dev);
		if (path->hops->count > 2 && hop->weight > 1)
			text_addf(&legs, " weight %u", hop->weight);
		if (say_needs_onlink(say->context, &hop->via, hop->dev))
			text_add(&legs, " onlink");
	}
	text_init(&whole, WORDS_MAX);
	text_addf(&whole, "ip route replace %s",
		  path->route && path->route->destination.length > 0
			  ? prefix_print(&path->route->destination, number)
			  : prefix_print(say_range(say), number));
	text_add(&whole,
		 good == 1 ? say_text(say, &legs) + strlen(" nexthop") : say_text(say, &legs));
	words_add_table_option(&whole, path->route ? path->route->table : 0);
	if (path->route && path->route->metric != 0 && path->route->destination.length > 0)
		text_addf(&whole, " metric %u", path->route->metric);
	finding_remedy(say->out, say->finding, "linux", "%s", say_text(say, &whole));
	text_release(&legs);
	text_release(&whole);
}

static void say_leg(const struct say *say, const struct next_hop *hop, struct text *text)
{
	enum leg_defect defect = leg_defect(say->context, &say->path, hop);
	char number[ADDRESS_TEXT_MAX];

	text_add(text, text->length > 0 ? "; " : "");
	if (hop->via.family != ADDRESS_NONE)
		text_addf(text, "via %s ", address_print(&hop->via, number));
	text_addf(text, "dev %s: %s", hop->dev ? hop->dev : "(none)",
		  hop->unused ? "never picked for these replies" : defect_words[defect]);
	if (hop->unused)
		return;
	if ((defect == LEG_LINK_DOWN || defect == LEG_NEIGHBOUR_UNASKED) && hop->dev)
		say_link(say, facts_link(say->context->facts, hop->dev));
	if (defect == LEG_NEIGHBOUR_SILENT || defect == LEG_NEIGHBOUR_UNASKED)
		say_neighbour(say, facts_neighbour(say->context->facts, &hop->via, hop->dev));
}

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	struct text text;
	struct say say;
	size_t i;

	say_init(&say, context, group, out, finding);
	say_class(&say);
	say_route(&say, say.path.route);
	text_init(&text, WORDS_MAX);
	for (i = 0; i < say.path.hops->count; i++)
		say_leg(&say, LIST_AT(say.path.hops, struct next_hop, i), &text);
	finding_message(
		out, finding,
		"replies to %s (%s) leave by %zu legs and not all of them lead home, so a share "
		"of all connections %s: %s",
		group->where, group->percent, say.path.hops->count,
		group->answer.status == STATUS_WARN
			? "is late whenever the kernel finds out anew which leg it must pass over"
			: "dies",
		say_text(&say, &text));
	text_release(&text);
	say_declared(&say);
	if (say.path.route && route_is_frr_static(say.path.route))
		say_delete_frr_hops(&say, say.path.route, is_bad_leg);
	else
		say_good_legs(&say);
	if (context->vantage == VANTAGE_IDC_ROUTER)
		finding_remedy(out, finding, "express-connect",
			       "or give every circuit that carries a leg the same return route "
			       "for the range at its VBR");
}

const struct rule rule_return_route_legs = {
	.code = "return-route-legs",
	.area = "return",
	.title = "every leg of a multipath return route leads home",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.wishes = SECTION_BIT(SECTION_NEIGHBOURS),
	.wish = "neighbours: a leg whose gateway is silent would be seen",
	.vantages = PATH_VANTAGES,
	.causes = { "RT-09", "EC-10" },
	.after = { BEFORE_LEGS },
	.why = "The kernel spreads connections over the legs by a hash of addresses and ports. "
	       "One bad leg kills its share of connections to every address: builds fail now and "
	       "then, whatever address they come from.",
	.evidence = "each leg of the kernel's route is judged: declared or not, on-link or "
		    "tunnel, link state, neighbour state",
	.remedies = {
		{ "linux", "ip route replace 100.104.0.0/16 via GOOD dev INTERFACE" },
		{ "netplan", "leave one route with the good gateway in `routes`, then: netplan "
			     "apply" },
		{ "networkmanager", "nmcli connection modify CONNECTION ipv4.routes "
				    "\"100.104.0.0/16 GOOD\" && nmcli device reapply INTERFACE" },
		{ "frr", "vtysh -c 'configure terminal' -c 'no ip route 100.104.0.0/16 BAD' -c "
			 "'end' -c 'write memory'" },
		{ "express-connect", "give both circuits the return route at their VBR" },
	},
	.document = RETURN_DOCUMENT,
	.heading = RETURN_HEADING,
	.judge_class = judge,
	.describe_class = describe,
};
