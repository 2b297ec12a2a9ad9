/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stable sorting of lists. The order in which the kernel gave equal items may carry meaning (two
 * routes of one prefix and metric: the first one counts), and qsort() promises nothing about it.
 */
#include "rules/record.h"

#include <stdlib.h>
#include <string.h>

struct sorting {
	char *items;
	size_t size;
	int (*compare)(const void *a, const void *b);
};

static bool is_sorted(const struct sorting *sorting, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (sorting->compare(sorting->items + (i - 1) * sorting->size,
				     sorting->items + i * sorting->size) > 0)
			return false;
	return true;
}

static void swap_bytes(char *a, char *b, size_t size)
{
	char byte;

	while (size--) {
		byte = *a;
		*a++ = *b;
		*b++ = byte;
	}
}

/* Without a byte of memory; slow, and only where memory has run out. */
static void sort_in_place(const struct sorting *sorting, size_t count)
{
	size_t size = sorting->size;
	size_t i, j;
	char *at;

	for (i = 1; i < count; i++) {
		for (j = i; j > 0; j--) {
			at = sorting->items + j * size;
			if (sorting->compare(at - size, at) <= 0)
				break;
			swap_bytes(at - size, at, size);
		}
	}
}

/* Merges the runs [first, middle) and [middle, end) of `from` into `to`. */
static void merge(const struct sorting *sorting, const char *from, char *to, size_t half,
		  size_t count)
{
	const char *left = from, *left_end = from + half * sorting->size;
	const char *right = left_end, *right_end = from + count * sorting->size;
	bool take_left;

	while (left < left_end || right < right_end) {
		if (left == left_end)
			take_left = false;
		else
			take_left = right == right_end || sorting->compare(left, right) <= 0;
		memcpy(to, take_left ? left : right, sorting->size);
		to += sorting->size;
		if (take_left)
			left += sorting->size;
		else
			right += sorting->size;
	}
}

static void sort_merging(const struct sorting *sorting, char *spare, size_t count)
{
	char *from = sorting->items, *to = spare, *other;
	size_t size = sorting->size;
	size_t run, first, half, both;

	for (run = 1; run < count; run *= 2) {
		for (first = 0; first < count; first += both) {
			both = count - first < run * 2 ? count - first : run * 2;
			half = both < run ? both : run;
			merge(sorting, from + first * size, to + first * size, half, both);
		}
		other = from;
		from = to;
		to = other;
	}
	if (from != sorting->items)
		memcpy(sorting->items, from, count * size);
}

static void sort_items(struct sorting *sorting, size_t count)
{
	char *spare;

	if (count < 2 || is_sorted(sorting, count))
		return;
	/* the list itself has this many bytes: the product cannot overflow */
	spare = malloc(count * sorting->size);
	if (spare)
		sort_merging(sorting, spare, count);
	else
		sort_in_place(sorting, count);
	free(spare);
}

void list_sort(struct list *list, size_t size, int (*compare)(const void *a, const void *b))
{
	struct sorting sorting = { .items = list->items, .size = size, .compare = compare };

	sort_items(&sorting, list->count);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strings_sort(struct strings *strings)
{
	struct sorting sorting = { .items = (char *)strings->items,
				   .size = sizeof(*strings->items),
				   .compare = compare_strings };

	sort_items(&sorting, strings->count);
}
