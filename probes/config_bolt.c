/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads Docker's own list of networks, /var/lib/docker/network/files/local-kv.db: a network that
 * exists while the daemon is down, or whose bridge is gone, comes back with its addresses.
 *
 * The file is a B+tree of pages (format of go.etcd.io/bbolt, page.go): only pages that the newest
 * meta page reaches are read, so a removed network is never seen. Every offset is checked against
 * the file, and the number of pages visited is bounded by the number of pages there are. Values
 * hold JSON; the pools in it are found by their key.
 */
#include "probes/config_source.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BOLT_MAGIC 0xED0CDAEDu
#define BOLT_VERSION 2u
#define PAGE_BRANCH 0x01u
#define PAGE_LEAF 0x02u
#define PAGE_HEAD 16u
#define ELEMENT_SIZE 16u
#define ELEMENT_BUCKET 0x01u
#define BUCKET_HEAD 16u
#define BOLT_DEPTH_MAX 32

struct bolt {
	const unsigned char *bytes;
	size_t length;
	uint32_t page_size;
	size_t budget; /* pages that may still be visited: ends every loop in a damaged file */
	struct config_sink *sink;
};

/* The file is in the byte order of the machine that wrote it, which is this one. */
static uint16_t get16(const unsigned char *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint32_t get32(const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint64_t get64(const unsigned char *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* Every `Pool":"a.b.c.d/n"` of a value; the JSON is nested in strings, so quotes come escaped. */
static void find_pools(struct bolt *bolt, const unsigned char *value, size_t size)
{
	static const char *const keys[] = { "PreferredPool", "Pool" };
	const unsigned char *at, *end = value + size;
	char word[64];
	size_t i, length;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t name = strlen(keys[i]);

		at = value;
		while ((at = memmem(at, (size_t)(end - at), keys[i], name)) != NULL) {
			const unsigned char *before = at;

			at += name;
			if (before == value || (before[-1] != '"'))
				continue;
			while (at < end && (*at == '\\' || *at == '"' || *at == ':'))
				at++;
			for (length = 0; at + length < end && length < sizeof(word) - 1; length++) {
				if (!isdigit(at[length]) && at[length] != '.' && at[length] != '/')
					break;
				word[length] = (char)at[length];
			}
			word[length] = '\0';
			config_add(bolt->sink, keys[i], word, 0);
		}
	}
}

static int walk_page(struct bolt *bolt, const unsigned char *page, size_t size, unsigned int depth);

static int walk_id(struct bolt *bolt, uint64_t id, unsigned int depth)
{
	size_t offset, size;

	if (id >= bolt->length / bolt->page_size)
		return -EINVAL;
	offset = (size_t)id * bolt->page_size;
	if (bolt->length - offset < PAGE_HEAD)
		return -EINVAL;
	size = ((size_t)get32(bolt->bytes + offset + 12) + 1) * bolt->page_size;
	if (size > bolt->length - offset)
		return -EINVAL;
	return walk_page(bolt, bolt->bytes + offset, size, depth);
}

static int walk_leaf(struct bolt *bolt, const unsigned char *element, size_t room,
		     unsigned int depth)
{
	size_t key = (size_t)get32(element + 4) + get32(element + 8); /* behind pos and ksize */
	size_t size = get32(element + 12);

	if (key > room || size > room - key)
		return -EINVAL;
	element += key;
	if ((get32(element - key) & ELEMENT_BUCKET) == 0) {
		find_pools(bolt, element, size);
		return 0;
	}
	if (size < BUCKET_HEAD)
		return -EINVAL;
	if (get64(element) != 0)
		return walk_id(bolt, get64(element), depth + 1);
	return walk_page(bolt, element + BUCKET_HEAD, size - BUCKET_HEAD, depth + 1);
}

static int walk_page(struct bolt *bolt, const unsigned char *page, size_t size, unsigned int depth)
{
	unsigned int flags, count, i;
	int error = 0;

	if (depth > BOLT_DEPTH_MAX || bolt->budget == 0 || size < PAGE_HEAD)
		return -EINVAL;
	bolt->budget--;
	flags = get16(page + 8);
	count = get16(page + 10);
	if ((size_t)count * ELEMENT_SIZE > size - PAGE_HEAD)
		return -EINVAL;
	for (i = 0; error == 0 && i < count; i++) {
		const unsigned char *element = page + PAGE_HEAD + (size_t)i * ELEMENT_SIZE;

		if (flags & PAGE_BRANCH)
			error = walk_id(bolt, get64(element + 8), depth + 1);
		else if (flags & PAGE_LEAF)
			error = walk_leaf(bolt, element, (size_t)(page + size - element), depth);
		else
			error = -EINVAL;
	}
	return error;
}

/* The newer of the two meta pages; -EINVAL when neither is one. */
static int newest_root(struct bolt *bolt, uint64_t *root)
{
	uint64_t newest = 0;
	bool found = false;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		size_t offset = (size_t)i * (found ? bolt->page_size : 4096u) + PAGE_HEAD;
		const unsigned char *meta = bolt->bytes + offset;

		if (offset + 64 > bolt->length || get32(meta) != BOLT_MAGIC ||
		    get32(meta + 4) != BOLT_VERSION)
			continue;
		if (get32(meta + 8) < 512 || get32(meta + 8) > 65536)
			continue;
		if (found && get64(meta + 48) <= newest)
			continue;
		found = true;
		bolt->page_size = get32(meta + 8);
		newest = get64(meta + 48);
		*root = get64(meta + 16);
	}
	return found ? 0 : -EINVAL;
}

int config_read_docker_networks(const char *bytes, size_t length, struct config_sink *sink)
{
	struct bolt bolt = {
		.bytes = (const unsigned char *)bytes,
		.length = length,
		.sink = sink,
	};
	uint64_t root;

	if (newest_root(&bolt, &root))
		return -EINVAL;
	bolt.budget = length / bolt.page_size + length / PAGE_HEAD;
	return walk_id(&bolt, root, 0);
}
