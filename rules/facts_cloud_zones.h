/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "private_zones": PrivateZone zones, their records and the VPCs they serve.
 * The record table is in facts_cloud_zones.c.
 */
#ifndef RULES_FACTS_CLOUD_ZONES_H
#define RULES_FACTS_CLOUD_ZONES_H

#include "rules/plan.h"
#include "rules/record.h"

struct private_zones_facts {
	struct section section;
};

#endif
