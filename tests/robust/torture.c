/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a command again and again, each time with one thing failing, and holds every run to the
 * same law: no signal, no hang, and exit 0 only with the very report of the undisturbed run (times
 * apart).
 *
 *   torture [-p] [-j JOBS] [-s STEP] alloc LIBRARY -- COMMAND...
 *           every allocation of every process fails, once and from then on
 *   torture [-p] [-j JOBS] [-s STEP] call -- COMMAND...
 *           every system call of every process fails
 *   torture [-p] [-j JOBS] [-s STEP] strace -- COMMAND...
 *           the n-th call of a name in all processes at once (strace --inject)
 *
 * -u UID runs the command as that user, STEP n takes every n-th case only. -p is for a command that
 * asks nobody, as `judge`: nothing can be missing from its answer, so every verdict, not exit 0
 * alone, needs the undisturbed report and status. Prints a line a violation and, last, the counts.
 */
#include "tests/robust/torture.h"

#include "tests/robust/report.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_MAX ((size_t)8 * 1024 * 1024)
#define HANG_MS 30000
#define COMMAND_MAX 64

_Noreturn void torture_die(const char *what)
{
	fprintf(stderr, "torture: %s: %s\n", what, strerror(errno));
	exit(70);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* In the child: becomes the command, or what traces it. */
static _Noreturn void become(const struct torture *torture, const struct disturbance *disturbance)
{
	const char *arguments[COMMAND_MAX + 8];
	size_t count = 0, i;
	int status;

	if (torture->user != 0 && (setgroups(0, NULL) || setgid(torture->user) ||
				   setuid(torture->user)))
		_exit(126);
	if (disturbance->injection != NULL) {
		status = inject_run(disturbance->injection, torture->command);
		if (WIFSIGNALED(status))
			_exit(128 + WTERMSIG(status));
		_exit(WEXITSTATUS(status));
	}
	if (disturbance->strace != NULL) {
		static const char *const strace[] = { "strace", "-f", "-qqq", "-o", "/dev/null",
						      "-e" };

		for (i = 0; i < sizeof(strace) / sizeof(strace[0]); i++)
			arguments[count++] = strace[i];
		arguments[count++] = disturbance->strace;
	}
	for (i = 0; torture->command[i] != NULL && count < COMMAND_MAX + 7; i++)
		arguments[count++] = torture->command[i];
	arguments[count] = NULL;
	execvp(arguments[0], (char *const *)arguments);
	_exit(126);
}

void torture_start(struct torture *torture, struct run *run, const struct disturbance *disturbance)
{
	int ends[2], null;

	if (pipe2(ends, O_CLOEXEC) < 0)
		torture_die("pipe");
	fflush(NULL);
	run->child = fork();
	if (run->child < 0)
		torture_die("fork");
	if (run->child == 0) {
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		setpgid(0, 0);
		if (dup2(null, 0) < 0 || dup2(ends[1], 1) < 0 || dup2(null, 2) < 0)
			_exit(126);
		become(torture, disturbance);
	}
	close(ends[1]);
	run->fd = ends[0];
	run->length = 0;
	run->deadline = now_ms() + HANG_MS;
	if (run->output == NULL && (run->output = malloc(OUTPUT_MAX + 1)) == NULL)
		torture_die("malloc");
}

static void bad(struct torture *torture, const struct run *run, const char *why, int status)
{
	torture->bad++;
	printf("torture: %s: %s (status %d)\n", run->what, why, status);
	fflush(stdout);
}

/*
 * May a run end so, with whatever it says? Else it needs the undisturbed report. Calls that fail
 * leave files unread and the answer unwritten; for want of memory the program itself has failed.
 */
static bool owns_up(const struct torture *torture, int status)
{
	if (!torture->pure)
		return status != 0;
	if (torture->library != NULL)
		return status == EX_SOFTWARE;
	return status == EX_SOFTWARE || status == EX_USAGE || status == EX_IOERR;
}

static void judge(struct torture *torture, struct run *run, int status, bool hung)
{
	run->output[run->length] = '\0';
	report_normalise(run->output);
	torture->runs++;
	if (hung)
		bad(torture, run, "hangs", status);
	else if (WIFSIGNALED(status))
		bad(torture, run, "ended by a signal", WTERMSIG(status));
	else if (WEXITSTATUS(status) > 128 || WEXITSTATUS(status) == 126)
		bad(torture, run, "ended by a signal or did not start", WEXITSTATUS(status));
	else if (torture->clean == NULL) /* this is the undisturbed run */
		torture->clean_status = WEXITSTATUS(status);
	else if (owns_up(torture, WEXITSTATUS(status)))
		return;
	else if (strcmp(run->output, torture->clean) != 0) {
		bad(torture, run, "another report", WEXITSTATUS(status));
		report_difference(torture->clean, run->output);
	} else if (WEXITSTATUS(status) != torture->clean_status)
		bad(torture, run, "another status with the same report", WEXITSTATUS(status));
	else
		torture->answered++;
}

/* Reads until the end; true when the run is over. */
static bool pump(struct torture *torture, struct run *run)
{
	struct pollfd ready = { .fd = run->fd, .events = POLLIN };
	bool hung = now_ms() > run->deadline;
	int status = 0;
	ssize_t got = 0;

	if (!hung) {
		if (poll(&ready, 1, 5) <= 0)
			return false;
		got = read(run->fd, run->output + run->length, OUTPUT_MAX - run->length);
		if (got > 0) {
			run->length += (size_t)got;
			return false;
		}
	}
	if (hung)
		kill(-run->child, SIGKILL);
	close(run->fd);
	while (waitpid(run->child, &status, 0) < 0 && errno == EINTR)
		continue;
	run->child = 0;
	judge(torture, run, status, hung);
	return true;
}

/* A free place for a run; waits for one. */
struct run *torture_place(struct torture *torture)
{
	unsigned int i;

	for (;;)
		for (i = 0; i < torture->jobs; i++) {
			struct run *run = &torture->running[i];

			if (run->child == 0 || pump(torture, run))
				return run;
		}
}

void torture_drain(struct torture *torture)
{
	unsigned int i;

	for (i = 0; i < torture->jobs; i++)
		while (torture->running[i].child != 0)
			pump(torture, &torture->running[i]);
}

bool torture_chosen(struct torture *torture)
{
	return torture->cases++ % torture->step == 0;
}

/* The undisturbed run: its report, its status. */
void torture_clean(struct torture *torture, FILE *calls)
{
	struct injection none = { .process = -1, .calls = calls };
	struct disturbance disturbance = { .injection = calls != NULL ? &none : NULL };
	struct run *run = &torture->running[0];

	snprintf(run->what, sizeof(run->what), "undisturbed");
	torture_start(torture, run, &disturbance);
	while (!pump(torture, run))
		continue;
	if (torture->bad > 0 || strlen(run->output) == 0)
		torture_die("the undisturbed run gave no report");
	torture->clean = strdup(run->output); /* judge() has normalised it */
	if (torture->clean == NULL)
		torture_die("strdup");
	torture->runs = 0;
	torture->answered = 0;
}

static void set_number(const char *name, long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", value);
	setenv(name, text, 1);
}

/* One process: every allocation once, and from there on. */
static void torture_process(struct torture *torture, long process, long allocations)
{
	static const char *const modes[] = { "once", "on" };
	const struct disturbance plain = { .strace = NULL };
	long at;
	size_t mode;

	set_number("FAIL_PROCESS", process);
	for (mode = 0; mode < 2; mode++) {
		setenv("FAIL_ON", modes[mode], 1);
		for (at = 1; at <= allocations; at++) {
			struct run *run;

			if (!torture_chosen(torture))
				continue;
			run = torture_place(torture);
			set_number("FAIL_AT", at);
			snprintf(run->what, sizeof(run->what), "process %ld allocation %ld %s",
				 process, at, modes[mode]);
			torture_start(torture, run, &plain);
		}
	}
}

static void torture_allocations(struct torture *torture)
{
	char path[] = "/tmp/torture.XXXXXX";
	long process, allocations;
	FILE *counts;
	int fd = mkstemp(path);

	if (fd < 0)
		torture_die("mkstemp");
	close(fd);
	setenv("LD_PRELOAD", torture->library, 1);
	setenv("FAIL_COUNT", path, 1);
	torture_clean(torture, NULL);
	unsetenv("FAIL_COUNT");
	counts = fopen(path, "re");
	if (counts == NULL)
		torture_die("counts");
	while (fscanf(counts, "%ld %ld", &process, &allocations) == 2)
		torture_process(torture, process, allocations);
	fclose(counts);
	unlink(path);
	torture_drain(torture);
}

int main(int argc, char **argv)
{
	struct torture torture = { .jobs = 4, .step = 1 };
	int option;

	while ((option = getopt(argc, argv, "+j:ps:u:")) != -1) {
		unsigned int value = (unsigned int)strtoul(optarg ? optarg : "0", NULL, 10);

		if (option == 'j' && value >= 1 && value <= JOBS_MAX)
			torture.jobs = value;
		else if (option == 'p')
			torture.pure = true;
		else if (option == 's' && value >= 1)
			torture.step = value;
		else if (option == 'u' && value >= 1)
			torture.user = value;
		else
			return 64;
	}
	/* seven errnos a call: a step of seven would meet one of them only */
	if (torture.step % 7 == 0)
		torture.step++;
	argv += optind;
	argc -= optind;
	if (argc >= 4 && strcmp(argv[0], "alloc") == 0 && strcmp(argv[2], "--") == 0) {
		torture.library = argv[1];
		torture.command = argv + 3;
		torture_allocations(&torture);
	} else if (argc >= 3 && strcmp(argv[0], "call") == 0 && strcmp(argv[1], "--") == 0) {
		torture.command = argv + 2;
		torture_calls(&torture);
	} else if (argc >= 3 && strcmp(argv[0], "strace") == 0 && strcmp(argv[1], "--") == 0) {
		torture.command = argv + 2;
		torture_strace(&torture);
	} else {
		return 64;
	}
	printf("torture: %lu cases, %lu runs: %lu with the clean report, %lu owned up, %lu bad\n",
	       torture.cases, torture.runs, torture.answered,
	       torture.runs - torture.answered - torture.bad, torture.bad);
	return torture.bad == 0 && torture.runs > 0 ? 0 : 1;
}
