/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worlds [--count N] [--seed S] [--jobs J] [--print] [FOLDER]
 *
 * Takes the worlds (*.world) of a folder, invents N more from S, S+1 ..., builds each in a network
 * namespace of its own and compares the proof with the kernel. Exit status 77: namespaces are
 * refused here.
 */
#include "tests/worlds/world.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_SKIP 77

struct options {
	uint64_t seed;
	unsigned long count;
	unsigned long jobs;
	bool print;
	glob_t files;
};

/* Shared by the workers. */
struct totals {
	uint64_t lookups;
	unsigned int failed, done;
};

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

/* A user namespace of one's own makes network namespaces free for everybody. */
static bool become_root(void)
{
	char map[64];
	unsigned int uid = getuid(), gid = getgid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return false;
	(void)write_file("/proc/self/setgroups", "deny");
	(void)snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!write_file("/proc/self/uid_map", map))
		return false;
	(void)snprintf(map, sizeof(map), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map);
}

/* In a child: a namespace dies with the process that made it. */
static int run_world(const char *path, const char *name, struct totals *totals)
{
	struct world world;
	unsigned int differences;
	uint64_t lookups = 0;

	if (unshare(CLONE_NEWNET))
		return EXIT_SKIP;
	if (world_build(path, &world)) {
		printf("# %s could not be built\n", name);
		return 1;
	}
	differences = world_compare(&world, &lookups);
	world_release(&world);
	__atomic_fetch_add(&totals->lookups, lookups, __ATOMIC_RELAXED);
	__atomic_fetch_add(&totals->done, 1, __ATOMIC_RELAXED);
	if (differences) {
		printf("# %s: %u differences\n", name, differences);
		__atomic_fetch_add(&totals->failed, 1, __ATOMIC_RELAXED);
	}
	return 0;
}

static void run_seed(uint64_t seed, const struct options *options, struct totals *totals)
{
	struct random random = { .state = seed };
	char path[] = "/tmp/world-XXXXXX";
	char name[64];
	int descriptor = mkstemp(path);
	FILE *out = descriptor < 0 ? NULL : fdopen(descriptor, "w");
	int status = 1;

	(void)snprintf(name, sizeof(name), "seed %llu", (unsigned long long)seed);
	if (out) {
		world_invent(&random, out);
		(void)fclose(out);
		status = run_world(path, name, totals);
	}
	if (options->print && out) {
		char line[512];

		for (out = fopen(path, "re"); out && fgets(line, sizeof(line), out);)
			fputs(line, stdout);
	}
	(void)unlink(path);
	(void)fflush(stdout);
	_exit(status);
}

static pid_t start(unsigned long index, const struct options *options, struct totals *totals)
{
	pid_t child;
	int status;

	(void)fflush(stdout);
	child = fork();
	if (child)
		return child;
	if (index >= options->files.gl_pathc)
		run_seed(options->seed + index, options, totals);
	status = run_world(options->files.gl_pathv[index], options->files.gl_pathv[index], totals);
	(void)fflush(stdout);
	_exit(status);
}

static bool reap(bool *skipped)
{
	int status;

	if (wait(&status) < 0)
		return false;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIP)
		*skipped = true;
	else if (!WIFEXITED(status) || WEXITSTATUS(status))
		printf("# a world ended with status %x\n", (unsigned int)status);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int run_all(const struct options *options, struct totals *totals)
{
	const unsigned long total = options->count + options->files.gl_pathc;
	unsigned long index, running = 0;
	bool skipped = false, good = true;

	for (index = 0; index < total && !skipped; index++) {
		if (running == options->jobs) {
			good &= reap(&skipped);
			running--;
		}
		if (start(index, options, totals) < 0) {
			printf("# cannot start a process: %s\n", strerror(errno));
			good = false;
			break;
		}
		running++;
	}
	for (; running; running--)
		good &= reap(&skipped);
	if (skipped) {
		printf("SKIP worlds: network namespaces are refused here\n");
		return EXIT_SKIP;
	}
	printf("%u worlds, %u with differences, %llu single look-ups\n", totals->done,
	       totals->failed, (unsigned long long)totals->lookups);
	return good && !totals->failed && totals->done == total ? 0 : 1;
}

/* False: nothing would be looked at, or not all that was asked for. */
static bool take_options(int count, char **words, struct options *options)
{
	char pattern[4096];
	int i;

	for (i = 1; i < count; i++) {
		const char *value = i + 1 < count ? words[i + 1] : "0";

		if (!strcmp(words[i], "--print")) {
			options->print = true;
			continue;
		}
		if (!strcmp(words[i], "--count"))
			options->count = strtoul(value, NULL, 10);
		else if (!strcmp(words[i], "--seed"))
			options->seed = strtoull(value, NULL, 10);
		else if (!strcmp(words[i], "--jobs"))
			options->jobs = strtoul(value, NULL, 10);
		else
			break;
		i++;
	}
	(void)snprintf(pattern, sizeof(pattern), "%s/*.world", i < count ? words[i] : "");
	if (!options->jobs)
		options->jobs = 1;
	return options->count && (i == count || !glob(pattern, 0, NULL, &options->files));
}

int main(int count, char **words)
{
	struct options options = { .seed = (uint64_t)time(NULL), .count = 300, .jobs = 2 };
	struct totals *totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	if (!take_options(count, words, &options))
		return 64;
	if (totals == MAP_FAILED)
		return 1;
	printf("# %lu worlds from seed %llu, %zu from files\n", options.count,
	       (unsigned long long)options.seed, options.files.gl_pathc);
	if (!become_root()) {
		printf("SKIP worlds: user namespaces are refused here\n");
		return EXIT_SKIP;
	}
	status = run_all(&options, totals);
	if (options.files.gl_pathc)
		globfree(&options.files);
	return status;
}
