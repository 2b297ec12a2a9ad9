/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Record tables: every type of field is written, read back, copied and released; refusals carry a
 * JSON pointer; lists and strings grow and sort.
 */
#include "rules/record.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct inner {
	char *name;
	uint32_t number;
};

struct sample {
	bool flag;
	uint32_t number;
	uint64_t big;
	struct maybe maybe;
	struct share share;
	char *string;
	struct strings strings;
	struct address address;
	struct prefix prefix;
	int word;
	struct inner object;
	struct list list;
	char *json;
	char *optional;
};

static const char *const words[] = { "", "one", "two", NULL };

static const struct field inner_fields[] = {
	FIELD(inner, name, FIELD_REQUIRED, "a name"),
	FIELD_UP_TO(inner, number, 65535, 0, "a small number"),
	{ .name = NULL },
};
static const struct record inner_record = { "inner", sizeof(struct inner), inner_fields };

static const struct field sample_fields[] = {
	FIELD(sample, flag, 0, "a flag"),
	FIELD(sample, number, 0, "a number"),
	FIELD(sample, big, 0, "a big number"),
	FIELD(sample, maybe, 0, "a number or none"),
	FIELD(sample, share, 0, "a share"),
	FIELD(sample, string, 0, "a string"),
	FIELD(sample, strings, 0, "strings"),
	FIELD(sample, address, 0, "an address"),
	FIELD(sample, prefix, 0, "a prefix"),
	FIELD_WORDS(sample, word, words, 0, "a word"),
	FIELD_OBJECT_OF(sample, object, &inner_record, FIELD_OMIT, "an object"),
	FIELD_LIST_OF(sample, list, &inner_record, 0, "a list"),
	FIELD_JSON_TEXT(sample, json, FIELD_OMIT, "free form"),
	FIELD(sample, optional, FIELD_OMIT, "left out when unset"),
	{ .name = NULL },
};
static const struct record sample_record = { "sample", sizeof(struct sample), sample_fields };

static const char full[] =
	"{\"flag\":true,\"number\":4294967295,\"big\":\"18446744073709551615\",\"maybe\":0,"
	"\"share\":0.0000152587890625,\"string\":\"a \\\"b\\\" \\\\ c\",\"strings\":[\"x\",\"\"],"
	"\"address\":\"2001:db8::1\",\"prefix\":\"100.64.0.0/10\",\"word\":\"two\","
	"\"object\":{\"name\":\"in\",\"number\":65535},"
	"\"list\":[{\"name\":\"a\",\"number\":1},{\"name\":\"b\",\"number\":0}],"
	"\"json\":{\"A\":\"1\",\"B\":[true,null,2,-3,0.5,{}]},\"optional\":\"\"}";

static const char empty[] =
	"{\"flag\":false,\"number\":0,\"big\":\"0\",\"maybe\":null,\"string\":null,\"strings\":[],"
	"\"address\":null,\"prefix\":null,\"word\":null,\"list\":[]}";

static int parse(const char *text, struct sample *sample, unsigned int flags, struct fault *fault)
{
	cJSON *json = NULL;
	int error;

	memset(sample, 0, sizeof(*sample));
	assert_int_equal(json_parse(text, strlen(text), &json, fault), 0);
	error = record_read(&sample_record, json, sample, flags, fault);
	cJSON_Delete(json);
	return error;
}

static void assert_written(const struct sample *sample, const char *expected)
{
	struct text out;

	text_init(&out, 65536);
	record_write(&sample_record, sample, &out, -1);
	assert_int_equal(text_error(&out), 0);
	assert_string_equal(text_string(&out), expected);
	text_release(&out);
}

static void test_round_trip(void **state)
{
	struct sample sample;

	(void)state;
	assert_int_equal(parse(full, &sample, RECORD_STRICT, NULL), 0);
	assert_true(sample.flag);
	assert_int_equal(sample.number, UINT32_MAX);
	assert_true(sample.big == UINT64_MAX);
	assert_true(sample.maybe.known);
	assert_int_equal(sample.maybe.value, 0);
	assert_int_equal(sample.share.addresses, 1);
	assert_int_equal(sample.word, 2);
	assert_int_equal(sample.list.count, 2);
	assert_written(&sample, full);
	record_release(&sample_record, &sample);
	assert_written(&sample, empty);
	assert_int_equal(parse(empty, &sample, RECORD_STRICT, NULL), 0);
	assert_written(&sample, empty);
}

static void test_copy(void **state)
{
	struct sample sample, copy;

	(void)state;
	memset(&copy, 0, sizeof(copy));
	assert_int_equal(parse(full, &sample, 0, NULL), 0);
	assert_int_equal(record_copy(&sample_record, &sample, &copy), 0);
	record_release(&sample_record, &sample);
	assert_written(&copy, full);
	record_release(&sample_record, &copy);
}

static void test_pretty(void **state)
{
	static const char expected[] = "{\n"
				       "  \"name\": \"x\",\n"
				       "  \"number\": 7\n"
				       "}";
	static char name[] = "x";
	struct inner inner = { .name = name, .number = 7 };
	struct text out;

	(void)state;
	text_init(&out, 256);
	record_write(&inner_record, &inner, &out, 0);
	assert_string_equal(text_string(&out), expected);
	text_release(&out);
}

/* All 65,537 of them: nothing is rounded, neither out nor in. */
static void test_every_share(void **state)
{
	struct sample sample = { .share = { .known = true } }, back;
	const char *share;
	struct text out;
	uint32_t k;

	(void)state;
	text_init(&out, 4096);
	for (k = 0; k <= 65536; k++) {
		sample.share.addresses = k;
		text_clear(&out);
		record_write(&sample_record, &sample, &out, -1);
		share = strstr(text_string(&out), "\"share\":");
		assert_non_null(share);
		assert_true(strtod(share + strlen("\"share\":"), NULL) * 65536 == k);
		assert_int_equal(parse(text_string(&out), &back, 0, NULL), 0);
		assert_int_equal(back.share.addresses, k);
		record_release(&sample_record, &back);
	}
	text_release(&out);
}

struct share_row {
	uint32_t addresses;
	const char *text;
};

static void test_share_text(void **state)
{
	static const struct share_row rows[] = {
		{ 0, "\"share\":0," },	       { 65536, "\"share\":1," },
		{ 32768, "\"share\":0.5," },   { 256, "\"share\":0.00390625," },
		{ 65535, "\"share\":0.9999847412109375," },
	};
	struct sample sample = { .share = { .known = true } };
	struct text out;
	size_t i;

	(void)state;
	text_init(&out, 4096);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sample.share.addresses = rows[i].addresses;
		text_clear(&out);
		record_write(&sample_record, &sample, &out, -1);
		assert_non_null(strstr(text_string(&out), rows[i].text));
	}
	text_release(&out);
}

struct refusal {
	const char *json;
	const char *text;
};

static const struct refusal refusals[] = {
	{ "[]", "(whole document): expected an object" },
	{ "{\"flag\":1}", "/flag: expected true or false" },
	{ "{\"number\":-1}", "/number: expected a whole number of 0..4294967295" },
	{ "{\"number\":4294967296}", "/number: expected a whole number of 0..4294967295" },
	{ "{\"number\":1.5}", "/number: expected a whole number" },
	{ "{\"number\":\"7\"}", "not \"7\"" },
	{ "{\"maybe\":1e300}", "/maybe: expected a whole number" },
	{ "{\"big\":7}", "/big: expected a string of digits" },
	{ "{\"big\":\"18446744073709551616\"}", "/big: expected a string of digits" },
	{ "{\"big\":\"-1\"}", "/big: expected a string of digits" },
	{ "{\"share\":0.3}", "/share: expected a part of 65536 addresses" },
	{ "{\"share\":1.5}", "/share: expected a part" },
	{ "{\"share\":-0.5}", "/share: expected a part" },
	{ "{\"string\":{}}", "/string: expected a string" },
	{ "{\"strings\":[\"a\",1]}", "/strings/1: expected a string" },
	{ "{\"strings\":\"a\"}", "/strings: expected a list of strings, not \"a\"" },
	{ "{\"address\":\"100.104.0.0/16\"}", "/address: expected an IPv4 or IPv6 address, not" },
	{ "{\"prefix\":\"100.104.0.1/16\"}", "/prefix: expected an IPv4 prefix" },
	{ "{\"word\":\"three\"}", "/word: expected one of \"one\" \"two\", not \"three\"" },
	{ "{\"word\":\"\"}", "/word: expected one of" },
	{ "{\"object\":{\"name\":\"x\",\"number\":65536}}",
	  "/object/number: expected a whole number of 0..65535" },
	{ "{\"object\":{}}", "/object/name: missing" },
	{ "{\"object\":{\"name\":null}}", "/object/name: missing" },
	{ "{\"list\":{}}", "/list: expected a list" },
	{ "{\"list\":[{\"name\":\"a\"},{}]}", "/list/1/name: missing" },
	{ "{\"list\":[{\"name\":\"a\"},null]}", "/list/1: expected an object" },
	{ "{\"json\":[]}", "/json: expected an object" },
	{ "{\"json\":{\"a\\u0007\":1}}", "/json: expected an object" },
};

static void test_refusals(void **state)
{
	struct sample sample;
	struct fault fault;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		memset(&fault, 0, sizeof(fault));
		assert_int_equal(parse(refusals[i].json, &sample, 0, &fault), -EINVAL);
		if (!strstr(fault.text, refusals[i].text))
			fail_msg("%s: said \"%s\"", refusals[i].json, fault.text);
		record_release(&sample_record, &sample);
	}
}

static const struct refusal unknown_keys[] = {
	{ "{\"nunber\":1}", "/nunber: unknown key; the nearest known key is \"number\"" },
	{ "{\"object\":{\"name\":\"x\",\"nam\":1}}",
	  "/object/nam: unknown key; the nearest known key is \"name\"" },
	{ "{\"list\":[{\"name\":\"x\"},{\"naame\":\"x\"}]}", "/list/1/naame: unknown key" },
	{ "{\"a/b~c\":1}", "/a~1b~0c: unknown key" },
	{ "{\"ctrl\\u001b[1m\":1}", "/ctrl\\x1b[1m: unknown key" },
};

static void test_unknown_keys(void **state)
{
	struct sample sample;
	struct fault fault;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(unknown_keys) / sizeof(unknown_keys[0]); i++) {
		memset(&fault, 0, sizeof(fault));
		assert_int_equal(parse(unknown_keys[i].json, &sample, RECORD_STRICT, &fault),
				 -EINVAL);
		if (!strstr(fault.text, unknown_keys[i].text))
			fail_msg("%s: said \"%s\"", unknown_keys[i].json, fault.text);
		record_release(&sample_record, &sample);
	}
	/* the same key is ignored where additions are allowed */
	assert_int_equal(parse(unknown_keys[0].json, &sample, 0, NULL), 0);
	record_release(&sample_record, &sample);
}

static void test_foreign_strings_are_cleaned(void **state)
{
	struct sample sample;

	(void)state;
	assert_int_equal(parse("{\"string\":\"a\\u001b[31m\\nb\"}", &sample, 0, NULL), 0);
	assert_string_equal(sample.string, "a\\x1b[31m\\x0ab");
	record_release(&sample_record, &sample);
	assert_int_equal(parse("{\"string\":\"\"}", &sample, 0, NULL), 0);
	assert_string_equal(sample.string, "");
	record_release(&sample_record, &sample);
}

static void test_keys_in_any_order(void **state)
{
	struct sample sample;

	(void)state;
	assert_int_equal(parse("{\"optional\":\"o\",\"x\":1,\"number\":3,\"flag\":true}", &sample,
			0,
			       NULL), 0);
	assert_true(sample.flag);
	assert_int_equal(sample.number, 3);
	assert_string_equal(sample.optional, "o");
	record_release(&sample_record, &sample);
}

static void test_a_full_text_is_an_error(void **state)
{
	struct sample sample;
	struct text out;

	(void)state;
	assert_int_equal(parse(full, &sample, 0, NULL), 0);
	text_init(&out, 40);
	record_write(&sample_record, &sample, &out, -1);
	assert_int_equal(text_error(&out), -EFBIG);
	text_release(&out);
	record_release(&sample_record, &sample);
}

static void test_strings(void **state)
{
	struct strings strings = { 0 };
	char name[16];
	int i;

	(void)state;
	for (i = 999; i >= 0; i--) {
		snprintf(name, sizeof(name), "%03d", i);
		assert_int_equal(strings_add(&strings, name), 0);
	}
	assert_int_equal(strings_add(&strings, NULL), -EINVAL);
	strings_sort(&strings);
	assert_int_equal(strings.count, 1000);
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%03d", i);
		assert_string_equal(strings.items[i], name);
	}
	assert_true(strings_contain(&strings, "500"));
	assert_false(strings_contain(&strings, "1000"));
	strings_release(&strings);
	assert_int_equal(strings.count, 0);
	strings_sort(&strings);
}

struct pair {
	uint32_t key;
	uint32_t place;
};

static int compare_pairs(const void *one, const void *two)
{
	const struct pair *a = one, *b = two;

	return a->key < b->key ? -1 : a->key > b->key;
}

/* Equal items keep the order in which they came, whatever the length of the list. */
static void test_sort_is_stable(void **state)
{
	struct list list = { 0 };
	uint32_t seed = 1, length, i;
	struct pair *pair;

	(void)state;
	for (length = 0; length < 300; length++) {
		list.count = 0;
		for (i = 0; i < length; i++) {
			pair = list_add(&list, sizeof(*pair));
			assert_non_null(pair);
			seed = seed * 1103515245u + 12345u;
			pair->key = (seed >> 16) % 10;
			pair->place = i;
		}
		list_sort(&list, sizeof(*pair), compare_pairs);
		for (i = 1; i < length; i++) {
			pair = LIST_AT(&list, struct pair, i);
			assert_true(pair[-1].key <= pair->key);
			if (pair[-1].key == pair->key)
				assert_true(pair[-1].place < pair->place);
		}
	}
	free(list.items);
}

static void test_schema(void **state)
{
	cJSON *json = NULL, *node;
	struct fault fault = { 0 };
	struct text out;

	(void)state;
	text_init(&out, 65536);
	record_schema_document(&sample_record, "sample/1", "A sample", RECORD_STRICT, &out);
	assert_int_equal(text_error(&out), 0);
	if (json_parse(text_string(&out), out.length, &json, &fault) < 0)
		fail_msg("%s", fault.text);
	node = cJSON_GetObjectItemCaseSensitive(json, "$defs");
	node = cJSON_GetObjectItemCaseSensitive(node, "inner");
	assert_true(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(node, "additionalProperties")));
	node = cJSON_GetObjectItemCaseSensitive(node, "required");
	assert_int_equal(cJSON_GetArraySize(node), 1);
	assert_string_equal(node->child->valuestring, "name");
	cJSON_Delete(json);
	text_release(&out);
}

/* A schema that leaves a record out is no schema. */
static void test_schema_of_too_many_records(void **state)
{
	static struct record records[RECORD_SCHEMA_MAX + 1];
	static struct field fields[RECORD_SCHEMA_MAX + 1][2];
	struct text out;
	size_t i;

	(void)state;
	for (i = 0; i <= RECORD_SCHEMA_MAX; i++) {
		records[i] = (struct record){ .name = "link", .fields = fields[i] };
		if (i < RECORD_SCHEMA_MAX)
			fields[i][0] = (struct field){ .name = "next", .type = FIELD_OBJECT,
						       .record = &records[i + 1] };
	}
	text_init(&out, 1024 * 1024);
	record_schema_document(&records[1], "chain/1", "As long as may be", 0, &out);
	assert_int_equal(text_error(&out), 0);
	text_clear(&out);
	record_schema_document(&records[0], "chain/2", "One too long", 0, &out);
	assert_int_equal(text_error(&out), -EFBIG);
	text_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_pretty),
		cmocka_unit_test(test_every_share),
		cmocka_unit_test(test_share_text),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_unknown_keys),
		cmocka_unit_test(test_foreign_strings_are_cleaned),
		cmocka_unit_test(test_keys_in_any_order),
		cmocka_unit_test(test_a_full_text_is_an_error),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_sort_is_stable),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_schema_of_too_many_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
