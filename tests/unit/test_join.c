/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts of several machines: which count, whether they may be joined, and what becomes of replies
 * between host and router.
 */
#include "tests/unit/join_world.h"

static void test_newest_of_each_machine(void **state)
{
	struct machine newer = good_host, router = good_router;
	const struct machine *machines[] = { &router, &newer, &good_host };
	struct world world;

	(void)state;
	newer.started = LATER;
	assert_int_equal(join_world(&world, machines, 3), 0);
	assert_int_equal(world.join.machines.count, 2);
	assert_string_equal(machine_at(&world, 0)->name, "git1");
	assert_string_equal(machine_at(&world, 0)->facts->started, LATER);
	assert_ptr_equal(machine_at(&world, 0)->facts, &world.facts[1]);
	assert_string_equal(machine_at(&world, 1)->name, "r1");
	assert_int_equal(world.join.notes.count, 1);
	assert_non_null(strstr(world.join.notes.items[0], NOON));
	release_world(&world);
}

/* Two of one moment are both left out for a third: the notes name that one, not each other. */
static void test_notes_name_the_newest(void **state)
{
	struct machine newest = good_host, other = good_host;
	const struct machine *machines[] = { &good_host, &newest, &other };
	struct world world;
	size_t i;

	(void)state;
	newest.started = LATER;
	other.classes = "";
	assert_int_equal(join_world(&world, machines, 3), 0);
	assert_int_equal(world.join.machines.count, 1);
	assert_int_equal(world.join.notes.count, 2);
	for (i = 0; i < 2; i++)
		assert_string_equal(world.join.notes.items[i],
				    "facts of git1 from " NOON " are left out: there are newer "
				    "ones from " LATER);
	release_world(&world);
}

/* A caller who wants no words is told all the same. */
static void test_a_tie_without_a_fault(void **state)
{
	struct machine other = good_host;
	const struct machine *machines[] = { &good_host, &other };
	struct world world;
	struct join join;

	(void)state;
	other.classes = "";
	assert_int_equal(join_world(&world, machines, 2), -EINVAL);
	assert_non_null(strstr(world.fault.text, "two different facts of git1"));
	assert_int_equal(join_choose(world.given, 2, &join, NULL), -EINVAL);
	release_world(&world);
}

/* Two namespaces of one node are two machines, and can be told apart. */
static void test_names_are_unique(void **state)
{
	struct machine second = good_host;
	const struct machine *machines[] = { &good_host, &second };
	struct world world;

	(void)state;
	second.machine = "cccccccccccccccc";
	assert_int_equal(join_world(&world, machines, 2), 0);
	assert_int_equal(world.join.machines.count, 2);
	assert_string_not_equal(machine_at(&world, 0)->name, machine_at(&world, 1)->name);
	release_world(&world);
}

struct plan_row {
	const char *plan;
	const char *said; /* NULL: the same plan */
};

static const struct plan_row plans[] = {
	{ PLAN, NULL },
	{ "\"from\":\"eth1\"," PLAN, NULL },
	{ "\"accept\":[{\"code\":\"x\",\"reason\":\"y\"}]," PLAN, NULL },
	{ "\"gitlab\":{\"url\":\"http://172.20.5.10\",\"access\":\"datacenter\","
	  "\"token_file\":\"t\"}", NULL },
	{ "\"region\":\"cn-hangzhou\"," PLAN, "differ at /plan/region" },
	{ "\"gitlab\":{\"url\":\"http://172.20.5.11\",\"access\":\"datacenter\"}",
	  "differ at /plan/gitlab/url" },
	{ "\"gitlab\":{\"url\":\"http://172.20.5.10\"}", "differ at /plan/gitlab/access" },
	{ "\"datacenter\":{\"return_next_hop\":\"1.2.3.4\"},\"gitlab\":{\"url\":"
	  "\"http://172.20.5.10\",\"access\":\"datacenter\"}", "differ at /plan/datacenter" },
};

static void test_plans(void **state)
{
	struct machine router = good_router;
	const struct machine *machines[] = { &good_host, &router };
	struct world world;
	size_t i;
	int error;

	(void)state;
	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		router.plan = plans[i].plan;
		error = join_world(&world, machines, 2);
		assert_int_equal(error, plans[i].said ? -EINVAL : 0);
		if (plans[i].said && !strstr(world.fault.text, plans[i].said))
			fail_msg("%s: said \"%s\"", plans[i].plan, world.fault.text);
		release_world(&world);
	}
}

struct expected_span {
	uint32_t first, last; /* low 16 bits of the addresses */
	int answer;
};

static void assert_spans(const struct join_path *path, const struct expected_span *expected,
			 size_t count)
{
	const struct join_span *span;
	size_t i;

	assert_int_equal(path->spans.count, count);
	for (i = 0; i < count; i++) {
		span = LIST_AT(&path->spans, struct join_span, i);
		assert_int_equal(span->first & 0xffff, expected[i].first);
		assert_int_equal(span->last & 0xffff, expected[i].last);
		assert_int_equal(span->answer, expected[i].answer);
		assert_int_equal(!!span->code, expected[i].answer == JOIN_LOST_HERE ||
						       expected[i].answer == JOIN_LOST_THERE);
	}
}

static const struct expected_span all_proven[] = { { 0, 65535, JOIN_PROVEN } };
static const struct expected_span half_lost_there[] = { { 0, 32767, JOIN_PROVEN },
							{ 32768, 65535, JOIN_LOST_THERE } };
static const struct expected_span half_lost_here[] = { { 0, 32767, JOIN_PROVEN },
						       { 32768, 65535, JOIN_LOST_HERE } };
static const struct expected_span all_apart[] = { { 0, 65535, JOIN_APART } };
static const struct expected_span all_unknown[] = { { 0, 65535, JOIN_UNKNOWN } };

struct path_row {
	const char *host_classes, *host_entries;
	const char *router_classes, *router_entries, *router_service;
	const char *router_address;
	const struct expected_span *spans;
	size_t count;
};

#define SPANS(list) list, sizeof(list) / sizeof((list)[0])

static const struct path_row paths[] = {
	{ NULL, NULL, NULL, NULL, NULL, NULL, SPANS(all_proven) },
	/* the router drops half of it */
	{ NULL, NULL,
	  CLASS("\"lan0\"", LOWER, UNICAST("10.0.12.1", "up0")) "," CLASS("\"lan0\"", UPPER, HOLE),
	  ROUTER_ROUTES ROUTER_HOLE, NULL, NULL, SPANS(half_lost_there) },
	/* the host drops half of it: the router is not asked */
	{ CLASS("null", LOWER, UNICAST("172.20.5.1", "eth0")) "," CLASS("null", UPPER, HOLE),
	  HOST_ROUTES ROUTER_HOLE, NULL, NULL, NULL, NULL, SPANS(half_lost_here) },
	/* the router's proof is of another interface than that of the gateway */
	{ NULL, NULL, CLASS("\"lan1\"", WHOLE, UNICAST("10.0.12.1", "up0")), NULL,
	  "\"local\":false,\"iif\":\"lan1\",\"arrival\":\"up0\"", NULL, SPANS(all_unknown) },
	/* the gateway is another machine's: this router may be further along, or not on the way */
	{ NULL, NULL, NULL, NULL, NULL, "10.0.0.9", SPANS(all_apart) },
	/* the router proved nothing */
	{ NULL, NULL, "", NULL, NULL, NULL, SPANS(all_unknown) },
};

static void test_paths(void **state)
{
	struct machine host, router;
	const struct machine *machines[] = { &router, &host };
	struct world world;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const struct path_row *row = &paths[i];

		host = good_host;
		router = good_router;
		host.classes = row->host_classes ? row->host_classes : host.classes;
		host.entries = row->host_entries ? row->host_entries : host.entries;
		router.classes = row->router_classes ? row->router_classes : router.classes;
		router.entries = row->router_entries ? row->router_entries : router.entries;
		router.service = row->router_service ? row->router_service : router.service;
		router.address = row->router_address ? row->router_address : router.address;
		assert_int_equal(join_world(&world, machines, 2), 0);
		assert_int_equal(join_follow(&world.join, &world.fault), 0);
		assert_int_equal(world.join.paths.count, 1);
		assert_spans(LIST_AT(&world.join.paths, struct join_path, 0), row->spans,
				row->count);
		release_world(&world);
	}
}

/* Replies go to the router that owns the gateway; the other one is not asked. */
static void test_two_routers(void **state)
{
	struct machine other = good_router;
	const struct machine *machines[] = { &good_host, &other, &good_router };
	const struct join_path *path;
	struct world world;

	(void)state;
	other.name = "r0";
	other.machine = "dddddddddddddddd";
	other.address = "172.20.5.2";
	other.classes = CLASS("\"lan0\"", WHOLE, HOLE);
	assert_int_equal(join_world(&world, machines, 3), 0);
	assert_int_equal(join_follow(&world.join, &world.fault), 0);
	assert_int_equal(world.join.paths.count, 1);
	path = LIST_AT(&world.join.paths, struct join_path, 0);
	assert_string_equal(machine_at(&world, path->router)->name, "r1");
	assert_spans(path, SPANS(all_proven));
	release_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_newest_of_each_machine),
		cmocka_unit_test(test_notes_name_the_newest),
		cmocka_unit_test(test_a_tie_without_a_fault),
		cmocka_unit_test(test_names_are_unique),
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_two_routers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
