/* SPDX-License-Identifier: Apache-2.0 */
/* Which host answers for a product in a region, by the vendor's tables of endpoints. Pure. */
#ifndef PROBES_CLOUD_HELPER_ENDPOINT_H
#define PROBES_CLOUD_HELPER_ENDPOINT_H

#include "probes/cloud_helper/actions.h"
#include "rules/plan.h"
#include "rules/text.h"

#include <stdbool.h>

/* Does the region exist for our purposes: letters, digits and hyphens? It becomes a host name. */
bool endpoint_region_is_sane(const char *region);
/*
 * The base URL, "https://ecs-vpc.cn-hangzhou.aliyuncs.com", without a slash at its end: the plan's
 * where it names one. `vpc`: the endpoint inside of VPCs where there is one. -EINVAL, -ENOMEM.
 */
int endpoint_url(const struct plan *plan, enum cloud_product product, const char *region,
		 bool vpc, struct text *out);
/* "host[:port]" of such a URL, as it stands in the header Host: default ports are left out. */
int endpoint_host(const char *url, struct text *out);
/* Plain http to a host that is not this machine? */
bool endpoint_is_clear(const char *url);

#endif
