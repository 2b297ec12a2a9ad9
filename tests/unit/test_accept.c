/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acceptance: code and subject must fit, the status stays, the verdict counts a warn, and what has
 * expired or names no rule is void and said.
 */
#include "tests/unit/engine_world.h"

#define PLAN(accept)                                                                               \
	"{\"schema\":\"reachback.facts/1\",\"started\":\"2026-11-20T12:00:00Z\","                 \
	"\"plan\":{\"state\":\"ok\",\"accept\":[" accept "]},"                                    \
	"\"counters\":{\"state\":\"ok\"},\"xfrm\":{\"state\":\"ok\"},"                           \
	"\"services\":{\"state\":\"ok\",\"services\":[" WEB "]},"                                \
	"\"routes\":{\"state\":\"ok\",\"classes\":["                                             \
	CLASS("10.0.0.5:443", "0", "100.104.0.0", "100.104.127.255", "local") ","                 \
	CLASS("10.0.0.5:443", "0", "100.104.128.0", "100.104.255.255", "unicast") "]}}"
#define ACCEPT(code, more) "{\"code\":\"" code "\",\"reason\":\"ticket 1\"" more "}"

static void test_accepted_fail_is_a_risk(void **state)
{
	const struct finding *finding;
	struct world world;

	(void)state;
	judge_text(PLAN(""), &world);
	assert_int_equal(world.judgement.verdict, VERDICT_NOT_READY);
	end(&world);
	judge_text(PLAN(ACCEPT("alpha", "")), &world);
	finding = find(&world, "alpha", STATUS_FAIL);
	assert_non_null(finding);
	assert_string_equal(finding->accepted.reason, "ticket 1");
	assert_null(finding->accepted.until);
	assert_int_equal(world.judgement.notes.count, 0);
	assert_int_equal(world.judgement.counts[STATUS_FAIL], 2);
	/* `risk` warns, `behind-risk` fails on the same class and was not accepted */
	assert_int_equal(world.judgement.verdict, VERDICT_NOT_READY);
	end(&world);
	judge_text(PLAN(ACCEPT("alpha", "") "," ACCEPT("behind-risk", "")), &world);
	assert_int_equal(world.judgement.verdict, VERDICT_RISKS);
	end(&world);
}

static void test_subject_must_fit(void **state)
{
	struct world world;

	(void)state;
	judge_text(PLAN(ACCEPT("alpha", ",\"subject\":\"100.104.0.0/17\"")), &world);
	assert_non_null(find(&world, "alpha", STATUS_FAIL)->accepted.reason);
	end(&world);
	judge_text(PLAN(ACCEPT("alpha", ",\"subject\":\"100.104.128.0\"")), &world);
	assert_null(find(&world, "alpha", STATUS_FAIL)->accepted.reason);
	end(&world);
}

/* The last day counts; the day behind it is void. Without a day of the caller: the facts' own. */
static void test_expiry(void **state)
{
	static const struct {
		const char *until;
		const char *today;
		bool holds;
	} rows[] = {
		{ "2026-11-20", NULL, true },	      { "2026-11-19", NULL, false },
		{ "2026-11-20", "2026-11-20", true }, { "2026-11-20", "2026-11-21", false },
		{ "2026-11-20", "2025-12-31", true }, { "2026-12-31", "2027-01-01", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fault fault = { 0 };
		struct plan_accept *accept;
		struct world world;

		judge_text(PLAN(ACCEPT("alpha", ",\"until\":\"2026-11-20\"")), &world);
		judgement_release(&world.judgement);
		accept = LIST_AT(&world.facts.plan.accept, struct plan_accept, 0);
		free(accept->until);
		accept->until = text_copy(rows[i].until);
		assert_int_equal(engine_judge(&world.facts, rows[i].today, &world.judgement,
					      &fault), 0);
		assert_int_equal(find(&world, "alpha", STATUS_FAIL)->accepted.reason != NULL,
				 rows[i].holds);
		assert_int_equal(world.judgement.notes.count, rows[i].holds ? 0 : 1);
		if (!rows[i].holds)
			assert_non_null(strstr(world.judgement.notes.items[0], "has expired"));
		end(&world);
	}
}

static void test_unknown_is_accepted_too(void **state)
{
	static const char json[] =
		"{\"schema\":\"reachback.facts/1\",\"plan\":{\"state\":\"ok\",\"accept\":["
		ACCEPT("reader", ",\"subject\":\"section xfrm\"") "]}}";
	const struct finding *finding;
	struct world world;

	(void)state;
	judge_text(json, &world);
	finding = find(&world, "reader", STATUS_UNKNOWN);
	assert_non_null(finding);
	assert_non_null(finding->accepted.reason);
	end(&world);
}

static void test_a_code_that_is_none(void **state)
{
	struct world world;

	(void)state;
	judge_text(PLAN(ACCEPT("alfa", "")), &world);
	assert_int_equal(world.judgement.notes.count, 1);
	assert_string_equal(world.judgement.notes.items[0],
			    "acceptance of 'alfa' names no rule: see reachback rules");
	end(&world);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted_fail_is_a_risk),
		cmocka_unit_test(test_subject_must_fit),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_unknown_is_accepted_too),
		cmocka_unit_test(test_a_code_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
