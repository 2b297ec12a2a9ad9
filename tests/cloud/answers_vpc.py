# SPDX-License-Identifier: Apache-2.0
"""VPC 2016-04-28: vSwitches, VPCs, route tables, network ACLs, border routers, BGP."""

import world as worlds
from ask import Listing, absent, in_region, own, region


def _vswitch(world, name, row):
    table = row["RouteTableId"]
    return {
        "VSwitchId": name, "VSwitchName": row.get("VSwitchName", ""), "VpcId": row["VpcId"],
        "ZoneId": row["ZoneId"], "CidrBlock": row["CidrBlock"], "Status": row["Status"],
        "AvailableIpAddressCount": row["AvailableIpAddressCount"],
        "NetworkAclId": row.get("NetworkAclId", ""), "ShareType": row.get("ShareType", ""),
        "IsDefault": False, "OwnerId": row.get("OwnerId", world["account"]),
        "CreationTime": "2026-03-01T08:00:00Z", "Description": "", "Ipv6CidrBlock": "",
        "EnabledIpv6": False, "ResourceGroupId": "rg-bp1default",
        "RouteTable": {"RouteTableId": table, "RouteTableType":
                       world["route_tables"].get(table, {}).get("RouteTableType", "System")}}


def vswitch_attributes(world, ask):
    name = ask.get("VSwitchId")
    row = world["vswitches"].get(name)
    if row is None or not in_region(world, ask, row):
        if "empty-for-absent" not in world["quirks"]:
            absent("InvalidVswitchID.NotFound", "vSwitch")
        return {"VSwitchId": "", "VpcId": "", "ZoneId": "", "CidrBlock": "", "Status": ""}
    return _vswitch(world, name, row)


def vswitches(world, ask):
    items = [_vswitch(world, name, row) for name, row in sorted(world["vswitches"].items())
             if in_region(world, ask, row) and ask.get("VSwitchId") in ("", name) and
             ask.fits(row, ("VpcId", "ZoneId", "RouteTableId"))]
    return Listing("VSwitches.VSwitch", items)


def _vpc(world, name, row):
    return {
        "VpcId": name, "VpcName": row.get("VpcName", ""), "CidrBlock": row["CidrBlock"],
        "Status": row["Status"], "RegionId": region(world, row), "VRouterId": row["VRouterId"],
        "IsDefault": False, "OwnerId": row.get("OwnerId", world["account"]), "Description": "",
        "CreationTime": "2026-03-01T08:00:00Z", "ResourceGroupId": "rg-bp1default",
        "SecondaryCidrBlocks": {"SecondaryCidrBlock": row.get("SecondaryCidrBlocks", [])},
        "UserCidrs": {"UserCidr": row.get("UserCidrs", [])},
        "VSwitchIds": {"VSwitchId": sorted(
            key for key, other in world["vswitches"].items() if other["VpcId"] == name)}}


def _cens(world, row):
    return [{"CenId": cen, "CenOwnerId": world["account"], "CenStatus": "Attached"}
            for cen in row.get("Cens", [])]


def vpc_attribute(world, ask):
    name = ask.get("VpcId")
    row = own({key: vpc for key, vpc in world["vpcs"].items() if in_region(world, ask, vpc)}, name,
              "InvalidVpcID.NotFound", "VpcId")
    return {**_vpc(world, name, row), "AssociatedCens": {"AssociatedCen": _cens(world, row)},
            "Ipv4GatewayId": row.get("Ipv4GatewayId", ""), "EnabledIpv6": False,
            "ClassicLinkEnabled": False}


def vpcs(world, ask):
    wanted = [word for word in ask.get("VpcId").split(",") if word]
    items = []
    for name, row in sorted(world["vpcs"].items()):
        if in_region(world, ask, row) and (not wanted or name in wanted):
            tables = sorted(key for key, table in world["route_tables"].items()
                            if table["VpcId"] == name)
            items.append({**_vpc(world, name, row), "RouterTableIds": {"RouterTableIds": tables},
                          "CenStatus": "Attached" if row.get("Cens") else ""})
    return Listing("Vpcs.Vpc", items)


def route_tables(world, ask):
    items = []
    for name, row in sorted(world["route_tables"].items()):
        if (in_region(world, ask, row) and ask.get("RouteTableId") in ("", name) and
                ask.fits(row, ("VpcId", "RouterId", "RouterType", "RouteTableType"))):
            items.append({
                "RouteTableId": name, "RouteTableType": row["RouteTableType"],
                "RouterType": row["RouterType"], "RouterId": row["RouterId"], "VpcId": row["VpcId"],
                "VSwitchIds": {"VSwitchId": row["VSwitchIds"]}, "Status": "Available",
                "AssociateType": row.get("AssociateType", "VSwitch"), "Description": "",
                "RouteTableName": "", "OwnerId": world["account"], "RoutePropagationEnable": True,
                "CreationTime": "2026-03-01T08:00:00Z", "ResourceGroupId": "rg-bp1default"})
    return Listing("RouterTableList.RouterTableListType", items)


def route_entries(world, ask):
    name = ask.get("RouteTableId")
    row = own(world["route_tables"], name, "InvalidRouteTableId.NotFound", "RouteTableId")
    items = []
    for entry in worlds.routes(name, row["routes"]):
        hops = entry["NextHops"]["NextHop"]
        if (ask.fits(entry, ("DestinationCidrBlock", "RouteEntryId")) and
                ask.get("RouteEntryType") in ("", entry["Type"]) and
                ask.get("NextHopType") in ("", *(hop["NextHopType"] for hop in hops)) and
                ask.get("NextHopId") in ("", *(hop["NextHopId"] for hop in hops))):
            items.append(entry)
    return Listing("RouteEntrys.RouteEntry", items)


def _filtered(ask, rows, names):
    """`names`: filter key -> how the row says it."""
    for name, row in sorted(rows.items()):
        if all(say(name, row) in values for key, values in ask.filters().items()
               for say in [names.get(key, lambda name, row: None)]):
            yield name, row


def border_routers(world, ask):
    say = {"VbrId": lambda name, row: name, "Status": lambda name, row: row["Status"],
           "PhysicalConnectionId": lambda name, row: row["PhysicalConnectionId"],
           "Name": lambda name, row: row.get("Name"), "type": lambda name, row: row.get("Type")}
    items = [{"VbrId": name, **{key: value for key, value in row.items() if key != "Cens"},
              "AssociatedCens": {"AssociatedCen": _cens(world, row)}, "AccessPointId": "ap-cn-1",
              "AssociatedPhysicalConnections": {"AssociatedPhysicalConnection": [{
                  "PhysicalConnectionId": row["PhysicalConnectionId"], "VlanId": str(row["VlanId"]),
                  "PhysicalConnectionStatus": row["PhysicalConnectionStatus"],
                  "LocalGatewayIp": row["LocalGatewayIp"], "PeerGatewayIp": row["PeerGatewayIp"]}]}}
             for name, row in _filtered(ask, world["vbrs"], say) if in_region(world, ask, row)]
    return Listing("VirtualBorderRouterSet.VirtualBorderRouterType", items)


def circuits(world, ask):
    say = {"PhysicalConnectionId": lambda name, row: name,
           "Status": lambda name, row: row["Status"]}
    items = [{"PhysicalConnectionId": name, "AccessPointId": "ap-cn-1", **row}
             for name, row in _filtered(ask, world["circuits"], say)]
    return Listing("PhysicalConnectionSet.PhysicalConnectionType", items)


def router_interfaces(world, ask):
    field = lambda key: lambda name, row: row.get(key)
    say = {"RouterInterfaceId": lambda name, row: name, **{
        key: field(key) for key in ("RouterId", "RouterType", "OppositeRouterId", "Status",
                                    "OppositeRouterType", "OppositeInterfaceId")}}
    items = [{"RouterInterfaceId": name, "Spec": "Large.1", "ChargeType": "PostPaid", **row}
             for name, row in _filtered(ask, world["router_interfaces"], say)]
    return Listing("RouterInterfaceSet.RouterInterfaceType", items)


def _acl(world, name, row):
    bound = sorted(key for key, vswitch in world["vswitches"].items()
                   if vswitch.get("NetworkAclId") == name)
    return {
        "NetworkAclId": name, "NetworkAclName": row.get("NetworkAclName", ""),
        "VpcId": row.get("VpcId", "vpc-bp1main"), "RegionId": region(world, row),
        "Status": "Available", "OwnerId": world["account"], "Description": "",
        "CreationTime": "2026-03-01 08:00:00",
        "Resources": {"Resource": [{"ResourceId": key, "ResourceType": "VSwitch",
                                    "Status": row.get("BindingStatus", "BINDED")}
                                   for key in bound]},
        "IngressAclEntries": {"IngressAclEntry": worlds.numbered(row["in"], worlds.acl_entry, "in")},
        "EgressAclEntries": {"EgressAclEntry": worlds.numbered(row["out"], worlds.acl_entry, "out")}}


def network_acls(world, ask):
    items = []
    for name, row in sorted(world["nacls"].items()):
        shown = _acl(world, name, row)
        bound = [resource["ResourceId"] for resource in shown["Resources"]["Resource"]]
        if row.get("Unlisted"):  # to be had by its id alone
            continue
        if (ask.get("NetworkAclId") in ("", name) and ask.fits(shown, ("VpcId", "NetworkAclName")) and
                ask.get("ResourceId") in ("", *bound)):
            items.append(shown)
    return Listing("NetworkAcls.NetworkAcl", items)


def network_acl_attributes(world, ask):
    name = ask.get("NetworkAclId")
    row = own(world["nacls"], name, "InvalidNetworkAcl.NotFound", "NetworkAclId")
    return {"NetworkAclAttribute": _acl(world, name, row)}


def bgp_networks(world, ask):
    items = [row for row in world["bgp_networks"] if ask.fits(row, ("RouterId",))]
    return Listing("BgpNetworks.BgpNetwork", items)


def bgp_peers(world, ask):
    items = [row for row in world["bgp_peers"] if ask.fits(row, ("RouterId", "BgpPeerId"))]
    return Listing("BgpPeers.BgpPeer", items)


def bgp_groups(world, ask):
    items = [row for row in world["bgp_groups"] if ask.fits(row, ("RouterId", "BgpGroupId"))]
    return Listing("BgpGroups.BgpGroup", items)


def eips(world, ask):
    items = []
    for name, row in sorted(world["eips"].items()):
        kind, instance = ask.get("AssociatedInstanceType"), ask.get("AssociatedInstanceId")
        if (ask.get("AllocationId") in ("", name) and ask.get("EipAddress") in ("", row["IpAddress"])
                and kind in ("", row["InstanceType"]) and instance in ("", row["InstanceId"])):
            items.append({"AllocationId": name, "Status": "InUse", "RegionId": world["region"],
                          **row})
    return Listing("EipAddresses.EipAddress", items)


def vpn_gateways(world, ask):
    items = [{"VpnGatewayId": name, "Status": "active", "BusinessStatus": "Normal", **row}
             for name, row in sorted(world["vpn_gateways"].items()) if ask.fits(row, ("VpcId",))]
    return Listing("VpnGateways.VpnGateway", items)


def prefix_entries(world, ask):
    name = ask.get("PrefixListId")
    row = own(world["prefix_lists"], name, "ResourceNotFound.PrefixListId", "PrefixListId")
    return Listing("PrefixListEntry", [
        {"Cidr": cidr, "Description": "", "PrefixListId": name, "RegionId": world["region"]}
        for cidr in row["cidrs"]])
