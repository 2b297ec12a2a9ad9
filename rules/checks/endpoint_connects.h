/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint-connects in two files: endpoint_connects.c decides what is in the way, and
 * endpoint_connects_words.c names causes, remedies and what settles an unknown.
 */
#ifndef RULES_CHECKS_ENDPOINT_CONNECTS_H
#define RULES_CHECKS_ENDPOINT_CONNECTS_H

#include "rules/checks/endpoint_path.h"

#define ICMP_EXCEEDED 11

/* What is in the way there. */
enum block {
	BLOCK_NONE,
	BLOCK_SILENT_FIRST,    /* not even the first router answers */
	BLOCK_SILENT_BEHIND,   /* silence behind a router that answers */
	BLOCK_SILENT_UNTRACED,
	BLOCK_RESET_TARGET,
	BLOCK_RESET_NEARER,
	BLOCK_RESET_UNTOLD,
	BLOCK_PORT,
	BLOCK_FILTER,
	BLOCK_NO_ROUTE_FIRST,  /* at the first router */
	BLOCK_NO_ROUTE,
	BLOCK_NO_HOST,
	BLOCK_LOOP,
	BLOCK_COUNT
};

/* What is in the way here. */
enum local_block {
	LOCAL_NONE,
	LOCAL_ROUTE,     /* this machine has no way there */
	LOCAL_FILTER,    /* its own filter */
	LOCAL_NEIGHBOUR, /* its next hop does not answer ARP */
	LOCAL_OTHER,     /* `error` of the attempt, or nothing was tried */
};

struct connect_view {
	const struct attempt_fact *attempt;
	struct path_trace trace;
	struct path_flows flows;
	int access; /* enum plan_access */
	enum block block;
	enum local_block local;
	struct address sender; /* of the ICMP message that tells; none */
};

void connect_name_causes(const struct connect_view *view, struct findings *out,
			 struct finding *finding);
/* One cause, and what mends it. */
void connect_name_cause(const char *cause, struct findings *out, struct finding *finding);
/* A dead address beside a live one: DNS-03. */
void connect_name_records(const struct rule_context *context, const struct connect_view *view,
			  struct findings *out, struct finding *finding);
/* What the default source met, where --from chose another. */
void connect_show_source(const struct rule_context *context, const struct connect_view *view,
			 struct findings *out, struct finding *finding);
void connect_explain_unknown(const struct rule_context *context, const struct connect_view *view,
			     struct findings *out, struct finding *finding);
/* A rung of a target for which nothing was tried on any address. */
void connect_not_reached(const struct rule_context *context, const struct endpoint_target *target,
			 enum endpoint_rung rung, struct findings *out);

#endif
