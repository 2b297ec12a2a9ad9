/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small questions and words that several rules need.
 */
#include "rules/checks/checks.h"

#include <stdio.h>

void pointer_print(char *text, size_t size, const char *list, size_t place)
{
	(void)snprintf(text, size, "%s/%zu", list, place);
}

/* Files of the network configuration. */
static const struct {
	const char *owner;
	const char *path;
	bool other; /* tunnels stand there as well */
} route_files[] = {
	{ "netplan", "/etc/netplan", false },
	{ "ifupdown", "/etc/network/interfaces", false },
	{ "ifcfg", "/etc/sysconfig/network-scripts", false },
	{ "networkmanager", "/etc/NetworkManager", true },
	{ "networkd", "/etc/systemd/network", true },
};

bool config_is_route(const struct config_fact *config)
{
	size_t i;

	for (i = 0; i < sizeof(route_files) / sizeof(route_files[0]); i++)
		if (text_equal(route_files[i].owner, config->owner))
			return true;
	return false;
}

bool config_may_route(const char *path, bool *other)
{
	size_t i;

	*other = true;
	for (i = 0; i < sizeof(route_files) / sizeof(route_files[0]); i++) {
		if (!text_has_prefix(path, route_files[i].path))
			continue;
		*other = route_files[i].other;
		return true;
	}
	return false;
}

const char *netplan_section(const struct facts *facts, const char *dev)
{
	static const struct {
		const char *kind; /* of the link, as the kernel calls it */
		const char *section;
	} sections[] = {
		{ "bond", "bonds" },
		{ "bridge", "bridges" },
		{ "vlan", "vlans" },
		{ "vrf", "vrfs" },
	};
	const struct link_fact *link =
		dev && facts->links.section.state == FACT_OK ? facts_link(facts, dev) : NULL;
	size_t i;

	for (i = 0; link && i < sizeof(sections) / sizeof(sections[0]); i++)
		if (text_equal(link->kind, sections[i].kind))
			return sections[i].section;
	return "ethernets";
}

bool service_is_here(const struct service_fact *service)
{
	return service->resolved && (service->local || service->iif) &&
	       !address_is_loopback(&service->address);
}
