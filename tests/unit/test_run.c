/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runner against probes that misbehave in every way a process can: what they cost is one
 * section, told in words, and nothing of them is left behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "tests/unit/run_world.h"

#include <signal.h>

static int run_denied(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	(void)context;
	(void)count_one(facts, "Test.Left", 1);
	return fault_set(fault, -EPERM, "needs \"a key\"");
}

static int run_failed(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	(void)context;
	(void)facts;
	(void)fault;
	return -ENODEV;
}

static int run_segv(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	(void)context;
	(void)facts;
	(void)fault;
	(void)signal(SIGSEGV, SIG_DFL); /* a sanitizer would answer it */
	(void)raise(SIGSEGV);
	return 0;
}

static int run_silent(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	(void)context;
	(void)facts;
	(void)fault;
	_exit(0);
}

/* Closes its end and stays: the end of the answer is not the end of the process. */
static int run_mute(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	(void)close(PROBE_ANSWER_FD);
	return run_hang(context, facts, fault);
}

static void say(const char *bytes)
{
	if (write(PROBE_ANSWER_FD, bytes, strlen(bytes)) < 0)
		_exit(1);
	_exit(0);
}

static int run_garbage(const struct probe_context *context, struct facts *facts,
		       struct fault *fault)
{
	(void)context;
	(void)facts;
	(void)fault;
	say("{\"counters\": [");
	return 0;
}

#define ANSWER_HEAD "{\"schema\":\"reachback.facts/1\",\"version\":\"0\","   \
		    "\"started\":\"1970-01-01T00:00:00Z\","

static int run_other(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	(void)context;
	(void)facts;
	(void)fault;
	say(ANSWER_HEAD "\"xfrm\":{\"state\":\"ok\",\"policies\":[]}}");
	return 0;
}

static int run_typed(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	(void)context;
	(void)facts;
	(void)fault;
	say(ANSWER_HEAD "\"counters\":{\"state\":\"ok\",\"counters\":[{\"name\":7}]}}");
	return 0;
}

/* Fills the pipe without end. */
static int run_flood(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	static char blanks[65536];

	(void)context;
	(void)facts;
	(void)fault;
	memset(blanks, ' ', sizeof(blanks));
	while (write(PROBE_ANSWER_FD, blanks, sizeof(blanks)) > 0)
		continue;
	_exit(1);
}

PROBE(good, run_good, .keeps = 0);
PROBE(denied, run_denied, .keeps = 0);
PROBE(failed, run_failed, .keeps = 0);
PROBE(segv, run_segv, .keeps = 0);
PROBE(exits, run_exit, .keeps = 0);
PROBE(silent, run_silent, .keeps = 0);
PROBE(hang, run_hang, .keeps = 0);
PROBE(mute, run_mute, .keeps = 0);
PROBE(garbage, run_garbage, .keeps = 0);
PROBE(other, run_other, .keeps = 0);
PROBE(typed, run_typed, .keeps = 0);
PROBE(flood, run_flood, .keeps = 0);
static const struct probe second = { .name = "second", .run = run_second,
				     .section = SECTION_LISTENERS,
				     .after = SECTION_BIT(SECTION_COUNTERS) };
/* a circle: each waits for the other */
static const struct probe circle_a = { .name = "circle_a", .run = run_good,
				       .section = SECTION_COUNTERS,
				       .after = SECTION_BIT(SECTION_LISTENERS) };
static const struct probe circle_b = { .name = "circle_b", .run = run_second,
				       .section = SECTION_LISTENERS,
				       .after = SECTION_BIT(SECTION_COUNTERS) };

/* fills two sections, each with a state of its own */
static int run_pair(const struct probe_context *context, struct facts *facts,
		    struct fault *fault)
{
	facts->listeners.section.state = FACT_DENIED;
	facts->listeners.section.note = text_copy("not this one");
	return run_good(context, facts, fault);
}

static int run_pair_fails(const struct probe_context *context, struct facts *facts,
			  struct fault *fault)
{
	(void)run_pair(context, facts, fault);
	return fault_set(fault, -EIO, "all of it");
}

static int run_nothing(const struct probe_context *context, struct facts *facts,
		       struct fault *fault)
{
	(void)context;
	(void)facts;
	(void)fault;
	return PROBE_NOTHING;
}

#define WITH_LISTENERS .also = SECTION_BIT(SECTION_LISTENERS)
PROBE(pair, run_pair, WITH_LISTENERS);
PROBE(pair_fails, run_pair_fails, WITH_LISTENERS);
PROBE(pair_exits, run_exit, WITH_LISTENERS);
PROBE(nothing, run_nothing, WITH_LISTENERS, .optional = true);
PROBE(nothing_due, run_nothing, WITH_LISTENERS);

static void test_one_probe_fills_two_sections(void **state)
{
	static const struct { const struct probe *probe; int own, other; } rows[] = {
		{ &pair, FACT_OK, FACT_DENIED },
		{ &pair_fails, FACT_FAILED, FACT_FAILED },
		{ &pair_exits, FACT_FAILED, FACT_FAILED },
		{ &nothing, FACT_ABSENT, FACT_ABSENT },
		{ &nothing_due, FACT_FAILED, FACT_FAILED },
	};
	struct world world;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run_one(&world, rows[i].probe, PATIENCE_MS);
		assert_int_equal(world.facts.counters.section.state, rows[i].own);
		assert_int_equal(world.facts.listeners.section.state, rows[i].other);
		if (rows[i].probe == &pair)
			assert_string_equal(world.facts.listeners.section.note, "not this one");
		world_end(&world);
	}
}

struct end_row {
	const struct probe *probe;
	int state;
	const char *note;
};

static void test_every_end(void **state)
{
	static const struct end_row rows[] = {
		{ &good, FACT_OK, NULL },
		{ &denied, FACT_DENIED, "needs \"a key\"" },
		{ &failed, FACT_FAILED, "No such device" },
		{ &segv, FACT_FAILED, "probe died (signal 11)" },
		{ &exits, FACT_FAILED, "probe ended with status 7" },
		{ &silent, FACT_FAILED, "probe's answer cannot be read: " },
		{ &garbage, FACT_FAILED, "probe's answer cannot be read: line 1" },
		{ &other, FACT_FAILED, "there is no section \"counters\"" },
		{ &typed, FACT_FAILED, "/counters/counters/0/name" },
	};
	struct world world;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run_one(&world, rows[i].probe, PATIENCE_MS);
		assert_int_equal(world.outcomes[0].state, rows[i].state);
		if (!rows[i].note) {
			assert_null(world.outcomes[0].note);
		} else {
			assert_non_null(world.outcomes[0].note);
			assert_non_null(strstr(world.outcomes[0].note, rows[i].note));
			assert_string_equal(world.facts.counters.section.note,
					    world.outcomes[0].note);
			assert_int_equal(world.facts.counters.counters.count, 0);
		}
		world_end(&world);
	}
}

static void test_whole_answer(void **state)
{
	struct world world;

	(void)state;
	run_one(&world, &good, PATIENCE_MS);
	assert_true(counted(&world, "Test.Good") == UINT64_MAX);
	world_end(&world);
}

static void test_deadline(void **state)
{
	static const struct probe *const rows[] = { &hang, &mute, &flood };
	struct world world;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run_one(&world, rows[i], 120);
		assert_int_equal(world.outcomes[0].state, FACT_FAILED);
		/* the clock may tick between two looks at it; a busy machine is late */
		assert_true(text_has_prefix(world.outcomes[0].note, "no answer within 1"));
		assert_in_range(world.outcomes[0].took_ms, 118, 120 + 1500);
		assert_in_range(world.took_ms, 118, 120 + 1500);
		world_end(&world);
	}
}

static void test_no_time_left(void **state)
{
	static const struct probe *const rows[] = { &hang, &second };
	struct world world;

	(void)state;
	world_run(&world, rows, 2, 60);
	assert_int_equal(world.code, 0);
	assert_string_equal(world.outcomes[1].note, "no time was left for this probe");
	assert_int_equal(world.facts.listeners.section.state, FACT_FAILED);
	world_end(&world);
}

static void test_waves(void **state)
{
	static const struct probe *const rows[] = { &second, &good };
	static const struct probe *const broken[] = { &second, &segv };
	struct world world;

	(void)state;
	world_run(&world, rows, 2, PATIENCE_MS);
	assert_string_equal(world.outcomes[0].note, "counted");
	assert_int_equal(world.facts.counters.section.state, FACT_OK);
	world_end(&world);
	/* a wave that failed has been looked at as well */
	world_run(&world, broken, 2, PATIENCE_MS);
	assert_string_equal(world.outcomes[0].note, "nothing to count");
	world_end(&world);
}

static void test_circle(void **state)
{
	static const struct probe *const rows[] = { &circle_a, &circle_b };
	struct world world;

	(void)state;
	world_run(&world, rows, 2, PATIENCE_MS);
	assert_int_equal(world.outcomes[0].state, FACT_OK);
	assert_int_equal(world.outcomes[1].state, FACT_OK);
	assert_true(world.took_ms < PATIENCE_MS);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_probe_fills_two_sections),
		cmocka_unit_test(test_every_end),
		cmocka_unit_test(test_whole_answer),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_no_time_left),
		cmocka_unit_test(test_waves),
		cmocka_unit_test(test_circle),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
