/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's policy over rules of its own: pass, unknown, skipped, the contract of a rule,
 * services without a proof, the verdict.
 */
#include "tests/unit/engine_world.h"

#include <errno.h>

static void test_all_good_passes(void **state)
{
	struct world world;
	const struct finding *finding;

	(void)state;
	judge_text(FACTS(WEB, "\"classes\":[" CLASS("10.0.0.5:443", "0", "100.104.0.0",
						      "100.104.255.255", "unicast") "]"), &world);
	finding = find(&world, "alpha", STATUS_PASS);
	assert_non_null(finding);
	assert_string_equal(finding->message, "alpha is fine");
	assert_string_equal(prefix_of(finding), "100.104.0.0/16");
	assert_int_equal(finding->causes.count, 0);
	assert_string_equal(finding->source.document, "000");
	assert_non_null(find(&world, "beta", STATUS_PASS));
	assert_non_null(find(&world, "broken", STATUS_PASS));
	end(&world);
}

static void test_free_rules(void **state)
{
	struct world world;
	const struct finding *finding;

	(void)state;
	judge_text(FACTS(WEB, "\"classes\":[" CLASS("10.0.0.5:443", "0", "100.104.0.0",
						      "100.104.255.255", "unicast") "]"), &world);
	finding = find(&world, "reader", STATUS_UNKNOWN);
	assert_non_null(finding);
	assert_string_equal(finding->subject.section, "xfrm");
	assert_string_equal(finding->message, "xfrm was not looked at; counters was not looked at");
	assert_string_equal(finding->settle, "reachback check");
	finding = find(&world, "risky", STATUS_WARN);
	assert_non_null(finding);
	assert_int_equal(finding->severity, SEVERITY_RISK);
	finding = find(&world, "skipper", STATUS_SKIPPED);
	assert_non_null(finding);
	assert_string_equal(finding->message, "it does not apply");
	assert_null(find(&world, "elsewhere", STATUS_UNKNOWN));
	assert_null(find(&world, "elsewhere", STATUS_PASS));
	assert_int_equal(world.judgement.verdict, VERDICT_UNDETERMINED);
	end(&world);
}

static void test_section_states(void **state)
{
	struct world world;
	const struct finding *finding;

	(void)state;
	judge_text("{\"schema\":\"reachback.facts/1\",\"xfrm\":{\"state\":\"denied\",\"note\":"
		   "\"needs CAP_NET_ADMIN\"},\"counters\":{\"state\":\"ok\"}}", &world);
	finding = find(&world, "reader", STATUS_UNKNOWN);
	assert_non_null(finding);
	assert_string_equal(finding->message,
			    "xfrm could not be read: not permitted: needs CAP_NET_ADMIN");
	assert_string_equal(finding->settle, "sudo reachback check");
	assert_int_equal(finding->severity, SEVERITY_BLOCKER);
	finding = find(&world, "alpha", STATUS_UNKNOWN);
	assert_non_null(finding);
	end(&world);
}

static void test_unproved_service_is_unknown(void **state)
{
	struct world world;
	const struct finding *finding;

	(void)state;
	judge_text(FACTS(WEB "," SERVICE("10.9.9.9:443", "10.9.9.9", "443", ",\"local\":false"),
			 "\"classes\":["
			 CLASS("10.0.0.5:443", "0", "100.104.0.0", "100.104.255.255", "unicast") ","
			 CLASS("10.9.9.9:443", "0", "100.104.0.0", "100.104.255.255", "none") "]"),
		   &world);
	finding = find(&world, "alpha", STATUS_UNKNOWN);
	assert_non_null(finding);
	assert_int_equal(finding->subject.services.count, 1);
	assert_string_equal(finding->subject.services.items[0], "10.9.9.9:443");
	assert_string_equal(finding->message, "not proved for 10.9.9.9:443: its address is not one "
					      "of this machine's");
	assert_null(find(&world, "beta", STATUS_FAIL));
	assert_int_equal(world.judgement.verdict, VERDICT_UNDETERMINED);
	end(&world);
}

static void test_nothing_proved_is_unknown(void **state)
{
	struct world world;

	(void)state;
	judge_text(FACTS(WEB, "\"classes\":[]"), &world);
	assert_non_null(find(&world, "alpha", STATUS_UNKNOWN));
	assert_null(find(&world, "alpha", STATUS_PASS));
	end(&world);
	judge_text(FACTS("", "\"classes\":[]"), &world);
	assert_non_null(find(&world, "alpha", STATUS_UNKNOWN));
	end(&world);
}

/* What the engine answers to facts that hold nothing. */
static int judge_nothing(struct fault *fault)
{
	static const char json[] = "{\"schema\":\"reachback.facts/1\"}";
	struct judgement judgement;
	struct facts facts;
	int code;

	assert_int_equal(facts_read(json, strlen(json), &facts, fault), 0);
	code = engine_judge(&facts, NULL, &judgement, fault);
	facts_release(&facts);
	return code;
}

static void test_broken_contract_is_an_error(void **state)
{
	struct fault fault = { 0 };

	(void)state;
	break_contract = true;
	assert_int_equal(judge_nothing(&fault), -EPROTO);
	break_contract = false;
	assert_string_equal(fault.text, "internal error: rule 'broken' names no cause for a fail");
}

/* Whether a rule applies could not be found out: that is no answer, neither skipped nor unknown. */
static void test_a_failed_skip_is_an_error(void **state)
{
	struct fault fault = { 0 };

	(void)state;
	skip_fails = true;
	assert_int_equal(judge_nothing(&fault), -ENOMEM);
	skip_fails = false;
}

static void set_status(struct finding *finding, int status, int severity)
{
	finding->status = status;
	finding->severity = severity;
}

/* The words of design.md, section 3, as a table. */
static void test_verdict(void **state)
{
	static const struct {
		int status, severity;
		bool accepted;
		enum verdict verdict;
		int exit_status, strict_status;
	} rows[] = {
		{ STATUS_PASS, SEVERITY_BLOCKER, false, VERDICT_READY, 0, 0 },
		{ STATUS_FAIL, SEVERITY_BLOCKER, false, VERDICT_NOT_READY, 2, 2 },
		{ STATUS_FAIL, SEVERITY_BLOCKER, true, VERDICT_RISKS, 0, 1 },
		{ STATUS_WARN, SEVERITY_RISK, false, VERDICT_RISKS, 0, 1 },
		{ STATUS_UNKNOWN, SEVERITY_BLOCKER, false, VERDICT_UNDETERMINED, 3, 3 },
		{ STATUS_UNKNOWN, SEVERITY_BLOCKER, true, VERDICT_RISKS, 0, 1 },
		{ STATUS_UNKNOWN, SEVERITY_RISK, false, VERDICT_READY, 0, 0 },
		{ STATUS_UNKNOWN, SEVERITY_NOTE, false, VERDICT_READY, 0, 0 },
		{ STATUS_BLOCKED, SEVERITY_BLOCKER, false, VERDICT_READY, 0, 0 },
		{ STATUS_SKIPPED, SEVERITY_BLOCKER, false, VERDICT_READY, 0, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct judgement judgement = { .vantage = VANTAGE_GITLAB_HOST };
		struct finding *finding = findings_add(&judgement.findings, STATUS_PASS);

		assert_non_null(finding);
		set_status(finding, rows[i].status, rows[i].severity);
		if (rows[i].accepted)
			finding->accepted.reason = text_copy("known");
		assert_int_equal(judgement_settle(&judgement), 0);
		assert_int_equal(judgement.verdict, rows[i].verdict);
		assert_int_equal(judgement.gate, rows[i].verdict);
		assert_int_equal(judgement.counts[rows[i].status], 1);
		assert_int_equal(verdict_exit(judgement.verdict, false), rows[i].exit_status);
		assert_int_equal(verdict_exit(judgement.verdict, true), rows[i].strict_status);
		judgement_release(&judgement);
	}
}

/* A fail weighs more than an unknown, an unknown more than a warn. */
static void test_verdict_of_many(void **state)
{
	static const int statuses[] = { STATUS_WARN, STATUS_UNKNOWN, STATUS_FAIL };
	static const enum verdict verdicts[] = { VERDICT_RISKS, VERDICT_UNDETERMINED,
						 VERDICT_NOT_READY };
	struct judgement judgement = { .vantage = VANTAGE_GITLAB_HOST };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct finding *finding = findings_add(&judgement.findings, STATUS_PASS);

		assert_non_null(finding);
		set_status(finding, statuses[i], SEVERITY_BLOCKER);
		assert_int_equal(judgement_settle(&judgement), 0);
		assert_int_equal(judgement.verdict, verdicts[i]);
	}
	judgement_release(&judgement);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_good_passes),
		cmocka_unit_test(test_free_rules),
		cmocka_unit_test(test_section_states),
		cmocka_unit_test(test_unproved_service_is_unknown),
		cmocka_unit_test(test_nothing_proved_is_unknown),
		cmocka_unit_test(test_broken_contract_is_an_error),
		cmocka_unit_test(test_a_failed_skip_is_an_error),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_verdict_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
