/* SPDX-License-Identifier: Apache-2.0 */
/* Record tables and order of the section "private_zones". */
#include "rules/facts_cloud_zones.h"

#include "rules/facts_record.h"

static const struct field private_record_fields[] = {
	FIELD(private_record_fact, name, 0, "name inside the zone"),
	FIELD(private_record_fact, type, 0, "type"),
	FIELD(private_record_fact, value, 0, "value"),
	FIELD(private_record_fact, status, 0, "\"ENABLE\" or \"DISABLE\""),
	{ .name = NULL },
};
static const struct record private_record_record = {
	"private_record", sizeof(struct private_record_fact), private_record_fields,
};

static const struct field private_zone_fields[] = {
	FIELD(private_zone_fact, id, FIELD_REQUIRED, "zone; key"),
	FIELD(private_zone_fact, name, 0, "its name"),
	FIELD(private_zone_fact, creator, 0, "who made it"),
	FIELD_WORDS(private_zone_fact, state, section_words, 0, "were its records read"),
	FIELD(private_zone_fact, note, 0, "why they were not"),
	FIELD(private_zone_fact, vpcs, 0, "VPCs that it serves"),
	FIELD_LIST_OF(private_zone_fact, records, &private_record_record, 0,
		      "by name, type and value"),
	{ .name = NULL },
};
static const struct record private_zone_record = { "private_zone", sizeof(struct private_zone_fact),
						   private_zone_fields };

static const struct field private_zones_fields[] = {
	SECTION_FIELDS(private_zones_facts),
	FIELD(private_zones_facts, vpc_id, 0, "VPC whose zones were asked for"),
	FIELD(private_zones_facts, zones, 0, "that there are, of any name"),
	FIELD_LIST_OF(private_zones_facts, zone_list, &private_zone_record, 0,
		      "by name and id: those that may be the registry's"),
	{ .name = NULL },
};
const struct record private_zones_record = { "private_zones", sizeof(struct private_zones_facts),
					     private_zones_fields };

static int compare_zones(const void *one, const void *two)
{
	const struct private_zone_fact *a = one, *b = two;
	int order = text_compare(a->name, b->name);

	return order ? order : text_compare(a->id, b->id);
}

static int compare_records(const void *one, const void *two)
{
	const struct private_record_fact *a = one, *b = two;
	int order = text_compare(a->name, b->name);

	order = order ? order : text_compare(a->type, b->type);
	return order ? order : text_compare(a->value, b->value);
}

void private_zones_sort(struct private_zones_facts *zones)
{
	size_t i;

	list_sort(&zones->zone_list, sizeof(struct private_zone_fact), compare_zones);
	for (i = 0; i < zones->zone_list.count; i++) {
		struct private_zone_fact *zone =
			LIST_AT(&zones->zone_list, struct private_zone_fact, i);

		strings_sort(&zone->vpcs);
		list_sort(&zone->records, sizeof(struct private_record_fact), compare_records);
	}
}
