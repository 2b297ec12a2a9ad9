/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section "groups", network ACLs: which one guards a vSwitch, and its entries in their order.
 */
#include "probes/cloud_helper/read_groups.h"

#include "probes/cloud_helper/reply.h"

#include <cjson/cJSON.h>

#include <stdlib.h>
#include <string.h>

#define PREFIX_LIST "pl-"

static struct guard_fact *find_guard(struct cloud_run *run, const char *vswitch)
{
	struct list *guards = &run->facts->groups.guards;
	size_t i;

	for (i = 0; i < guards->count; i++)
		if (text_equal(LIST_AT(guards, struct guard_fact, i)->vswitch_id, vswitch))
			return LIST_AT(guards, struct guard_fact, i);
	return NULL;
}

static struct network_acl_fact *find_acl(struct cloud_run *run, const char *id)
{
	struct list *acls = &run->facts->groups.acls;
	size_t i;

	for (i = 0; i < acls->count; i++)
		if (text_equal(LIST_AT(acls, struct network_acl_fact, i)->id, id))
			return LIST_AT(acls, struct network_acl_fact, i);
	return NULL;
}

static void read_entries(struct cloud_run *run, const struct cJSON *list, const char *peer,
			 struct network_acl_fact *acl, struct list *out)
{
	const struct cJSON *one;

	cJSON_ArrayForEach(one, list) {
		struct acl_rule_fact *rule;

		if (out->count >= READ_ENTRIES_MAX) {
			acl->state = FACT_FAILED;
			asked_note(run, &acl->note, "it has more entries than are read");
			return;
		}
		rule = list_add(out, sizeof(*rule));
		if (!cloud_keeps(run, rule))
			return;
		rule->id = reply_text(run, one, "NetworkAclEntryId");
		rule->policy = reply_text(run, one, "Policy");
		rule->protocol = reply_text(run, one, "Protocol");
		rule->ports = reply_text(run, one, "Port");
		rule->peer = reply_text(run, one, peer);
		rule->family = reply_text(run, one, "IpVersion");
		rule->kind = reply_text(run, one, "EntryType");
		if (rule->peer && strncmp(rule->peer, PREFIX_LIST, strlen(PREFIX_LIST)) == 0)
			read_named_list(run, ACTION_GET_VPC_PREFIX_LIST_ENTRIES, rule->peer);
	}
}

static void take_acl(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct asked *asked = context;
	struct network_acl_fact *acl = find_acl(run, asked->id);
	const struct cJSON *json, *one;

	if (!acl || !asked_settle(run, reply, &acl->state, &acl->note))
		return;
	json = reply_at(reply->json, "NetworkAclAttribute");
	if (!json) {
		acl->state = FACT_FAILED;
		asked_note(run, &acl->note, "the answer holds no ACL");
		return;
	}
	acl->name = reply_text(run, json, "NetworkAclName");
	acl->vpc_id = reply_text(run, json, "VpcId");
	cJSON_ArrayForEach(one, reply_list(json, "Resources.Resource")) {
		char *id = reply_text(run, one, "ResourceId");

		if (id && acl->vswitches.count < READ_ENTRIES_MAX &&
		    strings_add(&acl->vswitches, id) < 0)
			(void)cloud_keeps(run, NULL);
		free(id);
	}
	read_entries(run, reply_list(json, "IngressAclEntries.IngressAclEntry"), "SourceCidrIp",
		     acl, &acl->ingress);
	read_entries(run, reply_list(json, "EgressAclEntries.EgressAclEntry"),
		     "DestinationCidrIp", acl, &acl->egress);
}

void read_network_acl(struct cloud_run *run, const char *id)
{
	const struct cloud_parameter parameters[] = { { "NetworkAclId", id }, { NULL, NULL } };
	struct network_acl_fact *acl;
	struct asked *asked;

	if (find_acl(run, id) || run->facts->groups.acls.count >= READ_ACLS_MAX)
		return;
	asked = asked_for(run, id);
	if (!asked)
		return;
	acl = list_add(&run->facts->groups.acls, sizeof(*acl));
	if (!cloud_keeps(run, acl))
		return;
	acl->state = FACT_FAILED;
	acl->id = text_copy(id);
	(void)cloud_keeps(run, acl->id);
	asked_note(run, &acl->note, READ_NO_ANSWER);
	cloud_call(run, ACTION_DESCRIBE_NETWORK_ACL_ATTRIBUTES, parameters, take_acl, asked);
}

/* Is the ACL of the answer bound to the vSwitch? Filters are not always heeded. */
static bool guards(const struct cJSON *acl, const char *vswitch)
{
	const struct cJSON *resources = reply_list(acl, "Resources.Resource"), *one;

	if (!cJSON_GetArraySize(resources))
		return true;
	cJSON_ArrayForEach(one, resources)
		if (strcmp(reply_word(one, "ResourceId"), vswitch) == 0)
			return true;
	return false;
}

/* A list, or a count that says that there is none to show. */
static bool is_told(const struct cJSON *json)
{
	struct maybe total = reply_number(json, "TotalCount");

	return reply_list(json, "NetworkAcls.NetworkAcl") || (total.known && !total.value);
}

static void take_guard(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct asked *asked = context;
	struct guard_fact *guard = find_guard(run, asked->id);
	const struct cJSON *one;

	if (!guard || !asked_settle(run, reply, &guard->state, &guard->note))
		return;
	if (!is_told(reply->json)) {
		guard->state = FACT_FAILED;
		asked_note(run, &guard->note, "the answer holds no list of ACLs");
		return;
	}
	cJSON_ArrayForEach(one, reply_list(reply->json, "NetworkAcls.NetworkAcl")) {
		if (!*reply_word(one, "NetworkAclId") || !guards(one, asked->id) || guard->acl)
			continue;
		guard->acl = reply_text(run, one, "NetworkAclId");
		read_network_acl(run, reply_word(one, "NetworkAclId"));
	}
}

void read_guard(struct cloud_run *run, const char *vswitch)
{
	const struct cloud_parameter parameters[] = {
		{ "ResourceType", "VSwitch" }, { "ResourceId", vswitch }, { NULL, NULL },
	};
	struct guard_fact *guard;
	struct asked *asked;

	if (find_guard(run, vswitch))
		return;
	asked = asked_for(run, vswitch);
	if (!asked)
		return;
	guard = list_add(&run->facts->groups.guards, sizeof(*guard));
	if (!cloud_keeps(run, guard))
		return;
	guard->state = FACT_FAILED;
	guard->vswitch_id = text_copy(vswitch);
	(void)cloud_keeps(run, guard->vswitch_id);
	asked_note(run, &guard->note, READ_NO_ANSWER);
	cloud_call(run, ACTION_DESCRIBE_NETWORK_ACLS, parameters, take_guard, asked);
}
