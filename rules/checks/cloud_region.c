/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where things are: everything in one region (CTL-04), and the vSwitch in a zone that the vendor's
 * pages list for the secure build mode (CTL-02, CTL-03).
 */
#include "rules/checks/cloud_rules.h"

#include "rules/zones.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct region_view {
	const struct rule_context *context;
	const char *region; /* that was asked */
	struct findings *out;
};

static void add_elsewhere(const struct region_view *view, const char *resource, const char *what,
			  const char *region, const char *pointer)
{
	struct finding *finding = cloud_finding(view->out, STATUS_FAIL, resource);

	finding_cause(view->out, finding, "CTL-04");
	if (region)
		finding_message(view->out, finding, "%s %s is in %s, the link is planned in %s",
				what, resource, region, view->region);
	else
		finding_message(view->out, finding, "%s %s is not in %s: it is in another region, "
				"or the id is wrong", what, resource, view->region);
	finding_expected(view->out, finding, "instance, VPC, vSwitch and GitLab in one region");
	finding_evidence(view->out, finding, pointer, "%s", region ? region : "not found");
	finding_evidence(view->out, finding, "/cloud/region", "%s", view->region);
	finding_remedy(view->out, finding, "cloud", "use an instance and a VPC of one region, and "
						    "correct the plan's region or id");
}

static bool is_elsewhere(const struct region_view *view, const char *region)
{
	return region && strcmp(region, view->region) != 0;
}

static void judge_instance(const struct region_view *view)
{
	const struct instance_facts *instance = &view->context->facts->instance;

	if (!cloud_section(view->context, SECTION_INSTANCE, view->out) || !instance->id)
		return;
	if (is_elsewhere(view, instance->region))
		add_elsewhere(view, instance->id, "instance", instance->region,
			      "/instance/region");
	else if (instance->found.known && !instance->found.value &&
		 !text_has_prefix(instance->id, CLOUD_PERSONAL_ID))
		add_elsewhere(view, instance->id, "instance", NULL, "/instance/found");
	else if (!instance->region && instance->listed.state != FACT_ABSENT)
		(void)cloud_asked(&instance->listed, "the region of the instance", instance->id,
				  view->out);
}

static void judge_vswitch(const struct region_view *view, const struct network_facts *network)
{
	const struct vswitch_fact *vswitch = network_link_vswitch(network);
	char region[ZONE_REGION_MAX];

	if (network->vswitch_found.known && !network->vswitch_found.value) {
		add_elsewhere(view, network->vswitch_id, "vSwitch", NULL,
			      "/network/vswitch_found");
		return;
	}
	if (vswitch && !zone_region(vswitch->zone, region) && is_elsewhere(view, region))
		add_elsewhere(view, vswitch->id, "vSwitch", region,
			      CLOUD_POINTER("/network/vswitch_list", &network->vswitch_list,
					    vswitch).text);
}

static void judge_network(const struct region_view *view)
{
	const struct network_facts *network = &view->context->facts->network;
	size_t i;

	if (!cloud_section(view->context, SECTION_NETWORK, view->out))
		return;
	judge_vswitch(view, network);
	if (network->vpc_found.known && !network->vpc_found.value)
		add_elsewhere(view, network->vpc_id, "VPC", NULL, "/network/vpc_found");
	for (i = 0; i < network->vpcs.count; i++) {
		const struct vpc_fact *vpc = LIST_AT(&network->vpcs, struct vpc_fact, i);

		if (is_elsewhere(view, vpc->region))
			add_elsewhere(view, vpc->id, "VPC", vpc->region,
				      CLOUD_POINTER("/network/vpcs", &network->vpcs, vpc).text);
	}
	if (network->vpc_id && network->vpc.state != FACT_OK)
		(void)cloud_asked(&network->vpc, "the region of the VPC", network->vpc_id,
				  view->out);
}

/* The border router through which the data center is reached, where CEN tells its region. */
static void judge_border(const struct region_view *view)
{
	const struct transit_facts *transit = &view->context->facts->transit;
	bool told = false;
	size_t i;

	if (!cloud_is_datacenter(view->context) || transit->section.state != FACT_OK)
		return;
	for (i = 0; i < transit->member_list.count; i++) {
		const struct cen_member_fact *member =
			LIST_AT(&transit->member_list, struct cen_member_fact, i);

		if (text_equal(member->id, transit->vbr_id) && member->id &&
		    is_elsewhere(view, member->region)) {
			told = true;
			add_elsewhere(view, member->id, "border router", member->region,
				      CLOUD_POINTER("/transit/member_list",
						    &transit->member_list, member).text);
		}
	}
	if (!told && transit->vbr_id && transit->vbrs.state == FACT_OK &&
	    !transit_vbr(transit, transit->vbr_id))
		add_elsewhere(view, transit->vbr_id, "border router", NULL, "/transit/vbr_id");
}

/* The interfaces that own the plan's addresses: an address of an instance in the cloud. */
static void judge_interfaces(const struct region_view *view)
{
	const struct groups_facts *groups = &view->context->facts->groups;
	char region[ZONE_REGION_MAX];
	size_t i;

	if (groups->section.state != FACT_OK)
		return;
	for (i = 0; i < groups->interfaces.count; i++) {
		const struct interface_fact *one =
			LIST_AT(&groups->interfaces, struct interface_fact, i);

		if (!zone_region(one->zone_id, region) && is_elsewhere(view, region))
			add_elsewhere(view, one->id, "network interface", region,
				      CLOUD_POINTER("/groups/interfaces", &groups->interfaces,
						    one).text);
	}
}

static void evaluate_regions(const struct rule_context *context, struct findings *out)
{
	struct region_view view = { context, context->facts->cloud.region, out };
	struct finding *finding;

	if (!view.region) {
		finding = findings_add(out, STATUS_UNKNOWN);
		finding_message(out, finding, "which region was asked is not told");
		finding_settle(out, finding, "reachback check --region REGION");
		return;
	}
	judge_instance(&view);
	judge_network(&view);
	judge_border(&view);
	judge_interfaces(&view);
}

const struct rule rule_regions_equal = {
	.code = "regions-equal",
	.area = "cloud",
	.title = "instance, VPC, vSwitch and border router are in the planned region",
	.severity = SEVERITY_BLOCKER,
	.reads = CLOUD_READS,
	.vantages = VANTAGE_CLOUD,
	.causes = { "CTL-04" },
	.why = "the link's form offers VPCs of the instance's region alone, and GitLab has to be "
	       "in a VPC or data center of that region",
	.evidence = "the regions that the API tells for the instance and the VPC, that of the "
		    "vSwitch's zone, and which ids are not known in the planned region",
	.remedies = {
		{ "cloud", "use an instance and a VPC of one region" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.eval = evaluate_regions,
};

/* "004 (undated)", "001 (2024-09-29) and ..." */
static void add_pages(unsigned int pages, struct text *out)
{
	size_t i, count = 0;

	for (i = 0; i < ZONE_PAGE_COUNT; i++) {
		if (!(pages & ZONE_PAGE_BIT(i)))
			continue;
		text_addf(out, "%s%s (%s)", count++ ? ", " : "", zone_pages[i].document,
			  zone_pages[i].date ? zone_pages[i].date : "undated");
	}
}

static struct finding *add_zone(const struct network_facts *network,
				const struct vswitch_fact *vswitch, const char *cause,
				struct findings *out)
{
	struct finding *finding = cloud_finding(out, STATUS_WARN, vswitch->id);
	struct cloud_pointer place =
		CLOUD_POINTER("/network/vswitch_list", &network->vswitch_list, vswitch);

	if (!finding)
		return NULL;
	finding->subject.zone = text_copy(vswitch->zone);
	if (vswitch->zone && !finding->subject.zone)
		out->error = -ENOMEM;
	finding_cause(out, finding, cause);
	finding_evidence(out, finding, place.text, "vSwitch %s is in zone %s", vswitch->id,
			 vswitch->zone ? vswitch->zone : "?");
	finding_expected(out, finding, "a zone that page %s (%s) lists under \"Supported zones\"",
			 zone_pages[0].document, zone_pages[0].date);
	finding_remedy(out, finding, "cloud", "use a vSwitch in a zone that page %s lists, or have "
		       "the vendor confirm %s", zone_pages[0].document,
		       vswitch->zone ? vswitch->zone : "the zone");
	finding_remedy(out, finding, "plan", "once it is confirmed: accept zone-not-listed for "
		       "this zone, with the reason");
	return finding;
}

static void judge_zone(const struct network_facts *network, const struct vswitch_fact *vswitch,
		       struct findings *out)
{
	const struct zone_row *row = zone_find(vswitch->zone);
	struct finding *finding;
	struct text pages;

	text_init(&pages, 512);
	if (!row) {
		add_pages(~0u, &pages);
		finding = add_zone(network, vswitch, "CTL-02", out);
		finding_message(out, finding, "zone %s is on none of the vendor's pages: %s",
				vswitch->zone, text_string(&pages));
	} else if (!zone_is_current(row)) {
		add_pages(row->pages, &pages);
		finding = add_zone(network, vswitch, "CTL-03", out);
		finding_message(out, finding,
				"zone %s is not on the newest page, %s (%s), though on %s%s",
				vswitch->zone, zone_pages[0].document, zone_pages[0].date,
				text_string(&pages),
				row->closing ? ", as a region that is closing down" : "");
	} else {
		finding = cloud_finding(out, STATUS_PASS, vswitch->id);
		if (finding)
			finding->subject.zone = text_copy(vswitch->zone);
		if (finding && !finding->subject.zone)
			out->error = -ENOMEM;
		finding_message(out, finding, "zone %s is on the newest page, %s (%s)",
				vswitch->zone, zone_pages[0].document, zone_pages[0].date);
	}
	if (text_error(&pages) == -ENOMEM)
		out->error = -ENOMEM;
	text_release(&pages);
}

static void evaluate_zone(const struct rule_context *context, struct findings *out)
{
	const struct network_facts *network = &context->facts->network;
	const struct vswitch_fact *vswitch = network_link_vswitch(network);
	struct finding *finding;

	if (!cloud_asked(&network->vswitch, "the zone of the vSwitch", network->vswitch_id, out))
		return;
	if (vswitch && vswitch->zone) {
		judge_zone(network, vswitch, out);
		return;
	}
	finding = cloud_finding(out, STATUS_UNKNOWN, network->vswitch_id);
	finding_message(out, finding, "the zone of the vSwitch was not told");
	finding_settle(out, finding, "reachback check --link-vswitch-id VSWITCH");
}

const struct rule rule_zone_not_listed = {
	.code = "zone-not-listed",
	.area = "cloud",
	.title = "the vendor's newest page lists the zone of the vSwitch",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_NETWORK),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CTL-02", "CTL-03" },
	.why = "the secure build mode is not offered in every zone, the pages disagree about "
	       "where, and a link on a vSwitch of another zone cannot be made",
	.evidence = "the zone of the vSwitch against a table of the vendor's pages: the newest "
		    "decides, a page without a date is the oldest, and mangled names of the "
		    "translated page are no data",
	.remedies = {
		{ "cloud", "use a vSwitch in a listed zone, or have the vendor confirm this one" },
	},
	.document = "000",
	.heading = "Supported zones",
	.skip = cloud_no_vswitch,
	.eval = evaluate_zone,
};
