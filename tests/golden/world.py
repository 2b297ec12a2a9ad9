# SPDX-License-Identifier: Apache-2.0
"""A machine's facts for golden fixtures: what is told of it, and the class proof over it.

The proof is worked out here once more, address by address of the cuts, independent of the program's
own model: rules in order, longest prefix, lowest metric. Selectors of a rule are not evaluated: a
rule carries "match": False where the reply does not meet it.
"""

import ipaddress
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent / "facts"
RANGE = ipaddress.ip_network("100.104.0.0/16")
LEAVES = ("unicast", "local", "broadcast")


def number(text):
    return int(ipaddress.ip_address(text))


def text(value):
    return str(ipaddress.ip_address(value))


def hop(via, dev, **more):
    return {"via": via, "dev": dev, "weight": 1, **more}


def route(destination, via=None, dev=None, **more):
    hops = more.pop("hops", [hop(via, dev)] if dev else [])
    return {"table": 254, "destination": destination, "type": "unicast", "protocol": "static",
            "scope": "global", "metric": 0, "next_hops": hops, **more}


def refusal(kind, destination, **more):
    return route(destination, type=kind, **more)


def rule(priority, table=0, **more):
    action = more.pop("action", "lookup")
    return {"priority": priority, "action": action, "table": table, "protocol": "boot", **more}


def link(name, kind=None, **more):
    return {"name": name, "kind": kind, "type": "ether", "up": True, "carrier": True,
            "operstate": "up", "mtu": 1500, **more}


def connected(world, dev, address, length, **more):
    """An address with what the kernel makes of it; outside the range only the address."""
    net = ipaddress.ip_network(f"{address}/{length}", strict=False)
    permanent = more.pop("permanent", True)
    world["addresses"].append({"address": address, "length": length, "dev": dev,
                               "scope": "global", "permanent": permanent})
    made = [route(f"{address}/32", None, dev, table=255, type="local", protocol="kernel",
                  scope="host")]
    if length < 31:
        made.append(route(f"{net.broadcast_address}/32", None, dev, table=255, type="broadcast",
                          protocol="kernel", scope="link"))
    if length < 32:
        made.append(route(str(net), None, dev, protocol="kernel", scope="link", source=address))
    for entry in made:
        if RANGE.overlaps(ipaddress.ip_network(entry["destination"])):
            world["entries"].append(entry)


def plain_rules():
    return [rule(0, 255, protocol="kernel"), rule(32766, 254, protocol="kernel"),
            rule(32767, 253, protocol="kernel")]


def host(**more):
    """The GitLab host in the data center: two interfaces, the declared way by the first."""
    world = {"vantage": "gitlab-host", "access": "datacenter", "declared": ("172.20.5.1", None),
             "links": [link("lo", type="loopback", loopback=True), link("eth0"), link("eth1")],
             "addresses": [], "entries": [route("0.0.0.0/0", "172.21.5.1", "eth1")],
             "rules": plain_rules(), "neighbours": [], "sysctls": {}, "ingress": [], "uid": 0,
             "service": "172.20.5.10", "iif": None, "forwarding": False, "counters": {},
             "marked": {}, "ports": {}, "vswitch": None, "others": {},
             "near": {}}
    connected(world, "lo", "127.0.0.1", 8)
    connected(world, "eth0", "172.20.5.10", 24)
    connected(world, "eth1", "172.21.5.10", 24)
    world.update(more)
    return world


def router(**more):
    """The data center's router: LAN, uplink to the VBR, a second circuit, and the Internet."""
    world = host(vantage="idc-router", declared=("10.0.12.1", None), iif="lan0", forwarding=True,
                 addresses=[], entries=[route("0.0.0.0/0", "203.0.113.1", "wan0")],
                 links=[link("lo", type="loopback", loopback=True), link("lan0"),
                        link("uplink0"), link("uplink1"), link("wan0")])
    for dev, address in (("lan0", "172.20.5.1"), ("uplink0", "10.0.12.2"),
                         ("uplink1", "10.0.13.2"), ("wan0", "203.0.113.2")):
        connected(world, dev, address, 24)
    world.update(more)
    return world


def matching(world, table, address):
    inside = [entry for entry in world["entries"] if entry["table"] == table
              and address in ipaddress.ip_network(entry["destination"])]
    inside.sort(key=lambda entry: (-ipaddress.ip_network(entry["destination"]).prefixlen,
                                   entry["metric"]))
    return next((entry for entry in inside if not entry.get("skipped")), None)


def answer(world, address, match):
    rules = sorted(world["rules"], key=lambda row: row["priority"])
    at, thrown = 0, None
    while at < len(rules):
        row = rules[at]
        at += 1
        if not row.get(match, row.get("match", True)) or row["action"] == "nop":
            continue
        if address not in ipaddress.ip_network(row.get("to") or "0.0.0.0/0"):
            continue
        if row["action"] == "goto":
            at = next(index for index, other in enumerate(rules)
                      if other["priority"] == row["goto_priority"])
            continue
        if row["action"] != "lookup":
            return {"type": row["action"]}
        entry = matching(world, row.get("vrf", row["table"]), address)
        if entry and entry["type"] == "throw":
            thrown = entry
            continue
        short = row.get("suppress_length")
        if entry and short is not None and entry["type"] in LEAVES and ipaddress.ip_network(
                entry["destination"]).prefixlen <= short:
            continue
        if entry:
            return entry
    return thrown or {"type": "none"}


def cuts(world, net):
    edges = {int(net.network_address), int(net.broadcast_address) + 1}
    nets = [entry["destination"] for entry in world["entries"]]
    nets += [row["to"] for row in world["rules"] if row.get("to")]
    for one in map(ipaddress.ip_network, nets):
        edges |= {int(one.network_address), int(one.broadcast_address) + 1}
    return sorted(edge for edge in edges
                  if int(net.network_address) <= edge <= int(net.broadcast_address) + 1)


ERRORS = {"blackhole": "EINVAL", "unreachable": "EHOSTUNREACH", "prohibit": "EACCES",
          "throw": "ENETUNREACH", "none": "ENETUNREACH"}


def classes(world, net, mark=0, match="match"):
    made = []
    edges = cuts(world, net)
    for first, end in zip(edges, edges[1:]):
        entry = answer(world, ipaddress.ip_address(first), match)
        row = {"service": f"{world['service']}:443", "iif": world["iif"], "mark": mark,
               "first": text(first), "last": text(end - 1), "type": entry["type"],
               "table": entry.get("table"), "destination": None, "next_hops": [],
               "error": ERRORS.get(entry["type"])}
        if entry["type"] in LEAVES:
            row["destination"] = entry["destination"]
            row["next_hops"] = bare(entry["next_hops"], "onlink")
        same = made and all(made[-1][key] == row[key] for key in row
                            if key not in ("first", "last", "destination"))
        if same and made[-1]["destination"] == row["destination"]:
            made[-1]["last"] = row["last"]
        else:
            made.append(row)
    for row in made:
        row.update(world["ports"])
    return made


def section(**more):
    return {"state": "ok", "took_ms": 1, "note": None, **more}


def plan(world):
    via, dev = world["declared"]
    datacenter = {}
    if via:
        datacenter["return_next_hop"] = via
    if dev:
        datacenter["return_interface"] = dev
    made = section(schema="reachback.plan/1", vantage=world["vantage"],
                   gitlab={"url": f"https://{world['service']}", "access": world["access"]},
                   datacenter=datacenter)
    if world["vswitch"]:
        made["link"] = {"vswitch_cidr": world["vswitch"]}
    return made


def sysctls(world):
    values = {"net.ipv4.ip_forward": "1" if world["forwarding"] else "0"}
    for dev in ["all", "default"] + [row["name"] for row in world["links"]]:
        for leaf in ("rp_filter", "arp_ignore", "arp_announce", "arp_filter", "src_valid_mark",
                     "ignore_routes_with_linkdown", "accept_local", "log_martians"):
            values[f"net.ipv4.conf.{dev}.{leaf}"] = "0"
        values[f"net.ipv4.conf.{dev}.forwarding"] = "1" if world["forwarding"] else "0"
    values.update(world["sysctls"])
    return [{"name": name, "value": value} for name, value in sorted(values.items())]


def bare(rows, *words):
    return [{key: value for key, value in row.items() if key not in words} for row in rows]


def routes(world):
    found = classes(world, RANGE)
    for mark in world["marked"]:
        found += classes(world, RANGE, mark, f"match{mark}")
    near = classes(world, ipaddress.ip_network(world["vswitch"])) if world["vswitch"] else []
    arrival = world.get("arrival", world["iif"] and "uplink0" or "eth0")
    accepted = [("100.104.0.0", "100.104.255.255", None)]
    ways = {arrival: [] if world["ingress"] is None else world["ingress"] or accepted,
            **{dev: rows for dev, rows in world["others"].items() if rows}}
    return section(
        scanned=str(len(world["entries"])),
        entries=[{**entry, "next_hops": bare(entry["next_hops"], "unused")}
                 for entry in bare(world["entries"], "skipped")],
        classes=found, vswitch_classes=near, lookups=len(found),
        ingress=[{"service": f"{world['service']}:443", "arrival": dev, "first": first,
                  "last": last, "error": error}
                 for dev, rows in sorted(ways.items()) for first, last, error in rows])


def facts(world):
    links = [{"index": index + 1, **row} for index, row in enumerate(world["links"])]
    rules = sorted(world["rules"], key=lambda row: row["priority"])
    marked = [f"match{mark}" for mark in world["marked"]]
    local = world["iif"] is None
    others = {"arrivals": sorted(world["others"])} if world["others"] else {}
    return {
        "schema": "reachback.facts/1", "version": "0.1.0", "started": "2026-11-20T12:00:00Z",
        "took_ms": 5, "plan": plan(world),
        "host": section(name="golden", machine="0123456789abcdef", kernel="6.1.0",
                        netns="4026531840", netns_known_init=True, netns_is_init=True,
                        netns_name=None, uid=0, capabilities=["net_admin", "net_raw"],
                        container=None, forwarding=world["forwarding"], packet_filters=[]),
        "links": section(links=links), "addresses": section(addresses=world["addresses"]),
        "rules": section(rules=bare(rules, "match", "vrf", *marked)),
        "services": section(services=[{
            "service": f"{world['service']}:443", "address": world["service"], "port": 443,
            "origin": "plan", "local": local, "uid": world["uid"] if local else None,
            "iif": world["iif"], "arrival": world.get("arrival", "eth0" if local else "uplink0"),
            "resolved": True, **others}], **world["near"]),
        "routes": routes(world), "neighbours": section(neighbours=world["neighbours"]),
        "sysctls": section(sysctls=sysctls(world)), "xfrm": section(policies=[]),
        "counters": section(counters=[{"name": name, "value": value}
                                      for name, value in world["counters"].items()]),
        "listeners": section(listeners=[{"address": "0.0.0.0", "port": 443, "v6only": False,
                                         "uid": world["uid"]}] if local else [], published=[]),
        "configs": section(read=[], denied=[], configs=[]),
        "exceptions": section(exceptions=[]),
    }


def write(name, world, expected, **sections):
    """`sections` replace what the world gives of them."""
    FOLDER.mkdir(exist_ok=True)
    made = {**facts(world), **sections}
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in made.items()]
    (FOLDER / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    (FOLDER / f"{name}.expect").write_text(expected + "\n")
