/* SPDX-License-Identifier: Apache-2.0 */
/* Record table of the section "private_zones". */
#include "rules/facts_cloud_zones.h"

#include "rules/facts_record.h"

static const struct field private_zones_fields[] = {
	SECTION_FIELDS(private_zones_facts),
	{ .name = NULL },
};
const struct record private_zones_record = { "private_zones", sizeof(struct private_zones_facts),
				  private_zones_fields };
