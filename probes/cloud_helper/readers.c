/* SPDX-License-Identifier: Apache-2.0 */
/* The readers, one a subject; all of them start at once. */
#include "probes/cloud_helper/call.h"
#include "probes/cloud_helper/read_balancers.h"
#include "probes/cloud_helper/read_groups.h"
#include "probes/cloud_helper/read_inquiry.h"

#include <stddef.h>

const struct cloud_reader *const cloud_readers[] = {
	&cloud_reader_groups,
	&cloud_reader_balancers,
	&reader_instance,
	&reader_network,
	&reader_transit,
	&reader_zones,
	NULL,
};
