/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small saved facts of a host and of a router that differ in a few words, for the tests of joins.
 */
#ifndef TESTS_UNIT_JOIN_WORLD_H
#define TESTS_UNIT_JOIN_WORLD_H

#include "rules/join.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DOCUMENT_MAX 16384
#define NOON "2026-11-20T12:00:00Z"
#define LATER "2026-11-20T12:30:00Z"
#define PLAN                                                                                       \
	"\"gitlab\":{\"url\":\"http://172.20.5.10\",\"access\":\"datacenter\"},\"datacenter\":{"   \
	"\"by_vantage\":{\"gitlab-host\":{\"return_next_hop\":\"172.20.5.1\"},"                    \
	"\"idc-router\":{\"return_next_hop\":\"10.0.12.1\"}}}"

/* Half of the range and the other half; the border is the router's. */
#define WHOLE "\"first\":\"100.104.0.0\",\"last\":\"100.104.255.255\""
#define LOWER "\"first\":\"100.104.0.0\",\"last\":\"100.104.127.255\""
#define UPPER "\"first\":\"100.104.128.0\",\"last\":\"100.104.255.255\""
#define UNICAST(via, dev)                                                                          \
	"\"type\":\"unicast\",\"table\":254,\"destination\":\"0.0.0.0/0\","                        \
	"\"next_hops\":[{\"via\":\"" via                                                           \
	"\",\"dev\":\"" dev "\",\"weight\":1}]"
#define HOLE                                                                                       \
	"\"type\":\"blackhole\",\"table\":254,\"destination\":\"100.104.128.0/17\","            \
	"\"next_hops\":[],\"error\":\"EINVAL\""
#define CLASS(iif, span, how)                                                                      \
	"{\"service\":\"172.20.5.10:80\",\"iif\":" iif ",\"mark\":0," span "," how "}"

/* What differs between machines; everything else is the same and healthy. */
struct machine {
	const char *name, *machine, *started, *vantage, *plan;
	const char *address, *gateway_dev; /* its own */
	const char *service;               /* local and iif */
	const char *classes, *entries;
};

#define HOST_ROUTES                                                                                \
	"{\"table\":254,\"destination\":\"0.0.0.0/0\",\"type\":\"unicast\",\"next_hops\":[{"       \
	"\"via\":\"172.20.5.1\",\"dev\":\"eth0\",\"weight\":1}]}"
#define ROUTER_ROUTES                                                                              \
	"{\"table\":254,\"destination\":\"0.0.0.0/0\",\"type\":\"unicast\",\"next_hops\":[{"       \
	"\"via\":\"10.0.12.1\",\"dev\":\"up0\",\"weight\":1}]}"
#define ROUTER_HOLE                                                                                \
	",{\"table\":254,\"destination\":\"100.104.128.0/17\",\"type\":\"blackhole\","             \
	"\"next_hops\":[]}"

static const struct machine good_host = {
	.name = "git1", .machine = "aaaaaaaaaaaaaaaa", .started = NOON, .vantage = "gitlab-host",
	.plan = PLAN, .address = "172.20.5.10", .gateway_dev = "eth0",
	.service = "\"local\":true,\"arrival\":\"eth0\"",
	.classes = CLASS("null", WHOLE, UNICAST("172.20.5.1", "eth0")), .entries = HOST_ROUTES,
};

static const struct machine good_router = {
	.name = "r1", .machine = "bbbbbbbbbbbbbbbb", .started = NOON, .vantage = "idc-router",
	.plan = PLAN, .address = "172.20.5.1", .gateway_dev = "lan0",
	.service = "\"local\":false,\"iif\":\"lan0\",\"arrival\":\"up0\"",
	.classes = CLASS("\"lan0\"", WHOLE, UNICAST("10.0.12.1", "up0")),
	.entries = ROUTER_ROUTES,
};

static inline void make_facts(const struct machine *machine, struct facts *facts)
{
	char *document = malloc(DOCUMENT_MAX);
	struct fault fault = { 0 };
	int length;

	assert_non_null(document);
	length = snprintf(
		document, DOCUMENT_MAX,
		"{\"schema\":\"reachback.facts/1\",\"started\":\"%s\",\"plan\":{\"state\":\"ok\","
		"\"vantage\":\"%s\",%s},"
		"\"host\":{\"state\":\"ok\",\"name\":\"%s\",\"machine\":\"%s\",\"forwarding\":%s,"
		"\"netns_known_init\":true,\"netns_is_init\":true},"
		"\"links\":{\"state\":\"ok\",\"links\":["
		"{\"index\":2,\"name\":\"%s\",\"type\":\"ether\",\"up\":true,\"carrier\":true},"
		"{\"index\":3,\"name\":\"up0\",\"type\":\"ether\",\"up\":true,\"carrier\":true}]},"
		"\"addresses\":{\"state\":\"ok\",\"addresses\":[{\"address\":\"%s\",\"length\":24,"
		"\"dev\":\"%s\",\"index\":2}]},"
		"\"rules\":{\"state\":\"ok\",\"rules\":["
		"{\"priority\":0,\"action\":\"lookup\",\"table\":255},"
		"{\"priority\":32766,\"action\":\"lookup\",\"table\":254},"
		"{\"priority\":32767,\"action\":\"lookup\",\"table\":253}]},"
		"\"services\":{\"state\":\"ok\",\"services\":[{\"service\":\"172.20.5.10:80\","
		"\"address\":\"172.20.5.10\",\"port\":80,\"origin\":\"plan\",\"resolved\":true,"
		"%s}]},"
		"\"routes\":{\"state\":\"ok\",\"entries\":[%s],\"classes\":[%s]},"
		"\"neighbours\":{\"state\":\"ok\"},\"sysctls\":{\"state\":\"ok\"},"
		"\"xfrm\":{\"state\":\"ok\"},\"counters\":{\"state\":\"ok\"},"
		"\"listeners\":{\"state\":\"ok\",\"listeners\":[{\"address\":\"0.0.0.0\","
		"\"port\":80}]},"
		"\"configs\":{\"state\":\"ok\"},\"exceptions\":{\"state\":\"ok\"}}",
		machine->started, machine->vantage, machine->plan, machine->name, machine->machine,
		strcmp(machine->vantage, "idc-router") ? "false" : "true", machine->gateway_dev,
		machine->address, machine->gateway_dev, machine->service, machine->entries,
		machine->classes);
	assert_true(length > 0 && length < DOCUMENT_MAX);
	if (facts_read(document, (size_t)length, facts, &fault) < 0)
		fail_msg("%s in %s", fault.text, document);
	free(document);
}

/* Up to three machines, joined. */
struct world {
	struct facts facts[3];
	const struct facts *given[3];
	size_t count;
	struct join join;
	struct fault fault;
};

static inline int join_world(struct world *world, const struct machine *const *machines,
			     size_t count)
{
	size_t i;

	memset(world, 0, sizeof(*world));
	world->count = count;
	for (i = 0; i < count; i++) {
		make_facts(machines[i], &world->facts[i]);
		world->given[i] = &world->facts[i];
	}
	return join_choose(world->given, count, &world->join, &world->fault);
}

static inline void release_world(struct world *world)
{
	size_t i;

	join_release(&world->join);
	for (i = 0; i < world->count; i++)
		facts_release(&world->facts[i]);
}

static inline const struct join_machine *machine_at(const struct world *world,
						    size_t place)
{
	return LIST_AT(&world->join.machines, struct join_machine, place);
}

#endif
