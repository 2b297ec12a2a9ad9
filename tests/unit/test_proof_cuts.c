/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts of addresses and ports, marks, and the set of answers: arithmetic under the proof. */
#include "probes/proof_answers.h"
#include "probes/proof_cuts.h"
#include "rules/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define FIRST 0x64680000u /* 100.104.0.0 */
#define LAST 0x6468ffffu

static void expect_starts(struct cuts *cuts, const uint32_t *starts, size_t count)
{
	size_t i;

	assert_int_equal(cuts_settle(cuts), 0);
	assert_int_equal(cuts->count, count);
	for (i = 0; i < count; i++)
		assert_int_equal(cuts->starts[i], starts[i]);
	assert_int_equal(cuts_end(cuts, count - 1), cuts->last);
}

static void test_edges(void **state)
{
	static const struct {
		uint32_t first, last;
		uint32_t starts[3];
		size_t count;
	} rows[] = {
		{ FIRST, LAST, { FIRST }, 1 },
		{ 0, UINT32_MAX, { FIRST }, 1 },
		{ FIRST - 256, FIRST - 1, { FIRST }, 1 },
		{ LAST + 1, LAST + 256, { FIRST }, 1 },
		{ FIRST, FIRST, { FIRST, FIRST + 1 }, 2 },
		{ LAST, LAST, { FIRST, LAST }, 2 },
		{ FIRST - 1, FIRST, { FIRST, FIRST + 1 }, 2 },
		{ LAST, LAST + 1, { FIRST, LAST }, 2 },
		{ FIRST + 256, FIRST + 511, { FIRST, FIRST + 256, FIRST + 512 }, 3 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cuts cuts;

		cuts_init(&cuts, &reverse_range);
		cuts_add(&cuts, rows[i].first, rows[i].last);
		cuts_add(&cuts, rows[i].first, rows[i].last);
		expect_starts(&cuts, rows[i].starts, rows[i].count);
		cuts_release(&cuts);
	}
}

/* However often, a range of 65,536 addresses has 65,536 pieces at most, and memory follows them. */
static void test_never_more_than_addresses(void **state)
{
	struct cuts cuts;
	uint32_t turn, address;

	(void)state;
	cuts_init(&cuts, &reverse_range);
	for (turn = 0; turn < 4; turn++)
		for (address = FIRST; address <= LAST; address++)
			cuts_add(&cuts, address, address);
	assert_int_equal(cuts_settle(&cuts), 0);
	assert_int_equal(cuts.count, REVERSE_RANGE_SIZE);
	assert_true(cuts.room <= 4 * REVERSE_RANGE_SIZE);
	assert_int_equal(cuts_end(&cuts, 7), FIRST + 7);
	cuts_release(&cuts);
}

static void test_whole_space(void **state)
{
	const struct prefix all = prefix_make(0, 0);
	static const uint32_t starts[] = { 0, UINT32_MAX };
	struct cuts cuts;

	(void)state;
	cuts_init(&cuts, &all);
	cuts_add(&cuts, UINT32_MAX, UINT32_MAX);
	expect_starts(&cuts, starts, 2);
	cuts_release(&cuts);
}

static struct rule_fact *add_rule(struct rules_facts *rules)
{
	struct rule_fact *rule = list_add(&rules->rules, sizeof(*rule));

	assert_non_null(rule);
	return rule;
}

static void set_ports(struct maybe *first, struct maybe *last, uint32_t a, uint32_t b)
{
	*first = (struct maybe){ true, a };
	*last = (struct maybe){ true, b };
}

static void expect_ports(const struct rules_facts *rules, bool forwarded, const uint16_t *starts,
			 size_t count)
{
	struct port_cuts cuts;
	size_t i;

	assert_int_equal(port_cuts_make(&cuts, rules, forwarded), 0);
	assert_int_equal(cuts.count, count);
	for (i = 0; i < count; i++)
		assert_int_equal(cuts.starts[i], starts[i]);
	assert_int_equal(port_cuts_end(&cuts, count - 1), EPHEMERAL_LAST);
	port_cuts_release(&cuts);
}

static void test_ports(void **state)
{
	static const uint16_t none[] = { 1024 }, sent[] = { 1024, 40000, 50001 };
	static const uint16_t entered[] = { 1024, 2000, 2001, 40000, 50001 };
	struct facts facts;
	struct rule_fact *rule;

	(void)state;
	facts_init(&facts);
	expect_ports(&facts.rules, true, none, 1);
	rule = add_rule(&facts.rules);
	set_ports(&rule->dport_first, &rule->dport_last, 1, 1023);
	expect_ports(&facts.rules, true, none, 1);
	rule = add_rule(&facts.rules);
	rule->ipproto = (struct maybe){ true, 17 };
	set_ports(&rule->dport_first, &rule->dport_last, 3000, 3000);
	expect_ports(&facts.rules, true, none, 1);
	rule = add_rule(&facts.rules);
	set_ports(&rule->dport_first, &rule->dport_last, 40000, 50000);
	set_ports(&rule->sport_first, &rule->sport_last, 2000, 2000);
	expect_ports(&facts.rules, false, sent, 3);
	expect_ports(&facts.rules, true, entered, 5);
	facts_release(&facts);
}

/* 0xc000 of 0x8000: the third quarter of the ports. */
static void test_masked_ports(void **state)
{
	static const uint16_t starts[] = { 1024, 0x8000, 0xc000 };
	struct facts facts;
	struct rule_fact *rule;

	(void)state;
	facts_init(&facts);
	rule = add_rule(&facts.rules);
	set_ports(&rule->dport_first, &rule->dport_last, 0x8000, 0x8000);
	assert_int_equal(strings_add(&rule->unknown_selectors, "dport mask 0xc000"), 0);
	expect_ports(&facts.rules, false, starts, 3);
	facts_release(&facts);
}

static void test_marks(void **state)
{
	static const uint32_t named[] = { 7, 0, 3, 7 }, expected[] = { 0, 3, 7 };
	struct facts facts;
	uint32_t *marks;
	size_t count, i;

	(void)state;
	facts_init(&facts);
	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		add_rule(&facts.rules)->mark = (struct maybe){ true, named[i] };
	add_rule(&facts.rules);
	assert_int_equal(marks_of_rules(&facts.rules, &marks, &count), 0);
	assert_int_equal(count, 3);
	for (i = 0; i < count; i++)
		assert_int_equal(marks[i], expected[i]);
	free(marks);
	facts_release(&facts);
}

static void test_policy_cuts(void **state)
{
	static const uint32_t starts[] = { FIRST, FIRST + 9, FIRST + 10, FIRST + 256, FIRST + 512,
					   FIRST + 32768 };
	struct facts facts;
	struct address_fact *address;
	struct cuts cuts;

	(void)state;
	facts_init(&facts);
	address = list_add(&facts.addresses.addresses, sizeof(*address));
	assert_non_null(address);
	address->address = address_from_ipv4(FIRST + 9);
	add_rule(&facts.rules)->to = prefix_make(FIRST + 256, 24);
	add_rule(&facts.rules)->from = prefix_make(FIRST + 32768, 17);
	cuts_init(&cuts, &reverse_range);
	cuts_add_policy(&cuts, &facts);
	expect_starts(&cuts, starts, sizeof(starts) / sizeof(starts[0]));
	cuts_release(&cuts);
	facts_release(&facts);
}

static void test_answers(void **state)
{
	struct answers answers = { .items = NULL };
	struct hop hop = { .oif = 1, .weight = 1 };
	struct answer answer = { .type = 1, .table = 254, .hops = &hop, .hop_count = 1 };
	uint32_t index, i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		hop.oif = i % 1000;
		assert_int_equal(answers_intern(&answers, &answer, &index), 0);
		assert_int_equal(index, i % 1000);
	}
	assert_int_equal(answers.count, 1000);
	/* every part of an answer counts */
	hop.flags = 1;
	assert_int_equal(answers_intern(&answers, &answer, &index), 0);
	assert_int_equal(index, 1000);
	answer.hop_count = 0;
	assert_int_equal(answers_intern(&answers, &answer, &index), 0);
	assert_int_equal(index, 1001);
	answer.error = -22;
	assert_int_equal(answers_intern(&answers, &answer, &index), 0);
	assert_int_equal(index, 1002);
	answer.table = 255;
	assert_int_equal(answers_intern(&answers, &answer, &index), 0);
	assert_int_equal(index, 1003);
	answers_release(&answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_never_more_than_addresses),
		cmocka_unit_test(test_whole_space),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_masked_ports),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_policy_cuts),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
