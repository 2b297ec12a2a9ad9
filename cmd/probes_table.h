/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes as records, for `probes -j` and the reference page. Borrows from the catalogue.
 */
#ifndef CMD_PROBES_TABLE_H
#define CMD_PROBES_TABLE_H

#include "cmd/view.h"
#include "probes/probe.h"

#define PROBE_NEED_WORDS 6
#define PROBE_CAPABILITIES 6

struct probe_view {
	char *name, *summary, *section;
	struct strings needs, capabilities, after;
	char *wire, *doc;

	/* room for what is made here */
	char *need_items[PROBE_NEED_WORDS];
	char *capability_items[PROBE_CAPABILITIES];
	char *after_items[SECTION_COUNT];
};

void probe_view_fill(struct probe_view *view, const struct probe *probe);

#endif
