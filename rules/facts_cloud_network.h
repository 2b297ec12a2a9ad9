/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "network": vSwitches, VPCs, route tables and their entries.
 * The record table is in facts_cloud_network.c.
 */
#ifndef RULES_FACTS_CLOUD_NETWORK_H
#define RULES_FACTS_CLOUD_NETWORK_H

#include "rules/plan.h"
#include "rules/record.h"

struct network_facts {
	struct section section;
};

#endif
