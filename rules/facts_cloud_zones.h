/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "private_zones": zones of PrivateZone that the link's VPC sees and that may be the
 * registry's, with their records. Part of the facts (rules/facts.h).
 */
#ifndef RULES_FACTS_CLOUD_ZONES_H
#define RULES_FACTS_CLOUD_ZONES_H

#include "rules/plan.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stdint.h>

struct private_record_fact {
	char *name;   /* "@", "www" ... */
	char *type;   /* "A", "CNAME" ... */
	char *value;
	char *status; /* "ENABLE", "DISABLE" */
};

struct private_zone_fact {
	char *id, *name;
	char *creator; /* account or service that made it */
	int state;     /* enum fact_state: were its records read? */
	char *note;
	struct strings vpcs; /* that it serves, where it was told; sorted */
	struct list records; /* struct private_record_fact, by name, type and value */
};

struct private_zones_facts {
	struct section section;
	char *vpc_id;    /* whose zones were asked for; NULL: all of the account */
	uint32_t zones;  /* that there are, of any name */
	struct list zone_list; /* struct private_zone_fact, by name and id */
};

/* The documented order of every list. */
void private_zones_sort(struct private_zones_facts *zones);

#endif
