# SPDX-License-Identifier: Apache-2.0
"""
The world that the server shows: worlds/NAME.json, each a patch over the one it names in "from", and
a scenario's patch over that. Collections are objects by id, so that a patch touches one thing; rules
and routes are written as words, one string each, and read here into the fields of the API.
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lab"))

from common import merged  # noqa: E402

PERMISSION = (
    "CreateTime Description DestCidrIp DestGroupId DestGroupName DestGroupOwnerAccount "
    "DestPrefixListId DestPrefixListName Direction IpProtocol Ipv6DestCidrIp Ipv6SourceCidrIp NicType "
    "Policy PortRange PortRangeListId PortRangeListName Priority SecurityGroupRuleId SourceCidrIp "
    "SourceGroupId SourceGroupName SourceGroupOwnerAccount SourcePortRange SourcePrefixListId "
    "SourcePrefixListName").split()


class WorldError(Exception):
    """A world that cannot be meant as it stands."""


def load(name, patch=None):
    raw = json.loads((HERE / "worlds" / f"{name}.json").read_text())
    parent = raw.pop("from", None)
    base = load(parent) if parent else {}
    return merged(merged(base, raw), patch or {})


def _pairs(words, what):
    """Words with '=' are fields by their names; the others keep their order."""
    plain = [word for word in words if "=" not in word]
    named = dict(word.split("=", 1) for word in words if "=" in word)
    if not plain:
        raise WorldError(f"{what}: {words}")
    return plain, named


def permission(text, number):
    """"in accept tcp 443/443 100.104.0.0/16 [PRIORITY] [Field=value...]" as a Permission."""
    words, named = _pairs(text.split(), "rule")
    if len(words) not in (5, 6) or words[0] not in ("in", "out"):
        raise WorldError(f"rule: {text}")
    row = dict.fromkeys(PERMISSION, "")
    side = "Source" if words[0] == "in" else "Dest"
    row.update({
        "Direction": "ingress" if words[0] == "in" else "egress",
        "Policy": {"accept": "Accept", "drop": "Drop"}.get(words[1], words[1]),
        "IpProtocol": words[2], "PortRange": words[3], "NicType": "intranet",
        "Priority": words[5] if len(words) == 6 else "1",
        "SecurityGroupRuleId": f"sgr-bp1rule{number:04d}",
        "CreateTime": "2026-03-01T08:00:00Z",
    })
    peer = words[4]
    if peer.startswith("sg-"):
        row[f"{side}GroupId"] = peer
    elif peer.startswith("pl-"):
        row[f"{side}PrefixListId"] = peer
    elif ":" in peer:
        row[f"Ipv6{side}CidrIp"] = peer
    elif peer != "none":
        row[f"{side}CidrIp"] = peer
    if row["PortRange"].startswith("prl-"):
        row["PortRangeListId"], row["PortRange"] = row["PortRange"], ""
    unknown = set(named) - set(row)
    if unknown:
        raise WorldError(f"rule: {text}: {unknown}")
    row.update(named)
    return row


def acl_entry(text, number, direction):
    """"accept tcp 443/443 100.104.0.0/16 [Field=value...]" as an entry of a network ACL."""
    words, named = _pairs(text.split(), "ACL entry")
    if len(words) != 4:
        raise WorldError(f"ACL entry: {text}")
    peer = "SourceCidrIp" if direction == "in" else "DestinationCidrIp"
    return {"Policy": words[0], "Protocol": words[1], "Port": words[2], peer: words[3],
            "IpVersion": "IPV6" if ":" in words[3] else "IPV4", "EntryType": "custom",
            "Description": "", "NetworkAclEntryName": "",
            "NetworkAclEntryId": f"nae-bp1{direction}{number:04d}", **named}


def route(text, table, number):
    """"172.20.0.0/16 Custom RouterInterface ri-x [Status=Pending...]"; several hops by ','."""
    words, named = _pairs(text.split(), "route")
    if len(words) not in (3, 4):
        raise WorldError(f"route: {text}")
    ids = words[3].split(",") if len(words) == 4 else [""]
    related = {key[8:]: named.pop(key) for key in list(named) if key.startswith("Related.")}
    hops = [{"NextHopType": words[2], "NextHopId": hop, "Enabled": 1, "Weight": 100 // len(ids),
             "NextHopRegionId": named.get("NextHopRegionId", ""), "NextHopRelatedInfo": related}
            for hop in ids]
    named.pop("NextHopRegionId", None)
    return {"DestinationCidrBlock": words[0], "Type": words[1], "Status": "Available",
            "RouteEntryId": f"rte-bp1{table[7:]}{number:04d}", "RouteTableId": table,
            "IpVersion": "IPv4", "Description": "", "RouteEntryName": "", "Origin": "",
            "NextHops": {"NextHop": hops}, **named}


def numbered(texts, maker, *more):
    return [maker(text, number, *more) if isinstance(text, str) else text
            for number, text in enumerate(texts)]


def routes(table, texts):
    return [route(text, table, number) for number, text in enumerate(texts)]
