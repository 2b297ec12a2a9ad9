/* SPDX-License-Identifier: Apache-2.0 */
/* Where rules about the cloud apply, and what they answer when it was not asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/engine_world.h"

#define DOCUMENT(more) "{\"schema\":\"reachback.facts/1\"" more "}"
#define PLAN(members) ",\"plan\":{\"state\":\"ok\"," members "}"
#define FROM_VSWITCH "\"vantage\":\"vswitch-host\""
#define FROM_HOST "\"vantage\":\"gitlab-host\""
#define REGION ",\"region\":\"cn-hangzhou\""
#define ASKED ",\"cloud\":{\"state\":\"ok\",\"from\":\"live\"}"

struct row {
	const char *facts;
	int status;          /* -1: it does not apply */
	const char *message; /* NULL: any */
	const char *settle;
};

static const struct row rows[] = {
	{ DOCUMENT(PLAN(FROM_HOST REGION)), -1, NULL, NULL },
	{ DOCUMENT(PLAN(FROM_VSWITCH)), STATUS_SKIPPED,
	  "the cloud was not asked: the plan names no region, instance, VPC or vSwitch", NULL },
	{ DOCUMENT(PLAN(FROM_VSWITCH REGION)), STATUS_UNKNOWN, "groups was not looked at",
	  "reachback check, with credentials of the cloud (environment or "
	  "~/.aliyun/config.json)" },
	{ DOCUMENT(PLAN(FROM_VSWITCH ",\"link\":{\"vswitch_id\":\"vsw-1\"}")), STATUS_UNKNOWN, NULL,
	  "reachback check --region REGION, with credentials of the cloud" },
	{ DOCUMENT(PLAN(FROM_VSWITCH) ",\"metadata\":{\"state\":\"ok\",\"region\":\"cn-x\"}"),
	  STATUS_UNKNOWN, NULL, NULL },
	{ DOCUMENT(PLAN(FROM_VSWITCH REGION) ",\"no_cloud\":true"), STATUS_SKIPPED,
	  "the cloud was not asked: --no-cloud", NULL },
	/* what verify was called for is never left out */
	{ DOCUMENT(PLAN(FROM_VSWITCH REGION) ",\"no_cloud\":true,\"link_expected\":true"),
	  STATUS_UNKNOWN, "groups was not looked at", NULL },
	{ DOCUMENT(PLAN(FROM_HOST REGION) ",\"no_cloud\":true,\"link_expected\":true"),
	  STATUS_UNKNOWN, NULL, NULL },
	{ DOCUMENT(PLAN(FROM_VSWITCH) ",\"link_expected\":true"), STATUS_UNKNOWN, NULL, NULL },
	{ DOCUMENT(PLAN(FROM_HOST REGION) ASKED ",\"groups\":{\"state\":\"denied\",\"note\":"
		   "\"ecs:DescribeSecurityGroups is not permitted\"}"), STATUS_UNKNOWN,
	  "groups could not be read: not permitted: ecs:DescribeSecurityGroups is not permitted",
	  "reachback docs ram-policy" },
	{ DOCUMENT(PLAN(FROM_HOST REGION) ASKED ",\"groups\":{\"state\":\"ok\"}"), STATUS_PASS,
	  "cloudy", NULL },
};

static void test_where_the_cloud_counts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct finding *finding = NULL;
		struct world world;
		int status;

		judge_text(rows[i].facts, &world);
		for (status = 0; status < STATUS_COUNT && !finding; status++)
			finding = find(&world, "cloudy", status);
		assert_int_equal(finding ? finding->status : -1, rows[i].status);
		if (rows[i].message)
			assert_string_equal(finding->message, rows[i].message);
		if (rows[i].settle)
			assert_string_equal(finding->settle, rows[i].settle);
		end(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_the_cloud_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
