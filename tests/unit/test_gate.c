/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate: what is missing by access and vantage, what denied sections would have added, and where
 * this looked from.
 */
#include "tests/unit/engine_world.h"

#define GOOD_ROUTES                                                                                \
	"\"counters\":{\"state\":\"ok\"},\"services\":{\"state\":\"ok\",\"services\":[" WEB "]},"  \
	"\"routes\":{\"state\":\"ok\",\"classes\":["                                             \
	CLASS("10.0.0.5:443", "0", "100.104.0.0", "100.104.255.255", "unicast") "]}"
#define SEEN(plan, host, more)                                                                     \
	"{\"schema\":\"reachback.facts/1\",\"plan\":{\"state\":\"ok\"" plan "},"                  \
	"\"host\":{\"state\":\"ok\"" host "}" more "," GOOD_ROUTES "}"
#define XFRM ",\"xfrm\":{\"state\":\"ok\"}"
#define CARRIED "\"code\":\"return-carried-on\",\"reason\":\"x\""
#define ASKED ",\"cloud\":{\"state\":\"ok\",\"from\":\"live\"}"
#define WITH_CREDENTIALS                                                                           \
	"reachback check, with credentials of the cloud (environment or ~/.aliyun/config.json)"
#define INIT ",\"netns_known_init\":true,\"netns_is_init\":true"

static const struct gate_missing *missing(const struct world *world, const char *vantage,
					  const char *words)
{
	const struct list *list = &world->judgement.missing;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct gate_missing *one = LIST_AT(list, struct gate_missing, i);

		if (text_equal(one->vantage, vantage) && strstr(one->needs, words))
			return one;
	}
	return NULL;
}

static void test_needs_by_access(void **state)
{
	static const struct {
		const char *plan;
		bool router, groups, vbr, listener, filters;
	} rows[] = {
		{ SEEN(",\"gitlab\":{\"access\":\"ecs\"}", INIT, ""), false, true, false, false,
		  true },
		{ SEEN(",\"gitlab\":{\"access\":\"datacenter\"}", INIT, ""), true, false, true,
		  false, true },
		{ SEEN(",\"gitlab\":{\"access\":\"slb\"}", INIT, ""), false, false, false, true,
		  false },
		{ SEEN("", INIT, ""), true, true, true, false, true },
	};
	struct world world;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		judge_text(rows[i].plan, &world);
		assert_null(missing(&world, "gitlab-host", "overlap and return route"));
		assert_non_null(missing(&world, "vswitch-host", "endpoints"));
		assert_int_equal(missing(&world, "idc-router", "return route") != NULL,
				 rows[i].router);
		assert_int_equal(missing(&world, "cloud", "security groups") != NULL,
				 rows[i].groups);
		assert_int_equal(missing(&world, "cloud", "virtual border router") != NULL,
				 rows[i].vbr);
		assert_int_equal(missing(&world, "cloud", "listener") != NULL, rows[i].listener);
		assert_int_equal(missing(&world, "gitlab-host", "packet filters") != NULL,
				 rows[i].filters);
		assert_int_equal(missing(&world, "gitlab-host", "link.vswitch_cidr") != NULL,
				 rows[i].filters);
		end(&world);
	}
}

/* Without its URL nothing looks at GitLab, whatever else of the plan was looked at. */
static void test_plan_without_gitlab_is_no_whole_plan(void **state)
{
	static const struct {
		const char *json;
		bool named;
	} rows[] = {
		{ SEEN(",\"link\":{\"gitlab_ip\":\"10.0.0.5\"},\"gitlab\":{\"access\":"
		       "\"ecs\"}", INIT, ""), true },
		{ SEEN(",\"maven\":[{\"url\":\"http://10.0.0.6\"}]", INIT, ""), true },
		{ SEEN(",\"link\":{\"gitlab_ip\":\"10.0.0.5\"},\"gitlab\":{\"url\":"
		       "\"http://10.0.0.5\"}", INIT, ""), false },
		{ SEEN("", INIT, ""), false },
	};
	const struct gate_missing *one;
	struct world world;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		judge_text(rows[i].json, &world);
		one = missing(&world, "plan", "gitlab.url");
		assert_int_equal(one != NULL, rows[i].named);
		assert_true(!one || one->needed);
		end(&world);
	}
}

#define ASKED_FROM(cidr, source, own) \
	SEEN(",\"vantage\":\"vswitch-host\",\"link\":{\"gitlab_ip\":\"10.0.0.5\"" cidr \
	     "},\"gitlab\":{\"url\":\"http://10.0.0.5\",\"access\":\"ecs\"}", INIT, \
	     ",\"addresses\":{\"state\":\"ok\",\"addresses\":[{\"address\":\"" own \
	     "\",\"length\":24,\"dev\":\"eth0\",\"index\":2}]},\"endpoints\":{\"state\":\"ok\"," \
	     "\"targets\":[{\"url\":\"http://10.0.0.5\",\"purpose\":\"gitlab\",\"root\":" \
	     "\"http://10.0.0.5\",\"root_purpose\":\"gitlab\",\"scheme\":\"http\",\"host\":" \
	     "\"10.0.0.5\",\"port\":80}],\"attempts\":[{\"url\":\"http://10.0.0.5\",\"address\":" \
	     "\"10.0.0.5\",\"port\":80,\"tcp\":{\"outcome\":\"connected\",\"source\":\"" source \
	     "\"}}]}")
#define LINK_CIDR ",\"vswitch_cidr\":\"192.168.2.0/24\""

/* Endpoints that were asked from elsewhere, or of the machine itself, are still to be asked. */
static void test_endpoints_count_from_the_links_side(void **state)
{
	static const struct {
		const char *json, *doubt; /* NULL: they count */
	} rows[] = {
		{ ASKED_FROM(LINK_CIDR, "192.168.2.5", "192.168.2.5"), NULL },
		{ ASKED_FROM(LINK_CIDR, "100.104.0.5", "192.168.2.5"), NULL },
		{ ASKED_FROM("", "192.168.1.20", "192.168.1.20"), NULL },
		{ ASKED_FROM(LINK_CIDR, "192.168.1.20", "192.168.1.20"), "MET-01" },
		{ ASKED_FROM(LINK_CIDR, "10.0.0.5", "10.0.0.5"), "MET-04" },
		{ ASKED_FROM("", "192.168.1.20", "10.0.0.5"), "MET-04" },
	};
	const struct gate_missing *one;
	struct world world;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		judge_text(rows[i].json, &world);
		one = missing(&world, "vswitch-host", "endpoints answer");
		assert_int_equal(one != NULL, rows[i].doubt != NULL);
		assert_true(!one || (one->needed && one->evidence.count == 1 &&
				     strstr(one->evidence.items[0], rows[i].doubt)));
		end(&world);
	}
}

/* The first line of the text report names each: a few words, never a sentence. */
static void test_each_need_has_a_short_name(void **state)
{
	static const char *const plans[] = {
		SEEN(",\"gitlab\":{\"access\":\"ecs\"}", INIT, ""),
		SEEN(",\"gitlab\":{\"access\":\"datacenter\"}", INIT, ""),
		SEEN(",\"gitlab\":{\"access\":\"slb\"}", INIT, ""),
		SEEN("", INIT, ""),
	};
	const struct gate_missing *one;
	struct world world;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		judge_text(plans[i], &world);
		assert_true(world.judgement.missing.count > 0);
		for (j = 0; j < world.judgement.missing.count; j++) {
			one = LIST_AT(&world.judgement.missing, struct gate_missing, j);
			assert_in_range(strlen(one->what), 1, 30);
			assert_null(strpbrk(one->what, ":;,("));
		}
		end(&world);
	}
}

/* What the cloud has to tell is asked by one command, the one that an undecided rule names too. */
static void test_needs_of_the_cloud_name_a_command(void **state)
{
	static const struct {
		const char *json, *command;
	} rows[] = {
		{ SEEN(",\"gitlab\":{\"access\":\"ecs\"}", INIT, ""),
		  "reachback check --region REGION, with credentials of the cloud" },
		{ SEEN(",\"region\":\"cn-x\",\"gitlab\":{\"access\":\"datacenter\"}", INIT, ""),
		  WITH_CREDENTIALS },
		{ SEEN(",\"region\":\"cn-x\",\"gitlab\":{\"access\":\"slb\"}", INIT, ""),
		  WITH_CREDENTIALS },
		{ SEEN(",\"region\":\"cn-x\"", INIT, ASKED), WITH_CREDENTIALS },
		{ SEEN(",\"region\":\"cn-x\",\"gitlab\":{\"access\":\"ecs\"}", INIT,
		       ASKED ",\"network\":{\"state\":\"ok\"},\"groups\":{\"state\":\"failed\"}"),
		  WITH_CREDENTIALS },
		{ SEEN(",\"region\":\"cn-x\",\"gitlab\":{\"access\":\"ecs\"}", INIT,
		       ASKED ",\"network\":{\"state\":\"ok\"},\"groups\":{\"state\":\"denied\"}"),
		  "reachback docs ram-policy" },
		/* nothing of what lies on the way by a balancer was refused */
		{ SEEN(",\"region\":\"cn-x\",\"gitlab\":{\"access\":\"slb\"}", INIT,
		       ASKED ",\"network\":{\"state\":\"ok\"},\"groups\":{\"state\":\"denied\"}"),
		  WITH_CREDENTIALS },
	};
	const struct gate_missing *one;
	struct world world;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		judge_text(rows[i].json, &world);
		one = missing(&world, "cloud", "");
		assert_non_null(one);
		assert_string_equal(one->command, rows[i].command);
		end(&world);
	}
}

/* What no command of this program supplies names none. */
static void test_needs_without_a_command(void **state)
{
	struct world world;

	(void)state;
	judge_text(SEEN("", INIT, ""), &world);
	assert_null(missing(&world, "gitlab-host", "packets:")->command);
	assert_null(missing(&world, "gitlab-host", "packet filters")->command);
	end(&world);
}

static void test_unset_access_says_what_narrows_it(void **state)
{
	struct world world;

	(void)state;
	judge_text(SEEN("", INIT, ""), &world);
	assert_non_null(missing(&world, "idc-router", "gitlab.access"));
	assert_non_null(missing(&world, "cloud", "gitlab.access"));
	end(&world);
}

static void test_router_supplies_itself(void **state)
{
	struct world world;

	(void)state;
	judge_text(SEEN(",\"vantage\":\"idc-router\",\"gitlab\":{\"access\":\"datacenter\"}", INIT,
			""), &world);
	assert_int_equal(world.judgement.vantage, VANTAGE_IDC_ROUTER);
	assert_null(missing(&world, "idc-router", "return route"));
	assert_non_null(missing(&world, "gitlab-host", "overlap and return route"));
	assert_non_null(missing(&world, "idc-router", "packet filters"));
	end(&world);
}

static void test_declared_vswitch_without_classes(void **state)
{
	const struct gate_missing *one;
	struct world world;

	(void)state;
	judge_text(SEEN(",\"link\":{\"vswitch_cidr\":\"192.168.1.0/24\"}", INIT, ""), &world);
	one = missing(&world, "gitlab-host", "vSwitch: the facts hold none of it");
	assert_non_null(one);
	assert_string_equal(one->command, "reachback check");
	end(&world);
}

static void test_hints_are_evidence(void **state)
{
	const struct gate_missing *one;
	struct world world;

	(void)state;
	judge_text(SEEN("", INIT ",\"packet_filters\":[\"nf_tables\"]",
			",\"links\":{\"state\":\"ok\",\"links\":"
			"[{\"index\":4,\"name\":\"tailscale0\"}]}"),
		   &world);
	one = missing(&world, "gitlab-host", "packet filters");
	assert_non_null(one);
	assert_int_equal(one->evidence.count, 2);
	assert_string_equal(one->evidence.items[0], "nf_tables");
	assert_non_null(strstr(one->evidence.items[1], "tailscale0"));
	assert_int_equal(world.judgement.counts[STATUS_FAIL], 0);
	end(&world);
}

/* A fail decides the gate too; missing looks only keep it from being ready. */
static void test_gate_verdict(void **state)
{
	struct world world;
	struct finding *finding;

	(void)state;
	judge_text(SEEN("", INIT, ",\"xfrm\":{\"state\":\"ok\"}"), &world);
	assert_int_equal(world.judgement.verdict, VERDICT_RISKS);
	assert_int_equal(world.judgement.gate, VERDICT_UNDETERMINED);
	finding = findings_add(&world.judgement.findings, STATUS_FAIL);
	assert_non_null(finding);
	assert_int_equal(judgement_settle(&world.judgement), 0);
	assert_int_equal(world.judgement.gate, VERDICT_NOT_READY);
	end(&world);
}

/* What nothing looks at yet, and the vSwitch CIDR, are told and keep the gate from nothing. */
static void test_what_is_needed(void **state)
{
	static const struct {
		const char *plan;
		unsigned int needed; /* router, cloud, endpoints */
	} rows[] = {
		{ SEEN(",\"gitlab\":{\"access\":\"ecs\"}", INIT, XFRM), 2 },
		{ SEEN(",\"gitlab\":{\"access\":\"datacenter\"}", INIT, XFRM), 3 },
		{ SEEN("", INIT, XFRM), 3 },
	};
	struct gate_missing *one;
	struct world world;
	unsigned int needed;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		judge_text(rows[i].plan, &world);
		for (j = 0, needed = 0; j < world.judgement.missing.count; j++) {
			one = LIST_AT(&world.judgement.missing, struct gate_missing, j);
			needed += one->needed;
			if (one->needed && (strstr(one->needs, "packet") ||
					    strstr(one->what, "vSwitch CIDR")))
				fail_msg("needs %s", one->needs);
			one->needed = false;
		}
		assert_int_equal(needed, rows[i].needed);
		assert_int_equal(world.judgement.gate, VERDICT_UNDETERMINED);
		assert_int_equal(judgement_settle(&world.judgement), 0);
		assert_int_equal(world.judgement.gate, world.judgement.verdict);
		end(&world);
	}
}

/* Where no facts of the router can be had, the plan may take its part upon itself. */
static void test_router_may_be_accepted(void **state)
{
	static const struct {
		const char *accept;
		bool holds;
	} rows[] = {
		{ CARRIED, true },
		{ CARRIED ",\"subject\":\"idc-router\"", true },
		{ CARRIED ",\"subject\":\"r1\"", false },
		{ CARRIED ",\"until\":\"2020-01-01\"", false },
		{ "\"code\":\"return-route-present\",\"reason\":\"x\"", false },
	};
	const struct gate_missing *one;
	struct world world;
	char plan[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(snprintf(plan, sizeof(plan),
				     SEEN(",\"gitlab\":{\"access\":\"datacenter\"},"
					  "\"accept\":[{%s}]", INIT, XFRM),
				     rows[i].accept) < (int)sizeof(plan));
		judge_text(plan, &world);
		one = missing(&world, "idc-router", "return route");
		assert_non_null(one);
		assert_int_equal(one->needed, !rows[i].holds);
		assert_int_equal(one->accepted, rows[i].holds);
		assert_int_equal(one->evidence.count, rows[i].holds);
		end(&world);
	}
}

/* An acceptance is a risk taken: the gate is never plainly ready by it. */
static void test_accepted_need_is_a_risk(void **state)
{
	struct judgement judgement = { .vantage = VANTAGE_GITLAB_HOST };
	struct gate_missing *one = list_add(&judgement.missing, sizeof(*one));

	(void)state;
	assert_non_null(one);
	one->accepted = true;
	assert_int_equal(judgement_settle(&judgement), 0);
	assert_int_equal(judgement.verdict, VERDICT_READY);
	assert_int_equal(judgement.gate, VERDICT_RISKS);
	judgement_release(&judgement);
}

/* The gate lists what stayed undecided, each code once and by the command that settles it. */
static void test_undecided_rules_are_listed(void **state)
{
	const struct gate_missing *one;
	struct world world;
	size_t count, i, open = 0;

	(void)state;
	judge_text(SEEN("", INIT, ",\"xfrm\":{\"state\":\"denied\"}"), &world);
	assert_int_equal(world.judgement.verdict, VERDICT_UNDETERMINED);
	one = missing(&world, "gitlab-host", "undecided: ");
	assert_non_null(one);
	assert_true(one->needed);
	assert_string_equal(one->command, "sudo reachback check");
	count = world.judgement.missing.count;
	/* settled again, nothing stands there twice */
	assert_int_equal(judgement_settle(&world.judgement), 0);
	assert_int_equal(world.judgement.missing.count, count);
	for (i = 0; i < count; i++)
		open += LIST_AT(&world.judgement.missing, struct gate_missing, i)->open;
	assert_true(open > 0);
	/* what another machine decided keeps nothing open */
	for (i = 0; i < world.judgement.findings.list.count; i++)
		LIST_AT(&world.judgement.findings.list, struct finding, i)->decided = true;
	assert_int_equal(judgement_settle(&world.judgement), 0);
	assert_int_equal(world.judgement.missing.count, count - open);
	assert_int_equal(world.judgement.verdict, VERDICT_UNDETERMINED);
	end(&world);
}

static bool is_noted(const struct world *world, const char *words)
{
	size_t i;

	for (i = 0; i < world->judgement.vantage_notes.count; i++)
		if (strstr(world->judgement.vantage_notes.items[i], words))
			return true;
	return false;
}

static void test_where_this_looked_from(void **state)
{
	static const struct {
		const char *json, *words;
	} rows[] = {
		{ SEEN("", INIT ",\"container\":\"docker\"", ""), "inside a container (docker)" },
		{ SEEN("", ",\"netns_known_init\":true,\"netns_is_init\":false", ""),
		  "MET-07: this looked into a network namespace that is not that of pid 1" },
		{ SEEN("", ",\"netns_known_init\":true,\"netns_name\":\"blue\"", ""),
		  "MET-07: this looked into network namespace 'blue'" },
		{ SEEN("", "", ""), "could not be told" },
	};
	struct world world;
	size_t i;

	(void)state;
	judge_text(SEEN("", INIT, ""), &world);
	assert_int_equal(world.judgement.vantage_notes.count, 0);
	end(&world);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		judge_text(rows[i].json, &world);
		assert_true(is_noted(&world, rows[i].words));
		end(&world);
	}
}

static void test_denied_sections_are_listed(void **state)
{
	struct world world;

	(void)state;
	judge_text(SEEN("", INIT, ",\"xfrm\":{\"state\":\"denied\"},\"configs\":{\"state\":\"ok\","
				  "\"denied\":[\"/etc/wireguard/wg0.conf\"]}"), &world);
	assert_true(is_noted(&world, "MET-08: xfrm denied: it would add IPsec policies"));
	assert_true(is_noted(&world, "MET-08: /etc/wireguard/wg0.conf could not be read"));
	assert_false(is_noted(&world, "NAT rules"));
	end(&world);
	judge_text(SEEN("", INIT, ",\"listeners\":{\"state\":\"ok\",\"nat_unknown\":true,"
				  "\"note\":\"NAT rules may be read by root only\"}"), &world);
	assert_true(is_noted(&world, "MET-08: NAT rules may be read by root only"));
	end(&world);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needs_by_access),
		cmocka_unit_test(test_endpoints_count_from_the_links_side),
		cmocka_unit_test(test_plan_without_gitlab_is_no_whole_plan),
		cmocka_unit_test(test_each_need_has_a_short_name),
		cmocka_unit_test(test_needs_of_the_cloud_name_a_command),
		cmocka_unit_test(test_needs_without_a_command),
		cmocka_unit_test(test_unset_access_says_what_narrows_it),
		cmocka_unit_test(test_router_supplies_itself),
		cmocka_unit_test(test_declared_vswitch_without_classes),
		cmocka_unit_test(test_hints_are_evidence),
		cmocka_unit_test(test_gate_verdict),
		cmocka_unit_test(test_what_is_needed),
		cmocka_unit_test(test_router_may_be_accepted),
		cmocka_unit_test(test_accepted_need_is_a_risk),
		cmocka_unit_test(test_undecided_rules_are_listed),
		cmocka_unit_test(test_where_this_looked_from),
		cmocka_unit_test(test_denied_sections_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
