/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP: non-blocking connects of our own from the chosen source, with ICMP errors (IP_RECVERR) and
 * TCP_INFO; and the hop trace on the real port. No privilege is needed but for SO_BINDTODEVICE on
 * older kernels.
 *
 * A plain connect that has no answer after a while is looked into at once: the trace and the first
 * connections from other source ports (experiments.h) run beside it, for the first
 * CONNECT_LOOKS_MAX of them. So a run of dead addresses lasts as long as one connect.
 */
#ifndef PROBES_ENDPOINTS_HELPER_CONNECT_H
#define PROBES_ENDPOINTS_HELPER_CONNECT_H

#include "probes/endpoints_helper/helper.h"

/*
 * Routers answer few expired packets (Linux: six at once to one asker, then one a second), so more
 * traces at once would only make each other blind.
 */
#define CONNECT_LOOKS_MAX 6

struct connect_options {
	struct address address;
	uint32_t port;
	bool default_source;  /* leave --from out */
	uint32_t source_port; /* 0: any */
	uint32_t mss;         /* TCP_MAXSEG; 0: as it comes */
	uint32_t ttl;         /* 0: as it comes */
	uint32_t min_ttl;     /* IP_MINTTL: answers with a smaller time to live are not heard */
	bool quiet;           /* an experiment: never looked into, no limit noted */
	uint64_t time_us;     /* 0: CONNECT_TIME_US */
};

/*
 * The end of a connect. `fd` is connected where tcp->outcome is TCP_CONNECTED, and is the callee's
 * to close; else -1. `tcp` is the callee's to take members from; it is released afterwards.
 */
typedef void connect_done(void *owner, int fd, struct tcp_fact *tcp);

/* Raises the limit of descriptors as far as it goes; reads the plan's URLs. 0 or -ENOMEM. */
int connect_open(struct run *run);
/* Ends what is still under way, without a word to its owners. */
void connect_shut(struct run *run);
/* Finds out what --from means here; fills facts->source. */
void connect_choose_source(struct run *run);
/*
 * 0, or -ENOMEM (latched). `done` is called once, from the loop, never before this returns.
 * Nothing is sent to what url_forbidden() names: TCP_FORBIDDEN.
 */
int connect_start(struct run *run, const struct connect_options *options, connect_done *done,
		  void *owner);
/* close() for a descriptor that may be -1. */
void connect_close(int fd);
/* The same with a reset: leaves no TIME_WAIT, so that the source port can be used again. */
void connect_reset(int fd);
/* Makes every close() of it such a reset. */
void connect_abortive(int fd);
/* May nothing be sent there? */
bool connect_is_forbidden(const struct run *run, const struct address *address);

/*
 * Traces the way to address and port, beside everything else: adds hop rows under `url`. Nothing
 * is added for IPv6, nor where too many traces run. 0 or -ENOMEM (latched).
 */
int trace_start(struct run *run, const char *url, const struct address *address, uint32_t port);
/* Forgets all traces. */
void trace_shut(struct run *run);

#endif
