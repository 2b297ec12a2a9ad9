/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "groups": the network interfaces that own the addresses of the plan, their security
 * groups, and the network ACLs of the vSwitches. Part of the facts (rules/facts.h).
 *
 * Words of rules are kept as the API spelled them, absent ones as null: what they mean is worked
 * out in rules/admission_*.c. A list that could not be read says so in its own `state`, for one
 * group that is refused must not hide the others.
 */
#ifndef RULES_FACTS_CLOUD_GROUPS_H
#define RULES_FACTS_CLOUD_GROUPS_H

#include "rules/plan.h"
#include "rules/prefix.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stdint.h>

/* Which interface has this address? */
struct owner_fact {
	struct address address; /* of the plan */
	int state;   /* enum fact_state: FACT_OK where the question was answered */
	char *note;  /* why it was not */
	char *interface; /* id in `interfaces`; NULL: the answer was empty */
	uint32_t others; /* further interfaces with this address, in other VPCs */
};

struct interface_fact {
	char *id;
	char *instance_id;
	char *type;   /* "Primary", "Secondary" */
	char *status; /* "InUse" ... */
	char *vpc_id, *vswitch_id, *zone_id;
	bool service_managed; /* of a cloud service, not of an instance of the user */
	char *description;
	struct strings addresses; /* private IPv4, sorted */
	struct strings groups;    /* ids of its security groups, sorted */
};

/* One permission. Texts as the API gave them; "" is null. */
struct group_rule_fact {
	char *id;
	char *direction; /* "ingress", "egress" */
	char *policy;    /* "Accept", "Drop" */
	char *priority;  /* "1" ... "110" */
	char *protocol;  /* "TCP", "6", "ALL" ... */
	char *ports;     /* "80/80", "-1/-1" */
	char *source_ports;
	char *port_list; /* id in `port_lists` */
	char *source, *source_v6, *source_group, *source_list;
	char *destination, *destination_v6, *destination_group, *destination_list;
};

struct group_fact {
	char *id, *name;
	int state;  /* enum fact_state, of its rules */
	char *note;
	char *type; /* "normal", "enterprise"; NULL: not known */
	char *type_note; /* why it is not */
	struct maybe counted; /* rules that the API says it has */
	char *inner_policy; /* "Accept", "Drop" */
	char *vpc_id;
	bool service_managed;
	struct list rules; /* struct group_rule_fact, as the API gave them */
};

/* A prefix list or a port list that a rule names. */
struct named_list_fact {
	char *id;
	int state; /* enum fact_state */
	char *note;
	char *family; /* of a prefix list: "IPv4", "IPv6" */
	struct strings entries; /* "10.0.0.0/8", "80/80", as the API gave them */
};

/* One entry of a network ACL; their order is their priority. */
struct acl_rule_fact {
	char *id;
	char *policy;   /* "accept", "drop" */
	char *protocol; /* "tcp", "all" ... */
	char *ports;    /* destination ports: "1/200", "-1/-1" */
	char *peer;     /* CIDR or id in `prefix_lists` */
	char *family;   /* "ipv4", "ipv6" */
	char *kind;     /* "custom", "system", "service" */
};

struct network_acl_fact {
	char *id, *name;
	int state; /* enum fact_state, of its entries */
	char *note;
	char *vpc_id;
	struct strings vswitches; /* that it is bound to, sorted */
	struct list ingress; /* struct acl_rule_fact, in their order */
	struct list egress;  /* struct acl_rule_fact, in their order */
};

/* Whether a vSwitch has an ACL at all was asked, and what came of it. */
struct guard_fact {
	char *vswitch_id;
	int state; /* enum fact_state */
	char *note;
	char *acl; /* id in `acls`; NULL: it has none */
};

struct groups_facts {
	struct section section;
	struct list owners;       /* struct owner_fact, by address */
	struct list interfaces;   /* struct interface_fact, by id */
	struct list groups;       /* struct group_fact, by id */
	struct list prefix_lists; /* struct named_list_fact, by id */
	struct list port_lists;   /* struct named_list_fact, by id */
	struct list guards;       /* struct guard_fact, by vSwitch */
	struct list acls;         /* struct network_acl_fact, by id */
	uint32_t left_out; /* groups of the VPC that no interface here has, rules not read */
};

/* By id; NULL when there is none. */
const struct interface_fact *groups_interface(const struct groups_facts *groups, const char *id);
const struct group_fact *groups_group(const struct groups_facts *groups, const char *id);
const struct named_list_fact *groups_list(const struct list *lists, const char *id);
const struct owner_fact *groups_owner(const struct groups_facts *groups,
				      const struct address *address);
const struct guard_fact *groups_guard(const struct groups_facts *groups, const char *vswitch_id);
const struct network_acl_fact *groups_acl(const struct groups_facts *groups, const char *id);
/* The documented order of every list. */
void groups_sort(struct groups_facts *groups);

#endif
