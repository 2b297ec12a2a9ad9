/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins the sections of the failure catalogue, from the network outwards to the test itself.
 */
#include "rules/causes.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct cause_section *const sections[] = {
	&causes_overlap,
	&causes_return,
	&causes_host,
	&causes_circuit,
	&causes_cloud,
	&causes_admission,
	&causes_names,
	&causes_tls,
	&causes_gitlab,
	&causes_dependencies,
	&causes_control,
	&causes_method,
};

/* Rows stand in order of their ids, whose numbers have two digits each. */
static int compare_id(const void *id, const void *row)
{
	const struct cause *const cause = row;

	return strcasecmp(id, cause->id);
}

const struct cause *cause_find(const char *id)
{
	const char *const dash = id ? strchr(id, '-') : NULL;
	size_t i;

	if (!dash)
		return NULL;
	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		const struct cause_section *const section = sections[i];
		const size_t length = strlen(section->layer);

		if ((size_t)(dash - id) == length && strncasecmp(id, section->layer, length) == 0)
			return bsearch(id, section->rows, section->count, sizeof(*section->rows),
				       compare_id);
	}
	return NULL;
}

const struct cause *cause_at(size_t index)
{
	size_t i;

	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (index < sections[i]->count)
			return &sections[i]->rows[index];
		index -= sections[i]->count;
	}
	return NULL;
}
