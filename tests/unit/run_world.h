/* SPDX-License-Identifier: Apache-2.0 */
/* Probes that behave, and a run of a few probes with everything looked at that a run may leave. */
#ifndef TESTS_UNIT_RUN_WORLD_H
#define TESTS_UNIT_RUN_WORLD_H

#include "probes/run.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 5000
#define MOST 4

static inline int count_one(struct facts *facts, const char *name, uint64_t value)
{
	struct counter_fact *counter = list_add(&facts->counters.counters, sizeof(*counter));

	if (!counter)
		return -ENOMEM;
	counter->name = text_copy(name);
	counter->value = value;
	return 0;
}

static inline int run_good(const struct probe_context *context, struct facts *facts,
			   struct fault *fault)
{
	(void)context;
	(void)fault;
	return count_one(facts, "Test.Good", UINT64_MAX);
}

static inline int run_hang(const struct probe_context *context, struct facts *facts,
			   struct fault *fault)
{
	(void)context;
	(void)facts;
	(void)fault;
	while (pause() < 0)
		continue;
	return 0;
}

static inline int run_exit(const struct probe_context *context, struct facts *facts,
			   struct fault *fault)
{
	(void)context;
	(void)facts;
	(void)fault;
	_exit(7);
}

/* Of a later wave: it must see what the first one found. */
static inline int run_second(const struct probe_context *context, struct facts *facts,
			     struct fault *fault)
{
	(void)context;
	if (facts->counters.section.state == FACT_ABSENT)
		return fault_set(fault, -EIO, "the first wave is not there");
	facts->listeners.section.note =
		text_copy(facts->counters.counters.count ? "counted" : "nothing to count");
	return 0;
}

static inline int count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	if (!directory)
		return -1;
	while (readdir(directory))
		count++;
	(void)closedir(directory);
	return count - 3; /* ".", ".." and its own */
}

#define PROBE(variable, runs, ...)                                                                 \
	static const struct probe variable = { .name = #variable, .run = (runs),                   \
					       .section = SECTION_COUNTERS, __VA_ARGS__ }

struct world {
	struct facts facts;
	struct probe_outcome outcomes[MOST];
	struct fault fault;
	uint64_t took_ms;
	size_t count;
	int code;
};

static inline void world_run(struct world *world, const struct probe *const *rows, size_t count,
		      uint64_t patience_ms)
{
	struct probe_set set = { .rows = rows, .count = count };
	struct probe_context context = { .root = "" };
	int before = count_descriptors();
	uint64_t start = probe_now_ms();

	memset(world, 0, sizeof(*world));
	world->count = count;
	facts_init(&world->facts);
	context.deadline_ms = start + patience_ms;
	world->code = probes_run_set(&set, &context, &world->facts, world->outcomes,
				     &world->fault);
	world->took_ms = probe_now_ms() - start;
	assert_int_equal(count_descriptors(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static inline void world_end(struct world *world)
{
	size_t i;

	for (i = 0; i < world->count; i++)
		free(world->outcomes[i].note);
	facts_release(&world->facts);
}

static inline void run_one(struct world *world, const struct probe *probe, uint64_t patience_ms)
{
	world_run(world, &probe, 1, patience_ms);
	assert_int_equal(world->code, 0);
	assert_ptr_equal(world->outcomes[0].probe, probe);
	assert_int_equal(world->outcomes[0].state, world->facts.counters.section.state);
}

static inline uint64_t counted(const struct world *world, const char *name)
{
	const struct list *list = &world->facts.counters.counters;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct counter_fact *counter = LIST_AT(list, struct counter_fact, i);

		if (text_equal(counter->name, name))
			return counter->value;
	}
	fail_msg("no counter \"%s\"", name);
	return 0;
}

#endif
