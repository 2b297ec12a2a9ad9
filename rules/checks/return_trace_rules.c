/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules about a traced way back: does a router on it refuse the packet or send it in a circle,
 * and does it reach the border router of the cloud?
 */
#include "rules/checks/return_trace.h"

#include "rules/checks/checks.h"
#include "rules/checks/cloud_rules.h"

#include <errno.h>

#define WORDS_MAX ((size_t)2048)
#define UNREFUSED "return-trace-unrefused"

static const char *no_trace(const struct rule_context *context)
{
	if (context->facts->trace.section.state != FACT_OK || !context->facts->trace.traces.count)
		return "no way back was traced";
	return NULL;
}

static const char *no_border(const struct rule_context *context)
{
	if (context->access == ACCESS_ECS || context->access == ACCESS_SLB)
		return "the way back crosses no data center: gitlab.access says so";
	return context->facts->trace.section.state == FACT_OK ? no_trace(context) : NULL;
}

/* "1 172.20.5.1, 2 *, 3 10.0.12.1 unreachable (ICMP 3/0)" */
static void word_hops(const struct trace_fact *trace, struct text *out)
{
	char text[ADDRESS_TEXT_MAX];
	size_t i;

	for (i = 0; i < trace->hops.count; i++) {
		const struct trace_hop *hop = LIST_AT(&trace->hops, struct trace_hop, i);

		text_addf(out, "%s%u ", i ? ", " : "", hop->ttl);
		if (hop->outcome == HOP_SILENT) {
			text_add(out, "*");
			continue;
		}
		text_add(out, address_print(&hop->from, text));
		if (hop->outcome != HOP_EXCEEDED)
			text_addf(out, " %s", hop_outcome_words[hop->outcome]);
		if (hop->outcome == HOP_UNREACHABLE)
			text_addf(out, " (ICMP %u/%u)", hop->icmp_type.value,
				  hop->icmp_code.value);
	}
}

static struct finding *add(const struct rule_context *context, const struct trace_view *view,
			   int status, struct findings *out)
{
	const struct list *traces = &context->facts->trace.traces;
	char source[ADDRESS_TEXT_MAX], target[ADDRESS_TEXT_MAX];
	struct finding *finding = findings_add(out, (enum finding_status)status);
	struct cloud_pointer pointer = CLOUD_POINTER("/trace/traces", traces, view->trace);
	struct text words;

	if (!finding)
		return NULL;
	finding->subject.address = view->trace->target;
	text_init(&words, WORDS_MAX);
	word_hops(view->trace, &words);
	finding_evidence(out, finding, pointer.text, "SYN from %s to %s port %u: %s%s%s",
			 address_print(&view->trace->source, source),
			 address_print(&view->trace->target, target), view->trace->port,
			 text_string(&words), view->trace->error ? " " : "",
			 view->trace->error ? view->trace->error : "");
	if (text_error(&words))
		out->error = -ENOMEM;
	text_release(&words);
	return finding;
}

/* About the router that the trace speaks of; `router`: its address. */
static struct finding *add_of_router(const struct rule_context *context,
				     const struct trace_view *view, int status,
				     char router[ADDRESS_TEXT_MAX], struct findings *out)
{
	address_print(&view->hop->from, router);
	return add(context, view, status, out);
}

static void add_circle(const struct rule_context *context, const struct trace_view *view,
		       struct findings *out)
{
	char router[ADDRESS_TEXT_MAX];
	struct finding *finding = add_of_router(context, view, STATUS_FAIL, router, out);

	finding_message(out, finding, "packets to this address go round in a circle: %s (hop %u) "
			"answers over and over", router, view->hop->ttl);
	finding_cause(out, finding, view->gateway ? "CLD-01" : "EC-01");
	finding_cause(out, finding, view->gateway ? "CLD-03" : "EC-02");
	if (view->gateway)
		finding_remedy(out, finding, "console", "route table of the border router: lead "
			       "100.104.0.0/16 to the link's VPC, not back to the data center");
	else
		finding_remedy(out, finding, "router", "on %s and the router behind it: lead "
			       "100.104.0.0/16 towards the VBR, on each of them", router);
	finding_next(out, finding, "the route for this address on %s", router);
}

static void add_no_route(const struct rule_context *context, const struct trace_view *view,
			 struct findings *out)
{
	char router[ADDRESS_TEXT_MAX];
	struct finding *finding = add_of_router(context, view, STATUS_FAIL, router, out);

	finding_message(out, finding, "%s %s (hop %u) has no way to this address: ICMP %u/%u",
			view->gateway ? "the border router" : "the router", router,
			view->hop->ttl, view->hop->icmp_type.value, view->hop->icmp_code.value);
	if (view->gateway) {
		finding_cause(out, finding, "CLD-01");
		finding_remedy(out, finding, "console", "route table of the border router: add "
			       "100.104.0.0/16 with the link's VPC as its target");
		return;
	}
	finding_cause(out, finding, "EC-01");
	/* "host unreachable": a route that says so, or a neighbour that is silent */
	if (view->hop->icmp_code.value == 1)
		finding_cause(out, finding, "EC-13");
	finding_remedy(out, finding, "router", "on %s: lead 100.104.0.0/16 towards the VBR%s",
		       router, view->hop->icmp_code.value == 1 ?
		       ", and see that its peer there answers ARP" : "");
	finding_next(out, finding, "the route for this address on %s", router);
}

/* Replies belong to a connection that came in: a filter that keeps state may let them pass. */
static void add_filtered(const struct rule_context *context, const struct trace_view *view,
			 struct findings *out)
{
	char router[ADDRESS_TEXT_MAX];
	struct finding *finding = add_of_router(context, view, STATUS_WARN, router, out);

	finding_message(out, finding, "a filter on %s (hop %u) refuses the packet, with ICMP "
			"%u/%u; replies of a connection from there may fare better, if the filter "
			"keeps state", router, view->hop->ttl, view->hop->icmp_type.value,
			view->hop->icmp_code.value);
	finding_cause(out, finding, "EC-05");
	finding_remedy(out, finding, "firewall", "on %s: permit connections from 100.104.0.0/16 "
		       "to the service and their replies, and log them", router);
	finding_next(out, finding, "the policy of %s between 100.104.0.0/16 and the service",
		     router);
}

/* Of this address alone, and as far as routers answer. */
static void add_unrefused(const struct rule_context *context, const struct trace_view *view,
			  struct findings *out)
{
	bool heard = view->answer == TRACE_DECIDES ||
		     (view->why != WHY_UNSENT && view->why != WHY_NOBODY);
	struct finding *finding = add(context, view, heard ? STATUS_PASS : STATUS_SKIPPED, out);

	finding_message(out, finding, heard ? "no router that answered refuses the packet or sends "
			"it in a circle" : "no router answered");
}

static void eval_unrefused(const struct rule_context *context, struct findings *out)
{
	const struct list *traces = &context->facts->trace.traces;
	struct trace_view view;
	size_t i;

	for (i = 0; i < traces->count; i++) {
		return_trace_read(context, LIST_AT(traces, struct trace_fact, i), &view);
		if (view.answer == TRACE_CIRCLES)
			add_circle(context, &view, out);
		else if (view.answer == TRACE_NO_ROUTE)
			add_no_route(context, &view, out);
		else if (view.answer == TRACE_FILTERED)
			add_filtered(context, &view, out);
		else
			add_unrefused(context, &view, out);
	}
}

const struct rule rule_return_trace_unrefused = {
	.code = UNREFUSED,
	.area = "return",
	.title = "no router on a traced way back refuses the packets or sends them in a circle",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_TRACE),
	.vantages = VANTAGE_HOST,
	.causes = { "CLD-01", "CLD-03", "EC-01", "EC-02", "EC-05", "EC-13" },
	.why = "A reply that leaves the host by the right gateway is lost all the same where the "
	       "next router has no route for the range, or leads it in a circle. The routers say "
	       "so themselves, by ICMP.",
	.evidence = "SYNs with small times to live from the service's address to an address of "
		    "the range that --trace names, and the ICMP messages that they draw. What a "
		    "filter does with replies is not shown by a SYN: that is a warning",
	.remedies = {
		{ "router", "lead 100.104.0.0/16 towards the VBR on the router that is named" },
		{ "firewall", "permit connections from 100.104.0.0/16 to the service and their "
			      "replies" },
		{ "console", "lead 100.104.0.0/16 to the link's VPC in the route table of the "
			     "border router" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = no_trace,
	.eval = eval_unrefused,
};

static void add_decided(const struct rule_context *context, const struct trace_view *view,
			struct findings *out)
{
	struct finding *finding = add(context, view, STATUS_PASS, out);
	char gateway[ADDRESS_TEXT_MAX];

	if (!finding)
		return;
	finding_message(out, finding, "the declared next hop passes it on, and border router %s "
			"answers with %s (hop %u): the way stands for the addresses that the host "
			"treats like this one; what filters do with replies is not shown",
			view->vbr->id ? view->vbr->id : "?",
			address_print(&view->gateway->from, gateway), view->gateway->ttl);
}

static void add_open(const struct rule_context *context, const struct trace_view *view,
		     struct findings *out)
{
	struct finding *finding = add(context, view, STATUS_UNKNOWN, out);
	struct text words;

	if (!finding)
		return;
	text_init(&words, WORDS_MAX);
	return_trace_words(view, &words);
	finding_message(out, finding, "this trace decides nothing: %s", text_string(&words));
	if (text_error(&words))
		out->error = -ENOMEM;
	text_release(&words);
	if (view->why == WHY_GATEWAY_UNKNOWN)
		finding_settle(out, finding, "reachback judge, with the facts of a machine that "
			       "asked the cloud");
	else if (view->why == WHY_UNDECLARED)
		finding_settle(out, finding, "reachback check --return-next-hop ADDRESS");
	else
		finding_settle(out, finding, "on the router of the data center: reachback collect "
			       "--vantage idc-router");
}

static void eval_reaches(const struct rule_context *context, struct findings *out)
{
	const struct list *traces = &context->facts->trace.traces;
	struct finding *finding;
	struct trace_view view;
	size_t i;

	for (i = 0; i < traces->count; i++) {
		return_trace_read(context, LIST_AT(traces, struct trace_fact, i), &view);
		if (view.answer == TRACE_DECIDES) {
			add_decided(context, &view, out);
			continue;
		}
		if (view.answer == TRACE_OPEN) {
			add_open(context, &view, out);
			continue;
		}
		finding = add(context, &view, STATUS_BLOCKED, out);
		finding_message(out, finding, "it gets no further than " UNREFUSED " says");
		if (finding && strings_add(&finding->blocked_by, UNREFUSED))
			out->error = -ENOMEM;
	}
}

const struct rule rule_return_trace_reaches_cloud = {
	.code = "return-trace-reaches-cloud",
	.area = "return",
	.title = "a traced way back reaches the border router of the cloud",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_TRACE),
	.vantages = VANTAGE_HOST,
	.after = { UNREFUSED },
	.why = "Where no facts of the data center's router can be had, a trace stands for them: "
	       "the declared next hop answers first, and the cloud's side of the border router "
	       "(LocalGatewayIp) behind it. One address stands for those alone that the host "
	       "treats alike, so every class of the host's proof needs a trace of its own, from "
	       "every service address. Not shown are filters that treat replies otherwise than "
	       "the SYNs of a trace, routes of the router for other addresses, and what becomes "
	       "of a reply behind the border router. That something answers with the traced "
	       "address itself decides nothing: a filter may do so, or a machine of the data "
	       "center that has the address.",
	.evidence = "the routers that answered, against the next hop that the plan declares and "
		    "the addresses of the link's border routers in the facts of the cloud, from "
		    "this machine or another one that is judged with it",
	.remedies = {
		{ "linux", "reachback check --trace ADDRESS, with an address of 100.104.0.0/16 in "
			   "each class of the host's proof" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = no_border,
	.eval = eval_reaches,
};
