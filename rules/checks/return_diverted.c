/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-04, RT-05, RT-06: a good route is there, and a policy rule keeps the reply from it. Shown by
 * the counterfactual: asked by destination alone, the same tables lead home.
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/return_words.h"

#define TABLE_MAIN 254u
#define ROUTES_SHOWN 16
#define DESTINATION_ALONE                                                                          \
	(FIB_ONLY_DESTINATION | FIB_IGNORE_SUPPRESS | FIB_IGNORE_JUMPS | FIB_IGNORE_L3MDEV)

struct loss {
	const char *cause;
	const struct rule_fact *rule; /* that keeps the reply from the good route */
	struct fib_answer alone;      /* by destination alone */
	struct path path;
};

static bool selects_source(const struct rule_fact *rule)
{
	return (rule->from.known && rule->from.length > 0) || rule->iif;
}

static bool selects_else(const struct rule_fact *rule)
{
	return rule->sport_first.known || rule->dport_first.known || rule->ipproto.known ||
	       rule->mark.known || rule->uid_first.known || rule->tos != 0 || rule->dscp.known ||
	       rule->oif || rule->tunnel.known || rule->unknown_selectors.count > 0;
}

/* Which of the three it is, by the rule that decided; NULL: no rule is to blame. */
static const char *blame(const struct fib_answer *model, const struct rule_fact **rule)
{
	*rule = model->rule;
	if (model->rule && selects_source(model->rule))
		return "RT-04";
	if (model->rule && selects_else(model->rule))
		return "RT-05";
	*rule = model->diverted;
	return model->diverted ? "RT-06" : NULL;
}

/*
 * Nothing was declared, and the reply leaves by the interface that holds its source address while
 * the explicit route would take another: that is what source routing on several interfaces is for.
 */
static bool leaves_where_it_arrives(const struct rule_context *context,
				    const struct class_view *view, const struct loss *loss)
{
	const char *arrival = view->service && !view->service->arrivals.count
				      ? view->service->arrival
				      : NULL;
	const struct list *hops = &loss->alone.route->next_hops;
	size_t i;

	if (path_is_declared(context) || !arrival || view->class_fact->iif)
		return false;
	for (i = 0; i < loss->path.hops->count; i++)
		if (!text_equal(LIST_AT(loss->path.hops, struct next_hop, i)->dev, arrival))
			return false;
	for (i = 0; i < hops->count; i++)
		if (text_equal(LIST_AT(hops, struct next_hop, i)->dev, arrival))
			return false;
	return loss->path.hops->count > 0;
}

/*
 * On a host where nothing was declared, leaving by a default is good in itself; it is a loss only
 * where the tables hold an explicit route by another gateway for the same address.
 */
static bool is_better(const struct rule_context *context, const struct class_view *view,
		      const struct loss *loss)
{
	const struct route_fact *route = loss->alone.route;

	if (!route || !text_equal(loss->alone.type, "unicast") || route == loss->path.route ||
	    !path_route_is_good(context, route))
		return false;
	if (!return_is_good(context, view))
		return true;
	return route->destination.length > 0 &&
	       !path_same_hops(&route->next_hops, loss->path.hops) &&
	       !leaves_where_it_arrives(context, view, loss);
}

static bool find_loss(const struct rule_context *context, const struct class_view *view,
		      struct loss *loss)
{
	struct flow flow;

	if (!context->fib || path_is_unproved(view) || path_is_near(context, view))
		return false;
	if (return_is_good(context, view) &&
	    (path_is_declared(context) || !view->class_fact->destination.known ||
	     view->class_fact->destination.length > 0))
		return false;
	path_trace(context, view, &loss->path);
	if (!loss->path.explained)
		return false;
	loss->cause = blame(&loss->path.model, &loss->rule);
	if (!loss->cause)
		return false;
	path_flow(view, &flow);
	fib_lookup(context->fib, &flow, DESTINATION_ALONE, &loss->alone);
	return is_better(context, view, loss);
}

static void judge(const struct rule_context *context, const struct class_view *view,
		  struct class_answer *answer)
{
	struct loss loss;

	if (!find_loss(context, view, &loss))
		return;
	return_answer(answer, loss.cause);
	answer->owner = loss.rule;
}

/* In the rule's own table: its routes inside the range are turned, else the range is added. */
static void mend_table(const struct say *say, const struct loss *loss, const struct way *way)
{
	const struct route_fact *routes[ROUTES_SHOWN];
	struct wanted_route wanted = { .prefix = *say_range(say), .table = loss->path.model.table };
	size_t i, count = say_routes(say, routes, ROUTES_SHOWN);
	bool whole = count == 0;

	if (wanted.table == 0)
		wanted.table = loss->rule->table;
	for (i = 0; i < count && i < ROUTES_SHOWN; i++) {
		struct wanted_route turned = { .prefix = routes[i]->destination,
					       .table = routes[i]->table,
					       .metric = routes[i]->metric };

		if (routes[i]->destination.length < wanted.prefix.length) {
			whole = true;
			continue;
		}
		if (text_equal(routes[i]->type, "unicast"))
			say_set_route(say, &turned, way);
		else
			say_delete_route(say, routes[i]);
	}
	if (whole)
		say_set_route(say, &wanted, way);
}

static void mend(const struct say *say, const struct loss *loss)
{
	struct way way;

	/* a rule of its own in front works whatever the later ones do */
	if (loss->cause[4] == '6' || loss->rule->action != RULE_LOOKUP) {
		say_rule_before(say, loss->rule, loss->alone.table);
		return;
	}
	say_way(say, &loss->alone.route->next_hops, &way);
	mend_table(say, loss, &way);
}

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	struct text rule, good, taken;
	struct loss loss;
	struct say say;

	if (!find_loss(context, group->example, &loss))
		return;
	say_init(&say, context, group, out, finding);
	text_init(&rule, WORDS_MAX);
	text_init(&good, WORDS_MAX);
	text_init(&taken, WORDS_MAX);
	words_add_rule(&rule, loss.rule);
	words_add_route(&good, loss.alone.route);
	if (loss.path.hops->count > 0)
		words_add_hops(&taken, loss.path.hops);
	else
		text_addf(&taken, "nowhere (%s)", loss.path.type);
	finding_message(
		out, finding,
		"replies to %s (%s) have a good route [%s], but rule [%s] keeps them from it: "
		"they go %s",
		group->where, group->percent, say_text(&say, &good), say_text(&say, &rule),
		say_text(&say, &taken));
	text_release(&rule);
	text_release(&good);
	text_release(&taken);
	say_class(&say);
	say_rule(&say, loss.rule);
	say_route(&say, loss.path.route);
	say_route(&say, loss.alone.route);
	say_declared(&say);
	mend(&say, &loss);
}

const struct rule rule_return_route_not_diverted = {
	.code = "return-route-not-diverted",
	.area = "return",
	.title = "no policy rule keeps replies from the good route",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = PATH_VANTAGES,
	.causes = { "RT-04", "RT-05", "RT-06" },
	.after = { BEFORE_DIVERTED },
	.why = "`ip route get 100.104.0.1` looks right, yet the reply carries a source address, a "
	       "port, a user: a rule that asks for these sends it to a table without the route "
	       "(RT-04, RT-05), or suppression, a goto or the order of VRF rules hides the route "
	       "(RT-06).",
	.evidence = "the kernel's answer to the full reply tuple against what the same rules and "
		    "tables give by destination alone; the rule that makes the difference is "
		    "named",
	.remedies = {
		{ "linux", "ip route replace 100.104.0.0/16 via GATEWAY dev INTERFACE table "
			   "TABLE, in the table of the rule; for suppress, goto and VRF order: ip "
			   "rule add to 100.104.0.0/16 lookup main priority SMALLER" },
		{ "netplan", "add the route with `table: TABLE` to `routes` of the interface, "
			     "then: netplan apply" },
		{ "networkmanager", "nmcli connection modify CONNECTION +ipv4.routes "
				    "\"100.104.0.0/16 GATEWAY table=TABLE\" && nmcli device "
				    "reapply INTERFACE" },
	},
	.document = RETURN_DOCUMENT,
	.heading = RETURN_HEADING,
	.judge_class = judge,
	.describe_class = describe,
};
