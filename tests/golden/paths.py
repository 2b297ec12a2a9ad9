# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of the rules about connections: who is in the way, how large packets may be,
unequal flows, the source, and proxies. Each fixture has a healthy twin (ladder.py's world)."""

from ladder import (GITLAB, GITLAB_IP, MAVEN, MAVEN_IP, SOURCE, attempt, exchange, name, pair, plan,
                    silent, unmade, write)
from ladder import ladder as good

OTHER_IP = "172.20.5.12"
ROUTERS = ("192.168.1.1", "10.0.1.2", "172.20.0.1")
SILENT = {"outcome": "timed-out", "error": "ETIMEDOUT", "took_us": 1500200, "rtt_us": None,
          "mss": None, "retransmissions": 1, "unsent": False}
REFUSED = {"outcome": "refused", "error": "ECONNREFUSED", "took_us": 900, "rtt_us": None,
           "mss": None}
VSWITCH = {"vswitch_cidr": "192.168.1.0/24", "gitlab_ip": GITLAB_IP, "other_ips": [MAVEN_IP]}
GIT = {"url": "https://gitlab.corp.example", "username": "alice", "project": "group/app"}


def unreachable(sender, code, kind=3, **more):
    return {"outcome": "unreachable", "error": "EHOSTUNREACH", "took_us": 900, "rtt_us": None,
            "mss": None, "icmp_from": sender, "icmp_type": kind, "icmp_code": code, **more}


def hop(ttl, outcome="time-exceeded", sender=None, **more):
    icmp = {"icmp_type": 11, "icmp_code": 0} if outcome == "time-exceeded" else {}
    return {"url": GITLAB, "address": GITLAB_IP, "port": 443, "ttl": ttl, "udp": False,
            "outcome": outcome, "from": sender, **icmp, **more}


def routers(count):
    """Each answers from one hop further than the one before."""
    return [hop(ttl, "time-exceeded", ROUTERS[ttl - 1], reply_ttl=65 - ttl)
            for ttl in range(1, count + 1)]


def datagram(reply_ttl, sender=GITLAB_IP, ttl=64, **more):
    return hop(ttl, "unreachable", sender, udp=True, icmp_type=3, icmp_code=3,
               reply_ttl=reply_ttl, **more)


def dead(tcp, hops=(), experiments=(), index=0):
    """GitLab (or Maven) takes no connection, so nothing stands above."""
    def change(world):
        row = world["attempts"][index]
        row["tcp"].update(tcp)
        row.update(tls=unmade("untried", sni=None), http=silent("untried"))
        world["hops"] = list(hops)
        world["experiments"] = list(experiments)
        if index == 0:
            without_gitlab(world)
    return change


def moved(source):
    """All connections come from there."""
    def change(world):
        for row in world["attempts"]:
            row["tcp"]["source"] = source
    return change


def both(one, other):
    def change(world):
        one(world)
        other(world)
    return change


def without_gitlab(world):
    world["attempts"] = [row for row in world["attempts"] if not row["url"].endswith(".git")]
    world["targets"] = [row for row in world["targets"] if row["purpose"] != "clone"]
    world["exchanges"] = [row for row in world["exchanges"] if row["url"] == MAVEN]
    world["gitlab"] = []


def planned(access=None, link=None, **more):
    git = {**GIT, "access": access} if access else GIT
    return plan(gitlab=git, link=link or VSWITCH, **more)


def silence():
    circuit = "not-ready CLD-04 EC-01 EC-05 EC-11"
    cloud = "not-ready SG-01 SG-16"
    pair("cld04-silent-from-the-first-hop", circuit, dead(SILENT, [hop(1, "silent")]))
    pair("cld04-silent-and-not-traced", circuit, dead(SILENT))
    pair("sg01-silent-instance", cloud, dead(SILENT, [hop(1, "silent")]), planned=planned("ecs"))
    pair("sg16-silent-load-balancer", cloud, dead(SILENT, [hop(1, "silent")]),
         planned=planned("slb"))
    # inside a VPC no router answers: the way does not stay there, whatever the plan says
    pair("ec05-silent-instance-behind-a-router", "not-ready EC-01 EC-05",
         dead(SILENT, routers(1) + [hop(2, "silent")]), planned=planned("ecs"))
    pair("cld04-silent-access-not-told", circuit + " SG-01 SG-16",
         dead(SILENT, [hop(1, "silent")]), planned=planned())
    pair("cld04-silent-in-the-data-center", circuit, dead(SILENT, [hop(1, "silent")]),
         planned=planned(datacenter={"cidrs": ["172.20.0.0/16"]}))
    pair("cld04-silent-behind-the-virtual-border-router", circuit,
         dead(SILENT, [hop(1, "silent")]), planned=planned(datacenter={"vbr_id": "vbr-x"}))
    pair("sg01-silent-in-the-vswitch", cloud,
         both(moved("172.20.5.9"), dead(SILENT, [hop(1, "silent")])), moved("172.20.5.9"),
         planned=planned(link={**VSWITCH, "vswitch_cidr": "172.20.5.0/24"}))
    pair("ec05-silent-behind-a-router", "not-ready EC-01 EC-05",
         dead(SILENT, routers(2) + [hop(3, "silent")]))
    pair("ec05-silent-maven", "not-ready CLD-04 EC-01 EC-05 EC-11", dead(SILENT, index=1))
    # the plain SYN met silence, one of the trace the filter's word: it says so now and then
    pair("ec05-filter-speaks-now-and-then", "not-ready EC-05",
         dead(SILENT, routers(2) + [hop(3, "unreachable", ROUTERS[1], icmp_type=3, icmp_code=13,
                                        reply_ttl=63)]))
    pair("host10-refuses-now-and-then", "not-ready HOST-10",
         dead(SILENT, routers(2) + [hop(3, "refused", GITLAB_IP, reply_ttl=62), datagram(62)]))


def refusal():
    host, nearer = "not-ready HOST-10", "not-ready EC-05"
    rst = [hop(3, "refused", GITLAB_IP, reply_ttl=62)]
    forged = [hop(3, "refused", GITLAB_IP, reply_ttl=63)]
    pair("host10-refused-as-far-as-the-target", host, dead(REFUSED, routers(2) + rst
                                                           + [datagram(62)]))
    pair("host10-refused-behind-the-last-router", host, dead(REFUSED, routers(2) + rst))
    pair("host10-refused-on-the-link", host, dead(REFUSED, [hop(1, "refused", GITLAB_IP,
                                                                reply_ttl=64)]))
    pair("host10-refused-by-another-kind-of-system", host,
         dead(REFUSED, routers(2) + [hop(3, "refused", GITLAB_IP, reply_ttl=126), datagram(62)]))
    pair("ec05-refused-nearer-than-the-target", nearer, dead(REFUSED, routers(2) + forged
                                                             + [datagram(62)]))
    pair("ec05-refused-by-the-last-router", nearer, dead(REFUSED, routers(2) + forged))
    pair("ec05-refused-before-packets-expire", nearer,
         dead(REFUSED, routers(1) + [hop(2, "refused", GITLAB_IP, reply_ttl=63),
                                     hop(2, "time-exceeded", ROUTERS[1], udp=True, reply_ttl=63),
                                     datagram(64)]))
    pair("host10-refused-where-no-router-speaks", host, dead(REFUSED, [hop(1, "silent"),
                                                                       hop(2, "silent")] + rst))
    pair("ec05-refused-nearer-where-no-router-speaks", nearer,
         dead(REFUSED, [hop(1, "silent"), hop(2, "silent")] + forged))
    pair("ec05-refused-and-not-traced", "not-ready EC-05 HOST-10", dead(REFUSED))


def icmp():
    for label, causes, made in (
            ("ec05-prohibited-by-a-router", "EC-05", unreachable(ROUTERS[1], 13)),
            ("ec05-prohibited-host", "EC-05", unreachable(ROUTERS[1], 10)),
            ("ec05-prohibited-network", "EC-05", unreachable(ROUTERS[1], 9)),
            ("ec05-port-unreachable-by-a-router", "EC-05", unreachable(ROUTERS[1], 3)),
            ("host10-port-unreachable", "HOST-10", unreachable(GITLAB_IP, 3)),
            ("cld04-no-route-at-the-first-router", "CLD-04",
             unreachable(ROUTERS[0], 0, reply_ttl=64)),
            ("ec01-no-route-further-on", "EC-01", unreachable(ROUTERS[1], 0, reply_ttl=63)),
            ("ec13-no-neighbour-behind-the-router", "CTL-11 EC-13", unreachable(ROUTERS[1], 1)),
            ("ec02-loop", "EC-02", unreachable(ROUTERS[1], 0, kind=11))):
        pair(label, f"not-ready {causes}", dead(made))
    pair("ctl11-no-neighbour-in-the-vpc", "not-ready CTL-11", dead(unreachable(ROUTERS[0], 1)),
         planned=planned("ecs"))
    pair("ec01-no-route-as-the-trace-says", "not-ready EC-01",
         dead(unreachable(ROUTERS[1], 0), routers(1) + [
             hop(2, "unreachable", ROUTERS[1], icmp_type=3, icmp_code=0, reply_ttl=63)]))


def two_addresses(tcp, hops=()):
    def change(world):
        world["names"][0] = {**name("gitlab.corp.example", GITLAB_IP),
                             "addresses": [GITLAB_IP, OTHER_IP]}
        other = attempt(GITLAB, OTHER_IP, "gitlab.corp.example")
        other["tcp"].update(tcp)
        if tcp:
            other.update(tls=unmade("untried", sni=None), http=silent("untried"))
        world["attempts"].insert(1, other)
        world["hops"] = [{**row, "address": OTHER_IP} for row in hops]
    return change


def records():
    listed = planned("datacenter", {**VSWITCH, "other_ips": [MAVEN_IP, OTHER_IP]})
    for label, tcp in (("silent", SILENT), ("refused", REFUSED),
                       ("prohibited", unreachable(ROUTERS[1], 13))):
        pair(f"dns03-one-address-{label}", "not-ready DNS-03",
             two_addresses(tcp, routers(2)), two_addresses({}), planned=listed)


def local():
    """What this machine does not let out is unknown, not failed."""
    for label, tcp in (
            ("no-route-here", {**SILENT, "outcome": "unreachable", "error": "ENETUNREACH"}),
            ("own-filter-drops", {**SILENT, "unsent": True}),
            ("own-filter-speaks", unreachable(SOURCE, 13)),
            ("next-hop-without-neighbour", {**SILENT, "unsent": True, "retransmissions": 0}),
            ("own-neighbour-fails", unreachable(SOURCE, 1)),
            ("not-permitted", {**SILENT, "outcome": "denied", "error": "EPERM"}),
            ("never-tried", {"outcome": "untried", "source": None})):
        write(f"ok-local-{label}", changed(dead(tcp)), "undetermined")
    world = changed(dead({"outcome": "untried", "source": None}))
    world["attempts"][1]["tcp"] = {"outcome": "untried"}
    world["source"] = {"asked": "eth9", "binding": "failed", "dev": "eth9", "error": "ENODEV"}
    write("ok-local-no-such-interface", world, "undetermined")


def changed(change):
    world = good()
    change(world)
    return world


def port(number, tried, succeeded, url=GITLAB):
    return {"url": url, "address": GITLAB_IP, "port": 443, "kind": "source-port", "value": number,
            "tried": tried, "succeeded": succeeded, "reached": "tcp" if succeeded else None,
            "detail": None if succeeded == tried else "timed-out"}


def flows(tried, succeeded):
    return {"url": GITLAB, "address": GITLAB_IP, "port": 443, "kind": "flow", "value": 0,
            "tried": tried, "succeeded": succeeded}


def swept(pattern, *more):
    """`pattern` holds how many of two tries each port had answered."""
    return [port(40009 + 613 * at, 2, int(got)) for at, got in enumerate(pattern)] + list(more)


def legs():
    leg = "not-ready EC-10 RT-09"
    by_port, by_chance = "0220" * 8, "0112" * 8
    pair("ec10-half-of-the-ports-dead", leg, dead(SILENT, routers(1), swept(by_port)))
    pair("ec10-plain-connection-lucky", leg, with_sweep(swept(by_port)), with_sweep(swept("2" * 32)))
    pair("ec10-not-by-port", leg, dead(SILENT, routers(1), swept(by_chance, flows(16, 16))))
    # loss that cuts into connections too, or that was seen in too few of them
    write("ok-loss-by-chance", changed(dead(SILENT, routers(1), swept(by_chance, flows(16, 9)))),
          "undetermined")
    write("ok-loss-hardly-looked-at",
          changed(dead(SILENT, routers(1), swept(by_chance, flows(3, 3)))), "undetermined")
    write("ok-plain-connection-unlucky",
          changed(dead(SILENT, routers(1), swept("2" * 32))), "undetermined")
    write("ok-one-loss-of-64", changed(with_sweep(swept("1" + "2" * 31, flows(31, 31)))), "ready")


def with_sweep(rows):
    def change(world):
        world["deep"] = True
        world["experiments"] = rows
    return change


def rung(mss, tried, succeeded, url=GITLAB, address=GITLAB_IP):
    return {"url": url, "address": address, "port": 443, "kind": "mss", "value": mss,
            "tried": tried, "succeeded": succeeded, "reached": "tls" if succeeded else "tcp"}


def again(succeeded):
    return {"url": GITLAB, "address": GITLAB_IP, "port": 443, "kind": "repeat", "value": 0,
            "tried": 3, "succeeded": succeeded, "reached": "tcp"}


BORDER = (rung(536, 1, 1), rung(1360, 1, 1), rung(1361, 2, 0), rung(1460, 1, 0))


def stalled(tls=None, http=None, rows=BORDER):
    def change(world):
        without_gitlab(world)
        world["attempts"][0].update(tls=tls or world["attempts"][0]["tls"],
                                    http=http or silent("untried"))
        world["experiments"] = list(rows)
    return change


def hanging_jar(world):
    world["exchanges"].append(exchange(MAVEN, "/repository/maven-public/a.jar", "artifact",
                                       MAVEN_IP, "none",
                                       http=silent("timed-out", limit="request 4.0 s")))
    world["maven"][0].update(artifact_status=None, checksum=None, checksum_matches=None)
    world["experiments"] = [rung(1260, 1, 1, MAVEN, MAVEN_IP), rung(1261, 2, 0, MAVEN, MAVEN_IP)]


def sizes():
    hang = unmade("timed-out", received=1448)
    late = silent("timed-out", limit="request 4.0 s")
    pair("tls10-handshake-stalls", "not-ready EC-14 EC-15 TLS-10", stalled(tls=hang))
    pair("ec14-answer-stalls", "not-ready EC-14 EC-15", stalled(http=late))
    pair("ec15-artifact-stalls", "not-ready EC-14 EC-15", hanging_jar)
    # small segments that leave in one burst look large to a filter behind an offloading device
    pair("ec14-smallest-segments-lost-too", "not-ready EC-14 EC-15 TLS-10",
         stalled(tls=hang, rows=[rung(536, 2, 0), rung(1000, 1, 1), rung(1200, 1, 1),
                                 rung(1240, 1, 1), *BORDER[1:]]))
    pair("ec14-answer-trickles", "not-ready EC-14 EC-15",
         stalled(http=silent("slow", limit="request 4.0 s")))


def sources():
    pair("met01-source-elsewhere", "ready-with-risks MET-01", moved("192.168.9.20"))
    # GitLab on the very machine that asks; loopback is named by who means it
    own = planned("datacenter", {**VSWITCH, "vswitch_cidr": "172.20.5.0/24"})
    pair("met04-service-on-this-machine", "ready-with-risks MET-04", moved(GITLAB_IP),
         moved("172.20.5.77"), planned=own)
    write("ok-source-in-the-range", changed(moved("100.104.7.9")), "ready")
    link = {key: value for key, value in VSWITCH.items() if key != "vswitch_cidr"}
    write("ok-source-vswitch-not-told", good(), "ready", planned("datacenter", link))


def proxies():
    def set_to(*variables):
        def change(world):
            world["proxy_variables"] = list(variables)
        return change

    risk = "ready-with-risks DEP-06 MET-03"
    pair("met03-proxy-set", risk, set_to("http_proxy=http://192.0.2.1:3128"),
         set_to("no_proxy=.corp.example"))
    pair("dep06-proxies-set", risk, set_to("HTTPS_PROXY=http://192.0.2.1:3128",
                                           "NO_PROXY=.corp.example",
                                           "all_proxy=socks5h://192.0.2.1:1080"))


if __name__ == "__main__":
    silence()
    refusal()
    icmp()
    records()
    local()
    legs()
    sizes()
    sources()
    proxies()
