/* SPDX-License-Identifier: Apache-2.0 */
/* A set of answers: a hash table over a growing array. Knows nothing of netlink. */
#include "probes/proof_answers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void answers_release(struct answers *answers)
{
	size_t i;

	for (i = 0; i < answers->count; i++)
		free(answers->items[i].hops);
	free(answers->items);
	free(answers->slots);
	memset(answers, 0, sizeof(*answers));
}

static bool equal(const struct answer *a, const struct answer *b)
{
	return a->error == b->error && a->type == b->type && a->table == b->table &&
	       a->object == b->object && a->hop_count == b->hop_count &&
	       (!a->hop_count || !memcmp(a->hops, b->hops, a->hop_count * sizeof(*a->hops)));
}

/* FNV-1a */
static uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	while (length--)
		hash = (hash ^ *at++) * 16777619u;
	return hash;
}

static uint32_t hash_answer(const struct answer *answer)
{
	uint32_t hash = 2166136261u;

	hash = hash_bytes(hash, &answer->error, sizeof(answer->error));
	hash = hash_bytes(hash, &answer->type, sizeof(answer->type));
	hash = hash_bytes(hash, &answer->table, sizeof(answer->table));
	hash = hash_bytes(hash, &answer->object, sizeof(answer->object));
	return hash_bytes(hash, answer->hops, answer->hop_count * sizeof(*answer->hops));
}

/* Slot that holds the answer, or the free one where it belongs. */
static size_t find_slot(const struct answers *answers, const struct answer *answer)
{
	size_t slot = hash_answer(answer) & (answers->slot_count - 1);

	while (answers->slots[slot] && !equal(&answers->items[answers->slots[slot] - 1], answer))
		slot = (slot + 1) & (answers->slot_count - 1);
	return slot;
}

static int grow(struct answers *answers)
{
	size_t room = answers->room ? answers->room * 2 : 16;
	struct answer *items = realloc(answers->items, room * sizeof(*items));
	uint32_t *slots;
	size_t i;

	if (!items)
		return -ENOMEM;
	answers->items = items;
	slots = calloc(room * 2, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(answers->slots);
	answers->slots = slots;
	answers->slot_count = room * 2;
	answers->room = room;
	for (i = 0; i < answers->count; i++)
		answers->slots[find_slot(answers, &items[i])] = (uint32_t)i + 1;
	return 0;
}

static int copy_answer(const struct answer *from, struct answer *to)
{
	*to = *from;
	to->hops = NULL;
	if (!from->hop_count)
		return 0;
	to->hops = malloc(from->hop_count * sizeof(*to->hops));
	if (!to->hops)
		return -ENOMEM;
	memcpy(to->hops, from->hops, from->hop_count * sizeof(*to->hops));
	return 0;
}

int answers_intern(struct answers *answers, const struct answer *answer, uint32_t *index)
{
	size_t slot;
	int code;

	if (answers->latest < answers->count && equal(&answers->items[answers->latest], answer)) {
		*index = answers->latest;
		return 0;
	}
	if (answers->count == answers->room) {
		code = grow(answers);
		if (code)
			return code;
	}
	slot = find_slot(answers, answer);
	if (!answers->slots[slot]) {
		code = copy_answer(answer, &answers->items[answers->count]);
		if (code)
			return code;
		answers->slots[slot] = (uint32_t)++answers->count;
	}
	answers->latest = answers->slots[slot] - 1;
	*index = answers->latest;
	return 0;
}
