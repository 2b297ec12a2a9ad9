/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of records: lists, strings, release, deep copy, and whether a field is set at all.
 *
 * Writing, reading and the schema are in record_write.c, record_read.c and record_schema.c.
 */
#include "rules/record.h"

#include "rules/record_field.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIST_ROOM_FIRST 4u

void *list_add(struct list *list, size_t size)
{
	char *items;
	size_t room = list->room;

	if (list->count == room) {
		room = room ? room * 2 : LIST_ROOM_FIRST;
		if (room < list->room || room > SIZE_MAX / size)
			return NULL;
		items = realloc(list->items, room * size);
		if (!items)
			return NULL;
		list->items = items;
		list->room = room;
	}
	items = (char *)list->items + list->count * size;
	memset(items, 0, size);
	list->count++;
	return items;
}

/*
 * The room of a struct strings follows from its count: 4, then the next power of two. So the
 * struct needs no third member, and strings_add() still doubles.
 */
static int strings_grow(struct strings *strings)
{
	char **items;
	size_t room;

	if (strings->count && strings->count < LIST_ROOM_FIRST)
		return 0;
	if (strings->count & (strings->count - 1))
		return 0;
	room = strings->count ? strings->count * 2 : LIST_ROOM_FIRST;
	if (room > SIZE_MAX / sizeof(*items))
		return -ENOMEM;
	items = realloc(strings->items, room * sizeof(*items));
	if (!items)
		return -ENOMEM;
	strings->items = items;
	return 0;
}

int strings_take(struct strings *strings, char *string)
{
	if (strings_grow(strings) < 0) {
		free(string);
		return -ENOMEM;
	}
	strings->items[strings->count++] = string;
	return 0;
}

int strings_add(struct strings *strings, const char *string)
{
	char *copy;

	if (!string)
		return -EINVAL;
	copy = text_copy(string);
	if (!copy)
		return -ENOMEM;
	return strings_take(strings, copy);
}

bool strings_contain(const struct strings *strings, const char *string)
{
	size_t i;

	for (i = 0; i < strings->count; i++)
		if (text_equal(strings->items[i], string))
			return true;
	return false;
}

void strings_release(struct strings *strings)
{
	size_t i;

	for (i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
	strings->items = NULL;
	strings->count = 0;
}

static bool words_are_unset(const struct field *field, int value)
{
	const char *word = field_word(field, value);

	return !word || !*word;
}

static bool object_is_unset(const struct record *record, const void *object)
{
	const struct field *field;

	for (field = record->fields; field->name; field++)
		if (!field_is_unset(field, object))
			return false;
	return true;
}

bool field_is_unset(const struct field *field, const void *object)
{
	const void *at = field_at_const(field, object);

	switch (field->type) {
	case FIELD_BOOL:
		return !*(const bool *)at;
	case FIELD_U32:
		return !*(const uint32_t *)at;
	case FIELD_U64:
		return !*(const uint64_t *)at;
	case FIELD_MAYBE:
		return !((const struct maybe *)at)->known;
	case FIELD_SHARE:
		return !((const struct share *)at)->known;
	case FIELD_STRING:
	case FIELD_JSON:
		return !*(char *const *)at;
	case FIELD_STRINGS:
		return !((const struct strings *)at)->count;
	case FIELD_ADDRESS:
		return ((const struct address *)at)->family == ADDRESS_NONE;
	case FIELD_PREFIX:
		return !((const struct prefix *)at)->known;
	case FIELD_ENUM:
		return words_are_unset(field, *(const int *)at);
	case FIELD_OBJECT:
		if (field->flags & FIELD_SECTION)
			return !*(const int *)at;
		return object_is_unset(field->record, at);
	case FIELD_LIST:
		return !((const struct list *)at)->count;
	}
	return true;
}

const char *field_word(const struct field *field, int value)
{
	int i;

	for (i = 0; field->words[i]; i++)
		if (i == value)
			return field->words[i];
	return NULL;
}

static void fields_release(const struct record *record, void *object);

static void list_release(const struct record *record, struct list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		fields_release(record, (char *)list->items + i * record->size);
	free(list->items);
}

static void fields_release(const struct record *record, void *object)
{
	const struct field *field;
	void *at;

	for (field = record->fields; field->name; field++) {
		at = field_at(field, object);
		if (field->type == FIELD_STRING || field->type == FIELD_JSON)
			free(*(char **)at);
		else if (field->type == FIELD_STRINGS)
			strings_release(at);
		else if (field->type == FIELD_OBJECT)
			fields_release(field->record, at);
		else if (field->type == FIELD_LIST)
			list_release(field->record, at);
	}
}

void record_release(const struct record *record, void *object)
{
	fields_release(record, object);
	memset(object, 0, record->size);
}

static size_t plain_size(enum field_type type)
{
	switch (type) {
	case FIELD_BOOL:
		return sizeof(bool);
	case FIELD_U32:
		return sizeof(uint32_t);
	case FIELD_U64:
		return sizeof(uint64_t);
	case FIELD_MAYBE:
		return sizeof(struct maybe);
	case FIELD_SHARE:
		return sizeof(struct share);
	case FIELD_ADDRESS:
		return sizeof(struct address);
	case FIELD_PREFIX:
		return sizeof(struct prefix);
	case FIELD_ENUM:
		return sizeof(int);
	case FIELD_STRING:
	case FIELD_STRINGS:
	case FIELD_JSON:
	case FIELD_OBJECT:
	case FIELD_LIST:
		break;
	}
	return 0;
}

static int string_copy(char *const *from, char **to)
{
	*to = text_copy(*from);
	return *from && !*to ? -ENOMEM : 0;
}

static int strings_copy(const struct strings *from, struct strings *to)
{
	size_t i;

	for (i = 0; i < from->count; i++)
		if (strings_add(to, from->items[i]) < 0)
			return -ENOMEM;
	return 0;
}

static int list_copy(const struct record *record, const struct list *from, struct list *to)
{
	void *item;
	size_t i;

	for (i = 0; i < from->count; i++) {
		item = list_add(to, record->size);
		if (!item)
			return -ENOMEM;
		if (record_copy(record, (const char *)from->items + i * record->size, item) < 0)
			return -ENOMEM;
	}
	return 0;
}

int record_copy(const struct record *record, const void *from, void *to)
{
	const struct field *field;
	const void *source;
	void *target;
	int error = 0;

	for (field = record->fields; field->name && !error; field++) {
		source = field_at_const(field, from);
		target = field_at(field, to);
		if (field->type == FIELD_STRING || field->type == FIELD_JSON)
			error = string_copy(source, target);
		else if (field->type == FIELD_STRINGS)
			error = strings_copy(source, target);
		else if (field->type == FIELD_OBJECT)
			error = record_copy(field->record, source, target);
		else if (field->type == FIELD_LIST)
			error = list_copy(field->record, source, target);
		else
			memcpy(target, source, plain_size(field->type));
	}
	return error;
}
