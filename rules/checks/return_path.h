/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way home: what a good answer of the kernel is for one class of addresses, and what is wrong
 * with a leg that is not. Vocabulary of the overlap, return and ingress rules; it owns no rule.
 *
 * "Good" speaks of the tables: the class leaves on the declared way, or, where nothing was
 * declared, by a gateway. Whether that way is alive (link, neighbour) is another question:
 * path_leg_life().
 */
#ifndef RULES_CHECKS_RETURN_PATH_H
#define RULES_CHECKS_RETURN_PATH_H

#include "rules/rule.h"

#include <stdbool.h>

/*
 * Does every leg of the class lead home by the tables? On a host an undeclared default by a gateway
 * counts as good. Uses class_fact, service and vswitch of the view only, so that the engine can ask
 * before others_good is known.
 */
bool return_is_good(const struct rule_context *context, const struct class_view *view);

/*
 * The different ways by which good classes of one proof leave on a route of their own (longer than
 * the default). A class that falls to the default of another gateway is lost beside them.
 */
#define SURVEY_WAYS_MAX 64
struct return_survey {
	const struct list *ways[SURVEY_WAYS_MAX]; /* struct next_hop; more than that are not kept */
	size_t count;
};
/* Adds the way of this class, if it is an explicit good one and new. */
void return_survey_add(struct return_survey *survey, const struct rule_context *context,
		       const struct class_view *view);
/* There are explicit good ways, and none of them holds all these hops. */
bool return_survey_lacks(const struct return_survey *survey, const struct list *hops);

/* The kernel's answer of a class together with who gave it. */
struct path {
	const char *type;	 /* the class's, never NULL */
	const struct list *hops; /* struct next_hop; of the class, else of the model's route */
	const struct route_fact *route; /* that won; NULL: not among the dumped */
	const struct rule_fact *rule;	/* that decided; NULL: not known */
	struct fib_answer model;	/* what the model says of the same flow */
	bool is_default;		/* the answer is a default route */
	bool explained;			/* the model gives the same answer: it knows who decided */
};

/* Who answers for this class, and how. `context->fib` may be NULL: then only the kernel's words. */
void path_trace(const struct rule_context *context, const struct class_view *view,
		struct path *path);
/* The flow of a reply to the first address of the class. */
void path_flow(const struct class_view *view, struct flow *flow);

/* Is a way back declared at this vantage, and is this hop on it? */
bool path_is_declared(const struct rule_context *context);
bool path_hop_is_declared(const struct rule_context *context, const struct next_hop *hop);
/* Does this leg lead home? `is_default`: of a default route. */
bool path_leg_is_good(const struct rule_context *context, const struct next_hop *hop,
		      bool is_default);
/* Are all legs of a dumped route good? For what would be, were the winner not there. */
bool path_route_is_good(const struct rule_context *context, const struct route_fact *route);
/* Not declared, and on-link, into a tunnel, or by a gateway that itself lies in the range. */
bool path_leg_is_captured(const struct rule_context *context, const struct next_hop *hop);

enum leg_life { LEG_ALIVE, LEG_DOWN, LEG_SILENT, LEG_UNASKED };
/*
 * LEG_DOWN: its link cannot carry anything; LEG_SILENT: its neighbour failed twice; LEG_UNASKED:
 * its link asks for no neighbour (NOARP) and none was entered, so frames go to the link itself.
 */
enum leg_life path_leg_life(const struct rule_context *context, const struct next_hop *hop);

bool path_same_hop(const struct next_hop *a, const struct next_hop *b);
bool path_same_hops(const struct list *a, const struct list *b);

/*
 * The vSwitch CIDR seen from the cloud (or from where nobody said): its own network, so local,
 * on-link and any gateway are all fine.
 */
bool path_is_near(const struct rule_context *context, const struct class_view *view);
/* A forwarded reply is sent back to the machine that it comes from: it goes round in a circle. */
bool path_returns_to_service(const struct class_view *view);
/* The reply is sent from an address that this machine does not have: nothing is proved. */
bool path_is_unproved(const struct class_view *view);

/* An L3 tunnel by its kind, link layer or name. */
bool path_link_is_tunnel(const struct link_fact *link);

#endif
