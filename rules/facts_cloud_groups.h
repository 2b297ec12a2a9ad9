/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "groups": interfaces that own the service addresses, security groups, network ACLs.
 * The record table is in facts_cloud_groups.c.
 */
#ifndef RULES_FACTS_CLOUD_GROUPS_H
#define RULES_FACTS_CLOUD_GROUPS_H

#include "rules/plan.h"
#include "rules/record.h"

struct groups_facts {
	struct section section;
};

#endif
