/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A probe's answer is checked in its place: against the plan and the services that the parent
 * holds, not as a document of its own. What is kept of a probe without an answer can be read again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "probes/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct probe routes_probe = { .name = "routes", .section = SECTION_ROUTES };

#define CLASS(first, last)                                                                         \
	"{\"service\":\"172.20.5.10:443\",\"iif\":null,\"mark\":0,\"first\":\"" first              \
	"\",\"last\":\"" last "\",\"type\":\"unicast\",\"table\":254,"                             \
	"\"next_hops\":[{\"via\":\"172.20.5.1\",\"dev\":\"eth0\",\"weight\":1}],\"error\":null}"
#define ANSWER(vswitch)                                                                            \
	"{\"schema\":\"reachback.facts/1\",\"routes\":{\"state\":\"ok\",\"classes\":["             \
	CLASS("100.104.0.0", "100.104.255.255") "],\"vswitch_classes\":[" vswitch "]}}"

static int read_answer(const char *answer, const char *vswitch_cidr, struct facts *facts)
{
	struct service_fact *service;
	struct text text;
	int code;

	facts_init(facts);
	facts->plan.state = FACT_OK;
	assert_int_equal(prefix_parse(vswitch_cidr, &facts->plan.link.vswitch_cidr), 0);
	facts->services.section.state = FACT_OK;
	service = list_add(&facts->services.services, sizeof(*service));
	assert_non_null(service);
	service->service = text_copy("172.20.5.10:443");
	service->address = address_from_ipv4(0xac14050a);
	service->port = 443;
	service->local = true;
	service->resolved = true;
	text_init(&text, JSON_SIZE_MAX);
	text_add(&text, answer);
	code = probe_answer_read(&routes_probe, &text, facts, NULL);
	text_release(&text);
	return code;
}

/* Refused once: the answer was held to a plan that it does not carry. */
static void test_classes_of_the_declared_vswitch(void **state)
{
	struct facts facts;

	(void)state;
	assert_int_equal(read_answer(ANSWER(CLASS("192.168.1.0", "192.168.1.255")),
				     "192.168.1.0/24", &facts), 0);
	assert_int_equal(facts.routes.section.state, FACT_OK);
	assert_int_equal(facts.routes.vswitch_classes.count, 1);
	facts_release(&facts);
}

static void test_classes_of_another_vswitch(void **state)
{
	struct facts facts;

	(void)state;
	assert_int_equal(read_answer(ANSWER(CLASS("192.168.1.0", "192.168.1.127")),
				     "192.168.1.0/24", &facts), -EINVAL);
	facts_release(&facts);
}

/* Whatever a section must hold when all is well. */
static void test_a_probe_that_died(void **state)
{
	char document[256];
	struct fault fault = { 0 };
	struct facts facts;
	int id;

	(void)state;
	for (id = 0; id < SECTION_COUNT; id++) {
		const char *name = section_name((enum section_id)id);

		snprintf(document, sizeof(document),
			 "{\"schema\":\"reachback.facts/1\",\"%s\":{\"state\":\"failed\","
			 "\"note\":\"probe died (signal 11)\"}}", name);
		if (facts_read(document, strlen(document), &facts, &fault) < 0)
			fail_msg("%s: %s", name, fault.text);
		facts_release(&facts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes_of_the_declared_vswitch),
		cmocka_unit_test(test_classes_of_another_vswitch),
		cmocka_unit_test(test_a_probe_that_died),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
