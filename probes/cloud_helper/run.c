/* SPDX-License-Identifier: Apache-2.0 */
/* What readers do to the run: states of their sections, memory between calls. */
#include "probes/cloud_helper/run.h"

#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool cloud_keeps(struct cloud_run *run, const void *pointer)
{
	if (!pointer)
		run->error = -ENOMEM;
	return !run->error;
}

void cloud_section_begin(struct cloud_run *run, enum section_id id)
{
	struct section *section = facts_section(run->facts, id);

	if (section->state == FACT_ABSENT)
		section->state = FACT_OK;
}

/* The first reason stays; what was refused is told before what failed otherwise. */
static void section_spoil(struct cloud_run *run, enum section_id id, int state, const char *why)
{
	struct section *section = facts_section(run->facts, id);

	if (section->state == FACT_DENIED || section->state == state)
		return;
	free(section->note);
	section->state = state;
	section->note = text_copy(why);
	(void)cloud_keeps(run, section->note);
}

bool cloud_section_settle(struct cloud_run *run, enum section_id id,
			  const struct cloud_reply *reply)
{
	cloud_section_begin(run, id);
	if (reply->outcome == CALL_DENIED)
		section_spoil(run, id, FACT_DENIED, reply->note);
	else if (reply->outcome != CALL_OK && reply->outcome != CALL_MISSING)
		section_spoil(run, id, FACT_FAILED, reply->note);
	return reply->outcome == CALL_OK;
}

void cloud_section_fail(struct cloud_run *run, enum section_id id, const char *why)
{
	char *clean = text_clean(why, strlen(why));

	cloud_section_begin(run, id);
	if (cloud_keeps(run, clean))
		section_spoil(run, id, FACT_FAILED, clean);
	free(clean);
}

void *cloud_keep(struct cloud_run *run, size_t size, void (*release)(void *))
{
	struct cloud_kept *kept = calloc(1, sizeof(*kept));

	if (!cloud_keeps(run, kept))
		return NULL;
	kept->memory = calloc(1, size);
	if (!cloud_keeps(run, kept->memory)) {
		free(kept);
		return NULL;
	}
	kept->release = release;
	kept->next = run->kept;
	run->kept = kept;
	return kept->memory;
}

void cloud_run_release(struct cloud_run *run)
{
	while (run->kept) {
		struct cloud_kept *kept = run->kept;

		run->kept = kept->next;
		if (kept->release)
			kept->release(kept->memory);
		free(kept->memory);
		free(kept);
	}
}
