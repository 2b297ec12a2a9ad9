/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts of several machines give the same report in whatever order and however often they are
 * given, byte for byte; or they are refused in every order, where two of one machine differ and
 * are of one moment.
 */
#include "tests/unit/join_world.h"

#include "cmd/report.h"
#include "tests/random.h"

#include <errno.h>

#define GIVEN_MAX 12
#define KINDS 8
#define ROUNDS 200

/* Machines that differ where an order could hide: time, content, no id, one name for two. */
static void make_kinds(struct machine *kinds)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		kinds[i] = i % 2 ? good_router : good_host;
	kinds[2].started = LATER;
	kinds[3].classes = "";
	kinds[4].machine = "cccccccccccccccc";
	kinds[5].machine = "dddddddddddddddd";
	kinds[6].name = "git2";
	kinds[6].machine = "eeeeeeeeeeeeeeee";
	kinds[6].plan = "\"accept\":[{\"code\":\"return-carried-on\",\"reason\":\"known\"}]," PLAN;
	kinds[7].classes = CLASS("\"lan0\"", LOWER, UNICAST("10.0.12.1", "up0")) ","
			   CLASS("\"lan0\"", UPPER, HOLE);
	kinds[7].entries = ROUTER_ROUTES ROUTER_HOLE;
}

/* The report, or why two facts of one moment are refused: then all orders are. */
static char *report_of(const struct facts *const *given, size_t count, size_t *refused)
{
	struct report_options options = { .json = true };
	struct judgement judgement;
	struct fault fault = { 0 };
	struct report report;
	struct join join;
	struct text out;
	char *words;

	if (join_choose(given, count, &join, &fault)) {
		assert_int_equal(fault.code, -EINVAL);
		(*refused)++;
		return text_copy(fault.text);
	}
	assert_int_equal(join_judge(&join, "2026-11-20", &judgement, &fault), 0);
	assert_int_equal(report_build(&report, &join, &judgement), 0);
	text_init(&out, (size_t)1 << 24);
	report_render(&report, &options, &out);
	words = text_take(&out);
	assert_non_null(words);
	report_release(&report);
	judgement_release(&judgement);
	join_release(&join);
	return words;
}

static void shuffle(const struct facts **given, size_t count, struct random *random)
{
	size_t i, j;

	for (i = count; i > 1; i--) {
		const struct facts *kept = given[i - 1];

		j = random_below(random, (uint32_t)i);
		given[i - 1] = given[j];
		given[j] = kept;
	}
}

static void test_order_and_copies_change_nothing(void **state)
{
	struct machine kinds[KINDS];
	struct facts facts[KINDS], copies[KINDS];
	const struct facts *given[GIVEN_MAX];
	struct random random = random_seeded("join_order");
	size_t i, round, refused = 0;

	(void)state;
	make_kinds(kinds);
	for (i = 0; i < KINDS; i++) {
		make_facts(&kinds[i], &facts[i]);
		make_facts(&kinds[i], &copies[i]);
		if (i == 5 || i == 1) {
			free(facts[i].host.machine);
			free(copies[i].host.machine);
			facts[i].host.machine = copies[i].host.machine = NULL;
		}
	}
	for (round = 0; round < ROUNDS; round++) {
		uint32_t chosen = 1 + random_below(&random, (1u << KINDS) - 1);
		size_t count = 0, once;
		char *expected, *got;

		for (i = 0; i < KINDS; i++)
			if (chosen & (1u << i))
				given[count++] = &facts[i];
		once = count;
		expected = report_of(given, count, &refused);
		while (count < GIVEN_MAX && random_below(&random, 3)) {
			const struct facts *one = given[random_below(&random, (uint32_t)once)];

			given[count++] = &copies[one - facts];
		}
		shuffle(given, count, &random);
		got = report_of(given, count, &refused);
		assert_string_equal(got, expected);
		free(got);
		free(expected);
	}
	assert_in_range(refused, 2, 2 * ROUNDS - 2);
	for (i = 0; i < KINDS; i++) {
		facts_release(&facts[i]);
		facts_release(&copies[i]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_copies_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
