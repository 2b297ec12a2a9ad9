/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts of several machines judged as one: findings, verdict, and what leaves the gate.
 */
#include "tests/unit/join_world.h"

static const struct finding *find(const struct judgement *judgement, const char *code,
				  const char *host, int status)
{
	const struct finding *finding;
	size_t i;

	for (i = 0; i < judgement->findings.list.count; i++) {
		finding = LIST_AT(&judgement->findings.list, struct finding, i);
		if (text_equal(finding->code, code) && finding->status == status &&
		    text_equal(finding->subject.host, host))
			return finding;
	}
	return NULL;
}

static bool misses(const struct judgement *judgement, const char *vantage, const char *needs)
{
	const struct gate_missing *missing;
	size_t i;

	for (i = 0; i < judgement->missing.count; i++) {
		missing = LIST_AT(&judgement->missing, struct gate_missing, i);
		if (text_equal(missing->vantage, vantage) && strstr(missing->needs, needs))
			return true;
	}
	return false;
}

static void test_healthy_pair(void **state)
{
	const struct machine *machines[] = { &good_host, &good_router };
	struct judgement judgement;
	const struct finding *finding;
	struct world world;

	(void)state;
	assert_int_equal(join_world(&world, machines, 2), 0);
	assert_int_equal(join_judge(&world.join, "2026-11-20", &judgement, &world.fault), 0);
	finding = find(&judgement, "return-carried-on", "r1", STATUS_PASS);
	assert_non_null(finding);
	assert_int_equal(finding->share.addresses, 65536);
	assert_string_equal(finding->subject.services.items[0], "172.20.5.10:80");
	assert_int_equal(judgement.vantage, VANTAGE_OFFLINE);
	assert_non_null(strstr(judgement.vantage_reason, "git1 (gitlab-host), r1 (idc-router)"));
	assert_int_equal(judgement.counts[STATUS_FAIL], 0);
	/* each shows what the other one misses; what neither shows is still missing */
	assert_false(misses(&judgement, "idc-router", "return route"));
	assert_false(misses(&judgement, "gitlab-host", "overlap and return route"));
	assert_true(misses(&judgement, "vswitch-host", "endpoints"));
	assert_true(misses(&judgement, "cloud", ""));
	assert_true(misses(&judgement, "gitlab-host", "packet filters"));
	assert_true(misses(&judgement, "idc-router", "packet filters"));
	judgement_release(&judgement);
	release_world(&world);
}

static void test_lost_on_the_router(void **state)
{
	struct machine router = good_router;
	const struct machine *machines[] = { &good_host, &router };
	struct judgement judgement;
	const struct finding *finding;
	struct world world;

	(void)state;
	router.classes = CLASS("\"lan0\"", LOWER, UNICAST("10.0.12.1", "up0")) ","
			 CLASS("\"lan0\"", UPPER, HOLE);
	router.entries = ROUTER_ROUTES ROUTER_HOLE;
	assert_int_equal(join_world(&world, machines, 2), 0);
	assert_int_equal(join_judge(&world.join, NULL, &judgement, &world.fault), 0);
	finding = find(&judgement, "return-carried-on", "r1", STATUS_BLOCKED);
	assert_non_null(finding);
	assert_int_equal(finding->share.addresses, 32768);
	assert_int_equal(finding->blocked_by.count, 1);
	assert_non_null(strstr(finding->message, "good on git1, lost on r1"));
	/* what blocks it stands there, on the router */
	assert_non_null(find(&judgement, finding->blocked_by.items[0], "r1", STATUS_FAIL));
	assert_null(find(&judgement, finding->blocked_by.items[0], "git1", STATUS_FAIL));
	assert_non_null(find(&judgement, "return-carried-on", "r1", STATUS_PASS));
	assert_int_equal(judgement.verdict, VERDICT_NOT_READY);
	judgement_release(&judgement);
	release_world(&world);
}

static void test_unknown_is_not_ready(void **state)
{
	struct machine router = good_router;
	const struct machine *machines[] = { &good_host, &router };
	struct judgement judgement;
	const struct finding *finding;
	struct world world;

	(void)state;
	router.classes = "";
	assert_int_equal(join_world(&world, machines, 2), 0);
	assert_int_equal(join_judge(&world.join, NULL, &judgement, &world.fault), 0);
	finding = find(&judgement, "return-carried-on", "r1", STATUS_UNKNOWN);
	assert_non_null(finding);
	assert_non_null(finding->settle);
	assert_int_equal(judgement.verdict, VERDICT_UNDETERMINED);
	judgement_release(&judgement);
	release_world(&world);
}

/* GitLab and Maven on a machine each: neither proves the other's service, and both are proved. */
static void test_services_of_two_hosts(void **state)
{
	struct machine git = good_host, maven = good_host;
	const struct machine *machines[] = { &git, &maven };
	struct judgement judgement;
	const struct finding *finding;
	struct world world;
	size_t i;

	(void)state;
	git.service = "\"local\":true,\"arrival\":\"eth0\"},{\"service\":\"172.20.5.20:8081\","
		      "\"address\":\"172.20.5.20\",\"port\":8081,\"origin\":\"plan\","
		      "\"resolved\":true,\"local\":false";
	maven.name = "maven1";
	maven.machine = "eeeeeeeeeeeeeeee";
	maven.address = "172.20.5.20";
	maven.service = "\"local\":false},{\"service\":\"172.20.5.20:8081\","
			"\"address\":\"172.20.5.20\",\"port\":8081,\"origin\":\"plan\","
			"\"resolved\":true,\"local\":true,\"arrival\":\"eth0\"";
	maven.classes = "{\"service\":\"172.20.5.20:8081\",\"mark\":0," WHOLE ","
			UNICAST("172.20.5.1", "eth0") "}";
	assert_int_equal(join_world(&world, machines, 2), 0);
	assert_int_equal(join_judge(&world.join, NULL, &judgement, &world.fault), 0);
	finding = find(&judgement, "service-address-local", "git1", STATUS_SKIPPED);
	assert_non_null(finding);
	assert_string_equal(finding->message, "172.20.5.20:8081 is judged on maven1");
	assert_non_null(find(&judgement, "service-address-local", "maven1", STATUS_SKIPPED));
	for (i = 0; i < judgement.findings.list.count; i++) {
		finding = LIST_AT(&judgement.findings.list, struct finding, i);
		if (finding->status == STATUS_UNKNOWN && finding->severity == SEVERITY_BLOCKER)
			fail_msg("%s is unknown: %s", finding->code, finding->message);
	}
	judgement_release(&judgement);
	/* the same two hosts, but nobody has the second service */
	release_world(&world);
	machines[1] = &good_router;
	assert_int_equal(join_world(&world, machines, 2), 0);
	assert_int_equal(join_judge(&world.join, NULL, &judgement, &world.fault), 0);
	assert_non_null(find(&judgement, "service-address-local", "git1", STATUS_UNKNOWN));
	assert_int_equal(judgement.verdict, VERDICT_UNDETERMINED);
	judgement_release(&judgement);
	release_world(&world);
}

/* One machine alone is judged as ever: no host in the subjects, no path. */
static void test_one_machine(void **state)
{
	struct machine old = good_host;
	const struct machine *machines[] = { &old, &good_host };
	struct judgement judgement;
	struct world world;
	size_t i;

	(void)state;
	old.started = "2026-11-19T12:00:00Z";
	assert_int_equal(join_world(&world, machines, 2), 0);
	assert_int_equal(join_judge(&world.join, NULL, &judgement, &world.fault), 0);
	assert_int_equal(judgement.vantage, VANTAGE_GITLAB_HOST);
	assert_true(judgement.findings.list.count > 0);
	for (i = 0; i < judgement.findings.list.count; i++)
		assert_null(LIST_AT(&judgement.findings.list, struct finding, i)->subject.host);
	assert_true(misses(&judgement, "idc-router", "return route"));
	assert_true(judgement.notes.count >= 1);
	judgement_release(&judgement);
	release_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_healthy_pair),
		cmocka_unit_test(test_lost_on_the_router),
		cmocka_unit_test(test_unknown_is_not_ready),
		cmocka_unit_test(test_services_of_two_hosts),
		cmocka_unit_test(test_one_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
