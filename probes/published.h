/* SPDX-License-Identifier: Apache-2.0 */
/* Ports that a container publishes, as far as running proxies and NAT rules tell. */
#ifndef PROBES_PUBLISHED_H
#define PROBES_PUBLISHED_H

#include "probes/probe.h"

/*
 * Adds to `listeners->published` every proxy whose own listening socket is among
 * `listeners->listeners` (a proxy of another namespace has none here), and where NAT rules send any
 * of `ports` (MESSAGE_PORTS of them). Where that is another port of this host itself, the port is
 * added to `ports`, for its sockets matter as well; 1: that was so, 0: it was not.
 */
int published_read(const struct probe_context *context, bool *ports,
		   struct listeners_facts *listeners, struct fault *fault);
/* The part of it that asks for NAT rules. */
int published_read_nat(const struct probe_context *context, const bool *ports,
		       struct listeners_facts *listeners, struct fault *fault);
/*
 * Puts one row for each address of this host in the place of a row that leads to this host itself
 * without saying where (see nat_read_port()). `addresses` are in the kernel's order.
 */
int published_expand(const struct addresses_facts *addresses, struct listeners_facts *listeners);
/*
 * One command line ("docker-proxy\0-proto\0tcp\0..."): true and `published` filled (without dev and
 * source) when it is a TCP proxy from IPv4 to IPv4.
 */
bool published_parse(const char *bytes, size_t length, struct published_fact *published);

#endif
