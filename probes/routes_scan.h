/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the routes of all tables. What shares no address with a wanted range costs a few
 * instructions and is forgotten; what does is cut at and, if wanted, kept as a fact.
 */
#ifndef PROBES_ROUTES_SCAN_H
#define PROBES_ROUTES_SCAN_H

#include "probes/proof_cuts.h"
#include "probes/rtnl.h"
#include "rules/facts.h"

#include <stddef.h>
#include <stdint.h>

#define SCAN_RANGES_MAX 2

struct route_scan {
	const struct facts *facts; /* names of links */
	struct cuts *ranges[SCAN_RANGES_MAX]; /* NULL: not wanted */
	struct list *entries; /* struct route_fact; NULL: only cut */
	uint64_t scanned; /* filled */

	/* first address and mask of each range, for the inner loop */
	uint32_t bits[SCAN_RANGES_MAX], mask[SCAN_RANGES_MAX];
	unsigned int range_count;
};

/* `scan` with its first three members set. After an error `rtnl` can only be closed. */
int routes_scan(struct rtnl *rtnl, struct route_scan *scan, struct fault *fault);
/* Legs of kept routes that name a next-hop object and carry none (nexthop_compat_mode 0). */
int routes_resolve(struct rtnl *rtnl, struct route_scan *scan, struct fault *fault);

#endif
