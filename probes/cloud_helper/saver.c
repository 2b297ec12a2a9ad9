/* SPDX-License-Identifier: Apache-2.0 */
/* Writing replies to a directory, redacted, for `check --cloud` elsewhere. */
#include "probes/cloud_helper/saved.h"

#include "probes/cloud_helper/scrub.h"
#include "probes/probe.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)16 * 1024 * 1024)

/* Of a log only what its readers keep: other stages print what they like. */
static void drop_words(cJSON *json)
{
	const cJSON *stage = cJSON_GetObjectItemCaseSensitive(json, "BuildStage");

	if (cJSON_IsString(stage) && strcmp(stage->valuestring, "GIT_CLONE") != 0)
		cJSON_DeleteItemFromObjectCaseSensitive(json, "Message");
}

/* A place in pages is given back as it came, or the next page is not found again. */
static int scrub_string(cJSON *item)
{
	struct text text;
	int error;

	if (item->string && !strcmp(item->string, "NextToken"))
		return 0;
	text_init(&text, FILE_MAX);
	scrub_add(&text, item->valuestring);
	error = text_error(&text);
	if (!error && strcmp(text_string(&text), item->valuestring) != 0 &&
	    !cJSON_SetValuestring(item, text_string(&text)))
		error = -ENOMEM;
	text_release(&text);
	/* not looked through: emptied in its place */
	if (error)
		item->valuestring[0] = '\0';
	return error;
}

/* Depth is bounded by the reader of JSON. */
int saved_redact(cJSON *json)
{
	cJSON *item, *next;
	int error = 0;

	if (cJSON_IsObject(json))
		drop_words(json);
	for (item = json ? json->child : NULL; item && !error; item = next) {
		next = item->next;
		if (cJSON_IsObject(json) && !saved_field(item->string))
			cJSON_Delete(cJSON_DetachItemViaPointer(json, item));
		else if (cJSON_IsString(item))
			error = scrub_string(item);
		else
			error = saved_redact(item);
	}
	return error;
}

int saver_open(const char *directory, struct saver *saver, struct fault *fault)
{
	if (mkdir(directory, 0700) && errno != EEXIST)
		return fault_set(fault, -errno, "cannot make \"%.120s\": %s", directory,
				 strerror(errno));
	saver->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (saver->directory < 0)
		return fault_set(fault, -errno, "cannot open \"%.120s\": %s", directory,
				 strerror(errno));
	return 0;
}

void saver_close(struct saver *saver)
{
	if (saver->directory >= 0)
		(void)close(saver->directory);
	saver->directory = -1;
}

static int write_new(struct saver *saver, const char *product, const char *action,
		     const struct text *content)
{
	char name[160];
	int fd = -1, error;

	while (fd < 0) {
		(void)snprintf(name, sizeof(name), "%s-%s-%03u.json", product, action,
			       (unsigned int)++saver->number);
		fd = openat(saver->directory, name,
			    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0 && (errno != EEXIST || saver->number > 99999))
			return -errno;
	}
	error = probe_write(fd, content);
	if (close(fd) && !error)
		error = -errno;
	if (error)
		(void)unlinkat(saver->directory, name, 0);
	return error;
}

static void add_request(const struct cloud_action *action,
			const struct cloud_parameter *parameters, struct text *out)
{
	size_t i;

	text_addf(out, "{\"request\":{\"product\":\"%s\",\"action\":\"%s\",\"parameters\":{",
		  cloud_products[action->product].name, action->name);
	for (i = 0; parameters[i].name; i++) {
		text_add(out, i ? "," : "");
		text_add_json(out, parameters[i].name);
		text_add(out, ":");
		text_add_json(out, parameters[i].value);
	}
	text_add(out, "}}");
}

int saver_add(struct saver *saver, const struct cloud_action *action,
	      const struct cloud_parameter *parameters, uint32_t status, const cJSON *reply)
{
	cJSON *json;
	struct text out;
	char *printed = NULL;
	int error;

	/* what is no document has nothing that could be told from a secret */
	if (!cJSON_IsObject(reply))
		return 0;
	json = cJSON_Duplicate(reply, true);
	error = json ? saved_redact(json) : -ENOMEM;
	if (!error)
		printed = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	if (!printed)
		return error ? error : -ENOMEM;
	text_init(&out, FILE_MAX);
	add_request(action, parameters, &out);
	text_addf(&out, ",\"status\":%u,\"reply\":", (unsigned int)status);
	text_add(&out, printed);
	text_add(&out, "}\n");
	cJSON_free(printed);
	error = text_error(&out);
	if (!error)
		error = write_new(saver, cloud_products[action->product].name, action->name, &out);
	text_release(&out);
	return error;
}
