/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which vantage facts speak for, why, and which way back is declared there.
 */
#include "rules/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "{\"schema\":\"reachback.facts/1\","
#define PLAN(keys) "\"plan\":{\"state\":\"ok\"," keys "}"
#define ROUTER "\"host\":{\"state\":\"ok\",\"forwarding\":true}"
#define HOST "\"host\":{\"state\":\"ok\",\"forwarding\":false}"
#define ADDRESSES(address)                                                                         \
	"\"addresses\":{\"state\":\"ok\",\"addresses\":[{\"address\":\"" address                   \
	"\",\"length\":24,\"dev\":\"eth0\"}]}"
#define LISTENER(address, port)                                                                    \
	"\"listeners\":{\"state\":\"ok\",\"listeners\":[{\"address\":\"" address                   \
	"\",\"port\":" port "}]}"
#define SILENT "\"listeners\":{\"state\":\"ok\"}"
#define NAT_UNKNOWN(more) "\"listeners\":{\"state\":\"ok\",\"nat_unknown\":true" more "}"
#define SERVICE(address, port, origin)                                                             \
	"\"services\":{\"state\":\"ok\",\"services\":[{\"service\":\"" address ":" port            \
	"\",\"address\":\"" address "\",\"port\":" port ",\"origin\":\"" origin "\"}]}"

#define LINK "\"link\":{\"gitlab_ip\":\"10.0.0.1\",\"vswitch_id\":\"vsw-1\"}"
#define METADATA(vswitch)                                                                          \
	"\"metadata\":{\"state\":\"ok\",\"vswitch_id\":\"vsw-0\",\"interfaces\":[{\"mac\":\"m\"," \
	"\"vswitch_id\":\"" vswitch "\"}]}"

struct row {
	const char *facts;
	enum vantage vantage;
	const char *reason; /* part of it */
};

static const struct row rows[] = {
	/* an explicit one wins over everything */
	{ HEAD PLAN("\"vantage\":\"idc-router\",\"link\":{\"gitlab_ip\":\"10.0.0.1\"}") "," HOST
	  "," ADDRESSES("10.0.0.1") "}", VANTAGE_IDC_ROUTER, "says so" },
	{ HEAD PLAN("\"vantage\":\"vswitch-host\"") "}", VANTAGE_VSWITCH_HOST, "says so" },
	/* the metadata service names the vSwitch of the link, or another one */
	{ HEAD PLAN(LINK) "," HOST "," SILENT "," ADDRESSES("10.0.0.2") "," METADATA("vsw-1") "}",
	  VANTAGE_VSWITCH_HOST, "the metadata service names vSwitch vsw-1" },
	{ HEAD PLAN(LINK) "," HOST "," SILENT "," ADDRESSES("10.0.0.2") "," METADATA("vsw-2") "}",
	  VANTAGE_GITLAB_HOST, "does not forward" },
	{ HEAD PLAN(LINK) "," HOST "," SILENT "," ADDRESSES("10.0.0.1") "," METADATA("vsw-1") "}",
	  VANTAGE_GITLAB_HOST, "link.gitlab_ip 10.0.0.1 is an address" },
	{ HEAD PLAN(LINK) "," ROUTER "," SILENT "," ADDRESSES("10.0.0.2") "," METADATA("vsw-1")
	  "}", VANTAGE_IDC_ROUTER, "forwards packets" },
	/* service addresses of the plan that are local, on a machine that forwards */
	{ HEAD PLAN("\"link\":{\"gitlab_ip\":\"10.0.0.1\"}") "," ROUTER "," SILENT ","
	  ADDRESSES("10.0.0.1") "}", VANTAGE_GITLAB_HOST, "link.gitlab_ip 10.0.0.1 is an address" },
	{ HEAD PLAN("\"gitlab\":{\"url\":\"https://10.0.0.1/x\"}") "," ROUTER "," SILENT ","
	  ADDRESSES("10.0.0.1") "}", VANTAGE_GITLAB_HOST, "gitlab.url 10.0.0.1" },
	{ HEAD PLAN("\"maven\":[{\"url\":\"http://10.0.0.1:8081\"}]") "," ROUTER "," SILENT ","
	  ADDRESSES("10.0.0.1") "}", VANTAGE_GITLAB_HOST, "maven url 10.0.0.1" },
	{ HEAD PLAN("\"link\":{\"other_ips\":[\"10.0.0.9\",\"10.0.0.1\"]}") "," ROUTER ","
	  SILENT ","
	  ADDRESSES("10.0.0.1") "}", VANTAGE_GITLAB_HOST, "link.other_ips 10.0.0.1" },
	{ HEAD ROUTER "," SILENT "," ADDRESSES("10.0.0.1") "," SERVICE("10.0.0.1", "443",
	  "option") "}",
	  VANTAGE_GITLAB_HOST, "service address 10.0.0.1" },
	/* the same plan where nothing of it is local */
	{ HEAD PLAN("\"link\":{\"gitlab_ip\":\"10.0.0.1\"}") "," ROUTER "," SILENT ","
	  ADDRESSES("10.0.0.2") "}", VANTAGE_IDC_ROUTER, "forwards packets" },
	/* an address that the kernel picked is no service of this machine */
	{ HEAD ROUTER "," SILENT "," ADDRESSES("10.0.0.1") "," SERVICE("10.0.0.1", "443",
	  "kernel") "}",
	  VANTAGE_IDC_ROUTER, "nothing listens" },
	/* something listens */
	{ HEAD ROUTER "," ADDRESSES("10.0.0.1") "," LISTENER("0.0.0.0", "443") "}",
	  VANTAGE_GITLAB_HOST, "port 443 is served here" },
	{ HEAD ROUTER "," ADDRESSES("10.0.0.1") "," LISTENER("127.0.0.1", "443") "}",
	  VANTAGE_IDC_ROUTER, "nothing listens" },
	{ HEAD ROUTER "," ADDRESSES("10.0.0.1") "," LISTENER("0.0.0.0", "179") "}",
	  VANTAGE_IDC_ROUTER, "nothing listens" },
	/* the ssh of a router is no service port once the user named the ports */
	{ HEAD PLAN("\"gitlab\":{\"url\":\"http://10.0.0.9\"}") "," ROUTER ","
	  ADDRESSES("10.0.0.1") ","
	  LISTENER("0.0.0.0", "22") "}", VANTAGE_IDC_ROUTER, "nothing listens" },
	{ HEAD PLAN("\"gitlab\":{\"url\":\"http://10.0.0.9\"}") "," ROUTER ","
	  ADDRESSES("10.0.0.1") ","
	  LISTENER("0.0.0.0", "80") "}", VANTAGE_GITLAB_HOST, "port 80 is served here" },
	/* nor once the user said that GitLab is elsewhere; without a word of his it is one */
	{ HEAD PLAN("\"link\":{\"gitlab_ip\":\"10.0.0.9\"}") "," ROUTER "," ADDRESSES("10.0.0.1")
	  "," LISTENER("0.0.0.0", "22") "}", VANTAGE_IDC_ROUTER, "nothing listens" },
	{ HEAD ROUTER "," ADDRESSES("10.0.0.1") "," LISTENER("0.0.0.0", "22") "}",
	  VANTAGE_GITLAB_HOST, "port 22 is served here" },
	/* a published container is served here, too */
	{ HEAD ROUTER "," ADDRESSES("10.0.0.1") ",\"listeners\":{\"state\":\"ok\",\"published\":[{"
	  "\"address\":\"0.0.0.0\",\"port\":443}]}}", VANTAGE_GITLAB_HOST, "port 443" },
	/* nor is silence a sign of a router where NAT rules may publish what is not listened to */
	{ HEAD ROUTER "," ADDRESSES("10.0.0.1") "," NAT_UNKNOWN("") "}", VANTAGE_GITLAB_HOST,
	  "NAT rules that may publish one are not known" },
	{ HEAD PLAN("\"gitlab\":{\"url\":\"http://gitlab.example\"}") "," ROUTER ","
	  ADDRESSES("10.0.0.1") "," NAT_UNKNOWN("") "}", VANTAGE_GITLAB_HOST, "NAT rules" },
	{ HEAD PLAN("\"gitlab\":{\"url\":\"http://10.0.0.9\"},\"maven\":[{\"url\":"
		    "\"http://maven.example\"}]") "," ROUTER ","
	  ADDRESSES("10.0.0.1") "," NAT_UNKNOWN("") "}", VANTAGE_GITLAB_HOST, "NAT rules" },
	/* save where the user said where GitLab is, or that the machine does not forward */
	{ HEAD PLAN("\"link\":{\"gitlab_ip\":\"10.0.0.9\"}") "," ROUTER ","
	  ADDRESSES("10.0.0.1") "," NAT_UNKNOWN("") "}", VANTAGE_IDC_ROUTER, "nothing listens" },
	{ HEAD PLAN("\"gitlab\":{\"url\":\"http://10.0.0.9\"}") "," ROUTER ","
	  ADDRESSES("10.0.0.1") "," NAT_UNKNOWN("") "}", VANTAGE_IDC_ROUTER, "nothing listens" },
	{ HEAD ROUTER "," ADDRESSES("10.0.0.1") "," NAT_UNKNOWN("") "," SERVICE("10.0.0.9", "443",
	  "option") "}", VANTAGE_IDC_ROUTER, "nothing listens" },
	{ HEAD HOST "," ADDRESSES("10.0.0.1") "," NAT_UNKNOWN("") "}", VANTAGE_GITLAB_HOST,
	  "does not forward" },
	{ HEAD ROUTER "," ADDRESSES("10.0.0.1") "," NAT_UNKNOWN(",\"listeners\":[{\"address\":"
	  "\"0.0.0.0\",\"port\":443}]") "}", VANTAGE_GITLAB_HOST, "port 443 is served here" },
	{ HEAD PLAN("\"vantage\":\"idc-router\"") "," ROUTER "," ADDRESSES("10.0.0.1") ","
	  NAT_UNKNOWN("") "}", VANTAGE_IDC_ROUTER, "says so" },
	/* what could not be read leads to gitlab-host, and is said */
	{ HEAD ROUTER "," ADDRESSES("10.0.0.1") "}", VANTAGE_GITLAB_HOST, "what listens" },
	{ HEAD ROUTER "," SILENT "}", VANTAGE_GITLAB_HOST,
	  "addresses of this machine are not known" },
	{ HEAD HOST "," SILENT "," ADDRESSES("10.0.0.1") "}", VANTAGE_GITLAB_HOST,
	  "does not forward" },
	{ HEAD "\"took_ms\":0}", VANTAGE_GITLAB_HOST, "is not known" },
};

static void read_facts(const char *document, struct facts *facts)
{
	struct fault fault = { 0 };

	if (facts_read(document, strlen(document), facts, &fault) < 0)
		fail_msg("%s: %s", document, fault.text);
}

static void test_vantages(void **state)
{
	struct facts facts;
	struct text reason;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_facts(rows[i].facts, &facts);
		text_init(&reason, 512);
		if (facts_vantage(&facts, &reason) != rows[i].vantage)
			fail_msg("%s: %s", rows[i].facts, text_string(&reason));
		if (!strstr(text_string(&reason), rows[i].reason))
			fail_msg("%s: said \"%s\"", rows[i].facts, text_string(&reason));
		assert_int_equal(facts_vantage(&facts, NULL), rows[i].vantage);
		assert_int_equal(facts_vantage_guessed(&facts),
				 strstr(text_string(&reason), "NAT rules") != NULL);
		text_release(&reason);
		facts_release(&facts);
	}
}

static void assert_return(const struct facts *facts, enum vantage vantage, const char *next_hop,
			  const char *dev)
{
	struct declared_return declared;
	char text[ADDRESS_TEXT_MAX];

	facts_declared_return(facts, vantage, &declared);
	if (next_hop)
		assert_string_equal(address_print(&declared.next_hop, text), next_hop);
	else
		assert_int_equal(declared.next_hop.family, ADDRESS_NONE);
	if (dev)
		assert_string_equal(declared.dev, dev);
	else
		assert_null(declared.dev);
}

static void test_declared_return(void **state)
{
	static const char document[] = HEAD PLAN(
		"\"datacenter\":{\"return_next_hop\":\"172.20.5.1\",\"return_interface\":\"eth0\","
		"\"by_vantage\":{\"idc-router\":{\"return_next_hop\":\"10.0.12.1\"},"
		"\"vswitch-host\":{\"return_interface\":\"eth1\"}}}") "}";
	struct facts facts;

	(void)state;
	read_facts(document, &facts);
	assert_return(&facts, VANTAGE_GITLAB_HOST, "172.20.5.1", "eth0");
	assert_return(&facts, VANTAGE_IDC_ROUTER, "10.0.12.1", "eth0");
	assert_return(&facts, VANTAGE_VSWITCH_HOST, "172.20.5.1", "eth1");
	assert_return(&facts, VANTAGE_OFFLINE, "172.20.5.1", "eth0");
	facts_release(&facts);
	facts_init(&facts);
	assert_return(&facts, VANTAGE_IDC_ROUTER, NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vantages),
		cmocka_unit_test(test_declared_return),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
