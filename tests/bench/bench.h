/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all benchmarks share: clocks, pairs of runs, and the one line a goal.
 *
 * Only ratios of two sides taken side by side count: `bench R1 scale=100000 ours=19.69ms
 * ref=null-dump:18.98ms ratio=1.056 p25=0.986 p75=1.153 pairs=31 goal<=1.10 ok`, and before the
 * goal, where it was measured, `floor=NAME:RATIO`.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAIRS_MAX 160
/* A goal that is missed by more than ten percent fails the run. */
#define GOAL_SLACK 1.1

/* One goal of one scale. */
struct goal {
	const char *name;  /* "R1" */
	unsigned long scale;
	const char *reference; /* "null-dump" */
	double most;       /* ratio that is still good */
	/*
	 * What the kernel alone costs, for the same questions in the same run; NULL: not measured.
	 * It is printed beside the ratio and moves no goal: it tells how near ours could come.
	 */
	const char *floor;
};

/* Pairs of measurements, in milliseconds or any one unit. */
struct pairs {
	double ours[PAIRS_MAX];
	double theirs[PAIRS_MAX];
	double floor[PAIRS_MAX]; /* where the goal names one */
	size_t count;
};

/* CPU time of this process, milliseconds. */
double bench_cpu_ms(void);
double bench_wall_ms(void);
void pairs_add(struct pairs *pairs, double ours, double theirs);
/* Median of the pairs' ratios. */
double pairs_ratio(const struct pairs *pairs);
double bench_median(const double *values, size_t count);
/* Prints the line; false when the goal was missed by more than the slack, or no pair is there. */
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

/* The packet that all look-ups ask about, but for its destination. */
#define BENCH_SOURCE 0x0a000001u
#define BENCH_SPORT 443
#define BENCH_DPORT 40000

/*
 * The least that a dump, and that all 65,536 look-ups, can cost: ask and receive, look at nothing.
 * CPU milliseconds.
 */
int floor_dump(double *cpu_ms);
int floor_lookups(double *cpu_ms);

/* Into user and network namespaces of one's own; false where that is refused. */
bool bench_namespace(void);

/*
 * Loads `count` routes like those of the Internet (lengths, random order), and eight that overlap
 * the range in tables main, 100, 200 and 300. 1024 requests a send, no acknowledgements.
 */
int bench_load(unsigned long count);
#define PLANTED 8

#endif
