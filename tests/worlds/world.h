/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random routing worlds: a world is a text of lines for `ip -batch`, with our own between
 * them (`sysctl`, `plan`, `service`, `listener`, `published`), so that a failing one can be kept
 * and read. `expect` lines say which services the probe must find.
 */
#ifndef TESTS_WORLDS_WORLD_H
#define TESTS_WORLDS_WORLD_H

#include "probes/probe.h"
#include "rules/facts.h"
#include "tests/random.h"

#include <stdio.h>

#define WORLD_SERVICES_MAX 4

/* What `plan` and `service` lines say. */
struct world {
	struct probe_service services[WORLD_SERVICES_MAX];
	size_t service_count;
	struct listeners_facts listeners; /* as if these sockets were there */
	struct strings expected; /* services, as `expect` lines word them; empty: any */
	struct plan plan;
};

/* Writes a random world. */
void world_invent(struct random *random, FILE *out);
/* Builds the world of `path` in the current network namespace. 0, or negative errno after words. */
int world_build(const char *path, struct world *world);
void world_release(struct world *world);

/* Runs the probes in this process and compares; returns the number of differences, printed. */
unsigned int world_compare(const struct world *world, uint64_t *lookups);

#endif
