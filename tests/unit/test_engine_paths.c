/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ladders: what a failed lower rung hides, on which path, and what it leaves alone. Codes are those
 * of two rules of which one stands behind the other.
 */
#include "rules/engine_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LOW "return-route-not-refused"
#define MIDDLE "return-route-partial"
#define HIGH "return-route-present"
#define ONE "https://git.example/"
#define OTHER "https://maven.example/"

struct row {
	const char *code;
	enum finding_status status;
	const char *url, *address;
};

static struct finding *add(struct findings *findings, const struct row *row)
{
	struct finding *finding = findings_add(findings, row->status);

	assert_non_null(finding);
	finding->code = text_copy(row->code);
	finding->subject.url = text_copy(row->url);
	if (row->address)
		assert_int_equal(address_parse(row->address, &finding->subject.address), 0);
	finding_cause(findings, finding, "RT-01");
	finding_remedy(findings, finding, "linux", "mend it");
	return finding;
}

struct pair {
	const char *name;
	struct row low, high;
	int status; /* of `high` afterwards */
};

static const struct pair pairs[] = {
	{ "the same address", { LOW, STATUS_FAIL, ONE, "192.0.2.1" },
	  { HIGH, STATUS_FAIL, ONE, "192.0.2.1" }, STATUS_BLOCKED },
	{ "another address", { LOW, STATUS_FAIL, ONE, "192.0.2.1" },
	  { HIGH, STATUS_FAIL, ONE, "192.0.2.2" }, STATUS_FAIL },
	{ "another URL", { LOW, STATUS_FAIL, ONE, "192.0.2.1" },
	  { HIGH, STATUS_FAIL, OTHER, "192.0.2.1" }, STATUS_FAIL },
	{ "the whole URL failed", { LOW, STATUS_FAIL, ONE, NULL },
	  { HIGH, STATUS_WARN, ONE, "192.0.2.1" }, STATUS_BLOCKED },
	{ "seen on a live address", { LOW, STATUS_FAIL, ONE, "192.0.2.1" },
	  { HIGH, STATUS_FAIL, ONE, NULL }, STATUS_FAIL },
	{ "not reached at all", { LOW, STATUS_FAIL, ONE, "192.0.2.1" },
	  { HIGH, STATUS_UNKNOWN, ONE, NULL }, STATUS_BLOCKED },
	{ "a warning hides nothing", { LOW, STATUS_WARN, ONE, NULL },
	  { HIGH, STATUS_UNKNOWN, ONE, NULL }, STATUS_UNKNOWN },
	{ "a pass stays", { LOW, STATUS_FAIL, ONE, NULL },
	  { HIGH, STATUS_PASS, ONE, NULL }, STATUS_PASS },
	{ "the wrong way round", { HIGH, STATUS_FAIL, ONE, NULL },
	  { LOW, STATUS_FAIL, ONE, NULL }, STATUS_FAIL },
	{ "not about a URL", { LOW, STATUS_FAIL, NULL, "192.0.2.1" },
	  { HIGH, STATUS_FAIL, NULL, "192.0.2.1" }, STATUS_FAIL },
};

static void test_pairs(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct pair *pair = &pairs[i];
		struct findings findings;
		struct finding *high;

		findings_init(&findings);
		(void)add(&findings, &pair->low);
		(void)add(&findings, &pair->high);
		engine_paths(&findings);
		assert_int_equal(findings.error, 0);
		high = LIST_AT(&findings.list, struct finding, 1);
		if (high->status != pair->status)
			fail_msg("%s: %s", pair->name, status_words[high->status]);
		if (pair->status == STATUS_BLOCKED) {
			assert_int_equal(high->blocked_by.count, 1);
			assert_string_equal(high->blocked_by.items[0], pair->low.code);
			assert_int_equal(high->causes.count, 0);
			assert_int_equal(high->remedy.count, 0);
		} else {
			assert_int_equal(high->blocked_by.count, 0);
			assert_int_equal(high->causes.count, 1);
		}
		findings_release(&findings);
	}
}

/* Two rungs above: hidden by the one that failed, not by the one that was hidden itself. */
static void test_chain(void **state)
{
	static const struct row rows[] = {
		{ LOW, STATUS_FAIL, ONE, NULL },
		{ MIDDLE, STATUS_UNKNOWN, ONE, NULL },
		{ HIGH, STATUS_UNKNOWN, ONE, NULL },
	};
	struct findings findings;
	const struct finding *high;
	size_t i;

	(void)state;
	findings_init(&findings);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		(void)add(&findings, &rows[i]);
	engine_paths(&findings);
	high = LIST_AT(&findings.list, struct finding, 2);
	assert_int_equal(high->status, STATUS_BLOCKED);
	assert_int_equal(high->blocked_by.count, 1);
	assert_string_equal(high->blocked_by.items[0], LOW);
	findings_release(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
