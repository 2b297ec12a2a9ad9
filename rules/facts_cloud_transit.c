/* SPDX-License-Identifier: Apache-2.0 */
/* Record table of the section "transit". */
#include "rules/facts_cloud_transit.h"

#include "rules/facts_record.h"

static const struct field transit_fields[] = {
	SECTION_FIELDS(transit_facts),
	{ .name = NULL },
};
const struct record transit_record = { "transit", sizeof(struct transit_facts),
				  transit_fields };
