/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the forwarding model, shared by facts_fib.c (routes) and facts_fib_rules.c (rules).
 * Nobody else includes this.
 */
#ifndef RULES_FACTS_FIB_INDEX_H
#define RULES_FACTS_FIB_INDEX_H

#include "rules/facts_fib.h"

/* All routes of one table to one prefix. */
struct fib_node {
	uint32_t table;
	struct prefix prefix;
	size_t first, count; /* in fib.routes */
	size_t parent;	     /* one above the index of the next shorter prefix; 0: none */
};

struct fib {
	const struct facts *facts;
	const struct route_fact **routes; /* by table, prefix, TOS down, metric up */
	size_t route_count;
	struct fib_node *nodes; /* by table, address, length */
	size_t node_count;
};

/* The longest prefix of `table` that contains `address`; NULL: none does. */
const struct fib_node *fib_innermost(const struct fib *fib, uint32_t table, uint32_t address);
/* The next shorter prefix around `node`; NULL: none. */
const struct fib_node *fib_outer(const struct fib *fib, const struct fib_node *node);

#endif
