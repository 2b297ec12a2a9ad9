/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Executes a helper program: reachback-probe-NAME, which links a library that the main program does
 * not load, and which writes one JSON document to its stdout.
 */
#ifndef PROBES_HELPER_H
#define PROBES_HELPER_H

#include "probes/probe.h"
#include "rules/record.h"
#include "rules/text.h"

/*
 * What a helper says by its end: a file of the user's cannot be used, the look was refused, or the
 * program is not installed.
 */
#define HELPER_UNUSABLE 65
#define HELPER_DENIED 77
#define HELPER_MISSING 127

/* Longest document that a helper is asked by. */
#define HELPER_REQUEST_MAX ((size_t)4 * 1024 * 1024)

struct helper_call {
	const char *name;     /* file in context->helper_dir */
	const char *argument; /* its only one */
	/* The document on its stdin, as its table writes it; both NULL: nothing to read there. */
	const struct record *record;
	const void *request;
	uint64_t deadline_ms; /* it is killed then */
	int status;           /* how it ended: an exit status, or 128 and its signal */
};

/*
 * Milliseconds that a helper may take so that its answer can still be written, read and judged in
 * the probe's time; 0: none.
 */
uint32_t helper_budget_ms(const struct probe_context *context);

/* Runs the helper to its end; its answer lands in `answer`. -EIO when `status` is not 0. */
int helper_run(const struct probe_context *context, struct helper_call *call, struct text *answer,
	       struct fault *fault);

/*
 * For helper programs, before anything else: they die with who started them, and leave no core. 0
 * or a negative errno; -EPIPE: he has died already.
 */
int helper_begin(void);
/* Reads the document that is the helper's stdin; the caller releases it, after a failure too. */
int helper_request(const struct record *record, void *request);
/* Writes the helper's answer to its stdout. 0 or negative errno. */
int helper_answer(const struct text *answer);

#endif
