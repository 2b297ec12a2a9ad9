# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of the rules about instance, VPC and border router: one defect a file, each
with a healthy twin. CEN is in cen.py."""

from cloud_world import (DENIED, FAR, OTHER_TABLE, OTHER_VBR, OTHER_VPC, RANGE, TABLE,
                         TR_VBR_TABLE, VBR, VBR_TABLE, VPC, VSWITCH, OK, binding, by_cen, hop,
                         interface, pair, peer, route, transit_route, vbr, vswitch)
from groups import managed


def put(*path, **values):
    """A change: the object at `path` gets these values."""
    def change(world):
        at = world
        for part in path:
            at = at[part]
        at.update(values)
    return change


def both(*changes):
    def change(world):
        for one in changes:
            one(world)
    return change


def add(*path, row):
    def change(world):
        at = world
        for part in path:
            at = at[part]
        at.append(row)
    return change


def take(*path, index):
    def change(world):
        at = world
        for part in path:
            at = at[part]
        del at[index]
    return change


def regions():
    pair("ctl04-instance-elsewhere", "not-ready CTL-04", put("instance", region="cn-shanghai"))
    pair("ctl04-instance-not-found", "not-ready CTL-04",
         put("instance", found=0, status=None, specification=None, region=None, endpoint=ABSENT,
             usage=ABSENT, sources=ABSENT, linked_vpcs=[], bindings=[], domains=[]))
    pair("ctl04-vpc-elsewhere", "not-ready CTL-04", put("network", "vpcs", 0,
                                                        region="cn-shanghai"))
    pair("ctl04-vswitch-elsewhere", "not-ready CTL-04",
         put("network", "vswitch_list", 0, zone="cn-shanghai-b"),
         healthy=put("network", "vswitch_list", 0, zone="cn-hangzhou-e"))
    pair("ctl04-border-router-not-found", "not-ready CTL-04",
         put("transit", vbr_list=[], tables=[], routes=[], interface_list=[], peer_list=[]))
    pair("ctl04-border-router-elsewhere", "not-ready CTL-04",
         put("transit", "member_list", 1, region="cn-shanghai"), base=by_cen)


def zones():
    def zone(name):
        return put("network", "vswitch_list", 0, zone=name)

    def in_region(region, name):
        return both(zone(name), put("plan", region=region), put("cloud", region=region),
                    put("instance", region=region), put("network", "vpcs", 0, region=region))

    pair("ctl02-zone-unknown", "ready-with-risks CTL-02", zone("cn-hangzhou-b"),
         healthy=zone("cn-hangzhou-k"))
    pair("ctl03-zone-on-an-undated-page", "ready-with-risks CTL-03",
         in_region("ap-south-1", "ap-south-1a"),
         healthy=in_region("ap-northeast-1", "ap-northeast-1a"))
    pair("ctl03-zone-of-a-closing-region", "ready-with-risks CTL-03",
         in_region("ap-southeast-2", "ap-southeast-2b"),
         healthy=in_region("ap-southeast-1", "ap-southeast-1b"))


def link_made(world):
    """`verify`: the registry's interface stands on the vSwitch."""
    managed(FAR)(world)
    world["groups"]["interfaces"][-1]["vswitch_id"] = VSWITCH
    world["link_expected"] = True


def control():
    pair("ctl01-built-overseas", "not-ready CTL-01", put("instance", "bindings", 0, oversea=1))
    # one that nobody looked at may be built abroad
    pair("ctl01-repositories-not-looked-at", "undetermined", put("instance", repositories=120))
    other = binding(repo_id="crr-b", repository="team/b", type=None, domain=None, project=None,
                    oversea=None, automatic=None)
    denied = {**other, "state": "denied", "note": "cr:GetRepoSourceCodeRepo is not permitted"}
    pair("ctl01-one-repository-denied", "undetermined",
         both(put("instance", repositories=2), add("instance", "bindings", row=denied)),
         healthy=both(put("instance", repositories=2), add("instance", "bindings", row=other)))
    pair("ctl01-built-overseas-in-a-part", "not-ready CTL-01",
         both(put("instance", repositories=120,
                  sources={"state": "failed", "note": "there is more of it than is read"}),
              put("instance", "bindings", 0, oversea=1)))
    pair("ctl05-no-free-address", "not-ready CTL-05",
         put("network", "vswitch_list", 0, free_addresses=0), "ecs",
         healthy=put("network", "vswitch_list", 0, free_addresses=1))
    pair("ctl05-vswitch-pending", "undetermined",
         put("network", "vswitch_list", 0, status="Pending"), "ecs")
    pair("ctl06-quota-used-up", "not-ready CTL-06",
         put("instance", vpc_usage=5, linked_vpcs=[]),
         healthy=put("instance", vpc_usage=5))
    # a link that was made is counted already
    full = put("instance", vpc_usage=5, linked_vpcs=[])
    pair("ctl06-quota-used-up-and-no-link", "not-ready CTL-06", full,
         healthy=both(full, link_made))
    pair("ctl07-personal-edition", "not-ready CTL-07",
         put("instance", specification="Personal"))
    pair("ctl08-no-role", "ready-with-risks CTL-08", put("instance", role_exists=0))
    pair("ctl13-access-still-made", "ready-with-risks CTL-13",
         put("instance", "linked_vpcs", 0, status="CREATING"))
    pair("ctl13-access-failed", "not-ready CTL-13",
         put("instance", "linked_vpcs", 0, status="FAILED"))
    pair("ctl13-instance-stopped", "not-ready CTL-13", put("instance", status="STOPPED"))
    pair("ctl16-public-address", "not-ready CTL-16",
         both(put("plan", "link", gitlab_ip="203.0.113.10"),
              put("plan", "gitlab", url="http://203.0.113.10"),
              put("network", "routes", 2, destination="203.0.113.0/24")),
         healthy=both(put("plan", "link", gitlab_ip="203.0.113.10"),
                      put("plan", "gitlab", url="http://203.0.113.10"),
                      put("plan", "datacenter", cidrs=["203.0.113.0/24"]),
                      put("network", "routes", 2, destination="203.0.113.0/24"),
                      put("transit", "routes", 2, destination="203.0.113.0/24")))
    pair("dns06-record-changed", "ready-with-risks DNS-06",
         put("private_zones", "zone_list", 0, "records", 0, value="192.168.1.99"))
    pair("dns06-zone-conflict", "ready-with-risks DNS-06",
         put("instance", "linked_vpcs", 0, issue="PRIVATE_ZONE_CONFLICT_AT_z-b"))
    pair("dns06-zone-gone", "ready-with-risks DNS-06",
         put("private_zones", "zone_list", 0, name="corp.example"))
    pair("dns06-no-zone-at-all", "ready-with-risks DNS-06",
         put("private_zones", zones=0, zone_list=[]))
    pair("ctl07-id-of-the-personal-edition", "not-ready CTL-07",
         both(put("instance", id="crpi-a", found=0), put("plan", "link", instance_id="crpi-a")))


def called(outcome, code, **more):
    """One call more, with what came of it."""
    return both(put("cloud", **more), add("cloud", "calls", row={
        "product": "vpc", "action": "DescribeBgpPeers", "subject": "RouterId=vbr-a",
        "outcome": outcome, "status": 400, "code": code, "message": code, "request_id": "0A-1",
        "permission": "vpc:DescribeBgpPeers"}))


def calls():
    fine = called("ok", None, clock_skew_s=300, clock_behind=True)
    pair("ctl09-clock-late", "ready-with-risks CTL-09",
         called("failed", "InvalidTimeStamp.Expired", clock_skew_s=3600, clock_behind=True),
         healthy=fine)
    pair("ctl09-session-expired", "ready-with-risks CTL-09",
         called("failed", "InvalidSecurityToken.Expired", clock_skew_s=1), healthy=fine)
    pair("ctl09-key-unknown", "ready-with-risks CTL-09",
         called("failed", "InvalidAccessKeyId.NotFound"), healthy=called("missing",
                                                                         "InvalidVpcId.NotFound"))
    pair("ctl15-throttled", "ready-with-risks CTL-15", called("failed", "Throttling.User"),
         healthy=fine)
    pair("ctl08-call-refused", "ready", called("denied", "Forbidden.RAM"), healthy=fine)


def vpc():
    pair("ovl14-route-into-the-range", "not-ready OVL-14",
         add("network", "routes", row=route(TABLE, "100.104.64.0/18", hop("VpcPeer", "pcc-a"))),
         healthy=add("network", "routes", row=route(TABLE, "100.100.0.0/16",
                                                    hop("VpcPeer", "pcc-a"))))
    pair("ovl14-covering-route", "not-ready OVL-14",
         add("network", "routes", row=route(TABLE, "100.96.0.0/11", hop("Attachment", "tr-a"))),
         "ecs",
         healthy=add("network", "routes", row=route(TABLE, "100.64.0.0/11",
                                                    hop("Attachment", "tr-a"))))
    pair("ovl14-vpc-inside-the-range", "not-ready OVL-14",
         put("network", "vpcs", 0, secondary_cidrs=["100.104.128.0/17"]), "ecs",
         healthy=put("network", "vpcs", 0, secondary_cidrs=["100.88.0.0/16"]))
    pair("ovl14-user-cidr", "not-ready OVL-14",
         put("network", "vpcs", 0, user_cidrs=["100.104.0.0/16"]), "ecs",
         healthy=put("network", "vpcs", 0, user_cidrs=["100.88.0.0/16"]))
    pair("ovl14-service-table", "not-ready OVL-14", both(
        add("network", "vswitch_list", row=vswitch("vsw-b", route_table="vtb-b")),
        add("network", "tables", row={"id": "vtb-b", **OK}),
        add("network", "routes", row=route("vtb-b", RANGE, hop("Instance", "i-a")))), "ecs",
         healthy=both(
             add("network", "vswitch_list", row=vswitch("vsw-b", route_table="vtb-b")),
             add("network", "tables", row={"id": "vtb-b", **OK}),
             add("network", "routes", row=route("vtb-b", "0.0.0.0/0", hop("Instance", "i-a")))))
    pair("cld11-range-by-ipv4-gateway", "not-ready CLD-11",
         add("network", "routes", row=route(TABLE, RANGE, hop("Ipv4Gateway", "ipv4gw-a"))),
         healthy=add("network", "routes", row=route(TABLE, "0.0.0.0/0",
                                                    hop("Ipv4Gateway", "ipv4gw-a"))))
    pair("cld11-service-by-ipv4-gateway", "not-ready CLD-11",
         put("network", "routes", 2, next_hops=[hop("Ipv4Gateway", "ipv4gw-a")]))
    pair("cld04-service-by-nat-gateway", "not-ready CLD-04",
         put("network", "routes", 2, next_hops=[hop("NatGateway", "ngw-a")]))
    pair("cld04-no-route-to-data-center", "not-ready CLD-04",
         take("network", "routes", index=2))
    pair("cld04-route-pending", "not-ready CLD-04", put("network", "routes", 2, status="Pending"))
    pair("cld04-only-the-internet", "not-ready CLD-04",
         put("network", "routes", 2, destination="0.0.0.0/0",
             next_hops=[hop("NatGateway", "ngw-a")]),
         healthy=put("network", "routes", 2, destination="0.0.0.0/0"))
    pair("cld12-gitlab-in-another-vpc", "not-ready CLD-12",
         both(put("plan", "link", gitlab_ip="10.9.0.5"),
              put("plan", "gitlab", url="http://10.9.0.5"),
              put("groups", "owners", 0, address="10.9.0.5")), "ecs",
         healthy=both(put("plan", "link", gitlab_ip="10.9.0.5"),
                      put("plan", "gitlab", url="http://10.9.0.5"),
                      put("groups", "owners", 0, address="10.9.0.5"),
                      add("network", "routes", row=route(TABLE, "10.9.0.0/16",
                                                         hop("VpcPeer", "pcc-a")))))
    pair("cld12-gitlab-in-a-vpc-alike", "not-ready CLD-12",
         put("groups", "interfaces", 0, vpc_id=OTHER_VPC), "ecs")
    pair("cld12-vswitch-of-another-vpc", "not-ready CLD-12",
         put("network", "vswitch_list", 0, vpc_id=OTHER_VPC), "ecs")
    pair("cld12-vswitch-of-another-network", "ready-with-risks CLD-12",
         put("plan", "link", vswitch_cidr="192.168.9.0/24"),
         healthy=put("plan", "link", vswitch_cidr="192.168.0.0/23"))
    pair("sg15-acl-not-listed", "undetermined",
         put("network", "vswitch_list", 0, network_acl="nacl-a"), "ecs")
    pair("cld12-shared-vswitch", "ready-with-risks CLD-12",
         put("network", "vswitch_list", 0, owner="2002", share_type="Shared"), "ecs")
    pair("ec18-by-vpn", "not-ready EC-18",
         put("network", "routes", 2, next_hops=[hop("VpnGateway", "vpn-a")]))


def legs():
    """Next hops of the vSwitch's route to the data center, followed up to the border router."""
    def end(name, vpc=None, router=None, **more):
        return interface(name, vpc, "vrt-a", router_type="VRouter", vpc_id=VPC,
                         opposite_router_id=router or "vrt-b",
                         opposite_router_type="VBR" if router else "VRouter", **more)

    def lead(*names):
        return both(put("transit", "interface_list", 0, opposite_id="ri-vpc"),
                    put("network", "routes", 2,
                        next_hops=[hop("RouterInterface", name) for name in names]))

    pair("cld04-interface-gone", "not-ready CLD-04", lead("ri-old"), healthy=lead("ri-vpc"))
    pair("cld04-one-leg-gone", "not-ready CLD-04", lead("ri-vpc", "ri-old"),
         healthy=both(lead("ri-vpc", "ri-old"),
                      put("network", "routes", 2, next_hops=[
                          hop("RouterInterface", "ri-vpc"),
                          {**hop("RouterInterface", "ri-old"), "enabled": 0}])))
    peering = add("transit", "interface_list", row=end("ri-peer", OTHER_VPC))
    pair("cld04-interface-to-another-vpc", "not-ready CLD-04", both(lead("ri-peer"), peering),
         healthy=both(lead("ri-vpc"), peering))

    def second(back, **state):
        """A border router that the plan does not name."""
        return both(lead("ri-vpc", "ri-second"),
                    add("transit", "vbr_list", row=vbr(OTHER_VBR, **state)),
                    add("transit", "tables", row={"id": OTHER_TABLE, **OK}),
                    add("transit", "routes", row=route(OTHER_TABLE, back,
                                                       hop("RouterInterface", "ri-b"))),
                    add("transit", "routes", row=route(OTHER_TABLE, "172.20.0.0/16",
                                                       hop("PhysicalConnection", "pc-vbr-b"))),
                    add("transit", "interface_list",
                        row=interface("ri-b", VPC, OTHER_VBR, opposite_id="ri-second")),
                    add("transit", "interface_list",
                        row=end("ri-second", router=OTHER_VBR, opposite_id="ri-b")))

    pair("cld04-leg-by-a-router-that-is-down", "not-ready CLD-04",
         second(RANGE, status="terminated"), healthy=second(RANGE))
    pair("ec10-half-a-way-back-by-the-second", "not-ready EC-10", second("100.104.0.0/17"),
         healthy=second("100.64.0.0/10"))
    pair("ec10-no-way-back-by-the-second", "not-ready EC-10", second("10.0.0.0/8"),
         healthy=both(second("10.0.0.0/8"), put("network", "routes", 2, next_hops=[
             hop("RouterInterface", "ri-vpc"),
             {**hop("RouterInterface", "ri-second"), "enabled": 0}])))
    pair("cld01-no-way-back-by-either", "not-ready CLD-01",
         both(second("10.0.0.0/8"), take("transit", "routes", index=0)), healthy=second(RANGE))
    pair("second-border-router-table-refused", "undetermined",
         both(second(RANGE), put("transit", "tables", 1, **DENIED),
              lambda world: world["transit"].update(routes=world["transit"]["routes"][:3])),
         healthy=second(RANGE))
    pair("cld04-second-border-router-without-data-center", "not-ready CLD-04",
         both(second(RANGE), put("transit", "routes", 4, destination="172.20.0.0/22")),
         healthy=second(RANGE))
    pair("cld04-route-drops", "not-ready CLD-04",
         put("network", "routes", 2, next_hops=[hop("BlackHole")]))
    pair("leg-by-a-machine", "undetermined",
         put("network", "routes", 2, next_hops=[hop("Instance", "i-proxy")]),
         healthy=add("network", "routes", row=route(TABLE, "10.0.0.0/8",
                                                    hop("Instance", "i-proxy"))))
    pair("leg-interfaces-refused", "undetermined", put("transit", interfaces=DENIED))
    pair("leg-no-interface-listed", "undetermined", put("transit", interface_list=[]),
         healthy=put("transit", interface_list=[
             end("ri-vpc", router=VBR, opposite_id="ri-a")]))


def border():
    pair("ec11-border-router-down", "not-ready EC-11",
         put("transit", "vbr_list", 0, status="terminated"))
    pair("ec11-circuit-in-arrears", "not-ready EC-11",
         put("transit", "vbr_list", 0, circuit_business="FinancialLocked"))
    pair("ec11-interface-inactive", "not-ready EC-11",
         put("transit", "interface_list", 0, status="Inactive"))
    pair("ec11-other-end-inactive", "not-ready EC-11",
         put("transit", "interface_list", 0, opposite_status="Inactive"))
    pair("ec11-other-end-locked", "not-ready EC-11",
         put("transit", "interface_list", 0, opposite_business="FinancialLocked"),
         healthy=put("transit", "interface_list", 0, opposite_business="Normal"))
    pair("ec12-health-check-unanswered", "ready-with-risks EC-12",
         put("transit", "interface_list", 0, health_source="192.170.0.9",
             health_target="10.0.12.2"),
         healthy=put("transit", "interface_list", 0, health_source="192.168.200.9",
                     health_target="10.0.12.2"))
    pair("cld09-router-between-states", "ready-with-risks CLD-09",
         put("transit", "vbr_list", 0, ecr="ecr-a", ecr_status="Attaching"),
         healthy=put("transit", "vbr_list", 0, ecr="ecr-a", ecr_status="Attached"))
    pair("cld07-too-many-routes", "not-ready CLD-07",
         both(put("transit", "peer_list", 0, received=111), take("transit", "routes", index=2)),
         healthy=put("transit", "peer_list", 0, received=109))
    pair("cld07-too-many-routes-but-ours", "ready-with-risks CLD-07",
         put("transit", "peer_list", 0, received=111))
    pair("cld08-session-down", "not-ready CLD-08", put("transit", "peer_list", 0, status="Idle"))
    pair("cld08-session-down-and-no-table", "undetermined",
         both(put("transit", "peer_list", 0, status="Idle"), put("transit", "tables", 0, **DENIED),
              put("transit", routes=[])))
    pair("cld08-one-of-two-down", "ready-with-risks CLD-08",
         add("transit", "peer_list", row=peer(id="bgp-b", status="Connect")),
         healthy=add("transit", "peer_list", row=peer(id="bgp-b")))


def forward():
    """The border router's own way to the data center."""
    def lead(*hops, **more):
        return put("transit", "routes", 2, next_hops=list(hops), **more)

    circuit = hop("RouterInterface", "ri-circuit")
    static = both(put("transit", peer_list=[]), put("transit", "routes", 2, type="Custom"))
    # other networks of the data center are shown, or none at all: then the table may be a part
    pair("cld04-border-router-without-data-center", "not-ready CLD-04",
         both(put("transit", peer_list=[]),
              put("transit", "routes", 2, destination="172.31.0.0/16")), healthy=static)
    pair("border-router-shows-no-circuit", "ready",
         both(put("transit", peer_list=[]), take("transit", "routes", index=2)), healthy=static)
    pair("cld04-border-router-entry-pending", "not-ready CLD-04",
         both(static, put("transit", "routes", 2, status="Pending")), healthy=static)
    pair("cld04-border-router-other-subnet", "not-ready CLD-04",
         put("transit", "routes", 2, destination="172.20.0.0/22"),
         healthy=put("transit", "routes", 2, destination="0.0.0.0/0"))
    pair("cld04-border-router-leads-back", "not-ready CLD-04",
         lead(hop("RouterInterface", "ri-a")), healthy=lead(circuit))
    pair("cld04-border-router-leads-one-leg-back", "not-ready CLD-04",
         lead(circuit, hop("RouterInterface", "ri-a")),
         healthy=lead(circuit, {**hop("RouterInterface", "ri-a"), "enabled": 0}))
    pair("cld04-border-router-leads-longer-back", "not-ready CLD-04",
         add("transit", "routes", row=route(VBR_TABLE, "172.20.5.0/24", hop("VPC", VPC))),
         healthy=add("transit", "routes", row=route(VBR_TABLE, "172.20.6.0/24",
                                                    hop("VPC", VPC))))
    pair("cld04-border-router-leads-to-another-vpc", "not-ready CLD-04",
         both(lead(hop("RouterInterface", "ri-b")),
              add("transit", "interface_list", row=interface("ri-b", OTHER_VPC))),
         healthy=both(lead(circuit),
                      add("transit", "interface_list", row=interface("ri-b", OTHER_VPC))))
    pair("cld04-border-router-drops", "not-ready CLD-04", lead(hop("BlackHole")))
    pair("cld04-second-service-without-entry", "not-ready CLD-04",
         both(put("plan", "link", other_ips=["172.20.9.9"]),
              put("transit", "routes", 2, destination="172.20.5.0/24")),
         healthy=both(put("plan", "link", other_ips=["172.20.9.9"]),
                      put("transit", "routes", 2, destination="172.20.8.0/21"),
                      add("transit", "routes", row=route(
                          VBR_TABLE, "172.20.4.0/22", hop("PhysicalConnection", "pc-vbr-a")))))
    pair("border-router-table-refused", "undetermined",
         put("transit", tables=[{"id": VBR_TABLE, **DENIED}], routes=[]))
    pair("cld04-cen-border-router-without-data-center", "not-ready CLD-04",
         both(put("transit", peer_list=[]),
              put("transit", "routes", 2, destination="172.31.0.0/16")), base=by_cen,
         healthy=both(static, lead(circuit)))
    pair("cld04-border-router-leads-back-into-cen", "not-ready CLD-04",
         both(lead(hop("Attachment", "tr-attach-vbr")),
              add("transit", "transit_routes", row=transit_route(
                  TR_VBR_TABLE, "172.20.0.0/16", "VBR", VBR))), base=by_cen)

    def other_site(world):
        """Without the plan's word: a border router of the same VPC that leads to another site."""
        world["plan"]["datacenter"] = {"cidrs": ["172.20.0.0/16"]}
        world["transit"]["vbr_id"] = None
        world["transit"]["vbr_list"].append(vbr(OTHER_VBR))
        world["transit"]["tables"].append({"id": OTHER_TABLE, **OK})
        world["transit"]["routes"] += [route(OTHER_TABLE, RANGE, hop("RouterInterface", "ri-b")),
                                       route(OTHER_TABLE, "172.31.0.0/16", circuit)]
        world["transit"]["interface_list"][0].update(opposite_id="ri-vpc")
        world["transit"]["interface_list"].append(interface("ri-b", VPC, OTHER_VBR,
                                                            opposite_id="ri-vpc-b"))

    pair("cld04-way-by-the-border-router-of-another-site", "not-ready CLD-04",
         both(other_site, put("network", "routes", 2,
                              next_hops=[hop("RouterInterface", "ri-vpc-b")])),
         healthy=other_site)


def back():
    pair("cld01-no-return-route", "not-ready CLD-01", take("transit", "routes", index=0))
    pair("cld01-half-a-return-route", "not-ready CLD-01",
         put("transit", "routes", 0, destination="100.104.0.0/17"),
         healthy=put("transit", "routes", 0, destination="100.96.0.0/11"))
    pair("cld01-default-route-to-the-data-center", "not-ready CLD-01",
         put("transit", "routes", 0, destination="0.0.0.0/0",
             next_hops=[hop("PhysicalConnection", "pc-vbr-a")]),
         healthy=put("transit", "routes", 0, destination="0.0.0.0/0"))
    pair("cld03-return-route-to-the-data-center", "not-ready CLD-03",
         put("transit", "routes", 0, next_hops=[hop("local", "10.0.12.2")]))
    pair("cld01-return-route-inactive", "not-ready CLD-01",
         put("transit", "routes", 0, status="Pending"))
    pair("cld03-return-route-to-another-vpc", "not-ready CLD-03",
         both(put("transit", "routes", 0, next_hops=[hop("RouterInterface", "ri-b")]),
              add("transit", "interface_list", row=interface("ri-b", OTHER_VPC))))
    pair("cld03-interface-gone", "not-ready CLD-03",
         put("transit", "routes", 0, next_hops=[hop("RouterInterface", "ri-old")]))
    pair("ovl13-range-for-two-vpcs", "not-ready OVL-13",
         both(add("transit", "routes", row=route(VBR_TABLE, RANGE,
                                                 hop("RouterInterface", "ri-b"))),
              add("transit", "interface_list", row=interface("ri-b", OTHER_VPC))),
         healthy=both(add("transit", "routes", row=route(VBR_TABLE, RANGE,
                                                         hop("RouterInterface", "ri-b"))),
                      add("transit", "interface_list", row=interface("ri-b", VPC))))
    pair("cld03-slice-to-another-vpc", "not-ready CLD-03",
         both(add("transit", "routes", row=route(VBR_TABLE, "100.104.128.0/17",
                                                 hop("RouterInterface", "ri-b"))),
              add("transit", "interface_list", row=interface("ri-b", OTHER_VPC))),
         healthy=both(add("transit", "routes", row=route(VBR_TABLE, "100.104.128.0/17",
                                                         hop("RouterInterface", "ri-b"))),
                      add("transit", "interface_list", row=interface("ri-b", VPC))))

    def second(opposite):
        return both(add("transit", "vbr_list", row=vbr(OTHER_VBR, circuit="pc-vbr-a")),
                    add("transit", "tables", row={"id": OTHER_TABLE, **OK}),
                    add("transit", "routes", row=route(OTHER_TABLE, RANGE,
                                                       hop("RouterInterface", "ri-b"))),
                    add("transit", "interface_list", row=interface("ri-b", opposite, OTHER_VBR)))

    pair("ovl13-second-border-router", "ready-with-risks OVL-13", second(OTHER_VPC),
         healthy=second(VPC))


ABSENT = {"state": None, "note": None}

if __name__ == "__main__":
    regions()
    zones()
    control()
    calls()
    vpc()
    legs()
    border()
    forward()
    back()
