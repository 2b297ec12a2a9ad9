/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules about security groups, network ACLs and load balancers share, and their rows.
 */
#ifndef RULES_CHECKS_CLOUD_ADMISSION_H
#define RULES_CHECKS_CLOUD_ADMISSION_H

#include "rules/admission_groups.h"
#include "rules/facts_cloud_services.h"
#include "rules/rule.h"

/*
 * Ports that clients speak from: those that Linux takes by itself. A rule that leaves one of them
 * out loses connections; the vendor's pages ask for all from 1024 (network ACLs, outbound rule).
 */
#define CLIENT_PORTS ((struct port_span){ 32768, 60999 })
#define CLIENT_PORTS_ALL ((struct port_span){ 1024, 65535 })

/* One service at the interface that owns its address. */
struct admission_view {
	const struct rule_context *context;
	const struct groups_facts *groups;
	const struct list *services; /* struct planned_service: all of them */
	const struct planned_service *service;
	const struct interface_fact *interface;
	struct findings *out;
};

/* A rule over services: called for each, and for each URL without an address (service NULL). */
typedef void (*admission_judge)(struct admission_view *view);
/* Calls `judge` for every service of the facts; failure latches in `out`. */
void admission_each(const struct rule_context *context, struct findings *out,
		    admission_judge judge);
/* Why no service is behind a security group: NULL where one may be. */
const char *admission_skip(const struct rule_context *context);

/* A finding about the view's service; NULL latches. */
struct finding *admission_finding(struct admission_view *view, enum finding_status status);
/*
 * Sets view->interface. False where there is none to judge: `silent` where that is as it should be
 * (data center, load balancer), else `why` says what is not known.
 */
bool admission_interface(struct admission_view *view, bool *silent, struct text *why);
/* The load balancer of the account that has the address; NULL: none is known. */
bool admission_is_balanced(const struct facts *facts, const struct address *address);
/* Groups of the interface whose rules are not there: the first of them in words. */
bool admission_misses_group(const struct admission_view *view, struct text *why);
/* A load balancer with interfaces may carry no group, and then admits everybody. */
bool admission_is_groupless(const struct admission_view *view);
/* The ids of the interface's groups. */
void admission_add_groups(const struct admission_view *view, struct text *out);
/* What can be told of link.gitlab_ip where no gitlab.url tells its port, if anything can. */
void admission_portless(const struct rule_context *context, struct findings *out);
const char *admission_skip_range(const struct rule_context *context);
/* "172.20.5.10:443" */
const char *admission_name(const struct planned_service *service, char text[32]);

/* The causes of what is refused for lack of any rule that admits; see cloud_groups_causes.c. */
struct near_misses {
	const struct span_set *missing; /* peers that no rule admits */
	bool whole; /* nothing at all is admitted */
};
void admission_near_misses(struct admission_view *view, const struct near_misses *misses,
			   struct finding *finding);

extern const struct rule rule_security_groups_admit_range;
extern const struct rule rule_security_groups_admit_vswitch;
extern const struct rule rule_webhooks_let_out;
extern const struct rule rule_managed_group_lets_out;
extern const struct rule rule_network_acl_passes_range;
extern const struct rule rule_network_acl_lets_out;
extern const struct rule rule_balancer_listener_runs;
extern const struct rule rule_balancer_admits_range;
extern const struct rule rule_balancer_backends_healthy;

#endif
