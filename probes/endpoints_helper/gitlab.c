/* SPDX-License-Identifier: Apache-2.0 */
/* The rungs above HTTP of the gitlab: a row for what is known so far. */
#include "probes/endpoints_helper/ladder.h"

#include "rules/text.h"

void gitlab_climb(struct target *target, struct http_result *first)
{
	struct run *run = target->run;
	struct gitlab_fact *row = list_add(&run->facts->gitlab, sizeof(*row));

	(void)first;
	if (run_keeps(run, row))
		row->url = text_copy(target->url.text);
}
