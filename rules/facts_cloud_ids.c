/* SPDX-License-Identifier: Apache-2.0 */
/* Lists whose items are known by an id; see facts_cloud_ids.h. */
#include "rules/facts_cloud_ids.h"

const void *find_by_id(const struct list *list, size_t size, size_t offset, const char *id)
{
	size_t i;

	for (i = 0; id && i < list->count; i++) {
		const char *item = (const char *)list->items + i * size;

		if (text_equal(*(const char *const *)(const void *)(item + offset), id))
			return item;
	}
	return NULL;
}

static int compare_ids(const void *one, const void *two)
{
	const char *const *a = one, *const *b = two;

	return text_compare(*a, *b);
}

void sort_by_id(struct list *list, size_t size)
{
	list_sort(list, size, compare_ids);
}
