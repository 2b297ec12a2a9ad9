/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "balancers": load balancers, their listeners, access control and backends.
 * The record table is in facts_cloud_balancers.c.
 */
#ifndef RULES_FACTS_CLOUD_BALANCERS_H
#define RULES_FACTS_CLOUD_BALANCERS_H

#include "rules/plan.h"
#include "rules/record.h"

struct balancers_facts {
	struct section section;
};

#endif
