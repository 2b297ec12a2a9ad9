/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a command under ptrace and makes one system call of one of its processes fail, as
 * `strace --inject` would, but for that one process alone. It judges nothing.
 */
#ifndef ROBUST_INJECT_H
#define ROBUST_INJECT_H

#include <stdbool.h>
#include <stdio.h>

/* Process 0 is the command; each process that is born gets the next number. */
struct injection {
	long process; /* -1: none */
	long call;    /* the n-th system call of that process, from 1 */
	int error;    /* the errno that it answers with */
	bool onward;  /* and every later call of the same kind in that process */
	FILE *calls;  /* NULL, or gets a line a call: "PROCESS NUMBER-OF-THE-CALL NAME" */
};

/*
 * Calls that are never failed, wherever a process has come to: those that end it or return from a
 * signal, and two that cannot fail honestly (for brk the kernel returns the old break instead of an
 * errno, and glibc aborts on impossible errnos of futex).
 */
bool inject_leaves_out(const char *name);
/* False where this machine's registers are not known here. */
bool inject_supported(void);
/* Runs to the end of every process; returns what wait() said of the command. */
int inject_run(const struct injection *injection, char *const *command);

#endif
