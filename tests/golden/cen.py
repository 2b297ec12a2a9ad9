# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of the rules about CEN: one defect a file, each with a healthy twin."""

from cloud import add, both, put, take
from cloud_world import (OK, OTHER_TABLE, OTHER_VBR, OTHER_VPC, RANGE, TR, TR_VPC_TABLE, VBR,
                         VBR_TABLE, VPC, attachment, by_cen, cen_route, hop, pair, route,
                         transit_route, vbr)


def cen():
    pair("cld05-not-associated", "not-ready CLD-05",
         put("transit", "attachment_list", 1, table=None, association=None), base=by_cen)
    pair("cld05-not-attached", "not-ready CLD-05",
         put("transit", "attachment_list", 1, status="Detaching"), base=by_cen)
    pair("cld05-not-propagated", "not-ready CLD-05",
         both(take("transit", "transit_routes", index=1), take("network", "routes", index=2)),
         base=by_cen)
    pair("cld05-route-map-denies", "not-ready CLD-05",
         both(put("transit", "cen_route_list", 0, status="Prohibited", maps=["cenrmap-a"]),
              put("transit", "transit_routes", 1, status="Rejected")), base=by_cen)
    pair("cld05-range-not-in-cen", "not-ready CLD-05",
         take("transit", "transit_routes", index=0), base=by_cen)
    pair("cld05-black-hole", "not-ready CLD-05",
         put("transit", "transit_routes", 1, next_hop_type="BlackHole", resource_type=None,
             resource_id=None), base=by_cen)
    pair("cld05-not-published", "not-ready CLD-05",
         add("transit", "cen_route_list", row=cen_route(member_id=VBR, table=VBR_TABLE,
                                                        type="BGP",
                                                        publish_status="NonPublished")),
         base=by_cen,
         healthy=add("transit", "cen_route_list", row=cen_route(member_id=VBR, table=VBR_TABLE,
                                                                type="BGP",
                                                                publish_status="Published")))
    pair("cld03-cen-leads-to-another-vpc", "not-ready CLD-03",
         put("transit", "transit_routes", 0, resource_id=OTHER_VPC), base=by_cen)
    def elsewhere(kind, resource, **more):
        return put("transit", "transit_routes", 1, resource_type=kind, resource_id=resource,
                   **more)

    def beside(destination, kind, resource, **more):
        return add("transit", "transit_routes", row=transit_route(TR_VPC_TABLE, destination, kind,
                                                                  resource, **more))

    pair("cld06-cen-leads-to-a-router-unseen", "not-ready CLD-06", elsewhere("VBR", "vbr-z"),
         base=by_cen)
    pair("cld06-cen-leads-to-another-router", "not-ready CLD-06",
         both(add("transit", "vbr_list", row=vbr(OTHER_VBR)), elsewhere("VBR", OTHER_VBR)),
         base=by_cen, healthy=add("transit", "vbr_list", row=vbr(OTHER_VBR)))
    # a firewall may stand there, and send on what it lets through
    pair("cen-leads-to-another-vpc", "undetermined", elsewhere("VPC", OTHER_VPC), base=by_cen)
    pair("cld05-cen-leads-back-to-the-vpc", "not-ready CLD-05", elsewhere("VPC", VPC),
         base=by_cen)
    pair("cen-longer-entry-to-another-vpc", "undetermined",
         beside("172.20.5.0/24", "VPC", OTHER_VPC), base=by_cen,
         healthy=beside("172.20.6.0/24", "VPC", OTHER_VPC))
    pair("cen-one-of-two-to-another-vpc", "undetermined",
         beside("172.20.0.0/16", "VPC", OTHER_VPC), base=by_cen,
         healthy=beside("172.20.0.0/16", "VPC", OTHER_VPC, status="Rejected"))
    pair("cen-leads-to-another-transit-router", "undetermined", elsewhere("TR", "tr-far"),
         base=by_cen)

    def two(back):
        """A second border router of the same transit router shares the requests."""
        return both(
            add("transit", "vbr_list", row=vbr(OTHER_VBR, cens=["cen-a"])),
            add("transit", "tables", row={"id": OTHER_TABLE, **OK}),
            add("transit", "tables", row={"id": "vtb-tr-b", **OK}),
            add("transit", "routes", row=route(OTHER_TABLE, RANGE, hop("Attachment", "tr-b"))),
            add("transit", "routes", row=route(OTHER_TABLE, "172.20.0.0/16",
                                               hop("PhysicalConnection", "pc-vbr-b"))),
            add("transit", "attachment_list", row=attachment("tr-b", "VBR", OTHER_VBR,
                                                             "vtb-tr-b")),
            beside("172.20.0.0/16", "VBR", OTHER_VBR),
            add("transit", "transit_routes", row=transit_route("vtb-tr-b", back, "VPC", VPC)))

    pair("cld05-second-router-without-way-back-by-cen", "not-ready CLD-05",
         two("100.104.0.0/17"), base=by_cen, healthy=two(RANGE))
    pair("ec10-cen-shares-with-a-router-without-way-back", "not-ready EC-10",
         both(two(RANGE), put("transit", "routes", 3, destination="10.0.0.0/8")),
         base=by_cen, healthy=two(RANGE))

    def basic(world):
        by_cen(world)
        world["transit"].update(attachment_list=[], transit_routes=[], router_list=[
            {"id": TR, "cen_id": "cen-a", "region": "cn-hangzhou", "type": "Basic",
             "status": "Active"}])

    pair("cld06-member-led-to-a-router-unseen", "not-ready CLD-06",
         put("transit", "cen_route_list", 0, next_hop_type="CEN", next_hop_id="vbr-z"),
         base=basic, healthy=put("transit", "cen_route_list", 0, next_hop_type="CEN"))
    pair("cld05-member-led-to-another-vpc", "not-ready CLD-05",
         add("transit", "cen_route_list", row=cen_route(destination="172.20.5.0/24",
                                                        next_hop_type="VPC",
                                                        next_hop_id=OTHER_VPC)),
         base=basic)
    pair("cld06-two-sites-one-prefix", "not-ready CLD-06",
         put("transit", "cen_route_list", 0, conflicts=[f"{OTHER_VBR} 172.20.0.0/16"]),
         base=by_cen)
    pair("ec18-vpn-behind-cen", "not-ready EC-18",
         put("transit", "transit_routes", 1, resource_type="VPN", resource_id="vco-a"),
         base=by_cen)


if __name__ == "__main__":
    cen()
