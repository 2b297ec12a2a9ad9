/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses and ports a plan speaks of: what the cloud is asked about. */
#include "rules/facts_cloud_services.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD \
	"{\"schema\":\"reachback.facts/1\",\"version\":\"0.1.0\",\"took_ms\":1," \
	"\"started\":\"2026-11-20T12:00:00Z\",\"plan\":{\"state\":\"ok\","
#define GITLAB "\"gitlab\":{\"url\":\"https://gitlab.corp.example\",\"access\":\"ecs\"}"
#define LINK(other) "\"link\":{\"gitlab_ip\":\"10.0.0.1\",\"other_ips\":[" other "]}"
#define MAVEN(url) "\"maven\":[{\"url\":\"" url "\"}]"

/* A plan, and what it comes to: services, then URLs without an address behind "?". */
static const struct {
	const char *plan;
	const char *services;
	const char *addresses;
} rows[] = {
	{ GITLAB, " ?https://gitlab.corp.example", "" },
	{ GITLAB "," LINK(""), " 10.0.0.1:443", " 10.0.0.1" },
	{ "\"gitlab\":{\"url\":\"http://10.0.0.9:8080/x\"}", " 10.0.0.9:8080", " 10.0.0.9" },
	{ "\"gitlab\":{\"url\":\"http://10.0.0.9\"}," LINK(""), " 10.0.0.1:80 10.0.0.9:80",
	  " 10.0.0.1 10.0.0.9" },
	{ GITLAB "," LINK("\"10.0.0.2\"") "," MAVEN("http://10.0.0.2:8081/m/"),
	  " 10.0.0.1:443 10.0.0.2:8081", " 10.0.0.1 10.0.0.2" },
	/* a name: the one address that is left is its */
	{ GITLAB "," LINK("\"10.0.0.2\"") "," MAVEN("https://maven.corp.example/m/"),
	  " 10.0.0.1:443 10.0.0.2:443", " 10.0.0.1 10.0.0.2" },
	/* two are left, and nobody says which */
	{ GITLAB "," LINK("\"10.0.0.2\",\"10.0.0.3\"") "," MAVEN("https://maven.corp.example/m/"),
	  " 10.0.0.1:443 ?https://maven.corp.example/m/", " 10.0.0.1 10.0.0.2 10.0.0.3" },
	{ GITLAB "," LINK("") "," MAVEN("https://maven.corp.example/m/"),
	  " 10.0.0.1:443 ?https://maven.corp.example/m/", " 10.0.0.1" },
	/* an address of the other family is nobody's name: what is left is not its */
	{ GITLAB "," LINK("\"10.0.0.2\"") "," MAVEN("http://[2001:db8::1]:8081/m/"),
	  " 10.0.0.1:443 ?http://[2001:db8::1]:8081/m/", " 10.0.0.1 10.0.0.2" },
	{ "\"gitlab\":{\"url\":\"http://[2001:db8::1]\"}", " ?http://[2001:db8::1]", "" },
	/* one service, however often it is named */
	{ "\"gitlab\":{\"url\":\"http://10.0.0.1\"}," LINK("\"10.0.0.1\"") ","
	  MAVEN("http://10.0.0.1/m/"), " 10.0.0.1:80", " 10.0.0.1" },
	{ LINK("\"10.0.0.2\""), "", " 10.0.0.1 10.0.0.2" },
};

static void plan_read_into(const char *plan, struct facts *facts)
{
	struct fault fault = { 0 };
	char text[2048];

	snprintf(text, sizeof(text), HEAD "%s}}", plan);
	facts_init(facts);
	if (facts_read(text, strlen(text), facts, &fault) != 0)
		fail_msg("%s: %s", text, fault_text(&fault, fault.code));
}

static void print_services(const struct facts *facts, char *out, size_t size)
{
	struct list services = { .count = 0 };
	struct strings open = { .count = 0 };
	char address[ADDRESS_TEXT_MAX];
	size_t i;

	assert_int_equal(planned_services(facts, &services, &open), 0);
	out[0] = '\0';
	for (i = 0; i < services.count; i++) {
		const struct planned_service *one =
			LIST_AT(&services, struct planned_service, i);

		snprintf(out + strlen(out), size - strlen(out), " %s:%u",
			 address_print(&one->address, address), one->port);
	}
	for (i = 0; i < open.count; i++)
		snprintf(out + strlen(out), size - strlen(out), " ?%s", open.items[i]);
	strings_release(&open);
	free(services.items);
}

static void print_addresses(const struct facts *facts, char *out, size_t size)
{
	struct list addresses = { .count = 0 };
	char address[ADDRESS_TEXT_MAX];
	size_t i;

	assert_int_equal(planned_addresses(&facts->plan, &addresses), 0);
	out[0] = '\0';
	for (i = 0; i < addresses.count; i++)
		snprintf(out + strlen(out), size - strlen(out), " %s",
			 address_print(LIST_AT(&addresses, struct address, i), address));
	free(addresses.items);
}

static void test_plans(void **state)
{
	char found[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct facts facts;

		plan_read_into(rows[i].plan, &facts);
		print_services(&facts, found, sizeof(found));
		assert_string_equal(found, rows[i].services);
		print_addresses(&facts, found, sizeof(found));
		assert_string_equal(found, rows[i].addresses);
		facts_release(&facts);
	}
}

/* A name server settles which of several addresses is the name's. */
static void test_names(void **state)
{
	struct name_fact *name;
	struct facts facts;
	char found[512];

	(void)state;
	plan_read_into(GITLAB "," LINK("\"10.0.0.2\",\"10.0.0.3\"") ","
		       MAVEN("https://maven.corp.example/m/"), &facts);
	name = list_add(&facts.endpoints.names, sizeof(*name));
	assert_non_null(name);
	name->name = strdup("maven.corp.example");
	assert_int_equal(strings_add(&name->addresses, "10.0.0.3"), 0);
	print_services(&facts, found, sizeof(found));
	assert_string_equal(found, " 10.0.0.1:443 10.0.0.3:443");
	facts_release(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
