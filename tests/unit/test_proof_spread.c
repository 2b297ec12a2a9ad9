/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many questions a proof takes for packets that enter: one a piece where it makes no difference
 * which leg the kernel picks, one an address where it may. That the answers are right in either
 * case is for the worlds to tell (tests/worlds/fixtures).
 */
#include "probes/catalog.h"
#include "tests/unit/namespace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COMMANDS_MAX 6
#define FEW 64u
#define EVERY_ADDRESS 65536u
#define EVERY_OF_A_24 256u

#define TO_RANGE "route add 100.104.0.0/16 "
#define BOTH_UPLINKS TO_RANGE "nexthop via 10.0.1.9 dev v1 nexthop via 10.0.2.9 dev v2"

struct row {
	const char *name;
	const char *sysctls[3]; /* below net/ipv4, set to 1 */
	const char *commands[COMMANDS_MAX];
	uint32_t least; /* look-ups; 0: few */
};

static bool namespaces;

static int enter(void **state)
{
	(void)state;
	namespaces = namespace_enter();
	return 0;
}

static void set_sysctl(const char *name, const char *value)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	if (!namespace_write(path, value))
		fail_msg("cannot write %s", path);
}

/* The service lies behind v0; v1 and v2 are uplinks. */
static void build(const struct row *row)
{
	static const char *const switches[] = { "ip_forward", "conf/all/rp_filter",
						"conf/v0/rp_filter", "conf/v1/rp_filter",
						"conf/v2/rp_filter" };
	char command[64];
	size_t i;

	assert_true(namespace_renew());
	for (i = 0; i < 3; i++) {
		(void)snprintf(command, sizeof(command), "link add v%zu type veth peer name w%zu",
			       i, i);
		assert_true(namespace_ip(command));
		(void)snprintf(command, sizeof(command), "link set v%zu up", i);
		assert_true(namespace_ip(command));
		(void)snprintf(command, sizeof(command), "link set w%zu up", i);
		assert_true(namespace_ip(command));
		(void)snprintf(command, sizeof(command), "address add 10.0.%zu.1/24 dev v%zu", i,
			       i);
		assert_true(namespace_ip(command));
	}
	for (i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		set_sysctl(switches[i], "0");
	for (i = 0; i < 3 && row->sysctls[i]; i++)
		set_sysctl(row->sysctls[i], "1");
	for (i = 0; i < COMMANDS_MAX && row->commands[i]; i++)
		if (!namespace_ip(row->commands[i]))
			fail_msg("%s: ip refused: %s", row->name, row->commands[i]);
}

/* Look-ups of the whole proof: the replies, and the requests that arrive by v1. */
static uint32_t prove(const char *name)
{
	static const char document[] =
		"{\"schema\":\"" FACTS_SCHEMA "\",\"plan\":{\"state\":\"ok\","
		"\"vantage\":\"idc-router\",\"datacenter\":{\"return_interface\":\"v1\"}}}";
	static const struct probe *const probes[] = { &probe_links, &probe_addresses,
						      &probe_policy_rules, &probe_services,
						      &probe_routes };
	const struct probe_service service = { address_from_ipv4(0x0a000707), 443 };
	const struct probe_context context = { .deadline_ms = probe_now_ms() + 30000,
					       .services = &service, .service_count = 1,
					       .root = "" };
	struct fault fault = { 0 };
	struct facts facts;
	uint32_t lookups;
	size_t i;

	assert_int_equal(facts_read(document, strlen(document), &facts, &fault), 0);
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (probes[i]->run(&context, &facts, &fault))
			fail_msg("%s: %s: %s", name, probes[i]->name, fault.text);
		facts_section(&facts, probes[i]->section)->state = FACT_OK;
	}
	assert_true(facts.routes.classes.count > 0);
	assert_true(facts.routes.ingress.count > 0);
	lookups = facts.routes.lookups;
	facts_release(&facts);
	return lookups;
}

static void check_rows(const struct row *rows, size_t count)
{
	size_t i;

	if (!namespaces)
		skip();
	for (i = 0; i < count; i++) {
		uint32_t lookups;

		build(&rows[i]);
		lookups = prove(rows[i].name);
		if (rows[i].least ? lookups < rows[i].least : lookups > FEW)
			fail_msg("%s: %u look-ups", rows[i].name, (unsigned int)lookups);
	}
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

#define ONE_WAY "route add 10.0.7.7/32 via 10.0.0.9 dev v0"

static void test_replies(void **state)
{
	static const struct row rows[] = {
		{ "two uplinks", { "ip_forward" }, { ONE_WAY, BOTH_UPLINKS }, 0 },
		{ "twin: a rule asks for one of them", { "ip_forward" },
		  { ONE_WAY, BOTH_UPLINKS, "rule add iif v2 to 10.0.7.7 lookup 100" },
		  EVERY_ADDRESS },
		{ "a rule asks for another interface", { "ip_forward" },
		  { ONE_WAY, BOTH_UPLINKS, "rule add iif v0 lookup 100" }, 0 },
		{ "filtered where they enter", { "ip_forward", "conf/v0/rp_filter" },
		  { ONE_WAY, BOTH_UPLINKS }, 0 },
		{ "one leg leads back to where they enter", { "ip_forward" },
		  { ONE_WAY, TO_RANGE "nexthop via 10.0.1.9 dev v1 nexthop via 10.0.0.9 dev v0" },
		  EVERY_ADDRESS },
		{ "a leg on a device too small for IPv4", { "ip_forward" },
		  { ONE_WAY, "address flush dev lo",
		    TO_RANGE "nexthop via 10.0.1.9 dev v1 nexthop dev lo",
		    "link set lo mtu 67" }, EVERY_ADDRESS },
		{ "refused, two uplinks", { "ip_forward", "conf/v0/rp_filter" },
		  { ONE_WAY, BOTH_UPLINKS,
		    "rule add from 100.104.0.0/16 to 10.0.7.7 lookup 100",
		    "route add 10.0.7.7/32 via 10.0.1.9 dev v1 table 100" }, 0 },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_requests(void **state)
{
	static const struct row rows[] = {
		{ "forwarding is off", { NULL }, { ONE_WAY, BOTH_UPLINKS }, 0 },
		{ "filtered", { "ip_forward", "conf/v1/rp_filter" },
		  { ONE_WAY, TO_RANGE "via 10.0.2.9 dev v2" }, 0 },
		{ "filtered by the switch of all", { "ip_forward", "conf/all/rp_filter" },
		  { ONE_WAY, TO_RANGE "via 10.0.2.9 dev v2" }, 0 },
		{ "twin: filtered, and a rule asks for an interface",
		  { "ip_forward", "conf/v1/rp_filter" },
		  { ONE_WAY, TO_RANGE "via 10.0.2.9 dev v2",
		    "rule add iif v2 to 100.104.0.0/16 lookup 100" }, EVERY_ADDRESS },
		{ "twin: refused where nothing is filtered", { "ip_forward" },
		  { ONE_WAY, TO_RANGE "via 10.0.1.9 dev v1",
		    "route add local 100.104.7.0/24 dev lo table local" },
		  EVERY_OF_A_24 },
		{ "refused by a rule", { "ip_forward" },
		  { ONE_WAY, BOTH_UPLINKS, "rule add from 100.104.0.0/16 to 10.0.7.7 prohibit" },
		  0 },
	};

	(void)state;
	CHECK_ROWS(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_requests),
	};

	return cmocka_run_group_tests_name("proof_spread", tests, enter, NULL);
}
