# SPDX-License-Identifier: Apache-2.0
"""
What security groups let in, worked out address by address from the vendor's words, for random groups:
the program's answer through API, facts and rules has to be the same to the last address.
"""

import ipaddress
import random

import world as worlds

FIRST = int(ipaddress.IPv4Address("100.104.0.0"))
SIZE = 65536
TCP = {"tcp", "6", "all"}


def _spans(words):
    """CIDR (host bits allowed), address or address range, as (first, last)."""
    if "-" in words:
        first, last = words.split("-")
        return int(ipaddress.IPv4Address(first)), int(ipaddress.IPv4Address(last))
    net = ipaddress.ip_network(words, strict=False)
    return int(net.network_address), int(net.broadcast_address)


def _sources(world, rule):
    """None: matches no address of the range."""
    if rule["SourceCidrIp"]:
        return [_spans(rule["SourceCidrIp"])]
    if rule["Ipv6SourceCidrIp"] or rule["SourceGroupId"]:
        return []
    if rule["SourcePrefixListId"]:
        found = world["prefix_lists"][rule["SourcePrefixListId"]]
        return [_spans(cidr) for cidr in found["cidrs"]]
    return []


def _ports(world, rule):
    texts = [rule["PortRange"]] if rule["PortRange"] else world["port_lists"][
        rule["PortRangeListId"]]["ports"]
    for text in texts:
        first, last = (int(word) for word in text.split("/"))
        yield (0, 65535) if first == -1 else (first, last)


def refused(world, groups, address, port):
    """How many of the 65,536 addresses do not get through to address:port."""
    pool = []
    for group in groups:
        for rule in worlds.numbered(world["security_groups"][group]["rules"], worlds.permission):
            here = not rule["DestCidrIp"] or _spans(rule["DestCidrIp"])[0] <= address <= _spans(
                rule["DestCidrIp"])[1]
            if (rule["Direction"] == "ingress" and rule["IpProtocol"].lower() in TCP and here and
                    any(first <= port <= last for first, last in _ports(world, rule))):
                drop = rule["Policy"].lower() == "drop"
                pool.append((int(rule["Priority"]), not drop, _sources(world, rule)))
    # of equal priorities a drop comes first; the first that holds decides
    pool.sort(key=lambda row: row[:2])
    admitted = [None] * SIZE
    for _, accepts, spans in pool:
        for first, last in spans:
            for number in range(max(first, FIRST), min(last, FIRST + SIZE - 1) + 1):
                if admitted[number - FIRST] is None:
                    admitted[number - FIRST] = accepts
    return sum(not state for state in admitted)


def _peer(dice):
    kind = dice.randrange(8)
    inside = FIRST + dice.randrange(SIZE)
    address = lambda number: str(ipaddress.IPv4Address(number))
    if kind == 0:
        return "100.104.0.0/16"
    if kind == 1:
        return dice.choice(["0.0.0.0/0", "100.64.0.0/10", "100.96.0.0/11", "100.105.0.0/16"])
    if kind == 2:
        return address(inside)
    if kind == 3:
        other = FIRST - 300 + dice.randrange(SIZE + 600)
        return f"{address(min(inside, other))}-{address(max(inside, other))}"
    if kind == 4:
        return dice.choice(["pl-bp1one", "pl-bp1two"])
    if kind == 5:
        return dice.choice(["sg-bp1other", "2001:db8::/32"])
    return f"{address(inside)}/{dice.randrange(16, 33)}"


def _rule(dice):
    protocol = dice.choice(["TCP", "tcp", "6", "ALL", "TCP", "UDP", "ICMP", "17"])
    ports = dice.choice(["443/443", "1/65535", "400/500", "80/80", "444/65535", "prl-bp1ports"])
    if protocol in ("ALL", "ICMP"):
        ports = "-1/-1"
    more = dice.choice(["", "", "", " DestCidrIp=192.168.2.10/32", " DestCidrIp=192.168.2.0/28",
                        " DestCidrIp=192.168.2.128/25"])
    return (f"{dice.choice(['in', 'in', 'in', 'out'])} {dice.choice(['accept', 'accept', 'drop'])} "
            f"{protocol} {ports} {_peer(dice)} {dice.choice([1, 1, 2, 5, 50, 100, 110])}{more}")


def random_patch(seed):
    """A patch over the world `ecs` with two groups on GitLab's interface."""
    dice = random.Random(seed)
    rules = lambda: [_rule(dice) for _ in range(dice.choice([1, 2, 4, 8, 20, 60]))]
    group = lambda: {"SecurityGroupType": "normal", "VpcId": "vpc-bp1main",
                     "InnerAccessPolicy": dice.choice(["Accept", "Drop"]), "rules": rules()}
    # wide drops at a small number would hide all else too often
    cidrs = lambda: [f"{_peer(dice).split('-')[0].split('/')[0]}/{dice.randrange(16, 32)}"
                     for _ in range(dice.randrange(4))]
    clean = lambda words: [word for word in words if word[0].isdigit()]
    return {
        "enis": {"eni-bp1gitlab": {"SecurityGroupIds": ["sg-bp1gitlab", "sg-bp1more"]}},
        "security_groups": {"sg-bp1gitlab": group(), "sg-bp1more": group()},
        "prefix_lists": {"pl-bp1one": {"cidrs": clean(cidrs())},
                         "pl-bp1two": {"cidrs": clean(cidrs())}},
        "port_lists": {"prl-bp1ports": {"ports": dice.choice([["443/443"], ["80/80", "1000/2000"],
                                                              ["1/442", "443/444"]])}}}
