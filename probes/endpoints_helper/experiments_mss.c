/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MSS ladder: a path that loses large packets without a word lets smaller segments through. The
 * option bounds both directions, and the peer's first flight is what stalls.
 *
 * First all rungs at once, then every value between the largest that passed and the smallest that
 * did not; where those are too many for one round, another narrows them once more. What contradicts
 * a larger value that passed is tried again, and so is a border of few losses.
 */
#include "probes/endpoints_helper/experiments_internal.h"

#include "rules/text.h"

#define ROUNDS 5
#define AT_ONCE 20u
#define TRIES 2u
#define ENOUGH 4u
/* No round begins later: a path that loses much would take all of them. */
#define LADDER_US (UINT64_C(2500) * 1000)

static const uint32_t rungs[] = {
	536,  1000, 1200, 1240, 1260, 1280, 1300, 1320, 1340, 1360, 1380,
	1400, 1410, 1420, 1430, 1440, 1450, 1460, 1600, 2000, 4000, 8000,
};

static void finish_round(struct experiment_set *set);

static void tried(struct experiment_set *set, uint32_t value, bool succeeded)
{
	(void)value;
	(void)succeeded;
	if (!--set->pending)
		finish_round(set);
}

static void try_mss(struct experiment_set *set, uint32_t value)
{
	set->pending++;
	shot_start(set, EXPERIMENT_MSS, value, tried);
}

static bool is_rung(const struct experiment_set *set, const struct experiment_fact *row)
{
	return row->kind == EXPERIMENT_MSS && text_equal(row->url, set->url) &&
	       address_equal(&row->address, &set->address);
}

/*
 * The largest value that passed, and the smallest above it that did not; 0: none. Returns how many
 * above it did not.
 */
static size_t read_rows(struct experiment_set *set)
{
	const struct list *list = &set->run->facts->experiments;
	size_t i, lost = 0;

	set->passed = 0;
	set->failed = 0;
	for (i = 0; i < list->count; i++) {
		const struct experiment_fact *row = LIST_AT(list, struct experiment_fact, i);

		if (is_rung(set, row) && row->succeeded && row->value > set->passed)
			set->passed = row->value;
	}
	for (i = 0; i < list->count; i++) {
		const struct experiment_fact *row = LIST_AT(list, struct experiment_fact, i);

		if (!is_rung(set, row) || row->value <= set->passed)
			continue;
		lost++;
		if (!set->failed || row->value < set->failed)
			set->failed = row->value;
	}
	return lost;
}

/* Tries values up to `most` again that failed once. */
static void try_again(struct experiment_set *set, uint32_t most)
{
	uint32_t values[AT_ONCE];
	const struct list *list = &set->run->facts->experiments;
	size_t i, count = 0;

	for (i = 0; i < list->count && count < AT_ONCE; i++) {
		const struct experiment_fact *row = LIST_AT(list, struct experiment_fact, i);

		if (is_rung(set, row) && !row->succeeded && row->value <= most &&
		    row->tried < TRIES)
			values[count++] = row->value;
	}
	for (i = 0; i < count; i++)
		try_mss(set, values[i]);
}

static void narrow(struct experiment_set *set)
{
	uint32_t between = set->failed - set->passed - 1, value;
	uint32_t step = 1 + (between - 1) / AT_ONCE;

	for (value = set->passed + step; value < set->failed; value += step)
		try_mss(set, value);
}

static void finish_round(struct experiment_set *set)
{
	size_t lost = read_rows(set);

	/* nothing passed, or everything: there is no border */
	if (set->round >= ROUNDS || !set->passed || !set->failed ||
	    loop_now() - set->began > LADDER_US)
		return;
	set->round++;
	set->pending++;
	/* values below one that passed are tried again, and a border that stands on few losses */
	if (set->failed > set->passed + 1)
		narrow(set);
	try_again(set, set->failed == set->passed + 1 && lost < ENOUGH ? set->failed
									: set->passed);
	set->pending--;
}

void mss_start(struct experiment_set *set)
{
	size_t i;

	/* begun already, while the attempt was still waiting */
	if (set->round)
		return;
	set->round = 1;
	set->began = loop_now();
	set->pending++;
	for (i = 0; i < sizeof(rungs) / sizeof(rungs[0]) && rungs[i] < set->top; i++)
		try_mss(set, rungs[i]);
	try_mss(set, set->top);
	set->pending--;
}
