/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of zones against what stands on each page (unit/zones/PAGE.txt, one name a line), and
 * the region of a zone.
 */
#include "rules/zones.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NAMES_MAX 128

struct page {
	char names[NAMES_MAX][ZONE_REGION_MAX];
	size_t count;
};

static struct page *page_open(const char *document)
{
	struct page *page = calloc(1, sizeof(*page));
	char path[64];
	FILE *file;

	assert_non_null(page);
	snprintf(path, sizeof(path), "unit/zones/%s.txt", document);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s: cannot be read", path);
	while (fgets(page->names[page->count], ZONE_REGION_MAX, file)) {
		page->names[page->count][strcspn(page->names[page->count], "\n")] = '\0';
		page->count++;
		assert_true(page->count < NAMES_MAX);
	}
	fclose(file);
	assert_true(page->count > 50);
	return page;
}

static bool page_lists(const struct page *page, const char *zone)
{
	size_t i;

	for (i = 0; i < page->count; i++)
		if (!strcmp(page->names[i], zone))
			return true;
	return false;
}

/* Both ways: what the table says of a page stands there, and what stands there is in the table. */
static void test_table_is_the_pages(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < ZONE_PAGE_COUNT; i++) {
		struct page *page = page_open(zone_pages[i].document);

		for (j = 0; j < zone_row_count; j++)
			if (page_lists(page, zone_rows[j].zone) !=
			    !!(zone_rows[j].pages & ZONE_PAGE_BIT(i)))
				fail_msg("%s and page %s", zone_rows[j].zone,
					 zone_pages[i].document);
		for (j = 0; j < page->count; j++)
			if (!zone_find(page->names[j]))
				fail_msg("%s of page %s is not in the table", page->names[j],
					 zone_pages[i].document);
		free(page);
	}
}

static void test_pages_are_newest_first(void **state)
{
	size_t i;

	(void)state;
	for (i = 1; i < ZONE_PAGE_COUNT; i++)
		if (zone_pages[i].date)
			assert_true(strcmp(zone_pages[i - 1].date, zone_pages[i].date) > 0);
		else
			assert_int_equal(i, ZONE_PAGE_COUNT - 1);
}

static void test_rows_are_in_order(void **state)
{
	size_t i;

	(void)state;
	for (i = 1; i < zone_row_count; i++)
		assert_true(strcmp(zone_rows[i - 1].zone, zone_rows[i].zone) < 0);
}

static void test_newest_page_decides(void **state)
{
	(void)state;
	assert_true(zone_is_current(zone_find("cn-hangzhou-finance-h")));
	assert_true(zone_is_current(zone_find("cn-beijing-d")));
	assert_false(zone_is_current(zone_find("ap-south-1a")));
	assert_int_equal(zone_find("ap-south-1a")->pages, ZONE_PAGE_BIT(ZONE_PAGE_004));
	assert_false(zone_is_current(zone_find("ap-southeast-2b")));
	assert_true(zone_find("ap-southeast-2b")->closing);
	assert_null(zone_find("cn-shanghai-h"));
	assert_false(zone_is_current(NULL));
}

/* What a translation made of names is no zone. */
static void test_mangled_names_are_no_data(void **state)
{
	(void)state;
	assert_null(zone_find("cn-beijing"));
	assert_null(zone_find("cn-hangzhou"));
	assert_null(zone_find("cn-\xe5\x8c\x97\xe4\xba\xac-d"));
	assert_null(zone_find(""));
	assert_null(zone_find(NULL));
}

static void test_region_of_a_zone(void **state)
{
	static const struct {
		const char *zone, *region;
	} rows[] = {
		{ "cn-hangzhou-j", "cn-hangzhou" },
		{ "cn-hangzhou-finance-h", "cn-hangzhou-finance" },
		{ "cn-shanghai-finance-1a", "cn-shanghai-finance-1" },
		{ "ap-southeast-1a", "ap-southeast-1" },
		{ "us-east-1b", "us-east-1" },
		{ "cn-hangzhou-", NULL },
		{ "cn-hangzhou", NULL },
		{ "", NULL },
		{ NULL, NULL },
	};
	char region[ZONE_REGION_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error = zone_region(rows[i].zone, region);

		assert_int_equal(error != 0, rows[i].region == NULL);
		if (!error)
			assert_string_equal(region, rows[i].region);
	}
	for (i = 0; i < zone_row_count; i++)
		assert_int_equal(zone_region(zone_rows[i].zone, region), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_is_the_pages),
		cmocka_unit_test(test_pages_are_newest_first),
		cmocka_unit_test(test_rows_are_in_order),
		cmocka_unit_test(test_newest_page_decides),
		cmocka_unit_test(test_mangled_names_are_no_data),
		cmocka_unit_test(test_region_of_a_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
