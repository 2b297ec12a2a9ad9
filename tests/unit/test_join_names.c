/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same name asked from two machines on the vSwitch.
 */
#include "rules/join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SERVER "192.0.2.1:53"
#define TARGET                                                                                     \
	"{\"url\":\"https://git.test\",\"purpose\":\"gitlab\",\"root\":\"https://git.test\","      \
	"\"root_purpose\":\"gitlab\",\"scheme\":\"https\",\"host\":\"git.test\"}"

/* Facts of machine `name`, which got `answer` for git.test. */
static void read_machine(const char *name, const char *outcome, const char *addresses,
			 struct facts *facts)
{
	struct fault fault = { 0 };
	char json[2048];

	snprintf(json, sizeof(json),
		 "{\"schema\":\"reachback.facts/1\",\"started\":\"2026-11-20T12:00:00Z\","
		 "\"plan\":{\"state\":\"ok\",\"vantage\":\"vswitch-host\",\"gitlab\":{\"url\":"
		 "\"https://git.test\"},\"link\":{\"gitlab_ip\":\"172.20.5.10\",\"other_ips\":"
		 "[\"172.20.5.11\"]}},\"host\":{\"state\":\"ok\",\"name\":\"%s\",\"machine\":"
		 "\"%s\"},\"endpoints\":{\"state\":\"ok\",\"name_servers\":[\"" SERVER "\"],"
		 "\"targets\":[" TARGET "],\"names\":[{\"name\":\"git.test\",\"server\":\"" SERVER
		 "\",\"kind\":\"A\",\"outcome\":\"%s\",\"addresses\":[%s]}]}}",
		 name, name, outcome, addresses);
	if (facts_read(json, strlen(json), facts, &fault))
		fail_msg("%s", fault.text);
}

struct row {
	const char *outcome, *addresses; /* of the second machine; the first gets .10 */
	int status;        /* STATUS_COUNT: no finding */
	const char *cause;
};

static void check_row(const struct row *row)
{
	struct facts facts[2];
	const struct facts *given[] = { &facts[0], &facts[1] };
	const struct finding *found = NULL;
	struct judgement judgement;
	struct fault fault = { 0 };
	struct join join;
	size_t i;

	read_machine("a", "answered", "\"172.20.5.10\"", &facts[0]);
	read_machine("b", row->outcome, row->addresses, &facts[1]);
	memset(&join, 0, sizeof(join));
	assert_int_equal(join_choose(given, 2, &join, &fault), 0);
	assert_int_equal(join_judge(&join, "2026-11-20", &judgement, &fault), 0);
	for (i = 0; i < judgement.findings.list.count; i++) {
		const struct finding *one = LIST_AT(&judgement.findings.list, struct finding, i);

		if (!text_equal(one->code, "names-agree-elsewhere"))
			continue;
		assert_null(found);
		found = one;
	}
	if (row->status == STATUS_COUNT) {
		assert_null(found);
	} else {
		assert_non_null(found);
		assert_int_equal(found->status, row->status);
		assert_string_equal(found->subject.host, "b");
		assert_non_null(strstr(found->message, "a gets 172.20.5.10 from " SERVER));
		assert_int_equal(found->causes.count, row->cause ? 1 : 0);
		if (row->cause)
			assert_string_equal(found->causes.items[0], row->cause);
	}
	judgement_release(&judgement);
	join_release(&join);
	facts_release(&facts[0]);
	facts_release(&facts[1]);
}

static void test_two_machines(void **state)
{
	static const struct row rows[] = {
		{ "answered", "\"172.20.5.10\"", STATUS_PASS, NULL },
		{ "answered", "\"172.20.5.11\"", STATUS_WARN, "DNS-03" },
		{ "answered", "\"203.0.113.10\"", STATUS_WARN, "DNS-01" },
		{ "nxdomain", "", STATUS_COUNT, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
