/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into the program under test: fails the N-th allocation of one process.
 *
 *   FAIL_PROCESS  which process: 0 is the first, each fork() numbers the next one
 *   FAIL_AT       which allocation of that process, from 1 (a child counts anew)
 *   FAIL_ON       "once", or "on": that one and all that follow
 *   FAIL_COUNT    path of a file that gets one line a process: "PROCESS ALLOCATIONS"
 *
 * Allocations before main() belong to the loader and are not counted.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
pid_t __libc_fork(void);

static struct {
	bool ready;
	long process, at;
	bool from_then_on;
	long mine;
	long counted;
	const char *count_path;
	atomic_long *forks; /* shared by the whole family: numbers are given once */
} state;

static long number(const char *name, long otherwise)
{
	const char *value = getenv(name);

	return value != NULL ? strtol(value, NULL, 10) : otherwise;
}

__attribute__((constructor)) static void begin(void)
{
	const char *on = getenv("FAIL_ON");

	state.process = number("FAIL_PROCESS", -1);
	state.at = number("FAIL_AT", 0);
	state.from_then_on = on != NULL && strcmp(on, "on") == 0;
	state.count_path = getenv("FAIL_COUNT");
	state.forks = mmap(NULL, sizeof(*state.forks), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	state.ready = state.forks != MAP_FAILED;
}

static bool fails(void)
{
	if (!state.ready)
		return false;
	state.counted++;
	if (state.mine != state.process || state.at == 0)
		return false;
	if (state.counted == state.at || (state.from_then_on && state.counted > state.at)) {
		errno = ENOMEM;
		return true;
	}
	return false;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

static void report(void)
{
	char line[64];
	int fd, length;

	if (!state.ready || state.count_path == NULL)
		return;
	state.ready = false;
	fd = open(state.count_path, O_WRONLY | O_APPEND | O_CLOEXEC);
	length = snprintf(line, sizeof(line), "%ld %ld\n", state.mine, state.counted);
	if (fd >= 0 && write(fd, line, (size_t)length) != length)
		abort();
	if (fd >= 0)
		close(fd);
}

pid_t fork(void)
{
	long next = state.ready ? atomic_fetch_add(state.forks, 1) + 1 : 0;
	pid_t child = __libc_fork();

	if (child == 0) {
		state.mine = next;
		state.counted = 0;
	}
	return child;
}

/* Children leave by _exit(), the first process by exit(). */
void _exit(int status)
{
	static void (*next)(int);

	report();
	next = (void (*)(int))dlsym(RTLD_NEXT, "_exit");
	next(status);
	__builtin_unreachable();
}

__attribute__((destructor)) static void end(void)
{
	report();
}
