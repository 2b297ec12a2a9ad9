/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of the objects that the JSON validator has open, for finding duplicates in O(n log n).
 *
 * One stack serves all open objects: an object remembers where its keys begin, and cuts the stack
 * back when it closes. Keys point into the document; they are compared by what they mean, so
 * "a" and "\u0061" are the same key.
 */
#ifndef RULES_JSON_KEYS_H
#define RULES_JSON_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_key {
	const char *raw; /* between the quotes */
	size_t length;
	uint64_t hash; /* of the characters meant */
	bool escaped;
};

struct json_keys {
	struct json_key *items;
	size_t count;
	size_t room;
};

/* `raw` must be the checked inside of a JSON string. */
struct json_key json_key_make(const char *raw, size_t length);
/* 0 or -ENOMEM. */
int json_keys_add(struct json_keys *keys, const struct json_key *key);
/*
 * The first key of from..count-1, in document order, that repeats an earlier one; NULL when all
 * differ. Reorders them.
 */
const struct json_key *json_keys_repeated(struct json_keys *keys, size_t from);
void json_keys_cut(struct json_keys *keys, size_t count);
void json_keys_release(struct json_keys *keys);

/* 0..15, or -1. */
int json_hex_digit(char letter);

#endif
