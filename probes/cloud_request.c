/* SPDX-License-Identifier: Apache-2.0 */
/* Record table of the request to the cloud helper. */
#include "probes/cloud_request.h"

static const struct field request_fields[] = {
	FIELD_OBJECT_OF(cloud_request, plan, &plan_record, 0, "what the user intends"),
	FIELD(cloud_request, budget_ms, FIELD_REQUIRED, "milliseconds for the whole run"),
	FIELD(cloud_request, saved, 0, "directory of saved replies; null: the API is asked"),
	FIELD(cloud_request, save, 0, "directory that replies are saved to"),
	FIELD(cloud_request, proxy, 0, "proxy for API calls"),
	FIELD(cloud_request, network, 0, "\"public\" or \"vpc\" endpoints"),
	FIELD(cloud_request, metadata, 0, "the metadata service answered"),
	FIELD(cloud_request, role, 0, "RAM role of the instance"),
	FIELD(cloud_request, environment_fd, 0, "descriptor of environment variables"),
	{ .name = NULL },
};
const struct record cloud_request_record = { "cloud_request", sizeof(struct cloud_request),
					     request_fields };
