/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "network": the link's vSwitch, the vSwitch that holds GitLab's address, the VPC, and
 * the route tables of these vSwitches. Part of the facts (rules/facts.h).
 *
 * Words stand as the API spelled them.
 */
#ifndef RULES_FACTS_CLOUD_NETWORK_H
#define RULES_FACTS_CLOUD_NETWORK_H

#include "rules/facts_cloud_inquiry.h"
#include "rules/plan.h"
#include "rules/prefix.h"
#include "rules/record.h"

#include <stdbool.h>

struct vswitch_fact {
	char *id;
	bool is_link;     /* the link's own */
	bool is_service;  /* holds an address of the plan */
	char *vpc_id, *zone;
	struct prefix cidr;
	struct maybe free_addresses;
	char *status;     /* "Available", "Pending" */
	char *route_table, *route_table_type; /* "System", "Custom" */
	char *network_acl;
	char *share_type; /* "Shared"; NULL */
	char *owner;      /* account */
};

struct vpc_fact {
	char *id, *region, *status;
	struct prefix cidr;
	struct strings secondary_cidrs, user_cidrs; /* in text, sorted */
	struct strings cens; /* that it is attached to, sorted */
	char *owner;         /* account */
	char *ipv4_gateway;  /* NULL: none */
};

/* One leg of a route. */
struct cloud_hop {
	char *type; /* "local", "RouterInterface", "Attachment", "VpnGateway" ... */
	char *id;
	struct maybe enabled; /* 0: the leg stands by */
	struct maybe weight;
	char *region;
	char *related_type, *related_id; /* instance behind it, where the API tells */
};

/* One entry of a route table of a VPC or of a border router. */
struct cloud_route {
	char *table;
	char *id;
	struct prefix destination;
	char *unread;  /* a destination that is no IPv4 prefix, as it stands; NULL */
	char *type;    /* "System", "Custom", "BGP", "CEN", "ECR" */
	char *status;  /* "Available", "Pending" ... */
	char *origin;
	struct list next_hops; /* struct cloud_hop, as the API gave them */
};

/* Was a table read? */
struct table_fact {
	char *id;
	int state; /* enum fact_state */
	char *note;
};

struct network_facts {
	struct section section;
	char *vpc_id, *vswitch_id; /* that were asked about; NULL: none is named */
	struct inquiry vswitch;
	struct maybe vswitch_found; /* 0: there is no such vSwitch in this region */
	struct inquiry vswitches; /* the others of the VPC */
	struct list vswitch_list; /* struct vswitch_fact, by id; the link's and those of services */
	struct inquiry vpc;
	struct maybe vpc_found;
	struct list vpcs;   /* struct vpc_fact, by id */
	struct list tables; /* struct table_fact, by id */
	struct list routes; /* struct cloud_route, by table and destination */
};

/* NULL when there is none. */
const struct vswitch_fact *network_link_vswitch(const struct network_facts *network);
const struct vpc_fact *network_vpc(const struct network_facts *network, const char *id);
const struct table_fact *table_find(const struct list *tables, const char *id);
/* The documented order of every list. */
void network_sort(struct network_facts *network);
/* Of a list of struct cloud_route. */
void cloud_routes_sort(struct list *routes);
/* Of a list of struct table_fact. */
void cloud_tables_sort(struct list *tables);

extern const struct record cloud_route_record, table_fact_record;

#endif
