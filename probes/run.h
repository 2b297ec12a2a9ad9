/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of probes/run*.c: what the parent's loop, the child and the reading of answers share.
 *
 * Invariants: a child leaves by _exit() alone; the parent takes nothing from a child but bytes that
 * pass the strict JSON reader and the section's record; no child and no descriptor outlives a run.
 */
#ifndef PROBES_RUN_H
#define PROBES_RUN_H

#include "probes/probe.h"
#include "rules/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Where a child finds the pipe that its answer goes down. */
#define PROBE_ANSWER_FD 3

/* A catalog of any origin; tests have their own. */
struct probe_set {
	const struct probe *const *rows;
	size_t count;
};

/* As probes_run(), over `set`; `outcomes` has room for set->count rows. */
int probes_run_set(const struct probe_set *set, const struct probe_context *context,
		   struct facts *facts, struct probe_outcome *outcomes, struct fault *fault);

/* The child, from fork to its end. `pipe` is the writing end, `parent` the parent's pid. */
_Noreturn void probe_child(const struct probe *probe, const struct probe_context *context,
			   struct facts *facts, int pipe, pid_t parent);

/* Gives up every privilege that the row does not keep, and bounds what the process may use. */
int probe_confine(const struct probe *probe, uint64_t deadline_ms, pid_t parent,
		  struct fault *fault);
/* Effective capabilities of this process, bit CAP_x. */
uint64_t probe_capabilities(void);

/* Reads the probe's sections from the child's bytes and moves them into `facts`. */
int probe_answer_read(const struct probe *probe, const struct text *answer, struct facts *facts,
		      struct fault *fault);
/* SECTION_BIT()s of all that the probe fills. */
unsigned int probe_sections(const struct probe *probe);
/* Empties the probe's sections, and says why; `code` decides between denied and failed. */
void probe_sections_fail(const struct probe *probe, struct facts *facts, int code,
			 const char *why);

#endif
