/* SPDX-License-Identifier: Apache-2.0 */
/* Record tables and order of the section "instance". */
#include "rules/facts_cloud_instance.h"

#include "rules/facts_record.h"

static const struct field inquiry_fields[] = {
	FIELD_WORDS(inquiry, state, section_words, 0,
		    "what became of it; null: nothing to ask about"),
	FIELD(inquiry, note, 0, "why it is not ok"),
	{ .name = NULL },
};
const struct record inquiry_record = { "inquiry", sizeof(struct inquiry), inquiry_fields };

static const struct field linked_vpc_fields[] = {
	FIELD(linked_vpc_fact, vpc_id, 0, "VPC"),
	FIELD(linked_vpc_fact, vswitch_id, 0, "vSwitch"),
	FIELD(linked_vpc_fact, ip, 0, "address of the registry there"),
	FIELD(linked_vpc_fact, status, 0, "state, as the API spells it"),
	FIELD(linked_vpc_fact, issue, 0, "what the API complains of"),
	{ .name = NULL },
};
static const struct record linked_vpc_record = { "linked_vpc", sizeof(struct linked_vpc_fact),
						 linked_vpc_fields };

static const struct field binding_fields[] = {
	FIELD(binding_fact, repo_id, FIELD_REQUIRED, "repository; key"),
	FIELD(binding_fact, repository, 0, "namespace and name"),
	FIELD_WORDS(binding_fact, state, section_words, 0, "was its binding told"),
	FIELD(binding_fact, note, 0, "why it was not"),
	FIELD(binding_fact, type, 0, "kind of source: \"GITLAB\" ...; null: not bound"),
	FIELD(binding_fact, domain, 0, "URL of the source"),
	FIELD(binding_fact, project, 0, "namespace and name of the project"),
	FIELD(binding_fact, oversea, 0, "1: builds run outside the Chinese mainland"),
	FIELD(binding_fact, automatic, 0, "1: a push builds"),
	{ .name = NULL },
};
static const struct record binding_record = { "binding", sizeof(struct binding_fact),
					      binding_fields };

static const struct field build_rule_fields[] = {
	FIELD(build_rule_fact, repo_id, FIELD_REQUIRED, "repository"),
	FIELD(build_rule_fact, id, 0, "the rule"),
	FIELD(build_rule_fact, kind, 0, "\"GIT_BRANCH\" or \"GIT_TAG\""),
	FIELD(build_rule_fact, name, 0, "branch or tag"),
	FIELD(build_rule_fact, tag, 0, "of the image"),
	FIELD(build_rule_fact, dockerfile, 0, "folder and name"),
	{ .name = NULL },
};
static const struct record build_rule_record = { "build_rule", sizeof(struct build_rule_fact),
						 build_rule_fields };

static const struct field failed_build_fields[] = {
	FIELD(failed_build_fact, repo_id, FIELD_REQUIRED, "repository"),
	FIELD(failed_build_fact, id, 0, "the build"),
	FIELD(failed_build_fact, status, 0, "as the API spells it"),
	FIELD(failed_build_fact, started, 0, "milliseconds since 1970"),
	FIELD(failed_build_fact, clone_log, 0, "lines of the stage GIT_CLONE"),
	{ .name = NULL },
};
static const struct record failed_build_record = { "failed_build", sizeof(struct failed_build_fact),
						   failed_build_fields };

static const struct field instance_fields[] = {
	SECTION_FIELDS(instance_facts),
	FIELD(instance_facts, id, 0, "that was asked about"),
	FIELD(instance_facts, found, 0, "0: not in this region"),
	FIELD(instance_facts, name, 0, "name"),
	FIELD(instance_facts, status, 0, "state, as the API spells it"),
	FIELD(instance_facts, specification, 0, "edition"),
	FIELD(instance_facts, issue, 0, "what the API complains of"),
	FIELD_OBJECT_OF(instance_facts, listed, &inquiry_record, 0, "the list of instances"),
	FIELD(instance_facts, region, 0, "region, as ListInstance tells"),
	FIELD_OBJECT_OF(instance_facts, usage, &inquiry_record, 0, "quota and usage"),
	FIELD(instance_facts, vpc_quota, 0, "VPCs that its access control list may hold"),
	FIELD(instance_facts, vpc_usage, 0, "VPCs in it"),
	FIELD_OBJECT_OF(instance_facts, endpoint, &inquiry_record, 0, "access from VPCs"),
	FIELD(instance_facts, endpoint_enabled, 0, "1: there is access from VPCs"),
	FIELD(instance_facts, domains, 0, "names of the registry for VPCs"),
	FIELD_LIST_OF(instance_facts, linked_vpcs, &linked_vpc_record, 0, "by VPC and vSwitch"),
	FIELD_OBJECT_OF(instance_facts, sources, &inquiry_record, 0, "list of repositories"),
	FIELD(instance_facts, repositories, 0, "that there are"),
	FIELD_LIST_OF(instance_facts, bindings, &binding_record, 0,
		      "by repository; those looked at"),
	FIELD_OBJECT_OF(instance_facts, rules, &inquiry_record, 0, "build rules"),
	FIELD_LIST_OF(instance_facts, build_rules, &build_rule_record, 0, "by repository and id"),
	FIELD_OBJECT_OF(instance_facts, builds, &inquiry_record, 0, "builds and their logs"),
	FIELD_LIST_OF(instance_facts, failed_builds, &failed_build_record, 0, "by repository"),
	FIELD_OBJECT_OF(instance_facts, role, &inquiry_record, 0,
			"service-linked role for PrivateZone"),
	FIELD(instance_facts, role_name, 0, "its name"),
	FIELD(instance_facts, role_exists, 0, "1: it exists"),
	{ .name = NULL },
};
const struct record instance_record = { "instance", sizeof(struct instance_facts),
					instance_fields };

static int compare_linked(const void *one, const void *two)
{
	const struct linked_vpc_fact *a = one, *b = two;
	int order = text_compare(a->vpc_id, b->vpc_id);

	return order ? order : text_compare(a->vswitch_id, b->vswitch_id);
}

static int compare_bindings(const void *one, const void *two)
{
	const struct binding_fact *a = one, *b = two;
	int order = text_compare(a->repository, b->repository);

	return order ? order : text_compare(a->repo_id, b->repo_id);
}

static int compare_build_rules(const void *one, const void *two)
{
	const struct build_rule_fact *a = one, *b = two;
	int order = text_compare(a->repo_id, b->repo_id);

	return order ? order : text_compare(a->id, b->id);
}

static int compare_builds(const void *one, const void *two)
{
	const struct failed_build_fact *a = one, *b = two;
	int order = text_compare(a->repo_id, b->repo_id);

	return order ? order : text_compare(a->id, b->id);
}

void instance_sort(struct instance_facts *instance)
{
	strings_sort(&instance->domains);
	list_sort(&instance->linked_vpcs, sizeof(struct linked_vpc_fact), compare_linked);
	list_sort(&instance->bindings, sizeof(struct binding_fact), compare_bindings);
	list_sort(&instance->build_rules, sizeof(struct build_rule_fact), compare_build_rules);
	list_sort(&instance->failed_builds, sizeof(struct failed_build_fact), compare_builds);
}
