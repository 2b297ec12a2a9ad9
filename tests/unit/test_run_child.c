/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a child may do, what goes with it, and a machine that has no process or pipe to give.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "tests/unit/run_world.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* the runner's own calls, made to fail on demand */
static int forks_left = -1;
static int pipes_left = -1;
pid_t __real_fork(void);
pid_t __wrap_fork(void);
int __real_pipe2(int ends[2], int flags);
int __wrap_pipe2(int ends[2], int flags);

pid_t __wrap_fork(void)
{
	if (!forks_left) {
		errno = EAGAIN;
		return -1;
	}
	if (forks_left > 0)
		forks_left--;
	return __real_fork();
}

int __wrap_pipe2(int ends[2], int flags)
{
	if (!pipes_left) {
		errno = EMFILE;
		return -1;
	}
	if (pipes_left > 0)
		pipes_left--;
	return __real_pipe2(ends, flags);
}

/* What the process may still do, as counters. */
static int run_confined(const struct probe_context *context, struct facts *facts,
			struct fault *fault)
{
	struct rlimit core = { .rlim_max = 1 };

	(void)fault;
	(void)getrlimit(RLIMIT_CORE, &core);
	(void)count_one(facts, "capabilities", probe_capabilities());
	(void)count_one(facts, "callers", context->capabilities);
	(void)count_one(facts, "core", core.rlim_max);
	(void)count_one(facts, "descriptors", (uint64_t)count_descriptors());
	(void)count_one(facts, "dumpable", (uint64_t)prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	(void)count_one(facts, "no_new_privs",
			(uint64_t)prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	(void)count_one(facts, "printed", (uint64_t)write(STDOUT_FILENO, "lost", 4));
	return 0;
}

/* A helper that holds on, and a probe that dies above it. */
static int run_orphan(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	pid_t helper = fork();

	(void)fault;
	if (!helper)
		return run_hang(context, facts, fault);
	return count_one(facts, "helper", (uint64_t)helper);
}

PROBE(good, run_good, .keeps = 0);
PROBE(exits, run_exit, .keeps = 0);
PROBE(confined, run_confined, .keeps = 0);
PROBE(keeping, run_confined, .keeps = 1u << CAP_NET_ADMIN);
PROBE(orphan, run_orphan, .keeps = 0);
static const struct probe second = { .name = "second", .run = run_second,
				     .section = SECTION_LISTENERS,
				     .after = SECTION_BIT(SECTION_COUNTERS) };

static void test_confinement(void **state)
{
	struct world world;
	uint64_t own = probe_capabilities();

	(void)state;
	run_one(&world, &confined, PATIENCE_MS);
	assert_int_equal(world.outcomes[0].state, FACT_OK);
	assert_true(counted(&world, "capabilities") == 0);
	assert_true(counted(&world, "callers") == own);
	assert_true(counted(&world, "core") == 0);
	assert_true(counted(&world, "descriptors") == 4);
	assert_true(counted(&world, "dumpable") == 0);
	assert_true(counted(&world, "no_new_privs") == 1);
	assert_true(counted(&world, "printed") == 4);
	world_end(&world);
	run_one(&world, &keeping, PATIENCE_MS);
	assert_true(counted(&world, "capabilities") == (own & 1u << CAP_NET_ADMIN));
	world_end(&world);
}

static void test_helper_goes_too(void **state)
{
	struct world world;
	pid_t helper;
	int turns = 0;

	(void)state;
	run_one(&world, &orphan, PATIENCE_MS);
	helper = (pid_t)counted(&world, "helper");
	/* somebody above us reaps it; until then its state is Z */
	for (; turns < 500; turns++) {
		char path[64];
		char text[512] = "";
		FILE *file;

		(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)helper);
		file = fopen(path, "r");
		if (!file)
			break;
		if (!fgets(text, sizeof(text), file))
			text[0] = '\0';
		(void)fclose(file);
		if (!text[0] || strstr(text, ") Z ") || strstr(text, ") X "))
			break;
		(void)usleep(10000);
	}
	assert_true(turns < 500);
	world_end(&world);
}

static void test_fork_fails(void **state)
{
	static const struct probe *const rows[] = { &good, &second };
	struct world world;

	(void)state;
	forks_left = 1;
	world_run(&world, rows, 2, PATIENCE_MS);
	forks_left = -1;
	assert_int_equal(world.code, 0);
	assert_int_equal(world.outcomes[0].state, FACT_OK);
	assert_int_equal(world.outcomes[1].state, FACT_FAILED);
	assert_string_equal(world.outcomes[1].note, "cannot start the probe: EAGAIN");
	world_end(&world);

	forks_left = 0;
	world_run(&world, rows, 2, PATIENCE_MS);
	forks_left = -1;
	assert_int_equal(world.code, -EAGAIN);
	assert_string_equal(world.fault.text, "cannot run any probe: EAGAIN");
	world_end(&world);
}

static void test_pipe_fails(void **state)
{
	static const struct probe *const rows[] = { &good, &second };
	struct world world;

	(void)state;
	pipes_left = 1;
	world_run(&world, rows, 2, PATIENCE_MS);
	pipes_left = -1;
	assert_int_equal(world.code, 0);
	assert_int_equal(world.outcomes[0].state, FACT_OK);
	assert_string_equal(world.outcomes[1].note, "cannot start the probe: EMFILE");
	world_end(&world);
}

static void test_ignored_children(void **state)
{
	struct sigaction before;
	struct sigaction ignored = { .sa_handler = SIG_IGN };
	struct sigaction after;
	struct world world;

	(void)state;
	assert_int_equal(sigaction(SIGCHLD, &ignored, &before), 0);
	run_one(&world, &exits, PATIENCE_MS);
	assert_string_equal(world.outcomes[0].note, "probe ended with status 7");
	world_end(&world);
	assert_int_equal(sigaction(SIGCHLD, &before, &after), 0);
	assert_ptr_equal(after.sa_handler, SIG_IGN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confinement),
		cmocka_unit_test(test_helper_goes_too),
		cmocka_unit_test(test_fork_fails),
		cmocka_unit_test(test_pipe_fails),
		cmocka_unit_test(test_ignored_children),
	};

	return cmocka_run_group_tests_name("run_child", tests, NULL, NULL);
}
