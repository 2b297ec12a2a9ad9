/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of operations. Lists and paging as the vendor's SDK has them; page sizes are the
 * largest that are allowed. By product, in the order of the names in actions.h.
 */
#include "probes/cloud_helper/actions.h"

#include <stdio.h>

const struct cloud_product_row cloud_products[PRODUCT_COUNT] = {
	[PRODUCT_ECS] = { "ecs", "2014-05-26", "ecs" },
	[PRODUCT_VPC] = { "vpc", "2016-04-28", "vpc" },
	[PRODUCT_CR] = { "cr", "2018-12-01", "cr" },
	[PRODUCT_CBN] = { "cbn", "2017-09-12", "cen" },
	[PRODUCT_SLB] = { "slb", "2014-05-15", "slb" },
	[PRODUCT_NLB] = { "nlb", "2022-04-30", "nlb" },
	[PRODUCT_ALB] = { "alb", "2020-06-16", "alb" },
	[PRODUCT_PVTZ] = { "pvtz", "2018-01-01", "pvtz" },
	[PRODUCT_NIS] = { "nis", "2021-12-16", "nis" },
	[PRODUCT_RAM] = { "ram", "2015-05-01", "ram" },
	[PRODUCT_STS] = { "sts", "2015-04-01", "sts" },
};

/* Rows: an answer in one piece, and one in pages. */
#define WHOLE(id, of, action, why)                                                                 \
	[ACTION_##id] = { .product = PRODUCT_##of, .name = (action),                              \
			  .region = PRODUCT_##of == PRODUCT_ECS || PRODUCT_##of == PRODUCT_VPC ||  \
				    PRODUCT_##of == PRODUCT_SLB,                                   \
			  .purpose = (why) }
#define PAGED(id, of, action, how, size, items, why)                                               \
	[ACTION_##id] = { .product = PRODUCT_##of, .name = (action),                              \
			  .region = PRODUCT_##of == PRODUCT_ECS || PRODUCT_##of == PRODUCT_VPC ||  \
				    PRODUCT_##of == PRODUCT_SLB,                                   \
			  .paging = PAGING_##how, .page_size = (size), .list = (items),            \
			  .purpose = (why) }

const struct cloud_action cloud_actions[ACTION_COUNT] = {
	WHOLE(GET_INSTANCE, CR, "GetInstance",
	      "status, edition and region of the registry's instance"),
	PAGED(LIST_INSTANCE, CR, "ListInstance", NO, 100, "Instances", "the instance's region"),
	WHOLE(GET_INSTANCE_USAGE, CR, "GetInstanceUsage", "how many VPC links the edition allows"),
	WHOLE(GET_INSTANCE_VPC_ENDPOINT, CR, "GetInstanceVpcEndpoint",
	      "VPCs that are linked, and domains"),
	PAGED(LIST_REPOSITORY, CR, "ListRepository", NO, 100, "Repositories",
	      "repositories that build"),
	WHOLE(GET_REPO_SOURCE_CODE_REPO, CR, "GetRepoSourceCodeRepo",
	      "where a repository builds from"),
	PAGED(LIST_REPO_BUILD_RULE, CR, "ListRepoBuildRule", NO, 100, "BuildRules", "build rules"),
	PAGED(LIST_REPO_BUILD_RECORD, CR, "ListRepoBuildRecord", NO, 100, "BuildRecords",
	      "the last failed build"),
	PAGED(LIST_REPO_BUILD_RECORD_LOG, CR, "ListRepoBuildRecordLog", OFFSET, 0,
	      "BuildRecordLogs", "its log of the clone"),
	[ACTION_CREATE_INSTANCE_VPC_ENDPOINT_LINKED_VPC] = {
		.product = PRODUCT_CR, .name = "CreateInstanceVpcEndpointLinkedVpc",
		.mutates = true,
		.purpose = "creates the registry's own link (create --kind registry)" },
	PAGED(DESCRIBE_SECURITY_GROUPS, ECS, "DescribeSecurityGroups", TOKEN, 100,
	      "SecurityGroups.SecurityGroup", "kind and VPC of security groups"),
	PAGED(DESCRIBE_SECURITY_GROUP_ATTRIBUTE, ECS, "DescribeSecurityGroupAttribute", TOKEN, 1000,
	      "Permissions.Permission", "rules of security groups"),
	PAGED(DESCRIBE_NETWORK_INTERFACES, ECS, "DescribeNetworkInterfaces", TOKEN, 500,
	      "NetworkInterfaceSets.NetworkInterfaceSet",
	      "who owns the service addresses, and the managed interface of a link"),
	WHOLE(DESCRIBE_PREFIX_LIST_ATTRIBUTES, ECS, "DescribePrefixListAttributes",
	      "prefix lists of security group rules"),
	WHOLE(DESCRIBE_PORT_RANGE_LIST_ENTRIES, ECS, "DescribePortRangeListEntries",
	      "port lists of security group rules"),
	WHOLE(DESCRIBE_VSWITCH_ATTRIBUTES, VPC, "DescribeVSwitchAttributes",
	      "zone, CIDR, free addresses, route table and network ACL of the link's vSwitch"),
	PAGED(DESCRIBE_VSWITCHES, VPC, "DescribeVSwitches", NUMBER, 50, "VSwitches.VSwitch",
	      "other vSwitches that would do"),
	WHOLE(DESCRIBE_VPC_ATTRIBUTE, VPC, "DescribeVpcAttribute", "CIDRs of the VPC, and its CEN"),
	PAGED(DESCRIBE_ROUTE_ENTRY_LIST, VPC, "DescribeRouteEntryList", RESULT, 100,
	      "RouteEntrys.RouteEntry", "routes of the vSwitch and of the border router"),
	PAGED(DESCRIBE_VIRTUAL_BORDER_ROUTERS, VPC, "DescribeVirtualBorderRouters", NUMBER, 50,
	      "VirtualBorderRouterSet.VirtualBorderRouterType",
	      "the border router and its circuit"),
	PAGED(DESCRIBE_ROUTER_INTERFACES, VPC, "DescribeRouterInterfaces", NUMBER, 50,
	      "RouterInterfaceSet.RouterInterfaceType", "peering of the border router with VPCs"),
	PAGED(DESCRIBE_NETWORK_ACLS, VPC, "DescribeNetworkAcls", NUMBER, 50,
	      "NetworkAcls.NetworkAcl", "network ACLs"),
	WHOLE(DESCRIBE_NETWORK_ACL_ATTRIBUTES, VPC, "DescribeNetworkAclAttributes",
	      "entries of a network ACL"),
	PAGED(DESCRIBE_BGP_NETWORKS, VPC, "DescribeBgpNetworks", NUMBER, 50,
	      "BgpNetworks.BgpNetwork", "networks that the border router announces"),
	PAGED(DESCRIBE_BGP_PEERS, VPC, "DescribeBgpPeers", NUMBER, 50, "BgpPeers.BgpPeer",
	      "BGP peers of the border router"),
	PAGED(GET_VPC_PREFIX_LIST_ENTRIES, VPC, "GetVpcPrefixListEntries", TOKEN, 100,
	      "PrefixListEntry", "prefix lists of routes and network ACLs"),
	PAGED(DESCRIBE_CEN_ATTACHED_CHILD_INSTANCES, CBN, "DescribeCenAttachedChildInstances",
	      NUMBER, 50, "ChildInstances.ChildInstance", "what is attached to the CEN"),
	PAGED(DESCRIBE_CEN_CHILD_INSTANCE_ROUTE_ENTRIES, CBN,
	      "DescribeCenChildInstanceRouteEntries", NUMBER, 500, "CenRouteEntries.CenRouteEntry",
	      "routes that a VPC or border router learns from the CEN"),
	PAGED(LIST_TRANSIT_ROUTERS, CBN, "ListTransitRouters", NUMBER, 50, "TransitRouters",
	      "transit routers"),
	PAGED(LIST_TRANSIT_ROUTER_VPC_ATTACHMENTS, CBN, "ListTransitRouterVpcAttachments", TOKEN,
	      100, "TransitRouterAttachments", "attached VPCs"),
	PAGED(LIST_TRANSIT_ROUTER_VBR_ATTACHMENTS, CBN, "ListTransitRouterVbrAttachments", TOKEN,
	      100, "TransitRouterAttachments", "attached border routers"),
	PAGED(LIST_TRANSIT_ROUTER_ROUTE_TABLE_ASSOCIATIONS, CBN,
	      "ListTransitRouterRouteTableAssociations", TOKEN, 100, "TransitRouterAssociations",
	      "which attachment uses which table"),
	PAGED(LIST_TRANSIT_ROUTER_ROUTE_ENTRIES, CBN, "ListTransitRouterRouteEntries", TOKEN, 100,
	      "TransitRouterRouteEntries", "routes of a transit router"),
	PAGED(DESCRIBE_LOAD_BALANCERS, SLB, "DescribeLoadBalancers", NUMBER, 100,
	      "LoadBalancers.LoadBalancer", "whether an address is a load balancer's"),
	WHOLE(DESCRIBE_LOAD_BALANCER_ATTRIBUTE, SLB, "DescribeLoadBalancerAttribute",
	      "its listeners and backends"),
	PAGED(DESCRIBE_LOAD_BALANCER_LISTENERS, SLB, "DescribeLoadBalancerListeners", TOKEN, 100,
	      "Listeners", "its listeners and their access control"),
	WHOLE(DESCRIBE_HEALTH_STATUS, SLB, "DescribeHealthStatus", "health of its backends"),
	WHOLE(DESCRIBE_ACCESS_CONTROL_LIST_ATTRIBUTE, SLB, "DescribeAccessControlListAttribute",
	      "its access control lists"),
	PAGED(NLB_LIST_LOAD_BALANCERS, NLB, "ListLoadBalancers", TOKEN, 100, "LoadBalancers",
	      "whether an address is a network load balancer's"),
	PAGED(NLB_LIST_LISTENERS, NLB, "ListListeners", TOKEN, 100, "Listeners", "its listeners"),
	WHOLE(NLB_GET_LISTENER_HEALTH_STATUS, NLB, "GetListenerHealthStatus",
	      "health of its backends"),
	PAGED(ALB_LIST_LOAD_BALANCERS, ALB, "ListLoadBalancers", TOKEN, 100, "LoadBalancers",
	      "whether an address is an application load balancer's"),
	WHOLE(ALB_GET_LOAD_BALANCER_ATTRIBUTE, ALB, "GetLoadBalancerAttribute", "its addresses"),
	PAGED(ALB_LIST_LISTENERS, ALB, "ListListeners", TOKEN, 100, "Listeners", "its listeners"),
	WHOLE(ALB_GET_LISTENER_ATTRIBUTE, ALB, "GetListenerAttribute",
	      "access control of its listeners"),
	WHOLE(ALB_GET_LISTENER_HEALTH_STATUS, ALB, "GetListenerHealthStatus",
	      "health of its backends, and which server groups they are in"),
	PAGED(ALB_LIST_ACL_ENTRIES, ALB, "ListAclEntries", TOKEN, 100, "AclEntries",
	      "its access control lists"),
	PAGED(ALB_LIST_SERVER_GROUP_SERVERS, ALB, "ListServerGroupServers", TOKEN, 100, "Servers",
	      "its backends"),
	PAGED(DESCRIBE_ZONES, PVTZ, "DescribeZones", NUMBER, 100, "Zones.Zone",
	      "PrivateZone zones of the VPC"),
	PAGED(DESCRIBE_ZONE_RECORDS, PVTZ, "DescribeZoneRecords", NUMBER, 100, "Records.Record",
	      "its records"),
	WHOLE(GET_ROLE, RAM, "GetRole", "the registry's service-linked role for PrivateZone"),
	[ACTION_ASSUME_ROLE] = { .product = PRODUCT_STS, .name = "AssumeRole",
				 .purpose = "takes on the role that a profile names" },
};

const char *cloud_permission(const struct cloud_action *action, char text[CLOUD_PERMISSION_MAX])
{
	if (action->permission)
		return action->permission;
	(void)snprintf(text, CLOUD_PERMISSION_MAX, "%s:%s", cloud_products[action->product].ram,
		       action->name);
	return text;
}
