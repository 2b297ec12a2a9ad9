# SPDX-License-Identifier: Apache-2.0
"""Writes the return-route and ingress fixtures: one defect a file, each with a healthy twin."""

from world import host, hop, link, refusal, route, router, rule, write

DEFAULT = route("0.0.0.0/0", "172.21.5.1", "eth1")
HOME = route("100.104.0.0/16", "172.20.5.1", "eth0")
VBR = route("100.104.0.0/16", "10.0.12.1", "uplink0")
WAN = route("0.0.0.0/0", "203.0.113.1", "wan0")
UNDECLARED = (None, None)


def pair(name, sick, causes, healthy):
    whole = causes == "undetermined" or "ready" in causes
    write(name, sick, causes if whole else f"not-ready {causes}")
    write(f"{name}-twin", healthy, "ready")


def routed(*entries, rules=(), **more):
    world = host(entries=list(entries), **more)
    world["rules"] += rules
    return world


def forwarded(*entries, rules=(), **more):
    world = router(entries=list(entries), **more)
    world["rules"] += rules
    return world


def absent():
    pair("rt01-no-route", routed(), "RT-01\n"
         "netplan: network: {ethernets: {eth0: {routes: [{to: 100.104.0.0/16, via: 172.20.5.1}]}}}, "
         "then: netplan apply\n"
         "networkmanager: nmcli connection modify CONNECTION +ipv4.routes \"100.104.0.0/16 "
         "172.20.5.1\" && nmcli device reapply eth0", routed(HOME))
    pair("rt01-undeclared-and-no-route", routed(declared=UNDECLARED), "RT-01",
         routed(DEFAULT, declared=UNDECLARED, arrival="eth1"))
    pair("ec01-default-to-the-internet", forwarded(WAN), "EC-01", forwarded(WAN, VBR))
    pair("ec01-no-route-at-all", forwarded(), "EC-01\n"
         "frr: vtysh -c 'configure terminal' -c 'ip route 100.104.0.0/16 10.0.12.1' -c 'end' "
         "-c 'write memory'",
         forwarded(route("100.64.0.0/10", "10.0.12.1", "uplink0")))
    pair("ec01-undeclared-default", forwarded(WAN, declared=UNDECLARED), "EC-01",
         forwarded(WAN, VBR, declared=UNDECLARED))
    half = route("100.104.0.0/17", "172.20.5.1", "eth0")
    pair("rt02-half-to-the-default", routed(DEFAULT, half), "RT-02", routed(DEFAULT, HOME, half))
    pair("rt02-half-to-nothing", routed(half), "RT-02", routed(HOME, half))
    pair("rt02-undeclared-half", routed(DEFAULT, half, declared=UNDECLARED), "RT-02",
         routed(route("0.0.0.0/0", "172.20.5.1", "eth0"), half, declared=UNDECLARED))
    pair("rt02-router-half", forwarded(WAN, route("100.104.128.0/17", "10.0.12.1", "uplink0")),
         "RT-02", forwarded(WAN, VBR))
    hole = [route(net, "172.20.5.1", "eth0") for net in
            ("100.104.0.0/18", "100.104.64.0/19", "100.104.96.0/22", "100.104.101.0/24",
             "100.104.102.0/23", "100.104.104.0/21", "100.104.112.0/20", "100.104.128.0/17")]
    pair("rt02-hole-of-one-24", routed(DEFAULT, *hole), "RT-02",
         routed(DEFAULT, *hole, route("100.104.100.0/24", "172.20.5.1", "eth0")))


def refused():
    for kind, net in (("blackhole", "100.104.128.0/17"), ("unreachable", "100.104.77.0/24"),
                      ("prohibit", "100.104.3.4/32"), ("throw", "100.104.176.0/20")):
        pair(f"rt03-{kind}-route", routed(DEFAULT, HOME, refusal(kind, net)), "RT-03",
             routed(DEFAULT, HOME, refusal(kind, "100.105.0.0/16")))
        if kind != "throw":
            pair(f"rt03-{kind}-rule",
                 routed(DEFAULT, HOME, rules=[rule(90, action=kind, to=net)]), "RT-03",
                 routed(DEFAULT, HOME, rules=[rule(90, action=kind, to="100.105.0.0/16")]))
    first, refuses = rule(90, 254, to="10.9.0.0/16"), rule(90, action="prohibit",
                                                           to="100.104.3.4/32")
    pair("rt03-prohibit-rule-of-a-shared-priority", routed(DEFAULT, HOME, rules=[first, refuses]),
         "RT-03\nip rule del priority 90 from all to 100.104.3.4/32 prohibit",
         routed(DEFAULT, HOME, rules=[first]))
    pair("rt03-blackhole-rule-at-priority-0",
         routed(DEFAULT, HOME, rules=[rule(0, action="blackhole", to="100.104.0.0/16")]),
         "RT-03\nip rule del priority 0 from all to 100.104.0.0/16 blackhole",
         routed(DEFAULT, HOME, rules=[rule(0, 254, to="100.104.0.0/16")]))
    exempt, hygiene = (rule(0, 254, to="100.104.0.0/16"),
                       rule(1, action="prohibit", to="100.64.0.0/10"))
    pair("rt03-prohibit-rule-at-priority-1", routed(DEFAULT, HOME, rules=[hygiene]),
         "RT-03\nip rule add to 100.104.0.0/16 lookup main priority 0",
         routed(DEFAULT, HOME, rules=[exempt, hygiene]))
    pair("rt03-blackhole-next-hop-object",
         routed(DEFAULT, HOME, refusal("blackhole", "100.104.64.0/18", next_hop_id=5)),
         "RT-03\nip route del 100.104.64.0/18 nhid 5", routed(DEFAULT, HOME))
    # taken away by hand these come back: FRR's own daemon has to let go of them
    no_route = "frr: vtysh -c 'configure terminal' -c 'no ip route {}' -c 'end' -c 'write memory'"
    pair("rt03-blackhole-of-frr",
         routed(DEFAULT, HOME, refusal("blackhole", "100.104.48.0/20", protocol="196", metric=20)),
         "RT-03\n" + no_route.format("100.104.48.0/20 blackhole"), routed(DEFAULT, HOME))
    pair("rt03-unreachable-of-frr",
         routed(DEFAULT, HOME, refusal("unreachable", "100.104.48.0/20", protocol="196")),
         "RT-03\n" + no_route.format("100.104.48.0/20 reject"), routed(DEFAULT, HOME))
    pair("rt03-shared-address-hygiene", routed(DEFAULT, refusal("blackhole", "100.64.0.0/10")),
         "RT-03", routed(DEFAULT, refusal("blackhole", "100.64.0.0/10"), HOME))
    fall = route("0.0.0.0/0", "172.21.5.1", "eth1", table=253)
    pair("rt03-throw-falls-to-another-table",
         routed(HOME, refusal("throw", "100.104.16.0/20"), fall), "RT-03",
         routed(HOME, refusal("throw", "100.104.16.0/20", table=100),
                rules=[rule(80, 100)]))


def by_source():
    source = rule(100, 100, **{"from": "172.20.5.10/32"})
    wrong = route("0.0.0.0/0", "172.21.5.1", "eth1", table=100)
    right = route("100.104.0.0/16", "172.20.5.1", "eth0", table=100)
    pair("rt04-source-table-without-route", routed(DEFAULT, HOME, wrong, rules=[source]),
         "RT-04\n"
         "netplan: network: {ethernets: {eth0: {routes: [{to: 100.104.0.0/16, via: 172.20.5.1, "
         "table: 100}]}}}, then: netplan apply\n"
         "networkmanager: nmcli connection modify CONNECTION +ipv4.routes \"100.104.0.0/16 "
         "172.20.5.1 table=100\" && nmcli device reapply eth0",
         routed(DEFAULT, HOME, wrong, right, rules=[source]))
    pair("rt04-undeclared-other-default",
         routed(DEFAULT, HOME, wrong, rules=[source], declared=UNDECLARED), "RT-04",
         routed(DEFAULT, HOME, route("100.104.0.0/16", "172.20.5.254", "eth0", table=100),
                rules=[source], declared=UNDECLARED))
    pair("rt04-router-by-interface",
         forwarded(WAN, VBR, route("0.0.0.0/0", "203.0.113.1", "wan0", table=100),
                   rules=[rule(100, 100, iif="lan0")]), "RT-04",
         forwarded(WAN, VBR, route("0.0.0.0/0", "203.0.113.1", "wan0", table=100),
                   rules=[rule(100, 100, iif="uplink1", match=False)]))


def by_selector():
    wrong = route("0.0.0.0/0", "172.21.5.1", "eth1", table=101)
    for name, selector in (("port", {"sport_first": 443, "sport_last": 443}),
                           ("protocol", {"ipproto": 6}),
                           ("owner", {"uid_first": 998, "uid_last": 998})):
        other = {key: 17 for key in selector}
        pair(f"rt05-{name}", routed(DEFAULT, HOME, wrong, uid=998, rules=[rule(101, 101, **selector)]),
             "RT-05", routed(DEFAULT, HOME, wrong, uid=998,
                             rules=[rule(101, 101, match=False, **other)]))
    dports = {"dport_first": 40000, "dport_last": 50000}
    ports = [{"first": 1024, "last": 39999, "type": "unicast", "table": 254,
              "next_hops": [hop("172.20.5.1", "eth0")], "error": None},
             {"first": 40000, "last": 50000, "type": "unicast", "table": 101,
              "next_hops": [hop("172.21.5.1", "eth1")], "error": None}]
    pair("rt05-client-ports", routed(DEFAULT, HOME, wrong, rules=[rule(101, 101, **dports)],
                                     ports={"ports": ports}), "RT-05",
         routed(DEFAULT, HOME, wrong,
                rules=[rule(101, 101, match=False, dport_first=80, dport_last=80)]))
    marked = rule(105, 101, mark=7, mask=0xffffffff, match=False, match7=True)
    pair("rt05-mark", routed(DEFAULT, HOME, wrong, rules=[marked], marked={7: 1}),
         "ready-with-risks RT-05",
         routed(DEFAULT, HOME, wrong, route("100.104.0.0/16", "172.20.5.1", "eth0", table=101),
                rules=[marked], marked={7: 1}))


def by_order():
    away = route("0.0.0.0/0", "172.21.5.1", "eth1", table=106)
    pair("rt06-suppressed", routed(HOME, away, rules=[rule(106, 254, suppress_length=16),
                                                      rule(107, 106)]), "RT-06",
         routed(HOME, away, rules=[rule(106, 254, suppress_length=15), rule(107, 106)]))
    pair("rt06-goto", routed(HOME, away, rules=[rule(108, action="goto", goto_priority=32900),
                                                rule(32900, 106)]), "RT-06",
         routed(HOME, away, rules=[rule(108, action="goto", goto_priority=32766),
                                   rule(32900, 106)]))
    vrf = route("0.0.0.0/0", "203.0.113.1", "wan0", table=10)
    links = router()["links"] + [link("blue", "vrf", vrf_table=10)]
    for row in links:
        if row["name"] == "lan0":
            row["master"] = "blue"
    l3mdev = rule(1000, 0, l3mdev=True, vrf=10)
    pair("rt06-vrf-order", forwarded(VBR, vrf, links=links, rules=[l3mdev]), "RT-06",
         forwarded(VBR, vrf, route("100.104.0.0/16", "10.0.12.1", "uplink0", table=10),
                   links=links, rules=[l3mdev]))


def dead():
    down = [link("lo", type="loopback", loopback=True),
            link("eth0", carrier=False, operstate="down"), link("eth1")]
    idle = route("100.104.0.0/16", hops=[hop("172.20.5.1", "eth0", linkdown=True)])
    pair("rt07-no-carrier", routed(DEFAULT, idle, links=down), "RT-07", routed(DEFAULT, HOME))
    skipped = {"net.ipv4.conf.eth0.ignore_routes_with_linkdown": "1"}
    pair("rt07-route-passed-over",
         routed(DEFAULT, {**idle, "skipped": True}, links=down, sysctls=skipped), "RT-07",
         routed(DEFAULT, HOME, sysctls=skipped))
    failed = {"address": "172.20.5.1", "dev": "eth0", "state": "failed", "failed_twice": True}
    pair("rt07-gateway-silent", routed(DEFAULT, HOME, neighbours=[failed]), "RT-07",
         routed(DEFAULT, HOME, neighbours=[{**failed, "state": "incomplete",
                                            "failed_twice": False}]))
    mute = [link("lo", type="loopback", loopback=True), link("eth0", noarp=True), link("eth1")]
    nobody = {**failed, "failed_twice": False, "state": "none"}
    entered = {**nobody, "state": "permanent"}
    pair("rt07-link-asks-nobody", routed(DEFAULT, HOME, links=mute, neighbours=[nobody]),
         "RT-07\nip link set dev eth0 arp on",
         routed(DEFAULT, HOME, links=mute, neighbours=[entered]))
    pair("rt07-link-answers-itself",
         routed(DEFAULT, HOME, links=mute, neighbours=[{**nobody, "state": "noarp", "own": True}]),
         "RT-07", routed(DEFAULT, HOME, links=mute, neighbours=[{**nobody, "state": "noarp"}]))
    legs = route("100.104.0.0/16", hops=[hop("172.20.5.1", "eth0"), hop("172.21.5.1", "eth1")])
    far = {**entered, "address": "172.21.5.1", "dev": "eth1", "state": "stale"}
    pair("rt09-one-leg-asks-nobody",
         routed(DEFAULT, legs, links=mute, declared=UNDECLARED, neighbours=[nobody, far]),
         "RT-09\nip route replace 100.104.0.0/16 via 172.21.5.1 dev eth1",
         routed(DEFAULT, HOME, links=mute, declared=UNDECLARED, neighbours=[entered, far]))


def astray():
    other = route("100.104.0.0/16", "172.20.5.254", "eth0")
    pair("rt08-other-gateway", routed(DEFAULT, other), "RT-08", routed(DEFAULT, HOME))
    # a rule that no reply meets refuses the way to the gateway when a route by it is entered
    refuses = rule(50, action="blackhole", oif="eth0", match=False)
    pair("rt08-gateway-refused-by-rule", routed(DEFAULT, other, rules=[refuses]),
         "RT-08\nip route replace 100.104.0.0/16 via 172.20.5.1 dev eth0 onlink",
         routed(DEFAULT, HOME, rules=[refuses]))
    far = [hop("10.99.9.1", "eth0", onlink=True)]
    pair("rt02-half-by-onlink-gateway",
         routed(DEFAULT, route("100.104.0.0/17", hops=far), declared=("10.99.9.1", None)),
         "RT-02\nip route replace 100.104.0.0/16 via 10.99.9.1 dev eth0 onlink\n"
         "netplan: network: {ethernets: {eth0: {routes: [{to: 100.104.0.0/16, via: 10.99.9.1, "
         "on-link: true}]}}}, then: netplan apply\n"
         "networkmanager: nmcli connection modify CONNECTION +ipv4.routes \"100.104.0.0/16 "
         "10.99.9.1 onlink=true\" && nmcli device reapply eth0",
         routed(DEFAULT, route("100.104.0.0/16", hops=far), declared=("10.99.9.1", None)))
    off = {"declared": ("172.22.5.1", None), "near": {"declared_near": 0}}
    pair("rt08-declared-off-every-network", routed(DEFAULT, HOME, **off),
         "RT-08\nip route replace 100.104.0.0/16 via GATEWAY",
         routed(DEFAULT, route("100.104.0.0/16", hops=[hop("172.22.5.1", "eth0", onlink=True)]),
                **off))
    pair("rt08-declared-onlink",
         routed(DEFAULT, HOME, declared=("172.22.5.1", "eth0"), near=off["near"]),
         "RT-08\nip route replace 100.104.0.0/16 via 172.22.5.1 dev eth0 onlink",
         routed(DEFAULT, HOME, declared=("172.20.5.1", "eth0"),
                near={"declared_near": 1, "declared_dev": "eth0"}))
    pair("rt08-declared-by-a-route",
         routed(DEFAULT, HOME, declared=("172.22.5.1", None),
                near={"declared_near": 1, "declared_dev": "eth0"}),
         "RT-08\nip route replace 100.104.0.0/16 via 172.22.5.1 dev eth0",
         routed(DEFAULT, route("100.104.0.0/16", "172.22.5.1", "eth0"),
                declared=("172.22.5.1", None),
                near={"declared_near": 1, "declared_dev": "eth0"}))
    pair("rt08-declared-itself",
         routed(DEFAULT, HOME, declared=("172.20.5.10", "eth0"), near=off["near"]),
         "RT-08\nip route replace 100.104.0.0/16 via GATEWAY dev eth0",
         routed(DEFAULT, HOME, declared=("172.20.5.1", "eth0")))
    pair("rt08-default-of-another", routed(DEFAULT), "RT-08",
         routed(route("0.0.0.0/0", "172.20.5.1", "eth0")))
    pair("rt08-other-interface",
         routed(DEFAULT, HOME, declared=(None, "eth1")), "RT-08",
         routed(DEFAULT, HOME, declared=("172.20.5.1", "eth0")))
    pair("ec02-other-circuit",
         forwarded(WAN, route("100.104.0.0/16", "10.0.13.1", "uplink1")), "EC-02",
         forwarded(WAN, VBR))
    legs = [hop("172.20.5.1", "eth0"), hop("172.20.5.254", "eth0")]
    pair("rt09-one-leg-astray", routed(DEFAULT, route("100.104.0.0/16", hops=legs)), "RT-09",
         routed(DEFAULT, route("100.104.0.0/16", hops=legs), declared=(None, "eth0")))
    broken = [hop("172.20.5.1", "eth0"), hop("172.20.5.2", "eth0", dead=True)]
    pair("rt09-one-leg-dead",
         routed(DEFAULT, route("100.104.0.0/16", hops=broken), declared=(None, "eth0")), "RT-09",
         routed(DEFAULT, HOME, declared=(None, "eth0")))
    # the same legs as next-hop objects, or by the switch: the kernel passes over the silent one
    legs = [hop("172.20.5.1", "eth0"), hop("172.20.5.2", "eth0")]
    quiet = {"neighbours": [{"address": "172.20.5.2", "dev": "eth0", "state": "failed",
                             "failed_twice": True}], "declared": (None, "eth0")}
    group = route("100.104.0.0/16", hops=legs, next_hop_id=13)
    plain = route("100.104.0.0/16", hops=legs)
    pair("rt09-one-leg-silent", routed(DEFAULT, plain, **quiet), "RT-09",
         routed(DEFAULT, plain, **{**quiet, "neighbours": []}))
    pair("rt09-silent-leg-of-a-group", routed(DEFAULT, group, **quiet), "ready-with-risks RT-09",
         routed(DEFAULT, group, **{**quiet, "neighbours": []}))
    passes = {"net.ipv4.fib_multipath_use_neigh": "1"}
    pair("rt09-silent-leg-passed-over", routed(DEFAULT, plain, sysctls=passes, **quiet),
         "ready-with-risks RT-09",
         routed(DEFAULT, plain, sysctls=passes, **{**quiet, "neighbours": []}))
    # of three the silent one costs nothing, the dead one does
    worse = [*legs, hop("172.20.5.3", "eth0", dead=True)]
    pair("rt09-dead-leg-behind-a-silent-one",
         routed(DEFAULT, route("100.104.0.0/16", hops=worse, next_hop_id=13), **quiet), "RT-09",
         routed(DEFAULT, group, **{**quiet, "neighbours": []}))
    # the kernel prefers the leg whose own address is the reply's source
    astray = [hop("172.20.5.1", "eth0", unused=True), hop("172.21.5.1", "eth1")]
    told = [hop("172.20.5.1", "eth0"), hop("172.21.5.1", "eth1", unused=True)]
    pair("rt08-good-leg-never-picked",
         routed(DEFAULT, route("100.104.0.0/16", hops=astray)), "RT-08",
         routed(DEFAULT, route("100.104.0.0/16", hops=told)))
    silent = [{"address": "172.20.5.1", "dev": "eth0", "state": "failed", "failed_twice": True}]
    pair("rt07-only-leg-picked-is-silent",
         routed(DEFAULT, route("100.104.0.0/16", hops=told), neighbours=silent), "RT-07",
         routed(DEFAULT, route("100.104.0.0/16", hops=told)))
    both = [hop("10.0.12.1", "uplink0"), hop("10.0.13.1", "uplink1")]
    own = route("100.104.0.0/16", hops=both, protocol="196", next_hop_id=21)
    pair("ec10-one-circuit-astray-of-frr", forwarded(WAN, own),
         "EC-10 RT-09\nfrr: vtysh -c 'configure terminal' -c 'no ip route 100.104.0.0/16 "
         "10.0.13.1' -c 'end' -c 'write memory'", forwarded(WAN, own, declared=UNDECLARED))
    pair("ec10-one-circuit-astray", forwarded(WAN, route("100.104.0.0/16", hops=both)),
         "EC-10 RT-09", forwarded(WAN, route("100.104.0.0/16", hops=both), declared=UNDECLARED))
    good = route("100.104.0.0/16", "172.20.5.1", "eth0", metric=100)
    rival = route("100.104.0.0/16", "172.21.5.1", "eth1", metric=50, protocol="dhcp")
    pair("rt10-lower-metric", routed(DEFAULT, good, rival),
         "RT-10\nnetplan: network: {ethernets: {eth1: {dhcp4-overrides: {route-metric: 200}}}}, "
         "then: netplan apply",
         routed(DEFAULT, good, {**rival, "metric": 150}))
    own = {**rival, "protocol": "196"}
    pair("rt10-lower-metric-of-frr", routed(DEFAULT, good, own),
         "RT-10\nfrr: vtysh -c 'configure terminal' -c 'no ip route 100.104.0.0/16 172.21.5.1' "
         "-c 'end' -c 'write memory'", routed(DEFAULT, good, {**own, "metric": 150}))


def inward():
    whole = [("100.104.0.0", "100.104.255.255", "EINVAL")]
    half = [("100.104.0.0", "100.104.127.255", "EXDEV"),
            ("100.104.128.0", "100.104.255.255", None)]
    strict = {"net.ipv4.conf.all.rp_filter": "1"}
    loose = {"net.ipv4.conf.eth0.rp_filter": "2", "net.ipv4.conf.all.rp_filter": "1"}
    pair("rt12-strict-filter",
         routed(DEFAULT, HOME, ingress=whole, sysctls=strict,
                counters={"TcpExt.IPReversePathFilter": "17"}), "RT-12",
         routed(DEFAULT, HOME, sysctls=strict))
    pair("rt12-way-in-not-in-the-facts", routed(DEFAULT, HOME, ingress=None, sysctls=strict),
         "undetermined", routed(DEFAULT, HOME, ingress=None))
    pair("rt12-strict-filter-for-a-half", routed(DEFAULT, HOME, ingress=half, sysctls=strict),
         "RT-12", routed(DEFAULT, HOME, ingress=half))
    pair("rt13-loose-filter", routed(DEFAULT, HOME, ingress=whole, sysctls=loose), "RT-13",
         routed(DEFAULT, HOME, sysctls=loose))
    crossed = route("100.104.0.0/16", "172.21.5.1", "eth1")
    pair("rt15-other-interface-on-ecs",
         routed(DEFAULT, crossed, access="ecs", declared=("172.21.5.1", None)), "RT-15",
         routed(DEFAULT, crossed, access="ecs", declared=("172.21.5.1", "eth1")))
    pair("rt15-other-interface",
         routed(DEFAULT, crossed, declared=("172.21.5.1", None)),
         "ready-with-risks RT-15\n"
         "netplan: network: {ethernets: {eth0: {routes: [{to: 100.104.0.0/16, via: GATEWAY, "
         "table: 104}], routing-policy: [{from: 172.20.5.10, to: 100.104.0.0/16, table: 104, "
         "priority: 104}]}}}, then: netplan apply\n"
         "networkmanager: nmcli connection modify CONNECTION +ipv4.routes \"100.104.0.0/16 GATEWAY "
         "table=104\" +ipv4.routing-rules \"priority 104 from 172.20.5.10 to 100.104.0.0/16 table "
         "104\" && nmcli device reapply eth0",
         routed(DEFAULT, crossed, declared=("172.21.5.1", None), arrival="eth1"))


def undeclared_ways_in():
    """A router on which nothing declares where requests arrive: `others` are what it could be too."""
    let_in = [("100.104.0.0", "100.104.255.255", None)]
    filtered = [("100.104.0.0", "100.104.255.255", "EINVAL")]
    half = [("100.104.0.0", "100.104.127.255", None),
            ("100.104.128.0", "100.104.255.255", "EXDEV")]
    refused = [("100.104.0.0", "100.104.255.255", "EACCES")]
    strict = {"net.ipv4.conf.all.rp_filter": "1"}

    def world(others, **more):
        return forwarded(VBR, declared=UNDECLARED, others=others, **more)

    pair("rt12-arrival-not-declared", world({"uplink1": filtered, "wan0": filtered}, sysctls=strict),
         "undetermined", world({"uplink1": let_in, "wan0": let_in}))
    pair("rt12-arrival-not-declared-for-a-half", world({"uplink1": half}, sysctls=strict),
         "undetermined", world({"uplink1": let_in}, sysctls=strict))
    pair("rt12-other-arrival-would-do",
         world({"uplink1": let_in}, ingress=filtered, sysctls=strict), "undetermined",
         forwarded(VBR, sysctls=strict))
    pair("rt12-filtered-wherever-it-arrives",
         world({"uplink1": filtered}, ingress=filtered, sysctls=strict), "RT-12",
         world({"uplink1": let_in}, sysctls=strict))
    pair("rt12-arrival-not-asked-about", world({"uplink1": let_in, "wan0": None}),
         "undetermined", world({"uplink1": let_in, "wan0": let_in}))
    pair("rt03-refused-on-another-arrival", world({"uplink1": refused}), "undetermined",
         world({"uplink1": let_in}))
    pair("rt02-half-before-arrival-not-declared",
         forwarded(WAN, route("100.104.0.0/17", "10.0.12.1", "uplink0"), declared=UNDECLARED,
                   others={"uplink1": filtered}, sysctls=strict), "RT-02",
         world({"uplink1": let_in}, sysctls=strict))


def both():
    """Two faults in one machine: each is named, or blocked where the same addresses have both."""
    write("two-blackhole-beside-half",
          routed(DEFAULT, route("100.104.0.0/17", "172.20.5.1", "eth0"),
                 refusal("blackhole", "100.104.3.0/24")), "not-ready RT-02 RT-03")
    write("two-blackhole-behind-strict-filter",
          routed(DEFAULT, refusal("blackhole", "100.104.0.0/16"),
                 ingress=[("100.104.0.0", "100.104.255.255", "EINVAL")],
                 sysctls={"net.ipv4.conf.all.rp_filter": "1"}), "not-ready RT-03")


def harmless():
    near = [route(net, "172.21.5.1", "eth1") for net in
            ("100.64.0.0/13", "100.88.0.0/16", "100.100.0.0/16", "100.103.0.0/16",
             "100.105.0.0/16")]
    write("ok-neighbours-of-the-range", routed(DEFAULT, HOME, *near), "ready")
    write("ok-covering-block-by-the-right-gateway",
          routed(DEFAULT, route("100.64.0.0/10", "172.20.5.1", "eth0")), "ready")
    write("ok-ipvlan-asks-nobody",
          routed(DEFAULT, HOME, links=[link("lo", type="loopback", loopback=True),
                                       link("eth0", kind="ipvlan", noarp=True), link("eth1")],
                 neighbours=[{"address": "172.20.5.1", "dev": "eth0", "state": "none",
                              "failed_twice": False}]), "ready")
    write("ok-does-not-forward", forwarded(WAN, VBR, forwarding=False), "not-ready RT-16")


if __name__ == "__main__":
    absent()
    refused()
    by_source()
    by_selector()
    by_order()
    dead()
    astray()
    inward()
    undeclared_ways_in()
    both()
    harmless()
