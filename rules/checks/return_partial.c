/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-02: a part of the range has its route, and this part falls to the default or to nothing. The
 * fault that one address cannot show: 1 of 256 builds fails where one /24 is missing.
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/return_words.h"

static bool is_partial(const struct rule_context *context, const struct class_view *view,
		       struct path *path)
{
	bool good;

	if (path_is_unproved(view) || path_is_near(context, view))
		return false;
	good = return_is_good(context, view);
	if (!view->others_good && !good)
		return false;
	path_trace(context, view, path);
	if (text_equal(path->type, "none"))
		return !good;
	if (!text_equal(path->type, "unicast") || !path->is_default)
		return false;
	/* a host's undeclared default is good, unless other addresses have a better way */
	return good ? !path_is_declared(context) && return_survey_lacks(view->survey, path->hops)
		    : view->others_good;
}

static void judge(const struct rule_context *context, const struct class_view *view,
		  struct class_answer *answer)
{
	struct path path;

	if (!is_partial(context, view, &path))
		return;
	return_answer(answer, "RT-02");
	return_answer_by_hop(context, path.hops, answer);
	answer->detail2 = path.model.table;
}

/* The default's table when there is one, else main. */
static uint32_t table_of(const struct path *path)
{
	if (path->route)
		return path->route->table;
	return path->rule && path->rule->action == RULE_LOOKUP && path->rule->table != 0
		       ? path->rule->table
		       : 254;
}

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	struct text taken, home;
	struct wanted_route wanted;
	char range[PREFIX_TEXT_MAX];
	const struct path *path;
	struct way way;
	struct say say;

	say_init(&say, context, group, out, finding);
	path = &say.path;
	say_way(&say, NULL, &way);
	text_init(&taken, WORDS_MAX);
	text_init(&home, WORDS_MAX);
	if (path->hops->count > 0) {
		text_add(&taken, "leaves by the default route ");
		words_add_hops(&taken, path->hops);
	} else {
		text_add(&taken, "has no route at all");
	}
	words_add_way(&home, &way);
	finding_message(out, finding, "%s of %s (%s) %s, while the rest leaves%s", group->percent,
			prefix_print(say_range(&say), range), group->where, say_text(&say, &taken),
			say_text(&say, &home));
	text_release(&taken);
	text_release(&home);
	say_class(&say);
	say_route(&say, path->route);
	say_rule(&say, path->rule);
	say_declared(&say);
	wanted = (struct wanted_route){ .prefix = *say_range(&say), .table = table_of(path) };
	say_set_route(&say, &wanted, &way);
}

const struct rule rule_return_route_partial = {
	.code = "return-route-partial",
	.area = "return",
	.title = "the return route covers all of 100.104.0.0/16, not a part of it",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = PATH_VANTAGES,
	.causes = { "RT-02" },
	.after = { BEFORE_PARTIAL },
	.why = "The registry picks any address of the range. With a route for a half of it, or "
	       "for all but one /24, that share of the builds times out and the rest works.",
	.evidence = "the share of the 65,536 addresses whose look-up falls to the default route "
		    "or to nothing, while other addresses of the range have a good route",
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
