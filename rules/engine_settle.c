/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one command that would fill a section that is missing: one table for the findings that are
 * unknown without it and for the gate.
 */
#include "rules/engine_internal.h"

#define STATE_BIT(state) (1u << (state))
#define ANY_STATE (~0u)
#define ANY_SECTION (~0u)

/* The first row that holds counts. */
static const struct settle_row {
	unsigned int sections; /* SECTION_BIT()s */
	unsigned int states;   /* STATE_BIT()s */
	bool regionless;       /* neither plan nor metadata name a region */
	const char *command;
} rows[] = {
	{ SECTIONS_OF_CLOUD, STATE_BIT(FACT_DENIED), false, "reachback docs ram-policy" },
	{ SECTIONS_OF_CLOUD, ANY_STATE, true,
	  "reachback check --region REGION, with credentials of the cloud" },
	{ SECTIONS_OF_CLOUD, ANY_STATE, false,
	  "reachback check, with credentials of the cloud (environment or "
	  "~/.aliyun/config.json)" },
	{ SECTION_BIT(SECTION_PLAN), STATE_BIT(FACT_ABSENT), false, "reachback check --plan FILE" },
	{ ANY_SECTION, STATE_BIT(FACT_DENIED), false, "sudo reachback check" },
	{ ANY_SECTION, ANY_STATE, false, "reachback check" },
};

const char *engine_settle(const struct facts *facts, enum section_id id)
{
	const struct settle_row *row = rows;
	unsigned int state = STATE_BIT(facts_section_const(facts, id)->state);

	while (!(row->sections & SECTION_BIT(id)) || !(row->states & state) ||
	       (row->regionless && facts_region(facts)))
		row++;
	return row->command;
}
