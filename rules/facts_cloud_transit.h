/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "transit": border routers, circuits, router interfaces, CEN and transit routers.
 * The record table is in facts_cloud_transit.c.
 */
#ifndef RULES_FACTS_CLOUD_TRANSIT_H
#define RULES_FACTS_CLOUD_TRANSIT_H

#include "rules/plan.h"
#include "rules/record.h"

struct transit_facts {
	struct section section;
};

#endif
