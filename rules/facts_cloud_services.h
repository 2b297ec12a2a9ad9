/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses and ports the link is for, as far as plan and endpoints tell: what the cloud is
 * asked about, and what its rules are judged for.
 */
#ifndef RULES_FACTS_CLOUD_SERVICES_H
#define RULES_FACTS_CLOUD_SERVICES_H

#include "rules/facts.h"

/* One address and port that the registry's builders will speak to. */
struct planned_service {
	struct address address;
	uint32_t port;
	bool gitlab;     /* else Maven */
	const char *url; /* that it comes from, of the plan or of the endpoints */
};

/*
 * Adds every IPv4 address (struct address) that the plan names: link.gitlab_ip, link.other_ips and
 * the addresses that stand in URLs; each once, in order. -ENOMEM.
 */
int planned_addresses(const struct plan *plan, struct list *addresses);

/*
 * Adds the services (struct planned_service), each once, by address and port: ports of the plan's
 * URLs and of those that they led to. URLs of the plan of which no IPv4 address is known go to
 * `open`. -ENOMEM.
 */
int planned_services(const struct facts *facts, struct list *services, struct strings *open);

/* Does the plan say that this address is in the data center? */
bool planned_in_datacenter(const struct plan *plan, const struct planned_service *service);

#endif
