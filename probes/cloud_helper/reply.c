/* SPDX-License-Identifier: Apache-2.0 */
/* Getters over replies: numbers that are strings, strings that are numbers, nothing trusted. */
#include "probes/cloud_helper/reply.h"

#include "probes/cloud_helper/scrub.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEY_MAX 64
#define NUMBER_TEXT_MAX 32

const cJSON *reply_at(const cJSON *json, const char *path)
{
	while (json && *path) {
		size_t length = strcspn(path, ".");
		char key[KEY_MAX];

		if (length >= sizeof(key) || !cJSON_IsObject(json))
			return NULL;
		memcpy(key, path, length);
		key[length] = '\0';
		json = cJSON_GetObjectItemCaseSensitive(json, key);
		path += length + (path[length] == '.');
	}
	return cJSON_IsNull(json) ? NULL : json;
}

/* A scalar as text; NULL where it is none or a number that is not whole. */
static const char *scalar(const cJSON *json, char number[NUMBER_TEXT_MAX])
{
	if (cJSON_IsString(json))
		return json->valuestring;
	if (cJSON_IsBool(json))
		return cJSON_IsTrue(json) ? "true" : "false";
	if (!cJSON_IsNumber(json) || json->valuedouble < -9007199254740992.0 ||
	    json->valuedouble > 9007199254740992.0 ||
	    json->valuedouble != (double)(int64_t)json->valuedouble)
		return NULL;
	(void)snprintf(number, NUMBER_TEXT_MAX, "%lld", (long long)json->valuedouble);
	return number;
}

char *reply_text(struct cloud_run *run, const cJSON *json, const char *path)
{
	char number[NUMBER_TEXT_MAX], *clean;
	const char *text = scalar(reply_at(json, path), number);

	if (!text || !*text)
		return NULL;
	clean = scrub_clean(text);
	(void)cloud_keeps(run, clean);
	return clean;
}

const char *reply_word(const cJSON *json, const char *path)
{
	const cJSON *item = reply_at(json, path);

	return cJSON_IsString(item) ? item->valuestring : "";
}

struct maybe reply_number(const cJSON *json, const char *path)
{
	char number[NUMBER_TEXT_MAX];
	const char *text = scalar(reply_at(json, path), number);
	struct maybe maybe = { false, 0 };
	uint64_t value;

	if (text && !text_whole_number(text, UINT32_MAX, &value))
		maybe = (struct maybe){ true, (uint32_t)value };
	return maybe;
}

struct maybe reply_maybe_flag(const cJSON *json, const char *path)
{
	char number[NUMBER_TEXT_MAX];
	const char *text = scalar(reply_at(json, path), number);

	if (text && !strcasecmp(text, "true"))
		return (struct maybe){ true, 1 };
	if (text && !strcasecmp(text, "false"))
		return (struct maybe){ true, 0 };
	return (struct maybe){ false, 0 };
}

bool reply_flag(const cJSON *json, const char *path, bool otherwise)
{
	struct maybe flag = reply_maybe_flag(json, path);

	return flag.known ? flag.value != 0 : otherwise;
}

struct address reply_address(const cJSON *json, const char *path)
{
	struct address address = { .family = ADDRESS_NONE }, none = { .family = ADDRESS_NONE };

	return address_parse(reply_word(json, path), &address) ? none : address;
}

struct prefix reply_prefix(const cJSON *json, const char *path)
{
	struct prefix prefix = { .known = false }, none = { .known = false };

	return prefix_parse_loose(reply_word(json, path), &prefix) ? none : prefix;
}

const cJSON *reply_list(const cJSON *json, const char *path)
{
	const cJSON *list = reply_at(json, path);

	return cJSON_IsArray(list) ? list : NULL;
}

void reply_strings(struct cloud_run *run, const cJSON *json, const char *path, size_t most,
		   struct strings *out)
{
	char number[NUMBER_TEXT_MAX];
	const cJSON *item;

	cJSON_ArrayForEach(item, reply_list(json, path)) {
		const char *text = scalar(item, number);
		char *clean;

		if (!text || !*text || out->count >= most || run->error)
			continue;
		clean = scrub_clean(text);
		if (!cloud_keeps(run, clean) || strings_add(out, clean))
			run->error = -ENOMEM;
		free(clean);
	}
}
