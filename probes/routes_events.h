/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Did anything that touches the range change while we looked? Route dumps are no snapshots and
 * never say so (NLM_F_DUMP_INTR is not set for them), so the kernel's own events have to tell.
 */
#ifndef PROBES_ROUTES_EVENTS_H
#define PROBES_ROUTES_EVENTS_H

#include "probes/rtnl.h"
#include "rules/facts.h"

#include <stdbool.h>

struct route_events {
	struct rtnl rtnl;
	struct prefix ranges[2]; /* the second may be unknown */
};

/* Listens from now on. The kernel drops routes that share no address with the ranges (BPF). */
int route_events_open(struct route_events *events, const struct prefix *vswitch,
		      uint64_t deadline_ms, struct fault *fault);
void route_events_close(struct route_events *events);
/*
 * Everything that happened before this call, judged with what was read (routes.entries, services):
 * `*changed` is set where an answer may have been another. Lost events count as a change.
 */
int route_events_changed(struct route_events *events, const struct facts *facts, bool *changed,
			 struct fault *fault);

#endif
