/* SPDX-License-Identifier: Apache-2.0 */
/* The probes that there are, one name each; probes/catalog.c puts them in order. */
#ifndef PROBES_CATALOG_H
#define PROBES_CATALOG_H

#include "probes/probe.h"

extern const struct probe probe_host;
extern const struct probe probe_links;
extern const struct probe probe_addresses;
extern const struct probe probe_policy_rules;
extern const struct probe probe_listeners;
extern const struct probe probe_services;
extern const struct probe probe_routes;
extern const struct probe probe_neighbours;
extern const struct probe probe_sysctls;
extern const struct probe probe_xfrm;
extern const struct probe probe_counters;
extern const struct probe probe_configs;
extern const struct probe probe_exceptions;
extern const struct probe probe_trace;
extern const struct probe probe_endpoints;
extern const struct probe probe_metadata;
extern const struct probe probe_cloud;

#endif
