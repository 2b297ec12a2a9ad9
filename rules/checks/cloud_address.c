/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of the link's form are private ones (CTL-16). */
#include "rules/checks/checks.h"
#include "rules/checks/cloud_rules.h"
#include "rules/checks/endpoint_form.h"

/* RFC 6598 and RFC 2544: reachable from nowhere, so not public. */
static const struct prefix shared_space = { true, 10, 0x64400000 };
static const struct prefix benchmarks = { true, 15, 0xc6120000 };

/* A VPC may have taken addresses that others use in public. */
static bool is_of_vpc(const struct rule_context *context, const struct address *address)
{
	const struct network_facts *network = &context->facts->network;
	uint32_t ipv4 = address_ipv4(address);
	struct prefix cidr;
	size_t i, j;

	if (network->section.state != FACT_OK)
		return false;
	for (i = 0; i < network->vpcs.count; i++) {
		const struct vpc_fact *vpc = LIST_AT(&network->vpcs, struct vpc_fact, i);

		if (vpc->cidr.known && prefix_contains(&vpc->cidr, ipv4))
			return true;
		for (j = 0; j < vpc->secondary_cidrs.count; j++)
			if (!prefix_parse_loose(vpc->secondary_cidrs.items[j], &cidr) &&
			    prefix_contains(&cidr, ipv4))
				return true;
		for (j = 0; j < vpc->user_cidrs.count; j++)
			if (!prefix_parse_loose(vpc->user_cidrs.items[j], &cidr) &&
			    prefix_contains(&cidr, ipv4))
				return true;
	}
	return false;
}

bool cloud_is_public(const struct rule_context *context, const struct address *address)
{
	return form_is_public(&context->facts->plan, address) &&
	       !prefix_contains(&shared_space, address_ipv4(address)) &&
	       !prefix_contains(&benchmarks, address_ipv4(address)) &&
	       !is_of_vpc(context, address);
}

static void judge(const struct rule_context *context, const struct address *address,
		  const char *field, const char *pointer, struct findings *out)
{
	char text[ADDRESS_TEXT_MAX];
	struct finding *finding;

	if (!cloud_is_public(context, address))
		return;
	finding = findings_add(out, STATUS_FAIL);
	if (!finding)
		return;
	finding->subject.address = *address;
	(void)address_print(address, text);
	finding_cause(out, finding, "CTL-16");
	finding_message(out, finding, "%s names %s, which is a public address", field, text);
	finding_expected(out, finding, "the private address by which the VPC reaches it");
	finding_evidence(out, finding, pointer, "%s", text);
	finding_remedy(out, finding, "plan", "name the private address; where %s is one of the "
		       "data center's own, declare its network (datacenter.cidrs)", text);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct plan_link *link = &context->facts->plan.link;
	struct address address;
	size_t i;

	if (link->gitlab_ip.family)
		judge(context, &link->gitlab_ip, "\"Private IP address of the GitLab Server\"",
		      "/plan/link/gitlab_ip", out);
	for (i = 0; i < link->other_ips.count; i++) {
		char pointer[64];

		pointer_print(pointer, sizeof(pointer), "/plan/link/other_ips", i);
		if (!address_parse(link->other_ips.items[i], &address))
			judge(context, &address, "\"Other IP addresses that need to be allowed\"",
			      pointer, out);
	}
}

static const char *skip(const struct rule_context *context)
{
	const struct plan_link *link = &context->facts->plan.link;

	if (link->gitlab_ip.family || link->other_ips.count)
		return NULL;
	return "the plan names no address (link.gitlab_ip, link.other_ips)";
}

const struct rule rule_private_address = {
	.code = "private-addresses-named",
	.area = "plan",
	.title = "the link's addresses are private ones",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN),
	.vantages = VANTAGE_EVERY,
	.causes = { "CTL-16" },
	.why = "the registry's interface reaches what the VPC reaches; a public address is not "
	       "reached from there, and the form takes it without a word",
	.evidence = "link.gitlab_ip and link.other_ips against RFC 1918, the plan's networks and "
		    "the VPC's CIDRs",
	.remedies = {
		{ "plan", "name the private address of GitLab" },
	},
	.document = "000",
	.heading = "Step 1: Create a VPC link",
	.skip = skip,
	.eval = evaluate,
};
