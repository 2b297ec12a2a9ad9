/* SPDX-License-Identifier: Apache-2.0 */
/* Reading saved replies, and finding the one that answers a call. Writing is in saver.c. */
#include "probes/cloud_helper/saved.h"

#include "probes/cloud_helper/reply.h"
#include "probes/cloud_helper/signer.h"
#include "probes/probe.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX 4096u
#define FILE_MAX ((size_t)8 * 1024 * 1024)
#define ALL_MAX ((size_t)128 * 1024 * 1024)
#define KEY_MAX ((size_t)64 * 1024)

struct saved_reply {
	char *key;
	cJSON *json;
};

struct saved {
	struct list replies; /* struct saved_reply */
	size_t bytes;
};

/* Parameters that do not tell one call from another. */
static bool is_ignored(const char *name, const char *value)
{
	static const char *const sizes[] = { "RegionId", "MaxResults", "MaxResult", "PageSize",
					     NULL };
	size_t i;

	for (i = 0; sizes[i]; i++)
		if (!strcmp(name, sizes[i]))
			return true;
	if (!strcmp(name, "PageNumber") || !strcmp(name, "PageNo"))
		return !strcmp(value, "1");
	if (!strcmp(name, "Offset"))
		return !strcmp(value, "0");
	return !strcmp(name, "NextToken") && !*value;
}

static void add_key(const char *product, const char *action,
		    const struct cloud_parameter *parameters, struct text *out)
{
	struct cloud_parameter kept[SIGNER_PARAMETERS_MAX + 1];
	size_t count = 0, i;

	for (i = 0; parameters[i].name && count < SIGNER_PARAMETERS_MAX; i++)
		if (!is_ignored(parameters[i].name, parameters[i].value))
			kept[count++] = parameters[i];
	kept[count] = (struct cloud_parameter){ NULL, NULL };
	text_addf(out, "%s\n%s\n", product, action);
	signer_query(kept, out);
}

static int key_of_file(const cJSON *request, struct text *key)
{
	struct cloud_parameter parameters[SIGNER_PARAMETERS_MAX + 1];
	const cJSON *item;
	size_t count = 0;

	if (!*reply_word(request, "product") || !*reply_word(request, "action"))
		return -EINVAL;
	cJSON_ArrayForEach(item, reply_at(request, "parameters")) {
		if (!item->string || !cJSON_IsString(item) || count == SIGNER_PARAMETERS_MAX)
			return -EINVAL;
		parameters[count++] =
			(struct cloud_parameter){ item->string, item->valuestring };
	}
	parameters[count] = (struct cloud_parameter){ NULL, NULL };
	add_key(reply_word(request, "product"), reply_word(request, "action"), parameters, key);
	return text_error(key);
}

static int add_reply(struct saved *saved, cJSON *json)
{
	struct saved_reply *reply;
	struct text key;
	int error;

	text_init(&key, KEY_MAX);
	error = key_of_file(reply_at(json, "request"), &key);
	if (!error && (!reply_number(json, "status").known ||
		       !cJSON_IsObject(reply_at(json, "reply"))))
		error = -EINVAL;
	if (!error) {
		reply = list_add(&saved->replies, sizeof(*reply));
		if (reply)
			*reply = (struct saved_reply){ text_take(&key), json };
		error = !reply || !reply->key ? -ENOMEM : 0;
		if (reply && error)
			reply->json = NULL;
	}
	text_release(&key);
	return error;
}

static int read_file(int directory, const char *name, struct text *out)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int error;

	if (fd < 0)
		return -errno;
	error = probe_read(fd, out);
	(void)close(fd);
	return error;
}

static int add_file(struct saved *saved, int directory, const char *name, struct fault *fault)
{
	struct fault why = { .code = 0 };
	cJSON *json = NULL;
	struct text bytes;
	int error;

	text_init(&bytes, FILE_MAX);
	error = read_file(directory, name, &bytes);
	saved->bytes += bytes.length;
	if (!error && (saved->bytes > ALL_MAX || saved->replies.count >= FILES_MAX))
		error = -EFBIG;
	if (!error)
		error = json_parse(text_string(&bytes), bytes.length, &json, &why);
	if (!error) {
		error = add_reply(saved, json);
		if (error)
			cJSON_Delete(json);
	}
	text_release(&bytes);
	if (!error)
		return 0;
	return fault_set(fault, error, "saved reply \"%.80s\": %s", name,
			 why.code ? why.text : error == -EINVAL ? "it is none" : strerror(-error));
}

static bool is_reply_name(const char *name)
{
	size_t length = strlen(name);

	return length > 5 && name[0] != '.' && !strcmp(name + length - 5, ".json");
}

int saved_open(const char *directory, struct saved **saved, struct fault *fault)
{
	DIR *open_directory = opendir(directory);
	const struct dirent *entry;
	int error = 0;

	*saved = NULL;
	if (!open_directory)
		return fault_set(fault, -errno, "cannot read \"%.120s\": %s", directory,
				 strerror(errno));
	*saved = calloc(1, sizeof(**saved));
	if (!*saved)
		error = -ENOMEM;
	while (!error && (entry = readdir(open_directory)) != NULL)
		if (is_reply_name(entry->d_name))
			error = add_file(*saved, dirfd(open_directory), entry->d_name, fault);
	(void)closedir(open_directory);
	if (error) {
		saved_free(*saved);
		*saved = NULL;
	}
	return error;
}

int saved_find(const struct saved *saved, const struct cloud_action *action,
	       const struct cloud_parameter *parameters, struct saved_answer *answer)
{
	const struct saved_reply *found = NULL;
	struct text key;
	size_t i;
	int error;

	*answer = (struct saved_answer){ .reply = NULL };
	text_init(&key, KEY_MAX);
	add_key(cloud_products[action->product].name, action->name, parameters, &key);
	for (i = 0; i < saved->replies.count && !found && !text_error(&key); i++) {
		const struct saved_reply *reply =
			LIST_AT(&saved->replies, struct saved_reply, i);

		if (!strcmp(reply->key, text_string(&key)))
			found = reply;
	}
	error = text_error(&key);
	text_release(&key);
	if (error || !found)
		return error;
	answer->status = reply_number(found->json, "status").value;
	answer->reply = reply_at(found->json, "reply");
	return 0;
}

const char *saved_region(const struct saved *saved)
{
	size_t i;

	for (i = 0; i < saved->replies.count; i++) {
		const cJSON *json = LIST_AT(&saved->replies, struct saved_reply, i)->json;
		const char *region = reply_word(json, "request.parameters.RegionId");

		if (*region)
			return region;
	}
	return NULL;
}

void saved_free(struct saved *saved)
{
	size_t i;

	for (i = 0; saved && i < saved->replies.count; i++) {
		struct saved_reply *reply = LIST_AT(&saved->replies, struct saved_reply, i);

		free(reply->key);
		cJSON_Delete(reply->json);
	}
	if (saved)
		free(saved->replies.items);
	free(saved);
}
