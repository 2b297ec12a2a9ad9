/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing text, the sanitizer, the bounded parsers, and faults, with and without memory.
 */
#include "rules/fault.h"
#include "rules/prefix.h"
#include "rules/text.h"
#include "tests/random.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The linker sends the libraries' realloc() here: -1 lets all pass, 0 fails all, N lets N pass. */
static long allowance = -1;

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
	if (allowance == 0)
		return NULL;
	if (allowance > 0)
		allowance--;
	return __real_realloc(memory, size);
}

static void test_grows(void **state)
{
	struct text text;
	size_t i;

	(void)state;
	text_init(&text, 100000);
	assert_string_equal(text_string(&text), "");
	assert_null(text.data);
	for (i = 0; i < 20000; i++)
		text_addf(&text, "%zu,", i % 10);
	assert_int_equal(text_error(&text), 0);
	assert_int_equal(text.length, 40000);
	assert_int_equal(strlen(text_string(&text)), 40000);
	assert_memory_equal(text.data + 20, "0,1,2,3,", 8);
	text_clear(&text);
	assert_string_equal(text_string(&text), "");
	text_add(&text, "again");
	assert_string_equal(text_string(&text), "again");
	text_release(&text);
	assert_null(text.data);
	text_add(&text, "anew");
	assert_string_equal(text_string(&text), "anew");
	text_release(&text);
}

static void test_limit_latches(void **state)
{
	size_t limit;

	(void)state;
	for (limit = 0; limit < 200; limit++) {
		struct text text;
		size_t i;

		text_init(&text, limit);
		for (i = 0; i < limit; i++)
			text_add_bytes(&text, "x", 1);
		assert_int_equal(text_error(&text), 0);
		assert_int_equal(text.length, limit);
		text_addf(&text, "%d", 1);
		assert_int_equal(text_error(&text), -EFBIG);
		text_add(&text, ""); /* would fit, but a text that failed stays failed */
		assert_int_equal(text_error(&text), -EFBIG);
		assert_int_equal(text.length, limit);
		assert_null(text_take(&text));
		text_clear(&text); /* what was written of it before may be lost already */
		assert_string_equal(text_string(&text), "");
		assert_int_equal(text_error(&text), -EFBIG);
		text_release(&text);
		assert_int_equal(text_error(&text), 0);
	}
}

static void test_take(void **state)
{
	struct text text;
	char *taken;

	(void)state;
	text_init(&text, 10);
	taken = text_take(&text);
	assert_string_equal(taken, "");
	free(taken);
	text_add(&text, "mine");
	taken = text_take(&text);
	assert_string_equal(taken, "mine");
	assert_null(text.data);
	assert_int_equal(text.length, 0);
	free(taken);
}

static void test_no_memory_latches(void **state)
{
	const struct fault none = { .code = 0 };
	struct fault fault = none;
	struct span_set set;
	struct text text;
	long allowed;

	(void)state;
	for (allowed = 0; allowed < 4; allowed++) {
		size_t i;

		text_init(&text, SIZE_MAX);
		span_set_init(&set);
		allowance = allowed;
		for (i = 0; i < 1000; i++)
			text_add_json(&text, "0123456789");
		assert_int_equal(text_error(&text), -ENOMEM);
		assert_null(text_take(&text));
		allowance = allowed;
		for (i = 0; i < 1000; i++)
			span_set_add(&set, (uint32_t)i * 2, (uint32_t)i * 2);
		assert_int_equal(set.error, -ENOMEM);
		span_set_subtract(&set, 0, UINT32_MAX);
		assert_int_equal(set.error, -ENOMEM);
		allowance = 0;
		assert_null(text_clean("abc", 3));
		/* words need no heap */
		fault = none;
		assert_int_equal(fault_set(&fault, -ENOMEM, "no room for %s", "it"), -ENOMEM);
		assert_string_equal(fault.text, "no room for it");
		allowance = -1;
		text_add(&text, "more"); /* memory is back, the gap is not */
		assert_int_equal(text_error(&text), -ENOMEM);
		text_release(&text);
		span_set_release(&set);
	}
}

static const struct {
	const char *raw;
	size_t most;
	const char *clean;
	const char *json;
} foreign[] = {
	{ "", 256, "", "\"\"" },
	{ "plain", 256, "plain", "\"plain\"" },
	{ "plain", 5, "plain", "\"plain\"" },
	{ "plain", 4, "plai...", "\"plain\"" },
	{ "plain", 0, "...", "\"plain\"" },
	{ "a\"b\\c/d", 256, "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
	{ "\x1b[31mred", 256, "\\x1b[31mred", "\"\\\\x1b[31mred\"" },
	{ "a\nb\tc\rd", 256, "a\\x0ab\\x09c\\x0dd", "\"a\\\\x0ab\\\\x09c\\\\x0dd\"" },
	{ "\x7f", 256, "\\x7f", "\"\\\\x7f\"" },
	{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 256, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	  "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
	{ "x\xf0\x9f\x98\x80", 4, "x...", "\"x\xf0\x9f\x98\x80\"" },
	{ "x\xf0\x9f\x98\x80", 5, "x\xf0\x9f\x98\x80", "\"x\xf0\x9f\x98\x80\"" },
	/* C1: NEL and CSI */
	{ "\xc2\x85\xc2\x9b", 256, "\\xc2\\x85\\xc2\\x9b", "\"\\\\xc2\\\\x85\\\\xc2\\\\x9b\"" },
	/* an override of the writing direction, a space without width, a byte order mark */
	{ "a\xe2\x80\xae", 256, "a\\xe2\\x80\\xae", "\"a\\\\xe2\\\\x80\\\\xae\"" },
	{ "\xe2\x80\x8b", 256, "\\xe2\\x80\\x8b", "\"\\\\xe2\\\\x80\\\\x8b\"" },
	{ "\xef\xbb\xbf", 256, "\\xef\\xbb\\xbf", "\"\\\\xef\\\\xbb\\\\xbf\"" },
	{ "\xe2\x80\xa6\xe2\x82\xac", 256, "\xe2\x80\xa6\xe2\x82\xac",
	  "\"\xe2\x80\xa6\xe2\x82\xac\"" },
	{ "\xc2\xa0", 256, "\xc2\xa0", "\"\xc2\xa0\"" },
	{ "\x9b", 256, "\\x9b", "\"\\\\x9b\"" },
	{ "\xc0\xaf", 256, "\\xc0\\xaf", "\"\\\\xc0\\\\xaf\"" },
	{ "\xed\xa0\x80", 256, "\\xed\\xa0\\x80", "\"\\\\xed\\\\xa0\\\\x80\"" },
	{ "\xe2\x82", 256, "\\xe2\\x82", "\"\\\\xe2\\\\x82\"" },
	{ "\xff\xfe", 1, "\\xff...", "\"\\\\xff\\\\xfe\"" },
};

static void test_clean(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		struct text text;
		char *clean;
		char *again;

		text_init(&text, 1000);
		text_add_clean(&text, foreign[i].raw, foreign[i].most);
		assert_string_equal(text_string(&text), foreign[i].clean);
		text_clear(&text);
		text_add_json(&text, foreign[i].raw);
		assert_string_equal(text_string(&text), foreign[i].json);
		text_release(&text);
		clean = text_clean(foreign[i].raw, strlen(foreign[i].raw));
		again = text_clean(clean, strlen(clean));
		assert_string_equal(again, clean); /* cleaning twice changes nothing */
		free(again);
		free(clean);
	}
}

static void test_clean_keeps_no_nul(void **state)
{
	char *clean = text_clean("a\0b", 3);

	(void)state;
	assert_string_equal(clean, "a\\x00b");
	free(clean);
	clean = text_clean(NULL, 0);
	assert_string_equal(clean, "");
	free(clean);
}

/* Encodes by hand, so that the reader meets every code point there is. */
static size_t encode(uint32_t point, char bytes[4])
{
	const size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t i;

	for (i = size; i-- > 1; point >>= 6)
		bytes[i] = (char)(unsigned char)(0x80 | (point & 0x3f));
	bytes[0] = (char)(unsigned char)(leads[size] | point);
	return size;
}

static void test_every_code_point(void **state)
{
	uint32_t point;

	(void)state;
	for (point = 0; point < 0x1fffff; point++) {
		const bool real = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
		char bytes[4];
		const size_t size = encode(point, bytes);

		if (text_utf8_length(bytes, size) != (real ? size : 0))
			fail_msg("U+%04x is misread", point);
		if (text_utf8_length(bytes, size - 1) != 0)
			fail_msg("U+%04x is read though it is cut", point);
	}
}

/* Whatever goes in, what comes out is valid UTF-8 without control characters. */
static void test_clean_random_bytes(void **state)
{
	struct random chance = random_seeded("clean");
	unsigned int round;

	(void)state;
	for (round = 0; round < 5000; round++) {
		char raw[24];
		const size_t length = random_below(&chance, sizeof(raw));
		char *clean;
		size_t at;

		for (at = 0; at < length; at++)
			raw[at] = (char)(unsigned char)random_next(&chance);
		clean = text_clean(raw, length);
		assert_non_null(clean);
		for (at = 0; clean[at];) {
			const unsigned char byte = (unsigned char)clean[at];
			const size_t size = text_utf8_length(clean + at, strlen(clean + at));

			assert_true(size > 0 && byte >= 0x20 && byte != 0x7f);
			assert_false(byte == 0xc2 && (unsigned char)clean[at + 1] < 0xa0);
			at += size;
		}
		free(clean);
	}
}

static void test_numbers(void **state)
{
	/* `rest` NULL: refused */
	static const struct {
		const char *text;
		uint64_t most, value;
		const char *rest;
	} rows[] = {
		{ "0", 0, 0, "" },
		{ "1", 0, 0, NULL },
		{ "7", 5, 0, NULL },
		{ "255", 255, 255, "" },
		{ "256", 255, 0, NULL },
		{ "255.1", 255, 255, ".1" },
		{ "0x10", 255, 0, "x10" },
		{ "00", 255, 0, NULL },
		{ "01", 255, 0, NULL },
		{ "-1", 255, 0, NULL },
		{ "+1", 255, 0, NULL },
		{ " 1", 255, 0, NULL },
		{ "", 255, 0, NULL },
		{ "a", 255, 0, NULL },
		{ "4294967295", UINT32_MAX, UINT32_MAX, "" },
		{ "4294967296", UINT32_MAX, 0, NULL },
		{ "18446744073709551615", UINT64_MAX, UINT64_MAX, "" },
		{ "18446744073709551616", UINT64_MAX, 0, NULL },
		{ "99999999999999999999999", UINT64_MAX, 0, NULL },
		{ "12 ", 20, 12, " " },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *cursor = rows[i].text;
		uint64_t value = 77;
		const int rc = text_number(&cursor, rows[i].most, &value);
		const int whole = text_whole_number(rows[i].text, rows[i].most, &value);

		if (!rows[i].rest) {
			assert_true(rc == -EINVAL && whole == -EINVAL);
			assert_ptr_equal(cursor, rows[i].text);
			assert_int_equal(value, 77);
			continue;
		}
		assert_int_equal(rc, 0);
		assert_string_equal(cursor, rows[i].rest);
		assert_true(value == rows[i].value);
		assert_int_equal(whole, rows[i].rest[0] ? -EINVAL : 0);
	}
	assert_int_equal(text_whole_number(NULL, 1, &(uint64_t){ 0 }), -EINVAL);
}

static void test_strings(void **state)
{
	char *copy = text_copy("abc");

	(void)state;
	assert_string_equal(copy, "abc");
	free(copy);
	assert_null(text_copy(NULL));
	assert_true(text_equal("a", "a") && text_equal(NULL, NULL));
	assert_false(text_equal("a", "b") || text_equal("a", NULL) || text_equal(NULL, "a"));
	assert_true(text_compare("a", "b") < 0 && text_compare("b", "a") > 0);
	assert_true(text_compare(NULL, "") < 0 && text_compare("", NULL) > 0);
	assert_true(text_compare("a", "a") == 0 && text_compare(NULL, NULL) == 0);
	assert_true(text_has_prefix("br-1234", "br-") && text_has_prefix("x", ""));
	assert_false(text_has_prefix("br", "br-") || text_has_prefix("", "x"));
}

/* The definition of the edit distance, word for word. */
static unsigned int slow_distance(const char *a, const char *b)
{
	unsigned int best;
	unsigned int other;

	if (!*a || !*b)
		return (unsigned int)(strlen(a) + strlen(b));
	if (*a == *b)
		return slow_distance(a + 1, b + 1);
	best = slow_distance(a + 1, b + 1);
	other = slow_distance(a + 1, b);
	best = other < best ? other : best;
	other = slow_distance(a, b + 1);
	return 1 + (other < best ? other : best);
}

static void test_distance(void **state)
{
	struct random chance = random_seeded("distance");
	char longer[100];
	unsigned int round;

	(void)state;
	assert_int_equal(text_distance("gitlab_ip", "gitlab_pi", 3), 2);
	assert_int_equal(text_distance("route", "route", 0), 0);
	assert_int_equal(text_distance("", "abc", 2), 3);
	for (round = 0; round < 2000; round++) {
		char a[7] = "";
		char b[7] = "";
		const unsigned int most = random_below(&chance, 7);
		unsigned int truth;
		uint32_t i;

		for (i = random_below(&chance, 7); i > 0; i--)
			a[i - 1] = (char)('a' + (char)random_below(&chance, 3));
		for (i = random_below(&chance, 7); i > 0; i--)
			b[i - 1] = (char)('a' + (char)random_below(&chance, 3));
		truth = slow_distance(a, b);
		assert_int_equal(text_distance(a, b, most), truth <= most ? truth : most + 1);
		assert_int_equal(text_distance(b, a, most), truth <= most ? truth : most + 1);
	}
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(text_distance(longer, longer, 3), 0);
	assert_int_equal(text_distance(longer, "x", 3), 4);
}

static void test_fault_keeps_the_first(void **state)
{
	struct fault fault = { .code = 0 };

	(void)state;
	assert_int_equal(fault_set(&fault, -EINVAL, "bad value \"%s\"", "x\x1b"), -EINVAL);
	assert_int_equal(fault_set(&fault, -EIO, "later"), -EIO);
	assert_int_equal(fault.code, -EINVAL);
	assert_string_equal(fault_text(&fault, -EIO), "bad value \"x\\x1b\"");
	assert_int_equal(fault_set(NULL, -EPERM, "nobody listens"), -EPERM);
	assert_string_equal(fault_text(NULL, -ENOENT), strerror(ENOENT));
	fault = (struct fault){ .code = 0 };
	assert_string_equal(fault_text(&fault, -ENOENT), strerror(ENOENT));
	assert_true(fault_set(&fault, 5, "a code that is no error") < 0);
	assert_true(fault.code < 0);
}

static void test_fault_is_cut_visibly(void **state)
{
	char words[2000];
	size_t length;

	(void)state;
	for (length = FAULT_TEXT_MAX - 12; length < sizeof(words); length++) {
		struct fault fault = { .code = 0 };
		size_t at;

		/* two-byte characters, so that a careless cut would halve one */
		for (at = 0; at + 1 < length; at += 2)
			memcpy(words + at, "\xc3\xa9", 2);
		words[at] = '\0';
		(void)fault_set(&fault, -EINVAL, "%s", words);
		assert_true(strlen(fault.text) < FAULT_TEXT_MAX);
		if (at > FAULT_TEXT_MAX - 4)
			assert_string_equal(fault.text + strlen(fault.text) - 5, "\xc3\xa9...");
		else
			assert_string_equal(fault.text, words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_limit_latches),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_no_memory_latches),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_clean_keeps_no_nul),
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_clean_random_bytes),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_fault_keeps_the_first),
		cmocka_unit_test(test_fault_is_cut_visibly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
