/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-05 for marks: replies are right without a mark and wrong with one that a policy rule names.
 * Only a warn, because nothing here shows that replies ever carry it; silent where both answers
 * agree. What is lost is found by the engine (engine_marks.h).
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/return_words.h"
#include "rules/engine_marks.h"

#include <errno.h>
#include <string.h>

#define TABLE_MAIN 254u

/* The view of the first class that is lost: what the words speak of. */
static void fill_view(const struct marked_loss *loss, struct class_view *view)
{
	memset(view, 0, sizeof(*view));
	view->class_fact = loss->example;
	view->service = loss->service;
	view->vswitch = loss->vswitch;
	view->first = address_ipv4(&loss->example->first);
	view->last = address_ipv4(&loss->example->last);
}

/* The first rule that asks for a mark and takes this one; NULL: the model cannot tell. */
static const struct rule_fact *marking_rule(const struct say *say, uint32_t mark)
{
	const struct list *rules = &say->context->facts->rules.rules;
	size_t i;

	if (say->path.rule && say->path.rule->mark.known)
		return say->path.rule;
	for (i = 0; i < rules->count; i++) {
		const struct rule_fact *rule = LIST_AT(rules, struct rule_fact, i);

		if (rule->mark.known &&
		    (((rule->mark.value ^ mark) & rule->mask) == 0) != rule->invert)
			return rule;
	}
	return NULL;
}

static void say_loss(const struct marked_loss *loss, struct say *say)
{
	const struct rule_fact *rule = marking_rule(say, loss->example->mark);
	struct text taken, by;

	text_init(&taken, WORDS_MAX);
	text_init(&by, WORDS_MAX);
	if (say->path.hops->count > 0)
		words_add_hops(&taken, say->path.hops);
	else
		text_add(&taken, say->path.type);
	if (rule)
		words_add_rule(&by, rule);
	finding_message(
		say->out, say->finding,
		"replies to %s (%s) that carry mark 0x%x go astray (%s)%s%s; those without a mark "
		"do not",
		say->group->where, say->group->percent, loss->example->mark, say_text(say, &taken),
		rule ? ", by rule " : "", say_text(say, &by));
	text_release(&taken);
	text_release(&by);
	say_class(say);
	say_rule(say, rule);
	say_route(say, say->path.route);
	if (rule && rule->priority > 1)
		say_rule_before(say, rule, TABLE_MAIN);
	finding_next(
		say->out, say->finding,
		"whether something on this machine sets mark 0x%x on replies (nft list ruleset, "
		"SO_MARK)",
		loss->example->mark);
}

static void add_finding(const struct rule_context *context, const struct marked_loss *loss,
			struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_WARN);
	uint64_t size = span_set_size(&loss->addresses), whole = REVERSE_RANGE_SIZE;
	const struct prefix *vswitch = &context->facts->plan.link.vswitch_cidr;
	struct class_group group = { .addresses = &loss->addresses,
				     .example_index = loss->example_index };
	struct class_view view;
	struct text where;
	struct say say;

	if (!finding)
		return;
	fill_view(loss, &view);
	group.example = &view;
	if (loss->vswitch)
		whole = (uint64_t)prefix_last(vswitch) - prefix_first(vswitch) + 1;
	else
		finding->share = (struct share){ .known = true, .addresses = (uint32_t)size };
	share_print(size, whole, group.percent, sizeof(group.percent));
	text_init(&where, WORDS_MAX);
	span_set_print(&loss->addresses, &where);
	group.where = text_string(&where);
	finding_addresses(out, finding, &loss->addresses);
	finding_service(out, finding, loss->example->service);
	finding->subject.mark = (struct maybe){ .known = true, .value = loss->example->mark };
	finding_cause(out, finding, "RT-05");
	say_init(&say, context, &group, out, finding);
	say_loss(loss, &say);
	if (text_error(&where) != 0)
		out->error = -ENOMEM;
	text_release(&where);
}

static void eval(const struct rule_context *context, struct findings *out)
{
	struct marked_losses losses;
	size_t i;

	if (engine_marked_losses(context, &losses) != 0) {
		out->error = -ENOMEM;
		return;
	}
	for (i = 0; i < losses.count && out->error == 0; i++)
		add_finding(context, &losses.items[i], out);
	marked_losses_release(&losses);
}

const struct rule rule_return_route_by_mark = {
	.code = "return-route-by-mark",
	.area = "return",
	.title = "no packet mark that a policy rule names leads replies astray",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = PATH_VANTAGES,
	.causes = { "RT-05" },
	.after = { NULL },
	.why = "Firewalls, VPN clients and load balancers mark packets, and rules route by the "
	       "mark. Replies that carry one may go where the range is not known.",
	.evidence = "the whole range is proved once more with each mark that a rule names, and "
		    "compared with the proof without a mark",
	.remedies = {
		{ "linux", "ip rule add to 100.104.0.0/16 lookup main priority SMALLER" },
		{ "netplan", "`routing-policy: [{to: 100.104.0.0/16, table: 254, priority: "
			     "SMALLER}]`, then: netplan apply" },
		{ "networkmanager", "nmcli connection modify CONNECTION +ipv4.routing-rules "
				    "\"priority SMALLER to 100.104.0.0/16 table 254\"" },
	},
	.document = RETURN_DOCUMENT,
	.heading = RETURN_HEADING,
	.eval = eval,
};
