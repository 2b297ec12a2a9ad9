/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules about connections to endpoints share: the subject and the words of an attempt, its
 * source, how its address is reached, and what the hop trace told.
 */
#ifndef RULES_CHECKS_ENDPOINT_PATH_H
#define RULES_CHECKS_ENDPOINT_PATH_H

#include "rules/rule.h"

extern const struct rule rule_path_treats_flows_alike;
extern const struct rule rule_endpoint_connects;
extern const struct rule rule_path_carries_large_packets;
extern const struct rule rule_source_representative;
extern const struct rule rule_proxies_unused;

/*
 * What hides a connection that fails: its name, an address that the link does not list, and (each
 * adds its code here) what knows a URL to be wrong before any port of it is.
 */
#define PATH_AFTER                                                                                 \
	"gitlab-clone-url-fits", "gitlab-lfs-reachable", "gitlab-submodules-reachable",            \
		"names-answer", "allow-list-complete", "redirect-port-open"
/* For the `after` of every rung above. */
#define PATH_RULES "path-treats-flows-alike", "endpoint-connects", "path-carries-large-packets"

/* Where a source stands to the addresses that the link will use. */
enum source_place {
	SOURCE_UNKNOWN,    /* no source, or the plan does not name the vSwitch's addresses */
	SOURCE_IN_RANGE,   /* in the reverse-access range itself */
	SOURCE_IN_VSWITCH, /* in plan.link.vswitch_cidr */
	SOURCE_ELSEWHERE
};
enum source_place source_place(const struct facts *facts, const struct address *source);
/*
 * Which connections to GitLab and Maven show nothing of the link's way (MET-01, MET-04): a line for
 * each source and each address of this machine. None: what was seen counts. -ENOMEM.
 */
int source_doubts(const struct rule_context *context, struct strings *doubts);

/*
 * Does the path of this target belong to the link? The registry's own endpoints do not: the rule
 * about the registry speaks of them. Neither does IPv6: links are IPv4.
 */
bool path_is_judged(const struct endpoint_target *target);
bool path_attempt_is_judged(const struct rule_context *context, const struct attempt_fact *attempt);

/*
 * A finding about a target (attempt NULL) or one of its addresses, with subject, and the attempt as
 * evidence; NULL: no memory (latched).
 */
struct finding *path_finding(const struct rule_context *context, struct findings *out,
			     enum finding_status status, const struct endpoint_target *target,
			     const struct attempt_fact *attempt);
void path_rung(struct findings *out, struct finding *finding, enum endpoint_rung rung);

#define PATH_WORDS_MAX 160
/* "172.20.5.10:443 from 192.168.1.20" */
const char *path_print(const struct attempt_fact *attempt, char words[PATH_WORDS_MAX]);
/* "3.2 ms" */
const char *time_print(const struct maybe *microseconds, char words[24]);

/* How the address is reached, as far as the plan tells: enum plan_access. */
int path_access(const struct rule_context *context, const struct attempt_fact *attempt);
/* Is the address in a network of this machine, so that no router stands between? */
bool path_is_on_link(const struct rule_context *context, const struct attempt_fact *attempt);
bool path_is_own_address(const struct rule_context *context, const struct attempt_fact *attempt,
			 const struct address *address);

/* Routers that a packet passed on its way here, by the time to live that it has left. */
uint32_t path_hops_passed(uint32_t ttl);

/* What the trace told; pointers are NULL where there is no such row. */
struct path_trace {
	bool traced;
	const struct hop_fact *last_hop;    /* the furthest router that answered */
	const struct hop_fact *unreachable; /* the first that says "unreachable" */
	const struct hop_fact *refused;     /* the first RST */
	const struct hop_fact *connected;
	bool refused_nearer; /* the RST comes from nearer than the target */
	bool refused_told;   /* whether it does is known */
};
void path_read_trace(const struct rule_context *context, const struct attempt_fact *attempt,
		     struct path_trace *trace);
/* Who ended a connection that was closed without a byte. */
enum path_closer {
	CLOSER_TARGET, /* or nothing speaks against it */
	CLOSER_NEARER, /* a RST upon the first bytes, from nearer than the target's own packets */
	CLOSER_UNTOLD, /* a RST upon the first bytes alone, and nobody knows from where */
};
enum path_closer path_closer_of(const struct rule_context *context,
				const struct attempt_fact *attempt);
void path_show_closer(const struct rule_context *context, const struct attempt_fact *attempt,
		      struct findings *out, struct finding *finding);
/* The rows as evidence. */
void path_show_trace(const struct rule_context *context, const struct attempt_fact *attempt,
		     struct findings *out, struct finding *finding);

/* Connections from chosen source ports; all 0: none were made. */
struct path_flows {
	uint32_t ports, steady, dead, mixed; /* answered always, never, now and then */
	uint32_t tries, answers;
	uint32_t flows, whole; /* connections that carried something, and those that lost nothing */
};
void path_read_flows(const struct rule_context *context, const struct attempt_fact *attempt,
		     struct path_flows *flows);

/* The row of an experiment of this attempt; NULL. `at`: its place, may be NULL. */
const struct experiment_fact *path_experiment(const struct rule_context *context,
					      const struct attempt_fact *attempt, int kind,
					      size_t *at);

#endif
