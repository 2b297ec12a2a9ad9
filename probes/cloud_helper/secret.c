/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of keys. */
#include "probes/cloud_helper/secret.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* A credential and what stands around it. */
#define TEXT_ROOM ((size_t)4 * SECRET_MAX)

static void wiping_free(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

/* A block that moves must not leave a copy behind. */
static void *wiping_realloc(void *memory, size_t size)
{
	void *larger = malloc(size);
	size_t have = memory ? malloc_usable_size(memory) : 0;

	if (!larger)
		return NULL;
	if (memory)
		memcpy(larger, memory, have < size ? have : size);
	wiping_free(memory);
	return larger;
}

int secret_hooks(void)
{
	cJSON_Hooks hooks = { .malloc_fn = malloc, .free_fn = wiping_free };

	cJSON_InitHooks(&hooks);
	return curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wiping_free, wiping_realloc,
				    strdup, calloc) ? -ENOMEM : 0;
}

char *secret_copy(const char *bytes, size_t length)
{
	char *copy;
	size_t i;

	for (i = 0; i < length; i++)
		if (bytes[i] <= ' ' || bytes[i] >= 0x7f)
			return NULL;
	if (!length || length > SECRET_MAX)
		return NULL;
	copy = calloc(1, length + 1);
	if (copy)
		memcpy(copy, bytes, length);
	return copy;
}

void secret_free(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void secret_text_init(struct text *text, size_t limit)
{
	text_init(text, limit);
	text->room = limit < TEXT_ROOM ? limit + 1 : TEXT_ROOM;
	text->data = calloc(1, text->room);
	if (text->data)
		return;
	text->room = 0;
	text->error = -ENOMEM;
}

void secret_text_release(struct text *text)
{
	if (text->data)
		explicit_bzero(text->data, text->room);
	text_release(text);
}

void credential_release(struct cloud_credential *credential)
{
	secret_free(credential->key_id);
	secret_free(credential->secret);
	secret_free(credential->token);
	*credential = (struct cloud_credential){ NULL, NULL, NULL };
}
