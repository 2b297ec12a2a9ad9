/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records from a JSON tree that json_parse() has checked. Every refusal carries a JSON pointer.
 */
#include "rules/record.h"

#include "rules/record_field.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define POINTER_SIZE_MAX 240
#define SHOWN_VALUE_MAX 80
#define NEAREST_MOST 64u

/* Where in the document we are: a chain up to the root. */
struct place {
	const struct place *up;
	const char *key; /* NULL: the item `index` of a list */
	size_t index;
};

struct reading {
	unsigned int flags;
	struct fault *fault;
};

static int read_object(const struct reading *reading, const struct place *place,
		       const struct record *record, const cJSON *json, void *object);

/* RFC 6901: "~" and "/" inside a key are escaped. */
static void add_key(struct text *pointer, const char *key)
{
	char one[2] = { 0 };
	struct text escaped;

	text_init(&escaped, POINTER_SIZE_MAX);
	for (; *key && !text_error(&escaped); key++) {
		one[0] = *key;
		text_add(&escaped, *key == '~' ? "~0" : *key == '/' ? "~1" : one);
	}
	text_add_clean(pointer, text_string(&escaped), POINTER_SIZE_MAX);
	text_release(&escaped);
}

static void add_place(struct text *pointer, const struct place *place)
{
	if (!place->up)
		return;
	add_place(pointer, place->up);
	text_add(pointer, "/");
	if (place->key)
		add_key(pointer, place->key);
	else
		text_addf(pointer, "%zu", place->index);
}

/* Words what is wrong at `place`. The pointer comes first, so that it survives a cut. */
static int refuse(const struct reading *reading, const struct place *place, const char *what,
		  const char *value)
{
	struct text pointer, shown;
	int error;

	text_init(&pointer, POINTER_SIZE_MAX * 4);
	text_init(&shown, (size_t)SHOWN_VALUE_MAX * 8);
	add_place(&pointer, place);
	if (value) {
		text_add(&shown, ", not \"");
		text_add_clean(&shown, value, SHOWN_VALUE_MAX);
		text_add(&shown, "\"");
	}
	error = fault_set(reading->fault, -EINVAL, "%s: %s%s",
			  place->up ? text_string(&pointer) : "(whole document)", what,
			  text_string(&shown));
	text_release(&pointer);
	text_release(&shown);
	return error;
}

/* The string that was there instead, for messages; NULL for any other type. */
static const char *shown_value(const cJSON *json)
{
	return cJSON_IsString(json) ? json->valuestring : NULL;
}

static int no_memory(const struct reading *reading)
{
	return fault_set(reading->fault, -ENOMEM, "out of memory");
}

static int read_number(const struct reading *reading, const struct place *place,
		       const struct field *field, const cJSON *json, uint32_t *value)
{
	uint32_t most = field->most ? field->most : UINT32_MAX;
	char what[64];
	double number;

	if (cJSON_IsNumber(json)) {
		number = json->valuedouble;
		if (number >= 0 && number <= (double)most && number == (double)(uint32_t)number) {
			*value = (uint32_t)number;
			return 0;
		}
	}
	snprintf(what, sizeof(what), "expected a whole number of 0..%" PRIu32, most);
	return refuse(reading, place, what, shown_value(json));
}

static int read_share(const struct reading *reading, const struct place *place, const cJSON *json,
		      struct share *share)
{
	double addresses = cJSON_IsNumber(json) ? json->valuedouble * REVERSE_RANGE_SIZE : -1;

	/* every k/65536 is a double, and so is the product: equality is exact */
	if (addresses < 0 || addresses > REVERSE_RANGE_SIZE ||
	    addresses != (double)(uint32_t)addresses)
		return refuse(reading, place, "expected a part of 65536 addresses: 0 to 1 in steps "
			      "of 1/65536", shown_value(json));
	share->known = true;
	share->addresses = (uint32_t)addresses;
	return 0;
}

static int read_u64(const struct reading *reading, const struct place *place, const cJSON *json,
		    uint64_t *value)
{
	if (!cJSON_IsString(json) || text_whole_number(json->valuestring, UINT64_MAX, value) < 0)
		return refuse(reading, place,
			      "expected a string of digits of 0..18446744073709551615",
			      shown_value(json));
	return 0;
}

static int read_string(const struct reading *reading, const struct place *place, const cJSON *json,
		       char **string)
{
	char *clean;

	if (!cJSON_IsString(json))
		return refuse(reading, place, "expected a string", NULL);
	clean = text_clean(json->valuestring, strlen(json->valuestring));
	if (!clean)
		return no_memory(reading);
	*string = clean;
	return 0;
}

static int read_strings(const struct reading *reading, const struct place *place,
			const cJSON *json, struct strings *strings)
{
	struct place inside = { .up = place };
	const cJSON *item;
	char *string = NULL;
	int error;

	if (!cJSON_IsArray(json))
		return refuse(reading, place, "expected a list of strings", shown_value(json));
	for (item = json->child; item; item = item->next, inside.index++) {
		error = read_string(reading, &inside, item, &string);
		if (error < 0)
			return error;
		if (strings_take(strings, string) < 0)
			return no_memory(reading);
	}
	return 0;
}

static int read_address(const struct reading *reading, const struct place *place,
			const cJSON *json, struct address *address)
{
	if (!cJSON_IsString(json) || address_parse(json->valuestring, address) < 0)
		return refuse(reading, place, "expected an IPv4 or IPv6 address",
			      shown_value(json));
	return 0;
}

static int read_prefix(const struct reading *reading, const struct place *place, const cJSON *json,
		       struct prefix *prefix)
{
	if (!cJSON_IsString(json) || prefix_parse(json->valuestring, prefix) < 0)
		return refuse(reading, place,
			      "expected an IPv4 prefix like 172.20.0.0/16 without host bits",
			      shown_value(json));
	return 0;
}

static int read_word(const struct reading *reading, const struct place *place,
		     const struct field *field, const cJSON *json, int *value)
{
	struct text what;
	int error, i;

	for (i = 0; cJSON_IsString(json) && field->words[i]; i++) {
		if (*field->words[i] && !strcmp(field->words[i], json->valuestring)) {
			*value = i;
			return 0;
		}
	}
	text_init(&what, POINTER_SIZE_MAX);
	text_add(&what, "expected one of");
	for (i = 0; field->words[i]; i++)
		if (*field->words[i])
			text_addf(&what, " \"%s\"", field->words[i]);
	error = refuse(reading, place, text_string(&what), shown_value(json));
	text_release(&what);
	return error;
}

static int read_list(const struct reading *reading, const struct place *place,
		     const struct record *record, const cJSON *json, struct list *list)
{
	struct place inside = { .up = place };
	const cJSON *child;
	void *item;
	int error;

	if (!cJSON_IsArray(json))
		return refuse(reading, place, "expected a list", shown_value(json));
	for (child = json->child; child; child = child->next, inside.index++) {
		item = list_add(list, record->size);
		if (!item)
			return no_memory(reading);
		error = read_object(reading, &inside, record, child, item);
		if (error < 0)
			return error;
	}
	return 0;
}

static int read_free_form(const struct reading *reading, const struct place *place,
			  const cJSON *json, char **string)
{
	struct text text;
	int error;

	text_init(&text, FREE_FORM_SIZE_MAX);
	error = free_form_print(json, &text);
	if (!error)
		*string = text_take(&text);
	else if (error != -ENOMEM)
		error = refuse(reading, place,
			       "expected an object of at most 64 KiB, 16 levels, and keys without "
			       "control characters", shown_value(json));
	text_release(&text);
	return error == -ENOMEM || (!error && !*string) ? no_memory(reading) : error;
}

static int read_value(const struct reading *reading, const struct place *place,
		      const struct field *field, const cJSON *json, void *at)
{
	switch (field->type) {
	case FIELD_BOOL:
		if (!cJSON_IsBool(json))
			return refuse(reading, place, "expected true or false", shown_value(json));
		*(bool *)at = cJSON_IsTrue(json);
		return 0;
	case FIELD_U32:
		return read_number(reading, place, field, json, at);
	case FIELD_U64:
		return read_u64(reading, place, json, at);
	case FIELD_MAYBE:
		((struct maybe *)at)->known = true;
		return read_number(reading, place, field, json, &((struct maybe *)at)->value);
	case FIELD_SHARE:
		return read_share(reading, place, json, at);
	case FIELD_STRING:
		return read_string(reading, place, json, at);
	case FIELD_STRINGS:
		return read_strings(reading, place, json, at);
	case FIELD_ADDRESS:
		return read_address(reading, place, json, at);
	case FIELD_PREFIX:
		return read_prefix(reading, place, json, at);
	case FIELD_ENUM:
		return read_word(reading, place, field, json, at);
	case FIELD_OBJECT:
		return read_object(reading, place, field->record, json, at);
	case FIELD_LIST:
		return read_list(reading, place, field->record, json, at);
	case FIELD_JSON:
		return read_free_form(reading, place, json, at);
	}
	return -EINVAL;
}

static int refuse_unknown(const struct reading *reading, const struct place *place,
			  const struct record *record, const char *key)
{
	unsigned int distance, least = NEAREST_MOST + 1;
	struct place inside = { .up = place, .key = key };
	const char *nearest = record->fields[0].name;
	const struct field *field;
	char what[128];

	for (field = record->fields; field->name; field++) {
		distance = text_distance(key, field->name, NEAREST_MOST);
		if (distance < least) {
			least = distance;
			nearest = field->name;
		}
	}
	snprintf(what, sizeof(what), "unknown key; the nearest known key is \"%s\"", nearest);
	return refuse(reading, &inside, what, NULL);
}

static int check_keys(const struct reading *reading, const struct place *place,
		      const struct record *record, const cJSON *json)
{
	const struct field *field;
	const cJSON *child;

	for (child = json->child; child; child = child->next) {
		for (field = record->fields; field->name; field++)
			if (!strcmp(field->name, child->string))
				break;
		if (!field->name)
			return refuse_unknown(reading, place, record, child->string);
	}
	return 0;
}

/*
 * The member called `name`. What we wrote comes in the order of the table: the member behind the
 * last one found is tried first, so that reading takes one pass.
 */
static const cJSON *find_member(const cJSON *object, const char *name, const cJSON **next)
{
	const cJSON *found = *next;

	if (!found || strcmp(found->string, name) != 0)
		found = cJSON_GetObjectItemCaseSensitive(object, name);
	if (found)
		*next = found->next;
	return found;
}

static int read_object(const struct reading *reading, const struct place *place,
		       const struct record *record, const cJSON *json, void *object)
{
	struct place inside = { .up = place };
	const struct field *field;
	const cJSON *value, *next;
	int error;

	if (!cJSON_IsObject(json))
		return refuse(reading, place, "expected an object", shown_value(json));
	if (reading->flags & RECORD_STRICT) {
		error = check_keys(reading, place, record, json);
		if (error < 0)
			return error;
	}
	next = json->child;
	for (field = record->fields; field->name; field++) {
		inside.key = field->name;
		value = find_member(json, field->name, &next);
		if (!value || cJSON_IsNull(value)) {
			if (field->flags & FIELD_REQUIRED)
				return refuse(reading, &inside, "missing", NULL);
			continue;
		}
		error = read_value(reading, &inside, field, value, field_at(field, object));
		if (error < 0)
			return error;
	}
	return 0;
}

int record_read(const struct record *record, const struct cJSON *json, void *object,
		unsigned int flags, struct fault *fault)
{
	struct reading reading = { .flags = flags, .fault = fault };
	struct place root = { .up = NULL };

	return read_object(&reading, &root, record, json, object);
}
