/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the return-route rules, in the order in which they claim a class, and of the ingress
 * rules that look at what is left.
 */
#ifndef RULES_CHECKS_RETURN_RULES_H
#define RULES_CHECKS_RETURN_RULES_H

#include "rules/checks/overlap_rules.h"
#include "rules/rule.h"

extern const struct rule rule_return_route_not_refused;
extern const struct rule rule_return_route_not_diverted;
extern const struct rule rule_return_route_metric;
extern const struct rule rule_return_route_legs;
extern const struct rule rule_return_next_hop_alive;
extern const struct rule rule_return_route_partial;
extern const struct rule rule_return_route_present;
extern const struct rule rule_return_next_hop;
extern const struct rule rule_return_default_route; /* a note: where the next proof belongs */
extern const struct rule rule_return_route_by_mark;
extern const struct rule rule_reverse_path_filter;
extern const struct rule rule_request_not_refused;
extern const struct rule rule_return_interface;

/* Codes that hide a rule: all overlap rules, then each return rule before it. */
#define BEFORE_REFUSED OVERLAP_CODES
#define BEFORE_DIVERTED BEFORE_REFUSED, "return-route-not-refused"
#define BEFORE_METRIC BEFORE_DIVERTED, "return-route-not-diverted"
#define BEFORE_LEGS BEFORE_METRIC, "return-route-metric"
#define BEFORE_ALIVE BEFORE_LEGS, "return-route-legs"
#define BEFORE_PARTIAL BEFORE_ALIVE, "return-next-hop-alive"
#define BEFORE_PRESENT BEFORE_PARTIAL, "return-route-partial"
#define BEFORE_NEXT_HOP BEFORE_PRESENT, "return-route-present"
#define BEFORE_INGRESS BEFORE_NEXT_HOP, "return-next-hop"

#define RETURN_DOCUMENT "000"
#define RETURN_HEADING "Prerequisites"

/* The type of a class or route that says no. */
bool return_type_refuses(const char *type);
/* One cause, in the form that class_answer wants. */
void return_answer(struct class_answer *answer, const char *cause);
/* Groups by the first hop of the class: its interface and gateway. */
void return_answer_by_hop(const struct rule_context *context, const struct list *hops,
			  struct class_answer *answer);

#endif
