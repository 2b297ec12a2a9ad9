/* SPDX-License-Identifier: Apache-2.0 */
/* Names: address literals so far; every other name is left untried. */
#include "probes/endpoints_helper/names.h"

#include "rules/text.h"

#include <stdlib.h>

struct names {
	struct address *literals[256];
	size_t count;
};

int names_open(struct run *run)
{
	run->names = calloc(1, sizeof(*run->names));
	return run_keeps(run, run->names) ? 0 : run->error;
}

void names_close(struct run *run)
{
	size_t i;

	for (i = 0; run->names && i < run->names->count; i++)
		free(run->names->literals[i]);
	free(run->names);
	run->names = NULL;
}

int names_resolve(struct run *run, const char *host, names_done *done, void *owner)
{
	struct address *address = calloc(1, sizeof(*address));
	struct name_fact *row;

	if (!run_keeps(run, address))
		return run->error;
	if (run->names->count < 256 && !address_parse(host, address)) {
		run->names->literals[run->names->count++] = address;
		done(owner, address, 1);
		return 0;
	}
	free(address);
	row = list_add(&run->facts->names, sizeof(*row));
	if (run_keeps(run, row)) {
		row->name = text_copy(host);
		row->server = text_copy("hosts");
		row->kind = text_copy("A");
		done(owner, NULL, 0);
	}
	return run->error;
}
