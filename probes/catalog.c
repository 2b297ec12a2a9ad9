/* SPDX-License-Identifier: Apache-2.0 */
/* The probes, in the order in which reports list them. What waits for what is in their rows. */
#include "probes/catalog.h"

const struct probe *const probe_catalog[] = {
	&probe_host,
	&probe_links,
	&probe_addresses,
	&probe_policy_rules,
	&probe_listeners,
	&probe_services,
	&probe_routes,
	&probe_neighbours,
	&probe_exceptions,
	&probe_trace,
	&probe_sysctls,
	&probe_xfrm,
	&probe_counters,
	&probe_configs,
	&probe_endpoints,
	&probe_metadata,
	&probe_cloud,
};

const size_t probe_catalog_count = sizeof(probe_catalog) / sizeof(probe_catalog[0]);
