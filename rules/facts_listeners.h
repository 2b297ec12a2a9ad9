/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "listeners": TCP sockets in LISTEN on the service ports, ports that a container
 * publishes or that NAT rules send to another socket of this machine, and sockets there.
 */
#ifndef RULES_FACTS_LISTENERS_H
#define RULES_FACTS_LISTENERS_H

#include "rules/plan.h"
#include "rules/prefix.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stdint.h>

struct listener_fact {
	struct address address; /* 0.0.0.0 or :: for any */
	uint32_t port;
	bool v6only; /* an IPv6 socket that does not take IPv4 */
	uint32_t uid;
	struct maybe mark; /* SO_MARK; unknown without CAP_NET_ADMIN */
	char *dev;         /* SO_BINDTODEVICE; NULL */
};

struct published_fact {
	struct address address; /* of the host; 0.0.0.0: any */
	uint32_t port;
	struct address container; /* of the container, or of this machine: another socket */
	uint32_t container_port;
	char *dev; /* bridge by which the container is reached; NULL */
	char *source; /* where this was read: "docker-proxy command line", "nftables rule" ... */
	bool diverts; /* a NAT rule takes every connection there before a socket of this host */
};

struct listeners_facts {
	struct section section;
	struct list listeners; /* struct listener_fact, by port, address */
	struct list published; /* struct published_fact, by port, address */
	bool nat_unknown; /* NAT rules were not read or not understood: more may be published */
};

#endif
