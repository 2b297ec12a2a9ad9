/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-01 (on a router EC-01): no route at all; on a router also the default that nobody declared,
 * for a data center's default leads to the Internet and not to the VBR. And the note on a host
 * whose default does the work: the proof goes on at the router behind it.
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/return_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TABLE_MAIN 254u

static bool is_absent(const struct rule_context *context, const struct class_view *view,
		      struct path *path)
{
	if (path_is_unproved(view) || return_is_good(context, view))
		return false;
	path_trace(context, view, path);
	if (text_equal(path->type, "none"))
		return true;
	return context->vantage == VANTAGE_IDC_ROUTER && text_equal(path->type, "unicast") &&
	       path->is_default;
}

static void judge(const struct rule_context *context, const struct class_view *view,
		  struct class_answer *answer)
{
	struct path path;

	if (!is_absent(context, view, &path))
		return;
	return_answer(answer, context->vantage == VANTAGE_IDC_ROUTER ? "EC-01" : "RT-01");
	return_answer_by_hop(context, path.hops, answer);
	answer->detail2 = path.model.table;
}

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	struct wanted_route wanted = { .table = TABLE_MAIN };
	char range[PREFIX_TEXT_MAX];
	struct text hops;
	struct path path;
	struct way way;
	struct say say;

	if (!is_absent(context, group->example, &path))
		return;
	say_init(&say, context, group, out, finding);
	text_init(&hops, WORDS_MAX);
	words_add_hops(&hops, path.hops);
	if (path.hops->count > 0)
		finding_message(
			out, finding,
			"replies to %s (%s) have no route of their own and leave by the default "
			"route %s, which nobody declared as the way to the VBR",
			group->where, group->percent, say_text(&say, &hops));
	else
		finding_message(out, finding,
				"replies to %s (%s) have no route here and are thrown away",
				group->where, group->percent);
	text_release(&hops);
	say_class(&say);
	say_route(&say, path.route);
	say_rule(&say, path.rule);
	say_declared(&say);
	wanted.prefix = *say_range(&say);
	if (path.route)
		wanted.table = path.route->table;
	say_way(&say, NULL, &way);
	if (!path_is_declared(context))
		finding_expected(out, finding, "a route for %s towards the VBR",
				 prefix_print(say_range(&say), range));
	say_set_route(&say, &wanted, &way);
}

const struct rule rule_return_route_present = {
	.code = "return-route-present",
	.area = "return",
	.title = "every address of 100.104.0.0/16 has a return route",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = PATH_VANTAGES,
	.causes = { "RT-01", "EC-01" },
	.after = { BEFORE_PRESENT },
	.why = "Without a route the reply is dropped here; by a router's default it leaves for "
	       "the Internet, where nobody knows 100.104.0.0/16. The vendor asks for a return "
	       "route in the data center's router.",
	.evidence = "the kernel has no route for the class, or (on a router) only the default, "
		    "and the plan does not declare it",
	.remedies = {
		{ "linux", "ip route replace 100.104.0.0/16 via GATEWAY dev INTERFACE" },
		{ "netplan", "network: {ethernets: {INTERFACE: {routes: [{to: 100.104.0.0/16, "
			     "via: GATEWAY}]}}}, then: netplan apply" },
		{ "networkmanager", "nmcli connection modify CONNECTION +ipv4.routes "
				    "\"100.104.0.0/16 GATEWAY\" && nmcli device reapply "
				    "INTERFACE" },
		{ "frr", "vtysh -c 'configure terminal' -c 'ip route 100.104.0.0/16 GATEWAY' -c "
			 "'end' -c 'write memory'" },
	},
	.document = RETURN_DOCUMENT,
	.heading = RETURN_HEADING,
	.judge_class = judge,
	.describe_class = describe,
};

static void fill_view(const struct rule_context *context, const struct class_fact *class_fact,
		      struct class_view *view)
{
	memset(view, 0, sizeof(*view));
	view->class_fact = class_fact;
	view->service = facts_service(context->facts, class_fact->service, class_fact->iif);
	view->first = address_ipv4(&class_fact->first);
	view->last = address_ipv4(&class_fact->last);
}

/* Of replies as they leave: with the mark of the listening socket, mostly none. */
static bool is_plain(const struct class_view *view)
{
	const struct service_fact *service = view->service;
	uint32_t mark = service && !service->iif && service->mark.known ? service->mark.value : 0;

	return view->class_fact->mark == mark;
}

static void say_default(size_t index, const struct class_fact *class_fact, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_PASS);
	const struct next_hop *hop = LIST_AT(&class_fact->next_hops, struct next_hop, 0);
	char via[ADDRESS_TEXT_MAX], pointer[64];
	struct text hops;

	if (!finding)
		return;
	text_init(&hops, WORDS_MAX);
	words_add_hops(&hops, &class_fact->next_hops);
	if (text_error(&hops) == -ENOMEM)
		out->error = -ENOMEM;
	finding->subject.prefix = reverse_range;
	finding_message(out, finding,
			"replies leave by the default route %s, which nobody declared: right for "
			"this host, and proof of nothing behind it",
			text_error(&hops) == 0 ? text_string(&hops) : "");
	snprintf(pointer, sizeof(pointer), "/routes/classes/%zu", index);
	finding_evidence(out, finding, pointer, "leaves %s by the default route",
			 text_error(&hops) == 0 ? text_string(&hops) : "");
	text_release(&hops);
	finding_next(out, finding,
		     "the router %s: run `reachback check --vantage idc-router` there, or declare "
		     "--return-next-hop when it is known to lead to the VBR",
		     address_print(&hop->via, via));
}

static void eval_default(const struct rule_context *context, struct findings *out)
{
	const struct list *classes = &context->facts->routes.classes;
	struct return_survey survey = { .count = 0 };
	struct class_view view;
	size_t i;

	if (path_is_declared(context))
		return;
	for (i = 0; i < classes->count; i++) {
		fill_view(context, LIST_AT(classes, struct class_fact, i), &view);
		if (is_plain(&view))
			return_survey_add(&survey, context, &view);
	}
	for (i = 0; i < classes->count; i++) {
		const struct class_fact *class_fact = LIST_AT(classes, struct class_fact, i);

		fill_view(context, class_fact, &view);
		if (!is_plain(&view) || class_fact->next_hops.count == 0 ||
		    !class_fact->destination.known || class_fact->destination.length > 0 ||
		    path_is_unproved(&view) || !return_is_good(context, &view) ||
		    return_survey_lacks(&survey, &class_fact->next_hops))
			continue;
		say_default(i, class_fact, out);
		return;
	}
}

const struct rule rule_return_default_route = {
	.code = "return-default-route",
	.area = "return",
	.title = "replies do not depend on a default route that nobody declared",
	.severity = SEVERITY_NOTE,
	.reads = PATH_READS,
	.vantages = VANTAGE_BIT(VANTAGE_GITLAB_HOST),
	.causes = { "RT-01" },
	.after = { NULL },
	.why = "A host behind one gateway needs no route of its own for the range; whether that "
	       "gateway has one is decided there.",
	.evidence = "a class of the range whose route is the default, and no declared next hop",
	.remedies = {
		{ "linux", "reachback check --return-next-hop GATEWAY proves against a declared "
			   "way" },
	},
	.document = RETURN_DOCUMENT,
	.heading = RETURN_HEADING,
	.eval = eval_default,
};
