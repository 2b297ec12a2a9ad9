# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of the rules that look at a machine as a whole: one defect a file, each with a
healthy twin."""

from world import (connected, facts, host, link, plan, refusal, route, router, rule, section,
                   write)

HOME = route("100.104.0.0/16", "172.20.5.1", "eth0")
VBR = route("100.104.0.0/16", "10.0.12.1", "uplink0")


def home(**more):
    world = host(**more)
    world["entries"].append(HOME)
    return world


def pair(name, expected, sick, healthy, world=None):
    """Sections of the same good world: those of the fault, and those of the twin."""
    write(name, world or home(), expected, **sick)
    write(f"{name}-twin", world or home(), "ready", **healthy)


def config(owner, path, key, prefix, pool=0):
    return {"configs": section(read=[path], denied=[], configs=[{
        "owner": owner, "path": path, "key": key, "prefix": prefix, "pool_size": pool}])}


def configured():
    pool = ("docker", "/etc/docker/daemon.json", "default-address-pools/0/base")
    pair("ovl06-docker-pool", "ready-with-risks OVL-06", config(*pool, "100.64.0.0/10", 24),
         config(*pool, "100.105.0.0/16", 24))
    declared = plan(home())
    pair("ovl16-declared-network", "not-ready OVL-16",
         {"plan": {**declared, "datacenter": {**declared["datacenter"],
                                              "cidrs": ["100.104.8.0/24", "172.20.0.0/16"]}}},
         {"plan": {**declared, "datacenter": {**declared["datacenter"],
                                              "cidrs": ["100.105.0.0/16", "172.20.0.0/16"]}}})
    world = host()
    world["entries"].append({**HOME, "protocol": "boot"})
    pair("rt11-route-by-hand", "ready-with-risks RT-11\n"
         "networkmanager: nmcli connection modify \"$(nmcli -g GENERAL.CONNECTION device show "
         "eth0)\" +ipv4.routes \"100.104.0.0/16 172.20.5.1\" && nmcli device reapply eth0\n"
         "netplan: netplan set \"ethernets.eth0.routes=[{to: 100.104.0.0/16, via: 172.20.5.1}]\" "
         "&& netplan apply\n"
         "frr: vtysh -c 'configure terminal' -c 'ip route 100.104.0.0/16 172.20.5.1' -c 'end' "
         "-c 'write memory'", {},
         config("networkd", "/etc/systemd/network/10-eth0.network", "route", "100.104.0.0/16"),
         world)


def policy(action, priority, destination, template):
    return {"direction": "out", "action": action, "source": "172.20.5.0/24",
            "destination": destination, "priority": priority, "index": priority,
            "has_template": template, "optional_template": False}


def kernel():
    tunnel = policy("allow", 100, "100.64.0.0/10", True)
    for way in ("in", "out"):
        pair(f"rt14-default-{way}-block", "not-ready RT-14",
             {"xfrm": section(policies=[], **{f"blocks_{way}": True})},
             {"xfrm": section(policies=[], blocks_forward=True)})
    pair("rt14-ipsec-tunnel", "not-ready RT-14", {"xfrm": section(policies=[tunnel])},
         {"xfrm": section(policies=[policy("allow", 50, "100.104.0.0/16", False), tunnel])})
    for name, dev in (("", "eth1"), ("-twin", "eth0")):
        world = home(sysctls={f"net.ipv4.conf.{dev}.disable_xfrm": "1"})
        write(f"rt14-other-interface-is-exempt{name}", world,
              "ready" if name else "not-ready RT-14", xfrm=section(policies=[tunnel]))
    for name, direction in (("", "out"), ("-twin", "in")):
        world = router()
        world["entries"].append(VBR)
        write(f"rt14-requests-that-are-forwarded{name}", world,
              "ready" if name else "not-ready RT-14", xfrm=section(policies=[{
                  **policy("block", 100, "172.20.0.0/16", False), "direction": direction,
                  "source": "100.104.0.0/16"}]))
    cached = {"destination": "100.104.9.1", "via": "172.20.5.1", "dev": "eth0", "mtu_locked": False,
              "redirected": False, "expires_s": 500}
    pair("rt18-tiny-path-mtu", "ready-with-risks RT-18",
         {"exceptions": section(exceptions=[{**cached, "mtu": 552}])},
         {"exceptions": section(exceptions=[{**cached, "mtu": 1400}])})
    for forwarding in (False, True):
        world = router(forwarding=forwarding)
        world["entries"].append(VBR)
        write("rt16-router-does-not-forward" + ("-twin" if forwarding else ""), world,
              "ready" if forwarding else "not-ready RT-16")
    for ignore in ("0", "1"):
        world = home(sysctls={"net.ipv4.conf.all.arp_ignore": ignore})
        world["links"].append(link("eth2"))
        connected(world, "eth2", "172.20.5.11", 24)
        write("rt17-two-interfaces-one-subnet" + ("-twin" if ignore == "1" else ""), world,
              "ready" if ignore == "1" else "ready-with-risks RT-17")


def no_way(ports, error, towards):
    """A router that has no way to the service: nothing is known of it but who covers its address."""
    return {"services": section(services=[{
        "service": f"172.20.5.10:{port}", "address": "172.20.5.10", "port": port, "origin": "plan",
        "detail": "the kernel refuses the way to the service address", "local": False, "uid": None,
        "iif": None, "arrival": "uplink0", "error": error, "towards": towards, "resolved": False}
        for port in ports]),
        "routes": section(scanned="9", entries=[VBR], classes=[], vswitch_classes=[], ingress=[],
                          lookups=3)}


def refused_services():
    lan = route("172.20.5.0/24", None, "lan0", protocol="kernel", scope="link")
    for name, rules, towards, error, fix in (
            ("route", [], [lan, refusal("blackhole", "172.20.5.10/32")], "EINVAL",
             "ip route del blackhole 172.20.5.10/32"),
            ("rule", [rule(50, action="prohibit", to="172.20.0.0/16", match=False)], [lan],
             "EACCES", "ip rule del priority 50")):
        world = router()
        world["entries"].append(VBR)
        world["rules"] += rules
        write(f"rt03-way-to-service-refused-by-{name}", world, f"not-ready RT-03\n{fix}",
              **no_way((22, 443), error, towards))
        write(f"rt03-way-to-service-refused-by-{name}-twin", {**world, "rules": router()["rules"]},
              "ready")
    # the interface to the service's network is down, its route gone with it
    world = router(links=[{**row, "up": row["name"] != "lan0", "carrier": row["name"] != "lan0"}
                          for row in router()["links"]])
    world["entries"].append(VBR)
    write("rt07-network-of-the-service-is-down", world,
          "not-ready RT-07\nip link set dev lan0 up", **no_way((22, 443), "ENETUNREACH", []))
    world["links"] = router()["links"]
    write("rt07-network-of-the-service-is-down-twin", world, "ready")
    # nobody refuses: whether this router is the right one cannot be told
    world = router()
    write("rt03-no-way-to-service", world, "undetermined",
          **no_way((443,), "ENETUNREACH", [refusal("blackhole", "172.20.0.0/16", table=7)]))
    world["entries"].append(VBR)
    write("rt03-no-way-to-service-twin", world, "ready")


def listening(address, **more):
    return {"listeners": section(published=[], listeners=[{
        "address": address, "port": 443, "v6only": False, "uid": 0, "dev": None, **more}])}


def listeners():
    pair("host10-listens-on-loopback", "not-ready HOST-10", listening("127.0.0.1"),
         listening("172.20.5.10"))
    pair("host11-listens-on-ipv6-alone", "not-ready HOST-11", listening("::", v6only=True),
         listening("::"))


def sent():
    """NAT rules send the port to another of this host: there it has to be listened on."""
    world = home()
    found = facts(world)
    service = {**found["services"]["services"][0], "service": "172.20.5.10:8443", "port": 8443,
               "origin": "published"}
    proof = {**found["routes"],
             "classes": [{**one, "service": "172.20.5.10:8443"} for one in
                         found["routes"]["classes"]],
             "ingress": [{**one, "service": "172.20.5.10:8443"} for one in
                         found["routes"]["ingress"]]}
    row = {"address": "172.20.5.10", "port": 443, "container": "172.20.5.10",
           "container_port": 8443, "dev": None, "source": "nftables rule", "diverts": True}
    for name, port, expected in (("", 443, "not-ready HOST-10"), ("-twin", 8443, "ready")):
        write(f"host10-redirected-to-nobody{name}", world, expected,
              services=section(services=[service]), routes=proof,
              listeners=section(published=[row], listeners=[{
                  "address": "0.0.0.0", "port": port, "v6only": False, "uid": 0, "dev": None}]))


def policies():
    """A container is published: replies leave with the host's address, requests come with it."""
    world = host(declared=(None, None), forwarding=True, service="172.17.0.2", iif="docker0",
                 arrival="eth0")
    world["entries"].append(HOME)
    world["links"].append(link("docker0", "bridge"))
    connected(world, "docker0", "172.17.0.1", 16)
    found = facts(world)["services"]
    found["services"][0].update(origin="published")
    row = {"address": "0.0.0.0", "port": 443, "container": "172.17.0.2", "container_port": 443,
           "dev": "docker0", "source": "nftables rule", "diverts": True}
    block = {"action": "block", "priority": 9, "index": 9, "has_template": False}
    for name, expected, direction, own in (
            ("rt14-published-reply-of-host", "not-ready RT-14", "out", "172.20.5.10/32"),
            ("rt14-published-reply-of-host-twin", "ready", "out", "172.20.5.11/32"),
            ("rt14-published-request-before", "not-ready RT-14", "forward", "172.20.5.10/32"),
            ("rt14-published-request-before-twin", "ready", "forward", "172.17.0.2/32")):
        ends = ("source", "destination") if direction == "out" else ("destination", "source")
        write(name, world, expected, services=found,
              plan=section(vantage="gitlab-host", datacenter={"return_next_hop": "172.20.5.1"}),
              listeners=section(listeners=[], published=[row]),
              xfrm=section(policies=[{**block, "direction": direction, ends[0]: own,
                                      ends[1]: "100.104.0.0/16"}]))


def unread():
    """Nothing listens on a machine that forwards: is it a router, or is GitLab published by NAT
    rules? Where these could be read they tell."""
    way = {"declared": (None, None), "forwarding": True, "arrival": "eth1"}
    nobody = {"plan": section()}
    silent = host(**way, service="172.21.5.10")
    found = facts(silent)["services"]
    found["services"][0].update(origin="kernel", uid=None)
    seen_by = {**facts(silent)["host"], "uid": 1000, "capabilities": []}
    write("ec01-nat-rules-not-read", silent, "undetermined", **nobody, host=seen_by, services=found,
          listeners=section(note="NAT rules may be read by root only", listeners=[], published=[],
                            nat_unknown=True))
    published = host(**way, service="172.17.0.2", iif="docker0")
    published["links"].append(link("docker0", "bridge"))
    connected(published, "docker0", "172.17.0.1", 16)
    found = facts(published)["services"]
    found["services"][0].update(origin="published")
    row = {"address": "0.0.0.0", "port": 443, "container": "172.17.0.2", "container_port": 443,
           "dev": "docker0", "source": "nftables rule", "diverts": True}
    write("ec01-nat-rules-not-read-twin", published, "ready", **nobody, services=found,
          listeners=section(listeners=[], published=[row]))


configured()
kernel()
refused_services()
listeners()
sent()
policies()
unread()
