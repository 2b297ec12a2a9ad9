# SPDX-License-Identifier: Apache-2.0
"""
`create --dry-run` against the API server of tests/cloud, disturbed in all of its processes. No run
makes a link, says other than the undisturbed one what would be sent, passes what did not pass there,
or fails what did not fail there. A helper may die: the run then knows less. Usage, in namespaces of
its own: create.py BUILD WORK SECONDS|all
"""

import json
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cloud"))

import disturb  # noqa: E402
from create_runs import Scene  # noqa: E402

BUDGET_S = 6
LEFT = ("pass", "fail")


class Create(disturb.Subject):
    """One scene: the server and its plan; no link is ever made."""

    what, begins = "create", "SIGPIPE"
    hang_s = BUDGET_S + 10

    def __init__(self, build, work):
        super().__init__(build, work)
        chance = random.Random(0)
        chance.choice = lambda words: "listed" if "listed" in words else "none"
        self.scene = Scene(str(build / "reachback"), work, chance)

    def close(self):
        self.scene.server.close()

    def start(self, case, strace):
        return subprocess.Popen(
            [*strace, self.scene.program, "create", "-j", "--plan", str(self.scene.plan),
             "--vantage", "vswitch-host", "--dry-run", "--yes", "--override", "no link is made",
             "--max-time", str(BUDGET_S)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True,
            env={**self.scene.environment(), **case.environment}), None

    @staticmethod
    def told(said):
        """What would be sent, and what passed and failed by rule."""
        report = json.loads(said)
        found = {status: {row["code"] for row in report["findings"] if row["status"] == status}
                 for status in LEFT}
        return {"outcome": report["create"]["outcome"], "request": report["create"].get("request"),
                **found}

    def essence(self, status, said):
        seen = self.told(said) if status == 0 else None
        if not seen or seen["outcome"] != "dry-run" or not seen["request"] or not seen["pass"]:
            return f"exit {status}, {seen}"
        return seen

    def judge(self, status, said):
        if not said:
            self.counts[f"exit {status}"] += 1
            return "" if status else "ended with 0 and no report"
        try:
            seen = self.told(said)
        except (ValueError, KeyError) as error:
            return f"exit {status}, half a report: {error!r}"
        for kind in LEFT:
            more = seen[kind] - self.clean[kind]
            if more:
                return f"exit {status}, {kind} of {sorted(more)}"
        if status == 0 and any(seen[key] != self.clean[key] for key in ("outcome", "request")):
            return f"exit 0 and {seen['outcome']}: {seen['request']}"
        self.counts["the same request" if status == 0 else f"exit {status}"] += 1
        return ""

    def disturbed(self, case):
        wrong = super().disturbed(case)
        return "a link was made" if self.scene.links() else wrong


if __name__ == "__main__":
    disturb.main(Create)
