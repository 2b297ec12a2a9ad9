/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GitLab's JSON. Only the members that are asked for are looked at, of the type that they must
 * have; lists are bounded; every string is cleaned.
 */
#include "probes/endpoints_helper/gitlab_read.h"

#include "probes/endpoints_helper/url.h"

#include <cjson/cJSON.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SCOPES_MAX 64
#define LINKS_MAX 8
#define WORD_MAX ((size_t)512)

static int parse(const char *body, size_t length, cJSON **json)
{
	int error = json_parse(body, length, json, NULL);

	if (error)
		return error == -ENOMEM ? -ENOMEM : -EINVAL;
	return 0;
}

static int parse_object(const char *body, size_t length, cJSON **json)
{
	int error = parse(body, length, json);

	if (!error && !cJSON_IsObject(*json)) {
		cJSON_Delete(*json);
		*json = NULL;
		error = -EINVAL;
	}
	return error;
}

static const char *word(const cJSON *json, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));
}

static char *cleaned(const char *string)
{
	size_t length = string ? strlen(string) : 0;

	return string ? text_clean(string, length < WORD_MAX ? length : WORD_MAX) : NULL;
}

/* A cleaned copy into the place of what was there; absent or of another type leaves it alone. */
static int keep_word(char **place, const cJSON *json, const char *name)
{
	const char *string = word(json, name);
	char *copy;

	if (!string)
		return 0;
	copy = cleaned(string);
	if (!copy)
		return -ENOMEM;
	free(*place);
	*place = copy;
	return 0;
}

static struct maybe truth(const cJSON *json, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);

	return (struct maybe){ .known = cJSON_IsBool(item), .value = cJSON_IsTrue(item) ? 1 : 0 };
}

int gitlab_read_version(const char *body, size_t length, struct gitlab_fact *fact)
{
	cJSON *json = NULL;
	int error = parse_object(body, length, &json);

	if (!error && !word(json, "version"))
		error = -EINVAL;
	if (!error)
		error = keep_word(&fact->version, json, "version");
	cJSON_Delete(json);
	return error;
}

int gitlab_read_refusal(const char *body, size_t length, char **message)
{
	const char *first, *second;
	struct text words;
	cJSON *json = NULL;
	int error = parse_object(body, length, &json);

	if (error)
		return error;
	first = word(json, "error");
	second = word(json, first ? "error_description" : "message");
	text_init(&words, (size_t)4096);
	if (first)
		text_add_clean(&words, first, TEXT_FOREIGN_MAX);
	if (first && second)
		text_add(&words, ": ");
	if (second)
		text_add_clean(&words, second, TEXT_FOREIGN_MAX);
	cJSON_Delete(json);
	if (!first && !second) {
		text_release(&words);
		return -EINVAL;
	}
	free(*message);
	*message = text_take(&words);
	return *message ? 0 : -ENOMEM;
}

static int read_scopes(const cJSON *list, struct gitlab_fact *fact)
{
	const cJSON *item;
	int error = 0;

	if (!cJSON_IsArray(list))
		return 0;
	strings_release(&fact->scopes);
	cJSON_ArrayForEach(item, list) {
		char *scope;

		if (!cJSON_IsString(item) || fact->scopes.count >= SCOPES_MAX)
			continue;
		scope = cleaned(cJSON_GetStringValue(item));
		if (!scope || (!strings_contain(&fact->scopes, scope) &&
			       strings_add(&fact->scopes, scope)))
			error = -ENOMEM;
		free(scope);
	}
	strings_sort(&fact->scopes);
	fact->scopes_known = true;
	return error;
}

static int read_token(const cJSON *json, struct gitlab_fact *fact)
{
	const cJSON *expires;
	int error;

	if (!cJSON_HasObjectItem(json, "scopes") && !cJSON_HasObjectItem(json, "active"))
		return -EINVAL;
	fact->active = truth(json, "active");
	fact->revoked = truth(json, "revoked");
	expires = cJSON_GetObjectItemCaseSensitive(json, "expires_at");
	/* null is a token without an end; an absent member tells nothing */
	fact->expires_known = cJSON_IsNull(expires) || cJSON_IsString(expires);
	error = keep_word(&fact->expires, json, "expires_at");
	if (!error)
		error = read_scopes(cJSON_GetObjectItemCaseSensitive(json, "scopes"), fact);
	return error;
}

int gitlab_read_token(const char *body, size_t length, struct gitlab_fact *fact)
{
	cJSON *json = NULL;
	int error = parse_object(body, length, &json);

	if (!error)
		error = read_token(json, fact);
	cJSON_Delete(json);
	return error;
}

static bool may_be_used(const cJSON *token)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(token, "active")) &&
	       !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(token, "revoked"));
}

static bool may_api(const cJSON *token)
{
	const cJSON *scope;

	cJSON_ArrayForEach(scope, cJSON_GetObjectItemCaseSensitive(token, "scopes"))
		if (text_equal(cJSON_GetStringValue(scope), "api"))
			return true;
	return false;
}

/* Nothing in the list says which of its tokens asked: of several that may have, what all have. */
int gitlab_read_tokens(const char *body, size_t length, struct gitlab_fact *fact)
{
	static const char *const common[] = { "api" };
	const cJSON *token, *only = NULL;
	cJSON *json = NULL, *made = NULL;
	int error = parse(body, length, &json);
	size_t usable = 0, able = 0;

	if (!error && (!cJSON_IsArray(json) || cJSON_GetArraySize(json) >= GITLAB_TOKENS_MAX))
		error = -EINVAL;
	cJSON_ArrayForEach(token, (error ? NULL : json)) {
		if (!may_be_used(token))
			continue;
		only = token;
		usable++;
		able += may_api(token);
	}
	if (!error && usable == 1) {
		error = read_token(only, fact);
	} else if (!error && usable && able == usable) {
		fact->active = (struct maybe){ true, 1 };
		made = cJSON_CreateStringArray(common, 1);
		error = made ? read_scopes(made, fact) : -ENOMEM;
	}
	cJSON_Delete(made);
	cJSON_Delete(json);
	return error;
}

int gitlab_read_user(const char *body, size_t length, struct gitlab_fact *fact)
{
	cJSON *json = NULL;
	int error = parse_object(body, length, &json);

	if (!error && !word(json, "username"))
		error = -EINVAL;
	if (!error)
		error = keep_word(&fact->username, json, "username");
	if (!error)
		error = keep_word(&fact->user_state, json, "state");
	cJSON_Delete(json);
	return error;
}

int gitlab_read_project(const char *body, size_t length, struct gitlab_fact *fact, char **clone)
{
	cJSON *json = NULL;
	int error = parse_object(body, length, &json);

	*clone = NULL;
	if (!error && !word(json, "http_url_to_repo") && !word(json, "path_with_namespace"))
		error = -EINVAL;
	if (!error)
		error = keep_word(&fact->project_path, json, "path_with_namespace");
	if (!error)
		error = keep_word(&fact->default_branch, json, "default_branch");
	if (!error && word(json, "http_url_to_repo")) {
		*clone = text_copy(word(json, "http_url_to_repo"));
		error = *clone ? 0 : -ENOMEM;
	}
	if (!error)
		fact->lfs_enabled = truth(json, "lfs_enabled");
	cJSON_Delete(json);
	return error;
}

/* "HOST STATUS": the rest of a webhook's URL may be a secret. */
static int keep_stopped(const char *address, const char *status, struct strings *stopped)
{
	struct text words;
	struct url url;
	int error = url_parse(address ? address : "", &url);

	if (error == -ENOMEM)
		goto out;
	text_init(&words, WORD_MAX);
	text_add_clean(&words, error ? "?" : url.host, TEXT_FOREIGN_MAX);
	text_add(&words, " ");
	text_add_clean(&words, status, TEXT_FOREIGN_MAX);
	error = text_error(&words);
	if (!error && !strings_contain(stopped, text_string(&words)))
		error = strings_add(stopped, text_string(&words));
	text_release(&words);
out:
	url_release(&url);
	return error;
}

int gitlab_read_hooks(const char *body, size_t length, struct gitlab_fact *fact)
{
	const cJSON *item;
	cJSON *json = NULL;
	int error = parse(body, length, &json);

	if (!error && !cJSON_IsArray(json)) {
		cJSON_Delete(json);
		return -EINVAL;
	}
	if (error)
		return error;
	fact->hooks_listed = fact->hooks_told = (struct maybe){ .known = true };
	cJSON_ArrayForEach(item, json) {
		const char *status = word(item, "alert_status");

		fact->hooks_listed.value++;
		fact->hooks_told.value += status != NULL;
		if (!error && status && !text_equal(status, "executable") &&
		    fact->hooks_stopped.count < LINKS_MAX)
			error = keep_stopped(word(item, "url"), status, &fact->hooks_stopped);
	}
	cJSON_Delete(json);
	return error ? -ENOMEM : 0;
}

int gitlab_read_lfs_size(const char *body, size_t length, struct maybe *any)
{
	const cJSON *size;
	cJSON *json = NULL;
	int error = parse_object(body, length, &json);

	if (error)
		return error;
	size = cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(json, "statistics"), "lfs_objects_size");
	*any = (struct maybe){ .known = cJSON_IsNumber(size),
			       .value = cJSON_IsNumber(size) && size->valuedouble > 0 };
	cJSON_Delete(json);
	return 0;
}

int gitlab_read_tree(const char *body, size_t length, struct gitlab_tree *tree)
{
	const cJSON *item;
	cJSON *json = NULL;
	int error = parse(body, length, &json);

	if (!error && !cJSON_IsArray(json))
		error = -EINVAL;
	tree->entries = 0;
	if (!error)
		cJSON_ArrayForEach(item, json) {
			const char *path = word(item, "path"), *type = word(item, "type");
			struct strings *paths = text_equal(type, "blob")     ? &tree->files
						: text_equal(type, "commit") ? &tree->links
									     : NULL;

			tree->entries++;
			if (path && paths && paths->count < GITLAB_TREE_MAX &&
			    strings_add(paths, path))
				error = -ENOMEM;
		}
	cJSON_Delete(json);
	return error;
}

static int read_object(const cJSON *object, struct strings *links, char **words)
{
	const cJSON *actions = cJSON_GetObjectItemCaseSensitive(object, "actions");
	const cJSON *failure = cJSON_GetObjectItemCaseSensitive(object, "error");
	const char *href = word(cJSON_GetObjectItemCaseSensitive(actions, "download"), "href");

	if (href && links->count < LINKS_MAX)
		return strings_add(links, href);
	if (!*words && word(failure, "message")) {
		*words = cleaned(word(failure, "message"));
		return *words ? 0 : -ENOMEM;
	}
	return 0;
}

int gitlab_read_batch(const char *body, size_t length, struct strings *links, char **words)
{
	const cJSON *objects, *object;
	cJSON *json = NULL;
	int error = parse_object(body, length, &json);

	*words = NULL;
	if (error)
		return error;
	objects = cJSON_GetObjectItemCaseSensitive(json, "objects");
	if (!cJSON_IsArray(objects))
		error = -EINVAL;
	if (!error)
		cJSON_ArrayForEach(object, objects) {
			error = read_object(object, links, words);
			if (error)
				break;
		}
	cJSON_Delete(json);
	return error;
}
