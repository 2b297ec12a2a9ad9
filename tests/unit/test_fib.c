/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forwarding model against hand tables: every selector and action of policy rules, the order of
 * routes of one prefix, what is passed over, and the counterfactuals. At the end random tables
 * against a plain search.
 */
#include "rules/facts_fib.h"
#include "rules/text.h"

#include "tests/random.h"
#include "tests/unit/path_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define TCP 6
#define TO_TABLE_7 "\"action\":\"lookup\",\"table\":7"
#define ROUTE(table, destination, rest)                                                            \
	"{\"table\":" #table ",\"destination\":\"" destination "\",\"type\":\"unicast\"" rest "}"
#define VIA(gateway, dev)                                                                          \
	",\"next_hops\":[{\"via\":\"" gateway "\",\"dev\":\"" dev "\",\"weight\":1}]"

static const char two_tables[] = ROUTE(7, "100.104.0.0/16", VIA("10.0.0.7", "eth7")) "," ROUTE(
	254, "0.0.0.0/0", VIA("10.0.0.1", "eth0"));

static const char vrf_links[] =
	"{\"index\":1,\"name\":\"lo\",\"up\":true,\"loopback\":true},"
	"{\"index\":2,\"name\":\"blue\",\"kind\":\"vrf\",\"vrf_table\":7,\"up\":true},"
	"{\"index\":3,\"name\":\"port\",\"master\":\"blue\",\"up\":true},"
	"{\"index\":4,\"name\":\"eth0\",\"up\":true,\"group\":0},"
	"{\"index\":5,\"name\":\"eth7\",\"up\":true,\"group\":42}";

static struct flow reply(void)
{
	struct flow flow = { .ipproto = TCP, .sport = 443, .dport = 49152, .uid = 1000 };
	struct address address;

	assert_int_equal(address_parse("100.104.1.2", &address), 0);
	flow.destination = address_ipv4(&address);
	assert_int_equal(address_parse("172.20.5.10", &address), 0);
	flow.source = address_ipv4(&address);
	return flow;
}

/* Does a rule with this selector send the flow to table 7? */
static bool selects(const char *selector, const struct flow *flow)
{
	struct path_world world = { .routes = two_tables, .links = vrf_links };
	struct fib_answer answer;
	struct facts facts;
	struct fib *fib;
	char rules[2048];
	bool taken;

	snprintf(rules, sizeof(rules), "%s,{\"priority\":100,%s},%s", LOCAL_RULE, selector,
		 MAIN_RULES);
	world.rules = rules;
	path_world_read(&world, &facts);
	fib = fib_new(&facts);
	assert_non_null(fib);
	fib_lookup(fib, flow, 0, &answer);
	taken = answer.table == 7;
	if (taken)
		assert_int_equal(answer.rule->priority, 100);
	fib_free(fib);
	facts_release(&facts);
	return taken;
}

static const struct selector_row {
	const char *selector;
	bool taken;
} selector_rows[] = {
	{ TO_TABLE_7, true },
	{ TO_TABLE_7 ",\"from\":\"172.20.5.0/24\"", true },
	{ TO_TABLE_7 ",\"from\":\"172.20.6.0/24\"", false },
	{ TO_TABLE_7 ",\"from\":\"172.20.6.0/24\",\"invert\":true", true },
	{ TO_TABLE_7 ",\"from\":\"172.20.5.10/32\",\"invert\":true", false },
	{ TO_TABLE_7 ",\"to\":\"100.104.0.0/17\"", true },
	{ TO_TABLE_7 ",\"to\":\"100.104.128.0/17\"", false },
	{ TO_TABLE_7 ",\"iif\":\"lo\"", true },
	{ TO_TABLE_7 ",\"iif\":\"eth0\"", false },
	{ TO_TABLE_7 ",\"iif\":\"lo\",\"iif_detached\":true", false },
	{ TO_TABLE_7 ",\"oif\":\"eth7\"", false },
	{ TO_TABLE_7 ",\"mark\":0,\"mask\":4294967295", true },
	{ TO_TABLE_7 ",\"mark\":7,\"mask\":4294967295", false },
	{ TO_TABLE_7 ",\"mark\":7,\"mask\":4294967295,\"invert\":true", true },
	{ TO_TABLE_7 ",\"mark\":256,\"mask\":15", true },
	{ TO_TABLE_7 ",\"tos\":16", false },
	{ TO_TABLE_7 ",\"dscp\":0", true },
	{ TO_TABLE_7 ",\"dscp\":46", false },
	{ TO_TABLE_7 ",\"ipproto\":6", true },
	{ TO_TABLE_7 ",\"ipproto\":17", false },
	{ TO_TABLE_7 ",\"sport_first\":443,\"sport_last\":443", true },
	{ TO_TABLE_7 ",\"sport_first\":80,\"sport_last\":442", false },
	{ TO_TABLE_7 ",\"dport_first\":49152,\"dport_last\":65535", true },
	{ TO_TABLE_7 ",\"dport_first\":1024,\"dport_last\":49151", false },
	{ TO_TABLE_7 ",\"uid_first\":1000,\"uid_last\":1000", true },
	{ TO_TABLE_7 ",\"uid_first\":0,\"uid_last\":999", false },
	{ TO_TABLE_7 ",\"tunnel\":5", false },
	{ "\"action\":\"lookup\",\"table\":0,\"l3mdev\":true", false },
	{ "\"action\":\"nop\"", false },
};

static void test_selectors(void **state)
{
	const struct flow flow = reply();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(selector_rows) / sizeof(selector_rows[0]); i++)
		if (selects(selector_rows[i].selector, &flow) != selector_rows[i].taken)
			fail_msg("{%s} should%s match", selector_rows[i].selector,
				 selector_rows[i].taken ? "" : " not");
}

static void test_interfaces(void **state)
{
	struct flow flow = reply();

	(void)state;
	flow.iif = "port";
	assert_true(selects(TO_TABLE_7 ",\"iif\":\"port\"", &flow));
	assert_true(selects(TO_TABLE_7 ",\"iif\":\"blue\"", &flow));
	assert_false(selects(TO_TABLE_7 ",\"iif\":\"lo\"", &flow));
	assert_true(selects("\"action\":\"lookup\",\"table\":0,\"l3mdev\":true", &flow));
	flow.iif = NULL;
	flow.oif = "eth7";
	assert_true(selects(TO_TABLE_7 ",\"oif\":\"eth7\"", &flow));
	assert_false(selects(TO_TABLE_7 ",\"oif\":\"eth0\"", &flow));
	flow.oif = NULL;
	flow.tos = 0xb8;
	assert_true(selects(TO_TABLE_7 ",\"dscp\":46", &flow));
	flow.tos = 0x10;
	assert_true(selects(TO_TABLE_7 ",\"tos\":16", &flow));
}

/* What one machine answers to the reply: "unicast 7 via 10.0.0.7", "blackhole 0", "none 0". */
static const struct answer_row {
	const char *name;
	const char *rules;
	const char *routes;
	unsigned int ignore;
	const char *expected; /* type, table, priority of the rule, first gateway */
} answer_rows[] = {
	{ "nothing", DEFAULT_RULES, "", 0, "none 0 - -" },
	{ "no rules at all", "", ROUTE(254, "0.0.0.0/0", VIA("10.0.0.1", "eth0")), 0,
	  "none 0 - -" },
	{ "longest prefix", DEFAULT_RULES,
	  ROUTE(254, "0.0.0.0/0", VIA("10.0.0.1", "eth0")) "," ROUTE(
		  254, "100.104.1.0/24",
		  VIA("10.0.0.2", "eth0")) "," ROUTE(254, "100.104.0.0/16",
						     VIA("10.0.0.3", "eth0")),
	  0, "unicast 254 32766 10.0.0.2" },
	{ "lowest metric", DEFAULT_RULES,
	  ROUTE(254, "100.104.0.0/16", ",\"metric\":20" VIA("10.0.0.2", "eth0")) "," ROUTE(
		  254, "100.104.0.0/16", ",\"metric\":10" VIA("10.0.0.3", "eth0")),
	  0, "unicast 254 32766 10.0.0.3" },
	{ "a TOS route is not for us", DEFAULT_RULES,
	  ROUTE(254, "100.104.0.0/16", ",\"tos\":16" VIA("10.0.0.2", "eth0")) "," ROUTE(
		  254, "100.104.0.0/16", ",\"metric\":10" VIA("10.0.0.3", "eth0")),
	  0, "unicast 254 32766 10.0.0.3" },
	{ "local before main", DEFAULT_RULES,
	  "{\"table\":255,\"destination\":\"100.104.1.2/32\",\"type\":\"local\",\"next_hops\":["
	  "{\"via\":null,\"dev\":\"lo\",\"weight\":1}]}," ROUTE(254, "100.104.0.0/16",
								VIA("10.0.0.3", "eth0")),
	  0, "local 255 0 -" },
	{ "dead legs are passed over", DEFAULT_RULES,
	  ROUTE(254, "100.104.0.0/16",
		",\"next_hops\":[{\"via\":\"10.0.0.2\",\"dev\":\"eth0\",\"weight\":1,\"dead\":true}"
		"]") "," ROUTE(254, "0.0.0.0/0", VIA("10.0.0.1", "eth0")),
	  0, "unicast 254 32766 10.0.0.1" },
	{ "one live leg is enough", DEFAULT_RULES,
	  ROUTE(254, "100.104.0.0/16",
		",\"next_hops\":[{\"via\":\"10.0.0.2\",\"dev\":\"eth0\",\"weight\":1,\"dead\":true}"
		","
		"{\"via\":\"10.0.0.4\",\"dev\":\"eth0\",\"weight\":1}]") "," ROUTE(254, "0.0.0.0/0",
										   VIA("10.0.0.1",
										       "eth0")),
	  0, "unicast 254 32766 10.0.0.2" },
	{ "linkdown counts where it is ignored", DEFAULT_RULES,
	  ROUTE(254, "100.104.0.0/16",
		",\"next_hops\":[{\"via\":\"10.0.0.2\",\"dev\":\"eth9\",\"weight\":1,\"linkdown\":"
		"true}]") "," ROUTE(254, "0.0.0.0/0", VIA("10.0.0.1", "eth0")),
	  0, "unicast 254 32766 10.0.0.1" },
	{ "linkdown does not count elsewhere", DEFAULT_RULES,
	  ROUTE(254, "100.104.0.0/16",
		",\"next_hops\":[{\"via\":\"10.0.0.2\",\"dev\":\"eth0\",\"weight\":1,\"linkdown\":"
		"true}]"),
	  0, "unicast 254 32766 10.0.0.2" },
	{ "blackhole route", DEFAULT_RULES,
	  "{\"table\":254,\"destination\":\"100.104.0.0/17\",\"type\":\"blackhole\"}," ROUTE(
		  254, "100.104.0.0/16", VIA("10.0.0.3", "eth0")),
	  0, "blackhole 254 32766 -" },
	{ "blackhole next-hop object", DEFAULT_RULES,
	  ROUTE(254, "100.104.0.0/17", ",\"next_hop_id\":3,\"next_hops\":[{\"weight\":1}]"), 0,
	  "blackhole 254 32766 -" },
	{ "throw goes to the next rule", LOCAL_RULE ",{\"priority\":5," TO_TABLE_7 "}," MAIN_RULES,
	  "{\"table\":7,\"destination\":\"100.104.0.0/17\",\"type\":\"throw\"}," ROUTE(
		  7, "0.0.0.0/0", VIA("10.0.0.7", "eth7")) "," ROUTE(254, "0.0.0.0/0",
								     VIA("10.0.0.1", "eth0")),
	  0, "unicast 254 32766 10.0.0.1" },
	{ "throw with nothing behind", DEFAULT_RULES,
	  "{\"table\":254,\"destination\":\"100.104.0.0/17\",\"type\":\"throw\"}", 0,
	  "throw 254 - -" },
	{ "prohibit rule", LOCAL_RULE ",{\"priority\":5,\"action\":\"prohibit\"}," MAIN_RULES,
	  ROUTE(254, "0.0.0.0/0", VIA("10.0.0.1", "eth0")), 0, "prohibit 0 5 -" },
	{ "unreachable rule", LOCAL_RULE ",{\"priority\":5,\"action\":\"unreachable\"}," MAIN_RULES,
	  "", 0, "unreachable 0 5 -" },
	{ "suppressed prefix",
	  LOCAL_RULE ",{\"priority\":5,\"action\":\"lookup\",\"table\":254,\"suppress_length\":0},"
		     "{\"priority\":6," TO_TABLE_7 "}," MAIN_RULES,
	  two_tables, 0, "unicast 7 6 10.0.0.7" },
	{ "longer than what is suppressed",
	  LOCAL_RULE
	  ",{\"priority\":5,\"action\":\"lookup\",\"table\":7,\"suppress_length\":15}," MAIN_RULES,
	  two_tables, 0, "unicast 7 5 10.0.0.7" },
	{ "exactly what is suppressed",
	  LOCAL_RULE
	  ",{\"priority\":5,\"action\":\"lookup\",\"table\":7,\"suppress_length\":16}," MAIN_RULES,
	  two_tables, 0, "unicast 254 32766 10.0.0.1" },
	{ "without suppression",
	  LOCAL_RULE
	  ",{\"priority\":5,\"action\":\"lookup\",\"table\":7,\"suppress_length\":16}," MAIN_RULES,
	  two_tables, FIB_IGNORE_SUPPRESS, "unicast 7 5 10.0.0.7" },
	{ "suppressed group",
	  LOCAL_RULE
	  ",{\"priority\":5,\"action\":\"lookup\",\"table\":7,\"suppress_group\":42}," MAIN_RULES,
	  two_tables, 0, "unicast 254 32766 10.0.0.1" },
	{ "another group",
	  LOCAL_RULE
	  ",{\"priority\":5,\"action\":\"lookup\",\"table\":7,\"suppress_group\":43}," MAIN_RULES,
	  two_tables, 0, "unicast 7 5 10.0.0.7" },
	{ "a refusal is not suppressed",
	  LOCAL_RULE
	  ",{\"priority\":5,\"action\":\"lookup\",\"table\":7,\"suppress_length\":32}," MAIN_RULES,
	  "{\"table\":7,\"destination\":\"100.104.0.0/17\",\"type\":\"unreachable\"}", 0,
	  "unreachable 7 5 -" },
	{ "goto",
	  LOCAL_RULE ",{\"priority\":5,\"action\":\"goto\",\"goto_priority\":32766},{\"priority\":"
		     "6," TO_TABLE_7 "}," MAIN_RULES,
	  two_tables, 0, "unicast 254 32766 10.0.0.1" },
	{ "goto left out",
	  LOCAL_RULE ",{\"priority\":5,\"action\":\"goto\",\"goto_priority\":32766},{\"priority\":"
		     "6," TO_TABLE_7 "}," MAIN_RULES,
	  two_tables, FIB_IGNORE_JUMPS, "unicast 7 6 10.0.0.7" },
	{ "goto to nowhere",
	  LOCAL_RULE
	  ",{\"priority\":5,\"action\":\"goto\",\"goto_priority\":9,\"goto_unresolved\":true},"
	  "{\"priority\":6," TO_TABLE_7 "}," MAIN_RULES,
	  two_tables, 0, "unicast 7 6 10.0.0.7" },
	{ "by destination alone",
	  LOCAL_RULE ",{\"priority\":5," TO_TABLE_7 ",\"from\":\"172.20.5.10/32\"}," MAIN_RULES,
	  two_tables, FIB_ONLY_DESTINATION, "unicast 254 32766 10.0.0.1" },
	{ "`to` is the destination",
	  LOCAL_RULE ",{\"priority\":5," TO_TABLE_7 ",\"to\":\"100.104.0.0/16\"}," MAIN_RULES,
	  two_tables, FIB_ONLY_DESTINATION, "unicast 7 5 10.0.0.7" },
};

static void print_answer(const struct fib_answer *answer, char *text, size_t size)
{
	char gateway[ADDRESS_TEXT_MAX] = "-", priority[16] = "-";

	if (answer->rule)
		snprintf(priority, sizeof(priority), "%u", answer->rule->priority);
	if (answer->route && answer->route->next_hops.count > 0) {
		const struct next_hop *hop = LIST_AT(&answer->route->next_hops, struct next_hop, 0);

		if (hop->via.family == ADDRESS_IPV4)
			address_print(&hop->via, gateway);
	}
	snprintf(text, size, "%s %u %s %s", answer->type, answer->table, priority, gateway);
}

static void test_answers(void **state)
{
	static const char sysctls[] =
		"{\"name\":\"net.ipv4.conf.all.ignore_routes_with_linkdown\",\"value\":\"0\"},"
		"{\"name\":\"net.ipv4.conf.eth0.ignore_routes_with_linkdown\",\"value\":\"0\"},"
		"{\"name\":\"net.ipv4.conf.eth9.ignore_routes_with_linkdown\",\"value\":\"1\"}";
	const struct flow flow = reply();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(answer_rows) / sizeof(answer_rows[0]); i++) {
		const struct answer_row *row = &answer_rows[i];
		const struct path_world world = { .rules = row->rules,
						  .routes = row->routes,
						  .links = vrf_links,
						  .sysctls = sysctls };
		struct fib_answer answer;
		struct facts facts;
		struct fib *fib;
		char text[128];

		path_world_read(&world, &facts);
		fib = fib_new(&facts);
		assert_non_null(fib);
		fib_lookup(fib, &flow, row->ignore, &answer);
		print_answer(&answer, text, sizeof(text));
		if (strcmp(text, row->expected) != 0)
			fail_msg("%s: expected '%s', got '%s'", row->name, row->expected, text);
		fib_free(fib);
		facts_release(&facts);
	}
}

static void test_traces(void **state)
{
	const struct path_world world = {
		.rules = LOCAL_RULE
		",{\"priority\":5,\"action\":\"lookup\",\"table\":254,\"suppress_length\":0},"
		"{\"priority\":6,\"action\":\"goto\",\"goto_priority\":32767}," MAIN_RULES,
		.routes = two_tables,
	};
	const struct flow flow = reply();
	struct fib_answer answer;
	struct facts facts;
	struct fib *fib;

	(void)state;
	path_world_read(&world, &facts);
	fib = fib_new(&facts);
	assert_non_null(fib);
	fib_lookup(fib, &flow, 0, &answer);
	assert_string_equal(answer.type, "none");
	assert_true(answer.suppressed && answer.jumped && !answer.l3mdev);
	assert_int_equal(answer.diverted->priority, 5);
	fib_free(fib);
	facts_release(&facts);
}

static const char equal_routes[] =
	ROUTE(254, "100.104.0.0/16", ",\"metric\":20" VIA("10.0.0.2", "eth0")) ","
	ROUTE(254, "100.104.0.0/16", ",\"metric\":5" VIA("10.0.0.3", "eth0")) ","
	ROUTE(254, "0.0.0.0/0", VIA("10.0.0.1", "eth0")) ","
	ROUTE(7, "100.104.0.0/16", VIA("10.0.0.7", "eth7"));

static void test_equal_and_other(void **state)
{
	const struct path_world world = { .rules = DEFAULT_RULES, .routes = equal_routes };
	const struct route_fact *routes[4], *first;
	const uint32_t destination = reply().destination;
	struct prefix range = prefix_make(destination, 16);
	struct facts facts;
	struct fib *fib;

	(void)state;
	path_world_read(&world, &facts);
	fib = fib_new(&facts);
	assert_non_null(fib);
	assert_int_equal(fib_equal(fib, 254, &range, routes, 4), 2);
	assert_int_equal(routes[0]->metric, 5);
	assert_int_equal(routes[1]->metric, 20);
	assert_int_equal(fib_equal(fib, 254, &range, routes, 1), 1);
	range.length = 17;
	assert_int_equal(fib_equal(fib, 254, &range, routes, 4), 0);
	first = fib_longest(fib, 254, destination);
	assert_int_equal(first->metric, 5);
	assert_int_equal(fib_longest_other(fib, 254, destination, first)->metric, 20);
	assert_null(fib_longest(fib, 9, destination));
	assert_int_equal(fib_longest(fib, 254, 1)->destination.length, 0);
	assert_null(fib_longest(fib, 7, 1));
	fib_free(fib);
	facts_release(&facts);
}

static void add_random_routes(struct facts *facts, size_t count, struct random *random)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct route_fact *route = list_add(&facts->routes.entries, sizeof(*route));
		struct next_hop *hop;

		assert_non_null(route);
		route->table = random_below(random, 2) ? 254 : 7;
		route->destination = prefix_make(prefix_first(&reverse_range) +
							 random_below(random, REVERSE_RANGE_SIZE),
						 random_below(random, 33));
		route->metric = random_below(random, 3);
		route->type = text_copy("unicast");
		hop = list_add(&route->next_hops, sizeof(*hop));
		assert_non_null(hop);
		hop->via = address_from_ipv4((uint32_t)i + 1);
		hop->dead = random_below(random, 8) == 0;
	}
}

/* The kernel's choice by plain search: longest, then lowest metric, then first. */
static const struct route_fact *search(const struct facts *facts, uint32_t table,
				       uint32_t destination)
{
	const struct route_fact *best = NULL;
	size_t i;

	for (i = 0; i < facts->routes.entries.count; i++) {
		const struct route_fact *route = LIST_AT(&facts->routes.entries, struct route_fact,
							 i);

		if (route->table != table || LIST_AT(&route->next_hops, struct next_hop, 0)->dead ||
		    !prefix_contains(&route->destination, destination))
			continue;
		if (!best || route->destination.length > best->destination.length ||
		    (route->destination.length == best->destination.length &&
		     route->metric < best->metric))
			best = route;
	}
	return best;
}

static void test_random_tables(void **state)
{
	const struct path_world world = { .rules = LOCAL_RULE
					  ",{\"priority\":5," TO_TABLE_7
					  ",\"to\":\"100.104.0.0/18\"}," MAIN_RULES };
	struct random random = random_seeded("fib");
	size_t round, question;

	(void)state;
	for (round = 0; round < 60; round++) {
		struct facts facts;
		struct fib *fib;

		path_world_read(&world, &facts);
		add_random_routes(&facts, 1 + random_below(&random, 60), &random);
		fib = fib_new(&facts);
		assert_non_null(fib);
		for (question = 0; question < 300; question++) {
			struct flow flow = reply();
			const struct route_fact *expected = NULL;
			struct fib_answer answer;

			flow.destination = prefix_first(&reverse_range) +
					   random_below(&random, REVERSE_RANGE_SIZE);
			if (flow.destination <= prefix_first(&reverse_range) + 0x3fff)
				expected = search(&facts, 7, flow.destination);
			if (!expected)
				expected = search(&facts, 254, flow.destination);
			fib_lookup(fib, &flow, 0, &answer);
			assert_ptr_equal(answer.route, expected);
		}
		fib_free(fib);
		facts_release(&facts);
	}
}

/* 65,536 classes over many routes must not take seconds: a look-up is logarithmic. */
static void test_many_routes(void **state)
{
	const struct path_world world = { .rules = DEFAULT_RULES };
	struct random random = { .state = 7 };
	clock_t before;
	struct facts facts;
	struct fib *fib;
	uint32_t i;

	(void)state;
	path_world_read(&world, &facts);
	add_random_routes(&facts, 100000, &random);
	fib = fib_new(&facts);
	assert_non_null(fib);
	before = clock();
	for (i = 0; i < REVERSE_RANGE_SIZE; i++) {
		struct flow flow = reply();
		struct fib_answer answer;

		flow.destination = prefix_first(&reverse_range) + i;
		fib_lookup(fib, &flow, 0, &answer);
		assert_non_null(answer.route);
	}
	assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 5.0);
	fib_free(fib);
	facts_release(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_selectors),	cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_answers),		cmocka_unit_test(test_traces),
		cmocka_unit_test(test_equal_and_other), cmocka_unit_test(test_random_tables),
		cmocka_unit_test(test_many_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
