/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of the cloud's sections whose items are known by an id: their order and the look-up.
 */
#ifndef RULES_FACTS_CLOUD_IDS_H
#define RULES_FACTS_CLOUD_IDS_H

#include "rules/record.h"

/* The first item of `list` (of struct `type`) whose `key` is `id`; NULL: none, or no id. */
#define FIND_BY_ID(list, type, key, id)                                                            \
	((const struct type *)find_by_id((list), sizeof(struct type), offsetof(struct type, key),  \
					 (id)))
const void *find_by_id(const struct list *list, size_t size, size_t offset, const char *id);

/* Sorts by the id, with which each item has to open. */
#define SORT_BY_ID(list, type, key)                                                                \
	do {                                                                                       \
		_Static_assert(offsetof(struct type, key) == 0, "opens with its id");              \
		sort_by_id((list), sizeof(struct type));                                           \
	} while (0)
void sort_by_id(struct list *list, size_t size);

#endif
