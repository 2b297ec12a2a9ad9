/* SPDX-License-Identifier: Apache-2.0 */
/* Section "private_zones": the zones of PrivateZone that the link's VPC sees, and their records. */
#include "probes/cloud_helper/read_inquiry.h"

#include "probes/cloud_helper/reply.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define ZONES_MAX 30      /* whose records are read */
#define RECORDS_MAX 1000  /* of one zone */

static struct private_zones_facts *zones_of(struct cloud_run *run)
{
	return &run->facts->private_zones;
}

static struct private_zone_fact *zone_by_id(struct cloud_run *run, const char *id)
{
	struct list *list = &zones_of(run)->zone_list;
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct private_zone_fact *zone = LIST_AT(list, struct private_zone_fact, i);

		if (text_equal(zone->id, id))
			return zone;
	}
	return NULL;
}

static void add_record(struct cloud_run *run, const cJSON *json, struct private_zone_fact *zone)
{
	struct private_record_fact *record = list_add(&zone->records, sizeof(*record));

	if (!cloud_keeps(run, record))
		return;
	record->name = reply_text(run, json, "Rr");
	record->type = reply_text(run, json, "Type");
	record->value = reply_text(run, json, "Value");
	record->status = reply_text(run, json, "Status");
}

static void on_records(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct private_zone_fact *zone = zone_by_id(run, context);
	struct inquiry inquiry;
	const cJSON *one;

	if (!zone)
		return;
	inquiry = (struct inquiry){ zone->state, zone->note };
	if (reply->outcome == CALL_MISSING)
		inquiry_fail(run, &inquiry, "there is no such zone");
	else if (inquiry_settle(run, &inquiry, reply))
		cJSON_ArrayForEach(one, reply_list(reply->json, "Records.Record")) {
			if (!inquiry_room(run, &inquiry, &zone->records, RECORDS_MAX))
				break;
			add_record(run, one, zone);
		}
	zone->state = inquiry.state;
	zone->note = inquiry.note;
}

/* The registry's own zones come first: of others there may be many. */
static bool is_registrys(const char *name)
{
	static const char tail[] = "aliyuncs.com";
	size_t length = strlen(name);

	return length >= sizeof(tail) - 1 && !strcmp(name + length - (sizeof(tail) - 1), tail);
}

static void add_zone(struct cloud_run *run, const cJSON *json)
{
	struct private_zones_facts *zones = zones_of(run);
	const char *id = inquiry_keep_id(run, reply_word(json, "ZoneId"));
	struct cloud_parameter parameters[] = { { "ZoneId", id }, { NULL, NULL } };
	struct private_zone_fact *zone;

	if (!id || !*id || zone_by_id(run, id) || zones->zone_list.count >= ZONES_MAX)
		return;
	zone = list_add(&zones->zone_list, sizeof(*zone));
	if (!cloud_keeps(run, zone))
		return;
	zone->id = reply_text(run, json, "ZoneId");
	zone->name = reply_text(run, json, "ZoneName");
	zone->creator = reply_text(run, json, "Creator");
	if (zones->vpc_id && strings_add(&zone->vpcs, zones->vpc_id))
		(void)cloud_keeps(run, NULL);
	cloud_call(run, ACTION_DESCRIBE_ZONE_RECORDS, parameters, on_records,
		   (void *)(uintptr_t)id);
}

static void on_zones(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const cJSON *list, *one;
	int round;

	(void)context;
	if (!cloud_section_settle(run, SECTION_PRIVATE_ZONES, reply))
		return;
	list = reply_list(reply->json, "Zones.Zone");
	for (round = 0; round < 2; round++)
		cJSON_ArrayForEach(one, list)
			if (is_registrys(reply_word(one, "ZoneName")) == !round)
				add_zone(run, one);
	zones_of(run)->zones = list ? (uint32_t)cJSON_GetArraySize(list) : 0;
}

static void start(struct cloud_run *run)
{
	const char *vpc = run->plan->link.vpc_id;
	struct cloud_parameter parameters[] = { { "QueryVpcId", vpc },
						{ "QueryRegionId", run->region },
						{ NULL, NULL } };

	if (!vpc)
		return;
	cloud_section_begin(run, SECTION_PRIVATE_ZONES);
	inquiry_text(run, &zones_of(run)->vpc_id, vpc);
	cloud_call(run, ACTION_DESCRIBE_ZONES, parameters, on_zones, NULL);
}

static void finish(struct cloud_run *run)
{
	private_zones_sort(zones_of(run));
}

const struct cloud_reader reader_zones = { "private_zones", start, finish };
