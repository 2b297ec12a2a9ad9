/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that are longer than what is read of them: a part of one is not taken for the whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "probes/cloud_helper/look.h"
#include "probes/cloud_helper/read_balancers.h"
#include "probes/cloud_helper/read_inquiry.h"
#include "rules/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "/tmp/reachback-readers-XXXXXX"
#define FILES_MAX 8u

/* An answer to one question: `list` holds `times` objects, each `item` and its number. */
struct answer {
	const char *product, *action, *parameters, *head, *item, *tail;
	unsigned int times;
};

static void name_file(const char *folder, unsigned int number, char name[64])
{
	(void)snprintf(name, 64, "%s/%u.json", folder, number);
}

static void save(const char *name, const struct answer *answer)
{
	FILE *file = fopen(name, "w");
	unsigned int i;

	assert_non_null(file);
	fprintf(file, "{\"request\":{\"product\":\"%s\",\"action\":\"%s\",\"parameters\":{%s}},"
		      "\"status\":200,\"reply\":{\"TotalCount\":%u,%s", answer->product,
		answer->action, answer->parameters, answer->times, answer->head);
	for (i = 0; i < answer->times; i++)
		fprintf(file, "%s{%s%u\"}", i ? "," : "", answer->item, i);
	fprintf(file, "%s}}", answer->tail);
	assert_int_equal(fclose(file), 0);
}

/* What is seen of these answers and no others. */
static void look(const struct plan *plan, const struct answer *answers, struct facts *facts)
{
	char folder[] = FOLDER, name[64];
	const struct cloud_request asked = { .plan = *plan, .saved = folder, .budget_ms = 5000 };
	struct fault fault = { .code = 0 };
	unsigned int i, count;

	assert_non_null(mkdtemp(folder));
	for (count = 0; answers[count].product; count++) {
		assert_true(count < FILES_MAX);
		name_file(folder, count, name);
		save(name, &answers[count]);
	}
	facts_init(facts);
	assert_int_equal(cloud_look(&asked, facts, &fault), 0);
	assert_int_equal(facts->cloud.section.state, FACT_OK);
	for (i = 0; i < count; i++) {
		name_file(folder, i, name);
		assert_int_equal(unlink(name), 0);
	}
	assert_int_equal(rmdir(folder), 0);
}

static void test_networks_of_bgp(void **state)
{
	const struct plan plan = { .datacenter.vbr_id = (char *)"vbr-1" };
	unsigned int more;

	(void)state;
	for (more = 0; more < 2; more++) {
		const struct answer answers[] = {
			{ "vpc", "DescribeBgpNetworks", "\"RouterId\":\"vbr-1\"",
			  "\"BgpNetworks\":{\"BgpNetwork\":[", "\"VpcId\":\"vpc-", "]}",
			  INQUIRY_ITEMS_MAX + more },
			{ .product = NULL },
		};
		struct facts facts;

		look(&plan, answers, &facts);
		assert_int_equal(facts.transit.network_list.count, INQUIRY_ITEMS_MAX);
		assert_int_equal(facts.transit.networks.state, more ? FACT_FAILED : FACT_OK);
		facts_release(&facts);
	}
}

#define CEN(number) "{\"CenId\":\"cen-" number "\"}"
#define MEMBERS(number)                                                                            \
	{ "cbn", "DescribeCenAttachedChildInstances", "\"CenId\":\"cen-" number "\"",             \
	  "\"ChildInstances\":{\"ChildInstance\":[", "", "]}", 0 }
#define BORDER(cens)                                                                               \
	"\"VirtualBorderRouterSet\":{\"VirtualBorderRouterType\":[{\"VbrId\":\"vbr-1\","           \
	"\"AssociatedCens\":{\"AssociatedCen\":[" cens

static void test_cens_of_a_border_router(void **state)
{
	static const char five[] = BORDER(CEN("0") "," CEN("1") "," CEN("2") "," CEN("3") ","
					  CEN("4"));
	static const char six[] = BORDER(CEN("0") "," CEN("1") "," CEN("2") "," CEN("3") ","
					 CEN("4") "," CEN("5"));
	const struct plan plan = { .datacenter.vbr_id = (char *)"vbr-1" };
	unsigned int more;

	(void)state;
	for (more = 0; more < 2; more++) {
		const struct answer answers[] = {
			{ "vpc", "DescribeVirtualBorderRouters", "", more ? six : five, "",
			  "]}}]}", 0 },
			MEMBERS("0"), MEMBERS("1"), MEMBERS("2"), MEMBERS("3"), MEMBERS("4"),
			{ .product = NULL },
		};
		struct facts facts;

		look(&plan, answers, &facts);
		assert_int_equal(facts.transit.members.state, more ? FACT_FAILED : FACT_OK);
		if (more)
			assert_string_equal(facts.transit.attachments.note,
					    "there are more CENs than are looked at");
		facts_release(&facts);
	}
}

#define OF_LB "\"LoadBalancerId\":\"lb-1\""
#define LISTENER "\"ListenerPort\":80,\"ListenerProtocol\":\"http\""

static void test_entries_of_an_access_control_list(void **state)
{
	struct plan plan = { .gitlab.access = ACCESS_SLB };
	unsigned int more;

	(void)state;
	assert_int_equal(address_parse("172.16.0.9", &plan.link.gitlab_ip), 0);
	for (more = 0; more < 2; more++) {
		const struct answer answers[] = {
			{ "slb", "DescribeLoadBalancers", "\"Address\":\"172.16.0.9\"",
			  "\"LoadBalancers\":{\"LoadBalancer\":[{\"Address\":\"172.16.0.9\"," OF_LB
			  "}", "", "]}", 0 },
			{ "slb", "DescribeLoadBalancerAttribute", OF_LB,
			  "\"ListenerPortsAndProtocol\":{\"ListenerPortAndProtocol\":[{" LISTENER
			  "}", "", "]}", 0 },
			{ "slb", "DescribeLoadBalancerListeners", "\"LoadBalancerId.1\":\"lb-1\"",
			  "\"Listeners\":[{" LISTENER ",\"AclStatus\":\"on\",\"AclType\":\"white\","
			  "\"AclId\":\"acl-1\"}", "", "]", 0 },
			{ "slb", "DescribeHealthStatus", OF_LB, "\"BackendServers\":{}", "",
			  "", 0 },
			{ "slb", "DescribeAccessControlListAttribute", "\"AclId\":\"acl-1\"",
			  "\"AclEntrys\":{\"AclEntry\":[", "\"AclEntryIP\":\"10.0.0.0/8 ", "]}",
			  READ_ENTRIES_MAX + more },
			{ .product = NULL },
		};
		const struct balancer_fact *balancer;
		const struct listener_entry_fact *listener;
		struct facts facts;

		look(&plan, answers, &facts);
		assert_int_equal(facts.balancers.balancers.count, 1);
		balancer = LIST_AT(&facts.balancers.balancers, struct balancer_fact, 0);
		assert_int_equal(balancer->listeners.count, 1);
		listener = LIST_AT(&balancer->listeners, struct listener_entry_fact, 0);
		assert_int_equal(listener->entries.count, READ_ENTRIES_MAX);
		assert_int_equal(listener->control_state, more ? FACT_FAILED : FACT_OK);
		facts_release(&facts);
	}
}

static void test_albs_of_a_vpc(void **state)
{
	struct plan plan = { .gitlab.access = ACCESS_SLB };
	const struct answer answers[] = {
		{ "slb", "DescribeLoadBalancers", "\"Address\":\"172.16.0.9\"",
		  "\"LoadBalancers\":{}", "", "", 0 },
		{ "nlb", "ListLoadBalancers", "", "\"LoadBalancers\":[", "", "]", 0 },
		{ "alb", "ListLoadBalancers", "", "\"LoadBalancers\":[",
		  "\"LoadBalancerId\":\"alb-", "]", READ_BALANCERS_MAX + 1 },
		{ .product = NULL },
	};
	struct facts facts;

	(void)state;
	assert_int_equal(address_parse("172.16.0.9", &plan.link.gitlab_ip), 0);
	look(&plan, answers, &facts);
	assert_int_equal(facts.balancers.section.state, FACT_FAILED);
	assert_string_equal(facts.balancers.section.note,
			    "there are more ALBs than are looked at");
	facts_release(&facts);
}

/* A call each: of very many the rest is told, and the number that there are. */
static void test_repositories_of_an_instance(void **state)
{
	static const unsigned int counts[] = { 120, 1000, 1001 };
	const struct plan plan = { .link.instance_id = (char *)"cri-1" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const struct answer answers[] = {
			{ "cr", "ListRepository", "\"InstanceId\":\"cri-1\"", "\"Repositories\":[",
			  "\"RepoId\":\"crr-", "]", counts[i] },
			{ .product = NULL },
		};
		const bool whole = counts[i] <= 1000;
		struct facts facts;

		look(&plan, answers, &facts);
		assert_int_equal(facts.instance.repositories, counts[i]);
		assert_int_equal(facts.instance.bindings.count, whole ? counts[i] : 1000);
		assert_int_equal(facts.instance.sources.state, whole ? FACT_OK : FACT_FAILED);
		facts_release(&facts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_networks_of_bgp),
		cmocka_unit_test(test_cens_of_a_border_router),
		cmocka_unit_test(test_entries_of_an_access_control_list),
		cmocka_unit_test(test_albs_of_a_vpc),
		cmocka_unit_test(test_repositories_of_an_instance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
