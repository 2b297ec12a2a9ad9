/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the helper: the life of a run. Readers see call.h alone. */
#ifndef PROBES_CLOUD_HELPER_RUN_H
#define PROBES_CLOUD_HELPER_RUN_H

#include "probes/cloud_helper/call.h"

struct cloud_kept {
	void *memory;
	void (*release)(void *);
	struct cloud_kept *next;
};

/* Frees what readers kept; the facts belong to the caller. */
void cloud_run_release(struct cloud_run *run);

#endif
