/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as JSON text, straight into a struct text whose latched error tells whether all of it
 * got there.
 */
#include "rules/record.h"

#include "rules/record_field.h"

#include <inttypes.h>

/* state, took_ms, note: all there is of a section that was not read */
#define SECTION_HEAD_FIELDS 3
#define SECTION_OK 1

static void write_object(const struct record *record, const void *object, struct text *out,
			 int pretty, size_t fields);

/* Starts a line of an indented document; nothing in a compact one. */
static void write_break(struct text *out, int pretty)
{
	if (pretty < 0)
		return;
	text_add(out, "\n");
	while (pretty-- > 0)
		text_add(out, "  ");
}

static int deeper(int pretty)
{
	return pretty < 0 ? pretty : pretty + 1;
}

/* k/65536 has at most 16 decimals, for 1/65536 = 5^16/10^16: nothing is ever rounded. */
static void write_share(const struct share *share, struct text *out)
{
	const uint64_t five_to_16 = 152587890625u;
	uint64_t fraction = (share->addresses & 0xffffu) * five_to_16;
	int digits = 16;

	text_addf(out, "%" PRIu32, share->addresses >> 16);
	if (!fraction)
		return;
	while (fraction % 10 == 0) {
		fraction /= 10;
		digits--;
	}
	text_addf(out, ".%0*" PRIu64, digits, fraction);
}

static void write_string(const char *string, struct text *out)
{
	if (string)
		text_add_json(out, string);
	else
		text_add(out, "null");
}

static void write_maybe(const struct maybe *maybe, struct text *out)
{
	if (maybe->known)
		text_addf(out, "%" PRIu32, maybe->value);
	else
		text_add(out, "null");
}

static void write_address(const struct address *address, struct text *out)
{
	char text[ADDRESS_TEXT_MAX];

	if (address->family == ADDRESS_NONE)
		text_add(out, "null");
	else
		text_addf(out, "\"%s\"", address_print(address, text));
}

static void write_prefix(const struct prefix *prefix, struct text *out)
{
	char text[PREFIX_TEXT_MAX];

	if (!prefix->known)
		text_add(out, "null");
	else
		text_addf(out, "\"%s\"", prefix_print(prefix, text));
}

static void write_word(const struct field *field, int value, struct text *out)
{
	const char *word = field_word(field, value);

	write_string(word && *word ? word : NULL, out);
}

static void write_strings(const struct strings *strings, struct text *out, int pretty)
{
	size_t i;

	text_add(out, "[");
	for (i = 0; i < strings->count && !text_error(out); i++) {
		if (i)
			text_add(out, ",");
		write_break(out, deeper(pretty));
		write_string(strings->items[i], out);
	}
	if (strings->count)
		write_break(out, pretty);
	text_add(out, "]");
}

static void write_list(const struct record *record, const struct list *list, struct text *out,
		       int pretty)
{
	const char *item = list->items;
	size_t i;

	text_add(out, "[");
	for (i = 0; i < list->count && !text_error(out); i++) {
		if (i)
			text_add(out, ",");
		write_break(out, deeper(pretty));
		write_object(record, item + i * record->size, out, deeper(pretty), SIZE_MAX);
	}
	if (list->count)
		write_break(out, pretty);
	text_add(out, "]");
}

static void write_embedded(const struct field *field, const void *at, struct text *out, int pretty)
{
	bool head = (field->flags & FIELD_SECTION) && *(const int *)at != SECTION_OK;

	write_object(field->record, at, out, pretty, head ? SECTION_HEAD_FIELDS : SIZE_MAX);
}

static void write_value(const struct field *field, const void *at, struct text *out, int pretty)
{
	switch (field->type) {
	case FIELD_BOOL:
		text_add(out, *(const bool *)at ? "true" : "false");
		break;
	case FIELD_U32:
		text_addf(out, "%" PRIu32, *(const uint32_t *)at);
		break;
	case FIELD_U64:
		text_addf(out, "\"%" PRIu64 "\"", *(const uint64_t *)at);
		break;
	case FIELD_MAYBE:
		write_maybe(at, out);
		break;
	case FIELD_SHARE:
		write_share(at, out);
		break;
	case FIELD_STRING:
		write_string(*(char *const *)at, out);
		break;
	case FIELD_STRINGS:
		write_strings(at, out, pretty);
		break;
	case FIELD_ADDRESS:
		write_address(at, out);
		break;
	case FIELD_PREFIX:
		write_prefix(at, out);
		break;
	case FIELD_ENUM:
		write_word(field, *(const int *)at, out);
		break;
	case FIELD_OBJECT:
		write_embedded(field, at, out, pretty);
		break;
	case FIELD_LIST:
		write_list(field->record, at, out, pretty);
		break;
	case FIELD_JSON:
		text_add(out, *(char *const *)at ? *(char *const *)at : "null");
		break;
	}
}

static bool is_left_out(const struct field *field, const void *object)
{
	bool may = field->type == FIELD_SHARE || (field->flags & (FIELD_OMIT | FIELD_SECTION));

	return may && field_is_unset(field, object);
}

/* Writes the first `fields` rows of the table. */
static void write_object(const struct record *record, const void *object, struct text *out,
			 int pretty, size_t fields)
{
	const struct field *field;
	bool any = false;

	text_add(out, "{");
	for (field = record->fields; field->name && fields; field++, fields--) {
		if (is_left_out(field, object))
			continue;
		if (any)
			text_add(out, ",");
		any = true;
		write_break(out, deeper(pretty));
		text_addf(out, pretty < 0 ? "\"%s\":" : "\"%s\": ", field->name);
		write_value(field, field_at_const(field, object), out, deeper(pretty));
	}
	if (any)
		write_break(out, pretty);
	text_add(out, "}");
}

void record_write(const struct record *record, const void *object, struct text *out, int pretty)
{
	write_object(record, object, out, pretty, SIZE_MAX);
}
