# SPDX-License-Identifier: Apache-2.0
"""
The whole path of one link, with nothing overridden: real GitLab, Maven and routers in namespaces
(tests/endpoints), the API server on the vSwitch's host. Facts of the GitLab host and of the data
center's router are collected there; then a plan that fails at the gate, mended, previewed, created,
found again and verified. Prints a line a step.

usage: whole_path.py RELEASE_FOLDER
"""

import importlib.util
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

from create_runs import CREATE, CREATE_CALL, LIST, LIST_CALL, Wrong, environment, report
from server import Server
from world import load

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_S = 120
REPLY = "100.104.0.0/16 Custom RouterInterface ri-bp1vbr"
CLOUD = {
    "region": "cn-hangzhou",
    "link": {"instance_id": "cri-bp1build", "vpc_id": "vpc-bp1main", "vswitch_id": "vsw-bp1link"},
    "datacenter": {"cidrs": ["172.20.0.0/16"], "vbr_id": "vbr-bp1idc", "by_vantage": {
        "gitlab-host": {"return_next_hop": "172.20.5.1"},
        "idc-router": {"return_next_hop": "10.0.1.1"}}},
    "create_call": CREATE_CALL,
    "list_call": LIST_CALL,
}


GITLAB, MAVEN = "172.20.5.10:443", "172.20.5.20:443"
MACHINES = {  # facts collected there, and for which services
    "git1": ("gl", "gitlab-host", GITLAB),
    "maven": ("mvn", "gitlab-host", MAVEN),
    "router": ("idcr", "idc-router", GITLAB, MAVEN),
}


class Path:
    """On the vSwitch's host, where the server is, too."""

    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)
        world = load("datacenter")
        world["source_link"] = {"create": CREATE, "list": LIST}
        self.server = Server(world, "0.0.0.0")
        self.routes = self.server.gateway.world["route_tables"]["vtb-bp1vbr"]["routes"]
        self.plan = self.folder / "plan.json"
        plan = json.loads(self.plan.read_text())
        plan["endpoints"] = self.server.endpoints()
        self.plan.write_text(json.dumps(plan))

    @property
    def links(self):
        return len(self.server.gateway.world["source_links"])

    def step(self, what, command, wanted, *more):
        """`wanted`: exit status, outcome or verdict, causes of what fails, links then."""
        status, answer = report(self.program, self.plan, environment(self.server, self.folder),
                                command, *more)
        failed = sorted({cause for row in answer["findings"] if row["status"] == "fail"
                         for cause in row["causes"]})
        came = answer["create"]["outcome"] if "create" in answer else answer["verdict"]
        got = (status, came, failed, self.links)
        print(f"  {what}: {shlex.join([command, *more])}: {came}"
              f"{''.join(f' {cause}' for cause in failed)}, exit {status}, links {self.links}",
              flush=True)
        if got != wanted:
            open_rows = [f"{row['code']} {row['status']}: {row['message']}"
                         for row in answer["findings"] if row["status"] in ("fail", "unknown")]
            missing = [row["needs"] for row in answer["gate"]["missing"]]
            raise Wrong(f"{what}: {got}, not {wanted}; {open_rows}; missing {missing}")


def inside(program, folder):
    path = Path(program, folder)
    hosts = ("--facts", "git1.json", "--facts", "maven.json")
    facts = (*hosts, "--facts", "router.json")
    try:
        path.routes.remove(REPLY)
        path.step("a plan that fails", "create", (2, "refused", ["CLD-01"], 0), *facts, "--yes")
        path.routes.append(REPLY)
        path.step("mended, previewed", "create", (0, "dry-run", [], 0), *facts, "--dry-run")
        path.step("without the router's facts", "create", (3, "refused", [], 0), *hosts,
                  "--yes")
        path.step("created", "create", (0, "created", [], 1), *facts, "--yes", "--wait", "2")
        path.step("found again", "create", (0, "already-there", [], 1), *facts, "--yes")
        path.step("verified", "verify", (0, "ready", [], 1))
    finally:
        path.server.close()


def load_lab():
    """The lab of endpoints, whose file bears the name of the one here."""
    folder = HERE.parent / "endpoints"
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location("endpoints_lab", folder / "lab.py")
    lab = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lab)
    return lab


def outside(release):
    """Builds the world, collects on the two other machines, and goes on inside."""
    endpoints = load_lab()
    machine = endpoints.machine
    reason = endpoints.unusable()
    if reason:
        print(f"SKIP cloud path: {reason}")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        options = type("Options", (), {"scratch": scratch})()
        reason = endpoints.stage(options)
        if reason:
            raise Wrong(reason)
        plan = {**endpoints.PLAN, **CLOUD, "link": {**endpoints.PLAN["link"], **CLOUD["link"]}}
        del plan["vantage"]
        room = machine.Lab(
            pathlib.Path(scratch) / "lab", release / "tests", limit=LIMIT_S,
            sources=(HERE.parent / "lab" / "lab.sh", HERE.parent / "endpoints" / "world.sh",
                     HERE.parent / "endpoints" / "servers.sh"),
            more={"LAB_STAGE": str(options.stage), "LAB_CODE": str(HERE.parent / "endpoints"),
                  "LAB_TOKEN": endpoints.TOKEN, "LAB_SIGNATURE": endpoints.SIGNATURE})
        room.stage = options.stage
        try:
            (room.folder / "token").write_text(endpoints.TOKEN + "\n")
            (room.folder / "plan.json").write_text(endpoints.filled(json.dumps(plan), room))
            program = release / "reachback"
            room.run("world_up\nallow 172.20.5.10 172.20.5.20")
            for name, (host, vantage, *services) in MACHINES.items():
                more = [word for service in services for word in ("--service", service)]
                room.run(shlex.join(["ip", "netns", "exec", host, str(program), "collect",
                                     "--plan", f"{room.folder}/plan.json", "--vantage", vantage,
                                     "--no-cloud", *more]) + f" >{room.folder}/{name}.json")
            status, out, err = room.attempt(
                "mount -t tmpfs none /var/lib\n" + shlex.join(
                    ["ip", "netns", "exec", "vsw", sys.executable, "-B",
                     str(HERE / "whole_path.py"), str(release), str(room.folder)]))
        finally:
            room.close()
    print(out, end="")
    if status:
        raise Wrong(err.strip()[-2000:])
    return 0


def main():
    release = pathlib.Path(sys.argv[1]).resolve()
    try:
        if len(sys.argv) > 2:
            inside(str(release / "reachback"), sys.argv[2])
            return 0
        status = outside(release)
    except Wrong as error:
        if len(sys.argv) > 2:
            print(error, file=sys.stderr)
        else:
            print(f"FAIL cloud path: {error}")
        return 1
    print("ok cloud path")
    return status


if __name__ == "__main__":
    sys.exit(main())
