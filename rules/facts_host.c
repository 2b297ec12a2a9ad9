/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Record tables of what the machine is: host, links, addresses, neighbours, sysctls, counters,
 * listeners, configurations.
 */
#include "rules/facts_host.h"

#include "rules/facts.h"

#include "rules/facts_record.h"

const char *const section_words[] = { "", "ok", "denied", "failed", NULL };

static const struct field host_fields[] = {
	SECTION_FIELDS(host_facts),
	FIELD(host_facts, name, 0, "node name"),
	FIELD(host_facts, machine, 0, "salted hash of machine and network namespace"),
	FIELD(host_facts, kernel, 0, "release of the kernel"),
	FIELD(host_facts, netns, 0, "inode of the network namespace"),
	FIELD(host_facts, netns_known_init, 0, "the namespace of process 1 could be read"),
	FIELD(host_facts, netns_is_init, 0, "and it is this one"),
	FIELD(host_facts, netns_name, 0, "name of the namespace that was entered"),
	FIELD(host_facts, uid, 0, "user who observed"),
	FIELD(host_facts, capabilities, 0, "effective capabilities, sorted"),
	FIELD(host_facts, container, 0, "kind of container around us; null: none seen"),
	FIELD(host_facts, forwarding, 0, "IPv4 forwarding is on"),
	FIELD(host_facts, forwarding_denied, FIELD_OMIT,
	      "whether IPv4 forwarding is on may not be read here"),
	FIELD(host_facts, packet_filters, 0, "hints that a packet filter could act"),
	{ .name = NULL },
};
const struct record host_record = { "host", sizeof(struct host_facts), host_fields };

static const struct field link_fields[] = {
	FIELD(link_fact, index, FIELD_REQUIRED, "number of the interface"),
	FIELD(link_fact, name, FIELD_REQUIRED, "name of the interface"),
	FIELD(link_fact, kind, 0, "driver kind: bridge, veth, wireguard, vrf, tun ..."),
	FIELD(link_fact, type, 0, "hardware type: ether, loopback, none, ppp ..."),
	FIELD(link_fact, master, 0, "bridge, bond or VRF above"),
	FIELD(link_fact, vrf_table, 0, "routing table of a VRF"),
	FIELD(link_fact, up, 0, "administratively up"),
	FIELD(link_fact, carrier, 0, "the lower layer is up"),
	FIELD(link_fact, loopback, 0, "loopback interface"),
	FIELD(link_fact, point_to_point, 0, "point-to-point interface"),
	FIELD(link_fact, noarp, FIELD_OMIT, "no neighbour is asked for (NOARP)"),
	FIELD(link_fact, mtu, 0, "largest packet"),
	FIELD(link_fact, group, 0, "group, for suppress_ifgroup"),
	FIELD(link_fact, operstate, 0, "operational state: up, down, lowerlayerdown ..."),
	{ .name = NULL },
};
static const struct record link_record = { "link", sizeof(struct link_fact), link_fields };

static const struct field links_fields[] = {
	SECTION_FIELDS(links_facts),
	FIELD_LIST_OF(links_facts, links, &link_record, 0, "interfaces, by index"),
	{ .name = NULL },
};
const struct record links_record = { "links", sizeof(struct links_facts), links_fields };

static const struct field address_fields[] = {
	FIELD(address_fact, address, FIELD_REQUIRED, "IPv4 address of this machine"),
	FIELD_UP_TO(address_fact, length, 32, FIELD_REQUIRED, "length of its prefix"),
	FIELD(address_fact, peer, 0, "the other end, where it differs"),
	FIELD(address_fact, dev, FIELD_REQUIRED, "interface"),
	FIELD(address_fact, index, 0, "number of the interface"),
	FIELD(address_fact, scope, 0, "global, link, host"),
	FIELD(address_fact, permanent, 0, "false: leased"),
	{ .name = NULL },
};
static const struct record address_record = { "address", sizeof(struct address_fact),
					      address_fields };

static const struct field addresses_fields[] = {
	SECTION_FIELDS(addresses_facts),
	FIELD_LIST_OF(addresses_facts, addresses, &address_record, 0, "by address"),
	{ .name = NULL },
};
const struct record addresses_record = { "addresses", sizeof(struct addresses_facts),
					 addresses_fields };

static const struct field neighbour_fields[] = {
	FIELD(neighbour_fact, address, FIELD_REQUIRED, "a next hop that classes use"),
	FIELD(neighbour_fact, dev, FIELD_REQUIRED, "interface"),
	FIELD(neighbour_fact, state, FIELD_REQUIRED,
	      "reachable, stale, failed, permanent, none ..."),
	FIELD(neighbour_fact, failed_twice, 0, "failed, and still so a second later"),
	FIELD(neighbour_fact, own, FIELD_OMIT,
	      "noarp, with the interface's own link-layer address in place of one"),
	{ .name = NULL },
};
static const struct record neighbour_record = { "neighbour", sizeof(struct neighbour_fact),
						neighbour_fields };

static const struct field neighbours_fields[] = {
	SECTION_FIELDS(neighbours_facts),
	FIELD_LIST_OF(neighbours_facts, neighbours, &neighbour_record, 0, "by address, interface"),
	{ .name = NULL },
};
const struct record neighbours_record = { "neighbours", sizeof(struct neighbours_facts),
					  neighbours_fields };

static const struct field sysctl_fields[] = {
	FIELD(sysctl_fact, name, FIELD_REQUIRED, "like net.ipv4.conf.all.rp_filter"),
	FIELD(sysctl_fact, value, FIELD_REQUIRED, "as the kernel prints it"),
	{ .name = NULL },
};
static const struct record sysctl_record = { "sysctl", sizeof(struct sysctl_fact), sysctl_fields };

static const struct field sysctls_fields[] = {
	SECTION_FIELDS(sysctls_facts),
	FIELD_LIST_OF(sysctls_facts, sysctls, &sysctl_record, 0, "by name"),
	{ .name = NULL },
};
const struct record sysctls_record = { "sysctls", sizeof(struct sysctls_facts), sysctls_fields };

static const struct field counter_fields[] = {
	FIELD(counter_fact, name, FIELD_REQUIRED, "like TcpExt.IPReversePathFilter"),
	FIELD(counter_fact, value, FIELD_REQUIRED, "since the namespace was made"),
	{ .name = NULL },
};
static const struct record counter_record = { "counter", sizeof(struct counter_fact),
					      counter_fields };

static const struct field counters_fields[] = {
	SECTION_FIELDS(counters_facts),
	FIELD_LIST_OF(counters_facts, counters, &counter_record, 0, "by name"),
	{ .name = NULL },
};
const struct record counters_record = { "counters", sizeof(struct counters_facts),
					counters_fields };

static const struct field listener_fields[] = {
	FIELD(listener_fact, address, FIELD_REQUIRED, "0.0.0.0 or :: for any"),
	FIELD_UP_TO(listener_fact, port, 65535, FIELD_REQUIRED, "TCP port"),
	FIELD(listener_fact, v6only, 0, "an IPv6 socket that takes no IPv4"),
	FIELD(listener_fact, uid, 0, "owner of the socket"),
	FIELD(listener_fact, mark, 0, "mark of the socket; null where it may not be read"),
	FIELD(listener_fact, dev, 0, "interface to which it is bound"),
	{ .name = NULL },
};
static const struct record listener_record = { "listener", sizeof(struct listener_fact),
					       listener_fields };

static const struct field published_fields[] = {
	FIELD(published_fact, address, FIELD_REQUIRED, "address of the host, 0.0.0.0: any"),
	FIELD_UP_TO(published_fact, port, 65535, FIELD_REQUIRED, "port on the host"),
	FIELD(published_fact, container, 0,
	      "address of the container, or of this machine itself"),
	FIELD_UP_TO(published_fact, container_port, 65535, 0, "port in the container"),
	FIELD(published_fact, dev, 0, "bridge by which the container is reached"),
	FIELD(published_fact, source, 0, "where this was read"),
	FIELD(published_fact, diverts, 0,
	      "a NAT rule takes every connection there before a socket of this host"),
	{ .name = NULL },
};
static const struct record published_record = { "published", sizeof(struct published_fact),
						published_fields };

static const struct field listeners_fields[] = {
	SECTION_FIELDS(listeners_facts),
	FIELD_LIST_OF(listeners_facts, listeners, &listener_record, 0,
		      "sockets on service ports and where rules send those, by port, address"),
	FIELD_LIST_OF(listeners_facts, published, &published_record, 0,
		      "ports that containers publish, by port, address"),
	FIELD(listeners_facts, nat_unknown, 0,
	      "NAT rules were not read or not understood: more may be published"),
	{ .name = NULL },
};
const struct record listeners_record = { "listeners", sizeof(struct listeners_facts),
					 listeners_fields };

static const struct field config_fields[] = {
	FIELD(config_fact, owner, FIELD_REQUIRED, "docker, podman, cni, kubernetes, libvirt ..."),
	FIELD(config_fact, path, FIELD_REQUIRED, "file, or interface NAME"),
	FIELD(config_fact, key, 0, "place inside the file"),
	FIELD(config_fact, prefix, FIELD_REQUIRED, "network that will be used"),
	FIELD_UP_TO(config_fact, pool_size, 32, 0, "length of networks cut from a pool; 0: none"),
	{ .name = NULL },
};
static const struct record config_record = { "config", sizeof(struct config_fact), config_fields };

static const struct field configs_fields[] = {
	SECTION_FIELDS(configs_facts),
	FIELD(configs_facts, read, 0, "files that were read"),
	FIELD(configs_facts, denied, 0, "files that could not be read"),
	FIELD_LIST_OF(configs_facts, configs, &config_record, 0,
		      "networks that overlap the range, by path, key"),
	{ .name = NULL },
};
const struct record configs_record = { "configs", sizeof(struct configs_facts), configs_fields };
