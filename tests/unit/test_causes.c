/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The failure catalogue as data: complete, in order, worded by the same rules throughout, and no
 * rule names a cause that it does not hold.
 */
#include "rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* How many causes each layer has; ids run from 01 without a gap. */
static const struct {
	const char *layer;
	size_t count;
} layers[] = {
	{ "OVL", 16 }, { "RT", 18 },  { "HOST", 18 }, { "EC", 18 },  { "CLD", 13 }, { "SG", 20 },
	{ "DNS", 15 }, { "TLS", 12 }, { "GL", 25 },   { "DEP", 14 }, { "CTL", 16 }, { "MET", 14 },
};

static void test_complete_and_in_order(void **state)
{
	size_t index = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		size_t number;

		for (number = 1; number <= layers[i].count; number++) {
			const struct cause *const cause = cause_at(index++);
			char id[16];

			(void)snprintf(id, sizeof(id), "%s-%02zu", layers[i].layer, number);
			assert_non_null(cause);
			assert_string_equal(cause->id, id);
			assert_ptr_equal(cause_find(id), cause);
		}
	}
	assert_int_equal(index, 199);
	assert_null(cause_at(index));
	assert_null(cause_at(SIZE_MAX));
}

static void test_unknown_ids(void **state)
{
	static const char *const ids[] = {
		"",	  "RT",	   "RT-",  "RT-0",   "RT-19",	 "RT-1",  "RT-011",
		"XX-01",  "-01",   "R-01", "RTX-01", "HOSTS-01", "GL-26", "OVL-00",
	};
	size_t i;

	(void)state;
	assert_null(cause_find(NULL));
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_null(cause_find(ids[i]));
	assert_ptr_equal(cause_find("rt-02"), cause_find("RT-02"));
	assert_non_null(cause_find("Gl-25"));
}

/* One sentence of the catalogue: there, no capital at the start but of a name, no full stop. */
static void check_words(const char *id, const char *words)
{
	static const char *const names[] = { "Maven", "Docker" };
	const size_t length = words ? strlen(words) : 0;
	const size_t word = length ? strcspn(words, " ,") : 0;
	/* a second capital (GitLab, IPv4, NXDOMAIN) makes it no ordinary word */
	bool named = length > 0 && strcspn(words + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") + 1 < word;
	size_t i;

	if (length < 3 || words[length - 1] == '.' || words[length - 1] == ' ')
		fail_msg("%s: \"%s\"", id, words ? words : "(null)");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		named |= strlen(names[i]) == word && strncmp(names[i], words, word) == 0;
	if (words[0] >= 'A' && words[0] <= 'Z' && !named)
		fail_msg("%s: \"%s\" starts with a capital", id, words);
	if (strchr(words, '[') != strstr(words, "[::]") || strstr(words, "  "))
		fail_msg("%s: \"%s\" has a mark in it", id, words);
	for (i = 0; i < length; i++) {
		if (words[i] < 0x20 || words[i] > 0x7e)
			fail_msg("%s: \"%s\" has a foreign byte", id, words);
	}
}

static void test_words(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; cause_at(i); i++) {
		const struct cause *const cause = cause_at(i);

		check_words(cause->id, cause->title);
		check_words(cause->id, cause->symptom);
		check_words(cause->id, cause->evidence);
		check_words(cause->id, cause->fix);
		if (strlen(cause->title) > 140)
			fail_msg("%s: title of %zu characters", cause->id, strlen(cause->title));
	}
}

/* A title stands for its cause, so no two may be equal. */
static void test_titles_differ(void **state)
{
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; cause_at(i); i++) {
		for (j = 0; j < i; j++) {
			if (strcmp(cause_at(i)->title, cause_at(j)->title) == 0)
				fail_msg("%s and %s: same title", cause_at(i)->id, cause_at(j)->id);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete_and_in_order),
		cmocka_unit_test(test_unknown_ids),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_titles_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
