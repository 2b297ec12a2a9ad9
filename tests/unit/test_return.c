/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a good way home is, and that the rules leave no class between good and explained: over
 * random machines a class is wrong exactly when it does not lead home or its way is dead.
 */
#include "rules/checks/return_path.h"
#include "rules/checks/return_rules.h"
#include "rules/engine.h"
#include "rules/text.h"

#include "tests/random.h"
#include "tests/unit/path_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define LINKS                                                                                      \
	"{\"index\":1,\"name\":\"lo\",\"type\":\"loopback\",\"up\":true,\"loopback\":true},"       \
	"{\"index\":2,\"name\":\"eth0\",\"type\":\"ether\",\"up\":true,\"carrier\":true},"         \
	"{\"index\":3,\"name\":\"eth1\",\"type\":\"ether\",\"up\":true,\"carrier\":true},"         \
	"{\"index\":4,\"name\":\"tun0\",\"kind\":\"tun\",\"type\":\"none\",\"up\":true,"           \
	"\"carrier\":true}"
#define SERVICE                                                                                    \
	"{\"service\":\"172.20.5.10:443\",\"address\":\"172.20.5.10\",\"port\":443,"               \
	"\"origin\":\"plan\",\"local\":true,\"arrival\":\"eth0\",\"resolved\":true}"

/* One class by hand: "unicast", its prefix, gateway and interface. */
static const struct good_case {
	const char *destination, *via, *dev;
	const char *declared_via, *declared_dev;
	enum vantage vantage;
	bool good;
} good_cases[] = {
	{ "100.104.0.0/16", "10.0.0.1", "eth0", NULL, NULL, VANTAGE_GITLAB_HOST, true },
	{ "0.0.0.0/0", "10.0.0.1", "eth0", NULL, NULL, VANTAGE_GITLAB_HOST, true },
	{ "0.0.0.0/0", "10.0.0.1", "eth0", NULL, NULL, VANTAGE_IDC_ROUTER, false },
	{ "100.64.0.0/10", "10.0.0.1", "eth0", NULL, NULL, VANTAGE_IDC_ROUTER, true },
	{ "100.104.0.0/16", NULL, "eth0", NULL, NULL, VANTAGE_GITLAB_HOST, false },
	{ "100.104.0.0/16", "10.0.0.1", "tun0", NULL, NULL, VANTAGE_GITLAB_HOST, false },
	{ "100.104.0.0/16", "100.104.9.1", "eth0", NULL, NULL, VANTAGE_GITLAB_HOST, false },
	{ "100.104.0.0/16", "10.0.0.1", "eth0", "10.0.0.1", NULL, VANTAGE_GITLAB_HOST, true },
	{ "100.104.0.0/16", "10.0.0.1", "eth0", "10.0.0.1", "eth0", VANTAGE_GITLAB_HOST, true },
	{ "100.104.0.0/16", "10.0.0.1", "eth0", "10.0.0.1", "eth1", VANTAGE_GITLAB_HOST, false },
	{ "100.104.0.0/16", "10.0.0.1", "eth0", "10.0.0.2", NULL, VANTAGE_GITLAB_HOST, false },
	{ "0.0.0.0/0", "10.0.0.1", "eth0", "10.0.0.1", NULL, VANTAGE_IDC_ROUTER, true },
	{ "0.0.0.0/0", "10.0.0.2", "eth0", "10.0.0.1", NULL, VANTAGE_GITLAB_HOST, false },
	{ "100.104.0.0/16", "10.0.0.7", "eth1", NULL, "eth1", VANTAGE_GITLAB_HOST, true },
	{ "100.104.0.0/16", NULL, "tun0", NULL, "tun0", VANTAGE_GITLAB_HOST, true },
	{ "100.104.0.0/16", NULL, "tun0", "10.0.0.1", "tun0", VANTAGE_GITLAB_HOST, true },
	{ "100.104.0.0/16", NULL, "eth0", "10.0.0.1", "eth0", VANTAGE_GITLAB_HOST, false },
};

static void class_init(struct class_fact *class_fact, const char *type, const char *destination)
{
	memset(class_fact, 0, sizeof(*class_fact));
	class_fact->service = text_copy("172.20.5.10:443");
	class_fact->first = address_from_ipv4(prefix_first(&reverse_range));
	class_fact->last = address_from_ipv4(prefix_last(&reverse_range));
	class_fact->type = text_copy(type);
	if (destination)
		assert_int_equal(prefix_parse(destination, &class_fact->destination), 0);
	class_fact->table = (struct maybe){ .known = destination != NULL, .value = 254 };
}

static struct next_hop *class_hop(struct list *hops, const char *via, const char *dev)
{
	struct next_hop *hop = list_add(hops, sizeof(*hop));

	assert_non_null(hop);
	if (via)
		assert_int_equal(address_parse(via, &hop->via), 0);
	hop->dev = text_copy(dev);
	hop->weight = 1;
	return hop;
}

static void class_release(struct class_fact *class_fact)
{
	size_t i;

	for (i = 0; i < class_fact->next_hops.count; i++)
		free(LIST_AT(&class_fact->next_hops, struct next_hop, i)->dev);
	free(class_fact->next_hops.items);
	free(class_fact->service);
	free(class_fact->type);
}

static void test_good(void **state)
{
	const struct path_world world = { .rules = DEFAULT_RULES, .links = LINKS };
	struct facts facts;
	size_t i;

	(void)state;
	path_world_read(&world, &facts);
	for (i = 0; i < sizeof(good_cases) / sizeof(good_cases[0]); i++) {
		const struct good_case *row = &good_cases[i];
		struct rule_context context = { .facts = &facts, .vantage = row->vantage };
		struct class_view view = { .class_fact = NULL };
		struct class_fact class_fact;

		class_init(&class_fact, "unicast", row->destination);
		class_hop(&class_fact.next_hops, row->via, row->dev);
		view.class_fact = &class_fact;
		if (row->declared_via)
			assert_int_equal(
				address_parse(row->declared_via, &context.declared.next_hop), 0);
		context.declared.dev = row->declared_dev;
		if (return_is_good(&context, &view) != row->good)
			fail_msg("row %zu should be %s", i, row->good ? "good" : "bad");
		class_release(&class_fact);
	}
	facts_release(&facts);
}

/* On the vSwitch range near things are fine, unless the service stands in a data center. */
static void test_near(void **state)
{
	const struct path_world world = { .rules = DEFAULT_RULES, .links = LINKS };
	struct rule_context context = { .vantage = VANTAGE_GITLAB_HOST };
	struct class_view view = { .vswitch = true };
	struct class_fact class_fact;
	struct facts facts;

	(void)state;
	path_world_read(&world, &facts);
	context.facts = &facts;
	class_init(&class_fact, "unicast", "172.30.1.0/24");
	class_hop(&class_fact.next_hops, NULL, "eth0");
	view.class_fact = &class_fact;
	context.access = ACCESS_ECS;
	assert_true(return_is_good(&context, &view));
	context.access = ACCESS_UNSET;
	assert_true(return_is_good(&context, &view));
	context.access = ACCESS_DATACENTER;
	assert_false(return_is_good(&context, &view));
	view.vswitch = false;
	context.access = ACCESS_ECS;
	assert_false(return_is_good(&context, &view));
	class_release(&class_fact);
	facts_release(&facts);
}

/* A default is lost beside explicit ways only when it is none of them. */
static void test_survey(void **state)
{
	const struct path_world world = { .rules = DEFAULT_RULES, .links = LINKS };
	struct rule_context context = { .vantage = VANTAGE_GITLAB_HOST };
	struct return_survey survey = { .count = 0 };
	struct class_fact first, second, fallen;
	struct class_view view = { .class_fact = &first };
	struct facts facts;

	(void)state;
	path_world_read(&world, &facts);
	context.facts = &facts;
	class_init(&first, "unicast", "100.104.0.0/17");
	class_hop(&first.next_hops, "10.0.0.1", "eth0");
	class_hop(&first.next_hops, "10.0.0.2", "eth1");
	class_init(&second, "unicast", "100.104.0.0/18");
	class_hop(&second.next_hops, "10.0.0.3", "eth0");
	class_init(&fallen, "unicast", "0.0.0.0/0");
	class_hop(&fallen.next_hops, "10.0.0.2", "eth1");
	assert_false(return_survey_lacks(NULL, &fallen.next_hops));
	assert_false(return_survey_lacks(&survey, &fallen.next_hops));
	view.class_fact = &second;
	return_survey_add(&survey, &context, &view);
	return_survey_add(&survey, &context, &view);
	assert_int_equal(survey.count, 1);
	assert_true(return_survey_lacks(&survey, &fallen.next_hops));
	view.class_fact = &fallen;
	return_survey_add(&survey, &context, &view);
	assert_int_equal(survey.count, 1);
	view.class_fact = &first;
	return_survey_add(&survey, &context, &view);
	assert_int_equal(survey.count, 2);
	assert_false(return_survey_lacks(&survey, &fallen.next_hops));
	class_release(&first);
	class_release(&second);
	class_release(&fallen);
	facts_release(&facts);
}

static const char *const random_types[] = { "unicast",	   "unicast",  "unicast", "local",
					    "broadcast",   "none",     "throw",	  "blackhole",
					    "unreachable", "prohibit", "unicast" };
static const char *const random_prefixes[] = { "0.0.0.0/0", "100.64.0.0/10", "100.104.0.0/16",
					       "100.104.0.0/20" };
static const char *const random_gateways[] = { NULL, "10.0.0.1", "10.0.0.2", "100.104.3.1" };
static const char *const random_devices[] = { "eth0", "eth1", "tun0", "gone0" };

#define PICK(random, list) (list)[random_below(random, sizeof(list) / sizeof((list)[0]))]

static bool is_alive(const struct rule_context *context, const struct class_fact *class_fact)
{
	size_t i;

	for (i = 0; i < class_fact->next_hops.count; i++)
		if (path_leg_life(context, LIST_AT(&class_fact->next_hops, struct next_hop, i)) !=
		    LEG_ALIVE)
			return false;
	return true;
}

static void random_class(struct random *random, struct class_fact *class_fact)
{
	const char *type = PICK(random, random_types);
	bool forwards = strcmp(type, "unicast") == 0;
	size_t i, legs = forwards ? 1 + random_below(random, 3) : 0;

	class_init(class_fact, type, forwards ? PICK(random, random_prefixes) : NULL);
	for (i = 0; i < legs; i++) {
		struct next_hop *hop = class_hop(&class_fact->next_hops,
						 PICK(random, random_gateways),
						 PICK(random, random_devices));

		hop->dead = random_below(random, 10) == 0;
	}
}

static void random_context(struct random *random, struct rule_context *context)
{
	context->vantage = random_below(random, 2) ? VANTAGE_GITLAB_HOST : VANTAGE_IDC_ROUTER;
	context->access = random_below(random, 2) ? ACCESS_ECS : ACCESS_DATACENTER;
	memset(&context->declared, 0, sizeof(context->declared));
	if (random_below(random, 2))
		assert_int_equal(address_parse("10.0.0.1", &context->declared.next_hop), 0);
	if (random_below(random, 3) == 0)
		context->declared.dev = PICK(random, random_devices);
}

static const struct rule *const path_rules[] = {
	&rule_overlap_local_address,
	&rule_overlap_connected_network,
	&rule_overlap_container_network,
	&rule_overlap_overlay_tunnel,
	&rule_overlap_wan,
	&rule_return_route_not_refused,
	&rule_return_route_not_diverted,
	&rule_return_route_metric,
	&rule_return_route_legs,
	&rule_return_next_hop_alive,
	&rule_return_route_partial,
	&rule_return_route_present,
	&rule_return_next_hop,
};

/* Does any cause of the overlap and return rules hold for this class? */
static bool is_wrong(const struct rule_context *context, const struct class_view *view)
{
	size_t i;

	for (i = 0; i < sizeof(path_rules) / sizeof(path_rules[0]); i++) {
		struct class_answer answer;

		memset(&answer, 0, sizeof(answer));
		path_rules[i]->judge_class(context, view, &answer);
		if (answer.status == STATUS_FAIL)
			return true;
	}
	return false;
}

/* No class without a cause, no cause without a fault. */
static void test_complete(void **state)
{
	const struct path_world world = { .rules = DEFAULT_RULES,
					  .links = LINKS,
					  .services = SERVICE };
	struct random random = random_seeded("return");
	struct facts facts;
	size_t round;

	(void)state;
	path_world_read(&world, &facts);
	for (round = 0; round < 5000; round++) {
		struct rule_context context = { .facts = &facts };
		struct class_fact class_fact;
		struct class_view view = { .class_fact = &class_fact };
		struct fib *fib = fib_new(&facts);
		bool good;

		assert_non_null(fib);
		context.fib = fib;
		random_context(&random, &context);
		random_class(&random, &class_fact);
		view.first = prefix_first(&reverse_range);
		view.last = prefix_last(&reverse_range);
		view.others_good = random_below(&random, 2);
		good = return_is_good(&context, &view) && is_alive(&context, &class_fact);
		if (is_wrong(&context, &view) == good)
			fail_msg("round %zu: %s, %zu legs, %s", round, class_fact.type,
				 class_fact.next_hops.count,
				 good ? "good and wrong" : "bad without a cause");
		fib_free(fib);
		class_release(&class_fact);
	}
	facts_release(&facts);
}

/* A rule stands behind all that hide it, and names what it can name. */
static void test_rows(void **state)
{
	size_t i, j, seen, before;

	(void)state;
	for (i = 0; i < rule_catalog_count; i++) {
		const struct rule *rule = rule_catalog[i];

		for (j = 0; rule->after[j]; j++) {
			for (before = 0, seen = 0; before < i; before++)
				seen += strcmp(rule_catalog[before]->code, rule->after[j]) == 0;
			if (seen != 1)
				fail_msg("%s stands before %s", rule->code, rule->after[j]);
		}
		assert_true(!rule->judge_class == !rule->describe_class);
		assert_true(!rule->judge_class || rule->causes[0]);
		assert_non_null(rule->why);
		assert_non_null(rule->evidence);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),   cmocka_unit_test(test_near),
		cmocka_unit_test(test_survey), cmocka_unit_test(test_complete),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
