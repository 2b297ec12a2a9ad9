/* SPDX-License-Identifier: Apache-2.0 */
/* Record table of the section "groups". */
#include "rules/facts_cloud_groups.h"

#include "rules/facts_record.h"

static const struct field groups_fields[] = {
	SECTION_FIELDS(groups_facts),
	{ .name = NULL },
};
const struct record groups_record = { "groups", sizeof(struct groups_facts),
				  groups_fields };
