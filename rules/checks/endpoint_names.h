/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules about names and about the allow-list share: what builds get for a name, and the
 * shape of their findings.
 *
 * A build knows neither this machine's hosts file nor its search list: what it gets is what the
 * first server in order says that knows the name as it stands in the URL; a cut answer that TCP
 * does not complete is thrown away, whatever addresses it holds. What this machine
 * connects to (name_fact.used) may be something else, and then a rule says so. Only where a name
 * without a dot leads nowhere by itself is the search list taken for one that builds have, too.
 */
#ifndef RULES_CHECKS_ENDPOINT_NAMES_H
#define RULES_CHECKS_ENDPOINT_NAMES_H

#include "rules/rule.h"

struct name_view {
	const struct endpoints_facts *endpoints;
	const char *host;
	bool asked;  /* there are rows of it */
	bool option; /* --resolve stands for it */
	const char *server; /* that knows: the first in order, be it that there is no such name */
	/* what it says, or the option; NULL where nobody knows or was not asked for that kind */
	const struct name_fact *a, *aaaa;
};

void name_view_find(struct name_view *view, const struct endpoints_facts *endpoints,
		    const char *host);
/* The same as if there were no --resolve, which no build has. */
void name_view_of_servers(struct name_view *view, const struct endpoints_facts *endpoints,
			  const char *host);
/* How many IPv4 addresses builds get, and each of them. */
size_t name_view_count(const struct name_view *view);
bool name_view_address(const struct name_view *view, size_t place, struct address *address);
/* A row of `host`: of this server and kind, for the name as it stands. NULL: none. */
const struct name_fact *name_row_find(const struct endpoints_facts *endpoints, const char *host,
				      const char *server, const char *kind);
/* The one by which this machine found the host in its search list; NULL: it did not. */
const struct name_fact *name_row_searched(const struct endpoints_facts *endpoints,
					  const char *host);
/* "192.0.2.53:53 A: no such name (NXDOMAIN), 1 question, 3.0 ms", as evidence of its own place. */
void name_row_tell(const struct endpoints_facts *endpoints, const struct name_fact *row,
		   struct findings *out, struct finding *finding);
/* Why the row is no answer, in words: "refuses (REFUSED)". */
const char *name_outcome_told(int outcome);
/* The cause that stands for such an outcome; NULL where the machine itself could not ask. */
const char *name_outcome_cause(int outcome);

/* Regardless of order. */
bool name_same_addresses(const struct strings *a, const struct strings *b);

/* Is the target part of what builds and clones touch (not the registry's own), by name? */
bool endpoint_is_built_from(const struct endpoint_target *target);
/* A finding about a rung of this target. NULL: out of memory, latched. */
struct finding *endpoint_finding(struct findings *out, enum finding_status status,
				 const struct endpoint_target *target, enum endpoint_rung rung);
/* Is it the first target with its host name that builds look up? Each name is judged once. */
bool endpoint_is_first(const struct endpoints_facts *endpoints, size_t place);
/* Calls `judge` once for each name that builds look up; says so where there is none. */
typedef void judge_name(const struct rule_context *context, const struct endpoint_target *target,
			const struct name_view *view, struct findings *out);
void endpoint_each_name(const struct rule_context *context, judge_name *judge,
			struct findings *out);
/* "from eth1", "from 192.168.1.20", "from the kernel's choice of address". Returns `text`. */
#define ENDPOINT_SOURCE_MAX 96
const char *endpoint_source_told(const struct endpoints_facts *endpoints,
				 char text[ENDPOINT_SOURCE_MAX]);
/* For `skip`: the plan names no URL. */
const char *endpoint_no_url(const struct rule_context *context);

extern const struct rule rule_names_answer;
extern const struct rule rule_allow_list_complete;
extern const struct rule rule_names_agree;
extern const struct rule rule_names_come_whole;
extern const struct rule rule_hosts_file_agrees;
extern const struct rule rule_names_fully_qualified;
extern const struct rule rule_ipv6_addresses_answer;
extern const struct rule rule_overlay_passes_names;

#endif
