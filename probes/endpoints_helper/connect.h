/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP: non-blocking connects of our own from the chosen source, with ICMP errors (IP_RECVERR) and
 * TCP_INFO; and the hop trace on the real port. No privilege is needed but for SO_BINDTODEVICE on
 * older kernels.
 */
#ifndef PROBES_ENDPOINTS_HELPER_CONNECT_H
#define PROBES_ENDPOINTS_HELPER_CONNECT_H

#include "probes/endpoints_helper/helper.h"

struct connect_options {
	struct address address;
	uint32_t port;
	bool default_source;  /* leave --from out */
	uint32_t source_port; /* 0: any */
	uint32_t mss;         /* TCP_MAXSEG; 0: as it comes */
	uint32_t ttl;         /* 0: as it comes */
	uint64_t time_us;     /* 0: CONNECT_TIME_US */
};

/*
 * The end of a connect. `fd` is connected where tcp->outcome is TCP_CONNECTED, and is the callee's
 * to close; else -1. `tcp` is the callee's to copy from; it is released afterwards.
 */
typedef void connect_done(void *owner, int fd, struct tcp_fact *tcp);

/* Finds out what --from means here; fills facts->source. */
void connect_choose_source(struct run *run);
/* 0, or -ENOMEM (latched). `done` may be called before this returns. */
int connect_start(struct run *run, const struct connect_options *options, connect_done *done,
		  void *owner);
/* close() for a descriptor that may be -1. */
void connect_close(int fd);
/* Traces the way to address and port, beside everything else: adds hop rows. */
int trace_start(struct run *run, const char *url, const struct address *address, uint32_t port);

#endif
