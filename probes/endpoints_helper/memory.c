/* SPDX-License-Identifier: Apache-2.0 */
/* Allocations that are tried twice. */
#include "probes/endpoints_helper/memory.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

void *memory_get(size_t size)
{
	void *memory = malloc(size);

	return memory ? memory : malloc(size);
}

void *memory_get_zeroed(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	return memory ? memory : calloc(count, size);
}

void *memory_resize(void *old, size_t size)
{
	void *memory = realloc(old, size);

	return memory || !size ? memory : realloc(old, size);
}

char *memory_copy(const char *string)
{
	char *copy = strdup(string);

	return copy ? copy : strdup(string);
}

static void *crypto_get(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size ? memory_get(size) : NULL;
}

static void *crypto_resize(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (size)
		return memory_resize(old, size);
	free(old);
	return NULL;
}

static void crypto_free(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	free(memory);
}

int memory_open(void)
{
	return CRYPTO_set_mem_functions(crypto_get, crypto_resize, crypto_free) ? 0 : -EIO;
}
