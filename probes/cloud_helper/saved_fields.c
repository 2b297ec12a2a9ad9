/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which fields of replies are saved: those that a reader reads (read_*.c), and what tells success,
 * failure and pages. All others are dropped, for nobody can list what secrets users put into which
 * of them (BuildArgs, UserData, AuthKey ...). tests/lint/replies.sh compares this with the readers.
 */
#include "probes/cloud_helper/saved.h"

#include <stdlib.h>
#include <string.h>

/* Sorted as strcmp() does. */
static const char *const fields[] = {
	"AclConfig", "AclEntries", "AclEntry", "AclEntryIP", "AclEntrys", "AclId", "AclIds",
	"AclRelations", "AclStatus", "AclType", "Address", "AddressFamily", "AdvertisedRouteCount",
	"AssociatedCen", "AssociatedCens", "AutoBuild", "AutoPublishRouteEnabled",
	"AvailableIpAddressCount", "BackendServer", "BackendServers", "BgpNetwork", "BgpNetworks",
	"BgpPeer", "BgpPeerId", "BgpPeers", "BgpStatus", "BuildRecordId", "BuildRecordLogs",
	"BuildRecords", "BuildRuleId", "BuildRules", "BuildStage", "BuildStatus", "BusinessStatus",
	"CenId", "CenRouteEntries", "CenRouteEntry", "CenRouteMapRecord", "CenRouteMapRecords",
	"ChildInstance", "ChildInstanceId", "ChildInstanceRegionId", "ChildInstanceType",
	"ChildInstances", "Cidr", "CidrBlock", "Code", "CodeRepoDomain", "CodeRepoName",
	"CodeRepoNamespaceName", "CodeRepoType", "Conflict", "Conflicts", "Creator", "Description",
	"DestCidrIp", "DestGroupId", "DestPrefixListId", "DestinationCidrBlock",
	"DestinationCidrIp", "Direction", "DockerfileLocation", "DockerfileName", "Domains",
	"DstCidrBlock", "EcrAttatchStatus", "EcrId", "EgressAclEntries", "EgressAclEntry", "Enable",
	"Enabled", "EndPort", "Entries", "Entry", "EntryType", "HealthCheckEnabled",
	"HealthCheckSourceIp", "HealthCheckTargetIp", "ImageTag", "IngressAclEntries",
	"IngressAclEntry", "InnerAccessPolicy", "InstanceId", "InstanceIssue", "InstanceName",
	"InstanceSpecification", "InstanceStatus", "InstanceType", "Instances", "IntranetAddress",
	"Ip", "IpProtocol", "IpVersion", "Ipv4GatewayId", "Ipv6DestCidrIp", "Ipv6SourceCidrIp",
	"IsSuccess", "Issue", "LinkedVpcs", "ListenerHealthStatus", "ListenerId", "ListenerPort",
	"ListenerPortAndProtocol", "ListenerPortsAndProtocol", "ListenerProtocol", "ListenerStatus",
	"Listeners", "LoadBalancer", "LoadBalancerAddresses", "LoadBalancerBusinessStatus",
	"LoadBalancerBussinessStatus", "LoadBalancerId", "LoadBalancerStatus", "LoadBalancers",
	"LocalGatewayIp", "Message", "Mtu", "Name", "NetworkAcl", "NetworkAclAttribute",
	"NetworkAclEntryId", "NetworkAclId", "NetworkAclName", "NetworkAcls", "NetworkInterfaceId",
	"NetworkInterfaceSet", "NetworkInterfaceSets", "NextHop", "NextHopId", "NextHopInstanceId",
	"NextHopRegionId", "NextHopRelatedInfo", "NextHopType", "NextHops", "NextToken",
	"NonNormalServers", "OppositeInterfaceBusinessStatus", "OppositeInterfaceId",
	"OppositeInterfaceStatus", "OppositeRegionId", "OppositeRouterId", "OppositeRouterType",
	"OppositeVpcInstanceId", "Origin", "OverseaBuild", "OwnerId", "PeerGatewayIp",
	"PeerIpAddress", "PeeringSubnetMask", "Permission", "Permissions",
	"PhysicalConnectionBusinessStatus", "PhysicalConnectionId", "PhysicalConnectionStatus",
	"Policy", "Port", "PortRange", "PortRangeListId", "PrefixListEntry", "PrefixListId",
	"Priority", "PrivateIPv4Address", "PrivateIpAddress", "PrivateIpSet", "PrivateIpSets",
	"Protocol", "PublishStatus", "PushName", "PushType", "ReceivedRouteCount", "Record",
	"Records", "RegionId", "RepoId", "RepoName", "RepoNamespaceName", "Repositories",
	"RequestId", "Resource", "ResourceId", "Resources", "RouteEntry", "RouteEntryId",
	"RouteEntrys", "RouteLimit", "RouteMapId", "RouteTable", "RouteTableId", "RouteTableType",
	"RouterId", "RouterInterfaceId", "RouterInterfaceSet", "RouterInterfaceType", "RouterType",
	"Rr", "RuleCount", "SecondaryCidrBlock", "SecondaryCidrBlocks", "SecurityGroup",
	"SecurityGroupId", "SecurityGroupIds", "SecurityGroupName", "SecurityGroupRuleId",
	"SecurityGroupType", "SecurityGroups", "ServerGroupId", "ServerGroupInfos",
	"ServerHealthStatus", "ServerId", "Servers", "ServiceManaged", "ShareType", "SourceCidrIp",
	"SourceGroupId", "SourcePortRange", "SourcePrefixListId", "StartPort", "StartTime",
	"Status", "TotalCount", "TotalItems", "TransitRouterAssociations",
	"TransitRouterAttachmentId", "TransitRouterAttachments", "TransitRouterId",
	"TransitRouterRouteEntries", "TransitRouterRouteEntryDestinationCidrBlock",
	"TransitRouterRouteEntryNextHopResourceId", "TransitRouterRouteEntryNextHopResourceType",
	"TransitRouterRouteEntryNextHopType", "TransitRouterRouteEntryStatus",
	"TransitRouterRouteEntryType", "TransitRouterRouteTableId", "TransitRouters", "Type",
	"UserCidr", "UserCidrs", "VSwitch", "VSwitchId", "VSwitches", "Value", "VbrId",
	"VbrRegionId", "VirtualBorderRouterSet", "VirtualBorderRouterType", "VlanId", "VpcId",
	"VpcInstanceId", "VpcQuota", "VpcRegionId", "VpcUsage", "VswitchId", "Weight", "Zone",
	"ZoneId", "ZoneMappings", "ZoneName", "Zones", "code", "message", "requestId",
	"status, edition and region of the registry's instance",
};

static int compare(const void *name, const void *row)
{
	return strcmp(name, *(const char *const *)row);
}

bool saved_field(const char *name)
{
	return name && bsearch(name, fields, sizeof(fields) / sizeof(fields[0]), sizeof(fields[0]),
			       compare);
}
