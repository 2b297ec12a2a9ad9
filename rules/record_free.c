/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free-form objects (parameters of an API call): kept as compact JSON text, cleaned and bounded.
 */
#include "rules/record_field.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Whole numbers up to here are exact in a double. */
#define WHOLE_MAX 9007199254740992.0

static int print_value(const cJSON *json, struct text *out, unsigned int depth);

static void print_number(double number, struct text *out)
{
	if (number >= -WHOLE_MAX && number <= WHOLE_MAX && number == (double)(int64_t)number)
		text_addf(out, "%lld", (long long)number);
	else
		text_addf(out, "%.17g", number);
}

/* Cleaning may make two keys equal: a key that it would change is refused instead. */
static int print_key(const char *key, struct text *out)
{
	char *clean = text_clean(key, strlen(key));
	int error = 0;

	if (!clean)
		return -ENOMEM;
	if (strcmp(clean, key) != 0)
		error = -EINVAL;
	else
		text_add_json(out, key);
	free(clean);
	return error;
}

static int print_children(const cJSON *json, struct text *out, unsigned int depth)
{
	const cJSON *child;
	int error = 0;

	for (child = json->child; child && !error; child = child->next) {
		if (child != json->child)
			text_add(out, ",");
		if (cJSON_IsObject(json)) {
			error = print_key(child->string, out);
			text_add(out, ":");
		}
		if (!error)
			error = print_value(child, out, depth);
	}
	return error;
}

static int print_value(const cJSON *json, struct text *out, unsigned int depth)
{
	bool object = cJSON_IsObject(json);
	int error = 0;

	if (object || cJSON_IsArray(json)) {
		if (depth == FREE_FORM_DEPTH_MAX)
			return -EINVAL;
		text_add(out, object ? "{" : "[");
		error = print_children(json, out, depth + 1);
		text_add(out, object ? "}" : "]");
	} else if (cJSON_IsString(json)) {
		text_add_json(out, json->valuestring);
	} else if (cJSON_IsNumber(json)) {
		print_number(json->valuedouble, out);
	} else if (cJSON_IsBool(json)) {
		text_add(out, cJSON_IsTrue(json) ? "true" : "false");
	} else {
		text_add(out, "null");
	}
	return error ? error : text_error(out);
}

int free_form_print(const struct cJSON *json, struct text *out)
{
	if (!cJSON_IsObject(json))
		return -EINVAL;
	return print_value(json, out, 0);
}
