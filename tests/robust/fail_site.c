/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a program under test: fails the allocations of one call site. A site is a chain of
 * callers, the same in every run, whatever the order in which a network answers.
 *
 *   SITE_LIST  path of a file that gets a line for each site: its number in hex
 *   SITE_FAIL  number of the site whose first allocation fails
 *   SITE_ON    "once", or "on": that one and all that follow, of whatever site
 *   SITE_SHOW  set: says on stderr where the site is
 *
 * Allocations before main() are not counted.
 */
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

#define DEPTH 10
#define OWN 4 /* frames of this file on top */
#define MODULES_MAX 64
#define SITES_MAX 16384
#define KNOWN_MAX 65536
#define WORDS 64 /* of the stack that tell chains apart */

static struct {
	bool ready, inside;
	const char *list;
	uint64_t fail;
	bool wanted, on, failing;
	size_t modules;
	struct {
		uintptr_t base, end;
	} module[MODULES_MAX];
	uint64_t sites[SITES_MAX]; /* open addressing; 0: free */
	struct {
		uint64_t stack, site;
	} known[KNOWN_MAX]; /* by what the stack looks like: unwinding takes ten times as long */
} state;

static int add_module(struct dl_phdr_info *info, size_t size, void *unused)
{
	uintptr_t end = info->dlpi_addr;
	int i;

	(void)size;
	(void)unused;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];

		if (header->p_type == PT_LOAD &&
		    info->dlpi_addr + header->p_vaddr + header->p_memsz > end)
			end = info->dlpi_addr + header->p_vaddr + header->p_memsz;
	}
	if (state.modules < MODULES_MAX) {
		state.module[state.modules].base = info->dlpi_addr;
		state.module[state.modules++].end = end;
	}
	return 0;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
}

static bool is_code(uintptr_t word)
{
	size_t m;

	for (m = 0; m < state.modules; m++)
		if (word >= state.module[m].base && word < state.module[m].end)
			return true;
	return false;
}

/* Of return addresses on the stack, and of what is left there of others. */
__attribute__((no_sanitize("address"))) static uint64_t look(void)
{
	const uintptr_t *frame = __builtin_frame_address(0);
	uint64_t hash = 1;
	size_t i;

	for (i = 0; i < WORDS; i++)
		if (is_code(frame[i]))
			hash = mix(mix(hash, i), frame[i]);
	return hash ? hash : 1;
}

/* Where modules lie differs from run to run; what is where in them does not. */
__attribute__((noinline)) static uint64_t unwind(void)
{
	void *frames[DEPTH + OWN];
	int count = backtrace(frames, DEPTH + OWN), i;
	uint64_t hash = 1;
	size_t m;

	for (i = OWN; i < count; i++)
		for (m = 0; m < state.modules; m++)
			if ((uintptr_t)frames[i] >= state.module[m].base &&
			    (uintptr_t)frames[i] < state.module[m].end)
				hash = mix(mix(hash, m),
					   (uintptr_t)frames[i] - state.module[m].base);
	return hash ? hash : 1;
}

__attribute__((noinline)) static uint64_t site(void)
{
	uint64_t stack = look();
	size_t at = stack % KNOWN_MAX;

	if (state.known[at].stack != stack) {
		state.known[at].stack = stack;
		state.known[at].site = unwind();
	}
	return state.known[at].site;
}

/* For who wants to know which site it was. */
static void show(void)
{
	void *frames[3 * DEPTH];

	state.inside = true;
	backtrace_symbols_fd(frames, backtrace(frames, 3 * DEPTH), STDERR_FILENO);
	state.inside = false;
}

static void keep(uint64_t number)
{
	size_t at = number % SITES_MAX, tried;

	for (tried = 0; tried < SITES_MAX; tried++, at = (at + 1) % SITES_MAX) {
		if (state.sites[at] == number)
			return;
		if (!state.sites[at]) {
			state.sites[at] = number;
			return;
		}
	}
}

__attribute__((noinline)) static bool fails(void)
{
	uint64_t number;

	if (!state.ready || state.inside)
		return false;
	if (state.failing && state.on) {
		errno = ENOMEM;
		return true;
	}
	if (state.failing || (!state.wanted && !state.list))
		return false;
	state.inside = true;
	number = site();
	if (state.list)
		keep(number);
	state.inside = false;
	state.failing = state.wanted && number == state.fail;
	if (state.failing && getenv("SITE_SHOW"))
		show();
	if (state.failing)
		errno = ENOMEM;
	return state.failing;
}

/* Not inlined: the frames of this file are counted. */
__attribute__((noinline)) void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

__attribute__((noinline)) void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

__attribute__((noinline)) void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

__attribute__((constructor)) static void begin(void)
{
	const char *fail = getenv("SITE_FAIL"), *on = getenv("SITE_ON");
	void *frame;

	state.list = getenv("SITE_LIST");
	state.wanted = fail != NULL;
	state.fail = fail ? strtoull(fail, NULL, 16) : 0;
	state.on = on && strcmp(on, "on") == 0;
	dl_iterate_phdr(add_module, NULL);
	/* its first call loads a library */
	(void)backtrace(&frame, 1);
	state.ready = true;
}

__attribute__((destructor)) static void end(void)
{
	FILE *file;
	size_t i;

	state.ready = false;
	file = state.list ? fopen(state.list, "we") : NULL;
	for (i = 0; file && i < SITES_MAX; i++)
		if (state.sites[i])
			fprintf(file, "%llx\n", (unsigned long long)state.sites[i]);
	if (file)
		fclose(file);
}
