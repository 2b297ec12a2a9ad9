/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of JSON configuration: Docker's daemon.json, and the network files of CNI and netavark.
 */
#include "probes/config_source.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define WALK_DEPTH_MAX 16
#define STEP_MAX 64
#define PATH_TEXT_MAX 192

static const char *string_of(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static uint32_t size_of(const cJSON *object)
{
	const cJSON *size = cJSON_GetObjectItemCaseSensitive(object, "size");

	return cJSON_IsNumber(size) && size->valuedouble >= 1 && size->valuedouble <= 32 ?
	       (uint32_t)size->valuedouble : 0;
}

/* https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file */
int config_read_docker_daemon(const char *bytes, size_t length, struct config_sink *sink)
{
	const cJSON *pool;
	unsigned int index = 0;
	char key[64];
	cJSON *json;
	int error = json_parse(bytes, length, &json, NULL);

	if (error)
		return error == -ENOMEM ? error : -EINVAL;
	config_add(sink, "bip", string_of(json, "bip"), 0);
	config_add(sink, "fixed-cidr", string_of(json, "fixed-cidr"), 0);
	cJSON_ArrayForEach(pool, cJSON_GetObjectItemCaseSensitive(json, "default-address-pools")) {
		snprintf(key, sizeof(key), "default-address-pools/%u/base", index++);
		config_add(sink, key, string_of(pool, "base"), size_of(pool));
	}
	cJSON_Delete(json);
	return 0;
}

/* The step from a node to its child: a key or a place in a list. */
static void step_print(char step[STEP_MAX], const cJSON *child, unsigned int index)
{
	if (child->string != NULL)
		snprintf(step, STEP_MAX, "%.60s", child->string);
	else
		snprintf(step, STEP_MAX, "%u", index);
}

/* Every "subnet" (and the few other words for it), wherever it stands: IPAM plugins nest freely. */
static void walk_networks(const cJSON *node, const char *path, unsigned int depth,
			  struct config_sink *sink)
{
	static const char *const words[] = { "subnet",	"cidr",	   "podCidr",
					     "podCIDR", "network", "dst" };
	const cJSON *child;
	unsigned int index = 0;
	char here[PATH_TEXT_MAX], step[STEP_MAX];
	size_t i;

	if (depth > WALK_DEPTH_MAX)
		return;
	cJSON_ArrayForEach(child, node) {
		step_print(step, child, index++);
		if ((size_t)snprintf(here, sizeof(here), "%s%s%s", path, *path ? "/" : "", step) >=
		    sizeof(here))
			snprintf(here, sizeof(here), ".../%s", step);
		for (i = 0; child->string != NULL && i < sizeof(words) / sizeof(words[0]); i++)
			if (strcmp(child->string, words[i]) == 0)
				config_add(sink, here, cJSON_GetStringValue(child), 0);
		walk_networks(child, here, depth + 1, sink);
	}
}

int config_read_json_networks(const char *bytes, size_t length, struct config_sink *sink)
{
	cJSON *json;
	int error = json_parse(bytes, length, &json, NULL);

	if (error)
		return error == -ENOMEM ? error : -EINVAL;
	walk_networks(json, "", 0, sink);
	cJSON_Delete(json);
	return 0;
}
