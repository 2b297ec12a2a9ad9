/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_start NAME GOAL PAIRS REFERENCE wall|cpu A... -- B...
 *
 * Runs two commands in turns and prints the goal's line for the ratio of what they cost. For goals
 * about whole processes, such as start-up.
 */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int count, char **words)
{
	struct goal goal = { .scale = 1 };
	struct pairs pairs = { .count = 0 };
	struct child_cost a, b;
	unsigned long i, turns;
	bool cpu;
	char **other;
	int at;

	for (at = 6; at < count && strcmp(words[at], "--"); at++)
		;
	if (at + 1 >= count)
		return 64;
	words[at] = NULL;
	other = words + at + 1;
	goal.name = words[1];
	goal.most = strtod(words[2], NULL);
	goal.reference = words[4];
	turns = strtoul(words[3], NULL, 10);
	cpu = !strcmp(words[5], "cpu");
	for (i = 0; i < turns && i < PAIRS_MAX; i++) {
		if (bench_run(words + 6, &a) || bench_run(other, &b)) {
			printf("bench %s scale=1 FAIL a command failed\n", goal.name);
			return 1;
		}
		pairs_add(&pairs, cpu ? a.cpu_ms : a.wall_ms, cpu ? b.cpu_ms : b.wall_ms);
	}
	return goal_report(&goal, &pairs, "ms") ? 0 : 1;
}
