/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small machines for the tests of the forwarding model and of the path rules: facts from a few
 * lines of JSON, with what every machine has filled in.
 */
#ifndef TESTS_UNIT_PATH_WORLD_H
#define TESTS_UNIT_PATH_WORLD_H

#include "rules/facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD_SIZE ((size_t)256 * 1024)

/* Facts hold rules in the order of their priorities: a test's own stand between these. */
#define LOCAL_RULE "{\"priority\":0,\"action\":\"lookup\",\"table\":255}"
#define MAIN_RULES                                                                                 \
	"{\"priority\":32766,\"action\":\"lookup\",\"table\":254},"                                \
	"{\"priority\":32767,\"action\":\"lookup\",\"table\":253}"
#define DEFAULT_RULES LOCAL_RULE "," MAIN_RULES

/* What a test says of its machine; NULL: nothing. Each is the inside of a JSON list. */
struct path_world {
	const char *rules, *routes, *links, *addresses, *sysctls, *classes, *services;
};

#define ADD_SECTION(text, size, name, inner, words)                                                \
	snprintf((text) + strlen(text), (size)-strlen(text),                                       \
		 ",\"" name "\":{\"state\":\"ok\",\"" inner "\":[%s]}", (words) ? (words) : "")

/* Reads the machine; the caller releases `facts`. Exits with a message where the JSON is wrong. */
static inline void path_world_read(const struct path_world *world, struct facts *facts)
{
	struct fault fault = { 0 };
	char *text = calloc(1, WORLD_SIZE);

	if (!text)
		abort();
	snprintf(text, WORLD_SIZE,
		 "{\"schema\":\"reachback.facts/1\",\"version\":\"0\",\"started\":"
		 "\"2026-11-20T12:00:00Z\",\"took_ms\":1");
	ADD_SECTION(text, WORLD_SIZE, "rules", "rules", world->rules);
	ADD_SECTION(text, WORLD_SIZE, "links", "links", world->links);
	ADD_SECTION(text, WORLD_SIZE, "addresses", "addresses", world->addresses);
	ADD_SECTION(text, WORLD_SIZE, "sysctls", "sysctls", world->sysctls);
	ADD_SECTION(text, WORLD_SIZE, "services", "services", world->services);
	snprintf(text + strlen(text), WORLD_SIZE - strlen(text),
		 ",\"routes\":{\"state\":\"ok\",\"entries\":[%s],\"classes\":[%s]}}",
		 world->routes ? world->routes : "", world->classes ? world->classes : "");
	facts_init(facts);
	if (facts_read(text, strlen(text), facts, &fault) != 0) {
		fprintf(stderr, "%s\n%s\n", fault_text(&fault, fault.code), text);
		abort();
	}
	free(text);
}

#endif
