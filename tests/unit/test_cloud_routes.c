/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes of the cloud: longest active prefix, and the walk over the range, which is compared with
 * 65,536 single look-ups over random tables.
 */
#include "rules/cloud_routes.h"

#include "tests/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROUTES_MAX 24

struct fixture {
	struct cloud_route routes[ROUTES_MAX];
	struct list list;
};

static void fixture_init(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	fixture->list.items = fixture->routes;
}

static struct cloud_route *add(struct fixture *fixture, const char *table, const char *destination)
{
	struct cloud_route *route = &fixture->routes[fixture->list.count++];

	assert_true(fixture->list.count <= ROUTES_MAX);
	route->table = (char *)(uintptr_t)table;
	assert_int_equal(prefix_parse(destination, &route->destination), 0);
	return route;
}

static uint32_t number(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text, &address), 0);
	return address_ipv4(&address);
}

static void test_longest_active_prefix_of_the_table(void **state)
{
	struct fixture fixture;
	struct cloud_route *cover, *net, *pending;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, "vtb-b", "172.20.5.10");
	cover = add(&fixture, "vtb-a", "0.0.0.0/0");
	net = add(&fixture, "vtb-a", "172.20.0.0/16");
	net->status = (char *)(uintptr_t)"available";
	pending = add(&fixture, "vtb-a", "172.20.5.0/24");
	pending->status = (char *)(uintptr_t)"Pending";
	assert_ptr_equal(cloud_route_match(&fixture.list, "vtb-a", number("172.20.5.10")), net);
	assert_ptr_equal(cloud_route_match(&fixture.list, "vtb-a", number("172.21.5.10")), cover);
	assert_null(cloud_route_match(&fixture.list, "vtb-c", number("172.20.5.10")));
	assert_null(cloud_route_match(&fixture.list, NULL, number("172.20.5.10")));
	assert_int_equal(cloud_route_count(&fixture.list, "vtb-a"), 3);
}

/* What is no IPv4 prefix covers nothing. */
static void test_unread_destination(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, "vtb-a", "0.0.0.0/0")->destination.known = false;
	assert_null(cloud_route_match(&fixture.list, "vtb-a", number("172.20.5.10")));
}

static void test_range_in_halves(void **state)
{
	struct fixture fixture;
	struct cloud_route *low, *slice;
	uint32_t last;

	(void)state;
	fixture_init(&fixture);
	low = add(&fixture, "vtb-a", "100.104.0.0/17");
	slice = add(&fixture, "vtb-a", "100.104.64.0/24");
	assert_ptr_equal(cloud_range_step(&fixture.list, "vtb-a", number("100.104.0.0"), &last),
			 low);
	assert_int_equal(last, number("100.104.63.255"));
	assert_ptr_equal(cloud_range_step(&fixture.list, "vtb-a", last + 1, &last), slice);
	assert_int_equal(last, number("100.104.64.255"));
	assert_ptr_equal(cloud_range_step(&fixture.list, "vtb-a", last + 1, &last), low);
	assert_int_equal(last, number("100.104.127.255"));
	assert_null(cloud_range_step(&fixture.list, "vtb-a", last + 1, &last));
	assert_int_equal(last, prefix_last(&reverse_range));
}

/* One cover from end to end is one step, whatever lies inside another table. */
static void test_cover_is_one_step(void **state)
{
	struct fixture fixture;
	struct cloud_route *cover;
	uint32_t last;

	(void)state;
	fixture_init(&fixture);
	cover = add(&fixture, "vtb-a", "100.64.0.0/10");
	add(&fixture, "vtb-b", "100.104.3.0/24");
	add(&fixture, "vtb-a", "100.105.0.0/16");
	assert_ptr_equal(cloud_range_step(&fixture.list, "vtb-a", prefix_first(&reverse_range),
					  &last), cover);
	assert_int_equal(last, prefix_last(&reverse_range));
}

static void fill(struct fixture *fixture, struct random *random)
{
	size_t i, count = 1 + random_below(random, ROUTES_MAX - 1);

	fixture_init(fixture);
	for (i = 0; i < count; i++) {
		unsigned int length = 8 + random_below(random, 25);
		uint32_t base = number("100.104.0.0") + random_below(random, 65536);
		struct cloud_route *route = &fixture->routes[fixture->list.count++];

		route->table = (char *)(uintptr_t)(random_below(random, 8) ? "vtb-a" : "vtb-b");
		route->destination = prefix_make(base, length);
		if (!random_below(random, 6))
			route->status = (char *)(uintptr_t)"Pending";
	}
}

static void test_walk_against_single_lookups(void **state)
{
	struct random random = random_seeded("cloud_routes");
	struct fixture fixture;
	int round;

	(void)state;
	for (round = 0; round < 40; round++) {
		uint32_t at, first = prefix_first(&reverse_range), last = first - 1;
		const struct cloud_route *route = NULL;

		fill(&fixture, &random);
		for (at = first; at <= prefix_last(&reverse_range); at++) {
			if (last + 1 == at)
				route = cloud_range_step(&fixture.list, "vtb-a", at, &last);
			assert_ptr_equal(cloud_route_match(&fixture.list, "vtb-a", at), route);
		}
		assert_int_equal(last, prefix_last(&reverse_range));
	}
}

static void test_ways(void **state)
{
	static const struct {
		const char *type;
		enum cloud_way way;
	} rows[] = {
		{ "local", WAY_LOCAL },       { "RouterInterface", WAY_INTERFACE },
		{ "routerinterface", WAY_INTERFACE }, { "Attachment", WAY_ROUTER },
		{ "VpnGateway", WAY_VPN },    { "NatGateway", WAY_NAT },
		{ "Ipv4Gateway", WAY_GATEWAY }, { "Instance", WAY_MACHINE },
		{ "PhysicalConnection", WAY_OTHER }, { NULL, WAY_OTHER },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cloud_hop hop = { .type = (char *)(uintptr_t)rows[i].type };

		assert_int_equal(cloud_hop_way(&hop), rows[i].way);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_longest_active_prefix_of_the_table),
		cmocka_unit_test(test_unread_destination),
		cmocka_unit_test(test_range_in_halves),
		cmocka_unit_test(test_cover_is_one_step),
		cmocka_unit_test(test_walk_against_single_lookups),
		cmocka_unit_test(test_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
