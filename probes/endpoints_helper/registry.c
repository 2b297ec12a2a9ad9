/* SPDX-License-Identifier: Apache-2.0 */
/* The rungs above HTTP of the registry: a row for what is known so far. */
#include "probes/endpoints_helper/ladder.h"

#include "rules/text.h"

void registry_climb(struct target *target, struct http_result *first)
{
	struct run *run = target->run;
	struct registry_fact *row = list_add(&run->facts->registry, sizeof(*row));

	(void)first;
	if (run_keeps(run, row))
		row->url = text_copy(target->url.text);
}
