/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model of the kernel's forwarding decision, over the dumped rules and routes: policy rules in
 * order with every selector, then the longest prefix of the chosen table.
 *
 * It never decides what a class is: the kernel does (RTM_GETROUTE). It names *who* decided: the
 * rule and the route behind an answer, the type behind an errno, and what the answer would be with
 * parts of the flow left out (counterfactuals). Source: net/core/fib_rules.c, net/ipv4/fib_rules.c,
 * net/ipv4/fib_semantics.c.
 */
#ifndef RULES_FACTS_FIB_H
#define RULES_FACTS_FIB_H

#include "rules/facts.h"

#include <stdbool.h>
#include <stdint.h>

struct flow {
	uint32_t destination;
	uint32_t source; /* 0: not chosen yet */
	uint32_t mark;
	uint32_t ipproto;      /* 0: none given */
	uint32_t sport, dport; /* 0: none given */
	uint32_t uid;
	const char *iif; /* NULL: locally sent (the kernel takes "lo") */
	const char *oif; /* NULL: not bound */
	uint32_t tos;
};

enum fib_ignore {				 /* counterfactuals: what to leave out */
		  FIB_IGNORE_SUPPRESS = 1u << 0, /* suppress_prefixlength and suppress_ifgroup */
		  FIB_IGNORE_JUMPS = 1u << 1,	 /* goto rules do nothing */
		  FIB_IGNORE_L3MDEV = 1u << 2,
		  FIB_ONLY_DESTINATION =
			  1u << 3, /* rules with any selector other than `to` do not match */
};

struct fib_answer {
	const struct rule_fact *rule;	/* that decided; NULL: none did */
	const struct route_fact *route; /* that won; NULL: a rule's action, or nothing */
	const char *type;		/* "unicast" ... ; of the route or of the rule; "none" */
	uint32_t table;			/* 0 when no route */
	bool suppressed; /* a suppress_* rule threw a found route away on the way here */
	bool jumped;	 /* a goto was taken on the way here */
	bool l3mdev;	 /* decided or preceded by an l3mdev rule */
	const struct rule_fact *diverted; /* the first rule that did one of these three; or NULL */
	const struct route_fact *thrown;  /* the last throw route that was met; or NULL */
};

/* Index over the routes of one facts document: look-ups are then logarithmic in their number. */
struct fib;

/* NULL when out of memory. Keeps pointers into `facts`, which must outlive it. */
struct fib *fib_new(const struct facts *facts);
void fib_free(struct fib *fib);
void fib_lookup(const struct fib *fib, const struct flow *flow, unsigned int ignore,
		struct fib_answer *answer);
/*
 * Does a policy rule refuse the way to a gateway before its own network is looked up? Then the
 * kernel takes no route by it, unless that is entered as `onlink` (fib_check_nh_v4_gw()).
 */
bool fib_gateway_refused(const struct fib *fib, uint32_t gateway, const char *dev);
/* Longest match in one table, no rules; NULL when none. `throw` routes are returned as such. */
const struct route_fact *fib_longest(const struct fib *fib, uint32_t table, uint32_t destination);
/*
 * The same as if `without` were not there, dead next hops included: what would stand in its place.
 * NULL for `without` asks what the table means, whatever its links do at the moment.
 */
const struct route_fact *fib_longest_other(const struct fib *fib, uint32_t table,
					   uint32_t destination, const struct route_fact *without);
/* All routes of `table` with exactly this prefix, by metric; returns their number (at most `most`).
 */
size_t fib_equal(const struct fib *fib, uint32_t table, const struct prefix *prefix,
		 const struct route_fact **routes, size_t most);

#endif
