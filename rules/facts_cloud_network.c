/* SPDX-License-Identifier: Apache-2.0 */
/* Record table of the section "network". */
#include "rules/facts_cloud_network.h"

#include "rules/facts_record.h"

static const struct field network_fields[] = {
	SECTION_FIELDS(network_facts),
	{ .name = NULL },
};
const struct record network_record = { "network", sizeof(struct network_facts),
				  network_fields };
