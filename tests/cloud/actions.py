# SPDX-License-Identifier: Apache-2.0
"""
The operations that the server knows: one row each, with how it pages and the RAM action that it
needs. Parameters and fields of each are in operations.json (the vendor's listings).
"""

import dataclasses
import json
import pathlib

import answers_balancers as lb
import answers_cbn as cbn
import answers_cr as cr
import answers_ecs as ecs
import answers_names as names
import answers_vpc as vpc

OPERATIONS = json.loads((pathlib.Path(__file__).resolve().parent / "operations.json").read_text())
VERSIONS = {"ecs": "2014-05-26", "vpc": "2016-04-28", "cbn": "2017-09-12", "cr": "2018-12-01",
            "slb": "2014-05-15", "nlb": "2022-04-30", "alb": "2020-06-16", "pvtz": "2018-01-01",
            "ram": "2015-05-01", "sts": "2015-04-01", "nis": "2021-12-16"}
PREFIX = {"cbn": "cen"}  # of RAM actions, where it is not the product's
PRODUCTS = {version: product for product, version in VERSIONS.items()}
# What the products say to a caller without permission; the first words of one, all of another.
DENIED = {"ecs": "Forbidden.RAM", "vpc": "Forbidden.RAM", "cbn": "Forbidden", "cr": "NoPermission",
          "slb": "Forbidden.RAM", "nlb": "Forbidden.NoPermission", "alb": "Forbidden.NoPermission",
          "pvtz": "Forbidden.RAM", "ram": "NoPermission", "sts": "NoPermission",
          "nis": "NoPermission"}


@dataclasses.dataclass(frozen=True)
class Paging:
    kind: str      # "token", "number", "offset"
    size: str      # the parameter with the size of a page
    default: int
    most: int
    least: int = 1
    page: str = "PageNumber"
    total: str = "TotalCount"


TOKEN = Paging("token", "MaxResults", 20, 100)
ECS_GROUPS = Paging("token", "MaxResults", 10, 100)
ECS_RULES = Paging("token", "MaxResults", 500, 1000, least=10)
ECS_ENIS = Paging("token", "MaxResults", 10, 500, least=10)
ROUTES = Paging("token", "MaxResult", 10, 100)
NUMBER = Paging("number", "PageSize", 10, 50)
CEN_ROUTES = Paging("number", "PageSize", 10, 500)
SLB = Paging("number", "PageSize", 50, 100)
REGISTRY = Paging("number", "PageSize", 30, 100, page="PageNo")
ALB_HEALTH = Paging("token", "MaxResults", 20, 30)
LOG = Paging("offset", "PageSize", 100, 100, page="Offset")
ZONES = Paging("number", "PageSize", 20, 100, total="TotalItems")


@dataclasses.dataclass(frozen=True)
class Action:
    product: str
    name: str
    answer: object
    paging: object = None
    mutates: bool = False
    route: tuple = ()  # of style ROA: method and path, {Name} for a parameter

    @property
    def ram(self):
        return f"{PREFIX.get(self.product, self.product)}:{self.name}"

    @property
    def shape(self):
        return OPERATIONS.get(f"{self.product}/{VERSIONS[self.product]}/{self.name}")


_ROWS = [
    Action("ecs", "DescribeSecurityGroups", ecs.security_groups, ECS_GROUPS),
    Action("ecs", "DescribeSecurityGroupAttribute", ecs.security_group_attribute, ECS_RULES),
    Action("ecs", "DescribeNetworkInterfaces", ecs.network_interfaces, ECS_ENIS),
    Action("ecs", "DescribeInstances", ecs.instances, ECS_GROUPS),
    Action("ecs", "DescribePrefixListAttributes", ecs.prefix_list),
    Action("ecs", "DescribePortRangeListEntries", ecs.port_list),
    Action("vpc", "DescribeVSwitches", vpc.vswitches, NUMBER),
    Action("vpc", "DescribeVSwitchAttributes", vpc.vswitch_attributes),
    Action("vpc", "DescribeVpcs", vpc.vpcs, NUMBER),
    Action("vpc", "DescribeVpcAttribute", vpc.vpc_attribute),
    Action("vpc", "DescribeRouteTableList", vpc.route_tables, NUMBER),
    Action("vpc", "DescribeRouteEntryList", vpc.route_entries, ROUTES),
    Action("vpc", "DescribeVirtualBorderRouters", vpc.border_routers, NUMBER),
    Action("vpc", "DescribePhysicalConnections", vpc.circuits, NUMBER),
    Action("vpc", "DescribeRouterInterfaces", vpc.router_interfaces, NUMBER),
    Action("vpc", "DescribeNetworkAcls", vpc.network_acls, NUMBER),
    Action("vpc", "DescribeNetworkAclAttributes", vpc.network_acl_attributes),
    Action("vpc", "DescribeBgpNetworks", vpc.bgp_networks, NUMBER),
    Action("vpc", "DescribeBgpPeers", vpc.bgp_peers, NUMBER),
    Action("vpc", "DescribeBgpGroups", vpc.bgp_groups, NUMBER),
    Action("vpc", "DescribeEipAddresses", vpc.eips, NUMBER),
    Action("vpc", "DescribeVpnGateways", vpc.vpn_gateways, NUMBER),
    Action("vpc", "GetVpcPrefixListEntries", vpc.prefix_entries, TOKEN),
    Action("cbn", "DescribeCenAttachedChildInstances", cbn.child_instances, NUMBER),
    Action("cbn", "DescribeCenChildInstanceRouteEntries", cbn.child_routes, CEN_ROUTES),
    Action("cbn", "DescribePublishedRouteEntries", cbn.published_routes, NUMBER),
    Action("cbn", "DescribeRouteServicesInCen", cbn.route_services, NUMBER),
    Action("cbn", "DescribeCenRouteMaps", cbn.route_maps, NUMBER),
    Action("cbn", "ListTransitRouters", cbn.transit_routers, NUMBER),
    Action("cbn", "ListTransitRouterVpcAttachments", cbn.vpc_attachments, TOKEN),
    Action("cbn", "ListTransitRouterVbrAttachments", cbn.vbr_attachments, TOKEN),
    Action("cbn", "ListTransitRouterRouteTables", cbn.tables, TOKEN),
    Action("cbn", "ListTransitRouterRouteTableAssociations", cbn.associations, TOKEN),
    Action("cbn", "ListTransitRouterRouteTablePropagations", cbn.propagations, TOKEN),
    Action("cbn", "ListTransitRouterRouteEntries", cbn.entries, TOKEN),
    Action("cr", "GetInstance", cr.instance),
    Action("cr", "ListInstance", cr.instances, REGISTRY),
    Action("cr", "GetInstanceUsage", cr.usage),
    Action("cr", "GetInstanceVpcEndpoint", cr.vpc_endpoint),
    Action("cr", "GetInstanceEndpoint", cr.endpoint),
    Action("cr", "ListInstanceEndpoint", cr.endpoints),
    Action("cr", "GetRepository", cr.repository),
    Action("cr", "ListRepository", cr.repositories, REGISTRY),
    Action("cr", "GetRepoSourceCodeRepo", cr.source),
    Action("cr", "ListRepoBuildRule", cr.build_rules, REGISTRY),
    Action("cr", "ListRepoBuildRecord", cr.build_records, REGISTRY),
    Action("cr", "GetRepoBuildRecordStatus", cr.build_status),
    Action("cr", "ListRepoBuildRecordLog", cr.build_log, LOG),
    Action("cr", "GetStorageDomainRoutingRule", cr.storage_rule),
    Action("cr", "GetAuthorizationToken", cr.token),
    Action("cr", "CreateInstanceVpcEndpointLinkedVpc", cr.create_linked_vpc, mutates=True),
    Action("cr", "DeleteInstanceVpcEndpointLinkedVpc", cr.delete_linked_vpc, mutates=True),
    Action("slb", "DescribeLoadBalancers", lb.balancers, SLB),
    Action("slb", "DescribeLoadBalancerAttribute", lb.balancer_attribute),
    Action("slb", "DescribeLoadBalancerListeners", lb.listeners, TOKEN),
    Action("slb", "DescribeLoadBalancerTCPListenerAttribute", lb.tcp_listener),
    Action("slb", "DescribeLoadBalancerUDPListenerAttribute", lb.udp_listener),
    Action("slb", "DescribeLoadBalancerHTTPListenerAttribute", lb.http_listener),
    Action("slb", "DescribeLoadBalancerHTTPSListenerAttribute", lb.https_listener),
    Action("slb", "DescribeAccessControlListAttribute", lb.acl_attribute),
    Action("slb", "DescribeHealthStatus", lb.health),
    Action("slb", "DescribeVServerGroupAttribute", lb.vserver_group),
    Action("nlb", "ListLoadBalancers", lb.nlbs, TOKEN),
    Action("nlb", "ListListeners", lb.nlb_listeners, TOKEN),
    Action("nlb", "GetListenerHealthStatus", lb.nlb_health, TOKEN),
    Action("nlb", "ListServerGroupServers", lb.group_servers, TOKEN),
    Action("alb", "ListLoadBalancers", lb.albs, TOKEN),
    Action("alb", "GetLoadBalancerAttribute", lb.alb_attribute),
    Action("alb", "ListListeners", lb.alb_listeners, TOKEN),
    Action("alb", "GetListenerAttribute", lb.alb_listener),
    Action("alb", "GetListenerHealthStatus", lb.alb_health, ALB_HEALTH),
    Action("alb", "ListAclEntries", lb.alb_acl, TOKEN),
    Action("alb", "ListServerGroupServers", lb.group_servers, TOKEN),
    Action("pvtz", "DescribeZones", names.zones, ZONES),
    Action("pvtz", "DescribeZoneInfo", names.zone_info),
    Action("pvtz", "DescribeZoneRecords", names.zone_records, ZONES),
    Action("ram", "GetRole", names.role),
    Action("sts", "GetCallerIdentity", names.caller),
    Action("sts", "AssumeRole", names.assume_role),
    Action("sts", "AssumeRoleWithOIDC", names.assume_role_oidc),
    Action("nis", "CreateAndAnalyzeNetworkPath", names.create_path),
    Action("nis", "GetNetworkReachableAnalysis", names.path),
]
ACTIONS = {(row.product, row.name): row for row in _ROWS}


def find(world, version, name):
    """The row of an operation; None where it is not published."""
    product = PRODUCTS.get(version)
    link = world.get("source_link") or {}
    routes = link.get("routes") or {}
    if product == "cr" and name and name == link.get("create"):
        return Action("cr", name, cr.create_source_link, mutates=True,
                      route=tuple(routes.get("create", ())))
    if product == "cr" and name and name == link.get("list"):
        return Action("cr", name, cr.list_source_links, route=tuple(routes.get("list", ())))
    return ACTIONS.get((product, name))
