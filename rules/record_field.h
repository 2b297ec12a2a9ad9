/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that carry out record tables share about one field. Nobody else needs it.
 */
#ifndef RULES_RECORD_FIELD_H
#define RULES_RECORD_FIELD_H

#include "rules/record.h"

#include <stdbool.h>

/* The member of `object` that a row describes. */
static inline void *field_at(const struct field *field, void *object)
{
	return (char *)object + field->offset;
}

static inline const void *field_at_const(const struct field *field, const void *object)
{
	return (const char *)object + field->offset;
}

/* Nothing was put there: what FIELD_OMIT leaves out. */
bool field_is_unset(const struct field *field, const void *object);
/* The word of an enum value; NULL when it has none. */
const char *field_word(const struct field *field, int value);
/* Adds `string` and takes it over, even on failure. */
int strings_take(struct strings *strings, char *string);

/* A free-form object as compact text: cleaned, bounded depth, no doubtful key. -EINVAL, -ENOMEM. */
int free_form_print(const struct cJSON *json, struct text *out);
#define FREE_FORM_DEPTH_MAX 16
#define FREE_FORM_SIZE_MAX ((size_t)64 * 1024)

#endif
