/* SPDX-License-Identifier: Apache-2.0 */
/* Ports that a container publishes, as far as running proxies and NAT rules tell. */
#ifndef PROBES_PUBLISHED_H
#define PROBES_PUBLISHED_H

#include "probes/probe.h"

/*
 * Adds to `listeners->published` every proxy whose own listening socket is among
 * `listeners->listeners` (a proxy of another namespace has none here), and where NAT rules send any
 * of `ports` (MESSAGE_PORTS of them).
 */
int published_read(const struct probe_context *context, const bool *ports,
		   struct listeners_facts *listeners, struct fault *fault);
/* The part of it that asks for NAT rules. */
int published_read_nat(const struct probe_context *context, const bool *ports,
		       struct listeners_facts *listeners, struct fault *fault);
/*
 * One command line ("docker-proxy\0-proto\0tcp\0..."): true and `published` filled (without dev and
 * source) when it is a TCP proxy from IPv4 to IPv4.
 */
bool published_parse(const char *bytes, size_t length, struct published_fact *published);

#endif
