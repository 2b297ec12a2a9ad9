/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table per struct: write, read, release and schema come from it.
 *
 * Writing goes straight into a `struct text` (which latches failure, so that no key can be lost
 * silently); reading goes over a cJSON tree that json_parse() has checked. A field that is missing
 * on input keeps its zero value unless FIELD_REQUIRED is set; null means "there is none". Unknown
 * keys are ignored, or refused by name and nearest known key (RECORD_STRICT: the plan).
 */
#ifndef RULES_RECORD_H
#define RULES_RECORD_H

#include "rules/fault.h"
#include "rules/prefix.h"
#include "rules/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;

enum field_type {
	FIELD_BOOL,    /* bool */
	FIELD_U32,     /* uint32_t, JSON number */
	FIELD_U64,     /* uint64_t, JSON string of digits: may pass 2^53 */
	FIELD_MAYBE,   /* struct maybe, JSON number or null */
	FIELD_SHARE,   /* struct share, JSON number or absent: parts of 65,536, printed exactly */
	FIELD_STRING,  /* char *, JSON string or null; owned */
	FIELD_STRINGS, /* struct strings, JSON list of strings; owned */
	FIELD_ADDRESS, /* struct address, JSON string or null */
	FIELD_PREFIX,  /* struct prefix, JSON string or null */
	FIELD_ENUM,    /* int, one of `words` (NULL-terminated; the index is the value) */
	FIELD_OBJECT,  /* an embedded struct with its own table */
	FIELD_LIST,    /* struct list of structs with their own table */
	FIELD_JSON,    /* char *, compact JSON text of a free-form object, or null; owned */
};

/* A number that may be absent. */
struct maybe {
	bool known;
	uint32_t value;
};

/* A part of the 65,536 addresses; absent where it has no meaning. */
struct share {
	bool known;
	uint32_t addresses;
};

struct strings {
	char **items;
	size_t count;
};

/* A growing list of equal structs; `items` is cast by the owner (see LIST_AT). */
struct list {
	void *items;
	size_t count;
	size_t room;
};

/* Typed access: struct route_fact *r = LIST_AT(&routes->entries, struct route_fact, i). */
#define LIST_AT(list, type, index) (&((type *)(list)->items)[index])

enum field_flags {
	FIELD_REQUIRED = 1u << 0, /* absent or null on input is an error */
	FIELD_OMIT = 1u << 1,     /* left out on output when unset (else null) */
	FIELD_SECTION = 1u << 2,  /* an object that opens with a section's head: left out when its
				     state is 0, and head only when the state is not 1 */
};

struct field {
	const char *name; /* JSON key; NULL ends the table */
	const char *doc;  /* one line; ends up in the schema and the documentation */
	const char *const *words;    /* FIELD_ENUM ("": unset, null in JSON); FIELD_STRING:
					all it may be, for the schema */
	const struct record *record; /* FIELD_OBJECT, FIELD_LIST */
	/* small, for every page of these tables is written to when the program starts */
	uint32_t most; /* FIELD_U32, FIELD_MAYBE: largest value, 0: any */
	uint16_t offset;
	enum field_type type : 8;
	unsigned int flags : 8;
};

/*
 * Rows of a table. FIELD() infers the type from the member, so a row cannot lie about its struct;
 * it knows neither lists, objects, words nor JSON text, which have rows of their own.
 */
#define FIELD_TYPE(owner, member)                                                                  \
	_Generic(((struct owner *)0)->member,                                                      \
		bool: FIELD_BOOL,                                                                  \
		uint32_t: FIELD_U32,                                                               \
		uint64_t: FIELD_U64,                                                               \
		struct maybe: FIELD_MAYBE,                                                         \
		struct share: FIELD_SHARE,                                                         \
		char *: FIELD_STRING,                                                              \
		struct strings: FIELD_STRINGS,                                                     \
		struct address: FIELD_ADDRESS,                                                     \
		struct prefix: FIELD_PREFIX)
#define FIELD(owner, member, bits, text)                                                           \
	{                                                                                          \
		.name = #member, .type = FIELD_TYPE(owner, member),                                \
		.offset = offsetof(struct owner, member), .flags = (bits), .doc = (text)           \
	}
#define FIELD_UP_TO(owner, member, largest, bits, text)                                            \
	{                                                                                          \
		.name = #member, .type = FIELD_TYPE(owner, member),                                \
		.offset = offsetof(struct owner, member), .flags = (bits), .most = (largest),      \
		.doc = (text)                                                                      \
	}
#define FIELD_WORDS(owner, member, list, bits, text)                                               \
	{                                                                                          \
		.name = #member, .type = FIELD_ENUM, .offset = offsetof(struct owner, member),     \
		.flags = (bits), .words = (list), .doc = (text)                                    \
	}
#define FIELD_LIST_OF(owner, member, of, bits, text)                                               \
	{                                                                                          \
		.name = #member, .type = FIELD_LIST, .offset = offsetof(struct owner, member),     \
		.flags = (bits), .record = (of), .doc = (text)                                     \
	}
#define FIELD_OBJECT_OF(owner, member, of, bits, text)                                             \
	{                                                                                          \
		.name = #member, .type = FIELD_OBJECT, .offset = offsetof(struct owner, member),   \
		.flags = (bits), .record = (of), .doc = (text)                                     \
	}
#define FIELD_JSON_TEXT(owner, member, bits, text)                                                 \
	{                                                                                          \
		.name = #member, .type = FIELD_JSON, .offset = offsetof(struct owner, member),     \
		.flags = (bits), .doc = (text)                                                     \
	}

struct record {
	const char *name; /* "route", for the schema's definitions */
	size_t size;      /* of the struct */
	const struct field *fields;
};

enum record_flags {
	RECORD_STRICT = 1u << 0, /* an unknown key is an error that names the nearest known one */
};

/* `pretty`: -1 compact, else the indent level to start with. */
void record_write(const struct record *record, const void *object, struct text *out, int pretty);
/*
 * Fills `object` (zeroed by the caller). Errors carry a JSON pointer: "/links/2/mtu: expected a
 * whole number of 0..4294967295". On error the object holds what was read so far: release it.
 */
int record_read(const struct record *record, const struct cJSON *json, void *object,
		unsigned int flags, struct fault *fault);
/* Frees everything the object owns and zeroes it. */
void record_release(const struct record *record, void *object);
/* Deep copy into a zeroed object; -ENOMEM. */
int record_copy(const struct record *record, const void *from, void *to);
/* JSON Schema 2020-12 of the record: an object definition, "$ref"s to "#/$defs/NAME". */
void record_schema(const struct record *record, struct text *out, unsigned int flags);

/*
 * A whole schema document: the record at its root, every record that it reaches under "$defs".
 * `id` is the "$id", `title` a line for readers. More records than RECORD_SCHEMA_MAX: `out` fails
 * with -EFBIG, for a schema that leaves some out would allow anything in their place.
 */
#define RECORD_SCHEMA_MAX 256
void record_schema_document(const struct record *record, const char *id, const char *title,
			    unsigned int flags, struct text *out);

/* A new zeroed item at the end, NULL when out of memory. `size` is that of the item. */
void *list_add(struct list *list, size_t size);
/* Stable sort by `compare` (as for qsort); items of `size` bytes. Cannot fail. */
void list_sort(struct list *list, size_t size, int (*compare)(const void *a, const void *b));
/* Adds a copy; `items` must have been built by this function alone. -ENOMEM, -EINVAL for NULL. */
int strings_add(struct strings *strings, const char *string);
bool strings_contain(const struct strings *strings, const char *string);
void strings_release(struct strings *strings);
void strings_sort(struct strings *strings);

/* JSON documents are bounded: anything longer is refused before it is parsed. */
#define JSON_SIZE_MAX ((size_t)512 * 1024 * 1024)
#define JSON_DEPTH_MAX 64

/*
 * Strict one-pass validation (RFC 8259, depth 64, valid UTF-8, no \u0000, no duplicate keys, finite
 * numbers, nothing behind the document), then cJSON. The caller frees the tree with cJSON_Delete().
 * Errors say line and column. Only -ENOMEM and -EINVAL, -EFBIG are returned.
 */
int json_parse(const char *bytes, size_t length, struct cJSON **json, struct fault *fault);
/* The validation alone. */
int json_validate(const char *bytes, size_t length, struct fault *fault);

#endif
