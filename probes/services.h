/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internal to the services probe: which pairs of address and port are proved (services.c), from
 * which sources the kernel would reply (services_sources.c), by which interfaces packets of a
 * service come and go (services_ways.c).
 */
#ifndef PROBES_SERVICES_H
#define PROBES_SERVICES_H

#include "probes/lookup.h"
#include "probes/probe.h"
#include "rules/facts.h"

/* A new service of `origin`; uid and `local` are found out. An equal one is not added again. */
struct service_wish {
	const struct address *address;
	uint32_t port;
	const char *origin, *detail;
};
int service_add(struct facts *facts, const struct service_wish *wish, struct service_fact **added);

/*
 * Sources that the kernel would choose for replies to the range, in order, each once; loopback and
 * addresses of the range itself are left out. Every address of this host where it has no way to the
 * range at all. Freed by the caller.
 */
int service_sources(struct facts *facts, uint64_t deadline_ms, uint32_t **sources, size_t *count,
		    struct fault *fault);

/* Index of the interface by which the kernel reaches `destination`; 0: none. */
int service_way_out(struct lookup *lookup, const struct lookup_tuple *tuple, uint32_t *oif,
		    struct fault *fault);
/* Fills iif (on a router) and arrival of every service. */
int service_ways(struct facts *facts, uint64_t deadline_ms, struct fault *fault);

#endif
