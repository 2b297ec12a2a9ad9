/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one machine left unknown and another one decided: only what the cloud says, only of the same
 * subject, and never by the machine itself.
 */
#include "rules/join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define ADMITS "security-groups-admit-range" /* reads the cloud alone */
#define ROUTES "return-route-present"        /* reads this host */

struct answer {
	const char *code, *host;
	int status;
	const char *section, *resource;
};

#define UNREAD(code, host) { code, host, STATUS_UNKNOWN, "groups", NULL }
#define NOBODY { NULL, NULL, 0, NULL, NULL }

static const struct row {
	const char *what;
	struct answer one, other, third;
	bool decided;
} rows[] = {
	{ "the other one could look", UNREAD(ADMITS, "git1"),
	  { ADMITS, "vm1", STATUS_PASS, NULL, "sg-1" }, NOBODY, true },
	{ "a fail decides as well", UNREAD(ADMITS, "git1"),
	  { ADMITS, "vm1", STATUS_FAIL, NULL, "sg-1" }, NOBODY, true },
	{ "the other one left something open", UNREAD(ADMITS, "git1"),
	  { ADMITS, "vm1", STATUS_PASS, NULL, "sg-1" },
	  { ADMITS, "vm1", STATUS_UNKNOWN, NULL, "sg-2" }, false },
	{ "the other one could not look either", UNREAD(ADMITS, "git1"), UNREAD(ADMITS, "vm1"),
	  NOBODY, false },
	{ "the other one did not apply it", UNREAD(ADMITS, "git1"),
	  { ADMITS, "vm1", STATUS_SKIPPED, NULL, NULL }, NOBODY, false },
	{ "the same subject", { ADMITS, "git1", STATUS_UNKNOWN, NULL, "sg-1" },
	  { ADMITS, "vm1", STATUS_WARN, NULL, "sg-1" }, NOBODY, true },
	{ "another subject", { ADMITS, "git1", STATUS_UNKNOWN, NULL, "sg-1" },
	  { ADMITS, "vm1", STATUS_PASS, NULL, "sg-2" }, NOBODY, false },
	{ "another rule", UNREAD(ADMITS, "git1"),
	  { "regions-equal", "vm1", STATUS_PASS, NULL, NULL }, NOBODY, false },
	{ "the machine itself", { ADMITS, "git1", STATUS_UNKNOWN, NULL, "sg-1" },
	  { ADMITS, "git1", STATUS_PASS, NULL, "sg-1" }, NOBODY, false },
	{ "routes are each host's own", { ROUTES, "git1", STATUS_UNKNOWN, "routes", NULL },
	  { ROUTES, "vm1", STATUS_PASS, NULL, NULL }, NOBODY, false },
};

static void add(const struct answer *answer, struct findings *findings)
{
	struct finding *finding;

	if (!answer->code)
		return;
	finding = findings_add(findings, (enum finding_status)answer->status);
	assert_non_null(finding);
	finding->code = text_copy(answer->code);
	finding->subject.host = text_copy(answer->host);
	finding->subject.section = text_copy(answer->section);
	finding->subject.resource = text_copy(answer->resource);
	finding->severity = SEVERITY_BLOCKER;
}

static void test_decided_elsewhere(void **state)
{
	struct findings findings;
	const struct finding *first;
	size_t i;

	(void)state;
	assert_non_null(rule_find(ADMITS));
	assert_non_null(rule_find(ROUTES));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		findings_init(&findings);
		add(&rows[i].one, &findings);
		add(&rows[i].other, &findings);
		add(&rows[i].third, &findings);
		assert_int_equal(join_decided(&findings), 0);
		first = LIST_AT(&findings.list, struct finding, 0);
		if (first->decided != rows[i].decided)
			fail_msg("%s: %s", rows[i].what, first->decided ? "decided" : "open");
		assert_int_equal(first->status, STATUS_UNKNOWN);
		findings_release(&findings);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decided_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
