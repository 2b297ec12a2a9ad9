/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By which gateways the kernel takes no route because a policy rule refuses the way to them. Each
 * row was tried on Linux 6.18: `ip route replace 100.104.0.0/16 via 172.20.5.1 dev eth0`.
 */
#include "rules/facts_fib.h"

#include "tests/unit/path_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define GATEWAY 0xac140501 /* 172.20.5.1 */

static const struct row {
	const char *rules;
	bool refused;
} rows[] = {
	{ LOCAL_RULE "," MAIN_RULES, false },
	{ LOCAL_RULE ",{\"priority\":50,\"action\":\"blackhole\",\"oif\":\"eth0\"}," MAIN_RULES,
	  true },
	{ LOCAL_RULE ",{\"priority\":50,\"action\":\"blackhole\",\"oif\":\"eth1\"}," MAIN_RULES,
	  false },
	{ LOCAL_RULE ",{\"priority\":50,\"action\":\"prohibit\",\"to\":\"172.20.5.1/32\"},"
	  MAIN_RULES, true },
	{ LOCAL_RULE ",{\"priority\":50,\"action\":\"prohibit\",\"to\":\"100.104.0.0/16\"},"
	  MAIN_RULES, false },
	{ LOCAL_RULE ",{\"priority\":50,\"action\":\"unreachable\"}," MAIN_RULES, true },
	/* no packet is sent: there is no source, no port and no protocol to select by */
	{ LOCAL_RULE ",{\"priority\":50,\"action\":\"unreachable\",\"from\":\"172.20.5.10/32\"},"
	  MAIN_RULES, false },
	{ LOCAL_RULE ",{\"priority\":50,\"action\":\"unreachable\",\"ipproto\":6}," MAIN_RULES,
	  false },
	/* the network of the gateway is found before */
	{ LOCAL_RULE "," MAIN_RULES ",{\"priority\":33000,\"action\":\"blackhole\"}", false },
	{ LOCAL_RULE ",{\"priority\":40,\"action\":\"lookup\",\"table\":254,\"suppress_length\":0},"
	  "{\"priority\":50,\"action\":\"blackhole\"}," MAIN_RULES, false },
	/* a default route does not answer for a gateway */
	{ LOCAL_RULE ",{\"priority\":40,\"action\":\"lookup\",\"table\":7},"
	  "{\"priority\":50,\"action\":\"blackhole\"}," MAIN_RULES, true },
	{ LOCAL_RULE ",{\"priority\":40,\"action\":\"goto\",\"goto_priority\":32766},"
	  "{\"priority\":50,\"action\":\"blackhole\"}," MAIN_RULES, false },
	{ LOCAL_RULE ",{\"priority\":40,\"action\":\"nop\"},"
	  "{\"priority\":50,\"action\":\"blackhole\"}," MAIN_RULES, true },
};

static void test_gateways(void **state)
{
	static const char routes[] =
		"{\"table\":7,\"destination\":\"0.0.0.0/0\",\"type\":\"unicast\",\"next_hops\":["
		"{\"via\":\"172.20.5.254\",\"dev\":\"eth0\",\"weight\":1}]}";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct path_world world = { .rules = rows[i].rules, .routes = routes };
		struct facts facts;
		struct fib *fib;

		path_world_read(&world, &facts);
		fib = fib_new(&facts);
		assert_non_null(fib);
		if (fib_gateway_refused(fib, GATEWAY, "eth0") != rows[i].refused)
			fail_msg("row %zu: expected %s", i, rows[i].refused ? "refused" : "taken");
		fib_free(fib);
		facts_release(&facts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gateways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
