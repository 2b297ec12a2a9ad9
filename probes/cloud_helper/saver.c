/* SPDX-License-Identifier: Apache-2.0 */
/* Writing replies to a directory, redacted, for `check --cloud` elsewhere. */
#include "probes/cloud_helper/saved.h"

#include "probes/probe.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)16 * 1024 * 1024)
#define REDACTED "(redacted)"

/* Words anywhere in the name of a key, in any case. */
static const char *const secret_words[] = {
	"secret", "password", "passwd", "authorizationtoken", "securitytoken", "accesstoken",
	"credential", "privatekey", "userdata", "tempusername", "authkey", "psk", NULL,
};

static bool is_secret_name(const char *name)
{
	size_t i;

	for (i = 0; name && secret_words[i]; i++)
		if (strcasestr(name, secret_words[i]))
			return true;
	return false;
}

/* All that stands below a secret name is one. Depth is bounded by the reader of JSON. */
static void redact(cJSON *json, bool secret)
{
	cJSON *item;

	cJSON_ArrayForEach(item, json) {
		bool hides = secret || is_secret_name(item->string);

		if (hides && cJSON_IsString(item) && *item->valuestring) {
			/* out of memory: emptied in its place */
			if (!cJSON_SetValuestring(item, REDACTED))
				item->valuestring[0] = '\0';
		} else if (hides && cJSON_IsNumber(item)) {
			cJSON_SetNumberValue(item, 0);
		} else {
			redact(item, hides);
		}
	}
}

void saved_redact(cJSON *json)
{
	redact(json, false);
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
	      const struct cloud_parameter *parameters, uint32_t status, const char *body)
{
	cJSON *json = NULL;
	struct text out;
	char *printed;
	int error;

	/* what is no document has nothing that could be told from a secret */
	if (json_parse(body, strlen(body), &json, NULL) || !cJSON_IsObject(json)) {
		cJSON_Delete(json);
		return 0;
	}
	saved_redact(json);
	printed = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	if (!printed)
		return -ENOMEM;
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
