/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel as oracle: route look-ups (RTM_GETROUTE of one destination), 64 a send.
 *
 * A look-up puts nothing on the wire and needs no privilege. A refused one is asked once more
 * before its refusal is believed (one unexplained error in 200,000 was seen under churn).
 */
#ifndef PROBES_LOOKUP_H
#define PROBES_LOOKUP_H

#include "probes/rtnl.h"

#include <stddef.h>
#include <stdint.h>

#define LOOKUP_BATCH 64

/* The packet that is asked about. Addresses in host order; 0 is "not given" everywhere. */
struct lookup_tuple {
	uint32_t destination;
	uint32_t source;
	uint32_t mark;
	uint32_t uid;
	uint32_t iif; /* index; 0: sent from here */
	uint32_t oif; /* index; of a socket bound to a device */
	uint16_t sport, dport; /* TCP */
};

/* Many questions of one kind. */
struct lookup_run {
	size_t count;
	void (*ask)(size_t index, struct lookup_tuple *tuple, void *data);
	/* `header`, or NULL and the kernel's errno; once an index unless a batch is repeated */
	int (*answer)(size_t index, const struct nlmsghdr *header, int error, void *data);
	void *data;
};

struct lookup_request;

struct lookup {
	struct rtnl rtnl;
	uint32_t asked; /* questions so far */
	uint32_t flags; /* RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE unless the caller wants others */
	struct lookup_request *requests; /* one to start from, then room for LOOKUP_BATCH */
};

int lookup_open(struct lookup *lookup, uint64_t deadline_ms, struct fault *fault);
void lookup_close(struct lookup *lookup);
int lookup_all(struct lookup *lookup, const struct lookup_run *run, struct fault *fault);

#endif
