# SPDX-License-Identifier: Apache-2.0
"""What the cloud says of a link that is well, for golden fixtures: GitLab on an ECS of the VPC, and
GitLab in a data center behind a border router or behind CEN. A fixture changes what its defect
changes."""

import copy
import json

from groups import every, group, guard, interface as eni, owner
from world import FOLDER, section

REGION = "cn-hangzhou"
VPC, OTHER_VPC, VSWITCH = "vpc-a", "vpc-b", "vsw-a"
VBR, OTHER_VBR = "vbr-a", "vbr-b"
INSTANCE = "cri-a"
TABLE, VBR_TABLE, OTHER_TABLE = "vtb-a", "vtb-vbr-a", "vtb-vbr-b"
TR, TR_VPC_TABLE, TR_VBR_TABLE = "tr-a", "vtb-tr-vpc", "vtb-tr-vbr"
RANGE = "100.104.0.0/16"
NEAR, FAR = "192.168.1.30", "172.20.5.10"
ROLE = "AliyunServiceRoleForContainerRegistryAccessCustomerPrivateZone"
OK = {"state": "ok", "note": None}
DENIED = {"state": "denied", "note": "not permitted"}
DOMAIN = "a-registry-vpc.cn-hangzhou.cr.aliyuncs.com"


def hop(kind, name=None, **more):
    return {"type": kind, "id": name, "enabled": 1, "weight": 0, **more}


def route(table, destination, *hops, **more):
    return {"table": table, "id": f"rte-{destination}", "destination": destination,
            "type": "Custom", "status": "Available", "next_hops": list(hops), **more}


def plan(access, **more):
    service = FAR if access == "datacenter" else NEAR
    made = section(schema="reachback.plan/1", vantage="offline", region=REGION,
                   link={"instance_id": INSTANCE, "vpc_id": VPC, "vswitch_id": VSWITCH,
                         "gitlab_ip": service, "other_ips": []},
                   gitlab={"url": f"http://{service}", "access": access,
                           "project": "group/app"})
    if access == "datacenter":
        made["datacenter"] = {"vbr_id": VBR}
    made.update(more)
    return made


def instance():
    return section(
        id=INSTANCE, found=1, name="registry", status="RUNNING",
        specification="Enterprise_Advanced", issue=None, region=REGION, usage=OK, vpc_quota=5,
        vpc_usage=2, endpoint=OK, endpoint_enabled=1, domains=[DOMAIN],
        linked_vpcs=[{"vpc_id": VPC, "vswitch_id": VSWITCH, "ip": "192.168.1.11",
                      "status": "RUNNING", "issue": None}],
        sources=OK, repositories=1, bindings=[binding()], build_rules=[], failed_builds=[],
        role=OK, role_name=ROLE, role_exists=1)


def binding(**more):
    return {"repo_id": "crr-a", "repository": "team/app", "state": "ok", "note": None,
            "type": "GITLAB", "domain": "http://gitlab.corp.example", "project": "group/app",
            "oversea": 0, "automatic": 1, **more}


def vswitch(name=VSWITCH, **more):
    return {"id": name, "is_link": name == VSWITCH, "is_service": True, "vpc_id": VPC,
            "zone": "cn-hangzhou-j", "cidr": "192.168.1.0/24", "free_addresses": 200,
            "status": "Available", "route_table": TABLE, "route_table_type": "System",
            "owner": "1001", **more}


def network(way):
    routes = [route(TABLE, "100.64.0.0/10", hop("service"), type="System"),
              route(TABLE, "192.168.1.0/24", hop("local"), type="System")]
    if way:
        routes.append(route(TABLE, "172.20.0.0/16", way))
    return section(
        vpc_id=VPC, vswitch_id=VSWITCH, vswitch=OK, vswitch_found=1, vswitches=OK,
        vswitch_list=[vswitch()], vpc=OK, vpc_found=1,
        vpcs=[{"id": VPC, "region": REGION, "status": "Available", "cidr": "192.168.0.0/16",
               "secondary_cidrs": [], "user_cidrs": [], "cens": [], "owner": "1001"}],
        tables=[{"id": TABLE, **OK}], routes=routes)


def vbr(name=VBR, **more):
    return {"id": name, "status": "active", "route_table": f"vtb-{name}", "circuit": f"pc-{name}",
            "circuit_status": "Enabled", "circuit_business": "Normal",
            "local_gateway": "10.0.12.1", "peer_gateway": "10.0.12.2", "cens": [], **more}


def interface(name, vpc, router=VBR, **more):
    return {"id": name, "router_id": router, "router_type": "VBR", "opposite_router_id": "vrt-a",
            "opposite_router_type": "VRouter", "opposite_vpc_id": vpc, "status": "Active",
            "opposite_status": "Active", "business_status": "Normal", **more}


def peer(**more):
    return {"id": "bgp-a", "router_id": VBR, "address": "10.0.12.2", "status": "Established",
            "received": 12, "advertised": 3, "limit": 110, **more}


def transit():
    return section(
        vbr_id=VBR, vbrs=OK, vbr_list=[vbr()], tables=[{"id": VBR_TABLE, **OK}],
        routes=[route(VBR_TABLE, RANGE, hop("RouterInterface", "ri-a")),
                route(VBR_TABLE, "192.168.0.0/16", hop("RouterInterface", "ri-a")),
                route(VBR_TABLE, "172.20.0.0/16", hop("PhysicalConnection", "pc-vbr-a"),
                      type="BGP")],
        interfaces=OK, interface_list=[interface("ri-a", VPC)], peers=OK, peer_list=[peer()],
        networks=OK, network_list=[])


def attachment(name, kind, resource, table, **more):
    return {"id": name, "transit_router": TR, "resource_type": kind, "resource_id": resource,
            "status": "Attached", "publishes": 1, "associations": OK, "table": table,
            "association": "Active", **more}


def transit_route(table, destination, kind, resource, **more):
    return {"table": table, "destination": destination, "type": "Propagated", "status": "Active",
            "next_hop_type": "Attachment", "resource_type": kind, "resource_id": resource, **more}


def by_cen(world):
    """The same data center, behind CEN and its transit router instead of a router interface."""
    world["network"]["vpcs"][0]["cens"] = ["cen-a"]
    world["network"]["routes"][-1]["next_hops"] = [hop("Attachment", "tr-attach-vpc")]
    made = world["transit"]
    made["vbr_list"][0]["cens"] = ["cen-a"]
    made["routes"][0]["next_hops"] = [hop("Attachment", "tr-attach-vbr")]
    made["routes"][1]["next_hops"] = [hop("Attachment", "tr-attach-vbr")]
    made["interface_list"] = []
    made["tables"] += [{"id": TR_VPC_TABLE, **OK}, {"id": TR_VBR_TABLE, **OK}]
    made.update(
        members=OK, routers=OK, attachments=OK, cen_routes=OK,
        member_list=[{"cen_id": "cen-a", "id": VPC, "type": "VPC", "region": REGION,
                      "status": "Attached"},
                     {"cen_id": "cen-a", "id": VBR, "type": "VBR", "region": REGION,
                      "status": "Attached"}],
        cen_route_list=[cen_route()],
        router_list=[{"id": TR, "cen_id": "cen-a", "region": REGION, "type": "Enterprise",
                      "status": "Active"}],
        attachment_list=[attachment("tr-attach-vbr", "VBR", VBR, TR_VBR_TABLE),
                         attachment("tr-attach-vpc", "VPC", VPC, TR_VPC_TABLE)],
        transit_routes=[transit_route(TR_VBR_TABLE, RANGE, "VPC", VPC, type="Static"),
                        transit_route(TR_VPC_TABLE, "172.20.0.0/16", "VBR", VBR)])


def cen_route(**more):
    return {"cen_id": "cen-a", "member_id": VPC, "table": TABLE, "destination": "172.20.0.0/16",
            "type": "CEN", "status": "Active", "publish_status": None, "next_hop_type": "VBR",
            "next_hop_id": VBR, "conflicts": [], "maps": [], **more}


def zones():
    return section(vpc_id=VPC, zones=1, zone_list=[{
        "id": "z-a", "name": DOMAIN, **OK, "vpcs": [VPC],
        "records": [{"name": "@", "type": "A", "value": "192.168.1.11", "status": "ENABLE"}]}])


def cloud():
    return section(**{"from": "live"}, region=REGION, network="public", credential="environment",
                   warnings=[], calls=[])


def world(access="datacenter"):
    """All is well."""
    made = {"plan": plan(access), "cloud": cloud(), "instance": instance(),
            "network": network(hop("RouterInterface", "ri-vpc") if access == "datacenter"
                               else None),
            "private_zones": zones()}
    made["groups"] = groups(access)
    made["balancers"] = section(balancers=[])
    if access == "datacenter":
        made["transit"] = transit()
    return made


def groups(access):
    """An ECS with a group that admits the range; nobody here owns the data center's address."""
    near = access == "ecs"
    return section(
        owners=[owner(NEAR if near else FAR, "eni-git" if near else None)],
        interfaces=[eni("eni-git", NEAR, vpc_id=VPC, vswitch_id=VSWITCH)] if near else [],
        groups=[group(rules=every("80/80"))] if near else [], prefix_lists=[], port_lists=[],
        guards=[guard(VSWITCH)], acls=[])


def write(name, made, expected):
    facts = {"schema": "reachback.facts/1", "version": "0.1.0",
             "started": "2026-11-20T12:00:00Z", "took_ms": 5, **made}
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in facts.items()]
    (FOLDER / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    (FOLDER / f"{name}.expect").write_text(expected + "\n")


def pair(name, expected, sick, access="datacenter", healthy=None, base=None):
    """`sick` changes the good world; `healthy` the twin's, which is the good world without it."""
    for suffix, change, words in (("", sick, expected), ("-twin", healthy, "ready")):
        made = copy.deepcopy(world(access))
        if base:
            base(made)
        if change:
            change(made)
        write(name + suffix, made, words)
