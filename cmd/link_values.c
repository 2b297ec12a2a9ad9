/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the form, in paths and in trees of JSON, whose depth its reader bounds. */
#include "cmd/link_values.h"

#include "cmd/change.h"
#include "rules/plan_call.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_LIMIT ((size_t)64 * 1024)

static const char *value_of(const struct report_form *form, enum plan_value value)
{
	const char *const values[PLAN_VALUES] = {
		[PLAN_VALUE_GITLAB_IP] = form->gitlab_ip, [PLAN_VALUE_VPC_ID] = form->vpc_id,
		[PLAN_VALUE_VSWITCH_ID] = form->vswitch_id,
		[PLAN_VALUE_INSTANCE_ID] = form->instance_id, [PLAN_VALUE_REGION] = form->region,
	};

	return values[value] ? values[value] : "";
}

static void add_others(const struct report_form *form, struct text *out)
{
	size_t i;

	for (i = 0; i < form->other_ips.count; i++)
		text_addf(out, "%s%s", i ? "," : "", form->other_ips.items[i]);
}

/* What is no name of a value stays as it is: braces may be the operation's own. */
static void fill(const struct report_form *form, const char *words, struct text *out)
{
	while (*words) {
		size_t length = strcspn(words, "{");
		enum plan_value value;

		text_add_bytes(out, words, length);
		words += length;
		if (!*words)
			break;
		value = plan_value_at(words, &length);
		if (value == PLAN_VALUES)
			text_add_bytes(out, words, length);
		else if (value == PLAN_VALUE_OTHER_IPS)
			add_others(form, out);
		else
			text_add(out, value_of(form, value));
		words += length;
	}
}

static int fill_copy(const struct report_form *form, const char *words, char **filled)
{
	struct text text;

	text_init(&text, VALUE_LIMIT);
	fill(form, words, &text);
	*filled = text_take(&text);
	text_release(&text);
	return *filled ? 0 : -ENOMEM;
}

static size_t count_parts(const char *path)
{
	size_t parts = 0;

	for (; *path; path++)
		parts += *path == '/';
	return parts;
}

int values_path(const struct report_form *form, const char *template, char **path,
		struct fault *fault)
{
	int code = fill_copy(form, template, path);

	if (code)
		return code;
	/* the template has neither: a value that is empty, or one that is no id */
	if (count_parts(*path) == count_parts(template) && !strstr(*path, "//") &&
	    !strpbrk(*path, "?#%\\\" "))
		return 0;
	return fault_set(fault, -EINVAL, "the values of the link make no path of \"%s\": \"%s\"",
			 template, *path);
}

static bool is_others(const cJSON *item)
{
	size_t length;

	return cJSON_IsString(item) &&
	       plan_value_at(item->valuestring, &length) == PLAN_VALUE_OTHER_IPS &&
	       !item->valuestring[length];
}

/* The item of a list that stands for several. */
static int spread_others(const struct report_form *form, cJSON *list, int *at)
{
	size_t i;

	cJSON_DeleteItemFromArray(list, *at);
	for (i = 0; i < form->other_ips.count; i++, (*at)++) {
		cJSON *one = cJSON_CreateString(form->other_ips.items[i]);

		if (!one || !cJSON_InsertItemInArray(list, *at, one)) {
			cJSON_Delete(one);
			return -ENOMEM;
		}
	}
	return 0;
}

static int fill_string(const struct report_form *form, cJSON *item)
{
	char *filled;
	int code = fill_copy(form, item->valuestring, &filled);

	if (!code && !cJSON_SetValuestring(item, filled))
		code = -ENOMEM;
	free(filled);
	return code;
}

static int fill_tree(const struct report_form *form, cJSON *tree)
{
	cJSON *item;
	int code = 0, i;

	if (cJSON_IsString(tree))
		return fill_string(form, tree);
	for (i = 0; cJSON_IsArray(tree) && i < cJSON_GetArraySize(tree) && !code;) {
		if (is_others(cJSON_GetArrayItem(tree, i)))
			code = spread_others(form, tree, &i);
		else
			code = fill_tree(form, cJSON_GetArrayItem(tree, i++));
	}
	for (item = cJSON_IsObject(tree) ? tree->child : NULL; item && !code; item = item->next)
		code = fill_tree(form, item);
	return code;
}

static int read_filled(const struct report_form *form, const char *object, cJSON **tree,
		       struct fault *fault)
{
	int code;

	*tree = NULL;
	if (!object)
		return 0;
	code = json_parse(object, strlen(object), tree, fault);
	return code ? code : fill_tree(form, *tree);
}

static int add_parameter(const cJSON *item, const char *name, struct list *parameters,
			 struct fault *fault)
{
	char *printed = NULL;
	int code;

	if (parameters->count >= CHANGE_PARAMETERS_MAX)
		return fault_set(fault, -EINVAL, "the call has more than %u parameters",
				 CHANGE_PARAMETERS_MAX);
	if (!cJSON_IsString(item)) {
		printed = cJSON_PrintUnformatted(item);
		if (!printed)
			return -ENOMEM;
	}
	code = change_parameter_add(parameters, name, printed ? printed : item->valuestring);
	cJSON_free(printed);
	return code;
}

/* "Name.1" in a list, "Name.Key" in an object. */
static int name_child(const char *name, const cJSON *child, unsigned int number, char **out)
{
	struct text text;

	text_init(&text, VALUE_LIMIT);
	text_addf(&text, "%s%s", name, *name ? "." : "");
	if (child->string)
		text_add(&text, child->string);
	else
		text_addf(&text, "%u", number);
	*out = text_take(&text);
	text_release(&text);
	return *out ? 0 : -ENOMEM;
}

static int flatten(const cJSON *item, const char *name, struct list *parameters,
		   struct fault *fault)
{
	const cJSON *child;
	unsigned int number = 0;
	int code = 0;

	if (cJSON_IsNull(item))
		return 0;
	if (!cJSON_IsObject(item) && !cJSON_IsArray(item))
		return add_parameter(item, name, parameters, fault);
	for (child = item->child; child && !code; child = child->next) {
		char *longer;

		code = name_child(name, child, ++number, &longer);
		if (!code)
			code = flatten(child, longer, parameters, fault);
		free(longer);
	}
	return code;
}

int values_flat(const struct report_form *form, const char *object, struct list *parameters,
		struct fault *fault)
{
	cJSON *tree;
	int code = read_filled(form, object, &tree, fault);

	if (!code && tree)
		code = flatten(tree, "", parameters, fault);
	cJSON_Delete(tree);
	return code;
}

int values_fields(const struct report_form *form, const char *object, struct list *parameters,
		  struct fault *fault)
{
	const cJSON *item;
	cJSON *tree;
	int code = read_filled(form, object, &tree, fault);

	for (item = tree ? tree->child : NULL; item && !code; item = item->next)
		code = add_parameter(item, item->string, parameters, fault);
	cJSON_Delete(tree);
	return code;
}

int values_document(const struct report_form *form, const char *object, char **document,
		    struct fault *fault)
{
	cJSON *tree;
	int code = read_filled(form, object, &tree, fault);
	char *printed = NULL;

	*document = NULL;
	if (!code && tree && tree->child) {
		printed = cJSON_PrintUnformatted(tree);
		code = printed ? 0 : -ENOMEM;
	}
	if (!code && printed && strlen(printed) > CHANGE_DOCUMENT_MAX)
		code = fault_set(fault, -EINVAL, "the body of the call is longer than %zu octets",
				 CHANGE_DOCUMENT_MAX);
	if (!code && printed) {
		*document = text_copy(printed);
		code = *document ? 0 : -ENOMEM;
	}
	cJSON_free(printed);
	cJSON_Delete(tree);
	return code;
}
