/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index over dumped routes: one sorted array, one node a prefix, each node knowing the next
 * shorter prefix of its table. The innermost prefix of an address is the last node that starts at
 * or before it, or one of that node's (at most 32) ancestors.
 *
 * Policy rules are in facts_fib_rules.c; nothing here reads them.
 */
#include "rules/facts_fib.h"

#include "rules/facts_fib_index.h"
#include "rules/text.h"

#include <stdlib.h>

/* A route and its place in the dump: the last tie-breaker, because qsort() is not stable. */
struct ordered {
	const struct route_fact *route;
	size_t place;
};

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Table, prefix, then as the kernel keeps the aliases of one prefix: TOS down, metric up. */
static int compare_ordered(const void *left, const void *right)
{
	const struct ordered *a = left, *b = right;
	int order = compare_numbers(a->route->table, b->route->table);

	if (order == 0)
		order = prefix_compare(&a->route->destination, &b->route->destination);
	if (order == 0)
		order = compare_numbers(b->route->tos, a->route->tos);
	if (order == 0)
		order = compare_numbers(a->route->metric, b->route->metric);
	return order == 0 ? compare_numbers(a->place, b->place) : order;
}

static int collect_routes(struct fib *fib, const struct list *entries)
{
	struct ordered *ordered = calloc(entries->count + 1, sizeof(*ordered));
	size_t i;

	fib->routes = calloc(entries->count + 1, sizeof(*fib->routes));
	if (!ordered || !fib->routes) {
		free(ordered);
		return -1;
	}
	for (i = 0; i < entries->count; i++) {
		const struct route_fact *route = LIST_AT(entries, struct route_fact, i);

		if (!route->destination.known)
			continue;
		ordered[fib->route_count].route = route;
		ordered[fib->route_count++].place = i;
	}
	qsort(ordered, fib->route_count, sizeof(*ordered), compare_ordered);
	for (i = 0; i < fib->route_count; i++)
		fib->routes[i] = ordered[i].route;
	free(ordered);
	return 0;
}

static void add_node(struct fib *fib, size_t first)
{
	struct fib_node *node = &fib->nodes[fib->node_count];
	const struct route_fact *route = fib->routes[first];
	size_t candidate = fib->node_count; /* one above the index; 0: none */

	node->table = route->table;
	node->prefix = route->destination;
	node->first = first;
	node->count = 1;
	while (candidate > 0) {
		const struct fib_node *outer = &fib->nodes[candidate - 1];

		if (outer->table != node->table) {
			candidate = 0;
			break;
		}
		if (prefix_covers(&outer->prefix, &node->prefix))
			break;
		candidate = outer->parent;
	}
	node->parent = candidate;
	fib->node_count++;
}

static int build_nodes(struct fib *fib)
{
	size_t i;

	fib->nodes = calloc(fib->route_count + 1, sizeof(*fib->nodes));
	if (!fib->nodes)
		return -1;
	for (i = 0; i < fib->route_count; i++) {
		struct fib_node *last = fib->node_count ? &fib->nodes[fib->node_count - 1] : NULL;

		if (last && last->table == fib->routes[i]->table &&
		    prefix_equal(&last->prefix, &fib->routes[i]->destination))
			last->count++;
		else
			add_node(fib, i);
	}
	return 0;
}

struct fib *fib_new(const struct facts *facts)
{
	struct fib *fib = calloc(1, sizeof(*fib));

	if (!fib)
		return NULL;
	fib->facts = facts;
	if (collect_routes(fib, &facts->routes.entries) != 0 || build_nodes(fib) != 0) {
		fib_free(fib);
		return NULL;
	}
	return fib;
}

void fib_free(struct fib *fib)
{
	if (!fib)
		return;
	free(fib->routes);
	free(fib->nodes);
	free(fib);
}

/* One above the index of the last node of `table` that starts at or before `address`; 0: none. */
static size_t last_before(const struct fib *fib, uint32_t table, uint32_t address)
{
	size_t low = 0, high = fib->node_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct fib_node *node = &fib->nodes[middle];

		if (node->table < table ||
		    (node->table == table && node->prefix.address <= address))
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && fib->nodes[low - 1].table == table ? low : 0;
}

const struct fib_node *fib_innermost(const struct fib *fib, uint32_t table, uint32_t address)
{
	size_t at = last_before(fib, table, address);

	while (at > 0 && !prefix_contains(&fib->nodes[at - 1].prefix, address))
		at = fib->nodes[at - 1].parent;
	return at > 0 ? &fib->nodes[at - 1] : NULL;
}

const struct fib_node *fib_outer(const struct fib *fib, const struct fib_node *node)
{
	return node->parent > 0 ? &fib->nodes[node->parent - 1] : NULL;
}

const struct route_fact *fib_longest(const struct fib *fib, uint32_t table, uint32_t destination)
{
	return fib_longest_other(fib, table, destination, NULL);
}

const struct route_fact *fib_longest_other(const struct fib *fib, uint32_t table,
					   uint32_t destination, const struct route_fact *without)
{
	const struct fib_node *node = fib_innermost(fib, table, destination);
	size_t i;

	for (; node; node = fib_outer(fib, node)) {
		for (i = 0; i < node->count; i++) {
			const struct route_fact *route = fib->routes[node->first + i];

			if (route != without && route->tos == 0)
				return route;
		}
	}
	return NULL;
}

/* The node of exactly this prefix; NULL: the table has none. */
static const struct fib_node *exact_node(const struct fib *fib, uint32_t table,
					 const struct prefix *prefix)
{
	size_t low = 0, high = fib->node_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct fib_node *node = &fib->nodes[middle];
		int order = compare_numbers(node->table, table);

		if (order == 0)
			order = prefix_compare(&node->prefix, prefix);
		if (order == 0)
			return node;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

size_t fib_equal(const struct fib *fib, uint32_t table, const struct prefix *prefix,
		 const struct route_fact **routes, size_t most)
{
	const struct fib_node *node = exact_node(fib, table, prefix);
	size_t i, count = 0;

	/* by TOS first, as the kernel does: the metric decides among equals of one TOS */
	for (i = 0; node && i < node->count && count < most; i++)
		routes[count++] = fib->routes[node->first + i];
	return count;
}
