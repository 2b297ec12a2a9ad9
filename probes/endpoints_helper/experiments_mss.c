/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MSS ladder: a path that loses large packets without a word lets smaller segments through. The
 * option bounds both directions, and the peer's first flight is what stalls.
 *
 * First all rungs at once, then every value between the largest that passed and the smallest that
 * did not; where those are too many for one round, a third narrows them once more.
 */
#include "probes/endpoints_helper/experiments_internal.h"

#define ROUNDS 3
#define AT_ONCE 63u

static const uint32_t rungs[] = { 536,  1000, 1200, 1300, 1360, 1400, 1420,
				  1440, 1460, 1600, 2000, 4000, 8000 };

static void finish_round(struct experiment_set *set);

static void passed(struct experiment_set *set, uint32_t value, bool succeeded)
{
	if (succeeded && value > set->passed)
		set->passed = value;
	if (!succeeded && (!set->failed || value < set->failed))
		set->failed = value;
	if (!--set->pending)
		finish_round(set);
}

static void try_mss(struct experiment_set *set, uint32_t value)
{
	set->pending++;
	shot_start(set, EXPERIMENT_MSS, value, passed);
}

static void finish_round(struct experiment_set *set)
{
	uint32_t between, step, value;

	/* no value between them, no border, or none that is one: the rows tell */
	if (set->round >= ROUNDS || !set->passed || set->failed <= set->passed + 1)
		return;
	set->round++;
	between = set->failed - set->passed - 1;
	step = 1 + (between - 1) / AT_ONCE;
	set->pending++;
	for (value = set->passed + step; value < set->failed; value += step)
		try_mss(set, value);
	set->pending--;
}

void mss_start(struct experiment_set *set)
{
	size_t i;

	set->round = 1;
	for (i = 0; i < sizeof(rungs) / sizeof(rungs[0]) && rungs[i] < set->top; i++)
		try_mss(set, rungs[i]);
	try_mss(set, set->top);
}
