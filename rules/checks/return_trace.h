/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the trace of a reply's way tells (rules/facts_trace.h), for the two rules about it and for
 * the gate.
 *
 * A trace decides for its own class of addresses alone, and only where the declared next hop
 * answered first and the cloud's side of a border router of the link answered behind it. That
 * something answers with the target's address proves nothing: a filter resets in its name, and a
 * network of the data center that holds the range has such a machine. Neither does it show what a
 * filter does with replies, which belong to a connection.
 */
#ifndef RULES_CHECKS_RETURN_TRACE_H
#define RULES_CHECKS_RETURN_TRACE_H

#include "rules/rule.h"

enum trace_answer {
	TRACE_DECIDES,  /* the border router answered */
	TRACE_CIRCLES,  /* the same routers answer over and over */
	TRACE_NO_ROUTE, /* a router has no way there: `hop` */
	TRACE_FILTERED, /* something on the way does not let this packet pass: `hop` */
	TRACE_OPEN      /* none of these: `why` */
};

enum trace_why {
	WHY_UNSENT,
	WHY_UNDECLARED,     /* no next hop is declared */
	WHY_NOBODY,         /* not even the first router answered */
	WHY_SILENT_FIRST,   /* somebody behind it did */
	WHY_OTHER_FIRST,    /* another router than the declared one answered first */
	WHY_GATEWAY_UNKNOWN, /* no facts of the cloud name the border router's address */
	WHY_TARGET,         /* something answers with the target's address; no border router did */
	WHY_STOPPED,        /* the last router to answer is `hop` */
	WHY_COMES_BACK,     /* behind the border router `hop` answers, which did so before it */
	WHY_BEHIND          /* something behind the border router refused: `hop` */
};

struct trace_view {
	const struct trace_fact *trace;
	int answer; /* enum trace_answer */
	int why;    /* enum trace_why */
	const struct trace_hop *hop;     /* that it turns on; NULL: none */
	const struct trace_hop *gateway; /* where the border router answered; NULL */
	const struct vbr_fact *vbr;      /* whose address that is */
};

void return_trace_read(const struct rule_context *context, const struct trace_fact *trace,
		       struct trace_view *view);
/*
 * Did traces decide every class of every service whose replies this host sends? What lacks is added
 * to `lack`, a line each, the first few. 0 or -ENOMEM.
 */
int return_traces_decide(const struct rule_context *context, bool *decide, struct strings *lack);
/* Why a trace decides nothing, in words. */
void return_trace_words(const struct trace_view *view, struct text *out);

extern const struct rule rule_return_trace_unrefused;
extern const struct rule rule_return_trace_reaches_cloud;

#endif
