/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, medians, child processes, namespaces and the output line. */
#include "tests/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double clock_ms(clockid_t id)
{
	struct timespec now = { .tv_sec = 0 };

	(void)clock_gettime(id, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

double bench_cpu_ms(void)
{
	return clock_ms(CLOCK_PROCESS_CPUTIME_ID);
}

double bench_wall_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

void pairs_add(struct pairs *pairs, double ours, double theirs)
{
	if (pairs->count == PAIRS_MAX)
		return;
	pairs->ours[pairs->count] = ours;
	pairs->theirs[pairs->count++] = theirs;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

static double quantile(const double *values, size_t count, size_t part, size_t parts)
{
	double sorted[PAIRS_MAX];

	if (!count)
		return 0;
	memcpy(sorted, values, count * sizeof(*values));
	qsort(sorted, count, sizeof(*sorted), compare);
	return sorted[(count - 1) * part / parts];
}

double bench_median(const double *values, size_t count)
{
	return quantile(values, count, 1, 2);
}

/* Of one side to the other, pair by pair. */
static void divide(const double *side, const struct pairs *pairs, double ratios[PAIRS_MAX])
{
	size_t i;

	for (i = 0; i < pairs->count; i++)
		ratios[i] = pairs->theirs[i] > 0 ? side[i] / pairs->theirs[i] : 0;
}

double pairs_ratio(const struct pairs *pairs)
{
	double ratios[PAIRS_MAX];

	divide(pairs->ours, pairs, ratios);
	return bench_median(ratios, pairs->count);
}

bool goal_report(const struct goal *goal, const struct pairs *pairs, const char *unit)
{
	double ratios[PAIRS_MAX], floors[PAIRS_MAX];
	double ratio;
	char floor[64] = "";
	const char *word = "ok";
	bool missed;

	if (!pairs->count) {
		printf("bench %s scale=%lu FAIL no run counts\n", goal->name, goal->scale);
		return false;
	}
	divide(pairs->ours, pairs, ratios);
	ratio = bench_median(ratios, pairs->count);
	if (goal->floor) {
		divide(pairs->floor, pairs, floors);
		(void)snprintf(floor, sizeof(floor), "floor=%s:%.3f ", goal->floor,
			       bench_median(floors, pairs->count));
	}
	missed = ratio > goal->most * GOAL_SLACK;
	if (ratio > goal->most)
		word = missed ? "MISSED" : "missed, within slack";
	printf("bench %s scale=%lu ours=%.2f%s ref=%s:%.2f%s ratio=%.3f p25=%.3f p75=%.3f "
	       "pairs=%zu %sgoal<=%.2f %s\n", goal->name, goal->scale,
	       bench_median(pairs->ours, pairs->count), unit, goal->reference,
	       bench_median(pairs->theirs, pairs->count), unit, ratio,
	       quantile(ratios, pairs->count, 1, 4), quantile(ratios, pairs->count, 3, 4),
	       pairs->count, floor, goal->most, word);
	(void)fflush(stdout);
	return !missed;
}

void goal_skip(const struct goal *goal, const char *why)
{
	printf("bench %s scale=%lu SKIP %s\n", goal->name, goal->scale, why);
	(void)fflush(stdout);
}

int bench_run(char *const argv[], struct child_cost *cost)
{
	struct rusage usage;
	double start = bench_wall_ms();
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	if (child < 0)
		return -errno;
	if (!child) {
		int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);

		/* a file that each of them reads from its beginning; else nothing comes of it */
		(void)lseek(STDIN_FILENO, 0, SEEK_SET);
		(void)dup2(quiet, STDOUT_FILENO);
		(void)dup2(quiet, STDERR_FILENO);
		(void)execvp(argv[0], argv);
		_exit(127);
	}
	if (wait4(child, &cost->status, 0, &usage) != child)
		return -errno;
	cost->wall_ms = bench_wall_ms() - start;
	cost->cpu_ms = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
		       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
	cost->rss_kib = usage.ru_maxrss;
	return WIFEXITED(cost->status) && WEXITSTATUS(cost->status) == 0 ? 0 : -ECHILD;
}

bool bench_has(const char *program)
{
	char command[64];
	char *argv[] = { (char *)"sh", (char *)"-c", command, NULL };
	struct child_cost cost;

	(void)snprintf(command, sizeof(command), "command -v %s", program);
	return !bench_run(argv, &cost);
}

static bool write_file(const char *path, const char *text)
{
	int descriptor = open(path, O_WRONLY | O_CLOEXEC);
	bool written;

	if (descriptor < 0)
		return false;
	written = write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
	(void)close(descriptor);
	return written;
}

bool bench_namespace(void)
{
	unsigned int uid = getuid(), gid = getgid();
	char map[64];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return false;
	(void)write_file("/proc/self/setgroups", "deny");
	(void)snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!write_file("/proc/self/uid_map", map))
		return false;
	(void)snprintf(map, sizeof(map), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map);
}
