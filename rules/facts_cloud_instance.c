/* SPDX-License-Identifier: Apache-2.0 */
/* Record table of the section "instance". */
#include "rules/facts_cloud_instance.h"

#include "rules/facts_record.h"

static const struct field instance_fields[] = {
	SECTION_FIELDS(instance_facts),
	{ .name = NULL },
};
const struct record instance_record = { "instance", sizeof(struct instance_facts),
				  instance_fields };
