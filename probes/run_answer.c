/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a child said, read with distrust: a whole facts document (strict JSON, schema, types and
 * sense checked), of which the probe's own sections are taken and nothing else is looked at.
 */
#include "probes/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

unsigned int probe_sections(const struct probe *probe)
{
	return SECTION_BIT(probe->section) | probe->also;
}

static void section_fail(struct facts *facts, enum section_id id, int code, const char *why)
{
	struct section *section = facts_section(facts, id);
	char *note = text_clean(why, strlen(why));

	record_release(section_record(id), section);
	section->state = code == -EPERM || code == -EACCES ? FACT_DENIED : FACT_FAILED;
	/* NULL when memory is out: the state alone is told then */
	section->note = note;
}

void probe_sections_fail(const struct probe *probe, struct facts *facts, int code,
			 const char *why)
{
	unsigned int id;

	for (id = 0; id < SECTION_COUNT; id++)
		if (probe_sections(probe) & SECTION_BIT(id))
			section_fail(facts, (enum section_id)id, code, why);
}

int probe_answer_read(const struct probe *probe, const struct text *answer, struct facts *facts,
		      struct fault *fault)
{
	struct facts *scratch = calloc(1, sizeof(*scratch));
	unsigned int id;
	int code;

	if (!scratch)
		return fault_set(fault, -ENOMEM, "out of memory");
	facts_init(scratch);
	code = facts_read_part(text_string(answer), answer->length, scratch, fault);
	if (!code && !probe->optional &&
	    facts_section(scratch, probe->section)->state == FACT_ABSENT)
		code = fault_set(fault, -EINVAL, "there is no section \"%s\"",
				 section_name(probe->section));
	if (!code) {
		/* checked in its place: classes answer to the plan and to the services */
		for (id = 0; id < SECTION_COUNT; id++)
			if (probe_sections(probe) & SECTION_BIT(id))
				facts_move_section(facts, scratch, (enum section_id)id);
		code = facts_check(facts, fault);
	}
	facts_release(scratch);
	free(scratch);
	return code;
}
