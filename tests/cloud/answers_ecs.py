# SPDX-License-Identifier: Apache-2.0
"""ECS 2014-05-26: security groups, network interfaces, instances, prefix and port lists."""

import world as worlds
from ask import Listing, absent, in_region, own, region


def _ids(ask, single, many):
    words = ask.json_list(many)
    return words + [ask.get(single)] if ask.get(single) else words


def security_groups(world, ask):
    wanted = _ids(ask, "SecurityGroupId", "SecurityGroupIds")
    items = []
    for name, row in sorted(world["security_groups"].items()):
        managed = bool(row.get("ServiceManaged"))
        if (not in_region(world, ask, row) or wanted and name not in wanted or
                not ask.fits(row, ("VpcId", "SecurityGroupType", "SecurityGroupName")) or
                ask.get("ServiceManaged") not in ("", "true" if managed else "false")):
            continue
        items.append({
            "SecurityGroupId": name, "SecurityGroupName": row.get("SecurityGroupName", ""),
            "SecurityGroupType": row["SecurityGroupType"], "VpcId": row["VpcId"],
            "ServiceManaged": managed, "ServiceID": row.get("ServiceID", 0),
            "Description": row.get("Description", ""), "CreationTime": "2026-03-01T08:00:00Z",
            "ResourceGroupId": "", "RuleCount": len(row["rules"]), "GroupToGroupRuleCount": 0,
            "EcsCount": 1, "AvailableInstanceAmount": 1999})
    return Listing("SecurityGroups.SecurityGroup", items, {"RegionId": ask.get("RegionId")})


def security_group_attribute(world, ask):
    name = ask.get("SecurityGroupId")
    row = own(world["security_groups"], name, "InvalidSecurityGroupId.NotFound", "SecurityGroupId")
    if not in_region(world, ask, row):
        absent("InvalidSecurityGroupId.NotFound", "SecurityGroupId")
    rules = worlds.numbered(row["rules"], worlds.permission)
    direction = ask.get("Direction", "all") or "all"
    items = [rule for rule in rules if direction in ("all", rule["Direction"])]
    return Listing("Permissions.Permission", items, {
        "SecurityGroupId": name, "SecurityGroupName": row.get("SecurityGroupName", ""),
        "InnerAccessPolicy": row["InnerAccessPolicy"], "RegionId": region(world, row),
        "Description": row.get("Description", ""), "VpcId": row["VpcId"]})


def _interface(world, name, row):
    sets = [{"PrivateIpAddress": row["PrivateIpAddress"], "Primary": True, "PrivateDnsName": ""}]
    sets += [{"PrivateIpAddress": address, "Primary": False, "PrivateDnsName": ""}
             for address in row.get("Secondary", [])]
    return {
        "NetworkInterfaceId": name, "InstanceId": row.get("InstanceId", ""), "Type": row["Type"],
        "Status": row.get("Status", "InUse"), "PrivateIpAddress": row["PrivateIpAddress"],
        "PrivateIpSets": {"PrivateIpSet": sets},
        "SecurityGroupIds": {"SecurityGroupId": row["SecurityGroupIds"]},
        "VpcId": row["VpcId"], "VSwitchId": row["VSwitchId"], "ZoneId": row["ZoneId"],
        "ServiceManaged": bool(row.get("ServiceManaged")), "ServiceID": row.get("ServiceID", 0),
        "MacAddress": row.get("MacAddress", "00:16:3e:00:00:01"),
        "SourceDestCheck": row.get("SourceDestCheck", False), "OwnerId": str(world["account"]),
        "NetworkInterfaceName": row.get("NetworkInterfaceName", ""),
        "Description": row.get("Description", ""), "CreationTime": "2026-03-01T08:00:00Z",
        "DeleteOnRelease": True, "ResourceGroupId": "", "QueueNumber": 2,
        "NetworkInterfaceTrafficMode": "Standard", "Ipv6Sets": {"Ipv6Set": []},
        "AssociatedPublicIp": row.get("AssociatedPublicIp", {}),
        "Attachment": {"InstanceId": row.get("InstanceId", ""), "DeviceIndex": 0},
    }


def _interface_fits(world, ask, name, row):
    ids = ask.repeated("NetworkInterfaceId")
    addresses = ask.repeated("PrivateIpAddress")
    own_addresses = [row["PrivateIpAddress"], *row.get("Secondary", [])]
    managed = "true" if row.get("ServiceManaged") else "false"
    group = ask.get("SecurityGroupId")
    return (in_region(world, ask, row) and (not ids or name in ids) and
            (not addresses or any(word in own_addresses for word in addresses)) and
            ask.get("PrimaryIpAddress") in ("", row["PrivateIpAddress"]) and
            ask.fits(row, ("InstanceId", "VpcId", "VSwitchId", "Type")) and
            ask.get("Status") in ("", row.get("Status", "InUse")) and
            ask.get("ServiceManaged") in ("", managed) and
            # of primary interfaces the filter by group knows nothing
            (not group or group in row["SecurityGroupIds"] and row["Type"] != "Primary"))


def network_interfaces(world, ask):
    items = [_interface(world, name, row) for name, row in sorted(world["enis"].items())
             if _interface_fits(world, ask, name, row)]
    return Listing("NetworkInterfaceSets.NetworkInterfaceSet", items)


def _instance(world, name, row):
    enis = [(key, eni) for key, eni in sorted(world["enis"].items())
            if eni.get("InstanceId") == name]
    groups = sorted({group for _, eni in enis if eni["Type"] == "Primary"
                     for group in eni["SecurityGroupIds"]})
    addresses = [eni["PrivateIpAddress"] for _, eni in enis if eni["Type"] == "Primary"]
    return {
        "InstanceId": name, "Status": row["Status"], "ZoneId": row["ZoneId"],
        "RegionId": region(world, row), "InstanceNetworkType": "vpc",
        "SecurityGroupIds": {"SecurityGroupId": groups}, "InnerIpAddress": {"IpAddress": []},
        "EipAddress": {"IpAddress": row.get("Eip", "")},
        "VpcAttributes": {"VpcId": row["VpcId"], "VSwitchId": row["VSwitchId"], "NatIpAddress": "",
                          "PrivateIpAddress": {"IpAddress": addresses}},
        "NetworkInterfaces": {"NetworkInterface": [
            {"NetworkInterfaceId": key, "PrimaryIpAddress": eni["PrivateIpAddress"],
             "MacAddress": eni.get("MacAddress", ""), "Type": eni["Type"],
             "PrivateIpSets": {"PrivateIpSet": [
                 {"PrivateIpAddress": eni["PrivateIpAddress"], "Primary": True}]}}
            for key, eni in enis]},
        "MetadataOptions": {"HttpEndpoint": "enabled", "HttpTokens": "optional",
                            "HttpPutResponseHopLimit": 1, "InstanceMetadataTags": ""},
    }


def instances(world, ask):
    ids, addresses = ask.json_list("InstanceIds"), ask.json_list("PrivateIpAddresses")
    items = []
    for name, row in sorted(world["instances"].items()):
        shown = _instance(world, name, row)
        seen = shown["VpcAttributes"]["PrivateIpAddress"]["IpAddress"]
        if (in_region(world, ask, row) and (not ids or name in ids) and
                (not addresses or set(addresses) & set(seen)) and
                ask.fits(row, ("VpcId", "VSwitchId", "Status", "ZoneId"))):
            items.append(shown)
    return Listing("Instances.Instance", items)


def prefix_list(world, ask):
    name = ask.get("PrefixListId")
    row = own(world["prefix_lists"], name, "InvalidPrefixListId.NotFound", "PrefixListId")
    return {
        "PrefixListId": name, "PrefixListName": row.get("PrefixListName", ""),
        "AddressFamily": row.get("AddressFamily", "IPv4"), "MaxEntries": len(row["cidrs"]) + 5,
        "CreationTime": "2026-03-01T08:00Z", "Description": "",
        "Entries": {"Entry": [{"Cidr": cidr, "Description": ""} for cidr in row["cidrs"]]}}


def port_list(world, ask):
    row = own(world["port_lists"], ask.get("PortRangeListId"), "InvalidPortRangeListId.NotFound",
              "PortRangeListId")
    return {"Entries": [{"PortRange": ports, "Description": ""} for ports in row["ports"]]}
