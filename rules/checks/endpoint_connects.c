/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does every address of every endpoint accept connections, and if not, which kind of thing is in
 * the way?
 *
 * What came back decides (catalogue, section 2): silence by how far a trace gets, a RST by who sent
 * it, ICMP by its code. What this machine itself does not let out is nobody's fault over there. A
 * dead address beside a live one of the same name is a matter of the name's records.
 */
#include "rules/checks/endpoint_connects.h"

#include "rules/checks/endpoint_names.h"

#include <stdio.h>
#include <string.h>

static const char *const words_of[BLOCK_COUNT] = {
	[BLOCK_SILENT_FIRST] = "no answer, and none from any router on the way",
	[BLOCK_SILENT_BEHIND] = "no answer; routers answer up to",
	[BLOCK_SILENT_UNTRACED] = "no answer; the way there was not traced",
	[BLOCK_RESET_TARGET] = "refused by the target itself (RST)",
	[BLOCK_RESET_NEARER] = "refused (RST) by something nearer than the target",
	[BLOCK_RESET_UNTOLD] = "refused (RST); who sent it was not found out",
	[BLOCK_PORT] = "refused by the target itself (ICMP port unreachable)",
	[BLOCK_FILTER] = "forbidden by a filter",
	[BLOCK_NO_ROUTE_FIRST] = "the first router has no route there",
	[BLOCK_NO_ROUTE] = "a router has no route there",
	[BLOCK_NO_HOST] = "nothing with this address answers in its network",
	[BLOCK_LOOP] = "packets go round in a loop",
};

/* ICMP destination unreachable, RFC 792, RFC 1122 section 3.2.2.1 and RFC 1812 section 5.2.7.1. */
static enum block block_of_code(uint32_t code)
{
	switch (code) {
	case 2:  /* protocol unreachable */
	case 3:  /* port unreachable */
		return BLOCK_PORT;
	case 1:  /* host unreachable */
	case 7:  /* host unknown */
	case 12: /* host unreachable for type of service */
		return BLOCK_NO_HOST;
	case 9:  /* network prohibited */
	case 10: /* host prohibited */
	case 13: /* communication prohibited */
	case 14: /* host precedence */
	case 15: /* precedence cutoff */
		return BLOCK_FILTER;
	default:
		return BLOCK_NO_ROUTE;
	}
}

static void judge_icmp(const struct rule_context *context, const struct attempt_fact *attempt,
		       struct connect_view *view)
{
	const struct tcp_fact *tcp = &attempt->tcp;
	const struct hop_fact *hop = view->trace.unreachable;
	bool own = tcp->icmp_type.known;
	uint32_t type = own ? tcp->icmp_type.value : hop->icmp_type.value;
	uint32_t code = own ? tcp->icmp_code.value : hop->icmp_code.value;

	view->sender = own ? tcp->icmp_from : hop->from;
	if (path_is_own_address(context, attempt, &view->sender)) {
		view->local = block_of_code(code) == BLOCK_NO_HOST ? LOCAL_NEIGHBOUR : LOCAL_FILTER;
		return;
	}
	view->block = type == ICMP_EXCEEDED ? BLOCK_LOOP : block_of_code(code);
	if (view->block == BLOCK_PORT && !address_equal(&view->sender, &attempt->address))
		view->block = BLOCK_FILTER;
	/* a router looks for the route before it counts the packet's time to live */
	if (view->block == BLOCK_NO_ROUTE &&
	    (hop ? hop->ttl == 1 : tcp->reply_ttl.known && !path_hops_passed(tcp->reply_ttl.value)))
		view->block = BLOCK_NO_ROUTE_FIRST;
}

static enum block block_of_reset(const struct path_trace *trace)
{
	if (trace->refused_nearer)
		return BLOCK_RESET_NEARER;
	return trace->traced ? BLOCK_RESET_TARGET : BLOCK_RESET_UNTOLD;
}

static void judge_silence(const struct rule_context *context, const struct attempt_fact *attempt,
			  struct connect_view *view)
{
	const struct path_trace *trace = &view->trace;
	const struct tcp_fact *tcp = &attempt->tcp;

	if (tcp->unsent && (!tcp->retransmissions.known || tcp->retransmissions.value))
		view->local = LOCAL_FILTER;
	else if (tcp->unsent && !path_is_on_link(context, attempt))
		view->local = LOCAL_NEIGHBOUR;
	else if (trace->unreachable)
		judge_icmp(context, attempt, view);
	else if (trace->refused)
		view->block = block_of_reset(trace);
	else if (!trace->traced)
		view->block = BLOCK_SILENT_UNTRACED;
	else
		view->block = trace->last_hop ? BLOCK_SILENT_BEHIND : BLOCK_SILENT_FIRST;
}

static void judge(const struct rule_context *context, const struct attempt_fact *attempt,
		  struct connect_view *view)
{
	*view = (struct connect_view){ .attempt = attempt, .block = BLOCK_NONE };
	path_read_trace(context, attempt, &view->trace);
	path_read_flows(context, attempt, &view->flows);
	view->access = path_access(context, attempt);
	switch (attempt->tcp.outcome) {
	case TCP_CONNECTED:
		break;
	case TCP_TIMED_OUT:
		judge_silence(context, attempt, view);
		break;
	case TCP_REFUSED:
		view->block = block_of_reset(&view->trace);
		break;
	case TCP_UNREACHABLE:
		if (attempt->tcp.icmp_type.known)
			judge_icmp(context, attempt, view);
		else
			view->local = LOCAL_ROUTE;
		break;
	default:
		view->local = LOCAL_OTHER;
		break;
	}
}

/* Another address of the same name that accepts connections. */
static const struct attempt_fact *find_live_twin(const struct rule_context *context,
						 const struct attempt_fact *attempt)
{
	const struct list *attempts = &context->facts->endpoints.attempts;
	size_t i;

	for (i = 0; i < attempts->count; i++) {
		const struct attempt_fact *other = LIST_AT(attempts, struct attempt_fact, i);

		if (other->tcp.outcome == TCP_CONNECTED &&
		    other->address.family == ADDRESS_IPV4 && text_equal(other->url, attempt->url))
			return other;
	}
	return NULL;
}

static void add_pass(const struct rule_context *context, const struct connect_view *view,
		     struct findings *out)
{
	const struct attempt_fact *attempt = view->attempt;
	struct finding *finding = path_finding(context, out, STATUS_PASS, NULL, attempt);
	char words[PATH_WORDS_MAX], took[24];

	path_rung(out, finding, RUNG_TCP);
	finding_message(out, finding, "%s is accepted after %s (round trip, largest segment %u)",
			path_print(attempt, words), time_print(&attempt->tcp.rtt_us, took),
			(unsigned int)attempt->tcp.mss.value);
}

static void add_fail(const struct rule_context *context, const struct connect_view *view,
		     struct findings *out)
{
	const struct attempt_fact *attempt = view->attempt;
	const struct attempt_fact *twin = find_live_twin(context, attempt);
	struct finding *finding = path_finding(context, out, STATUS_FAIL, NULL, attempt);
	char words[PATH_WORDS_MAX], who[ADDRESS_TEXT_MAX], other[ADDRESS_TEXT_MAX];
	const struct address *sender = view->sender.family ? &view->sender : NULL;

	if (!finding)
		return;
	path_rung(out, finding, RUNG_TCP);
	if (view->block == BLOCK_SILENT_BEHIND)
		sender = &view->trace.last_hop->from;
	finding_message(out, finding, "%s: %s%s%s%s%s", path_print(attempt, words),
			words_of[view->block],
			!sender ? "" : view->block == BLOCK_SILENT_BEHIND ? " " : ", says ",
			sender ? address_print(sender, who) : "",
			twin ? "; of the same name answers " : "",
			twin ? address_print(&twin->address, other) : "");
	finding_expected(out, finding, "a connection within the time for one");
	path_show_trace(context, attempt, out, finding);
	connect_show_source(context, view, out, finding);
	if (twin)
		connect_name_records(context, view, out, finding);
	else
		connect_name_causes(view, out, finding);
}

/* Not a fault of the path: this machine sent nothing, or the plain connect was one unlucky flow. */
static void add_unknown(const struct rule_context *context, const struct connect_view *view,
			struct findings *out)
{
	const struct attempt_fact *attempt = view->attempt;
	struct finding *finding = path_finding(context, out, STATUS_UNKNOWN, NULL, attempt);

	if (!finding)
		return;
	path_rung(out, finding, RUNG_TCP);
	connect_explain_unknown(context, view, out, finding);
}

static bool is_unlucky(const struct connect_view *view)
{
	return view->attempt->tcp.outcome == TCP_TIMED_OUT &&
	       (view->flows.steady || view->flows.mixed);
}

static void judge_attempts(const struct rule_context *context,
			   const struct endpoint_target *target, struct findings *out)
{
	const struct list *attempts = &context->facts->endpoints.attempts;
	size_t i, count = 0;

	for (i = 0; i < attempts->count; i++) {
		const struct attempt_fact *attempt = LIST_AT(attempts, struct attempt_fact, i);
		struct connect_view view;

		if (!text_equal(attempt->url, target->url))
			continue;
		count++;
		if (attempt->address.family != ADDRESS_IPV4)
			continue;
		judge(context, attempt, &view);
		if (view.local || is_unlucky(&view))
			add_unknown(context, &view, out);
		else if (view.block != BLOCK_NONE)
			add_fail(context, &view, out);
		else
			add_pass(context, &view, out);
	}
	if (!count)
		connect_not_reached(context, target, RUNG_TCP, out);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct list *targets = &context->facts->endpoints.targets;
	size_t i;

	for (i = 0; i < targets->count; i++) {
		const struct endpoint_target *target = LIST_AT(targets, struct endpoint_target, i);

		if (path_is_judged(target))
			judge_attempts(context, target, out);
	}
}

const struct rule rule_endpoint_connects = {
	.code = "endpoint-connects",
	.area = "endpoints",
	.title = "every address of every endpoint accepts connections",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "CLD-04", "EC-01", "EC-02", "EC-05", "EC-11", "EC-13", "SG-01", "SG-16",
		    "HOST-10", "DNS-03", "CTL-11" },
	.after = { PATH_AFTER, "path-treats-flows-alike" },
	.why = "A build that cannot connect ends in a bare time-out, minutes later. What comes "
	       "back from the way there, and from how far, tells the closed port from the "
	       "firewall, and the missing route from the security group.",
	.evidence = "connects of the program's own, ICMP errors with sender and code, a hop trace "
		    "on the real port, and the time to live with which a RST arrives against that "
		    "of the target's and the routers' own packets",
	.remedies = {
		{ "cloud", "route table of the vSwitch, security group of GitLab's instance, "
			   "network ACL of the vSwitch, state of the virtual border router" },
		{ "firewall", "a policy that lets 100.104.0.0/16 and the vSwitch's addresses pass "
			      "to the service port" },
		{ "gitlab", "a listener on the service address, and its port in the plan" },
		{ "dns", "no record for an address that does not answer" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = endpoint_no_url,
	.eval = evaluate,
};
