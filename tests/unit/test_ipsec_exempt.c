/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPsec policies and the interfaces that are exempt from them: each row was tried on Linux 6.18
 * with real connections, the effect of `all` before 5.11 is taken from the source of that time.
 */
#include "tests/unit/rule_rows.h"

#define POLICY(direction, source, to)                                                              \
	"\"xfrm\":{\"state\":\"ok\",\"policies\":[{\"direction\":\"" direction                     \
	"\",\"action\":\"block\",\"source\":\"" source "\",\"destination\":\"" to                  \
	"\",\"priority\":9,\"index\":9}]}"
#define RANGE "100.104.0.0/16"
#define ON(kernel, services, routes, sysctls, policy)                                              \
	FACTS4(HOST(",\"kernel\":\"" kernel "\""), "\"counters\":{\"state\":\"ok\",\"counters\":[" \
	       "]}," SERVICES(services), routes "," SYSCTLS(sysctls), policy)
#define XFRM_OFF(dev) SYSCTL("conf." dev ".disable_xfrm", "1")
#define POLICY_OFF(dev) SYSCTL("conf." dev ".disable_policy", "1")
#define HALVES                                                                                     \
	ROUTES(CLASS("100.104.0.0", "100.104.127.255", "unicast", "eth0") ","                      \
	       CLASS("100.104.128.0", "100.104.255.255", "unicast", "eth1"), "")
#define REPLIES(sysctls)                                                                           \
	ON("6.18.1", WEB, ROUTES(ALL("eth0"), ""), sysctls, POLICY("out", "10.0.0.0/24", RANGE))
#define REQUESTS(sysctls)                                                                          \
	ON("6.18.1", WEB, ROUTES(ALL("eth0"), ""), sysctls, POLICY("in", RANGE, "10.0.0.0/24"))
#define THROUGH(sysctls, policy) ON("6.18.1", FORWARDED, ROUTES("", ""), sysctls, policy)

static void test_sent_and_received(void **state)
{
	static const struct row rows[] = {
		{ "out", REPLIES(""), STATUS_FAIL, "RT-14", "replies", 65536 },
		{ "out, exempt", REPLIES(XFRM_OFF("eth0")), STATUS_PASS, NULL, NULL, 0 },
		{ "out, exempt elsewhere", REPLIES(XFRM_OFF("eth1")), STATUS_FAIL, "RT-14", NULL,
		  65536 },
		{ "out, switched on", REPLIES(SYSCTL("conf.eth0.disable_xfrm", "0")), STATUS_FAIL,
		  "RT-14", NULL, 65536 },
		{ "out, policies of what enters", REPLIES(POLICY_OFF("eth0")), STATUS_FAIL, "RT-14",
		  NULL, 65536 },
		{ "out, all", REPLIES(XFRM_OFF("all")), STATUS_PASS, NULL, NULL, 0 },
		{ "out, all of an old kernel",
		  ON("5.10.0-28-amd64", WEB, ROUTES(ALL("eth0"), ""), XFRM_OFF("all"),
		     POLICY("out", "10.0.0.0/24", RANGE)),
		  STATUS_FAIL, "RT-14", NULL, 65536 },
		{ "out, all of 5.11",
		  ON("5.11.0", WEB, ROUTES(ALL("eth0"), ""), XFRM_OFF("all"),
		     POLICY("out", "10.0.0.0/24", RANGE)),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "out, a half by an exempt one",
		  ON("6.1", WEB, HALVES, XFRM_OFF("eth0"), POLICY("out", "10.0.0.0/24", RANGE)),
		  STATUS_FAIL, "RT-14", "50.0%", 32768 },
		{ "in", REQUESTS(""), STATUS_FAIL, "RT-14", "requests", 65536 },
		{ "in, exempt", REQUESTS(POLICY_OFF("eth0")), STATUS_PASS, NULL, NULL, 0 },
		{ "in, all", REQUESTS(POLICY_OFF("all")), STATUS_PASS, NULL, NULL, 0 },
		{ "in, what leaves", REQUESTS(XFRM_OFF("eth0")), STATUS_FAIL, "RT-14", NULL,
		  65536 },
	};

	(void)state;
	CHECK_ROWS("ipsec-policy-bypassed", rows);
}

/* FORWARDED: replies enter by docker0, requests by eth0. */
static void test_forwarded(void **state)
{
	static const struct row rows[] = {
		{ "replies", THROUGH("", POLICY("forward", "172.17.0.0/16", RANGE)), STATUS_FAIL,
		  "RT-14", "replies", 65536 },
		{ "replies, exempt where they enter",
		  THROUGH(POLICY_OFF("docker0"), POLICY("forward", "172.17.0.0/16", RANGE)),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "replies, exempt where they leave",
		  THROUGH(POLICY_OFF("eth0"), POLICY("forward", "172.17.0.0/16", RANGE)),
		  STATUS_FAIL, "RT-14", NULL, 65536 },
		{ "requests, exempt where they enter",
		  THROUGH(POLICY_OFF("eth0"), POLICY("forward", RANGE, "172.17.0.0/16")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "requests, exempt where they leave",
		  THROUGH(POLICY_OFF("docker0"), POLICY("forward", RANGE, "172.17.0.0/16")),
		  STATUS_FAIL, "RT-14", "requests", 65536 },
		{ "requests on their way out", THROUGH("", POLICY("out", RANGE, "172.17.0.0/16")),
		  STATUS_FAIL, "RT-14", "requests", 65536 },
		{ "requests on their way out, exempt",
		  THROUGH(XFRM_OFF("docker0"), POLICY("out", RANGE, "172.17.0.0/16")),
		  STATUS_PASS, NULL, NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("ipsec-policy-bypassed", rows);
}

/* Where NAT rules of this host send requests on, `in` and `forward` see the address before. */
#define OWN_ADDRESS                                                                                \
	"\"addresses\":{\"state\":\"ok\",\"addresses\":[{\"address\":\"10.0.0.5\","                \
	"\"length\":24,\"dev\":\"eth0\"}]}"
#define PUBLISHED_ON(container)                                                                    \
	"{\"address\":\"0.0.0.0\",\"port\":80,\"container\":\"" container "\","                    \
	"\"container_port\":443,\"source\":\"nftables rule\",\"diverts\":true}"
#define ASKED(service, container, policy)                                                          \
	ON("6.18.1", service,                                                                      \
	   ROUTES("", "") "," OWN_ADDRESS "," LISTENERS("", PUBLISHED_ON(container)), "", policy)
#define CONTAINER(policy) ASKED(FORWARDED, "172.17.0.2", policy)
#define OWN_SOCKET SERVICE("10.0.0.5", "443", "published", ",\"local\":true,\"arrival\":\"eth0\"")
#define REDIRECTED(policy) ASKED(OWN_SOCKET, "10.0.0.5", policy)
#define PORT_POLICY(direction, source, to, port)                                                   \
	"\"xfrm\":{\"state\":\"ok\",\"policies\":[{\"direction\":\"" direction                     \
	"\",\"action\":\"block\",\"source\":\"" source "\",\"destination\":\"" to                  \
	"\",\"priority\":9,\"index\":9,\"ipproto\":6," port "}]}"

static void test_asked_address(void **state)
{
	static const struct row rows[] = {
		{ "container: requests before", CONTAINER(POLICY("forward", RANGE, "10.0.0.5/32")),
		  STATUS_FAIL, "RT-14", "requests", 65536 },
		{ "container: requests behind",
		  CONTAINER(POLICY("forward", RANGE, "172.17.0.2/32")), STATUS_PASS, NULL, NULL,
		  0 },
		{ "container: requests on their way out, before",
		  CONTAINER(POLICY("out", RANGE, "10.0.0.5/32")), STATUS_PASS, NULL, NULL, 0 },
		{ "container: requests on their way out, behind",
		  CONTAINER(POLICY("out", RANGE, "172.17.0.2/32")), STATUS_FAIL, "RT-14",
		  "requests", 65536 },
		{ "container: replies of it", CONTAINER(POLICY("out", "172.17.0.2/32", RANGE)),
		  STATUS_FAIL, "RT-14", "replies", 65536 },
		{ "container: replies of the host", CONTAINER(POLICY("out", "10.0.0.5/32", RANGE)),
		  STATUS_FAIL, "RT-14", "replies", 65536 },
		{ "container: the host's replies are not forwarded",
		  CONTAINER(POLICY("forward", "10.0.0.5/32", RANGE)), STATUS_PASS, NULL, NULL, 0 },
		{ "redirect: requests for the port before",
		  REDIRECTED(PORT_POLICY("in", RANGE, "10.0.0.5/32", "\"dport\":80")), STATUS_FAIL,
		  "RT-14", "requests", 65536 },
		{ "redirect: requests for the port behind",
		  REDIRECTED(PORT_POLICY("in", RANGE, "10.0.0.5/32", "\"dport\":443")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "redirect: replies from the port before",
		  REDIRECTED(PORT_POLICY("out", "10.0.0.5/32", RANGE, "\"sport\":80")), STATUS_FAIL,
		  "RT-14", "replies", 65536 },
		{ "redirect: replies from the port behind",
		  REDIRECTED(PORT_POLICY("out", "10.0.0.5/32", RANGE, "\"sport\":443")),
		  STATUS_FAIL, "RT-14", "replies", 65536 },
	};

	(void)state;
	CHECK_ROWS("ipsec-policy-bypassed", rows);
}

/* What meets no policy falls to the default, wherever policies are asked at all. */
#define DEFAULT(direction)                                                                         \
	"\"xfrm\":{\"state\":\"ok\",\"policies\":[],\"blocks_" direction "\":true}"
#define ALLOWED(direction, source, to)                                                             \
	"\"xfrm\":{\"state\":\"ok\",\"blocks_" direction "\":true,\"policies\":[{\"direction\":\"" \
	direction "\",\"action\":\"allow\",\"source\":\"" source "\",\"destination\":\"" to        \
	"\",\"priority\":9,\"index\":9}]}"
#define PLAIN(sysctls, xfrm) ON("6.18.1", WEB, ROUTES(ALL("eth0"), ""), sysctls, xfrm)
#define ROUTED                                                                                     \
	"\"routes\":{\"state\":\"ok\",\"classes\":[{\"service\":\"172.17.0.2:443\","               \
	"\"iif\":\"docker0\",\"mark\":0,\"first\":\"100.104.0.0\",\"last\":\"100.104.255.255\","   \
	"\"type\":\"unicast\",\"table\":254,\"next_hops\":[{\"dev\":\"eth0\",\"weight\":1}]}]}"

static void test_default(void **state)
{
	static const struct row rows[] = {
		{ "in", PLAIN("", DEFAULT("in")), STATUS_FAIL, "RT-14", "(in: block)", 65536 },
		{ "in, exempt", PLAIN(POLICY_OFF("eth0"), DEFAULT("in")), STATUS_PASS, NULL, NULL,
		  0 },
		{ "in, allowed", PLAIN("", ALLOWED("in", RANGE, "10.0.0.5/32")), STATUS_PASS, NULL,
		  NULL, 0 },
		{ "in, a half allowed", PLAIN("", ALLOWED("in", "100.104.0.0/17", "10.0.0.5/32")),
		  STATUS_FAIL, "RT-14", "50.0%", 32768 },
		{ "out", PLAIN("", DEFAULT("out")), STATUS_FAIL, "RT-14", "(out: block)", 65536 },
		{ "out, sent from here by an exempt one", PLAIN(XFRM_OFF("eth0"), DEFAULT("out")),
		  STATUS_FAIL, "RT-14", "(out: block)", 65536 },
		{ "out, allowed", PLAIN("", ALLOWED("out", "10.0.0.5/32", RANGE)), STATUS_PASS,
		  NULL, NULL, 0 },
		{ "forward, nothing is forwarded", PLAIN("", DEFAULT("forward")), STATUS_PASS, NULL,
		  NULL, 0 },
		{ "forward, exempt where replies enter",
		  THROUGH(POLICY_OFF("docker0"), DEFAULT("forward")), STATUS_FAIL, "RT-14",
		  "requests", 65536 },
		{ "forward, exempt where requests enter",
		  THROUGH(POLICY_OFF("eth0"), DEFAULT("forward")), STATUS_FAIL, "RT-14",
		  "(fwd: block)", 65536 },
		{ "forward, exempt",
		  THROUGH(JOIN(POLICY_OFF("eth0"), POLICY_OFF("docker0")), DEFAULT("forward")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "out, forwarded by exempt ones",
		  ON("6.18.1", FORWARDED, ROUTED, JOIN(XFRM_OFF("eth0"), XFRM_OFF("docker0")),
		     DEFAULT("out")), STATUS_PASS, NULL, NULL, 0 },
		{ "out, forwarded by exempt ones, its source given back",
		  ON("6.18.1", FORWARDED,
		     ROUTED "," OWN_ADDRESS "," LISTENERS("", PUBLISHED_ON("172.17.0.2")),
		     JOIN(XFRM_OFF("eth0"), XFRM_OFF("docker0")), DEFAULT("out")),
		  STATUS_FAIL, "RT-14", "(out: block)", 65536 },
	};

	(void)state;
	CHECK_ROWS("ipsec-policy-bypassed", rows);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sent_and_received),
		cmocka_unit_test(test_forwarded),
		cmocka_unit_test(test_asked_address),
		cmocka_unit_test(test_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
