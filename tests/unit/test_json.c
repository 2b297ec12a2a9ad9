/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict JSON reader. y_ rows must be accepted, n_ rows refused with the place of the fault.
 */
#include "rules/record.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

/* The linker sends the libraries' realloc() here. */
static bool starved;

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
	return starved ? NULL : __real_realloc(memory, size);
}

static const struct {
	const char *name, *text;
} accepted[] = {
	{ "y_null", "null" },
	{ "y_true", "true" },
	{ "y_false", " false " },
	{ "y_empty_list", "[]" },
	{ "y_empty_object", "{}" },
	{ "y_empty_string", "\"\"" },
	{ "y_all_spaces", " \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n" },
	{ "y_object", "{\"a\":1,\"b\":[true,null],\"c\":{\"a\":1}}" },
	{ "y_empty_key", "{\"\":1}" },
	{ "y_keys_differ_in_case", "{\"a\":1,\"A\":2}" },
	{ "y_key_is_a_prefix", "{\"ab\":1,\"a\":2,\"abc\":3}" },
	{ "y_same_key_elsewhere", "[{\"a\":{\"a\":1}},{\"a\":2}]" },
	{ "y_key_repeated_as_value", "{\"a\":\"a\",\"b\":\"a\"}" },
	{ "y_key_and_escaped_backslash", "{\"\\\\u0061\":1,\"a\":2}" },
	{ "y_keys_escaped_and_not", "{\"\\n\":1,\"n\":2,\"\\\\n\":3,\"\\u006E\\u00e9\":4}" },
	{ "y_key_escaped_is_longer", "{\"\\u0061b\":1,\"a\":2,\"\\u0061bc\":3}" },
	{ "y_zero", "0" },
	{ "y_minus_zero", "-0" },
	{ "y_numbers", "[1,-1,1.5,-0.25,1e2,1E+2,1e-2,1.25e00,0e0,10.0]" },
	{ "y_largest_double", "1.7976931348623157e308" },
	{ "y_rounds_to_largest", "1.79769313486231580793e308" },
	{ "y_largest_spelt_out", "0.00017976931348623157e312" },
	{ "y_largest_shifted", "17976931348623157e292" },
	{ "y_tiny_is_zero", "1e-999999999999" },
	{ "y_zero_huge_exponent", "0e999999999999" },
	{ "y_zero_fraction_huge_exponent", "0.000e99999" },
	{ "y_63_digits", "100000000000000000000000000000000000000000000000000000000000000" },
	{ "y_escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\u00Ff\\uFFFF\"" },
	{ "y_surrogate_pair", "\"\\ud83d\\uDE00\"" },
	{ "y_first_and_last_pair", "\"\\ud800\\udc00\\udbff\\udfff\"" },
	{ "y_utf8", "\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80"
		    "\xf4\x8f\xbf\xbf\"" },
	{ "y_delete_character", "\"\x7f\"" },
	{ "y_solidus", "\"/\"" },
};

static const struct {
	const char *name, *text, *fault;
} refused[] = {
	{ "n_empty", "", "line 1 column 1: the document ends" },
	{ "n_spaces_only", " \n ", "line 2 column 2: the document ends" },
	{ "n_trailing_word", "{} x", "line 1 column 4: something stands behind" },
	{ "n_trailing_document", "{}\n{}", "line 2 column 1: something stands behind" },
	{ "n_trailing_bracket", "[]]", "line 1 column 3: something stands behind" },
	{ "n_byte_order_mark", "\xef\xbb\xbf{}", "line 1 column 1: byte order mark" },
	{ "n_mark_inside", "[\xef\xbb\xbf]", "line 1 column 2: expected an object" },
	{ "n_vertical_tab", "\v1", "line 1 column 1: expected an object" },
	{ "n_form_feed", "[1\f]", "line 1 column 3: expected a comma or ]" },
	{ "n_no_break_space", "[\xc2\xa0]", "line 1 column 2: expected an object" },
	{ "n_open_list", "[1", "line 1 column 3: expected a comma or ]" },
	{ "n_open_list_comma", "[1,", "line 1 column 4: the document ends" },
	{ "n_open_object", "{\"a\":1", "line 1 column 7: expected a comma or }" },
	{ "n_open_string", "[\"abc", "line 1 column 2: the string that starts here has no end" },
	{ "n_open_escape", "\"abc\\", "line 1 column 5: unknown escape" },
	{ "n_comma_last_list", "[1,]", "line 1 column 4: expected an object" },
	{ "n_comma_last_object", "{\"a\":1,}", "line 1 column 8: expected a key" },
	{ "n_comma_first", "[,1]", "line 1 column 2: expected an object" },
	{ "n_comma_twice", "[1,,2]", "line 1 column 4: expected an object" },
	{ "n_comma_missing", "[1 2]", "line 1 column 4: expected a comma or ]" },
	{ "n_comma_for_colon", "{\"a\",1}", "line 1 column 5: expected a colon" },
	{ "n_colon_missing", "{\"a\" 1}", "line 1 column 6: expected a colon" },
	{ "n_colon_in_list", "[\"a\":1]", "line 1 column 5: expected a comma or ]" },
	{ "n_wrong_bracket", "[1}", "line 1 column 3: expected a comma or ]" },
	{ "n_wrong_brace", "{\"a\":1]", "line 1 column 7: expected a comma or }" },
	{ "n_key_unquoted", "{a:1}", "line 1 column 2: expected a key" },
	{ "n_key_number", "{1:1}", "line 1 column 2: expected a key" },
	{ "n_key_single_quotes", "{'a':1}", "line 1 column 2: expected a key" },
	{ "n_comment", "[1] // x", "line 1 column 5: something stands behind" },
	{ "n_literal_capital", "True", "line 1 column 1: expected an object" },
	{ "n_literal_short", "nul", "line 1 column 1: expected an object" },
	{ "n_literal_long", "nulll", "line 1 column 5: something stands behind" },
	{ "n_nan", "[NaN]", "line 1 column 2: expected an object" },
	{ "n_infinity", "Infinity", "line 1 column 1: expected an object" },
	{ "n_minus_infinity", "-Infinity", "line 1 column 2: expected a digit" },
	{ "n_minus_alone", "-", "line 1 column 2: expected a digit" },
	{ "n_plus", "+1", "line 1 column 1: expected an object" },
	{ "n_leading_zero", "01", "line 1 column 1: number with a leading zero" },
	{ "n_leading_zero_minus", "[-012]", "line 1 column 2: number with a leading zero" },
	{ "n_hexadecimal", "0x10", "line 1 column 2: something stands behind" },
	{ "n_point_first", ".5", "line 1 column 1: expected an object" },
	{ "n_point_last", "1.", "line 1 column 3: expected a digit behind the point" },
	{ "n_point_exponent", "[1.e5]", "line 1 column 4: expected a digit behind the point" },
	{ "n_exponent_empty", "1e", "line 1 column 3: expected a digit in the exponent" },
	{ "n_exponent_sign", "1e+", "line 1 column 4: expected a digit in the exponent" },
	{ "n_exponent_fraction", "1e1.5", "line 1 column 4: something stands behind" },
	{ "n_overflow", "1e309", "line 1 column 1: number too large" },
	{ "n_overflow_far", "[-1e999999999999999]", "line 1 column 2: number too large" },
	{ "n_overflow_narrow", "1.79769313486231581e308", "line 1 column 1: number too large" },
	{ "n_overflow_small_mantissa", "0.0001e313", "line 1 column 1: number too large" },
	{ "n_overflow_long", "99999999999999999999e289", "line 1 column 1: number too large" },
	{ "n_64_digits", "1000000000000000000000000000000000000000000000000000000000000000",
	  "line 1 column 1: number of more than 63" },
	{ "n_key_twice", "{\"a\":1,\"b\":2,\n \"a\":3}",
	  "line 2 column 2: key \"a\" is there twice" },
	{ "n_key_twice_empty", "{\"\":1,\"\":2}", "line 1 column 7: key \"\" is there twice" },
	{ "n_key_twice_escaped", "{\"a\":1,\"\\u0061\":2}", "line 1 column 8: key" },
	{ "n_key_twice_solidus", "{\"a/b\":1,\"a\\/b\":2}", "line 1 column 10: key" },
	{ "n_key_twice_pair", "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}",
	  "line 1 column 8: key" },
	{ "n_key_twice_inner", "{\"x\":[{\"a\":1,\"a\":1}]}", "line 1 column 14: key" },
	{ "n_key_twice_names_first",
	  "{\"b\":1,\"a\":1,\"a\":2,\"b\":3}", "line 1 column 14: key \"a\"" },
	{ "n_key_twice_named_escape", "{\"a\\tb\":1,\"a\\u0009b\":2}", "line 1 column 11: key" },
	{ "n_key_twice_hex_capital", "{\"\xc3\xaf\":1,\"\\u00EF\":2}", "line 1 column 8: key" },
	{ "n_control_character", "\"a\x01\"", "line 1 column 3: raw control character" },
	{ "n_newline_in_string", "[\"a\nb\"]", "line 1 column 4: raw control character" },
	{ "n_tab_in_key", "{\"a\tb\":1}", "line 1 column 4: raw control character" },
	{ "n_escape_unknown", "\"\\a\"", "line 1 column 2: unknown escape" },
	{ "n_escape_capital", "\"\\N\"", "line 1 column 2: unknown escape" },
	{ "n_escape_x", "\"\\x41\"", "line 1 column 2: unknown escape" },
	{ "n_escape_short", "\"\\u12\"", "line 1 column 2: \\u needs four" },
	{ "n_escape_not_hex", "\"\\u12g4\"", "line 1 column 2: \\u needs four" },
	{ "n_escape_at_end", "\"\\u123", "line 1 column 2: \\u needs four" },
	{ "n_escape_sign", "\"\\u+123\"", "line 1 column 2: \\u needs four" },
	{ "n_escape_nul", "\"a\\u0000\"", "line 1 column 3: \\u0000 is not accepted" },
	{ "n_surrogate_low", "\"\\udc00\"", "line 1 column 2: low surrogate" },
	{ "n_surrogate_high", "\"\\ud800\"", "line 1 column 2: high surrogate" },
	{ "n_surrogate_high_text", "\"\\ud800abcdef\"", "line 1 column 2: high surrogate" },
	{ "n_surrogate_high_twice", "\"\\ud800\\ud800\"", "line 1 column 2: high surrogate" },
	{ "n_surrogate_swapped", "\"\\udc00\\ud800\"", "line 1 column 2: low surrogate" },
	{ "n_surrogate_other_escape", "\"\\ud800\\n1234\"", "line 1 column 2: high surrogate" },
	{ "n_utf8_lone_tail", "\"\x80\"", "line 1 column 2: bytes that are not UTF-8" },
	{ "n_utf8_overlong_2", "\"\xc0\xaf\"", "line 1 column 2: bytes that are not UTF-8" },
	{ "n_utf8_overlong_3", "\"\xe0\x9f\xbf\"", "line 1 column 2: bytes that are not UTF-8" },
	{ "n_utf8_overlong_4", "\"\xf0\x8f\xbf\xbf\"",
	  "line 1 column 2: bytes that are not UTF-8" },
	{ "n_utf8_overlong_nul", "\"\xc0\x80\"", "line 1 column 2: bytes that are not UTF-8" },
	{ "n_utf8_surrogate", "\"\xed\xa0\x80\"", "line 1 column 2: bytes that are not UTF-8" },
	{ "n_utf8_beyond", "\"\xf4\x90\x80\x80\"", "line 1 column 2: bytes that are not UTF-8" },
	{ "n_utf8_cut", "\"\xe2\x82\"", "line 1 column 2: bytes that are not UTF-8" },
	{ "n_utf8_ff", "\"\xff\"", "line 1 column 2: bytes that are not UTF-8" },
	{ "n_utf8_in_key", "{\"\xe9\":1}", "line 1 column 3: bytes that are not UTF-8" },
	/* a column is a character, not a byte */
	{ "n_column_in_characters", "[\"\xc3\xa9\xe2\x82\xac\",x]",
	  "line 1 column 7: expected an object" },
	{ "n_line_counted", "[1,\n\n  x]", "line 3 column 3: expected an object" },
};

static void test_accepted(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		struct fault fault = { .code = 0 };
		struct cJSON *json = NULL;

		if (json_parse(accepted[i].text, strlen(accepted[i].text), &json, &fault) != 0)
			fail_msg("%s: %s", accepted[i].name, fault.text);
		assert_non_null(json);
		assert_int_equal(fault.code, 0);
		cJSON_Delete(json);
	}
}

static void test_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const size_t length = strlen(refused[i].text);
		struct fault fault = { .code = 0 };
		struct cJSON *json = NULL;
		const int rc = json_parse(refused[i].text, length, &json, &fault);

		if (rc != -EINVAL || json || fault.code != rc)
			fail_msg("%s: %d", refused[i].name, rc);
		if (strncmp(fault.text, refused[i].fault, strlen(refused[i].fault)) != 0)
			fail_msg("%s: %s", refused[i].name, fault.text);
		assert_int_equal(json_validate(refused[i].text, length, NULL), -EINVAL);
	}
}

/* Bytes behind `length` do not count, and a NUL within it is no end. */
static void test_length_rules(void **state)
{
	struct cJSON *json = NULL;

	(void)state;
	assert_int_equal(json_parse("{}garbage", 2, &json, NULL), 0);
	cJSON_Delete(json);
	assert_int_equal(json_parse("12345", 2, &json, NULL), 0);
	assert_int_equal(json->valueint, 12);
	cJSON_Delete(json);
	assert_int_equal(json_validate("1\0", 2, NULL), -EINVAL);
	assert_int_equal(json_validate("\"\0\"", 3, NULL), -EINVAL);
	assert_int_equal(json_validate("[\0]", 3, NULL), -EINVAL);
	assert_int_equal(json_validate(NULL, 0, NULL), -EINVAL);
	assert_int_equal(json_validate("x", JSON_SIZE_MAX + 1, NULL), -EFBIG);
}

static void test_depth(void **state)
{
	char text[4 * (JSON_DEPTH_MAX + 2)];
	size_t depth;

	(void)state;
	for (depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
		const int expected = depth <= JSON_DEPTH_MAX ? 0 : -EINVAL;

		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(json_validate(text, 2 * depth, NULL), expected);
	}
	/* what is closed again does not count */
	text[0] = '[';
	for (depth = 0; depth < JSON_DEPTH_MAX + 1; depth++)
		memcpy(text + 1 + 3 * depth, "[],", 3);
	text[3 * depth] = ']';
	assert_int_equal(json_validate(text, 3 * depth + 1, NULL), 0);
}

static void test_values_survive(void **state)
{
	static const char text[] = "{\"state\":1,\"State\":\"a\\u00e9\\ud83d\\ude00\\n\"}";
	struct cJSON *json = NULL;

	(void)state;
	assert_int_equal(json_parse(text, sizeof(text) - 1, &json, NULL), 0);
	assert_string_equal(cJSON_GetObjectItemCaseSensitive(json, "State")->valuestring,
			    "a\xc3\xa9\xf0\x9f\x98\x80\n");
	assert_int_equal(cJSON_GetObjectItemCaseSensitive(json, "state")->valueint, 1);
	cJSON_Delete(json);
}

/* An object of `count` keys; with `twice` the very first key stands at the end again. */
static void big_object(struct text *out, size_t count, bool twice)
{
	size_t i;

	text_add(out, "{");
	for (i = 0; i < count; i++)
		text_addf(out, "%s\"key%zu\":%zu", i ? "," : "", i, i);
	text_add(out, twice ? ",\"key0\":0}" : "}");
	assert_int_equal(text_error(out), 0);
}

static double seconds_of(const struct text *text, int expected)
{
	const clock_t before = clock();

	assert_int_equal(json_validate(text->data, text->length, NULL), expected);
	return (double)(clock() - before) / CLOCKS_PER_SEC;
}

static void test_many_keys(void **state)
{
	struct text text;
	double once;

	(void)state;
	text_init(&text, 16u * 1024 * 1024);
	big_object(&text, 100000, false);
	once = seconds_of(&text, 0);
	text_clear(&text);
	big_object(&text, 100000, true);
	once += seconds_of(&text, -EINVAL);
	/* comparing all pairs would take minutes here */
	printf("two objects of 100,000 keys: %.3f s of CPU\n", once);
	assert_true(once < 20.0);
	text_release(&text);
}

static void test_no_memory_for_keys(void **state)
{
	struct fault fault = { .code = 0 };
	struct cJSON *json = NULL;

	(void)state;
	starved = true;
	assert_int_equal(json_validate("[1,\"a\"]", 7, &fault), 0);
	assert_int_equal(json_parse("{\"a\":1}", 7, &json, &fault), -ENOMEM);
	starved = false;
	assert_null(json);
	assert_int_equal(fault.code, -ENOMEM);
}

static void *no_memory(size_t size)
{
	(void)size;
	return NULL;
}

static void test_no_memory_for_the_tree(void **state)
{
	struct cJSON_Hooks hooks = { .malloc_fn = no_memory, .free_fn = free };
	struct fault fault = { .code = 0 };
	struct cJSON *json = NULL;
	int rc;

	(void)state;
	cJSON_InitHooks(&hooks);
	rc = json_parse("[1]", 3, &json, &fault);
	cJSON_InitHooks(NULL);
	assert_int_equal(rc, -ENOMEM);
	assert_null(json);
	assert_string_equal(fault.text, "out of memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_length_rules),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_values_survive),
		cmocka_unit_test(test_many_keys),
		cmocka_unit_test(test_no_memory_for_keys),
		cmocka_unit_test(test_no_memory_for_the_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
