/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sections "host", "links" and "addresses": the machine and its interfaces. Part of the facts
 * (rules/facts.h), whose invariants hold here; the record tables are in rules/facts_host.c.
 */
#ifndef RULES_FACTS_HOST_H
#define RULES_FACTS_HOST_H

#include "rules/plan.h"
#include "rules/prefix.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stdint.h>

/* host: where we looked from. */
struct host_facts {
	struct section section;
	char *name;           /* uname nodename */
	char *machine;        /* salted hash of machine-id and network namespace, 16 hex digits */
	char *kernel;         /* uname release */
	uint64_t netns;       /* inode of /proc/self/ns/net */
	bool netns_known_init; /* pid 1's namespace could be read */
	bool netns_is_init;   /* and it is ours */
	char *netns_name;     /* as given with -n; NULL without */
	uint32_t uid;
	struct strings capabilities; /* effective, "net_admin", sorted */
	char *container;      /* "docker", "podman", "lxc", "kubernetes" ...; NULL: none seen */
	bool forwarding;      /* net.ipv4.ip_forward (conf/all/forwarding) */
	bool forwarding_denied; /* it could not be read: `forwarding` says nothing */
	/* hints that a filter could act: "nf_tables", "iptables-legacy: filter" ... */
	struct strings packet_filters;
};

/* links: interfaces (RTM_GETLINK). */
struct link_fact {
	uint32_t index;
	char *name;
	char *kind;       /* IFLA_INFO_KIND: "bridge", "veth", "wireguard", "vrf" ...; NULL: none */
	char *type;       /* "ether", "loopback", "none", "ppp", "ipip", "gre" ... of ARPHRD_ */
	char *master;     /* name of the bridge, bond or VRF above; NULL */
	struct maybe vrf_table; /* of a VRF */
	bool up;          /* IFF_UP */
	bool carrier;     /* IFF_LOWER_UP */
	bool loopback;
	bool point_to_point;
	bool noarp;       /* IFF_NOARP: no neighbour is asked for */
	uint32_t mtu;
	uint32_t group;   /* IFLA_GROUP: suppress_ifgroup of policy rules asks for it */
	char *operstate;  /* "up", "down", "lowerlayerdown", "unknown" ... */
};

struct links_facts {
	struct section section;
	struct list links; /* struct link_fact, by index */
};

/* addresses: IPv4 addresses (RTM_GETADDR). */
struct address_fact {
	struct address address; /* IFA_LOCAL */
	uint32_t length;        /* prefix length */
	struct address peer;    /* IFA_ADDRESS where it differs */
	char *dev;
	uint32_t index; /* of the link */
	char *scope;    /* "global", "link", "host" */
	bool permanent; /* IFA_F_PERMANENT: false for a DHCP lease */
};

struct addresses_facts {
	struct section section;
	struct list addresses; /* struct address_fact, by address */
};

#endif
