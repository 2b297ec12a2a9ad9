/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-12, RT-13: the reverse-path filter drops the request before anybody hears of it. The kernel is
 * asked (routes.ingress); the errno alone says too little (a blackhole gives EINVAL as well), so it
 * counts only together with the effective setting, max(all, interface). Where several interfaces
 * could be the one of arrival and their answers differ, nobody can tell: unknown.
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/ingress_ways.h"

#define FILTER_STRICT 1
#define FILTER_LOOSE 2

/* Is this refusal on `dev` the filter's? EXDEV up to 6.13 or so, EINVAL since. */
static bool filter_refuses(const struct rule_context *context, const char *error, const char *dev,
			   uint32_t *value)
{
	if (!dev || (!text_equal(error, "EINVAL") && !text_equal(error, "EXDEV")))
		return false;
	return facts_conf_max(context->facts, dev, "rp_filter", value) &&
	       (*value == FILTER_STRICT || *value == FILTER_LOOSE);
}

/* The interface on which the filter acts for certain; NULL: it does on none. */
static const char *filtering_device(const struct rule_context *context,
				    const struct class_view *view, uint32_t *value)
{
	const struct class_fact *class_fact = view->class_fact;
	const struct ingress_fact *refused = ingress_is_open(view) ? NULL : ingress_refused(view);

	if (refused)
		return filter_refuses(context, refused->error, refused->arrival, value)
			       ? refused->arrival
			       : NULL;
	/* on a router the reply itself enters by an interface and is filtered there */
	if (class_fact->iif && text_equal(class_fact->type, "unicast") &&
	    filter_refuses(context, class_fact->error, class_fact->iif, value))
		return class_fact->iif;
	return NULL;
}

/* Some interface on which requests could arrive filters them, or was not asked about. */
static bool could_filter(const struct rule_context *context, const struct class_view *view,
			 uint32_t *value)
{
	const struct ingress_fact *refused = ingress_refused(view);

	if (!ingress_is_open(view))
		return false;
	return !refused || filter_refuses(context, refused->error, refused->arrival, value);
}

/* A filter is on where requests arrive, and the facts do not say what it does with them. */
static bool is_unasked(const struct rule_context *context, const struct class_view *view)
{
	uint32_t value = 0;

	return view->service && view->service->arrival && !view->ingress &&
	       facts_conf_max(context->facts, view->service->arrival, "rp_filter", &value) &&
	       (value == FILTER_STRICT || value == FILTER_LOOSE);
}

static void judge(const struct rule_context *context, const struct class_view *view,
		  struct class_answer *answer)
{
	uint32_t value = 0;
	const char *dev;

	if (path_is_unproved(view))
		return;
	dev = filtering_device(context, view, &value);
	if (!dev) {
		if (could_filter(context, view, &value))
			ingress_answer_open(context, view, answer);
		else if (is_unasked(context, view))
			answer->status = STATUS_UNKNOWN;
		return;
	}
	return_answer(answer, value == FILTER_STRICT ? "RT-12" : "RT-13");
	if (context->facts->links.section.state == FACT_OK)
		answer->owner = facts_link(context->facts, dev);
}

static void mend(const struct say *say, const char *dev, uint32_t value)
{
	struct wanted_route wanted = { .prefix = *say_range(say), .table = 254 };
	struct way way;

	say_way(say, NULL, &way);
	if (value == FILTER_STRICT) {
		finding_remedy(say->out, say->finding, "linux",
			       "sysctl -w net.ipv4.conf.%s.rp_filter=2", dev);
		finding_remedy(say->out, say->finding, "sysctl.d",
			       "net.ipv4.conf.%s.rp_filter = 2 in "
			       "/etc/sysctl.d/90-rp-filter.conf, then: sysctl --system",
			       dev);
		finding_next(
			say->out, say->finding,
			"whether requests are meant to arrive on %s: a symmetric path is better "
			"than a loose filter",
			dev);
		return;
	}
	say_set_route(say, &wanted, &way);
}

static void say_filter(const struct say *say, const char *dev)
{
	say_sysctl(say, "all", "rp_filter");
	say_sysctl(say, dev, "rp_filter");
	say_counter(say, "TcpExt.IPReversePathFilter");
}

static void describe_open(const struct say *say)
{
	const struct class_view *view = say->group->example;
	const struct ingress_fact *refused = ingress_refused(view);

	if (!view->ingress) {
		finding_message(say->out, say->finding,
				"requests from %s (%s) arrive on %s, and the facts do not say "
				"whether its reverse-path filter lets them in",
				say->group->where, say->group->percent, view->service->arrival);
		finding_settle(say->out, say->finding, "reachback check");
		say_class(say);
		say_filter(say, view->service->arrival);
		return;
	}
	say_ingress_open(say, "reverse-path filter");
	say_class(say);
	say_filter(say, refused ? refused->arrival : view->ingress->arrival);
}

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	uint32_t value = 0;
	const char *dev = filtering_device(context, group->example, &value);
	struct text hops;
	struct say say;

	say_init(&say, context, group, out, finding);
	if (!dev) {
		describe_open(&say);
		return;
	}
	text_init(&hops, WORDS_MAX);
	words_add_hops(&hops, say.path.hops);
	finding_message(
		out, finding,
		value == FILTER_STRICT
			? "requests from %s (%s) arrive on %s, replies leave %s: the strict "
			  "reverse-path filter drops the requests"
			: "requests from %s (%s) arrive on %s and are dropped by the loose "
			  "reverse-path filter: for their way in no route leads back (%s)",
		group->where, group->percent, dev, say_text(&say, &hops));
	text_release(&hops);
	say_ingress(&say, group->example->ingress);
	say_class(&say);
	say_filter(&say, dev);
	mend(&say, dev, value);
}

const struct rule rule_reverse_path_filter = {
	.code = "reverse-path-filter",
	.area = "return",
	.title = "the reverse-path filter accepts requests from 100.104.0.0/16",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS | SECTION_BIT(SECTION_SYSCTLS),
	.wishes = SECTION_BIT(SECTION_COUNTERS),
	.wish = "counters: packets that the filter has already dropped",
	.vantages = PATH_VANTAGES,
	.causes = { "RT-12", "RT-13" },
	.after = { BEFORE_INGRESS },
	.why = "With rp_filter the kernel drops a packet whose source it would not answer by the "
	       "same interface (strict), or not at all (loose). Nothing is logged and nothing is "
	       "answered.",
	.evidence = "the kernel's answer to a packet from the range on the arrival interface (on a "
		    "router where nothing is declared: on every interface that it could be; where "
		    "these differ, it is unknown), the effective rp_filter (the larger of all and "
		    "the interface), and TcpExt.IPReversePathFilter where it has counted",
	.remedies = {
		{ "linux", "first the return route; else sysctl -w "
			   "net.ipv4.conf.INTERFACE.rp_filter=2" },
		{ "sysctl.d", "net.ipv4.conf.INTERFACE.rp_filter = 2 in "
			      "/etc/sysctl.d/90-rp-filter.conf, then: sysctl --system" },
	},
	.document = RETURN_DOCUMENT,
	.heading = RETURN_HEADING,
	.judge_class = judge,
	.describe_class = describe,
};
