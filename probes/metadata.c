/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metadata: asks the metadata service of the instance, by the helper that asks the cloud.
 *
 * Only where something says that this may be an instance of the cloud: a plan that names region,
 * instance or vSwitch, an endpoint in the plan, or the machine's own DMI.
 */
#include "probes/catalog.h"
#include "probes/cloud_request.h"
#include "probes/helper.h"
#include "probes/probe.h"

#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HELPER_NAME "reachback-probe-cloud"
#define ANSWER_MAX ((size_t)4 * 1024 * 1024)
#define VENDOR "Alibaba Cloud"

static bool dmi_says_so(const struct probe_context *context)
{
	static const char *const files[] = { "/sys/class/dmi/id/sys_vendor",
					     "/sys/class/dmi/id/product_name" };
	char path[4096], line[128];
	bool found = false;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]) && !found; i++) {
		FILE *file;

		(void)snprintf(path, sizeof(path), "%s%s", context->root, files[i]);
		file = fopen(path, "re");
		found = file && fgets(line, sizeof(line), file) && strstr(line, VENDOR);
		if (file)
			(void)fclose(file);
	}
	return found;
}

static bool metadata_wanted(const struct probe_context *context, const struct facts *facts)
{
	const struct plan *plan = &facts->plan;

	if (facts->no_cloud || (context->cloud && context->cloud->saved))
		return false;
	return plan->region || plan->link.instance_id || plan->link.vswitch_id ||
	       plan->endpoints.metadata || dmi_says_so(context);
}

/* The helper says itself whether the service refused or did not answer. */
static int take(const struct text *answer, struct facts *facts, struct fault *fault)
{
	struct facts found;
	int code = facts_read_part(text_string(answer), answer->length, &found, fault);

	if (code)
		return code;
	facts_move_section(facts, &found, SECTION_METADATA);
	facts_release(&found);
	/* -EAGAIN: it was looked at often enough, one more second would tell no more */
	switch (facts->metadata.section.state) {
	case FACT_OK:
		return 0;
	case FACT_DENIED:
		return fault_set(fault, -EACCES, "%s", facts->metadata.section.note);
	default:
		return fault_set(fault, -EAGAIN, "%s", facts->metadata.section.note ?
				 facts->metadata.section.note : "it gave no answer");
	}
}

static int metadata_run(const struct probe_context *context, struct facts *facts,
			struct fault *fault)
{
	/* the plan has its owner: a shallow copy that is written and never released */
	const struct cloud_request request = { .plan = facts->plan,
					       .budget_ms = helper_budget_ms(context) };
	struct helper_call call = { .name = HELPER_NAME, .argument = "metadata",
				    .record = &cloud_request_record, .request = &request,
				    .deadline_ms = context->deadline_ms };
	struct text answer;
	int code;

	if (!request.budget_ms)
		return -ETIMEDOUT;
	text_init(&answer, ANSWER_MAX);
	code = helper_run(context, &call, &answer, fault);
	if (!code)
		code = take(&answer, facts, fault);
	text_release(&answer);
	return code;
}

const struct probe probe_metadata = {
	.name = "metadata",
	.summary = "which instance, region and vSwitch this machine is",
	.needs = PROBE_NEEDS_HELPER,
	.keeps = 0,
	.wire = "HTTP requests to 100.100.100.200, the instance's own metadata service, where the "
		"plan names it, a region, an instance or a vSwitch or DMI says that this is "
		"Alibaba Cloud; none with --no-cloud",
	.doc = "instance, region, zone, VPC, vSwitch, CIDRs, interfaces by MAC",
	.section = SECTION_METADATA,
	.wanted = metadata_wanted,
	.run = metadata_run,
};
