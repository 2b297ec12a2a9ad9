/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-12, RT-13: the reverse-path filter drops the request before anybody hears of it. The kernel is
 * asked (routes.ingress); the errno alone says too little (a blackhole gives EINVAL as well), so it
 * counts only together with the effective setting, max(all, interface).
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/return_words.h"

#include <stdio.h>

#define FILTER_STRICT 1
#define FILTER_LOOSE 2

/* The interface on which the filter acts, when the kernel refused because of it; NULL: it did not.
 */
static const char *filtering_device(const struct rule_context *context,
				    const struct class_view *view, uint32_t *value)
{
	const struct class_fact *class_fact = view->class_fact;
	const char *error = NULL, *dev = NULL;

	if (view->ingress && view->ingress_count > 0) {
		error = view->ingress->error;
		dev = view->ingress->arrival;
	}
	/* on a router the reply itself enters by an interface and is filtered there */
	if (!error && class_fact->iif && text_equal(class_fact->type, "unicast")) {
		error = class_fact->error;
		dev = class_fact->iif;
	}
	/* EXDEV up to 6.13 or so, EINVAL since */
	if (!dev || (!text_equal(error, "EINVAL") && !text_equal(error, "EXDEV")))
		return NULL;
	if (!facts_conf_max(context->facts, dev, "rp_filter", value))
		return NULL;
	return *value == FILTER_STRICT || *value == FILTER_LOOSE ? dev : NULL;
}

static void judge(const struct rule_context *context, const struct class_view *view,
		  struct class_answer *answer)
{
	uint32_t value = 0;
	const char *dev;

	if (path_is_unproved(view))
		return;
	dev = filtering_device(context, view, &value);
	if (!dev)
		return;
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

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	uint32_t value = 0;
	const char *dev = filtering_device(context, group->example, &value);
	struct text hops;
	struct say say;

	if (!dev)
		return;
	say_init(&say, context, group, out, finding);
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
	if (group->example->ingress) {
		const struct list *ingress = &context->facts->routes.ingress;
		char pointer[64];

		snprintf(pointer, sizeof(pointer), "/routes/ingress/%zu",
			 (size_t)(group->example->ingress -
				  (const struct ingress_fact *)ingress->items));
		finding_evidence(out, finding, pointer,
				 "the kernel refuses these sources on %s: %s", dev,
				 group->example->ingress->error ? group->example->ingress->error
								: "accepted");
	}
	say_class(&say);
	say_sysctl(&say, "all", "rp_filter");
	say_sysctl(&say, dev, "rp_filter");
	say_counter(&say, "TcpExt.IPReversePathFilter");
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
	.evidence = "the kernel's answer to a packet from the range on the arrival interface, the "
		    "effective rp_filter (the larger of all and the interface), and "
		    "TcpExt.IPReversePathFilter where it has counted",
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
