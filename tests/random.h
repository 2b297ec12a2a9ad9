/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Repeatable chance for property tests: the seed is printed, and REACHBACK_SEED=N repeats a run.
 */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct random {
	uint64_t state;
};

/* splitmix64: every state is a good one */
static inline uint64_t random_next(struct random *random)
{
	uint64_t mixed = random->state += 0x9e3779b97f4a7c15u;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
	return mixed ^ mixed >> 31;
}

/* 0..bound-1; bound must not be 0. */
static inline uint32_t random_below(struct random *random, uint32_t bound)
{
	return (uint32_t)(random_next(random) % bound);
}

static inline struct random random_seeded(const char *test)
{
	const char *const given = getenv("REACHBACK_SEED");
	struct timespec now = { .tv_sec = 0 };
	uint64_t seed;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	seed = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	if (given)
		seed = strtoull(given, NULL, 10);
	printf("%s: REACHBACK_SEED=%llu\n", test, (unsigned long long)seed);
	return (struct random){ .state = seed };
}

#endif
