/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section "groups", interfaces: which one owns each address of the plan, and which managed ones
 * stand on the link's vSwitch. Their groups and vSwitches are asked for in turn.
 */
#include "probes/cloud_helper/read_groups.h"

#include "probes/cloud_helper/reply.h"
#include "rules/facts_cloud_services.h"

#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERFACES "NetworkInterfaceSets.NetworkInterfaceSet"

struct asked *asked_for(struct cloud_run *run, const char *id)
{
	struct asked *asked;

	if (strlen(id) >= READ_ID_MAX)
		return NULL;
	asked = cloud_keep(run, sizeof(*asked), NULL);
	if (asked)
		(void)snprintf(asked->id, sizeof(asked->id), "%s", id);
	return asked;
}

void asked_note(struct cloud_run *run, char **note, const char *words)
{
	free(*note);
	*note = words ? text_clean(words, strlen(words)) : NULL;
	if (words)
		(void)cloud_keeps(run, *note);
}

bool asked_settle(struct cloud_run *run, const struct cloud_reply *reply, int *state, char **note)
{
	if (reply->outcome == CALL_OK && reply->json) {
		*state = FACT_OK;
		asked_note(run, note, NULL);
		return true;
	}
	*state = reply->outcome == CALL_DENIED ? FACT_DENIED : FACT_FAILED;
	asked_note(run, note, reply->outcome == CALL_MISSING ? "it does not exist" : reply->note);
	return false;
}

static struct owner_fact *owner_of(struct cloud_run *run, const struct address *address)
{
	struct list *owners = &run->facts->groups.owners;
	size_t i;

	for (i = 0; i < owners->count; i++)
		if (address_equal(&LIST_AT(owners, struct owner_fact, i)->address, address))
			return LIST_AT(owners, struct owner_fact, i);
	return NULL;
}

static void read_addresses(struct cloud_run *run, const struct cJSON *json,
			   struct interface_fact *out)
{
	const struct cJSON *set;
	char *one = reply_text(run, json, "PrivateIpAddress");

	if (one && strings_add(&out->addresses, one) < 0)
		(void)cloud_keeps(run, NULL);
	free(one);
	cJSON_ArrayForEach(set, reply_list(json, "PrivateIpSets.PrivateIpSet")) {
		one = reply_text(run, set, "PrivateIpAddress");
		if (one && !strings_contain(&out->addresses, one) &&
		    out->addresses.count < READ_ENTRIES_MAX &&
		    strings_add(&out->addresses, one) < 0)
			(void)cloud_keeps(run, NULL);
		free(one);
	}
}

/* Adds the interface unless it is there; asks for what stands around it. */
static void add_interface(struct cloud_run *run, const struct cJSON *json)
{
	struct list *interfaces = &run->facts->groups.interfaces;
	struct interface_fact *out;
	size_t i;

	if (!*reply_word(json, "NetworkInterfaceId") ||
	    groups_interface(&run->facts->groups, reply_word(json, "NetworkInterfaceId")) ||
	    interfaces->count >= READ_INTERFACES_MAX)
		return;
	out = list_add(interfaces, sizeof(*out));
	if (!cloud_keeps(run, out))
		return;
	out->id = reply_text(run, json, "NetworkInterfaceId");
	out->instance_id = reply_text(run, json, "InstanceId");
	out->type = reply_text(run, json, "Type");
	out->status = reply_text(run, json, "Status");
	out->vpc_id = reply_text(run, json, "VpcId");
	out->vswitch_id = reply_text(run, json, "VSwitchId");
	out->zone_id = reply_text(run, json, "ZoneId");
	out->service_managed = reply_flag(json, "ServiceManaged", false);
	out->description = reply_text(run, json, "Description");
	read_addresses(run, json, out);
	reply_strings(run, json, "SecurityGroupIds.SecurityGroupId", READ_GROUPS_MAX,
		      &out->groups);
	read_group_kinds(run, &out->groups);
	for (i = 0; i < out->groups.count; i++)
		read_group(run, out->groups.items[i]);
	if (out->vswitch_id)
		read_guard(run, out->vswitch_id);
}

/* Does the interface of the answer have the address? Filters are not always heeded. */
static bool has_address(const struct cJSON *json, const char *address)
{
	const struct cJSON *set;

	if (strcmp(reply_word(json, "PrivateIpAddress"), address) == 0)
		return true;
	cJSON_ArrayForEach(set, reply_list(json, "PrivateIpSets.PrivateIpSet"))
		if (strcmp(reply_word(set, "PrivateIpAddress"), address) == 0)
			return true;
	return false;
}

/* Takes the interface in the link's VPC; of others only one that is alone. */
static void choose_owner(struct cloud_run *run, const struct cloud_reply *reply,
			 const char *address, struct owner_fact *owner)
{
	const char *vpc = run->plan->link.vpc_id;
	const struct cJSON *one, *chosen = NULL;
	uint32_t count = 0;

	cJSON_ArrayForEach(one, reply_list(reply->json, INTERFACES)) {
		bool linked;

		if (!has_address(one, address))
			continue;
		count++;
		linked = vpc && strcmp(reply_word(one, "VpcId"), vpc) == 0;
		if (!chosen || linked)
			chosen = one;
	}
	if (count > 1 && (!vpc || strcmp(reply_word(chosen, "VpcId"), vpc) != 0)) {
		owner->state = FACT_FAILED;
		asked_note(run, &owner->note, "several VPCs have the address, and the plan does "
					      "not say which is meant (link.vpc_id)");
		return;
	}
	if (!chosen)
		return;
	owner->others = count - 1;
	owner->interface = reply_text(run, chosen, "NetworkInterfaceId");
	add_interface(run, chosen);
	if (!reply_flag(chosen, "ServiceManaged", false))
		read_groups_of_vpc(run, reply_word(chosen, "VpcId"));
}

/* Either way of asking may find it; only both together find that there is none. */
static void take_owner(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct asked *asked = context;
	struct owner_fact *owner = owner_of(run, &asked->address);

	asked->left--;
	(void)cloud_section_settle(run, SECTION_GROUPS, reply);
	if (!owner || owner->interface || asked->spoilt)
		return;
	asked->spoilt = !asked_settle(run, reply, &owner->state, &owner->note);
	if (asked->spoilt)
		return;
	choose_owner(run, reply, asked->id, owner);
	asked->spoilt = owner->state != FACT_OK;
	if (owner->interface || asked->spoilt || !asked->left)
		return;
	owner->state = FACT_FAILED;
	asked_note(run, &owner->note, READ_NO_ANSWER);
}

/* As the first address of an interface, and as a further one. */
static void ask_owner(struct cloud_run *run, struct asked *asked)
{
	static const char *const ways[] = { "PrimaryIpAddress", "PrivateIpAddress.1" };
	size_t i;

	asked->left = sizeof(ways) / sizeof(ways[0]);
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const struct cloud_parameter parameters[] = { { ways[i], asked->id },
							      { NULL, NULL } };

		cloud_call(run, ACTION_DESCRIBE_NETWORK_INTERFACES, parameters, take_owner, asked);
	}
}

static void add_owner(struct cloud_run *run, const struct address *address)
{
	struct owner_fact *owner = list_add(&run->facts->groups.owners, sizeof(*owner));
	char words[ADDRESS_TEXT_MAX];
	struct asked *asked;

	if (!cloud_keeps(run, owner))
		return;
	owner->address = *address;
	owner->state = FACT_FAILED;
	asked_note(run, &owner->note, READ_NO_ANSWER);
	asked = asked_for(run, address_print(address, words));
	if (!asked)
		return;
	asked->address = *address;
	ask_owner(run, asked);
}

static void take_managed(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct asked *asked = context;
	const struct cJSON *one;

	if (!cloud_section_settle(run, SECTION_GROUPS, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, INTERFACES))
		if (reply_flag(one, "ServiceManaged", false) &&
		    strcmp(reply_word(one, "VSwitchId"), asked->id) == 0)
			add_interface(run, one);
}

static void ask_managed(struct cloud_run *run, const char *vswitch)
{
	const struct cloud_parameter parameters[] = {
		{ "VSwitchId", vswitch }, { "ServiceManaged", "true" }, { NULL, NULL },
	};
	struct asked *asked = asked_for(run, vswitch);

	if (asked)
		cloud_call(run, ACTION_DESCRIBE_NETWORK_INTERFACES, parameters, take_managed,
			   asked);
}

static void start(struct cloud_run *run)
{
	struct list addresses = { .count = 0 };
	size_t i;

	if (planned_addresses(run->plan, &addresses) < 0)
		(void)cloud_keeps(run, NULL);
	if (addresses.count || run->plan->link.vswitch_id)
		cloud_section_begin(run, SECTION_GROUPS);
	for (i = 0; i < addresses.count && i < READ_ADDRESSES_MAX; i++)
		add_owner(run, LIST_AT(&addresses, struct address, i));
	if (run->plan->link.vswitch_id) {
		ask_managed(run, run->plan->link.vswitch_id);
		read_guard(run, run->plan->link.vswitch_id);
	}
	free(addresses.items);
}

/*
 * An answer that holds fewer rules than the API counts is no whole answer. A rule with a list may
 * count for as many as the list has room for, so such groups are taken as they come.
 */
static void check_count(struct cloud_run *run, struct group_fact *group)
{
	size_t i;

	for (i = 0; i < group->rules.count; i++) {
		const struct group_rule_fact *rule =
			LIST_AT(&group->rules, struct group_rule_fact, i);

		if (rule->source_list || rule->destination_list || rule->port_list)
			return;
	}
	if (group->state != FACT_OK || !group->counted.known ||
	    group->rules.count >= group->counted.value)
		return;
	group->state = FACT_FAILED;
	asked_note(run, &group->note, "the answer holds fewer rules than the group has");
}

static void finish(struct cloud_run *run)
{
	struct list *groups = &run->facts->groups.groups;
	size_t i;

	for (i = 0; i < groups->count; i++)
		check_count(run, LIST_AT(groups, struct group_fact, i));
}

const struct cloud_reader cloud_reader_groups = {
	.name = "groups",
	.start = start,
	.finish = finish,
};
