/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "trace": the way that replies take towards single addresses of the reverse-access
 * range that the user named, router by router. Part of the facts (rules/facts.h).
 *
 * Observed with SYNs of small times to live from a service's address to a port of the kind that a
 * connection comes from. A reply is another packet: filters that keep state may treat it otherwise.
 */
#ifndef RULES_FACTS_TRACE_H
#define RULES_FACTS_TRACE_H

#include "rules/fault.h"
#include "rules/plan.h"
#include "rules/prefix.h"
#include "rules/record.h"

#include <stdint.h>

/* Larger times to live are not sent, nor believed. */
#define TRACE_TTL_MAX 20u

struct trace_hop {
	uint32_t ttl;
	int outcome;         /* enum hop_outcome */
	struct address from; /* who answered */
	struct maybe icmp_type, icmp_code;
	struct maybe rtt_us;
};

/* What ended a trace: the answer to the smallest time to live that none before it drew. */
enum trace_end {
	TRACE_SILENT,      /* nothing more answered */
	TRACE_UNREACHABLE, /* ICMP destination unreachable */
	TRACE_CONNECTED,   /* a SYN-ACK from the target's address, whoever sent it */
	TRACE_REFUSED,     /* a RST from there, likewise */
	TRACE_UNSENT,      /* this machine's kernel sent nothing: `error` */
	TRACE_ENDS
};
extern const char *const trace_end_words[TRACE_ENDS + 1];

struct trace_fact {
	struct address target, source;
	uint32_t port; /* of the target */
	int end;       /* enum trace_end */
	char *error;   /* errno's name; NULL */
	struct list hops; /* struct trace_hop, by ttl from 1 without a gap, up to the end */
};

struct trace_facts {
	struct section section;
	struct list traces; /* struct trace_fact, by source, target */
};

/* enum trace_end: how a trace ends whose last answer has this outcome (enum hop_outcome). */
int trace_end_by(int outcome);
/* The documented order. */
void trace_sort(struct trace_facts *trace);
/*
 * What the types cannot say: addresses of the range, hops in order from 1, answers with a sender,
 * and the end that the last of them tells. -EINVAL with a JSON pointer.
 */
int trace_check(const struct trace_facts *trace, struct fault *fault);

#endif
