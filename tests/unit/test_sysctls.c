/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings and counters as this kernel tells them, and which interfaces are left out: ports of a
 * bridge, unless they have an address of their own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "probes/catalog.h"
#include "probes/system_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct facts facts;
static struct fault fault;

static int begin(void **state)
{
	(void)state;
	memset(&fault, 0, sizeof(fault));
	facts_init(&facts);
	return 0;
}

static int end(void **state)
{
	(void)state;
	facts_release(&facts);
	return 0;
}

static int look(const struct probe *probe)
{
	struct probe_context context = { .deadline_ms = probe_now_ms() + 5000, .root = "" };

	return probe->run(&context, &facts, &fault);
}

static const char *value_of(const char *name)
{
	const struct sysctl_fact *fact = facts_sysctl(&facts, name);

	return fact ? fact->value : NULL;
}

static void test_values(void **state)
{
	const char *const names[] = {
		"net.ipv4.ip_forward", "net.ipv4.conf.all.rp_filter",
		"net.ipv4.conf.default.arp_ignore", "net.ipv4.conf.lo.accept_local",
		"net.ipv4.conf.lo.ignore_routes_with_linkdown",
	};
	size_t i;

	(void)state;
	if (access("/proc/sys/net/ipv4/conf/lo", F_OK))
		skip();
	assert_int_equal(look(&probe_sysctls), 0);
	facts.sysctls.section.state = FACT_OK;
	facts_sort(&facts);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = value_of(names[i]);

		if (!value || !*value || strlen(value) != strspn(value, "0123456789"))
			fail_msg("%s: \"%s\"", names[i], value ? value : "(absent)");
	}
	/* two numbers, and no tab between them */
	assert_non_null(value_of("net.ipv4.ip_local_port_range"));
	assert_non_null(strchr(value_of("net.ipv4.ip_local_port_range"), ' '));
	assert_null(value_of("net.ipv4.conf.lo.no_such_setting"));
}

static void add_link(const char *name, const char *kind, const char *master, bool up)
{
	struct link_fact *link = list_add(&facts.links.links, sizeof(*link));

	assert_non_null(link);
	link->name = text_copy(name);
	link->kind = text_copy(kind);
	link->master = text_copy(master);
	link->up = up;
}

/* "lo" is played as the port of a bridge, for it is everywhere. */
static void look_with_master(const char *kind, bool up, bool with_address)
{
	facts.links.section.state = FACT_OK;
	facts.addresses.section.state = FACT_OK;
	add_link("lo", NULL, kind ? "above" : NULL, up);
	add_link("above", kind, NULL, true);
	if (with_address) {
		struct address_fact *address =
			list_add(&facts.addresses.addresses, sizeof(*address));

		assert_non_null(address);
		address->dev = text_copy("lo");
	}
	assert_int_equal(look(&probe_sysctls), 0);
	facts.sysctls.section.state = FACT_OK;
	facts_sort(&facts);
}

static void test_bridge_port(void **state)
{
	(void)state;
	if (access("/proc/sys/net/ipv4/conf/lo", F_OK))
		skip();
	look_with_master("bridge", true, false);
	assert_null(value_of("net.ipv4.conf.lo.rp_filter"));
	assert_non_null(value_of("net.ipv4.conf.all.rp_filter"));
}

static void test_bridge_port_with_address(void **state)
{
	(void)state;
	if (access("/proc/sys/net/ipv4/conf/lo", F_OK))
		skip();
	look_with_master("bridge", true, true);
	assert_non_null(value_of("net.ipv4.conf.lo.rp_filter"));
}

/* Members of a VRF route for themselves. */
static void test_vrf_member(void **state)
{
	(void)state;
	if (access("/proc/sys/net/ipv4/conf/lo", F_OK))
		skip();
	look_with_master("vrf", true, false);
	assert_non_null(value_of("net.ipv4.conf.lo.rp_filter"));
}

static void test_down(void **state)
{
	(void)state;
	if (access("/proc/sys/net/ipv4/conf/lo", F_OK))
		skip();
	look_with_master(NULL, false, false);
	assert_null(value_of("net.ipv4.conf.lo.rp_filter"));
	assert_non_null(value_of("net.ipv4.conf.default.rp_filter"));
}

static void test_counters(void **state)
{
	bool filter = false;
	bool routes = false;
	size_t i;

	(void)state;
	assert_int_equal(look(&probe_counters), 0);
	for (i = 0; i < facts.counters.counters.count; i++) {
		const char *name =
			LIST_AT(&facts.counters.counters, struct counter_fact, i)->name;

		filter = filter || text_equal(name, "TcpExt.IPReversePathFilter");
		routes = routes || text_equal(name, "Ip.OutNoRoutes");
	}
	assert_true(filter && routes);
}

static void test_files(void **state)
{
	char bytes[8];

	(void)state;
	assert_int_equal(system_file_read("/no/such/file", bytes, sizeof(bytes)), -ENOENT);
	assert_int_equal(system_file_read("/proc/self/status", bytes, sizeof(bytes)), -EFBIG);
	assert_int_equal(system_file_read("/dev/null", bytes, sizeof(bytes)), 0);
	assert_string_equal(bytes, "");
	assert_int_equal(system_file_read("/proc", bytes, sizeof(bytes)), -EISDIR);
}

static void test_host(void **state)
{
	(void)state;
	assert_int_equal(look(&probe_host), 0);
	assert_non_null(facts.host.name);
	assert_non_null(facts.host.kernel);
	assert_int_equal(strlen(facts.host.machine), 16);
	assert_int_equal(strspn(facts.host.machine, "0123456789abcdef"), 16);
	assert_true(facts.host.netns != 0);
	assert_int_equal(facts.host.uid, geteuid());
	assert_true(facts.host.netns_known_init || !facts.host.netns_is_init);
}

#define WITH_FACTS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FACTS(test_values),
		WITH_FACTS(test_bridge_port),
		WITH_FACTS(test_bridge_port_with_address),
		WITH_FACTS(test_vrf_member),
		WITH_FACTS(test_down),
		WITH_FACTS(test_counters),
		cmocka_unit_test(test_files),
		WITH_FACTS(test_host),
	};

	return cmocka_run_group_tests_name("sysctls", tests, NULL, NULL);
}
