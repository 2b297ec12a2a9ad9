/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zones in which the registry's secure build mode is offered, as the vendor's pages list them.
 *
 * The pages disagree, so each row names the pages that it stands on, and each page has its date:
 * the newest page decides, a zone that only an older one lists is a risk, a zone on none of them is
 * unknown, which is no "no". A page without a date counts as the oldest.
 */
#ifndef RULES_ZONES_H
#define RULES_ZONES_H

#include <stdbool.h>
#include <stddef.h>

/* Index of zone_pages; newest first. */
enum zone_page_id {
	ZONE_PAGE_000,
	ZONE_PAGE_003,
	ZONE_PAGE_001,
	ZONE_PAGE_004,
	ZONE_PAGE_COUNT
};
#define ZONE_PAGE_BIT(id) (1u << (id))

struct zone_page {
	const char *document; /* "000" */
	const char *date;     /* "2026-03-26"; NULL: the page has none */
	const char *title;
};

struct zone_row {
	const char *zone;
	unsigned int pages; /* ZONE_PAGE_BIT()s of the pages that list it */
	bool closing;       /* one of them calls its region closing */
};

extern const struct zone_page zone_pages[ZONE_PAGE_COUNT];
extern const struct zone_row zone_rows[];
extern const size_t zone_row_count;

/* NULL: on no page. */
const struct zone_row *zone_find(const char *zone);
/* Does the newest page list it? */
bool zone_is_current(const struct zone_row *row);

#define ZONE_REGION_MAX 64
/* "cn-hangzhou-finance-h" is in "cn-hangzhou-finance", "us-east-1a" in "us-east-1"; -EINVAL. */
int zone_region(const char *zone, char region[ZONE_REGION_MAX]);

#endif
