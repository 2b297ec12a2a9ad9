/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section "instance": the registry's instance, its quota, the VPCs that reach it, and the role by
 * which it keeps PrivateZone. What its repositories are built from: read_builds.c.
 */
#include "probes/cloud_helper/read_builds.h"
#include "probes/cloud_helper/read_inquiry.h"
#include "probes/cloud_helper/reply.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define ROLE "AliyunServiceRoleForContainerRegistryAccessCustomerPrivateZone"

static struct instance_facts *instance_of(struct cloud_run *run)
{
	return &run->facts->instance;
}

/* ListInstance tells the region, and finds what another name of it hides. */
static void on_instances(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct instance_facts *instance = instance_of(run);
	const cJSON *one;

	(void)context;
	if (!inquiry_settle(run, &instance->listed, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "Instances")) {
		if (strcmp(reply_word(one, "InstanceId"), instance->id) != 0 || instance->region)
			continue;
		instance->region = reply_text(run, one, "RegionId");
	}
}

static void on_instance(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct instance_facts *instance = instance_of(run);

	(void)context;
	if (reply->outcome == CALL_MISSING)
		instance->found = (struct maybe){ true, 0 };
	if (!cloud_section_settle(run, SECTION_INSTANCE, reply))
		return;
	instance->found = (struct maybe){ true, 1 };
	instance->name = reply_text(run, reply->json, "InstanceName");
	instance->status = reply_text(run, reply->json, "InstanceStatus");
	instance->specification = reply_text(run, reply->json, "InstanceSpecification");
	instance->issue = reply_text(run, reply->json, "InstanceIssue");
}

static void on_usage(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct instance_facts *instance = instance_of(run);

	(void)context;
	if (!inquiry_settle(run, &instance->usage, reply))
		return;
	instance->vpc_quota = reply_number(reply->json, "VpcQuota");
	instance->vpc_usage = reply_number(reply->json, "VpcUsage");
}

static void add_linked(struct cloud_run *run, const cJSON *json)
{
	struct list *list = &instance_of(run)->linked_vpcs;
	struct linked_vpc_fact *linked;

	if (!inquiry_room(run, &instance_of(run)->endpoint, list, INQUIRY_ITEMS_MAX))
		return;
	linked = list_add(list, sizeof(*linked));
	if (!cloud_keeps(run, linked))
		return;
	linked->vpc_id = reply_text(run, json, "VpcId");
	linked->vswitch_id = reply_text(run, json, "VswitchId");
	linked->ip = reply_address(json, "Ip");
	linked->status = reply_text(run, json, "Status");
	linked->issue = reply_text(run, json, "Issue");
}

static void on_endpoint(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct instance_facts *instance = instance_of(run);
	const cJSON *one;

	(void)context;
	if (!inquiry_settle(run, &instance->endpoint, reply))
		return;
	instance->endpoint_enabled = reply_maybe_flag(reply->json, "Enable");
	reply_strings(run, reply->json, "Domains", INQUIRY_NAMES_MAX, &instance->domains);
	cJSON_ArrayForEach(one, reply_list(reply->json, "LinkedVpcs"))
		add_linked(run, one);
}

static void on_role(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct instance_facts *instance = instance_of(run);

	(void)context;
	(void)inquiry_settle(run, &instance->role, reply);
	if (reply->outcome == CALL_OK || reply->outcome == CALL_MISSING)
		instance->role_exists = (struct maybe){ true, reply->outcome == CALL_OK };
}

static void start(struct cloud_run *run)
{
	const char *id = run->plan->link.instance_id;
	struct cloud_parameter named[] = { { "InstanceId", id }, { NULL, NULL } };
	struct cloud_parameter role[] = { { "RoleName", ROLE }, { NULL, NULL } };
	struct cloud_parameter all[] = { { NULL, NULL } };

	if (!id)
		return;
	cloud_section_begin(run, SECTION_INSTANCE);
	inquiry_text(run, &instance_of(run)->id, id);
	inquiry_text(run, &instance_of(run)->role_name, ROLE);
	cloud_call(run, ACTION_GET_INSTANCE, named, on_instance, NULL);
	cloud_call(run, ACTION_LIST_INSTANCE, all, on_instances, NULL);
	cloud_call(run, ACTION_GET_INSTANCE_USAGE, named, on_usage, NULL);
	cloud_call(run, ACTION_GET_INSTANCE_VPC_ENDPOINT, named, on_endpoint, NULL);
	cloud_call(run, ACTION_GET_ROLE, role, on_role, NULL);
	read_builds(run, id);
}

static void finish(struct cloud_run *run)
{
	instance_sort(instance_of(run));
}

const struct cloud_reader reader_instance = { "instance", start, finish };
