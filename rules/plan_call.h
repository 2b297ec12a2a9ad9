/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plan says of an operation that it describes (create_call, list_call): how it is called,
 * and the values of the link that its path, query and body may hold as "{gitlab_ip}".
 */
#ifndef RULES_PLAN_CALL_H
#define RULES_PLAN_CALL_H

#include "rules/fault.h"
#include "rules/plan.h"

#include <stddef.h>

enum plan_value {
	PLAN_VALUE_GITLAB_IP,
	PLAN_VALUE_OTHER_IPS, /* several: in a list one item each, else with commas between */
	PLAN_VALUE_VPC_ID,
	PLAN_VALUE_VSWITCH_ID,
	PLAN_VALUE_INSTANCE_ID,
	PLAN_VALUE_REGION,
	PLAN_VALUES
};

/*
 * The value that the "{" at `at` begins, and the length of its word with both braces. PLAN_VALUES:
 * these braces are the operation's own.
 */
enum plan_value plan_value_at(const char *at, size_t *length);
/* Refuses with a pointer what no gateway could take, or what would not be what was meant. */
int plan_calls_check(const struct plan *plan, struct fault *fault);

#endif
