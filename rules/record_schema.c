/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Schema 2020-12 of record tables: one definition a record, "$ref"s between them.
 */
#include "rules/record.h"

#include "rules/record_field.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Decimal octets without leading zeros; the reader checks more than a pattern can. */
#define OCTET "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
#define IPV4 OCTET "(\\\\." OCTET "){3}"
#define ADDRESS_PATTERN "^(" IPV4 "|[0-9a-f:.]*:[0-9a-f:.]*)$"
#define PREFIX_PATTERN "^" IPV4 "(/(3[0-2]|[12]?[0-9]))?$"

/* What null means is the same for all: there is none. */
static bool may_be_null(const struct field *field)
{
	return !(field->flags & FIELD_REQUIRED);
}

static void add_type(struct text *out, const struct field *field, const char *type)
{
	text_addf(out, may_be_null(field) ? "\"type\":[\"%s\",\"null\"]" : "\"type\":\"%s\"", type);
}

static void add_number(struct text *out, const struct field *field)
{
	add_type(out, field, "integer");
	text_addf(out, ",\"minimum\":0,\"maximum\":%" PRIu32,
		  field->most ? field->most : UINT32_MAX);
}

static void add_words(struct text *out, const struct field *field)
{
	bool any = false;
	int i;

	text_add(out, "\"enum\":[");
	for (i = 0; field->words[i]; i++) {
		if (!*field->words[i])
			continue;
		text_addf(out, any ? ",\"%s\"" : "\"%s\"", field->words[i]);
		any = true;
	}
	text_add(out, may_be_null(field) ? ",null]" : "]");
}

static void add_reference(struct text *out, const struct field *field)
{
	const char *name = field->record->name;

	if (may_be_null(field))
		text_addf(out, "\"anyOf\":[{\"$ref\":\"#/$defs/%s\"},{\"type\":\"null\"}]", name);
	else
		text_addf(out, "\"$ref\":\"#/$defs/%s\"", name);
}

static void add_kind(struct text *out, const struct field *field)
{
	switch (field->type) {
	case FIELD_BOOL:
		add_type(out, field, "boolean");
		break;
	case FIELD_U32:
	case FIELD_MAYBE:
		add_number(out, field);
		break;
	case FIELD_U64:
		add_type(out, field, "string");
		text_add(out, ",\"pattern\":\"^(0|[1-9][0-9]{0,19})$\"");
		break;
	case FIELD_SHARE:
		add_type(out, field, "number");
		text_add(out, ",\"minimum\":0,\"maximum\":1");
		break;
	case FIELD_STRING:
		if (field->words)
			add_words(out, field);
		else
			add_type(out, field, "string");
		break;
	case FIELD_STRINGS:
		add_type(out, field, "array");
		text_add(out, ",\"items\":{\"type\":\"string\"}");
		break;
	case FIELD_ADDRESS:
		add_type(out, field, "string");
		text_add(out, ",\"pattern\":\"" ADDRESS_PATTERN "\"");
		break;
	case FIELD_PREFIX:
		add_type(out, field, "string");
		text_add(out, ",\"pattern\":\"" PREFIX_PATTERN "\"");
		break;
	case FIELD_ENUM:
		add_words(out, field);
		break;
	case FIELD_OBJECT:
		add_reference(out, field);
		break;
	case FIELD_LIST:
		add_type(out, field, "array");
		text_addf(out, ",\"items\":{\"$ref\":\"#/$defs/%s\"}", field->record->name);
		break;
	case FIELD_JSON:
		add_type(out, field, "object");
		break;
	}
}

static void add_required(struct text *out, const struct record *record)
{
	const struct field *field;
	bool any = false;

	for (field = record->fields; field->name; field++) {
		if (!(field->flags & FIELD_REQUIRED))
			continue;
		text_addf(out, any ? ", \"%s\"" : ",\n\"required\": [\"%s\"", field->name);
		any = true;
	}
	if (any)
		text_add(out, "]");
}

void record_schema(const struct record *record, struct text *out, unsigned int flags)
{
	const struct field *field;

	text_add(out, "{\"type\": \"object\",\n\"properties\": {");
	for (field = record->fields; field->name; field++) {
		text_addf(out, "%s\n  \"%s\": {", field == record->fields ? "" : ",", field->name);
		add_kind(out, field);
		if (field->doc) {
			text_add(out, ",\"description\":");
			text_add_json(out, field->doc);
		}
		text_add(out, "}");
	}
	text_add(out, "}");
	add_required(out, record);
	if (flags & RECORD_STRICT)
		text_add(out, ",\n\"additionalProperties\": false");
	text_add(out, "}");
}

struct reached {
	const struct record *records[RECORD_SCHEMA_MAX];
	size_t count;
};

/* Every record behind `record`, each once, in the order in which they are met. 0 or -EFBIG. */
static int reach(struct reached *reached, const struct record *record)
{
	const struct field *field;
	size_t i;
	int error = 0;

	for (i = 0; i < reached->count; i++)
		if (reached->records[i] == record)
			return 0;
	if (reached->count == RECORD_SCHEMA_MAX)
		return -EFBIG;
	reached->records[reached->count++] = record;
	for (field = record->fields; field->name && !error; field++)
		if (field->record)
			error = reach(reached, field->record);
	return error;
}

void record_schema_document(const struct record *record, const char *id, const char *title,
			    unsigned int flags, struct text *out)
{
	struct reached reached = { .count = 0 };
	size_t i;
	int error = reach(&reached, record);

	if (error) {
		out->error = error;
		return;
	}
	text_add(out, "{\n\"$schema\": \"https://json-schema.org/draft/2020-12/schema\"");
	text_add(out, ",\n\"$id\": ");
	text_add_json(out, id);
	text_add(out, ",\n\"title\": ");
	text_add_json(out, title);
	text_addf(out, ",\n\"$ref\": \"#/$defs/%s\",\n\"$defs\": {", record->name);
	for (i = 0; i < reached.count; i++) {
		text_addf(out, "%s\n\"%s\": ", i ? "," : "", reached.records[i]->name);
		record_schema(reached.records[i], out, flags);
	}
	text_add(out, "}\n}\n");
}
