/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls that fail: which there are, and one run for each. The runs are torture.c's.
 */
#include "tests/robust/torture.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *name;
	int number;
} errnos[] = {
	{ "EINTR", EINTR },   { "EIO", EIO },       { "ENOMEM", ENOMEM },   { "EPERM", EPERM },
	{ "EMFILE", EMFILE }, { "ENOSPC", ENOSPC }, { "ENOBUFS", ENOBUFS },
};
#define ERRNOS (sizeof(errnos) / sizeof(errnos[0]))

static void torture_call(struct torture *torture, const struct injection *place_of,
			 const char *name)
{
	struct injection injection = *place_of;
	const struct disturbance disturbance = { .injection = &injection };
	size_t i;

	for (i = 0; i < ERRNOS; i++) {
		struct run *run;

		if (!torture_chosen(torture))
			continue;
		run = torture_place(torture);
		injection.error = errnos[i].number;
		snprintf(run->what, sizeof(run->what), "process %ld call %ld %s %s",
			 injection.process, injection.call, name, errnos[i].name);
		torture_start(torture, run, &disturbance);
	}
}

/*
 * What the dynamic loader calls before the program begins is its own affair: it ends by a signal
 * where it has no memory. The last thing that it does is to let go of its cache of libraries.
 */
static bool call_is_of_loader(bool loading[], long process, const char *name)
{
	bool before = process >= PROCESSES_MAX || loading[process];

	if (process < PROCESSES_MAX && strcmp(name, "execve") == 0)
		loading[process] = true;
	else if (process < PROCESSES_MAX && strcmp(name, "munmap") == 0)
		loading[process] = false;
	return before;
}

/* Every call of every process of an undisturbed run. */
void torture_calls(struct torture *torture)
{
	struct injection injection = { .process = -1 };
	bool loading[PROCESSES_MAX] = { true };
	char name[64];
	FILE *calls = tmpfile();

	if (calls == NULL || !inject_supported())
		torture_die("tracing");
	torture_clean(torture, calls);
	rewind(calls);
	while (fscanf(calls, "%ld %ld %63s", &injection.process, &injection.call, name) == 3) {
		bool loader = call_is_of_loader(loading, injection.process, name);

		if (!loader && !inject_leaves_out(name))
			torture_call(torture, &injection, name);
	}
	fclose(calls);
	torture_drain(torture);
}

/* The same n-th call of one name in all processes at once. */
static void torture_name(struct torture *torture, const char *name, long first, long most)
{
	char inject[160];
	const struct disturbance disturbance = { .strace = inject };
	long at;
	size_t i;

	for (at = first; at <= most; at++)
		for (i = 0; i < ERRNOS; i++) {
			struct run *run;

			if (!torture_chosen(torture))
				continue;
			run = torture_place(torture);
			snprintf(inject, sizeof(inject), "inject=%s:error=%s:when=%ld", name,
				 errnos[i].name, at);
			snprintf(run->what, sizeof(run->what), "%s", inject);
			torture_start(torture, run, &disturbance);
		}
}

#define NAMES_MAX 256

struct tally {
	char name[64];
	long process, count, most;
	long loader; /* calls of that name that the loader makes */
};

static struct tally *tally_find(struct tally *tallies, const char *name)
{
	size_t i;

	for (i = 0; i + 1 < NAMES_MAX && tallies[i].name[0] != '\0'; i++)
		if (strcmp(tallies[i].name, name) == 0)
			break;
	if (tallies[i].name[0] == '\0')
		snprintf(tallies[i].name, sizeof(tallies[i].name), "%s", name);
	return &tallies[i];
}

static void tally_process(FILE *calls, long process, struct tally *tallies)
{
	bool loading[PROCESSES_MAX] = { true };
	char name[64];
	long of, call;

	while (fscanf(calls, "%ld %ld %63s", &of, &call, name) == 3) {
		struct tally *tally = tally_find(tallies, name);
		bool loader = call_is_of_loader(loading, of, name);

		if (of != process)
			continue;
		if (tally->process != process)
			tally->count = 0;
		tally->process = process;
		if (++tally->count > tally->most)
			tally->most = tally->count;
		if (loader && tally->count > tally->loader)
			tally->loader = tally->count;
	}
}

/* How often at most one process makes each call is how far strace's counter may run. */
void torture_strace(struct torture *torture)
{
	static struct tally tallies[NAMES_MAX], *tally;
	FILE *calls = tmpfile();
	long process;

	if (calls == NULL || !inject_supported())
		torture_die("tracing");
	torture_clean(torture, calls);
	rewind(calls);
	/* a line belongs to one process; lines of several processes are mixed */
	for (process = 0; process < PROCESSES_MAX; process++, rewind(calls))
		tally_process(calls, process, tallies);
	fclose(calls);
	for (tally = tallies; tally->name[0] != '\0'; tally++)
		if (!inject_leaves_out(tally->name) && strcmp(tally->name, "execve") != 0)
			torture_name(torture, tally->name, tally->loader + 1, tally->most);
	torture_drain(torture);
}
