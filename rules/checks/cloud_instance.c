/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry's instance: edition and state (CTL-07, CTL-13), quota (CTL-06), the VPC's access to
 * it (CTL-13, DNS-06), and the role by which it keeps PrivateZone (CTL-08).
 */
#include "rules/checks/cloud_rules.h"

#include <string.h>
#include <strings.h>

static const char *words(const char *word)
{
	return word ? word : "?";
}

/* The instance is there to be judged; where it is not, regions-equal says so. */
static bool is_there(const struct instance_facts *instance, struct findings *out)
{
	struct finding *finding;

	if (!instance->found.known || instance->found.value)
		return true;
	finding = cloud_finding(out, STATUS_UNKNOWN, instance->id);
	finding_message(out, finding, "there is no such instance in the planned region");
	finding_settle(out, finding, "reachback check --link-instance-id INSTANCE --region REGION");
	return false;
}

static void add_edition(const struct instance_facts *instance, const char *seen,
			struct findings *out)
{
	struct finding *finding = cloud_finding(out, STATUS_FAIL, instance->id);

	finding_cause(out, finding, "CTL-07");
	finding_message(out, finding, "instance %s is %s: links to a VPC need the Enterprise "
				      "Edition", words(instance->id), seen);
	finding_expected(out, finding, "an instance of the Enterprise Edition (cri-...)");
	finding_evidence(out, finding, "/instance/specification", "%s",
			 words(instance->specification));
	finding_remedy(out, finding, "cloud", "use an instance of the Enterprise Edition, or "
					      "upgrade this one");
}

static void add_state(const struct instance_facts *instance, struct findings *out)
{
	struct finding *finding = cloud_finding(out, STATUS_FAIL, instance->id);

	finding_cause(out, finding, "CTL-13");
	finding_message(out, finding, "instance %s is %s%s%s", words(instance->id),
			instance->status, instance->issue ? ": " : "",
			instance->issue ? instance->issue : "");
	finding_expected(out, finding, "RUNNING");
	finding_evidence(out, finding, "/instance/status", "%s", instance->status);
	finding_remedy(out, finding, "cloud", "wait until the instance is RUNNING, or mend what "
					      "the console says of it");
}

static void evaluate_edition(const struct rule_context *context, struct findings *out)
{
	const struct instance_facts *instance = &context->facts->instance;
	struct finding *finding;

	if (instance->id && text_has_prefix(instance->id, CLOUD_PERSONAL_ID)) {
		add_edition(instance, "of the Personal Edition", out);
		return;
	}
	if (!is_there(instance, out))
		return;
	if (!instance->status || !instance->specification) {
		finding = cloud_finding(out, STATUS_UNKNOWN, instance->id);
		finding_message(out, finding, "state and edition of the instance were not told");
		finding_settle(out, finding, "reachback check");
		return;
	}
	if (!text_has_prefix(instance->specification, "Enterprise"))
		add_edition(instance, instance->specification, out);
	if (strcasecmp(instance->status, "RUNNING") != 0)
		add_state(instance, out);
}

const struct rule rule_instance_runs = {
	.code = "instance-runs",
	.area = "cloud",
	.title = "the instance runs and is of the Enterprise Edition",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_INSTANCE),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CTL-07", "CTL-13" },
	.why = "links to a VPC are a part of the Enterprise Edition, and an instance that is being "
	       "made, stopped or deleted takes none",
	.evidence = "InstanceSpecification and InstanceStatus of GetInstance",
	.remedies = {
		{ "cloud", "use an instance of the Enterprise Edition that is RUNNING" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = cloud_no_instance,
	.eval = evaluate_edition,
};

static const struct linked_vpc_fact *find_linked(const struct rule_context *context)
{
	const struct instance_facts *instance = &context->facts->instance;
	const char *vpc = cloud_link_vpc(context);
	size_t i;

	for (i = 0; i < instance->linked_vpcs.count; i++) {
		const struct linked_vpc_fact *linked =
			LIST_AT(&instance->linked_vpcs, struct linked_vpc_fact, i);

		if (vpc && text_equal(linked->vpc_id, vpc))
			return linked;
	}
	return NULL;
}

static void evaluate_quota(const struct rule_context *context, struct findings *out)
{
	const struct instance_facts *instance = &context->facts->instance;
	struct finding *finding;

	if (!is_there(instance, out) ||
	    !cloud_asked(&instance->usage, "the quota of VPCs", instance->id, out))
		return;
	if (!instance->vpc_quota.known || !instance->vpc_usage.known) {
		finding = cloud_finding(out, STATUS_UNKNOWN, instance->id);
		finding_message(out, finding, "the quota of VPCs was not told");
		finding_settle(out, finding, "reachback check");
		return;
	}
	if (instance->vpc_usage.value < instance->vpc_quota.value || find_linked(context)) {
		finding = cloud_finding(out, STATUS_PASS, instance->id);
		finding_message(out, finding, "%u of %u VPCs are in the access control list%s",
				instance->vpc_usage.value, instance->vpc_quota.value,
				find_linked(context) ? ", this one among them" : "");
		return;
	}
	finding = cloud_finding(out, STATUS_FAIL, instance->id);
	finding_cause(out, finding, "CTL-06");
	finding_message(out, finding, "all %u VPCs that the edition allows are in use, and the "
				      "link's VPC is none of them", instance->vpc_quota.value);
	finding_expected(out, finding, "room for one more VPC");
	finding_evidence(out, finding, "/instance/vpc_usage", "%u in use",
			 instance->vpc_usage.value);
	finding_evidence(out, finding, "/instance/vpc_quota", "%u allowed",
			 instance->vpc_quota.value);
	finding_remedy(out, finding, "cloud", "take a VPC that is not needed out of the access "
					      "control list, or purchase additional quota");
}

static const char *skip_quota(const struct rule_context *context)
{
	if (context->facts->link_expected)
		return "the link was made: its VPC is counted already";
	return cloud_no_instance(context);
}

const struct rule rule_instance_quota = {
	.code = "instance-quota-left",
	.area = "cloud",
	.title = "the instance may be linked to one more VPC",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_INSTANCE),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CTL-06" },
	.why = "each edition allows a number of VPCs; behind the last of them nothing more is "
	       "created",
	.evidence = "VpcQuota and VpcUsage of GetInstanceUsage",
	.remedies = {
		{ "cloud", "remove a VPC that is not needed, or purchase additional quota" },
	},
	.document = "002",
	.heading = "Usage notes",
	.skip = skip_quota,
	.eval = evaluate_quota,
};

static struct finding *add_linked(const struct rule_context *context, int status,
				  const struct linked_vpc_fact *linked, const char *cause,
				  struct findings *out)
{
	const struct list *list = &context->facts->instance.linked_vpcs;
	struct finding *finding = cloud_finding(out, (enum finding_status)status, linked->vpc_id);

	finding_cause(out, finding, cause);
	finding_evidence(out, finding,
			 CLOUD_POINTER("/instance/linked_vpcs", list, linked).text,
			 "status %s, issue %s", words(linked->status),
			 linked->issue ? linked->issue : "none");
	return finding;
}

static void evaluate_linked(const struct rule_context *context, struct findings *out)
{
	const struct instance_facts *instance = &context->facts->instance;
	const struct linked_vpc_fact *linked = find_linked(context);
	struct finding *finding;
	bool making;

	if (!is_there(instance, out) ||
	    !cloud_asked(&instance->endpoint, "access from VPCs", instance->id, out))
		return;
	if (!linked) {
		finding = cloud_finding(out, STATUS_SKIPPED, cloud_link_vpc(context));
		finding_message(out, finding, "the VPC is not in the instance's access control "
					      "list: nothing to judge");
		return;
	}
	if (linked->status && strcasecmp(linked->status, "RUNNING") != 0) {
		making = strcasecmp(linked->status, "CREATING") == 0;
		finding = add_linked(context, making ? STATUS_WARN : STATUS_FAIL, linked, "CTL-13",
				     out);
		finding_message(out, finding, "access from %s to the registry is %s",
				linked->vpc_id, linked->status);
		finding_expected(out, finding, "RUNNING");
		finding_remedy(out, finding, "cloud", making
			       ? "wait until it is RUNNING"
			       : "take the VPC out of the access control list and add it anew");
	}
	if (linked->issue) {
		finding = add_linked(context, STATUS_WARN, linked, "DNS-06", out);
		finding_message(out, finding, "access from %s to the registry has an issue: %s",
				linked->vpc_id, linked->issue);
		finding_expected(out, finding, "no issue");
		finding_remedy(out, finding, "cloud", "mend what the issue names: another zone of "
			       "PrivateZone stands in the way of the registry's own");
	}
}

const struct rule rule_linked_vpc_running = {
	.code = "linked-vpc-running",
	.area = "cloud",
	.title = "the VPC's access to the registry is running",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_INSTANCE),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CTL-13", "DNS-06" },
	.why = "what is still being made, or has failed unnoticed, fails at the first use",
	.evidence = "LinkedVpcs of GetInstanceVpcEndpoint",
	.remedies = {
		{ "cloud", "wait until it is RUNNING, or add the VPC anew" },
	},
	.document = "002",
	.heading = "Add a VPC to the ACL",
	.skip = cloud_no_instance,
	.eval = evaluate_linked,
};

static void evaluate_role(const struct rule_context *context, struct findings *out)
{
	const struct instance_facts *instance = &context->facts->instance;
	struct finding *finding;

	if (!cloud_asked(&instance->role, "the role for PrivateZone", instance->role_name, out))
		return;
	if (!instance->role_exists.known || instance->role_exists.value)
		return;
	finding = cloud_finding(out, STATUS_WARN, instance->role_name);
	finding_cause(out, finding, "CTL-08");
	finding_message(out, finding, "the service-linked role %s does not exist",
			words(instance->role_name));
	finding_expected(out, finding, "the role exists: the registry writes names of the VPC into "
				       "PrivateZone by it");
	finding_evidence(out, finding, "/instance/role_exists", "no such role");
	finding_remedy(out, finding, "cloud", "add the VPC with a user who may call "
		       "ram:CreateServiceLinkedRole (the registry then makes the role), or create "
		       "the role");
}

const struct rule rule_private_zone_role = {
	.code = "private-zone-role",
	.area = "cloud",
	.title = "the service-linked role for PrivateZone exists",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_INSTANCE),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CTL-08" },
	.why = "without the role the registry cannot make its names in the VPC; whoever adds the "
	       "first VPC needs the permission to create it",
	.evidence = "GetRole of the service-linked role",
	.remedies = {
		{ "cloud", "let a user add the VPC who may create service-linked roles" },
	},
	.document = "002",
	.heading = "How it works",
	.skip = cloud_no_instance,
	.eval = evaluate_role,
};
