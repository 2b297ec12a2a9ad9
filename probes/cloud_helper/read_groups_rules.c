/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section "groups", security groups: kind, rules, and the lists that rules name.
 */
#include "probes/cloud_helper/read_groups.h"

#include "probes/cloud_helper/reply.h"

#include <cjson/cJSON.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS "SecurityGroups.SecurityGroup"

static struct group_fact *find_group(struct cloud_run *run, const char *id)
{
	struct list *groups = &run->facts->groups.groups;
	size_t i;

	for (i = 0; i < groups->count; i++)
		if (text_equal(LIST_AT(groups, struct group_fact, i)->id, id))
			return LIST_AT(groups, struct group_fact, i);
	return NULL;
}

/* A member of group_rule_fact and where the API says it. */
static const struct {
	const char *path;
	size_t offset;
} rule_texts[] = {
	{ "SecurityGroupRuleId", offsetof(struct group_rule_fact, id) },
	{ "Direction", offsetof(struct group_rule_fact, direction) },
	{ "Policy", offsetof(struct group_rule_fact, policy) },
	{ "Priority", offsetof(struct group_rule_fact, priority) },
	{ "IpProtocol", offsetof(struct group_rule_fact, protocol) },
	{ "PortRange", offsetof(struct group_rule_fact, ports) },
	{ "SourcePortRange", offsetof(struct group_rule_fact, source_ports) },
	{ "PortRangeListId", offsetof(struct group_rule_fact, port_list) },
	{ "SourceCidrIp", offsetof(struct group_rule_fact, source) },
	{ "Ipv6SourceCidrIp", offsetof(struct group_rule_fact, source_v6) },
	{ "SourceGroupId", offsetof(struct group_rule_fact, source_group) },
	{ "SourcePrefixListId", offsetof(struct group_rule_fact, source_list) },
	{ "DestCidrIp", offsetof(struct group_rule_fact, destination) },
	{ "Ipv6DestCidrIp", offsetof(struct group_rule_fact, destination_v6) },
	{ "DestGroupId", offsetof(struct group_rule_fact, destination_group) },
	{ "DestPrefixListId", offsetof(struct group_rule_fact, destination_list) },
};

static void read_rule(struct cloud_run *run, const struct cJSON *json, struct group_fact *group)
{
	struct group_rule_fact *rule = list_add(&group->rules, sizeof(*rule));
	size_t i;

	if (!cloud_keeps(run, rule))
		return;
	for (i = 0; i < sizeof(rule_texts) / sizeof(rule_texts[0]); i++)
		*(char **)(void *)((char *)rule + rule_texts[i].offset) =
			reply_text(run, json, rule_texts[i].path);
	if (rule->port_list && !rule->ports)
		read_named_list(run, ACTION_DESCRIBE_PORT_RANGE_LIST_ENTRIES, rule->port_list);
	if (rule->source_list)
		read_named_list(run, ACTION_DESCRIBE_PREFIX_LIST_ATTRIBUTES, rule->source_list);
	if (rule->destination_list)
		read_named_list(run, ACTION_DESCRIBE_PREFIX_LIST_ATTRIBUTES,
				rule->destination_list);
}

static void take_rules(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct asked *asked = context;
	struct group_fact *group = find_group(run, asked->id);
	const struct cJSON *one;

	if (!group || !asked_settle(run, reply, &group->state, &group->note))
		return;
	group->inner_policy = reply_text(run, reply->json, "InnerAccessPolicy");
	if (!group->name)
		group->name = reply_text(run, reply->json, "SecurityGroupName");
	if (!group->vpc_id)
		group->vpc_id = reply_text(run, reply->json, "VpcId");
	cJSON_ArrayForEach(one, reply_list(reply->json, "Permissions.Permission")) {
		if (group->rules.count >= READ_RULES_MAX) {
			group->state = FACT_FAILED;
			asked_note(run, &group->note, "it has more rules than are read");
			return;
		}
		read_rule(run, one, group);
	}
}

void read_group(struct cloud_run *run, const char *id)
{
	const struct cloud_parameter parameters[] = {
		{ "SecurityGroupId", id }, { "Direction", "all" }, { NULL, NULL },
	};
	struct group_fact *group = find_group(run, id);
	struct asked *asked;

	if (group || run->facts->groups.groups.count >= READ_GROUPS_MAX)
		return;
	asked = asked_for(run, id);
	if (!asked)
		return;
	group = list_add(&run->facts->groups.groups, sizeof(*group));
	if (!cloud_keeps(run, group))
		return;
	group->state = FACT_FAILED;
	group->id = text_copy(id);
	(void)cloud_keeps(run, group->id);
	asked_note(run, &group->note, READ_NO_ANSWER);
	cloud_call(run, ACTION_DESCRIBE_SECURITY_GROUP_ATTRIBUTE, parameters, take_rules, asked);
}

static void take_kind(struct cloud_run *run, const struct cJSON *json)
{
	struct group_fact *group = find_group(run, reply_word(json, "SecurityGroupId"));

	if (!group || group->type)
		return;
	group->type = reply_text(run, json, "SecurityGroupType");
	asked_note(run, &group->type_note, NULL);
	group->counted = reply_number(json, "RuleCount");
	group->service_managed = reply_flag(json, "ServiceManaged", false);
	free(group->name);
	group->name = reply_text(run, json, "SecurityGroupName");
	free(group->vpc_id);
	group->vpc_id = reply_text(run, json, "VpcId");
}

static void take_kinds(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct list *groups = &run->facts->groups.groups;
	const struct cJSON *one;
	size_t i;

	(void)context;
	/* a kind that is not known stays so, and the rules say what that leaves open */
	for (i = 0; i < groups->count && reply->outcome != CALL_OK; i++)
		if (!LIST_AT(groups, struct group_fact, i)->type)
			asked_note(run, &LIST_AT(groups, struct group_fact, i)->type_note,
				   reply->note);
	if (reply->outcome == CALL_OK)
		cJSON_ArrayForEach(one, reply_list(reply->json, GROUPS))
			take_kind(run, one);
}

void read_group_kinds(struct cloud_run *run, const struct strings *ids)
{
	struct text words;
	size_t i;

	if (!ids->count)
		return;
	text_init(&words, (size_t)READ_GROUPS_MAX * READ_ID_MAX);
	for (i = 0; i < ids->count; i++) {
		text_add(&words, i ? "," : "[");
		text_add_json(&words, ids->items[i]);
	}
	text_add(&words, "]");
	if (!text_error(&words)) {
		const struct cloud_parameter parameters[] = {
			{ "SecurityGroupIds", text_string(&words) }, { NULL, NULL },
		};

		cloud_call(run, ACTION_DESCRIBE_SECURITY_GROUPS, parameters, take_kinds, NULL);
	} else if (text_error(&words) == -ENOMEM) {
		(void)cloud_keeps(run, NULL);
	}
	text_release(&words);
}

/* Groups that no interface here carries: a rule may have been put into one of them. */
static void take_others(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct cJSON *one;
	size_t asked_for_rules = 0;

	(void)context;
	if (reply->outcome != CALL_OK)
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, GROUPS)) {
		const char *id = reply_word(one, "SecurityGroupId");

		if (*id && !find_group(run, id) && !reply_flag(one, "ServiceManaged", false)) {
			if (asked_for_rules++ >= READ_OTHER_GROUPS_MAX) {
				run->facts->groups.left_out++;
				continue;
			}
			read_group(run, id);
		}
		take_kind(run, one);
	}
}

void read_groups_of_vpc(struct cloud_run *run, const char *vpc)
{
	const struct cloud_parameter parameters[] = { { "VpcId", vpc }, { NULL, NULL } };
	const struct list *interfaces = &run->facts->groups.interfaces;
	size_t i, known = 0;

	for (i = 0; i < interfaces->count; i++) {
		const struct interface_fact *one = LIST_AT(interfaces, struct interface_fact, i);

		known += !one->service_managed && text_equal(one->vpc_id, vpc);
	}
	/* the interface itself is the first of its VPC: asked once */
	if (*vpc && known == 1)
		cloud_call(run, ACTION_DESCRIBE_SECURITY_GROUPS, parameters, take_others, NULL);
}

static struct list *lists_of(struct cloud_run *run, enum cloud_action_id action)
{
	return action == ACTION_DESCRIBE_PORT_RANGE_LIST_ENTRIES ? &run->facts->groups.port_lists
								 : &run->facts->groups.prefix_lists;
}

static void take_entries(struct cloud_run *run, const struct cloud_reply *reply,
			 struct named_list_fact *list, const char *path, const char *entry)
{
	const struct cJSON *one;

	if (!asked_settle(run, reply, &list->state, &list->note))
		return;
	list->family = reply_text(run, reply->json, "AddressFamily");
	cJSON_ArrayForEach(one, reply_list(reply->json, path)) {
		char *words = reply_text(run, one, entry);

		if (list->entries.count >= READ_ENTRIES_MAX) {
			list->state = FACT_FAILED;
			asked_note(run, &list->note, "it has more entries than are read");
			free(words);
			return;
		}
		if (words && strings_add(&list->entries, words) < 0)
			(void)cloud_keeps(run, NULL);
		free(words);
	}
}

static void take_list(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct asked *asked = context;
	enum cloud_action_id action = (enum cloud_action_id)(reply->action - cloud_actions);
	struct list *lists = lists_of(run, action);
	size_t i;

	for (i = 0; i < lists->count; i++) {
		struct named_list_fact *list = LIST_AT(lists, struct named_list_fact, i);

		if (!text_equal(list->id, asked->id))
			continue;
		if (action == ACTION_DESCRIBE_PORT_RANGE_LIST_ENTRIES)
			take_entries(run, reply, list, "Entries", "PortRange");
		else if (action == ACTION_DESCRIBE_PREFIX_LIST_ATTRIBUTES)
			take_entries(run, reply, list, "Entries.Entry", "Cidr");
		else
			take_entries(run, reply, list, "PrefixListEntry", "Cidr");
		return;
	}
}

void read_named_list(struct cloud_run *run, enum cloud_action_id action, const char *id)
{
	const struct cloud_parameter parameters[] = {
		{ action == ACTION_DESCRIBE_PORT_RANGE_LIST_ENTRIES ? "PortRangeListId"
								    : "PrefixListId", id },
		{ NULL, NULL },
	};
	struct list *lists = lists_of(run, action);
	struct named_list_fact *list;
	struct asked *asked;

	if (groups_list(lists, id) || lists->count >= READ_LISTS_MAX)
		return;
	asked = asked_for(run, id);
	if (!asked)
		return;
	list = list_add(lists, sizeof(*list));
	if (!cloud_keeps(run, list))
		return;
	list->state = FACT_FAILED;
	list->id = text_copy(id);
	(void)cloud_keeps(run, list->id);
	asked_note(run, &list->note, READ_NO_ANSWER);
	cloud_call(run, action, parameters, take_list, asked);
}
