/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the endpoint probe hands to its helper program on stdin: one JSON document. Secrets are not
 * in it: the token and the CA file come as open descriptors whose numbers stand here.
 */
#ifndef PROBES_ENDPOINTS_REQUEST_H
#define PROBES_ENDPOINTS_REQUEST_H

#include "rules/plan.h"
#include "rules/record.h"

struct endpoints_request {
	struct plan plan;
	char *netns;              /* -n: files of /etc/netns/NAME stand for those of /etc */
	uint32_t budget_ms;       /* for the whole run */
	struct strings resolve;   /* "HOST:PORT:ADDRESS[,ADDRESS...]" as curl takes it */
	struct strings name_servers; /* extra ones: "ADDRESS[:PORT]" */
	struct strings registry;  /* domains of the registry */
	bool deep;
	bool anywhere; /* not only from the vSwitch's host: --from was given; stays in the probe */
	struct strings proxy_variables, trust_variables; /* as in the facts */
	struct maybe cacert_fd, token_fd;
};

extern const struct record endpoints_request_record;

#endif
