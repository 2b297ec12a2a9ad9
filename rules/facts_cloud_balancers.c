/* SPDX-License-Identifier: Apache-2.0 */
/* Record table of the section "balancers". */
#include "rules/facts_cloud_balancers.h"

#include "rules/facts_record.h"

static const struct field balancers_fields[] = {
	SECTION_FIELDS(balancers_facts),
	{ .name = NULL },
};
const struct record balancers_record = { "balancers", sizeof(struct balancers_facts),
				  balancers_fields };
