/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups in the facts that probes and rules share. They judge nothing.
 */
#include "rules/facts.h"

#include <stdio.h>
#include <string.h>

#define SYSCTL_NAME_MAX 96

const struct link_fact *facts_link(const struct facts *facts, const char *name)
{
	const struct link_fact *fact;
	size_t i;

	for (i = 0; name && i < facts->links.links.count; i++) {
		fact = LIST_AT(&facts->links.links, struct link_fact, i);
		if (text_equal(fact->name, name))
			return fact;
	}
	return NULL;
}

const struct address_fact *facts_local_address(const struct facts *facts,
					       const struct address *address)
{
	const struct address_fact *fact;
	size_t i;

	for (i = 0; i < facts->addresses.addresses.count; i++) {
		fact = LIST_AT(&facts->addresses.addresses, struct address_fact, i);
		if (address_equal(&fact->address, address))
			return fact;
	}
	return NULL;
}

bool facts_has_address(const struct facts *facts, const char *dev)
{
	size_t i;

	for (i = 0; i < facts->addresses.addresses.count; i++)
		if (text_equal(LIST_AT(&facts->addresses.addresses, struct address_fact, i)->dev,
			       dev))
			return true;
	return false;
}

bool facts_published_here(const struct facts *facts, const struct published_fact *published)
{
	return address_is_loopback(&published->container) ||
	       facts_local_address(facts, &published->container);
}

const struct sysctl_fact *facts_sysctl(const struct facts *facts, const char *name)
{
	const struct sysctl_fact *fact;
	size_t i;

	for (i = 0; i < facts->sysctls.sysctls.count; i++) {
		fact = LIST_AT(&facts->sysctls.sysctls, struct sysctl_fact, i);
		if (text_equal(fact->name, name))
			return fact;
	}
	return NULL;
}

static bool conf_value(const struct facts *facts, const char *where, const char *leaf,
		       uint32_t *value)
{
	const struct sysctl_fact *fact;
	char name[SYSCTL_NAME_MAX];
	uint64_t number;
	int length;

	length = snprintf(name, sizeof(name), "net.ipv4.conf.%s.%s", where, leaf);
	if (length < 0 || (size_t)length >= sizeof(name))
		return false;
	fact = facts_sysctl(facts, name);
	if (!fact || !fact->value || text_whole_number(fact->value, UINT32_MAX, &number) < 0)
		return false;
	*value = (uint32_t)number;
	return true;
}

/* IN_DEV_MAXCONF of include/linux/inetdevice.h */
bool facts_conf_max(const struct facts *facts, const char *dev, const char *leaf, uint32_t *value)
{
	uint32_t all, own;

	if (facts->sysctls.section.state != FACT_OK || !dev)
		return false;
	if (!conf_value(facts, "all", leaf, &all) || !conf_value(facts, dev, leaf, &own))
		return false;
	*value = all > own ? all : own;
	return true;
}

const struct service_fact *facts_service(const struct facts *facts, const char *service,
					 const char *iif)
{
	const struct service_fact *fact;
	size_t i;

	for (i = 0; i < facts->services.services.count; i++) {
		fact = LIST_AT(&facts->services.services, struct service_fact, i);
		if (text_equal(fact->service, service) && text_equal(fact->iif, iif))
			return fact;
	}
	return NULL;
}

const struct neighbour_fact *facts_neighbour(const struct facts *facts,
					     const struct address *address, const char *dev)
{
	const struct neighbour_fact *fact;
	size_t i;

	for (i = 0; i < facts->neighbours.neighbours.count; i++) {
		fact = LIST_AT(&facts->neighbours.neighbours, struct neighbour_fact, i);
		if (address_equal(&fact->address, address) && text_equal(fact->dev, dev))
			return fact;
	}
	return NULL;
}
