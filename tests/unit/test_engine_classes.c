/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine over classes: who has a class, what is blocked, how equal answers are put together,
 * what is a mark's, and that 65,536 answers of their own stay cheap.
 */
#include "rules/engine_marks.h"

#include "tests/unit/engine_world.h"

#include <time.h>

/* A quarter is local, a quarter refused, a half good: each class has its first cause. */
static void test_first_cause_has_the_class(void **state)
{
	struct world world;
	const struct finding *finding;

	(void)state;
	judge_text(FACTS(WEB, "\"classes\":["
			 CLASS("10.0.0.5:443", "0", "100.104.0.0", "100.104.63.255", "local") ","
			 CLASS("10.0.0.5:443", "0", "100.104.64.0", "100.104.127.255", "blackhole")
			 "," CLASS("10.0.0.5:443", "0", "100.104.128.0", "100.104.255.255",
				   "unicast") "]"), &world);
	finding = find(&world, "alpha", STATUS_FAIL);
	assert_non_null(finding);
	assert_string_equal(prefix_of(finding), "100.104.0.0/18");
	assert_int_equal(finding->share.addresses, 16384);
	assert_string_equal(finding->message, "100.104.0.0/18 (25.0%) like local");
	assert_int_equal(finding->subject.services.count, 0);
	assert_string_equal(finding->causes.items[0], "OVL-04");

	finding = find(&world, "beta", STATUS_FAIL);
	assert_non_null(finding);
	assert_string_equal(prefix_of(finding), "100.104.64.0/18");
	finding = find(&world, "beta", STATUS_BLOCKED);
	assert_non_null(finding);
	assert_string_equal(prefix_of(finding), "100.104.0.0/18");
	assert_int_equal(finding->blocked_by.count, 1);
	assert_string_equal(finding->blocked_by.items[0], "alpha");
	assert_int_equal(finding->causes.count, 0);
	assert_null(find(&world, "beta", STATUS_PASS));
	assert_int_equal(world.judgement.verdict, VERDICT_NOT_READY);
	end(&world);
}

static void test_blocked_by_what_blocks(void **state)
{
	const struct list *list;
	struct world world;
	size_t i, seen = 0;

	(void)state;
	judge_text(FACTS(WEB, "\"classes\":["
			 CLASS("10.0.0.5:443", "0", "100.104.0.0", "100.104.127.255", "local") ","
			 CLASS("10.0.0.5:443", "0", "100.104.128.0", "100.104.255.255", "prohibit")
			 "]"), &world);
	list = &world.judgement.findings.list;
	for (i = 0; i < list->count; i++) {
		const struct finding *one = LIST_AT(list, struct finding, i);

		if (!text_equal(one->code, "gamma"))
			continue;
		seen++;
		assert_int_equal(one->status, STATUS_BLOCKED);
		assert_int_equal(one->blocked_by.count, 1);
		assert_string_equal(one->blocked_by.items[0],
				    text_equal(prefix_of(one), "100.104.0.0/17") ? "alpha"
										 : "beta");
	}
	assert_int_equal(seen, 2);
	end(&world);
}

static void test_warn_hides_no_fail(void **state)
{
	struct world world;
	const struct finding *finding;

	(void)state;
	judge_text(FACTS(WEB, "\"classes\":[" CLASS("10.0.0.5:443", "0", "100.104.0.0",
						      "100.104.255.255", "prohibit") "]"), &world);
	finding = find(&world, "risk", STATUS_WARN);
	assert_non_null(finding);
	assert_string_equal(finding->message, "100.104.0.0/16 (100%) like prohibit");
	assert_non_null(find(&world, "behind-risk", STATUS_FAIL));
	assert_null(find(&world, "behind-risk", STATUS_BLOCKED));
	end(&world);
}

static void test_others_good_splits_nothing(void **state)
{
	struct world world;
	const struct finding *finding;

	(void)state;
	judge_text(FACTS(WEB, "\"classes\":["
			 CLASS("10.0.0.5:443", "0", "100.104.0.0", "100.104.0.0", "prohibit") ","
			 CLASS("10.0.0.5:443", "0", "100.104.0.1", "100.104.255.254",
			       "unicast") ","
			 CLASS("10.0.0.5:443", "0", "100.104.255.255", "100.104.255.255",
			       "prohibit") "]"), &world);
	finding = find(&world, "beta", STATUS_FAIL);
	assert_non_null(finding);
	assert_false(finding->subject.prefix.known);
	assert_int_equal(finding->subject.prefixes.count, 2);
	assert_string_equal(finding->subject.prefixes.items[1], "100.104.255.255/32");
	assert_int_equal(finding->share.addresses, 2);
	assert_string_equal(finding->message, "100.104.0.0/32 and 100.104.255.255/32 "
					      "(2 of 65536 addresses) like prohibit");
	end(&world);
}

static void test_services_with_one_answer_are_one_finding(void **state)
{
	struct world world;
	const struct finding *finding;

	(void)state;
	judge_text(FACTS(GIT "," WEB "," SERVICE("10.0.0.6:443", "10.0.0.6", "443", LOCAL),
			 "\"classes\":["
			 CLASS("10.0.0.5:22", "0", "100.104.0.0", "100.104.127.255", "local") ","
			 CLASS("10.0.0.5:22", "0", "100.104.128.0", "100.104.255.255",
			       "unicast") ","
			 CLASS("10.0.0.5:443", "0", "100.104.0.0", "100.104.127.255", "local") ","
			 CLASS("10.0.0.5:443", "0", "100.104.128.0", "100.104.255.255",
			       "unicast") ","
			 CLASS("10.0.0.6:443", "0", "100.104.0.0", "100.104.255.255", "unicast")
			 "]"), &world);
	finding = find(&world, "alpha", STATUS_FAIL);
	assert_non_null(finding);
	assert_int_equal(finding->subject.services.count, 2);
	assert_string_equal(finding->subject.services.items[0], "10.0.0.5:22");
	assert_string_equal(finding->subject.services.items[1], "10.0.0.5:443");
	end(&world);
}

#define INGRESS(first, last, error)                                                                \
	"{\"service\":\"10.0.0.5:443\",\"arrival\":\"eth0\",\"first\":\"" first "\",\"last\":\""   \
	last "\",\"error\":" error "}"

/* The way in is lost for a part of one class: the finding speaks of exactly that part. */
static void test_views_are_cut_at_ingress(void **state)
{
	struct world world;
	const struct finding *finding;

	(void)state;
	judge_text(FACTS(WEB, "\"classes\":["
			 CLASS("10.0.0.5:443", "0", "100.104.0.0", "100.104.127.255",
			       "unicast") ","
			 CLASS("10.0.0.5:443", "0", "100.104.128.0", "100.104.255.255", "prohibit")
			 "],\"ingress\":[" INGRESS("100.104.0.0", "100.104.63.255", "null") ","
			 INGRESS("100.104.64.0", "100.104.191.255", "\"EINVAL\"") ","
			 INGRESS("100.104.192.0", "100.104.255.255", "null") "]"), &world);
	finding = find(&world, "way-in", STATUS_FAIL);
	assert_non_null(finding);
	assert_string_equal(prefix_of(finding), "100.104.64.0/18");
	finding = find(&world, "way-in", STATUS_BLOCKED);
	assert_non_null(finding);
	assert_string_equal(prefix_of(finding), "100.104.128.0/18");
	assert_string_equal(finding->blocked_by.items[0], "beta");
	finding = find(&world, "beta", STATUS_FAIL);
	assert_non_null(finding);
	assert_string_equal(prefix_of(finding), "100.104.128.0/17");
	end(&world);
}

static void test_vswitch_has_no_share(void **state)
{
	static const char json[] =
		"{\"schema\":\"reachback.facts/1\",\"plan\":{\"state\":\"ok\",\"link\":{"
		"\"vswitch_cidr\":\"192.168.1.0/24\"}},"
		"\"services\":{\"state\":\"ok\",\"services\":["
		WEB "]},\"routes\":{\"state\":\"ok\",\"classes\":["
		CLASS("10.0.0.5:443", "0", "100.104.0.0", "100.104.255.255", "unicast")
		"],\"vswitch_classes\":["
		CLASS("10.0.0.5:443", "0", "192.168.1.0", "192.168.1.127", "local") ","
		CLASS("10.0.0.5:443", "0", "192.168.1.128", "192.168.1.255", "unicast") "]}}";
	struct world world;
	const struct finding *finding;

	(void)state;
	judge_text(json, &world);
	finding = find(&world, "alpha", STATUS_FAIL);
	assert_non_null(finding);
	assert_false(finding->share.known);
	assert_string_equal(finding->message, "192.168.1.0/25 (50.0%) like local");
	end(&world);
}

/* Lost with the mark on three quarters, without it on one: the mark's are the other two. */
static void test_marked_losses(void **state)
{
	struct marked_losses losses;
	struct rule_context context = { .vantage = VANTAGE_GITLAB_HOST };
	struct world world;
	const struct marked_loss *loss;

	(void)state;
	judge_text(FACTS(WEB, "\"classes\":["
			 CLASS("10.0.0.5:443", "0", "100.104.0.0", "100.104.63.255",
			       "prohibit") ","
			 CLASS("10.0.0.5:443", "0", "100.104.64.0", "100.104.255.255",
			       "unicast") ","
			 CLASS("10.0.0.5:443", "1", "100.104.0.0", "100.104.191.255",
			       "prohibit") ","
			 CLASS("10.0.0.5:443", "1", "100.104.192.0", "100.104.255.255", "unicast")
			 "," CLASS("10.0.0.5:443", "2", "100.104.0.0", "100.104.63.255", "local")
			 ","
			 CLASS("10.0.0.5:443", "2", "100.104.64.0", "100.104.255.255", "unicast")
			 "]"), &world);
	context.facts = &world.facts;
	assert_int_equal(engine_marked_losses(&context, &losses), 0);
	assert_int_equal(losses.count, 1);
	loss = &losses.items[0];
	assert_int_equal(loss->example->mark, 1);
	assert_int_equal(loss->example_index, 2);
	assert_ptr_equal(loss->rule, &beta);
	assert_int_equal(loss->addresses.count, 1);
	assert_int_equal(loss->addresses.spans[0].first, 0x64684000);
	assert_int_equal(loss->addresses.spans[0].last, 0x6468bfff);
	marked_losses_release(&losses);
	end(&world);
}

static void add_class(struct facts *facts, const char *service, uint32_t first, const char *type)
{
	struct class_fact *one = list_add(&facts->routes.classes, sizeof(*one));

	assert_non_null(one);
	one->service = text_copy(service);
	one->first = address_from_ipv4(first);
	one->last = one->first;
	one->type = text_copy(type);
}

static void add_service(struct facts *facts, const char *name, uint32_t port)
{
	struct service_fact *one = list_add(&facts->services.services, sizeof(*one));

	assert_non_null(one);
	one->service = text_copy(name);
	one->address = address_from_ipv4(0x0a000005);
	one->port = port;
	one->local = true;
	one->resolved = true;
}

/* 65,536 classes a service, four services: seconds would mean that something is quadratic. */
static void judge_many(bool differ, double seconds)
{
	static const char *const services[] = { "10.0.0.5:1", "10.0.0.5:2", "10.0.0.5:3",
						"10.0.0.5:4" };
	struct judgement judgement;
	struct fault fault = { 0 };
	struct facts facts;
	uint32_t i, service;
	clock_t begin;

	facts_init(&facts);
	facts.services.section.state = FACT_OK;
	facts.routes.section.state = FACT_OK;
	for (service = 0; service < 4; service++) {
		add_service(&facts, services[service], service + 1);
		for (i = 0; i < 65536; i++)
			add_class(&facts, services[service], 0x64680000 + i,
				  i % 2 ? "unicast" : service == 3 ? "local" : "prohibit");
	}
	answers_differ = differ;
	begin = clock();
	assert_int_equal(engine_judge(&facts, NULL, &judgement, &fault), 0);
	if ((double)(clock() - begin) / CLOCKS_PER_SEC > seconds)
		fail_msg("judging took %.1f s", (double)(clock() - begin) / CLOCKS_PER_SEC);
	assert_true(judgement.counts[STATUS_FAIL] >= (differ ? 65536u : 2u));
	answers_differ = false;
	judgement_release(&judgement);
	facts_release(&facts);
}

static void test_many_classes(void **state)
{
	(void)state;
	judge_many(false, 20);
}

static void test_many_answers(void **state)
{
	(void)state;
	judge_many(true, 40);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_cause_has_the_class),
		cmocka_unit_test(test_blocked_by_what_blocks),
		cmocka_unit_test(test_warn_hides_no_fail),
		cmocka_unit_test(test_others_good_splits_nothing),
		cmocka_unit_test(test_services_with_one_answer_are_one_finding),
		cmocka_unit_test(test_views_are_cut_at_ingress),
		cmocka_unit_test(test_vswitch_has_no_share),
		cmocka_unit_test(test_marked_losses),
		cmocka_unit_test(test_many_classes),
		cmocka_unit_test(test_many_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
