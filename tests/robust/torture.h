/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the torture program share: runs of a command, and the law they are held to. */
#ifndef ROBUST_TORTURE_H
#define ROBUST_TORTURE_H

#include "tests/robust/inject.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define JOBS_MAX 16
#define PROCESSES_MAX 256

struct run {
	pid_t child;
	int fd;
	char *output;
	size_t length;
	uint64_t deadline;
	char what[192];
};

struct torture {
	char **command;
	const char *library; /* alloc */
	char *clean;         /* normalised report of the undisturbed run */
	unsigned int jobs, step;
	unsigned int user; /* 0: as we are */
	bool pure;         /* no verdict but the undisturbed one */
	int clean_status;
	unsigned long cases, runs, bad;
	unsigned long answered; /* runs that ended with 0 and the undisturbed report */
	struct run running[JOBS_MAX];
};

/* What disturbs one run; all NULL or empty: nothing from outside. */
struct disturbance {
	const char *strace;                /* value of --inject */
	const struct injection *injection; /* for the tracer of inject.c */
};

/* Says so and ends the program. */
_Noreturn void torture_die(const char *what);
/* Is the next case one of those that STEP leaves? */
bool torture_chosen(struct torture *torture);
/* A free place for a run; waits for one. Its `what` is the caller's to fill. */
struct run *torture_place(struct torture *torture);
void torture_start(struct torture *torture, struct run *run, const struct disturbance *disturbance);
/* Waits for all that run. */
void torture_drain(struct torture *torture);
/* The undisturbed run: its report is what the others are compared with. `calls` as in inject.h. */
void torture_clean(struct torture *torture, FILE *calls);

/* Every system call of every process, one run each; or the n-th of a name in all at once. */
void torture_calls(struct torture *torture);
void torture_strace(struct torture *torture);

#endif
