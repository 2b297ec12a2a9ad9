/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "groups": record tables, order and look-ups.
 */
#include "rules/facts_cloud_groups.h"

#include "rules/facts_cloud_ids.h"
#include "rules/facts_record.h"

static const struct field owner_fields[] = {
	FIELD(owner_fact, address, FIELD_REQUIRED, "address of the plan"),
	FIELD_WORDS(owner_fact, state, section_words, FIELD_REQUIRED,
		    "whether the question for its interface was answered"),
	FIELD(owner_fact, note, 0, "why it was not"),
	FIELD(owner_fact, interface, 0, "interface that has it; null: the answer was empty"),
	FIELD(owner_fact, others, 0, "further interfaces with this address, in other VPCs"),
	{ .name = NULL },
};
static const struct record owner_record = { "address_owner", sizeof(struct owner_fact),
					    owner_fields };

static const struct field interface_fields[] = {
	FIELD(interface_fact, id, FIELD_REQUIRED, "NetworkInterfaceId"),
	FIELD(interface_fact, instance_id, 0, "instance that it is attached to"),
	FIELD(interface_fact, type, 0, "Primary, Secondary"),
	FIELD(interface_fact, status, 0, "InUse, Available ..."),
	FIELD(interface_fact, vpc_id, 0, "its VPC"),
	FIELD(interface_fact, vswitch_id, 0, "its vSwitch"),
	FIELD(interface_fact, zone_id, 0, "its zone"),
	FIELD(interface_fact, service_managed, 0, "it belongs to a cloud service"),
	FIELD(interface_fact, description, 0, "its description"),
	FIELD(interface_fact, addresses, 0, "private IPv4 addresses"),
	FIELD(interface_fact, groups, 0, "its security groups"),
	{ .name = NULL },
};
static const struct record interface_record = { "network_interface",
						sizeof(struct interface_fact), interface_fields };

static const struct field group_rule_fields[] = {
	FIELD(group_rule_fact, id, 0, "SecurityGroupRuleId"),
	FIELD(group_rule_fact, direction, 0, "ingress, egress"),
	FIELD(group_rule_fact, policy, 0, "Accept, Drop"),
	FIELD(group_rule_fact, priority, 0, "1 to 100, smaller wins; 110 of old groups"),
	FIELD(group_rule_fact, protocol, 0, "name or number"),
	FIELD(group_rule_fact, ports, 0, "destination ports, \"80/80\""),
	FIELD(group_rule_fact, source_ports, 0, "source ports"),
	FIELD(group_rule_fact, port_list, 0, "list of destination ports"),
	FIELD(group_rule_fact, source, 0, "CIDR, address or range of addresses"),
	FIELD(group_rule_fact, source_v6, 0, "IPv6 source"),
	FIELD(group_rule_fact, source_group, 0, "security group as the source"),
	FIELD(group_rule_fact, source_list, 0, "prefix list as the source"),
	FIELD(group_rule_fact, destination, 0, "CIDR, address or range of addresses"),
	FIELD(group_rule_fact, destination_v6, 0, "IPv6 destination"),
	FIELD(group_rule_fact, destination_group, 0, "security group as the destination"),
	FIELD(group_rule_fact, destination_list, 0, "prefix list as the destination"),
	{ .name = NULL },
};
static const struct record group_rule_record = { "group_rule", sizeof(struct group_rule_fact),
						 group_rule_fields };

static const struct field group_fields[] = {
	FIELD(group_fact, id, FIELD_REQUIRED, "SecurityGroupId"),
	FIELD(group_fact, name, 0, "its name"),
	FIELD_WORDS(group_fact, state, section_words, FIELD_REQUIRED,
		    "whether its rules were read"),
	FIELD(group_fact, note, 0, "why they were not"),
	FIELD(group_fact, type, 0, "normal, enterprise; null: not known"),
	FIELD(group_fact, type_note, 0, "why it is not"),
	FIELD(group_fact, counted, 0, "rules that the API says it has"),
	FIELD(group_fact, inner_policy, 0, "among its members: Accept, Drop"),
	FIELD(group_fact, vpc_id, 0, "its VPC"),
	FIELD(group_fact, service_managed, 0, "it belongs to a cloud service"),
	FIELD_LIST_OF(group_fact, rules, &group_rule_record, 0, "in the order of the answer"),
	{ .name = NULL },
};
static const struct record group_record = { "security_group", sizeof(struct group_fact),
					    group_fields };

static const struct field named_list_fields[] = {
	FIELD(named_list_fact, id, FIELD_REQUIRED, "PrefixListId, PortRangeListId"),
	FIELD_WORDS(named_list_fact, state, section_words, FIELD_REQUIRED,
		    "whether its entries were read"),
	FIELD(named_list_fact, note, 0, "why they were not"),
	FIELD(named_list_fact, family, 0, "IPv4, IPv6"),
	FIELD(named_list_fact, entries, 0, "prefixes or ports"),
	{ .name = NULL },
};
static const struct record named_list_record = { "named_list", sizeof(struct named_list_fact),
						 named_list_fields };

static const struct field acl_rule_fields[] = {
	FIELD(acl_rule_fact, id, 0, "NetworkAclEntryId"),
	FIELD(acl_rule_fact, policy, 0, "accept, drop"),
	FIELD(acl_rule_fact, protocol, 0, "name"),
	FIELD(acl_rule_fact, ports, 0, "destination ports, \"1/200\""),
	FIELD(acl_rule_fact, peer, 0, "source (ingress) or destination: CIDR or prefix list"),
	FIELD(acl_rule_fact, family, 0, "ipv4, ipv6"),
	FIELD(acl_rule_fact, kind, 0, "custom, system, service"),
	{ .name = NULL },
};
static const struct record acl_rule_record = { "acl_rule", sizeof(struct acl_rule_fact),
					       acl_rule_fields };

static const struct field network_acl_fields[] = {
	FIELD(network_acl_fact, id, FIELD_REQUIRED, "NetworkAclId"),
	FIELD(network_acl_fact, name, 0, "its name"),
	FIELD_WORDS(network_acl_fact, state, section_words, FIELD_REQUIRED,
		    "whether its entries were read"),
	FIELD(network_acl_fact, note, 0, "why they were not"),
	FIELD(network_acl_fact, vpc_id, 0, "its VPC"),
	FIELD(network_acl_fact, vswitches, 0, "vSwitches that it is bound to"),
	FIELD_LIST_OF(network_acl_fact, ingress, &acl_rule_record, 0, "tried in this order"),
	FIELD_LIST_OF(network_acl_fact, egress, &acl_rule_record, 0, "tried in this order"),
	{ .name = NULL },
};
static const struct record network_acl_record = { "network_acl", sizeof(struct network_acl_fact),
						  network_acl_fields };

static const struct field guard_fields[] = {
	FIELD(guard_fact, vswitch_id, FIELD_REQUIRED, "vSwitch"),
	FIELD_WORDS(guard_fact, state, section_words, FIELD_REQUIRED,
		    "whether the question for its ACL was answered"),
	FIELD(guard_fact, note, 0, "why it was not"),
	FIELD(guard_fact, acl, 0, "its network ACL; null: none"),
	{ .name = NULL },
};
static const struct record guard_record = { "vswitch_guard", sizeof(struct guard_fact),
					    guard_fields };

static const struct field groups_fields[] = {
	SECTION_FIELDS(groups_facts),
	FIELD_LIST_OF(groups_facts, owners, &owner_record, 0,
		      "interfaces of the plan's addresses, by address"),
	FIELD_LIST_OF(groups_facts, interfaces, &interface_record, 0, "by id"),
	FIELD_LIST_OF(groups_facts, groups, &group_record, 0, "by id"),
	FIELD_LIST_OF(groups_facts, prefix_lists, &named_list_record, 0, "by id"),
	FIELD_LIST_OF(groups_facts, port_lists, &named_list_record, 0, "by id"),
	FIELD_LIST_OF(groups_facts, guards, &guard_record, 0,
		      "network ACL of each vSwitch that matters, by vSwitch"),
	FIELD_LIST_OF(groups_facts, acls, &network_acl_record, 0, "by id"),
	FIELD(groups_facts, left_out, 0, "groups of the VPC whose rules were not read"),
	{ .name = NULL },
};
const struct record groups_record = { "groups", sizeof(struct groups_facts), groups_fields };

const struct interface_fact *groups_interface(const struct groups_facts *groups, const char *id)
{
	return FIND_BY_ID(&groups->interfaces, interface_fact, id, id);
}

const struct group_fact *groups_group(const struct groups_facts *groups, const char *id)
{
	return FIND_BY_ID(&groups->groups, group_fact, id, id);
}

const struct named_list_fact *groups_list(const struct list *lists, const char *id)
{
	return FIND_BY_ID(lists, named_list_fact, id, id);
}

const struct owner_fact *groups_owner(const struct groups_facts *groups,
				      const struct address *address)
{
	size_t i;

	for (i = 0; i < groups->owners.count; i++) {
		const struct owner_fact *one = LIST_AT(&groups->owners, struct owner_fact, i);

		if (address_equal(&one->address, address))
			return one;
	}
	return NULL;
}

const struct guard_fact *groups_guard(const struct groups_facts *groups, const char *vswitch_id)
{
	return FIND_BY_ID(&groups->guards, guard_fact, vswitch_id, vswitch_id);
}

const struct network_acl_fact *groups_acl(const struct groups_facts *groups, const char *id)
{
	return FIND_BY_ID(&groups->acls, network_acl_fact, id, id);
}

static int compare_owners(const void *one, const void *two)
{
	const struct owner_fact *a = one, *b = two;

	return address_compare(&a->address, &b->address);
}

void groups_sort(struct groups_facts *groups)
{
	size_t i;

	for (i = 0; i < groups->interfaces.count; i++) {
		struct interface_fact *one =
			LIST_AT(&groups->interfaces, struct interface_fact, i);

		strings_sort(&one->addresses);
		strings_sort(&one->groups);
	}
	for (i = 0; i < groups->acls.count; i++)
		strings_sort(&LIST_AT(&groups->acls, struct network_acl_fact, i)->vswitches);
	list_sort(&groups->owners, sizeof(struct owner_fact), compare_owners);
	SORT_BY_ID(&groups->interfaces, interface_fact, id);
	SORT_BY_ID(&groups->groups, group_fact, id);
	SORT_BY_ID(&groups->prefix_lists, named_list_fact, id);
	SORT_BY_ID(&groups->port_lists, named_list_fact, id);
	SORT_BY_ID(&groups->guards, guard_fact, vswitch_id);
	SORT_BY_ID(&groups->acls, network_acl_fact, id);
}
