/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-03: replies are refused on purpose, by the type of a route or the action of a rule. Hygiene
 * against RFC 6598 addresses is the usual reason.
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/return_words.h"

#define TABLE_MAIN 254u
#define ROUTES_SHOWN 16

/* A throw route that makes the look-up leave a table which else would have led home. */
static const struct route_fact *fatal_throw(const struct rule_context *context,
					    const struct class_view *view, const struct path *path)
{
	const struct route_fact *thrown = path->model.thrown, *other;

	if (!context->fib || !path->explained || !thrown || return_is_good(context, view))
		return NULL;
	other = fib_longest_other(context->fib, thrown->table, view->first, thrown);
	return other && path_route_is_good(context, other) ? thrown : NULL;
}

static void judge(const struct rule_context *context, const struct class_view *view,
		  struct class_answer *answer)
{
	struct path path;

	if (path_is_unproved(view) || return_is_good(context, view))
		return;
	path_trace(context, view, &path);
	if (!return_type_refuses(path.type) && !fatal_throw(context, view, &path))
		return;
	return_answer(answer, "RT-03");
	/* one finding a rule; of routes, one a table: there may be thousands */
	if (path.rule && !path.route && path.rule->action != RULE_LOOKUP)
		answer->owner = path.rule;
	else if (path.route)
		answer->detail = path.route->table;
	answer->detail2 = return_type_refuses(path.type) ? 0 : 1;
}

/* Would the range find its way without this route? */
static bool rest_is_good(const struct say *say, const struct route_fact *gone)
{
	const struct route_fact *other;
	const struct fib *fib = say->context->fib;

	if (!fib)
		return false;
	other = fib_longest_other(fib, gone->table, say->group->example->first, gone);
	if (!other && gone->table != TABLE_MAIN)
		other = fib_longest(fib, TABLE_MAIN, say->group->example->first);
	return other && path_route_is_good(say->context, other);
}

static void set_home(const struct say *say, uint32_t table)
{
	struct wanted_route wanted = { .prefix = *say_range(say), .table = table };
	struct way way;

	say_way(say, NULL, &way);
	say_set_route(say, &wanted, &way);
}

/* true: the range needs a route of its own besides. */
static bool mend_route(const struct say *say, const struct route_fact *route)
{
	/* what refuses more than the range may have its reasons: set an exception beside it */
	if (route->destination.length < say_range(say)->length)
		return true;
	say_delete_route(say, route);
	return !rest_is_good(say, route);
}

static void mend_rule(const struct say *say, const struct rule_fact *rule)
{
	const struct route_fact *main_route = NULL;

	if (rule->to.known && rule->to.length >= say_range(say)->length)
		say_delete_rule(say, rule);
	else
		say_rule_before(say, rule, TABLE_MAIN);
	if (say->context->fib)
		main_route = fib_longest(say->context->fib, TABLE_MAIN, say->group->example->first);
	if (!main_route || !path_route_is_good(say->context, main_route))
		set_home(say, TABLE_MAIN);
}

static void describe_rule(const struct say *say)
{
	struct text text;

	text_init(&text, WORDS_MAX);
	words_add_rule(&text, say->path.rule);
	finding_message(say->out, say->finding,
			"replies to %s (%s) are refused by a policy rule: %s", say->group->where,
			say->group->percent, say_text(say, &text));
	text_release(&text);
	mend_rule(say, say->path.rule);
}

static void describe_routes(const struct say *say, const struct route_fact *example)
{
	const struct route_fact *routes[ROUTES_SHOWN] = { example };
	bool needs_home = false;
	size_t i, count = 1;
	struct text text;

	if (example == say->path.route)
		count = say_routes(say, routes, ROUTES_SHOWN);
	text_init(&text, WORDS_MAX);
	words_add_route(&text, example);
	if (count > 1)
		text_addf(&text, " and %zu more", count - 1);
	finding_message(say->out, say->finding,
			"replies to %s (%s) are refused by the routing table: %s",
			say->group->where, say->group->percent, say_text(say, &text));
	text_release(&text);
	for (i = 0; i < count && i < ROUTES_SHOWN; i++)
		say_route(say, routes[i]);
	say_rule(say, say->path.rule);
	for (i = 0; i < count && i < ROUTES_SHOWN; i++)
		needs_home |= mend_route(say, routes[i]);
	if (needs_home)
		set_home(say, example->table);
}

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	const struct route_fact *route;
	struct say say;

	say_init(&say, context, group, out, finding);
	route = fatal_throw(context, group->example, &say.path);
	say_class(&say);
	say_declared(&say);
	if (group->answer.owner && say.path.rule) {
		say_rule(&say, say.path.rule);
		describe_rule(&say);
		return;
	}
	if (!route)
		route = say.path.route;
	if (route) {
		describe_routes(&say, route);
		return;
	}
	finding_message(out, finding, "replies to %s (%s) are refused: the kernel answers %s",
			group->where, group->percent, say.path.type);
	set_home(&say, TABLE_MAIN);
}

const struct rule rule_return_route_not_refused = {
	.code = "return-route-not-refused",
	.area = "return",
	.title = "no route or rule refuses replies to 100.104.0.0/16",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = PATH_VANTAGES,
	.causes = { "RT-03" },
	.after = { BEFORE_REFUSED },
	.why = "A blackhole, unreachable, prohibit or throw route, or a rule of that kind, kills "
	       "replies on this machine. Guides against bogus addresses recommend it for "
	       "100.64.0.0/10, which holds the range of the registry.",
	.evidence = "the type of the kernel's answer, and the dumped route or rule that has it "
		    "(errno alone does not tell them apart)",
	.remedies = {
		{ "linux", "ip route del blackhole PREFIX table TABLE, or beside a covering one: "
			   "ip route replace 100.104.0.0/16 via GATEWAY dev INTERFACE table "
			   "TABLE; for a rule: ip rule add to 100.104.0.0/16 lookup main priority "
			   "SMALLER" },
		{ "netplan", "remove the route of `type: blackhole` from `routes`, then: netplan "
			     "apply" },
		{ "networkmanager", "nmcli connection modify CONNECTION -ipv4.routes \"PREFIX "
				    "type=blackhole\" && nmcli device reapply INTERFACE" },
		{ "frr", "vtysh -c 'configure terminal' -c 'no ip route PREFIX blackhole' -c "
			 "'end' -c 'write memory'" },
	},
	.document = RETURN_DOCUMENT,
	.heading = RETURN_HEADING,
	.judge_class = judge,
	.describe_class = describe,
};
