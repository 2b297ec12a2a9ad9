/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leaves the program: the answer on stdout, complaints on stderr, files that appear whole.
 *
 * It owns the exit numbers of failures. It words no verdict and formats no report.
 */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include "rules/fault.h"
#include "rules/text.h"

#include <sysexits.h>

/* Failures, as sysexits numbers them; verdict_exit() has the verdicts' own. */
enum exit_status {
	EXIT_USAGE = EX_USAGE,    /* 64: wrong usage, unreadable input */
	EXIT_OWN = EX_SOFTWARE,   /* 70: the program itself failed */
	EXIT_WRITE = EX_IOERR,    /* 74: the answer could not be written */
};

/* Says "reachback: ..." in one line on stderr, cleaned of control characters; returns `status`. */
__attribute__((format(printf, 2, 3)))
int complain(int status, const char *format, ...);

/* The exit status of a failed call: own failure when out of memory, else `status`. */
int complain_fault(int status, int code, const struct fault *fault);

/* Puts the answer on stdout, not a failed one: 0, or the exit status after a complaint. */
int output_answer(const struct text *answer);

/*
 * The file appears whole or not at all: a temporary of mode 0600 beside it, then a rename. What
 * exists and is no regular file (a terminal, a pipe, /dev/null) is written to in place.
 */
int output_file(const char *path, const struct text *content, struct fault *fault);

/*
 * Makes sure that descriptors 0..2 are taken, so that no file of ours becomes "stdout". A closed
 * one is opened such that using it fails.
 */
void output_guard_descriptors(void);

#endif
