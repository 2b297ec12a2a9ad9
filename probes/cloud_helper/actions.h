/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations of the cloud's API that this program knows: one row each. The table decides how a
 * call is made and paged, what it may change, and what permission it needs; the least RAM policy
 * is printed from it. For a new operation add its name here and its row in actions.c.
 */
#ifndef PROBES_CLOUD_HELPER_ACTIONS_H
#define PROBES_CLOUD_HELPER_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cloud_product {
	PRODUCT_ECS,
	PRODUCT_VPC,
	PRODUCT_CR,
	PRODUCT_CBN,
	PRODUCT_SLB,
	PRODUCT_NLB,
	PRODUCT_ALB,
	PRODUCT_PVTZ,
	PRODUCT_NIS,
	PRODUCT_RAM,
	PRODUCT_STS,
	PRODUCT_COUNT
};

/* How the pages of an answer are asked for. */
enum cloud_paging {
	PAGING_NONE,
	PAGING_TOKEN,  /* MaxResults and NextToken */
	PAGING_RESULT, /* MaxResult (sic) and NextToken */
	PAGING_NUMBER, /* PageNumber, PageSize and TotalCount */
	PAGING_NO,     /* PageNo, PageSize and TotalCount */
	PAGING_OFFSET, /* Offset, and TotalCount of what there is in all */
};

enum cloud_action_id {
	/* cr */
	ACTION_GET_INSTANCE,
	ACTION_LIST_INSTANCE,
	ACTION_GET_INSTANCE_USAGE,
	ACTION_GET_INSTANCE_VPC_ENDPOINT,
	ACTION_LIST_REPOSITORY,
	ACTION_GET_REPO_SOURCE_CODE_REPO,
	ACTION_LIST_REPO_BUILD_RULE,
	ACTION_LIST_REPO_BUILD_RECORD,
	ACTION_LIST_REPO_BUILD_RECORD_LOG,
	ACTION_CREATE_INSTANCE_VPC_ENDPOINT_LINKED_VPC,
	/* ecs */
	ACTION_DESCRIBE_SECURITY_GROUPS,
	ACTION_DESCRIBE_SECURITY_GROUP_ATTRIBUTE,
	ACTION_DESCRIBE_NETWORK_INTERFACES,
	ACTION_DESCRIBE_PREFIX_LIST_ATTRIBUTES,
	ACTION_DESCRIBE_PORT_RANGE_LIST_ENTRIES,
	/* vpc */
	ACTION_DESCRIBE_VSWITCH_ATTRIBUTES,
	ACTION_DESCRIBE_VSWITCHES,
	ACTION_DESCRIBE_VPC_ATTRIBUTE,
	ACTION_DESCRIBE_ROUTE_ENTRY_LIST,
	ACTION_DESCRIBE_VIRTUAL_BORDER_ROUTERS,
	ACTION_DESCRIBE_ROUTER_INTERFACES,
	ACTION_DESCRIBE_NETWORK_ACLS,
	ACTION_DESCRIBE_NETWORK_ACL_ATTRIBUTES,
	ACTION_DESCRIBE_BGP_NETWORKS,
	ACTION_DESCRIBE_BGP_PEERS,
	ACTION_GET_VPC_PREFIX_LIST_ENTRIES,
	/* cbn */
	ACTION_DESCRIBE_CEN_ATTACHED_CHILD_INSTANCES,
	ACTION_DESCRIBE_CEN_CHILD_INSTANCE_ROUTE_ENTRIES,
	ACTION_LIST_TRANSIT_ROUTERS,
	ACTION_LIST_TRANSIT_ROUTER_VPC_ATTACHMENTS,
	ACTION_LIST_TRANSIT_ROUTER_VBR_ATTACHMENTS,
	ACTION_LIST_TRANSIT_ROUTER_ROUTE_TABLE_ASSOCIATIONS,
	ACTION_LIST_TRANSIT_ROUTER_ROUTE_ENTRIES,
	/* slb, nlb, alb */
	ACTION_DESCRIBE_LOAD_BALANCERS,
	ACTION_DESCRIBE_LOAD_BALANCER_ATTRIBUTE,
	ACTION_DESCRIBE_LOAD_BALANCER_LISTENERS,
	ACTION_DESCRIBE_HEALTH_STATUS,
	ACTION_DESCRIBE_ACCESS_CONTROL_LIST_ATTRIBUTE,
	ACTION_NLB_LIST_LOAD_BALANCERS,
	ACTION_NLB_LIST_LISTENERS,
	ACTION_NLB_GET_LISTENER_HEALTH_STATUS,
	ACTION_ALB_LIST_LOAD_BALANCERS,
	ACTION_ALB_GET_LOAD_BALANCER_ATTRIBUTE,
	ACTION_ALB_LIST_LISTENERS,
	ACTION_ALB_GET_LISTENER_ATTRIBUTE,
	ACTION_ALB_GET_LISTENER_HEALTH_STATUS,
	ACTION_ALB_LIST_ACL_ENTRIES,
	ACTION_ALB_LIST_SERVER_GROUP_SERVERS,
	/* pvtz */
	ACTION_DESCRIBE_ZONES,
	ACTION_DESCRIBE_ZONE_RECORDS,
	/* ram, sts */
	ACTION_GET_ROLE,
	ACTION_ASSUME_ROLE,
	ACTION_COUNT
};

struct cloud_action {
	int product;      /* enum cloud_product */
	const char *name; /* "DescribeVSwitches" */
	bool region;      /* takes RegionId, which is added where the caller gives none */
	bool mutates; /* `create` alone calls it, and it is not in the policy for reading */
	const char *permission; /* RAM action; NULL: product and name */
	int paging;             /* enum cloud_paging */
	uint32_t page_size;
	const char *list;    /* what pages hold: "VSwitches.VSwitch"; NULL: PAGING_NONE */
	const char *purpose; /* why it is called, for those who grant the permission */
	/* Of operations that a plan describes: NULL is what all rows of the table have. */
	const char *version; /* NULL: the product's */
	const char *method, *path; /* NULL: "POST", "/" */
	const char *body, *body_type; /* NULL: none */
};

struct cloud_product_row {
	const char *name;    /* "ecs"; also the key of plan.endpoints */
	const char *version; /* "2014-05-26" */
	const char *ram;     /* service in RAM actions: "ecs" */
};

extern const struct cloud_action cloud_actions[ACTION_COUNT];
extern const struct cloud_product_row cloud_products[PRODUCT_COUNT];

/* Writes "ecs:DescribeVSwitches". */
#define CLOUD_PERMISSION_MAX 96
const char *cloud_permission(const struct cloud_action *action, char text[CLOUD_PERMISSION_MAX]);

#endif
