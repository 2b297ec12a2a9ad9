/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of IPv4 addresses as ordered, disjoint spans that do not touch (see prefix.h).
 */
#include "rules/prefix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 8

void span_set_init(struct span_set *set)
{
	*set = (struct span_set){ .spans = NULL };
}

void span_set_release(struct span_set *set)
{
	free(set->spans);
	span_set_init(set);
}

/* Index of the first span that ends at or behind `address`; count when there is none. */
static size_t lower_bound(const struct span_set *set, uint32_t address)
{
	size_t low = 0;
	size_t high = set->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (set->spans[middle].last < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Puts `with_count` (0..2) spans in the place of spans from..to-1. */
static void replace(struct span_set *set, size_t from, size_t to, const struct span with[2],
		    size_t with_count)
{
	const size_t count = set->count - (to - from) + with_count;

	if (count > set->room) {
		const size_t room = set->room ? set->room * 2 : ROOM_FIRST;
		struct span *const spans = room <= SIZE_MAX / sizeof(*spans) ?
					   realloc(set->spans, room * sizeof(*spans)) : NULL;

		if (!spans) {
			set->error = -ENOMEM;
			return;
		}
		set->spans = spans;
		set->room = room;
	}
	if (set->count > to)
		memmove(set->spans + from + with_count, set->spans + to,
			(set->count - to) * sizeof(*set->spans));
	if (with_count)
		memcpy(set->spans + from, with, with_count * sizeof(*with));
	set->count = count;
}

void span_set_add(struct span_set *set, uint32_t first, uint32_t last)
{
	struct span merged[2] = { { .first = first, .last = last } };
	size_t from;
	size_t to;

	if (set->error || first > last)
		return;
	/* touching counts: start one address earlier, end one later */
	from = lower_bound(set, first > 0 ? first - 1 : 0);
	to = from;
	while (to < set->count && (last == UINT32_MAX || set->spans[to].first <= last + 1))
		to++;
	if (to > from) {
		if (set->spans[from].first < first)
			merged[0].first = set->spans[from].first;
		if (set->spans[to - 1].last > last)
			merged[0].last = set->spans[to - 1].last;
	}
	replace(set, from, to, merged, 1);
}

void span_set_subtract(struct span_set *set, uint32_t first, uint32_t last)
{
	struct span rest[2];
	size_t rest_count = 0;
	size_t from;
	size_t to;

	if (set->error || first > last)
		return;
	from = lower_bound(set, first);
	to = from;
	while (to < set->count && set->spans[to].first <= last)
		to++;
	if (to == from)
		return;
	if (set->spans[from].first < first)
		rest[rest_count++] = (struct span){ set->spans[from].first, first - 1 };
	if (set->spans[to - 1].last > last)
		rest[rest_count++] = (struct span){ last + 1, set->spans[to - 1].last };
	replace(set, from, to, rest, rest_count);
}

bool span_set_contains(const struct span_set *set, uint32_t address)
{
	const size_t index = lower_bound(set, address);

	return index < set->count && set->spans[index].first <= address;
}

bool span_set_equal(const struct span_set *a, const struct span_set *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		if (a->spans[i].first != b->spans[i].first || a->spans[i].last != b->spans[i].last)
			return false;
	}
	return true;
}

uint64_t span_set_size(const struct span_set *set)
{
	uint64_t size = 0;
	size_t i;

	for (i = 0; i < set->count; i++)
		size += (uint64_t)set->spans[i].last - set->spans[i].first + 1;
	return size;
}
