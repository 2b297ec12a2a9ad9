/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RT-03 on the way in: a rule or route refuses the request itself, before anybody answers it. The
 * kernel is asked for the packet as it arrives (routes.ingress); where it has no way to a forwarded
 * service at all, services.error and services.towards tell. What the reverse-path filter refuses is
 * ingress_filter.c's, what is not forwarded at all forwarding_enabled.c's.
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/ingress_ways.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PROTOCOL_TCP 6
#define EPHEMERAL_PORT 49152u

static bool is_switched_off(const struct rule_context *context, const char *dev, const char *leaf)
{
	char name[128];
	const struct sysctl_fact *sysctl;

	snprintf(name, sizeof(name), "net.ipv4.conf.%.64s.%s", dev, leaf);
	sysctl = facts_sysctl(context->facts, name);
	return sysctl && text_equal(sysctl->value, "0");
}

static bool does_not_forward(const struct rule_context *context, const struct class_view *view,
			     const char *arrival)
{
	return view->service && !view->service->local &&
	       ((!context->facts->host.forwarding &&
		 !context->facts->host.forwarding_denied) ||
		is_switched_off(context, arrival, "forwarding"));
}

/*
 * The refusal that neither the filter nor missing forwarding explains; NULL: none. Missing
 * forwarding of an interface that may not be the one in use is told nowhere else.
 */
static const struct ingress_fact *refusal(const struct rule_context *context,
					  const struct class_view *view)
{
	const struct ingress_fact *refused = ingress_refused(view);
	uint32_t filter = 0;

	/* EXDEV comes from the filter alone, EINVAL from it and from others */
	if (!refused || text_equal(refused->error, "EXDEV"))
		return NULL;
	if (text_equal(refused->error, "EINVAL") &&
	    (!facts_conf_max(context->facts, refused->arrival, "rp_filter", &filter) || filter))
		return NULL;
	if (refused == view->ingress && does_not_forward(context, view, refused->arrival))
		return NULL;
	return refused;
}

/* Who refuses, as far as the dumped rules and routes tell. */
static void trace(const struct rule_context *context, const struct class_view *view,
		  struct fib_answer *answer)
{
	struct flow flow;

	memset(&flow, 0, sizeof(flow));
	memset(answer, 0, sizeof(*answer));
	if (!context->fib || !view->service)
		return;
	flow.destination = address_ipv4(&view->service->address);
	flow.source = view->first;
	flow.ipproto = PROTOCOL_TCP;
	flow.sport = EPHEMERAL_PORT;
	flow.dport = view->service->port;
	flow.iif = view->ingress->arrival;
	fib_lookup(context->fib, &flow, 0, answer);
}

static void judge(const struct rule_context *context, const struct class_view *view,
		  struct class_answer *answer)
{
	struct fib_answer who;

	if (path_is_unproved(view) || !refusal(context, view))
		return;
	if (ingress_is_open(view)) {
		ingress_answer_open(context, view, answer);
		return;
	}
	trace(context, view, &who);
	return_answer(answer, "RT-03");
	answer->owner = return_type_refuses(who.type) ? who.rule : NULL;
}

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	const struct ingress_fact *refused = refusal(context, group->example);
	const struct rule_fact *rule = group->answer.owner;
	struct text words;
	struct say say;

	if (!refused)
		return;
	say_init(&say, context, group, out, finding);
	if (ingress_is_open(group->example)) {
		say_ingress_open(&say, refused->error);
		return;
	}
	text_init(&words, WORDS_MAX);
	if (rule)
		words_add_rule(&words, rule);
	finding_message(out, finding,
			"requests from %s (%s) that enter by %s are refused here (%s)%s%s",
			group->where, group->percent, refused->arrival, refused->error,
			rule ? ", by rule " : "", rule ? say_text(&say, &words) : "");
	text_release(&words);
	say_ingress(&say, refused);
	if (rule)
		say_rule(&say, rule);
	if (rule && rule->action != RULE_LOOKUP)
		say_delete_rule(&say, rule);
	else
		finding_next(out, finding, "the rules and routes that a packet from the range to "
			     "the service meets on %s: ip route get SERVICE from ADDRESS iif %s",
			     refused->arrival, refused->arrival);
}

/* The finding that names the same rule or route for another service; NULL: none does. */
static struct finding *find_same(struct findings *out, const char *evidence)
{
	size_t i;

	for (i = 0; i < out->list.count; i++) {
		struct finding *one = LIST_AT(&out->list, struct finding, i);

		if (one->status == STATUS_FAIL && one->evidence.count &&
		    text_equal(one->code, rule_request_not_refused.code) &&
		    text_equal(LIST_AT(&one->evidence, struct evidence, 0)->text, evidence))
			return one;
	}
	return NULL;
}

static void add_words(struct text *words, const struct fib_answer *who)
{
	text_add(words, who->route ? "route " : "rule ");
	if (who->route)
		words_add_route(words, who->route);
	else
		words_add_rule(words, who->rule);
}

static void say_who(const struct say *say, const struct service_fact *service,
		    const struct fib_answer *who, const char *words)
{
	const struct list *services = &say->context->facts->services.services;
	char pointer[96], range[PREFIX_TEXT_MAX];

	say->finding->subject.prefix = reverse_range;
	say->finding->share = (struct share){ .known = true, .addresses = REVERSE_RANGE_SIZE };
	finding_cause(say->out, say->finding, "RT-03");
	finding_message(say->out, say->finding,
			"requests from %s find no way to the service (%s): refused by %s",
			prefix_print(&reverse_range, range), service->error, words);
	if (who->route) {
		snprintf(pointer, sizeof(pointer), "/services/services/%zu/towards/%zu",
			 (size_t)(service - (const struct service_fact *)services->items),
			 (size_t)(who->route -
				  (const struct route_fact *)service->towards.items));
		finding_evidence(say->out, say->finding, pointer, "%s", words);
		say_delete_route(say, who->route);
		return;
	}
	say_rule(say, who->rule);
	say_delete_rule(say, who->rule);
}

static void add_refused(const struct rule_context *context, const struct service_fact *service,
			const struct fib_answer *who, struct findings *out)
{
	struct say say = { .context = context, .out = out };
	struct text words;

	text_init(&words, WORDS_MAX);
	add_words(&words, who);
	say.finding = find_same(out, text_string(&words));
	if (!say.finding) {
		say.finding = findings_add(out, STATUS_FAIL);
		if (say.finding) {
			say.finding->code = text_copy(rule_request_not_refused.code);
			if (!say.finding->code)
				out->error = -ENOMEM;
			say_who(&say, service, who, text_string(&words));
		}
	}
	if (say.finding)
		finding_service(out, say.finding, service->service);
	if (text_error(&words))
		out->error = -ENOMEM;
	text_release(&words);
}

/*
 * The way to a forwarded service is refused for every packet, so that not even the interface is
 * known by which its replies would enter.
 */
static bool judge_unproved(const struct rule_context *context, const struct service_fact *service,
			   struct findings *out)
{
	struct facts facts = *context->facts; /* the same rules over other routes */
	struct fib_answer who;
	struct flow flow = {
		.destination = address_ipv4(&service->address),
		.source = prefix_first(&reverse_range),
		.ipproto = PROTOCOL_TCP,
		.sport = EPHEMERAL_PORT,
		.dport = service->port,
		.iif = service->arrival,
	};
	struct fib *fib;
	bool refused;

	if (!service->error)
		return false;
	facts.routes.entries = service->towards;
	fib = fib_new(&facts);
	if (!fib) {
		out->error = -ENOMEM;
		return false;
	}
	fib_lookup(fib, &flow, 0, &who);
	refused = return_type_refuses(who.type) && (who.route || who.rule);
	if (refused)
		add_refused(context, service, &who, out);
	fib_free(fib);
	return refused;
}

const struct rule rule_request_not_refused = {
	.code = "request-not-refused",
	.area = "return",
	.title = "no rule or route refuses requests from 100.104.0.0/16 on their way in",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS | SECTION_BIT(SECTION_SYSCTLS) | SECTION_BIT(SECTION_HOST),
	.vantages = PATH_VANTAGES,
	.causes = { "RT-03" },
	.after = { BEFORE_INGRESS, "reverse-path-filter" },
	.why = "A perfect way back is of no use when the request is refused before it: a policy "
	       "rule "
	       "that forbids the range, or a route to the service that is a black hole.",
	.evidence = "the kernel's answer to a packet from the range to the service on the arrival "
		    "interface, where neither the reverse-path filter nor missing forwarding "
		    "explains the refusal; the rules and routes of all tables that cover the "
		    "address of a forwarded service to which there is no way",
	.remedies = {
		{ "linux", "ip rule del priority PRIORITY, or a rule in front of it: ip rule add "
			   "from 100.104.0.0/16 lookup main priority SMALLER; ip route del "
			   "blackhole SERVICE" },
	},
	.document = RETURN_DOCUMENT,
	.heading = RETURN_HEADING,
	.judge_class = judge,
	.describe_class = describe,
	.judge_unproved = judge_unproved,
};
