# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of the way between the vSwitch and the service: what a machine on the vSwitch
with the cloud's answers, the host, and the data center's router saw of one world. One defect a file,
beside what looks like it. FILE.json holds a list of facts, FILE.expect what they are judged to be."""

import copy
import json
import pathlib

import cloud_world
import groups
import ladder
from paths import REFUSED, SILENT, dead, hop, moved, routers
from traces import traced
from world import facts, host, route, router, rule, section

FOLDER = pathlib.Path(__file__).resolve().parent / "ways"
SERVICE = "172.20.5.10"
RANGE, VSWITCH = "100.104.0.0/16", "192.168.1.0/24"
EDGE, UPLINK = ("172.20.5.1", "eth0"), ("10.0.12.1", "uplink0")
FIRST = dead(SILENT, [hop(1, "silent")])
LOST = "endpoint-connects blocked"


def machines(access="datacenter"):
    """All is well."""
    seen = cloud_world.world(access)
    seen["plan"]["link"].update(gitlab_ip=SERVICE, other_ips=[ladder.MAVEN_IP],
                                vswitch_cidr=VSWITCH)
    if access == "ecs":
        put_inside(seen)
    else:
        seen["network"]["routes"].append(cloud_world.route(
            cloud_world.TABLE, f"{ladder.MAVEN_IP}/32",
            cloud_world.hop("RouterInterface", "ri-vpc")))
    plan = ladder.plan()
    seen["plan"].update(gitlab=plan["gitlab"] | {"access": access}, maven=plan["maven"],
                        vantage="vswitch-host")
    seen["plan"].setdefault("datacenter", {})["by_vantage"] = {
        "gitlab-host": {"return_next_hop": EDGE[0]}, "idc-router": {"return_next_hop": UPLINK[0]}}
    made = {"vswitch": {**ladder.facts(copy.deepcopy(ladder.ladder())), **seen},
            "host": host(vswitch=VSWITCH, access=access)}
    made["vswitch"]["plan"]["from"] = "eth0"
    made["host"]["entries"] += [route(net, *EDGE) for net in (RANGE, VSWITCH)]
    if access == "datacenter":
        made["router"] = router(vswitch=VSWITCH)
        made["router"]["entries"] += [route(net, *UPLINK) for net in (RANGE, VSWITCH)]
    return made


def put_inside(seen):
    """GitLab and Maven are instances of the VPC, in a vSwitch of their own."""
    seen["groups"] = groups.world()["groups"]
    seen["groups"]["interfaces"][1]["groups"] = ["sg-git"]
    seen["groups"]["groups"].pop()
    seen["groups"]["guards"][1] = groups.guard(cloud_world.VSWITCH)
    seen["network"]["vpcs"][0]["secondary_cidrs"] = ["172.20.0.0/16"]
    seen["network"]["routes"].append(cloud_world.route(
        cloud_world.TABLE, "172.20.5.0/24", cloud_world.hop("local"), type="System"))


def write(name, expected, change=None, access="datacenter", without=()):
    made = machines(access)
    if change:
        change(made)
    rows = []
    for at, (kind, world) in enumerate(made.items()):
        if kind in without:
            continue
        row = world if kind == "vswitch" else facts(world)
        if "heard" in world:
            row["listeners"]["listeners"] = world["heard"]
        if "trace" in world:
            row["trace"] = world["trace"]
        row["plan"] = made["vswitch"]["plan"] | {"vantage": row["plan"]["vantage"]}
        row["host"] |= {"name": kind, "machine": f"{at + 1:016x}"}
        rows.append(row)
    FOLDER.mkdir(exist_ok=True)
    text = ",\n".join(json.dumps(row) for row in rows)
    (FOLDER / f"{name}.json").write_text(f"[\n{text}\n]\n")
    lines = [expected[0], *sorted(expected[1:])]
    (FOLDER / f"{name}.expect").write_text("\n".join(lines) + "\n")


def silent(*changes):
    def change(made):
        FIRST(made["vswitch"]["endpoints"])
        for one in changes:
            one(made)
    return change


def no_cloud_route(made):
    made["vswitch"]["network"]["routes"] = [
        row for row in made["vswitch"]["network"]["routes"]
        if row["destination"] != "172.20.0.0/16"]


def border_down(made):
    made["vswitch"]["transit"]["vbr_list"][0]["status"] = "terminated"


def both(*changes):
    def change(made):
        for one in changes:
            one(made)
    return change


def no_border_return(made):
    made["vswitch"]["transit"]["routes"] = [row for row in made["vswitch"]["transit"]["routes"]
                                            if row["destination"] != RANGE]


def take(machine, *nets):
    def change(made):
        made[machine]["entries"] = [row for row in made[machine]["entries"]
                                    if row["destination"] not in nets]
    return change


def planned(**more):
    def change(made):
        made["vswitch"]["plan"].update(more)
    return change


def refused(made):
    dead(REFUSED, routers(2) + [hop(3, "refused", SERVICE, reply_ttl=62)])(
        made["vswitch"]["endpoints"])


def denied(name):
    def change(made):
        made["vswitch"][name] = {"state": "denied", "note": "not permitted", "took_ms": 1}
    return change


def by_circuit():
    narrowed = "endpoint-connects vswitch edge-host host-edge edge-vbr"
    write("healthy", ["ready"])
    write("vswitch-vbr", ["not-ready CLD-04", "vpc-route-to-service vswitch vswitch-vbr", LOST],
          silent(no_cloud_route))
    write("vbr-edge", ["not-ready EC-11", "border-router-up vswitch vbr-edge edge-vbr", LOST],
          silent(border_down))
    write("edge-host", ["not-ready EC-01 EC-05", narrowed], silent())
    write("host-edge", ["not-ready RT-08", "return-next-hop host host-edge", LOST],
          silent(take("host", RANGE, VSWITCH)))
    write("edge-vbr", ["not-ready EC-01", "return-route-present router edge-vbr", LOST],
          silent(take("router", RANGE, VSWITCH)))
    write("vbr-vswitch", ["not-ready CLD-01", "border-return-route vswitch vbr-vswitch"],
          no_border_return)


def alike():
    """What must not be taken for the same."""
    narrowed = "endpoint-connects vswitch edge-host host-edge edge-vbr"
    # answers to the vSwitch come home: the silence has another reason
    write("range-lost-beside-silence", ["not-ready EC-01 EC-05 RT-08", narrowed,
                                        "return-next-hop host host-edge"],
          silent(take("host", RANGE)))
    write("source-elsewhere", ["not-ready CLD-04 EC-01 EC-05 EC-11 MET-01",
                               "border-router-up vswitch vbr-edge edge-vbr",
                               "endpoint-connects vswitch vswitch-vbr vbr-edge edge-host host-edge "
                               "edge-vbr"],
          silent(border_down, lambda made: moved("192.168.9.5")(made["vswitch"]["endpoints"])))
    write("accepted-and-silent", ["not-ready EC-01 EC-05 EC-11",
                                  "border-router-up vswitch vbr-edge edge-vbr",
                                  "endpoint-connects vswitch vbr-edge edge-host host-edge edge-vbr"],
          silent(border_down, planned(accept=[{"code": "border-router-up",
                                               "reason": "the page is wrong"}])))
    write("routes-denied", ["not-ready CLD-04 EC-01 EC-05",
                            "endpoint-connects vswitch vswitch-vbr edge-host host-edge edge-vbr"],
          silent(denied("network")))
    write("no-router", ["not-ready EC-01 EC-05", narrowed], silent(), without=("router",))
    write("no-host-no-router", ["not-ready EC-01 EC-05", narrowed.replace("vswitch", "-", 1)],
          silent(), without=("router", "host"))
    write("nobody-listens", ["not-ready HOST-10", "listener-answers host edge-host", LOST], both(
        refused, lambda made: made.update(host=made["host"] | {"heard": []})))
    write("refused-on-the-way", ["not-ready HOST-10", "endpoint-connects vswitch edge-host"],
          refused)
    write("range-lost-alone", ["not-ready RT-08", "return-next-hop host host-edge"],
          take("host", RANGE))


def trace(*senders):
    def change(made):
        made["host"]["trace"] = section(traces=[traced(*senders)])
    return change


def by_trace():
    """No facts of the router: a trace of the host stands for them, or says what is wrong."""
    def write_traced(name, expected, *senders):
        write(name, expected, trace(*senders), without=("router",))
    write("untraced", ["ready"], without=("router",))
    write_traced("traced", ["ready"], EDGE[0], UPLINK[0], None)
    write_traced("traced-silence-behind-the-router", ["ready"], EDGE[0], None)
    write_traced("traced-circle", ["not-ready EC-01 EC-02"], *[EDGE[0], "172.20.9.1"] * 10)


def group_rules(*rules):
    def change(made):
        made["vswitch"]["groups"]["groups"][0]["rules"] = list(rules) + groups.usual()
    return change


def acl_keeps_in(made):
    seen = made["vswitch"]["groups"]
    seen["guards"][1] = groups.guard(cloud_world.VSWITCH, "nacl-a")
    seen["acls"] = [groups.acl("nacl-a", cloud_world.VSWITCH, egress=[])]


def groups_unread(made):
    made["vswitch"]["groups"]["groups"][0].update(state="denied", rules=[])


def inside():
    """GitLab is an instance of the VPC: no circuit."""
    def ecs(name, expected, change=None, **more):
        write(f"inside-{name}", expected, change, "ecs", **more)
    admitted = groups.every()
    ecs("healthy", ["ready"])
    ecs("acl-keeps-in", ["not-ready SG-16", "network-acl-lets-out vswitch vswitch-host", LOST],
        silent(acl_keeps_in))
    ecs("group-lacks-port", ["not-ready SG-03 SG-10",
                             "security-groups-admit-range vswitch vswitch-host",
                             "security-groups-admit-vswitch vswitch vswitch-host", LOST],
        silent(group_rules(*groups.every("80/80"))))
    # the range alone is refused, which nobody sees from the vSwitch
    ecs("group-lacks-range", ["not-ready SG-01",
                              "security-groups-admit-range vswitch vswitch-host"],
        group_rules(admitted[1]))
    ecs("group-lacks-range-and-silence",
        ["not-ready SG-01", "security-groups-admit-range vswitch vswitch-host",
         "endpoint-connects vswitch vswitch-host"], silent(group_rules(admitted[1])))
    ecs("group-lacks-vswitch",
        ["not-ready SG-01 SG-10", "security-groups-admit-vswitch vswitch vswitch-host",
         "endpoint-connects vswitch vswitch-host"], silent(group_rules(admitted[0])))
    ecs("host-loses-it", ["not-ready RT-08 RT-15", "return-interface host host-vswitch",
                           "return-next-hop host host-vswitch", LOST],
        silent(take("host", VSWITCH, RANGE)))
    # alone the list of the vSwitch rules one cause out; the host tells what it was
    ecs("groups-denied-and-host-loses-it", ["not-ready RT-08 RT-15",
                                            "return-interface host host-vswitch",
                                            "return-next-hop host host-vswitch", LOST],
        silent(take("host", VSWITCH, RANGE), groups_unread))
    # groups and lists let it pass, and the host was not looked at: what is named stays named
    ecs("silence-alone", ["not-ready SG-01 SG-16", "endpoint-connects vswitch vswitch-host"],
        silent())


def main():
    by_circuit()
    inside()
    alike()
    by_trace()


main()
