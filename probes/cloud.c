/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cloud: hands plan and wishes to reachback-probe-cloud and reads the sections that it fills.
 *
 * Asked only where a region is known, unless the user wants no call. Where the helper finds no
 * credential there is nothing to look at, and the sections stay absent.
 */
#include "probes/catalog.h"
#include "probes/cloud_request.h"
#include "probes/helper.h"
#include "probes/probe.h"

#include "rules/facts_link.h"
#include "rules/text.h"

#include <errno.h>

#define HELPER_NAME "reachback-probe-cloud"
#define ANSWER_MAX ((size_t)64 * 1024 * 1024)

static bool cloud_wanted(const struct probe_context *context, const struct facts *facts)
{
	if (facts->no_cloud)
		return false;
	return facts_region(facts) || (context->cloud && context->cloud->saved);
}

/* A shallow copy that is written and never released: what it points to has its owners. */
static struct cloud_request request_of(const struct probe_context *context,
				       const struct facts *facts)
{
	struct cloud_request request = { .budget_ms = 0 };

	if (context->cloud)
		request = *context->cloud;
	if (request.environment_fd.known)
		request.environment_fd.value = PROBE_KEYS_FD;
	request.plan = facts->plan;
	request.plan.region = (char *)(uintptr_t)facts_region(facts);
	request.plan.link.vpc_id = (char *)(uintptr_t)facts_link_vpc(facts);
	request.plan.link.vswitch_id = (char *)(uintptr_t)facts_link_vswitch(facts);
	request.metadata = facts->metadata.section.state == FACT_OK;
	request.role = facts->metadata.role;
	request.budget_ms = helper_budget_ms(context);
	return request;
}

/* The helper's document has a state for each section; those that it did not look at are absent. */
static int take_sections(const struct probe *probe, const struct text *answer, struct facts *facts,
			 struct fault *fault)
{
	struct facts found;
	unsigned int id;
	int code;

	code = facts_read_part(text_string(answer), answer->length, &found, fault);
	if (code)
		return code;
	for (id = 0; id < SECTION_COUNT; id++)
		if ((SECTION_BIT(probe->section) | probe->also) & SECTION_BIT(id))
			facts_move_section(facts, &found, (enum section_id)id);
	facts_release(&found);
	return facts_section(facts, probe->section)->state == FACT_ABSENT ? PROBE_NOTHING : 0;
}

static int cloud_run(const struct probe_context *context, struct facts *facts,
		     struct fault *fault)
{
	const struct cloud_request request = request_of(context, facts);
	struct helper_call call = { .name = HELPER_NAME, .argument = "-",
				    .record = &cloud_request_record, .request = &request,
				    .deadline_ms = context->deadline_ms };
	struct text answer;
	int code;

	if (!request.budget_ms)
		return -ETIMEDOUT;
	text_init(&answer, ANSWER_MAX);
	code = helper_run(context, &call, &answer, fault);
	if (!code)
		code = take_sections(&probe_cloud, &answer, facts, fault);
	text_release(&answer);
	return code;
}

const struct probe probe_cloud = {
	.name = "cloud",
	.summary = "what the cloud's API says of the registry's instance, network and groups",
	.needs = PROBE_NEEDS_CLOUD | PROBE_NEEDS_HELPER,
	.keeps = 0,
	.wire = "HTTPS requests that read, signed with the user's key, to the API endpoints of the "
		"region (\"reachback docs ram-policy\" lists the operations); before them, where "
		"the credential has to be fetched, requests to STS, to the metadata service or "
		"to the address in ALIBABA_CLOUD_CREDENTIALS_URI; none without a region, none "
		"with --no-cloud",
	.doc = "credentials in the order of the vendor's tools, then instance, vSwitch, route "
	       "tables, border router, security groups, network ACLs, load balancers, PrivateZone",
	.section = SECTION_CLOUD,
	.also = SECTIONS_OF_CLOUD & ~SECTION_BIT(SECTION_CLOUD),
	.optional = true,
	.after = SECTION_BIT(SECTION_METADATA),
	.wanted = cloud_wanted,
	.run = cloud_run,
};
