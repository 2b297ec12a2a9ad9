/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the event socket of the proof takes for a change, in a network namespace of its own: routes
 * that overlap the range or the vSwitch's, and what hangs together with them; nothing else.
 */
#include "probes/probe.h"
#include "probes/routes_events.h"
#include "tests/unit/namespace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool namespaces;

/* The kernel tells of a carrier up to a second late, and v0 is a device that matters. */
static void let_links_settle(void)
{
	const struct timespec pause = { .tv_sec = 1, .tv_nsec = 300000000 };

	(void)nanosleep(&pause, NULL);
}

static int enter(void **state)
{
	static const char *const commands[] = {
		"link set lo up", "link add v0 type veth peer name w0", "link set v0 up",
		"link set w0 up", "address add 10.0.0.1/24 dev v0",
		"link add v1 type veth peer name w1", "link set v1 up",
	};
	size_t i;

	(void)state;
	namespaces = namespace_enter();
	for (i = 0; namespaces && i < sizeof(commands) / sizeof(commands[0]); i++)
		namespaces = namespace_ip(commands[i]);
	if (namespaces)
		let_links_settle();
	return 0;
}

/* Facts of a host whose one kept route leaves by v0, with a preferred source. */
static void know_host(struct facts *facts)
{
	struct route_fact *route;
	struct next_hop *hop;
	struct link_fact *link;

	facts_init(facts);
	link = list_add(&facts->links.links, sizeof(*link));
	assert_non_null(link);
	link->index = 1;
	link->name = text_copy("lo");
	route = list_add(&facts->routes.entries, sizeof(*route));
	assert_non_null(route);
	route->source = address_from_ipv4(0x0a000002);
	hop = list_add(&route->next_hops, sizeof(*hop));
	assert_non_null(hop);
	hop->dev = text_copy("v0");
}

static void test_changes(void **state)
{
	static const struct {
		const char *command;
		bool changed;
	} rows[] = {
		{ "route add 100.103.255.0/24 via 10.0.0.9", false },
		{ "route add 100.105.0.0/32 via 10.0.0.9", false },
		{ "route add 100.64.0.0/13 via 10.0.0.9", false },
		{ "route add 99.0.0.0/8 via 10.0.0.9", false },
		{ "route add 192.168.0.0/23 via 10.0.0.9", false },
		{ "route add 192.168.3.0/24 via 10.0.0.9", false },
		{ "route add 100.104.0.0/32 via 10.0.0.9", true },
		{ "route add 100.104.255.255/32 via 10.0.0.9 table 77", true },
		{ "route add 100.104.0.0/16 via 10.0.0.9", true },
		{ "route add blackhole 100.104.7.0/24", true },
		{ "route del 100.104.0.0/16 via 10.0.0.9", true },
		{ "route add 100.96.0.0/11 via 10.0.0.9", true },
		{ "route add default via 10.0.0.9", true },
		{ "route add 192.168.2.77/32 via 10.0.0.9", true },
		{ "route add 192.168.0.0/16 via 10.0.0.9", true },
		{ "rule add priority 100 from 10.0.0.1 lookup 77", true },
		{ "address add 10.0.7.1/24 dev v1", false },
		{ "address add 10.0.0.2/24 dev v1", true },
		{ "address add 100.104.3.3/32 dev v1", true },
		{ "link set v1 mtu 1400", false },
		{ "link set v0 mtu 1400", true },
		{ "link set v0 down", true },
		{ "nexthop add id 5 dev lo", true },
	};
	const struct prefix vswitch = prefix_make(0xc0a80200, 24);
	struct route_events events;
	struct facts facts;
	bool changed;
	size_t i;

	(void)state;
	if (!namespaces)
		skip();
	know_host(&facts);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(route_events_open(&events, &vswitch, probe_now_ms() + 5000, NULL),
				 0);
		if (!namespace_ip(rows[i].command))
			fail_msg("ip refused: %s", rows[i].command);
		assert_int_equal(route_events_changed(&events, &facts, &changed, NULL), 0);
		if (changed != rows[i].changed)
			fail_msg("%s: %d", rows[i].command, changed);
		route_events_close(&events);
	}
	facts_release(&facts);
}

/* Foreign routes cannot overflow the socket; events that were lost count as a change. */
static void test_quiet(void **state)
{
	const struct prefix none = { .known = false };
	struct route_events events;
	struct facts facts;
	bool changed = true;
	char command[64];
	unsigned int i;

	(void)state;
	if (!namespaces)
		skip();
	know_host(&facts);
	assert_true(namespace_ip("link set v0 up"));
	let_links_settle();
	assert_int_equal(route_events_open(&events, &none, probe_now_ms() + 5000, NULL), 0);
	for (i = 0; i < 20; i++) {
		(void)snprintf(command, sizeof(command), "route add 20.0.%u.0/24 via 10.0.0.9", i);
		assert_true(namespace_ip(command));
	}
	assert_true(namespace_ip("route add 192.168.2.0/24 via 10.0.0.9"));
	assert_int_equal(route_events_changed(&events, &facts, &changed, NULL), 0);
	assert_false(changed);
	route_events_close(&events);
	facts_release(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_quiet),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
