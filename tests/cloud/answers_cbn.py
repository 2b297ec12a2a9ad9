# SPDX-License-Identifier: Apache-2.0
"""CEN 2017-09-12: child instances, their routes, transit routers, attachments and route tables."""

from ask import Listing, own


def child_instances(world, ask):
    name = ask.get("CenId")
    row = own(world["cens"], name, "ParameterCenInstanceId", "CEN instance")
    return Listing("ChildInstances.ChildInstance", [
        {"ChildInstanceId": key, "CenId": name, "ChildInstanceOwnerId": world["account"],
         "ChildInstanceAttachTime": "2026-03-01T08:00Z", **child}
        for key, child in sorted(row["children"].items())
        if ask.fits(child, ("ChildInstanceType", "ChildInstanceRegionId"))])


def _of_child(world, ask, collection):
    row = own(world["cens"], ask.get("CenId"), "ParameterCenInstanceId", "CEN instance")
    child = ask.get("ChildInstanceId")
    own(row["children"], child, "ParameterInstanceId", "child instance")
    return world[collection].get(child, [])


def child_routes(world, ask):
    return Listing("CenRouteEntries.CenRouteEntry", [
        {"AsPaths": {"AsPath": []}, "Communities": {"Community": []}, "OperationalMode": False,
         "CenRouteMapRecords": {"CenRouteMapRecord": []}, "Conflicts": {"Conflict": []},
         "RouteTableId": "", **row}
        for row in _of_child(world, ask, "cen_routes") if ask.get("Status") in ("", row["Status"])])


def published_routes(world, ask):
    return Listing("PublishedRouteEntries.PublishedRouteEntry", [
        {"Conflicts": {"Conflict": []}, "OperationalMode": False, "ChildInstanceRouteTableId": "",
         **row}
        for row in _of_child(world, ask, "published") if ask.fits(row, ("DestinationCidrBlock",))])


def route_services(world, ask):
    own(world["cens"], ask.get("CenId"), "ParameterCenInstanceId", "CEN instance")
    return Listing("RouteServiceEntries.RouteServiceEntry", [
        row for row in world["route_services"]
        if ask.fits(row, ("CenId", "Host", "AccessRegionId", "HostRegionId", "HostVpcId"))])


def route_maps(world, ask):
    return Listing("RouteMaps.RouteMap", [
        row for row in world["route_maps"]
        if ask.fits(row, ("CenId", "CenRegionId", "RouteMapId", "TransmitDirection"))])


def transit_routers(world, ask):
    return Listing("TransitRouters", [
        {"TransitRouterId": name, "AliUid": world["account"], "CreationTime": "2026-03-01T08:00Z",
         "TransitRouterName": "", "TransitRouterDescription": "", "SupportMulticast": False,
         "TransitRouterCidrList": [], **row}
        for name, row in sorted(world["transit_routers"].items())
        if ask.get("TransitRouterId") in ("", name) and
        ask.fits(row, ("CenId", "RegionId", "Type", "Status"))])


def _attachments(world, ask, kind):
    items = []
    for name, row in sorted(world["attachments"].items()):
        if (row["ResourceType"] != kind or ask.get("TransitRouterAttachmentId") not in ("", name) or
                not ask.fits(row, ("CenId", "TransitRouterId", "VpcId", "Status"))):
            continue
        shown = {key: value for key, value in row.items() if key not in ("table", "propagates")}
        items.append({"TransitRouterAttachmentId": name, "CreationTime": "2026-03-01T08:00Z",
                      "OrderType": "PayByCenOwner", "TransitRouterAttachmentName": "",
                      f"{kind.capitalize()}OwnerId": world["account"], **shown})
    return Listing("TransitRouterAttachments", items)


def vpc_attachments(world, ask):
    return _attachments(world, ask, "VPC")


def vbr_attachments(world, ask):
    return _attachments(world, ask, "VBR")


def _resource(row):
    return row.get("VpcId") or row.get("VbrId") or row.get("ResourceId", "")


def _bindings(world, ask, tables):
    for name, row in sorted(world["attachments"].items()):
        for table in tables(row):
            shown = {"ResourceId": _resource(row), "ResourceType": row["ResourceType"],
                     "TransitRouterAttachmentId": name, "TransitRouterRouteTableId": table}
            asked = {"TransitRouterAttachmentResourceId": shown["ResourceId"],
                     "TransitRouterAttachmentResourceType": shown["ResourceType"]}
            if (ask.fits(shown, ("TransitRouterAttachmentId", "TransitRouterRouteTableId")) and
                    ask.fits(asked, asked)):
                yield {**shown, "Status": "Active"}


def associations(world, ask):
    return Listing("TransitRouterAssociations", list(_bindings(
        world, ask, lambda row: [row["table"]] if row.get("table") else [])))


def propagations(world, ask):
    return Listing("TransitRouterPropagations", list(_bindings(
        world, ask, lambda row: row.get("propagates", []))))


def tables(world, ask):
    return Listing("TransitRouterRouteTables", [
        {"TransitRouterRouteTableId": name, "TransitRouterRouteTableName": "",
         "CreateTime": "2026-03-01T08:00Z", "RegionId": world["region"],
         **{key: value for key, value in row.items() if key != "routes"}}
        for name, row in sorted(world["tr_tables"].items())
        if ask.fits(row, ("TransitRouterId", "TransitRouterRouteTableType"))])


def _entry(text, number):
    """"CIDR TYPE RESOURCE-TYPE RESOURCE-ID ATTACHMENT [STATUS]"; BlackHole has no resource."""
    words = text.split()
    kind = "BlackHole" if words[2] == "BlackHole" else "Attachment"
    resource, name, attachment = (words[2:5] if kind == "Attachment" else ["", "", ""])
    return {
        "TransitRouterRouteEntryDestinationCidrBlock": words[0],
        "TransitRouterRouteEntryType": words[1], "TransitRouterRouteEntryNextHopType": kind,
        "TransitRouterRouteEntryNextHopResourceType": resource,
        "TransitRouterRouteEntryNextHopResourceId": name,
        "TransitRouterRouteEntryNextHopId": attachment,
        "TransitRouterRouteEntryOriginResourceType": resource,
        "TransitRouterRouteEntryOriginResourceId": name,
        "TransitRouterRouteEntryStatus": words[5] if len(words) > 5 else "Active",
        "TransitRouterRouteEntryId": f"rte-bp1tr{number:04d}", "CreateTime": "2026-03-01T08:00Z",
        "TransitRouterRouteEntryName": "", "OperationalMode": False, "PrefixListId": "", "Tag": "",
        "PathAttributes": {"AsPaths": [], "Communities": [], "OriginInstanceId": name,
                           "OriginInstanceType": resource, "OriginRouteType": "System",
                           "Preference": 50}}


def entries(world, ask):
    row = own(world["tr_tables"], ask.get("TransitRouterRouteTableId"),
              "InvalidTransitRouterRouteTableId.NotFound", "route table")
    status = ask.get("TransitRouterRouteEntryStatus", "Active") or "Active"
    shown = [_entry(text, number) for number, text in enumerate(row["routes"])]
    return Listing("TransitRouterRouteEntries", [
        entry for entry in shown
        if status in ("All", entry["TransitRouterRouteEntryStatus"]) and
        ask.fits(entry, ("TransitRouterRouteEntryDestinationCidrBlock",
                         "TransitRouterRouteEntryType", "TransitRouterRouteEntryNextHopType"))])
