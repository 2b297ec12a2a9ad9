/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A traced way back in the place of the router's facts: golden/ways/traced (the host with a trace,
 * a machine on the vSwitch with endpoints and the cloud's answers, no router), changed a little.
 * The gate opens for the whole of it and for nothing less.
 */
#include "cmd/judge.h"
#include "rules/facts_trace.h"
#include "rules/join.h"
#include "tests/random.h"
#include "tests/unit/fixture.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <time.h>

#define MACHINES 3
#define ROUNDS 300
#define HOUR_MS (UINT64_C(3600) * 1000)

struct world {
	struct facts facts[MACHINES];
	size_t count;
	struct facts *host, *vswitch;
};

static void read_one(const cJSON *row, struct facts *facts)
{
	char *text = cJSON_PrintUnformatted(row);
	struct fault fault = { 0 };

	assert_non_null(text);
	if (facts_read(text, strlen(text), facts, &fault))
		fail_msg("%s", fault_text(&fault, fault.code));
	free(text);
}

static void open_world(struct world *world)
{
	char *text = fixture_text("golden/ways", "traced", ".json");
	cJSON *all = cJSON_Parse(text);
	size_t i;

	assert_int_equal(cJSON_GetArraySize(all), 2);
	memset(world, 0, sizeof(*world));
	for (i = 0; i < 2; i++) {
		struct facts *one = &world->facts[world->count++];

		read_one(cJSON_GetArrayItem(all, (int)i), one);
		if (facts_vantage(one, NULL) == VANTAGE_GITLAB_HOST)
			world->host = one;
		else
			world->vswitch = one;
	}
	assert_non_null(world->host);
	assert_non_null(world->vswitch);
	cJSON_Delete(all);
	free(text);
}

static void close_world(struct world *world)
{
	size_t i;

	for (i = 0; i < world->count; i++)
		facts_release(&world->facts[i]);
}

static struct trace_fact *trace_of(struct world *world)
{
	return LIST_AT(&world->host->trace.traces, struct trace_fact, 0);
}

static struct trace_hop *hop_of(struct world *world, size_t place)
{
	return LIST_AT(&trace_of(world)->hops, struct trace_hop, place);
}

static struct address address(const char *text)
{
	struct address made;

	assert_int_equal(address_parse(text, &made), 0);
	return made;
}

static void refuse(struct world *world, const char *from, uint32_t code)
{
	struct trace_fact *trace = trace_of(world);
	struct trace_hop *last = hop_of(world, trace->hops.count - 1);

	trace->end = TRACE_UNREACHABLE;
	last->outcome = HOP_UNREACHABLE;
	last->from = address(from);
	last->icmp_type = (struct maybe){ true, 3 };
	last->icmp_code = (struct maybe){ true, code };
}

static void as_it_is(struct world *world) { (void)world; }
static void no_trace(struct world *world)
{
	record_release(section_record(SECTION_TRACE), &world->host->trace);
}
static void failed(struct world *world) { world->host->trace.section.state = FACT_FAILED; }
static void of_nothing(struct world *world)
{
	no_trace(world);
	world->host->trace.section.state = FACT_OK;
}
static void stopped(struct world *world)
{
	hop_of(world, 1)->outcome = HOP_SILENT;
	hop_of(world, 1)->from.family = ADDRESS_NONE;
}
static void first_silent(struct world *world)
{
	hop_of(world, 0)->outcome = HOP_SILENT;
	hop_of(world, 0)->from.family = ADDRESS_NONE;
}
static void other_first(struct world *world) { hop_of(world, 0)->from = address("172.20.5.2"); }
static void other_border(struct world *world) { hop_of(world, 1)->from = address("10.0.13.1"); }
static void customer_side(struct world *world) { hop_of(world, 1)->from = address("10.0.12.2"); }
static void no_cloud(struct world *world)
{
	world->vswitch->transit.section.state = FACT_DENIED;
}
static void unsent(struct world *world)
{
	struct trace_fact *trace = trace_of(world);

	trace->end = TRACE_UNSENT;
	trace->hops.count = 0;
	trace->error = text_copy("EPERM");
}
static void other_source(struct world *world) { trace_of(world)->source = address("172.20.5.77"); }
static void forwarded(struct world *world)
{
	struct facts *host = world->host;

	LIST_AT(&host->services.services, struct service_fact, 0)->iif = text_copy("docker0");
	LIST_AT(&host->routes.classes, struct class_fact, 0)->iif = text_copy("docker0");
}
/* The target itself answers where the border router should: who knows who that is? */
static void impostor(struct world *world)
{
	struct trace_fact *trace = trace_of(world);

	stopped(world);
	trace->end = TRACE_CONNECTED;
	hop_of(world, 2)->outcome = HOP_CONNECTED;
	hop_of(world, 2)->from = trace->target;
}
static void target_behind(struct world *world)
{
	impostor(world);
	hop_of(world, 1)->outcome = HOP_EXCEEDED;
	hop_of(world, 1)->from = address("10.0.12.1");
}
static void no_route(struct world *world) { refuse(world, "172.20.9.9", 0); stopped(world); }
static void filter(struct world *world) { refuse(world, "172.20.9.9", 13); stopped(world); }
static void filter_behind(struct world *world) { refuse(world, "10.255.0.1", 13); }
static void own_word(struct world *world)
{
	trace_of(world)->hops.count = 1;
	refuse(world, "172.21.5.10", 1);
}
static void comes_back(struct world *world)
{
	hop_of(world, 2)->outcome = HOP_EXCEEDED;
	hop_of(world, 2)->from = address("172.20.5.1");
}

/* The upper half of the range is another class of the host. */
static void two_classes(struct world *world)
{
	struct list *classes = &world->host->routes.classes;
	struct class_fact *upper = list_add(classes, sizeof(*upper));

	assert_non_null(upper);
	*upper = *LIST_AT(classes, struct class_fact, 0);
	upper->service = text_copy(upper->service);
	upper->type = text_copy(upper->type);
	memset(&upper->next_hops, 0, sizeof(upper->next_hops));
	*(struct next_hop *)list_add(&upper->next_hops, sizeof(struct next_hop)) =
		(struct next_hop){ .via = address("172.20.5.1"), .dev = text_copy("eth0"),
				   .weight = 1 };
	upper->first = address("100.104.128.0");
	LIST_AT(classes, struct class_fact, 0)->last = address("100.104.127.255");
}

static void both_classes(struct world *world)
{
	struct trace_fact *copy = list_add(&world->host->trace.traces, sizeof(*copy));
	struct trace_fact *first = trace_of(world);
	size_t i;

	two_classes(world);
	assert_non_null(copy);
	*copy = *first;
	copy->target = address("100.104.200.1");
	memset(&copy->hops, 0, sizeof(copy->hops));
	for (i = 0; i < first->hops.count; i++)
		*(struct trace_hop *)list_add(&copy->hops, sizeof(struct trace_hop)) =
			*hop_of(world, i);
}

/* A second host of the same plan that nobody traced from. */
static void other_host(struct world *world)
{
	struct facts *copy = &world->facts[world->count++];

	assert_int_equal(record_copy(&facts_record, world->host, copy), 0);
	record_release(section_record(SECTION_TRACE), &copy->trace);
	free(copy->host.machine);
	copy->host.machine = text_copy("00000000000000aa");
}

static const struct row {
	const char *what;
	void (*change)(struct world *world);
	enum verdict gate;
	bool missing;    /* the router's routes */
	const char *says; /* in a message or in the evidence of what is missing */
} rows[] = {
	{ "traced to the border router", as_it_is, VERDICT_READY, false, "10.0.12.1 (hop 2)" },
	{ "the target answers behind it", target_behind, VERDICT_READY, false, "hop 2" },
	{ "a trace into each class", both_classes, VERDICT_READY, false, "hop 2" },
	{ "no trace", no_trace, VERDICT_UNDETERMINED, true, NULL },
	{ "the trace failed", failed, VERDICT_UNDETERMINED, true, NULL },
	{ "a trace of nothing", of_nothing, VERDICT_UNDETERMINED, true, "no trace into" },
	{ "a class without a trace", two_classes, VERDICT_UNDETERMINED, true,
	  "no trace into 100.104.128.0-100.104.255.255" },
	{ "silence behind the router", stopped, VERDICT_UNDETERMINED, true,
	  "the last router to answer is 172.20.5.1 (hop 1)" },
	{ "the first router is silent", first_silent, VERDICT_UNDETERMINED, true,
	  "the first router did not answer" },
	{ "another first router", other_first, VERDICT_UNDETERMINED, true, "172.20.5.2 (hop 1)" },
	{ "another border router", other_border, VERDICT_UNDETERMINED, true, "10.0.13.1 (hop 2)" },
	{ "the customer's side of it", customer_side, VERDICT_UNDETERMINED, true,
	  "10.0.12.2 (hop 2)" },
	{ "nobody asked the cloud", no_cloud, VERDICT_UNDETERMINED, true,
	  "no facts of the cloud name" },
	{ "nothing was sent", unsent, VERDICT_UNDETERMINED, true, "nothing left this machine" },
	{ "from another address", other_source, VERDICT_UNDETERMINED, true, "no trace into" },
	{ "a forwarded service (and nothing is forwarded)", forwarded, VERDICT_NOT_READY, true,
	  "none can be traced" },
	{ "something answers for the target", impostor, VERDICT_UNDETERMINED, true,
	  "answers with the address itself" },
	{ "no route at a router", no_route, VERDICT_NOT_READY, true, "172.20.9.9 (hop 3) has no" },
	{ "a filter", filter, VERDICT_UNDETERMINED, true, "a filter on 172.20.9.9 (hop 3)" },
	{ "a filter behind the border router", filter_behind, VERDICT_UNDETERMINED, true,
	  "refused by 10.255.0.1 (hop 3), with ICMP 3/13" },
	{ "this machine's own word", own_word, VERDICT_UNDETERMINED, true,
	  "nothing left this machine" },
	{ "it may have come back", comes_back, VERDICT_UNDETERMINED, true, "172.20.5.1 (hop 3)" },
	{ "another host without", other_host, VERDICT_UNDETERMINED, true, NULL },
};

static const struct gate_missing *router_missing(const struct judgement *judgement)
{
	size_t i;

	for (i = 0; i < judgement->missing.count; i++) {
		const struct gate_missing *one =
			LIST_AT(&judgement->missing, struct gate_missing, i);

		if (one->needed && text_equal(one->vantage, "idc-router"))
			return one;
	}
	return NULL;
}

static bool says(const struct judgement *judgement, const char *words)
{
	const struct gate_missing *missing = router_missing(judgement);
	size_t i;

	for (i = 0; i < judgement->findings.list.count; i++) {
		const struct finding *one = LIST_AT(&judgement->findings.list, struct finding, i);

		if (text_has_prefix(one->code, "return-trace-") && strstr(one->message, words))
			return true;
	}
	for (i = 0; missing && i < missing->evidence.count; i++)
		if (strstr(missing->evidence.items[i], words))
			return true;
	return false;
}

static void judge_world(const struct world *world, const struct duration *age,
			struct judgement *judgement)
{
	const struct facts *given[MACHINES];
	struct fault fault = { 0 };
	struct join join;
	size_t i;

	for (i = 0; i < world->count; i++)
		given[i] = &world->facts[i];
	if (join_choose(given, world->count, &join, &fault) ||
	    judge_join(&join, age, judgement, &fault))
		fail_msg("%s", fault_text(&fault, fault.code));
	join_release(&join);
}

static void test_gate(void **state)
{
	const struct duration ever = { .given = false };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct judgement judgement;
		struct world world;

		open_world(&world);
		rows[i].change(&world);
		judge_world(&world, &ever, &judgement);
		if (judgement.gate != rows[i].gate)
			fail_msg("%s: the gate is %s", rows[i].what,
				 verdict_words[judgement.gate]);
		if ((router_missing(&judgement) != NULL) != rows[i].missing)
			fail_msg("%s: is the router missing?", rows[i].what);
		if (rows[i].says && !says(&judgement, rows[i].says))
			fail_msg("%s: nobody says '%s'", rows[i].what, rows[i].says);
		judgement_release(&judgement);
		close_world(&world);
	}
}

/* What is missing names the command that supplies it; no trace at all has passed nothing. */
static void test_missing_names_the_command(void **state)
{
	const struct duration ever = { .given = false };
	struct judgement judgement;
	struct world world;
	size_t i;

	(void)state;
	open_world(&world);
	no_trace(&world);
	world.host->trace.section.state = FACT_OK;
	judge_world(&world, &ever, &judgement);
	for (i = 0; i < judgement.findings.list.count; i++) {
		const struct finding *one = LIST_AT(&judgement.findings.list, struct finding, i);

		if (text_has_prefix(one->code, "return-trace-"))
			assert_int_equal(one->status, STATUS_SKIPPED);
	}
	assert_non_null(router_missing(&judgement));
	assert_non_null(strstr(router_missing(&judgement)->needs, "--trace ADDRESS"));
	judgement_release(&judgement);
	close_world(&world);
}

/* An old trace opens nothing, and one of another plan is not judged with the rest. */
static void test_stale_and_of_another_plan(void **state)
{
	const struct duration hour = { .given = true, .ms = HOUR_MS };
	const struct facts *given[MACHINES];
	struct judgement judgement;
	struct fault fault = { 0 };
	time_t now = time(NULL) - 60;
	struct world world;
	struct join join;
	struct tm parts;
	char started[32];

	(void)state;
	assert_non_null(gmtime_r(&now, &parts));
	assert_true(strftime(started, sizeof(started), "%Y-%m-%dT%H:%M:%SZ", &parts) > 0);
	open_world(&world);
	free(world.vswitch->started);
	world.vswitch->started = text_copy(started);
	judge_world(&world, &hour, &judgement);
	assert_int_equal(judgement.gate, VERDICT_UNDETERMINED);
	judgement_release(&judgement);
	free(world.host->started);
	world.host->started = text_copy(started);
	judge_world(&world, &hour, &judgement);
	assert_int_equal(judgement.gate, VERDICT_READY);
	judgement_release(&judgement);
	world.host->plan.link.gitlab_ip = address("172.20.5.11");
	given[0] = &world.facts[0];
	given[1] = &world.facts[1];
	assert_int_equal(join_choose(given, 2, &join, &fault), -EINVAL);
	close_world(&world);
}

static void outside(struct world *world) { trace_of(world)->target = address("100.105.0.1"); }
static void gap(struct world *world) { hop_of(world, 1)->ttl = 3; }
static void wrong_type(struct world *world) { hop_of(world, 1)->icmp_type.value = 3; }
static void nobody(struct world *world) { hop_of(world, 1)->from.family = ADDRESS_NONE; }
static void wrong_end(struct world *world) { trace_of(world)->end = TRACE_CONNECTED; }
static void early_end(struct world *world)
{
	refuse(world, "172.20.9.9", 0);
	hop_of(world, 1)->outcome = HOP_UNREACHABLE;
	hop_of(world, 1)->icmp_type.value = 3;
}

/* Hand-made traces that cannot be are refused with a pointer. */
static void test_check(void **state)
{
	static void (*const fine[])(struct world *world) = { other_first, first_silent, impostor,
							     filter, unsent };
	static const struct {
		void (*change)(struct world *world);
		const char *pointer;
	} bad[] = {
		{ outside, "/trace/traces/0/target" },
		{ gap, "/trace/traces/0/hops/1/ttl" },
		{ wrong_type, "/trace/traces/0/hops/1/icmp_type" },
		{ nobody, "/trace/traces/0/hops/1/from" },
		{ wrong_end, "/trace/traces/0/end" },
		{ early_end, "/trace/traces/0/hops/1/outcome" },
	};
	struct fault fault = { 0 };
	struct world world;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		open_world(&world);
		fine[i](&world);
		assert_int_equal(facts_check(world.host, &fault), 0);
		close_world(&world);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fault = (struct fault){ 0 };
		open_world(&world);
		bad[i].change(&world);
		assert_int_equal(facts_check(world.host, &fault), -EINVAL);
		if (!strstr(fault.text, bad[i].pointer))
			fail_msg("expected %s: %s", bad[i].pointer, fault.text);
		close_world(&world);
	}
}

/* Whatever routers answer: without the declared next hop first and the border router, no gate. */
static void test_random_ways(void **state)
{
	static const char *const routers[] = { "172.20.5.1", "172.20.9.1", "10.0.12.1",
					       "10.0.12.2", "100.104.9.9" };
	const struct duration ever = { .given = false };
	struct random random = random_seeded("return_trace");
	size_t round, i, open = 0;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		struct judgement judgement;
		struct world world;
		bool border = false, first;

		open_world(&world);
		for (i = 0; i < trace_of(&world)->hops.count; i++) {
			struct trace_hop *hop = hop_of(&world, i);
			size_t place = random_below(&random, 5);
			bool silent = random_below(&random, 4) == 0;

			hop->outcome = silent ? HOP_SILENT : HOP_EXCEEDED;
			hop->icmp_type = hop->icmp_code = (struct maybe){ !silent, 0 };
			hop->icmp_type.value = silent ? 0 : 11;
			hop->from = address(routers[place]);
			if (silent)
				memset(&hop->from, 0, sizeof(hop->from));
			border = border || (!silent && place == 2);
		}
		if (random_below(&random, 3) == 0)
			refuse(&world, routers[random_below(&random, 4)],
			       random_below(&random, 16));
		first = text_equal(address_print(&hop_of(&world, 0)->from,
						 (char[ADDRESS_TEXT_MAX]){ 0 }), routers[0]);
		assert_int_equal(facts_check(world.host, NULL), 0);
		judge_world(&world, &ever, &judgement);
		if (judgement.gate == VERDICT_READY || judgement.gate == VERDICT_RISKS) {
			assert_true(first && border);
			assert_int_equal(trace_of(&world)->end, TRACE_SILENT);
			open++;
		}
		judgement_release(&judgement);
		close_world(&world);
	}
	assert_true(open > 0 && open < ROUNDS / 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_missing_names_the_command),
		cmocka_unit_test(test_stale_and_of_another_plan),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_random_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
