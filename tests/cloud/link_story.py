# SPDX-License-Identifier: Apache-2.0
"""
One link from its making to its end: previewed, refused by the gate, made, found again, verified,
and missed once a clean-up job has taken its interface or GitLab has moved.

usage: link_story.py PROGRAM
"""

import json
import os
import pathlib
import pty
import random
import subprocess
import sys
import tempfile

from create_runs import Scene, Wrong


def report(scene, command, *more):
    key, row = next(iter(scene.server.gateway.world["keys"].items()))
    done = subprocess.run(
        [scene.program, command, "-j", "--plan", str(scene.plan), "--vantage", "vswitch-host", *more],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(scene.folder), "LC_ALL": "C",
             "ALIBABA_CLOUD_ACCESS_KEY_ID": key,
             "ALIBABA_CLOUD_ACCESS_KEY_SECRET": row["secret"]})
    if row["secret"] in done.stdout + done.stderr:
        raise Wrong(f"{command}: a secret is in the answer")
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError as error:
        raise Wrong(f"{command}: exit {done.returncode}: {done.stderr.strip()}") from error


def expect(what, got, wanted):
    if got != wanted:
        raise Wrong(f"{what}: {got}, not {wanted}")


def asked(scene, answer):
    """The exit status where the question is answered at a terminal; None: there is none."""
    key, row = next(iter(scene.server.gateway.world["keys"].items()))
    master, slave = pty.openpty()
    run = subprocess.Popen(
        [scene.program, "create", "-q", "--plan", str(scene.plan), "--vantage", "vswitch-host",
         "--wait", "1", "--override", "ticket 7"],
        stdin=subprocess.DEVNULL if answer is None else slave, stdout=subprocess.DEVNULL,
        stderr=slave, env={"PATH": "/usr/bin:/bin", "HOME": str(scene.folder), "LC_ALL": "C",
                           "ALIBABA_CLOUD_ACCESS_KEY_ID": key,
                           "ALIBABA_CLOUD_ACCESS_KEY_SECRET": row["secret"]})
    os.close(slave)
    if answer is not None:
        os.write(master, answer.encode() + b"\n")
    try:
        return run.wait(timeout=60)
    finally:
        os.close(master)


def created(scene, *more):
    status, answer = report(scene, "create", "--wait", "1", *more)
    return status, answer["create"]["outcome"]


def stands(scene):
    """What verify says of the link: status and causes."""
    _, answer = report(scene, "verify")
    found = [one for one in answer["findings"] if one["code"] == "link-stands"]
    expect("findings of link-stands", len(found), 1)
    bound = [one["status"] for one in answer["findings"] if one["code"] == "link-bound"]
    expect("link-bound", bound, ["unknown"])
    return found[0]["status"], found[0]["causes"]


def story(program, folder):
    chance = random.Random(0)
    chance.choice = lambda words: "unlisted" if "unlisted" in words else "none"
    scene = Scene(program, folder, chance)
    world, override = scene.server.gateway.world, ("--override", "ticket 7")
    try:
        expect("without evidence", created(scene, "--yes"), (3, "refused"))
        expect("previewed", created(scene, "--dry-run", *override), (0, "dry-run"))
        expect("nobody to ask", asked(scene, None), 64)
        expect("declined", asked(scene, "y"), 3)
        expect("links so far", scene.links(), 0)
        expect("no link", stands(scene), ("fail", ["CTL-12"]))
        expect("agreed", asked(scene, "yes"), 0)
        expect("again", created(scene, "--yes", *override), (0, "already-there"))
        expect("links", scene.links(), 1)
        expect("the link", stands(scene), ("pass", []))
        managed = next(name for name in world["security_groups"] if "managed" in name)
        rules = world["security_groups"][managed]["rules"]
        world["security_groups"][managed]["rules"] = [
            rule.replace("192.168.2.10/32", "192.168.2.99/32") for rule in rules]
        expect("GitLab has moved", stands(scene), ("fail", ["CTL-11"]))
        world["security_groups"][managed]["rules"] = rules
        expect("moved back", stands(scene), ("pass", []))
        for name in [name for name in world["enis"] if "managed" in name]:
            del world["enis"][name]
        expect("cleaned up", stands(scene), ("fail", ["CTL-12"]))
        expect("made, and gone", created(scene, "--yes", *override), (3, "unclear"))
        expect("settled", created(scene, "--yes", "--settle", "not-made", *override),
               (0, "created"))
    finally:
        scene.server.close()


def unpublished(program, folder):
    """The plan describes an operation that the gateway does not know."""
    chance = random.Random(0)
    chance.choice = lambda words: "listed" if "listed" in words else "none"
    scene = Scene(program, folder, chance)
    scene.server.gateway.world["source_link"]["create"] = "AnotherName"
    try:
        status, answer = report(scene, "create", "--yes", "--override", "ticket 7")
        expect("unpublished", (status, answer["create"]["outcome"]), (2, "failed"))
        if "ActionTrail" not in answer["create"]["message"]:
            raise Wrong(f"not explained: {answer['create']['message']}")
    finally:
        scene.server.close()


def registry(program, folder):
    """The registry's own link: of the module, without a record, polled until it runs."""
    chance = random.Random(0)
    chance.choice = lambda words: "registry" if "registry" in words else "none"
    scene = Scene(program, folder, chance)
    arguments = ("--kind", "registry", "--module", "chart", "--no-dns-record", "--yes",
                 "--override", "ticket 7", "--wait", "2")
    try:
        status, answer = report(scene, "create", *arguments)
        expect("registry", (status, answer["create"]["outcome"], answer["create"]["link"]["status"]),
               (0, "created", "RUNNING"))
        calls = [call for call in scene.server.gateway.journal
                 if call.action == "CreateInstanceVpcEndpointLinkedVpc"]
        expect("calls", [(call.parameters["ModuleName"],
                          call.parameters["EnableCreateDNSRecordInPvzt"]) for call in calls],
               [("Chart", "false")])
        status, answer = report(scene, "create", *arguments)
        expect("again", (status, answer["create"]["outcome"]), (0, "already-there"))
    finally:
        scene.server.close()


def main():
    with tempfile.TemporaryDirectory() as folder:
        try:
            for one in (story, unpublished, registry):
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
