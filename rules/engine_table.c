/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table of groups: classes with an equal answer of one rule.
 *
 * There may be 65,536 classes a service, each with an answer of its own, so finding the group of an
 * answer must not depend on how many there are. Owns no judgement.
 */
#include "rules/engine_internal.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 64

void group_table_init(struct group_table *table, bool by_addresses)
{
	memset(table, 0, sizeof(*table));
	table->by_addresses = by_addresses;
}

void group_table_release(struct group_table *table)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		span_set_release(&table->groups[i].addresses);
		free(table->groups[i].proofs);
	}
	free(table->groups);
	free(table->slots);
	group_table_init(table, table->by_addresses);
}

/* FNV-1a, 64 bits (draft-eastlake-fnv): short keys, and nobody gains by colliding. */
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	while (length--)
		hash = (hash ^ *at++) * UINT64_C(1099511628211);
	return hash;
}

/* Member by member: what lies in the padding of an answer means nothing. */
static uint64_t hash_answer(uint64_t hash, const struct class_answer *answer)
{
	size_t i;

	hash = hash_bytes(hash, &answer->status, sizeof(answer->status));
	for (i = 0; i < 2; i++)
		hash = hash_bytes(hash, answer->causes[i],
				  strnlen(answer->causes[i], sizeof(answer->causes[i])));
	hash = hash_bytes(hash, &answer->owner, sizeof(answer->owner));
	hash = hash_bytes(hash, &answer->other, sizeof(answer->other));
	hash = hash_bytes(hash, &answer->detail, sizeof(answer->detail));
	return hash_bytes(hash, &answer->detail2, sizeof(answer->detail2));
}

static bool same_answer(const struct class_answer *a, const struct class_answer *b)
{
	return a->status == b->status && a->owner == b->owner && a->other == b->other &&
	       a->detail == b->detail && a->detail2 == b->detail2 &&
	       !strncmp(a->causes[0], b->causes[0], sizeof(a->causes[0])) &&
	       !strncmp(a->causes[1], b->causes[1], sizeof(a->causes[1]));
}

/* Blocked groups of one rule and one set of blockers are one finding, wherever they are. */
static bool addresses_matter(const struct group_table *table, const struct group *group)
{
	return table->by_addresses && !group->blockers;
}

static uint64_t hash_group(const struct group_table *table, const struct group *group)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	hash = hash_bytes(hash, &group->rule, sizeof(group->rule));
	hash = hash_bytes(hash, &group->blockers, sizeof(group->blockers));
	hash = hash_answer(hash, &group->answer);
	hash = hash_bytes(hash, &group->vswitch, sizeof(group->vswitch));
	if (addresses_matter(table, group))
		hash = hash_bytes(hash, group->addresses.spans,
				  group->addresses.count * sizeof(*group->addresses.spans));
	return hash;
}

static bool same_group(const struct group_table *table, const struct group *a,
		       const struct group *b)
{
	return a->rule == b->rule && a->blockers == b->blockers && a->vswitch == b->vswitch &&
	       same_answer(&a->answer, &b->answer) &&
	       (!addresses_matter(table, a) || span_set_equal(&a->addresses, &b->addresses));
}

/* The slot of `key`, or the free one where it belongs. */
static size_t find_slot(const struct group_table *table, const struct group *key)
{
	size_t mask = table->slot_count - 1;
	size_t at = (size_t)hash_group(table, key) & mask;

	while (table->slots[at] && !same_group(table, &table->groups[table->slots[at] - 1], key))
		at = (at + 1) & mask;
	return at;
}

/* Room for one more group in both arrays; at most half of the slots are ever taken. */
static bool make_room(struct group_table *table)
{
	size_t room = table->room ? table->room * 2 : SLOTS_FIRST / 2, i;
	struct group *groups;
	size_t *slots;

	if (table->count < table->room)
		return true;
	groups = realloc(table->groups, room * sizeof(*groups));
	if (!groups)
		return false;
	table->groups = groups;
	slots = calloc(room * 2, sizeof(*slots));
	if (!slots)
		return false;
	free(table->slots);
	table->slots = slots;
	table->slot_count = room * 2;
	table->room = room;
	for (i = 0; i < table->count; i++)
		slots[find_slot(table, &groups[i])] = i + 1;
	return true;
}

struct group *group_table_get(struct group_table *table, const struct group *key, bool *made)
{
	struct group *group;
	size_t at;

	if (!make_room(table))
		return NULL;
	at = find_slot(table, key);
	*made = !table->slots[at];
	if (!*made)
		return &table->groups[table->slots[at] - 1];
	group = &table->groups[table->count++];
	*group = *key;
	table->slots[at] = table->count;
	return group;
}
