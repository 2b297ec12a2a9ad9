/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wildcard listener stands for the addresses by which the kernel would reply: the preferred
 * sources over the pieces of the range.
 */
#include "probes/services.h"

#include "probes/proof_cuts.h"
#include "probes/routes_hops.h"
#include "probes/routes_scan.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

/* Questions at least: a piece whose route has several legs has several sources. */
#define QUESTIONS 64

struct sources {
	const struct cuts *cuts;
	size_t each; /* questions a piece */
	uint32_t *items;
	size_t count;
	size_t room;
};

static void ask(size_t index, struct lookup_tuple *tuple, void *data)
{
	const struct sources *sources = data;

	size_t piece = index / sources->each;
	uint32_t first = sources->cuts->starts[piece];
	uint64_t size = (uint64_t)cuts_end(sources->cuts, piece) - first + 1;

	tuple->destination = first + (uint32_t)(size * (index % sources->each) / sources->each);
	tuple->sport = 443;
	tuple->dport = EPHEMERAL_FIRST;
}

static int keep(struct sources *sources, uint32_t source)
{
	size_t i;

	for (i = 0; i < sources->count; i++)
		if (sources->items[i] == source)
			return 0;
	if (sources->count == sources->room) {
		size_t room = sources->room ? sources->room * 2 : 8;
		uint32_t *items = realloc(sources->items, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		sources->items = items;
		sources->room = room;
	}
	sources->items[sources->count++] = source;
	return 0;
}

static int take_source(size_t index, const struct nlmsghdr *header, int error, void *data)
{
	const struct nlattr *tb[RTA_PREFSRC + 1];
	struct address address;
	uint32_t source;

	(void)index;
	(void)error;
	if (!header)
		return 0;
	if (rtnl_attributes(header, sizeof(struct rtmsg), tb, RTA_PREFSRC))
		return -EBADMSG;
	if (!rtnl_ipv4(tb[RTA_PREFSRC], &source) || prefix_contains(&reverse_range, source))
		return 0;
	address = address_from_ipv4(source);
	return address_is_loopback(&address) ? 0 : keep(data, source);
}

static int compare(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

/* Without any way to the range the kernel has no choice to make: every address of this host. */
static int keep_addresses(const struct facts *facts, struct sources *sources)
{
	size_t i;
	int code = 0;

	for (i = 0; !code && i < facts->addresses.addresses.count; i++) {
		const struct address_fact *fact =
			LIST_AT(&facts->addresses.addresses, struct address_fact, i);
		uint32_t address = address_ipv4(&fact->address);

		if (address && !address_is_loopback(&fact->address) &&
		    !prefix_contains(&reverse_range, address))
			code = keep(sources, address);
	}
	return code;
}

/* Cuts by the routes. Reading them costs less than asking for every address, however many. */
static int cut(struct facts *facts, uint64_t deadline_ms, struct cuts *cuts, struct fault *fault)
{
	struct route_scan scan = { .facts = facts, .ranges = { cuts, NULL } };
	struct rtnl rtnl;
	int code = rtnl_open(&rtnl, NETLINK_ROUTE, 0, deadline_ms, fault);

	if (code)
		return code;
	code = routes_scan(&rtnl, &scan, fault);
	rtnl_close(&rtnl);
	if (code)
		return code;
	cuts_add_policy(cuts, facts);
	code = cuts_settle(cuts);
	return code ? fault_set(fault, code, "out of memory") : 0;
}

static int ask_kernel(struct facts *facts, uint64_t deadline_ms, struct sources *found,
		      struct fault *fault)
{
	struct lookup_run run = { .ask = ask, .answer = take_source, .data = found };
	struct lookup lookup;
	struct cuts cuts;
	int code;

	cuts_init(&cuts, &reverse_range);
	code = cut(facts, deadline_ms, &cuts, fault);
	if (!code)
		code = lookup_open(&lookup, deadline_ms, fault);
	if (!code) {
		found->cuts = &cuts;
		found->each = cuts.count < QUESTIONS ? QUESTIONS / cuts.count : 1;
		run.count = cuts.count * found->each;
		/* without RTM_F_FIB_MATCH the answer is the one packet's, chosen source included */
		lookup.flags = 0;
		code = lookup_all(&lookup, &run, fault);
		lookup_close(&lookup);
	}
	cuts_release(&cuts);
	return code;
}

int service_sources(struct facts *facts, uint64_t deadline_ms, uint32_t **sources, size_t *count,
		    struct fault *fault)
{
	struct sources found = { .items = NULL };
	int code = keep_addresses(facts, &found);

	/* one address leaves no choice, whatever the routes say */
	if (!code && found.count > 1) {
		found.count = 0;
		code = ask_kernel(facts, deadline_ms, &found, fault);
		if (!code && !found.count)
			code = keep_addresses(facts, &found);
	}
	if (code) {
		free(found.items);
		return fault_set(fault, code, "cannot find the source of replies");
	}
	if (found.count)
		qsort(found.items, found.count, sizeof(*found.items), compare);
	*sources = found.items;
	*count = found.count;
	return 0;
}
