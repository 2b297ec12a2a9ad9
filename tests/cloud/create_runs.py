# SPDX-License-Identifier: Apache-2.0
"""
Runs of `create` against a server that fails before or after a link was made, loses answers and is
late, with runs that are killed at a random moment and runs that are two at once. Whatever happens
there is never a second link, and the next runs end with exactly one.

usage: create_runs.py PROGRAM [ROUNDS [SEED]]
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

from server import Server
from world import load

LIMIT_S = 60
CREATE, LIST = "CreateBuildLink", "ListBuildLinks"
LINK = {"instance_id": "cri-bp1build", "vpc_id": "vpc-bp1main", "vswitch_id": "vsw-bp1link",
        "gitlab_ip": "192.168.2.10", "other_ips": ["192.168.2.20"]}
QUERY = {"InstanceId": "{instance_id}", "VpcId": "{vpc_id}", "VSwitchId": "{vswitch_id}",
         "GitLabIp": "{gitlab_ip}", "OtherIps": "{other_ips}"}
CREATE_CALL = {"action": CREATE, "query": QUERY}
LIST_CALL = {"action": LIST, "query": {"InstanceId": "{instance_id}"},
             "match": {"VSwitchId": "{vswitch_id}"}}
# the same in style ROA: told by path and method, the values in a JSON body with its types
ROUTES = {"create": ["PUT", "/instances/{InstanceId}/links"],
          "list": ["GET", "/instances/{InstanceId}/links"]}
ROA = {"style": "ROA", "path": "/instances/{instance_id}/links"}
ROA_CREATE = {**ROA, "action": CREATE, "method": "PUT", "query": {"Force": False}, "body": {
    "GitLabIp": "{gitlab_ip}", "OtherIps": ["{other_ips}"], "Purge": False, "Ports": [443, 80],
    "Network": {"VpcId": "{vpc_id}", "VSwitchId": "{vswitch_id}"}}}
ROA_LIST = {**ROA, "action": LIST, "method": "GET", "match": {"VSwitchId": "{vswitch_id}"}}
KINDS = ["listed", "unlisted", "registry", "roa"]
ADDED, THERE, UNCLEAR, FAILED = "created", "already-there", "unclear", "failed"
# faults of the call that makes the link, and whether it takes effect all the same
FAULTS = {
    "none": None,
    "error": {"status": 500, "code": "InternalError"},
    "error-made": {"status": 500, "code": "InternalError", "committed": True},
    "unavailable": {"status": 503, "code": "ServiceUnavailable"},
    "refused": {"status": 400, "code": "InvalidParameter"},
    "throttled": {"status": 429, "code": "Throttling.User"},
    "lost": {"cut": 0},
    "cut": {"cut": 40},
    "late": {"late_ms": 700},
}


class Wrong(Exception):
    """What must never happen."""


def environment(server, home):
    """All that the program is told: the first key that the server knows."""
    key, row = next(iter(server.gateway.world["keys"].items()))
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(home), "LC_ALL": "C",
            "ALIBABA_CLOUD_ACCESS_KEY_ID": key,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": row["secret"]}


def report(program, plan, given, command, *more):
    """(exit status, report) of one run in the folder of the plan, as from a host of the vSwitch."""
    done = subprocess.run(
        [program, command, "-j", "--plan", str(plan), "--vantage", "vswitch-host", *more],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT_S, check=False,
        cwd=plan.parent, env=given)
    if given["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] in done.stdout + done.stderr:
        raise Wrong(f"{command}: a secret is in the answer")
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError as error:
        raise Wrong(f"{command}: exit {done.returncode}: {done.stderr.strip()}") from error


class Scene:
    """One server, one user's folder, one plan."""

    def __init__(self, program, folder, chance):
        self.program, self.folder, self.chance = program, pathlib.Path(folder), chance
        self.runs = 0
        self.kind = chance.choice(KINDS)
        self.fault = chance.choice(sorted(FAULTS))
        world = load("ecs")
        world["source_link"] = {"create": CREATE, "list": LIST}
        if self.kind == "roa":
            world["source_link"]["routes"] = ROUTES
        world["registry"]["cri-bp1build"]["vpc"]["Registry"]["LinkedVpcs"] = []
        self.operation = ("CreateInstanceVpcEndpointLinkedVpc" if self.kind == "registry"
                          else CREATE)
        if FAULTS[self.fault]:
            world["faults"] = [{"action": self.operation, "times": chance.choice([1, 1, 2]),
                                **FAULTS[self.fault]}]
        self.server = Server(world, "0.0.0.0")
        plan = {"schema": "reachback.plan/1", "region": "cn-hangzhou", "link": LINK,
                "endpoints": self.server.endpoints()}
        if self.kind != "registry":
            plan["create_call"] = ROA_CREATE if self.kind == "roa" else CREATE_CALL
        if self.kind in ("listed", "roa"):
            plan["list_call"] = ROA_LIST if self.kind == "roa" else LIST_CALL
        self.plan = self.folder / "plan.json"
        self.plan.write_text(json.dumps(plan))

    def links(self):
        world = self.server.gateway.world
        if self.kind == "registry":
            return sum(len(module["LinkedVpcs"]) for module
                       in world["registry"]["cri-bp1build"]["vpc"].values())
        return len(world["source_links"])

    def environment(self):
        return environment(self.server, self.folder)

    def report(self, command, *more):
        return report(self.program, self.plan, self.environment(), command, *more)

    def start(self, *more):
        kind = "registry" if self.kind == "registry" else "source"
        return subprocess.Popen(
            [self.program, "create", "-j", "--plan", str(self.plan), "--kind", kind, "--yes",
             "--wait", "1", "--override", "the gate has tests of its own", *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment())

    def end(self, run, alone=True):
        """What the run said; of one among others it is not known whose the link is."""
        self.runs += 1
        try:
            out, err = run.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired as error:
            run.kill()
            raise Wrong(f"no end within {LIMIT_S} s") from error
        if self.links() > 1:
            raise Wrong(f"{self.links()} links")
        if run.returncode < 0:
            return None
        try:
            outcome = json.loads(out)["create"]["outcome"]
        except (ValueError, KeyError) as error:
            raise Wrong(f"exit {run.returncode}, no report ({error}): {err.strip()}") from error
        expected = {ADDED: 0, THERE: 0, UNCLEAR: 3, FAILED: 2}.get(outcome)
        if run.returncode != expected:
            raise Wrong(f"{outcome} with status {run.returncode}")
        if outcome in (ADDED, THERE) and self.links() != 1:
            raise Wrong(f"{outcome}, and there are {self.links()} links")
        if alone and outcome == FAILED and self.links() != 0:
            raise Wrong("failed, and there is a link")
        return outcome

    def first(self):
        """The run to which something happens."""
        how = self.chance.choice(["run", "kill", "kill", "two"])
        if how == "two":
            runs = [self.start(), self.start()]
            return how, [self.end(run, alone=False) for run in runs]
        run = self.start()
        if how == "kill":
            time.sleep(self.chance.uniform(0, 1.2))
            run.send_signal(signal.SIGKILL)
        return how, [self.end(run)]

    def converge(self):
        """Later runs, as a user would make them; who is asked to settle looks at the console."""
        said = []
        for _ in range(5):
            more = []
            if said and said[-1] == UNCLEAR and self.kind == "unlisted":
                more = ["--settle", "made" if self.links() else "not-made"]
            said.append(self.end(self.start(*more)))
            if said[-1] in (ADDED, THERE):
                break
        else:
            raise Wrong(f"no end: {said}")
        said.append(self.end(self.start()))
        if said[-1] != THERE or self.links() != 1:
            raise Wrong(f"not settled: {said}")
        return said

    def check_calls(self):
        """The call was made, and of no call does the server say that a gateway would refuse it."""
        calls = [call for call in self.server.gateway.journal if call.action == self.operation]
        if not calls:
            raise Wrong("nothing was called")
        complaints = [words for call in self.server.gateway.journal for words in call.complaints]
        if complaints:
            raise Wrong(f"the server complains: {complaints[0]}")


def one(program, number, seed):
    chance = random.Random(f"{seed}.{number}")
    with tempfile.TemporaryDirectory() as folder:
        for journal in pathlib.Path("/var/lib/reachback").glob("*"):
            journal.unlink()
        scene = Scene(program, folder, chance)
        said = ""
        try:
            said = scene.first()
            later = scene.converge()
            scene.check_calls()
        except Wrong as error:
            return scene.runs, f"round {number} ({scene.kind}, {scene.fault}, {said}): {error}"
        finally:
            scene.server.close()
    if os.environ.get("VERBOSE"):
        print(number, scene.kind, scene.fault, said, later, flush=True)
    return scene.runs, None


def tell(name, said, wrong):
    """What went wrong, then the line of the test; its exit status."""
    for words in wrong:
        print(f"  {words}", file=sys.stderr)
    print(f"{'FAIL' if wrong else 'ok'} cloud {name}: {said}")
    return 1 if wrong else 0


def main():
    program = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    if rounds < 1:
        print(f"FAIL cloud create: {rounds} rounds show nothing")
        return 1
    seed = sys.argv[3] if len(sys.argv) > 3 else str(int(time.time()))
    ended = [one(program, number, seed) for number in range(rounds)]
    wrong = [words for _, words in ended if words]
    return tell("create", f"{sum(runs for runs, _ in ended)} runs in {rounds} rounds with seed "
                f"{seed}, {len(wrong)} rounds wrong", wrong)


if __name__ == "__main__":
    sys.exit(main())
