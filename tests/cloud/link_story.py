# SPDX-License-Identifier: Apache-2.0
"""
One link from its making to its end: previewed, refused by the gate, made, found again, verified,
and missed once a clean-up job has taken its interface or GitLab has moved. Prints a line a step:
what was asked, what came of it, the exit status, and how many links the server holds then.

usage: link_story.py PROGRAM
"""

import json
import os
import pathlib
import pty
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

from create_runs import CREATE, LIST, ROA_CREATE, Scene, Wrong


def undisturbed(program, folder, kind):
    """A scene of that kind of link, without a fault."""
    chance = random.Random(0)
    chance.choice = lambda words: kind if kind in words else "none"
    return Scene(program, folder, chance)


def expect(what, got, wanted):
    if got != wanted:
        raise Wrong(f"{what}: {got}, not {wanted}")


def step(scene, what, asked, got, wanted):
    """Tells one step; `got` is its exit status and what else came."""
    status, *came = got
    print(f"  {what}: {asked}: {', '.join([*came, f'exit {status}', f'links {scene.links()}'])}",
          flush=True)
    expect(what, got, wanted)


def asked(scene, what, answer, wanted):
    """The question is answered at a terminal; None: there is none."""
    master, slave = pty.openpty()
    run = subprocess.Popen(
        [scene.program, "create", "-q", "--plan", str(scene.plan), "--vantage", "vswitch-host",
         "--wait", "1", "--override", "ticket 7"],
        stdin=subprocess.DEVNULL if answer is None else slave, stdout=subprocess.DEVNULL,
        stderr=slave, env=scene.environment())
    os.close(slave)
    if answer is not None:
        os.write(master, answer.encode() + b"\n")
    try:
        said = f"and {answer} at the terminal" if answer else "and no terminal"
        step(scene, what, f"create {said}", (run.wait(timeout=60),), (wanted,))
    finally:
        os.close(master)


def created(scene, what, wanted, *more):
    status, answer = scene.report("create", "--wait", "1", *more)
    step(scene, what, shlex.join(["create", *more]), (status, answer["create"]["outcome"]), wanted)
    return answer["create"]


def stands(scene, what, *wanted):
    """What verify says of the link: its status, and with it the exit status, and causes."""
    status, answer = scene.report("verify")
    found = [one for one in answer["findings"] if one["code"] == "link-stands"]
    expect("findings of link-stands", len(found), 1)
    bound = [one["status"] for one in answer["findings"] if one["code"] == "link-bound"]
    expect("link-bound", bound, ["unknown"])
    failed = {cause for one in answer["findings"] if one["status"] == "fail"
              for cause in one["causes"]}
    expect("a link that is not right named by its group, too", "SG-14" in failed, False)
    step(scene, what, "verify", (status, found[0]["status"], *found[0]["causes"]), wanted)


def story(program, folder):
    scene = undisturbed(program, folder, "unlisted")
    world, override = scene.server.gateway.world, ("--override", "ticket 7")
    try:
        created(scene, "refused by the gate", (3, "refused"), "--yes")
        created(scene, "previewed", (0, "dry-run"), "--dry-run", *override)
        asked(scene, "nobody to ask", None, 64)
        asked(scene, "declined", "y", 3)
        expect("links so far", scene.links(), 0)
        stands(scene, "no link", 2, "fail", "CTL-12")
        asked(scene, "made", "yes", 0)
        expect("links", scene.links(), 1)
        created(scene, "found again", (0, "already-there"), "--yes", *override)
        expect("links", scene.links(), 1)
        stands(scene, "verified", 0, "pass")
        managed = next(name for name in world["security_groups"] if "managed" in name)
        rules = world["security_groups"][managed]["rules"]
        world["security_groups"][managed]["rules"] = [
            rule.replace("192.168.2.10/32", "192.168.2.99/32") for rule in rules]
        stands(scene, "GitLab has moved", 2, "fail", "CTL-11")
        world["security_groups"][managed]["rules"] = rules
        stands(scene, "moved back", 0, "pass")
        for name in [name for name in world["enis"] if "managed" in name]:
            del world["enis"][name]
        stands(scene, "lost to a clean-up job", 2, "fail", "CTL-12")
        answer = created(scene, "made, and gone", (3, "unclear"), "--yes", *override)
        if "nothing of it shows" not in answer["message"]:
            raise Wrong(f"not explained: {answer['message']}")
        world["source_links"].clear()  # deleted in the console, as the remedy says
        created(scene, "settled", (0, "created"), "--yes", "--settle", "not-made", *override)
    finally:
        scene.server.close()


def unpublished(program, folder):
    """The plan describes an operation that the gateway does not know."""
    scene = undisturbed(program, folder, "listed")
    scene.server.gateway.world["source_link"]["create"] = "AnotherName"
    try:
        answer = created(scene, "an operation that is not there", (2, "failed"), "--yes",
                         "--override", "ticket 7")
        if "ActionTrail" not in answer["message"]:
            raise Wrong(f"not explained: {answer['message']}")
    finally:
        scene.server.close()


def registry(program, folder):
    """The registry's own link: of the module, without a record, polled until it runs."""
    scene = undisturbed(program, folder, "registry")
    arguments = ("--kind", "registry", "--module", "chart", "--no-dns-record", "--yes",
                 "--override", "ticket 7", "--wait", "2")
    try:
        answer = created(scene, "registry link", (0, "created"), *arguments)
        expect("its status", answer["link"]["status"], "RUNNING")
        expect("links", scene.links(), 1)
        calls = [call for call in scene.server.gateway.journal
                 if call.action == "CreateInstanceVpcEndpointLinkedVpc"]
        expect("calls", [(call.parameters["ModuleName"],
                          call.parameters["EnableCreateDNSRecordInPvzt"]) for call in calls],
               [("Chart", "false")])
        created(scene, "found again", (0, "already-there"), *arguments)
        module = scene.server.gateway.world["registry"]["cri-bp1build"]["vpc"]["Chart"]
        module["LinkedVpcs"].clear()
        answer = created(scene, "said to be made, and not listed", (3, "unclear"), *arguments,
                         "--settle", "made")
        if "not among" not in answer["message"]:
            raise Wrong(f"not explained: {answer['message']}")
    finally:
        scene.server.close()


def traceless(program, folder):
    """A dry run leaves nothing behind, and a link that was found is told by its names."""
    home = pathlib.Path("/var/lib/reachback")
    for kind in ("registry", "listed", "unlisted"):
        scene = undisturbed(program, folder, kind)
        say = ("--override", "ticket 7", "--kind",
               "registry" if kind == "registry" else "source")
        shutil.rmtree(home, ignore_errors=True)
        try:
            created(scene, f"{kind}: previewed", (0, "dry-run"), "--dry-run", *say)
            expect("left by a dry run", home.exists(), False)
            created(scene, f"{kind}: made", (0, "created"), "--yes", *say)
            shutil.rmtree(home)
            created(scene, f"{kind}: there", (0, "already-there"), "--dry-run", *say)
            expect("left by a dry run", home.exists(), False)
            created(scene, f"{kind}: found", (0, "already-there"), "--yes", *say)
            entry = json.loads(next(home.glob("*.json")).read_text())
            expect("names", [entry[key] for key in ("state", "kind", "instance_id", "vpc_id")],
                   ["made", say[-1], "cri-bp1build", "vpc-bp1main"])
            expect("a call that nobody made", "call" in entry, False)
            kept = [(path.name, path.read_bytes()) for path in sorted(home.iterdir())]
            created(scene, f"{kind}: settled", (0, "already-there"), "--dry-run", "--settle",
                    "not-made", *say)
            expect("what stood there", [(path.name, path.read_bytes()) for path
                                        in sorted(home.iterdir())], kept)
        finally:
            scene.server.close()


def elsewhere(program, folder):
    """The registry's link of this VPC stands on another vSwitch than the plan's."""
    scene = undisturbed(program, folder, "registry")
    say = ("--kind", "registry", "--override", "ticket 7")
    try:
        created(scene, "on the plan's vSwitch", (0, "created"), "--yes", *say)
        answer = created(scene, "found there", (0, "already-there"), "--yes", "--strict", *say)
        expect("its vSwitch", (answer["link"]["vswitch_id"], answer["link"]["elsewhere"]),
               ("vsw-bp1link", False))
        plan = json.loads(scene.plan.read_text())
        plan["link"]["vswitch_id"] = "vsw-bp1gitlab"
        scene.plan.write_text(json.dumps(plan))
        for more, status in (((), 0), (("--strict",), 1), (("--dry-run",), 0)):
            answer = created(scene, "on another", (status, "already-there"), "--yes", *say, *more)
            expect("links", scene.links(), 1)
            if "vsw-bp1link, not on vsw-bp1gitlab" not in answer["message"]:
                raise Wrong(f"not told: {answer['message']}")
            expect("its vSwitch", (answer["link"]["vswitch_id"], answer["link"]["elsewhere"]),
                   ("vsw-bp1link", True))
    finally:
        scene.server.close()


def unseen(program, folder):
    """What the journal says was made is not made again because a list does not show it."""
    good = {"Code": "success", "IsSuccess": True}
    silent = [answering(LIST, {**good, "Links": []}),
              answering("GetInstanceVpcEndpoint", {**good, "LinkedVpcs": []})]
    listless = [answering(LIST, good),
                answering("GetInstanceVpcEndpoint", {**good, "Domains": [{"Domain": "x"}]})]
    other = {"Links.VSwitchId": "{vswitch_id}"}
    for kind, what, faults, match in (
            ("listed", "late", silent, None), ("listed", "no list", listless, None),
            ("listed", "another field", [], other),
            ("listed", "another value", [], {"Status": "Running", "VSwitchId": "{vswitch_id}"}),
            ("registry", "late", silent, None), ("registry", "no list", listless, None)):
        for journal in pathlib.Path("/var/lib/reachback").glob("*"):
            journal.unlink()
        unseen_once(undisturbed(program, folder, kind), f"{kind}, {what}", faults, match)


def answering(action, reply):
    return {"action": action, "body": json.dumps(reply)}


def unseen_once(scene, what, faults, match):
    say = ("--yes", "--override", "ticket 7", "--kind",
           "registry" if scene.kind == "registry" else "source")
    lists = not what.endswith("no list")
    try:
        if match:
            plan = json.loads(scene.plan.read_text())
            plan["list_call"]["match"] = match
            scene.plan.write_text(json.dumps(plan))
        scene.server.gateway.world["faults"] = faults
        if not lists:
            created(scene, f"{what}: nothing is called", (3, "unclear"), *say)
            expect("links", scene.links(), 0)
        created(scene, f"{what}: made", (0, "created"), *say,
                *([] if lists else ["--settle", "not-made"]))
        for more in ((), (), ("--dry-run",)):
            answer = created(scene, f"{what}: again", (3, "unclear"), *say, *more)
            if "--settle" not in answer["message"]:
                raise Wrong(f"not explained: {answer['message']}")
            expect("links", scene.links(), 1)
        if match and "Links.VSwitchId" in match:
            for journal in pathlib.Path("/var/lib/reachback").glob("*"):
                journal.unlink()
            status, _ = refused(scene, *say)
            expect("a mistake of the plan that can be told", status, 64)
            expect("links", scene.links(), 1)
            return
        if match is None:
            scene.server.gateway.world["faults"] = []
            created(scene, f"{what}: shown later", (0, "already-there"), *say)
    finally:
        scene.server.close()


def refused(scene, *more):
    done = subprocess.run([scene.program, "create", "-j", "--plan", str(scene.plan), "--vantage",
                           "vswitch-host", *more], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, env=scene.environment(), check=False, timeout=60)
    return done.returncode, done.stderr


def slow(program, folder):
    """Looks take long and show nothing: --wait is held all the same."""
    scene = undisturbed(program, folder, "listed")
    scene.server.gateway.world["faults"] = [
        {"action": CREATE, "status": 500, "code": "InternalError"},
        {"action": LIST, "late_ms": 900}]
    started = time.monotonic()
    try:
        created(scene, "one look", (0, "dry-run"), "--dry-run", "--override", "ticket 7")
        least = time.monotonic() - started
        created(scene, "late answers", (3, "unclear"), "--yes", "--override", "ticket 7")
        waited = time.monotonic() - started - 2 * least
        if waited > 3.5:
            raise Wrong(f"waited for {waited:.1f} s, not for 1 and a look")
    finally:
        scene.server.close()


def left_out(program, folder):
    """The form of a plan that names no network: the metadata service tells this machine's own."""
    scene = undisturbed(program, folder, "unlisted")
    plan = json.loads(scene.plan.read_text())
    for key in ("create_call", "region"):
        del plan[key]
    plan["link"] = {key: value for key, value in plan["link"].items()
                    if key not in ("vpc_id", "vswitch_id")}
    scene.plan.write_text(json.dumps(plan))
    taken = [("region", "cn-hangzhou"), ("link.vpc_id", "vpc-bp1main"),
             ("link.vswitch_id", "vsw-bp1link"), ("link.vswitch_cidr", "192.168.1.0/24")]
    try:
        status, answer = scene.report("create", "--override", "ticket 7")
        step(scene, "the form", "create", (status, answer["create"]["outcome"]),
             (0, "form-printed"))
        form = answer["create"]["form"]
        expect("its network", (form["region"], form["vpc_id"], form["vswitch_id"]),
               ("cn-hangzhou", "vpc-bp1main", "vsw-bp1link"))
        expect("what it says of that", [(one["key"], one["value"]) for one in answer["defaults"]
                                        if one["source"] == "metadata"], taken)
        plan["link"]["vswitch_id"] = "vsw-bp1gitlab"
        scene.plan.write_text(json.dumps(plan))
        status, answer = scene.report("check")
        expect("another vSwitch is not this machine's",
               [one["key"] for one in answer["defaults"]], ["region"])
    finally:
        scene.server.close()


def by_path(program, folder):
    """The same by operations that are told by a path, with the values in a body of JSON."""
    scene, override = undisturbed(program, folder, "roa"), ("--override", "ticket 7")
    journal = scene.server.gateway.journal
    try:
        answer = created(scene, "style ROA, previewed", (0, "dry-run"), "--dry-run", *override)
        expect("the request's path", answer["request"]["path"], "/instances/cri-bp1build/links")
        expect("the request's body", answer["request"]["document"], {
            "GitLabIp": "192.168.2.10", "OtherIps": ["192.168.2.20"], "Purge": False,
            "Ports": [443, 80], "Network": {"VpcId": "vpc-bp1main", "VSwitchId": "vsw-bp1link"}})
        answer = created(scene, "made", (0, "created"), "--yes", *override)
        expect("its id", answer["link"]["id"], "crl-bp1link1")
        created(scene, "found again", (0, "already-there"), "--yes", *override)
        expect("links", scene.links(), 1)
        expect("calls that make", [call.parameters["Force"] for call in journal
                                   if call.action == CREATE], ["false"])
        complaints = [words for call in journal for words in call.complaints]
        expect("complaints", complaints, [])
        scene.server.gateway.world["source_link"]["routes"]["list"][1] = "/links"
        created(scene, "a list by another path", (3, "unclear"), "--yes", *override)
        misdescribed(scene)
        flattened(scene)
    finally:
        scene.server.close()


def flattened(scene):
    """What a query and a form take structures as."""
    plan = json.loads(scene.plan.read_text())
    del plan["list_call"]
    words = {"Tag": [{"Key": "to {gitlab_ip}", "Value": "{other_ips}"}, {"Key": "{x}"}], "No": None,
             "Ips": ["{gitlab_ip}", "{other_ips}"], "Deep": {"Yes": True, "Size": 1.5}, "Empty": []}
    flat = {"Tag.1.Key": "to 192.168.2.10", "Tag.1.Value": "192.168.2.20", "Tag.2.Key": "{x}",
            "Ips.1": "192.168.2.10", "Ips.2": "192.168.2.20", "Deep.Yes": "true",
            "Deep.Size": "1.5"}
    scene.plan.write_text(json.dumps({**plan, "create_call": {
        "action": CREATE, "query": words, "body": words}}))
    scene.server.gateway.world["enis"].clear()
    for path in pathlib.Path("/var/lib/reachback").glob("*"):
        path.unlink()
    answer = created(scene, "structures", (0, "dry-run"), "--dry-run", "--override", "ticket 7")
    for where in ("query", "body"):
        expect(where, {one["name"]: one["value"] for one in answer["request"][where]}, flat)


def misdescribed(scene):
    """A description that cannot be right is refused before anything is asked of anybody."""
    plan = json.loads(scene.plan.read_text())
    for change in ({"path": "instances"}, {"path": "/instances/{InstanceId}/links"},
                   {"path": "/instances/../links"}, {"method": "DELETE"}, {"product": "acr"},
                   {"style": "RPC"}, {"body": ["GitLabIp"]}, {"method": "GET"}):
        scene.plan.write_text(json.dumps({**plan, "create_call": {**ROA_CREATE, **change}}))
        before = len(scene.server.gateway.journal)
        done = subprocess.run([scene.program, "create", "-j", "--yes", "--plan", str(scene.plan)],
                              capture_output=True, text=True, env=scene.environment(), check=False,
                              stdin=subprocess.DEVNULL, timeout=60)
        key = next(iter(change)) if change != {"style": "RPC"} else "path"
        key = "body" if change == {"method": "GET"} else key
        if done.returncode != 64 or f"/create_call/{key}" not in done.stderr:
            raise Wrong(f"{change}: exit {done.returncode}: {done.stderr.strip()}")
        expect(f"calls for {change}", len(scene.server.gateway.journal) - before, 0)


def main():
    with tempfile.TemporaryDirectory() as folder:
        try:
            for one in (story, left_out, by_path, unpublished, registry, traceless, elsewhere,
                        unseen, slow):
                one(os.path.abspath(sys.argv[1]), folder)
                for journal in pathlib.Path("/var/lib/reachback").glob("*"):
                    journal.unlink()
        except Wrong as error:
            print(f"FAIL cloud link: {error}")
            return 1
    print("ok cloud link")
    return 0


if __name__ == "__main__":
    sys.exit(main())
