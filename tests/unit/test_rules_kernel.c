/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules about what the kernel holds beside its tables: IPsec policies, origin of routes, ARP,
 * cached exceptions; and those about the proof itself. Each fault beside a twin that stays silent.
 */
#include "tests/unit/rule_rows.h"

#define XFRM(list) "\"xfrm\":{\"state\":\"ok\",\"policies\":[" list "]}"
#define NO_XFRM "\"xfrm\":{\"state\":\"denied\",\"note\":\"needs CAP_NET_ADMIN\"}"
#define COUNTERS(list) "\"counters\":{\"state\":\"ok\",\"counters\":[" list "]}"
#define COUNTER(name, value) "{\"name\":\"" name "\",\"value\":\"" value "\"}"
#define POLICY(direction, action, source, to, priority, more)                                      \
	"{\"direction\":\"" direction "\",\"action\":\"" action "\",\"source\":\"" source         \
	"\",\"destination\":\"" to "\",\"priority\":" priority ",\"index\":9" more "}"
#define TEMPLATE ",\"has_template\":true"
#define OUT(action, to, priority, more) POLICY("out", action, "10.0.0.0/24", to, priority, more)
#define BEFORE COUNTERS("") "," SERVICES(WEB) "," ROUTES(ALL("eth0"), "")
#define POLICIES(list) FACTS2(BEFORE, XFRM(list))

static void test_ipsec_policy_bypassed(void **state)
{
	static const struct row rows[] = {
		{ "none", POLICIES(""), STATUS_PASS, NULL, NULL, 0 },
		{ "template", POLICIES(OUT("allow", "100.64.0.0/10", "100", TEMPLATE)), STATUS_FAIL,
		  "RT-14", "IPsec policy 9 (out, priority 100, from 10.0.0.0/24 to 100.64.0.0/10)",
		  65536 },
		{ "half", POLICIES(OUT("allow", "100.104.0.0/17", "100", TEMPLATE)), STATUS_FAIL,
		  "RT-14", "50.0%", 32768 },
		{ "block", POLICIES(OUT("block", "100.104.0.0/16", "100", "")), STATUS_FAIL,
		  "RT-14", NULL, 65536 },
		{ "optional", POLICIES(OUT("allow", "100.64.0.0/10", "100",
					   TEMPLATE ",\"optional_template\":true")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "bypass first", POLICIES(JOIN(OUT("allow", "0.0.0.0/0", "100", TEMPLATE),
						OUT("allow", "100.104.0.0/16", "50", ""))),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "bypass too late", POLICIES(JOIN(OUT("allow", "100.104.0.0/16", "200", ""),
						   OUT("allow", "0.0.0.0/0", "100", TEMPLATE))),
		  STATUS_FAIL, "RT-14", NULL, 65536 },
		{ "bypass of a part", POLICIES(JOIN(OUT("allow", "0.0.0.0/0", "100", TEMPLATE),
						    OUT("allow", "100.104.0.0/18", "50", ""))),
		  STATUS_FAIL, "RT-14", "75.0%", 49152 },
	};

	(void)state;
	CHECK_ROWS("ipsec-policy-bypassed", rows);
}

static void test_ipsec_selectors(void **state)
{
	static const struct row rows[] = {
		{ "other source",
		  POLICIES(POLICY("out", "block", "10.0.1.0/24", "0.0.0.0/0", "1", "")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "other protocol", POLICIES(OUT("block", "0.0.0.0/0", "1", ",\"ipproto\":17")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "this protocol", POLICIES(OUT("block", "0.0.0.0/0", "1", ",\"ipproto\":6")),
		  STATUS_FAIL, "RT-14", NULL, 65536 },
		{ "other port",
		  POLICIES(OUT("block", "0.0.0.0/0", "1", ",\"sport\":22,\"sport_mask\":65535")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "this port",
		  POLICIES(OUT("block", "0.0.0.0/0", "1", ",\"sport\":443,\"sport_mask\":65535")),
		  STATUS_FAIL, "RT-14", NULL, 65536 },
		{ "no client's port",
		  POLICIES(OUT("block", "0.0.0.0/0", "1", ",\"dport\":500,\"dport_mask\":65535")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "marked", POLICIES(OUT("block", "0.0.0.0/0", "1",
					 ",\"mark\":1,\"mark_mask\":4294967295")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "xfrm interface", POLICIES(OUT("block", "0.0.0.0/0", "1", ",\"if_id\":5")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "other interface", POLICIES(OUT("block", "0.0.0.0/0", "1", ",\"dev\":\"eth9\"")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "this interface", POLICIES(OUT("block", "0.0.0.0/0", "1", ",\"dev\":\"eth0\"")),
		  STATUS_FAIL, "RT-14", NULL, 65536 },
		{ "denied", FACTS2(BEFORE, NO_XFRM), STATUS_SKIPPED, NULL, "needs "
									   "CAP_NET_ADMIN", 0 },
		{ "denied, lost some",
		  FACTS4(COUNTERS(JOIN(COUNTER("Xfrm.InError", "3"),
				       COUNTER("Xfrm.OutNoStates", "7"))),
			 SERVICES(WEB), ROUTES(ALL("eth0"), ""), NO_XFRM),
		  STATUS_WARN, "RT-14", "cannot be told", 0 },
		{ "denied, lost none",
		  FACTS4(COUNTERS(JOIN(COUNTER("Xfrm.InError", "3"),
				       COUNTER("Xfrm.OutNoStates", "0"))),
			 SERVICES(WEB), ROUTES(ALL("eth0"), ""), NO_XFRM),
		  STATUS_SKIPPED, NULL, NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("ipsec-policy-bypassed", rows);
}

static void test_ipsec_directions(void **state)
{
	static const struct row rows[] = {
		{ "forward on a host",
		  POLICIES(POLICY("forward", "block", "0.0.0.0/0", "0.0.0.0/0", "1", "")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "forward for a container",
		  FACTS4(COUNTERS(""), SERVICES(FORWARDED), ROUTES("", ""),
			 XFRM(POLICY("forward", "block", "172.17.0.0/16", "0.0.0.0/0", "1", ""))),
		  STATUS_FAIL, "RT-14", "replies", 65536 },
		{ "in, what the range is to receive",
		  POLICIES(POLICY("in", "block", "0.0.0.0/0", "100.104.0.0/16", "1", "")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "in, requests",
		  POLICIES(POLICY("in", "block", "100.104.0.0/20", "0.0.0.0/0", "1", "")),
		  STATUS_FAIL, "RT-14", "takes the requests from 6.3%", 4096 },
		{ "in, to another address",
		  POLICIES(POLICY("in", "block", "100.104.0.0/20", "10.0.0.6/32", "1", "")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "in, to this port",
		  POLICIES(POLICY("in", "block", "0.0.0.0/0", "0.0.0.0/0", "1",
				  ",\"dport\":443,\"dport_mask\":65535")),
		  STATUS_FAIL, "RT-14", "requests", 65536 },
		{ "in, from this port",
		  POLICIES(POLICY("in", "block", "0.0.0.0/0", "0.0.0.0/0", "1",
				  ",\"sport\":443,\"sport_mask\":65535")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "in, bypassed",
		  POLICIES(JOIN(POLICY("in", "allow", "100.104.0.0/16", "10.0.0.5/32", "1", ""),
				POLICY("in", "allow", "0.0.0.0/0", "0.0.0.0/0", "2", TEMPLATE))),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "forward, requests for a container",
		  FACTS4(COUNTERS(""), SERVICES(FORWARDED), ROUTES("", ""),
			 XFRM(POLICY("forward", "block", "100.104.0.0/16", "172.17.0.2/32", "1",
				     ""))),
		  STATUS_FAIL, "RT-14", "requests", 65536 },
	};

	(void)state;
	CHECK_ROWS("ipsec-policy-bypassed", rows);
}

/* A policy added before this one, with the ends as the direction has them. */
static void test_ipsec_remedy(void **state)
{
	(void)state;
	check_remedy(POLICIES(POLICY("in", "block", "100.104.0.0/20", "0.0.0.0/0", "10", "")),
		     "ipsec-policy-bypassed", STATUS_FAIL, "linux",
		     "ip xfrm policy add dir in src 100.104.0.0/16 dst 10.0.0.5/32 priority 9 "
		     "action allow");
	check_remedy(POLICIES(OUT("block", "100.104.0.0/16", "10", "")), "ipsec-policy-bypassed",
		     STATUS_FAIL, "linux",
		     "ip xfrm policy add dir out src 10.0.0.5/32 dst 100.104.0.0/16 priority 9 "
		     "action allow");
}

/* What was denied and wished for stands in the gate, and keeps it from being ready. */
static void test_denied_policies_are_missing(void **state)
{
	static const char json[] = FACTS2(BEFORE, NO_XFRM);
	struct judgement judgement;
	struct fault fault = { 0 };
	struct facts facts;
	size_t i, seen = 0;

	(void)state;
	assert_int_equal(facts_read(json, strlen(json), &facts, &fault), 0);
	assert_int_equal(engine_judge(&facts, NULL, &judgement, &fault), 0);
	for (i = 0; i < judgement.missing.count; i++) {
		const struct gate_missing *one =
			LIST_AT(&judgement.missing, struct gate_missing, i);

		if (!strstr(one->needs, "IPsec policies"))
			continue;
		seen++;
		assert_string_equal(one->what, "IPsec policies");
		assert_string_equal(one->command, "sudo reachback check");
	}
	assert_int_equal(seen, 1);
	judgement_release(&judgement);
	facts_release(&facts);
}

#define INIT ",\"netns_known_init\":true,\"netns_is_init\":true"
#define ROUTE(to, protocol, type, hops)                                                            \
	"{\"table\":254,\"destination\":\"" to "\",\"protocol\":\"" protocol "\",\"type\":\"" type \
	"\",\"next_hops\":[" hops "]}"
#define BY(via) "{\"via\":\"" via "\",\"dev\":\"eth0\",\"weight\":1}"
#define ON_LINK "{\"via\":null,\"dev\":\"eth0\",\"weight\":1}"
#define ENTRY(to, protocol, hops)                                                                  \
	FACTS3(HOST(INIT), SERVICES(""), ROUTES("", ROUTE(to, protocol, "unicast", hops)))

#define BOOT(to) ROUTE(to, "boot", "unicast", BY("10.0.0.1"))
#define CONFIGURED(owner, prefix, denied)                                                          \
	"\"configs\":{\"state\":\"ok\",\"denied\":[" denied "],\"configs\":[{"                     \
	"\"owner\":\"" owner "\",\"path\":\"/etc/x\",\"key\":\"route\",\"prefix\":\"" prefix "\"}]}"

static void test_routes_persist(void **state)
{
	static const struct row rows[] = {
		{ "by hand", ENTRY("100.104.0.0/16", "boot", BY("10.0.0.1")), STATUS_WARN, "RT-11",
		  "100.104.0.0/16 via 10.0.0.1 dev eth0", 0 },
		{ "covering, by hand", ENTRY("100.64.0.0/10", "boot", BY("10.0.0.1")), STATUS_WARN,
		  "RT-11", NULL, 0 },
		{ "several by one gateway",
		  FACTS3(HOST(INIT), SERVICES(""),
			 ROUTES("", JOIN(BOOT("100.104.0.0/17"), BOOT("100.104.128.0/17")))),
		  STATUS_WARN, "RT-11",
		  "routes 100.104.0.0/17, 100.104.128.0/17 via 10.0.0.1 dev eth0 were added", 0 },
		{ "static", ENTRY("100.104.0.0/16", "static", BY("10.0.0.1")), STATUS_PASS, NULL,
		  NULL, 0 },
		{ "bgp", ENTRY("100.104.0.0/16", "bgp", BY("10.0.0.1")), STATUS_PASS, NULL, NULL,
		  0 },
		{ "default, by hand", ENTRY("0.0.0.0/0", "boot", BY("10.0.0.1")), STATUS_PASS, NULL,
		  NULL, 0 },
		{ "wider, by hand", ENTRY("100.0.0.0/8", "boot", BY("10.0.0.1")), STATUS_PASS, NULL,
		  NULL, 0 },
		{ "on-link, by hand", ENTRY("100.104.0.0/16", "boot", ON_LINK), STATUS_PASS, NULL,
		  NULL, 0 },
		{ "not the declared one",
		  FACTS4(HOST(INIT), PLAN(",\"datacenter\":{\"return_next_hop\":\"10.0.0.2\"}"),
			 SERVICES(""),
			 ROUTES("", ROUTE("100.104.0.0/16", "boot", "unicast", BY("10.0.0.1")))),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "blackhole",
		  FACTS3(HOST(INIT), SERVICES(""),
			 ROUTES("", ROUTE("100.104.0.0/16", "boot", "blackhole", ""))),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "other namespace",
		  FACTS3(HOST(",\"netns_known_init\":true"), SERVICES(""),
			 ROUTES("", ROUTE("100.104.0.0/16", "boot", "unicast", BY("10.0.0.1")))),
		  STATUS_SKIPPED, NULL, "not the network namespace of pid 1", 0 },
		{ "namespace unknown",
		  FACTS3(HOST(""), SERVICES(""),
			 ROUTES("", ROUTE("100.104.0.0/16", "boot", "unicast", BY("10.0.0.1")))),
		  STATUS_SKIPPED, NULL, "could not be told", 0 },
	};

	(void)state;
	CHECK_ROWS("routes-persist", rows);
}

/* What the network configuration holds is there again after a reboot. */
static void test_routes_configured(void **state)
{
	static const struct row rows[] = {
		{ "in the configuration",
		  FACTS4(HOST(INIT), SERVICES(""), ROUTES("", BOOT("100.104.0.0/16")),
			 CONFIGURED("netplan", "100.104.0.0/16", "")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "another in the configuration",
		  FACTS4(HOST(INIT), SERVICES(""), ROUTES("", BOOT("100.104.0.0/16")),
			 CONFIGURED("netplan", "100.104.0.0/17", "")),
		  STATUS_WARN, "RT-11", NULL, 0 },
		{ "a network, not a route, in the configuration",
		  FACTS4(HOST(INIT), SERVICES(""), ROUTES("", BOOT("100.104.0.0/16")),
			 CONFIGURED("docker", "100.104.0.0/16", "")),
		  STATUS_WARN, "RT-11", NULL, 0 },
		{ "configuration denied",
		  FACTS4(HOST(INIT), SERVICES(""), ROUTES("", BOOT("100.104.0.0/16")),
			 CONFIGURED("docker", "10.0.0.0/8", "\"/etc/netplan/1.yaml\"")),
		  STATUS_UNKNOWN, "RT-11", NULL, 0 },
		{ "other configuration denied",
		  FACTS4(HOST(INIT), SERVICES(""), ROUTES("", BOOT("100.104.0.0/16")),
			 CONFIGURED("docker", "10.0.0.0/8", "\"/etc/wireguard\"")),
		  STATUS_WARN, "RT-11", NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("routes-persist", rows);
}

/* One paste for all routes by one gateway, and a table of its own is kept. */
static void test_routes_persist_remedy(void **state)
{
	(void)state;
	check_remedy(FACTS3(HOST(INIT), SERVICES(""),
			    ROUTES("", JOIN(BOOT("100.104.0.0/17"), BOOT("100.104.128.0/17")))),
		     "routes-persist", STATUS_WARN, "netplan",
		     "netplan set \"ethernets.eth0.routes=[{to: 100.104.0.0/17, via: 10.0.0.1}, "
		     "{to: 100.104.128.0/17, via: 10.0.0.1}]\" && netplan apply");
	check_remedy(FACTS3(HOST(INIT), SERVICES(""),
			    ROUTES("", "{\"table\":104,\"destination\":\"100.104.0.0/16\","
				       "\"protocol\":\"boot\",\"type\":\"unicast\","
				       "\"next_hops\":[" BY("10.0.0.1") "]}")),
		     "routes-persist", STATUS_WARN, "frr",
		     "vtysh -c 'configure terminal' -c 'ip route 100.104.0.0/16 10.0.0.1 table "
		     "104' -c 'end' -c 'write memory'");
	/* a bond does not stand among the ethernets */
	check_remedy(FACTS4(HOST(INIT), SERVICES(""), ROUTES("", BOOT("100.104.0.0/16")),
			    "\"links\":{\"state\":\"ok\",\"links\":[{\"index\":1,\"name\":\"eth0\","
			    "\"kind\":\"bond\",\"type\":\"ether\",\"up\":true}]}"),
		     "routes-persist", STATUS_WARN, "netplan",
		     "netplan set \"bonds.eth0.routes=[{to: 100.104.0.0/16, via: 10.0.0.1}]\" && "
		     "netplan apply");
}

#define LINK(name, more)                                                                           \
	"{\"index\":1,\"name\":\"" name "\",\"type\":\"ether\",\"up\":true,\"mtu\":1500" more "}"
#define LINKS(list) "\"links\":{\"state\":\"ok\",\"links\":[" list "]}"
#define ADDRESS(address, length, dev)                                                              \
	"{\"address\":\"" address "\",\"length\":" length ",\"dev\":\"" dev "\"}"
#define ADDRESSES(list) "\"addresses\":{\"state\":\"ok\",\"addresses\":[" list "]}"
#define ARP(dev, ignore, filter)                                                                   \
	SYSCTL("conf." dev ".arp_ignore", ignore) "," SYSCTL("conf." dev ".arp_filter", filter)
#define TWO_LINKS LINKS(JOIN(LINK("eth0", ""), LINK("eth1", "")))
#define ONE_SUBNET                                                                                 \
	ADDRESSES(JOIN(ADDRESS("10.0.0.5", "24", "eth0"), ADDRESS("10.0.0.6", "24", "eth1")))
#define ALL_ZERO JOIN(ARP("all", "0", "0"), JOIN(ARP("eth0", "0", "0"), ARP("eth1", "0", "0")))

static void test_arp_flux_free(void **state)
{
	static const struct row rows[] = {
		{ "flux", FACTS4(TWO_LINKS, ONE_SUBNET, SYSCTLS(ALL_ZERO), SERVICES(WEB)),
		  STATUS_WARN, "RT-17", "10.0.0.0/24", 0 },
		{ "arp_ignore for all",
		  FACTS4(TWO_LINKS, ONE_SUBNET,
			 SYSCTLS(JOIN(ARP("all", "1", "0"), JOIN(ARP("eth0", "0", "0"),
								 ARP("eth1", "0", "0")))),
			 SERVICES(WEB)),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "arp_filter on both",
		  FACTS4(TWO_LINKS, ONE_SUBNET,
			 SYSCTLS(JOIN(ARP("all", "0", "0"), JOIN(ARP("eth0", "0", "1"),
								 ARP("eth1", "0", "1")))),
			 SERVICES(WEB)),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "two subnets",
		  FACTS4(TWO_LINKS,
			 ADDRESSES(JOIN(ADDRESS("10.0.0.5", "24", "eth0"),
					ADDRESS("10.0.1.6", "24", "eth1"))),
			 SYSCTLS(ALL_ZERO), SERVICES(WEB)),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "one interface",
		  FACTS4(TWO_LINKS,
			 ADDRESSES(JOIN(ADDRESS("10.0.0.5", "24", "eth0"),
					ADDRESS("10.0.0.6", "24", "eth0"))),
			 SYSCTLS(ALL_ZERO), SERVICES(WEB)),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "no service there",
		  FACTS4(TWO_LINKS, ONE_SUBNET, SYSCTLS(ALL_ZERO),
			 SERVICES(SERVICE("10.9.0.5", "443", "option", ",\"local\":true"))),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "one bridge",
		  FACTS4(LINKS(JOIN(LINK("eth0", ",\"master\":\"br0\""),
				    LINK("eth1", ",\"master\":\"br0\""))),
			 ONE_SUBNET, SYSCTLS(ALL_ZERO), SERVICES(WEB)),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "down",
		  FACTS4(LINKS(JOIN(LINK("eth0", ""),
				    "{\"index\":2,\"name\":\"eth1\",\"type\":\"ether\"}")),
			 ONE_SUBNET, SYSCTLS(ALL_ZERO), SERVICES(WEB)),
		  STATUS_PASS, NULL, NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("arp-flux-free", rows);
}

#define EXCEPTIONS(list) "\"exceptions\":{\"state\":\"ok\",\"exceptions\":[" list "]}"
#define EXCEPTION(to, more) "{\"destination\":\"" to "\",\"dev\":\"eth0\"" more "}"
#define CACHED(list) FACTS2(LINKS(LINK("eth0", "")), EXCEPTIONS(list))

#define VIA(via)                                                                                   \
	"{\"service\":\"10.0.0.5:443\",\"mark\":0,\"first\":\"100.104.0.0\","                    \
	"\"last\":\"100.104.255.255\",\"type\":\"unicast\",\"next_hops\":[" BY(via) "]}"

static void test_no_stale_path_exceptions(void **state)
{
	static const struct row rows[] = {
		{ "none", CACHED(""), STATUS_PASS, NULL, NULL, 0 },
		{ "small",
		  CACHED(JOIN(EXCEPTION("100.104.1.2", ",\"mtu\":552"),
			      EXCEPTION("100.104.1.3", ",\"mtu\":1400"))),
		  STATUS_WARN, "RT-18", "a path MTU below 1280 for 1 address", 1 },
		{ "of a tunnel on the way", CACHED(EXCEPTION("100.104.1.2", ",\"mtu\":1400")),
		  STATUS_PASS, NULL, "path MTU discovery", 0 },
		{ "whole", CACHED(EXCEPTION("100.104.1.2", ",\"mtu\":1500")), STATUS_PASS, NULL,
		  NULL, 0 },
		{ "redirected, way unknown",
		  CACHED(EXCEPTION("100.104.1.2", ",\"via\":\"10.0.0.9\",\"redirected\":true")),
		  STATUS_WARN, "RT-18", "another gateway", 1 },
		{ "redirected to the route's own gateway",
		  FACTS3(SERVICES(WEB), ROUTES(VIA("10.0.0.1"), ""),
			 EXCEPTIONS(EXCEPTION("100.104.1.2", ",\"via\":\"10.0.0.1\","
								"\"redirected\":true"))),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "another gateway than the route's",
		  FACTS3(SERVICES(WEB), ROUTES(VIA("10.0.0.1"), ""),
			 EXCEPTIONS(EXCEPTION("100.104.1.2", ",\"via\":\"10.0.0.9\","
								"\"mtu\":1500"))),
		  STATUS_WARN, "RT-18", "another gateway than the route's for 1 address", 1 },
		{ "elsewhere", CACHED(EXCEPTION("100.105.1.2", ",\"mtu\":552")), STATUS_PASS, NULL,
		  NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("no-stale-path-exceptions", rows);
}

static void test_service_address_local(void **state)
{
	static const struct row rows[] = {
		{ "local", FACTS2(HOST(""), SERVICES(WEB)), STATUS_PASS, NULL, NULL, 0 },
		{ "forwarded", FACTS2(HOST(""), SERVICES(FORWARDED)), STATUS_PASS, NULL, NULL, 0 },
		{ "elsewhere",
		  FACTS2(HOST(""), SERVICES(SERVICE("10.0.0.9", "443", "plan", ""))),
		  STATUS_UNKNOWN, "MET-04", "not an address of this machine", 0 },
		{ "loopback",
		  FACTS2(HOST(""),
			 SERVICES(SERVICE("127.0.0.1", "443", "option", ",\"local\":true"))),
		  STATUS_UNKNOWN, "MET-04", "proves nothing", 0 },
	};

	(void)state;
	CHECK_ROWS("service-address-local", rows);
}

static void test_whole_range_proved(void **state)
{
	static const struct row rows[] = {
		{ "whole", FACTS3(HOST(""), SERVICES(WEB), ROUTES(ALL("eth0"), "")), STATUS_PASS,
		  NULL, "all 65536 addresses proved for 1 service: 1 class", 0 },
		{ "no class", FACTS3(HOST(""), SERVICES(WEB), ROUTES("", "")), STATUS_UNKNOWN,
		  "MET-02", "no class of addresses", 0 },
		{ "no service", FACTS3(HOST(""), SERVICES(""), ROUTES("", "")), STATUS_UNKNOWN,
		  NULL, "no service address", 0 },
	};

	(void)state;
	CHECK_ROWS("whole-range-proved", rows);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipsec_policy_bypassed),
		cmocka_unit_test(test_ipsec_selectors),
		cmocka_unit_test(test_ipsec_directions),
		cmocka_unit_test(test_ipsec_remedy),
		cmocka_unit_test(test_denied_policies_are_missing),
		cmocka_unit_test(test_routes_persist),
		cmocka_unit_test(test_routes_configured),
		cmocka_unit_test(test_routes_persist_remedy),
		cmocka_unit_test(test_arp_flux_free),
		cmocka_unit_test(test_no_stale_path_exceptions),
		cmocka_unit_test(test_service_address_local),
		cmocka_unit_test(test_whole_range_proved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
