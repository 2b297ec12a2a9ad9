/* SPDX-License-Identifier: Apache-2.0 */
/* Record table of the request to the endpoint helper. */
#include "probes/endpoints_request.h"

static const struct field request_fields[] = {
	FIELD_OBJECT_OF(endpoints_request, plan, &plan_record, 0, "what the user intends"),
	FIELD(endpoints_request, netns, 0, "name of the network namespace; null: this one"),
	FIELD(endpoints_request, budget_ms, FIELD_REQUIRED, "milliseconds for the whole run"),
	FIELD(endpoints_request, resolve, 0, "HOST:PORT:ADDRESS[,ADDRESS...]"),
	FIELD(endpoints_request, name_servers, 0, "servers beside those of the resolver"),
	FIELD(endpoints_request, registry, 0, "domains of the registry"),
	FIELD(endpoints_request, deep, 0, "experiments without a failure, too"),
	FIELD(endpoints_request, proxy_variables, 0, "proxies that the environment names"),
	FIELD(endpoints_request, trust_variables, 0, "trust stores that the environment names"),
	FIELD(endpoints_request, cacert_fd, 0, "descriptor of the CA file"),
	FIELD(endpoints_request, token_fd, 0, "descriptor of the token"),
	{ .name = NULL },
};
const struct record endpoints_request_record = { "endpoints_request",
						 sizeof(struct endpoints_request),
						 request_fields };
