# SPDX-License-Identifier: Apache-2.0
"""
Runs `create --dry-run` again and again against the API server of tests/cloud, each time with one
thing failing in all of its processes: the first allocation of one call site, that and all later
ones, or one system call. Usage, in namespaces of its own: create.py BUILD WORK SECONDS|all

Every run ends by itself and in time; none makes a link, none says other than the undisturbed run
what would be sent, none passes what did not pass there, and none fails what did not fail there. A
helper may die: the run then knows less.
"""

import collections
import json
import os
import pathlib
import random
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cloud"))

from create_runs import Scene  # noqa: E402
from endpoints import Case, list_calls, list_sites, run, spread, torture  # noqa: E402

SEED = 1
BUDGET_S = 6
HANG_S = BUDGET_S + 10
LEFT = ("pass", "fail")


class Create:
    """One scene: the server and its plan; no link is ever made."""

    what, begins = "create", "SIGPIPE"

    def __init__(self, build, work):
        chance = random.Random(0)
        chance.choice = lambda words: "listed" if "listed" in words else "none"
        self.work, self.program = work, str(build / "reachback")
        self.build = build
        self.scene = Scene(self.program, work, chance)
        self.clean = None
        self.counts = collections.Counter()

    def climb(self, case, strace=()):
        """Status and what it wrote; None: it hangs."""
        child = subprocess.Popen(
            [*strace, self.program, "create", "-j", "--plan", str(self.scene.plan), "--vantage",
             "vswitch-host", "--dry-run", "--yes", "--override", "no link is made", "--max-time",
             str(BUDGET_S)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True,
            env={**self.scene.environment(), **case.environment})
        try:
            said, _ = child.communicate(timeout=HANG_S)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            return None, b""
        return child.returncode, said

    @staticmethod
    def essence(said):
        """What would be sent, and what passed and failed by rule."""
        report = json.loads(said)
        found = {status: {row["code"] for row in report["findings"] if row["status"] == status}
                 for status in LEFT}
        return {"outcome": report["create"]["outcome"], "request": report["create"].get("request"),
                **found}

    def disturbed(self, case):
        """What was wrong with one run; "" nothing."""
        strace = ()
        if case.inject:
            name = case.inject.partition(":")[0]
            strace = ("strace", "-f", "--seccomp-bpf", "-qqq", "-o", "/dev/null", "-e",
                      f"trace={name}", "-e", f"inject={case.inject}")
        status, said = self.climb(case, strace)
        if self.scene.links():
            return "a link was made"
        if status is None:
            return "hangs"
        if status < 0 or status >= 128:
            return f"ended by a signal ({status})"
        if not said:
            self.counts[f"exit {status}"] += 1
            return "" if status else "ended with 0 and no report"
        return self.compare(status, said)

    def compare(self, status, said):
        try:
            seen = self.essence(said)
        except (ValueError, KeyError) as error:
            return f"exit {status}, half a report: {error!r}"
        for kind in LEFT:
            more = seen[kind] - self.clean[kind]
            if more:
                return f"exit {status}, {kind} of {sorted(more)}"
        if status == 0 and (seen["outcome"], seen["request"]) != (self.clean["outcome"],
                                                                  self.clean["request"]):
            return f"exit 0 and {seen['outcome']}: {seen['request']}"
        self.counts["the same request" if status == 0 else f"exit {status}"] += 1
        return ""


def main():
    build, work, most = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    seconds = None if most == "all" else float(most) / 2
    seed = int(os.environ.get("REACHBACK_SEED", SEED))
    create = Create(build, work)
    try:
        for turn in range(3):
            status, said = create.climb(Case("undisturbed"))
            seen = create.essence(said) if status == 0 else None
            if not seen or seen["outcome"] != "dry-run" or seen != (create.clean or seen):
                raise SystemExit(f"FAIL robust create: undisturbed run {turn}: exit {status}, {seen}")
            create.clean = seen
        print(f"# seed {seed}", flush=True)
        bad = torture(create, "allocations by call site",
                      spread(list_sites(create), seed, lambda case: case.what[-2:]), seconds)
        if run("sh", "-c", "command -v strace || :"):
            bad += torture(create, "system calls",
                           spread(list_calls(create), seed,
                                  lambda case: case.what.partition(":")[0]), seconds)
        else:
            print("SKIP robust create system calls: no strace")
    finally:
        create.scene.server.close()
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
