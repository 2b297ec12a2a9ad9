# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of security groups, network ACLs and load balancers: one defect a file, each
with a healthy twin.

Only the cloud is looked at here: the endpoints stay unknown, so a twin is "undetermined" and names
no cause; unit.cloud_admission holds that every rule of admission passes on it.
"""

import copy
import json

from world import FOLDER, section

GITLAB_IP, MAVEN_IP = "172.20.5.10", "172.20.5.20"
RANGE = "100.104.0.0/16"
VSWITCH = "192.168.1.0/24"
LB = "lb-git"


def rule(**more):
    made = {"id": "sgr-1", "direction": "ingress", "policy": "Accept", "priority": "1",
            "protocol": "TCP", "ports": "443/443", "source": RANGE}
    made.update(more)
    return {key: value for key, value in made.items() if value is not None}


def every(ports="443/443", **more):
    """What lets in everybody who should be: the range and the link's vSwitch."""
    return [rule(ports=ports, **more),
            rule(id="sgr-2", ports=ports, source=VSWITCH, **more)]


def usual():
    """What a new group has by itself: ping and ssh from everywhere."""
    return [rule(id="sgr-8", protocol="ICMP", ports="-1/-1", source="0.0.0.0/0", priority="100"),
            rule(id="sgr-9", ports="22/22", source="0.0.0.0/0", priority="100")]


def group(name="sg-git", rules=(), **more):
    return {"id": name, "name": name, "state": "ok", "type": "normal", "inner_policy": "Accept",
            "vpc_id": "vpc-a", "service_managed": False, "rules": list(rules), **more}


def interface(name="eni-git", address=GITLAB_IP, groups=("sg-git",), **more):
    return {"id": name, "instance_id": "i-git", "type": "Primary", "status": "InUse",
            "vpc_id": "vpc-a", "vswitch_id": "vsw-git", "zone_id": "cn-hangzhou-j",
            "service_managed": False, "addresses": [address], "groups": list(groups), **more}


def owner(address, name, **more):
    return {"address": address, "state": "ok", "interface": name, "others": 0, **more}


def entry(**more):
    return {"id": "nae-1", "policy": "accept", "protocol": "all", "ports": "-1/-1",
            "peer": "0.0.0.0/0", "family": "ipv4", "kind": "custom", **more}


def acl(name, vswitch, **more):
    return {"id": name, "state": "ok", "vpc_id": "vpc-a", "vswitches": [vswitch],
            "ingress": [entry()], "egress": [entry()], **more}


def guard(vswitch, name=None):
    return {"vswitch_id": vswitch, "state": "ok", "acl": name}


def listed(name, *entries, family="IPv4", state="ok"):
    return {"id": name, "state": state, "family": family, "entries": list(entries)}


def plan(**more):
    return section(schema="reachback.plan/1", vantage="vswitch-host", region="cn-hangzhou",
                   link={"instance_id": "cri-a", "vpc_id": "vpc-a", "vswitch_id": "vsw-link",
                         "vswitch_cidr": VSWITCH, "gitlab_ip": GITLAB_IP, "other_ips": [MAVEN_IP]},
                   gitlab={"url": "https://gitlab.corp.example", "access": "ecs"},
                   maven=[{"url": f"http://{MAVEN_IP}:8081/repository/maven-public/"}], **more)


def world():
    """GitLab and Maven on ECS; a group each."""
    return {"plan": plan(),
            "cloud": section(**{"from": "live", "region": "cn-hangzhou", "calls": []}),
            "groups": section(
                owners=[owner(GITLAB_IP, "eni-git"), owner(MAVEN_IP, "eni-mvn")],
                interfaces=[interface(),
                            interface("eni-mvn", MAVEN_IP, ["sg-mvn"], instance_id="i-mvn")],
                groups=[group(rules=every() + usual()),
                        group("sg-mvn", every("8081/8081"))],
                prefix_lists=[], port_lists=[], guards=[guard("vsw-git"), guard("vsw-link")],
                acls=[]),
            "balancers": section(balancers=[])}


def write(file, made, expected):
    base = {"schema": "reachback.facts/1", "version": "0.1.0", "started": "2026-11-20T12:00:00Z",
            "took_ms": 900}
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in {**base, **made}.items()]
    (FOLDER / f"{file}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    (FOLDER / f"{file}.expect").write_text(expected + "\n")


def pair(file, expected, sick, healthy=None):
    for suffix, change, words in (("", sick, expected), ("-twin", healthy, "undetermined")):
        made = copy.deepcopy(world())
        if change:
            change(made)
        write(file + suffix, made, words)


def rules(*made, name="sg-git", keep=True, **more):
    """The group of GitLab has these, and what every group has."""
    def change(built):
        built["groups"]["groups"] = [one for one in built["groups"]["groups"]
                                     if one["id"] != name]
        built["groups"]["groups"].append(group(name, list(made) + (usual() if keep else []),
                                               **more))
    return change


def both(*changes):
    def change(built):
        for one in changes:
            one(built)
    return change


VSW = rule(id="sgr-2", source=VSWITCH)


def no_url(built):
    """GitLab's port is not told."""
    del built["plan"]["gitlab"]["url"]


def missing():
    fail = "not-ready "
    pair("sg01-no-rule", fail + "SG-01", rules(VSW))
    pair("sg01-no-rule-and-no-url", fail + "SG-01", both(no_url, rules(VSW, keep=False)))
    pair("sg01-neighbouring-ranges", fail + "SG-01",
         rules(VSW, rule(source="100.103.0.0/16"), rule(source="100.105.0.0/16")),
         rules(VSW, rule(source="100.103.0.0/16"), rule(source="100.64.0.0/10")))
    pair("sg01-ipv6-alone", fail + "SG-01", rules(VSW, rule(source=None, source_v6="::/0")),
         rules(VSW, rule(source="0.0.0.0/0")))
    pair("sg01-udp", fail + "SG-01", rules(VSW, rule(protocol="UDP")),
         rules(VSW, rule(protocol="6")))
    pair("sg01-other-address", fail + "SG-01", rules(VSW, rule(destination="172.20.5.11")),
         rules(VSW, rule(destination="172.20.5.0/24")))
    pair("sg02-half", fail + "SG-02", rules(VSW, rule(source="100.104.0.0/17")),
         rules(VSW, rule(source="100.104.0.0/17"),
               rule(id="sgr-3", source="100.104.128.0-100.104.255.255")))
    pair("sg02-one-slice", fail + "SG-02", rules(VSW, rule(source="100.104.228.128/26")),
         rules(VSW, rule(source="100.64.0.0/10")))
    pair("sg02-all-but-one", fail + "SG-02",
         rules(VSW, rule(source="100.104.0.0-100.104.255.254")),
         rules(VSW, rule(source="100.104.0.0-100.104.255.255", protocol="ALL", ports="-1/-1")))
    pair("sg02-two-groups", fail + "SG-02",
         both(rules(VSW, rule(source="100.104.0.0/17")), pooled("100.104.128.0/18")),
         both(rules(VSW, rule(source="100.104.0.0/17")), pooled("100.104.128.0/17")))


def pooled(source):
    """A second group at the same interface."""
    def change(built):
        built["groups"]["groups"].append(group("sg-two", [rule(source=source)]))
        built["groups"]["interfaces"][0]["groups"].append("sg-two")
    return change


def near():
    fail = "not-ready "
    pair("sg03-port-80-alone", fail + "SG-03", rules(VSW, rule(ports="80/80")),
         rules(VSW, rule(ports="80/443")))
    pair("sg03-port-list-lacks-it", fail + "SG-03",
         both(rules(VSW, rule(ports=None, port_list="prl-a")), port_list("80/80", "22/22")),
         both(rules(VSW, rule(ports=None, port_list="prl-a")), port_list("80/80", "443/443")))
    pair("sg03-after-redirect", fail + "SG-03", both(plain(), redirect(), rules(
        rule(ports="80/80", source="0.0.0.0/0"))), both(plain(), redirect(), rules(
            rule(ports="80/80", source="0.0.0.0/0"), *every())))
    pair("sg03-source-port", fail + "SG-03", rules(VSW, rule(source_ports="443/443")),
         rules(VSW, rule(source_ports="1/65535")))
    pair("sg04-icmp-for-the-range", fail + "SG-04",
         rules(VSW, rule(protocol="ICMP", ports="-1/-1")),
         rules(VSW, rule(protocol="ALL", ports="-1/-1")))
    pair("sg04-ping-alone", fail + "SG-04",
         rules(rule(protocol="icmp", ports="-1/-1", source="0.0.0.0/0"), VSW, keep=False),
         rules(rule(protocol="all", ports="-1/-1", source="0.0.0.0/0"), keep=False))
    pair("sg05-outbound", fail + "SG-05",
         rules(VSW, rule(direction="egress", source=None, destination=RANGE)))
    pair("sg06-drop-by-priority", fail + "SG-06",
         rules(*every(priority="10"), rule(id="sgr-d", policy="Drop", protocol="ALL",
                                           ports="-1/-1", source="100.64.0.0/10")),
         rules(*every(priority="10"), rule(id="sgr-d", policy="Drop", protocol="ALL",
                                           ports="-1/-1", source="100.64.0.0/10",
                                           priority="11")))
    pair("sg06-tie", fail + "SG-02 SG-06",
         rules(*every(), rule(id="sgr-d", policy="Drop", source="100.104.7.0/24")),
         rules(*every(), rule(id="sgr-d", policy="Drop", source="100.104.7.0/24",
                              ports="80/80")))
    pair("sg06-drop-in-another-group", fail + "SG-06 SG-10", both(rules(*every(priority="5")),
                                                            dropping("4")),
         both(rules(*every(priority="5")), dropping("110")))
    pair("sg07-group-not-attached", fail + "SG-07", both(rules(VSW), elsewhere(False)),
         both(rules(VSW), elsewhere(True)))
    pair("sg07-secondary-interface", fail + "SG-07",
         both(rules(VSW), elsewhere(False, "eni-two")), both(rules(VSW), elsewhere(True)))


def port_list(*ports):
    def change(built):
        built["groups"]["port_lists"] = [listed("prl-a", *ports, family=None)]
    return change


def plain():
    def change(built):
        built["plan"]["gitlab"]["url"] = "http://gitlab.corp.example"
        built["plan"]["link"]["vswitch_cidr"] = None
    return change


def redirect():
    """The ladder was climbed: http led to https."""
    def change(built):
        start, end = "http://gitlab.corp.example/", "https://gitlab.corp.example/"
        row = {"url": start, "purpose": "gitlab", "root": start, "root_purpose": "gitlab",
               "found_in": None, "scheme": "http", "host": "gitlab.corp.example", "port": 80,
               "literal": False, "refused": None}
        built["endpoints"] = section(
            source={"asked": None, "binding": "default", "dev": None, "address": None,
                    "error": None},
            proxy_variables=[], trust_variables=[], trust=None, cacert=False, deep=False,
            name_servers=[], limits=["time"], names=[], targets=[row, {
                **row, "url": end, "purpose": "redirect", "scheme": "https", "port": 443,
                "found_in": "Location of 301"}],
            attempts=[], hops=[], exchanges=[], gitlab=[], maven=[], registry=[], experiments=[])
    return change


def dropping(priority):
    def change(built):
        built["groups"]["groups"].append(group("sg-two", [rule(
            id="sgr-d", policy="drop", protocol="all", ports="-1/-1", source="0.0.0.0/0",
            priority=priority)]))
        built["groups"]["interfaces"][0]["groups"].append("sg-two")
    return change


def elsewhere(attached, other=None):
    def change(built):
        built["groups"]["groups"].append(group("sg-two", [rule()]))
        if attached:
            built["groups"]["interfaces"][0]["groups"].append("sg-two")
        if other:
            built["groups"]["interfaces"].append(interface(
                other, "172.20.5.11", ["sg-two"], type="Secondary"))
    return change


def sources():
    fail = "not-ready "
    pair("sg08-source-is-a-group", fail + "SG-08",
         rules(VSW, rule(source=None, source_group="sg-managed")))
    pair("sg08-in-an-advanced-group", fail + "SG-08",
         both(rules(VSW, rule(source=None, source_group="sg-managed"), out(), type="enterprise",
                    inner_policy="Drop")),
         rules(*every(), out(), type="enterprise", inner_policy="Drop"))
    pair("sg09-advanced-without-a-rule", fail + "SG-01 SG-09",
         rules(VSW, out(), type="enterprise", inner_policy="Drop"),
         rules(*every(), out(), type="enterprise", inner_policy="Drop"))
    pair("sg09-webhooks-stay-inside", "undetermined SG-09",
         rules(*every(), type="enterprise", inner_policy="Drop"),
         rules(*every(), out(), type="enterprise", inner_policy="Drop"))
    pair("sg10-vswitch-left-out", "undetermined SG-10", rules(rule()))
    pair("sg10-half-of-the-vswitch", "undetermined SG-10",
         rules(rule(), rule(id="sgr-2", source="192.168.1.0/25")),
         rules(rule(), rule(id="sgr-2", source="192.168.0.0/16")))
    pair("sg11-list-is-stale", fail + "SG-02 SG-11", prefixes("100.104.0.0/17"),
         prefixes("100.104.0.0/17", "100.104.128.0/17"))
    pair("sg11-list-of-something-else", fail + "SG-11", prefixes("10.0.0.0/8"), prefixes(RANGE))
    pair("sg11-list-is-empty", fail + "SG-11", prefixes(), prefixes("0.0.0.0/0"))
    pair("sg11-list-of-ipv6", fail + "SG-11", prefixes("2001:db8::/32", family="IPv6"),
         prefixes(RANGE))
    pair("sg14-managed-group-lacks-maven", fail + "SG-14", managed(GITLAB_IP),
         managed(GITLAB_IP, MAVEN_IP))
    pair("sg19-network-balancer", fail + "SG-19", balanced_interface(VSW),
         balanced_interface(*every()))
    pair("sg19-groups-of-the-interface", fail + "SG-19", nlb(True, VSW), nlb(False, VSW))
    pair("sg19-half-of-it", fail + "SG-02 SG-19",
         balanced_interface(VSW, rule(source="100.104.0.0/17")), balanced_interface(*every()))


def out():
    return rule(id="sgr-out", direction="egress", source=None, destination="0.0.0.0/0")


def prefixes(*entries, family="IPv4"):
    def change(built):
        rules(VSW, rule(source=None, source_list="pl-a"))(built)
        built["groups"]["prefix_lists"] = [listed("pl-a", *entries, family=family)]
    return change


def managed(*addresses):
    """The link stands: the registry's interface on its vSwitch, and its group."""
    def change(built):
        built["groups"]["groups"].append(group("sg-managed", [
            rule(id=None, direction="egress", source=None, destination=f"{address}/32",
                 protocol="ALL", ports="-1/-1") for address in addresses],
            type="enterprise", inner_policy="Drop", service_managed=True))
        built["groups"]["interfaces"].append(interface(
            "eni-acr", "192.168.1.77", ["sg-managed"], vswitch_id="vsw-link", instance_id=None,
            service_managed=True))
    return change


def balanced_interface(*made):
    def change(built):
        rules(*made)(built)
        built["groups"]["interfaces"][0].update(service_managed=True, instance_id=None)
    return change


def nlb(grouped, *made):
    """GitLab behind a network load balancer, with groups of its own or without."""
    def change(built):
        clb(listener())(built)
        built["groups"]["owners"][0]["interface"] = "eni-git"
        built["groups"]["interfaces"].append(interface(
            groups=["sg-git"] if grouped else [], service_managed=True, instance_id=None))
        rules(*made)(built)
        built["balancers"]["balancers"][0].update(kind="nlb", groups=["sg-git"] if grouped else [])
    return change


def acls():
    fail = "not-ready "
    pair("sg15-no-way-out", fail + "SG-15", guarded(egress=[]), guarded())
    pair("sg15-ephemeral-ports-shut", fail + "SG-15",
         guarded(egress=[entry(protocol="tcp", ports="443/443")]),
         guarded(egress=[entry(protocol="tcp", ports="1024/65535")]))
    pair("sg15-some-ephemeral-ports", "undetermined SG-15",
         guarded(egress=[entry(protocol="tcp", ports="32768/60999")]),
         guarded(egress=[entry(protocol="tcp", ports="1/65535")]))
    pair("sg15-drop-comes-first", fail + "SG-15",
         guarded(egress=[entry(policy="drop", peer="100.64.0.0/10"), entry()]),
         guarded(egress=[entry(), entry(policy="drop", peer="100.64.0.0/10")]))
    pair("sg15-half-comes-in", fail + "SG-15",
         guarded(ingress=[entry(protocol="tcp", peer="100.104.0.0/17", ports="1/65535")]),
         guarded(ingress=[entry(protocol="tcp", peer=RANGE, ports="443/8081")]))
    pair("sg15-by-prefix-list", fail + "SG-15",
         guarded(egress=[entry(peer="pl-n")], prefix_lists=[listed("pl-n", "100.104.0.0/17")]),
         guarded(egress=[entry(peer="pl-n")], prefix_lists=[listed("pl-n", RANGE)]))
    pair("sg16-not-out-to-gitlab", fail + "SG-16",
         guarded("vsw-link", egress=[entry(policy="drop", peer=f"{GITLAB_IP}/32"), entry()]),
         guarded("vsw-link", egress=[entry(peer="172.20.0.0/16")]))
    pair("sg16-answers-not-in", fail + "SG-16",
         guarded("vsw-link", ingress=[entry(protocol="tcp", ports="1/1023")]),
         guarded("vsw-link", ingress=[entry(protocol="tcp", ports="1024/65535")]))


def expected(*addresses):
    """`verify`: the link was made, and this is what stands of it."""
    def change(built):
        built["link_expected"] = True
        if addresses:
            managed(*addresses)(built)
    return change


def living(status):
    return both(expected(GITLAB_IP, MAVEN_IP),
                lambda built: built["groups"]["interfaces"][-1].update(status=status))


def second(built):
    """Another interface of the same group works."""
    built["groups"]["interfaces"].append(interface(
        "eni-acr-2", "192.168.1.78", ["sg-managed"], vswitch_id="vsw-link", instance_id=None,
        service_managed=True))


def opened(policy):
    def change(built):
        built["groups"]["groups"][-1]["rules"].append(
            rule(id="sgr-in", policy=policy, source="0.0.0.0/0", ports="-1/-1"))
    return change


def made_links():
    fail, idle = "not-ready ", "undetermined CTL-12"
    pair("ctl12-interface-is-gone", fail + "CTL-12", expected(), expected(GITLAB_IP, MAVEN_IP))
    pair("ctl12-interface-of-another-product", fail + "CTL-12", expected("10.9.9.9"),
         expected("10.9.9.9", GITLAB_IP, MAVEN_IP))
    pair("ctl12-interface-of-nobody", idle, living("Available"), living("InUse"))
    pair("ctl12-interface-is-going", fail + "CTL-12", living("Detaching"), living("InUse"))
    pair("ctl12-group-lets-in", idle, both(living("InUse"), opened("Accept")),
         both(living("InUse"), opened("Drop")))
    pair("ctl13-interface-not-made", fail + "CTL-13", living("CreateFailed"),
         both(living("CreateFailed"), second))
    pair("ctl11-gitlab-has-moved", fail + "CTL-11", expected("172.20.5.99", MAVEN_IP),
         expected(GITLAB_IP, MAVEN_IP))


def guarded(vswitch="vsw-git", prefix_lists=(), **entries):
    def change(built):
        built["groups"]["acls"] = [acl("nacl-a", vswitch, **entries)]
        built["groups"]["prefix_lists"] = list(prefix_lists)
        for row in built["groups"]["guards"]:
            if row["vswitch_id"] == vswitch:
                row["acl"] = "nacl-a"
    return change


def listener(port=443, **more):
    return {"port": port, "protocol": "tcp", "status": "running", "control_state": "ok",
            "controlled": False, "entries": [], "health_state": "ok",
            "backends": [{"id": "i-git", "health": "normal", "port": 443}], **more}


def balancers():
    fail = "not-ready "
    pair("sg17-white-list", fail + "SG-17", clb(controlled("white", "10.0.0.0/8")),
         clb(controlled("white", "10.0.0.0/8", RANGE)))
    pair("sg17-half-a-white-list", fail + "SG-17", clb(controlled("white", "100.104.0.0/17")),
         clb(controlled("white", "100.104.0.0/17", "100.104.128.0/17")))
    # a list without entries lets everything through, one with entries of another family does not
    pair("sg17-white-list-of-another-family", fail + "SG-17",
         clb(controlled("white", "2001:db8::/32")), clb(controlled("white")))
    pair("sg17-black-list", fail + "SG-17", clb(controlled("black", "100.64.0.0/10")),
         clb(controlled("black", "100.64.0.0/13")))
    pair("sg18-all-backends-down", fail + "SG-18", clb(listener(backends=backends("abnormal"))),
         clb(listener(backends=backends("normal"))))
    pair("sg18-one-backend-down", "undetermined SG-18",
         clb(listener(backends=backends("normal", "abnormal"))),
         clb(listener(backends=backends("normal", "normal"))))
    pair("sg20-no-listener", fail + "SG-20", clb(listener(80)), clb(listener()))
    pair("sg20-only-udp", fail + "SG-20", clb(listener(protocol="udp")), clb(listener()))
    pair("sg20-listener-stopped", fail + "SG-20", clb(listener(status="stopped")),
         clb(listener(protocol="https")))
    pair("sg20-balancer-locked", fail + "SG-20", clb(listener(), business="FinancialLocked"),
         clb(listener(), business="Normal"))
    pair("sg20-range-of-ports-beside-it", fail + "SG-20", clb(listener(444, last=9000)),
         clb(listener(80, last=9000)))
    pair("sg20-balancer-inactive", fail + "SG-20", clb(listener(), status="inactive"),
         clb(listener(), status="active"))


def application_balancers():
    """Servers in groups: what is unknown of them is in tests/cloud/scenarios."""
    pair("sg18-application-balancer-down", "not-ready SG-18",
         alb(listener(backends=grouped("Unhealthy", "Unhealthy"))),
         alb(listener(backends=grouped("Healthy", "Healthy"))))


def grouped(*states):
    """A server in a group of its own for each state."""
    return [{"id": "i-0", "health": state, "port": 443, "group": f"sgp-{number}"}
            for number, state in enumerate(states)]


def alb(*listeners):
    """GitLab behind an application load balancer, whose interface lets all in."""
    def change(built):
        nlb(True, *every())(built)
        built["balancers"]["balancers"][0].update(kind="alb", listeners=list(listeners))
    return change


def backends(*states):
    return [{"id": f"i-{number}", "health": state, "port": 443}
            for number, state in enumerate(states)]


def controlled(kind, *entries):
    return listener(controlled=True, control=kind, entries=list(entries))


def clb(*listeners, status="active", **more):
    """GitLab behind a classic load balancer: no interface has its address."""
    def change(built):
        built["plan"]["gitlab"]["access"] = "slb"
        built["groups"]["owners"][0]["interface"] = None
        built["groups"]["interfaces"] = built["groups"]["interfaces"][1:]
        built["balancers"]["balancers"] = [{
            "id": LB, "kind": "clb", "status": status, "vpc_id": "vpc-a",
            "addresses": [GITLAB_IP], "groups": [], "listeners_state": "ok",
            "listeners": list(listeners), **more}]
    return change


if __name__ == "__main__":
    missing()
    near()
    sources()
    acls()
    balancers()
    application_balancers()
    made_links()
