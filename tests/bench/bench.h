/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all benchmarks share: clocks, pairs of runs, and the one line a goal.
 *
 * Only ratios of two sides taken side by side count: `bench R1 scale=100000 ours=19.69ms
 * ref=null-dump:18.98ms ratio=1.056 p25=0.986 p75=1.153 pairs=31 goal<=1.10 ok`.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAIRS_MAX 160

/* One goal of one scale. */
struct goal {
	const char *name;  /* "R1" */
	unsigned long scale;
	const char *reference; /* "null-dump" */
	double most;       /* ratio that is still good */
	bool gated;        /* a miss by more than `slack` fails the run */
	double slack;      /* 1.1: ten percent */
};

/* Pairs of measurements, in milliseconds or any one unit. */
struct pairs {
	double ours[PAIRS_MAX];
	double theirs[PAIRS_MAX];
	size_t count;
};

/* CPU time of this process, milliseconds. */
double bench_cpu_ms(void);
double bench_wall_ms(void);
void pairs_add(struct pairs *pairs, double ours, double theirs);
double bench_median(const double *values, size_t count);
/* Prints the line; false when a gated goal was missed. */
bool goal_report(const struct goal *goal, const struct pairs *pairs, const char *unit);
void goal_skip(const struct goal *goal, const char *why);

/* One process: arguments, and what it cost. Its output is thrown away. */
struct child_cost {
	double cpu_ms, wall_ms;
	long rss_kib;
	int status;
};
int bench_run(char *const argv[], struct child_cost *cost);
bool bench_has(const char *program);

/* Into user and network namespaces of one's own; false where that is refused. */
bool bench_namespace(void);

/*
 * Loads `count` routes like those of the Internet (lengths, random order), and eight that overlap
 * the range in tables main, 100, 200 and 300. 1024 requests a send, no acknowledgements.
 */
int bench_load(unsigned long count);
#define PLANTED 8

#endif
