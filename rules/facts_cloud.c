/* SPDX-License-Identifier: Apache-2.0 */
/* Record tables of the sections "metadata" and "cloud". */
#include "rules/facts_cloud.h"

#include "rules/facts.h"
#include "rules/facts_record.h"
#include "rules/text.h"

const char *const call_outcome_words[CALL_OUTCOMES + 1] = {
	"untried", "ok", "missing", "denied", "failed", NULL,
};
const char *const cloud_source_words[CLOUD_SOURCES + 1] = { "", "live", "saved", NULL };

static const struct field metadata_interface_fields[] = {
	FIELD(metadata_interface, mac, FIELD_REQUIRED, "MAC address; key"),
	FIELD(metadata_interface, id, 0, "id of the network interface"),
	FIELD(metadata_interface, vpc_id, 0, "its VPC"),
	FIELD(metadata_interface, vswitch_id, 0, "its vSwitch"),
	FIELD(metadata_interface, vswitch_cidr, 0, "CIDR of the vSwitch"),
	FIELD(metadata_interface, vpc_cidrs, 0, "CIDR of the VPC; secondary ones are not told"),
	FIELD(metadata_interface, primary, 0, "its primary address"),
	FIELD(metadata_interface, addresses, 0, "its private IPv4 addresses"),
	{ .name = NULL },
};
static const struct record metadata_interface_record = { "metadata_interface",
							 sizeof(struct metadata_interface),
							 metadata_interface_fields };

static const struct field metadata_fields[] = {
	SECTION_FIELDS(metadata_facts),
	FIELD(metadata_facts, token, 0, "it answers with a session token"),
	FIELD(metadata_facts, instance_id, 0, "id of the ECS instance"),
	FIELD(metadata_facts, region, 0, "its region"),
	FIELD(metadata_facts, zone, 0, "its zone"),
	FIELD(metadata_facts, vpc_id, 0, "VPC of the primary interface"),
	FIELD(metadata_facts, vswitch_id, 0, "vSwitch of the primary interface"),
	FIELD(metadata_facts, vpc_cidr, 0, "CIDR of that VPC"),
	FIELD(metadata_facts, vswitch_cidr, 0, "CIDR of that vSwitch"),
	FIELD(metadata_facts, role, 0, "name of the instance's RAM role"),
	FIELD_LIST_OF(metadata_facts, interfaces, &metadata_interface_record, 0, "by mac"),
	{ .name = NULL },
};
const struct record metadata_record = { "metadata", sizeof(struct metadata_facts),
					metadata_fields };

static const struct field call_fields[] = {
	FIELD(call_fact, product, FIELD_REQUIRED, "product: \"ecs\", \"vpc\" ..."),
	FIELD(call_fact, action, FIELD_REQUIRED, "operation"),
	FIELD(call_fact, subject, 0, "what it was asked about"),
	FIELD_WORDS(call_fact, outcome, call_outcome_words, FIELD_REQUIRED, "what came of it"),
	FIELD(call_fact, status, 0, "HTTP status of the last answer"),
	FIELD(call_fact, code, 0, "error code of the reply"),
	FIELD(call_fact, message, 0, "why it is not ok"),
	FIELD(call_fact, request_id, 0, "id of the request, for the vendor's support"),
	FIELD(call_fact, permission, 0, "RAM action that it needs"),
	FIELD(call_fact, host, 0, "host that was asked"),
	FIELD(call_fact, pages, 0, "pages that were read"),
	FIELD(call_fact, tries, 0, "requests that were sent, repeated ones counted"),
	FIELD(call_fact, started_ms, 0, "when it began, in the run"),
	FIELD(call_fact, took_ms, 0, "milliseconds"),
	{ .name = NULL },
};
static const struct record call_record = { "call", sizeof(struct call_fact), call_fields };

static const struct field cloud_fields[] = {
	SECTION_FIELDS(cloud_facts),
	FIELD_WORDS(cloud_facts, from, cloud_source_words, 0,
		      "where the replies came from"),
	FIELD(cloud_facts, region, 0, "region that was asked"),
	FIELD(cloud_facts, network, 0, "endpoints that were asked: \"public\" or \"vpc\""),
	FIELD(cloud_facts, credential, 0, "where the credential came from"),
	FIELD(cloud_facts, warnings, 0, "what was noticed about credentials"),
	FIELD(cloud_facts, clock_skew_s, 0,
	      "seconds between this machine's clock and the servers'"),
	FIELD(cloud_facts, clock_behind, 0, "this machine's clock is late, else early"),
	FIELD(cloud_facts, longest_chain_ms, 0, "the longest chain of calls that wait in turn"),
	FIELD_LIST_OF(cloud_facts, calls, &call_record, 0, "by product, action, subject"),
	{ .name = NULL },
};
const struct record cloud_record = { "cloud", sizeof(struct cloud_facts), cloud_fields };

const char *facts_region(const struct facts *facts)
{
	if (facts->plan.region)
		return facts->plan.region;
	return facts->metadata.section.state == FACT_OK ? facts->metadata.region : NULL;
}

bool facts_names_cloud(const struct facts *facts)
{
	const struct plan_link *link = &facts->plan.link;

	return facts_region(facts) || link->instance_id || link->vpc_id || link->vswitch_id;
}

bool facts_on_link_vswitch(const struct facts *facts)
{
	const struct metadata_facts *metadata = &facts->metadata;
	const char *vswitch = facts->plan.link.vswitch_id;
	size_t i;

	if (!vswitch || metadata->section.state != FACT_OK)
		return false;
	for (i = 0; i < metadata->interfaces.count; i++)
		if (text_equal(LIST_AT(&metadata->interfaces, struct metadata_interface, i)
				       ->vswitch_id, vswitch))
			return true;
	return text_equal(metadata->vswitch_id, vswitch);
}
