/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Do the names that the registry made in PrivateZone still lead to its address in the VPC (DNS-06)?
 * Judged only where the VPC is linked: else there is nothing that they could lead to.
 */
#include "rules/checks/cloud_rules.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

struct zone_view {
	const struct rule_context *context;
	const struct linked_vpc_fact *linked;
	const char *domain;
	struct findings *out;
};

/* The part of the domain in front of the zone: "@" for the zone itself, NULL: of another zone. */
static bool name_inside(const char *domain, const char *zone, char *name, size_t size)
{
	size_t length = strlen(domain), tail = zone ? strlen(zone) : 0;

	if (!tail || tail > length || strcasecmp(domain + length - tail, zone) != 0)
		return false;
	if (tail == length) {
		name[0] = '@';
		name[1] = '\0';
		return true;
	}
	if (domain[length - tail - 1] != '.' || length - tail - 1 >= size)
		return false;
	memcpy(name, domain, length - tail - 1);
	name[length - tail - 1] = '\0';
	return true;
}

static void add_warning(const struct zone_view *view, const char *pointer, const char *seen)
{
	char address[ADDRESS_TEXT_MAX];
	struct finding *finding = cloud_finding(view->out, STATUS_WARN, view->linked->vpc_id);

	if (!finding)
		return;
	finding->subject.host = text_copy(view->domain);
	if (!finding->subject.host)
		view->out->error = -ENOMEM;
	(void)address_print(&view->linked->ip, address);
	finding_cause(view->out, finding, "DNS-06");
	finding_message(view->out, finding, "%s in PrivateZone %s, the registry is at %s in %s",
			view->domain, seen, address, view->linked->vpc_id);
	finding_expected(view->out, finding, "%s leads to %s", view->domain, address);
	finding_evidence(view->out, finding, pointer, "%s %s", view->domain, seen);
	finding_remedy(view->out, finding, "cloud", "restore the record of %s with the value %s; "
		       "taking the VPC out of the access control list and adding it makes the zone "
		       "anew", view->domain, address);
}

static bool is_enabled(const struct private_record_fact *record)
{
	return !record->status || strncasecmp(record->status, "ENABLE", 6) == 0;
}

/* The records of the name; a CNAME or nothing is as wrong as another address. */
static void judge_records(const struct zone_view *view, const struct private_zone_fact *zone,
			  const char *name)
{
	const struct list *zones = &view->context->facts->private_zones.zone_list;
	struct cloud_pointer place = CLOUD_POINTER("/private_zones/zone_list", zones, zone);
	struct finding *finding;
	size_t i, good = 0, bad = 0;
	struct text seen;

	text_init(&seen, 512);
	for (i = 0; i < zone->records.count; i++) {
		const struct private_record_fact *record =
			LIST_AT(&zone->records, struct private_record_fact, i);
		struct address address;

		if (!record->name || strcasecmp(record->name, name) != 0 || !is_enabled(record))
			continue;
		if (text_equal(record->type, "A") && record->value &&
		    !address_parse(record->value, &address) &&
		    address_equal(&address, &view->linked->ip)) {
			good++;
			continue;
		}
		text_addf(&seen, "%s%s %s", bad++ ? ", " : "leads to ",
			  record->type ? record->type : "?", record->value ? record->value : "?");
	}
	if (text_error(&seen) == -ENOMEM)
		view->out->error = -ENOMEM;
	if (bad) {
		add_warning(view, place.text, text_string(&seen));
	} else if (!good) {
		add_warning(view, place.text, "has no record that is enabled");
	} else {
		finding = cloud_finding(view->out, STATUS_PASS, view->linked->vpc_id);
		finding_message(view->out, finding, "%s leads to the registry's address",
				view->domain);
	}
	text_release(&seen);
}

static bool is_registrys(const char *domain)
{
	static const char tail[] = ".aliyuncs.com";
	size_t length = strlen(domain);

	return length >= sizeof(tail) &&
	       !strcasecmp(domain + length - (sizeof(tail) - 1), tail);
}

static void judge_domain(const struct zone_view *view)
{
	const struct private_zones_facts *zones = &view->context->facts->private_zones;
	char name[256];
	size_t i, seen = 0, unread = 0;
	struct finding *finding;

	for (i = 0; i < zones->zone_list.count; i++) {
		const struct private_zone_fact *zone =
			LIST_AT(&zones->zone_list, struct private_zone_fact, i);

		if (!name_inside(view->domain, zone->name, name, sizeof(name)))
			continue;
		if (zone->vpcs.count && !strings_contain(&zone->vpcs, view->linked->vpc_id))
			continue;
		if (zone->state != FACT_OK) {
			unread++;
			continue;
		}
		seen++;
		judge_records(view, zone, name);
	}
	if (seen)
		return;
	if (!is_registrys(view->domain))
		return; /* a name of the user's own may well be public */
	if (zones->zone_list.count >= zones->zones && !unread) {
		add_warning(view, "/private_zones/zones", "is in no zone that the VPC sees");
		return;
	}
	finding = cloud_finding(view->out, STATUS_UNKNOWN, view->linked->vpc_id);
	finding_message(view->out, finding, unread ? "the records of the zone of %s were not read"
						   : "no zone with %s is visible",
			view->domain);
	finding_settle(view->out, finding, "reachback check, with a credential that may call "
					   "pvtz:DescribeZones and pvtz:DescribeZoneRecords");
}

static const struct linked_vpc_fact *find_linked(const struct rule_context *context)
{
	const struct instance_facts *instance = &context->facts->instance;
	const char *vpc = cloud_link_vpc(context);
	size_t i;

	for (i = 0; vpc && i < instance->linked_vpcs.count; i++) {
		const struct linked_vpc_fact *linked =
			LIST_AT(&instance->linked_vpcs, struct linked_vpc_fact, i);

		if (text_equal(linked->vpc_id, vpc) && linked->ip.family)
			return linked;
	}
	return NULL;
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct strings *domains = &context->facts->instance.domains;
	struct zone_view view = { .context = context, .linked = find_linked(context), .out = out };
	size_t i;

	if (!cloud_asked(&context->facts->instance.endpoint, "which names are due",
			 context->facts->instance.id, out))
		return;
	for (i = 0; view.linked && i < domains->count; i++) {
		view.domain = domains->items[i];
		judge_domain(&view);
	}
}

static const char *skip(const struct rule_context *context)
{
	const struct instance_facts *instance = &context->facts->instance;

	if (instance->section.state == FACT_OK && instance->endpoint.state == FACT_OK &&
	    (!find_linked(context) || !instance->domains.count))
		return "the VPC is not in the instance's access control list: no name of it is due";
	return cloud_no_instance(context);
}

const struct rule rule_private_zone_intact = {
	.code = "private-zone-intact",
	.area = "cloud",
	.title = "the registry's names in PrivateZone lead to its address in the VPC",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_INSTANCE) |
		 SECTION_BIT(SECTION_PRIVATE_ZONES),
	.vantages = VANTAGE_CLOUD,
	.causes = { "DNS-06" },
	.why = "the zone that the registry made is not to be changed: with another record pulls "
	       "and deletions of images go astray",
	.evidence = "records of the zones that the VPC sees, against the address that the instance "
		    "tells for the VPC",
	.remedies = {
		{ "cloud", "restore the zone that the registry made in PrivateZone" },
	},
	.document = "002",
	.heading = "How it works",
	.skip = skip,
	.eval = evaluate,
};
