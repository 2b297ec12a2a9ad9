/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of JSON objects by meaning (see json_keys.h). Trusts that the validator has read them.
 */
#include "rules/json_keys.h"

#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 32
#define FNV_BASIS 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

int json_hex_digit(char letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	if (letter >= 'a' && letter <= 'f')
		return letter - 'a' + 10;
	if (letter >= 'A' && letter <= 'F')
		return letter - 'A' + 10;
	return -1;
}

/* The four digits behind "\u"; advances over them. */
static uint32_t decode_unit(const char **at)
{
	uint32_t unit = 0;
	int i;

	for (i = 0; i < 4; i++)
		unit = unit << 4 | (uint32_t)json_hex_digit(*(*at)++);
	return unit;
}

static uint32_t decode_escape(const char **at)
{
	static const char letters[] = "bfnrt";
	static const char meant[] = "\b\f\n\r\t";
	const char letter = *(*at)++;
	const char *const found = strchr(letters, letter);
	uint32_t unit;

	if (letter != 'u')
		return found ? (unsigned char)meant[found - letters] : (unsigned char)letter;
	unit = decode_unit(at);
	if (unit < 0xd800 || unit > 0xdfff)
		return unit;
	*at += 2; /* the "\u" of the low surrogate */
	return 0x10000 + ((unit - 0xd800) << 10) + (decode_unit(at) - 0xdc00);
}

/* The code point at the cursor, of checked text; advances over it. */
static uint32_t decode(const char **at)
{
	const unsigned char lead = (unsigned char)**at;
	uint32_t point;
	int more;

	(*at)++;
	if (lead == '\\')
		return decode_escape(at);
	if (lead < 0x80)
		return lead;
	more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
	point = lead & (0x3fu >> more);
	while (more-- > 0)
		point = point << 6 | ((unsigned char)*(*at)++ & 0x3fu);
	return point;
}

struct json_key json_key_make(const char *raw, size_t length)
{
	struct json_key key = { .raw = raw, .length = length, .hash = FNV_BASIS };
	const char *const end = raw + length;

	key.escaped = length > 0 && memchr(raw, '\\', length) != NULL;
	while (raw < end)
		key.hash = (key.hash ^ decode(&raw)) * FNV_PRIME;
	return key;
}

static int compare_meaning(const struct json_key *a, const struct json_key *b)
{
	const char *a_at = a->raw;
	const char *b_at = b->raw;

	if (!a->escaped && !b->escaped) {
		if (a->length != b->length)
			return a->length < b->length ? -1 : 1;
		return a->length ? memcmp(a->raw, b->raw, a->length) : 0;
	}
	while (a_at < a->raw + a->length && b_at < b->raw + b->length) {
		const uint32_t a_point = decode(&a_at);
		const uint32_t b_point = decode(&b_at);

		if (a_point != b_point)
			return a_point < b_point ? -1 : 1;
	}
	return (a_at < a->raw + a->length) - (b_at < b->raw + b->length);
}

/* Equal keys end up side by side, in document order. */
static int compare_keys(const void *left, const void *right)
{
	const struct json_key *const a = left;
	const struct json_key *const b = right;
	int order;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	order = compare_meaning(a, b);
	if (order != 0)
		return order;
	return (a->raw > b->raw) - (a->raw < b->raw);
}

int json_keys_add(struct json_keys *keys, const struct json_key *key)
{
	if (keys->count == keys->room) {
		const size_t room = keys->room ? keys->room * 2 : ROOM_FIRST;
		struct json_key *const items = room <= SIZE_MAX / sizeof(*items) ?
					       realloc(keys->items, room * sizeof(*items)) : NULL;

		if (!items)
			return -ENOMEM;
		keys->items = items;
		keys->room = room;
	}
	keys->items[keys->count++] = *key;
	return 0;
}

const struct json_key *json_keys_repeated(struct json_keys *keys, size_t from)
{
	const struct json_key *repeated = NULL;
	size_t i;

	if (keys->count - from < 2)
		return NULL;
	qsort(keys->items + from, keys->count - from, sizeof(*keys->items), compare_keys);
	for (i = from + 1; i < keys->count; i++) {
		const struct json_key *const key = &keys->items[i];

		if (key->hash != key[-1].hash || compare_meaning(key, key - 1) != 0)
			continue;
		if (!repeated || key->raw < repeated->raw)
			repeated = key;
	}
	return repeated;
}

void json_keys_cut(struct json_keys *keys, size_t count)
{
	keys->count = count;
}

void json_keys_release(struct json_keys *keys)
{
	free(keys->items);
	*keys = (struct json_keys){ .items = NULL };
}
