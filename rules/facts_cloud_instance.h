/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "instance": the registry's instance, its links, build rules and source binding.
 * The record table is in facts_cloud_instance.c.
 */
#ifndef RULES_FACTS_CLOUD_INSTANCE_H
#define RULES_FACTS_CLOUD_INSTANCE_H

#include "rules/plan.h"
#include "rules/record.h"

struct instance_facts {
	struct section section;
};

#endif
