/* SPDX-License-Identifier: Apache-2.0 */
/* What a trace of a reply's way shows, and what it leaves open. */
#include "rules/checks/return_trace.h"

#include "rules/checks/checks.h"
#include "rules/checks/cloud_rules.h"
#include "rules/engine_internal.h"

#include <errno.h>
#include <string.h>

#define LACKS_SHOWN 8
#define WORDS_MAX ((size_t)1024)
/* So often has one router to answer, never twice in a row: flows that part and meet do it twice. */
#define CIRCLE_TURNS 3

static const struct trace_hop *hop_at(const struct trace_fact *trace, size_t place)
{
	return LIST_AT(&trace->hops, struct trace_hop, place);
}

/* The border router of the link in these facts whose cloud side has this address; NULL. */
static const struct vbr_fact *vbr_in(const struct rule_context *context, const struct facts *facts,
				     const struct address *address, bool *named)
{
	const struct list *vbrs = &facts->transit.vbr_list;
	struct rule_context there = *context;
	size_t i;

	there.facts = facts;
	if (facts->transit.section.state != FACT_OK)
		return NULL;
	for (i = 0; i < vbrs->count; i++) {
		const struct vbr_fact *vbr = LIST_AT(vbrs, struct vbr_fact, i);

		if (!vbr->local_gateway.family || !cloud_vbr_is_ours(&there, vbr))
			continue;
		*named = true;
		if (address_equal(&vbr->local_gateway, address))
			return vbr;
	}
	return NULL;
}

/* Asks the facts at hand, then those of the machines that are judged with this one. */
static const struct vbr_fact *vbr_of(const struct rule_context *context,
				     const struct address *address, bool *named)
{
	const struct vbr_fact *vbr = vbr_in(context, context->facts, address, named);
	size_t i;

	for (i = 0; context->company && i < context->company->count && !vbr; i++)
		vbr = vbr_in(context, context->company->facts[i], address, named);
	return vbr;
}

static bool find_gateway(const struct rule_context *context, struct trace_view *view)
{
	bool named = false;
	size_t i;

	(void)vbr_of(context, &view->trace->target, &named);
	for (i = 0; i < view->trace->hops.count && !view->gateway; i++) {
		const struct trace_hop *hop = hop_at(view->trace, i);

		if (hop->outcome == HOP_EXCEEDED || hop->outcome == HOP_UNREACHABLE)
			view->vbr = vbr_of(context, &hop->from, &named);
		if (view->vbr)
			view->gateway = hop;
	}
	return named;
}

/* The first answer of a router that answers again and again; NULL: none does. */
static const struct trace_hop *find_circle(const struct trace_fact *trace)
{
	size_t i, j;

	for (i = 0; i < trace->hops.count; i++) {
		const struct trace_hop *first = hop_at(trace, i);
		unsigned int turns = 1;
		size_t last = i;

		for (j = i + 2; j < trace->hops.count && first->outcome == HOP_EXCEEDED; j++) {
			const struct trace_hop *other = hop_at(trace, j);

			if (j < last + 2 || other->outcome != HOP_EXCEEDED ||
			    !address_equal(&first->from, &other->from))
				continue;
			last = j;
			turns++;
		}
		if (turns >= CIRCLE_TURNS)
			return first;
	}
	return NULL;
}

/* Behind the border router answers somebody who did so before: the packet may have come back. */
static const struct trace_hop *find_return(const struct trace_view *view)
{
	const struct trace_fact *trace = view->trace;
	size_t i, j;

	for (i = 0; i < trace->hops.count; i++) {
		const struct trace_hop *later = hop_at(trace, i);

		if (!view->gateway || later->ttl <= view->gateway->ttl ||
		    later->outcome != HOP_EXCEEDED)
			continue;
		for (j = 0; j + 1 < i; j++)
			if (address_equal(&hop_at(trace, j)->from, &later->from))
				return later;
	}
	return NULL;
}

/* Codes of "destination unreachable" (RFC 792, 1122) that speak of routes, not of filters. */
static bool is_route_code(uint32_t code)
{
	return code == 0 || code == 1 || (code >= 5 && code <= 8) || code == 11 || code == 12;
}

static void open_view(struct trace_view *view, int why, const struct trace_hop *hop)
{
	view->answer = TRACE_OPEN;
	view->why = why;
	view->hop = hop;
}

/* A router, and not this machine or the target, says that it goes no further. */
static void read_refusal(struct trace_view *view, const struct trace_hop *last)
{
	bool own = view->gateway == last;

	if (view->gateway && (!own || last->icmp_code.value != 0)) {
		open_view(view, WHY_BEHIND, last);
		return;
	}
	view->hop = last;
	view->answer = is_route_code(last->icmp_code.value) ? TRACE_NO_ROUTE : TRACE_FILTERED;
}

static const struct trace_hop *last_answer(const struct trace_fact *trace)
{
	size_t i = trace->hops.count;

	while (i > 0 && hop_at(trace, i - 1)->outcome == HOP_SILENT)
		i--;
	return i ? hop_at(trace, i - 1) : NULL;
}

static void read_way(const struct rule_context *context, bool named, struct trace_view *view)
{
	const struct trace_fact *trace = view->trace;
	const struct trace_hop *last = last_answer(trace), *first = hop_at(trace, 0);
	const struct trace_hop *again = find_return(view);

	if (!context->declared.next_hop.family)
		open_view(view, WHY_UNDECLARED, NULL);
	else if (first->outcome == HOP_SILENT)
		open_view(view, WHY_SILENT_FIRST, last);
	else if (first->outcome != HOP_EXCEEDED ||
		 !address_equal(&first->from, &context->declared.next_hop))
		open_view(view, WHY_OTHER_FIRST, first);
	else if (again)
		open_view(view, WHY_COMES_BACK, again);
	else if (view->gateway)
		view->answer = TRACE_DECIDES;
	else if (!named)
		open_view(view, WHY_GATEWAY_UNKNOWN, last);
	else if (trace->end != TRACE_SILENT)
		open_view(view, WHY_TARGET, last);
	else
		open_view(view, WHY_STOPPED, last);
}

/* The kernel of this machine speaks of its own packets from an address of the way out. */
static bool is_own(const struct rule_context *context, const struct trace_fact *trace,
		   const struct address *address)
{
	return address_equal(address, &trace->source) ||
	       (context->facts->addresses.section.state == FACT_OK &&
		facts_local_address(context->facts, address));
}

void return_trace_read(const struct rule_context *context, const struct trace_fact *trace,
		       struct trace_view *view)
{
	const struct trace_hop *last = last_answer(trace);
	bool named, refused;

	memset(view, 0, sizeof(*view));
	view->trace = trace;
	named = find_gateway(context, view);
	if (trace->end == TRACE_UNSENT || !last) {
		open_view(view, trace->end == TRACE_UNSENT ? WHY_UNSENT : WHY_NOBODY, NULL);
		return;
	}
	view->hop = find_circle(trace);
	if (view->hop) {
		view->answer = TRACE_CIRCLES;
		return;
	}
	refused = last->outcome == HOP_UNREACHABLE;
	if (refused && is_own(context, trace, &last->from))
		open_view(view, WHY_UNSENT, NULL); /* its own kernel: the neighbour is silent */
	else if (refused && !address_equal(&last->from, &trace->target))
		read_refusal(view, last);
	else
		read_way(context, named, view);
}

void return_trace_words(const struct trace_view *view, struct text *out)
{
	static const char *const words[] = {
		[WHY_UNSENT] = "nothing left this machine",
		[WHY_UNDECLARED] = "the plan declares no next hop that the first router could be "
				   "held to",
		[WHY_NOBODY] = "not even the first router answered",
		[WHY_SILENT_FIRST] = "the first router did not answer, so it may be another than "
				     "the declared one; the last to answer is",
		[WHY_OTHER_FIRST] = "the first to answer is not the declared next hop but",
		[WHY_GATEWAY_UNKNOWN] = "no facts of the cloud name the border router's address; "
					"the last to answer is",
		[WHY_TARGET] = "something answers with the address itself, and no border router of "
			       "the link before it; the last to answer is",
		[WHY_STOPPED] = "no border router of the link answered; the last router to answer "
				"is",
		[WHY_COMES_BACK] = "behind the border router it may have come back: once more "
				   "answers",
		[WHY_BEHIND] = "from behind the border router it is refused by",
	};
	char text[ADDRESS_TEXT_MAX];

	text_add(out, words[view->why]);
	if (!view->hop)
		return;
	text_addf(out, " %s (hop %u)", address_print(&view->hop->from, text), view->hop->ttl);
	if (view->hop->outcome == HOP_UNREACHABLE)
		text_addf(out, ", with ICMP %u/%u", view->hop->icmp_type.value,
			  view->hop->icmp_code.value);
}

static bool is_decided(const struct rule_context *context, const struct proof *proof,
		       const struct class_fact *class_fact)
{
	const struct list *traces = &context->facts->trace.traces;
	struct trace_view view;
	size_t i;

	if (proof->iif || !proof->service)
		return false;
	for (i = 0; i < traces->count; i++) {
		const struct trace_fact *trace = LIST_AT(traces, struct trace_fact, i);
		uint32_t target = address_ipv4(&trace->target);

		if (!address_equal(&trace->source, &proof->service->address) ||
		    target < address_ipv4(&class_fact->first) ||
		    target > address_ipv4(&class_fact->last))
			continue;
		return_trace_read(context, trace, &view);
		if (view.answer == TRACE_DECIDES)
			return true;
	}
	return false;
}

static int add_lack(const struct proof *proof, const struct class_fact *class_fact,
		    struct strings *lack)
{
	char first[ADDRESS_TEXT_MAX], last[ADDRESS_TEXT_MAX];
	struct text words;
	int error;

	text_init(&words, WORDS_MAX);
	if (proof->iif)
		text_addf(&words, "%s: its replies are forwarded from %s, and none can be traced",
			  proof->name, proof->iif);
	else
		text_addf(&words, "%s: no trace into %s-%s reached the border router", proof->name,
			  address_print(&class_fact->first, first),
			  address_print(&class_fact->last, last));
	error = text_error(&words) ? -ENOMEM : strings_add(lack, text_string(&words));
	text_release(&words);
	return error;
}

int return_traces_decide(const struct rule_context *context, bool *decide, struct strings *lack)
{
	struct proofs proofs;
	size_t i, j, asked = 0, open = 0;
	int error = proofs_init(&proofs, context->facts);

	*decide = false;
	if (error)
		return error;
	for (i = 0; i < proofs.count && !error; i++) {
		const struct proof *proof = &proofs.items[i];

		if (proof->vswitch || !proof_is_plain(proof) || !proof_counts(proof))
			continue;
		asked++;
		open += !proof->whole;
		for (j = 0; j < proof->count && !error; j++) {
			const struct class_fact *one =
				LIST_AT(proof->classes, struct class_fact, proof->first + j);

			if (is_decided(context, proof, one))
				continue;
			if (open++ < LACKS_SHOWN)
				error = add_lack(proof, one, lack);
		}
	}
	proofs_release(&proofs);
	*decide = !error && asked && !open;
	return error;
}
