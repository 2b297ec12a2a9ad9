/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the cloud said: the sections "metadata" (the metadata service of this machine) and "cloud"
 * (which calls were made and what came of them). What the calls showed stands in sections of their
 * own: facts_cloud_instance.h, _network.h, _transit.h, _zones.h, _groups.h, _balancers.h.
 *
 * The section "cloud" is FACT_OK when calls were made or saved replies read, whatever came of them;
 * each section that was filled from calls has a state of its own: denied where one that it needs
 * was refused (its note names the RAM action), failed where one got no answer.
 */
#ifndef RULES_FACTS_CLOUD_H
#define RULES_FACTS_CLOUD_H

#include "rules/facts_cloud_balancers.h"
#include "rules/facts_cloud_groups.h"
#include "rules/facts_cloud_instance.h"
#include "rules/facts_cloud_network.h"
#include "rules/facts_cloud_transit.h"
#include "rules/facts_cloud_zones.h"
#include "rules/plan.h"
#include "rules/prefix.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stdint.h>

/* One network interface, as the metadata service lists it. */
struct metadata_interface {
	char *mac;
	char *id; /* "eni-..." */
	char *vpc_id, *vswitch_id;
	struct prefix vswitch_cidr;
	struct strings vpc_cidrs; /* the primary one; secondary ones are not in metadata */
	struct address primary;
	struct strings addresses; /* private IPv4, in text, sorted */
};

struct metadata_facts {
	struct section section;
	bool token; /* answered with a session token (hardened mode) */
	char *instance_id, *region, *zone;
	char *vpc_id, *vswitch_id; /* of the primary interface */
	struct prefix vpc_cidr, vswitch_cidr;
	char *role; /* name of the instance's RAM role; NULL: none */
	struct list interfaces; /* struct metadata_interface, by mac */
};

/* What came of a call. */
enum call_outcome {
	CALL_UNTRIED, /* not made: no time was left, or what it needs was not there */
	CALL_OK,
	CALL_MISSING, /* answered: there is no such thing */
	CALL_DENIED,  /* RAM refuses the action */
	CALL_FAILED,  /* no answer, a damaged one, or an error of any other kind */
	CALL_OUTCOMES
};
extern const char *const call_outcome_words[CALL_OUTCOMES + 1];

struct call_fact {
	char *product, *action;
	char *subject; /* the parameters that tell this call from others of its action */
	int outcome;   /* enum call_outcome */
	struct maybe status; /* HTTP */
	char *code;       /* error code of the reply */
	char *message;    /* why it is not ok, in words */
	char *request_id;
	char *permission; /* RAM action that it needs: "ecs:DescribeVSwitches" */
	char *host;       /* that was asked; NULL for saved replies */
	uint32_t pages;
	uint32_t tries;
	uint32_t started_ms, took_ms; /* from the beginning of the run */
};

enum cloud_source { CLOUD_UNSET, CLOUD_LIVE, CLOUD_SAVED, CLOUD_SOURCES };
extern const char *const cloud_source_words[CLOUD_SOURCES + 1];

struct cloud_facts {
	struct section section;
	int from; /* enum cloud_source */
	char *region;
	char *network;    /* "public" or "vpc": which endpoints were asked */
	char *credential; /* where it came from: "environment", "profile default (AK)" ... */
	struct strings warnings; /* of credentials: files that others can read, profiles refused */
	/* clock of this machine against the servers'; unknown where none answered with a date */
	struct maybe clock_skew_s;
	bool clock_behind; /* this machine's clock is late, else early */
	uint32_t longest_chain_ms; /* calls that wait for each other, the longest such chain */
	struct list calls; /* struct call_fact, by product, action, subject */
};

struct facts;
/* The plan's region, else that of the metadata service; NULL: neither tells. */
const char *facts_region(const struct facts *facts);
/* Does the metadata service name the vSwitch of the plan's link? */
bool facts_on_link_vswitch(const struct facts *facts);
/* Is there a region, or does the plan name an instance, VPC or vSwitch? */
bool facts_names_cloud(const struct facts *facts);

#endif
