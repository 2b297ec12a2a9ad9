/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of zones: data with its pages, and the look-ups over it.
 *
 * Page 003 is a machine's translation that made something else of some names (Chinese letters
 * inside, or "cn-beijing" where a zone should stand): these are not in the table, and the page does
 * not count for the zones they may have been. tests/unit/zones/ holds the names on each page.
 */
#include "rules/zones.h"

#include <errno.h>
#include <string.h>

const struct zone_page zone_pages[ZONE_PAGE_COUNT] = {
	[ZONE_PAGE_000] = { "000", "2026-03-26",
			    "Build container images using the secure build mode for VPCs" },
	[ZONE_PAGE_003] = { "003", "2024-11-05",
			    "Build a container image in a VPC (Japanese)" },
	[ZONE_PAGE_001] = { "001", "2024-09-29", "Build a container image in a VPC" },
	[ZONE_PAGE_004] = { "004", NULL,
			    "Build container images in the secure build mode (Chinese)" },
};

#define ONLY_004 ZONE_PAGE_BIT(ZONE_PAGE_004)
#define BUT_000                                                                                    \
	(ZONE_PAGE_BIT(ZONE_PAGE_003) | ZONE_PAGE_BIT(ZONE_PAGE_001) | ZONE_PAGE_BIT(ZONE_PAGE_004))
#define BUT_003                                                                                    \
	(ZONE_PAGE_BIT(ZONE_PAGE_000) | ZONE_PAGE_BIT(ZONE_PAGE_001) | ZONE_PAGE_BIT(ZONE_PAGE_004))
#define EVERY (BUT_000 | BUT_003)

/* By name. */
const struct zone_row zone_rows[] = {
	{ "ap-northeast-1a", EVERY, false },
	{ "ap-northeast-1b", EVERY, false },
	{ "ap-south-1a", ONLY_004, false },
	{ "ap-south-1b", ONLY_004, false },
	{ "ap-southeast-1a", EVERY, false },
	{ "ap-southeast-1b", EVERY, false },
	{ "ap-southeast-1c", EVERY, false },
	{ "ap-southeast-2a", BUT_000, true },
	{ "ap-southeast-2b", BUT_000, true },
	{ "ap-southeast-5a", EVERY, false },
	{ "ap-southeast-5b", EVERY, false },
	{ "cn-beijing-c", BUT_003, false },
	{ "cn-beijing-d", BUT_003, false },
	{ "cn-beijing-e", EVERY, false },
	{ "cn-beijing-f", BUT_003, false },
	{ "cn-beijing-g", BUT_003, false },
	{ "cn-beijing-h", BUT_003, false },
	{ "cn-beijing-i", EVERY, false },
	{ "cn-beijing-j", BUT_003, false },
	{ "cn-beijing-k", BUT_003, false },
	{ "cn-chengdu-a", EVERY, false },
	{ "cn-chengdu-b", EVERY, false },
	{ "cn-hangzhou-e", BUT_003, false },
	{ "cn-hangzhou-f", EVERY, false },
	{ "cn-hangzhou-finance-h", EVERY, false },
	{ "cn-hangzhou-finance-i", EVERY, false },
	{ "cn-hangzhou-finance-j", EVERY, false },
	{ "cn-hangzhou-finance-k", EVERY, false },
	{ "cn-hangzhou-g", EVERY, false },
	{ "cn-hangzhou-h", EVERY, false },
	{ "cn-hangzhou-i", EVERY, false },
	{ "cn-hangzhou-j", EVERY, false },
	{ "cn-hangzhou-k", EVERY, false },
	{ "cn-heyuan-a", EVERY, false },
	{ "cn-heyuan-b", EVERY, false },
	{ "cn-hongkong-b", BUT_003, false },
	{ "cn-hongkong-c", EVERY, false },
	{ "cn-hongkong-d", EVERY, false },
	{ "cn-shanghai-a", EVERY, false },
	{ "cn-shanghai-b", EVERY, false },
	{ "cn-shanghai-c", EVERY, false },
	{ "cn-shanghai-d", EVERY, false },
	{ "cn-shanghai-e", EVERY, false },
	{ "cn-shanghai-f", EVERY, false },
	{ "cn-shanghai-g", EVERY, false },
	{ "cn-shanghai-i", EVERY, false },
	{ "cn-shenzhen-a", EVERY, false },
	{ "cn-shenzhen-b", EVERY, false },
	{ "cn-shenzhen-c", EVERY, false },
	{ "cn-shenzhen-d", EVERY, false },
	{ "cn-shenzhen-e", EVERY, false },
	{ "cn-shenzhen-f", EVERY, false },
	{ "cn-zhangjiakou-a", EVERY, false },
	{ "cn-zhangjiakou-b", EVERY, false },
	{ "cn-zhangjiakou-c", EVERY, false },
	{ "eu-central-1a", EVERY, false },
	{ "eu-central-1b", EVERY, false },
	{ "eu-west-1a", EVERY, false },
	{ "eu-west-1b", EVERY, false },
	{ "us-east-1a", EVERY, false },
	{ "us-east-1b", EVERY, false },
	{ "us-west-1a", EVERY, false },
	{ "us-west-1b", EVERY, false },
};

const size_t zone_row_count = sizeof(zone_rows) / sizeof(zone_rows[0]);

const struct zone_row *zone_find(const char *zone)
{
	size_t i;

	for (i = 0; zone && i < zone_row_count; i++)
		if (!strcmp(zone_rows[i].zone, zone))
			return &zone_rows[i];
	return NULL;
}

bool zone_is_current(const struct zone_row *row)
{
	return row && (row->pages & ZONE_PAGE_BIT(ZONE_PAGE_000));
}

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int zone_region(const char *zone, char region[ZONE_REGION_MAX])
{
	size_t length = zone ? strlen(zone) : 0;

	if (length < 4 || length >= ZONE_REGION_MAX || !is_letter(zone[length - 1]))
		return -EINVAL;
	if (zone[length - 2] == '-')
		length -= 2;
	else if (is_digit(zone[length - 2]))
		length--;
	else
		return -EINVAL;
	memcpy(region, zone, length);
	region[length] = '\0';
	return 0;
}
